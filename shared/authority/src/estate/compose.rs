//! Putting evaluations together: requests that need two answers, that one of two answers opens, or that hang on what was not collected.

use sv0_iam::Evaluation;
use sv0_model::decision::{Caveat, ConditionExpression, Decision, Layer, UNCOLLECTED_POLICY_KEY};

use super::judge::denies;

/// A setting or list that was not collected and on which an answer may hang.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Doubt {
    /// The URN under which conditions name it.
    pub urn: String,
    /// The layer that it belongs to.
    pub layer: Layer,
    /// Why it is not known.
    pub caveat: Caveat,
}

/// The answer to a request that both have to let pass.
pub(crate) fn both(first: Evaluation, second: Evaluation) -> Evaluation {
    let mut joined = first;
    joined.caveats = union(joined.caveats, second.caveats);
    joined.granting = union(joined.granting, second.granting);
    match (denies(joined.decision), denies(second.decision)) {
        (true, false) => {}
        (false, true) => {
            joined.decision = second.decision;
            joined.blocked_by = second.blocked_by;
            joined.condition = None;
            joined.statements = second.statements;
        }
        (true, true) => {
            joined.decision = joined.decision.max(second.decision);
            joined.blocked_by = union(joined.blocked_by, second.blocked_by);
            joined.statements = union(joined.statements, second.statements);
        }
        (false, false) => {
            joined.decision = joined.decision.max(second.decision);
            joined.blocked_by = union(joined.blocked_by, second.blocked_by);
            joined.condition = conjunction(joined.condition.into_iter().chain(second.condition));
            joined.statements = union(joined.statements, second.statements);
        }
    }
    joined
}

/// The answer to a request that may come either way.
pub(crate) fn either(first: Evaluation, second: Evaluation) -> Evaluation {
    match (first.decision, second.decision) {
        (Decision::Allow, _) => first,
        (_, Decision::Allow) => second,
        (Decision::Conditional, Decision::Conditional) => {
            let mut joined = first;
            joined.condition = disjunction(joined.condition.into_iter().chain(second.condition));
            joined.blocked_by = union(joined.blocked_by, second.blocked_by);
            joined.statements = union(joined.statements, second.statements);
            joined.granting = union(joined.granting, second.granting);
            joined.caveats = union(joined.caveats, second.caveats);
            joined
        }
        (_, Decision::Conditional) => second,
        _ => first,
    }
}

/// The answer that holds only under a further condition, which belongs to a layer.
pub(crate) fn provided(mut evaluation: Evaluation, condition: ConditionExpression, layer: Layer) -> Evaluation {
    if denies(evaluation.decision) {
        return evaluation;
    }
    evaluation.decision = Decision::Conditional;
    evaluation.condition = conjunction(evaluation.condition.into_iter().chain([condition]));
    evaluation.blocked_by = union(evaluation.blocked_by, vec![layer]);
    evaluation
}

/// The answer that holds only where none of the doubts is true.
pub(crate) fn unless(mut evaluation: Evaluation, doubts: &[Doubt]) -> Evaluation {
    if denies(evaluation.decision) {
        return evaluation;
    }
    for doubt in doubts {
        let operator = match doubt.layer {
            Layer::BlockPublicAccess => "Not:Denies",
            _ => "Allows",
        };
        evaluation = provided(evaluation, of_uncollected(&doubt.urn, operator), doubt.layer);
        evaluation.caveats = union(evaluation.caveats, vec![doubt.caveat]);
    }
    evaluation
}

/// The condition that a policy which was not collected allows.
pub(crate) fn uncollected_policy(native_id: &str) -> ConditionExpression {
    of_uncollected(native_id, "Allows")
}

fn of_uncollected(native_id: &str, operator: &str) -> ConditionExpression {
    ConditionExpression::Test {
        key: UNCOLLECTED_POLICY_KEY.to_owned(),
        operator: operator.to_owned(),
        values: vec![native_id.to_owned()],
    }
}

/// Adds a reservation to an answer.
pub(crate) fn reserve(evaluation: &mut Evaluation, caveat: Caveat) {
    evaluation.caveats = union(std::mem::take(&mut evaluation.caveats), vec![caveat]);
}

/// Both lists as one, sorted, each element once.
pub(crate) fn union<T: Ord>(mut list: Vec<T>, more: Vec<T>) -> Vec<T> {
    list.extend(more);
    list.sort_unstable();
    list.dedup();
    list
}

/// The condition under which all of them hold. `None` for none of them.
pub(crate) fn conjunction(conditions: impl IntoIterator<Item = ConditionExpression>) -> Option<ConditionExpression> {
    ConditionExpression::all_of(conditions)
}

/// The condition under which at least one of them holds.
pub(crate) fn disjunction(conditions: impl IntoIterator<Item = ConditionExpression>) -> Option<ConditionExpression> {
    ConditionExpression::any_of(conditions)
}
