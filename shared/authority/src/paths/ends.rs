//! Where paths end: what a role reaches, gathered by class and part of the resource.

use std::collections::BTreeMap;
use std::sync::Arc;

use sv0_model::decision::Caveat;
use sv0_model::graph::Entity;
use sv0_model::path::{ActionClass, PathHop, PathState};

use crate::access::Access;
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

/// An end with the finished step to it. It holds no more than paths are made of: there are many.
#[derive(Debug)]
pub(crate) struct Reached<'e> {
    pub entity: &'e Entity,
    pub scope: String,
    pub class: ActionClass,
    /// Whether no other actions of the class reach the part in a better state.
    pub is_best: bool,
    /// The reservations of the step.
    pub caveats: Vec<Caveat>,
    /// The step, with the actions and the state of the end.
    pub hop: Arc<PathHop>,
}

/// The ends of a role, sorted by resource, scope, class and state.
///
/// Actions of one class may differ in state: where putting objects is allowed and deleting them is blocked, these are two ends.
pub(crate) fn of(accesses: Vec<Access<'_>>) -> Vec<End<'_>> {
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

fn add<'e>(states: &mut BTreeMap<PathState, End<'e>>, access: Access<'e>, class: ActionClass) {
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
