//! What data principals reach, before and after they rise.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use sv0_iam::{Context, UnknownContext};
use sv0_model::graph::Entity;
use sv0_model::path::ActionClass;

use crate::access::{Basis, Candidates, Survey};
use crate::escalation::{Escalation, Gain, in_group, made, with_attached, without_boundary};
use crate::estate::{Estate, Subject};
use crate::findings::admin::Principal;
use crate::findings::name;

/// What can be done to which resource.
type Reach<'e> = BTreeMap<(&'e str, ActionClass), &'e Entity>;

/// The data that each principal in question reaches with its own policies.
pub(super) struct Reaches<'a, 'e> {
    estate: &'e Estate<'e>,
    principals: &'a BTreeMap<&'e str, Principal<'e>>,
    candidates: Candidates<'e>,
    /// With its own policies.
    own: BTreeMap<&'e str, Reach<'e>>,
    /// With those of everyone whose authority it comes to.
    closed: BTreeMap<&'e str, Reach<'e>>,
}

impl<'a, 'e> Reaches<'a, 'e> {
    /// Looks at the principals that rise, and at all whose authority they come to.
    pub(super) fn of(
        estate: &'e Estate<'e>,
        principals: &'a BTreeMap<&'e str, Principal<'e>>,
        rising: &[&Principal<'e>],
    ) -> Self {
        let mut reaches = Self {
            estate,
            principals,
            candidates: Candidates::of_resources(estate),
            own: BTreeMap::new(),
            closed: BTreeMap::new(),
        };
        let mut wanted: BTreeSet<&'e str> = BTreeSet::new();
        for principal in rising {
            reaches.follow(&principal.entity.native_id, &mut wanted, all_ways);
        }
        let own = wanted.par_iter().filter_map(|id| {
            let subject = estate.subject_of(estate.entity(id)?)?;
            Some((*id, reaches.survey(&subject)))
        });
        reaches.own = own.collect();
        let transfers = rising.iter().flat_map(|principal| &principal.transfers);
        let gained: BTreeSet<&'e str> = transfers
            .filter_map(|way| Some(way.gain.principal()?.native_id.as_str()))
            .collect();
        let closed = gained.par_iter().map(|id| {
            let mut others = BTreeSet::new();
            reaches.follow(id, &mut others, all_ways);
            (*id, reaches.union(&others))
        });
        reaches.closed = closed.collect();
        reaches
    }

    /// What a principal reaches by itself and as the roles that it can assume.
    pub(super) fn by_assuming(&self, principal: &Principal<'e>) -> Reach<'e> {
        let mut roles = BTreeSet::new();
        self.follow(&principal.entity.native_id, &mut roles, |principal| {
            principal.assumable.iter().collect()
        });
        self.union(&roles)
    }

    /// The resources to which a way leads a principal beyond what it reaches already.
    pub(super) fn beyond(&self, principal: &Principal<'e>, own: &Reach<'e>, way: &Escalation<'e>) -> Vec<&'e Entity> {
        let gained = self.gained(principal, way);
        let beyond: BTreeMap<&str, &Entity> = gained
            .iter()
            .filter(|(key, _)| !own.contains_key(key))
            .map(|((id, _), entity)| (*id, *entity))
            .collect();
        beyond.into_values().collect()
    }

    /// A sentence on the first further step that the gained authority allows.
    pub(super) fn onward(&self, way: &Escalation<'e>) -> String {
        let gained = way.gain.principal().and_then(|entity| {
            let principal = self.principals.get(entity.native_id.as_str())?;
            Some((entity, principal.ways().next()?))
        });
        gained.map_or_else(String::new, |(entity, next)| {
            format!(" {} {}.", name(entity), next.words())
        })
    }

    fn gained(&self, principal: &Principal<'e>, way: &Escalation<'e>) -> Cow<'_, Reach<'e>> {
        let estate = self.estate;
        let raised = match way.gain {
            Gain::Principal(entity) => {
                let closed = self.closed.get(entity.native_id.as_str());
                return closed.map_or_else(Cow::default, Cow::Borrowed);
            }
            Gain::Raised(entity) => estate.subject_of(entity).map(|subject| with_attached(&subject, way)),
            Gain::Freed(entity) => {
                let subject = estate.subject_of(entity);
                subject.map(|subject| without_boundary(estate, &subject, &way.limits))
            }
            Gain::Own => Some(with_attached(&principal.subject, way)),
            Gain::Unbounded => Some(without_boundary(estate, &principal.subject, &way.limits)),
            Gain::Group(group) => Some(in_group(estate, &principal.subject, group)),
            Gain::New => made(estate, way).map(|subject| with_attached(&subject, way)),
            Gain::NewMember(group) => made(estate, way).map(|user| in_group(estate, &user, group)),
            Gain::Workforce => None,
        };
        Cow::Owned(raised.map(|subject| self.survey(&subject)).unwrap_or_default())
    }

    /// A principal and everyone whose authority it comes to.
    fn follow(
        &self,
        start: &'e str,
        seen: &mut BTreeSet<&'e str>,
        ways: impl Fn(&'a Principal<'e>) -> Vec<&'a Escalation<'e>>,
    ) {
        let mut open = vec![start];
        while let Some(id) = open.pop() {
            if !seen.insert(id) {
                continue;
            }
            let next = self.principals.get(id).map(&ways).unwrap_or_default();
            let next = next.into_iter().filter_map(|way| way.gain.principal());
            open.extend(next.map(|entity| entity.native_id.as_str()));
        }
    }

    fn union(&self, principals: &BTreeSet<&'e str>) -> Reach<'e> {
        let reaches = principals.iter().filter_map(|id| self.own.get(id));
        reaches.flatten().map(|(key, entity)| (*key, *entity)).collect()
    }

    fn survey(&self, subject: &Subject<'_>) -> Reach<'e> {
        let context = Context::new();
        let survey = Survey {
            estate: self.estate,
            candidates: &self.candidates,
            subject,
            basis: Basis::Granted,
            context: &context,
            unknown_context: UnknownContext::Any,
        };
        let accesses = survey.reach().into_iter();
        accesses
            .filter(|access| access.evaluation.decision.is_possible())
            .filter_map(|access| Some(((access.entity.native_id.as_str(), access.class?), access.entity)))
            .collect()
    }
}

fn all_ways<'a, 'e>(principal: &'a Principal<'e>) -> Vec<&'a Escalation<'e>> {
    principal.ways().collect()
}
