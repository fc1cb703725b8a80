//! Which paths a page shows: the most dangerous, and of every kind and state some at least, so that many dangerous paths of one kind do not hide all of another.
//!
//! The paths of a route fall into lots of equal danger, which are weighed as one. Only what is chosen in the end becomes paths.

use std::cmp::{Ordering, Reverse};
use std::collections::BTreeMap;
use std::sync::Arc;

use sv0_model::graph::Sensitivity;
use sv0_model::path::{AuthorityPath, PathKind, PathState};
use sv0_model::route::{Route, RoutePath, RoutePaths, Taken};

use super::accesses::{AccessSet, AccessSets};
use super::summary::Lot;

/// How many paths are chosen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// The most.
    pub(crate) paths: usize,
    /// Paths of each kind and state that are chosen before any other.
    pub(crate) of_a_kind: usize,
}

/// How dangerous a path is, the most dangerous first: state, sensitivity, kind, whether it stays in one account, whether its last step was not seen, its length.
/// Among equals the workload decides, then the resource, then the id.
type Rank = (
    PathState,
    Reverse<Sensitivity>,
    Reverse<PathKind>,
    bool,
    bool,
    Reverse<usize>,
);

/// Paths of one route that are equally dangerous.
#[derive(Debug)]
struct Group {
    rank: Rank,
    routes: Arc<RoutePaths>,
    /// The number of what the route's authority reaches.
    set: usize,
    lot: Lot,
    count: usize,
}

/// A place in the order of danger, as far as it is known without a look at the resource.
type Place = (Rank, Arc<RoutePaths>);

/// The paths that may be chosen, out of those that were offered so far.
#[derive(Debug)]
pub(crate) struct Choice {
    limits: Limits,
    groups: Vec<Group>,
    /// How many paths the groups have.
    count: usize,
    /// How many they may have before those are left out that cannot be chosen.
    patience: usize,
    bar: Option<Bar>,
}

/// What was chosen last, once there was more than could be: what comes after it is not chosen any more.
#[derive(Debug, Default)]
struct Bar {
    /// Of those that no kind and state has a claim to; `None` where all are claimed.
    unclaimed: Option<Place>,
    /// Of each kind and state whose claim is met.
    claimed: BTreeMap<(PathKind, PathState), Place>,
}

impl Choice {
    pub(crate) fn of(limits: Limits) -> Self {
        Self {
            limits,
            groups: Vec::new(),
            count: 0,
            patience: 2 * limits.paths,
            bar: None,
        }
    }

    /// Offers the paths of a route, which fall into `lots`. `accounts` are those of the route, `set` is the number of what its authority reaches.
    pub(crate) fn offer(&mut self, routes: RoutePaths, set: usize, lots: &BTreeMap<Lot, usize>, accounts: &[usize]) {
        let routes = Arc::new(routes);
        for (lot, count) in lots {
            let rank = rank(lot, &routes.route, accounts);
            if self.bar.as_ref().is_some_and(|bar| bar.bars(rank, &routes.route)) {
                continue;
            }
            self.count += count;
            self.groups.push(Group {
                rank,
                routes: routes.clone(),
                set,
                lot: *lot,
                count: *count,
            });
        }
        if self.count > self.patience {
            self.cut();
        }
    }

    /// Leaves out the groups of which nothing can be chosen. What is chosen of the others and of further ones is what would be chosen of all.
    fn cut(&mut self) {
        self.groups.sort_by(Group::order);
        let ranked = ranked(&self.groups);
        let shares = shares(&ranked, self.limits);
        let is_full = self.count > self.limits.paths;
        self.bar = is_full.then(|| Bar::of(&ranked, &shares));
        let is_kept: Vec<bool> = ranked
            .iter()
            .zip(&shares)
            .flat_map(|(equal, share)| equal.iter().map(|_| share.all() > 0))
            .collect();
        let mut is_kept = is_kept.into_iter();
        self.groups.retain(|_| is_kept.next().unwrap_or(true));
        self.count = self.groups.iter().map(|group| group.count).sum();
        self.patience = 2 * self.count.max(self.limits.paths);
    }

    /// The chosen paths, the most dangerous first.
    pub(crate) fn paths(mut self, sets: &AccessSets) -> Vec<AuthorityPath> {
        self.groups.sort_by(Group::order);
        let ranked = ranked(&self.groups);
        let shares = shares(&ranked, self.limits);
        let mut paths = Vec::new();
        for (equal, share) in ranked.iter().zip(&shares) {
            first_of(equal, share.all(), sets, &mut paths);
        }
        paths
    }
}

fn rank(lot: &Lot, route: &Route, accounts: &[usize]) -> Rank {
    let is_other = |account: usize| !accounts.contains(&account);
    let leaves = !accounts.is_empty() && lot.leads_to.is_some_and(is_other);
    let is_cross_account = accounts.len() > 1 || leaves;
    (
        route.state.max(lot.state),
        Reverse(lot.sensitivity),
        Reverse(lot.kind),
        !is_cross_account,
        !lot.is_seen,
        Reverse(route.chain_depth),
    )
}

impl Group {
    fn order(&self, other: &Self) -> Ordering {
        let workloads = || self.routes.route.workload.cmp(&other.routes.route.workload);
        self.rank.cmp(&other.rank).then_with(workloads)
    }

    /// Kind and state, of which some are chosen in any case.
    fn claim(&self) -> (PathKind, PathState) {
        (self.lot.kind, self.rank.0)
    }
}

impl Bar {
    fn of(ranked: &[&[Group]], shares: &[Share]) -> Self {
        let mut bar = Self::default();
        let places = ranked
            .iter()
            .zip(shares)
            .filter_map(|(equal, share)| Some((equal.first()?, share)));
        for (group, share) in places {
            let place = || (group.rank, group.routes.clone());
            if share.unclaimed > 0 {
                bar.unclaimed = Some(place());
            }
            if share.meets_claim {
                bar.claimed.entry(group.claim()).or_insert_with(place);
            }
        }
        bar
    }

    /// Whether nothing in that place is chosen.
    fn bars(&self, rank: Rank, route: &Route) -> bool {
        let is_behind = |(last, routes): &Place| (rank, &route.workload) > (*last, &routes.route.workload);
        let (state, _, Reverse(kind), ..) = rank;
        self.claimed.get(&(kind, state)).is_some_and(is_behind) && self.unclaimed.as_ref().is_none_or(is_behind)
    }
}

/// How many are chosen of paths in the same place.
#[derive(Debug, Clone, Copy)]
struct Share {
    /// Because so many of each kind and state are.
    claimed: usize,
    /// Because there is room.
    unclaimed: usize,
    /// Whether these are the last that the kind and state has a claim to.
    meets_claim: bool,
}

impl Share {
    fn all(self) -> usize {
        self.claimed + self.unclaimed
    }
}

/// The groups in the same place together. They are sorted.
fn ranked(groups: &[Group]) -> Vec<&[Group]> {
    groups.chunk_by(|a, b| a.order(b) == Ordering::Equal).collect()
}

/// How many are chosen in each place.
fn shares(ranked: &[&[Group]], limits: Limits) -> Vec<Share> {
    let mut claimed_of: BTreeMap<(PathKind, PathState), usize> = BTreeMap::new();
    let count = |equal: &[Group]| -> usize { equal.iter().map(|group| group.count).sum() };
    let claimed = ranked.iter().map(|equal| {
        let Some(first) = equal.first() else {
            return (0, false);
        };
        let of_it = claimed_of.entry(first.claim()).or_default();
        let left = limits.of_a_kind - *of_it;
        let claimed = left.min(count(equal));
        *of_it += claimed;
        (claimed, left > 0 && claimed == left)
    });
    let claimed: Vec<(usize, bool)> = claimed.collect();
    let all_claimed: usize = claimed.iter().map(|(claimed, _)| claimed).sum();
    let (mut room, mut left) = (limits.paths.saturating_sub(all_claimed), limits.paths);
    let shares = ranked.iter().zip(claimed).map(|(equal, (claimed, meets_claim))| {
        let claimed = claimed.min(left);
        left -= claimed;
        let unclaimed = count(equal).saturating_sub(claimed).min(room).min(left);
        room -= unclaimed;
        left -= unclaimed;
        Share {
            claimed,
            unclaimed,
            meets_claim,
        }
    });
    shares.collect()
}

/// The first paths of groups in the same place, by resource, then by id.
fn first_of(groups: &[Group], count: usize, sets: &AccessSets, paths: &mut Vec<AuthorityPath>) {
    if count == 0 {
        return;
    }
    let mut of_groups: Vec<RoutePath<'_>> = groups.iter().flat_map(|group| of_group(group, sets)).collect();
    of_groups.sort_by(|a, b| a.access.resource.cmp(&b.access.resource));
    let mut left = count;
    for to_one in of_groups.chunk_by_mut(|a, b| a.access.resource == b.access.resource) {
        if left == 0 {
            break;
        }
        if to_one.len() > 1 {
            to_one.sort_by_cached_key(RoutePath::id);
        }
        paths.extend(to_one.iter().take(left).map(RoutePath::path));
        left = left.saturating_sub(to_one.len());
    }
}

fn of_group<'g>(group: &'g Group, sets: &'g AccessSets) -> impl Iterator<Item = RoutePath<'g>> {
    let in_lot = sets
        .get(group.set)
        .map(|set| group.routes.taken.iter().flat_map(|taken| in_lot(group, set, taken)));
    in_lot.into_iter().flatten()
}

fn in_lot<'g>(group: &'g Group, set: &'g AccessSet, taken: &'g Taken) -> impl Iterator<Item = RoutePath<'g>> {
    let (first, facts) = set.run(taken);
    let places = facts.iter().enumerate().filter(|(_, facts)| {
        let class = set.class_of(facts);
        class.is_some_and(|class| Lot::of(class, taken.kinds) == group.lot)
    });
    places.filter_map(move |(after, _)| {
        let place = first + after;
        Some(RoutePath {
            route: &group.routes.route,
            access: set.accesses.get(place)?,
            kinds: taken.kinds,
            execution: group.routes.executions.get(&place).map_or("", String::as_str),
        })
    })
}
