//! From entities to the resources they reach, and from resources to the workloads: put together where they are asked for.

use std::collections::BTreeMap;
use std::sync::Arc;

use sv0_model::graph::Sensitivity;
use sv0_model::path::PathState;

use super::fold::Walker;
use super::{Reached, Resources};
use crate::bits::{Bits, Union};
use crate::digest::accesses::Targets;
use crate::digest::summary::TargetSet;

/// Sensitivities that are told apart.
const SENSITIVITIES: [Sensitivity; 5] = [
    Sensitivity::Unknown,
    Sensitivity::Public,
    Sensitivity::Internal,
    Sensitivity::Confidential,
    Sensitivity::Restricted,
];

/// Who reaches what, by the numbers of entities, targets and target sets.
#[derive(Debug, Default)]
pub(super) struct Ways {
    pub(super) walkers: Vec<Walker>,
    /// By target set: the workloads that come to it.
    visitors: Vec<Bits>,
    target_sets: Vec<Arc<TargetSet>>,
    /// By entity: the target sets that it is in.
    sets_of: BTreeMap<usize, Vec<usize>>,
    /// By entity: it as targets, by sensitivity.
    targets_of: BTreeMap<usize, Vec<usize>>,
    /// Entities that are more than one target, because accesses to them do not agree on how sensitive they are.
    differing: Vec<usize>,
    /// Targets of a sensitivity.
    of_sensitivity: Vec<(Sensitivity, Bits)>,
}

impl Ways {
    pub(super) fn new(walkers: Vec<Walker>, visitors: Vec<Bits>, sets: &[Arc<TargetSet>], targets: &Targets) -> Self {
        let targets = &targets.all;
        let mut targets_of: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (number, (resource, _)) in targets.iter().enumerate() {
            targets_of.entry(*resource).or_default().push(number);
        }
        for of_one in targets_of.values_mut() {
            of_one.sort_by_key(|number| targets.get(*number).map(|(_, sensitivity)| *sensitivity));
        }
        let of_sensitivity = SENSITIVITIES.map(|sensitivity| {
            let of_it = targets.iter().enumerate().filter(|(_, target)| target.1 == sensitivity);
            (sensitivity, of_it.map(|(number, _)| number).collect())
        });
        let mut sets_of: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (number, set) in sets.iter().enumerate() {
            for target in set.allowed.iter().chain(set.conditional.iter()) {
                if let Some((resource, _)) = targets.get(target) {
                    sets_of.entry(*resource).or_default().push(number);
                }
            }
        }
        for sets in sets_of.values_mut() {
            sets.dedup();
        }
        let is_differing = |(_, targets): &(&usize, &Vec<usize>)| targets.len() > 1;
        let differing = targets_of.iter().filter(is_differing).map(|(entity, _)| *entity);
        Self {
            differing: differing.collect(),
            walkers,
            visitors,
            target_sets: sets.to_vec(),
            sets_of,
            targets_of,
            of_sensitivity: of_sensitivity.into(),
        }
    }

    /// The resources that an entity can reach.
    pub(super) fn resources(&self, entity: usize, union: &mut Union) -> Resources {
        let Some(walker) = self.walkers.get(entity) else {
            return Resources::none();
        };
        let sets = |numbers: &Bits| -> Vec<&Arc<TargetSet>> {
            numbers
                .iter()
                .filter_map(|number| self.target_sets.get(number))
                .collect()
        };
        let (allowed, conditional) = (sets(&walker.allowed), sets(&walker.conditional));
        allowed.iter().for_each(|set| union.add(&set.allowed));
        let open = union.take();
        union.add(&open);
        allowed.iter().for_each(|set| union.add(&set.conditional));
        for set in conditional {
            union.add(&set.allowed);
            union.add(&set.conditional);
        }
        let mut resources = Resources {
            within: union.take(),
            open,
        };
        // Nothing reaches itself.
        for own in self.targets_of.get(&entity).into_iter().flatten() {
            resources.within.remove(*own);
            resources.open.remove(*own);
        }
        self.agree(&mut resources);
        resources
    }

    /// Leaves a resource once, as sensitive and as open as any of it, of which accesses say different things.
    fn agree(&self, resources: &mut Resources) {
        for targets in self.differing.iter().filter_map(|entity| self.targets_of.get(entity)) {
            let is_open = targets.iter().any(|target| resources.open.contains(*target));
            let within: Vec<usize> = targets
                .iter()
                .copied()
                .filter(|target| resources.within.contains(*target))
                .collect();
            let Some((most, others)) = within.split_last() else {
                continue;
            };
            for other in others {
                resources.within.remove(*other);
                resources.open.remove(*other);
            }
            if is_open {
                resources.open.insert(*most);
            }
        }
    }

    /// How many resources there are of each that can be said of them.
    pub(super) fn counts(&self, resources: &Resources) -> BTreeMap<Reached, usize> {
        let mut counts = BTreeMap::new();
        for (sensitivity, targets) in &self.of_sensitivity {
            let open = resources.open.shared_with(targets);
            let conditional = resources.within.shared_with(targets) - open;
            for (state, count) in [(PathState::Allowed, open), (PathState::Conditional, conditional)] {
                if count > 0 {
                    let sensitivity = *sensitivity;
                    counts.insert(Reached { sensitivity, state }, count);
                }
            }
        }
        counts
    }

    /// The workloads at which paths begin that reach an entity.
    pub(super) fn workloads(&self, entity: usize, union: &mut Union) -> Bits {
        if let Some(walker) = self.walkers.get(entity) {
            union.add(&walker.workloads);
        }
        for set in self.sets_of.get(&entity).into_iter().flatten() {
            if let Some(visitors) = self.visitors.get(*set) {
                union.add(visitors);
            }
        }
        union.take()
    }
}
