//! The routes that are open to one principal.

use std::cell::OnceCell;
use std::cell::RefCell;
use std::collections::BTreeMap;

use sv0_iam::NamedPolicy;
use sv0_model::arn::{Arn, account_of};
use sv0_model::decision::Caveat;
use sv0_model::graph::{EdgeKind, Entity, EntityKind};
use sv0_model::path::PathState;

use super::attach::{Aim, attaches};
use super::calls::{Asking, reserved, together};
use super::ground::Ground;
use super::limits::{Limits, boundaries};
use super::routes::{ASSUME_ROLE, Call, On, PASS_ROLE, Route, Target, all};
use super::{Escalation, Gain, listed};
use crate::access::{IdentityGrants, may_be_granted};
use crate::estate::{Place, Subject};
use crate::step::Step;

/// Regions in which something new is tried for one account.
const MOST_REGIONS: usize = 4;

/// Where something new is tried when no Region of the account is known.
const A_REGION: &str = "us-east-1";

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
}

/// What was said to passing a role to a service: many routes pass the same.
pub(super) type Passes<'e> = RefCell<BTreeMap<(&'static str, &'e str), Option<Step>>>;

/// Gains by what they are, each by its most open route.
#[derive(Default)]
pub(super) struct Found<'e>(BTreeMap<((u8, &'e str), Limits), Escalation<'e>>);

impl<'e> Found<'e> {
    pub(super) fn add(&mut self, escalation: Escalation<'e>) {
        let key = (escalation.gain.key(), escalation.limits.clone());
        match self.0.get_mut(&key) {
            None => {
                self.0.insert(key, escalation);
            }
            Some(known) if known.route.id == escalation.route.id => {
                if escalation.step.state < known.step.state {
                    let others = std::mem::take(&mut known.others);
                    *known = Escalation { others, ..escalation };
                }
            }
            Some(known) if escalation.step.state < known.step.state => {
                let mut others = std::mem::take(&mut known.others);
                others.push(known.route.id);
                *known = Escalation { others, ..escalation };
            }
            Some(known) => known.others.push(escalation.route.id),
        }
    }

    fn finish(self) -> Vec<Escalation<'e>> {
        let mut found: Vec<Escalation<'e>> = self.0.into_values().collect();
        for escalation in &mut found {
            let best = escalation.route.id;
            escalation.others.sort_unstable();
            escalation.others.dedup();
            escalation.others.retain(|other| *other != best);
        }
        found
    }
}

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
    fn lists_all(&self, route: &Route) -> bool {
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

    /// A user or role is made without a boundary, else with each that the policies about it leave to choose.
    fn make_principal(&self, route: &'static Route, group: &str, gain: Gain<'e>, found: &mut Found<'e>) {
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
        let before = found.0.len();
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
        is_made || found.0.len() > before
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

    /// A role is passed to a service that then runs something under it.
    fn pass(&self, route: &'static Route, services: &[&'static str], found: &mut Found<'e>) {
        let passable = services
            .iter()
            .map(|service| (*service, self.ground.passable_to(self.account(), service)));
        let passable: Vec<_> = passable.filter(|(_, roles)| !roles.is_empty()).collect();
        if passable.is_empty() || !self.lists_all(route) {
            return;
        }
        let rest: Vec<Call> = route
            .calls
            .iter()
            .copied()
            .filter(|call| call.action != PASS_ROLE)
            .collect();
        let asking = Asking::new(self.ground.estate, self.subject);
        let Some(made) = self.make_calls(&asking, &rest, "", |_| None) else {
            return;
        };
        for (service, roles) in passable {
            for passable in roles {
                let role = passable.role;
                if role.native_id == self.entity.native_id || !self.identity.may_allow(PASS_ROLE, &role.native_id) {
                    continue;
                }
                let Some(pass) = self.pass_to(service, role) else {
                    continue;
                };
                let trusted = together([pass, passable.trust.clone()]);
                let mut calls = vec![(PASS_ROLE, role.native_id.clone(), trusted)];
                calls.extend(made.iter().cloned());
                self.add(route, Gain::Principal(role), None, Some(calls), found);
            }
        }
    }

    fn pass_to(&self, service: &'static str, role: &'e Entity) -> Option<Step> {
        let mut passes = self.passes.borrow_mut();
        let pass = passes.entry((service, &role.native_id)).or_insert_with(|| {
            let asking = Asking::passing_to(self.ground.estate, self.subject, service);
            asking.call(PASS_ROLE, &role.native_id)
        });
        pass.clone()
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

    fn make(&self, route: &Route, target: &str, place: impl Fn(&Call) -> Option<String>) -> Option<Vec<Made>> {
        let asking = Asking::new(self.ground.estate, self.subject);
        self.make_calls(&asking, route.calls, target, place)
    }

    /// Every call, those on something new in one Region and on one name for each pattern. `place` says what a call is made on that `target` does not.
    pub(super) fn make_calls(
        &self,
        asking: &Asking<'_, 'e>,
        calls: &[Call],
        target: &str,
        place: impl Fn(&Call) -> Option<String>,
    ) -> Option<Vec<Made>> {
        let mut made = Vec::new();
        let mut patterns: Vec<&'static str> = Vec::new();
        for call in calls {
            match call.on {
                On::Gained | On::Thing => made.push(self.ask(asking, call.action, target)?),
                On::Policy => made.push(self.ask(asking, call.action, &place(call)?)?),
                On::Any => made.push(self.ask(asking, call.action, "*")?),
                On::Existing(resource_type, pattern) => {
                    made.push(self.on_existing(asking, call.action, resource_type, pattern)?);
                }
                On::Beside(pattern) => made.push(self.on_neighbour(asking, call.action, pattern, &place(call)?)?),
                On::New(pattern) if patterns.contains(&pattern) => {}
                On::New(pattern) => patterns.push(pattern),
            }
        }
        made.extend(self.on_new(asking, calls, &patterns)?);
        Some(made)
    }

    fn ask(&self, asking: &Asking<'_, 'e>, action: &'static str, resource: &str) -> Option<Made> {
        let place = Place {
            arn: resource.to_owned(),
            entity: self.ground.estate.entity(resource),
        };
        let is_role = place.entity.is_some_and(|entity| entity.kind == EntityKind::IamRole);
        let candidates = if is_role {
            &self.ground.roles
        } else {
            self.ground.things.candidates()
        };
        let is_worth_asking = may_be_granted(candidates, self.identity, self.subject, &place, action);
        is_worth_asking
            .then(|| asking.call(action, resource))
            .flatten()
            .map(|step| (action, resource.to_owned(), step))
    }

    /// On any thing of a type that the account has. Where none is known there may be one.
    fn on_existing(
        &self,
        asking: &Asking<'_, 'e>,
        action: &'static str,
        resource_type: &str,
        pattern: &str,
    ) -> Option<Made> {
        let known = self.ground.things.of_type(self.account(), resource_type);
        if !known.is_empty() {
            let made = known
                .iter()
                .filter_map(|thing| self.ask(asking, action, &thing.native_id));
            return most_open(made, |(_, _, step)| step.state);
        }
        let regions = self.regions(&[action]);
        let made = regions.iter().find_map(|region| {
            let names = listed::names(self.subject, &[action], &self.fill(pattern, region));
            names.iter().find_map(|name| self.ask(asking, action, name))
        });
        let (action, resource, step) = made?;
        let step = reserved(step, &resource, Caveat::UnresolvedResource);
        Some((action, resource, step))
    }

    /// On something that belongs to a thing. Where its name is not known, an answer that not every name gets hangs on the name.
    fn on_neighbour(&self, asking: &Asking<'_, 'e>, action: &'static str, pattern: &str, thing: &str) -> Option<Made> {
        let own = Arn::parse(thing)?;
        let pattern = fill(pattern, own.partition, own.region, own.account);
        if sv0_iam::resource_matches(&pattern, thing) {
            return self.ask(asking, action, thing);
        }
        let names = listed::names(self.subject, &[action], &pattern);
        let (index, (action, resource, step)) = names
            .iter()
            .enumerate()
            .find_map(|(index, name)| Some((index, self.ask(asking, action, name)?)))?;
        if index == 0 {
            return Some((action, resource, step));
        }
        let step = reserved(step, &resource, Caveat::UnresolvedResource);
        Some((action, resource, step))
    }

    /// The calls on new things, all in one Region.
    fn on_new(&self, asking: &Asking<'_, 'e>, calls: &[Call], patterns: &[&'static str]) -> Option<Vec<Made>> {
        if patterns.is_empty() {
            return Some(Vec::new());
        }
        let actions: Vec<&str> = calls.iter().map(|call| call.action).collect();
        let regions = if patterns.iter().any(|pattern| pattern.contains("{region}")) {
            self.regions(&actions)
        } else {
            vec![A_REGION.to_owned()]
        };
        let made = regions.into_iter().filter_map(|region| {
            let made: Option<Vec<Vec<Made>>> = patterns
                .iter()
                .map(|pattern| self.on_one_name(asking, calls, pattern, &region))
                .collect();
            Some(made?.into_iter().flatten().collect::<Vec<Made>>())
        });
        most_open(made, |made| worst(made))
    }

    /// The calls on one new thing, under the name that opens most.
    fn on_one_name(
        &self,
        asking: &Asking<'_, 'e>,
        calls: &[Call],
        pattern: &'static str,
        region: &str,
    ) -> Option<Vec<Made>> {
        let actions: Vec<&'static str> = calls
            .iter()
            .filter(|call| call.on == On::New(pattern))
            .map(|call| call.action)
            .collect();
        let names = listed::names(self.subject, &actions, &self.fill(pattern, region));
        // Nothing new gets a name that is taken.
        let is_free = |name: &&String| !is_principal(name) || self.ground.estate.entity(name).is_none();
        let made = names.iter().filter(is_free).filter_map(|name| {
            let made = actions.iter().map(|action| self.ask(asking, action, name));
            made.collect::<Option<Vec<Made>>>()
        });
        most_open(made, |made| worst(made))
    }

    /// Regions where something new is worth trying.
    fn regions(&self, actions: &[&str]) -> Vec<String> {
        let named = listed::regions(self.subject, actions).map(str::to_owned);
        let known = self.ground.regions_of(self.account()).map(str::to_owned);
        let mut regions: Vec<String> = Vec::new();
        for region in known.take(MOST_REGIONS).chain(named).chain([A_REGION.to_owned()]) {
            if !regions.contains(&region) && regions.len() < 2 * MOST_REGIONS {
                regions.push(region);
            }
        }
        regions
    }

    fn fill(&self, pattern: &str, region: &str) -> String {
        let own = Arn::parse(&self.entity.native_id);
        let (partition, account) = own.map_or(("aws", ""), |own| (own.partition, own.account));
        fill(pattern, partition, region, account)
    }
}

fn fill(pattern: &str, partition: &str, region: &str, account: &str) -> String {
    pattern
        .replace("{partition}", partition)
        .replace("{region}", region)
        .replace("{account}", account)
}

/// Whether the route is to use a role as it was given.
fn is_assumption(route: &Route) -> bool {
    matches!(route.calls, [call] if call.action == ASSUME_ROLE)
}

/// Whether anybody but AWS changes the policies and the trust of a role.
fn is_changeable(role: &str) -> bool {
    !role.contains(RESERVED_PATH)
}

/// Whether an ARN is that of a user or role.
fn is_principal(arn: &str) -> bool {
    Arn::parse(arn).is_some_and(|arn| arn.service == "iam")
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

fn worst(made: &[Made]) -> PathState {
    made.iter()
        .map(|(_, _, step)| step.state)
        .max()
        .unwrap_or(PathState::Allowed)
}

/// The first that is open without condition, else the first.
fn most_open<T>(all: impl Iterator<Item = T>, state: impl Fn(&T) -> PathState) -> Option<T> {
    let mut first = None;
    for one in all {
        if state(&one) == PathState::Allowed {
            return Some(one);
        }
        first = first.or(Some(one));
    }
    first
}
