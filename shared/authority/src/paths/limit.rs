//! The strongest paths of a workload that has more than are kept.

use std::cmp::Reverse;

use sv0_model::route::{RoutePath, RoutePaths, Taken};

/// A path, by the places of its route and of its access in the first run that holds it.
struct Candidate<'p> {
    route: usize,
    place: usize,
    path: RoutePath<'p>,
    id: String,
}

/// So many of the paths: the most open, then those into the most sensitive resources, then in the order of results.
pub(crate) fn strongest(mut routes: Vec<RoutePaths>, most: usize) -> Vec<RoutePaths> {
    let mut candidates: Vec<Candidate<'_>> = routes.iter().enumerate().flat_map(candidates_of).collect();
    candidates.sort_by(|a, b| a.path.order(&a.id).cmp(&b.path.order(&b.id)));
    candidates.sort_by_key(|candidate| (candidate.path.state(), Reverse(candidate.path.access.sensitivity)));
    candidates.truncate(most);
    let mut kept: Vec<(usize, Taken)> = candidates
        .into_iter()
        .map(|candidate| {
            let taken = Taken {
                first: candidate.place,
                count: 1,
                kinds: candidate.path.kinds,
            };
            (candidate.route, taken)
        })
        .collect();
    kept.sort_by_key(|(route, taken)| (*route, taken.first));
    for route in &mut routes {
        route.taken.clear();
    }
    for (route, taken) in kept {
        if let Some(route) = routes.get_mut(route) {
            route.take(taken.first, taken.kinds);
        }
    }
    routes.retain(|route| !route.taken.is_empty() || route.accesses.is_empty());
    routes
}

fn candidates_of((route, paths): (usize, &RoutePaths)) -> impl Iterator<Item = Candidate<'_>> {
    paths.places().map(move |(place, path)| Candidate {
        route,
        place,
        id: path.id(),
        path,
    })
}
