//! What the paths of a route come to, as far as its last steps decide.
//!
//! As a rule a route leads to all that its authority reaches, by paths of kinds that many routes share: that is summed up once for all of them.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use sv0_model::graph::Sensitivity;
use sv0_model::path::{PathKind, PathState};
use sv0_model::route::{PathKinds, RoutePaths, Taken};

use super::accesses::{AccessSet, AccessSets, Class};
use super::tally::{ByState, Tally};
use crate::bits::Bits;
use crate::reach::Seen;

/// Paths of a route from which on its summary is kept for others. Fewer are as quickly summed up again as found, and most parts of what is reached that few
/// routes lead to are small.
const WORTH_KEEPING: usize = 64;

/// The last steps of a route's paths, summed up.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    /// How many there are.
    pub(crate) count: usize,
    /// By where they start, sorted: one, as a rule.
    pub(crate) by_start: Vec<FromStart>,
    /// By the kinds of the paths.
    pub(crate) by_kinds: Vec<(PathKinds, ByState)>,
    /// Those that are not blocked, by the account of the resource.
    pub(crate) by_account: BTreeMap<usize, IntoAccount>,
    /// By all that tells the danger of the paths apart.
    pub(crate) lots: BTreeMap<Lot, usize>,
    /// Open ones into restricted data.
    pub(crate) open_to_restricted: usize,
    /// Open ones that were seen.
    pub(crate) open_and_used: usize,
}

/// Last steps that start from the same entity.
#[derive(Debug)]
pub(crate) struct FromStart {
    pub(crate) start: usize,
    pub(crate) tally: Tally,
    /// What they reach, as a number of [`TargetSets`].
    pub(crate) targets: usize,
}

/// Last steps into an account that are not blocked.
#[derive(Debug, Default)]
pub(crate) struct IntoAccount {
    pub(crate) all: usize,
    pub(crate) to_restricted: usize,
}

/// What the place of a path in the order of danger hangs on, beside its route and what follows when all of this is equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Lot {
    pub(crate) state: PathState,
    pub(crate) sensitivity: Sensitivity,
    pub(crate) kind: PathKind,
    pub(crate) is_seen: bool,
    pub(crate) leads_to: Option<usize>,
}

impl Lot {
    /// The lot of a path whose last step is of that class.
    pub(crate) fn of(class: &Class, kinds: PathKinds) -> Self {
        Self {
            state: class.state,
            sensitivity: class.sensitivity,
            kind: kinds.kind(),
            is_seen: class.seen == Seen::Observed,
            leads_to: class.leads_to,
        }
    }
}

/// What is reached by steps that are not blocked, as numbers of [`super::accesses::Targets`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct TargetSet {
    pub(crate) allowed: Bits,
    /// By steps that hold under a condition; what is allowed by other steps may be among it.
    pub(crate) conditional: Bits,
}

/// Sets of what is reached, each once.
#[derive(Debug, Default)]
pub(crate) struct TargetSets {
    of: HashMap<Arc<TargetSet>, usize>,
    pub(crate) all: Vec<Arc<TargetSet>>,
}

impl TargetSets {
    fn number(&mut self, set: TargetSet) -> usize {
        if let Some(number) = self.of.get(&set) {
            return *number;
        }
        let (number, set) = (self.all.len(), Arc::new(set));
        self.of.insert(set.clone(), number);
        self.all.push(set);
        number
    }
}

/// Sums up, and remembers what is worth it.
#[derive(Debug, Default)]
pub(crate) struct Summaries {
    pub(crate) target_sets: TargetSets,
    /// By the number of the set of accesses, and what is taken of it.
    kept: HashMap<(usize, Arc<[Taken]>), Arc<Summary>>,
}

impl Summaries {
    /// The last steps of a route's paths. `set` is what its authority reaches, and `number` its number.
    pub(crate) fn of(&mut self, routes: &RoutePaths, set: &AccessSet, number: usize) -> Arc<Summary> {
        if routes.count() < WORTH_KEEPING {
            return Arc::new(self.sum_up(&routes.taken, set));
        }
        let key = (number, Arc::from(routes.taken.as_slice()));
        if let Some(known) = self.kept.get(&key) {
            return known.clone();
        }
        let summary = Arc::new(self.sum_up(&routes.taken, set));
        self.kept.insert(key, summary.clone());
        summary
    }

    /// Forgets what was remembered of other sets than these.
    pub(crate) fn forget_but(&mut self, sets: &AccessSets) {
        self.kept.retain(|(set, _), _| sets.get(*set).is_some());
    }

    fn sum_up(&mut self, taken: &[Taken], set: &AccessSet) -> Summary {
        let mut summary = Summary::default();
        let mut starts: BTreeMap<usize, (Tally, TargetSet)> = BTreeMap::new();
        for (kinds, counts) in by_class(taken, set) {
            for (class, count) in set.classes.iter().zip(counts).filter(|(_, count)| *count > 0) {
                summary.add(class, kinds, count);
                let (tally, _) = starts.entry(class.start).or_default();
                *tally += Tally::of(class, kinds, count);
            }
        }
        for facts in taken.iter().flat_map(|taken| set.run(taken).1) {
            let Some(class) = set.class_of(facts) else {
                continue;
            };
            let (_, targets) = starts.entry(class.start).or_default();
            match class.state {
                PathState::Allowed => targets.allowed.insert(facts.target),
                PathState::Conditional => targets.conditional.insert(facts.target),
                PathState::Blocked => {}
            }
        }
        let by_start = starts.into_iter().map(|(start, (tally, targets))| FromStart {
            start,
            tally,
            targets: self.target_sets.number(targets),
        });
        summary.by_start = by_start.collect();
        summary
    }
}

/// How many of the accesses taken are of each class of the set, for each of the kinds that their paths are of.
fn by_class(taken: &[Taken], set: &AccessSet) -> Vec<(PathKinds, Vec<usize>)> {
    let mut by_kinds: Vec<(PathKinds, Vec<usize>)> = Vec::new();
    for taken in taken {
        let place = by_kinds.iter().position(|(kinds, _)| *kinds == taken.kinds);
        let place = place.unwrap_or_else(|| {
            by_kinds.push((taken.kinds, vec![0; set.classes.len()]));
            by_kinds.len() - 1
        });
        let Some((_, counts)) = by_kinds.get_mut(place) else {
            continue;
        };
        for facts in set.run(taken).1 {
            if let Some(count) = counts.get_mut(facts.class) {
                *count += 1;
            }
        }
    }
    by_kinds
}

impl Summary {
    fn add(&mut self, class: &Class, kinds: PathKinds, count: usize) {
        self.count += count;
        match self.by_kinds.last_mut().filter(|(known, _)| *known == kinds) {
            Some((_, states)) => states.add(class.state, count),
            None => self.by_kinds.push((kinds, ByState::of(class.state, count))),
        }
        *self.lots.entry(Lot::of(class, kinds)).or_default() += count;
        let to_restricted = if class.sensitivity == Sensitivity::Restricted {
            count
        } else {
            0
        };
        if class.state == PathState::Allowed {
            self.open_to_restricted += to_restricted;
            self.open_and_used += if class.seen == Seen::Observed { count } else { 0 };
        }
        if let Some(account) = class.account.filter(|_| class.state != PathState::Blocked) {
            let into = self.by_account.entry(account).or_default();
            into.all += count;
            into.to_restricted += to_restricted;
        }
    }
}
