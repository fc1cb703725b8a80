//! One item of an answer, cut down to what is kept of it and redacted. Reader and writer share it, so that both keep the same.

use serde_json::{Map, Value};
use sv0_model::record::RecordKind;
use sv0_model::time::Timestamp;

use super::{Draft, answers};
use crate::config_item::{Presence, normalise};
use crate::layout::FileKind;
use crate::pages::{Pages, each_item};
use crate::redact::redact;

/// An item after redaction.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Item {
    pub kind: RecordKind,
    pub account: Option<String>,
    pub region: Option<String>,
    pub captured_at: Option<Timestamp>,
    pub body: Value,
    /// What it adds to the number of items: users, groups, roles and policies of a page of authorization details, else 1.
    pub count: u64,
    /// Of a Config item, whether Config still holds the resource.
    pub presence: Presence,
    /// Whether the `configuration` of a Config item was a text that is not JSON; it is left out then.
    pub has_unreadable_configuration: bool,
    /// Whether a page of authorization details says that another follows.
    pub goes_on: bool,
}

/// The items in a value of a file of this kind, as they came, and how many things in it are none.
pub(crate) fn items_in(kind: &FileKind, mut value: Value, pages: &mut Pages) -> (Vec<Map<String, Value>>, u64) {
    if let FileKind::SpokeItems { name, .. } = kind {
        name.prepare(&mut value);
    }
    let (mut items, mut refused) = (Vec::new(), 0);
    let fields = answers::page_fields(kind);
    each_item(value, fields, pages, &mut |item| items.push(item), &mut || refused += 1);
    (items, refused)
}

/// An organization without policies is not one whose policies were not recorded: the empty answer is an item of its own.
pub(crate) fn empty_list_of_policies(kind: &FileKind, value: &Value) -> Option<Item> {
    let is_empty = *kind == FileKind::OrganizationPolicies && answers::is_empty_list_of_policies(value);
    is_empty.then(|| {
        let body = Map::from_iter([("Policies".to_owned(), Value::Array(Vec::new()))]);
        let draft = Draft {
            kind: RecordKind::OrganizationPolicy,
            account: None,
            region: None,
            captured_at: None,
            body,
        };
        Item {
            count: 0,
            ..redacted(draft, "")
        }
    })
}

/// The item; `None` when it does not have the form of the answer.
pub(crate) fn item_of(kind: &FileKind, item: Map<String, Value>, pages: &mut Pages) -> Option<Item> {
    match kind {
        FileKind::ConfigItems { resource_type } => config_item(item, resource_type),
        FileKind::AuthorizationDetails { account } => page_of_details(item, account, pages),
        FileKind::CredentialReport { .. } => answers::draft(kind, item).map(as_it_is),
        FileKind::AthenaRows { .. } => answers::draft(kind, item).map(|draft| {
            // An event was cut down to the fields that are kept of every event; the names of its fields announce no secret there.
            if draft.body.contains_key("event") {
                as_it_is(draft)
            } else {
                redacted(draft, "")
            }
        }),
        FileKind::SpokeItems { name, .. } => {
            answers::draft(kind, item).map(|draft| redacted(draft, &name.redaction_type()))
        }
        kind => answers::draft(kind, item).map(|draft| redacted(draft, "")),
    }
}

fn config_item(item: Map<String, Value>, type_of_file: &str) -> Option<Item> {
    let item = normalise(item, type_of_file)?;
    let resource_type = item.resource_type.clone();
    let draft = Draft {
        kind: RecordKind::ConfigItem {
            resource_type: item.resource_type,
        },
        account: Some(item.account),
        region: item.region,
        captured_at: item.captured_at,
        body: item.fields,
    };
    Some(Item {
        presence: item.presence,
        has_unreadable_configuration: item.has_unreadable_configuration,
        ..redacted(draft, &resource_type)
    })
}

fn page_of_details(mut page: Map<String, Value>, account: &str, pages: &mut Pages) -> Option<Item> {
    let count = answers::count_of_details(&page)?;
    let goes_on = pages.note(&mut page);
    let draft = Draft {
        kind: RecordKind::AuthorizationDetails,
        account: Some(account.to_owned()),
        region: None,
        captured_at: None,
        body: page,
    };
    Some(Item {
        count,
        goes_on,
        ..redacted(draft, "")
    })
}

fn redacted(mut draft: Draft, resource_type: &str) -> Item {
    let mut body = Value::Object(std::mem::take(&mut draft.body));
    redact(&mut body, resource_type);
    with_body(draft, body)
}

/// An item of which no more is left than what is known to hold no secret.
fn as_it_is(mut draft: Draft) -> Item {
    let body = Value::Object(std::mem::take(&mut draft.body));
    with_body(draft, body)
}

fn with_body(draft: Draft, body: Value) -> Item {
    Item {
        kind: draft.kind,
        account: draft.account,
        region: draft.region,
        captured_at: draft.captured_at,
        body,
        count: 1,
        presence: Presence::Present,
        has_unreadable_configuration: false,
        goes_on: false,
    }
}
