//! Boundaries that are taken off or changed.

use super::Gain;
use super::calls::Asking;
use super::found::Found;
use super::limits::{Limits, administrator_access, boundaries};
use super::routes::Route;
use super::search::{Search, is_free};

/// What puts a boundary of the caller's choice in the place of another.
const CHANGING: &[&str] = &["iam:PutRolePermissionsBoundary", "iam:PutUserPermissionsBoundary"];

impl<'e> Search<'_, 'e> {
    /// Takes off or changes the boundary of a user or role: for one that binds nobody where that is allowed, else for each that the policies about it name.
    pub(super) fn free(&self, route: &'static Route, target: &str, gain: Gain<'e>, found: &mut Found<'e>) {
        let changes = route.calls.iter().any(|call| CHANGING.contains(&call.action));
        if !changes {
            return self.try_route(route, target, gain, None, found);
        }
        let estate = self.ground.estate;
        let make = |boundary: &str| {
            let asking = Asking::new(estate, self.subject).bounded(Some(boundary));
            self.make_calls(&asking, route.calls, target, |_| None)
        };
        let unbounded = make(&administrator_access(estate, self.subject));
        let is_enough = is_free(unbounded.as_deref());
        self.add(route, gain, None, unbounded, found);
        if is_enough {
            return;
        }
        let managed = self.ground.managed_by(self.account());
        let own: Vec<String> = estate.boundaries_of(target).collect();
        let others = boundaries(estate, self.subject, CHANGING, managed).into_iter().skip(1);
        for boundary in others.filter(|boundary| !own.contains(boundary)) {
            let made = make(&boundary);
            let limits = Limits {
                policy: None,
                boundary: Some(boundary),
            };
            self.add_limited(route, gain, limits, None, made, found);
        }
    }
}
