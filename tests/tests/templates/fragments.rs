//! Every rule is held against fragments of templates: one that it lets pass, and others, close to it, that it does not.
//!
//! `tests/fixtures/template-rules/RULE.yaml` is a list of `{"case", "resources", "parameters"?, "faults"}`; a fault is `RESOURCE: ABOUT`.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::load::Template;
use super::rules::{ALL, Rule, faults};
use crate::support::repository;

const FOLDER: &str = "tests/fixtures/template-rules";

#[test]
fn every_rule_tells_what_is_sound_from_what_is_nearly_so() {
    let mut wrong = Vec::new();
    for rule in ALL {
        let cases = cases(rule.0);
        let (sound, faulty): (Vec<_>, Vec<_>) = cases.iter().partition(|case| expected(case).is_empty());
        assert!(!sound.is_empty() && !faulty.is_empty(), "{} lets something pass and something not", rule.0);
        wrong.extend(cases.iter().filter_map(|case| difference(rule, case)));
    }
    assert!(wrong.is_empty(), "{} cases\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_file_of_fragments_is_of_a_rule() {
    let files: BTreeSet<String> = fs::read_dir(repository().join(FOLDER))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    let rules: BTreeSet<String> = ALL.iter().map(|rule| rule.0.to_owned()).collect();
    assert_eq!(files, rules);
}

fn cases(rule: &str) -> Vec<Value> {
    let path: PathBuf = repository().join(FOLDER).join(format!("{rule}.yaml"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn expected(case: &Value) -> BTreeSet<&str> {
    let faults = case["faults"].as_array().unwrap_or_else(|| panic!("faults of {case}"));
    faults.iter().filter_map(Value::as_str).collect()
}

fn difference(rule: &Rule, case: &Value) -> Option<String> {
    let body = json!({
        "Description": case["description"],
        "Parameters": case.get("parameters").unwrap_or(&json!({})),
        "Resources": case["resources"],
    });
    let template = Template {
        path: case["path"].as_str().unwrap_or("infra/template.yaml").to_owned(),
        bytes: case["bytes"].as_u64().and_then(|bytes| bytes.try_into().ok()).unwrap_or(1),
        source: body.clone(),
        body,
    };
    let found: BTreeSet<String> = faults(rule, &template)
        .into_iter()
        .map(|fault| format!("{}: {}", fault.resource, fault.about))
        .collect();
    let found: BTreeSet<&str> = found.iter().map(String::as_str).collect();
    let expected = expected(case);
    (found != expected).then(|| format!("{}, {}:\n  expected {expected:?}\n  found    {found:?}", rule.0, case["case"]))
}
