//! Authority paths: from every workload and identity, through the authorities that it has, assumes or otherwise comes to, to what they reach.

mod assemble;
mod assume;
mod calls;
mod chains;
mod deputies;
mod ends;
mod environments;
mod escalate;
mod events;
mod federation;
mod further;
mod hops;
mod invoke;
mod keep;
mod kinds;
mod limit;
mod public;
mod reach;
mod runs;
mod service;
mod shard;
mod starts;
#[cfg(test)]
mod tests;
mod transfer;
mod workloads;

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use rayon::prelude::*;
use sv0_model::diagnostic::{Diagnostic, Severity};
use sv0_model::observation::Evidence;
use sv0_model::path::AuthorityPath;
use sv0_model::route::{RoutePaths, in_order};

use crate::escalation::Escalations;
use crate::estate::Estate;
use crate::evidence::Logs;

pub(crate) use deputies::acts_for_outsiders;
pub(crate) use environments::climbs;
pub(crate) use workloads::of as all_workloads;

use assemble::Assembly;
use chains::Chain;
use hops::Ground;
use limit::strongest;
use reach::{Reaches, Ways};
use runs::Runs;
pub use shard::Shard;

/// Workloads whose paths are made at once. Enough to keep every thread busy: how many paths one has differs a hundredfold.
const WORKLOADS_AT_A_TIME: usize = 64;

/// How paths are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PathOptions {
    /// Most transfers from one authority to the next that are followed: AssumeRole, and every other way.
    pub max_assume_hops: usize,
    /// Most paths that are kept of one workload; the others are counted in a diagnostic.
    pub max_paths_per_workload: usize,
    /// Threads to use; 0 for one for each core. The result is the same whatever their number.
    pub threads: usize,
    /// Of which workloads.
    pub shard: Shard,
}

impl Default for PathOptions {
    fn default() -> Self {
        Self {
            max_assume_hops: 5,
            max_paths_per_workload: 20_000,
            threads: 0,
            shard: Shard::WHOLE,
        }
    }
}

/// The paths of an estate.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PathsOutput {
    /// Paths, sorted by workload, then by depth, roles, resource, scope and class.
    pub paths: Vec<AuthorityPath>,
    /// What could not be followed to its end.
    pub diagnostics: Vec<Diagnostic>,
}

/// How far the search has come, for a progress display.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathProgress {
    /// So many workloads will be walked.
    Workloads(usize),
    /// The reach of one more role is known, of so many.
    RoleReached {
        /// Roles in all.
        of: usize,
    },
    /// The paths of one more workload are known, of so many.
    WorkloadWalked {
        /// Workloads in all.
        of: usize,
    },
}

/// Finds every authority path of an estate and puts the logs beside it.
#[must_use]
pub fn authority_paths(estate: &Estate<'_>, evidence: &Evidence, options: &PathOptions) -> PathsOutput {
    let mut of_workload: Vec<RoutePaths> = Vec::new();
    let mut paths = Vec::new();
    let found = each_route(estate, evidence, options, &|_| {}, |routes| {
        let is_of_another = |last: &RoutePaths| last.route.workload != routes.route.workload;
        if of_workload.last().is_some_and(is_of_another) {
            paths.extend(in_order(&std::mem::take(&mut of_workload)));
        }
        of_workload.push(routes);
        Ok::<(), Infallible>(())
    });
    let Ok(diagnostics) = found;
    paths.extend(in_order(&of_workload));
    // Stable: what is of one workload is in order.
    paths.sort_by(|a, b| a.workload.cmp(&b.workload));
    PathsOutput { paths, diagnostics }
}

/// Hands on every route of an estate with its paths, by account of the workload, workload, depth, roles and marks, and answers what could not be followed to its end.
///
/// No more of them are held than those of a few workloads. `progress` is called from several threads, `each` from one at a time.
///
/// # Errors
/// What `each` answers, after which nothing more is handed on.
pub fn each_route<E: Send>(
    estate: &Estate<'_>,
    evidence: &Evidence,
    options: &PathOptions,
    progress: &(dyn Fn(PathProgress) + Sync),
    each: impl FnMut(RoutePaths) -> Result<(), E> + Send,
) -> Result<Vec<Diagnostic>, E> {
    let walk = || walk(estate, evidence, options, progress, each);
    match rayon::ThreadPoolBuilder::new().num_threads(options.threads).build() {
        Ok(pool) => pool.install(walk),
        // Without a pool of its own the walk takes longer and comes to the same.
        Err(_) => walk(),
    }
}

fn walk<E: Send>(
    estate: &Estate<'_>,
    evidence: &Evidence,
    options: &PathOptions,
    progress: &(dyn Fn(PathProgress) + Sync),
    mut each: impl FnMut(RoutePaths) -> Result<(), E> + Send,
) -> Result<Vec<Diagnostic>, E> {
    let logs = Logs::new(evidence);
    let ground = Ground { estate, logs: &logs };
    let runs = Runs::new(ground);
    let all = starts::of(ground, &runs);
    let starts = options.shard.of_starts(&all);
    progress(PathProgress::Workloads(starts.len()));
    let firsts: BTreeSet<&str> = starts
        .iter()
        .flat_map(|start| &start.departures)
        .map(|departure| departure.to)
        .collect();
    let executors = starts.iter().filter_map(|start| Some(start.injection.as_ref()?.0.role));
    let authorities = firsts.iter().copied().chain(executors).collect();
    let escalations = Escalations::new(estate);
    let ways = Ways {
        ground,
        runs: &runs,
        escalations: &escalations,
    };
    let reaches = Reaches::from(ways, authorities, options.max_assume_hops, progress);
    let chains: BTreeMap<&str, Vec<Chain<'_, '_>>> = firsts
        .par_iter()
        .map(|first| (*first, chains::best(first, &reaches, options.max_assume_hops)))
        .collect();
    let assembly = Assembly {
        ground,
        reaches: &reaches,
        chains: &chains,
    };
    let mut diagnostics = Vec::new();
    for some in starts.chunks(WORKLOADS_AT_A_TIME) {
        let walked: Vec<Walked> = some
            .par_iter()
            .map(|start| {
                let walked = Walked::of(assembly.paths_of(start), options);
                progress(PathProgress::WorkloadWalked { of: starts.len() });
                walked
            })
            .collect();
        for of_one in walked {
            diagnostics.extend(of_one.cut);
            of_one.routes.into_iter().try_for_each(&mut each)?;
        }
    }
    let cuts = chains
        .iter()
        .filter(|(_, chains)| chains.iter().any(|chain| chain.is_cut));
    diagnostics.extend(cuts.map(|(first, _)| chain_cut(first, options)));
    Ok(diagnostics)
}

/// The paths of one workload.
struct Walked {
    routes: Vec<RoutePaths>,
    /// That there are more than are kept.
    cut: Option<Diagnostic>,
}

impl Walked {
    fn of(routes: Vec<RoutePaths>, options: &PathOptions) -> Self {
        let count = routes.iter().map(RoutePaths::count).sum();
        let workload = routes.first().map(|first| first.route.workload.clone());
        match workload.filter(|_| count > options.max_paths_per_workload) {
            Some(workload) => Self {
                routes: strongest(routes, options.max_paths_per_workload),
                cut: Some(cut(&workload, count, options)),
            },
            None => Self { routes, cut: None },
        }
    }
}

/// What lies past the limit is in no path: that must not look like nothing.
fn chain_cut(authority: &str, options: &PathOptions) -> Diagnostic {
    let most = options.max_assume_hops;
    Diagnostic {
        file: String::new(),
        line: None,
        at: authority.to_owned(),
        severity: Severity::Warning,
        code: "chain_cut".to_owned(),
        message: format!(
            "more than {most} authorities follow each other from it: what those past the limit reach is not listed"
        ),
        help: format!(
            "`sv0 paths --from {authority}` ends with roles at the limit: `sv0 can ROLE --via-assume-role` says what such a role reaches further"
        ),
    }
}

fn cut(workload: &str, found: usize, options: &PathOptions) -> Diagnostic {
    let kept = options.max_paths_per_workload;
    Diagnostic {
        file: String::new(),
        line: None,
        at: workload.to_owned(),
        severity: Severity::Warning,
        code: "paths_cut".to_owned(),
        message: format!("the workload has {found} paths: the {kept} strongest are listed"),
        help: "ask for the others with sv0 can and the workload's role".to_owned(),
    }
}
