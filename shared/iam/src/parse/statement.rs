//! Reading one statement.

use serde_json::Value;
use sv0_model::decision::Effect;

use super::place::Place;
use super::{Diagnostics, Elements, Hash, check_text, condition_element, principal_element};
use crate::action_index::ActionIndex;
use crate::document::type_name;
use crate::glob::{Glob, WildcardScope};
use crate::policy::{ActionPattern, Element, Entries, PrincipalPattern, Readability, Statement};
use crate::variables::{Template, VariableSupport};

const ELEMENTS: [&str; 9] = [
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

/// How the statements of one document are read.
#[derive(Clone, Copy)]
pub(super) struct StatementReader {
    pub(super) support: VariableSupport,
    pub(super) hash: Hash,
}

impl StatementReader {
    pub(super) fn statement(
        self,
        value: &Value,
        index: usize,
        at: Place<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Statement {
        let mut statement = parse(value, at, self.support, diagnostics);
        statement.index = index;
        statement.sha256 = (self.hash)(value);
        statement
    }
}

fn parse(value: &Value, at: Place<'_>, support: VariableSupport, diagnostics: &mut Diagnostics) -> Statement {
    let Value::Object(object) = value else {
        diagnostics.report(
            "bad_type",
            at,
            format!("a statement is an object: found {}", type_name(value)),
        );
        return unreadable(value, 0, |_| String::new());
    };
    let elements = Elements::read(object, &ELEMENTS, at, diagnostics);
    let mut reader = Reader {
        elements,
        at,
        diagnostics,
    };
    let conditions = if reader.is_duplicated("Condition") {
        condition_element::unreadable()
    } else {
        condition_element::parse(
            reader.elements.get("Condition"),
            at.element("Condition"),
            support,
            reader.diagnostics,
        )
    };
    let effect = reader.effect();
    let principals = reader.element("Principal", "NotPrincipal", principal_element::parse);
    let actions = reader.element("Action", "NotAction", |value, at, diagnostics| {
        entries(value, at, diagnostics, action_pattern)
    });
    let resources = reader.element("Resource", "NotResource", |value, at, diagnostics| {
        entries(value, at, diagnostics, |text| resource_pattern(text, support))
    });
    check_text(reader.elements.get("Sid"), at.element("Sid"), reader.diagnostics);
    if effect == Some(Effect::Allow) && matches!(principals, Element::Except(_)) {
        reader.diagnostics.report(
            "not_principal_with_allow",
            at.element("NotPrincipal"),
            "AWS does not support NotPrincipal with Allow: it grants to everyone who is not listed".to_owned(),
        );
    }
    if actions == Element::Missing {
        reader.diagnostics.report(
            "missing_action",
            at,
            "a statement has an Action or NotAction element".to_owned(),
        );
    }
    let sid = reader.elements.get("Sid").and_then(Value::as_str).map(str::to_owned);
    let mut statement = Statement {
        index: 0,
        sid,
        effect,
        sha256: String::new(),
        principals,
        action_index: ActionIndex::of(&actions),
        actions,
        resources,
        conditions,
        readability: Readability::Complete,
    };
    statement.readability = readability(&statement, reader.elements.is_doubtful);
    statement
}

/// Stands for a statement of which nothing could be read.
pub(super) fn unreadable(value: &Value, index: usize, hash: Hash) -> Statement {
    Statement {
        index,
        sid: None,
        effect: None,
        sha256: hash(value),
        principals: Element::Unreadable,
        actions: Element::Unreadable,
        action_index: ActionIndex::default(),
        resources: Element::Unreadable,
        conditions: condition_element::unreadable(),
        readability: Readability::Broken,
    }
}

/// Marks a statement of a document that nobody knows how to read.
pub(super) fn put_in_doubt(statement: &mut Statement) {
    if statement.readability == Readability::Complete {
        statement.readability = Readability::Doubtful;
    }
}

fn readability(statement: &Statement, is_doubtful: bool) -> Readability {
    let broken = statement.effect.is_none()
        || is_broken(&statement.principals)
        || statement
            .principals
            .items()
            .iter()
            .any(|pattern| matches!(pattern, PrincipalPattern::Unknown { .. }))
        || is_broken(&statement.actions)
        || statement.actions == Element::Missing
        || is_broken(&statement.resources)
        || statement.conditions.iter().any(|clause| !clause.readable);
    if broken {
        Readability::Broken
    } else if is_doubtful {
        Readability::Doubtful
    } else {
        Readability::Complete
    }
}

fn is_broken<T>(element: &Element<T>) -> bool {
    match element {
        Element::Only(entries) | Element::Except(entries) => entries.incomplete,
        Element::Unreadable => true,
        Element::Missing => false,
    }
}

struct Reader<'a, 'd> {
    elements: Elements<'a>,
    at: Place<'a>,
    diagnostics: &'d mut Diagnostics,
}

impl Reader<'_, '_> {
    fn is_duplicated(&self, name: &'static str) -> bool {
        self.elements.duplicated.contains(&name)
    }

    fn effect(&mut self) -> Option<Effect> {
        if self.is_duplicated("Effect") {
            return None;
        }
        match self.elements.get("Effect").map(Value::as_str) {
            Some(Some("Allow")) => Some(Effect::Allow),
            Some(Some("Deny")) => Some(Effect::Deny),
            Some(_) => {
                self.diagnostics.report(
                    "bad_effect",
                    self.at.element("Effect"),
                    "the effect is neither Allow nor Deny".to_owned(),
                );
                None
            }
            None => {
                self.diagnostics.report(
                    "missing_effect",
                    self.at,
                    "a statement has an Effect element".to_owned(),
                );
                None
            }
        }
    }

    fn element<T>(
        &mut self,
        only: &'static str,
        except: &'static str,
        parse: impl Fn(&Value, Place<'_>, &mut Diagnostics) -> Entries<T>,
    ) -> Element<T> {
        if self.is_duplicated(only) || self.is_duplicated(except) {
            return Element::Unreadable;
        }
        match (self.elements.get(only), self.elements.get(except)) {
            (None, None) => Element::Missing,
            (Some(value), None) => Element::Only(parse(value, self.at.element(only), self.diagnostics)),
            (None, Some(value)) => Element::Except(parse(value, self.at.element(except), self.diagnostics)),
            (Some(_), Some(_)) => {
                self.diagnostics.report(
                    "both_elements",
                    self.at,
                    format!("a statement has {only} or {except}, not both"),
                );
                Element::Unreadable
            }
        }
    }
}

/// Why an entry of a list cannot be read.
struct BadEntry {
    code: &'static str,
    message: &'static str,
}

fn action_pattern(text: &str) -> Result<ActionPattern, BadEntry> {
    if !is_action_pattern(text) {
        return Err(BadEntry {
            code: "bad_action",
            message: "an action is written service:Name, with * and ? as wildcards",
        });
    }
    Ok(ActionPattern {
        text: text.to_owned(),
        glob: Glob::new(&text.to_ascii_lowercase(), WildcardScope::Anywhere),
    })
}

fn is_action_pattern(text: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'*' | b'?'))
    };
    match text.split_once(':') {
        Some((service, name)) => is_part(service) && is_part(name),
        None => !text.is_empty() && text.bytes().all(|b| b == b'*'),
    }
}

fn resource_pattern(text: &str, support: VariableSupport) -> Result<Template, BadEntry> {
    let could_be_arn = text.starts_with("arn:") || text.starts_with(['*', '?']);
    let starts_with_variable = support == VariableSupport::Recognized && text.starts_with("${");
    if could_be_arn || starts_with_variable {
        return Ok(Template::parse(text, WildcardScope::ResourceSegments, support));
    }
    Err(BadEntry {
        code: "bad_resource",
        message: "a resource is an ARN or *",
    })
}

fn entries<T>(
    value: &Value,
    at: Place<'_>,
    diagnostics: &mut Diagnostics,
    read: impl Fn(&str) -> Result<T, BadEntry>,
) -> Entries<T> {
    let items = listed(value);
    let mut entries = Entries {
        items: Vec::with_capacity(items.size_hint().0),
        incomplete: false,
    };
    for (index, item) in items {
        let at = at.item_if_listed(index);
        match item.as_str().map(&read) {
            Some(Ok(entry)) => entries.items.push(entry),
            Some(Err(bad)) => {
                entries.incomplete = true;
                diagnostics.report(bad.code, at, bad.message.to_owned());
            }
            None => {
                entries.incomplete = true;
                let message = format!("a string belongs here: found {}", type_name(item));
                diagnostics.report("bad_type", at, message);
            }
        }
    }
    if matches!(value, Value::Array(items) if items.is_empty()) {
        diagnostics.report("empty_list", at, "the list is empty: it names nothing".to_owned());
    }
    entries
}

/// The items of a list with their places in it, or the value itself where there is no list.
pub(super) fn listed(value: &Value) -> impl Iterator<Item = (Option<usize>, &Value)> + Clone {
    let (items, is_list) = match value {
        Value::Array(items) => (items.as_slice(), true),
        lone => (std::slice::from_ref(lone), false),
    };
    items
        .iter()
        .enumerate()
        .map(move |(index, item)| (is_list.then_some(index), item))
}
