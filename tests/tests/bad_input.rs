//! Damaged and hostile captures: one clear diagnostic with its place, nothing else lost, no panic, nothing unescaped.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::support::{Capture, run, sv0};

const ROLE: &str = "arn:aws:iam::111122223333:role/reader";

/// A capture of one role that may read one bucket: what must survive whatever else is broken.
fn sound_capture() -> Capture {
    let capture = Capture::new(None);
    let trust = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]});
    let policy = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::data/*"}]});
    let role = json!({
        "Path": "/", "RoleName": "reader", "RoleId": "AROAEXAMPLE", "Arn": ROLE, "CreateDate": "2024-01-01T00:00:00+00:00",
        "AssumeRolePolicyDocument": trust, "RolePolicyList": [{"PolicyName": "read", "PolicyDocument": policy}],
        "AttachedManagedPolicies": [], "InstanceProfileList": [], "Tags": []
    });
    let details = json!({"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [role], "Policies": []});
    capture.write(
        "accounts/111122223333/iam/authorization-details.json",
        details.to_string(),
    );
    capture.config_items("AWS::S3::Bucket", &[bucket("data")]);
    capture
}

fn bucket(name: &str) -> Value {
    json!({
        "accountId": "111122223333", "awsRegion": "eu-west-1", "arn": format!("arn:aws:s3:::{name}"), "resourceId": name,
        "resourceName": name, "resourceType": "AWS::S3::Bucket", "configurationItemStatus": "OK",
        "configurationItemCaptureTime": "2026-03-01T00:00:00.000Z", "configuration": {"name": name},
        "supplementaryConfiguration": {"BucketPolicy": {"policyText": null}}
    })
}

/// Scans, expects the sound part to be answered as ever, and returns the diagnostics.
fn diagnostics_of(capture: &Capture) -> Vec<Value> {
    let store = capture.scan();
    let answer = store.ask(&["can", ROLE, "s3:GetObject", "arn:aws:s3:::data/x"]);
    assert_eq!(
        answer["decision"], "allow",
        "the sound part of the capture is still evaluated: {answer}"
    );
    store.summary["diagnostics"].as_array().unwrap().clone()
}

fn truncated_gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    let mut bytes = encoder.finish().unwrap();
    bytes.truncate(bytes.len() / 2);
    bytes
}

#[test]
fn each_damaged_file_gives_one_diagnostic_that_names_it() {
    let long = format!("{{\"Arn\": \"{}\"}}", "a".repeat(200_000));
    let deep = "[".repeat(100_000);
    let cases: Vec<(&str, &str, Vec<u8>)> = vec![
        ("malformed JSON", "config/AWS-KMS-Key.json", b"{\"Results\": [".to_vec()),
        ("an empty file", "config/AWS-KMS-Key.json", Vec::new()),
        (
            "not UTF-8",
            "config/AWS-KMS-Key.ndjson",
            b"{\"arn\": \"\xff\xfe\"}\n".to_vec(),
        ),
        ("truncated gzip", "config/AWS-KMS-Key.json.gz", truncated_gzip(&long)),
        (
            "not gzip at all",
            "config/AWS-KMS-Key.ndjson.gz",
            b"plain text".to_vec(),
        ),
        (
            "not zstd at all",
            "config/AWS-KMS-Key.ndjson.zst",
            b"plain text".to_vec(),
        ),
        ("deep nesting", "config/AWS-KMS-Key.json", deep.into_bytes()),
        ("the wrong type", "config/AWS-KMS-Key.ndjson", b"42\n".to_vec()),
        (
            "a truncated log",
            "cloudtrail/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/01/x.json.gz",
            truncated_gzip(&long),
        ),
        (
            "authorization details that are none",
            "accounts/444455556666/iam/authorization-details.json",
            b"[1, 2]".to_vec(),
        ),
    ];
    for (what, file, bytes) in cases {
        let capture = sound_capture();
        capture.write(file, bytes);
        let diagnostics = diagnostics_of(&capture);
        assert!(
            (1..=2).contains(&diagnostics.len()),
            "{what}: one thing is broken, and it is said once: {diagnostics:?}"
        );
        let named = diagnostics[0]["file"].as_str().unwrap();
        assert!(
            file.starts_with(named) || named.starts_with(file),
            "{what}: {named} names {file}"
        );
        assert!(!diagnostics[0]["message"].as_str().unwrap().is_empty(), "{what}");
    }
}

#[test]
fn one_bad_line_costs_that_line_alone() {
    let capture = sound_capture();
    let lines = [
        bucket("data").to_string(),
        "{broken".to_owned(),
        bucket("other").to_string(),
    ];
    capture.write("config/AWS-S3-Bucket.ndjson", lines.join("\n"));
    let diagnostics = diagnostics_of(&capture);
    assert_eq!(diagnostics.len(), 1, "{diagnostics:?}");
    assert_eq!(diagnostics[0]["line"], 2);
    let other = capture
        .scan()
        .ask(&["can", ROLE, "s3:GetObject", "arn:aws:s3:::other/x"]);
    assert_eq!(
        other["decision"], "implicit_deny",
        "the bucket after the bad line is known"
    );
}

/// What AWS would refuse to store, in the places where policies stand: told with its place, conditional for its principal, harmless for others.
#[test]
fn a_policy_that_cannot_be_read_costs_its_own_principal_alone() {
    let sound = json!({"Effect": "Allow", "Action": "ec2:StartInstances", "Resource": "*"});
    let faults = [
        ("no-effect", json!({"Action": "s3:*", "Resource": "*"}), "Statement/1"),
        (
            "lower-case-effect",
            json!({"Effect": "allow", "Action": "s3:*", "Resource": "*"}),
            "Statement/1/Effect",
        ),
        (
            "action-and-not-action",
            json!({"Effect": "Allow", "Action": "s3:*", "NotAction": "iam:*", "Resource": "*"}),
            "Statement/1",
        ),
        (
            "action-of-wrong-type",
            json!({"Effect": "Allow", "Action": [7], "Resource": "*"}),
            "Statement/1/Action/0",
        ),
        (
            "unknown-operator",
            json!({"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": {"Like": {"aws:PrincipalArn": "*"}}}),
            "Statement/1/Condition/Like",
        ),
        ("no-object", json!("Allow everything"), "Statement/1"),
    ];
    let documents: Vec<(&str, Value, &str)> = faults
        .iter()
        .map(|(name, statement, at)| {
            (
                *name,
                json!({"Version": "2012-10-17", "Statement": [sound, statement]}),
                *at,
            )
        })
        .chain([
            ("no-statement", json!({"Version": "2012-10-17"}), ""),
            ("no-document", json!([1, 2]), ""),
        ])
        .collect();
    let capture = sound_capture();
    let roles: Vec<Value> = documents
        .iter()
        .map(|(name, document, _)| role_with(name, document))
        .collect();
    let details = json!({"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": roles, "Policies": []});
    capture.write(
        "accounts/444455556666/iam/authorization-details.json",
        details.to_string(),
    );
    let store = capture.scan();
    let diagnostics = store.summary["diagnostics"].as_array().unwrap();
    for (name, _, at) in &documents {
        let arn = format!("arn:aws:iam::444455556666:role/{name}");
        let is_told = diagnostics.iter().any(|diagnostic| {
            let text = diagnostic.to_string();
            text.contains("accounts/444455556666/iam/authorization-details.json")
                && text.contains(name)
                && text.contains(at)
        });
        assert!(is_told, "{name} at {at}: {diagnostics:#?}");
        let decision = |action: &str| store.ask(&["can", &arn, action, "*"])["decision"].clone();
        assert_eq!(decision("s3:ListAllMyBuckets"), "conditional", "{name}");
        if at.is_empty() {
            assert_eq!(
                decision("ec2:StartInstances"),
                "conditional",
                "{name}: the whole document may say anything"
            );
        }
    }
    let answer = store.ask(&["can", ROLE, "s3:GetObject", "arn:aws:s3:::data/x"]);
    assert_eq!(answer["decision"], "allow", "the sound account is evaluated as ever");
}

fn role_with(name: &str, document: &Value) -> Value {
    let trust = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]});
    json!({
        "Path": "/", "RoleName": name, "RoleId": "AROAEXAMPLE", "Arn": format!("arn:aws:iam::444455556666:role/{name}"),
        "CreateDate": "2024-01-01T00:00:00+00:00", "AssumeRolePolicyDocument": trust,
        "RolePolicyList": [{"PolicyName": "faulty", "PolicyDocument": document}],
        "AttachedManagedPolicies": [], "InstanceProfileList": [], "Tags": []
    })
}

/// A scan asks every principal about every resource: what is slow once is slow a thousand times.
#[test]
fn policies_of_hostile_size_are_scanned_and_leave_the_rest_as_it_is() {
    let many: Vec<Value> = (0..20_000)
        .map(|n| json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::bucket{n}/*")}))
        .collect();
    let stars = "*a".repeat(5_000);
    let star = json!({"Effect": "Allow", "Action": ["s3:*", format!("s3:{stars}b")], "Resource": format!("arn:aws:s3:::data/{stars}b")});
    let conditions: Vec<Value> = (0..300)
        .map(|n| json!({"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringLike": {format!("svc:k{n}"): format!("*a{n}*b*")}}}))
        .collect();
    let document = |statements: Value| json!({"Version": "2012-10-17", "Statement": statements});
    let capture = sound_capture();
    let roles = [
        role_with("many-statements", &document(json!(many))),
        role_with("many-stars", &document(json!([star]))),
        role_with("many-conditions", &document(json!(conditions))),
    ];
    let details = json!({"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": roles, "Policies": []});
    capture.write(
        "accounts/444455556666/iam/authorization-details.json",
        details.to_string(),
    );
    let started = std::time::Instant::now();
    let diagnostics = diagnostics_of(&capture);
    let codes: Vec<&str> = diagnostics.iter().filter_map(|found| found["code"].as_str()).collect();
    assert_eq!(
        codes,
        ["oversized_policy"],
        "20,000 statements are evaluated, and are no entities of their own"
    );
    assert!(started.elapsed().as_secs() < 300, "{:?}", started.elapsed());
}

#[test]
fn a_damaged_source_is_never_complete_in_the_ledger() {
    let capture = sound_capture();
    capture.write("config/AWS-KMS-Key.json", "{\"Results\": [");
    let rows = capture.scan().ask(&["coverage"])["coverage"]
        .as_array()
        .unwrap()
        .clone();
    let keys: Vec<&Value> = rows
        .iter()
        .filter(|row| row["source"] == "config:AWS::KMS::Key")
        .collect();
    assert!(!keys.is_empty(), "the ledger has a row for it: {rows:?}");
    assert!(keys.iter().all(|row| row["status"] != "ok"), "{keys:?}");
}

#[test]
fn hostile_names_stay_text_in_the_report_and_on_the_terminal() {
    let hostile = "</script><img src=x onerror=alert(1)>\u{1b}[31m\u{202e}";
    let capture = sound_capture();
    let mut item = bucket("data");
    item["resourceName"] = json!(hostile);
    item["tags"] = json!([{"key": hostile, "value": hostile}]);
    let mut function = json!({
        "accountId": "111122223333", "awsRegion": "eu-west-1", "arn": "arn:aws:lambda:eu-west-1:111122223333:function:f",
        "resourceId": "f", "resourceName": hostile, "resourceType": "AWS::Lambda::Function", "configurationItemStatus": "OK",
        "configurationItemCaptureTime": "2026-03-01T00:00:00.000Z",
        "configuration": {"functionName": hostile, "role": ROLE, "description": hostile}, "supplementaryConfiguration": {}
    });
    function["tags"] = json!({hostile: hostile});
    capture.config_items("AWS::S3::Bucket", &[item]);
    capture.config_items("AWS::Lambda::Function", &[function]);
    let store = capture.scan();

    let html = std::fs::read_to_string(store.run_folder().join("report/index.html")).unwrap();
    assert!(!html.contains("<img src=x"), "the report never holds a name as markup");
    assert!(!html.contains('\u{1b}'));
    for command in ["paths", "findings", "coverage"] {
        let output = run(&[command, "--store", store.path().to_str().unwrap()], 0);
        assert!(
            !output.stdout.contains(&0x1b),
            "{command} writes no escape sequence of its input into a pipe"
        );
        assert!(
            !String::from_utf8_lossy(&output.stdout).contains('\u{202e}'),
            "{command}"
        );
    }
}

#[test]
fn without_a_capture_the_error_names_the_folder_and_the_fix() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("nowhere");
    for capture in [folder.path(), &missing] {
        let store = folder.path().join("out");
        let output = sv0(&[
            "scan",
            "--capture",
            capture.to_str().unwrap(),
            "--store",
            store.to_str().unwrap(),
        ])
        .output()
        .unwrap();
        assert_eq!(output.status.code(), Some(2));
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains("capture"), "{said}");
        assert!(
            !store.join("current.json").exists(),
            "a failed scan leaves no run behind"
        );
    }
}
