//! Where paths end: what a role reaches, gathered by class and part of the resource.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use sv0_model::graph::Entity;
use sv0_model::path::{ActionClass, PathState};
use sv0_model::route::Access;

use super::environments::{Trust, trust_of};
use super::hops::{Ground, Leg};
use super::kinds::is_by_resource_policy_alone;
use crate::access;
use crate::estate::Estate;
use crate::step::{Step, state_of};

/// A class of actions on a part of a resource that a role reaches in one state.
#[derive(Debug, Clone)]
pub(crate) struct End<'e> {
    pub entity: &'e Entity,
    pub scope: String,
    pub class: ActionClass,
    /// Whether no other actions of the class reach the part in a better state.
    pub is_best: bool,
    pub actions: Vec<String>,
    pub step: Step,
}

/// An end with the finished step to it.
#[derive(Debug)]
pub(crate) struct Reached<'e> {
    pub entity: &'e Entity,
    pub access: Access,
}

impl<'e> Reached<'e> {
    pub(crate) fn new(ground: Ground<'e, '_>, end: Spot<'e>, leg: Leg) -> Self {
        let Spot {
            entity,
            scope,
            class,
            is_best,
        } = end;
        let access = Access {
            resource: entity.native_id.clone(),
            scope,
            action_class: class,
            is_best,
            account: ground.account_of(&leg.hop.to).map(str::to_owned),
            hop: leg.hop,
            caveats: leg.caveats,
            sensitivity: entity.sensitivity,
            sensitivity_rule: entity.sensitivity_rule.clone(),
            data_domain: entity.data_domain.clone(),
            environment: entity.environment.clone(),
        };
        Self { entity, access }
    }
}

/// A part of a resource and what is done with it.
pub(crate) struct Spot<'e> {
    pub entity: &'e Entity,
    pub scope: String,
    pub class: ActionClass,
    pub is_best: bool,
}

/// Accesses of an authority, and beside each what is looked up of it on every route that leads to it.
pub(crate) struct Ends<'e> {
    pub accesses: Arc<[Access]>,
    pub facts: Vec<EndFacts<'e>>,
}

/// What tells the kinds of paths that end on it, and which ends are the same.
pub(crate) struct EndFacts<'e> {
    pub entity: &'e Entity,
    pub trust: Option<Trust>,
    /// Whether a statement of the resource's policy grants it, and none of a policy that the authority holds.
    pub is_by_resource_policy: bool,
    /// Resource, scope and class.
    pub spot: SpotNumber,
    /// The whole resource and the class.
    pub whole: SpotNumber,
}

/// Stands for a class of actions on a part of a resource, whoever reaches it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(crate) struct SpotNumber(usize);

/// Gives each class of actions on a part of a resource its number.
#[derive(Default)]
pub(crate) struct SpotNumbers<'n>(HashMap<(&'n str, &'n str, ActionClass), SpotNumber>);

impl<'n> SpotNumbers<'n> {
    /// The numbers of the part that an access is of, and of the whole resource.
    pub(crate) fn of(&mut self, access: &'n Access) -> (SpotNumber, SpotNumber) {
        let (resource, class) = (access.resource.as_str(), access.action_class);
        (
            self.number((resource, &access.scope, class)),
            self.number((resource, resource, class)),
        )
    }

    fn number(&mut self, spot: (&'n str, &'n str, ActionClass)) -> SpotNumber {
        let next = SpotNumber(self.0.len());
        *self.0.entry(spot).or_insert(next)
    }
}

impl<'e> Ends<'e> {
    pub(crate) fn new(estate: &'e Estate<'_>, reached: Vec<Reached<'e>>) -> Self {
        let facts = reached.iter().map(|reached| EndFacts {
            entity: reached.entity,
            trust: trust_of(estate, reached.entity),
            is_by_resource_policy: is_by_resource_policy_alone(estate, &reached.access.hop),
            spot: SpotNumber::default(),
            whole: SpotNumber::default(),
        });
        Self {
            facts: facts.collect(),
            accesses: reached.into_iter().map(|reached| reached.access).collect(),
        }
    }

    /// Every access with its place and what is looked up of it.
    pub(crate) fn each(&self) -> impl Iterator<Item = (usize, &Access, &EndFacts<'e>)> {
        let pairs = self.accesses.iter().zip(&self.facts);
        pairs.enumerate().map(|(place, (access, facts))| (place, access, facts))
    }
}

/// The ends of a role, sorted by resource, scope, class and state.
///
/// Actions of one class may differ in state: where putting objects is allowed and deleting them is blocked, these are two ends.
pub(crate) fn of(accesses: Vec<access::Access<'_>>) -> Vec<End<'_>> {
    let mut groups: BTreeMap<(&str, String, ActionClass), BTreeMap<PathState, End<'_>>> = BTreeMap::new();
    for access in accesses {
        let Some(class) = access.class else {
            continue;
        };
        let states = groups
            .entry((&access.entity.native_id, access.scope.clone(), class))
            .or_default();
        add(states, access, class);
    }
    groups.into_values().flat_map(ranked).collect()
}

fn add<'e>(states: &mut BTreeMap<PathState, End<'e>>, access: access::Access<'e>, class: ActionClass) {
    let state = state_of(access.evaluation.decision);
    let step = Step::from(access.evaluation);
    match states.remove(&state) {
        Some(mut end) => {
            end.actions.push(access.action);
            end.actions.sort();
            end.step = end.step.or(step);
            states.insert(state, end);
        }
        None => {
            let end = End {
                entity: access.entity,
                scope: access.scope,
                class,
                is_best: false,
                actions: vec![access.action],
                step,
            };
            states.insert(state, end);
        }
    }
}

fn ranked(states: BTreeMap<PathState, End<'_>>) -> impl Iterator<Item = End<'_>> {
    states.into_values().enumerate().map(|(rank, end)| End {
        is_best: rank == 0,
        ..end
    })
}
