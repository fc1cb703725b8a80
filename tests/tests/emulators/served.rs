//! Which emulator answers which operation: `tests/emulators/served.json`, which holds as it stands for every call of a live scan, and is printed in `tests/emulators/README.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;

use serde_json::Value;

use crate::support::repository;

const TABLE: &str = "tests/emulators/served.json";
const PAGE: &str = "tests/emulators/README.md";
const BEGIN: &str = "<!-- begin: served.json -->\n";
const END: &str = "<!-- end -->";
/// Set to write the page in place of comparing it.
const WRITE: &str = "SV0_WRITE_EMULATORS";

fn rows() -> Vec<Value> {
    serde_json::from_slice(&fs::read(repository().join(TABLE)).unwrap()).unwrap()
}

/// The rows that the fake hands on.
pub fn by_emulators() -> Vec<Value> {
    rows().into_iter().filter(|row| row["by"] != "fake").collect()
}

/// Every operation was answered by whom the table names, and the table names no other.
pub fn assert_served_as_documented(calls: &[Value]) {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut documented = BTreeMap::new();
    for row in rows() {
        for operation in row["operations"].as_array().unwrap() {
            let key = format!("{}:{}", text(&row["service"]), text(operation));
            assert_eq!(
                documented.insert(key.clone(), text(&row["by"])),
                None,
                "{key} is in {TABLE} twice"
            );
        }
    }
    let mut served = BTreeMap::new();
    for call in calls {
        let by = call["emulator"].as_str().unwrap_or("fake").to_owned();
        served.insert(format!("{}:{}", text(&call["service"]), text(&call["operation"])), by);
    }
    let other: BTreeSet<_> = served
        .iter()
        .filter(|(key, by)| documented.get(*key) != Some(by))
        .collect();
    assert!(other.is_empty(), "not as in {TABLE}: {other:?}");
    let idle: BTreeSet<_> = documented.keys().filter(|key| !served.contains_key(*key)).collect();
    assert!(idle.is_empty(), "in {TABLE}, but never asked: {idle:?}");
}

#[test]
fn what_no_emulator_answers_has_a_reason() {
    for row in rows() {
        assert_eq!(row["by"] == "fake", row["why"].is_string(), "{row}");
    }
}

#[test]
fn the_page_prints_the_table() {
    let path = repository().join(PAGE);
    let page = fs::read_to_string(&path).unwrap();
    let (head, rest) = page.split_once(BEGIN).unwrap();
    let (_, tail) = rest.split_once(END).unwrap();
    let expected = format!("{head}{BEGIN}{}{END}{tail}", printed());
    if std::env::var_os(WRITE).is_some() {
        fs::write(&path, &expected).unwrap();
    }
    assert!(
        page == expected || std::env::var_os(WRITE).is_some(),
        "{PAGE} is not what {TABLE} says: set {WRITE}=1 to write it"
    );
}

fn printed() -> String {
    let mut made = "| service | operations | answered by | why no emulator |\n|---|---|---|---|\n".to_owned();
    for row in rows() {
        let operations: Vec<&str> = row["operations"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(Value::as_str)
            .collect();
        let (service, by, why) = (
            row["service"].as_str().unwrap(),
            row["by"].as_str().unwrap(),
            row["why"].as_str().unwrap_or(""),
        );
        writeln!(made, "| {service} | {} | {by} | {why} |", operations.join(", ")).unwrap();
    }
    made
}
