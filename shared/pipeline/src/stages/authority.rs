//! Graph and observed use → authority paths and findings.

use sv0_authority::{Estate, FindingOptions, Judge, PathOptions, PathProgress, each_route};
use sv0_lake::keys;
use sv0_model::diagnostic::Diagnostic;
use sv0_model::graph::Graph;
use sv0_model::route::RoutePaths;

use super::StageContext;
use crate::path_rows::RouteWriter;
use crate::{ScanError, finding_rows};

/// How much was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Evaluated {
    /// Paths written.
    pub paths: u64,
    /// Findings written.
    pub findings: u64,
    /// Diagnostics the run holds now.
    pub diagnostics: u64,
}

/// Evaluates effective access and writes paths and findings.
///
/// # Errors
/// [`ScanError::Lake`] when the graph is not there or results cannot be written.
pub fn run(context: &StageContext<'_>, progress: &(dyn Fn(PathProgress) + Sync)) -> Result<Evaluated, ScanError> {
    let snapshot = context.snapshot();
    let graph = snapshot.graph()?;
    let evidence = snapshot.evidence()?;
    let coverage = snapshot.coverage()?;
    let estate = Estate::new(&graph);
    let options = PathOptions {
        max_assume_hops: usize::from(context.configuration.paths.max_assume_hops),
        threads: context.threads,
        ..PathOptions::default()
    };
    let finding_options = FindingOptions {
        hub_account: snapshot.hub_account()?,
        ..context.configuration.finding_options()
    };
    let mut judge = Judge::new(&estate, &finding_options);
    let mut writer = RouteWriter::new()?;
    let further = each_route(&estate, &evidence, &options, progress, |routes| {
        judge.look_at(&routes);
        writer.add(account_of(&graph, &routes), &routes)
    })?;
    let found = judge.findings(&graph, &evidence, &coverage);
    // What follows needs the results alone, and writing them takes memory of its own.
    drop(estate);
    drop(graph);
    let diagnostics = merged(snapshot.diagnostics()?, further);
    let objects = writer.finish()?;
    objects.write(context)?;
    finding_rows::write(context, &found.findings)?;
    context.write_rows(keys::CITED_PATHS, &found.cited)?;
    context.write_rows(keys::DIAGNOSTICS, &diagnostics)?;
    Ok(Evaluated {
        paths: objects.paths(),
        findings: found.findings.len() as u64,
        diagnostics: diagnostics.len() as u64,
    })
}

/// The account of the workload; empty where it is in none, or that is not known.
fn account_of<'g>(graph: &'g Graph, routes: &RoutePaths) -> &'g str {
    let workload = graph.entities.get(&routes.route.workload);
    workload
        .and_then(|workload| workload.account.as_deref())
        .unwrap_or_default()
}

/// Both, each once: a stage that runs a second time adds nothing.
fn merged(mut known: Vec<Diagnostic>, further: Vec<Diagnostic>) -> Vec<Diagnostic> {
    known.extend(further);
    known.sort();
    known.dedup();
    known
}
