//! JSON values of bounded depth: what nests deeper is left out alone, with its place, and the rest of the document is read.
//!
//! `serde_json` by itself refuses a document for its deepest part. One hostile policy would so hide every other one of its account.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// Levels of arrays and objects that are read; within `serde_json`'s own bound of 128.
pub(crate) const MAX_DEPTH: usize = 120;

/// Steps of a place that are named, and characters of each: hostile keys may be long.
const MAX_STEPS: usize = 12;
const MAX_STEP_CHARACTERS: usize = 64;

/// What of a text is not in the value that was read of it.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct LeftOut {
    /// How many arrays and objects, because they nest too deeply.
    pub too_deep: u64,
    /// JSON pointer to the first of them, cut short where it is long.
    pub first: String,
    /// Whether a field stands twice in one object; the last one counts.
    pub has_repeated_fields: bool,
}

/// Reads the next value. What nests too deeply is `null` in it.
pub(super) fn next_value<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(Value, LeftOut), D::Error> {
    let walk = RefCell::new(Walk::default());
    let value = Bounded { depth: 0, walk: &walk }.deserialize(deserializer)?;
    let walk = walk.into_inner();
    Ok((
        value,
        LeftOut {
            too_deep: walk.left_out,
            first: walk.first.unwrap_or_default(),
            has_repeated_fields: walk.has_repeated_fields,
        },
    ))
}

/// Reads the one value of a text.
pub(crate) fn parse_text(text: &str) -> Result<(Value, LeftOut), serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = next_value(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

#[derive(Debug, Default)]
struct Walk {
    /// The way to the value being read, as far as places are named.
    steps: Vec<String>,
    left_out: u64,
    first: Option<String>,
    has_repeated_fields: bool,
}

impl Walk {
    fn leave_out(&mut self) {
        self.left_out += 1;
        let steps = &self.steps;
        self.first
            .get_or_insert_with(|| steps.iter().map(|step| format!("/{step}")).collect());
    }
}

/// A key as a step of a JSON pointer (RFC 6901).
fn step(key: &str) -> String {
    let escaped = key.replace('~', "~0").replace('/', "~1");
    escaped
        .chars()
        .filter(|c| !c.is_control())
        .take(MAX_STEP_CHARACTERS)
        .collect()
}

#[derive(Clone, Copy)]
struct Bounded<'w> {
    depth: usize,
    walk: &'w RefCell<Walk>,
}

impl Bounded<'_> {
    /// The reader of a value one level down, or `None` where that is too deep.
    fn inner(self) -> Option<Self> {
        let depth = self.depth + 1;
        (depth <= MAX_DEPTH).then_some(Self { depth, ..self })
    }

    /// Runs `read` with a step added to the way.
    fn at<T>(self, name: impl FnOnce() -> String, read: impl FnOnce() -> T) -> T {
        if self.depth >= MAX_STEPS {
            return read();
        }
        self.walk.borrow_mut().steps.push(name());
        let result = read();
        self.walk.borrow_mut().steps.pop();
        result
    }
}

impl<'de> DeserializeSeed<'de> for Bounded<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Bounded<'_> {
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

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let Some(inner) = self.inner() else {
            while list.next_element::<IgnoredAny>()?.is_some() {}
            self.walk.borrow_mut().leave_out();
            return Ok(Value::Null);
        };
        let mut values = Vec::new();
        while let Some(value) = self.at(|| values.len().to_string(), || list.next_element_seed(inner))? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Value, A::Error> {
        let Some(inner) = self.inner() else {
            while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            self.walk.borrow_mut().leave_out();
            return Ok(Value::Null);
        };
        let mut fields = Map::new();
        while let Some(key) = object.next_key::<String>()? {
            let value = self.at(|| step(&key), || object.next_value_seed(inner))?;
            if fields.insert(key, value).is_some() {
                self.walk.borrow_mut().has_repeated_fields = true;
            }
        }
        Ok(Value::Object(fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Value, LeftOut) {
        parse_text(text).unwrap()
    }

    fn nested(levels: usize) -> String {
        format!("{}{}", "[".repeat(levels), "]".repeat(levels))
    }

    #[test]
    fn what_is_not_deep_is_read_as_it_stands() {
        for text in [
            "null",
            "true",
            "-1",
            "18446744073709551615",
            "0.5",
            "\"a\\u00e9\"",
            "[1,[2,{\"a\":[{}]}],{\"b/c~\":null}]",
            &nested(MAX_DEPTH),
        ] {
            let want: Value = serde_json::from_str(text).unwrap();
            assert_eq!(read(text), (want, LeftOut::default()), "{text}");
        }
    }

    #[test]
    fn what_is_too_deep_is_left_out_alone() {
        for levels in [MAX_DEPTH + 1, 10_000, 1_000_000] {
            let text = format!("{{\"a/b\":[1,{}],\"c\":2}}", nested(levels));
            let (value, left_out) = read(&text);
            assert_eq!(value["c"], 2);
            assert_eq!(value["a/b"][0], 1);
            assert_eq!(left_out.too_deep, 1);
            assert!(left_out.first.starts_with("/a~1b/1/0/0"), "{}", left_out.first);
            assert_eq!(left_out.first.matches('/').count(), MAX_STEPS);
        }
    }

    #[test]
    fn the_place_is_short_whatever_the_keys() {
        let key = "k".repeat(1_000_000);
        let text = format!("{{\"{key}\":{}}}", nested(MAX_DEPTH));
        let (_, left_out) = read(&text);
        assert!(left_out.first.len() < 1_000);
    }
}
