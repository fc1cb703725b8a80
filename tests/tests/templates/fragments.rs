//! Every rule is held against fragments: one that it lets pass, and others, close to it, that it does not.
//!
//! `tests/fixtures/template-rules/RULE.yaml` is a list of `{"case", "resources", "parameters"?, "path"?, "bytes"?, "faults"}`, and
//! `tests/fixtures/state-machine-rules/RULE.yaml` one of `{"case", "machine", "faults"}`. A fault is `RESOURCE: ABOUT` or `STATE: ABOUT`.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::load::Template;
use super::rules::Fault;
use super::{machines, rules};
use crate::support::repository;

const OF_TEMPLATES: &str = "tests/fixtures/template-rules";
const OF_STATE_MACHINES: &str = "tests/fixtures/state-machine-rules";

#[test]
fn every_rule_over_templates_tells_what_is_sound_from_what_is_nearly_so() {
    let names: Vec<&str> = rules::ALL.iter().map(|rule| rule.0).collect();
    tells_apart(OF_TEMPLATES, &names, |at, case| rules::ALL[at].1(&template(case)));
}

#[test]
fn every_rule_over_state_machines_tells_what_is_sound_from_what_is_nearly_so() {
    let names: Vec<&str> = machines::ALL.iter().map(|rule| rule.0).collect();
    tells_apart(OF_STATE_MACHINES, &names, |at, case| {
        machines::ALL[at].1(&case["machine"])
    });
}

/// Each rule has a file of its name, and finds in each case there what the case says, in one of them nothing and in another something.
fn tells_apart(folder: &str, names: &[&str], faults: impl Fn(usize, &Value) -> Vec<Fault>) {
    let files: BTreeSet<String> = fs::read_dir(repository().join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    assert_eq!(files, names.iter().map(|name| (*name).to_owned()).collect());
    let mut wrong = Vec::new();
    for (at, name) in names.iter().enumerate() {
        let cases = cases(folder, name);
        let (sound, faulty): (Vec<_>, Vec<_>) = cases.iter().partition(|case| expected(case).is_empty());
        assert!(
            !sound.is_empty() && !faulty.is_empty(),
            "{name} lets something pass and something not"
        );
        for case in &cases {
            let found = faults(at, case).into_iter();
            let found: BTreeSet<String> = found
                .map(|fault| format!("{}: {}", fault.resource, fault.about))
                .collect();
            if found != expected(case) {
                let expected = expected(case);
                wrong.push(format!(
                    "{name}, {}:\n  expected {expected:?}\n  found    {found:?}",
                    case["case"]
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} cases\n{}", wrong.len(), wrong.join("\n"));
}

fn cases(folder: &str, rule: &str) -> Vec<Value> {
    let path: PathBuf = repository().join(folder).join(format!("{rule}.yaml"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn expected(case: &Value) -> BTreeSet<String> {
    let faults = case["faults"].as_array().unwrap_or_else(|| panic!("faults of {case}"));
    faults.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn template(case: &Value) -> Template {
    let body = json!({
        "Parameters": case.get("parameters").unwrap_or(&json!({})),
        "Resources": case["resources"],
    });
    Template {
        path: case["path"].as_str().unwrap_or("infra/template.yaml").to_owned(),
        bytes: case["bytes"]
            .as_u64()
            .and_then(|bytes| bytes.try_into().ok())
            .unwrap_or(1),
        source: body.clone(),
        body,
    }
}
