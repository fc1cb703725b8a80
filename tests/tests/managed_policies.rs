//! AWS managed policies whose text a capture does not hold: the snapshot's is used, and everything that rests on it says so.

use serde_json::{Value, json};

use crate::support::{Capture, Store};

const ACCOUNT: &str = "111122223333";
const S3_READ: &str = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
const ADMINISTRATOR: &str = "arn:aws:iam::aws:policy/AdministratorAccess";
const OBJECT: &str = "arn:aws:s3:::orders/1.json";
const CAVEAT: &str = "managed_policy_from_snapshot";

fn role_arn(name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:role/{name}")
}

fn role(name: &str, attached: &str) -> Value {
    json!({
        "Arn": role_arn(name), "RoleName": name, "RoleId": name, "Path": "/", "CreateDate": "2025-01-01T00:00:00+00:00",
        "AssumeRolePolicyDocument": { "Version": "2012-10-17", "Statement": [
            { "Effect": "Allow", "Principal": { "Service": "lambda.amazonaws.com" }, "Action": "sts:AssumeRole" }] },
        "RolePolicyList": [], "InstanceProfileList": [], "Tags": [],
        "AttachedManagedPolicies": [{ "PolicyName": "x", "PolicyArn": attached }],
    })
}

/// An account with a bucket, a function that runs as `reader`, and roles that hold AWS's policies without a text.
fn capture() -> Capture {
    let capture = Capture::new(None);
    let roles = [
        role("reader", S3_READ),
        role("admin", ADMINISTRATOR),
        role("waiting", "arn:aws:iam::aws:policy/ReleasedTomorrow"),
        role("abroad", "arn:aws-us-gov:iam::aws:policy/AdministratorAccess"),
    ];
    let details = json!({ "UserDetailList": [], "GroupDetailList": [], "RoleDetailList": roles, "Policies": [] });
    capture.write(
        &format!("accounts/{ACCOUNT}/iam/authorization-details.json"),
        details.to_string(),
    );
    let item = |kind: &str, arn: &str, name: &str, configuration: Value| {
        json!({ "accountId": ACCOUNT, "awsRegion": "eu-west-1", "resourceType": kind, "arn": arn, "resourceId": name, "resourceName": name,
            "configurationItemStatus": "OK", "configuration": configuration,
            "supplementaryConfiguration": { "BucketPolicy": { "policyText": null },
                "OwnershipControls": { "rules": [{ "objectOwnership": "BucketOwnerEnforced" }] } } })
    };
    capture.config_items(
        "AWS::S3::Bucket",
        &[item(
            "AWS::S3::Bucket",
            "arn:aws:s3:::orders",
            "orders",
            json!({ "name": "orders" }),
        )],
    );
    let function = format!("arn:aws:lambda:eu-west-1:{ACCOUNT}:function:handler");
    capture.config_items(
        "AWS::Lambda::Function",
        &[item(
            "AWS::Lambda::Function",
            &function,
            "handler",
            json!({ "functionName": "handler", "role": role_arn("reader") }),
        )],
    );
    capture
}

fn ask(store: &Store, role: &str, action: &str) -> Value {
    store.ask(&["can", &role_arn(role), action, OBJECT])
}

fn says_so(answer: &Value) -> bool {
    answer["caveats"].as_array().unwrap().contains(&json!(CAVEAT))
}

#[test]
fn every_answer_on_a_text_of_the_snapshot_says_so() {
    let store = capture().scan();
    for (role, action, decision, caveats) in [
        ("reader", "s3:GetObject", "allow", json!([CAVEAT])),
        ("reader", "s3:PutObject", "implicit_deny", json!([CAVEAT])),
        ("admin", "s3:PutObject", "allow", json!([CAVEAT])),
        (
            "waiting",
            "s3:GetObject",
            "conditional",
            json!(["policy_not_collected"]),
        ),
        ("abroad", "s3:GetObject", "conditional", json!(["policy_not_collected"])),
    ] {
        let answer = ask(&store, role, action);
        assert_eq!(answer["decision"], decision, "{role} {action}: {answer}");
        assert_eq!(answer["caveats"], caveats, "{role} {action}: {answer}");
    }
    let principals = store.ask(&["who-can", "s3:PutObject", OBJECT])["principals"].clone();
    let admin = json!({
        "principal": role_arn("admin"), "decision": "allow", "condition": null, "caveats": ["managed_policy_from_snapshot"]
    });
    assert!(principals.as_array().unwrap().contains(&admin), "{principals}");

    let paths = store.ask(&["paths"])["paths"].clone();
    assert!(!paths.as_array().unwrap().is_empty());
    for path in paths.as_array().unwrap() {
        assert_eq!(path["resource"], "arn:aws:s3:::orders", "{path}");
        assert!(says_so(path), "{path}");
    }
    let findings = store.ask(&["findings", "--kind", "admin_equivalent"])["findings"].clone();
    let subjects: Vec<&Value> = findings
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| &finding["subjects"][0])
        .collect();
    assert_eq!(subjects, [&json!(role_arn("admin"))]);
    assert!(says_so(&findings[0]), "{findings}");
}

#[test]
fn the_day_of_the_snapshot_shows_in_explain_and_coverage() {
    let store = capture().scan();
    let explanation = store.ask(&["explain", &role_arn("reader"), "s3:PutObject", OBJECT]);
    let [snapshot] = explanation["snapshots"].as_array().unwrap().as_slice() else {
        panic!("{explanation}")
    };
    assert_eq!(snapshot["policy"], S3_READ);
    assert_eq!(snapshot["version_id"], "v3");
    let date = snapshot["date"].as_str().unwrap();

    let coverage = store.ask(&["coverage"])["coverage"].clone();
    let source = |row: &&Value| row["source"] == "iam:aws-managed-policies";
    let row = coverage.as_array().unwrap().iter().find(source).unwrap();
    assert_eq!(row["status"], "missing");
    let want = format!(
        "the capture holds no aws-managed-policies.ndjson; the texts of 2 AWS managed policies come from the snapshot of {date}"
    );
    assert_eq!(row["reason"], want);
}

#[test]
fn a_text_of_the_capture_wins() {
    let capture = capture();
    let own = json!({ "Arn": S3_READ, "VersionId": "v1", "Document": { "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": "s3:PutObject", "Resource": "*" }] } });
    capture.write("aws-managed-policies.ndjson", own.to_string());
    let store = capture.scan();
    for (action, decision) in [("s3:GetObject", "implicit_deny"), ("s3:PutObject", "allow")] {
        let answer = ask(&store, "reader", action);
        assert_eq!(
            (&answer["decision"], &answer["caveats"]),
            (&json!(decision), &json!([])),
            "{answer}"
        );
    }
    let coverage = store.ask(&["coverage"])["coverage"].clone();
    let source = |row: &&Value| row["source"] == "iam:aws-managed-policies";
    let row = coverage.as_array().unwrap().iter().find(source).unwrap();
    assert_eq!(
        row["status"], "partial",
        "the administrator's policy is in use and not in the file: {row}"
    );
}
