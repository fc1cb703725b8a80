//! Graph and observed use → authority paths and findings.

use sv0_authority::{Estate, FindingsInput, PathOptions, authority_paths, findings};
use sv0_lake::keys;

use super::StageContext;
use crate::ScanError;

/// How much was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Evaluated {
    /// Paths written.
    pub paths: u64,
    /// Findings written.
    pub findings: u64,
}

/// Evaluates effective access and writes paths and findings.
///
/// # Errors
/// [`ScanError::Lake`] when the graph is not there or results cannot be written.
pub fn run(context: &StageContext<'_>) -> Result<Evaluated, ScanError> {
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
    let output = authority_paths(&estate, &evidence, &options);
    let found = findings(&FindingsInput {
        graph: &graph,
        estate: &estate,
        paths: &output.paths,
        evidence: &evidence,
        coverage: &coverage,
    });
    context.write_rows(keys::PATHS, &output.paths)?;
    context.write_rows(keys::FINDINGS, &found)?;
    Ok(Evaluated { paths: output.paths.len() as u64, findings: found.len() as u64 })
}
