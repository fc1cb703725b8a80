use serde_json::{Value, json};
use sv0_model::graph::{EdgeKind, EntityKind, Graph, Resolution, urn};
use sv0_model::record::RecordKind;

use super::{Capture, DEV, OUTSIDER, PROD, edge, ends, entity, grants, role_arn};

/// A graph with one role that trusts the principal, in an organization of [`DEV`] and [`PROD`].
fn trusting(principal: &Value) -> Graph {
    let role = |name: &str, id: &str, trusted: &Value| json!({ "Arn": role_arn(name), "RoleId": id, "AssumeRolePolicyDocument": grants(trusted, "sts:AssumeRole") });
    let page = json!({ "RoleDetailList": [role("app", "AROAAPP", principal), role("ci/builder", "AROABUILDER", &json!({ "Service": "ec2.amazonaws.com" }))] });
    Capture::new()
        .details(page)
        .organization(RecordKind::Account, json!({ "Id": DEV, "Name": "dev" }))
        .organization(RecordKind::Account, json!({ "Id": PROD, "Name": "prod" }))
        .graph()
}

#[test]
fn every_form_of_principal_becomes_a_node() {
    let oidc = format!("arn:aws:iam::{DEV}:oidc-provider/token.actions.githubusercontent.com");
    let canonical = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be";
    for (principal, native_id, kind, resolution) in [
        (
            json!("*"),
            urn::ANONYMOUS.to_owned(),
            EntityKind::Anonymous,
            Resolution::External,
        ),
        (
            json!({ "AWS": "*" }),
            urn::ANONYMOUS.to_owned(),
            EntityKind::Anonymous,
            Resolution::External,
        ),
        (
            json!({ "Service": "lambda.amazonaws.com" }),
            urn::aws_service("lambda.amazonaws.com"),
            EntityKind::AwsService,
            Resolution::Referenced,
        ),
        (
            json!({ "AWS": DEV }),
            urn::account(DEV),
            EntityKind::Account,
            Resolution::Collected,
        ),
        (
            json!({ "AWS": format!("arn:aws:iam::{PROD}:root") }),
            urn::account(PROD),
            EntityKind::Account,
            Resolution::Collected,
        ),
        (
            json!({ "AWS": OUTSIDER }),
            urn::account(OUTSIDER),
            EntityKind::ExternalPrincipal,
            Resolution::External,
        ),
        (
            json!({ "AWS": format!("arn:aws:iam::{PROD}:role/x") }),
            format!("arn:aws:iam::{PROD}:role/x"),
            EntityKind::IamRole,
            Resolution::Referenced,
        ),
        (
            json!({ "AWS": format!("arn:aws:iam::{PROD}:user/x") }),
            format!("arn:aws:iam::{PROD}:user/x"),
            EntityKind::IamUser,
            Resolution::Referenced,
        ),
        (
            json!({ "AWS": format!("arn:aws:iam::{OUTSIDER}:role/x") }),
            format!("arn:aws:iam::{OUTSIDER}:role/x"),
            EntityKind::ExternalPrincipal,
            Resolution::External,
        ),
        (
            json!({ "AWS": role_arn("ci/builder") }),
            role_arn("ci/builder"),
            EntityKind::IamRole,
            Resolution::Collected,
        ),
        (
            json!({ "AWS": format!("arn:aws:sts::{DEV}:assumed-role/builder/session") }),
            role_arn("ci/builder"),
            EntityKind::IamRole,
            Resolution::Collected,
        ),
        (
            json!({ "AWS": format!("arn:aws:sts::{PROD}:assumed-role/ghost/s") }),
            format!("arn:aws:iam::{PROD}:role/ghost"),
            EntityKind::IamRole,
            Resolution::Referenced,
        ),
        (
            json!({ "AWS": "AROADELETEDROLE12345" }),
            urn::external_principal("AROADELETEDROLE12345"),
            EntityKind::ExternalPrincipal,
            Resolution::External,
        ),
        (
            json!({ "Federated": oidc }),
            oidc.clone(),
            EntityKind::FederatedProvider,
            Resolution::Referenced,
        ),
        (
            json!({ "Federated": "accounts.google.com" }),
            urn::external_principal("accounts.google.com"),
            EntityKind::FederatedProvider,
            Resolution::External,
        ),
        (
            json!({ "CanonicalUser": canonical }),
            urn::external_principal(canonical),
            EntityKind::ExternalPrincipal,
            Resolution::External,
        ),
        (
            json!({ "AWS": "who is this" }),
            urn::external_principal("who is this"),
            EntityKind::ExternalPrincipal,
            Resolution::External,
        ),
    ] {
        let graph = trusting(&principal);
        assert_eq!(
            ends(&graph, &role_arn("app"), EdgeKind::Trusts),
            [native_id.as_str()],
            "{principal}"
        );
        let node = entity(&graph, &native_id);
        assert_eq!((node.kind, node.resolution), (kind, resolution), "{principal}");
    }
}

#[test]
fn nodes_of_no_account_come_from_aws_itself() {
    for principal in [
        json!("*"),
        json!({ "Service": "lambda.amazonaws.com" }),
        json!({ "Federated": "accounts.google.com" }),
    ] {
        let graph = trusting(&principal);
        let node = entity(&graph, ends(&graph, &role_arn("app"), EdgeKind::Trusts)[0]);
        assert_eq!(node.source_system, "aws:global", "{principal}");
        assert_eq!(node.account, None);
    }
}

#[test]
fn every_principal_of_a_list_has_an_edge_with_the_words_of_the_policy() {
    let graph = trusting(&json!({ "AWS": [DEV, format!("arn:aws:iam::{PROD}:root")] }));
    let written: Vec<&Value> = graph
        .edges
        .iter()
        .filter(|edge| edge.kind == EdgeKind::Trusts && edge.from == role_arn("app"))
        .map(|edge| &edge.attributes["principal"])
        .collect();
    assert_eq!(written.len(), 2);
    assert_eq!(written[0], &json!(DEV));
}

#[test]
fn an_allow_to_all_but_some_names_everyone() {
    let document = json!({ "Statement": { "Effect": "Allow", "NotPrincipal": { "AWS": OUTSIDER }, "Action": "s3:*", "Resource": "*" } });
    let item = json!({ "arn": "arn:aws:s3:::b", "supplementaryConfiguration": { "BucketPolicy": { "policyText": document } } });
    let graph = Capture::new().config("AWS::S3::Bucket", item).graph();
    let granted = edge(&graph, "arn:aws:s3:::b", EdgeKind::Grants);
    assert_eq!(granted.to, urn::ANONYMOUS);
    assert_eq!(granted.attributes["not_principal"], json!([OUTSIDER]));
}
