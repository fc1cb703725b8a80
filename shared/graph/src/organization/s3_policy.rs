//! S3 policies of the organization: Block Public Access for whole accounts.
//!
//! Source: AWS Organizations User Guide, "Amazon S3 policies" and "Understanding management policy inheritance"; Amazon S3 User Guide, "Configuring block public access
//! settings for your account": "Organization-level policies override account-level configurations." Management accounts are left as they are recorded: the documentation
//! does not say that such a policy reaches them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sv0_iam::decode_document;
use sv0_model::graph::{Organization, OrganizationNodeKind};
use sv0_model::record::{Origin, Record};

use super::OrganizationFacts;
use super::build::is_enabled;
use crate::json::{as_list, at, first_at, text_at};

/// The type of these policies.
pub(super) const S3_POLICY: &str = "S3_POLICY";

/// What one policy says, and of whom.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct S3Policy {
    targets: BTreeSet<String>,
    assigns: Assignment,
    /// Whether it lets policies below it say otherwise.
    is_final: bool,
    origin: Origin,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Assignment {
    All,
    None,
}

/// Block Public Access of an account as its organization sets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OrganizationBlock {
    /// Whether all four switches are on, or all off.
    pub(crate) is_on: bool,
    /// The record that says so.
    pub(crate) origin: Origin,
}

/// Reads one policy of the type; one that sets nothing of Block Public Access is passed over.
pub(super) fn read(record: &Record, facts: &mut OrganizationFacts) {
    let content = first_at(&record.body, &["Content", "Policy.Content"]).and_then(|text| decode_document(text).ok());
    let block = content
        .as_ref()
        .and_then(|content| at(content, "s3_attributes.public_access_block_configuration"));
    let Some(block) = block else {
        return;
    };
    let assigns = match block.get("@@assign").and_then(Value::as_str) {
        Some("all") => Assignment::All,
        Some("none") => Assignment::None,
        _ => return,
    };
    let is_none = |operators: &Value| as_list(operators).iter().any(|operator| operator == "@@none");
    let targets = at(&record.body, "Targets").map_or(&[][..], as_list).iter();
    facts.s3_policies.insert(S3Policy {
        targets: targets
            .filter_map(|target| target.as_str().or_else(|| text_at(target, "TargetId")))
            .map(str::to_owned)
            .collect(),
        assigns,
        is_final: block.get("@@operators_allowed_for_child_policies").is_some_and(is_none),
        origin: record.origin.clone(),
    });
}

/// What the policies set for each account. Where two policies of one node differ, nothing is taken to be set.
pub(crate) fn blocks(facts: &OrganizationFacts, organization: &Organization) -> BTreeMap<String, OrganizationBlock> {
    if facts.s3_policies.is_empty() || is_enabled(facts, S3_POLICY) != Some(true) {
        return BTreeMap::new();
    }
    let nodes = organization.nodes.values();
    nodes
        .filter(|node| node.kind == OrganizationNodeKind::Account)
        .filter(|account| organization.management_account.as_ref() != Some(&account.id))
        .filter_map(|account| Some((account.id.clone(), of_account(&account.id, facts, organization)?)))
        .collect()
}

fn of_account(account: &str, facts: &OrganizationFacts, organization: &Organization) -> Option<OrganizationBlock> {
    let mut effective = None;
    for node in organization.levels_of(account)? {
        let here: Vec<&S3Policy> = facts
            .s3_policies
            .iter()
            .filter(|policy| policy.targets.contains(&node.id))
            .collect();
        let Some(first) = here.first() else {
            continue;
        };
        if here.iter().any(|policy| policy.assigns != first.assigns) {
            return None;
        }
        effective = Some(OrganizationBlock {
            is_on: first.assigns == Assignment::All,
            origin: first.origin.clone(),
        });
        if here.iter().any(|policy| policy.is_final) {
            break;
        }
    }
    effective
}
