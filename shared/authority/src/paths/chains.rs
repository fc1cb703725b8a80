//! The best chains from an authority to every other that it comes to.
//!
//! Best means: allowed before conditional before blocked, then the shortest, then the first by bytes of the ids.

use std::collections::{BTreeMap, BTreeSet};

use sv0_model::path::PathState;

use super::reach::Reaches;
use super::transfer::{Transfer, Way};

/// Transfers in a row from a starting authority.
#[derive(Debug, Clone)]
pub(crate) struct Chain<'e, 'a> {
    /// Native id of the first authority.
    pub start: &'e str,
    pub transfers: Vec<&'a Transfer<'e>>,
    /// Whether the last authority leads on to further ones that the hop limit left out.
    pub is_cut: bool,
}

impl<'e> Chain<'e, '_> {
    pub(crate) fn terminal(&self) -> &'e str {
        self.transfers.last().map_or(self.start, |transfer| transfer.to)
    }

    /// How many of its transfers are neither AssumeRole nor the start's own.
    pub(crate) fn detours(&self) -> usize {
        self.transfers
            .iter()
            .filter(|transfer| transfer.way.is_detour())
            .count()
    }

    pub(crate) fn state(&self) -> PathState {
        let states = self.transfers.iter().map(|transfer| transfer.state());
        states.max().unwrap_or(PathState::Allowed)
    }
}

/// The chains from `start`: by AssumeRole alone the best to each role, sorted by that role; then, by any way, those that come to an authority to which no
/// chain of AssumeRole leads in as good a state, the best and one for each other way of taking its last transfer.
pub(crate) fn best<'e, 'a>(start: &'e str, reaches: &'a Reaches<'e>, max_hops: usize) -> Vec<Chain<'e, 'a>> {
    let by_assuming = search(start, reaches, max_hops, &|way| way == Way::Assume);
    let states: BTreeMap<&str, PathState> = by_assuming
        .iter()
        .map(|chain| (chain.terminal(), chain.state()))
        .collect();
    let by_any_way = search(start, reaches, max_hops, &|_| true);
    let mut chains = by_assuming;
    for chain in by_any_way {
        let is_better = states
            .get(chain.terminal())
            .is_none_or(|assumed| chain.state() < *assumed);
        if is_better && chain.detours() > 0 {
            chains.extend(variants(chain, reaches));
        }
    }
    chains
}

/// The chain, and it with each other way of taking its last transfer in as good a state.
fn variants<'e, 'a>(chain: Chain<'e, 'a>, reaches: &'a Reaches<'e>) -> Vec<Chain<'e, 'a>> {
    let Some((last, before)) = chain.transfers.split_last() else {
        return vec![chain];
    };
    let from = before.last().map_or(chain.start, |transfer| transfer.to);
    let mut ways = BTreeSet::from([last.way]);
    // They are sorted by where they lead.
    let all = reaches.transfers(from);
    let to_last = all.partition_point(|transfer| transfer.to < last.to);
    let to_last = all.iter().skip(to_last).take_while(|transfer| transfer.to == last.to);
    let others = to_last.filter(|transfer| {
        let is_as_good = transfer.state() <= chain.state();
        is_as_good && transfer.way.is_detour() && ways.insert(transfer.way)
    });
    let others: Vec<Chain<'e, 'a>> = others
        .map(|other| Chain {
            start: chain.start,
            transfers: before.iter().copied().chain([other]).collect(),
            is_cut: chain.is_cut,
        })
        .collect();
    std::iter::once(chain).chain(others).collect()
}

fn search<'e, 'a>(
    start: &'e str,
    reaches: &'a Reaches<'e>,
    max_hops: usize,
    takes: &dyn Fn(Way) -> bool,
) -> Vec<Chain<'e, 'a>> {
    let mut best: BTreeMap<&str, Vec<&'a Transfer<'e>>> = BTreeMap::new();
    for worst_state in [PathState::Allowed, PathState::Conditional, PathState::Blocked] {
        let is_taken = |transfer: &Transfer<'_>| takes(transfer.way) && transfer.state() <= worst_state;
        for (terminal, transfers) in shortest(start, reaches, max_hops, &is_taken) {
            best.entry(terminal).or_insert(transfers);
        }
    }
    let reached: BTreeSet<&str> = best.keys().copied().collect();
    best.into_iter()
        .map(|(terminal, transfers)| {
            let is_last = transfers.len() >= max_hops;
            let mut onward = reaches.transfers(terminal).iter();
            let mut leads_on = || onward.any(|transfer| takes(transfer.way) && !reached.contains(transfer.to));
            Chain {
                start,
                is_cut: is_last && leads_on(),
                transfers,
            }
        })
        .collect()
}

/// Breadth first over the transfers that are taken. Chains are taken up in order, so that the first to arrive is the first by bytes.
fn shortest<'e, 'a>(
    start: &'e str,
    reaches: &'a Reaches<'e>,
    max_hops: usize,
    is_taken: &dyn Fn(&Transfer<'_>) -> bool,
) -> BTreeMap<&'e str, Vec<&'a Transfer<'e>>> {
    let mut found: BTreeMap<&str, Vec<&'a Transfer<'e>>> = BTreeMap::from([(start, Vec::new())]);
    let mut frontier: Vec<Vec<&'a Transfer<'e>>> = vec![Vec::new()];
    for _ in 0..max_hops {
        let mut next = Vec::new();
        for chain in &frontier {
            let last = chain.last().map_or(start, |transfer| transfer.to);
            for transfer in reaches.transfers(last).iter().filter(|transfer| is_taken(transfer)) {
                if !found.contains_key(transfer.to) {
                    let longer: Vec<&Transfer<'e>> = chain.iter().copied().chain([transfer]).collect();
                    found.insert(transfer.to, longer.clone());
                    next.push(longer);
                }
            }
        }
        frontier = next;
    }
    found
}
