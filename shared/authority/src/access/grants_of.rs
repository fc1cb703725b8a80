//! A quick look at a principal's own policies: what could they grant at all?

use std::collections::{BTreeMap, BTreeSet};

use sv0_iam::{ActionList, Element, Statement, Template};
use sv0_model::decision::Effect;

use super::candidates::{Candidates, Opening};
use crate::estate::{Place, Subject};

/// The resources that a principal's own Allow statements list, by action.
///
/// The look is cheap and errs towards asking: what it says no to, no statement grants.
pub(crate) struct IdentityGrants<'s> {
    by_action: BTreeMap<&'s str, Vec<&'s Element<Template>>>,
}

/// Actions that many principals are asked about.
pub(crate) struct AskedActions<'a> {
    actions: Vec<&'a str>,
    list: ActionList,
}

impl<'a> AskedActions<'a> {
    pub(crate) fn new(actions: impl Iterator<Item = &'a str>) -> Self {
        let actions: BTreeSet<&str> = actions.collect();
        let actions: Vec<&str> = actions.into_iter().collect();
        let list = ActionList::new(actions.iter().copied());
        Self { actions, list }
    }
}

impl<'s> IdentityGrants<'s> {
    pub(crate) fn new(subject: &'s Subject<'_>, asked: &'s AskedActions<'_>) -> Self {
        let mut by_action: BTreeMap<&str, Vec<&Element<Template>>> = BTreeMap::new();
        for statement in allows(subject) {
            for place in statement.may_concern_of(&asked.list) {
                // A statement names places of the list that it was asked about.
                let action = asked.actions.get(place).copied().unwrap_or_default();
                by_action.entry(action).or_default().push(statement.resources());
            }
        }
        Self { by_action }
    }

    /// What is granted of one action; of none, nothing.
    pub(crate) fn of_one(subject: &'s Subject<'_>, action: Option<&'s str>) -> Self {
        let granting = |action: &str| {
            let granting = allows(subject).filter(|statement| statement.may_concern(action));
            granting.map(Statement::resources).collect()
        };
        let by_action = action.map(|action| (action, granting(action)));
        Self {
            by_action: by_action.into_iter().collect(),
        }
    }

    /// Whether some statement allows the action on anything.
    pub(crate) fn lists(&self, action: &str) -> bool {
        self.by_action.get(action).is_some_and(|lists| !lists.is_empty())
    }

    /// Whether some statement could allow the action on the resource or on something in it.
    pub(crate) fn may_allow(&self, action: &str, arn: &str) -> bool {
        self.lists_of(action).iter().any(|list| may_list(list, arn))
    }

    /// What the statements list that allow the action.
    pub(crate) fn lists_of(&self, action: &str) -> &[&'s Element<Template>] {
        self.by_action.get(action).map_or(&[], Vec::as_slice)
    }
}

/// The principal's own statements that may allow something.
fn allows<'s>(subject: &'s Subject<'_>) -> impl Iterator<Item = &'s Statement> {
    let policies = subject.holdings.identity.iter();
    let statements = policies.flat_map(|policy| policy.policy.statements());
    statements.filter(|statement| statement.effect() != Some(Effect::Deny))
}

/// Whether a statement that lists these could allow something on the resource or in it.
pub(crate) fn may_list(list: &Element<Template>, arn: &str) -> bool {
    match list {
        Element::Only(entries) => entries.incomplete || entries.items.iter().any(|pattern| may_match(pattern, arn)),
        Element::Except(_) | Element::Missing | Element::Unreadable => true,
    }
}

/// Whether a pattern could match the ARN or something that begins with it.
fn may_match(pattern: &Template, arn: &str) -> bool {
    pattern.fixed().is_none_or(|glob| {
        let beginning = glob.literal_prefix();
        let is_literal = glob.as_literal().is_some();
        beginning.starts_with(arn) || (!is_literal && arn.starts_with(beginning))
    })
}

/// Whether a request is worth asking: the principal's policies could grant it, or the resource's policy alone could.
pub(crate) fn may_be_granted(
    candidates: &Candidates<'_>,
    identity: &IdentityGrants<'_>,
    subject: &Subject<'_>,
    place: &Place<'_>,
    action: &str,
) -> bool {
    may_be_granted_by(candidates, identity.lists_of(action), subject, place)
}

/// The same, given what the principal's statements list that allow the action.
pub(crate) fn may_be_granted_by(
    candidates: &Candidates<'_>,
    allows: &[&Element<Template>],
    subject: &Subject<'_>,
    place: &Place<'_>,
) -> bool {
    if subject.is_root() {
        return true;
    }
    if allows.is_empty() && !candidates.is_opened(place) {
        return false;
    }
    let may_allow = |arn: &str| allows.iter().any(|list| may_list(list, arn));
    let mut doors = candidates.doors_of(place).iter();
    if may_allow(&place.arn) || doors.any(|door| may_allow(&door.native_id)) {
        return true;
    }
    let is_own = subject.account().is_some() && subject.account() == place.account();
    let needs_no_identity = is_own || !subject.principal.has_identity_policies();
    let names = |opening: &Opening<'_>| !matches!(opening, Opening::Account(_));
    let may_hold_more = !subject.holdings.uncollected.is_empty();
    candidates
        .openings_towards(place, subject)
        .iter()
        .any(|opening| may_hold_more || (needs_no_identity && names(opening)))
}
