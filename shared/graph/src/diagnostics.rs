//! Collecting diagnostics within bounds.

use std::collections::BTreeMap;

use sv0_iam::PolicyDiagnostic;
use sv0_model::diagnostic::{Diagnostic, Severity};
use sv0_model::record::Origin;

/// At most so many diagnostics are kept for one file; one more says how many were left out.
const MAX_PER_FILE: usize = 50;
/// Names out of the capture are cut to this many characters where they stand in a diagnostic.
const MAX_TEXT: usize = 300;
/// The file that would hold what the snapshot stands in for.
const MANAGED_POLICIES: &str = "aws-managed-policies.ndjson";

/// Diagnostics in the order in which they came up.
#[derive(Debug, Default)]
pub(crate) struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// Something could not be used.
    pub(crate) fn error(&mut self, origin: &Origin, at: &str, code: &str, message: impl Into<String>, help: &str) {
        self.push(Severity::Error, origin, at, (code, message.into(), help));
    }

    /// Something was used, but not as it is written.
    pub(crate) fn warning(&mut self, origin: &Origin, at: &str, code: &str, message: impl Into<String>, help: &str) {
        self.push(Severity::Warning, origin, at, (code, message.into(), help));
    }

    /// A policy's text could not be read as JSON at all.
    pub(crate) fn unreadable_policy(&mut self, origin: &Origin, policy: &str) {
        let help = "record the answer again; until then what depends on this policy stays conditional, or rests on the snapshot of AWS managed policies";
        self.error(
            origin,
            policy,
            "unreadable_policy",
            "the policy document is neither JSON nor URL-encoded JSON",
            help,
        );
    }

    /// Something in a policy's document was not read as written.
    pub(crate) fn policy(&mut self, origin: &Origin, policy: &str, problem: &PolicyDiagnostic) {
        let at = format!("{}{}", clip(policy), problem.at);
        self.push(
            Severity::Warning,
            origin,
            &at,
            (problem.code, problem.message.clone(), ""),
        );
    }

    /// Texts of AWS managed policies are those of the snapshot, for want of others.
    pub(crate) fn policies_from_snapshot(&mut self, date: &str, policies: &[String]) {
        if policies.is_empty() {
            return;
        }
        let texts = match policies.len() {
            1 => "the text of 1 AWS managed policy comes".to_owned(),
            count => format!("the texts of {count} AWS managed policies come"),
        };
        let message = format!(
            "{texts} from the snapshot of {date}, not from the account: {}",
            policies.join(", ")
        );
        let help = "record them as docs/capture.md says: AWS may have changed them";
        let what = ("managed_policies_from_snapshot", message, help);
        self.push_for(Severity::Warning, MANAGED_POLICIES, "", what);
    }

    /// The snapshot of AWS managed policies could not be read.
    pub(crate) fn unreadable_snapshot(&mut self, message: &str) {
        let help = "what depends on AWS managed policies that the capture does not hold stays conditional";
        let what = ("unreadable_snapshot", message.to_owned(), help);
        self.push_for(Severity::Error, MANAGED_POLICIES, "", what);
    }

    fn push(&mut self, severity: Severity, origin: &Origin, at: &str, what: (&str, String, &str)) {
        self.push_for(severity, &origin.object, at, what);
    }

    fn push_for(&mut self, severity: Severity, file: &str, at: &str, (code, message, help): (&str, String, &str)) {
        self.0.push(Diagnostic {
            file: file.to_owned(),
            line: None,
            at: clip(at),
            severity,
            code: code.to_owned(),
            message: clip(&message),
            help: help.to_owned(),
        });
    }

    /// Sorted by file, place and code, without repetition, bounded for every file.
    pub(crate) fn finish(mut self) -> Vec<Diagnostic> {
        self.0.sort();
        self.0.dedup();
        let mut by_file: BTreeMap<String, Vec<Diagnostic>> = BTreeMap::new();
        for diagnostic in self.0 {
            by_file.entry(diagnostic.file.clone()).or_default().push(diagnostic);
        }
        by_file.into_values().flat_map(bounded).collect()
    }
}

/// A text cut to a length fit for a message.
pub(crate) fn clip(text: &str) -> String {
    match text.char_indices().nth(MAX_TEXT) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

fn bounded(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let left_out = diagnostics.len().saturating_sub(MAX_PER_FILE);
    if left_out == 0 {
        return diagnostics;
    }
    diagnostics.truncate(MAX_PER_FILE);
    let file = diagnostics.first().map(|first| first.file.clone()).unwrap_or_default();
    diagnostics.push(Diagnostic {
        file,
        line: None,
        at: String::new(),
        severity: Severity::Warning,
        code: "more_diagnostics".to_owned(),
        message: format!("{left_out} further problems of this file are not listed"),
        help: String::new(),
    });
    diagnostics
}
