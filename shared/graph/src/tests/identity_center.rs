//! IAM Identity Center: users and groups, permission sets, and the roles made of them.

use serde_json::{Value, json};
use sv0_model::graph::{EdgeKind, EntityKind, Resolution};
use sv0_model::record::RecordKind;

use super::{Capture, DEV, PROD, allows, codes, edge, ends, entity, policy};

const READ_ONLY: &str = "arn:aws:sso:::permissionSet/ssoins-7223a1b2c3d4e5f6/ps-0011223344556677";
const ANN: &str = "90677a1b2c-0a1b2c3d-1111-4222-8333-444455556666";
const ENGINEERS: &str = "90677a1b2c-99887766-1111-4222-8333-444455556666";
const ROLE: &str = "role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_ReadOnly_0123456789abcdef";

fn answer(capture: Capture, kind: RecordKind, file: &str, body: Value) -> Capture {
    let object = format!("identity-center/{file}.ndjson");
    capture.add(kind, &object, None, "2026-03-01T00:00:00Z", body)
}

fn assigned(capture: Capture, account: &str, kind: &str, principal: &str) -> Capture {
    let body =
        json!({"AccountId": account, "PermissionSetArn": READ_ONLY, "PrincipalType": kind, "PrincipalId": principal});
    answer(capture, RecordKind::AccountAssignment, "assignments", body)
}

fn permission_set(capture: Capture) -> Capture {
    let body = json!({
        "Name": "ReadOnly", "PermissionSetArn": READ_ONLY, "Description": "look, do not touch", "CreatedDate": "2025-01-02T03:04:05+00:00",
        "SessionDuration": "PT8H", "InlinePolicy": allows("s3:GetObject").to_string(),
        "AttachedManagedPolicies": [{"Name": "ReadOnlyAccess", "Arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}],
        "CustomerManagedPolicyReferences": [{"Name": "team", "Path": "/shared/"}],
        "PermissionsBoundary": {"CustomerManagedPolicyReference": {"Name": "limit", "Path": "/"}},
    });
    answer(capture, RecordKind::PermissionSet, "permission-sets", body)
}

/// Ann is an engineer; engineers may read in DEV.
pub(super) fn workforce() -> Capture {
    let instance = json!({"InstanceArn": "arn:aws:sso:::instance/ssoins-7223a1b2c3d4e5f6", "IdentityStoreId": "d-90677a1b2c",
                          "OwnerAccountId": PROD, "Status": "ACTIVE", "Name": "acme"});
    let user = json!({"UserId": ANN, "UserName": "ann", "DisplayName": "Ann Onym", "IdentityStoreId": "d-90677a1b2c"});
    let group = json!({"GroupId": ENGINEERS, "DisplayName": "Engineers", "IdentityStoreId": "d-90677a1b2c"});
    let member = json!({"GroupId": ENGINEERS, "MemberId": {"UserId": ANN}});
    let capture = answer(
        Capture::new(),
        RecordKind::IdentityCenterInstance,
        "instances",
        instance,
    );
    let capture = answer(capture, RecordKind::IdentityCenterUser, "users", user);
    let capture = answer(capture, RecordKind::IdentityCenterGroup, "groups", group);
    let capture = answer(capture, RecordKind::GroupMembership, "memberships", member);
    let role = json!({"Arn": format!("arn:aws:iam::{DEV}:{ROLE}"), "RoleName": "AWSReservedSSO_ReadOnly_0123456789abcdef",
                      "Path": "/aws-reserved/sso.amazonaws.com/eu-west-1/"});
    assigned(permission_set(capture), DEV, "GROUP", ENGINEERS).details(json!({ "RoleDetailList": [role] }))
}

fn user(id: &str) -> String {
    format!("arn:aws:identitystore:::user/{id}")
}

fn group(id: &str) -> String {
    format!("arn:aws:identitystore:::group/{id}")
}

#[test]
fn users_groups_and_permission_sets_lead_to_the_role() {
    let output = workforce().normalise();
    assert_eq!(codes(&output), ["managed_policies_from_snapshot"]);
    let graph = output.graph;
    let ann = entity(&graph, &user(ANN));
    assert_eq!(
        (ann.kind, ann.name.as_str(), ann.resolution, &ann.account),
        (EntityKind::IdentityCenterUser, "ann", Resolution::Collected, &None)
    );
    assert_eq!(ends(&graph, &user(ANN), EdgeKind::MemberOf), [group(ENGINEERS)]);
    let assignment = edge(&graph, &group(ENGINEERS), EdgeKind::AssignedTo);
    assert_eq!(
        (assignment.to.as_str(), &assignment.attributes["account"]),
        (READ_ONLY, &json!(DEV))
    );
    assert_eq!(assignment.origins[0].object, "identity-center/assignments.ndjson");
    assert_eq!(
        ends(&graph, READ_ONLY, EdgeKind::ProvisionedAs),
        [format!("arn:aws:iam::{DEV}:{ROLE}")]
    );
    let set = entity(&graph, READ_ONLY);
    assert_eq!(set.name, "ReadOnly");
    assert_eq!(set.attributes["customer_managed_policies"], json!(["/shared/team"]));
    assert_eq!(set.attributes["permissions_boundary"], json!("/limit"));
    let inline = format!("urn:sv0:inline-policy:{READ_ONLY}:AwsSSOInlinePolicy");
    assert_eq!(
        ends(&graph, READ_ONLY, EdgeKind::HasPolicy),
        ["arn:aws:iam::aws:policy/ReadOnlyAccess", inline.as_str()]
    );
    assert_eq!(policy(&graph, &inline).document, Some(allows("s3:GetObject")));
}

#[test]
fn whoever_is_only_named_is_an_entity_too() {
    let capture = assigned(
        Capture::new(),
        PROD,
        "USER",
        "90677a1b2c-00000000-1111-4222-8333-444455556666",
    );
    let graph = capture.graph();
    let stranger = entity(&graph, &user("90677a1b2c-00000000-1111-4222-8333-444455556666"));
    assert_eq!(stranger.resolution, Resolution::Referenced);
    assert_eq!(stranger.attributes["assignments_collected"], json!(true));
    assert_eq!(stranger.attributes["memberships_collected"], json!(false));
    let set = entity(&graph, READ_ONLY);
    assert_eq!(
        (set.kind, set.resolution),
        (EntityKind::PermissionSet, Resolution::Referenced)
    );
    assert_eq!(ends(&graph, READ_ONLY, EdgeKind::ProvisionedAs), Vec::<&str>::new());
}

/// A key policy of an account whose roles were not recorded may name the role; then that is the role.
#[test]
fn a_role_that_is_only_named_is_found() {
    let role = format!("arn:aws:iam::{PROD}:{ROLE}");
    let bucket = json!({"arn": "arn:aws:s3:::data", "resourceId": "data", "accountId": PROD, "configuration": {},
        "supplementaryConfiguration": {"BucketPolicy": {"policyText": super::grants(&json!({"AWS": role}), "s3:GetObject").to_string()}}});
    let graph = permission_set(Capture::new()).config("AWS::S3::Bucket", bucket).graph();
    assert_eq!(ends(&graph, READ_ONLY, EdgeKind::ProvisionedAs), [role]);
}

#[test]
fn items_without_ids_are_left_out_and_said_so() {
    let cases = [
        (RecordKind::IdentityCenterInstance, json!({"InstanceArn": "x"})),
        (RecordKind::PermissionSet, json!({"Name": "x"})),
        (RecordKind::IdentityCenterUser, json!({"UserId": "a/b"})),
        (RecordKind::IdentityCenterGroup, json!({})),
        (RecordKind::GroupMembership, json!({"GroupId": "g", "MemberId": {}})),
        (
            RecordKind::AccountAssignment,
            json!({"AccountId": "1", "PermissionSetArn": READ_ONLY, "PrincipalType": "USER", "PrincipalId": "u"}),
        ),
        (RecordKind::AccountAssignment, json!("x")),
    ];
    for (kind, body) in cases {
        let output = answer(Capture::new(), kind.clone(), "answer", body).normalise();
        assert_eq!(codes(&output), ["identity_center_item_without_id"], "{kind:?}");
        assert!(output.graph.entities.is_empty(), "{kind:?}");
    }
}
