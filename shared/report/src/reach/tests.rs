use std::collections::BTreeMap;
use std::sync::Arc;

use sv0_model::graph::{Graph, Sensitivity};
use sv0_model::observation::Observation;
use sv0_model::path::{PathHop, PathState};
use sv0_model::route::{PathKinds, Route, RoutePaths};

use super::{Reach, Reached};
use crate::PathDigest;
use crate::digest;
use crate::digest::tally::ByState;
use crate::digest::tests::access_by;

fn hop(from: &str, to: &str, state: PathState) -> Arc<PathHop> {
    let unknown = Observation::NotObservable { reason: String::new() };
    digest::tests::hop(from, "ASSUMES", to, state, unknown)
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
    let access = access_by(last.clone(), Sensitivity::Restricted);
    let mut routes = RoutePaths {
        route: Arc::new(route),
        accesses: [access].into(),
        taken: Vec::new(),
        executions: BTreeMap::new(),
    };
    routes.take(0, PathKinds::default());
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
