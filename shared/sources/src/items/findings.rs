//! Findings of other services, and the sources of the Config aggregator: which fields of their answers are kept.

use serde_json::{Map, Value};

use crate::values::parse_text;

/// Texts that people write are kept this long.
const MAX_TEXT: usize = 512;

const FINDING: [&str; 11] = [
    "Id",
    "ProductArn",
    "ProductName",
    "GeneratorId",
    "AwsAccountId",
    "Region",
    "Types",
    "Title",
    "RecordState",
    "CreatedAt",
    "UpdatedAt",
];
/// Objects of a finding, and the fields of each that are kept.
const FINDING_OBJECTS: [(&str, &[&str]); 4] = [
    ("Severity", &["Label"]),
    ("Workflow", &["Status"]),
    ("Compliance", &["Status", "SecurityControlId"]),
    ("Resources", &["Type", "Id", "Region"]),
];
const ANALYZER: [&str; 9] = [
    "arn",
    "name",
    "type",
    "status",
    "statusReason",
    "createdAt",
    "lastResourceAnalyzed",
    "lastResourceAnalyzedAt",
    "configuration",
];
const ANALYZER_FINDING: [&str; 19] = [
    "id",
    "analyzerArn",
    "resource",
    "resourceType",
    "resourceOwnerAccount",
    "status",
    "findingType",
    "findingDetails",
    "error",
    "createdAt",
    "analyzedAt",
    "updatedAt",
    "principal",
    "action",
    "isPublic",
    "condition",
    "sources",
    "resourceControlPolicyRestriction",
    "accessType",
];
const AGGREGATOR_LISTS: [&str; 2] = ["ConfigurationAggregators", "AggregatedSourceStatusList"];
const AGGREGATOR: [&str; 5] = [
    "ConfigurationAggregatorName",
    "ConfigurationAggregatorArn",
    "AccountAggregationSources",
    "OrganizationAggregationSource",
    "AggregatorFilters",
];
const SOURCE_STATUS: [&str; 6] = [
    "SourceId",
    "SourceType",
    "AwsRegion",
    "LastUpdateStatus",
    "LastUpdateTime",
    "LastErrorCode",
];

/// A finding of AWS Security Hub, as far as it is used: descriptions, remediation texts and product fields are the product's own words.
///
/// Source: AWS Security Hub User Guide, "AWS Security Finding Format (ASFF)".
pub(super) fn security_hub_finding(mut item: Map<String, Value>) -> Option<Map<String, Value>> {
    has_text(&item, "Id").then_some(())?;
    for (name, fields) in FINDING_OBJECTS {
        match item.get_mut(name) {
            Some(Value::Object(object)) => keep(object, fields),
            Some(Value::Array(objects)) => objects
                .iter_mut()
                .filter_map(Value::as_object_mut)
                .for_each(|object| keep(object, fields)),
            _ => {
                item.remove(name);
            }
        }
    }
    item.retain(|field, _| FINDING.contains(&field.as_str()) || FINDING_OBJECTS.iter().any(|(name, _)| name == field));
    if let Some(Value::String(title)) = item.get_mut("Title") {
        shorten(title);
    }
    Some(item)
}

/// An analyzer of IAM Access Analyzer.
pub(super) fn analyzer(mut item: Map<String, Value>) -> Option<Map<String, Value>> {
    has_text(&item, "arn").then_some(())?;
    keep(&mut item, &ANALYZER);
    Some(item)
}

/// A finding of IAM Access Analyzer: an item of `ListFindingsV2` or of the older `ListFindings`, or `GetFindingV2` with its details. None of them names
/// its analyzer, so `analyzerArn` may stand beside.
pub(super) fn analyzer_finding(mut item: Map<String, Value>) -> Option<Map<String, Value>> {
    (has_text(&item, "id") && has_text(&item, "status")).then_some(())?;
    keep(&mut item, &ANALYZER_FINDING);
    Some(item)
}

/// The answers of `DescribeConfigurationAggregators` and `DescribeConfigurationAggregatorSourcesStatus`, in one object or one each.
pub(super) fn aggregator(mut item: Map<String, Value>) -> Option<Map<String, Value>> {
    let is_one = AGGREGATOR_LISTS
        .iter()
        .any(|list| item.get(*list).is_some_and(Value::is_array));
    is_one.then_some(())?;
    keep(&mut item, &AGGREGATOR_LISTS);
    for (list, fields) in AGGREGATOR_LISTS.iter().zip([AGGREGATOR.as_slice(), &SOURCE_STATUS]) {
        let entries = item.get_mut(*list).and_then(Value::as_array_mut).into_iter().flatten();
        entries
            .filter_map(Value::as_object_mut)
            .for_each(|entry| keep(entry, fields));
    }
    Some(item)
}

/// Columns that stand beside the event of a row.
const EVENT_COLUMNS: [&str; 7] = ["event", "session", "issued", "count", "first", "last", "newest"];

/// A row of an evidence query: texts, numbers and truth values by column, and lists of them. The column `event` holds the text of a CloudTrail event, of
/// which the fields are kept that are kept of events in log files.
pub(super) fn athena_row(mut item: Map<String, Value>) -> Option<Map<String, Value>> {
    if let Some(event) = item.remove("event") {
        keep(&mut item, &EVENT_COLUMNS);
        item.retain(|_, value| is_scalar(value) || value.as_array().is_some_and(|values| values.iter().all(is_scalar)));
        item.insert("event".to_owned(), event_of(event)?);
        return Some(item);
    }
    item.retain(|_, value| match value {
        Value::Object(_) => false,
        Value::Array(values) => values.iter().all(is_scalar),
        _ => true,
    });
    (!item.is_empty()).then_some(item)
}

fn event_of(value: Value) -> Option<Value> {
    let event = match value {
        Value::String(text) => parse_text(&text).ok()?.0,
        value => value,
    };
    crate::cloudtrail::kept_of_event(&event).filter(Value::is_object)
}

fn is_scalar(value: &Value) -> bool {
    !value.is_object() && !value.is_array()
}

fn keep(item: &mut Map<String, Value>, fields: &[&str]) {
    item.retain(|field, _| fields.contains(&field.as_str()));
}

fn has_text(item: &Map<String, Value>, field: &str) -> bool {
    item.get(field)
        .and_then(Value::as_str)
        .is_some_and(|text| !text.is_empty())
}

fn shorten(text: &mut String) {
    if let Some((at, _)) = text.char_indices().nth(MAX_TEXT) {
        text.truncate(at);
    }
}
