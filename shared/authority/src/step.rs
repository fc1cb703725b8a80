//! One step of a path or an escalation, as an evaluation judges it.

use std::sync::Arc;

use sv0_iam::Evaluation;
use sv0_model::decision::{Caveat, ConditionExpression, Decision, Layer, StatementRef};
use sv0_model::observation::Observation;
use sv0_model::path::{PathHop, PathState};

use crate::estate::{conjunction, disjunction};

/// What every layer says to a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    pub state: PathState,
    pub blocked_by: Vec<Layer>,
    pub condition: Option<ConditionExpression>,
    pub statements: Vec<StatementRef>,
    /// Of a blocked step, the statements that would have allowed it.
    pub granted_by: Vec<StatementRef>,
    pub caveats: Vec<Caveat>,
}

/// The state of a step with this decision.
pub(crate) fn state_of(decision: Decision) -> PathState {
    match decision {
        Decision::Allow => PathState::Allowed,
        Decision::Conditional => PathState::Conditional,
        Decision::ImplicitDeny | Decision::ExplicitDeny => PathState::Blocked,
    }
}

impl From<Evaluation> for Step {
    fn from(evaluation: Evaluation) -> Self {
        let state = state_of(evaluation.decision);
        Self {
            state,
            blocked_by: evaluation.blocked_by,
            condition: evaluation.condition,
            statements: evaluation.statements,
            granted_by: if state == PathState::Blocked {
                evaluation.granting
            } else {
                Vec::new()
            },
            caveats: evaluation.caveats,
        }
    }
}

impl From<Arc<Evaluation>> for Step {
    fn from(evaluation: Arc<Evaluation>) -> Self {
        Self::from(Arc::unwrap_or_clone(evaluation))
    }
}

impl Step {
    /// The step that holds where at least one of two with the same state does.
    pub(crate) fn or(mut self, other: Self) -> Self {
        self.condition = disjunction(self.condition.into_iter().chain(other.condition));
        extend(&mut self.blocked_by, other.blocked_by);
        extend(&mut self.statements, other.statements);
        extend(&mut self.granted_by, other.granted_by);
        extend(&mut self.caveats, other.caveats);
        self
    }

    /// A step that no policy has a say in.
    pub(crate) fn allowed() -> Self {
        Self {
            state: PathState::Allowed,
            blocked_by: Vec::new(),
            condition: None,
            statements: Vec::new(),
            granted_by: Vec::new(),
            caveats: Vec::new(),
        }
    }

    /// The step that holds where two do.
    pub(crate) fn and(self, other: Self) -> Self {
        let state = self.state.max(other.state);
        let mut both = Self {
            state,
            condition: match state {
                PathState::Conditional => conjunction(self.condition.into_iter().chain(other.condition)),
                PathState::Allowed | PathState::Blocked => None,
            },
            ..Self::allowed()
        };
        for part in [
            (self.state, self.blocked_by, self.statements, self.granted_by),
            (other.state, other.blocked_by, other.statements, other.granted_by),
        ] {
            let (of, blocked_by, statements, granted_by) = part;
            if of == state {
                extend(&mut both.blocked_by, blocked_by);
                extend(&mut both.statements, statements);
                extend(&mut both.granted_by, granted_by);
            } else {
                // What allows its part is among what would have allowed the whole.
                let granting = if state == PathState::Blocked {
                    &mut both.granted_by
                } else {
                    &mut both.statements
                };
                extend(granting, statements);
            }
        }
        extend(&mut both.caveats, self.caveats.into_iter().chain(other.caveats));
        both
    }

    pub(crate) fn hop(
        &self,
        from: &str,
        relation: &str,
        to: &str,
        actions: Vec<String>,
        observation: Observation,
    ) -> PathHop {
        PathHop {
            from: from.to_owned(),
            relation: relation.to_owned(),
            to: to.to_owned(),
            actions,
            state: self.state,
            blocked_by: self.blocked_by.clone(),
            condition: self.condition.clone(),
            statements: shared(&self.statements),
            granted_by: shared(&self.granted_by),
            observation,
            note: String::new(),
        }
    }
}

fn shared(statements: &[StatementRef]) -> Vec<Arc<StatementRef>> {
    statements.iter().cloned().map(Arc::new).collect()
}

/// Adds to a sorted list without repetitions.
pub(crate) fn extend<T: Ord>(list: &mut Vec<T>, more: impl IntoIterator<Item = T>) {
    list.extend(more);
    list.sort_unstable();
    list.dedup();
}
