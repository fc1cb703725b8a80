use serde_json::{Value, json};
use sv0_model::graph::{EdgeKind, Resolution, urn};
use sv0_model::record::RecordKind;

use super::{Capture, DEV, allows, codes, ends, entity, policy, role_arn};

fn config_role(attached: &str) -> Value {
    json!({
        "arn": role_arn("app"), "awsRegion": "global",
        "configuration": {
            "arn": role_arn("app"), "roleName": "app", "path": "/", "rolePolicyList": [], "instanceProfileList": [],
            "attachedManagedPolicies": [{ "policyArn": attached, "policyName": "x" }]
        }
    })
}

fn details_role(attached: &str) -> Value {
    json!({ "RoleDetailList": [{ "Arn": role_arn("app"), "RoleName": "app", "AttachedManagedPolicies": [{ "PolicyArn": attached }],
        "RoleLastUsed": { "LastUsedDate": "2026-02-01T00:00:00Z" } }] })
}

const OLD: &str = "arn:aws:iam::111111111111:policy/old";
const NEW: &str = "arn:aws:iam::111111111111:policy/new";

#[test]
fn the_newest_description_counts_as_a_whole() {
    for (case, details_at, config_at, want) in [
        ("details newer", "2026-03-01T10:00:00Z", "2026-03-01T09:00:00Z", OLD),
        ("config newer", "2026-03-01T09:00:00Z", "2026-03-01T10:00:00Z", NEW),
        (
            "a tie goes to the details",
            "2026-03-01T10:00:00Z",
            "2026-03-01T10:00:00Z",
            OLD,
        ),
    ] {
        let graph = Capture::new()
            .details_at(details_at, details_role(OLD))
            .config_at(config_at, "AWS::IAM::Role", config_role(NEW))
            .graph();
        assert_eq!(ends(&graph, &role_arn("app"), EdgeKind::HasPolicy), [want], "{case}");
    }
}

#[test]
fn a_newer_description_does_not_forget_when_a_role_was_last_used() {
    let graph = Capture::new()
        .details_at("2026-03-01T09:00:00Z", details_role(OLD))
        .config_at("2026-03-01T10:00:00Z", "AWS::IAM::Role", config_role(NEW))
        .graph();
    let role = entity(&graph, &role_arn("app"));
    assert_eq!(role.attributes["last_used"]["date"], json!("2026-02-01T00:00:00Z"));
    assert_eq!(role.origins.len(), 2, "both records are behind it");
}

#[test]
fn copies_of_a_global_type_from_several_regions_are_one() {
    let copy = |region: &str, attached: &str| {
        let mut item = config_role(attached);
        item["awsRegion"] = json!(region);
        item
    };
    let graph = Capture::new()
        .config_at("2026-03-01T08:00:00Z", "AWS::IAM::Role", copy("us-east-1", OLD))
        .config_at("2026-03-01T10:00:00Z", "AWS::IAM::Role", copy("eu-west-1", NEW))
        .config_at("2026-03-01T09:00:00Z", "AWS::IAM::Role", copy("eu-central-1", OLD))
        .graph();
    assert_eq!(ends(&graph, &role_arn("app"), EdgeKind::HasPolicy), [NEW]);
    assert_eq!(entity(&graph, &role_arn("app")).region, None);
}

#[test]
fn an_item_that_lists_no_policies_never_replaces_one_that_does() {
    let bare = json!({ "arn": role_arn("app"), "configuration": { "roleName": "app" } });
    let graph = Capture::new()
        .details_at("2026-03-01T09:00:00Z", details_role(OLD))
        .config_at("2026-03-01T10:00:00Z", "AWS::IAM::Role", bare.clone())
        .graph();
    assert_eq!(ends(&graph, &role_arn("app"), EdgeKind::HasPolicy), [OLD]);

    let alone = Capture::new().config("AWS::IAM::Role", bare).normalise();
    let missing = urn::inline_policy(&role_arn("app"), "*");
    assert_eq!(
        ends(&alone.graph, &role_arn("app"), EdgeKind::HasPolicy),
        [missing.as_str()]
    );
    assert_eq!(
        policy(&alone.graph, &missing).document,
        None,
        "rights that were not collected are not no rights"
    );
    assert_eq!(codes(&alone), ["policies_not_collected"]);
}

#[test]
fn a_deleted_thing_is_gone_unless_something_newer_describes_it() {
    let deleted = json!({ "arn": role_arn("app"), "configurationItemStatus": "ResourceDeleted" });
    let gone = Capture::new()
        .details_at("2026-03-01T09:00:00Z", details_role(OLD))
        .config_at("2026-03-01T10:00:00Z", "AWS::IAM::Role", deleted.clone())
        .graph();
    assert!(!gone.entities.contains_key(&role_arn("app")));
    let back = Capture::new()
        .details_at("2026-03-01T11:00:00Z", details_role(OLD))
        .config_at("2026-03-01T10:00:00Z", "AWS::IAM::Role", deleted)
        .graph();
    assert_eq!(entity(&back, &role_arn("app")).resolution, Resolution::Collected);
}

#[test]
fn an_item_that_was_never_recorded_says_nothing() {
    let item = json!({ "arn": role_arn("app"), "configurationItemStatus": "ResourceNotRecorded" });
    let graph = Capture::new().config("AWS::IAM::Role", item).graph();
    assert!(!graph.entities.contains_key(&role_arn("app")));
}

#[test]
fn an_aws_managed_policy_counts_in_its_highest_version() {
    let arn = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    let row = |version: &str, action: &str| json!({ "Arn": arn, "VersionId": version, "Document": allows(action) });
    let graph = Capture::new()
        .add(
            RecordKind::AwsManagedPolicy,
            "aws-managed-policies.ndjson",
            None,
            "2026-01-01T00:00:00Z",
            row("v10", "s3:Get*"),
        )
        .add(
            RecordKind::AwsManagedPolicy,
            "aws-managed-policies.ndjson",
            None,
            "2026-02-01T00:00:00Z",
            row("v9", "s3:*"),
        )
        .graph();
    assert_eq!(policy(&graph, arn).document, Some(allows("s3:Get*")));
    assert_eq!(policy(&graph, arn).version_id.as_deref(), Some("v10"));
    assert_eq!(entity(&graph, arn).account, None);
}

#[test]
fn a_customer_managed_policy_counts_as_it_was_read_last() {
    let arn = format!("arn:aws:iam::{DEV}:policy/app");
    let item = |version: &str, action: &str| {
        json!({ "arn": arn, "configuration": { "arn": arn, "policyName": "app", "defaultVersionId": version,
            "policyVersionList": [{ "versionId": version, "isDefaultVersion": true, "document": allows(action).to_string() }] } })
    };
    let graph = Capture::new()
        .config_at("2026-03-01T10:00:00Z", "AWS::IAM::Policy", item("v2", "s3:GetObject"))
        .config_at("2026-03-01T09:00:00Z", "AWS::IAM::Policy", item("v3", "s3:*"))
        .graph();
    assert_eq!(
        policy(&graph, &arn).document,
        Some(allows("s3:GetObject")),
        "the customer went back to v2"
    );
}
