//! Users, roles and groups.

use serde_json::{Value, json};
use sv0_model::arn::Arn;
use sv0_model::graph::{EdgeKind, EntityKind, PolicyKind, PolicyRecord, Resolution, ResourcePolicy, urn};
use sv0_model::time::Timestamp;

use super::{Detail, MissingLists};
use crate::description::{Description, Identity, Link, Reference, entity};
use crate::facts::{Facts, LastUse};
use crate::freshness::{PARTIAL, WHOLE};
use crate::json::{at, list_at, text_at, texts_at, time_at, time_text};

/// Where a kind of principal keeps what only it has.
pub(crate) struct PrincipalRow {
    kind: EntityKind,
    name: &'static str,
    unique_id: &'static str,
    inline_policies: &'static str,
}

pub(crate) const USER: PrincipalRow = PrincipalRow {
    kind: EntityKind::IamUser,
    name: "userName",
    unique_id: "userId",
    inline_policies: "userPolicyList",
};
pub(crate) const ROLE: PrincipalRow = PrincipalRow {
    kind: EntityKind::IamRole,
    name: "roleName",
    unique_id: "roleId",
    inline_policies: "rolePolicyList",
};
pub(crate) const GROUP: PrincipalRow = PrincipalRow {
    kind: EntityKind::IamGroup,
    name: "groupName",
    unique_id: "groupId",
    inline_policies: "groupPolicyList",
};

const ATTACHED_POLICIES: &str = "attachedManagedPolicies";
const TRUST_POLICY: &str = "assumeRolePolicyDocument";
const BOUNDARY: &[&str] = &[
    "permissionsBoundary.permissionsBoundaryArn",
    "rolePermissionsBoundary.permissionsBoundaryArn",
    "permissionsBoundary",
];

/// Describes a user, role or group.
pub(crate) fn describe(row: &PrincipalRow, detail: &Detail<'_>, facts: &mut Facts) {
    let arn = Arn::parse(&detail.arn);
    let name = text_at(detail.body, row.name)
        .or_else(|| arn.map(|arn| arn.name()))
        .unwrap_or_default();
    let identity = Identity {
        native_id: detail.arn.clone(),
        kind: kind_of(row, &detail.arn),
        name,
        account: detail.account(),
        region: None,
    };
    let mut description = Description::new(identity, &detail.freshness, &detail.origin);
    description.entity.tags.clone_from(&detail.tags);
    add_attributes(row, detail, &mut description);
    let is_whole = add_policies(row, detail, &mut description, facts);
    match row.kind {
        EntityKind::IamRole => add_role(detail, &mut description, facts),
        EntityKind::IamUser => add_user(detail, &mut description, facts),
        _ => {}
    }
    let precedence = if is_whole { WHOLE } else { PARTIAL };
    facts.describe(detail.freshness.clone().with_precedence(precedence), description);
}

fn kind_of(row: &PrincipalRow, arn: &str) -> EntityKind {
    let is_service_linked = Arn::parse(arn).is_some_and(|arn| arn.resource.starts_with("role/aws-service-role/"));
    if is_service_linked {
        EntityKind::ServiceLinkedRole
    } else {
        row.kind
    }
}

fn add_attributes(row: &PrincipalRow, detail: &Detail<'_>, description: &mut Description) {
    description.set("path", text_at(detail.body, "path"));
    description.set("unique_id", text_at(detail.body, row.unique_id));
    description.set("create_date", at(detail.body, "createDate").and_then(time_text));
    description.set("description", text_at(detail.body, "description"));
    description.set(
        "max_session_duration",
        at(detail.body, "maxSessionDuration").and_then(Value::as_u64),
    );
}

/// Adds inline and attached policies and the boundary. Says whether the description lists policies at all.
fn add_policies(row: &PrincipalRow, detail: &Detail<'_>, description: &mut Description, facts: &mut Facts) -> bool {
    for inline in list_at(detail.body, row.inline_policies) {
        add_inline_policy(inline, detail, description, facts);
    }
    for attached in list_at(detail.body, ATTACHED_POLICIES) {
        match text_at(attached, "policyArn").or_else(|| attached.as_str()) {
            Some(policy) => description.link(EdgeKind::HasPolicy, managed_policy(policy)),
            None => facts.diagnostics.error(
                &detail.origin,
                &detail.arn,
                "policy_without_arn",
                "an attached policy has no ARN and was left out",
                "record the principal again",
            ),
        }
    }
    if let Some(boundary) = BOUNDARY.iter().find_map(|path| text_at(detail.body, path)) {
        let boundary = Reference::Id {
            native_id: urn::permissions_boundary(boundary),
            kind: EntityKind::PermissionsBoundary,
        };
        description.link(EdgeKind::SubjectTo, boundary);
    }
    let lists = [row.inline_policies, ATTACHED_POLICIES];
    let is_whole =
        detail.missing_lists == MissingLists::Empty || lists.iter().any(|list| at(detail.body, list).is_some());
    if !is_whole {
        add_uncollected_policies(detail, description, facts);
    }
    is_whole
}

fn managed_policy(arn: &str) -> Reference {
    Reference::Id {
        native_id: arn.to_owned(),
        kind: EntityKind::IamPolicy,
    }
}

fn add_inline_policy(inline: &Value, detail: &Detail<'_>, description: &mut Description, facts: &mut Facts) {
    let name = text_at(inline, "policyName")
        .or_else(|| inline.as_str())
        .unwrap_or_default();
    let native_id = urn::inline_policy(&detail.arn, name);
    let text = at(inline, "policyDocument");
    if !description.add_policy(native_id.clone(), PolicyKind::Inline, name, text) {
        facts.diagnostics.unreadable_policy(&detail.origin, &native_id);
    }
    add_part(native_id, name, description);
}

/// Stands for the policies of a principal whose item came without any list of them, so that nobody takes it for one without rights.
fn add_uncollected_policies(detail: &Detail<'_>, description: &mut Description, facts: &mut Facts) {
    let name = "policies that were not collected";
    let native_id = urn::inline_policy(&detail.arn, "*");
    description.add_policy(native_id.clone(), PolicyKind::Inline, name, None);
    add_part(native_id, name, description);
    let message = "the item lists neither inline nor attached policies, so the principal's rights are not known";
    let help = "select the whole configuration column, or add the account's authorization details";
    facts
        .diagnostics
        .error(&detail.origin, &detail.arn, "policies_not_collected", message, help);
}

fn add_part(native_id: String, name: &str, description: &mut Description) {
    let identity = Identity {
        native_id: native_id.clone(),
        kind: EntityKind::IamPolicy,
        name,
        account: description.entity.account.as_deref(),
        region: None,
    };
    let mut part = entity(identity, Resolution::Collected);
    part.captured_at = description.entity.captured_at;
    part.origins.clone_from(&description.entity.origins);
    part.attributes.insert("inline".to_owned(), json!(true));
    description.parts.push(part);
    let policy = Reference::Id {
        native_id,
        kind: EntityKind::IamPolicy,
    };
    description.links.push(Link::new(EdgeKind::HasPolicy, policy));
}

fn add_role(detail: &Detail<'_>, description: &mut Description, facts: &mut Facts) {
    if let Some(text) = at(detail.body, TRUST_POLICY) {
        let policy = urn::trust_policy(&detail.arn);
        let name = format!("trust policy of {}", description.entity.name);
        if !description.add_policy(policy.clone(), PolicyKind::Trust, &name, Some(text)) {
            facts.diagnostics.unreadable_policy(&detail.origin, &policy);
        }
        description.entity.resource_policy = ResourcePolicy::Set { policy };
    }
    description.instance_profiles = list_at(detail.body, "instanceProfileList")
        .iter()
        .filter_map(|profile| text_at(profile, "arn"))
        .map(str::to_owned)
        .collect();
    let profiles = Some(description.instance_profiles.clone()).filter(|profiles| !profiles.is_empty());
    description.set("instance_profiles", profiles);
    if let Some(last_used) = at(detail.body, "roleLastUsed") {
        description.set("last_used", Some(Value::Null));
        remember_use(
            detail,
            time_at(last_used, "lastUsedDate"),
            text_at(last_used, "region"),
            facts,
        );
    }
}

fn add_user(detail: &Detail<'_>, description: &mut Description, facts: &mut Facts) {
    let groups = texts_at(detail.body, "groupList");
    for group in &groups {
        description.link(EdgeKind::MemberOf, Reference::Group((*group).to_owned()));
    }
    description.set("groups", Some(groups));
    remember_use(detail, time_at(detail.body, "passwordLastUsed"), None, facts);
}

fn remember_use(detail: &Detail<'_>, time: Option<Timestamp>, region: Option<&str>, facts: &mut Facts) {
    if let Some(time) = time {
        let last_use = LastUse {
            time,
            region: region.map(str::to_owned),
            origin: detail.origin.clone(),
        };
        facts.used(&detail.arn, last_use);
    }
}

/// The record of a managed policy that something names and nothing describes.
pub(crate) fn uncollected_managed_policy(arn: &str) -> PolicyRecord {
    PolicyRecord {
        native_id: arn.to_owned(),
        kind: super::managed_policy::kind_of(arn),
        name: Arn::parse(arn).map_or(arn, |arn| arn.name()).to_owned(),
        owner: None,
        document: None,
        sha256: None,
        version_id: None,
        captured_at: None,
        origin: None,
        snapshot: None,
    }
}
