//! From formulas to an answer.

use std::collections::BTreeSet;

use sv0_model::decision::{Caveat, Decision, Layer, StatementRef};

use super::layers::Layers;
use super::statement::Outcome;
use crate::expression::to_expression;
use crate::formula::Formula;
use crate::question::Evaluation;
use crate::request::Request;
use crate::simplify::simplify;
use crate::solve::{Solver, Verdict};

/// Decides from what the layers say.
pub(super) fn decide(request: &Request<'_>, layers: &Layers) -> Evaluation {
    let whole = Formula::all(layers.passes.values().cloned());
    let outcomes = layers.denies.iter().chain(layers.allows()).chain(&layers.granting);
    let solver = Solver::new(
        request,
        layers
            .passes
            .values()
            .chain(outcomes.map(|outcome| &outcome.formula))
            .chain(layers.ways.iter().map(|way| &way.open)),
    );
    let decider = Decider { layers, solver };
    let mut evaluation = match decider.solver.can_hold(&whole) {
        Verdict::Impossible => decider.denied(),
        possible => decider.allowed_perhaps(&whole, possible),
    };
    evaluation.granting = decider.granting();
    evaluation
}

struct Decider<'a> {
    layers: &'a Layers,
    solver: Solver<'a>,
}

impl Decider<'_> {
    fn allowed_perhaps(&self, whole: &Formula, verdict: Verdict) -> Evaluation {
        let hanging = self.layers_where(|formula| !self.solver.always_holds(formula));
        let simplified = simplify(whole, &self.solver);
        match simplified {
            _ if hanging.is_empty() => self.allowed(),
            Formula::True => self.allowed(),
            Formula::False => self.denied(),
            simplified => self.conditional(&simplified, hanging, verdict),
        }
    }

    fn conditional(&self, simplified: &Formula, hanging: Vec<Layer>, verdict: Verdict) -> Evaluation {
        let mut caveats = self.statement_caveats();
        simplified.for_each_test(&mut |atom| caveats.extend(atom.caveat()));
        if verdict == Verdict::Unknown || has_entangled_neighbours(simplified) {
            caveats.insert(Caveat::ConditionsNotEvaluated);
        }
        let needed = self.ways_where(|open| self.solver.can_hold(open) != Verdict::Impossible);
        let mut statements: Vec<StatementRef> = self.possible(needed.into_iter().flatten());
        statements.extend(self.possible(&self.layers.denies));
        Evaluation {
            decision: Decision::Conditional,
            blocked_by: hanging,
            condition: to_expression(simplified),
            statements: sorted(statements),
            granting: Vec::new(),
            caveats: caveats.into_iter().collect(),
        }
    }

    fn allowed(&self) -> Evaluation {
        let mut needed = self.ways_where(|open| self.solver.always_holds(open));
        if needed.is_empty() {
            // No way is open in every context, and all together are.
            needed = self.ways_where(|open| self.solver.can_hold(open) != Verdict::Impossible);
        }
        let statements = needed
            .into_iter()
            .flat_map(|outcomes| self.decisive(outcomes))
            .collect();
        Evaluation {
            decision: Decision::Allow,
            blocked_by: Vec::new(),
            condition: None,
            statements: sorted(statements),
            granting: Vec::new(),
            caveats: self.statement_caveats().into_iter().collect(),
        }
    }

    fn denied(&self) -> Evaluation {
        let denied = Formula::any(self.layers.denies.iter().map(|outcome| outcome.formula.clone()));
        let (decision, statements) = if self.solver.always_holds(&denied) {
            (Decision::ExplicitDeny, self.decisive(&self.layers.denies))
        } else {
            (Decision::ImplicitDeny, Vec::new())
        };
        let mut blocked_by = self.layers_where(|formula| self.solver.can_hold(formula) == Verdict::Impossible);
        if blocked_by.is_empty() {
            // No layer stops the request by itself: their conditions contradict one another.
            blocked_by = self.layers_where(|formula| !self.solver.always_holds(formula));
        }
        Evaluation {
            decision,
            blocked_by,
            condition: None,
            statements: sorted(statements),
            granting: Vec::new(),
            caveats: self.statement_caveats().into_iter().collect(),
        }
    }

    /// The lists of Allows of the ways of which `test` holds, one of each of which is needed, and those that every way needs.
    fn ways_where(&self, test: impl Fn(&Formula) -> bool) -> Vec<&Vec<Outcome>> {
        let mut open = self.layers.ways.iter().filter(|way| test(&way.open)).peekable();
        if open.peek().is_none() {
            return Vec::new();
        }
        open.flat_map(|way| &way.allows)
            .chain(&self.layers.always_needed)
            .collect()
    }

    fn layers_where(&self, test: impl Fn(&Formula) -> bool) -> Vec<Layer> {
        self.layers
            .passes
            .iter()
            .filter(|(_, formula)| test(formula))
            .map(|(layer, _)| *layer)
            .collect()
    }

    /// The statements that apply in every context; where none does and all together do, those that may.
    fn decisive(&self, outcomes: &[Outcome]) -> Vec<StatementRef> {
        let certain: Vec<StatementRef> = outcomes
            .iter()
            .filter(|outcome| self.solver.always_holds(&outcome.formula))
            .map(|outcome| outcome.reference.clone())
            .collect();
        if certain.is_empty() {
            self.possible(outcomes)
        } else {
            certain
        }
    }

    fn possible<'o>(&self, outcomes: impl IntoIterator<Item = &'o Outcome>) -> Vec<StatementRef> {
        outcomes
            .into_iter()
            .filter(|outcome| self.solver.can_hold(&outcome.formula) != Verdict::Impossible)
            .map(|outcome| outcome.reference.clone())
            .collect()
    }

    fn granting(&self) -> Vec<StatementRef> {
        sorted(self.possible(&self.layers.granting))
    }

    fn statement_caveats(&self) -> BTreeSet<Caveat> {
        self.layers
            .allows()
            .chain(&self.layers.denies)
            .flat_map(|outcome| outcome.caveats.iter().copied())
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

fn sorted(mut statements: Vec<StatementRef>) -> Vec<StatementRef> {
    statements.sort();
    statements.dedup();
    statements
}
