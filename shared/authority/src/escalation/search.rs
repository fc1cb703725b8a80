//! The routes that are open to one principal.

use std::cell::OnceCell;
use std::cell::RefCell;
use std::collections::BTreeMap;

use sv0_iam::NamedPolicy;
use sv0_model::arn::account_of;
use sv0_model::graph::{EdgeKind, Entity, EntityKind};
use sv0_model::path::PathState;

use super::attach::{Aim, attaches};
use super::calls::{Asking, reserved, together};
use super::found::Found;
use super::ground::Ground;
use super::limits::Limits;
use super::make::worst;
use super::routes::{ASSUME_ROLE, On, Route, Target, all};
use super::{Escalation, Gain};
use crate::access::IdentityGrants;
use crate::estate::Subject;
use crate::step::Step;

/// Only AWS changes roles below it (IAM User Guide, "Service-linked roles"; IAM Identity Center User Guide, "Referencing permission sets in resource policies").
const RESERVED_PATH: &str = ":role/aws-reserved/";

/// A call with the resource it is made on, and what is said to it.
pub(super) type Made = (&'static str, String, Step);

/// One principal and what it is looked up in.
pub(super) struct Search<'a, 'e> {
    pub(super) ground: &'a Ground<'e>,
    pub(super) entity: &'e Entity,
    pub(super) subject: &'a Subject<'a>,
    pub(super) identity: &'a IdentityGrants<'a>,
    /// Managed policies that it could attach, looked up when they are first asked for.
    pub(super) offers: OnceCell<Vec<NamedPolicy>>,
    pub(super) passes: Passes<'e>,
    /// Whether every role is passed as any other.
    pub(super) passes_alike: OnceCell<bool>,
}

/// What was said to passing a role to a service: many routes pass the same.
pub(super) type Passes<'e> = RefCell<BTreeMap<(&'static str, &'e str), Option<Step>>>;

impl<'a, 'e> Search<'a, 'e> {
    /// Every gain but roles that are only assumed.
    pub(super) fn escalations(&self) -> Vec<Escalation<'e>> {
        let mut found = Found::default();
        for route in all().filter(|route| !is_assumption(route)) {
            self.follow(route, &mut found);
        }
        found.finish()
    }

    /// Roles that are only assumed.
    pub(super) fn assumable(&self) -> Vec<Escalation<'e>> {
        let mut found = Found::default();
        for route in all().filter(|route| is_assumption(route)) {
            self.follow(route, &mut found);
        }
        found.finish()
    }

    fn follow(&self, route: &'static Route, found: &mut Found<'e>) {
        match route.target {
            Target::Passed(services) => self.pass(route, services, found),
            Target::RunningIn(types) => self.take_over(route, types, found),
            Target::Role | Target::RaisedRole | Target::FreedRole | Target::RaisedRolePolicy => {
                self.take_roles(route, found);
            }
            Target::NewPrincipal => self.make_principal(route, "", Gain::New, found),
            Target::NewMember => {
                for group in self.ground.groups_of(self.account()) {
                    self.make_principal(route, &group.native_id, Gain::NewMember(group), found);
                }
            }
            Target::User | Target::RaisedUser | Target::FreedUser => self.take_users(route, found),
            _ => self.raise_itself(route, found),
        }
    }

    pub(super) fn account(&self) -> Option<&'e str> {
        self.entity.account.as_deref()
    }

    /// Whether the principal's own policies list all the actions on anything at all.
    pub(super) fn lists_all(&self, route: &Route) -> bool {
        route.calls.iter().all(|call| self.identity.lists(call.action))
    }

    fn raise_itself(&self, route: &'static Route, found: &mut Found<'e>) {
        if !self.lists_all(route) {
            return;
        }
        let is_user = self.entity.kind == EntityKind::IamUser;
        let own = self.entity.native_id.as_str();
        let own_alone = || vec![(own.to_owned(), Gain::Own, None)];
        let targets: Vec<(String, Gain<'e>, Option<&'e str>)> = match route.target {
            Target::OwnRole if !is_user && is_changeable(own) => own_alone(),
            Target::OwnUser if is_user => own_alone(),
            Target::OwnGroup if is_user => self
                .own_groups()
                .map(|group| (group.to_owned(), Gain::Own, Some(group)))
                .collect(),
            Target::OwnPolicy => self.own_policies().map(|policy| (policy, Gain::Own, None)).collect(),
            Target::OwnPermissionSet => {
                let sets = self.ground.permission_sets_of(own).iter();
                sets.map(|set| (set.native_id.clone(), Gain::Own, Some(set.native_id.as_str())))
                    .collect()
            }
            Target::OwnBoundary if self.has_boundary(own) && is_user == is_about_users(route) && is_changeable(own) => {
                vec![(own.to_owned(), Gain::Unbounded, None)]
            }
            Target::NewPermissionSet if self.ground.manages_workforce(self.account()) => {
                vec![(String::new(), Gain::Workforce, None)]
            }
            Target::OtherGroup if is_user => {
                let others = self.ground.groups_of(self.account()).iter();
                let others = others.filter(|group| !self.own_groups().any(|own| own == group.native_id));
                others
                    .map(|group| (group.native_id.clone(), Gain::Group(group), None))
                    .collect()
            }
            _ => Vec::new(),
        };
        for (target, gain, through) in targets {
            if gain == Gain::Unbounded {
                self.free(route, &target, gain, found);
                continue;
            }
            self.try_route(route, &target, gain, through, found);
        }
    }

    fn own_groups(&self) -> impl Iterator<Item = &'e str> {
        self.ground.estate.targets(&self.entity.native_id, EdgeKind::MemberOf)
    }

    /// Customer managed policies that it holds, its groups' included.
    fn own_policies(&self) -> impl Iterator<Item = String> {
        customer_managed(self.subject)
    }

    fn has_boundary(&self, principal: &str) -> bool {
        let mut boundaries = self.ground.estate.targets(principal, EdgeKind::SubjectTo);
        boundaries.next().is_some()
    }

    fn take_users(&self, route: &'static Route, found: &mut Found<'e>) {
        if !self.lists_all(route) {
            return;
        }
        let users = self.ground.users_of(self.account()).iter().copied();
        for user in users.filter(|user| user.native_id != self.entity.native_id) {
            match route.target {
                Target::FreedUser if self.has_boundary(&user.native_id) => {
                    self.free(route, &user.native_id, Gain::Freed(user), found);
                }
                Target::RaisedUser => self.try_route(route, &user.native_id, Gain::Raised(user), None, found),
                Target::User => self.try_route(route, &user.native_id, Gain::Principal(user), None, found),
                _ => {}
            }
        }
    }

    fn take_roles(&self, route: &'static Route, found: &mut Found<'e>) {
        // The trust policy of a role may be all that is needed to assume it.
        let others = route.calls.iter().filter(|call| call.action != ASSUME_ROLE);
        if !others.clone().all(|call| self.identity.lists(call.action)) {
            return;
        }
        let changes = others.clone().next().is_some();
        for role in self.ground.roles.of(self.subject, &[ASSUME_ROLE]) {
            let is_possible = !changes || (role.account.as_deref() == self.account() && is_changeable(&role.native_id));
            if role.native_id == self.entity.native_id || !is_possible {
                continue;
            }
            match route.target {
                Target::RaisedRole => self.try_route(route, &role.native_id, Gain::Raised(role), None, found),
                Target::FreedRole if self.has_boundary(&role.native_id) => {
                    self.free(route, &role.native_id, Gain::Freed(role), found);
                }
                Target::Role => self.try_route(route, &role.native_id, Gain::Principal(role), None, found),
                Target::RaisedRolePolicy => self.raise_by_policy(route, role, found),
                _ => {}
            }
        }
    }

    fn raise_by_policy(&self, route: &'static Route, role: &'e Entity, found: &mut Found<'e>) {
        let held = self.ground.estate.targets(&role.native_id, EdgeKind::HasPolicy);
        for policy in held.filter(|policy| account_of(policy).is_some() && policy.starts_with("arn:")) {
            let made = self.make(route, &role.native_id, |call| match call.on {
                On::Policy => Some(policy.to_owned()),
                _ => None,
            });
            self.add(route, Gain::Raised(role), Some(policy), made, found);
        }
    }

    pub(super) fn try_route(
        &self,
        route: &'static Route,
        target: &str,
        gain: Gain<'e>,
        through: Option<&'e str>,
        found: &mut Found<'e>,
    ) {
        let made = self.make(route, target, |_| None);
        if is_free(made.as_deref()) || !attaches(route) {
            return self.add(route, gain, through, made, found);
        }
        self.add(route, gain, through, made, found);
        let aim = Aim {
            route,
            gain,
            through,
            boundary: None,
        };
        let make = |asking: &Asking<'_, 'e>| self.make_calls(asking, route.calls, target, |_| None);
        self.attach_others(&aim, make, found);
    }

    /// Something that exists is taken over, with the role it runs as.
    fn take_over(&self, route: &'static Route, types: &[&str], found: &mut Found<'e>) {
        // The policy of the thing itself may grant what is done to it.
        let others = route.calls.iter().filter(|call| call.on != On::Thing);
        if !others.clone().all(|call| self.identity.lists(call.action)) {
            return;
        }
        let actions: Vec<&str> = route.calls.iter().map(|call| call.action).collect();
        for thing in self.ground.things.running(self.subject, types, &actions) {
            let Some(made) = self.make(route, &thing.native_id, |call| match call.on {
                On::Beside(_) => Some(thing.native_id.clone()),
                _ => None,
            }) else {
                continue;
            };
            for role in self
                .ground
                .things
                .roles_of(thing)
                .filter_map(|role| self.ground.estate.entity(role))
            {
                if role.kind == EntityKind::IamRole && role.native_id != self.entity.native_id {
                    let gain = Gain::Principal(role);
                    self.add(route, gain, Some(&thing.native_id), Some(made.clone()), found);
                }
            }
        }
    }

    pub(super) fn add(
        &self,
        route: &'static Route,
        gain: Gain<'e>,
        through: Option<&'e str>,
        made: Option<Vec<Made>>,
        found: &mut Found<'e>,
    ) {
        self.add_limited(route, gain, Limits::default(), through, made, found);
    }

    pub(super) fn add_limited(
        &self,
        route: &'static Route,
        gain: Gain<'e>,
        limits: Limits,
        through: Option<&'e str>,
        made: Option<Vec<Made>>,
        found: &mut Found<'e>,
    ) {
        let Some(made) = made else {
            return;
        };
        let calls = made
            .iter()
            .map(|(action, resource, _)| (*action, resource.clone()))
            .collect();
        let mut step = together(made.into_iter().map(|(_, _, step)| step));
        if let Some(reservation) = route.reservation {
            let what = through.or(gain.entity().map(|entity| entity.native_id.as_str()));
            step = reserved(step, what.unwrap_or(&self.entity.native_id), reservation);
        }
        found.add(Escalation {
            route,
            others: Vec::new(),
            gain,
            limits,
            attached: None,
            through,
            calls,
            step,
        });
    }
}

/// Whether the route is to use a role as it was given.
fn is_assumption(route: &Route) -> bool {
    matches!(route.calls, [call] if call.action == ASSUME_ROLE)
}

/// Whether anybody but AWS changes the policies and the trust of a role.
fn is_changeable(role: &str) -> bool {
    !role.contains(RESERVED_PATH)
}

/// Whether every call is made without a condition.
pub(super) fn is_free(made: Option<&[Made]>) -> bool {
    made.is_some_and(|made| worst(made) == PathState::Allowed)
}

fn is_about_users(route: &Route) -> bool {
    route.calls.iter().any(|call| call.action.contains("User"))
}

fn customer_managed(subject: &Subject<'_>) -> impl Iterator<Item = String> {
    let held = subject.holdings.identity.iter().map(|policy| policy.name.clone());
    held.filter(|policy| policy.starts_with("arn:") && account_of(policy).is_some())
}
