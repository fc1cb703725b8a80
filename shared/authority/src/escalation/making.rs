//! Users and roles that are made.

use super::Gain;
use super::attach::{Aim, attaches};
use super::calls::Asking;
use super::found::Found;
use super::limits::{Limits, boundaries};
use super::routes::Route;
use super::search::{Search, is_free};

impl<'e> Search<'_, 'e> {
    /// A user or role is made without a boundary, else with each that the policies about it leave to choose.
    pub(super) fn make_principal(&self, route: &'static Route, group: &str, gain: Gain<'e>, found: &mut Found<'e>) {
        if !self.lists_all(route) {
            return;
        }
        if self.make_within(route, group, gain, None, found) {
            return;
        }
        let actions: Vec<&str> = route.calls.iter().map(|call| call.action).collect();
        let managed = self.ground.managed_by(self.account());
        for boundary in boundaries(self.ground.estate, self.subject, &actions, managed) {
            self.make_within(route, group, gain, Some(&boundary), found);
        }
    }

    /// Whether a user or role can be made within a boundary or none, and adds how.
    fn make_within(
        &self,
        route: &'static Route,
        group: &str,
        gain: Gain<'e>,
        boundary: Option<&str>,
        found: &mut Found<'e>,
    ) -> bool {
        let before = found.len();
        let make = |asking: Asking<'_, 'e>| self.make_calls(&asking.bounded(boundary), route.calls, group, |_| None);
        let made = make(Asking::new(self.ground.estate, self.subject));
        let is_made = made.is_some();
        let is_enough = is_free(made.as_deref()) || !attaches(route);
        let limits = Limits {
            policy: None,
            boundary: boundary.map(str::to_owned),
        };
        self.add_limited(route, gain, limits, None, made, found);
        if !is_enough {
            let aim = Aim {
                route,
                gain,
                through: None,
                boundary,
            };
            self.attach_others(&aim, |asking| make(asking.clone()), found);
        }
        is_made || found.len() > before
    }
}
