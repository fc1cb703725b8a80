//! The hub as it is deployed: its template on an emulator of CloudFormation, Lambda, Step Functions, S3 and DynamoDB, its programs as they are, and the fake AWS before everything that is read. A scan by the state machine
//! leaves what a scan on one machine leaves.

mod many;
mod meanwhile;
mod running;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::live::recording::{SPOKES, words};
use crate::support::{scan_with, sv0};
use running::Deployment;

const LOST: [&str; 2] = ["271650948133", "845302917764"];

/// The objects of a folder by their names, decompressed, without what is said of times.
fn objects(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap);
    let files = files.filter(|entry| entry.file_type().is_file() && entry.file_name() != "manifest.json");
    let objects = files.map(|entry| {
        let key = entry.path().strip_prefix(folder).unwrap().display().to_string();
        let bytes = fs::read(entry.path()).unwrap();
        let bytes = match key.ends_with(".zst") {
            true => zstd::decode_all(bytes.as_slice()).unwrap(),
            false => bytes,
        };
        (key, bytes)
    });
    objects.collect()
}

fn assert_same(found: &BTreeMap<String, Vec<u8>>, expected: &BTreeMap<String, Vec<u8>>) {
    assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    let other: Vec<&String> = expected
        .iter()
        .filter(|(key, bytes)| found.get(*key) != Some(bytes))
        .map(|(key, _)| key)
        .collect();
    assert!(other.is_empty(), "not as on one machine: {other:?}");
}

/// What `sv0 capture` writes of the same organization.
fn captured(hub: &Deployment) -> BTreeMap<String, Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let mut command = sv0(&["capture", "--out", out, "--regions", "eu-west-1,eu-central-1", "--json"]);
    let output = command.envs(hub.environment()).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", words(&output));
    objects(folder.path())
}

/// The objects of a capture without the times at which it was made: those of its header and of its ledger.
fn without_times(mut objects: BTreeMap<String, Vec<u8>>) -> BTreeMap<String, Vec<u8>> {
    for key in ["capture.json", "coverage.ndjson.zst"] {
        let bytes = objects.remove(key).unwrap();
        let rows = serde_json::Deserializer::from_slice(&bytes).into_iter::<Value>();
        let rows = rows.map(|row| {
            let mut row = row.unwrap();
            row["captured_at"].take();
            format!("{row}\n")
        });
        let text: String = rows.collect();
        objects.insert(key.to_owned(), text.into_bytes());
    }
    objects
}

/// Ids of the findings in a folder of results.
fn finding_ids(run: &Path) -> Vec<String> {
    let text = zstd::decode_all(fs::read(run.join("findings/findings.ndjson.zst")).unwrap().as_slice()).unwrap();
    let rows = String::from_utf8(text).unwrap();
    let mut ids: Vec<String> = rows
        .lines()
        .map(|line| {
            serde_json::from_str::<Value>(line).unwrap()["id"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    ids.sort();
    ids
}

#[test]
#[ignore = "slow: builds and deploys the programs"]
fn a_scan_by_the_state_machine_leaves_what_a_scan_on_one_machine_leaves() {
    let hub = Deployment::start(&SPOKES);
    let first = hub.start_scan("first");
    let told = hub.wait(&first);
    assert_eq!(told["status"], "SUCCEEDED", "{told}");
    assert_eq!(hub.fake_says("problems"), json!([]));

    let folder = tempfile::tempdir().unwrap();
    hub.download("", folder.path());
    let capture = folder.path().join("captures/first");
    let local = scan_with(&capture, &[]);
    assert_same(&without_times(objects(&capture)), &without_times(captured(&hub)));
    let run = folder.path().join("runs/first");
    assert_same(&objects(&run), &local.objects().into_iter().collect());
    let (table, ids) = (hub.patterns(), finding_ids(&run));
    assert!(!ids.is_empty());
    assert_eq!(
        (&table["findings"], &table["found_by_id"]),
        (&json!(ids), &json!(ids.len()))
    );
    assert_eq!(
        (&table["newest_run"], &table["pending_run"], &table["holder"]),
        (&json!("first"), &Value::Null, &Value::Null)
    );
    assert_eq!(table["runs"].as_array().unwrap().len(), 1);
    // The same name again starts no other scan.
    let again = hub.begin(&json!({"name": "first"}));
    assert!(
        again["execution"] == first || again["error"] == "ExecutionAlreadyExists",
        "{again}"
    );
}

#[test]
#[ignore = "slow: builds and deploys the programs"]
fn accounts_that_refuse_and_workers_that_die_cost_no_other() {
    let kept: Vec<&str> = SPOKES.into_iter().filter(|account| !LOST.contains(account)).collect();
    let hub = Deployment::start(&kept);
    // One answer that is waited for, so that there is a worker to kill.
    hub.fault(&json!([
        {"service": "iam", "operation": "GetAccountAuthorizationDetails", "account": kept[0], "kind": "timeout", "seconds": 20},
        {"service": "lambda", "operation": "*", "account": kept[1], "kind": "throttle", "times": 20},
    ]));
    let first = hub.start_scan("first");
    hub.until_met("GetAccountAuthorizationDetails");
    // As a schedule does while a scan runs.
    let skipped = hub.wait(&hub.start_scan("second"));
    assert!(hub.kill_workers() > 0);
    let outcome: Value = serde_json::from_str(skipped["output"].as_str().unwrap()).unwrap();
    assert_eq!(
        (&outcome["outcome"], &outcome["run"]),
        (&json!("skipped"), &json!("second"))
    );
    let told = hub.wait(&first);
    assert_eq!(
        (&told["status"], &skipped["status"]),
        (&json!("SUCCEEDED"), &json!("SUCCEEDED")),
        "{told} {skipped}"
    );

    let folder = tempfile::tempdir().unwrap();
    hub.download("", folder.path());
    assert!(!folder.path().join("runs/second").exists(), "one scan at a time");
    let coverage = fs::read(folder.path().join("captures/first/coverage.ndjson.zst")).unwrap();
    let coverage = String::from_utf8(zstd::decode_all(coverage.as_slice()).unwrap()).unwrap();
    let rows: Vec<Value> = coverage
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    for account in SPOKES {
        let details = rows
            .iter()
            .find(|row| row["account"] == account && row["source"] == "iam:authorization-details")
            .unwrap();
        let want = if LOST.contains(&account) { "denied" } else { "ok" };
        assert_eq!(details["status"], want, "{details}");
    }
}
