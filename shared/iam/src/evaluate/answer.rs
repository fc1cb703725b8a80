//! From formulas to an answer.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use sv0_model::decision::{Caveat, Decision, Layer};

use super::decided::{Decided, DecisiveStatement};
use super::layers::{Allows, Counted, Layers};
use crate::expression::to_expression;
use crate::formula::Formula;
use crate::request::Request;
use crate::simplify::simplify;
use crate::solve::{Solver, Verdict};

/// Decides from what the layers say.
pub(super) fn decide<'a>(request: &Request<'_>, layers: &Layers<'a>) -> Decided<'a> {
    let whole = Formula::all(layers.passes.iter().map(|(_, formula)| formula.clone()));
    let of_outcomes = layers.denies.iter().map(|outcome| &outcome.formula);
    let of_counted = layers.allows().chain(layers.granting()).map(|(_, formula)| formula);
    let solver = Solver::new(
        request,
        (layers.passes.iter().map(|(_, formula)| formula))
            .chain(of_outcomes)
            .chain(of_counted)
            .chain(layers.ways.iter().map(|way| &way.open)),
    );
    let decider = Decider { layers, solver };
    let mut decided = match decider.solver.can_hold(&whole) {
        Verdict::Impossible => decider.denied(),
        possible => decider.allowed_perhaps(&whole, possible),
    };
    decided.granting = sorted(decider.possible(layers.granting()).collect());
    decided
}

struct Decider<'l, 'a> {
    layers: &'l Layers<'a>,
    solver: Solver<'l>,
}

impl<'l, 'a> Decider<'l, 'a> {
    fn allowed_perhaps(&self, whole: &Formula, verdict: Verdict) -> Decided<'a> {
        let hanging = self.layers_where(|formula| !self.solver.always_holds(formula));
        let simplified = simplify(whole, &self.solver);
        match simplified {
            _ if hanging.is_empty() => self.allowed(),
            Formula::True => self.allowed(),
            Formula::False => self.denied(),
            simplified => self.conditional(&simplified, hanging, verdict),
        }
    }

    fn conditional(&self, simplified: &Formula, hanging: Vec<Layer>, verdict: Verdict) -> Decided<'a> {
        let mut caveats = self.statement_caveats();
        simplified.for_each_test(&mut |atom| caveats.extend(atom.caveat()));
        if verdict == Verdict::Unknown || has_entangled_neighbours(simplified) {
            caveats.insert(Caveat::ConditionsNotEvaluated);
        }
        let needed = self.ways_where(|open| self.solver.can_hold(open) != Verdict::Impossible);
        let mut statements: Vec<DecisiveStatement<'a>> = self
            .possible(needed.into_iter().flat_map(|allows| self.layers.counted(allows)))
            .collect();
        statements.extend(self.possible(self.denies()));
        Decided {
            decision: Decision::Conditional,
            blocked_by: hanging,
            condition: to_expression(simplified),
            statements: sorted(statements),
            granting: Vec::new(),
            caveats,
        }
    }

    fn allowed(&self) -> Decided<'a> {
        let mut needed = self.ways_where(|open| self.solver.always_holds(open));
        if needed.is_empty() {
            // No way is open in every context, and all together are.
            needed = self.ways_where(|open| self.solver.can_hold(open) != Verdict::Impossible);
        }
        let mut statements = Vec::with_capacity(needed.len());
        for allows in needed {
            self.decisive(|| self.layers.counted(allows), &mut statements);
        }
        Decided {
            decision: Decision::Allow,
            blocked_by: Vec::new(),
            condition: None,
            statements: sorted(statements),
            granting: Vec::new(),
            caveats: self.statement_caveats(),
        }
    }

    fn denied(&self) -> Decided<'a> {
        let denied = Formula::any(self.layers.denies.iter().map(|outcome| outcome.formula.clone()));
        let mut statements = Vec::new();
        let decision = if self.solver.always_holds(&denied) {
            self.decisive(|| self.denies(), &mut statements);
            Decision::ExplicitDeny
        } else {
            Decision::ImplicitDeny
        };
        let mut blocked_by = self.layers_where(|formula| self.solver.can_hold(formula) == Verdict::Impossible);
        if blocked_by.is_empty() {
            // No layer stops the request by itself: their conditions contradict one another.
            blocked_by = self.layers_where(|formula| !self.solver.always_holds(formula));
        }
        Decided {
            decision,
            blocked_by,
            condition: None,
            statements: sorted(statements),
            granting: Vec::new(),
            caveats: self.statement_caveats(),
        }
    }

    fn denies(&self) -> impl Iterator<Item = Counted<'l, 'a>> {
        self.layers.denies.iter().map(|outcome| (outcome, &outcome.formula))
    }

    /// The lists of Allows of the ways of which `test` holds, one of each of which is needed, and those that every way needs.
    fn ways_where(&self, test: impl Fn(&Formula) -> bool) -> Vec<Allows> {
        let mut lists = Vec::with_capacity(8);
        let open = self.layers.ways.iter().filter(|way| test(&way.open));
        let is_open = open.fold(false, |_, way| {
            lists.extend(Layers::lists_of(way));
            true
        });
        if is_open {
            lists.extend(self.layers.lists_always_needed());
        }
        lists
    }

    fn layers_where(&self, test: impl Fn(&Formula) -> bool) -> Vec<Layer> {
        self.layers
            .passes
            .iter()
            .filter(|(_, formula)| test(formula))
            .map(|(layer, _)| layer)
            .collect()
    }

    /// Adds the statements that apply in every context; where none does and all together do, those that may.
    fn decisive<I>(&self, list: impl Fn() -> I, statements: &mut Vec<DecisiveStatement<'a>>)
    where
        I: Iterator<Item = Counted<'l, 'a>>,
    {
        let before = statements.len();
        statements.extend(
            list()
                .filter(|(_, formula)| self.solver.always_holds(formula))
                .map(|(outcome, _)| DecisiveStatement::of(outcome)),
        );
        if statements.len() == before {
            statements.extend(self.possible(list()));
        }
    }

    fn possible<'s>(
        &'s self,
        counted: impl Iterator<Item = Counted<'l, 'a>> + 's,
    ) -> impl Iterator<Item = DecisiveStatement<'a>> + 's
    where
        'l: 's,
        'a: 's,
    {
        counted
            .filter(|(_, formula)| self.solver.can_hold(formula) != Verdict::Impossible)
            .map(|(outcome, _)| DecisiveStatement::of(outcome))
    }

    fn statement_caveats(&self) -> BTreeSet<Caveat> {
        let of_allows = self.layers.allows().map(|(outcome, _)| outcome);
        of_allows
            .chain(&self.layers.denies)
            .filter_map(|outcome| outcome.caveat)
            .collect()
    }
}

/// Whether a test whose values hold open variables shares a key with another test, so that the solver did not see all there is between them.
fn has_entangled_neighbours(formula: &Formula) -> bool {
    let mut tests = Vec::new();
    formula.for_each_test(&mut |atom| tests.push(atom));
    let is_near = |entangled: &crate::atom::Atom, other: &crate::atom::Atom| {
        other.folded_key() == entangled.folded_key()
            || entangled.values().iter().any(|value| {
                value
                    .to_ascii_lowercase()
                    .contains(&format!("${{{}", other.folded_key()))
            })
    };
    tests
        .iter()
        .enumerate()
        .filter(|(_, atom)| atom.is_entangled())
        .any(|(index, entangled)| {
            tests
                .iter()
                .enumerate()
                .any(|(other, atom)| other != index && is_near(entangled, atom))
        })
}

fn sorted(mut statements: Vec<DecisiveStatement<'_>>) -> Vec<DecisiveStatement<'_>> {
    statements.sort_unstable_by(DecisiveStatement::in_order);
    statements.dedup_by(|one, other| DecisiveStatement::in_order(one, other) == Ordering::Equal);
    statements
}
