//! The same path by path: what the digest says in as plain words as can be.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sv0_model::graph::{Graph, Sensitivity};
use sv0_model::observation::Observation;
use sv0_model::path::{AuthorityPath, PathHop, PathKind, PathState};

use crate::digest::choice::Limits;
use crate::digest::counts::{PathCounts, PathsIntoAccount};
use crate::digest::tally::ByState;
use crate::names::account_of_entity;
use crate::reach::{EntityReach, Reached, Seen, escalates, seen};

pub(crate) fn counts(paths: &[AuthorityPath]) -> (PathCounts, BTreeMap<String, PathsIntoAccount>) {
    let graph = Graph::default();
    let mut counts = PathCounts::default();
    let mut accounts: BTreeMap<String, PathsIntoAccount> = BTreeMap::new();
    for path in paths {
        counts.all += 1;
        counts.by_state.add(path.state, 1);
        for kind in &path.kinds {
            counts.by_kind.entry(*kind).or_default().add(path.state, 1);
        }
        let is_restricted = path.sensitivity == Sensitivity::Restricted;
        if path.state == PathState::Allowed {
            counts.open_to_restricted += usize::from(is_restricted);
            counts.open_and_used += usize::from(matches!(path.observation, Observation::Observed { .. }));
        }
        let account = account_of_entity(&graph, &path.resource);
        if let Some(account) = account.filter(|_| path.state != PathState::Blocked) {
            let into = accounts.entry(account.to_owned()).or_default();
            into.all += 1;
            into.to_restricted += usize::from(is_restricted);
            into.from_elsewhere += usize::from(account_of_entity(&graph, &path.workload) != Some(account));
        }
    }
    (counts, accounts)
}

#[derive(Default)]
pub(crate) struct NaiveReach<'p> {
    paths: ByState,
    pub(crate) resources: BTreeMap<&'p str, Reached>,
    pub(crate) workloads: BTreeSet<&'p str>,
    escalates: bool,
    leaves: bool,
    seen: Seen,
}

impl NaiveReach<'_> {
    pub(crate) fn summed_up(&self) -> EntityReach {
        let mut resources: BTreeMap<Reached, usize> = BTreeMap::new();
        for reached in self.resources.values() {
            *resources.entry(*reached).or_default() += 1;
        }
        EntityReach {
            paths: self.paths,
            resources,
            workloads: self.workloads.len(),
            escalates: self.escalates,
            leaves: self.leaves,
            seen: self.seen,
        }
    }
}

pub(crate) fn reach(paths: &[AuthorityPath]) -> BTreeMap<&str, NaiveReach<'_>> {
    let mut reach: BTreeMap<&str, NaiveReach<'_>> = BTreeMap::new();
    for path in paths {
        for (walker, rest) in walkers(path) {
            walk(reach.entry(walker).or_default(), walker, path, rest);
        }
        let of_resource = reach.entry(&path.resource).or_default();
        of_resource.paths.add(path.state, 1);
        if path.state != PathState::Blocked {
            of_resource.workloads.insert(&path.workload);
        }
    }
    reach
}

/// Everything that takes a step of the path, each with the steps from its first one on.
fn walkers(path: &AuthorityPath) -> BTreeMap<&str, &[Arc<PathHop>]> {
    let mut walkers = BTreeMap::new();
    for (position, hop) in path.hops.iter().enumerate() {
        walkers.entry(hop.from.as_str()).or_insert(&path.hops[position..]);
    }
    for id in std::iter::once(&path.workload).chain(&path.roles) {
        walkers.entry(id.as_str()).or_insert(&path.hops[..]);
    }
    walkers.remove(path.resource.as_str());
    walkers
}

fn walk<'p>(of_it: &mut NaiveReach<'p>, walker: &str, path: &'p AuthorityPath, rest: &[Arc<PathHop>]) {
    of_it.paths.add(path.state, 1);
    let own = rest.iter().filter(|hop| hop.from == walker);
    of_it.seen = own.map(|hop| seen(&hop.observation)).fold(of_it.seen, Seen::max);
    let state = rest.iter().map(|hop| hop.state).max().unwrap_or(path.state);
    if state == PathState::Blocked {
        return;
    }
    let sensitivity = path.sensitivity;
    let known = of_it
        .resources
        .entry(&path.resource)
        .or_insert(Reached { sensitivity, state });
    known.state = known.state.min(state);
    known.sensitivity = known.sensitivity.max(sensitivity);
    of_it.escalates |= rest.iter().any(|hop| escalates(hop));
    of_it.leaves |= path.egress_category.is_some();
    if walker != path.workload && path.state != PathState::Blocked {
        of_it.workloads.insert(&path.workload);
    }
}

pub(crate) fn most_telling(mut paths: Vec<AuthorityPath>, limits: Limits) -> Vec<AuthorityPath> {
    paths.sort_by_cached_key(|path| {
        (
            (path.state, Reverse(path.sensitivity), Reverse(path.kind)),
            (!path.cross_account, seen(&path.observation) != Seen::Observed),
            (
                Reverse(path.chain_depth),
                path.workload.clone(),
                path.resource.clone(),
                path.id.clone(),
            ),
        )
    });
    let mut kept_of: BTreeMap<(PathKind, PathState), usize> = BTreeMap::new();
    let mut is_claimed = Vec::new();
    for path in &paths {
        let kept = kept_of.entry((path.kind, path.state)).or_default();
        *kept += 1;
        is_claimed.push(*kept <= limits.of_a_kind);
    }
    let mut room = limits
        .paths
        .saturating_sub(is_claimed.iter().filter(|is_claimed| **is_claimed).count());
    let mut chosen = Vec::new();
    for (path, is_claimed) in paths.into_iter().zip(is_claimed) {
        if is_claimed {
            chosen.push(path);
        } else if room > 0 {
            room -= 1;
            chosen.push(path);
        }
    }
    chosen.truncate(limits.paths);
    chosen
}
