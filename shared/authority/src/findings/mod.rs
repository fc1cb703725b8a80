//! Findings: facts worth a person's time, each with what proves it.

use sv0_model::coverage::CoverageRow;
use sv0_model::finding::Finding;
use sv0_model::graph::Graph;
use sv0_model::observation::Evidence;
use sv0_model::path::AuthorityPath;

use crate::estate::Estate;

/// How findings are judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingOptions {
    /// A chain of at least so many authorities into a restricted resource in another account is a finding.
    pub min_amplification_depth: usize,
    /// Sources whose denial means that the spoke role of an account is gone.
    pub spoke_sources: Vec<String>,
}

impl Default for FindingOptions {
    fn default() -> Self {
        Self {
            min_amplification_depth: 2,
            spoke_sources: vec!["iam:authorization-details".to_owned()],
        }
    }
}

/// Judges an estate, its paths and its evidence.
#[must_use]
pub fn findings(
    _graph: &Graph,
    _estate: &Estate<'_>,
    _paths: &[AuthorityPath],
    _evidence: &Evidence,
    _coverage: &[CoverageRow],
    _options: &FindingOptions,
) -> Vec<Finding> {
    Vec::new()
}
