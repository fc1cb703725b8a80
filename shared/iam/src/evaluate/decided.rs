//! The answer as the run that made it leaves it, by reference to the statements that made it.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use sv0_model::decision::{Caveat, ConditionExpression, Decision, Effect, Layer, StatementRef};

use super::statement::Outcome;
use crate::policy::Statement;
use crate::question::{Evaluation, NamedPolicy};

/// The answer to a question; [`Decided::evaluation`] makes what it says of statements its own.
#[derive(Debug, Clone)]
pub struct Decided<'a> {
    /// Whether it is allowed.
    pub decision: Decision,
    /// Every layer that by itself would have stopped the request; for `conditional`, every layer whose result hangs on an unknown.
    pub blocked_by: Vec<Layer>,
    /// Only with `conditional`: under exactly which context it is allowed.
    pub condition: Option<ConditionExpression>,
    /// Reservations that belong to the answer.
    pub caveats: BTreeSet<Caveat>,
    /// See [`Self::statements`]; in any order, some perhaps twice.
    pub(super) decisive: Vec<DecisiveStatement<'a>>,
    /// See [`Self::granting`]; as the others are.
    pub(super) granting: Vec<DecisiveStatement<'a>>,
}

/// A statement that decided, in the policy it stands in.
#[derive(Debug, Clone, Copy)]
pub struct DecisiveStatement<'a> {
    /// The policy.
    pub policy: &'a NamedPolicy,
    /// The statement.
    pub statement: &'a Statement,
    /// Whether it allows or denies.
    pub effect: Effect,
}

impl<'a> Decided<'a> {
    /// The answer for what needs no permission: no statement decides.
    pub(super) fn allowed_to_all() -> Self {
        Self {
            decision: Decision::Allow,
            blocked_by: Vec::new(),
            condition: None,
            caveats: BTreeSet::new(),
            decisive: Vec::new(),
            granting: Vec::new(),
        }
    }

    /// The statements that decided, sorted as [`StatementRef`]s are.
    #[must_use]
    pub fn statements(&self) -> Vec<DecisiveStatement<'a>> {
        sorted(self.decisive.clone())
    }

    /// Every identity-based and resource-based Allow that matches, perhaps under a condition, whatever the decision; sorted in the same way.
    #[must_use]
    pub fn granting(&self) -> Vec<DecisiveStatement<'a>> {
        sorted(self.granting.clone())
    }

    /// The answer apart from the policies.
    #[must_use]
    pub fn evaluation(self) -> Evaluation {
        let references = |statements: Vec<DecisiveStatement<'a>>| {
            let statements = sorted(statements);
            statements.iter().map(DecisiveStatement::reference).collect()
        };
        Evaluation {
            decision: self.decision,
            blocked_by: self.blocked_by,
            condition: self.condition,
            statements: references(self.decisive),
            granting: references(self.granting),
            caveats: self.caveats.into_iter().collect(),
        }
    }
}

impl<'a> DecisiveStatement<'a> {
    pub(super) fn of<T>(outcome: &Outcome<'a, T>) -> Self {
        Self {
            policy: outcome.placed.policy,
            statement: outcome.placed.statement,
            effect: outcome.effect,
        }
    }

    /// Where it stands.
    #[must_use]
    pub fn reference(&self) -> StatementRef {
        StatementRef {
            policy: self.policy.name.clone(),
            index: self.statement.index,
            sid: self.statement.sid.clone(),
            effect: self.effect,
            sha256: Some(self.statement.sha256().to_owned()),
        }
    }

    /// The order of [`StatementRef`]s.
    fn in_order(one: &Self, other: &Self) -> Ordering {
        let place = |own: &Self| (own.statement.index, own.statement.sid.as_deref(), own.effect);
        if std::ptr::eq(one.statement, other.statement) && std::ptr::eq(one.policy, other.policy) {
            return one.effect.cmp(&other.effect);
        }
        (one.policy.name.cmp(&other.policy.name))
            .then_with(|| place(one).cmp(&place(other)))
            .then_with(|| one.statement.sha256().cmp(other.statement.sha256()))
    }
}

fn sorted(mut statements: Vec<DecisiveStatement<'_>>) -> Vec<DecisiveStatement<'_>> {
    statements.sort_unstable_by(DecisiveStatement::in_order);
    statements.dedup_by(|one, other| DecisiveStatement::in_order(one, other) == Ordering::Equal);
    statements
}
