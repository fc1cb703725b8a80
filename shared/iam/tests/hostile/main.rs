//! Inputs made to hurt: they take bounded time, lose nothing else and never panic.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, in its helpers too"
)]

mod rejected;
mod sizes;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sv0_iam::{RowOptions, UnknownContext, decode_document, evaluate_line, parse_policy};

fn answer(row: &Value, unknown_context: UnknownContext) -> Value {
    let options = RowOptions {
        unknown_context,
        now: None,
    };
    serde_json::from_str(&evaluate_line(&row.to_string(), &options).json).unwrap()
}

fn row(identity: &Value) -> Value {
    json!({"principal": "arn:aws:iam::111122223333:user/alice", "action": "s3:GetObject", "resource": "arn:aws:s3:::data/aaaaaaaaaaaaaaaaaaaaaaaaaaaa", "identity_policies": [identity]})
}

fn policy(statements: &[Value]) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

fn within(limit: Duration, what: &str, work: impl FnOnce()) {
    let start = Instant::now();
    work();
    let taken = start.elapsed();
    assert!(taken < limit, "{what} took {taken:?}");
}

/// Far above what these take on a busy machine, far below an algorithmic blow-up.
const LIMIT: Duration = Duration::from_secs(120);

#[test]
fn a_hundred_thousand_statements() {
    let mut statements: Vec<Value> = (0..100_000)
        .map(|n| json!({"Effect": "Allow", "Action": "s3:*", "Resource": format!("arn:aws:s3:::b{n}/*")}))
        .collect();
    statements.push(json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}));
    within(LIMIT, "100,000 statements", || {
        let answer = answer(&row(&policy(&statements)), UnknownContext::Any);
        assert_eq!(answer["decision"], "allow");
        assert_eq!(answer["statements"][0]["index"], 100_000);
    });
}

#[test]
fn thousands_of_conditions_are_conditional_and_never_a_silent_answer() {
    let statements: Vec<Value> = (0..3_000)
        .map(|n| json!({"Effect": if n % 2 == 0 { "Allow" } else { "Deny" }, "Action": "*", "Resource": "*", "Condition": {"StringLike": {format!("svc:k{}", n % 700): [format!("*a{n}*"), "b*"]}}}))
        .collect();
    within(LIMIT, "3,000 conditions", || {
        assert_eq!(
            answer(&row(&policy(&statements)), UnknownContext::Any)["decision"],
            "conditional"
        );
    });
}

#[test]
fn patterns_that_are_hard_to_tell_apart() {
    let hard: Vec<String> = (1..40)
        .map(|n| format!("*{}b*{}c", "a".repeat(n), "?".repeat(n)))
        .collect();
    let statements = [
        json!({"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringLike": {"svc:k": hard.clone()}}}),
        json!({"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"StringLike": {"svc:k": "*a*b*a*"}, "StringNotLike": {"svc:k": hard}}}),
    ];
    within(LIMIT, "hard patterns", || {
        assert_eq!(
            answer(&row(&policy(&statements)), UnknownContext::Any)["decision"],
            "conditional"
        );
    });
}

#[test]
fn a_hundred_hard_patterns_on_one_key() {
    let statements: Vec<Value> = (1..150)
        .map(|n| json!({"Effect": "Allow", "Action": "*", "Resource": "*",
            "Condition": {"StringLike": {"svc:k": format!("*{}b*{}c*", "a".repeat(n % 7), "?".repeat(n))}, "StringNotLike": {"svc:k": format!("*c{}a*", "?".repeat(n % 11))}}}))
        .collect();
    within(LIMIT, "a hundred hard patterns", || {
        assert_eq!(
            answer(&row(&policy(&statements)), UnknownContext::Any)["decision"],
            "conditional"
        );
    });
}

#[test]
fn ten_kilobyte_patterns() {
    for pattern in [
        "*a".repeat(5_000) + "b",
        "?".repeat(10_000),
        "*".repeat(10_000),
        "${aws:username}".repeat(700),
        "${".repeat(5_000),
    ] {
        within(LIMIT, "a 10 KB pattern", || {
            let statements = [
                json!({"Effect": "Allow", "Action": "*", "Resource": format!("arn:aws:s3:::data/{pattern}"), "Condition": {"StringLike": {"svc:k": pattern}}}),
            ];
            for unknown_context in [UnknownContext::Absent, UnknownContext::Any] {
                assert!(answer(&row(&policy(&statements)), unknown_context)["error"].is_null());
            }
        });
    }
}

#[test]
fn an_unknown_variable_beside_wildcards_in_a_long_arn() {
    let resource = format!("arn:aws:s3:::data/{}", "a/".repeat(500));
    let mut row = row(&policy(&[
        json!({"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::data/*${aws:PrincipalTag/x}*a/*"}),
    ]));
    row["resource"] = json!(resource);
    within(LIMIT, "an open variable", || {
        let answer = answer(&row, UnknownContext::Any);
        assert_eq!(answer["decision"], "conditional");
        assert_eq!(answer["caveats"], json!(["conditions_not_evaluated"]));
    });
}

#[test]
fn deep_nesting_is_an_error_of_its_row() {
    let line = format!("{{\"principal\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let answer = evaluate_line(&line, &RowOptions::default());
    assert!(answer.is_error);
    assert!(answer.json.contains("malformed_json"));
    let document = json!("[".repeat(100_000));
    assert!(decode_document(&document).is_err());
}

#[test]
fn a_document_of_wrong_types_keeps_its_good_statement_and_names_the_others() {
    let document = policy(&[
        json!(7),
        json!({"Effect": "Allow", "Action": {}, "Resource": [[]], "Principal": 1, "Condition": {"StringEquals": 1, "Bool": {"k": [null]}}}),
        json!({"Sid": "Good", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}),
    ]);
    let parsed = parse_policy(&document);
    assert_eq!(parsed.policy.statements().len(), 3);
    assert!(parsed.policy.statements()[2].is_fully_readable());
    let places: Vec<&str> = parsed
        .diagnostics
        .iter()
        .map(|diagnostic| diagnostic.at.as_str())
        .collect();
    for place in [
        "/Statement/0",
        "/Statement/1/Action",
        "/Statement/1/Resource/0",
        "/Statement/1/Principal",
        "/Statement/1/Condition/StringEquals",
        "/Statement/1/Condition/Bool/k/0",
    ] {
        assert!(places.contains(&place), "{place} is not among {places:?}");
    }
    assert!(!places.iter().any(|place| place.starts_with("/Statement/2")));
}

#[test]
fn text_of_the_input_is_not_repeated_in_errors_of_malformed_lines() {
    let answer = evaluate_line("{\"secret\":\"AKIAIOSFODNN7EXAMPLE\"", &RowOptions::default());
    assert!(answer.is_error);
    assert!(!answer.json.contains("AKIA"));
}
