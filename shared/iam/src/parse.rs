//! Reading a policy document: a value and diagnostics, never a refusal. One bad statement loses no other.
//!
//! Source: IAM User Guide, "Grammar of the IAM JSON policy language".

mod condition_element;
mod place;
mod principal_element;
mod statement;

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use sv0_model::hash::sha256_of_json;

use crate::document::{DUPLICATE_MARK, type_name};
use crate::policy::{Policy, PolicyVersion, Statement};
use crate::variables::VariableSupport;
use place::Place;
pub(crate) use place::escape_pointer;

/// Something in a policy document that was not read as written, or not read at all.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PolicyDiagnostic {
    /// A stable name in `snake_case`.
    pub code: &'static str,
    /// One sentence, lower case, no full stop.
    pub message: String,
    /// JSON pointer into the document.
    pub at: String,
}

/// A policy together with everything that is wrong with its document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParsedPolicy {
    /// What could be read; the rest is kept in it as unreadable.
    pub policy: Policy,
    /// What was wrong, in the order of the document.
    pub diagnostics: Vec<PolicyDiagnostic>,
}

/// Reads a decoded policy document (see [`crate::decode_document`]).
#[must_use]
pub fn parse_policy(document: &Value) -> ParsedPolicy {
    parse(document, sha256_of_json)
}

/// As [`parse_policy`], without the hashes of statements, which take much of the time: for those who do not tell them.
pub(crate) fn parse_unhashed_policy(document: &Value) -> ParsedPolicy {
    parse(document, |_| String::new())
}

/// How a statement is hashed.
type Hash = fn(&Value) -> String;

fn parse(document: &Value, hash: Hash) -> ParsedPolicy {
    let mut diagnostics = Diagnostics::default();
    let policy = match document {
        Value::Object(object) => parse_object(object, hash, &mut diagnostics),
        other => {
            diagnostics.report(
                "bad_type",
                Place::DOCUMENT,
                format!("a policy document is an object: found {}", type_name(other)),
            );
            unreadable_policy(other, hash)
        }
    };
    ParsedPolicy {
        policy,
        diagnostics: diagnostics.found,
    }
}

fn parse_object(object: &Map<String, Value>, hash: Hash, diagnostics: &mut Diagnostics) -> Policy {
    let elements = Elements::read(object, &["Version", "Id", "Statement"], Place::DOCUMENT, diagnostics);
    let version = parse_version(elements.get("Version"), diagnostics);
    let support = match version {
        PolicyVersion::V2012 => VariableSupport::Recognized,
        PolicyVersion::V2008 => VariableSupport::LiteralText,
    };
    let reader = statement::StatementReader { support, hash };
    let place = Place::DOCUMENT.element("Statement");
    let mut statements = match elements.get("Statement") {
        Some(Value::Array(items)) => items
            .iter()
            .enumerate()
            .map(|(index, item)| reader.statement(item, index, place.item(index), diagnostics))
            .collect(),
        Some(lone) => vec![reader.statement(lone, 0, place, diagnostics)],
        None => {
            diagnostics.report(
                "missing_statement",
                Place::DOCUMENT,
                "a policy document has a Statement element".to_owned(),
            );
            vec![statement::unreadable(&Value::Null, 0, hash)]
        }
    };
    if statements.is_empty() {
        diagnostics.report(
            "empty_list",
            place,
            "a policy document has at least one statement".to_owned(),
        );
    }
    if elements.duplicated.contains(&"Statement") {
        statements.push(statement::unreadable(&Value::Null, statements.len(), hash));
    }
    if elements.is_doubtful || elements.duplicated.contains(&"Version") || !is_known_version(elements.get("Version")) {
        statements.iter_mut().for_each(statement::put_in_doubt);
    }
    report_repeated_sids(&statements, diagnostics);
    check_text(elements.get("Id"), Place::DOCUMENT.element("Id"), diagnostics);
    Policy::new(version, statements)
}

fn parse_version(version: Option<&Value>, diagnostics: &mut Diagnostics) -> PolicyVersion {
    match version.map(Value::as_str) {
        None | Some(Some("2008-10-17")) => PolicyVersion::V2008,
        Some(Some("2012-10-17")) => PolicyVersion::V2012,
        Some(_) => {
            diagnostics.report(
                "unknown_version",
                Place::DOCUMENT.element("Version"),
                "the version is neither 2008-10-17 nor 2012-10-17: nobody knows how it is to be read".to_owned(),
            );
            PolicyVersion::V2012
        }
    }
}

fn is_known_version(version: Option<&Value>) -> bool {
    version.is_none_or(|version| matches!(version.as_str(), Some("2008-10-17" | "2012-10-17")))
}

/// "Error – Unique Sids required" (IAM User Guide, "Access Analyzer policy check reference"). What a statement says does not depend on it.
fn report_repeated_sids(statements: &[Statement], diagnostics: &mut Diagnostics) {
    let mut seen = BTreeSet::new();
    for statement in statements {
        if statement.sid().is_some_and(|sid| !seen.insert(sid)) {
            let statements = Place::DOCUMENT.element("Statement");
            let own = statements.item(statement.index());
            diagnostics.report(
                "duplicate_sid",
                own.element("Sid"),
                "another statement has the same Sid".to_owned(),
            );
        }
    }
}

/// Reports an element that is text by its nature and something else here.
fn check_text(element: Option<&Value>, at: Place<'_>, diagnostics: &mut Diagnostics) {
    if let Some(other) = element.filter(|value| !value.is_string()) {
        diagnostics.report(
            "bad_type",
            at,
            format!("a string belongs here: found {}", type_name(other)),
        );
    }
}

fn unreadable_policy(document: &Value, hash: Hash) -> Policy {
    Policy::new(PolicyVersion::V2008, vec![statement::unreadable(document, 0, hash)])
}

/// Collects diagnostics, up to a bound that no honest document reaches.
#[derive(Debug, Default)]
pub(crate) struct Diagnostics {
    found: Vec<PolicyDiagnostic>,
}

impl Diagnostics {
    const MOST: usize = 1_000;

    pub(crate) fn report(&mut self, code: &'static str, at: Place<'_>, message: String) {
        if self.found.len() < Self::MOST {
            self.found.push(PolicyDiagnostic {
                code,
                message: shortened(&message),
                at: shortened(&at.pointer()),
            });
        }
    }
}

/// Names in a hostile document may be as long as the document.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 1_000;
    if text.len() <= LONGEST {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(LONGEST);
    format!("{}… ({} bytes)", text.get(..end).unwrap_or_default(), text.len())
}

/// The elements of an object by their names as AWS writes them.
struct Elements<'a> {
    known: Vec<(&'static str, &'a Value)>,
    duplicated: Vec<&'static str>,
    /// Whether an element is not one of these, or not written as AWS writes it.
    is_doubtful: bool,
}

impl<'a> Elements<'a> {
    fn read(
        object: &'a Map<String, Value>,
        names: &[&'static str],
        at: Place<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let mut elements = Self {
            known: Vec::new(),
            duplicated: Vec::new(),
            is_doubtful: false,
        };
        for (key, value) in object {
            elements.add(key, value, names, at.element(key), diagnostics);
        }
        elements
    }

    fn add(
        &mut self,
        key: &str,
        value: &'a Value,
        names: &[&'static str],
        at: Place<'_>,
        diagnostics: &mut Diagnostics,
    ) {
        let marked = key.split_once(DUPLICATE_MARK).map(|(name, _)| name);
        let written = marked.unwrap_or(key);
        let Some(name) = names.iter().find(|name| name.eq_ignore_ascii_case(written)) else {
            self.is_doubtful = true;
            diagnostics.report(
                "unknown_element",
                at,
                format!("{written:?} is no element of the policy language: it may narrow what stands beside it"),
            );
            return;
        };
        if marked.is_some() || self.get(name).is_some() {
            self.duplicated.push(name);
            diagnostics.report(
                "duplicate_element",
                at,
                format!("{name} stands here more than once: it is unreadable"),
            );
            return;
        }
        if *name != written {
            self.is_doubtful = true;
            diagnostics.report(
                "element_case",
                at,
                format!("the element is written {name}, and AWS may read this as none"),
            );
        }
        self.known.push((name, value));
    }

    fn get(&self, name: &str) -> Option<&'a Value> {
        self.known
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| *value)
    }
}

#[cfg(test)]
mod tests;
