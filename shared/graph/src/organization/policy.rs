//! Service and resource control policies, and the organization's own resource policy.

use serde_json::Value;
use sv0_model::arn::Arn;
use sv0_model::graph::{EdgeKind, EntityKind, PolicyKind, urn};
use sv0_model::record::Record;

use super::node_kind;
use super::s3_policy::{self, S3_POLICY};
use crate::config::set_resource_policy;
use crate::description::{Description, Identity, Reference};
use crate::facts::Facts;
use crate::freshness::{Freshness, Source};
use crate::json::{as_list, at, bool_at, first_at, first_text, text_at};
use sv0_model::graph::OrganizationNodeKind;

/// Policy types of Organizations that decide no access.
const MANAGEMENT_POLICY_TYPES: &[&str] = &[
    "TAG_POLICY",
    "BACKUP_POLICY",
    "AISERVICES_OPT_OUT_POLICY",
    "CHATBOT_POLICY",
    "DECLARATIVE_POLICY_EC2",
    "SECURITYHUB_POLICY",
    "INSPECTOR_POLICY",
    "BEDROCK_POLICY",
];

/// Reads one policy of `organizations/policies.json`.
pub(super) fn read(record: &Record, facts: &mut Facts) {
    let body = &record.body;
    let summary = first_at(body, &["PolicySummary", "Policy.PolicySummary"]).unwrap_or(body);
    facts.organization.policies_collected = true;
    if text_at(summary, "Type") == Some(S3_POLICY) {
        return s3_policy::read(record, &mut facts.organization);
    }
    if at(body, "Policies").is_some_and(|list| as_list(list).is_empty()) {
        return;
    }
    let Some(native_id) = first_text(summary, &["Arn", "Id"]) else {
        let message = "a policy of the organization has neither Arn nor Id and was left out";
        let help = "record it again with aws organizations describe-policy";
        facts
            .diagnostics
            .error(&record.origin, "", "policy_without_arn", message, help);
        return;
    };
    let Some((entity_kind, policy_kind)) = kind_of(summary, native_id) else {
        report_unknown_type(record, summary, native_id, facts);
        return;
    };
    let freshness = Freshness::of(record, Source::Api);
    let name = first_text(summary, &["Name", "Id"]).unwrap_or(native_id);
    let identity = Identity {
        native_id: native_id.to_owned(),
        kind: entity_kind,
        name,
        account: Arn::parse(native_id).and_then(|arn| arn.account_id()),
        region: None,
    };
    let mut description = Description::new(identity, &freshness, &record.origin);
    description.set("description", text_at(summary, "Description"));
    description.set("aws_managed", bool_at(summary, "AwsManaged"));
    description.set("id", text_at(summary, "Id"));
    add_text(record, body, policy_kind, &mut description, facts);
    add_targets(record, body, &mut description, facts);
    facts.describe(freshness, description);
}

fn add_text(record: &Record, body: &Value, kind: PolicyKind, description: &mut Description, facts: &mut Facts) {
    let native_id = description.entity.native_id.clone();
    let name = description.entity.name.clone();
    let text = first_at(body, &["Content", "Policy.Content"]);
    if !description.add_policy(native_id.clone(), kind, &name, text) {
        facts.diagnostics.unreadable_policy(&record.origin, &native_id);
    }
    if let Some(policy) = description.policies.last_mut() {
        policy.owner = None;
    }
}

fn add_targets(record: &Record, body: &Value, description: &mut Description, facts: &mut Facts) {
    let native_id = description.entity.native_id.clone();
    let Some(targets) = at(body, "Targets") else {
        let message = "the policy does not say what it is attached to";
        let help = "add Targets from aws organizations list-targets-for-policy; until then it limits nobody here";
        facts
            .diagnostics
            .error(&record.origin, &native_id, "policy_without_targets", message, help);
        return;
    };
    for target in as_list(targets) {
        let id = target.as_str().or_else(|| text_at(target, "TargetId"));
        match id.and_then(|id| Some((id, node_kind(id)?))) {
            Some((id, kind)) => description.link(EdgeKind::Constrains, node_reference(id, kind)),
            None => {
                let message = "a target of the policy is no root, organizational unit or account and was left out";
                facts
                    .diagnostics
                    .error(&record.origin, &native_id, "unknown_target", message, "");
            }
        }
    }
}

/// How the graph names a node of the organization.
pub(super) fn node_reference(id: &str, kind: OrganizationNodeKind) -> Reference {
    let (native_id, kind) = match kind {
        OrganizationNodeKind::Account => (urn::account(id), EntityKind::Account),
        OrganizationNodeKind::Root => (urn::organization_node(id), EntityKind::OrganizationRoot),
        OrganizationNodeKind::OrganizationalUnit => (urn::organization_node(id), EntityKind::OrganizationalUnit),
    };
    Reference::Id { native_id, kind }
}

fn kind_of(summary: &Value, native_id: &str) -> Option<(EntityKind, PolicyKind)> {
    let scp = (EntityKind::ServiceControlPolicy, PolicyKind::ServiceControl);
    let rcp = (EntityKind::ResourceControlPolicy, PolicyKind::ResourceControl);
    match text_at(summary, "Type") {
        Some("SERVICE_CONTROL_POLICY") => Some(scp),
        Some("RESOURCE_CONTROL_POLICY") => Some(rcp),
        Some(_) => None,
        None if native_id.contains("/service_control_policy/") => Some(scp),
        None if native_id.contains("/resource_control_policy/") => Some(rcp),
        None => None,
    }
}

fn report_unknown_type(record: &Record, summary: &Value, native_id: &str, facts: &mut Facts) {
    let kind = text_at(summary, "Type").unwrap_or_default();
    if MANAGEMENT_POLICY_TYPES.contains(&kind) {
        return;
    }
    let message =
        "the policy's Type is neither SERVICE_CONTROL_POLICY nor RESOURCE_CONTROL_POLICY, so it was not evaluated";
    facts
        .diagnostics
        .warning(&record.origin, native_id, "unknown_policy_type", message, "");
}

/// `DescribeResourcePolicy`: whom the organization lets manage it.
pub(super) fn read_resource_policy(record: &Record, facts: &mut Facts) {
    let body = at(&record.body, "ResourcePolicy").unwrap_or(&record.body);
    let text = at(body, "Content");
    let arn = first_text(body, &["ResourcePolicySummary.Arn", "Arn"]);
    let (Some(text), Some(arn)) = (text, arn) else {
        let message = "the organization's resource policy has no Content or no Arn";
        let help = "record it again with aws organizations describe-resource-policy";
        facts
            .diagnostics
            .error(&record.origin, "", "unexpected_shape", message, help);
        return;
    };
    let freshness = Freshness::of(record, Source::Api);
    let identity = Identity {
        native_id: arn.to_owned(),
        kind: EntityKind::GenericResource,
        name: "organization",
        account: Arn::parse(arn).and_then(|arn| arn.account_id()),
        region: None,
    };
    let mut description = Description::new(identity, &freshness, &record.origin);
    description.set("resource_type", Some("AWS::Organizations::ResourcePolicy"));
    set_resource_policy(&mut description, text, &record.origin, &mut facts.diagnostics);
    facts.describe(freshness, description);
}
