//! How far every entity reaches, over all paths, shown on the page or not.

mod fold;
#[cfg(test)]
mod tests;
mod ways;

use std::collections::BTreeMap;

use sv0_model::graph::Sensitivity;
use sv0_model::observation::Observation;
use sv0_model::path::{PathHop, PathState};

use crate::bits::{Bits, Union};
use crate::digest::numbers::Numbers;
use crate::digest::tally::ByState;
pub(crate) use fold::ReachFold;
use ways::Ways;

/// The paths one entity stands on.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct EntityReach {
    /// How many there are.
    pub(crate) paths: ByState,
    /// How many resources it can reach from where it stands, by steps that are not blocked, by what is reached of them.
    pub(crate) resources: BTreeMap<Reached, usize>,
    /// At how many workloads paths begin that reach it, by steps that are not blocked.
    pub(crate) workloads: usize,
    /// Whether a step that raises the caller's authority lies open before it.
    pub(crate) escalates: bool,
    /// Whether data that it reaches leaves AWS, or goes to a model, on the way.
    pub(crate) leaves: bool,
    /// What the logs say of the steps that it takes itself.
    pub(crate) seen: Seen,
}

/// What is reached of one resource: the most open way counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Reached {
    /// How sensitive it is.
    pub(crate) sensitivity: Sensitivity,
    /// Allowed, or under a condition only.
    pub(crate) state: PathState,
}

/// What the logs say; the later variant outweighs the earlier.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Seen {
    /// Nothing was asked of them.
    #[default]
    Unknown,
    /// They would show use, and show none.
    NotObserved,
    /// They could not show it.
    NotObservable,
    /// They show use.
    Observed,
}

/// Relations by which a caller raises its own authority. What lies behind changed code or a pushed image is counted by the path that leads there.
const ESCALATIONS: [&str; 2] = ["ESCALATES_TO", "PASSES_ROLE"];

/// Whether a step raises the caller's authority.
pub(crate) fn escalates(hop: &PathHop) -> bool {
    ESCALATIONS.contains(&hop.relation.as_str())
}

/// What an observation says.
pub(crate) fn seen(observation: &Observation) -> Seen {
    match observation {
        Observation::Observed { .. } => Seen::Observed,
        Observation::NotObserved { .. } => Seen::NotObserved,
        Observation::NotObservable { .. } => Seen::NotObservable,
    }
}

impl EntityReach {
    /// How many resources it can reach.
    pub(crate) fn all_resources(&self) -> usize {
        self.resources.values().sum()
    }

    /// How many resources of a sensitivity it can reach.
    pub(crate) fn resources_of(&self, sensitivity: Sensitivity) -> usize {
        let of_it = self
            .resources
            .iter()
            .filter(|(reached, _)| reached.sensitivity == sensitivity);
        of_it.map(|(_, count)| count).sum()
    }
}

/// The reach of everything that stands on a path.
#[derive(Debug, Default)]
pub(crate) struct Reach {
    numbers: Numbers,
    /// By the number of the id. What stands on no path has none.
    entities: Vec<EntityReach>,
    ways: Ways,
}

/// The resources that an entity can reach.
#[derive(Debug)]
pub(crate) struct Resources {
    /// All of them.
    within: Bits,
    /// Those that no condition guards.
    open: Bits,
}

impl Reach {
    /// The reach of an entity that stands on a path.
    pub(crate) fn get(&self, id: &str) -> Option<&EntityReach> {
        let reach = self.entities.get(self.numbers.find(id)?)?;
        (reach.paths.all() > 0).then_some(reach)
    }

    /// Everything that stands on a path.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &EntityReach)> {
        let all = self.numbers.texts().zip(&self.entities);
        all.filter(|(_, reach)| reach.paths.all() > 0)
    }

    /// The resources that an entity can reach.
    pub(crate) fn resources(&self, id: &str) -> Resources {
        let number = self.numbers.find(id);
        let resources = number.map(|number| self.ways.resources(number, &mut Union::default()));
        resources.unwrap_or_else(Resources::none)
    }

    /// The workloads at which paths begin that reach an entity, in no order.
    pub(crate) fn workloads(&self, id: &str) -> impl Iterator<Item = &str> {
        let number = self.numbers.find(id);
        let workloads = number.map(|number| self.ways.workloads(number, &mut Union::default()));
        let numbers: Vec<usize> = workloads.iter().flat_map(Bits::iter).collect();
        numbers.into_iter().map(|number| self.numbers.text(number))
    }
}

impl Resources {
    fn none() -> Self {
        Self {
            within: Bits::default(),
            open: Bits::default(),
        }
    }

    /// Whether `other` has each of these, just as open.
    pub(crate) fn are_among(&self, other: &Self) -> bool {
        let all = self.within.shared_with(&other.within) == self.within.len();
        let open = self.open.shared_with(&other.open) == self.open.len();
        all && open && self.within.shared_with(&other.open) == self.open.len()
    }
}
