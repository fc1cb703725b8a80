//! The form of each answer: where its items are, and what makes one an item of it.

use serde_json::{Map, Value};
use sv0_model::arn::{account_of, is_account_id};
use sv0_model::record::RecordKind;

use super::{Draft, credential_report, findings, identity_center, last_accessed};
use crate::diagnostics::Problem;
use crate::layout::FileKind;

const DETAIL_LISTS: [&str; 4] = ["UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"];
const TREE_LISTS: [&str; 3] = ["Roots", "OrganizationalUnits", "Parents"];

/// The fields under which an answer holds its items.
pub(crate) fn page_fields(kind: &FileKind) -> &'static [&'static str] {
    match kind {
        FileKind::Organization => &["Organization"],
        FileKind::Accounts => &["Accounts", "Account"],
        FileKind::OrganizationPolicies => &["Policies", "Policy"],
        FileKind::DelegatedAdministrators => &["DelegatedAdministrators"],
        FileKind::OrganizationResourcePolicy => &["ResourcePolicy"],
        FileKind::AwsManagedPolicies => &["Policies"],
        FileKind::ConfigItems { .. } => &[
            "Results",
            "ConfigurationItems",
            "BaseConfigurationItems",
            "ConfigurationItem",
            "BaseConfigurationItem",
        ],
        FileKind::Trails => &["Trails", "TrailList"],
        FileKind::IdentityCenter(file) => identity_center::page_fields(*file),
        FileKind::SpokeItems { name, .. } => name.within(),
        FileKind::SecurityHubFindings | FileKind::AnalyzerFindings => &["Findings"],
        FileKind::Analyzers => &["analyzers", "analyzer"],
        _ => &[],
    }
}

/// The item as a record; `None` when it does not have the form of the answer.
pub(super) fn draft(of: &FileKind, item: Map<String, Value>) -> Option<Draft> {
    let (kind, body) = match of {
        FileKind::Organization => (RecordKind::Organization, with_text(item, "Id")?),
        FileKind::Accounts => (RecordKind::Account, with_account_id(item)?),
        FileKind::DelegatedAdministrators => (RecordKind::DelegatedAdministrator, with_account_id(item)?),
        FileKind::OrganizationTree => (RecordKind::OrganizationTree, with_any_list(item, &TREE_LISTS)?),
        FileKind::OrganizationPolicies => (RecordKind::OrganizationPolicy, organization_policy(item)?),
        FileKind::OrganizationResourcePolicy => (
            RecordKind::OrganizationResourcePolicy,
            item.contains_key("Content").then_some(item)?,
        ),
        FileKind::AwsManagedPolicies => (RecordKind::AwsManagedPolicy, managed_policy(item)?),
        FileKind::KeyGrants { .. } => (RecordKind::KeyGrants, key_grants(item)?),
        FileKind::Trails => (RecordKind::Trail, trail(item)?),
        FileKind::IdentityCenter(file) => identity_center::item(*file, item)?,
        FileKind::SpokeItems { name, .. } => (
            RecordKind::SpokeItem {
                service: name.service.to_owned(),
                what: name.what.to_owned(),
            },
            name.body(item)?,
        ),
        FileKind::CredentialReport { .. } => (RecordKind::CredentialReportRow, credential_report::row(item)?),
        FileKind::LastAccessed { .. } => (RecordKind::ServiceLastAccessed, last_accessed::last_accessed(item)?),
        FileKind::SecurityHubFindings => (RecordKind::SecurityHubFinding, findings::security_hub_finding(item)?),
        FileKind::Analyzers => (RecordKind::Analyzer, findings::analyzer(item)?),
        FileKind::AnalyzerFindings => (RecordKind::AnalyzerFinding, findings::analyzer_finding(item)?),
        FileKind::ConfigAggregator => (RecordKind::ConfigAggregator, findings::aggregator(item)?),
        FileKind::AthenaRows { query } => (
            RecordKind::AthenaRow { query: query.clone() },
            findings::athena_row(item)?,
        ),
        _ => return None,
    };
    let (account, region) = match of {
        FileKind::KeyGrants { partition } | FileKind::SpokeItems { partition, .. } => {
            (Some(partition.account.clone()), Some(partition.region.clone()))
        }
        FileKind::CredentialReport { account } | FileKind::LastAccessed { account } => (Some(account.clone()), None),
        _ => (None, None),
    };
    Some(Draft {
        kind,
        account,
        region,
        captured_at: None,
        body,
    })
}

fn with_text(item: Map<String, Value>, field: &str) -> Option<Map<String, Value>> {
    let has_text = item
        .get(field)
        .and_then(Value::as_str)
        .is_some_and(|text| !text.is_empty());
    has_text.then_some(item)
}

fn with_account_id(item: Map<String, Value>) -> Option<Map<String, Value>> {
    item.get("Id")
        .and_then(Value::as_str)
        .is_some_and(is_account_id)
        .then_some(item)
}

fn with_any_list(item: Map<String, Value>, lists: &[&str]) -> Option<Map<String, Value>> {
    lists
        .iter()
        .any(|list| item.get(*list).is_some_and(Value::is_array))
        .then_some(item)
}

/// `PolicySummary`'s fields may stand in their own object, as `DescribePolicy` prints them; targets may be those of `ListTargetsForPolicy`.
fn organization_policy(mut item: Map<String, Value>) -> Option<Map<String, Value>> {
    if let Some(Value::Object(summary)) = item.remove("PolicySummary") {
        item.extend(summary);
    }
    if let Some(Value::Array(targets)) = item.get_mut("Targets") {
        for target in targets.iter_mut() {
            if let Some(id) = target.get("TargetId").cloned() {
                *target = id;
            }
        }
        targets.sort_by_cached_key(Value::to_string);
    }
    if !item.contains_key("Content") {
        return None;
    }
    with_text(item, "Id")
}

/// Whether an answer lists policies and there are none: `{"Policies":[]}`, or the list alone.
pub(super) fn is_empty_list_of_policies(answer: &Value) -> bool {
    let list = answer.get("Policies").unwrap_or(answer);
    list.as_array().is_some_and(Vec::is_empty)
}

/// The document may come as `GetPolicyVersion` prints it, wrapped with its ARN.
fn managed_policy(mut item: Map<String, Value>) -> Option<Map<String, Value>> {
    if let Some(Value::Object(mut response)) = item.remove("Response")
        && let Some(Value::Object(version)) = response.remove("PolicyVersion")
    {
        item.extend(version);
    }
    if !item.contains_key("Document") {
        return None;
    }
    with_text(item, "Arn")
}

/// `ListGrants` of one key, wrapped with the key's ARN.
fn key_grants(item: Map<String, Value>) -> Option<Map<String, Value>> {
    let grants = item.get("Response").and_then(|response| response.get("Grants"));
    grants.is_some_and(Value::is_array).then_some(())?;
    with_text(item, "Arn")
}

/// A trail may stand alone, as `DescribeTrails` prints it.
fn trail(item: Map<String, Value>) -> Option<Map<String, Value>> {
    if item.get("Trail").is_some_and(Value::is_object) {
        return Some(item);
    }
    let item = with_text(item, "TrailARN")?;
    Some(Map::from_iter([("Trail".to_owned(), Value::Object(item))]))
}

/// Users, groups, roles and policies on a page of authorization details; `None` when it is no such page.
pub(super) fn count_of_details(page: &Map<String, Value>) -> Option<u64> {
    let lists: Vec<&Vec<Value>> = detail_lists(page).collect();
    (!lists.is_empty()).then(|| lists.iter().map(|list| list.len() as u64).sum())
}

/// Accounts that the ARNs of a page of authorization details are in.
pub(super) fn accounts_in_details(page: &Value) -> impl Iterator<Item = String> {
    let entities = page.as_object().into_iter().flat_map(detail_lists).flatten();
    entities
        .filter_map(|entity| entity.get("Arn")?.as_str())
        .filter_map(account_of)
        .map(str::to_owned)
}

fn detail_lists(page: &Map<String, Value>) -> impl Iterator<Item = &Vec<Value>> {
    DETAIL_LISTS.iter().filter_map(|list| page.get(*list)?.as_array())
}

/// The problem of items that are none of the answer their file is named after.
pub(super) fn unexpected(kind: &FileKind, count: u64) -> Problem {
    let (what, command) = match kind {
        FileKind::Organization => (
            "an organization",
            "record it with aws organizations describe-organization",
        ),
        FileKind::Accounts => ("an account", "record them with aws organizations list-accounts"),
        FileKind::OrganizationTree => (
            "an organization's tree",
            "see docs/capture.md for the form of organizations/tree.json",
        ),
        FileKind::OrganizationPolicies => (
            "an organization policy with its Content",
            "see docs/capture.md for the form of organizations/policies.json",
        ),
        FileKind::DelegatedAdministrators => (
            "a delegated administrator",
            "record them with aws organizations list-delegated-administrators",
        ),
        FileKind::OrganizationResourcePolicy => (
            "an organization's resource policy",
            "record it with aws organizations describe-resource-policy",
        ),
        FileKind::AwsManagedPolicies => (
            "a managed policy with Arn and Document",
            "see docs/capture.md for the form of aws-managed-policies.ndjson",
        ),
        FileKind::ConfigItems { .. } => (
            "a Config item with accountId and arn or resourceId",
            "record them with aws configservice select-aggregate-resource-config, selecting those fields",
        ),
        FileKind::AuthorizationDetails { .. } => (
            "authorization details",
            "record them with aws iam get-account-authorization-details",
        ),
        FileKind::KeyGrants { .. } => (
            "an answer of ListGrants with its key's Arn",
            "see docs/capture.md for the form of accounts/<account-id>/<region>/kms/grants.ndjson",
        ),
        FileKind::Trails => (
            "a trail",
            "see docs/capture.md for the form of cloudtrail/trails.ndjson",
        ),
        FileKind::IdentityCenter(file) => identity_center::in_words(*file),
        FileKind::SpokeItems { name, .. } => name.in_words(),
        FileKind::CredentialReport { .. } => (
            "a line of the credential report with user and arn",
            "record it with aws iam get-credential-report",
        ),
        FileKind::LastAccessed { .. } => (
            "a finished answer of GetServiceLastAccessedDetails with its Arn",
            "see docs/capture.md for the form of accounts/<account-id>/iam/last-accessed.ndjson",
        ),
        FileKind::SecurityHubFindings => (
            "a finding in the AWS Security Finding Format",
            "record them with aws securityhub get-findings",
        ),
        FileKind::Analyzers => ("an analyzer", "record them with aws accessanalyzer list-analyzers"),
        FileKind::AnalyzerFindings => (
            "a finding of IAM Access Analyzer",
            "record them with aws accessanalyzer list-findings-v2",
        ),
        FileKind::ConfigAggregator => (
            "a description of aggregators or of their sources' status",
            "record them with aws configservice describe-configuration-aggregators and describe-configuration-aggregator-sources-status",
        ),
        FileKind::AthenaRows { .. } => (
            "a row of a query's result, an object of columns",
            "see docs/capture.md for the form of athena/<query>.ndjson",
        ),
        _ => ("what the file is named after", "see docs/capture.md for its form"),
    };
    Problem::error(
        "unexpected_item",
        format!("what is not {what} is not used (items: {count})"),
        command,
    )
}
