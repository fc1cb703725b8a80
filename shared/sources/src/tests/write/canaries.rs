//! Secrets in the places where AWS prints them: none reaches what is stored. Every capture that the tests of the reader make is copied and searched too,
//! see `testkit::assert_copies`.

use serde_json::{Value, json};

use crate::testkit::{CANARY, Capture, HUB, MEMBER, REGION, stored};
use crate::{CopyOptions, copy_capture};

#[test]
fn files_that_make_no_record_hold_no_canary_either() {
    let recorder = json!({"AccountId": MEMBER, "Region": REGION, "Other": CANARY, "ConfigurationRecordersStatus": [],
        "ConfigurationRecorders": [{"name": "default", "roleARN": "arn:aws:iam::444455556666:role/kept", "apiToken": CANARY}]});
    let deleted = json!({"accountId": MEMBER, "resourceType": "AWS::Lambda::Function", "resourceId": "x", "configurationItemStatus": "ResourceDeleted",
        "configuration": {"environment": {"variables": {"A": CANARY}}}});
    let unreadable = json!({"accountId": MEMBER, "resourceType": "AWS::Lambda::Function", "resourceId": "y", "configuration": "CANARY {"});
    let row = json!({"account": HUB, "region": REGION, "source": "config:AWS::S3::Bucket", "status": "denied", "other": CANARY,
        "reason": "https://h/k?X-Amz-Signature=CANARY"});
    let capture = Capture::new()
        .lines("config/recorders.ndjson", &[recorder])
        .lines("config/AWS-Lambda-Function.ndjson", &[deleted, unreadable])
        .lines("coverage.ndjson", std::slice::from_ref(&row))
        .json(&format!("accounts/{HUB}/status.json"), &row)
        .file("notes.txt", CANARY)
        .file(
            &format!("accounts/{HUB}/{REGION}/lambda/functions.ndjson"),
            "{\"a\":\"CANARY\"}",
        );
    capture.read();
    let out = tempfile::TempDir::new().unwrap();
    copy_capture(capture.root(), out.path(), &CopyOptions::default(), &|_| {}).unwrap();
    let files = stored(out.path());
    let text: String = files
        .values()
        .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
        .collect();
    assert_eq!(files.len(), 5);
    assert!(!text.contains(CANARY), "{text}");
    for kept in [
        "role/kept",
        "ResourceDeleted",
        "https://h/k?[redacted]",
        "\"configuration\":\"[redacted]\"",
    ] {
        assert!(text.contains(kept), "{kept} {text}");
    }
}

/// An item that reads as a page of another: it is written such that it stays what it is.
#[test]
fn an_item_that_looks_like_a_page_stays_an_item() {
    let file = format!("accounts/{MEMBER}/{REGION}/glue/jobs.ndjson");
    let job = json!({"Name": "outer", "Job": {"Name": "inner"}});
    let capture = Capture::new().lines(&file, &[json!({"Jobs": [job]})]);
    let bodies: Vec<Value> = capture.read().records.into_iter().map(|record| record.body).collect();
    assert_eq!(bodies, [job]);
}
