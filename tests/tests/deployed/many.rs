//! More accounts than are read at a time: what travels between states are pointers, and every account is read.

use std::collections::BTreeMap;
use std::fs;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::running::{Deployment, Organization};

/// Above the 40 that the template has read at a time.
const ACCOUNTS: u64 = 45;
/// Says how many accounts there are instead: docs/benchmarks.md has what came of a thousand.
const VARIABLE: &str = "SV0_TEST_ACCOUNTS";
/// What a state may be given, and give.
const MOST: u64 = 8 * 1024;

#[test]
#[ignore = "slow: builds and deploys the programs"]
fn many_accounts_are_read_and_leave_nothing_but_pointers_between_states() {
    let accounts = std::env::var(VARIABLE).map_or(ACCOUNTS, |number| number.parse().unwrap());
    let organization = Organization::of(accounts);
    let parameters = json!({"OrganizationId": "o-exampleorgid", "Regions": "eu-west-1", "LastAccessed": "off"});
    let hub = Deployment::over(&organization.endpoint, Organization::HUB, &parameters);
    let (execution, began) = (hub.start_scan("first"), Instant::now());
    let told = hub.wait_for(&execution, Duration::from_secs(300 + 4 * accounts));
    let wall = began.elapsed().as_secs_f64();
    assert_eq!(told["status"], "SUCCEEDED", "{told}");
    assert_eq!(output(&told)["unfinished_tasks"], 0, "{told}");

    let payloads = hub.payloads(&execution);
    println!("{accounts} accounts in {wall:.0} s: {payloads}");
    assert_eq!(payloads["children"], accounts);
    for largest in [&payloads["own"]["largest"], &payloads["largest_of_children"]] {
        assert!(
            largest.as_u64().is_some_and(|bytes| bytes > 0 && bytes <= MOST),
            "{payloads}"
        );
    }
    let read = accounts_read(&hub);
    assert_eq!(read.len() as u64, accounts);
    let other: Vec<_> = read.iter().filter(|(_, status)| *status != "ok").collect();
    assert!(other.is_empty(), "{other:?}");
}

fn output(told: &Value) -> Value {
    serde_json::from_str(told["output"].as_str().unwrap()).unwrap()
}

/// What the ledger says of who may what in each account.
fn accounts_read(hub: &Deployment) -> BTreeMap<String, String> {
    let folder = tempfile::tempdir().unwrap();
    hub.download("captures/first/coverage", folder.path());
    let ledger = fs::read(folder.path().join("captures/first/coverage.ndjson.zst")).unwrap();
    let ledger = String::from_utf8(zstd::decode_all(ledger.as_slice()).unwrap()).unwrap();
    let rows = ledger.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let details = rows.filter(|row| row["source"] == "iam:authorization-details");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    details
        .map(|row| (text(&row["account"]), text(&row["status"])))
        .collect()
}
