//! What statements are asked about again and again, looked up once.

use std::sync::OnceLock;

use crate::action_list::ActionList;
use crate::catalogue::classes::classified;
use crate::gate::{ActionsGated, AskedAction};
use crate::hash::hash;
use crate::policy::{ActionPattern, Element, Entries, Policy, Statement};

/// One action that many statements are asked about.
#[derive(Debug, Clone)]
pub struct OneAction {
    /// In lower case.
    folded: String,
    asked: AskedAction,
}

impl OneAction {
    /// The action, of whatever case.
    #[must_use]
    pub fn new(action: &str) -> Self {
        let folded = action.to_ascii_lowercase();
        let (service, name) = folded.split_once(':').unwrap_or((&folded, ""));
        Self {
            asked: AskedAction::of_hashes(hash(service), hash(name)),
            folded,
        }
    }
}

impl OneAction {
    fn may_concern(&self, statement: &Statement) -> bool {
        let lists = |entries: &Entries<ActionPattern>| {
            let index = &statement.action_index;
            index.lists(&entries.items, &self.folded, self.asked)
        };
        match &statement.actions {
            Element::Only(entries) => entries.incomplete || lists(entries),
            Element::Except(entries) => entries.incomplete || !lists(entries),
            Element::Missing | Element::Unreadable => true,
        }
    }
}

/// A set of the [`classified`] actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ClassifiedSet([u64; WORDS]);

const WORDS: usize = 4;
const BITS: usize = 64;

impl ClassifiedSet {
    /// How many actions there is room for.
    pub const ROOM: usize = WORDS * BITS;

    /// Adds the action at a place of the list.
    pub fn insert(&mut self, place: usize) {
        if let Some(word) = self.0.get_mut(place / BITS) {
            *word |= 1 << (place % BITS);
        }
    }

    /// Whether the action at a place of the list is in it.
    #[must_use]
    pub fn contains(&self, place: usize) -> bool {
        self.0
            .get(place / BITS)
            .is_some_and(|word| word >> (place % BITS) & 1 == 1)
    }

    /// Adds all of another set.
    pub fn extend(&mut self, other: &Self) {
        for (own, other) in self.0.iter_mut().zip(other.0) {
            *own |= other;
        }
    }

    /// Whether both have an action in common.
    #[must_use]
    pub fn meets(&self, other: &Self) -> bool {
        self.0.iter().zip(other.0).any(|(own, other)| own & other != 0)
    }

    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The places of its actions in the list, in order.
    pub fn places(&self) -> impl Iterator<Item = usize> {
        (0..WORDS).zip(self.0).flat_map(|(number, mut word)| {
            std::iter::from_fn(move || {
                let lowest = usize::try_from(word.trailing_zeros()).ok()?;
                word = word.checked_sub(1).map(|less| word & less)?;
                Some(number * BITS + lowest)
            })
        })
    }
}

impl Policy {
    /// The statements of which [`Statement::may_concern`] says yes to the action.
    pub fn statements_concerning<'p>(&'p self, action: &'p OneAction) -> impl Iterator<Item = &'p Statement> {
        let about = self.statements_about(action.asked);
        about
            .filter(|(statement, gated)| gated.actions == ActionsGated::Match || action.may_concern(statement))
            .map(|(statement, _)| statement)
    }

    /// Of each statement the [`classified`] actions that [`Statement::may_concern`] says yes to.
    pub fn classified_actions(&self) -> impl Iterator<Item = (&Statement, &ClassifiedSet)> {
        let sets = self.classified.0.get_or_init(|| {
            let of_statement = |statement: &Statement| {
                let mut set = ClassifiedSet::default();
                let places = statement.may_concern_of(&classified().list);
                places.into_iter().for_each(|place| set.insert(place));
                set
            };
            self.statements().iter().map(of_statement).collect()
        });
        self.statements().iter().zip(sets)
    }
}

/// What was looked up already. Policies are equal whatever was asked of them.
#[derive(Debug, Clone, Default)]
pub(crate) struct LookedUp(OnceLock<Box<[ClassifiedSet]>>);

impl PartialEq for LookedUp {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for LookedUp {}

/// Actions that are asked about together.
#[derive(Debug)]
pub struct Classified {
    /// Sorted, each once.
    pub actions: Vec<&'static str>,
    list: ActionList,
}

impl Classified {
    pub(crate) fn new(mut actions: Vec<&'static str>) -> Self {
        actions.sort_unstable();
        actions.dedup();
        Self {
            list: ActionList::new(actions.iter().copied()),
            actions,
        }
    }

    /// The place of an action, spelt as the classes do.
    #[must_use]
    pub fn place(&self, action: &str) -> Option<usize> {
        self.actions.binary_search(&action).ok()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::parse::parse_policy;

    #[test]
    fn there_is_room_for_every_classified_action() {
        assert!(classified().actions.len() <= ClassifiedSet::ROOM);
    }

    #[test]
    fn a_set_has_what_was_put_in() {
        let places = [0, 1, 63, 64, 100, 255];
        let mut set = ClassifiedSet::default();
        assert!(set.is_empty());
        places.iter().for_each(|place| set.insert(*place));
        assert_eq!(set.places().collect::<Vec<_>>(), places);
        assert!(set.contains(64) && !set.contains(65) && !set.contains(1_000));
        let mut other = ClassifiedSet::default();
        other.insert(2);
        assert!(!set.meets(&other));
        other.extend(&set);
        assert!(set.meets(&other) && other.contains(255));
    }

    proptest! {
        #[test]
        fn many_statements_are_asked_as_each_is(
            patterns in prop::collection::vec("(s3|S3|sts|iam|kms|\\*|s\\*|lambda)(:(Get|get|Put|List|Pass|Assume)?[A-Za-z?*]{0,6})?", 1..12),
            element in prop::sample::select(vec!["Action", "NotAction", "Neither"]),
            action in "(s3|S3|sts|iam|ec2|foo)(:|::)?(Get|Put|List|Assume)?[A-Za-z]{0,3}",
        ) {
            let mut statement = json!({"Effect": "Allow", "Resource": "*"});
            statement[element] = json!(patterns);
            let other = json!({"Effect": "Deny", "Action": ["sts:*", 5], "Resource": "*"});
            let policy = parse_policy(&json!({"Version": "2012-10-17", "Statement": [statement, other]})).policy;
            let one = OneAction::new(&action);
            let found: Vec<usize> = policy.statements_concerning(&one).map(Statement::index).collect();
            let each = policy.statements().iter().filter(|statement| statement.may_concern(&action));
            prop_assert_eq!(found, each.map(Statement::index).collect::<Vec<_>>());
            for (statement, set) in policy.classified_actions() {
                for (place, action) in classified().actions.iter().enumerate() {
                    prop_assert_eq!(set.contains(place), statement.may_concern(action));
                }
            }
        }
    }
}
