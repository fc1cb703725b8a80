//! What is told of routes is what is told of each of their paths.

mod naive;

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use sv0_model::arn::account_of;
use sv0_model::graph::{Graph, Sensitivity};
use sv0_model::observation::Observation;
use sv0_model::path::{ActionClass, AuthorityPath, EgressCategory, PathHop, PathKind, PathState};
use sv0_model::route::{Access, PathKinds, Route, RoutePaths};
use sv0_model::time::Timestamp;

use super::choice::Limits;
use super::{PathDigest, PathFold};

/// Few, so that workloads are roles of other routes, and resources of themselves.
fn id() -> impl Strategy<Value = String> {
    (0..3_u8, 0..4_u8).prop_map(|(account, name)| format!("arn:aws:iam::11111111111{account}:role/{name}"))
}

fn state() -> impl Strategy<Value = PathState> {
    // Routes of many steps are to be open often enough.
    select(vec![
        PathState::Allowed,
        PathState::Allowed,
        PathState::Allowed,
        PathState::Conditional,
        PathState::Blocked,
    ])
}

/// A step of which the logs say that.
pub(crate) fn hop(from: &str, relation: &str, to: &str, state: PathState, observation: Observation) -> Arc<PathHop> {
    Arc::new(PathHop {
        from: from.to_owned(),
        relation: relation.to_owned(),
        to: to.to_owned(),
        actions: Vec::new(),
        state,
        blocked_by: Vec::new(),
        condition: None,
        statements: Vec::new(),
        granted_by: Vec::new(),
        observation,
        note: String::new(),
    })
}

/// What a step leads to.
pub(crate) fn access_by(hop: Arc<PathHop>, sensitivity: Sensitivity) -> Access {
    Access {
        resource: hop.to.clone(),
        scope: String::new(),
        action_class: ActionClass::ReadData,
        is_best: true,
        hop,
        account: None,
        caveats: Vec::new(),
        sensitivity,
        sensitivity_rule: String::new(),
        data_domain: None,
        environment: None,
    }
}

fn observation() -> impl Strategy<Value = Observation> {
    let time = Timestamp::default();
    select(vec![
        Observation::Observed {
            count: 1,
            first_seen: time,
            last_seen: time,
            event_ids: Vec::new(),
        },
        Observation::NotObserved {
            window_start: time,
            window_end: time,
        },
        Observation::NotObservable { reason: String::new() },
    ])
}

fn access() -> impl Strategy<Value = Access> {
    let sensitivity = select(vec![
        Sensitivity::Unknown,
        Sensitivity::Internal,
        Sensitivity::Restricted,
    ]);
    let step = (
        id(),
        select(vec!["ACCESSES", "ESCALATES_TO"]),
        id(),
        state(),
        observation(),
    );
    (step, sensitivity, any::<bool>()).prop_map(|((from, relation, to, state, seen), sensitivity, names_account)| {
        let account = account_of(&to).filter(|_| names_account).map(str::to_owned);
        Access {
            account,
            ..access_by(hop(&from, relation, &to, state, seen), sensitivity)
        }
    })
}

/// What authorities reach. `is_of_one` as a rule: all from the same.
fn accesses() -> impl Strategy<Value = Arc<[Access]>> {
    (vec(access(), 0..12), any::<bool>()).prop_map(|(mut accesses, is_of_one)| {
        let start = accesses.first().map(|access| access.hop.from.clone());
        for (place, access) in accesses.iter_mut().enumerate() {
            access.scope = format!("{place}");
            if let Some(start) = start.clone().filter(|_| is_of_one) {
                Arc::make_mut(&mut access.hop).from = start;
            }
        }
        accesses.into()
    })
}

fn kinds() -> impl Strategy<Value = PathKinds> {
    let kind = select(vec![PathKind::Direct, PathKind::AssumedChain, PathKind::Agent]);
    let egress = select(vec![None, Some(EgressCategory::Llm), Some(EgressCategory::Internet)]);
    (vec(kind, 0..3), egress).prop_map(|(kinds, egress)| PathKinds::new(kinds, egress))
}

fn route() -> impl Strategy<Value = Route> {
    let step = (select(vec!["ASSUMES", "PASSES_ROLE"]), id(), state(), observation());
    (id(), vec(id(), 0..3), vec(step, 0..4), 1..4_usize).prop_map(|(workload, roles, steps, chain_depth)| {
        let mut from = workload.clone();
        let hops = steps.into_iter().map(|(relation, to, state, seen)| {
            let from = std::mem::replace(&mut from, to.clone());
            hop(&from, relation, &to, state, seen)
        });
        let hops: Vec<Arc<PathHop>> = hops.collect();
        let mut accounts: Vec<String> = roles
            .iter()
            .filter_map(|role| account_of(role))
            .map(str::to_owned)
            .collect();
        accounts.sort();
        accounts.dedup();
        Route {
            state: hops.iter().map(|hop| hop.state).max().unwrap_or(PathState::Allowed),
            workload,
            roles,
            hops,
            marks: Vec::new(),
            chain_depth,
            accounts,
            caveats: Vec::new(),
        }
    })
}

/// Routes to all or to some of what few authorities reach.
fn routes() -> impl Strategy<Value = Vec<RoutePaths>> {
    let sets = vec(accesses(), 1..4);
    let taken = prop_oneof![
        kinds().prop_map(|kinds| vec![Some(kinds); 12]),
        vec(proptest::option::of(kinds()), 12),
    ];
    let one = (
        route(),
        any::<prop::sample::Index>(),
        taken,
        proptest::option::of(0..12_usize),
    );
    (sets, vec(one, 0..40)).prop_map(|(sets, routes)| {
        let routes = routes.into_iter().enumerate();
        routes
            .map(|(number, (mut route, set, kinds, executed))| {
                // No two paths have the same id.
                route.marks.push(number.to_string());
                let accesses = set.get(&sets).clone();
                let mut paths = RoutePaths {
                    route: Arc::new(route),
                    accesses,
                    taken: Vec::new(),
                    executions: executed.map(|place| (place, "seen".to_owned())).into_iter().collect(),
                };
                for (place, kinds) in kinds.into_iter().enumerate().take(paths.accesses.len()) {
                    if let Some(kinds) = kinds {
                        paths.take(place, kinds);
                    }
                }
                paths
            })
            .collect()
    })
}

/// The digest of routes; what they lead to is let go as soon as no later one does.
fn digest(routes: Vec<RoutePaths>, limits: Limits) -> PathDigest {
    let graph = Graph::default();
    let mut fold = PathFold::within(&graph, limits);
    for routes in routes {
        fold.accesses.patience = 0;
        fold.add(routes);
    }
    fold.finish()
}

fn paths_of(routes: &[RoutePaths]) -> Vec<AuthorityPath> {
    routes
        .iter()
        .flat_map(RoutePaths::paths)
        .map(|path| path.path())
        .collect()
}

const ALL: Limits = Limits {
    paths: usize::MAX / 4,
    of_a_kind: 2,
};

proptest! {
    #[test]
    fn the_counts_of_routes_are_those_of_their_paths(routes in routes()) {
        let paths = paths_of(&routes);
        let digest = digest(routes, ALL);
        let (counts, accounts) = naive::counts(&paths);
        prop_assert_eq!(digest.counts, counts);
        prop_assert_eq!(digest.accounts, accounts);
    }

    #[test]
    fn the_reach_of_routes_is_that_of_their_paths(routes in routes()) {
        let paths = paths_of(&routes);
        let reach = digest(routes, ALL).reach;
        let known = naive::reach(&paths);
        prop_assert_eq!(reach.iter().count(), known.len());
        for (id, known_of_it) in &known {
            let mut workloads: Vec<&str> = reach.workloads(id).collect();
            workloads.sort_unstable();
            prop_assert_eq!(&workloads, &known_of_it.workloads.iter().copied().collect::<Vec<_>>());
            prop_assert_eq!(reach.get(id), Some(&known_of_it.summed_up()), "{}", id);
            for (other, known_of_other) in &known {
                let is_among = known_of_it.resources.iter().all(|(resource, reached)| known_of_other.resources.get(resource) == Some(reached));
                prop_assert_eq!(reach.resources(id).are_among(&reach.resources(other)), is_among, "{} {}", id, other);
            }
        }
    }

    #[test]
    fn what_is_chosen_of_routes_is_what_is_chosen_of_their_paths(routes in routes(), paths in 1..60_usize, of_a_kind in 0..4_usize) {
        let limits = Limits { paths, of_a_kind };
        let all = paths_of(&routes);
        prop_assert_eq!(digest(routes, limits).most_telling, naive::most_telling(all, limits));
    }
}

#[test]
fn accesses_are_let_go_with_the_callers_unless_their_paths_may_be_shown() {
    let seen = || Observation::NotObservable { reason: String::new() };
    let to = |state| {
        let step = hop("role", "ACCESSES", "bucket", state, seen());
        let route = Route {
            workload: "function".to_owned(),
            roles: vec!["role".to_owned()],
            hops: vec![hop("function", "RUNS_AS", "role", PathState::Allowed, seen())],
            marks: Vec::new(),
            chain_depth: 1,
            accounts: Vec::new(),
            state: PathState::Allowed,
            caveats: Vec::new(),
        };
        let mut routes = RoutePaths {
            route: Arc::new(route),
            accesses: [access_by(step, Sensitivity::Unknown)].into(),
            taken: Vec::new(),
            executions: BTreeMap::new(),
        };
        routes.take(0, PathKinds::default());
        routes
    };
    let graph = Graph::default();
    let limits = Limits { paths: 1, of_a_kind: 0 };
    let mut fold = PathFold::within(&graph, limits);
    let states = [
        PathState::Allowed,
        PathState::Conditional,
        PathState::Blocked,
        PathState::Blocked,
    ];
    let held = states.map(|state| {
        let routes = to(state);
        let held = Arc::downgrade(&routes.accesses);
        fold.accesses.patience = 0;
        fold.add(routes);
        held
    });
    let is_held = held.map(|held| held.upgrade().is_some());
    assert_eq!(
        is_held,
        [true, false, false, true],
        "the most dangerous, and the last, which is yet to be looked at"
    );
    let digest = fold.finish();
    assert_eq!((digest.counts.all, digest.most_telling.len()), (4, 1));
    assert_eq!(digest.reach.get("bucket").map(|reach| reach.paths.all()), Some(4));
}
