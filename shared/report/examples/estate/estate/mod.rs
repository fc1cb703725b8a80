//! A made-up organization: believable names and shapes, and among them names that try to break the page.
#![allow(
    clippy::expect_used,
    clippy::string_slice,
    reason = "a fixture that contradicts itself fails by panicking"
)]

mod bulk;
mod chains;
mod findings;
mod graph;
mod kinds;
mod ledger;
pub mod routes;

use sv0_model::coverage::CoverageRow;
use sv0_model::diagnostic::Diagnostic;
use sv0_model::finding::Finding;
use sv0_model::graph::Graph;
use sv0_model::observation::Evidence;
use sv0_model::path::AuthorityPath;
use sv0_model::time::Timestamp;
use sv0_report::{PathDigest, ReportInput};

pub use bulk::bulk;

/// What a report is made of, owned.
#[derive(Default)]
pub struct Estate {
    /// Entities and policies.
    pub graph: Graph,
    /// What the logs show.
    pub evidence: Evidence,
    /// Paths.
    pub paths: Vec<AuthorityPath>,
    /// Findings.
    pub findings: Vec<Finding>,
    /// The ledger.
    pub coverage: Vec<CoverageRow>,
    /// What was wrong with the input.
    pub diagnostics: Vec<Diagnostic>,
}

impl Estate {
    /// The paths as [`sv0_report::render`] takes them.
    pub fn digest(&self) -> PathDigest {
        PathDigest::of(&self.graph, routes::of(&self.paths))
    }

    /// The same, borrowed as [`sv0_report::render`] takes it.
    pub fn input<'a>(&'a self, paths: &'a PathDigest) -> ReportInput<'a> {
        ReportInput {
            title: "Acme Retail",
            graph: &self.graph,
            evidence: &self.evidence,
            paths,
            findings: &self.findings,
            coverage: &self.coverage,
            diagnostics: &self.diagnostics,
        }
    }
}

/// Markup that would run a script, were it ever taken as markup. The page's own check counts what comes of it.
pub const HOSTILE_MARKUP: &str = "</script><img src=x onerror=\"document.documentElement.dataset.pwned=1\">";

/// A name that reads backwards from its middle.
pub const HOSTILE_DIRECTION: &str = "prod-\u{202e}nimda-elor";

/// A name longer than AWS allows.
pub fn hostile_length() -> String {
    "very-long-name-".repeat(350)
}

/// Six accounts with a story for every state a path can be in.
pub fn acme() -> Estate {
    let graph = graph::acme();
    let paths = chains::acme();
    let findings = findings::acme(&paths);
    Estate {
        evidence: ledger::evidence(),
        coverage: ledger::coverage(),
        diagnostics: ledger::diagnostics(),
        graph,
        paths,
        findings,
    }
}

/// The same with a path and a finding of every kind, and hostile texts wherever a path or an entity has one.
pub fn whole() -> Estate {
    let mut estate = acme();
    kinds::extend(&mut estate.graph);
    estate.paths.extend(kinds::paths());
    estate.findings.extend(findings::of_every_kind(&estate.paths));
    estate
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time of the fixture is written in RFC 3339")
}
