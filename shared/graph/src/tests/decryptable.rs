//! Whom key policies and grants name for what is encrypted.

use serde_json::{Value, json};
use sv0_model::graph::{EdgeKind, Graph, urn};
use sv0_model::record::RecordKind;

use super::{Capture, DEV, entity, role_arn};

const KEY: &str = "arn:aws:kms:eu-west-1:111111111111:key/k";
const BUCKET: &str = "arn:aws:s3:::b";

fn capture(statements: Value, key: &str) -> Capture {
    let policy = json!({"Version": "2012-10-17", "Statement": statements});
    Capture::new()
        .config(
            "AWS::KMS::Key",
            json!({"arn": KEY, "configuration": {"keyId": "k"}, "supplementaryConfiguration": {"Policy": policy.to_string()}}),
        )
        .config(
            "AWS::S3::Bucket",
            json!({"arn": BUCKET, "supplementaryConfiguration": {"ServerSideEncryptionConfiguration": {"rules": [
                {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms", "kmsMasterKeyID": key}}]}}}),
        )
}

fn found(graph: &Graph) -> Vec<Value> {
    let edges = graph.edges.iter();
    edges
        .filter(|edge| edge.kind == EdgeKind::DecryptableBy)
        .map(|edge| {
            assert_eq!((edge.from.as_str(), &edge.attributes["key"]), (BUCKET, &json!(KEY)));
            let mut attributes = edge.attributes.clone();
            attributes.remove("key");
            json!([edge.to, attributes])
        })
        .collect()
}

#[test]
fn whoever_a_key_policy_names_for_decrypting_has_an_edge() {
    let app = role_arn("app");
    let root = format!("arn:aws:iam::{DEV}:root");
    let cases = [
        (
            "a role",
            json!([{"Sid": "use", "Effect": "Allow", "Principal": {"AWS": app}, "Action": "kms:Decrypt", "Resource": "*"}]),
            json!([[app, {"granted_by": "key_policy", "statement_index": 0, "sid": "use"}]]),
        ),
        (
            "by a pattern, under a condition",
            json!([{"Effect": "Allow", "Principal": {"AWS": app}, "Action": ["kms:De*"], "Resource": "*", "Condition": {"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}}]),
            json!([[app, {"granted_by": "key_policy", "statement_index": 0, "conditional": true}]]),
        ),
        (
            "the account, whose policies decide",
            json!([{"Effect": "Allow", "Principal": {"AWS": root}, "Action": "kms:*", "Resource": "*"}]),
            json!([[urn::account(DEV), {"granted_by": "key_policy", "statement_index": 0, "delegated": true}]]),
        ),
        (
            "other actions",
            json!([{"Effect": "Allow", "Principal": {"AWS": app}, "Action": ["kms:Encrypt", "kms:DescribeKey"], "Resource": "*"}]),
            json!([]),
        ),
        (
            "a denial",
            json!([{"Effect": "Deny", "Principal": {"AWS": app}, "Action": "kms:Decrypt", "Resource": "*"}]),
            json!([]),
        ),
        (
            "all actions but decrypting",
            json!([{"Effect": "Allow", "Principal": {"AWS": app}, "NotAction": "kms:Decrypt", "Resource": "*"}]),
            json!([]),
        ),
    ];
    for (case, statements, want) in cases {
        let graph = capture(statements, "k").graph();
        assert_eq!(json!(found(&graph)), want, "{case}");
    }
}

#[test]
fn grants_name_principals_too() {
    let grant = |id: &str, operation: &str| json!({"GrantId": id, "GranteePrincipal": role_arn("app"), "Operations": [operation]});
    let grants = json!({"Arn": KEY, "Response": {"Grants": [grant("a", "Decrypt"), grant("b", "Decrypt"), grant("c", "Encrypt")]}});
    let graph = capture(json!([]), "k")
        .add(
            RecordKind::KeyGrants,
            "grants.ndjson",
            Some(DEV),
            "2026-03-01T00:00:00Z",
            grants,
        )
        .graph();
    assert_eq!(
        json!(found(&graph)),
        json!([[role_arn("app"), {"granted_by": "grant"}]])
    );
}

#[test]
fn a_key_of_aws_and_one_that_nothing_describes_name_nobody() {
    let statement = json!([{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:Decrypt", "Resource": "*"}]);
    for key in ["alias/aws/s3", "other"] {
        assert_eq!(
            found(&capture(statement.clone(), key).graph()),
            Vec::<Value>::new(),
            "{key}"
        );
    }
}

#[test]
fn many_principals_are_cut_and_said_to_be() {
    let named: Vec<String> = (0..60).map(|number| role_arn(&format!("app-{number}"))).collect();
    let statement = |named: &[String]| json!([{"Effect": "Allow", "Principal": {"AWS": named}, "Action": "kms:Decrypt", "Resource": "*"}]);
    for (count, cut) in [(50, None), (60, Some(json!(true)))] {
        let graph = capture(statement(&named[..count]), "k").graph();
        assert_eq!(found(&graph).len(), 50);
        assert_eq!(
            entity(&graph, BUCKET).attributes.get("decryptable_by_cut").cloned(),
            cut
        );
    }
}
