//! What every authority reaches, and whose authority it comes to besides its own.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;
use sv0_iam::{Context, UnknownContext};
use sv0_model::path::StepPool;
use sv0_model::route::Access;

use super::PathProgress;
use super::ends::{self, Ends, Reached, SpotNumbers};
use super::further::{self, Further};
use super::hops::Ground;
use super::invoke::Seeker;
use super::runs::Runs;
use super::transfer::Transfer;
use crate::access::assumable_roles;
use crate::access::{Basis, Candidates, Survey};
use crate::escalation::Escalations;
use crate::estate::Estate;

/// What one authority reaches.
pub(crate) struct Reach<'e> {
    /// Sorted by resource, scope, class and state.
    pub ends: Ends<'e>,
    /// What it reaches only through something else.
    pub further: Vec<Further<'e>>,
    /// Sorted by where they lead, then by way.
    pub transfers: Vec<Transfer<'e>>,
}

/// What every authority reaches that can be come to from some starting ones.
pub(crate) struct Reaches<'e> {
    of: BTreeMap<&'e str, Option<Reach<'e>>>,
}

/// What the ways of an authority are looked up in.
#[derive(Clone, Copy)]
pub(crate) struct Ways<'e, 'a> {
    pub ground: Ground<'e, 'a>,
    pub runs: &'a Runs<'e>,
    pub escalations: &'a Escalations<'e>,
}

/// The candidates that every authority is asked about.
struct Targets<'e> {
    resources: Candidates<'e>,
    roles: Candidates<'e>,
    workloads: Candidates<'e>,
    destinations: Candidates<'e>,
    /// What the steps of all authorities have in common.
    pool: Mutex<StepPool>,
}

impl<'e> Reaches<'e> {
    /// Follows transfers from `starts`, as many in a row as a chain may have and one more, to tell whether a chain was cut.
    pub(crate) fn from(
        ways: Ways<'e, '_>,
        starts: BTreeSet<&'e str>,
        max_hops: usize,
        progress: &(dyn Fn(PathProgress) + Sync),
    ) -> Self {
        let targets = Targets::new(ways.ground.estate);
        let mut of: BTreeMap<&str, Option<Reach<'e>>> = BTreeMap::new();
        let mut frontier = starts;
        for _ in 0..=max_hops {
            let known = of.len() + frontier.len();
            let found: Vec<(&str, Option<Reach<'e>>)> = frontier
                .par_iter()
                .map(|id| {
                    let reach = targets.reach(ways, id);
                    progress(PathProgress::RoleReached { of: known });
                    (*id, reach)
                })
                .collect();
            let next = found.iter().filter_map(|(_, reach)| reach.as_ref());
            let next = next.flat_map(|reach| &reach.transfers);
            frontier = next.map(|transfer| transfer.to).collect();
            of.extend(found);
            frontier.retain(|id| !of.contains_key(id));
        }
        number(&mut of);
        Self { of }
    }

    /// What that authority reaches; none where nothing is known of it.
    pub(crate) fn of(&self, authority: &str) -> Option<&Reach<'e>> {
        self.of.get(authority)?.as_ref()
    }

    pub(crate) fn transfers(&self, authority: &str) -> &[Transfer<'e>] {
        self.of(authority).map_or(&[], |reach| reach.transfers.as_slice())
    }
}

/// Numbers what is reached, so that ends of one start need not be told apart by their texts.
fn number(of: &mut BTreeMap<&str, Option<Reach<'_>>>) {
    let ends_of = |reach: &Reach<'_>| -> Vec<Arc<[Access]>> {
        let further = reach.further.iter().map(|further| &further.ends);
        let ends = std::iter::once(&reach.ends).chain(further);
        ends.map(|ends| ends.accesses.clone()).collect()
    };
    let all: Vec<Arc<[Access]>> = of.values().flatten().flat_map(ends_of).collect();
    let mut numbers = SpotNumbers::default();
    let mut accesses = all.iter().flat_map(|accesses| accesses.iter());
    for reach in of.values_mut().flatten() {
        let further = reach.further.iter_mut().map(|further| &mut further.ends);
        let ends = std::iter::once(&mut reach.ends).chain(further);
        for facts in ends.flat_map(|ends| &mut ends.facts) {
            if let Some(access) = accesses.next() {
                (facts.spot, facts.whole) = numbers.of(access);
            }
        }
    }
}

impl<'e> Targets<'e> {
    fn new(estate: &'e Estate<'_>) -> Self {
        Self {
            resources: Candidates::of_resources(estate),
            roles: assumable_roles(estate),
            workloads: Candidates::new(estate, |entity| entity.kind.is_workload()),
            destinations: further::destinations(estate),
            pool: Mutex::default(),
        }
    }

    fn reach(&self, ways: Ways<'e, '_>, id: &'e str) -> Option<Reach<'e>> {
        let Ways { ground, runs, .. } = ways;
        let principal = ground.entity(id)?;
        let subject = ground.estate.subject_of(principal)?;
        let context = Context::new();
        let survey = Survey {
            estate: ground.estate,
            candidates: &self.resources,
            subject: &subject,
            basis: Basis::Granted,
            context: &context,
            unknown_context: UnknownContext::Any,
        };
        let ends = ends::of(survey.reach());
        let seeker = Seeker {
            ground,
            runs,
            survey: Survey {
                candidates: &self.workloads,
                ..survey
            },
            workloads: &self.workloads,
            from: id,
            ends: &ends,
        };
        let further = seeker.further(&self.destinations);
        let mut transfers = seeker.transfers();
        transfers.extend(ground.escalations(ways.escalations, principal, &transfers));
        transfers.extend(ground.assumptions(&self.roles, &subject, id));
        transfers.sort_by(|a, b| a.rank().cmp(&b.rank()));
        transfers.dedup_by(|b, a| a.to == b.to && a.way == b.way && a.marks == b.marks);
        let mut ends: Vec<Reached<'e>> = ends.into_iter().map(|end| ground.ending(id, end)).collect();
        self.share(&mut ends);
        Some(Reach {
            ends: Ends::new(ground.estate, ends),
            further,
            transfers,
        })
    }

    /// Many ends rest on the same statements.
    fn share(&self, ends: &mut [Reached<'e>]) {
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        for reached in ends {
            pool.share_step(&mut reached.access.hop);
        }
    }
}
