//! Every JSON answer of the program has the shape its schema in `docs/schemas` promises.

use serde_json::Value;

use crate::schemas::validator;
use crate::support::{Store, repository, run, scan_with};

pub fn assert_valid(name: &str, answer: &Value) {
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
    let mut asked = 0;
    for path in paths["paths"].as_array().unwrap().iter().step_by(23) {
        // A user's own path has no role, and nothing is called where data leaves AWS.
        let (Some(role), Some(action)) = (path["roles"][0].as_str(), path["actions"][0].as_str()) else {
            continue;
        };
        let resource = path["resource"].as_str().unwrap();
        asked += 1;
        assert_valid("can", &store.ask(&["can", role, action, resource]));
        assert_valid("explain", &store.ask(&["explain", role, action, resource]));
        assert_valid("who-can", &store.ask(&["who-can", action, resource]));
        assert_valid("grants", &store.ask(&["can", role]));
        assert_valid("grants", &store.ask(&["can", role, action]));
    }
    assert!(asked > 15, "the example has many paths");
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
    assert_explained_denials(&store);
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

/// Every blocked path of the example ends in a denial that says what would have to change, and its statements where they come from.
fn assert_explained_denials(store: &Store) {
    let blocked = store.ask(&["paths", "--state", "blocked"]);
    let blocked = blocked["paths"].as_array().unwrap();
    assert!(blocked.len() > 10, "{}", blocked.len());
    for path in blocked
        .iter()
        .filter(|path| path["roles"].as_array().unwrap().len() == 1)
    {
        let role = path["roles"][0].as_str().unwrap();
        let (action, scope) = (path["actions"][0].as_str().unwrap(), path["scope"].as_str().unwrap());
        let is_bucket = scope.starts_with("arn:aws:s3:::") && !scope.contains('/');
        let scope = &format!(
            "{scope}{}",
            if is_bucket && action.ends_with("Object") {
                "/x"
            } else {
                ""
            }
        );
        let explanation = store.ask(&["explain", role, action, scope]);
        assert_valid("explain", &explanation);
        let sentence = explanation["but_for"][0]["sentence"].as_str().unwrap_or_default();
        assert!(
            sentence.starts_with("it would be allowed "),
            "{role} {action} {scope}: {explanation:#}"
        );
        for statement in explanation["deciding"].as_array().unwrap() {
            assert!(statement["source"].is_object(), "{statement:#}");
            assert_ne!(statement["attached"], serde_json::json!([]), "{statement:#}");
        }
    }
}

#[test]
fn a_wrong_shape_is_refused() {
    let wrong = serde_json::json!({"schema": "sv0-paths/1", "paths": [{"id": "x"}]});
    assert!(!validator("paths").is_valid(&wrong));
    assert!(validator("paths").is_valid(&serde_json::json!({"schema": "sv0-paths/1", "paths": []})));
}
