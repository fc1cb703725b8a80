//! The result hangs on nothing but what the capture says.

use serde_json::{Value, json};

use crate::testkit::{Capture, HUB, MEMBER, account, bucket, event, gzip, lines, log_path};
use crate::{ReadOptions, ReadProgress};

/// A capture whose files, pages and lines come in the order that `turn` makes of them.
fn capture(turn: fn(Vec<Value>) -> Vec<Value>) -> Capture {
    let names = |from: usize| {
        (from..from + 20)
            .map(|n| bucket(&format!("bucket-{n}")))
            .collect::<Vec<_>>()
    };
    let roles = |name: &str| json!({"RoleDetailList": [{"Arn": format!("arn:aws:iam::{MEMBER}:role/{name}")}]});
    let events = |from: usize| {
        (from..from + 20)
            .map(|n| event(&format!("event-{n}")))
            .collect::<Vec<_>>()
    };
    Capture::new()
        .lines("config/AWS-S3-Bucket.ndjson", &turn(names(0)))
        .json("config/AWS-S3-Bucket.json", &json!({"Results": turn(names(10))}))
        .json(
            "organizations/accounts.json",
            &Value::from(turn(vec![account(HUB), account(MEMBER)])),
        )
        .json(
            &format!("accounts/{MEMBER}/iam/authorization-details.json"),
            &Value::from(turn(vec![roles("a"), roles("b")])),
        )
        .file(
            &log_path("a.json.gz"),
            gzip(json!({"Records": turn(events(0))}).to_string()),
        )
        .file(
            &log_path("b.json.gz"),
            gzip(json!({"Records": turn(events(20))}).to_string()),
        )
        .file(
            "coverage.ndjson",
            lines(&turn(vec![row(HUB, "ok"), row(HUB, "denied"), row(MEMBER, "ok")])),
        )
        .file("unknown-a", "x")
        .file("unknown-b", "x")
}

fn row(account: &str, status: &str) -> Value {
    json!({"account": account, "region": "global", "source": "iam:authorization-details", "status": status})
}

#[test]
fn lines_pages_and_threads_change_nothing() {
    let read = |turn: fn(Vec<Value>) -> Vec<Value>, threads: usize| {
        let options = ReadOptions {
            threads,
            ..ReadOptions::default()
        };
        let contents = capture(turn).try_read(&options).unwrap();
        (
            contents.records,
            contents.events,
            contents.coverage,
            contents.diagnostics,
        )
    };
    let forwards = read(|values| values, 1);
    assert_eq!(forwards.0.len(), 30 + 2 + 2);
    assert_eq!(forwards.1.ids().len(), 40);
    let backwards = |values: Vec<Value>| values.into_iter().rev().collect();
    for threads in [1, 2, 4] {
        assert_eq!(read(|values| values, threads), forwards);
        assert_eq!(read(backwards, threads), forwards);
    }
}

#[test]
fn records_are_sorted_and_duplicates_stay_once_under_the_first_file() {
    let contents = capture(|values| values).read();
    let keys: Vec<_> = contents
        .records
        .iter()
        .map(|r| {
            (
                r.kind.clone(),
                r.account.clone(),
                r.region.clone(),
                r.origin.sha256.clone(),
            )
        })
        .collect();
    let mut sorted = keys.clone();
    sorted.sort();
    sorted.dedup();
    assert_eq!(keys, sorted);
    let in_both = contents
        .records
        .iter()
        .filter(|record| record.body["resourceId"] == "bucket-15");
    assert_eq!(
        in_both.map(|record| record.origin.object.as_str()).collect::<Vec<_>>(),
        ["config/AWS-S3-Bucket.json"]
    );
}

#[test]
fn progress_names_every_file_once() {
    let told = std::sync::Mutex::new(Vec::new());
    let capture = capture(|values| values);
    let contents =
        crate::read_capture::<crate::testkit::EventLog>(capture.root(), &ReadOptions::default(), &|progress| {
            told.lock().unwrap().push(progress);
        });
    let told = told.into_inner().unwrap();
    let inputs = contents.unwrap().inputs.len() as u64;
    assert_eq!(told[0], ReadProgress::Files { total: inputs - 1 });
    assert_eq!(told.len() as u64, inputs);
}
