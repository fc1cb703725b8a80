//! A CloudTrail event as it passes from a log to whatever adds events up: borrowed from the text of the log, and never held.

use std::borrow::Cow;

use serde_json::{Map, Number, Value};

/// One event of a log file.
#[derive(Debug, Clone, PartialEq)]
pub struct LoggedEvent<'e> {
    /// Account whose log it is, where the place of the file tells it.
    pub account: Option<&'e str>,
    /// Region whose log it is, where the place of the file tells it.
    pub region: Option<&'e str>,
    /// What is kept of the event.
    pub body: EventPart<'e>,
}

/// A part of an event. `null` is no part: a field that is `null` is one that is not there.
#[derive(Debug, Clone, PartialEq)]
pub enum EventPart<'e> {
    /// A truth value.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text, a copy only where it is written with escapes or was redacted.
    Text(Cow<'e, str>),
    /// A list.
    List(Vec<EventPart<'e>>),
    /// An object: names and values, each name once. Objects of events have few fields, among which a search is faster than a map.
    Fields(Vec<(&'e str, EventPart<'e>)>),
}

impl<'e> EventPart<'e> {
    /// The parts of a JSON value; `None` of `null`.
    #[must_use]
    pub fn of(value: &'e Value) -> Option<Self> {
        Some(match value {
            Value::Null => return None,
            Value::Bool(is) => Self::Bool(*is),
            Value::Number(number) => Self::Number(number.clone()),
            Value::String(text) => Self::Text(Cow::Borrowed(text)),
            Value::Array(values) => Self::List(values.iter().filter_map(Self::of).collect()),
            Value::Object(fields) => {
                let fields = fields.iter();
                let parts = fields.filter_map(|(name, value)| Some((name.as_str(), Self::of(value)?)));
                Self::Fields(parts.collect())
            }
        })
    }

    /// The field of that name, of an object.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        let Self::Fields(fields) = self else { return None };
        fields.iter().find(|(own, _)| *own == name).map(|(_, part)| part)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The elements of a list; none of anything else.
    #[must_use]
    pub fn elements(&self) -> &[Self] {
        match self {
            Self::List(parts) => parts,
            _ => &[],
        }
    }

    /// The part at a path of field names such as `/userIdentity/arn`. No name of CloudTrail's has a `/` in it.
    #[must_use]
    pub fn at(&self, path: &str) -> Option<&Self> {
        let mut names = path.strip_prefix('/')?.split('/');
        names.try_fold(self, |part, name| part.get(name))
    }

    /// The text at a path.
    #[must_use]
    pub fn text_at(&self, path: &str) -> Option<&str> {
        self.at(path)?.as_str()
    }

    /// The same as a JSON value of its own.
    #[must_use]
    pub fn to_value(&self) -> Value {
        match self {
            Self::Bool(is) => Value::Bool(*is),
            Self::Number(number) => Value::Number(number.clone()),
            Self::Text(text) => Value::from(text.as_ref()),
            Self::List(parts) => parts.iter().map(Self::to_value).collect(),
            Self::Fields(fields) => {
                let owned = fields.iter().map(|(name, part)| ((*name).to_owned(), part.to_value()));
                Value::Object(owned.collect::<Map<String, Value>>())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_part_is_the_value_without_its_nulls() {
        let value = json!({"a": {"b": [1, null, "x", {"c": true}], "d": null}, "e": "y"});
        let part = EventPart::of(&value).unwrap();
        assert_eq!(part.to_value(), json!({"a": {"b": [1, "x", {"c": true}]}, "e": "y"}));
        assert_eq!(part.text_at("/e"), Some("y"));
        assert_eq!(part.at("/a/b").unwrap().elements().len(), 3);
        assert_eq!(part.at("/a/d"), None);
        for path in ["", "e", "/a/b/c", "/a/b/0", "/e/e"] {
            assert_eq!(part.text_at(path), None, "{path}");
        }
        assert_eq!(EventPart::of(&Value::Null), None);
    }
}
