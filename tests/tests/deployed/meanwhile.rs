//! What comes between scans, and into one: somebody stops it, AWS throttles a service, the schedule fires, and something changes in an account.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value, json};

use super::running::{Deployment, until};
use crate::live::recording::SPOKES;

const HUB: &str = "604915728338";
const THROTTLED: &str = "secretsmanager";
/// Seconds for which changes are gathered: as few as the template allows.
const WINDOW: &str = "60";

#[test]
#[ignore = "slow: builds and deploys the programs"]
fn stopped_throttled_scheduled_and_changed() {
    let changes = json!({"ReadChanges": "true", "ChangeDelaySeconds": WINDOW, "ScheduleState": "ENABLED"});
    let hub = Deployment::with(&SPOKES, &changes);
    let resources = hub.resources();
    assert!(resources["made"].as_u64() > Some(80), "{resources}");
    assert_eq!((&resources["lacking"], &resources["unmade"]), (&json!({}), &json!({})));

    a_scan_that_is_stopped_gives_its_lease_back(&hub);

    hub.fault(&json!([{"service": THROTTLED, "operation": "*", "kind": "throttle", "times": null}]));
    // ministack tells of executions by events of AWS's own form, and of nothing else.
    hub.forward(&json!({
        "source": ["aws.states"], "detail-type": ["Step Functions Execution Status Change"], "detail": {"name": ["first"], "status": ["SUCCEEDED"]},
    }));
    let first = hub.start_scan("first");
    hub.until_met("*");
    a_schedule_that_fires_meanwhile_is_skipped(&hub);
    let told = hub.wait(&first);
    assert_eq!(told["status"], "SUCCEEDED", "{told}");
    let before = ledger(&hub, "first");
    let throttled = of_service(&before, |row| row["status"] == "throttled");
    assert_eq!(
        throttled.len(),
        SPOKES.len() + 1,
        "in every account that is read: {throttled:?}"
    );
    let other = before
        .iter()
        .filter(|row| row["status"] == "throttled" && !is_of_service(row));
    assert_eq!(other.collect::<Vec<_>>(), Vec::<&Value>::new(), "nothing else suffers");

    hub.forget_faults();
    let run = a_change_has_its_account_read_again(&hub);
    let after = ledger(&hub, &run);
    let still = of_service(&after, |row| row["status"] == "throttled");
    let mut expected = throttled;
    assert!(expected.remove(HUB).is_some());
    assert_eq!(still, expected, "the account is read again, and no other");
    assert_eq!(hub.fake_says("problems"), json!([]));
}

fn a_scan_that_is_stopped_gives_its_lease_back(hub: &Deployment) {
    hub.fault(&json!([{"service": "iam", "operation": "GetAccountAuthorizationDetails", "kind": "timeout", "seconds": 20, "times": 2}]));
    let stopped = hub.start_scan("stopped");
    hub.until_met("GetAccountAuthorizationDetails");
    assert_eq!(hub.patterns()["holder"], "stopped");
    hub.stop(&stopped);
    assert_eq!(hub.wait(&stopped)["status"], "ABORTED");
    until("the lease is given back", || {
        hub.patterns()["holder"].is_null().then_some(())
    });
    hub.forget_faults();
}

fn a_schedule_that_fires_meanwhile_is_skipped(hub: &Deployment) {
    let fired = hub.fire("e8a1");
    let told = hub.wait(&fired);
    assert_eq!(told["status"], "SUCCEEDED", "{told}");
    let output: Value = serde_json::from_str(told["output"].as_str().unwrap()).unwrap();
    assert_eq!(
        (&output["outcome"], &output["run"]),
        (&json!("skipped"), &json!("scheduled-e8a1"))
    );
    assert!(output["reason"].as_str().unwrap().contains("first"), "{output}");
}

/// The name of the run.
fn a_change_has_its_account_read_again(hub: &Deployment) -> String {
    let (name, told) = until("the account is read again", || {
        let executions = hub.executions("RescanAccountStateMachineArn");
        executions.into_iter().find(|(_, told)| told["status"] != "RUNNING")
    });
    assert_eq!(told["status"], "SUCCEEDED", "{told}");
    assert!(name.starts_with(&format!("change-{HUB}-")), "{name}");
    let input: Value = serde_json::from_str(told["input"].as_str().unwrap()).unwrap();
    assert_eq!(input, json!({"account": HUB}));
    assert_eq!(hub.executions("RescanAccountStateMachineArn").len(), 1);
    format!("{name}-1")
}

fn ledger(hub: &Deployment, run: &str) -> Vec<Value> {
    let folder = tempfile::tempdir().unwrap();
    hub.download(&format!("captures/{run}/coverage"), folder.path());
    let bytes = fs::read(folder.path().join(format!("captures/{run}/coverage.ndjson.zst"))).unwrap();
    let text = String::from_utf8(zstd::decode_all(bytes.as_slice()).unwrap()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn is_of_service(row: &Value) -> bool {
    row["source"].as_str().unwrap().starts_with(&format!("{THROTTLED}:"))
}

/// Accounts with such rows about the service, and how many each has.
fn of_service(rows: &[Value], which: impl Fn(&Value) -> bool) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for row in rows.iter().filter(|row| is_of_service(row) && which(row)) {
        *found.entry(row["account"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    found
}
