//! Policy documents in the three encodings in which AWS hands them out.

use std::fmt;

use percent_encoding::percent_decode_str;
use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// Why a policy document could not be decoded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// Neither an object nor a string that holds one.
    #[error("a policy document is an object, or a string that holds one: found {found}")]
    NotADocument {
        /// The JSON type that was found.
        found: &'static str,
    },
    /// The text is not JSON.
    #[error("the policy document's text is not JSON")]
    Malformed(#[source] serde_json::Error),
    /// Percent-decoding gives no UTF-8.
    #[error("the URL-encoded policy document is not UTF-8")]
    NotUtf8,
    /// Strings within strings, too deep.
    #[error("the policy document is encoded more than {MAX_LAYERS} times over")]
    TooManyLayers,
}

/// How many encodings may lie over one another.
const MAX_LAYERS: usize = 3;

/// What is added to the name of an element that stands twice in one object, so that neither is lost.
pub(crate) const DUPLICATE_MARK: &str = " (duplicate)";

/// Decodes a policy document: an object as it is, a JSON string, or a URL-encoded string as the API sends it.
///
/// # Errors
/// When the value holds no JSON object in any of these encodings.
pub fn decode_document(value: &Value) -> Result<Value, DocumentError> {
    let mut current = match value {
        Value::Object(_) => return Ok(value.clone()),
        Value::String(text) => decode_text(text)?,
        other => return Err(not_a_document(other)),
    };
    for _ in 1..MAX_LAYERS {
        current = match current {
            Value::Object(_) => return Ok(current),
            Value::String(text) => decode_text(&text)?,
            other => return Err(not_a_document(&other)),
        };
    }
    if current.is_object() {
        Ok(current)
    } else {
        Err(DocumentError::TooManyLayers)
    }
}

fn not_a_document(value: &Value) -> DocumentError {
    DocumentError::NotADocument {
        found: type_name(value),
    }
}

/// The JSON type of a value, in words.
pub(crate) fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn decode_text(text: &str) -> Result<Value, DocumentError> {
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.starts_with(['{', '"', '[']) || !text.contains('%') {
        return read_json(text).map_err(DocumentError::Malformed);
    }
    let decoded = percent_decode_str(text)
        .decode_utf8()
        .map_err(|_| DocumentError::NotUtf8)?;
    read_json(decoded.trim()).map_err(DocumentError::Malformed)
}

/// Reads JSON without losing an element that stands twice in one object: the later one is kept under a marked name, which no policy element has.
pub(crate) fn read_json(text: &str) -> Result<Value, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Lossless.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

/// Reads a value as [`read_json`] does.
pub(crate) struct Lossless;

impl<'de> DeserializeSeed<'de> for Lossless {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Lossless {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = sequence.next_element_seed(Lossless)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            let value = entries.next_value_seed(Lossless)?;
            let key = if object.contains_key(&key) {
                key + DUPLICATE_MARK
            } else {
                key
            };
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests;
