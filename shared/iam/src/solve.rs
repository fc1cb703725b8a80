//! Whether a formula can hold: exactly where its size permits, and "unknown" where not.

mod key;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::atom::{Atom, AtomOperator};
use crate::formula::Formula;
use crate::glob::Glob;
use crate::operator::Quantifier;

pub(crate) use key::is_known_multivalued;

/// Whether something can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    Possible,
    Impossible,
    /// Too large to tell.
    Unknown,
}

/// What is known of a key that has no known value.
#[derive(Debug, Clone, Default)]
pub(crate) struct KeyDomain {
    /// Patterns one of which its value matches; empty when it may be anything.
    pub(crate) patterns: Vec<Glob>,
    /// Whether every request carries it.
    pub(crate) always_present: bool,
}

/// Tells the domains of keys.
pub(crate) trait KeySpace {
    /// The domain of a key, given by its folded name.
    fn domain(&self, folded_key: &str) -> KeyDomain;
}

/// Decides formulas over one key space.
pub(crate) struct Solver<'a> {
    space: &'a dyn KeySpace,
    multivalued: BTreeSet<String>,
    known: RefCell<BTreeMap<Vec<Arc<Atom>>, Verdict>>,
    /// How many branches may still be taken, for the question at hand and for all of this solver's.
    steps: Cell<usize>,
    total_steps: Cell<usize>,
    /// How many pattern positions may still be visited.
    text_budget: Cell<usize>,
}

/// Tests that have to hold together, by key.
type Literals = BTreeMap<String, Vec<Arc<Atom>>>;

/// How many branches may be taken for one question before it counts as too large.
const MOST_STEPS: usize = 20_000;

/// How many for all questions about one request.
const MOST_STEPS_IN_ALL: usize = 60_000;

/// How many pattern positions may be visited for all questions about one request.
const MOST_TEXT_WORK: usize = 4_000_000;

/// How many alternatives may be open at once.
const MOST_ALTERNATIVES: usize = 200;

impl<'a> Solver<'a> {
    /// A solver for formulas made of the tests in `formulas`.
    pub(crate) fn new<'f>(space: &'a dyn KeySpace, formulas: impl IntoIterator<Item = &'f Formula>) -> Self {
        let mut multivalued = BTreeSet::new();
        for formula in formulas {
            formula.for_each_test(&mut |atom| {
                if is_multivalued(atom) {
                    multivalued.insert(atom.folded_key().to_owned());
                }
            });
        }
        Self {
            space,
            multivalued,
            known: RefCell::new(BTreeMap::new()),
            steps: Cell::new(MOST_STEPS),
            total_steps: Cell::new(MOST_STEPS_IN_ALL),
            text_budget: Cell::new(MOST_TEXT_WORK),
        }
    }

    /// Whether all of `parts` can hold in one context.
    pub(crate) fn can_all_hold(&self, parts: &[&Formula]) -> Verdict {
        self.steps.set(MOST_STEPS);
        self.search(parts.to_vec(), Literals::new())
    }

    /// Whether `formula` can hold.
    pub(crate) fn can_hold(&self, formula: &Formula) -> Verdict {
        let known = match formula {
            Formula::True => Verdict::Possible,
            Formula::False => Verdict::Impossible,
            open => return self.can_all_hold(&[open]),
        };
        self.total_steps.set(self.total_steps.get().saturating_sub(1));
        known
    }

    /// Whether `formula` holds in every context. Unknown counts as no.
    pub(crate) fn always_holds(&self, formula: &Formula) -> bool {
        match formula {
            Formula::True => true,
            Formula::False => false,
            _ => self.can_hold(&formula.negate()) == Verdict::Impossible,
        }
    }

    /// Whether the tests in `atoms`, all on one key, can hold together.
    pub(crate) fn can_key_meet(&self, atoms: &[Arc<Atom>]) -> Verdict {
        let Some(first) = atoms.first() else {
            return Verdict::Possible;
        };
        let mut sorted = atoms.to_vec();
        sorted.sort();
        sorted.dedup();
        if let Some(verdict) = self.known.borrow().get(&sorted) {
            return *verdict;
        }
        let folded = first.folded_key();
        let cardinality = if self.multivalued.contains(folded) || key::is_known_multivalued(folded) {
            key::Cardinality::Many
        } else {
            key::Cardinality::One
        };
        let mut budget = self.text_budget.get();
        let verdict = key::can_meet(&sorted, &self.space.domain(folded), cardinality, &mut budget);
        self.text_budget.set(budget);
        self.known.borrow_mut().insert(sorted, verdict);
        verdict
    }

    fn search(&self, parts: Vec<&Formula>, mut literals: Literals) -> Verdict {
        for left in [&self.steps, &self.total_steps] {
            left.set(left.get().saturating_sub(1));
        }
        let mut touched: BTreeSet<&str> = BTreeSet::new();
        let mut pending = parts;
        let mut alternatives: Vec<&Formula> = Vec::new();
        while let Some(formula) = pending.pop() {
            match formula {
                Formula::True => {}
                Formula::False => return Verdict::Impossible,
                Formula::All(parts) => pending.extend(parts),
                Formula::Any(_) => alternatives.push(formula),
                Formula::Test(atom) => {
                    let same_key = literals.entry(atom.folded_key().to_owned()).or_default();
                    if !same_key.contains(atom) {
                        same_key.push(Arc::clone(atom));
                        touched.insert(atom.folded_key());
                    }
                }
            }
        }
        let met = touched
            .iter()
            .filter_map(|key| literals.get(*key))
            .map(|atoms| self.can_key_meet(atoms))
            .fold(Verdict::Possible, worst);
        let below = match met {
            Verdict::Impossible => return Verdict::Impossible,
            _ if alternatives.is_empty() => Verdict::Possible,
            _ if alternatives.len() > MOST_ALTERNATIVES => Verdict::Unknown,
            _ => self.branch(alternatives, &literals),
        };
        worst(met, below)
    }

    fn branch(&self, mut alternatives: Vec<&Formula>, literals: &Literals) -> Verdict {
        alternatives.sort_by_key(|formula| std::cmp::Reverse(branches(formula).len()));
        let Some(narrowest) = alternatives.pop() else {
            return Verdict::Possible;
        };
        let mut verdict = Verdict::Impossible;
        for branch in branches(narrowest) {
            if self.steps.get() == 0 || self.total_steps.get() == 0 {
                return Verdict::Unknown;
            }
            let mut parts = alternatives.clone();
            parts.push(branch);
            match self.search(parts, literals.clone()) {
                Verdict::Possible => return Verdict::Possible,
                Verdict::Unknown => verdict = Verdict::Unknown,
                Verdict::Impossible => {}
            }
        }
        verdict
    }
}

fn branches(formula: &Formula) -> &[Formula] {
    match formula {
        Formula::Any(parts) => parts,
        _ => &[],
    }
}

/// The verdict on two things that both have to hold.
fn worst(a: Verdict, b: Verdict) -> Verdict {
    match (a, b) {
        (Verdict::Impossible, _) | (_, Verdict::Impossible) => Verdict::Impossible,
        (Verdict::Unknown, _) | (_, Verdict::Unknown) => Verdict::Unknown,
        _ => Verdict::Possible,
    }
}

fn is_multivalued(atom: &Atom) -> bool {
    match atom.operator() {
        AtomOperator::Known(operator) => {
            operator.quantifier != Quantifier::Single && !key::is_known_single_valued(atom.folded_key())
        }
        AtomOperator::Opaque { .. } => false,
    }
}

#[cfg(test)]
mod tests;
