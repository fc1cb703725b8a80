//! The program as Lambda runs it: the Runtime API on loopback hands it one event and takes what it answers.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking, its helpers too"
)]

mod runtime_api;

use serde_json::{Value, json};

use runtime_api::Answered;

fn invoke(event: &Value) -> Answered {
    runtime_api::invoke(
        env!("CARGO_BIN_EXE_scan-capture"),
        &[("SV0_RESULTS", "s3://results")],
        event,
    )
}

#[test]
fn an_event_of_another_form_is_answered_with_an_error_that_has_a_name() {
    let answered = invoke(&json!({ "Records": [] }));
    assert!(
        answered.path.contains("/invocation/invocation-1/error"),
        "{}",
        answered.path
    );
    assert_eq!(answered.body["errorType"], "BadRequest");
    assert_eq!(answered.log("ERROR")["error_type"], "BadRequest");
}

#[test]
fn a_store_that_cannot_be_reached_is_said_so_and_no_secret_with_it() {
    let answered = invoke(&json!({ "capture": "s3://captures/acme" }));
    assert!(
        answered.path.contains("/invocation/invocation-1/error"),
        "{}",
        answered.path
    );
    assert_eq!(answered.body["errorType"], "ResultsUnavailable");
    let message = answered.body["errorMessage"].as_str().unwrap();
    assert!(
        message.contains("reading s3://results/runs/invocation-1/manifest.json"),
        "{message}"
    );
    assert!(!message.contains("canary-secret") && !answered.logs.contains("canary-secret"));
}
