//! Which parts of a resource policies tell apart.
//!
//! A policy may open `reports/*` of a bucket and nothing else. Whether "all objects" are allowed says nothing of that, so each part that some pattern
//! singles out is asked for by an object of its own, beside one that no pattern singles out.

use std::collections::BTreeMap;

use sv0_iam::{ActionPattern, Element, NamedPolicy, Statement, Template, patterns_overlap};
use sv0_model::arn::Arn;

use crate::estate::{Estate, Place, Subject};

/// Parts of one resource that are told apart; further ones are left to the answer for the rest.
const MOST_PARTS: usize = 24;

/// Names that stand for "any object": the first that no pattern singles out is taken.
const ORDINARY_NAMES: [&str; 4] = ["sv0-any", "0-any-other", "any~object~z", "_/other"];

/// A part of a resource, and an ARN in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    /// The pattern, or the resource's own ARN for the whole.
    pub scope: String,
    pub witness: String,
}

/// The parts of a resource, that which no pattern singles out first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parts {
    pub rest: Part,
    pub singled_out: Vec<Part>,
    /// Whether there were more than could be asked for.
    pub is_cut: bool,
}

/// What separates the name of a resource from the name of what lies in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Separator {
    Slash,
    Colon,
}

impl Separator {
    fn text(self) -> &'static str {
        match self {
            Self::Slash => "/",
            Self::Colon => ":",
        }
    }
}

/// The parts that the policies of a request tell apart.
pub(crate) fn parts(estate: &Estate<'_>, subject: &Subject<'_>, place: &Place<'_>, action: &str, separator: Separator) -> Parts {
    let inside = format!("{}{}*", place.arn, separator.text());
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    estate.for_each_policy(subject, place, action, &mut |policy| {
        for pattern in patterns(policy, action) {
            if let Some((scope, witness)) = part_of(pattern, place, &inside, separator) {
                found.entry(scope).or_insert(witness);
            }
        }
    });
    let is_cut = found.len() > MOST_PARTS;
    let singled_out: Vec<Part> = found
        .into_iter()
        .take(MOST_PARTS)
        .map(|(scope, witness)| Part { scope, witness })
        .collect();
    let rest = Part {
        scope: place.arn.clone(),
        witness: ordinary(place, separator, &singled_out),
    };
    Parts {
        rest,
        singled_out,
        is_cut,
    }
}

fn patterns<'p>(policy: &'p NamedPolicy, action: &'p str) -> impl Iterator<Item = &'p Template> {
    policy
        .policy
        .statements()
        .iter()
        .filter(move |statement| concerns(statement, action))
        .flat_map(|statement| statement.resources().items())
}

/// Whether a statement may be about the action.
pub(crate) fn concerns(statement: &Statement, action: &str) -> bool {
    let lists = |items: &[ActionPattern]| items.iter().any(|pattern| pattern.matches(action));
    match statement.actions() {
        Element::Only(entries) => entries.incomplete || lists(&entries.items),
        Element::Except(entries) => entries.incomplete || !lists(&entries.items),
        Element::Missing | Element::Unreadable => true,
    }
}

/// The part of the resource that a pattern singles out; none when it takes in all of it, or nothing.
fn part_of(pattern: &Template, place: &Place<'_>, inside: &str, separator: Separator) -> Option<(String, String)> {
    let glob = pattern.fixed()?;
    if glob.matches(inside) {
        return None;
    }
    let witness = patterns_overlap(pattern.text(), inside)?;
    Some((scope_text(pattern.text(), place, separator), witness))
}

/// The pattern with the resource's own name in place of a wildcard that stands for it.
fn scope_text(pattern: &str, place: &Place<'_>, separator: Separator) -> String {
    let prefix = format!("{}{}", place.arn, separator.text());
    let name_of_part = Arn::parse(pattern)
        .filter(|_| !pattern.starts_with(&prefix) && separator == Separator::Slash)
        .and_then(|arn| arn.resource.split_once(separator.text()))
        .filter(|(name, _)| sv0_iam::action_matches(name, Arn::parse(&place.arn).map_or("", |arn| arn.resource)));
    match name_of_part {
        Some((_, rest)) => format!("{prefix}{rest}"),
        None => pattern.to_owned(),
    }
}

fn ordinary(place: &Place<'_>, separator: Separator, singled_out: &[Part]) -> String {
    let names = ORDINARY_NAMES.iter().map(|name| format!("{}{}{name}", place.arn, separator.text()));
    let is_ordinary = |name: &String| !singled_out.iter().any(|part| sv0_iam::resource_matches(&part.scope, name));
    let first = names.clone().next();
    names.into_iter().find(is_ordinary).or(first).unwrap_or_default()
}

/// Whether one part takes in another.
pub(crate) fn takes_in(outer: &Part, inner: &Part, whole: &str) -> bool {
    outer.scope == whole || (outer.scope != inner.scope && sv0_iam::resource_matches(&outer.scope, &inner.scope))
}
