//! How many paths there are of each.

use std::collections::BTreeMap;

use sv0_model::path::{PathKind, PathState};

use super::summary::{IntoAccount, Summary};
use super::tally::ByState;

/// How many paths there are.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct PathCounts {
    pub(crate) all: usize,
    pub(crate) by_state: ByState,
    /// A path counts under each of its kinds.
    pub(crate) by_kind: BTreeMap<PathKind, ByState>,
    /// Open ones into restricted data.
    pub(crate) open_to_restricted: usize,
    /// Open ones whose last step was seen.
    pub(crate) open_and_used: usize,
}

/// Paths to resources of one account that are not blocked.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct PathsIntoAccount {
    pub(crate) all: usize,
    pub(crate) to_restricted: usize,
    pub(crate) from_elsewhere: usize,
}

impl PathCounts {
    pub(crate) fn in_state(&self, state: PathState) -> usize {
        let of_state = self.by_state.each().into_iter().find(|(known, _)| *known == state);
        of_state.map_or(0, |(_, count)| count)
    }

    /// Adds the paths of a route in that state.
    pub(super) fn add(&mut self, route: PathState, last_steps: &Summary) {
        for (kinds, of_kinds) in &last_steps.by_kinds {
            let paths = of_kinds.behind(route);
            self.all += paths.all();
            self.by_state += paths;
            for kind in kinds.kinds() {
                *self.by_kind.entry(kind).or_default() += paths;
            }
        }
        if route == PathState::Allowed {
            self.open_to_restricted += last_steps.open_to_restricted;
            self.open_and_used += last_steps.open_and_used;
        }
    }
}

impl PathsIntoAccount {
    /// Adds the paths of a route that is not blocked.
    pub(super) fn add(&mut self, last_steps: &IntoAccount, is_from_elsewhere: bool) {
        self.all += last_steps.all;
        self.to_restricted += last_steps.to_restricted;
        self.from_elsewhere += if is_from_elsewhere { last_steps.all } else { 0 };
    }
}
