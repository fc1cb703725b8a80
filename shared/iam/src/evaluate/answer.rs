//! From formulas to an answer.

use std::collections::BTreeSet;

use sv0_model::decision::{Caveat, Decision, Layer};

use super::decided::{Decided, DecisiveStatement};
use super::layers::{Allows, Counted, Layers, MOST_WAYS, Way};
use crate::expression::to_expression;
use crate::formula::Formula;
use crate::request::Request;
use crate::simplify::simplify;
use crate::solve::{Solver, Verdict};
use crate::truth::{Known, Truth};

/// Decides from what the layers say.
pub(super) fn decide_open<'a>(request: &Request<'_>, layers: &Layers<'a, Formula>) -> Decided<'a> {
    let of_outcomes = layers.denies.iter().map(|outcome| &outcome.formula);
    let of_counted = layers.allows().chain(layers.granting()).map(|(_, formula)| formula);
    let solver = Solver::new(
        request,
        (layers.passes.iter().map(|(_, formula)| formula))
            .chain(of_outcomes)
            .chain(of_counted)
            .chain(layers.ways.iter().flatten().map(|way| &way.open)),
    );
    Decider { layers, judge: solver }.decide()
}

/// Decides from what the layers say where nothing of it hangs on anything.
pub(super) fn decide_known<'a>(layers: &Layers<'a, Known>) -> Decided<'a> {
    Decider { layers, judge: Plain }.decide()
}

/// Tells in which contexts something holds.
trait Judge<T> {
    /// Whether it can hold in some.
    fn can_hold(&self, truth: &T) -> Verdict;

    /// Whether it holds in all. What is too large to tell does not.
    fn always_holds(&self, truth: &T) -> bool;

    /// The same as a formula, as short as can be.
    fn simplified(&self, truth: &T) -> Formula;
}

impl Judge<Formula> for Solver<'_> {
    fn can_hold(&self, truth: &Formula) -> Verdict {
        Self::can_hold(self, truth)
    }

    fn always_holds(&self, truth: &Formula) -> bool {
        Self::always_holds(self, truth)
    }

    fn simplified(&self, truth: &Formula) -> Formula {
        simplify(truth, self)
    }
}

/// The judge of what is the same in every context.
struct Plain;

impl Judge<Known> for Plain {
    fn can_hold(&self, truth: &Known) -> Verdict {
        match truth {
            Known::False => Verdict::Impossible,
            Known::Open => Verdict::Unknown,
            Known::True => Verdict::Possible,
        }
    }

    fn always_holds(&self, truth: &Known) -> bool {
        truth.is_true()
    }

    fn simplified(&self, truth: &Known) -> Formula {
        Formula::known(truth.is_true())
    }
}

struct Decider<'l, 'a, T, J> {
    layers: &'l Layers<'a, T>,
    judge: J,
}

impl<'l, 'a, T: Truth, J: Judge<T>> Decider<'l, 'a, T, J> {
    fn decide(&self) -> Decided<'a> {
        let whole = T::all(self.layers.passes.iter().map(|(_, formula)| formula.clone()));
        let mut decided = match self.judge.can_hold(&whole) {
            Verdict::Impossible => self.denied(),
            possible => self.allowed_perhaps(&whole, possible),
        };
        decided.granting = self.possible(self.layers.granting()).collect();
        decided
    }

    fn allowed_perhaps(&self, whole: &T, verdict: Verdict) -> Decided<'a> {
        let hanging = self.layers_where(|formula| !self.judge.always_holds(formula));
        if hanging.is_empty() {
            return self.allowed();
        }
        match self.judge.simplified(whole) {
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
        let needed = self.ways_where(|way| self.judge.can_hold(&way.open) != Verdict::Impossible);
        let mut statements: Vec<DecisiveStatement<'a>> = self
            .possible(self.lists_of(needed).flat_map(|allows| self.layers.counted(allows)))
            .collect();
        statements.extend(self.possible(self.denies()));
        Decided {
            decision: Decision::Conditional,
            blocked_by: hanging,
            condition: to_expression(simplified),
            decisive: statements,
            granting: Vec::new(),
            caveats,
        }
    }

    fn allowed(&self) -> Decided<'a> {
        let mut needed = self.ways_where(|way| self.judge.always_holds(&way.open));
        if !needed.contains(&true) {
            // No way is open in every context, and all together are.
            needed = self.ways_where(|way| self.judge.can_hold(&way.open) != Verdict::Impossible);
        }
        let mut statements = Vec::with_capacity(USUAL_STATEMENTS);
        for allows in self.lists_of(needed) {
            self.decisive(|| self.layers.counted(allows), &mut statements);
        }
        Decided {
            decision: Decision::Allow,
            blocked_by: Vec::new(),
            condition: None,
            decisive: statements,
            granting: Vec::new(),
            caveats: self.statement_caveats(),
        }
    }

    fn denied(&self) -> Decided<'a> {
        let denied = T::any(self.layers.denies.iter().map(|outcome| outcome.formula.clone()));
        let mut statements = Vec::new();
        let decision = if self.judge.always_holds(&denied) {
            self.decisive(|| self.denies(), &mut statements);
            Decision::ExplicitDeny
        } else {
            Decision::ImplicitDeny
        };
        let mut blocked_by = self.layers_where(|formula| self.judge.can_hold(formula) == Verdict::Impossible);
        if blocked_by.is_empty() {
            // No layer stops the request by itself: their conditions contradict one another.
            blocked_by = self.layers_where(|formula| !self.judge.always_holds(formula));
        }
        Decided {
            decision,
            blocked_by,
            condition: None,
            decisive: statements,
            granting: Vec::new(),
            caveats: self.statement_caveats(),
        }
    }

    fn denies(&self) -> impl Iterator<Item = Counted<'l, 'a, T>> {
        self.layers.denies.iter().map(|outcome| (outcome, &outcome.formula))
    }

    /// For each way whether `test` holds.
    fn ways_where(&self, test: impl Fn(&Way<T>) -> bool) -> [bool; MOST_WAYS] {
        self.layers.ways.each_ref().map(|way| way.as_ref().is_some_and(&test))
    }

    /// The lists of Allows of some ways, one of each of which is needed, and those that every way needs.
    fn lists_of(&self, ways: [bool; MOST_WAYS]) -> impl Iterator<Item = Allows> {
        let always = ways.contains(&true).then(|| self.layers.lists_always_needed());
        let chosen = self.layers.ways.iter().zip(ways).filter(|(_, is_chosen)| *is_chosen);
        let of_ways = chosen.filter_map(|(way, _)| way.as_ref()).flat_map(Layers::lists_of);
        of_ways.chain(always.into_iter().flatten())
    }

    fn layers_where(&self, test: impl Fn(&T) -> bool) -> Vec<Layer> {
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
        I: Iterator<Item = Counted<'l, 'a, T>>,
        T: 'l,
    {
        let before = statements.len();
        statements.extend(
            list()
                .filter(|(_, formula)| self.judge.always_holds(formula))
                .map(|(outcome, _)| DecisiveStatement::of(outcome)),
        );
        if statements.len() == before {
            statements.extend(self.possible(list()));
        }
    }

    fn possible<'s>(
        &'s self,
        counted: impl Iterator<Item = Counted<'l, 'a, T>> + 's,
    ) -> impl Iterator<Item = DecisiveStatement<'a>> + 's
    where
        'l: 's,
        'a: 's,
        T: 'l,
    {
        counted
            .filter(|(_, formula)| self.judge.can_hold(formula) != Verdict::Impossible)
            .map(|(outcome, _)| DecisiveStatement::of(outcome))
    }

    fn statement_caveats(&self) -> BTreeSet<Caveat> {
        let mut caveats = BTreeSet::new();
        if self.layers.has_caveats() {
            let of_allows = self.layers.allows().map(|(outcome, _)| outcome);
            caveats.extend(
                of_allows
                    .chain(&self.layers.denies)
                    .filter_map(|outcome| outcome.caveat),
            );
        }
        caveats
    }
}

/// How many statements decide most often at most.
const USUAL_STATEMENTS: usize = 6;

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
