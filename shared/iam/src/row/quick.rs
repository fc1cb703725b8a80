//! Lines whose policies were read before: a document that stands in many lines is read once.
//!
//! Only what is beyond doubt is answered here. A line with anything unusual in it is left to the reader that knows every fault by name, so that no answer
//! depends on what was read before it.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde::{Deserialize, de};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::request::ReadDocument;
use crate::document::{DUPLICATE_MARK, Lossless, read_json};
use crate::hash::hash_of_document;

/// How many bytes of documents are remembered; AWS takes at most some 20 KB for a policy.
const MOST_BYTES: usize = 32 * 1024 * 1024;

/// Documents nested deeper than this are left to the reader of whole lines, which counts the levels around them too.
const DEEPEST: usize = 64;

/// The documents that were read, by their text.
#[derive(Debug, Default)]
pub(super) struct Documents {
    read: HashMap<u64, Vec<Known>>,
    bytes: usize,
}

/// A document's text, and what it says.
type Known = (Box<str>, Arc<ReadDocument>);

impl Documents {
    /// What a document says. `None` where its text is not beyond doubt.
    pub(super) fn get(&mut self, text: &str) -> Option<Arc<ReadDocument>> {
        let hash = hash_of_document(text);
        let mut known = self.read.get(&hash).into_iter().flatten();
        if let Some((_, read)) = known.find(|(own, _)| **own == *text) {
            return Some(Arc::clone(read));
        }
        if depth(text) > DEEPEST {
            return None;
        }
        let read = Arc::new(ReadDocument::of(&read_json(text).ok()?).ok()?);
        if self.bytes.saturating_add(text.len()) > MOST_BYTES {
            self.read.clear();
            self.bytes = 0;
        }
        self.bytes = self.bytes.saturating_add(text.len());
        let same_hash = self.read.entry(hash).or_default();
        same_hash.push((text.into(), Arc::clone(&read)));
        Some(read)
    }
}

/// How deeply the lists and objects of a JSON text are nested.
fn depth(text: &str) -> usize {
    let (mut depth, mut deepest, mut in_string, mut is_escaped) = (0_usize, 0, false, false);
    for byte in text.bytes() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if in_string => is_escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                depth = depth.saturating_add(1);
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// A line with the texts of its policies as they stand in it.
#[derive(Default)]
pub(super) struct QuickRow<'l> {
    /// Every other field.
    pub(super) fields: Map<String, Value>,
    pub(super) identity: Texts<'l>,
    pub(super) boundaries: Texts<'l>,
    pub(super) endpoint: Texts<'l>,
    pub(super) session: Once<&'l RawValue>,
    pub(super) resource: Once<&'l RawValue>,
    pub(super) scps: Once<Vec<Level<'l>>>,
    pub(super) rcps: Once<Vec<Level<'l>>>,
}

/// A field that stands at most once, and may be null.
pub(super) struct Once<T> {
    is_set: bool,
    pub(super) value: Option<T>,
}

impl<T> Default for Once<T> {
    fn default() -> Self {
        Self {
            is_set: false,
            value: None,
        }
    }
}

pub(super) type Texts<'l> = Once<Vec<&'l RawValue>>;

/// A level of an organization.
#[derive(Deserialize)]
pub(super) struct Level<'l> {
    #[serde(rename = "org_id", default)]
    _organization: Option<String>,
    #[serde(borrow)]
    pub(super) policies: Vec<&'l RawValue>,
}

impl<'l> QuickRow<'l> {
    /// Reads a line. `None` where something about it is unusual.
    pub(super) fn read(line: &'l str) -> Option<Self> {
        let mut deserializer = serde_json::Deserializer::from_str(line);
        let row = deserializer.deserialize_map(Fields).ok()?;
        deserializer.end().ok()?;
        Some(row)
    }
}

struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = QuickRow<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a request")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let mut row = QuickRow::default();
        while let Some(key) = object.next_key::<String>()? {
            match key.as_str() {
                "identity_policies" => row.identity.set(&mut object)?,
                "permission_boundaries" => row.boundaries.set(&mut object)?,
                "endpoint_policies" => row.endpoint.set(&mut object)?,
                "session_policy" => row.session.set(&mut object)?,
                "resource_policy" => row.resource.set(&mut object)?,
                "scps" => row.scps.set(&mut object)?,
                "rcps" => row.rcps.set(&mut object)?,
                _ if key.contains(DUPLICATE_MARK) => return Err(A::Error::custom("it may stand for a second field")),
                _ => {
                    let value = object.next_value_seed(Lossless)?;
                    if row.fields.insert(key, value).is_some() {
                        return Err(A::Error::custom("a field stands twice"));
                    }
                }
            }
        }
        Ok(row)
    }
}

impl<T> Once<T> {
    fn set<'de, A: MapAccess<'de>>(&mut self, object: &mut A) -> Result<(), A::Error>
    where
        T: de::Deserialize<'de>,
    {
        if self.is_set {
            return Err(A::Error::custom("a field stands twice"));
        }
        self.is_set = true;
        self.value = object.next_value()?;
        Ok(())
    }
}
