//! In which manner each action is open on each resource, and the grants that this comes to.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use sv0_iam::Evaluation;
use sv0_iam::catalogue::CanonicalPermission;
use sv0_model::decision::{ConditionExpression, Decision};
use sv0_model::path::ActionClass;

use super::grants::Grant;
use crate::access::{Access, Survey};
use crate::estate::{conjunction, disjunction};

/// What makes two accesses the same in kind.
type Manner = (Decision, Option<ConditionExpression>);

/// What the resources of one grant have in common.
type GrantKey<'a> = (Option<ActionClass>, BTreeSet<&'a str>, Manner);

/// What scopes are put together by: a class, and its actions with the number of the manner in which each is open.
type ScopeKey<'a> = (Option<ActionClass>, Vec<(&'a str, usize)>);

/// In which manner each action of a class is open on each resource or part of one.
#[derive(Debug, Clone, Default)]
pub(super) struct Found<'e> {
    /// Sorted, each class, scope and action once.
    entries: Vec<Entry<'e>>,
    /// Each at its number; some perhaps twice.
    manners: Vec<Manner>,
}

#[derive(Debug, Clone)]
struct Entry<'e> {
    class: Option<ActionClass>,
    scope: Cow<'e, str>,
    action: Cow<'static, str>,
    /// The number of its manner.
    manner: usize,
}

impl Entry<'_> {
    fn key(&self) -> (Option<ActionClass>, &str, &str) {
        (self.class, &self.scope, &self.action)
    }
}

impl<'e> Found<'e> {
    /// One action, open on one thing.
    pub(super) fn one(class: Option<ActionClass>, scope: &'e str, action: &str, evaluation: Evaluation) -> Self {
        Self {
            entries: vec![Entry {
                class,
                scope: Cow::Borrowed(scope),
                action: Cow::Owned(action.to_owned()),
                manner: 0,
            }],
            manners: vec![(evaluation.decision, evaluation.condition)],
        }
    }

    /// What a survey of all actions of the classes sees.
    pub(super) fn seen_by(survey: &Survey<'e, '_>) -> Self {
        let mut found = Self::default();
        let mut numbers = Numbers::default();
        survey.each_seen(&mut |seen| {
            found.entries.push(Entry {
                class: Some(seen.class),
                scope: seen.scope,
                action: Cow::Borrowed(seen.action),
                manner: numbers.of(seen.evaluation, &mut found.manners),
            });
        });
        found.settle();
        found
    }

    /// The same of accesses by one action.
    pub(super) fn of(accesses: Vec<Access<'e>>) -> Self {
        let mut found = Self::default();
        let mut numbers = Numbers::default();
        for access in accesses {
            found.entries.push(Entry {
                class: access.class,
                scope: Cow::Owned(access.scope),
                action: Cow::Owned(access.action),
                manner: numbers.of(access.evaluation, &mut found.manners),
            });
        }
        found.settle();
        found
    }

    /// Sorts, and makes one of what was found twice: what is open in two manners is open in the better one, or in either.
    fn settle(&mut self) {
        self.entries.sort_by(|one, other| one.key().cmp(&other.key()));
        let manners = &mut self.manners;
        self.entries.dedup_by(|later, kept| {
            let is_same = later.key() == kept.key();
            if is_same {
                kept.manner = best_of(kept.manner, later.manner, manners);
            }
            is_same
        });
    }

    pub(super) fn take_in(&mut self, other: Self) {
        let before = self.manners.len();
        self.manners.extend(other.manners);
        let entries = other.entries.into_iter().map(|entry| Entry {
            manner: entry.manner.saturating_add(before),
            ..entry
        });
        self.entries.extend(entries);
        self.settle();
    }

    /// The same for whoever has to come by a chain of roles first.
    pub(super) fn come_by(&mut self, chain: &Evaluation) {
        for (decision, condition) in &mut self.manners {
            *decision = chain.decision.max(*decision);
            *condition = conjunction(chain.condition.clone().into_iter().chain(condition.take()));
        }
    }

    /// Drops what is open as widely without this.
    pub(super) fn leave_out(&mut self, open: &Self) {
        let manners = &self.manners;
        self.entries.retain(|entry| {
            let known = open.entries.binary_search_by(|known| known.key().cmp(&entry.key()));
            let known = known.ok().and_then(|at| open.entries.get(at));
            known.is_none_or(|known| decision_of(known.manner, &open.manners) > decision_of(entry.manner, manners))
        });
    }

    /// Actions of one class in one manner on the same resource become one entry; entries with the same actions become one grant.
    pub(super) fn grants(&self) -> Vec<Grant> {
        let numbers = self.first_numbers();
        let number = |entry: &Entry<'_>| numbers.get(entry.manner).copied().unwrap_or_default();
        let mut alike: HashMap<ScopeKey<'_>, Vec<&str>> = HashMap::new();
        let scopes = self
            .entries
            .chunk_by(|one, other| one.class == other.class && one.scope == other.scope);
        for of_scope in scopes {
            let Some(first) = of_scope.first() else {
                continue;
            };
            let actions = of_scope.iter().map(|entry| (&*entry.action, number(entry))).collect();
            alike.entry((first.class, actions)).or_default().push(&first.scope);
        }
        let mut grants: BTreeMap<GrantKey<'_>, Vec<&str>> = BTreeMap::new();
        for ((class, actions), scopes) in alike {
            let mut by_manner: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
            for (action, number) in actions {
                by_manner.entry(number).or_default().insert(action);
            }
            for (number, actions) in by_manner {
                let Some(manner) = self.manners.get(number).cloned() else {
                    continue;
                };
                grants.entry((class, actions, manner)).or_default().extend(&scopes);
            }
        }
        grants.into_iter().map(|(key, scopes)| grant(key, scopes)).collect()
    }

    /// Of each manner the number of the first that is equal.
    fn first_numbers(&self) -> Vec<usize> {
        let mut first: BTreeMap<&Manner, usize> = BTreeMap::new();
        let numbered = self.manners.iter().enumerate();
        numbered
            .map(|(number, manner)| *first.entry(manner).or_insert(number))
            .collect()
    }
}

fn grant((action_class, actions, (decision, condition)): GrantKey<'_>, mut scopes: Vec<&str>) -> Grant {
    scopes.sort_unstable();
    scopes.dedup();
    Grant {
        action_class,
        canonical: canonical_words(actions.iter().copied()),
        actions: actions.into_iter().map(str::to_owned).collect(),
        resources: scopes.into_iter().map(str::to_owned).collect(),
        decision,
        condition,
        via: None,
    }
}

/// What actions are in words that other systems share.
pub(super) fn canonical_words<'a>(actions: impl IntoIterator<Item = &'a str>) -> Vec<CanonicalPermission> {
    CanonicalPermission::of_actions(actions).into_iter().collect()
}

fn decision_of(manner: usize, manners: &[Manner]) -> Option<Decision> {
    manners.get(manner).map(|(decision, _)| *decision)
}

/// The number of the manner in which something is open that is open in two.
fn best_of(known: usize, offered: usize, manners: &mut Vec<Manner>) -> usize {
    let (Some(one), Some(other)) = (manners.get(known), manners.get(offered)) else {
        return known;
    };
    match one.0.cmp(&other.0) {
        std::cmp::Ordering::Less => known,
        std::cmp::Ordering::Greater => offered,
        std::cmp::Ordering::Equal => {
            let either = disjunction([&one.1, &other.1].into_iter().flatten().cloned());
            manners.push((one.0, either));
            manners.len() - 1
        }
    }
}

/// Numbers of the manners of evaluations, by the evaluation: most accesses share theirs with others.
#[derive(Default)]
struct Numbers {
    of: HashMap<*const Evaluation, usize>,
    /// Keeps each where it is.
    held: Vec<Arc<Evaluation>>,
}

impl Numbers {
    fn of(&mut self, evaluation: Arc<Evaluation>, manners: &mut Vec<Manner>) -> usize {
        let at = Arc::as_ptr(&evaluation);
        if let Some(number) = self.of.get(&at) {
            return *number;
        }
        let manner = (evaluation.decision, evaluation.condition.clone());
        let known = manners.iter().take(FEW).position(|known| *known == manner);
        let number = known.unwrap_or(manners.len());
        if known.is_none() {
            manners.push(manner);
        }
        self.of.insert(at, number);
        self.held.push(evaluation);
        number
    }
}

/// So many manners are compared with a new one.
const FEW: usize = 8;
