//! The alerts on calls outside the list: the query runs over log files and the rules over events, and both tell of the same calls.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use serde_json::{Value, json};
use sv0_collect::permissions::{rows, watch};

use super::characters;
use super::events::{event, fits, rules};
use super::stack::Stack;
use crate::athena::engine;
use crate::support::repository;

const ROLE: &str = "SecurityV0ReadOnly";

fn query() -> String {
    fs::read_to_string(repository().join("docs/calls-outside-the-list.sql")).unwrap()
}

/// A call by a session of a role, in an account.
fn call(role: &str, service: &str, name: &str) -> Value {
    let mut event = event(service, name);
    event["detail"]["eventTime"] = json!("2026-03-02T06:00:00Z");
    event["detail"]["awsRegion"] = json!("eu-west-1");
    event["detail"]["recipientAccountId"] = json!("444455556666");
    event["detail"]["userIdentity"] = json!({
        "type": "AssumedRole", "arn": format!("arn:aws:sts::444455556666:assumed-role/{role}/SecurityV0-444455556666-1772431200"),
        "sessionContext": {"sessionIssuer": {"type": "Role", "userName": role, "arn": format!("arn:aws:iam::444455556666:role/{role}")}},
    });
    event
}

/// Calls that must be told of, and calls that must not.
fn outside() -> Vec<Value> {
    let mut refused = call(ROLE, "s3", "GetBucketPolicy");
    refused["detail"]["errorCode"] = json!("AccessDenied");
    let mut others = vec![refused];
    others.extend(
        [
            ("s3", "GetObject"),
            ("lambda", "GetFunction20150331v2"),
            ("lambda", "ListFunctionsByCodeSigningConfig"),
            ("lambda", "Invoke"),
            ("iam", "CreateUser"),
            ("iam", "ListUsers"),
            ("secretsmanager", "GetSecretValue"),
            ("ssm", "GetParameter"),
            ("dynamodb", "Scan"),
            ("sts", "AssumeRole"),
            ("kms", "Decrypt"),
            ("bedrock", "InvokeModel"),
            ("guardduty", "ListDetectors"),
            // The name of another service's call.
            ("ec2", "ListFunctions"),
        ]
        .map(|(service, name)| call(ROLE, service, name)),
    );
    others
}

/// Every call of the list, as CloudTrail writes it, and calls of somebody else.
fn inside() -> Vec<Value> {
    let mut calls = Vec::new();
    for (source, names) in watch::events(rows()) {
        let service = source.trim_end_matches(".amazonaws.com");
        for name in names {
            calls.push(call(ROLE, service, name));
            if service == "lambda" {
                calls.push(call(ROLE, service, &format!("{name}20150331")));
                calls.push(call(ROLE, service, &format!("{name}20181031v2")));
            }
        }
    }
    assert!(calls.len() > 100);
    calls
        .extend([("s3", "GetObject"), ("iam", "CreateUser")].map(|(service, name)| call("Application", service, name)));
    calls.push(call("SecurityV0ReadOnlyNot", "s3", "GetObject"));
    calls
}

fn alert() -> Stack {
    let stack = Stack::new(
        "alert.yaml",
        &[("TopicArn", "arn:aws:sns:eu-west-1:444455556666:alerts")],
    );
    assert_eq!(stack.refused(), Vec::<String>::new());
    stack
}

#[test]
fn rules_tell_of_every_call_outside_the_list_and_of_no_other() {
    let rules = rules(&alert());
    let is_told = |event: &Value| rules.iter().any(|rule| fits(&rule["EventPattern"], event));
    for event in outside() {
        assert!(is_told(&event), "{event}");
    }
    for event in inside() {
        assert!(!is_told(&event), "{event}");
    }
}

#[test]
fn rules_see_reads_are_small_and_tell_the_topic() {
    for rule in rules(&alert()) {
        // Source: Amazon EventBridge User Guide, "Read-only management events from AWS services".
        assert_eq!(rule["State"], "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS");
        let mut longest = rule["EventPattern"].clone();
        longest["detail"]["userIdentity"]["sessionContext"]["sessionIssuer"]["userName"] = json!(["x".repeat(64)]);
        let characters = characters(&longest);
        assert!(
            characters <= watch::MOST_PATTERN_CHARACTERS,
            "{} has {characters}",
            rule["Name"]
        );
        assert_eq!(
            rule["Targets"],
            json!([{"Id": "topic", "Arn": "arn:aws:sns:eu-west-1:444455556666:alerts"}])
        );
        let name = rule["Name"].as_str().unwrap();
        assert!(
            name.starts_with("SecurityV0Alert-"),
            "{name}: the guard rail does not stop who deploys it"
        );
    }
}

/// Writes events as a log file of CloudTrail.
fn write_logs(folder: &Path, events: &[Value]) {
    let records: Vec<Value> = events
        .iter()
        .enumerate()
        .map(|(index, event)| {
            let mut record = event["detail"].clone();
            record["eventID"] = json!(format!("event-{index:04}"));
            record
        })
        .collect();
    let path = folder.join("AWSLogs/o-a1b2c3d4e5/444455556666/CloudTrail/eu-west-1/2026/03/02/file.json.gz");
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut file = flate2::write::GzEncoder::new(fs::File::create(path).unwrap(), flate2::Compression::fast());
    file.write_all(json!({"Records": records}).to_string().as_bytes())
        .unwrap();
    file.finish().unwrap();
}

#[test]
fn the_query_finds_every_call_outside_the_list_and_no_other() {
    let query = query();
    assert_eq!(
        engine::check(std::slice::from_ref(&query)),
        [Vec::<String>::new()],
        "Trino's parser takes it"
    );
    let logs = tempfile::tempdir().unwrap();
    let outside = outside();
    let events: Vec<Value> = [outside.clone(), inside()].concat();
    write_logs(logs.path(), &events);
    let found = engine::select(logs.path(), &query, &["'2026/03/01'", "'2026/03/02'"]);
    let ids: Vec<&str> = found.iter().map(|row| row["eventid"].as_str().unwrap()).collect();
    let expected: Vec<String> = (0..outside.len()).map(|index| format!("event-{index:04}")).collect();
    assert_eq!(ids, expected);
    assert_eq!(found[0]["errorcode"], "AccessDenied", "refused calls are told of too");
    assert!(
        found[1]["session"]
            .as_str()
            .unwrap()
            .contains("assumed-role/SecurityV0ReadOnly/")
    );
    assert_eq!(
        engine::select(logs.path(), &query, &["'2026/02/01'", "'2026/02/28'"]).len(),
        0
    );
}
