//! Which roles each role can assume, evaluated on both sides.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use sv0_iam::{Context, UnknownContext};
use sv0_model::graph::{Entity, EntityKind};
use sv0_model::path::ActionClass;

use super::step::Step;
use crate::access::{ActionTarget, Basis, Candidates, Survey};
use crate::estate::Estate;

/// The action that leads from role to role.
pub(crate) const ASSUME_ROLE: &str = "sts:AssumeRole";

/// A role that another can assume, or could if nothing stopped it.
#[derive(Debug, Clone)]
pub(crate) struct AssumeHop<'e> {
    pub to: &'e Entity,
    pub step: Step,
}

/// The AssumeRole hops from every role that can be reached from some starting roles.
pub(crate) struct AssumeHops<'e> {
    hops: BTreeMap<&'e str, Vec<AssumeHop<'e>>>,
}

impl<'e> AssumeHops<'e> {
    /// Follows hops from `starts`, as many in a row as a chain may have and one more, to tell whether a chain was cut.
    pub(crate) fn from(estate: &'e Estate<'_>, starts: &BTreeSet<&'e str>, max_hops: usize) -> Self {
        let candidates = roles(estate);
        let mut hops: BTreeMap<&str, Vec<AssumeHop<'e>>> = BTreeMap::new();
        let mut frontier = starts.clone();
        for _ in 0..=max_hops {
            let found: Vec<(&str, Vec<AssumeHop<'e>>)> = frontier
                .par_iter()
                .map(|role| (*role, hops_of(estate, &candidates, role)))
                .collect();
            let next = found
                .iter()
                .flat_map(|(_, hops)| hops)
                .map(|hop| hop.to.native_id.as_str());
            frontier = next.collect();
            hops.extend(found);
            frontier.retain(|role| !hops.contains_key(role));
        }
        Self { hops }
    }

    /// Hops from a role, sorted by where they lead.
    pub(crate) fn of(&self, role: &str) -> &[AssumeHop<'e>] {
        self.hops.get(role).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn between(&self, from: &str, to: &str) -> Option<&AssumeHop<'e>> {
        self.of(from).iter().find(|hop| hop.to.native_id == to)
    }
}

/// Roles as resources of `sts:AssumeRole`. Only AWS itself assumes a service-linked role.
pub(crate) fn roles<'e>(estate: &'e Estate<'_>) -> Candidates<'e> {
    Candidates::new(estate, |entity| entity.kind == EntityKind::IamRole)
}

fn hops_of<'e>(estate: &'e Estate<'_>, candidates: &Candidates<'e>, role: &str) -> Vec<AssumeHop<'e>> {
    let Some(subject) = estate.entity(role).and_then(|entity| estate.subject_of(entity)) else {
        return Vec::new();
    };
    let context = Context::new();
    let survey = Survey {
        estate,
        candidates,
        subject: &subject,
        basis: Basis::Granted,
        context: &context,
        unknown_context: UnknownContext::Any,
    };
    let class: Option<ActionClass> = None;
    let accesses = survey.reach_of(ASSUME_ROLE, class, ActionTarget::Whole);
    accesses
        .into_iter()
        .filter(|access| access.entity.native_id != role)
        .map(|access| AssumeHop {
            to: access.entity,
            step: Step::from(access.evaluation),
        })
        .collect()
}
