//! Which parts of a resource policies tell apart.
//!
//! A policy may open `reports/*` of a bucket and nothing else. Whether "all objects" are allowed says nothing of that, so each part that some pattern
//! singles out is asked for by an object of its own, beside one that no pattern singles out.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};

use sv0_iam::{OneAction, Template, patterns_overlap};
use sv0_model::arn::Arn;

use super::sight::may_single_out;
use super::variables::{Filled, Variables};
use crate::estate::{Estate, Place, Subject, as_bucket_pattern};

/// Parts of one resource that are told apart; further ones are left to the answer for the rest.
const MOST_PARTS: usize = 24;

/// Names that stand for "any object": the first that no pattern singles out is taken.
const ORDINARY_NAMES: [&str; 4] = ["sv0-any", "0-any-other", "any~object~z", "_/other"];

/// Something in a resource of whose parts no pattern singles one out.
pub(crate) fn ordinary_name(whole: &str) -> String {
    let [first, ..] = ORDINARY_NAMES;
    format!("{whole}/{first}")
}

/// A part of a resource, and an ARN in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    /// The pattern, or the resource's own ARN for the whole.
    pub scope: String,
    pub witness: String,
    /// Keys of policy variables in the scope whose values nobody knows. The witness was made with an assumed value for each.
    pub assumed: BTreeSet<String>,
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
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Slash => "/",
            Self::Colon => ":",
        }
    }
}

/// The parts that the policies of a request tell apart.
pub(crate) fn parts(
    estate: &Estate<'_>,
    subject: &Subject<'_>,
    action: &str,
    whole: &Whole<'_>,
    variables: &LazyCell<Variables, impl FnOnce() -> Variables>,
) -> Parts {
    let mut found: BTreeMap<String, Part> = BTreeMap::new();
    let one = OneAction::new(action);
    let has_points = whole
        .place
        .entity
        .is_some_and(|entity| !estate.access_points_of(entity).is_empty());
    estate.for_each_policy(subject, whole.place, action, &mut |policy| {
        let statements = policy.policy.statements_concerning(&one);
        let patterns = statements.flat_map(|statement| statement.resources().items());
        let patterns = patterns.filter(|pattern| has_points || whole.may_be_singled_out(pattern));
        let filled = patterns.filter_map(|pattern| match pattern.fixed() {
            Some(_) => Some(Filled::as_written(pattern)),
            None => variables.fill(pattern),
        });
        let filled = filled.map(|pattern| whole.seen_from_inside(estate, pattern));
        for part in filled.filter_map(|pattern| whole.part(pattern)) {
            found.entry(part.scope.clone()).or_insert(part);
        }
    });
    let is_cut = found.len() > MOST_PARTS;
    let singled_out: Vec<Part> = found.into_values().take(MOST_PARTS).collect();
    let rest = Part {
        scope: whole.place.arn.clone(),
        witness: whole.ordinary(&singled_out),
        assumed: BTreeSet::new(),
    };
    Parts {
        rest,
        singled_out,
        is_cut,
    }
}

/// A resource that has parts.
pub(crate) struct Whole<'a> {
    pub place: &'a Place<'a>,
    pub separator: Separator,
}

impl Whole<'_> {
    /// A pattern of what is reached through one of its access points, as a pattern of its own parts.
    fn seen_from_inside(&self, estate: &Estate<'_>, mut pattern: Filled) -> Filled {
        if let Some(entity) = self.place.entity {
            let points = estate.access_points_of(entity);
            for text in [&mut pattern.text, &mut pattern.shown] {
                if let Some(own) = as_bucket_pattern(text, entity, points) {
                    *text = own;
                }
            }
        }
        pattern
    }

    /// What the ARNs of its parts begin with.
    fn prefix(&self) -> String {
        format!("{}{}", self.place.arn, self.separator.text())
    }

    /// A look at what a pattern begins with, which errs towards yes.
    fn may_be_singled_out(&self, pattern: &Template) -> bool {
        let plain = pattern.fixed().filter(|_| !pattern.text().contains("${"));
        plain.is_none_or(|glob| may_single_out(glob, &self.place.arn, self.separator.text()))
    }

    /// The part that a pattern singles out; none when it takes in all of it, or nothing.
    fn part(&self, pattern: Filled) -> Option<Part> {
        let inside = format!("{}*", self.prefix());
        if sv0_iam::resource_matches(&pattern.text, &inside) {
            return None;
        }
        Some(Part {
            witness: patterns_overlap(&pattern.text, &inside)?,
            scope: self.scope(&pattern.shown),
            assumed: pattern.assumed,
        })
    }

    /// The pattern with the resource's own name in place of a wildcard that stands for it.
    fn scope(&self, pattern: &str) -> String {
        let own = Arn::parse(&self.place.arn).map_or("", |arn| arn.resource);
        let rest = Arn::parse(pattern)
            .filter(|_| self.separator == Separator::Slash && !pattern.starts_with(&self.prefix()))
            .and_then(|arn| arn.resource.split_once(self.separator.text()))
            .filter(|(name, _)| sv0_iam::action_matches(name, own));
        match rest {
            Some((_, rest)) => format!("{}{rest}", self.prefix()),
            None => pattern.to_owned(),
        }
    }

    /// Something in it that no pattern singles out.
    fn ordinary(&self, singled_out: &[Part]) -> String {
        let names = ORDINARY_NAMES.iter().map(|name| format!("{}{name}", self.prefix()));
        let is_ordinary = |name: &String| {
            let mut parts = singled_out.iter();
            !parts.any(|part| sv0_iam::resource_matches(&part.scope, name))
        };
        let first = names.clone().next();
        names.into_iter().find(is_ordinary).or(first).unwrap_or_default()
    }
}

/// Whether one part takes in another.
pub(crate) fn takes_in(outer: &Part, inner: &Part, whole: &str) -> bool {
    outer.scope == whole || (outer.scope != inner.scope && sv0_iam::resource_matches(&outer.scope, &inner.scope))
}
