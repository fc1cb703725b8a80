use std::sync::Arc;

use serde_json::json;
use sv0_model::graph::{Graph, Sensitivity};
use sv0_model::path::{ActionClass, PathHop, PathState};
use sv0_model::route::{Access, Route, RoutePaths};

use super::{Reach, Reached};
use crate::PathDigest;
use crate::digest::tally::ByState;

fn hop(from: &str, to: &str, state: PathState) -> Arc<PathHop> {
    let hop = json!({"from": from, "relation": "ASSUMES", "to": to, "actions": [], "state": state, "blocked_by": [], "condition": null,
        "statements": [], "granted_by": [], "observation": {"status": "not_observable", "reason": ""}});
    Arc::new(serde_json::from_value(hop).unwrap())
}

/// A route from a function over these steps; the last one ends in a bucket.
fn path(hops: &[Arc<PathHop>]) -> RoutePaths {
    let (last, route) = hops.split_last().unwrap();
    let route = Route {
        workload: "function".to_owned(),
        roles: vec!["own".to_owned(), "next".to_owned()],
        hops: route.to_vec(),
        marks: Vec::new(),
        chain_depth: 2,
        accounts: Vec::new(),
        state: route.iter().map(|hop| hop.state).max().unwrap_or(PathState::Allowed),
        caveats: Vec::new(),
    };
    let access = Access {
        resource: "bucket".to_owned(),
        scope: "bucket".to_owned(),
        action_class: ActionClass::ReadData,
        is_best: true,
        hop: last.clone(),
        account: None,
        caveats: Vec::new(),
        sensitivity: Sensitivity::Restricted,
        sensitivity_rule: String::new(),
        data_domain: None,
        environment: None,
    };
    let mut routes = RoutePaths {
        route: Arc::new(route),
        accesses: [access].into(),
        taken: Vec::new(),
        executions: std::iter::empty().collect(),
    };
    routes.take(0, Default::default());
    routes
}

fn of(routes: &[RoutePaths]) -> Reach {
    PathDigest::of(&Graph::default(), routes.iter().cloned()).reach
}

/// What is reached in that state: the bucket, which is restricted.
fn bucket(state: PathState) -> Vec<(Reached, usize)> {
    let sensitivity = Sensitivity::Restricted;
    vec![(Reached { sensitivity, state }, 1)]
}

fn resources(reach: &Reach, id: &str) -> Vec<(Reached, usize)> {
    reach.get(id).unwrap().resources.clone().into_iter().collect()
}

#[test]
fn a_role_behind_a_blocked_step_still_reaches_what_is_open_to_it() {
    let reach = of(&[path(&[
        hop("function", "own", PathState::Allowed),
        hop("own", "next", PathState::Blocked),
        hop("next", "bucket", PathState::Allowed),
    ])]);
    assert!(resources(&reach, "function").is_empty() && resources(&reach, "own").is_empty());
    assert_eq!(resources(&reach, "next"), bucket(PathState::Allowed));
    assert_eq!(
        reach.get("bucket").unwrap().workloads,
        0,
        "nobody gets there by this path"
    );
    assert_eq!(reach.get("next").unwrap().paths, ByState::of(PathState::Blocked, 1));
}

#[test]
fn the_most_open_way_counts() {
    let reach = of(&[
        path(&[hop("function", "bucket", PathState::Conditional)]),
        path(&[hop("function", "bucket", PathState::Allowed)]),
    ]);
    assert_eq!(resources(&reach, "function"), bucket(PathState::Allowed));
}
