//! Authority paths: from every workload through the roles it runs as and assumes to what they reach.

mod assemble;
mod assume;
mod chains;
mod ends;
mod step;
#[cfg(test)]
mod tests;
mod workloads;

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use sv0_iam::{Context, UnknownContext};
use sv0_model::diagnostic::{Diagnostic, Severity};
use sv0_model::observation::Evidence;
use sv0_model::path::{AuthorityPath, PathState};

use crate::access::{Basis, Candidates, Survey};
use crate::estate::Estate;
use crate::evidence::Logs;

pub(crate) use assume::{ASSUME_ROLE, roles as assumable_roles};
pub(crate) use step::{Step, extend};
pub(crate) use workloads::of as all_workloads;

use assemble::Assembly;
use assume::AssumeHops;
use chains::Chain;
use ends::End;

/// How paths are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PathOptions {
    /// Most AssumeRole hops that are followed.
    pub max_assume_hops: usize,
    /// Most paths that are kept of one workload; the others are counted in a diagnostic.
    pub max_paths_per_workload: usize,
    /// Threads to use; 0 for one for each core. The result is the same whatever their number.
    pub threads: usize,
}

impl Default for PathOptions {
    fn default() -> Self {
        Self {
            max_assume_hops: 5,
            max_paths_per_workload: 20_000,
            threads: 0,
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
    authority_paths_with_progress(estate, evidence, options, &|_| {})
}

/// [`authority_paths`], telling `progress` how far it has come. `progress` is called from several threads.
#[must_use]
pub fn authority_paths_with_progress(
    estate: &Estate<'_>,
    evidence: &Evidence,
    options: &PathOptions,
    progress: &(dyn Fn(PathProgress) + Sync),
) -> PathsOutput {
    let walk = || walk(estate, evidence, options, progress);
    match rayon::ThreadPoolBuilder::new().num_threads(options.threads).build() {
        Ok(pool) => pool.install(walk),
        // Without a pool of its own the walk takes longer and comes to the same.
        Err(_) => walk(),
    }
}

fn walk(
    estate: &Estate<'_>,
    evidence: &Evidence,
    options: &PathOptions,
    progress: &(dyn Fn(PathProgress) + Sync),
) -> PathsOutput {
    let workloads = workloads::of(estate);
    progress(PathProgress::Workloads(workloads.len()));
    let starts: BTreeSet<&str> = workloads.iter().filter_map(|workload| workload.role).collect();
    let hops = AssumeHops::from(estate, &starts, options.max_assume_hops);
    let chains: BTreeMap<&str, Vec<Chain<'_>>> = starts
        .par_iter()
        .map(|start| (*start, chains::best(start, &hops, options.max_assume_hops)))
        .collect();
    let terminals = chains.values().flatten().map(Chain::terminal);
    let executors = workloads
        .iter()
        .filter_map(|workload| workload.injection.as_ref())
        .map(|injection| injection.role);
    let roles: BTreeSet<&str> = terminals.chain(executors).collect();
    let ends = ends_of_roles(estate, &roles, progress);
    let logs = Logs::new(evidence);
    let assembly = Assembly {
        estate,
        logs: &logs,
        hops: &hops,
        chains: &chains,
        ends: &ends,
    };
    let walked: Vec<Vec<AuthorityPath>> = workloads
        .par_iter()
        .map(|workload| {
            let paths = assembly.paths_of(workload);
            progress(PathProgress::WorkloadWalked { of: workloads.len() });
            paths
        })
        .collect();
    collect(walked, options)
}

fn ends_of_roles<'e>(
    estate: &'e Estate<'_>,
    roles: &BTreeSet<&'e str>,
    progress: &(dyn Fn(PathProgress) + Sync),
) -> BTreeMap<&'e str, Vec<End<'e>>> {
    let candidates = Candidates::of_resources(estate);
    let context = Context::new();
    roles
        .par_iter()
        .filter_map(|role| {
            let subject = estate.subject_of(estate.entity(role)?)?;
            let survey = Survey {
                estate,
                candidates: &candidates,
                subject: &subject,
                basis: Basis::Granted,
                context: &context,
                unknown_context: UnknownContext::Any,
            };
            let ends = ends::of(survey.reach());
            progress(PathProgress::RoleReached { of: roles.len() });
            Some((*role, ends))
        })
        .collect()
}

fn collect(walked: Vec<Vec<AuthorityPath>>, options: &PathOptions) -> PathsOutput {
    let mut output = PathsOutput::default();
    for mut paths in walked {
        paths.sort_by(|a, b| sort_key(a).cmp(&sort_key(b)));
        if paths.len() > options.max_paths_per_workload {
            // The strongest are kept.
            paths.sort_by_key(|path| (path.state, std::cmp::Reverse(path.sensitivity)));
            output
                .diagnostics
                .extend(paths.first().map(|path| cut(&path.workload, paths.len(), options)));
            paths.truncate(options.max_paths_per_workload);
            paths.sort_by(|a, b| sort_key(a).cmp(&sort_key(b)));
        }
        output.paths.extend(paths);
    }
    output
}

type SortKey<'p> = (
    &'p str,
    usize,
    &'p [String],
    &'p str,
    &'p str,
    sv0_model::path::ActionClass,
    PathState,
    &'p str,
);

fn sort_key(path: &AuthorityPath) -> SortKey<'_> {
    (
        &path.workload,
        path.chain_depth,
        &path.roles,
        &path.resource,
        &path.scope,
        path.action_class,
        path.state,
        &path.id,
    )
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
