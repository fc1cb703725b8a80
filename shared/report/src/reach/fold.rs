//! Reads the reach of everything that stands on a path off the routes, one after the other.

use std::sync::Arc;

use sv0_model::path::PathState;
use sv0_model::route::{Route, RoutePaths};

use super::ways::Ways;
use super::{EntityReach, Reach, Seen, escalates, seen};
use crate::bits::{Bits, Union};
use crate::digest::accesses::{AccessSet, AccessSets};
use crate::digest::numbers::Numbers;
use crate::digest::summary::{Summary, TargetSet};
use crate::digest::tally::{ByState, Tally};

/// What was read of the routes so far. Entities are told by their numbers.
#[derive(Debug, Default)]
pub(crate) struct ReachFold {
    walkers: Vec<Walker>,
    /// By the number of the target set: the workloads that come to it by steps that are not blocked.
    visitors: Vec<Bits>,
}

/// What takes steps of routes, by all routes so far.
#[derive(Debug, Default)]
pub(super) struct Walker {
    paths: ByState,
    seen: Seen,
    escalates: bool,
    leaves: bool,
    /// Target sets that lie before it, with nothing but allowed steps between.
    pub(super) allowed: Bits,
    /// The same with a step between that holds under a condition.
    pub(super) conditional: Bits,
    /// Where the routes begin that are not blocked.
    pub(super) workloads: Bits,
}

/// What is between a walker and the last step.
#[derive(Debug, Clone, Copy)]
struct Rest {
    state: PathState,
    escalates: bool,
}

impl Rest {
    const NOTHING: Self = Self {
        state: PathState::Allowed,
        escalates: false,
    };
}

/// A route's steps in numbers.
struct Steps<'r> {
    route: &'r Route,
    workload: usize,
    roles: Vec<usize>,
    /// Where each step starts.
    starts: Vec<usize>,
    /// What is left of the route from each step on; behind its end nothing.
    rests: Vec<Rest>,
}

/// What something on a route goes through to the last steps of the paths.
struct Ahead {
    walker: usize,
    /// What the logs say of its steps on the route.
    seen: Seen,
    /// Before the last steps that start from it.
    to_own: Rest,
    /// Before all others; `None` where it has no part in these paths.
    to_others: Option<Rest>,
}

impl ReachFold {
    /// Adds the paths of a route, with their last steps, to what its authority reaches.
    pub(crate) fn add(&mut self, routes: &RoutePaths, last: &Summary, set: &AccessSet, numbers: &mut Numbers) {
        if last.count == 0 {
            return;
        }
        let steps = Steps::of(&routes.route, numbers);
        for ahead in steps.walkers(last) {
            self.walk(&steps, &ahead, last, tallies(ahead.walker, routes, last, set));
        }
        if routes.route.state != PathState::Blocked {
            for reached in &last.by_start {
                if let Some(visitors) = at(&mut self.visitors, reached.targets) {
                    visitors.insert(steps.workload);
                }
            }
        }
    }

    /// Adds what lies ahead of a walker. `own` are the last steps that start from it.
    fn walk(&mut self, steps: &Steps<'_>, ahead: &Ahead, last: &Summary, (own, others): (Tally, Tally)) {
        let others = if ahead.to_others.is_some() {
            others
        } else {
            Tally::default()
        };
        if own.states.all() + others.states.all() == 0 {
            return;
        }
        let Some(walker) = at(&mut self.walkers, ahead.walker) else {
            return;
        };
        walker.paths += own.states.behind(steps.route.state);
        walker.paths += others.states.behind(steps.route.state);
        walker.seen = walker.seen.max(ahead.seen).max(own.seen());
        for (is_own, tally, rest) in [(true, own, Some(ahead.to_own)), (false, others, ahead.to_others)] {
            let Some(rest) = rest.filter(|rest| rest.state != PathState::Blocked && tally.states.not_blocked() > 0)
            else {
                continue;
            };
            walker.escalates |= rest.escalates || tally.escalating > 0;
            walker.leaves |= tally.leaving > 0;
            let reached = last
                .by_start
                .iter()
                .filter(|reached| (reached.start == ahead.walker) == is_own);
            for reached in reached {
                match rest.state {
                    PathState::Allowed => walker.allowed.insert(reached.targets),
                    PathState::Conditional | PathState::Blocked => walker.conditional.insert(reached.targets),
                }
            }
            if ahead.walker != steps.workload && steps.route.state != PathState::Blocked {
                walker.workloads.insert(steps.workload);
            }
        }
    }

    /// The reach, when all routes were added.
    pub(crate) fn finish(mut self, accesses: &AccessSets, sets: &[Arc<TargetSet>], numbers: Numbers) -> Reach {
        self.walkers.resize_with(numbers.len(), Walker::default);
        let ends = accesses.ends();
        let ways = Ways::new(self.walkers, self.visitors, sets, &accesses.targets);
        let mut union = Union::default();
        let entities = ways.walkers.iter().enumerate().map(|(number, walker)| {
            let mut paths = walker.paths;
            paths += ends.get(&number).copied().unwrap_or_default();
            EntityReach {
                paths,
                resources: ways.counts(&ways.resources(number, &mut union)),
                workloads: ways.workloads(number, &mut union).len(),
                escalates: walker.escalates,
                leaves: walker.leaves,
                seen: walker.seen,
            }
        });
        Reach {
            entities: entities.collect(),
            numbers,
            ways,
        }
    }
}

impl<'r> Steps<'r> {
    fn of(route: &'r Route, numbers: &mut Numbers) -> Self {
        let mut rests = vec![Rest::NOTHING];
        let mut rest = Rest::NOTHING;
        for hop in route.hops.iter().rev() {
            rest = Rest {
                state: rest.state.max(hop.state),
                escalates: rest.escalates || escalates(hop),
            };
            rests.push(rest);
        }
        rests.reverse();
        Self {
            route,
            workload: numbers.number(&route.workload),
            roles: route.roles.iter().map(|role| numbers.number(role)).collect(),
            starts: route.hops.iter().map(|hop| numbers.number(&hop.from)).collect(),
            rests,
        }
    }

    /// Everything that takes a step of the paths, each from its first one on. Roles that no step starts from count with the whole path.
    fn walkers(&self, last: &Summary) -> Vec<Ahead> {
        let mut walkers: Vec<Ahead> = Vec::new();
        for (hop, (start, rest)) in self.route.hops.iter().zip(self.starts.iter().zip(&self.rests)) {
            let seen = seen(&hop.observation);
            match walkers.iter_mut().find(|ahead| ahead.walker == *start) {
                Some(known) => known.seen = known.seen.max(seen),
                None => walkers.push(Ahead {
                    walker: *start,
                    seen,
                    to_own: *rest,
                    to_others: Some(*rest),
                }),
            }
        }
        let whole = self.rests.first().copied().unwrap_or(Rest::NOTHING);
        let named = std::iter::once(self.workload).chain(self.roles.iter().copied());
        let named = named.map(|walker| (walker, Some(whole)));
        let of_last_steps = last.by_start.iter().map(|reached| (reached.start, None));
        for (walker, to_others) in named.chain(of_last_steps) {
            if walkers.iter().all(|ahead| ahead.walker != walker) {
                walkers.push(Ahead {
                    walker,
                    seen: Seen::Unknown,
                    to_own: Rest::NOTHING,
                    to_others,
                });
            }
        }
        walkers
    }
}

/// What the last steps say that start from a walker, and what the others say. Nothing reaches itself: steps to the walker do not count.
fn tallies(walker: usize, routes: &RoutePaths, last: &Summary, set: &AccessSet) -> (Tally, Tally) {
    let (mut own, mut others) = (Tally::default(), Tally::default());
    for reached in &last.by_start {
        let tally = if reached.start == walker { &mut own } else { &mut others };
        *tally += reached.tally;
    }
    for (place, class) in set.to(walker) {
        let tally = if class.start == walker { &mut own } else { &mut others };
        let taken = routes.taken.iter().filter(|taken| taken.places().contains(&place));
        taken.for_each(|taken| *tally -= Tally::of(class, taken.kinds, 1));
    }
    (own, others)
}

/// The item at a place, made if it is not there.
fn at<T: Default>(items: &mut Vec<T>, place: usize) -> Option<&mut T> {
    if items.len() <= place {
        items.resize_with(place + 1, T::default);
    }
    items.get_mut(place)
}
