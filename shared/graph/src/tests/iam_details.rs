use serde_json::{Value, json};
use sv0_model::graph::{EdgeKind, EntityKind, PolicyKind, Resolution, ResourcePolicy, urn};

use super::{Capture, DEV, allows, codes, edge, ends, entity, grants, policy, role_arn, told, url_encoded};

pub(super) fn reader() -> Value {
    json!({
        "RoleDetailList": [{
            "Path": "/app/", "RoleName": "reader", "RoleId": "AROAREADER", "Arn": format!("arn:aws:iam::{DEV}:role/app/reader"),
            "CreateDate": "2019-12-18 19:10:08+00:00", "MaxSessionDuration": 3600,
            "AssumeRolePolicyDocument": grants(&json!({ "Service": "lambda.amazonaws.com" }), "sts:AssumeRole"),
            "RolePolicyList": [{ "PolicyName": "read", "PolicyDocument": url_encoded(&allows("s3:GetObject")) }],
            "AttachedManagedPolicies": [{ "PolicyName": "ReleasedTomorrow", "PolicyArn": "arn:aws:iam::aws:policy/ReleasedTomorrow" }],
            "PermissionsBoundary": { "PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": format!("arn:aws:iam::{DEV}:policy/limit") },
            "RoleLastUsed": { "LastUsedDate": 1_772_000_000, "Region": "eu-west-1" },
            "Tags": [{ "Key": "team", "Value": "orders" }]
        }]
    })
}

#[test]
fn a_role_comes_with_its_facts() {
    let graph = Capture::new().details(reader()).graph();
    let role = entity(&graph, &role_arn("app/reader"));
    assert_eq!(role.kind, EntityKind::IamRole);
    assert_eq!(role.name, "reader");
    assert_eq!(role.source_system, format!("aws_iam:{DEV}"));
    assert_eq!(role.region, None);
    assert_eq!(role.resolution, Resolution::Collected);
    assert_eq!(role.tags["team"], "orders");
    let want = json!({
        "path": "/app/", "unique_id": "AROAREADER", "create_date": "2019-12-18T19:10:08Z", "max_session_duration": 3600,
        "last_used": { "date": "2026-02-25T06:13:20Z", "region": "eu-west-1" }
    });
    assert_eq!(told(role), want);
}

#[test]
fn a_role_comes_with_its_policies_in_every_encoding() {
    let graph = Capture::new().details(reader()).graph();
    let role = role_arn("app/reader");
    let inline = urn::inline_policy(&role, "read");
    assert_eq!(policy(&graph, &inline).document, Some(allows("s3:GetObject")));
    assert_eq!(policy(&graph, &inline).owner.as_deref(), Some(role.as_str()));
    assert_eq!(entity(&graph, &inline).kind, EntityKind::IamPolicy);
    assert_eq!(
        ends(&graph, &role, EdgeKind::HasPolicy),
        ["arn:aws:iam::aws:policy/ReleasedTomorrow", &inline]
    );
    let trust = urn::trust_policy(&role);
    assert_eq!(
        entity(&graph, &role).resource_policy,
        ResourcePolicy::Set { policy: trust.clone() }
    );
    assert_eq!(policy(&graph, &trust).kind, PolicyKind::Trust);
    let trusts = edge(&graph, &role, EdgeKind::Trusts);
    assert_eq!(trusts.to, urn::aws_service("lambda.amazonaws.com"));
    assert_eq!(trusts.attributes["actions"], json!(["sts:AssumeRole"]));
    assert_eq!(trusts.attributes["statement_index"], json!(0));
}

#[test]
fn a_policy_whose_text_is_nowhere_is_kept_without_one() {
    let graph = Capture::new().details(reader()).graph();
    let attached = policy(&graph, "arn:aws:iam::aws:policy/ReleasedTomorrow");
    assert_eq!((attached.kind, &attached.document), (PolicyKind::AwsManaged, &None));
    assert_eq!(entity(&graph, &attached.native_id).resolution, Resolution::Referenced);
    let boundary_policy = policy(&graph, &format!("arn:aws:iam::{DEV}:policy/limit"));
    assert_eq!(
        (boundary_policy.kind, &boundary_policy.document),
        (PolicyKind::CustomerManaged, &None)
    );
}

#[test]
fn a_boundary_is_an_entity_that_names_its_policy() {
    let graph = Capture::new().details(reader()).graph();
    let boundary = edge(&graph, &role_arn("app/reader"), EdgeKind::SubjectTo);
    let limit = format!("arn:aws:iam::{DEV}:policy/limit");
    assert_eq!(boundary.to, urn::permissions_boundary(&limit));
    let boundary = entity(&graph, &boundary.to);
    assert_eq!(
        (boundary.kind, boundary.name.as_str()),
        (EntityKind::PermissionsBoundary, "limit")
    );
    assert_eq!(boundary.attributes["policy"], json!(limit));
}

#[test]
fn a_user_is_member_of_groups_that_are_found_by_name() {
    let page = json!({
        "UserDetailList": [{ "UserName": "ann", "Arn": format!("arn:aws:iam::{DEV}:user/ann"), "GroupList": ["admins", "ghosts"] }],
        "GroupDetailList": [{
            "GroupName": "admins", "Path": "/ops/", "Arn": format!("arn:aws:iam::{DEV}:group/ops/admins"),
            "GroupPolicyList": [{ "PolicyName": "all", "PolicyDocument": allows("*") }], "AttachedManagedPolicies": []
        }]
    });
    let graph = Capture::new().details(page).graph();
    let user = format!("arn:aws:iam::{DEV}:user/ann");
    let admins = format!("arn:aws:iam::{DEV}:group/ops/admins");
    let ghosts = format!("arn:aws:iam::{DEV}:group/ghosts");
    assert_eq!(
        ends(&graph, &user, EdgeKind::MemberOf),
        [ghosts.as_str(), admins.as_str()]
    );
    assert_eq!(
        ends(&graph, &admins, EdgeKind::HasPolicy),
        [urn::inline_policy(&admins, "all")]
    );
    assert_eq!(entity(&graph, &ghosts).resolution, Resolution::Referenced);
    assert_eq!(entity(&graph, &user).attributes["groups"], json!(["admins", "ghosts"]));
}

#[test]
fn the_default_version_of_a_managed_policy_is_its_text() {
    let arn = format!("arn:aws:iam::{DEV}:policy/app");
    let version = |id: &str, is_default: bool, action: &str| json!({ "VersionId": id, "IsDefaultVersion": is_default, "Document": allows(action) });
    let page = json!({ "Policies": [{
        "PolicyName": "app", "Arn": arn, "DefaultVersionId": "v1", "AttachmentCount": 1,
        "PolicyVersionList": [version("v2", false, "s3:*"), version("v1", true, "s3:GetObject")]
    }] });
    let graph = Capture::new().details(page).graph();
    let record = policy(&graph, &arn);
    assert_eq!(record.document, Some(allows("s3:GetObject")));
    assert_eq!(record.version_id.as_deref(), Some("v1"));
    assert_eq!(record.owner, None);
}

#[test]
fn service_linked_roles_are_a_kind_of_their_own() {
    let arn = role_arn("aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS");
    let graph = Capture::new()
        .details(json!({ "RoleDetailList": [{ "Arn": arn }] }))
        .graph();
    assert_eq!(entity(&graph, &arn).kind, EntityKind::ServiceLinkedRole);
    assert_eq!(entity(&graph, &arn).name, "AWSServiceRoleForECS");
    assert_eq!(entity(&graph, &arn).resource_policy, ResourcePolicy::NotCollected);
}

#[test]
fn a_role_that_was_never_used_differs_from_one_of_which_nothing_is_known() {
    let page =
        json!({ "RoleDetailList": [{ "Arn": role_arn("never"), "RoleLastUsed": {} }, { "Arn": role_arn("unknown") }] });
    let graph = Capture::new().details(page).graph();
    assert_eq!(entity(&graph, &role_arn("never")).attributes["last_used"], Value::Null);
    assert!(
        !entity(&graph, &role_arn("unknown"))
            .attributes
            .contains_key("last_used")
    );
}

#[test]
fn a_text_that_is_no_policy_is_named_and_kept_as_missing() {
    let page = json!({ "RoleDetailList": [{ "Arn": role_arn("odd"), "AssumeRolePolicyDocument": "%7Bnot json" }] });
    let output = Capture::new().details(page).normalise();
    let trust = urn::trust_policy(&role_arn("odd"));
    assert_eq!(policy(&output.graph, &trust).document, None);
    assert_eq!(
        entity(&output.graph, &role_arn("odd")).resource_policy,
        ResourcePolicy::Set { policy: trust.clone() }
    );
    assert_eq!(codes(&output), ["unreadable_policy"]);
    assert_eq!(output.diagnostics[0].at, trust);
}

#[test]
fn what_is_wrong_inside_a_document_is_named_with_its_place() {
    let odd =
        json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Maybe", "Action": "s3:*", "Resource": "*" }] });
    let page = json!({ "RoleDetailList": [{ "Arn": role_arn("odd"), "RolePolicyList": [{ "PolicyName": "p", "PolicyDocument": odd }] }] });
    let output = Capture::new().details(page).normalise();
    let place = format!("{}/Statement/0", urn::inline_policy(&role_arn("odd"), "p"));
    assert!(
        output
            .diagnostics
            .iter()
            .any(|diagnostic| diagnostic.at.starts_with(&place)),
        "{:?}",
        output.diagnostics
    );
}

#[test]
fn an_arn_that_is_missing_is_made_from_account_path_and_name() {
    let graph = Capture::new()
        .details(json!({ "RoleDetailList": [{ "RoleName": "bare", "Path": "/x/" }] }))
        .graph();
    assert_eq!(entity(&graph, &role_arn("x/bare")).name, "bare");
}
