//! Policies made to hurt: what cannot be read of one costs that one, and the rest of the account is read.

use serde_json::{Value, json};
use sv0_model::coverage::CoverageStatus;
use sv0_model::record::RecordKind;

use crate::testkit::{Capture, MEMBER, account, bodies, bucket, codes, config, status};

const DETAILS: &str = "accounts/444455556666/iam/authorization-details.json";

fn role(name: &str, document: Value) -> Value {
    json!({"Arn": format!("arn:aws:iam::{MEMBER}:role/{name}"), "RoleName": name,
           "RolePolicyList": [{"PolicyName": "own", "PolicyDocument": document}]})
}

fn allow(resource: &str) -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": resource}]})
}

/// Two harmless roles and one with `document`, written as text: what hurts cannot be made with `json!`.
fn details_around(document: &str) -> String {
    let [before, hostile, after] = [
        role("before", allow("*")),
        role("hostile", json!("HERE")),
        role("after", allow("*")),
    ];
    let text = json!({"RoleDetailList": [before, hostile, after]}).to_string();
    text.replace("\"HERE\"", document)
}

fn names(details: &Value) -> Vec<&str> {
    let roles = details["RoleDetailList"].as_array().unwrap();
    roles.iter().map(|role| role["RoleName"].as_str().unwrap()).collect()
}

#[test]
fn a_policy_nested_ten_thousand_deep_costs_that_policy() {
    let deep = format!(
        "{{\"Statement\":[{{\"Effect\":\"Allow\",\"Action\":{}{}}}]}}",
        "[".repeat(10_000),
        "]".repeat(10_000)
    );
    let contents = Capture::new()
        .file(DETAILS, details_around(&deep))
        .json("organizations/accounts.json", &json!([account(MEMBER)]))
        .read();
    assert_eq!(codes(&contents), [format!("{DETAILS} nested_too_deep")]);
    let found = &contents.diagnostics[0];
    assert!(
        found
            .at
            .starts_with("/RoleDetailList/1/RolePolicyList/0/PolicyDocument/Statement/0/Action/0"),
        "{}",
        found.at
    );
    let details = bodies(&contents, &RecordKind::AuthorizationDetails);
    assert_eq!(names(details[0]), ["before", "hostile", "after"]);
    assert_eq!(
        status(&contents, MEMBER, "global", "iam:authorization-details"),
        CoverageStatus::Partial
    );
}

#[test]
fn a_line_nested_deeply_keeps_what_is_not() {
    let mut deep = bucket("deep").to_string();
    deep.insert_str(
        deep.len() - 1,
        &format!(",\"extra\":{}{}", "[".repeat(10_000), "]".repeat(10_000)),
    );
    let text = format!("{}\n{deep}\n{}\n", bucket("a"), bucket("b"));
    let contents = Capture::new().file("config/AWS-S3-Bucket.ndjson", text).read();
    assert_eq!(codes(&contents), ["config/AWS-S3-Bucket.ndjson:2 nested_too_deep"]);
    assert_eq!(bodies(&contents, &config("AWS::S3::Bucket")).len(), 3);
}

#[test]
fn policies_of_many_statements_and_of_many_wildcards_are_read_whole() {
    let many: Vec<Value> = (0..100_000)
        .map(|n| json!({"Effect": "Allow", "Action": "s3:*", "Resource": format!("arn:aws:s3:::b{n}/*")}))
        .collect();
    let many = json!({"Version": "2012-10-17", "Statement": many});
    let wild = allow(&"*a".repeat(5_000));
    for document in [many.clone(), Value::from(many.to_string()), wild] {
        let contents = Capture::new()
            .file(DETAILS, details_around(&document.to_string()))
            .read();
        assert_eq!(codes(&contents), [""; 0]);
        let details = bodies(&contents, &RecordKind::AuthorizationDetails);
        assert_eq!(names(details[0]), ["before", "hostile", "after"]);
        assert_eq!(
            details[0]["RoleDetailList"][1]["RolePolicyList"][0]["PolicyDocument"],
            document
        );
    }
}

#[test]
fn an_organization_without_policies_is_recorded_as_such() {
    for answer in [json!({"Policies": []}), json!([])] {
        let contents = Capture::new().json("organizations/policies.json", &answer).read();
        assert_eq!(codes(&contents), [""; 0]);
        let empty = json!({"Policies": []});
        assert_eq!(bodies(&contents, &RecordKind::OrganizationPolicy), [&empty]);
        let row = crate::testkit::coverage(&contents, "organization", "global", "organizations:policies");
        assert_eq!((row.status, row.items), (CoverageStatus::Ok, 0));
    }
    let contents = Capture::new().read();
    assert!(bodies(&contents, &RecordKind::OrganizationPolicy).is_empty());
}
