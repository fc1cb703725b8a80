use serde_json::{Value, json};

use super::*;

fn line() -> Value {
    let policy = json!({"Version": "2012-10-17", "Statement": [{"Sid": "S", "Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]});
    json!({"id": 7, "principal": "arn:aws:iam::111122223333:role/reader", "action": "s3:GetObject", "resource": "arn:aws:s3:::data/k",
        "context": {"aws:SourceIp": "10.0.0.1"}, "identity_policies": [policy, policy.to_string()],
        "scps": [{"org_id": "o-1", "policies": [policy]}, {"policies": [policy, policy]}]})
}

/// Lines with one thing changed, at every place where readers might differ.
fn lines() -> Vec<String> {
    let mut lines = vec![line().to_string()];
    let fields = [
        "id",
        "principal",
        "principal_type",
        "action",
        "resource",
        "resource_account",
        "context",
        "identity_policies",
        "permission_boundaries",
        "session_policy",
        "scps",
        "rcps",
        "resource_policy",
        "endpoint_policies",
        "identityPolicies",
        "note",
        "scps (duplicate)",
    ];
    let statement = json!({"Effect": "Deny", "Principal": "*", "NotAction": "iam:*", "Resource": 5});
    let values = [
        json!(null),
        json!(5),
        json!("x"),
        json!(true),
        json!([]),
        json!({}),
        json!([null]),
        json!([5]),
        json!(["{}"]),
        json!([{}]),
        json!([[]]),
        json!({"Statement": statement}),
        json!([{"Statement": statement}, "%7B%22Statement%22%3A%5B%5D%7D"]),
        json!([{"policies": null}]),
        json!([{"org_id": 5, "policies": []}]),
        json!([{"org_id": null, "policies": [{"Statement": []}], "x": 1}]),
    ];
    for field in fields {
        for value in &values {
            let mut changed = line();
            changed[field] = value.clone();
            lines.push(changed.to_string());
        }
    }
    let text = line().to_string();
    for (from, to) in [
        ("\"Sid\":", "\"Sid\":\"T\",\"Sid\":"),
        ("\"id\":", "\"id\":1,\"id\":"),
        ("\"scps\":", "\"scps\":[],\"scps\":"),
        ("\"org_id\":", "\"org_id\":\"a\",\"org_id\":"),
        ("\"policies\":", "\"policies\":[],\"policies\":"),
        ("2012-10-17", "\\ud800"),
        ("2012-10-17", "\\u0032012-10-17"),
        ("\"Allow\"", "1e999"),
        ("\"Allow\"", "01"),
        ("[{", "[ {"),
        ("]", ",]"),
    ] {
        lines.push(text.replacen(from, to, 1));
    }
    for depth in [10, 60, 70, 110, 120, 125, 126, 127, 128, 200] {
        let nested = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        lines.push(text.replacen("\"Allow\"", &nested, 1));
    }
    lines.extend((0..text.len()).filter_map(|end| text.get(..end).map(str::to_owned)));
    lines.extend([
        "".to_owned(),
        "[]".to_owned(),
        "null".to_owned(),
        text.clone() + " x",
        text + "{}",
    ]);
    lines
}

#[test]
fn a_line_is_answered_alike_whatever_was_read_before() {
    let options = RowOptions::default();
    let mut evaluator = RowEvaluator::new(options);
    for round in 0..2 {
        for line in lines() {
            assert_eq!(
                evaluator.answer(&line),
                evaluate_line(&line, &options),
                "round {round}: {line}"
            );
        }
    }
}

#[test]
fn usual_lines_are_answered_quickly() {
    let mut evaluator = RowEvaluator::new(RowOptions::default());
    let mut quickly = |field: &str, value: Value| {
        let mut line = line();
        line[field] = value;
        evaluator.answer_quickly(&line.to_string()).is_some()
    };
    assert!(quickly("note", json!("mine")) && quickly("rcps", json!(null)) && quickly("context", json!({})));
    assert!(!quickly("scps", json!([{}])) && !quickly("action", json!(1)) && !quickly("identity_policies", json!([5])));
}
