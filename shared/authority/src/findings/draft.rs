//! How a finding is written: id, words, proofs and the commands that check it.

use std::collections::BTreeSet;

use serde_json::Value;
use sv0_model::decision::{Caveat, StatementRef};
use sv0_model::finding::{Finding, FindingKind, FindingSeverity};
use sv0_model::graph::Entity;
use sv0_model::hash::stable_id;
use sv0_model::observation::Observation;
use sv0_model::path::AuthorityPath;
use sv0_model::record::Origin;

use crate::estate::Estate;

/// Most proofs of one sort that a finding carries. The paths behind it are all listed.
const MOST_PROOFS: usize = 25;

/// Longest name that is printed whole.
const LONGEST_NAME: usize = 96;

/// A finding in the making.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub kind: FindingKind,
    pub severity: FindingSeverity,
    pub severity_reason: String,
    pub title: String,
    pub description: String,
    pub account: Option<String>,
    /// The main one first. Kind and main subject, with `aspect`, are the finding's identity.
    pub subjects: Vec<String>,
    /// Tells findings of one kind on one subject apart.
    pub aspect: String,
    pub paths: BTreeSet<String>,
    pub statements: BTreeSet<StatementRef>,
    pub event_ids: BTreeSet<String>,
    pub caveats: BTreeSet<Caveat>,
    /// Records behind it besides those of its subjects and statements.
    pub records: BTreeSet<Origin>,
    pub verify: Vec<String>,
}

impl Draft {
    pub(crate) fn new(kind: FindingKind, subject: &str) -> Self {
        Self {
            kind,
            severity: FindingSeverity::Informational,
            severity_reason: String::new(),
            title: String::new(),
            description: String::new(),
            account: None,
            subjects: vec![subject.to_owned()],
            aspect: String::new(),
            paths: BTreeSet::new(),
            statements: BTreeSet::new(),
            event_ids: BTreeSet::new(),
            caveats: BTreeSet::new(),
            records: BTreeSet::new(),
            verify: Vec::new(),
        }
    }

    pub(crate) fn rate(&mut self, severity: FindingSeverity, reason: impl Into<String>) {
        self.severity = severity;
        self.severity_reason = reason.into();
    }

    /// Takes over what proves a path.
    pub(crate) fn add_path(&mut self, path: &AuthorityPath) {
        self.paths.insert(path.id.clone());
        self.caveats.extend(&path.caveats);
        for hop in &path.hops {
            let statements = hop.statements.iter().chain(&hop.granted_by);
            self.statements
                .extend(statements.map(|statement| StatementRef::clone(statement)));
            self.add_observation(&hop.observation);
        }
    }

    pub(crate) fn add_observation(&mut self, observation: &Observation) {
        if let Observation::Observed { event_ids, .. } = observation {
            self.event_ids.extend(event_ids.iter().cloned());
        }
    }

    pub(crate) fn finish(self, estate: &Estate<'_>) -> Finding {
        let kind = serde_json::to_string(&self.kind).unwrap_or_default();
        let main = self.subjects.first().cloned().unwrap_or_default();
        let statements: Vec<StatementRef> = self.statements.into_iter().take(MOST_PROOFS).collect();
        Finding {
            id: stable_id(&["finding", &kind, &main, &self.aspect]),
            kind: self.kind,
            severity: self.severity,
            severity_reason: self.severity_reason,
            title: self.title,
            description: self.description,
            account: self.account,
            origins: origins(estate, &self.subjects, &statements, &self.records),
            subjects: self.subjects,
            paths: self.paths.into_iter().collect(),
            statements,
            event_ids: self.event_ids.into_iter().take(MOST_PROOFS).collect(),
            verify: self.verify,
            caveats: self.caveats.into_iter().collect(),
        }
    }
}

/// The records behind the subjects and the statements, and further ones.
fn origins(
    estate: &Estate<'_>,
    subjects: &[String],
    statements: &[StatementRef],
    records: &BTreeSet<Origin>,
) -> Vec<Origin> {
    let of_subjects = subjects
        .iter()
        .filter_map(|subject| estate.entity(subject))
        .flat_map(|entity| &entity.origins);
    let of_policies = statements
        .iter()
        .filter_map(|statement| estate.library().record(&statement.policy)?.origin.as_ref());
    let all: BTreeSet<&Origin> = of_subjects.chain(of_policies).chain(records).collect();
    all.into_iter().take(MOST_PROOFS).cloned().collect()
}

/// An entity's name as words can carry it: without control characters, and not without end. A key goes by its first alias.
pub(crate) fn name(entity: &Entity) -> String {
    let aliases = entity.attributes.get("aliases").and_then(Value::as_array);
    let alias = aliases.and_then(|aliases| aliases.first()?.as_str());
    clean(alias.unwrap_or(&entity.name))
}

/// The name of a native id.
pub(crate) fn name_of(estate: &Estate<'_>, native_id: &str) -> String {
    estate.entity(native_id).map_or_else(|| clean(native_id), name)
}

fn clean(text: &str) -> String {
    let cleaned: String = text.chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect();
    if text.chars().count() > LONGEST_NAME {
        format!("{cleaned}…")
    } else {
        cleaned
    }
}

/// A command whose arguments a shell takes as they are, whatever is in them.
pub(crate) fn command(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| quote(word)).collect();
    quoted.join(" ")
}

/// The command that prints a role's trust policy.
pub(crate) fn show_trust_policy(role: &Entity) -> String {
    let policy = "Role.AssumeRolePolicyDocument";
    command(&["aws", "iam", "get-role", "--role-name", &role.name, "--query", policy])
}

fn quote(word: &str) -> String {
    let is_plain = !word.is_empty()
        && word
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_./:@=,+".contains(&b));
    if is_plain {
        return word.to_owned();
    }
    let printable: String = word.chars().filter(|c| !c.is_control()).collect();
    format!("'{}'", printable.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::command;

    #[test]
    fn arguments_are_quoted_for_the_shell() {
        for (argument, want) in [
            (
                "arn:aws:iam::111111111111:role/app",
                "arn:aws:iam::111111111111:role/app",
            ),
            ("arn:aws:s3:::b/*", "'arn:aws:s3:::b/*'"),
            ("x'; rm -rf ~; '", r"'x'\''; rm -rf ~; '\'''"),
            ("$(id)\n", "'$(id)'"),
            ("", "''"),
        ] {
            assert_eq!(command(&["sv0", argument]), format!("sv0 {want}"));
        }
    }
}
