//! Advanced event selectors: a list of fields with conditions, all of which must hold.

use serde_json::Value;
use sv0_model::observation::{DataEventScope, EventScope};

use super::ManagementEvents;
use crate::json::{as_list, field, list_at, text_at, texts_at};

/// The management events of a selector. A selector with conditions that we do not weigh proves nothing about what it leaves out, so it counts as recording none.
pub(super) fn management_events(selector: &Value) -> Option<ManagementEvents> {
    if !is_category(selector, "Management") {
        return None;
    }
    let mut events = ManagementEvents {
        scope: scope(selector),
        excluded_sources: Vec::new(),
    };
    for condition in conditions(selector) {
        match (condition.field, condition.operator) {
            ("eventCategory", _) | ("readOnly", "Equals") => {}
            ("eventSource", "NotEquals") => events
                .excluded_sources
                .extend(condition.values.iter().map(|source| (*source).to_owned())),
            _ => events.scope = EventScope::None,
        }
    }
    Some(events)
}

/// The data events of a selector: one scope for each resource type it names.
pub(super) fn data_events(selector: &Value) -> Vec<DataEventScope> {
    if !is_category(selector, "Data") {
        return Vec::new();
    }
    let scope = scope(selector);
    let mut resource_types: Vec<&str> = Vec::new();
    let mut arn_prefixes: Vec<String> = Vec::new();
    let mut has_further_conditions = false;
    for condition in conditions(selector) {
        match (condition.field, condition.operator) {
            ("eventCategory", _) | ("readOnly", "Equals") => {}
            ("resources.type", "Equals") => resource_types.extend(&condition.values),
            ("resources.ARN", "StartsWith") => {
                arn_prefixes.extend(condition.values.iter().map(|prefix| (*prefix).to_owned()))
            }
            ("resources.ARN", "Equals") => {
                // An exact ARN is narrower than the prefix it is kept as.
                arn_prefixes.extend(condition.values.iter().map(|arn| (*arn).to_owned()));
                has_further_conditions = true;
            }
            _ => has_further_conditions = true,
        }
    }
    arn_prefixes.sort();
    arn_prefixes.dedup();
    resource_types
        .into_iter()
        .map(|resource_type| DataEventScope {
            resource_type: resource_type.to_owned(),
            scope,
            arn_prefixes: arn_prefixes.clone(),
            has_further_conditions,
        })
        .collect()
}

/// One operator of one field.
struct Condition<'a> {
    field: &'a str,
    operator: &'a str,
    values: Vec<&'a str>,
}

fn conditions(selector: &Value) -> Vec<Condition<'_>> {
    list_at(selector, "FieldSelectors")
        .iter()
        .flat_map(|field_selector| {
            let name = text_at(field_selector, "Field").unwrap_or_default();
            let operators = field_selector.as_object().into_iter().flatten();
            operators
                .filter(|(operator, values)| !operator.eq_ignore_ascii_case("Field") && !as_list(values).is_empty())
                .map(move |(operator, values)| Condition {
                    field: name,
                    operator: operator.as_str(),
                    values: as_list(values).iter().filter_map(Value::as_str).collect(),
                })
        })
        .collect()
}

fn is_category(selector: &Value, category: &str) -> bool {
    list_at(selector, "FieldSelectors").iter().any(|field_selector| {
        text_at(field_selector, "Field") == Some("eventCategory")
            && texts_at(field_selector, "Equals").contains(&category)
    })
}

fn scope(selector: &Value) -> EventScope {
    let read_only = list_at(selector, "FieldSelectors")
        .iter()
        .find(|field_selector| text_at(field_selector, "Field") == Some("readOnly"));
    let Some(read_only) = read_only else {
        return EventScope::All;
    };
    let values = field(read_only, "Equals").map_or(&[][..], as_list);
    let names = |text: &str| {
        values
            .iter()
            .any(|value| value.as_str().is_some_and(|value| value.eq_ignore_ascii_case(text)))
    };
    match (names("true"), names("false")) {
        (true, true) => EventScope::All,
        (true, false) => EventScope::ReadOnly,
        (false, true) => EventScope::WriteOnly,
        (false, false) => EventScope::None,
    }
}
