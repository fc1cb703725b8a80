//! AWS Config items in one form, whichever API printed them.

use serde_json::{Map, Value};
use sv0_model::arn::{account_of, is_account_id};
use sv0_model::time::{Timestamp, from_epoch_seconds, parse_timestamp};

/// Whether Config still holds the resource.
///
/// A deleted one is counted and becomes no record: `SelectAggregateResourceConfig`, which a capture records, answers for what exists and never names
/// it (AWS Config Developer Guide, "Querying the current configuration state of AWS resources", limitations), so that absence is proved by the
/// ledger alone. In a capture made by hand of configuration history an older item of the resource may stand beside its deletion; it is then still
/// shown, which errs on the side of access that may exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Presence {
    /// It is there.
    Present,
    /// It was deleted.
    Deleted,
    /// Config does not record it.
    NotRecorded,
}

/// A Config item with keys in camelCase at the top.
#[derive(Debug)]
pub(crate) struct ConfigItem {
    pub fields: Map<String, Value>,
    pub resource_type: String,
    pub account: String,
    pub region: Option<String>,
    pub presence: Presence,
    pub captured_at: Option<Timestamp>,
    /// Whether `configuration` was a text that is not JSON; it is left out then.
    pub has_unreadable_configuration: bool,
}

/// Normalises an item. `None` when it names no account or no resource: then it is no Config item.
///
/// Keys inside `configuration` stay as they are: native types have camelCase, CloudFormation-schema types PascalCase there.
pub(crate) fn normalise(item: Map<String, Value>, type_of_file: &str) -> Option<ConfigItem> {
    let mut fields: Map<String, Value> = item.into_iter().map(|(key, value)| (camel_case(&key), value)).collect();
    let has_unreadable_configuration = !decode_configuration(&mut fields);
    decode_supplements(&mut fields);
    normalise_relationships(&mut fields);
    normalise_tags(&mut fields);
    let text = |name: &str| {
        fields
            .get(name)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    };
    let account = text("accountId").or_else(|| text("arn").as_deref().and_then(account_of).map(str::to_owned));
    let account = account.filter(|account| is_account_id(account))?;
    let names_a_resource = ["arn", "resourceId", "resourceName"]
        .iter()
        .any(|name| text(name).is_some());
    if !names_a_resource {
        return None;
    }
    Some(ConfigItem {
        resource_type: text("resourceType").unwrap_or_else(|| type_of_file.to_owned()),
        region: text("awsRegion"),
        presence: presence(text("configurationItemStatus").as_deref()),
        captured_at: fields.get("configurationItemCaptureTime").and_then(time),
        account,
        has_unreadable_configuration,
        fields,
    })
}

/// `AccountId` → `accountId`; the delivered snapshots' `ARN` and `awsAccountId` get the names that queries use.
fn camel_case(key: &str) -> String {
    match key {
        "ARN" => return "arn".to_owned(),
        "awsAccountId" | "AwsAccountId" => return "accountId".to_owned(),
        _ => {}
    }
    let mut characters = key.chars();
    characters.next().map_or_else(String::new, |first| {
        first.to_ascii_lowercase().to_string() + characters.as_str()
    })
}

fn presence(status: Option<&str>) -> Presence {
    match status {
        Some(status) if status.starts_with("ResourceDeleted") => Presence::Deleted,
        Some("ResourceNotRecorded") => Presence::NotRecorded,
        _ => Presence::Present,
    }
}

fn time(value: &Value) -> Option<Timestamp> {
    match value {
        Value::String(text) => parse_timestamp(text),
        Value::Number(number) => number.as_f64().and_then(from_epoch_seconds),
        _ => None,
    }
}

/// `configuration` may be a JSON string. `false` when it is a text that is not JSON.
fn decode_configuration(fields: &mut Map<String, Value>) -> bool {
    let Some(Value::String(text)) = fields.get("configuration") else {
        return true;
    };
    if text.trim().is_empty() {
        fields.remove("configuration");
        return true;
    }
    match serde_json::from_str::<Value>(text) {
        Ok(decoded) if !decoded.is_string() => {
            fields.insert("configuration".to_owned(), decoded);
            true
        }
        _ => {
            fields.remove("configuration");
            false
        }
    }
}

/// `supplementaryConfiguration` and each of its values may be JSON strings. Policy texts stay texts, in the encoding they came in.
fn decode_supplements(fields: &mut Map<String, Value>) {
    let Some(supplements) = fields.get_mut("supplementaryConfiguration") else {
        return;
    };
    decode(supplements);
    if let Value::Object(supplements) = supplements {
        supplements.values_mut().for_each(decode);
    }
}

/// A text that holds a text is decoded once more, so that an item that was decoded before stays what it is.
fn decode(value: &mut Value) {
    while let Value::String(text) = value {
        match serde_json::from_str::<Value>(text) {
            Ok(decoded) if decoded.get("Statement").is_none() => *value = decoded,
            _ => return,
        }
    }
}

fn normalise_relationships(fields: &mut Map<String, Value>) {
    let Some(Value::Array(relationships)) = fields.get_mut("relationships") else {
        return;
    };
    for relationship in relationships.iter_mut().filter_map(Value::as_object_mut) {
        *relationship = std::mem::take(relationship)
            .into_iter()
            .map(|(key, value)| (camel_case(&key), value))
            .collect();
    }
    relationships.sort_by_cached_key(Value::to_string);
}

/// A list of `{key, value}` in either casing becomes a map.
fn normalise_tags(fields: &mut Map<String, Value>) {
    let Some(tags) = fields.get_mut("tags") else { return };
    decode(tags);
    let Value::Array(listed) = tags else { return };
    let mut map = Map::new();
    for tag in listed.iter().filter_map(Value::as_object) {
        let field = |names: [&str; 2]| names.iter().find_map(|name| tag.get(*name));
        if let Some(key) = field(["key", "Key"]).and_then(Value::as_str) {
            let value = field(["value", "Value"]).cloned().unwrap_or_else(|| Value::from(""));
            map.insert(key.to_owned(), value);
        }
    }
    *tags = Value::Object(map);
}
