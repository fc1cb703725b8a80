//! Findings of other AWS services, each once.
//!
//! Sources: IAM Access Analyzer API Reference, `FindingSummaryV2`, `GetFindingV2`, `AccessPreviewFinding` and the older `Finding`; AWS Security Hub User Guide,
//! "AWS Security Finding Format (ASFF)".

use std::collections::BTreeSet;

use serde_json::Value;
use sv0_model::arn::is_account_id;
use sv0_model::graph::{Signal, SignalSource, urn};
use sv0_model::record::Record;

use crate::facts::Facts;
use crate::freshness::{Fact, Freshness, Newest, Source};
use crate::json::{as_list, at, bool_at, first_text, list_at, text_at, texts_at, time_at};

/// So many resources, principals and actions of one finding are kept.
const MOST: usize = 100;

/// A finding of IAM Access Analyzer.
pub(crate) fn read_analyzer_finding(record: &Record, facts: &mut Facts) {
    let body = &record.body;
    let Some(id) = text_at(body, "id") else {
        return;
    };
    let details: Vec<&Value> = list_at(body, "findingDetails")
        .iter()
        .filter_map(Value::as_object)
        .flat_map(|detail| detail.values())
        .chain([body])
        .collect();
    let principals = details.iter().filter_map(|detail| at(detail, "principal"));
    let actions = details.iter().flat_map(|detail| actions_of(detail));
    let resource = text_at(body, "resource").map(str::to_owned);
    let signal = Signal {
        id: id.to_owned(),
        source: SignalSource::AccessAnalyzer,
        // The older `ListFindings` knows findings of external access alone, and does not say so.
        finding_type: text_at(body, "findingType").unwrap_or("ExternalAccess").to_owned(),
        title: String::new(),
        is_active: is_open(record, facts),
        severity: String::new(),
        account: text_at(body, "resourceOwnerAccount").map(str::to_owned),
        region: record.region.clone(),
        resources: bounded(resource.into_iter()),
        principals: bounded(principals.flat_map(principals_of)),
        actions: bounded(actions),
        is_public: details.iter().find_map(|detail| bool_at(detail, "isPublic")),
        updated_at: time_at(body, "updatedAt"),
        origin: record.origin.clone(),
    };
    offer(record, signal, facts);
}

/// What the status of a finding may be.
const STATUSES: [&str; 3] = ["ACTIVE", "ARCHIVED", "RESOLVED"];

/// The types of findings that are known.
const TYPES: [&str; 6] = [
    "ExternalAccess",
    "InternalAccess",
    "UnusedIAMRole",
    "UnusedIAMUserAccessKey",
    "UnusedIAMUserPassword",
    "UnusedPermission",
];

/// Whether a finding is open. One with an error says that the analyzer could not read the resource, and nothing of its access.
///
/// Source: IAM Access Analyzer API Reference, "FindingSummaryV2", `error` and `status`.
fn is_open(record: &Record, facts: &mut Facts) -> bool {
    let body = &record.body;
    let mut tell = |code: &str, what: &str, value: &str| {
        let message = format!("{what} of a finding of IAM Access Analyzer is not known: {value}");
        let help = "the finding is taken as it stands; a newer version may know it";
        facts.diagnostics.warning(&record.origin, "", code, message, help);
    };
    let status = text_at(body, "status").unwrap_or_default().to_ascii_uppercase();
    if !STATUSES.contains(&status.as_str()) {
        tell("unknown_finding_status", "the status", &status);
    }
    if let Some(unknown) = text_at(body, "findingType").filter(|of| !TYPES.contains(of)) {
        tell("unknown_finding_type", "the type", unknown);
    }
    let is_closed = matches!(status.as_str(), "ARCHIVED" | "RESOLVED");
    !is_closed && text_at(body, "error").is_none()
}

/// A finding of Security Hub.
pub(crate) fn read_security_hub_finding(record: &Record, facts: &mut Facts) {
    let body = &record.body;
    let Some(id) = text_at(body, "Id") else {
        return;
    };
    let is_closed = text_at(body, "RecordState") != Some("ACTIVE")
        || matches!(text_at(body, "Workflow.Status"), Some("SUPPRESSED" | "RESOLVED"))
        || matches!(text_at(body, "Compliance.Status"), Some("PASSED" | "NOT_AVAILABLE"));
    let resources = list_at(body, "Resources")
        .iter()
        .filter_map(|resource| text_at(resource, "Id"));
    let finding_type = first_text(body, &["Compliance.SecurityControlId"])
        .or_else(|| texts_at(body, "Types").first().copied())
        .or_else(|| text_at(body, "GeneratorId"));
    let finding_type = match is_of_access_analyzer(body) {
        true => Some("ExternalAccess").filter(|_| !says_unused(body)).or(finding_type),
        false => finding_type,
    };
    let signal = Signal {
        id: id.to_owned(),
        source: SignalSource::SecurityHub,
        finding_type: finding_type.unwrap_or_default().to_owned(),
        title: text_at(body, "Title").unwrap_or_default().to_owned(),
        is_active: !is_closed,
        severity: text_at(body, "Severity.Label").unwrap_or_default().to_owned(),
        account: text_at(body, "AwsAccountId").map(str::to_owned),
        region: text_at(body, "Region").map(str::to_owned),
        resources: bounded(resources.map(native_id)),
        principals: Vec::new(),
        actions: Vec::new(),
        is_public: None,
        updated_at: time_at(body, "UpdatedAt"),
        origin: record.origin.clone(),
    };
    offer(record, signal, facts);
}

fn is_of_access_analyzer(body: &Value) -> bool {
    let product = first_text(body, &["ProductArn"]).unwrap_or_default();
    product.ends_with(":product/aws/access-analyzer") || text_at(body, "ProductName") == Some("IAM Access Analyzer")
}

fn says_unused(body: &Value) -> bool {
    let types = texts_at(body, "Types");
    types.iter().any(|text| text.to_ascii_lowercase().contains("unused"))
}

/// The account is a resource too: `AWS::::Account:111122223333`.
fn native_id(id: &str) -> String {
    match id.strip_prefix("AWS::::Account:") {
        Some(account) if is_account_id(account) => urn::account(account),
        _ => id.to_owned(),
    }
}

/// `{"AWS": "111122223333"}`, or a list in it.
fn principals_of(principal: &Value) -> Vec<String> {
    let texts = |value: &Value| -> Vec<String> {
        as_list(value)
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect()
    };
    match principal {
        Value::Object(object) => object.values().flat_map(texts).collect(),
        other => texts(other),
    }
}

/// `["s3:GetObject"]`, or `[{"action": "GetObject"}]` of unused permissions.
fn actions_of(detail: &Value) -> Vec<String> {
    let listed = list_at(detail, "action").iter().chain(list_at(detail, "actions"));
    let named = listed.filter_map(|action| action.as_str().or_else(|| text_at(action, "action")));
    let mut actions: Vec<String> = named.map(str::to_owned).collect();
    let namespace = text_at(detail, "serviceNamespace");
    if let Some(service) = namespace.filter(|_| actions.is_empty()) {
        actions.push(format!("{service}:*"));
    }
    actions
}

fn bounded(texts: impl Iterator<Item = String>) -> Vec<String> {
    let sorted: BTreeSet<String> = texts.filter(|text| !text.is_empty()).collect();
    sorted.into_iter().take(MOST).collect()
}

fn offer(record: &Record, signal: Signal, facts: &mut Facts) {
    let key = format!("{:?} {}", signal.source, signal.id);
    let fact = Fact {
        freshness: Freshness::of(record, Source::Api),
        origin: record.origin.clone(),
        value: signal,
    };
    facts.signals.offer(key, fact);
}

/// Every finding once: what Access Analyzer told Security Hub of a resource is left out where Access Analyzer's own findings on it were recorded, open or closed.
pub(crate) fn finish(signals: Newest<Signal>) -> Vec<Signal> {
    let mut signals: Vec<Signal> = signals.into_iter().map(|(_, fact)| fact.value).collect();
    let own: BTreeSet<(String, String)> = signals
        .iter()
        .filter(|signal| signal.source == SignalSource::AccessAnalyzer)
        .flat_map(|signal| {
            let finding_type = signal.finding_type.clone();
            signal
                .resources
                .iter()
                .map(move |resource| (resource.clone(), finding_type.clone()))
        })
        .collect();
    let is_copy = |signal: &Signal| {
        signal.source == SignalSource::SecurityHub
            && !signal.resources.is_empty()
            && signal
                .resources
                .iter()
                .all(|resource| own.contains(&(resource.clone(), signal.finding_type.clone())))
    };
    signals.retain(|signal| !is_copy(signal));
    signals.sort();
    signals
}
