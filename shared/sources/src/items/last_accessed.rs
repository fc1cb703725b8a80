//! `iam:GetServiceLastAccessedDetails` of one principal.

use serde_json::{Map, Value};

const KEPT: [&str; 7] = [
    "Arn",
    "JobStatus",
    "JobType",
    "JobCreationDate",
    "JobCompletionDate",
    "ServicesLastAccessed",
    "IsTruncated",
];

/// `{"Arn", …answer…}` or `{"Arn", "Response": {…answer…}}`, always as the former.
///
/// A report that is not finished, or failed, lists no services although some may have been used; it is refused, so that nothing of it reads as *unused*.
/// Source: IAM API Reference, "GetServiceLastAccessedDetails", `JobStatus`.
pub(super) fn last_accessed(mut item: Map<String, Value>) -> Option<Map<String, Value>> {
    if let Some(Value::Object(response)) = item.remove("Response") {
        item.extend(response.into_iter().filter(|(field, _)| field != "Arn"));
    }
    item.retain(|field, _| KEPT.contains(&field.as_str()));
    let text = |field: &str| item.get(field).and_then(Value::as_str);
    let is_named = text("Arn").is_some_and(|arn| !arn.is_empty());
    let is_finished = text("JobStatus").is_none_or(|status| status == "COMPLETED");
    let lists_services = item.get("ServicesLastAccessed").is_some_and(Value::is_array);
    (is_named && is_finished && lists_services).then_some(item)
}
