//! Every permission of 65 + 101 known privilege escalations: granted exactly, removed, and with each kind of policy in its way.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking, in its helpers too"
)]

mod entries;
mod grants;
mod questions;
mod row;
mod trust;

use sv0_iam::catalogue::{Fit, lookup_action, resource_type_fits};
use sv0_iam::{RowOptions, evaluate_line};

use entries::{Entry, Subject, pathfinding, pathfinding_additional, prowler};
use row::Question;

/// Actions of the data that the catalogue does not know, each with the reason. So far it knows them all.
const UNKNOWN_ACTIONS: [(&str, &str); 0] = [];

#[test]
fn the_data_is_complete() {
    let (paths, combinations) = (pathfinding(), prowler());
    let permissions = |entries: &[Entry]| entries.iter().map(|entry| entry.permissions.len()).sum::<usize>();
    assert_eq!((paths.len(), permissions(&paths)), (65, 132));
    assert_eq!((combinations.len(), permissions(&combinations)), (101, 224));
    assert_eq!(pathfinding_additional().len(), 214);
}

#[test]
fn the_catalogue_knows_every_action_of_the_data() {
    let entries = [pathfinding(), prowler()].concat();
    let required = entries.iter().flat_map(|entry| entry.permissions.clone());
    let unknown: Vec<String> = required
        .chain(pathfinding_additional())
        .filter(|action| !action.contains('*') && lookup_action(action).is_none())
        .filter(|action| !UNKNOWN_ACTIONS.iter().any(|(known, _)| known == action))
        .collect();
    assert_eq!(
        unknown,
        Vec::<String>::new(),
        "not in the catalogue, and not listed with a reason"
    );
}

#[test]
fn the_data_writes_actions_as_aws_does() {
    for action in [pathfinding(), prowler()]
        .concat()
        .iter()
        .flat_map(|entry| &entry.permissions)
    {
        if let Some(facts) = lookup_action(action) {
            assert_eq!(facts.full_name(), *action);
        }
    }
}

#[test]
fn every_subject_has_a_resource_that_its_action_takes() {
    for subject in subjects() {
        assert_eq!(
            resource_type_fits(&subject.action, &subject.resource),
            Fit::Fits,
            "{} on {}",
            subject.action,
            subject.resource
        );
    }
}

#[test]
fn every_permission_of_every_path_is_decided_right() {
    let asked = ask_all(&pathfinding(), questions::of);
    assert_eq!(asked, PATHFINDING_QUESTIONS);
}

#[test]
fn every_permission_of_every_combination_is_decided_right() {
    let asked = ask_all(&prowler(), questions::of);
    assert_eq!(asked, PROWLER_QUESTIONS);
}

#[test]
fn a_role_is_assumed_only_where_its_trust_policy_agrees() {
    let asked = ask_all(&[pathfinding(), prowler()].concat(), trust::questions);
    assert_eq!(asked, TRUST_QUESTIONS);
}

/// Permissions × their resources × questions. A change of the data, the catalogue or the questions changes these on purpose.
const PATHFINDING_QUESTIONS: usize = 10_666;
const PROWLER_QUESTIONS: usize = 33_708;
const TRUST_QUESTIONS: usize = 81;

fn subjects() -> Vec<Subject> {
    [pathfinding(), prowler()]
        .concat()
        .iter()
        .flat_map(Entry::subjects)
        .collect()
}

/// Asks what `questions` makes of each subject, and says how many there were.
fn ask_all(entries: &[Entry], questions: fn(&Subject) -> Vec<Question>) -> usize {
    let mut asked = 0;
    let mut wrong = Vec::new();
    for subject in entries.iter().flat_map(Entry::subjects) {
        for question in questions(&subject) {
            asked += 1;
            wrong.extend(mistake(&subject, &question));
        }
    }
    let shown: Vec<String> = wrong.iter().take(20).cloned().collect();
    assert!(wrong.is_empty(), "{} of {asked}:\n{}", wrong.len(), shown.join("\n"));
    asked
}

fn mistake(subject: &Subject, question: &Question) -> Option<String> {
    let options = RowOptions {
        unknown_context: question.unknown_context,
        now: None,
    };
    let answer = evaluate_line(&question.row.to_string(), &options);
    let got: serde_json::Value = serde_json::from_str(&answer.json).unwrap();
    let want = question.want.to_json();
    (got != want).then(|| {
        format!(
            "{}: {} on {}: {}\n  row  {}\n  want {want}\n  got  {got}",
            subject.entry, subject.action, subject.resource, question.what, question.row
        )
    })
}
