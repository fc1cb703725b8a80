//! Reading an item by the row of its type.

use serde_json::{Map, Value};
use sv0_model::graph::{EntityKind, PolicyKind, ResourcePolicy, urn};
use sv0_model::record::Origin;

use super::ConfigItem;
use super::table::{AttributeRow, LinkRow, PolicyPlace, Shape, TypeRow};
use crate::description::{Description, Identity, Link};
use crate::diagnostics::Diagnostics;
use crate::facts::SeparatePolicy;
use crate::freshness::Fact;
use crate::json::{as_list, bool_at, field, first_at, texts_along, time_text};
use crate::workload::state_machine;

/// The entity an item describes. Without any id there is none, and a diagnostic instead.
pub(crate) fn describe(item: &ConfigItem<'_>, row: &TypeRow, diagnostics: &mut Diagnostics) -> Option<Description> {
    let Some(native_id) = item.native_id(row) else {
        let message = format!("an {} item has neither an ARN nor an id", item.resource_type);
        diagnostics.error(
            item.origin,
            "",
            "config_item_without_id",
            message,
            "record the item again with arn, resourceId and resourceName",
        );
        return None;
    };
    let name = item.name(row, &native_id);
    let identity = Identity {
        native_id,
        kind: row.kind,
        name: &name,
        account: item.account,
        region: item.region,
    };
    let mut description = Description::new(identity, &item.freshness, item.origin);
    description.entity.tags = item.tags();
    add_attributes(item, row, &mut description);
    add_links(item, row, &mut description);
    add_policy(item, row, &mut description, diagnostics);
    (row.refine)(item, &mut description);
    if state_machine::is_unreadable(item, &description) {
        let message = "the definition of the state machine cannot be read: it is none, or nests too deeply";
        let help = "record the item again; what the definition calls is not known, only what its role may call";
        diagnostics.warning(item.origin, "", "unreadable_definition", message, help);
    }
    Some(description)
}

fn add_attributes(item: &ConfigItem<'_>, row: &TypeRow, description: &mut Description) {
    if matches!(row.kind, EntityKind::GenericResource | EntityKind::GenericWorkload) {
        description.set("resource_type", Some(item.resource_type));
    }
    let principal = Some(row.service_principal).filter(|principal| !principal.is_empty());
    description.set("service_principal", principal);
    for AttributeRow(name, paths, shape) in row.attributes {
        description.set(
            name,
            first_at(&item.body, paths).and_then(|value| shaped(value, *shape)),
        );
    }
}

fn add_links(item: &ConfigItem<'_>, row: &TypeRow, description: &mut Description) {
    for LinkRow(kind, paths, reference) in row.links {
        let found = paths.iter().map(|path| texts_along(&item.body, path));
        let texts = found.into_iter().find(|texts| !texts.is_empty()).unwrap_or_default();
        let links = texts
            .into_iter()
            .map(|text| Link::new(*kind, reference(text.to_owned())));
        description.links.extend(links);
    }
}

fn add_policy(item: &ConfigItem<'_>, row: &TypeRow, description: &mut Description, diagnostics: &mut Diagnostics) {
    let (paths, none_is_proved) = match row.policy {
        PolicyPlace::Elsewhere => return,
        PolicyPlace::NotSupported => {
            description.entity.resource_policy = ResourcePolicy::NotSupported;
            return;
        }
        PolicyPlace::Supplementary(paths) => (paths, item.has_supplementary_configuration()),
        PolicyPlace::Configuration(paths) => (paths, item.has_configuration()),
        PolicyPlace::Always(paths) | PolicyPlace::IfThere(paths) => (paths, false),
    };
    let text = first_at(&item.body, paths).filter(|text| !is_empty_policy(text));
    match text {
        Some(text) => set_resource_policy(description, text, item.origin, diagnostics),
        None if none_is_proved && item.is_of_config() => description.entity.resource_policy = ResourcePolicy::NotSet,
        None => {}
    }
}

/// Gives an entity its resource-based policy.
pub(crate) fn set_resource_policy(
    description: &mut Description,
    text: &Value,
    origin: &Origin,
    diagnostics: &mut Diagnostics,
) {
    let policy = urn::resource_policy(&description.entity.native_id);
    let name = format!("resource policy of {}", description.entity.name);
    if !description.add_policy(policy.clone(), PolicyKind::ResourceBased, &name, Some(text)) {
        diagnostics.unreadable_policy(origin, &policy);
    }
    description.entity.resource_policy = ResourcePolicy::Set { policy };
}

/// Gives an entity the resource-based policy that was recorded apart from it, in place of what was known.
pub(crate) fn set_separate_policy(
    description: &mut Description,
    fact: &Fact<SeparatePolicy>,
    diagnostics: &mut Diagnostics,
) {
    let id = urn::resource_policy(&description.entity.native_id);
    description.policies.retain(|policy| policy.native_id != id);
    let Some(text) = &fact.value.text else {
        description.entity.resource_policy = ResourcePolicy::NotSet;
        return;
    };
    set_resource_policy(description, text, &fact.origin, diagnostics);
    if let Some(policy) = description.policies.last_mut() {
        policy.origin = Some(fact.origin.clone());
        policy.captured_at = fact.freshness.captured_at();
    }
}

/// `""`, `{}` and `{"policyText": null}` are how Config writes that there is none, and the text `{}` is how Kinesis does.
pub(crate) fn is_empty_policy(text: &Value) -> bool {
    match text {
        Value::String(text) => matches!(text.split_whitespace().collect::<String>().as_str(), "" | "{}"),
        Value::Object(object) => object.values().all(Value::is_null),
        other => other.is_null(),
    }
}

fn shaped(value: &Value, shape: Shape) -> Option<Value> {
    match shape {
        Shape::Scalar => scalar(value),
        Shape::Truth => truth(value),
        Shape::Time => time_text(value).map(Value::String),
        Shape::Scalars => Some(as_list(value).iter().filter_map(scalar).collect()),
        Shape::Each(name) => Some(
            as_list(value)
                .iter()
                .filter_map(|item| field(item, name).or(Some(item)).and_then(scalar))
                .collect(),
        ),
        Shape::Presence => Some(Value::Bool(true)),
        Shape::Count => Some(Value::from(as_list(value).len())),
        Shape::Keys => value.as_object().map(keys),
    }
}

fn scalar(value: &Value) -> Option<Value> {
    matches!(value, Value::String(_) | Value::Number(_) | Value::Bool(_)).then(|| value.clone())
}

/// `true`, or `{"keyRotationEnabled": true}` as the services answer it.
fn truth(value: &Value) -> Option<Value> {
    let wrapped = serde_json::json!({ "value": value });
    bool_at(&wrapped, "value")
        .or_else(|| bool_at(value, "keyRotationEnabled"))
        .map(Value::Bool)
}

fn keys(object: &Map<String, Value>) -> Value {
    object.keys().cloned().collect()
}
