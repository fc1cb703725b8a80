//! Recorded AWS answers made by others, dropped into a capture as they are.

use std::fs;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::support::{Capture, repository};

fn third_party(file: &str) -> Vec<u8> {
    fs::read(repository().join("tests/fixtures/third-party").join(file)).unwrap()
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn authorization_details_as_the_cli_prints_them() {
    let capture = Capture::new(None);
    let details = third_party("cloudsplaining/example-authz-details.json");
    capture.write("accounts/012345678901/iam/authorization-details.json", &details);
    let store = capture.scan();
    assert_eq!(
        store.summary["diagnostics"],
        json!([]),
        "a real answer raises no diagnostic"
    );

    let obama = "arn:aws:iam::012345678901:user/obama";
    let answer = store.ask(&["can", obama, "iam:CreateUser", "*"]);
    assert_eq!(
        answer["decision"], "allow",
        "AdministratorAccess through the group: {answer}"
    );
    let who = store.ask(&["who-can", "s3:GetObject", "*"]);
    let principals: Vec<&str> = who["principals"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["principal"].as_str().unwrap())
        .collect();
    assert!(principals.contains(&obama), "{principals:?}");
    let findings = store.ask(&["findings", "--kind", "admin_equivalent"]);
    let subjects: Vec<&Value> = findings["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| &f["subjects"][0])
        .collect();
    assert!(subjects.contains(&&json!(obama)), "{subjects:?}");
}

/// The events name an account and principals of their own; what matters is that they are counted, by principal and resource.
#[test]
fn recorded_events_in_cloudtrails_own_file_layout() {
    let events: Value = serde_json::from_slice(&third_party(
        "stratus-red-team/aws.credential-access.secretsmanager-retrieve-secrets.json",
    ))
    .unwrap();
    let account = "903144391865";
    let capture = Capture::new(None);
    let log = json!({ "Records": events }).to_string();
    let file = format!("{account}_CloudTrail_cn-centraleast-1r_20240731T1240Z_AbCdEfGhIjKlMnOp.json.gz");
    capture.write(
        &format!("cloudtrail/AWSLogs/{account}/CloudTrail/cn-centraleast-1r/2024/07/31/{file}"),
        gzip(&log),
    );
    let store = capture.scan();
    assert_eq!(store.summary["diagnostics"], json!([]));

    let objects = store.objects();
    let (_, uses) = objects
        .iter()
        .find(|(key, _)| key == "evidence/observed-use.ndjson.zst")
        .unwrap();
    let uses: Vec<Value> = String::from_utf8_lossy(uses)
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    let reads: Vec<&Value> = uses
        .iter()
        .filter(|u| u["action"] == "secretsmanager:GetSecretValue")
        .collect();
    let counted: u64 = reads
        .iter()
        .map(|u| u["count"].as_u64().unwrap() + u["errors"].as_u64().unwrap())
        .sum();
    assert_eq!(counted, 20, "the log holds twenty GetSecretValue events");
    assert!(
        reads
            .iter()
            .all(|u| u["principal"] == format!("arn:aws:iam::{account}:user/christophe"))
    );
    assert!(
        reads
            .iter()
            .all(|u| u["resource"].as_str().unwrap().contains(":secret:stratus-red-team-"))
    );
}

#[test]
fn a_session_is_counted_under_its_role_and_a_refused_call_as_an_error() {
    let events: Value = serde_json::from_slice(&third_party(
        "stratus-red-team/aws.execution.ec2-launch-unusual-instances.json",
    ))
    .unwrap();
    let capture = Capture::new(None);
    let log = json!({ "Records": events }).to_string();
    capture.write(
        "cloudtrail/AWSLogs/900138736586/CloudTrail/ca-south-3r/2024/08/01/900138736586_CloudTrail_x.json.gz",
        gzip(&log),
    );
    let store = capture.scan();
    let objects = store.objects();
    let (_, uses) = objects
        .iter()
        .find(|(key, _)| key == "evidence/observed-use.ndjson.zst")
        .unwrap();
    let uses: Vec<Value> = String::from_utf8_lossy(uses)
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    let of = |action: &str| {
        uses.iter()
            .find(|u| u["action"] == action)
            .unwrap_or_else(|| panic!("{action}: {uses:?}"))
    };
    assert_eq!(of("sts:AssumeRole")["count"], 2);
    assert_eq!(of("ec2:RunInstances")["count"], 0);
    assert_eq!(of("ec2:RunInstances")["errors"], 1);
    let launcher = of("ec2:RunInstances")["principal"].as_str().unwrap();
    assert!(launcher.contains(":role/stratus-red-team-ec2lui-role"), "{launcher}");
}
