//! Generated pieces inside files that people write: whatever stands between two markers is made from the table of calls.
//!
//! A marker is a comment of the file: `# generated: policy spoke-identity` … `# end of generated`, in Markdown `<!-- generated: … -->`, in SQL `-- generated: …`.
//! A policy is written as the content of `PolicyDocument`, indented like its marker. What follows its name fits it to the template:
//!
//! - `for hub` (`management`, `spoke`): written for a role of that place, where it is not the policy's own;
//! - `Bucket=ResultsBucket`: the template calls `${Bucket}` so;
//! - `TrailKeyArn?HasTrailKey`: statements on `${TrailKeyArn}` stand under that condition of the template.
//!
//! `manifest-version` is the version of the manifest of what is extracted, as the `Value` of an output; `alert-rules` are the resources of [`super::watch`];
//! `extracted` and `never-granted` are tables of `docs/permissions.md`.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::Value;

use super::placeholders::Home;
use super::{PermissionsError, Policies};
use super::{categories, page, rows, watch};

/// What ends a block, after the sign of a comment.
const END: &str = "end of generated";
const BEGIN: &str = "generated: ";

/// Why a block cannot be filled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BlockError {
    /// A block without an end, or an end without a block.
    #[error("line {line}: a marker has no counterpart")]
    Unpaired {
        /// From 1.
        line: usize,
    },
    /// The marker asks for nothing that is known.
    #[error("line {line}: {asked:?} is nothing that is generated")]
    Unknown {
        /// From 1.
        line: usize,
        /// What the marker says.
        asked: String,
    },
    /// The marker renames what the policy does not have.
    #[error("line {line}: no statement has ${{{name}}}")]
    NoSuchName {
        /// From 1.
        line: usize,
        /// The name.
        name: String,
    },
    /// The policy cannot be written for that place.
    #[error("line {line}: {source}")]
    Permissions {
        /// From 1.
        line: usize,
        /// Why.
        source: PermissionsError,
    },
}

/// The text with every block filled; the same text where it has none.
///
/// # Errors
/// [`BlockError`] with the line of the marker.
pub fn filled(text: &str, policies: &Policies) -> Result<String, BlockError> {
    let mut filled = String::with_capacity(text.len());
    let mut block: Option<usize> = None;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let number = index + 1;
        match marker(line) {
            Some(END) => {
                block.take().ok_or(BlockError::Unpaired { line: number })?;
                filled.push_str(line);
            }
            Some(asked) => {
                if let Some(line) = block.replace(number) {
                    return Err(BlockError::Unpaired { line });
                }
                filled.push_str(line);
                let indent = line.len() - line.trim_start().len();
                for line in content(asked, policies, number)?.lines() {
                    let _ = match line.is_empty() {
                        true => writeln!(filled),
                        false => writeln!(filled, "{:indent$}{line}", ""),
                    };
                }
            }
            None if block.is_some() => {}
            None => filled.push_str(line),
        }
    }
    match block {
        Some(line) => Err(BlockError::Unpaired { line }),
        None => Ok(filled),
    }
}

/// What a marker says: [`END`], or what is asked for.
fn marker(line: &str) -> Option<&str> {
    let line = line.trim();
    let comment = ["# ", "-- ", "// ", "<!-- "]
        .iter()
        .find_map(|sign| line.strip_prefix(sign))?;
    let comment = comment.trim_end_matches("-->").trim_end();
    match comment {
        END => Some(END),
        _ => comment.strip_prefix(BEGIN),
    }
}

fn content(asked: &str, policies: &Policies, line: usize) -> Result<String, BlockError> {
    let unknown = || BlockError::Unknown {
        line,
        asked: asked.to_owned(),
    };
    let mut words = asked.split_whitespace();
    match (words.next(), words.next()) {
        (Some("policy"), Some(name)) => {
            let policy = policies.get(name).ok_or_else(unknown)?;
            let fitting = Fitting::parse(words, policy.home).ok_or_else(unknown)?;
            let document = policy
                .document
                .for_cloudformation(fitting.home)
                .map_err(|source| BlockError::Permissions { line, source })?;
            fitting
                .yaml(&document)
                .map_err(|name| BlockError::NoSuchName { line, name })
        }
        (Some("manifest-version"), None) => Ok(format!("Value: \"{}\"\n", categories::VERSION)),
        (Some("extracted"), None) => Ok(page::extracted_table()),
        (Some("never-granted"), None) => Ok(page::never_table()),
        (Some("alert-rules"), None) => Ok(watch::rules(&watch::events(rows()))),
        _ => Err(unknown()),
    }
}

/// How a policy is fitted to a template.
struct Fitting<'a> {
    home: Home,
    /// A name of the table, and what the template calls it.
    names: Vec<(&'a str, &'a str)>,
    /// A name of the table, and the template's condition under which it is there.
    conditions: Vec<(&'a str, &'a str)>,
}

impl<'a> Fitting<'a> {
    fn parse(mut words: impl Iterator<Item = &'a str>, home: Home) -> Option<Self> {
        let mut fitting = Self {
            home,
            names: Vec::new(),
            conditions: Vec::new(),
        };
        while let Some(word) = words.next() {
            if word == "for" {
                fitting.home = match words.next()? {
                    "hub" => Home::Hub,
                    "management" => Home::Management,
                    "spoke" => Home::Spoke,
                    _ => return None,
                };
            } else if let Some(pair) = word.split_once('=') {
                fitting.names.push(pair);
            } else {
                fitting.conditions.push(word.split_once('?')?);
            }
        }
        Some(fitting)
    }

    /// The document in YAML; a name that it does not have is the error.
    fn yaml(&self, document: &Value) -> Result<String, String> {
        let mut used = BTreeSet::new();
        let mut yaml = "Version: \"2012-10-17\"\nStatement:\n".to_owned();
        for statement in document
            .get("Statement")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            let has = |name: &str| statement.to_string().contains(&format!("${{{name}}}"));
            let condition = self.conditions.iter().find(|(name, _)| has(name));
            used.extend(
                self.names
                    .iter()
                    .chain(condition)
                    .map(|(name, _)| *name)
                    .filter(|name| has(name)),
            );
            let text = self.renamed(&statement_lines(statement));
            match condition {
                None => item(&mut yaml, 2, &text),
                Some((_, condition)) => {
                    let _ = writeln!(yaml, "  - !If\n    - {condition}");
                    item(&mut yaml, 4, &text);
                    yaml.push_str("    - !Ref AWS::NoValue\n");
                }
            }
        }
        let asked = self.names.iter().chain(&self.conditions).map(|(name, _)| *name);
        match asked.into_iter().find(|name| !used.contains(name)) {
            Some(name) => Err(name.to_owned()),
            None => Ok(yaml),
        }
    }

    fn renamed(&self, text: &str) -> String {
        self.names.iter().fold(text.to_owned(), |text, (name, own)| {
            text.replace(&format!("${{{name}}}"), &format!("${{{own}}}"))
        })
    }
}

/// A statement as an item of a sequence.
fn item(yaml: &mut String, indent: usize, lines: &str) {
    for (index, line) in lines.lines().enumerate() {
        let sign = if index == 0 { "- " } else { "  " };
        let _ = writeln!(yaml, "{:indent$}{sign}{line}", "");
    }
}

/// The lines of a statement in the order in which people read it.
fn statement_lines(statement: &Value) -> String {
    let mut lines = String::new();
    for key in ["Sid", "Effect", "Action", "NotAction", "Resource"] {
        let _ = match statement.get(key) {
            None => Ok(()),
            Some(Value::Array(items)) => {
                let items = items.iter().filter_map(Value::as_str);
                let items: String = items.map(|item| format!("  - {item}\n")).collect();
                write!(lines, "{key}:\n{items}")
            }
            Some(Value::Object(function)) => {
                let text = function.get("Fn::Sub").and_then(Value::as_str).unwrap_or_default();
                writeln!(lines, "{key}: !Sub \"{text}\"")
            }
            Some(Value::String(text)) if text.contains('*') => writeln!(lines, "{key}: \"{text}\""),
            Some(value) => writeln!(lines, "{key}: {}", value.as_str().unwrap_or_default()),
        };
    }
    lines
}

#[cfg(test)]
mod tests;
