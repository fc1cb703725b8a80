//! IAM Identity Center and its identity store: which fields of its answers are kept.
//!
//! Users are people. Of them only what access decisions need is kept, their ids and names; mail addresses, telephone numbers, postal addresses, ids at
//! other identity providers and whatever AWS may add are dropped before anything is hashed.

use serde_json::{Map, Value};
use sv0_model::arn::{Arn, is_account_id};
use sv0_model::record::RecordKind;

use crate::layout::IdentityCenterFile;

const INSTANCE: [&str; 5] = ["InstanceArn", "IdentityStoreId", "OwnerAccountId", "Name", "Status"];
const PERMISSION_SET: [&str; 5] = [
    "Name",
    "PermissionSetArn",
    "Description",
    "CreatedDate",
    "SessionDuration",
];
const PERMISSION_SET_POLICIES: [&str; 5] = [
    "InlinePolicy",
    "AttachedManagedPolicies",
    "CustomerManagedPolicyReferences",
    "PermissionsBoundary",
    "Tags",
];
const ASSIGNMENT: [&str; 4] = ["AccountId", "PermissionSetArn", "PrincipalType", "PrincipalId"];
const USER: [&str; 4] = ["UserId", "UserName", "DisplayName", "IdentityStoreId"];
const GROUP: [&str; 3] = ["GroupId", "DisplayName", "IdentityStoreId"];
const MEMBERSHIP: [&str; 3] = ["GroupId", "MemberId", "IdentityStoreId"];

/// The field under which a page of the answer holds its items.
pub(super) fn page_fields(file: IdentityCenterFile) -> &'static [&'static str] {
    match file {
        IdentityCenterFile::Instances => &["Instances"],
        IdentityCenterFile::PermissionSets => &["PermissionSets"],
        IdentityCenterFile::Assignments => &["AccountAssignments"],
        IdentityCenterFile::Users => &["Users"],
        IdentityCenterFile::Groups => &["Groups"],
        IdentityCenterFile::Memberships => &["GroupMemberships"],
    }
}

/// The item with the fields that are kept; `None` when it does not have the form of the answer.
pub(super) fn item(file: IdentityCenterFile, item: Map<String, Value>) -> Option<(RecordKind, Map<String, Value>)> {
    Some(match file {
        IdentityCenterFile::Instances => (
            RecordKind::IdentityCenterInstance,
            with_arn(keep(item, &INSTANCE), "InstanceArn")?,
        ),
        IdentityCenterFile::PermissionSets => (RecordKind::PermissionSet, permission_set(item)?),
        IdentityCenterFile::Assignments => (RecordKind::AccountAssignment, assignment(item)?),
        IdentityCenterFile::Users => (RecordKind::IdentityCenterUser, with_id(keep(item, &USER), "UserId")?),
        IdentityCenterFile::Groups => (RecordKind::IdentityCenterGroup, with_id(keep(item, &GROUP), "GroupId")?),
        IdentityCenterFile::Memberships => (RecordKind::GroupMembership, membership(item)?),
    })
}

/// What the items of a file are, and how to record them.
pub(super) fn in_words(file: IdentityCenterFile) -> (&'static str, &'static str) {
    match file {
        IdentityCenterFile::Instances => (
            "an instance of Identity Center",
            "record it with aws sso-admin list-instances",
        ),
        IdentityCenterFile::PermissionSets => (
            "a permission set",
            "see docs/capture.md for the form of identity-center/permission-sets.ndjson",
        ),
        IdentityCenterFile::Assignments => (
            "an account assignment",
            "record them with aws sso-admin list-account-assignments",
        ),
        IdentityCenterFile::Users => (
            "a user of the identity store",
            "record them with aws identitystore list-users",
        ),
        IdentityCenterFile::Groups => (
            "a group of the identity store",
            "record them with aws identitystore list-groups",
        ),
        IdentityCenterFile::Memberships => (
            "a group membership",
            "record them with aws identitystore list-group-memberships",
        ),
    }
}

fn keep(mut item: Map<String, Value>, fields: &[&str]) -> Map<String, Value> {
    item.retain(|field, _| fields.contains(&field.as_str()));
    item
}

/// `DescribePermissionSet` prints the set in an object of its own; beside it stand the answers that list its policies.
fn permission_set(mut item: Map<String, Value>) -> Option<Map<String, Value>> {
    let described = match item.remove("PermissionSet") {
        Some(Value::Object(described)) => described,
        Some(_) => return None,
        None => item.clone(),
    };
    let mut set = with_arn(keep(described, &PERMISSION_SET), "PermissionSetArn")?;
    set.extend(keep(item, &PERMISSION_SET_POLICIES));
    Some(set)
}

fn assignment(item: Map<String, Value>) -> Option<Map<String, Value>> {
    let item = with_id(with_arn(keep(item, &ASSIGNMENT), "PermissionSetArn")?, "PrincipalId")?;
    let has_account = text(&item, "AccountId").is_some_and(is_account_id);
    let has_type = matches!(text(&item, "PrincipalType"), Some("USER" | "GROUP"));
    (has_account && has_type).then_some(item)
}

fn membership(item: Map<String, Value>) -> Option<Map<String, Value>> {
    let mut item = with_id(keep(item, &MEMBERSHIP), "GroupId")?;
    match item.remove("MemberId") {
        Some(Value::Object(member)) => {
            let member = with_id(keep(member, &["UserId"]), "UserId")?;
            item.insert("MemberId".to_owned(), Value::Object(member));
            Some(item)
        }
        _ => None,
    }
}

fn text<'a>(item: &'a Map<String, Value>, field: &str) -> Option<&'a str> {
    item.get(field)?.as_str()
}

fn with_arn(item: Map<String, Value>, field: &str) -> Option<Map<String, Value>> {
    text(&item, field)
        .is_some_and(|text| Arn::parse(text).is_some())
        .then_some(item)
}

/// Ids of the identity store are letters, digits and hyphens; anything else would not stay one part of an ARN.
///
/// Source: Identity Store API Reference, "User", `UserId`.
fn with_id(item: Map<String, Value>, field: &str) -> Option<Map<String, Value>> {
    let is_id = |text: &str| {
        !text.is_empty() && text.len() <= 64 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    text(&item, field).is_some_and(is_id).then_some(item)
}
