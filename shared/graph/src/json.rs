//! Reading AWS's JSON as it comes: keys in either case, one item where a list is meant, numbers as strings.
//!
//! Nothing here fails: what has the wrong type is absent.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::{Map, Value};
use sv0_model::arn::Arn;
use sv0_model::time::{Timestamp, from_epoch_seconds, parse_timestamp};

/// The value under `name`, whatever the case of the key: AWS writes `TaskRoleArn` and `taskRoleArn`, `KMSKeyId` and `kmsKeyId`. `null` is absent.
pub(crate) fn field<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    let object = value.as_object()?;
    object
        .get(name)
        .or_else(|| any_case(object, name))
        .filter(|found| !found.is_null())
}

fn any_case<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    object
        .iter()
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

/// The value at a path of field names joined by dots.
pub(crate) fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(value, field)
}

/// The first of several paths that leads to something.
pub(crate) fn first_at<'a>(value: &'a Value, paths: &[&str]) -> Option<&'a Value> {
    paths.iter().find_map(|path| at(value, path))
}

/// A text that is not empty.
pub(crate) fn text_at<'a>(value: &'a Value, path: &str) -> Option<&'a str> {
    at(value, path)?.as_str().filter(|text| !text.is_empty())
}

/// The first text that is not empty.
pub(crate) fn first_text<'a>(value: &'a Value, paths: &[&str]) -> Option<&'a str> {
    paths.iter().find_map(|path| text_at(value, path))
}

/// AWS's ARNs have at most 2,048 characters. What is longer names nothing of AWS's, and would be copied into many ids.
const MAX_ARN_LENGTH: usize = 2_048;

/// Whether a text may be the ARN of something.
pub(crate) fn is_arn(text: &str) -> bool {
    text.len() <= MAX_ARN_LENGTH && Arn::parse(text).is_some()
}

/// The first text that is an ARN.
pub(crate) fn first_arn<'a>(value: &'a Value, paths: &[&str]) -> Option<&'a str> {
    paths
        .iter()
        .filter_map(|path| text_at(value, path))
        .find(|text| is_arn(text))
}

/// A list, or the one item that stands where a list is meant.
pub(crate) fn list_at<'a>(value: &'a Value, path: &str) -> &'a [Value] {
    at(value, path).map_or(&[], as_list)
}

/// A value as a list: itself, or the one item it is.
pub(crate) fn as_list(value: &Value) -> &[Value] {
    match value {
        Value::Array(items) => items,
        Value::Null => &[],
        one => std::slice::from_ref(one),
    }
}

/// The texts of a list; anything else in it is left out.
pub(crate) fn texts_at<'a>(value: &'a Value, path: &str) -> Vec<&'a str> {
    list_at(value, path).iter().filter_map(Value::as_str).collect()
}

/// Every text that is not empty at the end of a path that may lead through lists: `stages.actions.roleArn`.
pub(crate) fn texts_along<'a>(value: &'a Value, path: &str) -> Vec<&'a str> {
    let ends = path.split('.').fold(vec![value], |values, name| {
        let items = values.into_iter().flat_map(as_list);
        items.filter_map(|item| field(item, name)).collect()
    });
    let texts = ends.into_iter().flat_map(as_list).filter_map(Value::as_str);
    texts.filter(|text| !text.is_empty()).collect()
}

/// The part of a URL that names the host: no user, no path. `None` for what is no URL with a host.
pub(crate) fn host_of(url: &str) -> Option<&str> {
    const MAX_HOST_LENGTH: usize = 253;
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    let host = host.split(':').next()?;
    let is_of_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '*');
    (host.contains('.') && host.len() <= MAX_HOST_LENGTH && host.chars().all(is_of_host)).then_some(host)
}

/// A truth value, also as `"true"` or `"false"`.
pub(crate) fn bool_at(value: &Value, path: &str) -> Option<bool> {
    match at(value, path)? {
        Value::Bool(truth) => Some(*truth),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// A time in any form AWS prints.
pub(crate) fn time_at(value: &Value, path: &str) -> Option<Timestamp> {
    match at(value, path)? {
        Value::String(text) => parse_timestamp(text),
        Value::Number(number) => number.as_f64().and_then(from_epoch_seconds),
        _ => None,
    }
}

/// A time in RFC 3339, from any form AWS prints; a text that is no time stays as it is.
pub(crate) fn time_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(parse_timestamp(text).map_or_else(|| text.clone(), |time| time.to_string())),
        Value::Number(number) => number
            .as_f64()
            .and_then(from_epoch_seconds)
            .map(|time| time.to_string()),
        _ => None,
    }
}

/// Tags in any of AWS's forms: a map, or a list of `{"Key","Value"}` in either case.
pub(crate) fn tags(value: &Value) -> BTreeMap<String, String> {
    match value {
        Value::Object(map) => map
            .iter()
            .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
            .collect(),
        other => as_list(other)
            .iter()
            .filter_map(|tag| {
                let key = text_at(tag, "key")?;
                Some((key.to_owned(), text_at(tag, "value").unwrap_or_default().to_owned()))
            })
            .collect(),
    }
}

/// JSON that may stand inside a string, as Config stores some of it.
pub(crate) fn decoded(value: &Value) -> Cow<'_, Value> {
    let Value::String(text) = value else {
        return Cow::Borrowed(value);
    };
    let looks_like_json = text.trim_start().starts_with(['{', '[']);
    match serde_json::from_str(text) {
        Ok(inner) if looks_like_json => Cow::Owned(inner),
        _ => Cow::Borrowed(value),
    }
}
