//! What of an answer is written: what a reader would make of it, redacted by the reader's own code.

use serde_json::{Map, Value};
use sv0_model::coverage::CoverageRow;

use crate::cloudtrail::logged_event;
use crate::items::{Item, empty_list_of_policies, item_of, items_in};
use crate::layout::FileKind;
use crate::ledger::{kept_of_recorder, row_of};
use crate::pages::{Pages, each_item};
use crate::redact::{REDACTED, is_arn};

/// How often an item is redacted again until it stays what it is.
const MAX_ROUNDS: usize = 4;

/// One thing that a file lists.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Entry {
    /// An item of an answer.
    Item(Box<Item>),
    /// A row of the ledger.
    Row(Box<CoverageRow>),
    /// A recorder of AWS Config, or an event in a log file.
    Plain(Value),
}

/// What an answer comes to.
#[derive(Debug, Default)]
pub(super) struct Entries {
    pub entries: Vec<Entry>,
    /// What had not the form of the answer: the name of each, where it has one.
    pub unexpected: Vec<Option<String>>,
    /// Whether the answer is an empty list of organization policies, which says something by itself.
    pub is_empty_list_of_policies: bool,
}

/// Takes an answer apart.
pub(super) fn entries_of(kind: &FileKind, answer: Value, pages: &mut Pages) -> Entries {
    if empty_list_of_policies(kind, &answer).is_some() {
        return Entries {
            is_empty_list_of_policies: true,
            ..Entries::default()
        };
    }
    let (found, refused) = if is_log(kind) {
        (vec![answer], 0)
    } else {
        let (items, refused) = listed(kind, answer, pages);
        (items.into_iter().map(Value::Object).collect(), refused)
    };
    let mut entries = Entries::default();
    for value in found {
        let name = name_of(&value);
        match entry_of(kind, value, pages) {
            Some(entry) => entries.entries.push(entry),
            None => entries.unexpected.push(name),
        }
    }
    entries.unexpected.extend((0..refused).map(|_| None));
    entries
}

fn listed(kind: &FileKind, answer: Value, pages: &mut Pages) -> (Vec<Map<String, Value>>, u64) {
    if !matches!(
        kind,
        FileKind::Coverage | FileKind::AccountStatus { .. } | FileKind::ConfigRecorders { .. }
    ) {
        return items_in(kind, answer, pages);
    }
    let (mut items, mut refused) = (Vec::new(), 0);
    each_item(answer, &[], pages, &mut |item| items.push(item), &mut || refused += 1);
    (items, refused)
}

/// The entry that a value is; `None` where it has another form.
fn entry_of(kind: &FileKind, value: Value, pages: &mut Pages) -> Option<Entry> {
    if is_log(kind) {
        return logged_event(&value).map(Entry::Plain);
    }
    let Value::Object(fields) = value else { return None };
    match kind {
        FileKind::Coverage | FileKind::AccountStatus { .. } => {
            row_of(&fields, kind).ok().map(|row| Entry::Row(Box::new(row)))
        }
        FileKind::ConfigRecorders { .. } => kept_of_recorder(fields).map(Entry::Plain),
        _ => item_of(kind, fields, pages).map(|item| Entry::Item(Box::new(item))),
    }
}

fn is_log(kind: &FileKind) -> bool {
    matches!(kind, FileKind::CloudTrailLog { .. })
}

impl Entry {
    /// As it is written, such that a reader makes the same entry of it.
    pub fn value(&self) -> Value {
        match self {
            Self::Plain(value) => value.clone(),
            Self::Row(row) => serde_json::to_value(row).unwrap_or_default(),
            Self::Item(item) => {
                let mut body = item.body.clone();
                if let Value::Object(fields) = &mut body {
                    if item.has_unreadable_configuration {
                        fields.insert("configuration".to_owned(), Value::from(REDACTED));
                    }
                    if item.goes_on {
                        fields.insert("IsTruncated".to_owned(), Value::Bool(true));
                    }
                }
                body
            }
        }
    }

    /// What it adds to the number of items of its file.
    pub fn count(&self) -> u64 {
        match self {
            Self::Item(item) => item.count,
            Self::Row(_) | Self::Plain(_) => 1,
        }
    }

    /// The entry that a reader makes of this one, and of that one, and so on until it stays the same; `None` where it does not.
    pub fn settled(self, kind: &FileKind) -> Option<Self> {
        let mut entry = self;
        for _ in 0..MAX_ROUNDS {
            let again = entry_of(kind, entry.value(), &mut Pages::default())?;
            if again == entry {
                return Some(entry);
            }
            entry = again;
        }
        None
    }
}

/// The ARN or id of an item, for a message about it.
pub(super) fn name_of(value: &Value) -> Option<String> {
    let text = |field: &str| value.get(field).and_then(Value::as_str);
    let arn = ["Arn", "arn", "ARN"]
        .into_iter()
        .find_map(text)
        .filter(|arn| is_arn(arn));
    let id = || {
        ["resourceId", "Id", "id", "eventID"]
            .into_iter()
            .find_map(text)
            .filter(|id| is_id(id))
    };
    arn.or_else(id).map(str::to_owned)
}

fn is_id(text: &str) -> bool {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':' | b'/');
    (1..=256).contains(&text.len()) && text.bytes().all(is_plain)
}
