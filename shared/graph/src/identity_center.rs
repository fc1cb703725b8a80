//! IAM Identity Center: instances, permission sets, users, groups, who is in which group and who may use which permission set where.
//!
//! Sources: IAM Identity Center API Reference, "PermissionSet", "AccountAssignment"; Identity Store API Reference, "User", "Group", "GroupMembership".

mod links;
mod permission_set;

pub(crate) use links::{link, link_roles};

use std::collections::BTreeSet;

use serde_json::Value;
use sv0_model::arn::is_account_id;
use sv0_model::graph::{EntityKind, urn};
use sv0_model::record::{Record, RecordKind};

use crate::description::{Description, Identity};
use crate::facts::Facts;
use crate::freshness::{Fact, Freshness, Newest, Source};
use crate::json::{first_arn, text_at};

/// What the records say of who is where; keys make each fact one.
#[derive(Debug, Default)]
pub(crate) struct IdentityCenterFacts {
    assignments: Newest<Assignment>,
    memberships: Newest<Membership>,
    /// Answers of which at least one item was read.
    seen: BTreeSet<RecordKind>,
}

/// A user or group may use a permission set in an account.
#[derive(Debug, Clone)]
struct Assignment {
    principal: String,
    kind: EntityKind,
    permission_set: String,
    account: String,
}

/// A user is in a group.
#[derive(Debug, Clone)]
struct Membership {
    user: String,
    group: String,
}

/// Reads one record of Identity Center.
pub(crate) fn read(record: &Record, facts: &mut Facts) {
    let is_read = match record.kind {
        RecordKind::IdentityCenterInstance => read_instance(record, facts),
        RecordKind::PermissionSet => permission_set::read(record, facts),
        RecordKind::AccountAssignment => read_assignment(record, facts),
        RecordKind::IdentityCenterUser => read_user(record, facts),
        RecordKind::IdentityCenterGroup => read_group(record, facts),
        RecordKind::GroupMembership => read_membership(record, facts),
        _ => return,
    };
    if is_read.is_some() {
        facts.identity_center.seen.insert(record.kind.clone());
        return;
    }
    let message = "an item of Identity Center lacks an id and was left out";
    let help = "record the answer again; docs/capture.md has the command";
    facts
        .diagnostics
        .error(&record.origin, "", "identity_center_item_without_id", message, help);
}

fn read_instance(record: &Record, facts: &mut Facts) -> Option<()> {
    let body = &record.body;
    let arn = first_arn(body, &["InstanceArn"])?;
    let mut instance = description(arn, EntityKind::IdentityCenterInstance, text_at(body, "Name"), record);
    instance.set("identity_store", text_at(body, "IdentityStoreId"));
    instance.set(
        "owner_account",
        text_at(body, "OwnerAccountId").filter(|id| is_account_id(id)),
    );
    instance.set("status", text_at(body, "Status"));
    facts.describe(Freshness::of(record, Source::Api), instance);
    Some(())
}

fn read_user(record: &Record, facts: &mut Facts) -> Option<()> {
    let body = &record.body;
    let native_id = urn::identity_center_user(&facts.partition, id_at(body, "UserId")?);
    let (user_name, display_name) = (text_at(body, "UserName"), text_at(body, "DisplayName"));
    let mut user = description(
        &native_id,
        EntityKind::IdentityCenterUser,
        user_name.or(display_name),
        record,
    );
    user.set("user_name", user_name);
    user.set("display_name", display_name);
    user.set("identity_store", text_at(body, "IdentityStoreId"));
    facts.describe(Freshness::of(record, Source::Api), user);
    Some(())
}

fn read_group(record: &Record, facts: &mut Facts) -> Option<()> {
    let body = &record.body;
    let native_id = urn::identity_center_group(&facts.partition, id_at(body, "GroupId")?);
    let display_name = text_at(body, "DisplayName");
    let mut group = description(&native_id, EntityKind::IdentityCenterGroup, display_name, record);
    group.set("display_name", display_name);
    group.set("identity_store", text_at(body, "IdentityStoreId"));
    facts.describe(Freshness::of(record, Source::Api), group);
    Some(())
}

fn read_assignment(record: &Record, facts: &mut Facts) -> Option<()> {
    let body = &record.body;
    let id = id_at(body, "PrincipalId")?;
    let (principal, kind) = match text_at(body, "PrincipalType")? {
        "USER" => (
            urn::identity_center_user(&facts.partition, id),
            EntityKind::IdentityCenterUser,
        ),
        "GROUP" => (
            urn::identity_center_group(&facts.partition, id),
            EntityKind::IdentityCenterGroup,
        ),
        _ => return None,
    };
    let assignment = Assignment {
        principal,
        kind,
        permission_set: first_arn(body, &["PermissionSetArn"])?.to_owned(),
        account: text_at(body, "AccountId").filter(|id| is_account_id(id))?.to_owned(),
    };
    let key = format!(
        "{} {} {}",
        assignment.principal, assignment.account, assignment.permission_set
    );
    facts.identity_center.assignments.offer(key, fact(record, assignment));
    Some(())
}

fn read_membership(record: &Record, facts: &mut Facts) -> Option<()> {
    let body = &record.body;
    let membership = Membership {
        user: urn::identity_center_user(&facts.partition, id_at(body, "MemberId.UserId")?),
        group: urn::identity_center_group(&facts.partition, id_at(body, "GroupId")?),
    };
    let key = format!("{} {}", membership.user, membership.group);
    facts.identity_center.memberships.offer(key, fact(record, membership));
    Some(())
}

/// An id that stays one part of an ARN.
fn id_at<'a>(body: &'a Value, path: &str) -> Option<&'a str> {
    text_at(body, path).filter(|id| id.len() <= 64 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'))
}

fn fact<T>(record: &Record, value: T) -> Fact<T> {
    Fact {
        freshness: Freshness::of(record, Source::Api),
        origin: record.origin.clone(),
        value,
    }
}

/// None of these things is in one account: users and permission sets are the organization's.
fn description(native_id: &str, kind: EntityKind, name: Option<&str>, record: &Record) -> Description {
    let last_part = native_id.rsplit('/').next().unwrap_or(native_id);
    let identity = Identity {
        native_id: native_id.to_owned(),
        kind,
        name: name.unwrap_or(last_part),
        account: None,
        region: None,
    };
    Description::new(identity, &Freshness::of(record, Source::Api), &record.origin)
}
