//! Items: reading their attributes, and naming them in expressions.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sv0_model::time::Timestamp;

use super::TableError;
use super::keys::Key;

/// An item as DynamoDB gives it.
pub(super) type Item = HashMap<String, AttributeValue>;

/// The keys of an item in a request.
pub(super) fn key_of(key: &Key) -> Item {
    HashMap::from([
        ("pk".to_owned(), AttributeValue::S(key.pk.clone())),
        ("sk".to_owned(), AttributeValue::S(key.sk.clone())),
    ])
}

pub(super) fn text<'i>(item: &'i Item, name: &str) -> Option<&'i str> {
    item.get(name)?.as_s().ok().map(String::as_str)
}

pub(super) fn number(item: &Item, name: &str) -> Option<u64> {
    item.get(name)?.as_n().ok()?.parse().ok()
}

pub(super) fn time(item: &Item, name: &str) -> Result<Option<Timestamp>, TableError> {
    let Some(value) = text(item, name) else { return Ok(None) };
    value
        .parse()
        .map(Some)
        .map_err(|_| malformed(item, format!("{name} is {value:?} and no time")))
}

/// A text that every item of its kind has.
pub(super) fn needed<'i>(item: &'i Item, name: &str) -> Result<&'i str, TableError> {
    text(item, name).ok_or_else(|| malformed(item, format!("it has no text {name}")))
}

pub(super) fn malformed(item: &Item, what: String) -> TableError {
    let part = |name| text(item, name).unwrap_or("?");
    TableError::Malformed {
        key: format!("{} {}", part("pk"), part("sk")),
        what,
    }
}

/// A write to one item: which attributes it sets, which it removes. Doing it again changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Write {
    pub pk: String,
    pub sk: String,
    pub set: BTreeMap<String, Value>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub remove: BTreeSet<String>,
}

impl Write {
    pub fn to(key: Key) -> Self {
        Self {
            pk: key.pk,
            sk: key.sk,
            set: BTreeMap::new(),
            remove: BTreeSet::new(),
        }
    }

    pub fn key(&self) -> Key {
        Key {
            pk: self.pk.clone(),
            sk: self.sk.clone(),
        }
    }

    pub fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.set.insert(name.to_owned(), value.into());
    }

    pub fn remove(&mut self, name: &str) {
        self.remove.insert(name.to_owned());
    }

    /// Sets the attribute, or removes it where there is no value.
    pub fn set_or_remove(&mut self, name: &str, value: Option<impl Into<Value>>) {
        match value {
            Some(value) => self.set(name, value),
            None => self.remove(name),
        }
    }

    /// How many bytes it adds to a request, no less.
    pub fn bytes(&self) -> usize {
        let values = self.set.iter().map(|(name, value)| name.len() + 16 + length(value));
        256 + self.pk.len() + self.sk.len() + values.sum::<usize>()
    }

    /// Its expression, with the names and values it uses.
    pub fn expression(&self) -> Expression {
        let mut expression = Expression::default();
        let set: Vec<String> = self
            .set
            .iter()
            .map(|(name, value)| format!("{} = {}", expression.name(name), expression.value(attribute(value))))
            .collect();
        let remove: Vec<String> = self.remove.iter().map(|name| expression.name(name)).collect();
        if !set.is_empty() {
            expression.text = format!("SET {}", set.join(", "));
        }
        if !remove.is_empty() {
            expression.text = format!("{} REMOVE {}", expression.text, remove.join(", "));
        }
        expression
    }
}

fn length(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Object(map) => map.iter().map(|(name, value)| name.len() + length(value)).sum(),
        _ => 32,
    }
}

/// A value of a journal as an attribute.
fn attribute(value: &Value) -> AttributeValue {
    match value {
        Value::Null => AttributeValue::Null(true),
        Value::Bool(value) => AttributeValue::Bool(*value),
        Value::Number(number) => AttributeValue::N(number.to_string()),
        Value::String(text) => AttributeValue::S(text.clone()),
        Value::Array(values) => AttributeValue::L(values.iter().map(attribute).collect()),
        Value::Object(map) => AttributeValue::M(
            map.iter()
                .map(|(name, value)| (name.clone(), attribute(value)))
                .collect(),
        ),
    }
}

/// An expression and the placeholders in it: names of ours may be reserved words.
#[derive(Debug, Default)]
pub(super) struct Expression {
    pub text: String,
    pub names: HashMap<String, String>,
    pub values: HashMap<String, AttributeValue>,
}

impl Expression {
    pub fn name(&mut self, name: &str) -> String {
        let placeholder = format!("#n{}", self.names.len());
        self.names.insert(placeholder.clone(), name.to_owned());
        placeholder
    }

    pub fn value(&mut self, value: AttributeValue) -> String {
        let placeholder = format!(":v{}", self.values.len());
        self.values.insert(placeholder.clone(), value);
        placeholder
    }

    /// That an attribute has this value.
    pub fn equals(name: &str, value: AttributeValue) -> Self {
        let mut expression = Self::default();
        expression.text = format!("{} = {}", expression.name(name), expression.value(value));
        expression
    }
}
