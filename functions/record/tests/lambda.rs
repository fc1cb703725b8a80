//! The program as Lambda runs it: the Runtime API on loopback hands it one event and takes what it answers.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking, its helpers too"
)]

#[path = "../../scan-capture/tests/runtime_api/mod.rs"]
mod runtime_api;

use serde_json::{Value, json};

use runtime_api::Answered;

fn invoke(event: &Value) -> Answered {
    let variables = [("SV0_RESULTS", "s3://results"), ("SV0_TABLE", "sv0-state")];
    runtime_api::invoke(env!("CARGO_BIN_EXE_record"), &variables, event)
}

#[test]
fn an_event_of_another_form_is_answered_with_an_error_that_has_a_name() {
    let answered = invoke(&json!({"stage": "finish", "run": "first"}));
    assert!(
        answered.path.contains("/invocation/invocation-1/error"),
        "{}",
        answered.path
    );
    assert_eq!(answered.body["errorType"], "BadRequest");
    let log = answered.log("ERROR");
    assert_eq!(
        (&log["error_type"], &log["requestId"]),
        (&json!("BadRequest"), &json!("invocation-1"))
    );
}

#[test]
fn a_table_that_cannot_be_reached_is_said_so_and_no_secret_with_it() {
    let answered = invoke(&json!({"stage": "begin", "run": "first"}));
    assert_eq!(answered.body["errorType"], "StateUnavailable");
    let message = answered.body["errorMessage"].as_str().unwrap();
    assert!(message.contains("taking a lease in dynamodb://sv0-state"), "{message}");
    assert!(!message.contains("canary") && !answered.logs.contains("canary"));
}
