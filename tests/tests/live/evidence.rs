//! Evidence of a live scan: the trail's log files are asked through Athena, and what comes out is what the log files themselves tell.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use sv0_collect::evidence::{Bucket, Day, Identifier, LogTable, OrganizationId, Prefix, Region, TrailLogs};
use sv0_collect::{Session, Target, calls};
use sv0_model::time::Timestamp;
use sv0_sources::MemorySink;

use super::collector::Collector;
use super::recording::{EXAMPLE, Recording, fake};
use crate::fake_aws::FakeAws;
use crate::support::{repository, scan_with};

const REGIONS: [&str; 2] = ["eu-central-1", "eu-west-1"];
/// What a scan keeps of what the logs tell.
const EVIDENCE: [&str; 5] = ["observed-use", "assumptions", "chains", "callers", "notable-events"];

#[test]
fn the_log_files_are_asked_through_athena() {
    let fake = fake(&json!({}));
    make_table(&fake);
    // From now back to before the example.
    let first: Timestamp = "2026-02-27T00:00:00Z".parse().unwrap();
    let days = ((Timestamp::now().as_second() - first.as_second()) / 86_400).to_string();
    let recording = Recording::of(
        &fake,
        &[
            "--regions",
            "eu-west-1,eu-central-1",
            "--workgroup",
            "securityv0",
            "--evidence-bucket",
            "securityv0-hub",
            "--evidence-days",
            &days,
        ],
    );
    let row = recording.row("organization", "global", "athena:observed-use");
    assert_eq!(
        (&row["status"], row["items"].as_u64() > Some(0)),
        (&json!("ok"), true),
        "{row}"
    );
    assert!(row["reason"].as_str().unwrap().contains("US dollars"), "{row}");
    recording.date_as_the_example();
    let (live, example) = (evidence(&recording), evidence_of_example());
    assert_eq!(live.keys().collect::<Vec<_>>(), example.keys().collect::<Vec<_>>());
    for (name, rows) in &example {
        assert!(live.get(name) == Some(rows), "{name} differs");
    }
}

/// The statements that make the table, as the documentation prints them.
pub fn table_statements(regions: &[&str]) -> [String; 2] {
    let table = LogTable {
        database: Identifier::new("securityv0").unwrap(),
        table: Identifier::new("cloudtrail").unwrap(),
    };
    let logs = TrailLogs {
        bucket: Bucket::new("acme-org-cloudtrail").unwrap(),
        prefix: Prefix::new("").unwrap(),
        organization: Some(OrganizationId::new("o-acme1example").unwrap()),
    };
    let regions: Vec<Region> = regions.iter().map(|region| Region::new(region).unwrap()).collect();
    let first: Timestamp = "2019-01-01T00:00:00Z".parse().unwrap();
    [
        "CREATE DATABASE securityv0".to_owned(),
        table.statement(&logs, &regions, Day::of(first)),
    ]
}

fn make_table(fake: &FakeAws) {
    let target = Target {
        session: Session::Hub,
        region: fake.region.clone(),
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let work = Collector::of(fake).work(&Arc::new(MemorySink::default()));
        for statement in table_statements(&REGIONS) {
            let asked = json!({"QueryString": statement, "WorkGroup": "securityv0"});
            let asked = asked.as_object().unwrap().clone();
            let call = &calls::athena::START_QUERY_EXECUTION;
            let id = work.api.call(&target, call, asked).await.unwrap()["QueryExecutionId"].clone();
            let asked = json!({ "QueryExecutionId": id });
            let asked = asked.as_object().unwrap().clone();
            loop {
                let call = &calls::athena::GET_QUERY_EXECUTION;
                let answer = work.api.call(&target, call, asked.clone()).await.unwrap();
                match answer["QueryExecution"]["Status"]["State"].as_str() {
                    Some("SUCCEEDED") => break,
                    Some("QUEUED" | "RUNNING") => {}
                    _ => panic!("{statement}: {answer}"),
                }
            }
        }
    });
}

fn evidence(recording: &Recording) -> BTreeMap<String, Vec<Value>> {
    rows(scan_with(recording.path(), &[]).objects())
}

fn evidence_of_example() -> BTreeMap<String, Vec<Value>> {
    rows(scan_with(&repository().join(EXAMPLE), &[]).objects())
}

fn rows(objects: Vec<(String, Vec<u8>)>) -> BTreeMap<String, Vec<Value>> {
    let of_evidence = objects.into_iter().filter_map(|(key, bytes)| {
        let name = EVIDENCE
            .into_iter()
            .find(|name| key.ends_with(&format!("evidence/{name}.ndjson.zst")))?;
        let text = String::from_utf8(bytes).unwrap();
        let rows = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        Some((name.to_owned(), rows))
    });
    of_evidence.collect()
}
