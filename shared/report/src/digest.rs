//! What a report tells of the authority paths: how many there are of each, how far everything reaches, and the most telling of them whole.

pub(crate) mod accesses;
pub(crate) mod choice;
pub(crate) mod counts;
pub(crate) mod numbers;
pub(crate) mod summary;
pub(crate) mod tally;
#[cfg(test)]
pub(crate) mod tests;

use std::collections::BTreeMap;

use sv0_model::graph::Graph;
use sv0_model::path::{AuthorityPath, PathState};
use sv0_model::route::RoutePaths;

use self::accesses::{AccessSets, Ids};
use self::choice::{Choice, Limits};
use self::counts::{PathCounts, PathsIntoAccount};
use self::summary::{Summaries, Summary};
use crate::reach::{Reach, ReachFold};
use crate::shown;

/// The authority paths of a run as its report needs them.
#[derive(Debug)]
pub struct PathDigest {
    pub(crate) counts: PathCounts,
    /// By the account of the resource.
    pub(crate) accounts: BTreeMap<String, PathsIntoAccount>,
    /// How far every entity reaches, over all paths.
    pub(crate) reach: Reach,
    /// The paths that a page shows, the most dangerous first.
    pub(crate) most_telling: Vec<AuthorityPath>,
}

/// Reads the [`PathDigest`] off the paths, which are handed over route by route.
///
/// A run has far more paths than routes and accesses, and nothing is held of single ones; accesses are let go that the caller lets go, unless paths to them are to
/// be shown. What routes have in common is known by their sharing the accesses that
/// they lead to ([`RoutePaths::accesses`]): equal ones that are held apart cost as much as different ones.
#[derive(Debug)]
pub struct PathFold<'g> {
    ids: Ids<'g>,
    accesses: AccessSets,
    summaries: Summaries,
    counts: PathCounts,
    accounts: BTreeMap<usize, PathsIntoAccount>,
    reach: ReachFold,
    choice: Choice,
}

impl PathDigest {
    /// The digest of `routes`, whose order does not matter.
    #[must_use]
    pub fn of(graph: &Graph, routes: impl IntoIterator<Item = RoutePaths>) -> Self {
        let mut fold = PathFold::new(graph);
        routes.into_iter().for_each(|routes| fold.add(routes));
        fold.finish()
    }
}

impl<'g> PathFold<'g> {
    /// No paths yet, over `graph`.
    #[must_use]
    pub fn new(graph: &'g Graph) -> Self {
        Self::within(graph, shown::PATHS)
    }

    /// The same, for a page that holds so many paths.
    fn within(graph: &'g Graph, limits: Limits) -> Self {
        Self {
            ids: Ids::new(graph),
            accesses: AccessSets::default(),
            summaries: Summaries::default(),
            counts: PathCounts::default(),
            accounts: BTreeMap::new(),
            reach: ReachFold::default(),
            choice: Choice::of(limits),
        }
    }

    /// Adds the paths that take a route.
    pub fn add(&mut self, routes: RoutePaths) {
        if self.accesses.let_go() {
            self.summaries.forget_but(&self.accesses);
        }
        let number = self.accesses.number(&routes.accesses, &mut self.ids);
        let Some(set) = self.accesses.get_mut(number) else {
            return;
        };
        for taken in &routes.taken {
            set.come_to(taken, routes.route.state);
        }
        let last_steps = self.summaries.of(&routes, set, number);
        self.counts.add(routes.route.state, &last_steps);
        self.reach.add(&routes, &last_steps, set, &mut self.ids.numbers);
        self.count_into_accounts(&routes, &last_steps);
        let accounts = routes.route.accounts.iter();
        let accounts: Vec<usize> = accounts.map(|account| self.ids.accounts.number(account)).collect();
        self.choice.offer(routes, number, &last_steps.lots, &accounts);
    }

    fn count_into_accounts(&mut self, routes: &RoutePaths, last_steps: &Summary) {
        if routes.route.state == PathState::Blocked {
            return;
        }
        let workload = self.ids.numbers.number(&routes.route.workload);
        let of_workload = self.ids.account_of(workload);
        for (account, of_account) in &last_steps.by_account {
            let into = self.accounts.entry(*account).or_default();
            into.add(of_account, of_workload != Some(*account));
        }
    }

    /// The digest of what was added.
    #[must_use]
    pub fn finish(self) -> PathDigest {
        let accounts = self.accounts.into_iter();
        let most_telling = self.choice.paths(&self.accesses);
        PathDigest {
            counts: self.counts,
            accounts: accounts
                .map(|(account, into)| (self.ids.accounts.text(account).to_owned(), into))
                .collect(),
            most_telling,
            reach: self
                .reach
                .finish(&self.accesses, &self.summaries.target_sets.all, self.ids.numbers),
        }
    }
}
