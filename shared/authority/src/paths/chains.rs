//! The best chain from a role to every role it reaches.
//!
//! Best means: allowed before conditional before blocked, then the shortest, then the first by bytes of the ids.

use std::collections::{BTreeMap, BTreeSet};

use sv0_model::path::PathState;

use super::assume::AssumeHops;

/// Roles from a workload's own to the last one assumed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Chain<'e> {
    /// Native ids, the workload's own role first.
    pub roles: Vec<&'e str>,
    /// Whether the last role could assume further ones that the hop limit left out.
    pub is_cut: bool,
}

impl<'e> Chain<'e> {
    pub(crate) fn terminal(&self) -> &'e str {
        self.roles.last().copied().unwrap_or_default()
    }
}

/// The best chain to each role that is reached from `start`, sorted by that role.
pub(crate) fn best<'e>(start: &'e str, hops: &AssumeHops<'e>, max_hops: usize) -> Vec<Chain<'e>> {
    let mut best: BTreeMap<&str, Vec<&'e str>> = BTreeMap::new();
    for worst_state in [PathState::Allowed, PathState::Conditional, PathState::Blocked] {
        for (terminal, roles) in shortest(start, hops, max_hops, worst_state) {
            best.entry(terminal).or_insert(roles);
        }
    }
    let reached: BTreeSet<&str> = best.keys().copied().collect();
    best.into_values()
        .map(|roles| {
            let is_last = roles.len() > max_hops;
            let terminal = roles.last().copied().unwrap_or_default();
            let leads_on = || {
                hops.of(terminal)
                    .iter()
                    .any(|hop| !reached.contains(hop.to.native_id.as_str()))
            };
            Chain {
                is_cut: is_last && leads_on(),
                roles,
            }
        })
        .collect()
}

/// Breadth first over the hops that are at least as good as `worst_state`. Chains are taken up in order, so that the first to arrive is the first by bytes.
fn shortest<'e>(
    start: &'e str,
    hops: &AssumeHops<'e>,
    max_hops: usize,
    worst_state: PathState,
) -> BTreeMap<&'e str, Vec<&'e str>> {
    let mut found: BTreeMap<&str, Vec<&'e str>> = BTreeMap::from([(start, vec![start])]);
    let mut frontier = vec![vec![start]];
    for _ in 0..max_hops {
        let mut next = Vec::new();
        for chain in &frontier {
            let last = chain.last().copied().unwrap_or_default();
            for hop in hops.of(last).iter().filter(|hop| hop.step.state <= worst_state) {
                let to = hop.to.native_id.as_str();
                if !found.contains_key(to) {
                    let longer: Vec<&str> = chain.iter().copied().chain([to]).collect();
                    found.insert(to, longer.clone());
                    next.push(longer);
                }
            }
        }
        frontier = next;
    }
    found
}
