//! The paths of the made-up organization, told as a run tells them: by routes and what is reached on them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sv0_model::path::{AuthorityPath, PathState};
use sv0_model::route::{Access, PathKinds, Route, RoutePath, RoutePaths};

use super::graph::account;

/// The routes of paths, each with all that are on it. Routes that lead to equal accesses share them.
pub fn of(paths: &[AuthorityPath]) -> Vec<RoutePaths> {
    let mut routes: BTreeMap<Route, BTreeMap<Access, PathKinds>> = BTreeMap::new();
    for path in paths {
        let (route, access, kinds) = parts(path);
        routes.entry(route).or_default().insert(access, kinds);
    }
    let mut known: BTreeMap<Vec<Access>, Arc<[Access]>> = BTreeMap::new();
    let of_route = |(route, reached): (Route, BTreeMap<Access, PathKinds>)| {
        let (accesses, kinds): (Vec<Access>, Vec<PathKinds>) = reached.into_iter().unzip();
        let shared = known
            .entry(accesses)
            .or_insert_with_key(|accesses| accesses.as_slice().into());
        let mut paths = RoutePaths {
            route: Arc::new(route),
            accesses: shared.clone(),
            taken: Vec::new(),
            executions: BTreeMap::new(),
        };
        for (place, kinds) in kinds.into_iter().enumerate() {
            paths.take(place, kinds);
        }
        paths
    };
    routes.into_iter().map(of_route).collect()
}

/// The path as routes tell it: what follows of its steps follows of them, its id among it.
pub fn told(path: &AuthorityPath) -> AuthorityPath {
    let (route, access, kinds) = parts(path);
    let told = RoutePath {
        route: &route,
        access: &access,
        kinds,
        execution: "",
    };
    told.path()
}

fn parts(path: &AuthorityPath) -> (Route, Access, PathKinds) {
    let (last, hops) = path.hops.split_last().expect("a path has steps");
    let on_the_way = std::iter::once(&path.workload).chain(&path.roles);
    let accounts: BTreeSet<String> = on_the_way.filter_map(|id| account(id).map(str::to_owned)).collect();
    let route = Route {
        workload: path.workload.clone(),
        roles: path.roles.clone(),
        hops: hops.to_vec(),
        marks: Vec::new(),
        chain_depth: path.chain_depth,
        accounts: accounts.into_iter().collect(),
        state: hops.iter().map(|hop| hop.state).max().unwrap_or(PathState::Allowed),
        caveats: Vec::new(),
    };
    let access = Access {
        resource: path.resource.clone(),
        scope: path.scope.clone(),
        action_class: path.action_class,
        is_best: true,
        hop: last.clone(),
        account: account(&path.resource).map(str::to_owned),
        caveats: path.caveats.clone(),
        sensitivity: path.sensitivity,
        sensitivity_rule: path.sensitivity_rule.clone(),
        data_domain: path.data_domain.clone(),
        environment: path.environment.clone(),
    };
    (
        route,
        access,
        PathKinds::new(path.kinds.iter().copied(), path.egress_category),
    )
}
