//! Numbers of paths.

use std::ops::{AddAssign, SubAssign};

use sv0_model::path::PathState;
use sv0_model::route::PathKinds;

use super::accesses::Class;
use crate::reach::Seen;

/// How many paths there are in each state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct ByState {
    pub(crate) allowed: usize,
    pub(crate) conditional: usize,
    pub(crate) blocked: usize,
}

impl ByState {
    pub(crate) fn add(&mut self, state: PathState, count: usize) {
        match state {
            PathState::Allowed => self.allowed += count,
            PathState::Conditional => self.conditional += count,
            PathState::Blocked => self.blocked += count,
        }
    }

    /// Every state with the number of paths in it, the most open first.
    pub(crate) fn each(&self) -> [(PathState, usize); 3] {
        [
            (PathState::Allowed, self.allowed),
            (PathState::Conditional, self.conditional),
            (PathState::Blocked, self.blocked),
        ]
    }

    pub(crate) fn all(&self) -> usize {
        self.allowed + self.conditional + self.blocked
    }

    pub(crate) fn not_blocked(&self) -> usize {
        self.allowed + self.conditional
    }

    /// The paths that come of these last steps behind a route in that state.
    pub(crate) fn behind(&self, route: PathState) -> Self {
        let mut paths = Self::default();
        self.each()
            .into_iter()
            .for_each(|(state, count)| paths.add(state.max(route), count));
        paths
    }

    /// So many in that state.
    pub(crate) fn of(state: PathState, count: usize) -> Self {
        let mut paths = Self::default();
        paths.add(state, count);
        paths
    }
}

impl AddAssign for ByState {
    fn add_assign(&mut self, other: Self) {
        other
            .each()
            .into_iter()
            .for_each(|(state, count)| self.add(state, count));
    }
}

impl SubAssign for ByState {
    fn sub_assign(&mut self, other: Self) {
        self.allowed = self.allowed.saturating_sub(other.allowed);
        self.conditional = self.conditional.saturating_sub(other.conditional);
        self.blocked = self.blocked.saturating_sub(other.blocked);
    }
}

/// What the last steps of some paths say together, in numbers that can be taken off again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) states: ByState,
    /// Of those that are not blocked, how many raise the caller's authority.
    pub(crate) escalating: usize,
    /// Of those that are not blocked, over how many data leaves AWS or goes to a model.
    pub(crate) leaving: usize,
    not_observed: usize,
    not_observable: usize,
    observed: usize,
}

impl Tally {
    /// What so many of a class say that paths of those kinds end with.
    pub(crate) fn of(class: &Class, kinds: PathKinds, count: usize) -> Self {
        let count_if = |is_it: bool| if is_it { count } else { 0 };
        let is_open = class.state != PathState::Blocked;
        Self {
            states: ByState::of(class.state, count),
            escalating: count_if(is_open && class.escalates),
            leaving: count_if(is_open && kinds.egress().is_some()),
            not_observed: count_if(class.seen == Seen::NotObserved),
            not_observable: count_if(class.seen == Seen::NotObservable),
            observed: count_if(class.seen == Seen::Observed),
        }
    }

    /// What the logs say of them; the weightiest counts.
    pub(crate) fn seen(&self) -> Seen {
        match (self.observed, self.not_observable, self.not_observed) {
            (0, 0, 0) => Seen::Unknown,
            (0, 0, _) => Seen::NotObserved,
            (0, _, _) => Seen::NotObservable,
            _ => Seen::Observed,
        }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.states += other.states;
        self.escalating += other.escalating;
        self.leaving += other.leaving;
        self.not_observed += other.not_observed;
        self.not_observable += other.not_observable;
        self.observed += other.observed;
    }
}

impl SubAssign for Tally {
    fn sub_assign(&mut self, other: Self) {
        self.states -= other.states;
        self.escalating = self.escalating.saturating_sub(other.escalating);
        self.leaving = self.leaving.saturating_sub(other.leaving);
        self.not_observed = self.not_observed.saturating_sub(other.not_observed);
        self.not_observable = self.not_observable.saturating_sub(other.not_observable);
        self.observed = self.observed.saturating_sub(other.observed);
    }
}
