//! Everything a run holds → one HTML file.

use sv0_lake::{keys, run_key};
use sv0_report::{PathFold, ReportInput, render};

use super::StageContext;
use crate::ScanError;

/// Writes the report.
///
/// # Errors
/// [`ScanError::Lake`] when an earlier stage's objects are not there, [`ScanError::Report`] when it cannot be rendered.
pub fn run(context: &StageContext<'_>) -> Result<(), ScanError> {
    let snapshot = context.snapshot();
    let graph = snapshot.graph()?;
    let mut paths = PathFold::new(&graph);
    snapshot.each_route(|routes| {
        paths.add(routes);
        Ok(())
    })?;
    let html = render(&ReportInput {
        title: "Authority report",
        graph: &graph,
        evidence: &snapshot.evidence()?,
        paths: &paths.finish(),
        findings: &snapshot.findings()?,
        coverage: &snapshot.coverage()?,
        diagnostics: &snapshot.diagnostics()?,
    })?;
    context
        .store
        .put(&run_key(context.run_id, keys::REPORT), html.as_bytes())?;
    Ok(())
}
