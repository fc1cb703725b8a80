use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};
use sv0_model::graph::{EdgeKind, Entity, EntityKind, Graph, Sensitivity};
use sv0_model::record::RecordKind;

use super::{Capture, DEV, REGION, codes, ends, entity, role_arn};

const MANAGED: &str = "arn:aws:iam::111111111111:policy/read";

fn role(name: &str, statements: &Value) -> Value {
    json!({ "Arn": role_arn(name), "RoleName": name, "AssumeRolePolicyDocument": { "Statement": [] },
        "AttachedManagedPolicies": [],
        "RolePolicyList": [{ "PolicyName": "p", "PolicyDocument": { "Version": "2012-10-17", "Statement": statements } }] })
}

/// Roles whose inline policies hold the statements.
fn roles(statements: &[(&str, Value)]) -> Capture {
    let roles: Vec<Value> = statements
        .iter()
        .map(|(name, statement)| role(name, statement))
        .collect();
    Capture::new().details(json!({ "RoleDetailList": roles }))
}

fn one(statement: Value) -> Capture {
    roles(&[("app", json!([statement]))])
}

fn permissions(graph: &Graph) -> Vec<&Entity> {
    let entities = graph.entities.values();
    entities
        .filter(|entity| entity.kind == EntityKind::Permission)
        .collect()
}

/// The one permission of a statement.
fn permission(capture: &Capture) -> Entity {
    let graph = capture.graph();
    let found = permissions(&graph);
    assert_eq!(found.len(), 1, "{found:?}");
    found[0].clone()
}

#[test]
fn a_statement_is_kept_as_it_is_written() {
    let condition = json!({ "StringEquals": { "aws:SourceVpc": "vpc-1", "aws:RequestedRegion": ["eu-west-1"] },
        "StringLike": { "s3:prefix": "in/*" } });
    let found = permission(&one(
        json!({ "Sid": "Read", "Effect": "Allow", "Action": ["s3:List*", "s3:GetObject"],
        "Resource": "arn:aws:s3:::data/*", "Condition": condition }),
    ));
    let want = json!({ "actions": ["s3:GetObject", "s3:List*"], "resources": ["arn:aws:s3:::data/*"],
        "conditions": condition, "canonical": ["DataRead", "MetadataRead"] });
    assert_eq!(json!(found.attributes), want);
    assert_eq!(found.name, "s3:GetObject and 1 more on arn:aws:s3:::data/*");
    assert!(found.native_id.starts_with("urn:sv0:permission:"));
}

#[test]
fn equal_grants_are_one_permission() {
    let read = json!({ "Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": ["arn:aws:s3:::a", "arn:aws:s3:::a/*"] });
    for (other, want, why) in [
        (read.clone(), 1, "a copy"),
        (
            json!({ "Sid": "other", "Effect": "Allow", "Action": ["s3:ListBucket", "s3:GetObject", "s3:GetObject"],
                "Resource": ["arn:aws:s3:::a/*", "arn:aws:s3:::a"] }),
            1,
            "another order and Sid",
        ),
        (
            json!({ "Effect": "Allow", "NotAction": ["s3:GetObject", "s3:ListBucket"], "Resource": ["arn:aws:s3:::a", "arn:aws:s3:::a/*"] }),
            2,
            "all but the actions",
        ),
        (
            json!({ "Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "NotResource": ["arn:aws:s3:::a", "arn:aws:s3:::a/*"] }),
            2,
            "all but the resources",
        ),
        (
            json!({ "Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": ["arn:aws:s3:::a", "arn:aws:s3:::a/*"],
                "Condition": { "Bool": { "aws:SecureTransport": "true" } } }),
            2,
            "a condition",
        ),
        (
            json!({ "Effect": "Deny", "Action": "s3:GetObject", "Resource": "*" }),
            1,
            "a Deny grants nothing",
        ),
    ] {
        let graph = roles(&[("one", json!([read])), ("two", json!([other]))]).graph();
        assert_eq!(permissions(&graph).len(), want, "{why}");
    }
}

#[test]
fn a_policy_grants_its_permissions_by_statement() {
    let get = json!({ "Sid": "Get", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*" });
    let graph = roles(&[(
        "app",
        json!([{ "Effect": "Deny", "Action": "s3:Put*", "Resource": "*" }, get]),
    )])
    .graph();
    let edges: Vec<_> = graph
        .edges
        .iter()
        .filter(|edge| edge.kind == EdgeKind::GrantsPermission)
        .collect();
    assert_eq!(edges.len(), 1);
    assert_eq!(edges[0].from, format!("urn:sv0:inline-policy:{}:p", role_arn("app")));
    assert_eq!(
        json!(edges[0].attributes),
        json!({ "statement_index": 1, "sid": "Get" })
    );
    assert_eq!(entity(&graph, &edges[0].to).attributes["all_resources"], json!(true));
}

#[test]
fn only_policies_that_somebody_holds_grant_permissions() {
    let document = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*" }] });
    let managed = json!({ "Arn": MANAGED, "PolicyName": "read", "DefaultVersionId": "v1",
        "PolicyVersionList": [{ "VersionId": "v1", "IsDefaultVersion": true, "Document": document }] });
    let attached = json!([{ "PolicyArn": MANAGED }]);
    let group =
        json!({ "Arn": format!("arn:aws:iam::{DEV}:group/g"), "GroupName": "g", "AttachedManagedPolicies": attached });
    let role = json!({ "Arn": role_arn("app"), "RoleName": "app", "AttachedManagedPolicies": attached, "AssumeRolePolicyDocument": { "Statement": [] } });
    let bounded = json!({ "Arn": role_arn("app"), "RoleName": "app", "AttachedManagedPolicies": [], "AssumeRolePolicyDocument": { "Statement": [] },
        "PermissionsBoundary": { "PermissionsBoundaryArn": MANAGED } });
    for (page, want, why) in [
        (json!({ "Policies": [managed] }), 0, "nobody"),
        (json!({ "Policies": [managed], "RoleDetailList": [role] }), 1, "a role"),
        (
            json!({ "Policies": [managed], "GroupDetailList": [group] }),
            1,
            "a group",
        ),
        (
            json!({ "Policies": [managed], "RoleDetailList": [bounded] }),
            0,
            "a boundary grants nothing",
        ),
    ] {
        assert_eq!(permissions(&Capture::new().details(page).graph()).len(), want, "{why}");
    }
}

/// A role with conditions on what it may read.
pub(super) fn reader() -> Capture {
    with_resources(one(
        json!({ "Sid": "Read", "Effect": "Allow", "Action": ["s3:GetObject", 7], "NotAction": "iam:*", "Resource": ["*", "arn:aws:s3:::data"],
        "Condition": { "Bool": { "aws:SecureTransport": "true" } } }),
    ))
}

/// A bucket, a function, a table, a secret, a SecureString and a role, all collected.
fn with_resources(capture: Capture) -> Capture {
    capture
        .config("AWS::S3::Bucket", json!({ "arn": "arn:aws:s3:::data", "resourceName": "data" }))
        .config("AWS::S3::Bucket", json!({ "arn": "arn:aws:s3:::data-logs", "resourceName": "data-logs" }))
        .config("AWS::Lambda::Function", json!({ "arn": format!("arn:aws:lambda:{REGION}:{DEV}:function:orders"), "resourceName": "orders" }))
        .config("AWS::DynamoDB::Table", json!({ "arn": format!("arn:aws:dynamodb:{REGION}:{DEV}:table/orders"), "resourceName": "orders" }))
        .config("AWS::SecretsManager::Secret", json!({ "arn": format!("arn:aws:secretsmanager:{REGION}:{DEV}:secret:db-AbCdEf"), "resourceName": "db" }))
        .add(RecordKind::SpokeItem { service: "ssm".to_owned(), what: "parameters".to_owned() },
            &format!("accounts/{DEV}/{REGION}/ssm/parameters.ndjson"), Some(DEV), "2026-03-01T00:00:00Z",
            json!({ "Name": "/prod/db", "ARN": format!("arn:aws:ssm:{REGION}:{DEV}:parameter/prod/db"), "Type": "SecureString" }))
}

#[test]
fn a_permission_applies_to_what_its_patterns_name_in_particular() {
    let at = format!("{REGION}:{DEV}");
    for (resource, want) in [
        (json!("arn:aws:s3:::data/*"), vec!["arn:aws:s3:::data".to_owned()]),
        (
            json!("arn:aws:s3:::data*"),
            vec!["arn:aws:s3:::data".to_owned(), "arn:aws:s3:::data-logs".to_owned()],
        ),
        (
            json!("arn:aws:s3:::d?ta/in/${aws:username}/*"),
            vec!["arn:aws:s3:::data".to_owned()],
        ),
        (
            json!(["arn:aws:s3:::data", "arn:aws:s3:::data/*"]),
            vec!["arn:aws:s3:::data".to_owned()],
        ),
        (
            json!(format!("arn:aws:lambda:*:{DEV}:function:ord*")),
            vec![format!("arn:aws:lambda:{at}:function:orders")],
        ),
        (
            json!(format!("arn:aws:lambda:{at}:function:orders:live")),
            vec![format!("arn:aws:lambda:{at}:function:orders")],
        ),
        (
            json!(format!("arn:aws:dynamodb:{at}:table/orders/index/*")),
            vec![format!("arn:aws:dynamodb:{at}:table/orders")],
        ),
        (
            json!(format!("arn:aws:secretsmanager:{at}:secret:db-??????")),
            vec![format!("arn:aws:secretsmanager:{at}:secret:db-AbCdEf")],
        ),
        (
            json!(format!("arn:aws:ssm:{at}:parameter/prod/*")),
            vec![format!("arn:aws:ssm:{at}:parameter/prod/db")],
        ),
        (json!(role_arn("a*")), vec![role_arn("app")]),
        (json!("*"), vec![]),
        (json!("arn:aws:s3:::*"), vec![]),
        (json!("arn:aws:s3:::*-logs"), vec![]),
        (json!("arn:aws:s3:::DATA"), vec![]),
        (json!("arn:aws:s3:::dat"), vec![]),
        (json!("arn:aws-cn:s3:::data"), vec![]),
        (json!("arn:aws:lambda:us-east-1:*:function:orders"), vec![]),
        (json!(format!("arn:aws:lambda:{at}:function:*")), vec![]),
        (json!(format!("arn:aws:lambda:{at}:function:orders-2")), vec![]),
        (json!("data"), vec![]),
    ] {
        let capture = with_resources(one(json!({ "Effect": "Allow", "Action": "*", "Resource": resource })));
        let graph = capture.graph();
        let permission = permissions(&graph)[0];
        assert_eq!(
            ends(&graph, &permission.native_id, EdgeKind::AppliesTo),
            want,
            "{resource}"
        );
        assert!(!permission.attributes.contains_key("applies_to_cut"));
    }
    let all_but = one(json!({ "Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::data" }));
    let graph = with_resources(all_but).graph();
    assert!(ends(&graph, &permissions(&graph)[0].native_id, EdgeKind::AppliesTo).is_empty());
}

#[test]
fn what_a_permission_applies_to_shows_how_sensitive_it_is() {
    let at = format!("{REGION}:{DEV}");
    let secrets = json!([
        format!("arn:aws:secretsmanager:{at}:secret:db-*"),
        format!("arn:aws:ssm:{at}:parameter/prod/db")
    ]);
    let capture = with_resources(one(
        json!({ "Effect": "Allow", "Action": ["secretsmanager:GetSecretValue", "ssm:GetParameter"], "Resource": secrets }),
    ));
    let graph = capture.graph();
    let named = ends(&graph, &permissions(&graph)[0].native_id, EdgeKind::AppliesTo);
    assert_eq!(named.len(), 2);
    for native_id in named {
        assert_eq!(
            entity(&graph, native_id).sensitivity,
            Sensitivity::Restricted,
            "{native_id}"
        );
    }
}

#[test]
fn many_resources_are_cut_and_said_to_be() {
    for (count, is_cut) in [(100, false), (101, true)] {
        let mut capture = one(json!({ "Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b*" }));
        for n in 0..count {
            let name = format!("b{n:03}");
            capture = capture.config(
                "AWS::S3::Bucket",
                json!({ "arn": format!("arn:aws:s3:::{name}"), "resourceName": name }),
            );
        }
        let graph = capture.graph();
        let permission = permissions(&graph)[0];
        assert_eq!(ends(&graph, &permission.native_id, EdgeKind::AppliesTo).len(), 100);
        assert_eq!(permission.attributes.contains_key("applies_to_cut"), is_cut, "{count}");
    }
}

#[test]
fn what_cannot_be_read_is_said() {
    for statement in [
        json!({ "Effect": "Allow", "Action": ["s3:GetObject", 7], "Resource": "*" }),
        json!({ "Effect": "Allow", "Action": 7, "Resource": "*" }),
    ] {
        let found = permission(&one(statement));
        assert_eq!(found.attributes["partly_unreadable"], json!(true));
        let words = found.attributes["canonical"].as_array().unwrap();
        assert!(words.contains(&json!("Uncategorized")), "{words:?}");
    }
}

#[test]
fn a_document_larger_than_any_of_aws_is_left_whole() {
    let resources: Vec<String> = (0..10_000).map(|n| format!("arn:aws:s3:::bucket-{n}/*")).collect();
    let output = one(json!({ "Effect": "Allow", "Action": "*", "Resource": resources })).normalise();
    assert!(permissions(&output.graph).is_empty());
    assert!(codes(&output).contains(&"oversized_policy"));
}

fn text() -> impl Strategy<Value = Value> {
    let piece = prop::sample::select(vec![
        "arn:aws:s3:::",
        "data",
        "*",
        "?",
        "${",
        "}",
        "${aws:username}",
        ":",
        "/",
        "é",
        "\u{0}",
        "s3",
        "function:",
    ]);
    prop::collection::vec(piece, 0..8).prop_map(|pieces| json!(pieces.concat()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_text_makes_a_permission_and_every_end_is_an_entity(actions in prop::collection::vec(text(), 0..4), resources in prop::collection::vec(text(), 0..4)) {
        let capture = with_resources(one(json!({ "Effect": "Allow", "Action": actions, "Resource": resources })));
        let graph = capture.graph();
        for edge in &graph.edges {
            prop_assert!(graph.entities.contains_key(&edge.to) && graph.entities.contains_key(&edge.from));
        }
        let mut reversed = capture.clone();
        reversed.records.reverse();
        prop_assert_eq!(reversed.graph(), graph);
    }

    #[test]
    fn the_order_within_a_statement_does_not_matter(actions in Just(vec!["s3:GetObject", "kms:Decrypt", "sqs:*"]).prop_shuffle()) {
        let id = |actions: &Value| permission(&one(json!({ "Effect": "Allow", "Action": actions, "Resource": "*" }))).native_id;
        prop_assert_eq!(id(&json!(actions)), id(&json!(["kms:Decrypt", "s3:GetObject", "sqs:*"])));
    }
}

/// Measures; run with `--ignored --nocapture` and `--release`.
#[test]
#[ignore = "prints figures of an organization with two thousand roles"]
fn two_thousand_roles_with_copies_of_ten_policies() {
    let statements = |policy: usize| {
        json!([
            { "Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": format!("arn:aws:s3:::b{policy}*/*") },
            { "Effect": "Allow", "Action": ["dynamodb:*"], "Resource": format!("arn:aws:dynamodb:*:*:table/t{policy}*") },
            { "Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*", "Condition": { "StringLike": { "kms:ViaService": "s3.*.amazonaws.com" } } },
        ])
    };
    let mut capture = Capture::new();
    for n in 0..2_000 {
        let policies: Vec<Value> = (0..10)
            .map(|p| json!({ "PolicyName": format!("p{p}"), "PolicyDocument": { "Version": "2012-10-17", "Statement": statements(p) } }))
            .collect();
        let name = format!("r{n}");
        capture = capture.details(
            json!({ "RoleDetailList": [{ "Arn": role_arn(&name), "RoleName": name, "RolePolicyList": policies,
            "AttachedManagedPolicies": [], "AssumeRolePolicyDocument": { "Statement": [] } }] }),
        );
        capture = capture.config(
            "AWS::S3::Bucket",
            json!({ "arn": format!("arn:aws:s3:::b{n}"), "resourceName": format!("b{n}") }),
        );
    }
    let start = std::time::Instant::now();
    let graph = capture.graph();
    let took = start.elapsed();
    let of_kind = |kind| graph.edges.iter().filter(|edge| edge.kind == kind).count();
    println!(
        "{} entities, {} permissions, {} GRANTS_PERMISSION, {} APPLIES_TO of {} edges, in {took:?}",
        graph.entities.len(),
        permissions(&graph).len(),
        of_kind(EdgeKind::GrantsPermission),
        of_kind(EdgeKind::AppliesTo),
        graph.edges.len()
    );
    let distinct: BTreeSet<&str> = permissions(&graph)
        .iter()
        .map(|entity| entity.native_id.as_str())
        .collect();
    assert_eq!(distinct.len(), 21);
}
