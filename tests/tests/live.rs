//! A live organization, from the first call to the last finding: the program records the fake AWS that serves the example, and a scan of what it recorded gives what a scan of the
//! example gives.

mod collector;
mod commands;
mod evidence;
mod faults;
mod preflight;
mod preflight_faults;
pub mod recording;
mod rescan;
mod sign_in;
mod spokes;
mod time;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::answers::assert_valid;
use crate::support::{Store, repository, scan};
use recording::{EXAMPLE, Recording, fake};

/// What is not recorded unless it is asked for: log files are evidence, which is asked through Athena, read from their bucket, or copied.
const COPIED: &str = "cloudtrail/AWSLogs";

#[test]
fn a_live_organization_gives_the_results_of_the_example() {
    let fake = fake(&json!({}));
    let recording = Recording::of(&fake, &["--regions", "eu-west-1,eu-central-1"]);
    assert_eq!(fake.problems(), Vec::<Value>::new());
    assert_valid("live-capture", &recording.summary);
    recording.date_as_the_example();
    recording.copy(COPIED);
    let (live, example) = (scan(recording.path()), scan(&repository().join(EXAMPLE)));
    let differences: Vec<String> = ["findings", "paths"]
        .into_iter()
        .flat_map(|rows| differences(rows, &live, &example))
        .collect();
    assert!(
        differences.is_empty(),
        "{} differences\n{}",
        differences.len(),
        differences.join("\n")
    );
}

/// Whether a live scan is right to have a row that the example has not, or the other way round.
fn is_expected(row: &Value, is_live: bool) -> bool {
    let is = |field: &str, value: &str| row[field] == value;
    // The two ledgers are of different sources: the example leaves out what a live scan asks of every account.
    let is_about_the_ledger = is("kind", "coverage_gap");
    // The example records the logging of three accounts, a live scan that of all.
    let is_of_more_accounts = is_live && is("kind", "invocation_logging_off");
    // Every account has a default event bus, which the example does not list.
    let is_of_a_bus = is_live
        && row["resource"]
            .as_str()
            .is_some_and(|arn| arn.ends_with(":event-bus/default"));
    is_about_the_ledger || is_of_more_accounts || is_of_a_bus
}

/// Whether a live scan is right to tell something else of a row.
fn is_better_known(live: &Value, example: &Value) -> bool {
    let caveats = |row: &Value| -> Vec<String> { serde_json::from_value(row["caveats"].clone()).unwrap_or_default() };
    // It asked for the resource policies and key grants that the example lacks: caveats are gone, none came, and with them what was conditional upon them.
    let had = caveats(example).iter().any(|caveat| UNASKED.contains(&caveat.as_str()));
    let has_no_more = caveats(live).iter().all(|caveat| caveats(example).contains(caveat));
    // The example remembers that the role was there once; a first scan cannot.
    let is_history = live["kind"] == "spoke_role_missing";
    let is_about_the_ledger = live["kind"] == "coverage_gap";
    (had && has_no_more && caveats(live) != caveats(example)) || is_history || is_about_the_ledger
}

const UNASKED: [&str; 2] = ["resource_policy_not_collected", "key_grants_not_collected"];

/// Rows that only one of the two has, or that differ in what a reader acts on.
pub fn differences(command: &str, live: &Store, example: &Store) -> Vec<String> {
    let rows = |store: &Store| -> BTreeMap<String, Value> {
        let rows = store.ask(&[command])[command].as_array().unwrap().clone();
        let rows = rows
            .into_iter()
            .map(|row| (row["id"].as_str().unwrap().to_owned(), told(&row)));
        rows.collect()
    };
    let (live, example) = (rows(live), rows(example));
    assert!(!example.is_empty());
    let missing = example
        .iter()
        .filter(|(id, row)| !live.contains_key(*id) && !is_expected(row, false));
    let missing = missing.map(|(id, row)| format!("only in the example: {command} {id} {row}"));
    let more = live
        .iter()
        .filter(|(id, row)| !example.contains_key(*id) && !is_expected(row, true));
    let more = more.map(|(id, row)| format!("only live: {command} {id} {row}"));
    let other = live.iter().filter(|(id, row)| {
        example
            .get(*id)
            .is_some_and(|known| known != *row && !is_better_known(row, known))
    });
    let other = other.map(|(id, row)| format!("{command} {id}: live {row}, example {}", example[id]));
    missing.chain(more).chain(other).collect()
}

/// What a reader acts on.
fn told(row: &Value) -> Value {
    let fields = [
        "kind",
        "kinds",
        "severity",
        "subjects",
        "state",
        "workload",
        "resource",
        "roles",
        "action_class",
        "blocked_by",
        "caveats",
    ];
    let told = fields.iter().filter(|field| !row[**field].is_null());
    told.map(|field| ((*field).to_owned(), row[*field].clone())).collect()
}
