//! The recording function on an emulator of AWS: it keeps scans apart, what it writes is what a local scan keeps, and a reader with boto3 finds it where the
//! documentation says.

mod estate;

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use sv0_model::coverage::CoverageRow;
use sv0_model::time::Timestamp;
use sv0_record::RecordError;
use sv0_state::{STATE_FILE, SightingKind, SqliteState, StateStore};

use crate::fake_aws::python;
use crate::support::{repository, run_json, sv0};
use estate::{Deployment, RESULTS, Scanned, TABLE};

#[test]
fn a_run_is_recorded_as_a_local_scan_records_it() {
    let deployment = Deployment::start();
    let scanned = Scanned::acme("2026-03-02T06:00:00Z");
    deployment.upload(&scanned);
    let run = scanned.run_id();
    deployment.ok(json!({"stage": "begin", "run": run}));
    let recorded = deployment.ok(json!({"stage": "record", "run": run}));
    assert_eq!(recorded["status"], "done");
    assert_eq!(
        recorded["counts"]["appeared"].as_u64().unwrap(),
        things(&scanned),
        "{recorded}"
    );
    let ended = deployment.ok(json!({"stage": "end", "run": run, "outcome": "succeeded"}));
    assert_eq!(
        ended,
        json!({"stage": "end", "run": run, "status": "done", "events": {"sent": 0, "left_out": 0}})
    );

    let state = deployment.state();
    let local = SqliteState::open(&scanned.folder.path().join(STATE_FILE)).unwrap();
    assert_eq!(state.runs().unwrap(), local.runs().unwrap());
    for kind in SightingKind::ALL {
        let ids = scanned.ids(kind);
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let histories = local.history(kind, &ids).unwrap();
        assert_eq!(histories.len(), ids.len());
        assert_eq!(state.history(kind, &ids).unwrap(), histories, "{kind:?}");
        assert_eq!(
            state.documents(kind, &ids).unwrap(),
            local.documents(kind, &ids).unwrap(),
            "{kind:?}"
        );
    }
    let rows: Vec<CoverageRow> = scanned
        .rows("coverage.ndjson")
        .into_iter()
        .map(|row| serde_json::from_value(row).unwrap())
        .collect();
    let mut by_account: BTreeMap<&str, Vec<CoverageRow>> = BTreeMap::new();
    rows.iter()
        .for_each(|row| by_account.entry(&row.account).or_default().push(row.clone()));
    assert!(by_account.len() > 3);
    for (account, mut rows) in by_account {
        rows.sort();
        assert_eq!(state.coverage(account).unwrap(), rows, "{account}");
        assert_eq!(local.coverage(account).unwrap(), rows, "{account}");
    }
    read_with_boto3(&deployment, &scanned);
    ask_with_the_command_line(&deployment, &scanned);
}

/// Everything that a local scan keeps.
fn things(scanned: &Scanned) -> u64 {
    SightingKind::ALL
        .iter()
        .map(|kind| scanned.ids(*kind).len() as u64)
        .sum()
}

/// A script reads the table as the documentation says, and finds what the run's objects hold.
fn read_with_boto3(deployment: &Deployment, scanned: &Scanned) {
    let documentation = fs::read_to_string(repository().join("docs/data-model.md")).unwrap();
    let example = documentation
        .split("```python")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    let output = Command::new(python())
        .arg(repository().join("tests/tests/recording/read.py"))
        .args([TABLE, scanned.run_folder().to_str().unwrap()])
        .env("EXAMPLE", example)
        .env("AWS_ENDPOINT_URL", deployment.endpoint())
        .envs(estate::CREDENTIALS)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(said.contains("read everything"), "{said}");
}

/// Query commands answer the same from the table's bucket as from the folder.
fn ask_with_the_command_line(deployment: &Deployment, scanned: &Scanned) {
    let folder = scanned.folder.path().to_str().unwrap();
    let ask = |arguments: &[&str]| {
        let mut command = sv0(arguments);
        command.args(["--store", &format!("dynamodb://{TABLE}"), "--json"]);
        // Only what is named is asked here: a call to another service would end in the network.
        command
            .env("AWS_ENDPOINT_URL_DYNAMODB", deployment.endpoint())
            .env("AWS_ENDPOINT_URL_S3", deployment.endpoint());
        let output = command.envs(estate::CREDENTIALS).output().unwrap();
        assert!(
            output.status.success(),
            "{arguments:?} {}",
            String::from_utf8_lossy(&output.stdout)
        );
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    let bucket = "arn:aws:s3:::acme-orders";
    for arguments in [
        &["findings"][..],
        &["findings", "--severity", "high"],
        &["paths"],
        &["coverage"],
        &["who-can", "s3:GetObject", bucket],
        &["paths", "--as-of", "2026-03-03T00:00:00Z"],
    ] {
        let local = sv0(arguments).args(["--store", folder, "--json"]).output().unwrap();
        if local.status.success() {
            let local: Value = serde_json::from_slice(&local.stdout).unwrap();
            assert_eq!(ask(arguments), local, "{arguments:?}");
        }
    }
    assert_eq!(ask(&["findings"]), run_json(&["findings", "--store", folder]));
    let report = ask(&["report"]);
    assert_eq!(
        report["report"],
        format!("{RESULTS}/runs/{}/report/index.html", scanned.run_id())
    );
}

#[test]
fn a_table_that_cannot_be_asked_is_an_error_with_what_to_do() {
    let deployment = Deployment::start();
    for (store, code, help) in [
        ("dynamodb://sv0-state", "not_deployed", "start it"),
        ("dynamodb://another-table", "table", "stack's outputs"),
        ("dynamodb://", "bad_input", "dynamodb://TABLE"),
        ("dynamodb://a/b", "bad_input", "dynamodb://TABLE"),
        ("s3://results", "store_kind", "dynamodb://TABLE"),
    ] {
        let mut command = sv0(&["findings", "--json", "--store", store]);
        command
            .env("AWS_ENDPOINT_URL_DYNAMODB", deployment.endpoint())
            .envs(estate::CREDENTIALS);
        let output = command.output().unwrap();
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(answer["error"]["code"], code, "{answer}");
        assert!(answer["error"]["help"].as_str().unwrap().contains(help), "{answer}");
    }
    deployment.ok(json!({"stage": "begin", "run": "r"}));
    let mut command = sv0(&["findings", "--json", "--store", "dynamodb://sv0-state"]);
    command
        .env("AWS_ENDPOINT_URL", deployment.endpoint())
        .envs(estate::CREDENTIALS);
    let answer: Value = serde_json::from_slice(&command.output().unwrap().stdout).unwrap();
    assert_eq!(answer["error"]["code"], "no_run", "{answer}");
}

#[test]
fn one_run_scans_at_a_time() {
    let deployment = Deployment::start();
    deployment.ok(json!({"stage": "begin", "run": "one"}));
    deployment.ok(json!({"stage": "begin", "run": "one"}));
    for event in [
        json!({"stage": "begin", "run": "two"}),
        json!({"stage": "record", "run": "two"}),
    ] {
        let error = deployment.send(event).unwrap_err();
        assert!(
            matches!(&error, RecordError::ScanInProgress { holder, .. } if holder == "one"),
            "{error}"
        );
    }
    deployment.ok(json!({"stage": "end", "run": "two", "outcome": "failed"}));
    assert_eq!(
        deployment.told(),
        Vec::<Value>::new(),
        "a run that was turned away is no news"
    );
    assert!(
        deployment.send(json!({"stage": "begin", "run": "two"})).is_err(),
        "and gives nobody's lease back"
    );
    let error = deployment.send(json!({"stage": "record", "run": "one"})).unwrap_err();
    assert!(matches!(error, RecordError::NotPublished { .. }), "{error}");
    deployment.ok(json!({"stage": "end", "run": "one", "outcome": "failed", "reason": "CaptureUnusable"}));
    let told = deployment.told();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["DetailType"], "Scan Failed");
    assert_eq!(told[0]["Source"], "sv0.hub");
    deployment.ok(json!({"stage": "begin", "run": "two"}));
}

#[test]
fn the_bus_is_told_what_changed_and_only_once() {
    let deployment = Deployment::start();
    let first = Scanned::acme("2026-03-02T06:00:00Z");
    deployment.upload(&first);
    deployment.refuse_half_of_the_events();
    let answer = deployment.ok(json!({"stage": "record", "run": first.run_id()}));
    let told = deployment.told();
    let findings = first.ids(SightingKind::Finding).len();
    assert_eq!(told.len(), findings.min(200) + 1, "every event was taken once");
    assert_eq!(
        answer["events"],
        json!({"sent": told.len(), "left_out": findings.saturating_sub(200)})
    );
    assert!(told.iter().all(|event| event["EventBusName"] == "sv0-hub"));
    let finished = told
        .iter()
        .find(|event| event["DetailType"] == "Scan Finished")
        .unwrap();
    let detail: Value = serde_json::from_str(finished["Detail"].as_str().unwrap()).unwrap();
    assert_eq!(detail["findings"]["opened"], findings);
    assert_eq!(detail["run"], first.run_id());

    let again = deployment.ok(json!({"stage": "record", "run": first.run_id()}));
    assert_eq!(again["counts"], answer["counts"]);
    assert_eq!(
        deployment.told().len(),
        told.len(),
        "the same event again tells nothing"
    );
    deployment.ok(json!({"stage": "end", "run": first.run_id(), "outcome": "succeeded"}));

    let second = Scanned::acme("2026-03-09T06:00:00Z");
    deployment.upload(&second);
    let answer = deployment.ok(json!({"stage": "record", "run": second.run_id()}));
    assert_eq!(answer["counts"]["appeared"], 0);
    assert_eq!(answer["counts"]["unchanged"], things(&second));
    let more: Vec<Value> = deployment.told().split_off(told.len());
    let kinds: Vec<&str> = more.iter().map(|event| event["DetailType"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["Scan Finished"], "an unchanged estate is one event");
}

#[test]
fn a_worker_without_time_answers_that_it_has_to_be_sent_again() {
    let deployment = Deployment::start();
    let scanned = Scanned::acme("2026-03-02T06:00:00Z");
    deployment.upload(&scanned);
    let event = json!({"stage": "record", "run": scanned.run_id()});
    let glances = Mutex::new(0);
    let left = move || {
        let mut glances = glances.lock().unwrap();
        *glances += 1;
        Duration::from_secs(if *glances % 4 == 0 { 5 } else { 600 })
    };
    let invocation = deployment.invocation(Arc::new(left));
    let mut statuses = Vec::new();
    while statuses.last() != Some(&json!("done")) {
        let answer = sv0_record::handle(&deployment.host, event.clone(), &invocation).unwrap();
        let answer = serde_json::to_value(answer).unwrap();
        assert!(answer.to_string().len() < 8192);
        statuses.push(answer["status"].clone());
        assert!(statuses.len() < 1000);
    }
    assert!(statuses.len() > 2, "{statuses:?}");
    assert_eq!(deployment.state().runs().unwrap().len(), 1);
    let now: Timestamp = "2026-03-02T06:00:00Z".parse().unwrap();
    let ids = scanned.ids(SightingKind::Route);
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let histories = deployment.state().history(SightingKind::Route, &ids).unwrap();
    assert_eq!(histories.len(), ids.len());
    assert!(histories.values().all(|history| history.last_seen == now));
}
