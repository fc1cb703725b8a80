//! Running a statement: the workgroup that bounds it, the execution that is begun or found, and its end.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::names::Workgroup;
use super::objects::ObjectPlace;
use super::query::Statement;
use super::table::LogTable;
use crate::api::{ApiError, Failure, Target};
use crate::calls::athena;
use crate::step::StepRun;

/// Longest text of AWS's that is repeated.
const LONGEST_REASON: usize = 1_000;
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// What is wrong with a workgroup, and the command that mends it; `None` where nothing is.
///
/// # Errors
/// [`ApiError`] when it cannot be asked about.
pub(super) async fn fault_of_workgroup(
    run: &StepRun<'_>,
    target: &Target,
    workgroup: &Workgroup,
) -> Result<Option<String>, ApiError> {
    let asked = object(json!({"WorkGroup": workgroup.as_str()}));
    let answer = run.call(target, &athena::GET_WORK_GROUP, asked).await?;
    Ok(fault(&answer, workgroup))
}

fn fault(answer: &Value, workgroup: &Workgroup) -> Option<String> {
    let at = |pointer: &str| answer.pointer(pointer);
    let update = |change: &str| format!("aws athena update-work-group --work-group {workgroup} {change}");
    let set = |change: &str| update(&format!("--configuration-updates {change}"));
    if at("/WorkGroup/State").and_then(Value::as_str) == Some("DISABLED") {
        return Some(format!(
            "workgroup {workgroup} is disabled; {}",
            update("--state ENABLED")
        ));
    }
    if at("/WorkGroup/Configuration/EnforceWorkGroupConfiguration").and_then(Value::as_bool) != Some(true) {
        return Some(format!(
            "workgroup {workgroup} does not enforce its settings, so that they bound nothing; {}",
            set("EnforceWorkGroupConfiguration=true")
        ));
    }
    let cutoff = at("/WorkGroup/Configuration/BytesScannedCutoffPerQuery").and_then(Value::as_u64);
    if cutoff.is_none_or(|bytes| bytes == 0) {
        return Some(format!(
            "workgroup {workgroup} does not bound what a statement scans, and so what it costs; {}",
            set("BytesScannedCutoffPerQuery=1000000000000")
        ));
    }
    let output = at("/WorkGroup/Configuration/ResultConfiguration/OutputLocation").and_then(Value::as_str);
    if output.is_none_or(str::is_empty) {
        return Some(format!(
            "workgroup {workgroup} has no place for results; {}",
            set("ResultConfigurationUpdates={OutputLocation=s3://BUCKET/athena/}")
        ));
    }
    None
}

/// Begins the execution of a statement, or finds the one that was begun under its token.
///
/// # Errors
/// [`ApiError`].
pub(super) async fn start(
    run: &StepRun<'_>,
    target: &Target,
    workgroup: &Workgroup,
    table: &LogTable,
    statement: &Statement,
) -> Result<String, ApiError> {
    let asked = json!({
        "QueryString": statement.sql,
        "ExecutionParameters": statement.parameters,
        "ClientRequestToken": statement.token,
        "QueryExecutionContext": {"Database": table.database.as_str()},
        "WorkGroup": workgroup.as_str(),
    });
    let answer = run.call(target, &athena::START_QUERY_EXECUTION, object(asked)).await?;
    let id = answer.get("QueryExecutionId").and_then(Value::as_str);
    id.map(str::to_owned).ok_or_else(|| ApiError {
        failure: Failure::Malformed,
        code: "InvalidAnswer".to_owned(),
        message: "the answer has no QueryExecutionId".to_owned(),
        call: athena::START_QUERY_EXECUTION.name(),
    })
}

/// How an execution stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Standing {
    /// It is waiting or running.
    Running,
    /// It has ended well.
    Succeeded { bytes: u64, manifest: Option<ObjectPlace> },
    /// It has not, and another might.
    Retryable(ApiError),
    /// It has not. Athena bills what was scanned until it was stopped, and nothing where it failed.
    Ended { error: ApiError, billed: Option<u64> },
}

/// Asks how an execution stands.
///
/// # Errors
/// [`ApiError`].
pub(super) async fn standing(run: &StepRun<'_>, target: &Target, id: &str) -> Result<Standing, ApiError> {
    let asked = object(json!({"QueryExecutionId": id}));
    let answer = run.call(target, &athena::GET_QUERY_EXECUTION, asked).await?;
    Ok(read(&answer))
}

fn read(answer: &Value) -> Standing {
    let text = |pointer: &str| answer.pointer(pointer).and_then(Value::as_str);
    let bytes = answer
        .pointer("/QueryExecution/Statistics/DataScannedInBytes")
        .and_then(Value::as_u64);
    match text("/QueryExecution/Status/State") {
        Some("QUEUED" | "RUNNING") => Standing::Running,
        Some("SUCCEEDED") => Standing::Succeeded {
            bytes: bytes.unwrap_or(0),
            manifest: text("/QueryExecution/Statistics/DataManifestLocation").and_then(ObjectPlace::parse),
        },
        state => {
            let reason = text("/QueryExecution/Status/AthenaError/ErrorMessage")
                .or_else(|| text("/QueryExecution/Status/StateChangeReason"))
                .unwrap_or("Athena gives no reason");
            let error = failed(state.unwrap_or("UNKNOWN"), reason);
            let at_athena = |field: &str| answer.pointer(&format!("/QueryExecution/Status/AthenaError/{field}"));
            let is_retryable = at_athena("Retryable").and_then(Value::as_bool) == Some(true)
                || at_athena("ErrorCategory").and_then(Value::as_i64) == Some(1)
                // A folder that is not empty: another execution wrote into it, under a token that Athena has forgotten.
                || reason.contains("HIVE_PATH_ALREADY_EXISTS");
            match state {
                Some("FAILED") if is_retryable => Standing::Retryable(error),
                Some("CANCELLED") => Standing::Ended { error, billed: bytes },
                _ => Standing::Ended { error, billed: None },
            }
        }
    }
}

fn failed(state: &str, reason: &str) -> ApiError {
    let words = reason.to_ascii_lowercase();
    let is_denied = [
        "access denied",
        "accessdenied",
        "not authorized",
        "insufficient permission",
    ];
    let failure = if is_denied.iter().any(|denied| words.contains(denied)) {
        Failure::Denied
    } else {
        Failure::Invalid
    };
    ApiError {
        failure,
        code: state.to_owned(),
        message: reason
            .chars()
            .filter(|c| !c.is_control())
            .take(LONGEST_REASON)
            .collect(),
        call: athena::START_QUERY_EXECUTION.name(),
    }
}

/// Stops an execution that nobody will wait for.
///
/// # Errors
/// [`ApiError`]: it goes on, and costs what it scans.
pub(super) async fn stop(run: &StepRun<'_>, target: &Target, id: &str) -> Result<(), ApiError> {
    let asked = object(json!({"QueryExecutionId": id}));
    run.call(target, &athena::STOP_QUERY_EXECUTION, asked).await?;
    Ok(())
}

/// Waits before the next question: a second, then twice as long each time.
pub(super) async fn pause(run: &StepRun<'_>, asked: u32) {
    let pause = Duration::from_secs(1_u64 << asked.min(4)).min(LONGEST_PAUSE);
    run.work().clock.sleep(pause).await;
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workgroup_must_bound_what_is_scanned() {
        let workgroup = Workgroup::new("sv0-evidence").unwrap();
        let right = json!({"WorkGroup": {"State": "ENABLED", "Configuration": {"EnforceWorkGroupConfiguration": true,
            "BytesScannedCutoffPerQuery": 1_000_000_000, "ResultConfiguration": {"OutputLocation": "s3://hub/athena/"}}}});
        assert_eq!(fault(&right, &workgroup), None);
        for (pointer, value, words) in [
            ("/WorkGroup/State", json!("DISABLED"), "--state ENABLED"),
            (
                "/WorkGroup/Configuration/EnforceWorkGroupConfiguration",
                json!(false),
                "EnforceWorkGroupConfiguration=true",
            ),
            (
                "/WorkGroup/Configuration/EnforceWorkGroupConfiguration",
                json!(null),
                "EnforceWorkGroupConfiguration=true",
            ),
            (
                "/WorkGroup/Configuration/BytesScannedCutoffPerQuery",
                json!(null),
                "BytesScannedCutoffPerQuery=",
            ),
            (
                "/WorkGroup/Configuration/BytesScannedCutoffPerQuery",
                json!(0),
                "BytesScannedCutoffPerQuery=",
            ),
            (
                "/WorkGroup/Configuration/ResultConfiguration/OutputLocation",
                json!(null),
                "OutputLocation=",
            ),
        ] {
            let mut wrong = right.clone();
            *wrong.pointer_mut(pointer).unwrap() = value;
            let fault = fault(&wrong, &workgroup).unwrap();
            assert!(
                fault.contains("aws athena update-work-group --work-group sv0-evidence"),
                "{fault}"
            );
            assert!(fault.contains(words), "{fault}");
        }
    }

    #[test]
    fn an_execution_ends_in_words_of_aws() {
        let of = |status: Value| {
            read(&json!({"QueryExecution": {"Status": status, "Statistics": {"DataScannedInBytes": 7}}}))
        };
        assert_eq!(of(json!({"State": "QUEUED"})), Standing::Running);
        assert_eq!(
            of(json!({"State": "SUCCEEDED"})),
            Standing::Succeeded {
                bytes: 7,
                manifest: None
            }
        );
        for (status, is_retryable, failure, billed) in [
            (
                json!({"State": "FAILED", "StateChangeReason": "SYNTAX_ERROR"}),
                false,
                Failure::Invalid,
                None,
            ),
            (
                json!({"State": "FAILED", "StateChangeReason": "HIVE_PATH_ALREADY_EXISTS: s3://x"}),
                true,
                Failure::Invalid,
                None,
            ),
            (
                json!({"State": "FAILED", "AthenaError": {"ErrorCategory": 1, "Retryable": true, "ErrorMessage": "busy"}}),
                true,
                Failure::Invalid,
                None,
            ),
            (
                json!({"State": "FAILED", "AthenaError": {"ErrorCategory": 2, "ErrorMessage": "Access Denied (Service: Amazon S3)"}}),
                false,
                Failure::Denied,
                None,
            ),
            (
                json!({"State": "CANCELLED", "StateChangeReason": "Bytes scanned limit was exceeded"}),
                false,
                Failure::Invalid,
                Some(7),
            ),
            (json!({}), false, Failure::Invalid, None),
        ] {
            match of(status.clone()) {
                Standing::Retryable(error) => assert!(is_retryable && error.failure == failure, "{status} {error:?}"),
                Standing::Ended { error, billed: of } => {
                    assert!(
                        !is_retryable && error.failure == failure && of == billed,
                        "{status} {error:?}"
                    );
                }
                other => panic!("{status} {other:?}"),
            }
        }
    }
}
