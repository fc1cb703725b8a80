//! Authority paths told together: each way to an authority once, and once what the authority reaches.
//!
//! A path is a route and an access: ten workloads that come to a role which reaches a thousand buckets have ten thousand paths, ten routes and a thousand
//! accesses. Results, history and reports hold routes and accesses; a path is put together where one is looked at.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::decision::{Caveat, ConditionExpression, Layer};
use crate::graph::{Classified, Sensitivity};
use crate::hash::stable_id;
use crate::path::{ActionClass, Authority, AuthorityPath, EgressCategory, PathHop, PathKind, PathState};

/// One way from a workload or identity to an authority: what all paths on it have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Route {
    /// Native id of the workload or identity that it starts from.
    pub workload: String,
    /// Native ids of the roles on the way, the workload's own first. A user is its own first authority and is not repeated here.
    pub roles: Vec<String>,
    /// The steps to the last authority. Most are taken by many routes: equal ones are meant to be held once.
    pub hops: Vec<Arc<PathHop>>,
    /// What tells it from other routes over the same roles: relation and target of its steps by other ways than the role itself and AssumeRole.
    pub marks: Vec<String>,
    /// Number of authorities chained: 1 for the workload's own role, one more for each that is assumed or otherwise come to.
    pub chain_depth: usize,
    /// The accounts of the workload and of everything that a step leads to, sorted.
    pub accounts: Vec<String>,
    /// The state of its worst step.
    pub state: PathState,
    /// Reservations of its steps, sorted.
    pub caveats: Vec<Caveat>,
}

impl Route {
    /// Native id of the principal that it leads to: the last role, or the start where that is a user.
    #[must_use]
    pub fn authority(&self) -> &str {
        self.roles.last().unwrap_or(&self.workload)
    }

    /// Whether workload, roles and what is reached so are in more than one account.
    #[must_use]
    pub fn crosses_accounts_to(&self, access: &Access) -> bool {
        let is_other = |account: &String| !self.accounts.contains(account);
        self.accounts.len() > 1 || (!self.accounts.is_empty() && access.account.as_ref().is_some_and(is_other))
    }

    /// Hash of workload, roles and marks: the same route has the same id in every run.
    #[must_use]
    pub fn id(&self) -> String {
        let mut parts = vec!["route", self.workload.as_str()];
        parts.extend(self.roles.iter().map(String::as_str));
        // A role's id is an ARN and a mark never is one without its relation before it, so that the two lists cannot be taken for one another.
        parts.extend(self.marks.iter().map(String::as_str));
        stable_id(&parts)
    }
}

/// What an authority can do with a part of a resource: the last step of paths.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Access {
    /// Native id of the resource.
    pub resource: String,
    /// Which part of it: its ARN, or a pattern such as `arn:aws:s3:::orders/reports/*`.
    pub scope: String,
    /// What can be done.
    pub action_class: ActionClass,
    /// Whether no other actions of the class reach the part in a better state.
    pub is_best: bool,
    /// The step, with the actions of the class and their state.
    pub hop: Arc<PathHop>,
    /// The account of what the step leads to, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Reservations of the step, sorted.
    pub caveats: Vec<Caveat>,
    /// The resource's sensitivity.
    pub sensitivity: Sensitivity,
    /// In words, the rule that set the sensitivity; empty where it is unknown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sensitivity_rule: String,
    /// The resource's data domain, where a rule gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_domain: Option<Classified>,
    /// The resource's environment, where a rule gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<Classified>,
}

impl Access {
    /// Hash of the authority (where the step starts), resource, action class and part: the same access has the same id in every run.
    #[must_use]
    pub fn id(&self) -> String {
        let class = name_of(&self.action_class);
        let state = name_of(&self.hop.state);
        let mut parts = vec![
            "access",
            &self.hop.from,
            &self.hop.relation,
            &self.resource,
            &class,
            &self.scope,
        ];
        parts.extend((!self.is_best).then_some(state.as_str()));
        stable_id(&parts)
    }
}

/// A path that a finding names, and what it is made of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CitedPath {
    /// The path's id.
    pub path: String,
    /// [`Route::id`] of its route.
    pub route: String,
    /// [`Access::id`] of its access.
    pub access: String,
}

/// Kinds of a path and where data leaves to, in one number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PathKinds(u32);

impl PathKinds {
    const LLM: u32 = 1 << 30;
    const INTERNET: u32 = 1 << 31;

    /// These kinds; data that the path reads leaves to `egress`.
    #[must_use]
    pub fn new(kinds: impl IntoIterator<Item = PathKind>, egress: Option<EgressCategory>) -> Self {
        let bits = kinds.into_iter().fold(0, |bits, kind| bits | bit_of(kind));
        Self(bits | egress.map_or(0, bit_of_egress))
    }

    /// The kinds, in the order of precedence.
    pub fn kinds(self) -> impl Iterator<Item = PathKind> {
        PathKind::ALL.into_iter().filter(move |kind| self.contains(*kind))
    }

    /// Whether a path is of that kind.
    #[must_use]
    pub fn contains(self, kind: PathKind) -> bool {
        self.0 & bit_of(kind) != 0
    }

    /// The most telling kind.
    #[must_use]
    pub fn kind(self) -> PathKind {
        self.kinds().last().unwrap_or(PathKind::Direct)
    }

    /// Where data that the path reaches leaves to.
    #[must_use]
    pub fn egress(self) -> Option<EgressCategory> {
        [EgressCategory::Llm, EgressCategory::Internet]
            .into_iter()
            .find(|egress| self.0 & bit_of_egress(*egress) != 0)
    }
}

fn bit_of(kind: PathKind) -> u32 {
    // The variants stand in the order of `PathKind::ALL`, which a test holds.
    1 << (kind as u32)
}

fn bit_of_egress(egress: EgressCategory) -> u32 {
    match egress {
        EgressCategory::Llm => PathKinds::LLM,
        EgressCategory::Internet => PathKinds::INTERNET,
    }
}

/// Accesses next to each other to which a route leads, by paths of the same kinds.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Taken {
    /// The place of the first among the accesses.
    pub first: usize,
    /// How many.
    pub count: usize,
    /// The kinds of each of these paths.
    pub kinds: PathKinds,
}

impl Taken {
    /// The places of the accesses.
    #[must_use]
    pub fn places(&self) -> Range<usize> {
        self.first..self.first.saturating_add(self.count)
    }
}

/// The paths that take one route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoutePaths {
    /// The route.
    pub route: Arc<Route>,
    /// What is reached at its end, by all routes that lead there: as a rule sorted by resource, part, class and state.
    pub accesses: Arc<[Access]>,
    /// To which of them it leads: all of them, as a rule. Sorted, none twice.
    pub taken: Vec<Taken>,
    /// What the logs say of single paths, by the place of the access: that one execution took the roles one after the other and did this.
    pub executions: BTreeMap<usize, String>,
}

impl RoutePaths {
    /// The paths, in the order of the accesses.
    pub fn paths(&self) -> impl Iterator<Item = RoutePath<'_>> {
        self.places().map(|(_, path)| path)
    }

    /// The paths with the places of their accesses.
    pub fn places(&self) -> impl Iterator<Item = (usize, RoutePath<'_>)> {
        let places = self.taken.iter();
        let places = places.flat_map(|taken| taken.places().map(|place| (place, taken.kinds)));
        places.filter_map(|(place, kinds)| {
            let path = RoutePath {
                route: &self.route,
                access: self.accesses.get(place)?,
                kinds,
                execution: self.executions.get(&place).map_or("", String::as_str),
            };
            Some((place, path))
        })
    }

    /// Takes in the path to the access at that place, which is after those of all paths that are there.
    pub fn take(&mut self, place: usize, kinds: PathKinds) {
        let last = self.taken.last_mut();
        match last.filter(|last| last.kinds == kinds && last.places().end == place) {
            Some(last) => last.count += 1,
            None => self.taken.push(Taken {
                first: place,
                count: 1,
                kinds,
            }),
        }
    }

    /// How many paths there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.taken.iter().map(|taken| taken.count).sum()
    }
}

/// A path, as the route and the access that it is made of.
#[derive(Debug, Clone, Copy)]
pub struct RoutePath<'p> {
    /// The way to the authority.
    pub route: &'p Route,
    /// What it does there.
    pub access: &'p Access,
    /// Its kinds.
    pub kinds: PathKinds,
    /// What the logs say of an execution of the whole of it; empty where they say nothing.
    pub execution: &'p str,
}

impl RoutePath<'_> {
    /// Whether it can be walked.
    #[must_use]
    pub fn state(&self) -> PathState {
        self.route.state.max(self.access.hop.state)
    }

    /// Whether workload, roles and resource are in more than one account.
    #[must_use]
    pub fn is_cross_account(&self) -> bool {
        self.route.crosses_accounts_to(self.access)
    }

    /// Hash of workload, roles, resource, class and scope. What reaches the same part in a second state, on the way of ECS's injection or on a detour, says so.
    #[must_use]
    pub fn id(&self) -> String {
        let (route, access) = (self.route, self.access);
        let class = name_of(&access.action_class);
        let state = name_of(&access.hop.state);
        let mut parts = vec!["path", route.workload.as_str()];
        parts.extend(route.roles.iter().map(String::as_str));
        parts.extend([access.resource.as_str(), &class, &access.scope]);
        parts.extend(route.marks.iter().map(String::as_str));
        parts.extend((!access.is_best).then_some(state.as_str()));
        stable_id(&parts)
    }

    /// By what paths of one workload are ordered: depth, roles, resource, part, class, state, and its own id.
    #[must_use]
    pub fn order<'o>(&'o self, id: &'o str) -> impl Ord + use<'o> {
        let (route, access) = (self.route, self.access);
        (
            (route.chain_depth, &route.roles),
            (&access.resource, &access.scope, access.action_class),
            (self.state(), id),
        )
    }

    /// The path, put together.
    #[must_use]
    pub fn path(&self) -> AuthorityPath {
        let (route, access) = (self.route, self.access);
        let mut last = access.hop.clone();
        if !self.execution.is_empty() {
            self.execution.clone_into(&mut Arc::make_mut(&mut last).note);
        }
        let hops: Vec<Arc<PathHop>> = route.hops.iter().cloned().chain([last]).collect();
        let state = self.state();
        let mut caveats = route.caveats.clone();
        caveats.extend(&access.caveats);
        caveats.sort_unstable();
        caveats.dedup();
        AuthorityPath {
            id: self.id(),
            kind: self.kinds.kind(),
            kinds: self.kinds.kinds().collect(),
            workload: route.workload.clone(),
            roles: route.roles.clone(),
            resource: access.resource.clone(),
            scope: access.scope.clone(),
            action_class: access.action_class,
            actions: access.hop.actions.clone(),
            state,
            blocked_by: layers(&hops, state),
            condition: match state {
                PathState::Conditional => {
                    ConditionExpression::all_of(hops.iter().filter_map(|hop| hop.condition.clone()))
                }
                PathState::Allowed | PathState::Blocked => None,
            },
            chain_depth: route.chain_depth,
            cross_account: self.is_cross_account(),
            observation: access.hop.observation.clone(),
            hops,
            sensitivity: access.sensitivity,
            sensitivity_rule: access.sensitivity_rule.clone(),
            data_domain: access.data_domain.clone(),
            environment: access.environment.clone(),
            egress_category: self.kinds.egress(),
            authority: Authority::Effective,
            caveats,
        }
    }
}

/// The paths of one workload, put together, by depth, roles, resource, part, class, state and id.
#[must_use]
pub fn in_order(of_workload: &[RoutePaths]) -> Vec<AuthorityPath> {
    let views = of_workload.iter().flat_map(RoutePaths::paths);
    let mut views: Vec<(RoutePath<'_>, String)> = views.map(|path| (path, path.id())).collect();
    views.sort_by(|(a, of_a), (b, of_b)| a.order(of_a).cmp(&b.order(of_b)));
    views.iter().map(|(path, _)| path.path()).collect()
}

/// The layers of the hops that give a path its state.
fn layers(hops: &[Arc<PathHop>], state: PathState) -> Vec<Layer> {
    let mut layers = Vec::new();
    if state != PathState::Allowed {
        let deciding = hops.iter().filter(|hop| hop.state == state);
        layers.extend(deciding.flat_map(|hop| hop.blocked_by.iter().copied()));
        layers.sort_unstable();
        layers.dedup();
    }
    layers
}

/// The name of a variant as it is serialised.
fn name_of<T: Serialize>(variant: &T) -> String {
    serde_json::to_value(variant)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_set_of_kinds_is_told_again_as_it_was_put_in() {
        for (place, kind) in PathKind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, place, "the bit of a kind is its place");
            let two = PathKinds::new([kind, PathKind::Agent], Some(EgressCategory::Llm));
            assert_eq!(two.kind(), kind.max(PathKind::Agent));
            assert!(two.contains(kind) && two.kinds().all(|known| known == kind || known == PathKind::Agent));
            assert_eq!(two.egress(), Some(EgressCategory::Llm));
        }
        assert_eq!(PathKinds::default().egress(), None);
        assert_eq!(
            PathKinds::new([], Some(EgressCategory::Internet)).egress(),
            Some(EgressCategory::Internet)
        );
    }
}
