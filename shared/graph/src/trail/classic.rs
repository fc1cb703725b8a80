//! Event selectors of the first kind: `ReadWriteType`, `IncludeManagementEvents`, `DataResources`.

use serde_json::Value;
use sv0_model::arn::Arn;
use sv0_model::observation::{DataEventScope, EventScope};

use super::ManagementEvents;
use crate::json::{bool_at, list_at, text_at, texts_at};

/// The management events of a selector.
pub(super) fn management_events(selector: &Value) -> Option<ManagementEvents> {
    let includes = bool_at(selector, "IncludeManagementEvents").unwrap_or(true);
    includes.then(|| ManagementEvents {
        scope: scope(selector),
        excluded_sources: texts_at(selector, "ExcludeManagementEventSources")
            .into_iter()
            .map(str::to_owned)
            .collect(),
    })
}

/// The data events of a selector.
pub(super) fn data_events(selector: &Value) -> Vec<DataEventScope> {
    let scope = scope(selector);
    list_at(selector, "DataResources")
        .iter()
        .filter_map(|resource| data_resource(resource, scope))
        .collect()
}

/// `ReadWriteType` is `All` where nothing else is set.
fn scope(selector: &Value) -> EventScope {
    match text_at(selector, "ReadWriteType") {
        None | Some("All") => EventScope::All,
        Some("ReadOnly") => EventScope::ReadOnly,
        Some("WriteOnly") => EventScope::WriteOnly,
        Some(_) => EventScope::None,
    }
}

fn data_resource(resource: &Value, scope: EventScope) -> Option<DataEventScope> {
    let values = texts_at(resource, "Values");
    if values.is_empty() {
        return None;
    }
    let is_everything = values.iter().any(|value| names_whole_service(value));
    let mut arn_prefixes: Vec<String> = if is_everything {
        Vec::new()
    } else {
        values.iter().map(|value| (*value).to_owned()).collect()
    };
    arn_prefixes.sort();
    arn_prefixes.dedup();
    // A value that is no prefix by its form (a function, a table) means that resource alone, not what starts like it.
    let has_further_conditions = arn_prefixes.iter().any(|prefix| !is_object_prefix(prefix));
    Some(DataEventScope {
        resource_type: text_at(resource, "Type")?.to_owned(),
        scope,
        arn_prefixes,
        has_further_conditions,
    })
}

/// `arn:aws:s3`, `arn:aws:s3:::`, `arn:aws:lambda`: every resource of the service.
fn names_whole_service(value: &str) -> bool {
    match Arn::parse(value) {
        Some(arn) => arn.resource.is_empty() && arn.region.is_empty() && arn.account.is_empty(),
        None => value.starts_with("arn:") && value.split(':').count() == 3,
    }
}

/// `arn:aws:s3:::bucket/` and `arn:aws:s3:::bucket/prefix`.
fn is_object_prefix(value: &str) -> bool {
    Arn::parse(value).is_some_and(|arn| arn.service == "s3" && arn.resource.contains('/'))
}
