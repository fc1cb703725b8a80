//! Managed policies, of the customer and of AWS.

use serde_json::{Value, json};
use sv0_model::arn::Arn;
use sv0_model::graph::{EntityKind, PolicyKind, PolicyRecord};
use sv0_model::record::Record;

use super::{Detail, MissingLists};
use crate::description::{Description, Identity};
use crate::facts::Facts;
use crate::freshness::{Freshness, Source, WHOLE};
use crate::json::{at, bool_at, first_arn, first_at, first_text, list_at, text_at, time_text};

/// Where `aws-managed-policies.ndjson` keeps version and text: bare, or wrapped as an answer of `GetPolicyVersion`.
const VERSION_ID: &[&str] = &[
    "VersionId",
    "Response.PolicyVersion.VersionId",
    "PolicyVersion.VersionId",
];
const DOCUMENT: &[&str] = &["Document", "Response.PolicyVersion.Document", "PolicyVersion.Document"];

/// The version that is in force, and its text.
struct DefaultVersion<'a> {
    version_id: Option<&'a str>,
    text: Option<&'a Value>,
}

/// Reads one row of `aws-managed-policies.ndjson`.
pub(crate) fn read_aws_managed_policy(record: &Record, facts: &mut Facts) {
    let Some(arn) = first_arn(&record.body, &["Arn"]) else {
        let help = "give every row Arn, VersionId and Document";
        facts.diagnostics.error(
            &record.origin,
            "",
            "policy_without_arn",
            "an AWS managed policy has no ARN",
            help,
        );
        return;
    };
    let detail = Detail {
        body: &record.body,
        tags: std::collections::BTreeMap::new(),
        arn: arn.to_owned(),
        freshness: Freshness::of(record, Source::Api),
        origin: record.origin.clone(),
        missing_lists: MissingLists::Empty,
    };
    let version = DefaultVersion {
        version_id: first_text(&record.body, VERSION_ID),
        text: first_at(&record.body, DOCUMENT),
    };
    describe_version(&detail, &version, facts);
}

/// Describes a managed policy of `GetAccountAuthorizationDetails` or Config.
pub(super) fn describe(detail: &Detail<'_>, facts: &mut Facts) {
    let version = default_version(detail.body);
    describe_version(detail, &version, facts);
}

/// AWS managed policies have the account `aws`.
pub(super) fn kind_of(arn: &str) -> PolicyKind {
    match Arn::parse(arn) {
        Some(arn) if arn.account == "aws" => PolicyKind::AwsManaged,
        _ => PolicyKind::CustomerManaged,
    }
}

fn default_version(body: &Value) -> DefaultVersion<'_> {
    let versions = list_at(body, "policyVersionList");
    let default_id = text_at(body, "defaultVersionId");
    let is_default = |version: &&Value| bool_at(version, "isDefaultVersion") == Some(true);
    let has_default_id = |version: &&Value| default_id.is_some() && text_at(version, "versionId") == default_id;
    let found = versions
        .iter()
        .find(is_default)
        .or_else(|| versions.iter().find(has_default_id));
    DefaultVersion {
        version_id: found.and_then(|version| text_at(version, "versionId")).or(default_id),
        text: found.and_then(|version| at(version, "document")),
    }
}

fn describe_version(detail: &Detail<'_>, version: &DefaultVersion<'_>, facts: &mut Facts) {
    let kind = kind_of(&detail.arn);
    let name = text_at(detail.body, "policyName")
        .or_else(|| Arn::parse(&detail.arn).map(|arn| arn.name()))
        .unwrap_or_default();
    let identity = Identity {
        native_id: detail.arn.clone(),
        kind: EntityKind::IamPolicy,
        name,
        account: detail.account(),
        region: None,
    };
    let mut description = Description::new(identity, &detail.freshness, &detail.origin);
    description.entity.tags.clone_from(&detail.tags);
    add_attributes(detail, kind, version, &mut description);
    if !description.add_policy(detail.arn.clone(), kind, name, version.text) {
        facts.diagnostics.unreadable_policy(&detail.origin, &detail.arn);
    }
    if let Some(policy) = description.policies.last_mut() {
        as_managed(policy, version);
    }
    let version_number = if kind == PolicyKind::AwsManaged {
        version_number(version)
    } else {
        0
    };
    let precedence = WHOLE.saturating_add(version_number);
    facts.describe(detail.freshness.clone().with_precedence(precedence), description);
}

fn as_managed(policy: &mut PolicyRecord, version: &DefaultVersion<'_>) {
    policy.owner = None;
    policy.version_id = version.version_id.map(str::to_owned);
}

fn add_attributes(detail: &Detail<'_>, kind: PolicyKind, version: &DefaultVersion<'_>, description: &mut Description) {
    description.set("aws_managed", Some(json!(kind == PolicyKind::AwsManaged)));
    description.set("path", text_at(detail.body, "path"));
    description.set("unique_id", text_at(detail.body, "policyId"));
    description.set("description", text_at(detail.body, "description"));
    description.set("version_id", version.version_id);
    // Of AWS's own policies the count is each account's, but the entity is everybody's.
    let attachments = at(detail.body, "attachmentCount").filter(|_| kind == PolicyKind::CustomerManaged);
    description.set("attachment_count", attachments.and_then(Value::as_u64));
    description.set("create_date", at(detail.body, "createDate").and_then(time_text));
    description.set("update_date", at(detail.body, "updateDate").and_then(time_text));
}

/// AWS only ever moves its managed policies forward, so the higher version counts, whenever it was read. Customers may go back to an older one.
fn version_number(version: &DefaultVersion<'_>) -> u64 {
    let number = version.version_id.and_then(|id| id.strip_prefix('v')?.parse().ok());
    number.filter(|_| version.text.is_some()).unwrap_or(0)
}
