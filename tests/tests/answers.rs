//! Every JSON answer of the program has the shape its schema in `docs/schemas` promises.

use serde_json::Value;

use crate::schemas::validator;
use crate::support::{repository, run, scan_with};

fn assert_valid(name: &str, answer: &Value) {
    let validator = validator(name);
    let errors: Vec<String> = validator
        .iter_errors(answer)
        .take(5)
        .map(|error| format!("{}: {error:.300}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{name}\n{}", errors.join("\n"));
}

#[test]
fn answers_over_the_example_have_the_promised_shapes() {
    let store = scan_with(&repository().join("examples/acme/capture"), &[]);
    assert_valid("scan", &store.summary);
    let paths = store.ask(&["paths"]);
    assert_valid("paths", &paths);
    for (schema, command) in [("findings", "findings"), ("coverage", "coverage"), ("report", "report")] {
        assert_valid(schema, &store.ask(&[command]));
    }
    for path in paths["paths"].as_array().unwrap().iter().step_by(7) {
        let (role, resource) = (path["roles"][0].as_str().unwrap(), path["resource"].as_str().unwrap());
        let action = path["actions"][0].as_str().unwrap();
        assert_valid("can", &store.ask(&["can", role, action, resource]));
        assert_valid("explain", &store.ask(&["explain", role, action, resource]));
        assert_valid("who-can", &store.ask(&["who-can", action, resource]));
        assert_valid("grants", &store.ask(&["can", role]));
        assert_valid("grants", &store.ask(&["can", role, action]));
    }
    let assume = paths["paths"]
        .as_array()
        .unwrap()
        .iter()
        .find(|path| path["chain_depth"] == 3)
        .unwrap();
    let (from, to) = (
        assume["roles"][0].as_str().unwrap(),
        assume["roles"][1].as_str().unwrap(),
    );
    assert_valid("explain", &store.ask(&["explain", from, "sts:AssumeRole", to]));
    let output = run(
        &[
            "can",
            "arn:aws:iam::000000000000:role/none",
            "--store",
            store.path().to_str().unwrap(),
            "--json",
        ],
        2,
    );
    assert_valid("error", &serde_json::from_slice(&output.stdout).unwrap());
}

#[test]
fn a_wrong_shape_is_refused() {
    let wrong = serde_json::json!({"schema": "sv0-paths/1", "paths": [{"id": "x"}]});
    assert!(!validator("paths").is_valid(&wrong));
    assert!(validator("paths").is_valid(&serde_json::json!({"schema": "sv0-paths/1", "paths": []})));
}
