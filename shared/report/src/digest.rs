//! What a report tells of the authority paths: how many there are of each, and the most telling of them whole.

use std::collections::BTreeMap;

use sv0_model::graph::{Graph, Sensitivity};
use sv0_model::observation::Observation;
use sv0_model::path::{AuthorityPath, PathKind, PathState};

use crate::names::account_of_entity;
use crate::reach::{Reach, ReachFold};
use crate::shown;

/// The authority paths of a run as its report needs them. They are added one by one: a run has more than are worth holding, and far more than a page can show.
#[derive(Debug)]
pub struct PathDigest<'g> {
    graph: &'g Graph,
    pub(crate) counts: PathCounts,
    /// By the account of the resource.
    pub(crate) accounts: BTreeMap<String, PathsIntoAccount>,
    reach: ReachFold,
    most_telling: Vec<AuthorityPath>,
}

/// How many paths there are.
#[derive(Debug, Default)]
pub(crate) struct PathCounts {
    pub(crate) all: usize,
    pub(crate) by_state: BTreeMap<PathState, usize>,
    /// A path counts under each of its kinds.
    pub(crate) by_kind: BTreeMap<PathKind, BTreeMap<PathState, usize>>,
    /// Open ones into restricted data.
    pub(crate) open_to_restricted: usize,
    /// Open ones whose last step was seen.
    pub(crate) open_and_used: usize,
}

/// Paths to resources of one account that are not blocked.
#[derive(Debug, Default)]
pub(crate) struct PathsIntoAccount {
    pub(crate) all: usize,
    pub(crate) to_restricted: usize,
    pub(crate) from_elsewhere: usize,
}

impl PathCounts {
    pub(crate) fn in_state(&self, state: PathState) -> usize {
        self.by_state.get(&state).copied().unwrap_or_default()
    }

    fn add(&mut self, path: &AuthorityPath) {
        self.all += 1;
        *self.by_state.entry(path.state).or_default() += 1;
        for &kind in &path.kinds {
            *self.by_kind.entry(kind).or_default().entry(path.state).or_default() += 1;
        }
        if path.state == PathState::Allowed {
            self.open_to_restricted += usize::from(path.sensitivity == Sensitivity::Restricted);
            self.open_and_used += usize::from(matches!(path.observation, Observation::Observed { .. }));
        }
    }
}

impl<'g> PathDigest<'g> {
    /// A digest of no paths yet, over `graph`.
    #[must_use]
    pub fn new(graph: &'g Graph) -> Self {
        Self {
            graph,
            counts: PathCounts::default(),
            accounts: BTreeMap::new(),
            reach: ReachFold::default(),
            most_telling: Vec::new(),
        }
    }

    /// A digest of `paths`, whose order does not matter.
    #[must_use]
    pub fn of(graph: &'g Graph, paths: impl IntoIterator<Item = AuthorityPath>) -> Self {
        let mut digest = Self::new(graph);
        paths.into_iter().for_each(|path| digest.add(path));
        digest
    }

    /// Adds a path.
    pub fn add(&mut self, path: AuthorityPath) {
        self.counts.add(&path);
        self.count_into_account(&path);
        self.reach.add(&path);
        self.most_telling.push(path);
        if self.most_telling.len() >= 2 * shown::MOST_PATHS {
            self.most_telling = shown::most_telling(std::mem::take(&mut self.most_telling));
        }
    }

    fn count_into_account(&mut self, path: &AuthorityPath) {
        let account = account_of_entity(self.graph, &path.resource);
        let Some(account) = account.filter(|_| path.state != PathState::Blocked) else {
            return;
        };
        let is_from_elsewhere = account_of_entity(self.graph, &path.workload) != Some(account);
        let into = self.accounts.entry(account.to_owned()).or_default();
        into.all += 1;
        into.to_restricted += usize::from(path.sensitivity == Sensitivity::Restricted);
        into.from_elsewhere += usize::from(is_from_elsewhere);
    }

    /// How far every entity reaches, over all paths.
    pub(crate) fn reach(&self) -> &Reach {
        self.reach.reach()
    }

    /// The paths that a page shows, the most dangerous first.
    pub(crate) fn most_telling(&self) -> Vec<&AuthorityPath> {
        shown::most_telling(self.most_telling.iter().collect())
    }
}
