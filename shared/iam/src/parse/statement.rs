//! Reading one statement.

use serde_json::Value;
use sv0_model::decision::Effect;
use sv0_model::hash::sha256_of_json;

use super::{Diagnostics, Elements, condition_element, principal_element};
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

pub(super) fn parse(
    value: &Value,
    index: usize,
    at: &str,
    support: VariableSupport,
    diagnostics: &mut Diagnostics,
) -> Statement {
    let Value::Object(object) = value else {
        diagnostics.report(
            "bad_type",
            at,
            format!("a statement is an object: found {}", type_name(value)),
        );
        return unreadable(value, index);
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
            &format!("{at}/Condition"),
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
        entries(value, at, diagnostics, |text| {
            Template::parse(text, WildcardScope::ResourceSegments, support)
        })
    });
    if actions == Element::Missing {
        reader.diagnostics.report(
            "missing_action",
            at,
            "a statement has an Action or NotAction element".to_owned(),
        );
    }
    let sid = reader.elements.get("Sid").and_then(Value::as_str).map(str::to_owned);
    let mut statement = Statement {
        index,
        sid,
        effect,
        sha256: sha256_of_json(value),
        principals,
        actions,
        resources,
        conditions,
        readability: Readability::Complete,
    };
    statement.readability = readability(&statement, reader.elements.has_unknown);
    statement
}

/// Stands for a statement of which nothing could be read.
pub(super) fn unreadable(value: &Value, index: usize) -> Statement {
    Statement {
        index,
        sid: None,
        effect: None,
        sha256: sha256_of_json(value),
        principals: Element::Unreadable,
        actions: Element::Unreadable,
        resources: Element::Unreadable,
        conditions: condition_element::unreadable(),
        readability: Readability::Broken,
    }
}

fn readability(statement: &Statement, has_unknown_elements: bool) -> Readability {
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
    } else if has_unknown_elements {
        Readability::UnknownElements
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
    at: &'a str,
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
                let at = format!("{}/Effect", self.at);
                self.diagnostics
                    .report("bad_effect", &at, "the effect is neither Allow nor Deny".to_owned());
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
        parse: impl Fn(&Value, &str, &mut Diagnostics) -> Entries<T>,
    ) -> Element<T> {
        if self.is_duplicated(only) || self.is_duplicated(except) {
            return Element::Unreadable;
        }
        match (self.elements.get(only), self.elements.get(except)) {
            (None, None) => Element::Missing,
            (Some(value), None) => Element::Only(parse(value, &format!("{}/{only}", self.at), self.diagnostics)),
            (None, Some(value)) => Element::Except(parse(value, &format!("{}/{except}", self.at), self.diagnostics)),
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

fn action_pattern(text: &str) -> ActionPattern {
    ActionPattern {
        text: text.to_owned(),
        glob: Glob::new(&text.to_ascii_lowercase(), WildcardScope::Anywhere),
    }
}

fn entries<T>(value: &Value, at: &str, diagnostics: &mut Diagnostics, read: impl Fn(&str) -> T) -> Entries<T> {
    let mut entries = Entries {
        items: Vec::new(),
        incomplete: false,
    };
    for (item, at) in listed(value, at) {
        match item.as_str() {
            Some(text) => entries.items.push(read(text)),
            None => {
                entries.incomplete = true;
                diagnostics.report(
                    "bad_type",
                    &at,
                    format!("a string belongs here: found {}", type_name(item)),
                );
            }
        }
    }
    if matches!(value, Value::Array(items) if items.is_empty()) {
        diagnostics.report("empty_list", at, "the list is empty: it names nothing".to_owned());
    }
    entries
}

/// The items of a list, or the value itself where there is no list, each with its JSON pointer.
pub(super) fn listed<'v>(value: &'v Value, at: &str) -> Vec<(&'v Value, String)> {
    match value {
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(index, item)| (item, format!("{at}/{index}")))
            .collect(),
        lone => vec![(lone, at.to_owned())],
    }
}
