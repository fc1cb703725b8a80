//! The fields of a row, checked for their JSON types.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::error::{RowError, RowErrorCode};
use crate::context::{Context, fold_key};
use crate::document::{DUPLICATE_MARK, type_name};
use crate::parse::{PolicyDiagnostic, escape_pointer};

const KNOWN: [&str; 14] = [
    "id",
    "principal",
    "principal_type",
    "action",
    "resource",
    "resource_account",
    "context",
    "identity_policies",
    "permission_boundaries",
    "session_policy",
    "scps",
    "rcps",
    "resource_policy",
    "endpoint_policies",
];

/// The row as an object, its field names checked.
pub(super) fn object(row: &Value) -> Result<&Map<String, Value>, RowError> {
    let Value::Object(fields) = row else {
        return Err(bad_type("a request is an object", row, ""));
    };
    check_names(fields)?;
    Ok(fields)
}

pub(super) fn check_names(fields: &Map<String, Value>) -> Result<(), RowError> {
    let mut unknown = fields.keys().filter(|name| !KNOWN.contains(&name.as_str()));
    unknown.try_for_each(|name| check_unknown(name))
}

/// Fields that are none of a request's and hold something that might have been meant for one, such as a policy under a misspelt name.
pub(super) fn passed_over(fields: &Map<String, Value>) -> Vec<PolicyDiagnostic> {
    let unknown = fields
        .iter()
        .filter(|(name, value)| !KNOWN.contains(&name.as_str()) && (value.is_object() || value.is_array()));
    unknown
        .map(|(name, _)| PolicyDiagnostic {
            code: "unknown_field",
            message: "this is no field of a request: it was passed over".to_owned(),
            at: format!("/{}", escape_pointer(name)),
        })
        .collect()
}

/// Other fields are the caller's own; one that looks like a misspelt field of the request would silently lose a policy.
fn check_unknown(name: &str) -> Result<(), RowError> {
    let at = format!("/{}", escape_pointer(name));
    if let Some((field, _)) = name.split_once(DUPLICATE_MARK) {
        return Err(RowError::new(
            RowErrorCode::DuplicateField,
            format!("{field} stands here more than once"),
            format!("/{}", escape_pointer(field)),
        ));
    }
    match KNOWN.iter().find(|known| skeleton(known) == skeleton(name)) {
        Some(meant) => Err(RowError::new(
            RowErrorCode::UnknownField,
            format!("the field is written {meant}"),
            at,
        )),
        None => Ok(()),
    }
}

/// A name without what is easily got wrong: case, separators, plural.
fn skeleton(name: &str) -> String {
    let letters: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_ascii_lowercase();
    letters
        .replace("policies", "policy")
        .replace("boundaries", "boundary")
        .replace("permissions", "permission")
        .trim_end_matches('s')
        .to_owned()
}

pub(super) fn bad_type(wanted: &str, found: &Value, at: &str) -> RowError {
    RowError::new(
        RowErrorCode::BadType,
        format!("{wanted}: found {}", type_name(found)),
        at,
    )
}

/// A string that has to be there.
pub(super) fn required_text<'r>(fields: &'r Map<String, Value>, name: &str) -> Result<&'r str, RowError> {
    optional_text(fields, name)?.ok_or_else(|| {
        RowError::new(
            RowErrorCode::MissingField,
            format!("{name} is required"),
            format!("/{name}"),
        )
    })
}

/// A string, or nothing.
pub(super) fn optional_text<'r>(fields: &'r Map<String, Value>, name: &str) -> Result<Option<&'r str>, RowError> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(other) => Err(bad_type(&format!("{name} is a string"), other, &format!("/{name}"))),
    }
}

/// A list, empty where there is none.
pub(super) fn list<'r>(fields: &'r Map<String, Value>, name: &str, at: &str) -> Result<&'r [Value], RowError> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(&[]),
        Some(Value::Array(items)) => Ok(items),
        Some(other) => Err(bad_type(&format!("{name} is a list"), other, at)),
    }
}

/// The request context.
pub(super) fn context(fields: &Map<String, Value>) -> Result<Context, RowError> {
    let mut context = Context::new();
    let keys = match fields.get("context") {
        None | Some(Value::Null) => return Ok(context),
        Some(Value::Object(keys)) => keys,
        Some(other) => return Err(bad_type("context is an object", other, "/context")),
    };
    let mut seen = BTreeSet::new();
    for (key, value) in keys {
        let at = format!("/context/{}", escape_pointer(key));
        if key.contains(DUPLICATE_MARK) || !seen.insert(fold_key(key)) {
            return Err(RowError::new(
                RowErrorCode::BadContext,
                "the key stands here more than once (names ignore case)",
                at,
            ));
        }
        context.insert(key, context_values(value, &at)?);
    }
    Ok(context)
}

fn context_values(value: &Value, at: &str) -> Result<Vec<String>, RowError> {
    const WANTED: &str = "a context value is a string or a list of strings";
    match value {
        Value::String(text) => Ok(vec![text.clone()]),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(index, item)| {
                item.as_str()
                    .map(str::to_owned)
                    .ok_or_else(|| bad_type(WANTED, item, &format!("{at}/{index}")))
            })
            .collect(),
        other => Err(bad_type(WANTED, other, at)),
    }
}
