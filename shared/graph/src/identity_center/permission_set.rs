//! Permission sets and the policies that AWS writes into the roles made of them.

use serde_json::{Value, json};
use sv0_model::graph::{EdgeKind, EntityKind, PolicyKind, Resolution, urn};
use sv0_model::record::Record;

use super::description;
use crate::description::{Description, Identity, Link, Reference, entity};
use crate::facts::Facts;
use crate::freshness::{Freshness, Source};
use crate::json::{at, first_arn, is_arn, list_at, tags, text_at, time_text};

/// The name under which a role holds the inline policy of its permission set.
const INLINE_POLICY: &str = "AwsSSOInlinePolicy";

/// Reads a permission set; `None` if it has no ARN.
pub(super) fn read(record: &Record, facts: &mut Facts) -> Option<()> {
    let body = &record.body;
    let arn = first_arn(body, &["PermissionSetArn"])?;
    let mut set = description(arn, EntityKind::PermissionSet, text_at(body, "Name"), record);
    set.entity.tags = tags(at(body, "Tags").unwrap_or(&Value::Null));
    set.set("permission_set_name", text_at(body, "Name"));
    set.set("description", text_at(body, "Description"));
    set.set("session_duration", text_at(body, "SessionDuration"));
    set.set("create_date", at(body, "CreatedDate").and_then(time_text));
    set.set(
        "customer_managed_policies",
        customer_managed(body, "CustomerManagedPolicyReferences"),
    );
    set.set("permissions_boundary", boundary(body));
    for policy in list_at(body, "AttachedManagedPolicies") {
        if let Some(arn) = text_at(policy, "Arn").filter(|arn| is_arn(arn)) {
            set.link(EdgeKind::HasPolicy, policy_reference(arn.to_owned()));
        }
    }
    add_inline_policy(&mut set, body, facts, record);
    facts.describe(Freshness::of(record, Source::Api), set);
    Some(())
}

/// Paths and names of customer managed policies; which policy is meant is each account's own affair.
fn customer_managed(body: &Value, path: &str) -> Option<Vec<String>> {
    let names: Vec<String> = list_at(body, path)
        .iter()
        .filter_map(|policy| {
            let path = text_at(policy, "Path").unwrap_or("/");
            Some(format!("{path}{}", text_at(policy, "Name")?))
        })
        .collect();
    Some(names).filter(|names| !names.is_empty())
}

fn boundary(body: &Value) -> Option<String> {
    let boundary = at(body, "PermissionsBoundary")?;
    let managed = text_at(boundary, "ManagedPolicyArn").map(str::to_owned);
    managed.or_else(|| customer_managed(boundary, "CustomerManagedPolicyReference")?.pop())
}

/// The API answers with an empty text where there is no inline policy.
fn add_inline_policy(set: &mut Description, body: &Value, facts: &mut Facts, record: &Record) {
    let is_set = |text: &&Value| text.as_str().is_none_or(|text| !text.trim().is_empty());
    let Some(text) = at(body, "InlinePolicy").filter(is_set) else {
        return;
    };
    let native_id = urn::inline_policy(&set.entity.native_id, INLINE_POLICY);
    if !set.add_policy(native_id.clone(), PolicyKind::Inline, INLINE_POLICY, Some(text)) {
        facts.diagnostics.unreadable_policy(&record.origin, &native_id);
    }
    let identity = Identity {
        native_id: native_id.clone(),
        kind: EntityKind::IamPolicy,
        name: INLINE_POLICY,
        account: None,
        region: None,
    };
    let mut part = entity(identity, Resolution::Collected);
    part.captured_at = set.entity.captured_at;
    part.origins.clone_from(&set.entity.origins);
    part.attributes.insert("inline".to_owned(), json!(true));
    set.parts.push(part);
    set.links
        .push(Link::new(EdgeKind::HasPolicy, policy_reference(native_id)));
}

fn policy_reference(native_id: String) -> Reference {
    Reference::Id {
        native_id,
        kind: EntityKind::IamPolicy,
    }
}
