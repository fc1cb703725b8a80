//! Evidence of a live scan: the trail's log files are asked through Athena, and what comes out is what the log files themselves tell.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use sv0_collect::evidence::{Bucket, Day, Identifier, LogTable, OrganizationId, Prefix, Region, TrailLogs};
use sv0_collect::{Session, Target, calls};
use sv0_model::time::Timestamp;
use sv0_sources::MemorySink;

use super::collector::Collector;
use super::differences;
use super::recording::{EXAMPLE, Recording, fake};
use crate::fake_aws::FakeAws;
use crate::support::{Store, repository, run, scan, scan_with};

const REGIONS: [&str; 2] = ["eu-central-1", "eu-west-1"];
/// What a scan keeps of what the logs tell.
const EVIDENCE: [&str; 5] = ["observed-use", "assumptions", "chains", "callers", "notable-events"];

#[test]
fn the_log_files_are_asked_through_athena() {
    let fake = fake(&json!({}));
    make_table(&fake);
    let days = days();
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

/// From now back to before the example.
fn days() -> String {
    let first: Timestamp = "2026-02-27T00:00:00Z".parse().unwrap();
    ((Timestamp::now().as_second() - first.as_second()) / 86_400).to_string()
}

const BUCKET: &str = "s3://acme-org-cloudtrail";

/// A recording with the log files of the trail's bucket.
fn with_log_files(fake: &FakeAws, further: &[&str]) -> Recording {
    let days = days();
    let mut arguments = vec![
        "--regions",
        "eu-west-1,eu-central-1",
        "--evidence-days",
        &days,
        "--cloudtrail-logs",
        BUCKET,
    ];
    arguments.extend(further);
    let recording = Recording::of(fake, &arguments);
    recording.date_as_the_example();
    recording
}

/// The log files of a recording, by path.
fn log_files(recording: &Recording) -> BTreeMap<String, Vec<u8>> {
    let folder = recording.path().join("cloudtrail/AWSLogs");
    let files = walkdir::WalkDir::new(&folder).into_iter().map(Result::unwrap);
    let files = files.filter(|entry| entry.file_type().is_file());
    files
        .map(|file| {
            let path = file.path().strip_prefix(&folder).unwrap().to_str().unwrap().to_owned();
            (path, std::fs::read(file.path()).unwrap())
        })
        .collect()
}

#[test]
fn the_log_files_are_read_straight_from_the_bucket() {
    let fake = fake(&json!({}));
    let recording = with_log_files(&fake, &[]);
    assert_eq!(fake.problems(), Vec::<Value>::new());
    let files = log_files(&recording);
    let copied = walkdir::WalkDir::new(repository().join(EXAMPLE).join("cloudtrail/AWSLogs")).into_iter();
    assert_eq!(
        files.len(),
        copied
            .filter(|entry| entry.as_ref().unwrap().file_type().is_file())
            .count()
    );
    let row = recording.row("organization", "global", "cloudtrail:log-files");
    assert_eq!(
        (&row["status"], &row["items"]),
        (&json!("ok"), &json!(files.len())),
        "{row}"
    );
    let row = recording.row("912746058213", "eu-west-1", "cloudtrail:logs");
    assert_eq!(
        (&row["status"], row["items"].as_u64() > Some(0)),
        (&json!("ok"), true),
        "{row}"
    );
    let row = recording.row("604915728338", "eu-central-1", "cloudtrail:logs");
    assert_eq!(row["status"], "missing", "{row}");
    let (live, example) = (evidence(&recording), evidence_of_example());
    assert_eq!(live.keys().collect::<Vec<_>>(), example.keys().collect::<Vec<_>>());
    for (name, rows) in &example {
        assert!(live.get(name) == Some(rows), "{name} differs");
    }
    let (live, example) = (scan(recording.path()), scan(&repository().join(EXAMPLE)));
    let differences: Vec<String> = ["findings", "paths"]
        .into_iter()
        .flat_map(|rows| differences(rows, &live, &example))
        .collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    let again = with_log_files(&fake, &[]);
    assert!(log_files(&again) == files, "a second run changes nothing");
}

/// How many hops of paths were not observed that nobody but the account's own logs of eu-west-1 would show.
fn not_observed(store: &Store, account: &str) -> usize {
    let paths = store.ask(&["paths", "--include-blocked"])["paths"].clone();
    let is_of_its_logs = |arn: &Value| {
        let parts: Vec<&str> = arn.as_str().unwrap().split(':').collect();
        parts.len() > 5 && parts[4] == account && ["", "eu-west-1"].contains(&parts[3])
    };
    let hops = paths
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|path| path["hops"].as_array().unwrap());
    let of_its_logs = hops.filter(|hop| is_of_its_logs(&hop["from"]) && is_of_its_logs(&hop["to"]));
    of_its_logs
        .filter(|hop| hop["observation"]["status"] == "not_observed")
        .count()
}

#[test]
fn a_folder_that_is_refused_is_no_silence() {
    const REFUSED: &str = "912746058213";
    let fake = fake(&json!({}));
    let whole = not_observed(&scan(with_log_files(&fake, &[]).path()), REFUSED);
    assert!(whole > 0, "where all is read, some is not observed");
    for (operation, code, status) in [
        ("ListObjectsV2", "access_denied", "denied"),
        ("GetObject", "access_denied", "denied"),
        ("ListObjectsV2", "throttle", "throttled"),
    ] {
        let holds = format!("{REFUSED}/CloudTrail/eu-west-1");
        fake.fault(&json!({"service": "s3", "operation": operation, "kind": code, "times": null, "holds": holds}));
        let recording = with_log_files(&fake, &[]);
        fake.forget_faults();
        let row = recording.row(REFUSED, "eu-west-1", "cloudtrail:logs");
        assert_eq!(
            (&row["status"], &row["operation"]),
            (&json!(status), &json!(format!("s3:{operation}"))),
            "{row}"
        );
        let code = if status == "denied" { "AccessDenied" } else { "SlowDown" };
        assert_eq!(row["error_code"], code, "{row}");
        assert_eq!(
            row["reason"].as_str().unwrap().contains("s3:ListBucket"),
            status == "denied",
            "{row}"
        );
        // The other folders were read.
        let row = recording.row(REFUSED, "eu-central-1", "cloudtrail:logs");
        assert_eq!(row["status"], "ok", "{row}");
        let row = recording.row("organization", "global", "cloudtrail:log-files");
        assert_eq!(row["status"], "partial", "{row}");
        let store = scan(recording.path());
        let text = store.ask(&["paths", "--include-blocked"])["paths"].to_string();
        assert!(
            text.contains("not every log file of account 912746058213 in eu-west-1 was read"),
            "{operation}"
        );
        let left = not_observed(&store, REFUSED);
        assert_eq!(left, 0, "{operation} {status}");
    }
}

/// `(arguments, what is said)`
#[test]
fn what_contradicts_the_log_files_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("capture");
    let out = out.to_str().unwrap();
    let example = repository().join(EXAMPLE);
    let example = example.to_str().unwrap();
    for (arguments, words) in [
        (
            vec![
                "capture",
                "--out",
                out,
                "--cloudtrail-logs",
                BUCKET,
                "--workgroup",
                "w",
                "--evidence-bucket",
                "b",
            ],
            "leave out --cloudtrail-logs to ask Athena",
        ),
        (
            vec!["capture", "--out", out, "--from", example, "--cloudtrail-logs", BUCKET],
            "leave out --from",
        ),
        (
            vec!["scan", "--capture", example, "--cloudtrail-logs", BUCKET],
            "add --live",
        ),
        (
            vec!["capture", "--out", out, "--cloudtrail-logs", "acme-org-cloudtrail"],
            "write s3://BUCKET",
        ),
        (
            vec![
                "capture",
                "--out",
                out,
                "--cloudtrail-logs",
                "s3://acme-org-cloudtrail/AWSLogs/o-acme1example",
            ],
            "before AWSLogs",
        ),
        (
            vec!["capture", "--out", out, "--cloudtrail-logs-max-bytes", "1"],
            "--cloudtrail-logs",
        ),
        (
            vec![
                "capture",
                "--out",
                out,
                "--cloudtrail-logs",
                BUCKET,
                "--cloudtrail-logs-max-bytes",
                "0",
            ],
            "0 is not in",
        ),
    ] {
        let output = run(&arguments, 2);
        let told = String::from_utf8(output.stderr).unwrap();
        let told: Vec<&str> = told.split_whitespace().filter(|word| *word != "│").collect();
        assert!(told.join(" ").contains(words), "{arguments:?}\n{told:?}");
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
