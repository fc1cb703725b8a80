//! One self-contained HTML file out of a graph, its paths, findings, evidence and coverage.
//!
//! [`render`] is a pure function: the same input gives the same bytes, and the only date on the page is the graph's own `captured_at`.
//! The page loads nothing from anywhere: its style and script are inline and named by hash in its Content-Security-Policy.
//!
//! Architecture invariant: this crate does not know where objects live, reads no clock and no environment, and decides nothing about access.
//! Every name, tag, policy and log line it is handed is hostile: text reaches the page through askama's escaping, through
//! the escaped data island, or through `textContent`, never as markup.

use sv0_model::coverage::CoverageRow;
use sv0_model::diagnostic::Diagnostic;
use sv0_model::finding::Finding;
use sv0_model::graph::Graph;
use sv0_model::observation::Evidence;

mod askers;
mod bits;
mod csp;
mod danger;
mod digest;
mod export;
mod grants;
mod island;
mod names;
mod overview;
mod page;
mod reach;
mod shown;
mod words;

pub use digest::{PathDigest, PathFold};
pub use export::{ExportFormat, ExportInput, export};

/// Everything a report is made of.
#[derive(Debug, Clone, Copy)]
pub struct ReportInput<'a> {
    /// The heading, such as the organization's name.
    pub title: &'a str,
    /// Entities, policies and the organization's tree.
    pub graph: &'a Graph,
    /// What the logs show.
    pub evidence: &'a Evidence,
    /// Authority paths; shown in the order of their danger.
    pub paths: &'a PathDigest,
    /// Findings; shown by severity, whatever the order here.
    pub findings: &'a [Finding],
    /// The coverage ledger.
    pub coverage: &'a [CoverageRow],
    /// What was wrong with the input.
    pub diagnostics: &'a [Diagnostic],
}

/// Why a report could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The page could not be written.
    #[error("cannot write the page of the report")]
    Page(#[from] askama::Error),
    /// The data of the page could not be written as JSON.
    #[error("cannot write the data of the report as JSON")]
    Data(#[from] serde_json::Error),
}

/// Renders the report as one HTML document.
///
/// # Errors
/// When the page or its data cannot be serialised, which no input is known to cause.
pub fn render(input: &ReportInput) -> Result<String, ReportError> {
    page::render(input)
}
