//! An execution that was stopped from outside, as EventBridge tells of it.
//!
//! Source: AWS Step Functions Developer Guide, "Automating Step Functions event delivery with EventBridge": `detail.input` is the text of the input, and null where it is too
//! large for an event.

use serde_json::Value;

use super::{Outcome, Request};

const SOURCE: &str = "aws.states";
const DETAIL_TYPE: &str = "Step Functions Execution Status Change";
/// What the rule of the template forwards.
const STOPPED: [&str; 2] = ["ABORTED", "TIMED_OUT"];

/// The detail of such an event.
pub(super) fn execution(event: &Value) -> Option<&Value> {
    let is = |field: &str, wanted: &str| event.get(field).and_then(Value::as_str) == Some(wanted);
    (is("source", SOURCE) && is("detail-type", DETAIL_TYPE)).then(|| event.get("detail").unwrap_or(&Value::Null))
}

/// The end of the run that the execution went through: its own, or the one that its input names, as the state machine does it.
pub(super) fn end(detail: &Value) -> Result<Request, String> {
    let text = |field: &str| detail.get(field).and_then(Value::as_str);
    let status = text("status").unwrap_or_default();
    if !STOPPED.contains(&status) {
        return Err(format!(
            "the execution is {status:?}, and gives its lease back by itself"
        ));
    }
    let name = text("name").ok_or("the event names no execution")?;
    let run = match text("input") {
        Some(input) => resumed(input)?.unwrap_or_else(|| name.to_owned()),
        None => name.to_owned(),
    };
    Ok(Request::End {
        run,
        outcome: Outcome::Failed,
        reason: Some(status.to_owned()),
    })
}

/// The run that an input names.
fn resumed(input: &str) -> Result<Option<String>, String> {
    let input: Value = serde_json::from_str(input).map_err(|error| format!("the input of the execution: {error}"))?;
    match input.get("run") {
        None => Ok(None),
        Some(Value::String(run)) => Ok(Some(run.clone())),
        Some(_) => Err("the run that the input of the execution names is no text".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The event as the guide shows it.
    fn event(status: &str, input: &Value) -> Value {
        json!({
            "version": "0",
            "id": "315c1398-40ff-a850-213b-158f73e60175",
            "detail-type": "Step Functions Execution Status Change",
            "source": "aws.states",
            "account": "111122223333",
            "time": "2026-02-26T19:42:21Z",
            "region": "eu-west-1",
            "resources": ["arn:aws:states:eu-west-1:111122223333:execution:scan:second"],
            "detail": {
                "executionArn": "arn:aws:states:eu-west-1:111122223333:execution:scan:second",
                "stateMachineArn": "arn:aws:states:eu-west-1:111122223333:stateMachine:scan",
                "name": "second",
                "status": status,
                "startDate": 1_551_225_271_984_u64,
                "stopDate": 1_551_225_341_151_u64,
                "input": input,
                "inputDetails": {"included": !input.is_null()},
                "output": null,
                "outputDetails": null,
                "error": null,
                "cause": null,
            },
        })
    }

    #[test]
    fn a_stopped_execution_ends_the_run_that_it_went_through() {
        for (status, input, run) in [
            ("ABORTED", json!("{}"), "second"),
            ("TIMED_OUT", json!("{}"), "second"),
            (
                "ABORTED",
                json!(r#"{"options": {"accounts": ["111122223333"]}}"#),
                "second",
            ),
            ("ABORTED", json!(r#"{"run": "first"}"#), "first"),
            ("TIMED_OUT", json!(r#"{"options": {}, "run": "first"}"#), "first"),
            ("ABORTED", Value::Null, "second"),
            ("ABORTED", json!("[]"), "second"),
        ] {
            let expected = Request::End {
                run: run.to_owned(),
                outcome: Outcome::Failed,
                reason: Some(status.to_owned()),
            };
            assert_eq!(Request::read(event(status, &input)).unwrap(), expected, "{input}");
        }
    }

    #[test]
    fn what_tells_of_no_stopped_run_is_refused() {
        let mut nameless = event("ABORTED", &json!("{}"));
        nameless["detail"]["name"] = Value::Null;
        let mut of_another = event("ABORTED", &json!("{}"));
        of_another["source"] = json!("acme.states");
        for (event, reason) in [
            (event("SUCCEEDED", &json!("{}")), "gives its lease back by itself"),
            (event("RUNNING", &json!("{}")), "gives its lease back by itself"),
            (event("ABORTED", &json!("{")), "the input of the execution"),
            (event("ABORTED", &json!(r#"{"run": 1}"#)), "is no text"),
            (event("ABORTED", &json!(r#"{"run": "../first"}"#)), "no run id"),
            (nameless, "names no execution"),
            (of_another, "missing field `stage`"),
        ] {
            let error = Request::read(event.clone()).unwrap_err().to_string();
            assert!(error.contains(reason), "{event}: {error}");
        }
    }
}
