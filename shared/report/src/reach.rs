//! How far every entity reaches, over all paths, shown on the page or not.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sv0_model::graph::Sensitivity;
use sv0_model::observation::Observation;
use sv0_model::path::{AuthorityPath, PathHop, PathState};

/// The paths one entity stands on.
#[derive(Debug, Default)]
pub(crate) struct EntityReach {
    /// Paths that are allowed.
    pub(crate) allowed: usize,
    /// Paths that are conditional.
    pub(crate) conditional: usize,
    /// Paths that are blocked.
    pub(crate) blocked: usize,
    /// What it can reach from where it stands, by steps that are not blocked.
    pub(crate) resources: BTreeMap<Arc<str>, Reached>,
    /// Where paths begin that reach it, by steps that are not blocked.
    pub(crate) workloads: BTreeSet<Arc<str>>,
    /// Whether a step that raises the caller's authority lies open before it.
    pub(crate) escalates: bool,
    /// Whether data that it reaches leaves AWS, or goes to a model, on the way.
    pub(crate) leaves: bool,
    /// What the logs say of the steps that it takes itself.
    pub(crate) seen: Seen,
}

/// What is reached of one resource: the most open way counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reached {
    /// How sensitive it is.
    pub(crate) sensitivity: Sensitivity,
    /// Allowed, or under a condition only.
    pub(crate) state: PathState,
}

/// What the logs say; the later variant outweighs the earlier.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Seen {
    /// Nothing was asked of them.
    #[default]
    Unknown,
    /// They would show use, and show none.
    NotObserved,
    /// They could not show it.
    NotObservable,
    /// They show use.
    Observed,
}

/// Relations by which a caller raises its own authority. What lies behind changed code or a pushed image is counted by the path that leads there.
const ESCALATIONS: [&str; 2] = ["ESCALATES_TO", "PASSES_ROLE"];

/// Reach by native id.
pub(crate) type Reach = BTreeMap<Arc<str>, EntityReach>;

/// Reads the reach of everything that stands on a path off the paths, one after the other.
#[derive(Debug, Default)]
pub(crate) struct ReachFold {
    reach: Reach,
    /// Every id once: most stand on many paths.
    ids: BTreeSet<Arc<str>>,
}

impl ReachFold {
    pub(crate) fn reach(&self) -> &Reach {
        &self.reach
    }

    pub(crate) fn add(&mut self, path: &AuthorityPath) {
        let (workload, resource) = (self.id(&path.workload), self.id(&path.resource));
        for (walker, rest) in walkers(path) {
            let ends = Ends {
                workload: &workload,
                resource: &resource,
            };
            let id = self.id(walker);
            self.reach.entry(id).or_default().walk(walker, path, rest, ends);
        }
        let of_resource = self.reach.entry(resource).or_default();
        of_resource.count(path.state);
        if path.state != PathState::Blocked {
            of_resource.workloads.insert(workload);
        }
    }

    fn id(&mut self, id: &str) -> Arc<str> {
        match self.ids.get(id) {
            Some(known) => known.clone(),
            None => {
                let new: Arc<str> = Arc::from(id);
                self.ids.insert(new.clone());
                new
            }
        }
    }
}

/// Where a path begins and ends.
#[derive(Clone, Copy)]
struct Ends<'i> {
    workload: &'i Arc<str>,
    resource: &'i Arc<str>,
}

/// Everything that takes a step of the path, each with the steps from its first one on. Roles that no step starts from count with the whole path.
fn walkers(path: &AuthorityPath) -> BTreeMap<&str, &[Arc<PathHop>]> {
    let mut walkers = BTreeMap::new();
    for (position, hop) in path.hops.iter().enumerate() {
        let rest = path.hops.get(position..).unwrap_or_default();
        walkers.entry(hop.from.as_str()).or_insert(rest);
    }
    for id in std::iter::once(&path.workload).chain(&path.roles) {
        walkers.entry(id.as_str()).or_insert(path.hops.as_slice());
    }
    walkers.remove(path.resource.as_str());
    walkers
}

impl EntityReach {
    /// How many resources of a sensitivity it can reach.
    pub(crate) fn resources_of(&self, sensitivity: Sensitivity) -> usize {
        let is_it = |reached: &&Reached| reached.sensitivity == sensitivity;
        self.resources.values().filter(is_it).count()
    }

    fn walk(&mut self, walker: &str, path: &AuthorityPath, rest: &[Arc<PathHop>], ends: Ends<'_>) {
        self.count(path.state);
        let own = rest.iter().filter(|hop| hop.from == walker);
        self.seen = own.map(|hop| seen(&hop.observation)).fold(self.seen, Seen::max);
        // A step before the walker may be blocked while all that follows is open to whoever holds the walker itself.
        let state = rest.iter().map(|hop| hop.state).max().unwrap_or(path.state);
        if state == PathState::Blocked {
            return;
        }
        let reached = Reached {
            sensitivity: path.sensitivity,
            state,
        };
        let known = self.resources.entry(ends.resource.clone()).or_insert(reached);
        known.state = known.state.min(state);
        known.sensitivity = known.sensitivity.max(path.sensitivity);
        self.escalates |= rest.iter().any(|hop| ESCALATIONS.contains(&hop.relation.as_str()));
        self.leaves |= path.egress_category.is_some();
        if walker != path.workload && path.state != PathState::Blocked {
            self.workloads.insert(ends.workload.clone());
        }
    }

    fn count(&mut self, state: PathState) {
        match state {
            PathState::Allowed => self.allowed += 1,
            PathState::Conditional => self.conditional += 1,
            PathState::Blocked => self.blocked += 1,
        }
    }
}

/// What an observation says.
pub(crate) fn seen(observation: &Observation) -> Seen {
    match observation {
        Observation::Observed { .. } => Seen::Observed,
        Observation::NotObserved { .. } => Seen::NotObserved,
        Observation::NotObservable { .. } => Seen::NotObservable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn hop(from: &str, to: &str, state: &str) -> serde_json::Value {
        json!({"from": from, "relation": "ASSUMES", "to": to, "actions": [], "state": state, "blocked_by": [], "condition": null,
            "statements": [], "granted_by": [], "observation": {"status": "not_observable", "reason": ""}})
    }

    fn path(hops: &[serde_json::Value], state: &str) -> AuthorityPath {
        let path = json!({"id": "p", "kind": "direct", "kinds": ["direct"], "workload": "function", "roles": ["own", "next"], "resource": "bucket",
            "scope": "bucket", "action_class": "read_data", "actions": [], "state": state, "blocked_by": [], "condition": null, "hops": hops,
            "chain_depth": 2, "cross_account": false, "sensitivity": "restricted", "authority": "effective", "caveats": [],
            "observation": {"status": "not_observable", "reason": ""}});
        serde_json::from_value(path).unwrap()
    }

    fn of(paths: &[AuthorityPath]) -> Reach {
        let mut fold = ReachFold::default();
        paths.iter().for_each(|path| fold.add(path));
        fold.reach
    }

    #[test]
    fn a_role_behind_a_blocked_step_still_reaches_what_is_open_to_it() {
        let hops = [
            hop("function", "own", "allowed"),
            hop("own", "next", "blocked"),
            hop("next", "bucket", "allowed"),
        ];
        let paths = [path(&hops, "blocked")];
        let reach = of(&paths);
        assert!(reach["function"].resources.is_empty() && reach["own"].resources.is_empty());
        assert_eq!(reach["next"].resources["bucket"].state, PathState::Allowed);
        assert!(reach["bucket"].workloads.is_empty(), "nobody gets there by this path");
        assert_eq!(reach["next"].blocked, 1);
    }

    #[test]
    fn the_most_open_way_counts() {
        let conditional = [hop("function", "bucket", "conditional")];
        let allowed = [hop("function", "bucket", "allowed")];
        let paths = [path(&conditional, "conditional"), path(&allowed, "allowed")];
        assert_eq!(of(&paths)["function"].resources["bucket"].state, PathState::Allowed);
    }
}
