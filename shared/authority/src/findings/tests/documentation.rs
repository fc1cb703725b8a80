//! The catalogue is complete: whoever adds a rule writes its section.

use std::path::Path;

use serde_json::json;
use sv0_model::finding::FindingKind;

const PAGE: &str = include_str!("../../../../../docs/findings.md");

const PARTS: [&str; 4] = ["**Means.**", "**Severity.**", "**Verify.**", "**False positives.**"];

/// The text of every rule.
fn rules(folder: &Path) -> String {
    let mut text = String::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is_test = path.file_stem().is_some_and(|stem| stem == "tests");
        if path.is_dir() && !is_test {
            text += &rules(&path);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !is_test {
            text += &std::fs::read_to_string(&path).unwrap();
        }
    }
    text
}

fn name(kind: FindingKind) -> String {
    json!(kind).as_str().unwrap().to_owned()
}

fn section(name: &str) -> Option<&'static str> {
    let (_, rest) = PAGE.split_once(&format!("\n## `{name}`\n"))?;
    rest.split("\n## ").next()
}

#[test]
fn every_kind_that_a_rule_finds_has_a_row_and_a_section() {
    let rules = rules(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/findings"));
    let found: Vec<FindingKind> = FindingKind::ALL
        .into_iter()
        .filter(|kind| {
            let variant = format!("FindingKind::{kind:?}");
            let mut rest = rules.split(&variant).skip(1);
            rest.any(|rest| !rest.starts_with(char::is_alphanumeric))
        })
        .collect();
    assert!(found.len() >= 20, "{found:?}");
    for kind in found {
        let name = name(kind);
        assert!(
            PAGE.contains(&format!("\n| [`{name}`](#{name}) |")),
            "{name} has no row"
        );
        let section = section(&name).unwrap_or_else(|| panic!("{name} has no section"));
        for part in PARTS {
            assert!(section.contains(part), "{name} lacks {part}");
        }
    }
}

#[test]
fn every_section_is_of_a_kind() {
    let kinds: Vec<String> = FindingKind::ALL.into_iter().map(name).collect();
    for heading in PAGE.lines().filter_map(|line| line.strip_prefix("## `")) {
        let heading = heading.trim_end_matches('`');
        assert!(kinds.iter().any(|kind| kind == heading), "{heading}");
    }
}

/// Whoever reads the answers with a schema knows every kind.
#[test]
fn the_schema_knows_every_kind() {
    const SCHEMA: &str = include_str!("../../../../../docs/schemas/common.schema.json");
    let schema: serde_json::Value = serde_json::from_str(SCHEMA).unwrap();
    let kinds = schema["$defs"]["finding"]["properties"]["kind"]["enum"]
        .as_array()
        .unwrap();
    let kinds: Vec<&str> = kinds.iter().filter_map(serde_json::Value::as_str).collect();
    for kind in FindingKind::ALL.into_iter().map(name) {
        assert!(kinds.contains(&kind.as_str()), "{kind}");
    }
    assert_eq!(kinds.len(), FindingKind::ALL.len());
}
