//! What one statement grants.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use sv0_iam::catalogue::CanonicalPermission;
use sv0_iam::{ActionPattern, Element, Statement, Template};
use sv0_model::graph::{Entity, EntityKind, Resolution, urn};
use sv0_model::hash::sha256_of_json;

use super::named::names_everything;
use crate::description::{Identity, entity as new_entity};
use crate::diagnostics::clip;
use crate::statements::condition_element;

/// A permission, and where its statement stands.
pub(super) struct Granted {
    /// What the permission is, by which equal ones are told.
    what: Value,
    /// A name that a person can read.
    pub(super) name: String,
    /// The permission's attributes.
    pub(super) attributes: BTreeMap<String, Value>,
    /// The patterns of its Resource element, sorted; none of a NotResource element.
    pub(super) patterns: Vec<String>,
    /// Where the statement stands.
    pub(super) place: BTreeMap<String, Value>,
}

impl Granted {
    /// What an Allow statement of a document grants.
    pub(super) fn of(statement: &Statement, document: &Value) -> Self {
        let actions = texts(statement.actions().items(), ActionPattern::text);
        let resources = texts(statement.resources().items(), Template::text);
        let is_all_but_actions = matches!(statement.actions(), Element::Except(_));
        let is_all_but_resources = matches!(statement.resources(), Element::Except(_));
        let mut attributes = BTreeMap::new();
        let name_of_actions = if is_all_but_actions { "not_actions" } else { "actions" };
        let name_of_resources = if is_all_but_resources {
            "not_resources"
        } else {
            "resources"
        };
        attributes.insert(name_of_actions.to_owned(), json!(actions));
        attributes.insert(name_of_resources.to_owned(), json!(resources));
        if let Some(conditions) = condition_element(document, statement.index()) {
            attributes.insert("conditions".to_owned(), conditions.clone());
        }
        if !statement.is_fully_readable() {
            attributes.insert("partly_unreadable".to_owned(), json!(true));
        }
        let what = json!(attributes);
        let words = canonical(statement, &actions);
        attributes.insert("canonical".to_owned(), json!(words));
        let is_on_everything = !is_all_but_resources && resources.iter().any(|pattern| names_everything(pattern));
        if is_on_everything {
            attributes.insert("all_resources".to_owned(), json!(true));
        }
        let mut place = BTreeMap::from([("statement_index".to_owned(), json!(statement.index()))]);
        if let Some(sid) = statement.sid() {
            place.insert("sid".to_owned(), json!(sid));
        }
        let name = format!(
            "{} on {}",
            short(&actions, is_all_but_actions),
            short(&resources, is_all_but_resources)
        );
        let patterns = if is_all_but_resources {
            Vec::new()
        } else {
            owned(&resources)
        };
        Self {
            name,
            what,
            attributes,
            patterns,
            place,
        }
    }

    /// The same for equal permissions, whatever the order in which they are written.
    pub(super) fn native_id(&self) -> String {
        urn::permission(&sha256_of_json(&self.what))
    }
}

/// A permission belongs to no account: copies of a policy in many accounts grant the same one.
pub(super) fn entity(native_id: String, name: &str, attributes: BTreeMap<String, Value>) -> Entity {
    let identity = Identity {
        native_id,
        kind: EntityKind::Permission,
        name,
        account: None,
        region: None,
    };
    let mut permission = new_entity(identity, Resolution::Collected);
    permission.attributes = attributes;
    permission
}

fn texts<T>(items: &[T], text: impl Fn(&T) -> &str) -> BTreeSet<&str> {
    items.iter().map(text).collect()
}

fn owned(texts: &BTreeSet<&str>) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// What the actions are in the words that other systems share. What could not be read may be anything.
fn canonical(statement: &Statement, actions: &BTreeSet<&str>) -> BTreeSet<CanonicalPermission> {
    let patterns: Vec<&str> = actions.iter().copied().collect();
    let (mut words, is_incomplete) = match statement.actions() {
        Element::Only(entries) => (CanonicalPermission::of_patterns(&patterns), entries.incomplete),
        Element::Except(entries) => (CanonicalPermission::of_all_but(&patterns), entries.incomplete),
        Element::Missing | Element::Unreadable => (BTreeSet::new(), true),
    };
    if is_incomplete {
        words.insert(CanonicalPermission::Uncategorized);
    }
    words
}

/// The first of several patterns, and how many more there are.
fn short(patterns: &BTreeSet<&str>, is_all_but: bool) -> String {
    let first = clip(patterns.first().copied().unwrap_or("nothing readable"));
    let not = if is_all_but { "all but " } else { "" };
    match patterns.len().saturating_sub(1) {
        0 => format!("{not}{first}"),
        more => format!("{not}{first} and {more} more"),
    }
}
