//! Normalises recorded AWS answers into one graph: entities, edges, policies and the organization's tree.
//!
//! [`normalise`] is a pure function of its input. The order of the records never changes the result: every fact competes by the time it was recorded
//! (ties: `GetAccountAuthorizationDetails` over Config, then by hash), and what wins replaces the other as a whole, so that no entity mixes an old
//! attachment list with a new one.
//!
//! Architecture invariant: this crate calls nothing, reads no clock and no file, and never judges access. It says what AWS said, and marks what AWS did not say.

mod access_list;
mod actor;
mod additions;
mod classification;
mod config;
mod credentials;
mod criteria;
mod decryptable;
mod derived;
mod description;
mod diagnostics;
mod edges;
mod facts;
mod federation;
mod freshness;
mod iam;
mod identity_center;
mod image;
mod index;
mod inference;
mod join_keys;
mod json;
mod key_grants;
mod launch;
mod link;
mod options;
mod organization;
mod owners;
mod permissions;
mod resource_arn;
mod sensitivity;
mod service_access;
mod signals;
mod spoke;
mod statements;
mod target;
mod trail;
mod workload;

pub use config::table::{AnswerName, answers, config_types};
pub use options::{ClassificationRule, GraphOptions, InferenceOptions, OwnerOptions, SensitivityRule};

use sv0_model::diagnostic::Diagnostic;
use sv0_model::graph::Graph;
use sv0_model::observation::Trail;
use sv0_model::record::{CaptureHeader, Record};

/// What a graph is made from.
#[derive(Debug, Clone, Copy)]
pub struct GraphInput<'a> {
    /// `capture.json`.
    pub header: &'a CaptureHeader,
    /// The recorded answers, in any order. CloudTrail events are ignored.
    pub records: &'a [Record],
    /// The user's rules.
    pub options: &'a GraphOptions,
}

/// A graph, and what else its records told.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GraphOutput {
    /// The graph.
    pub graph: Graph,
    /// The trails and what they record, sorted by ARN.
    pub trails: Vec<Trail>,
    /// What could not be used, or not as it is written; sorted, and bounded for every file.
    pub diagnostics: Vec<Diagnostic>,
}

/// Makes the graph of a capture.
#[must_use]
pub fn normalise(input: &GraphInput<'_>) -> GraphOutput {
    let facts = facts::Facts::read(input.header, input.records);
    link::assemble(input, facts)
}

#[cfg(test)]
mod tests;
