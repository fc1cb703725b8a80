//! Takes items out of what the AWS CLI prints around them.

use serde_json::Value;

/// Fields in which an API says that its answer goes on.
const CONTINUATION_FIELDS: [&str; 3] = ["NextToken", "nextToken", "Marker"];

/// JSON strings inside JSON strings are followed this deep.
const MAX_WRAPPING: usize = 6;

/// What the pages of a file say about each other.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pages {
    continued: u64,
    last: u64,
}

impl Pages {
    /// Takes note of a page, and takes off it what only paging needs. `true` when the page says that another follows.
    pub fn note(&mut self, page: &mut serde_json::Map<String, Value>) -> bool {
        let truncated = page.remove("IsTruncated").is_some_and(|flag| flag == Value::Bool(true));
        let mut goes_on = truncated;
        for field in CONTINUATION_FIELDS {
            goes_on |= page.remove(field).is_some_and(|token| !token.is_null());
        }
        if goes_on {
            self.continued += 1;
        } else {
            self.last += 1;
        }
        goes_on
    }

    /// Adds the pages of another answer.
    pub fn absorb(&mut self, other: Self) {
        self.continued += other.continued;
        self.last += other.last;
    }

    /// Whether every page says that another follows: the end of the answer was not recorded.
    pub fn are_cut(self) -> bool {
        self.continued > 0 && self.last == 0
    }
}

/// Hands out the items in `value`: an item, an array of items, a page that holds items under one of `fields`, an array of pages,
/// or any of these as a JSON string. What is none of these goes to `refused`.
pub(crate) fn each_item(
    value: Value,
    fields: &[&str],
    pages: &mut Pages,
    item: &mut dyn FnMut(serde_json::Map<String, Value>),
    refused: &mut dyn FnMut(),
) {
    unwrap(value, fields, MAX_WRAPPING, pages, item, refused);
}

fn unwrap(
    value: Value,
    fields: &[&str],
    depth: usize,
    pages: &mut Pages,
    item: &mut dyn FnMut(serde_json::Map<String, Value>),
    refused: &mut dyn FnMut(),
) {
    let Some(depth) = depth.checked_sub(1) else {
        return refused();
    };
    match value {
        Value::Object(mut object) => match take_first(&mut object, fields) {
            Some(inner) => {
                pages.note(&mut object);
                unwrap(inner, &[], depth, pages, item, refused);
            }
            None => item(object),
        },
        Value::Array(values) => {
            for value in values {
                unwrap(value, fields, depth, pages, item, refused);
            }
        }
        Value::String(text) => match serde_json::from_str(&text) {
            Ok(Value::String(_)) | Err(_) => refused(),
            Ok(inner) => unwrap(inner, fields, depth, pages, item, refused),
        },
        _ => refused(),
    }
}

/// The field of a page that holds its items, whatever the case of its first letter.
fn take_first(object: &mut serde_json::Map<String, Value>, fields: &[&str]) -> Option<Value> {
    let name = object
        .keys()
        .find(|key| fields.iter().any(|field| field.eq_ignore_ascii_case(key)))?
        .clone();
    object.remove(&name)
}
