//! The JSON Schemas of `docs/schemas`: each is a schema, and the golden rows of `sv0 evaluate` keep to theirs.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use jsonschema::{Registry, Resource, Validator};
use serde_json::{Value, json};

use crate::support::{answer_lines, repository};

/// Where schemas find each other; nothing is fetched from there.
const BASE: &str = "file:///schemas/";

#[test]
fn every_schema_compiles() {
    let schemas = schemas();
    assert!(schemas.contains_key("common.schema.json"), "{:?}", schemas.keys());
    for (name, schema) in &schemas {
        compile(name, schema, &schemas).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

#[test]
fn golden_requests_keep_to_their_schema() {
    let validator = validator("evaluate-request");
    for case in golden_cases()
        .iter()
        .filter(|case| case["invalid_request"] != json!(true))
    {
        assert_valid(&validator, &case["request"]);
    }
}

#[test]
fn answers_to_golden_requests_keep_to_their_schema() {
    let requests: Vec<String> = golden_cases().iter().map(|case| case["request"].to_string()).collect();
    let (answers, _) = answer_lines(&["evaluate"], &requests.join("\n"));
    assert_eq!(answers.len(), requests.len(), "one answer a request");
    let validator = validator("evaluate-answer");
    for answer in &answers {
        assert_valid(&validator, answer);
    }
}

mod the_checks_can_fail {
    use super::*;

    #[test]
    fn on_a_file_that_is_no_schema() {
        let schemas = BTreeMap::new();
        for wrong in [
            json!({"type": "strnig"}),
            json!({"$ref": "missing.schema.json#/$defs/x"}),
            json!({"required": 1}),
        ] {
            assert!(compile("wrong.schema.json", &wrong, &schemas).is_err(), "{wrong}");
        }
    }

    #[test]
    fn on_a_request_without_its_principal() {
        let validator = validator("evaluate-request");
        assert!(validator.is_valid(&golden_cases()[0]["request"]));
        for field in ["principal", "action", "resource"] {
            let mut request = golden_cases()[0]["request"].clone();
            request.as_object_mut().unwrap().remove(field);
            assert!(!validator.is_valid(&request), "without {field}");
        }
    }

    #[test]
    fn on_an_answer_with_a_decision_that_does_not_exist() {
        let validator = validator("evaluate-answer");
        let (answers, _) = answer_lines(&["evaluate"], &golden_cases()[0]["request"].to_string());
        assert_valid(&validator, &answers[0]);
        let mut wrong = answers[0].clone();
        wrong["decision"] = json!("maybe");
        assert!(!validator.is_valid(&wrong));
    }
}

/// The schema `docs/schemas/{name}.schema.json`, ready to use.
pub fn validator(name: &str) -> Validator {
    let schemas = schemas();
    let file = format!("{name}.schema.json");
    let schema = schemas
        .get(&file)
        .unwrap_or_else(|| panic!("docs/schemas has no {file}"));
    compile(&file, schema, &schemas).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn compile(name: &str, schema: &Value, schemas: &BTreeMap<String, Value>) -> Result<Validator, String> {
    jsonschema::meta::validate(schema).map_err(|error| error.to_string())?;
    let resources = schemas
        .iter()
        .map(|(name, schema)| (format!("{BASE}{name}"), Resource::from_contents(schema.clone())));
    let registry = Registry::new()
        .extend(resources)
        .and_then(jsonschema::RegistryBuilder::prepare)
        .map_err(|error| error.to_string())?;
    jsonschema::options()
        .with_base_uri(format!("{BASE}{name}"))
        .with_registry(&registry)
        .offline()
        .build(schema)
        .map_err(|error| error.to_string())
}

fn assert_valid(validator: &Validator, value: &Value) {
    let errors: Vec<String> = validator
        .iter_errors(value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{value}\n{}", errors.join("\n"));
}

/// Every schema by its file's name.
fn schemas() -> BTreeMap<String, Value> {
    let named = |path: PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let schema = serde_json::from_slice(&fs::read(&path).unwrap());
        (
            name,
            schema.unwrap_or_else(|error| panic!("{}: {error}", path.display())),
        )
    };
    files(&repository().join("docs/schemas"), "json")
        .into_iter()
        .map(named)
        .collect()
}

/// The cases of `tests/corpus/evaluate`, one a line: `{"request", "want", …}`. A case that gives its `line` as raw text is about what is no request at all.
fn golden_cases() -> Vec<Value> {
    let mut cases = Vec::new();
    for path in files(&repository().join("tests/corpus/evaluate"), "ndjson") {
        for (index, line) in fs::read_to_string(&path).unwrap().lines().enumerate() {
            let case: Result<Value, _> = serde_json::from_str(line);
            cases.push(case.unwrap_or_else(|error| panic!("{}:{}: {error}", path.display(), index + 1)));
        }
    }
    cases.retain(|case| case["line"].is_null());
    assert!(!cases.is_empty(), "tests/corpus/evaluate holds no cases");
    cases
}

/// The files of a folder with this extension, sorted.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|own| own == extension));
    files.sort();
    files
}
