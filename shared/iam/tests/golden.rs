//! The golden rows of `tests/corpus/evaluate`: at least one for every sentence of the contract, each with the reason for its answer.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, in its helpers too"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;
use sv0_iam::{RowOptions, UnknownContext, evaluate_line};

/// One case of the corpus.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    note: String,
    /// The request, or the raw text of its line where that is what is tested.
    request: Option<Value>,
    line: Option<String>,
    unknown_context: Option<String>,
    now: Option<String>,
    /// Whether the row is malformed, so that it need not keep to the schema of requests.
    #[serde(default)]
    invalid_request: bool,
    want: Value,
}

impl Case {
    fn line(&self) -> String {
        match (&self.request, &self.line) {
            (Some(request), None) => request.to_string(),
            (None, Some(line)) => line.clone(),
            _ => panic!("a case has a request or a line: {}", self.note),
        }
    }

    fn options(&self) -> RowOptions {
        RowOptions {
            unknown_context: match self.unknown_context.as_deref() {
                None | Some("absent") => UnknownContext::Absent,
                Some("any") => UnknownContext::Any,
                Some(other) => panic!("unknown_context is absent or any, not {other}: {}", self.note),
            },
            now: self.now.as_ref().map(|now| now.parse().unwrap()),
        }
    }
}

fn topics() -> Vec<(PathBuf, Vec<Case>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/corpus/evaluate");
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
        .into_iter()
        .map(|file| {
            let text = fs::read_to_string(&file).unwrap();
            let cases = text
                .lines()
                .enumerate()
                .map(|(number, line)| {
                    serde_json::from_str(line)
                        .unwrap_or_else(|error| panic!("{}:{}: {error}", file.display(), number + 1))
                })
                .collect();
            (file, cases)
        })
        .collect()
}

#[test]
fn every_golden_row_is_answered_as_wanted() {
    let mut failures = Vec::new();
    let mut cases = 0;
    for (file, topic) in topics() {
        for (number, case) in topic.iter().enumerate() {
            let answer = evaluate_line(&case.line(), &case.options());
            let got: Value = serde_json::from_str(&answer.json).unwrap();
            assert_eq!(answer.is_error, case.invalid_request, "{}", case.note);
            if got != case.want {
                failures.push(format!(
                    "{}:{}: {}\n  want {}\n  got  {got}",
                    file.display(),
                    number + 1,
                    case.note,
                    case.want
                ));
            }
            cases += 1;
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {cases}:\n{}",
        failures.len(),
        failures.join("\n")
    );
    assert!(cases >= 150, "the corpus is there: {cases}");
}

#[test]
fn every_golden_row_says_what_it_proves_and_has_an_id_of_its_own() {
    let mut ids = BTreeSet::new();
    for (file, topic) in topics() {
        for case in topic {
            assert!(case.note.len() > 10, "{}: {:?}", file.display(), case.note);
            if let Some(id) = case.request.as_ref().and_then(|request| request["id"].as_str()) {
                assert!(ids.insert(id.to_owned()), "{id} stands twice");
            }
        }
    }
}

#[test]
fn the_same_row_gives_the_same_bytes() {
    for (_, topic) in topics() {
        for case in topic {
            assert_eq!(
                evaluate_line(&case.line(), &case.options()),
                evaluate_line(&case.line(), &case.options())
            );
        }
    }
}
