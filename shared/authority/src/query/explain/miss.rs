//! The statements that come nearest to allowing a request: those that would if one element matched it.
//!
//! Whether they would is asked of the engine, with that element widened and the statement alone in its layer.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Serialize;
use sv0_iam::{Element, EvaluateError, NamedPolicy, Statement, StatementElement};
use sv0_model::decision::{Effect, Layer, StatementRef};

use super::but_for::{ButFor, Needed, opened};
use super::{Explained, ShownStatement, words};
use crate::estate::{Instead, Supposition};

/// A statement that would have allowed the request if one element were different.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NearestMiss {
    /// The statement.
    pub statement: ShownStatement,
    /// Which element does not match.
    pub missing: MissingElement,
    /// In words, what the element says: `it allows the action on other resources: arn:aws:s3:::reports/*`.
    pub sentence: String,
}

/// The element by which a statement misses a request, what comes nearest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MissingElement {
    /// It allows the request under a condition that does not hold.
    Condition,
    /// It allows others to do it.
    Principal,
    /// It allows the action on other resources.
    Resource,
    /// It allows other actions on the resource.
    Action,
}

/// Most nearest misses that an explanation lists for one layer.
const MOST_MISSES: usize = 5;

/// Statements of a layer that are looked at.
const MOST_STATEMENTS: usize = 500;

type Found<T> = Result<T, EvaluateError>;

impl Explained<'_, '_> {
    /// For every layer that would have to allow the request, the statements that come nearest.
    pub(super) fn nearest_misses(&self, ways: &[ButFor]) -> Found<Vec<NearestMiss>> {
        let mut seen: BTreeSet<Layer> = BTreeSet::new();
        let mut misses = Vec::new();
        for way in ways {
            let layers: Vec<Layer> = way.changes.iter().map(|change| change.layer).collect();
            let lacking = way.changes.iter().filter(|change| change.needed != Needed::NoDeny);
            for change in lacking {
                if seen.insert(change.layer) {
                    misses.extend(self.misses_of(change.layer, &opened(&layers))?);
                }
            }
        }
        Ok(misses)
    }

    fn misses_of(&self, layer: Layer, open: &Supposition) -> Found<Vec<NearestMiss>> {
        let mut misses: Vec<(MissingElement, StatementRef, NearestMiss)> = Vec::new();
        let library = self.estate.library();
        let policies = self.policies_of(layer).iter().filter_map(|id| library.named(id));
        let mut left = MOST_STATEMENTS;
        for policy in policies {
            let allows = policy.policy.statements().iter();
            for statement in allows.filter(|of| of.effect() == Some(Effect::Allow)).take(left) {
                left -= 1;
                if let Some(miss) = self.miss(layer, &policy, statement, open)? {
                    misses.push((miss.missing, miss.statement.reference.clone(), miss));
                }
            }
        }
        misses.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
        misses.truncate(MOST_MISSES);
        Ok(misses.into_iter().map(|(_, _, miss)| miss).collect())
    }

    /// The one element that keeps a statement from allowing the request, if it is one and the statement is of any interest.
    fn miss(
        &self,
        layer: Layer,
        policy: &NamedPolicy,
        statement: &Statement,
        open: &Supposition,
    ) -> Found<Option<NearestMiss>> {
        let alone = policy.policy.retaining(|of| of.index() == statement.index());
        for element in StatementElement::ALL {
            if !self.is_of_interest(layer, statement, element) {
                continue;
            }
            let widened = NamedPolicy {
                name: policy.name.clone(),
                policy: Arc::new(alone.widened(element)),
            };
            let mut suppose = open.clone();
            suppose.insert(layer, Instead::Only(widened));
            if self.passes(&suppose)? {
                return Ok(Some(NearestMiss {
                    statement: self.show_statement(&policy.name, statement),
                    missing: missing(element),
                    sentence: words::miss_words(self.request.action, statement, element),
                }));
            }
        }
        Ok(None)
    }

    /// A grant of other services' actions on everything comes near to nothing.
    fn is_of_interest(&self, layer: Layer, statement: &Statement, element: StatementElement) -> bool {
        let service = self.request.action.split(':').next().unwrap_or_default();
        match element {
            StatementElement::Condition => !statement.conditions().is_empty(),
            StatementElement::Principal => layer == Layer::Resource,
            StatementElement::Resource => true,
            StatementElement::Action => match statement.actions() {
                Element::Only(entries) => entries
                    .items
                    .iter()
                    .filter_map(|pattern| pattern.text().split(':').next())
                    .any(|of| of.eq_ignore_ascii_case(service)),
                Element::Except(_) => true,
                Element::Missing | Element::Unreadable => false,
            },
        }
    }
}

fn missing(element: StatementElement) -> MissingElement {
    match element {
        StatementElement::Condition => MissingElement::Condition,
        StatementElement::Principal => MissingElement::Principal,
        StatementElement::Resource => MissingElement::Resource,
        StatementElement::Action => MissingElement::Action,
    }
}
