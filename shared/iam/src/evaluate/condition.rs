//! One clause of a Condition element, as a formula.

use sv0_model::decision::Caveat;

use super::variable_match::open_match;
use crate::atom::{Atom, Presence};
use crate::expression::list_meets;
use crate::formula::Formula;
use crate::glob::Glob;
use crate::operator::{ConditionOperator, OperatorName, Quantifier};
use crate::policy::ConditionClause;
use crate::predicate::{Predicate, parse_bool};
use crate::request::{KeyValue, Request};
use crate::variables::{Piece, Resolved, Template, render, render_glob};

/// Under which context the clause holds. `unreadable` stands for what could not be read of its statement.
pub(super) fn clause_formula(clause: &ConditionClause, request: &Request<'_>, unreadable: &Formula) -> Formula {
    if !clause.readable {
        return unreadable.clone();
    }
    match clause.operator() {
        None => not_understood(clause),
        Some(operator) if operator.name == OperatorName::Null => presence_formula(clause, request),
        Some(operator) => comparison_formula(clause, operator, request),
    }
}

/// A test that the engine does not understand is neither true nor false.
fn not_understood(clause: &ConditionClause) -> Formula {
    let values = clause.values().iter().map(|value| value.text().to_owned()).collect();
    Atom::opaque(clause.key(), clause.operator_text(), values, Caveat::ConditionsNotEvaluated)
}

fn presence_formula(clause: &ConditionClause, request: &Request<'_>) -> Formula {
    let demanded: Option<Vec<Presence>> = clause
        .values()
        .iter()
        .map(|value| parse_bool(value.text()).map(|absent| if absent { Presence::Absent } else { Presence::Present }))
        .collect();
    let Some(demanded) = demanded else {
        return not_understood(clause);
    };
    Formula::any(demanded.into_iter().map(|presence| match request.key(clause.key()) {
        KeyValue::Known(_) => Formula::known(presence == Presence::Present),
        KeyValue::Absent => Formula::known(presence == Presence::Absent),
        KeyValue::Unknown => Atom::presence(clause.key(), presence),
    }))
}

fn comparison_formula(clause: &ConditionClause, operator: ConditionOperator, request: &Request<'_>) -> Formula {
    match request.key(clause.key()) {
        KeyValue::Absent => Formula::known(operator.holds_without_key()),
        KeyValue::Known(present) => {
            let values = PolicyValues::resolve(clause.values(), request);
            known_value_formula(clause, operator, present, &values, request)
        }
        KeyValue::Unknown => {
            let values = PolicyValues::resolve(clause.values(), request);
            unknown_value_formula(clause, operator, &values)
        }
    }
}

/// The values of a clause with their known variables replaced. A value with a variable that has no value matches nothing and is left out.
struct PolicyValues {
    ready: Vec<(String, Glob)>,
    open: Vec<Vec<Piece>>,
}

impl PolicyValues {
    fn resolve(templates: &[Template], request: &Request<'_>) -> Self {
        let mut values = Self {
            ready: Vec::new(),
            open: Vec::new(),
        };
        for template in templates {
            match template.resolve(&|key| request.variable(key)) {
                Resolved::Ready(glob) => values.ready.push((template.answer_text(), glob)),
                Resolved::Open(pieces) => values.open.push(pieces),
                Resolved::MatchesNothing => {}
            }
        }
        values
    }

    fn globs(&self) -> Vec<Glob> {
        self.ready.iter().map(|(_, glob)| glob.clone()).collect()
    }
}

fn known_value_formula(
    clause: &ConditionClause,
    operator: ConditionOperator,
    present: &[String],
    values: &PolicyValues,
    request: &Request<'_>,
) -> Formula {
    let Some(predicate) = Predicate::compile(operator.name, &values.globs()) else {
        return not_understood(clause);
    };
    if values.open.is_empty() {
        return Formula::known(list_meets(operator, present, |value| predicate.holds(value)));
    }
    if !matches!(predicate, Predicate::Text { .. }) {
        return not_understood(clause);
    }
    let matches_one = |value: &str| -> Option<Formula> {
        let mut alternatives = vec![Formula::known(predicate.holds(value))];
        for pieces in &values.open {
            alternatives.push(open_match(pieces, value, operator.name, request)?);
        }
        Some(Formula::any(alternatives))
    };
    let per_value: Option<Vec<Formula>> = present.iter().map(|value| matches_one(value)).collect();
    match per_value {
        Some(per_value) => quantified(operator, per_value),
        None => not_understood(clause),
    }
}

/// Combines what is known of each value of the request, as [`list_meets`] does for plain truth values.
fn quantified(operator: ConditionOperator, per_value: Vec<Formula>) -> Formula {
    let negated = operator.name.is_negated();
    let meets = per_value.into_iter().map(|formula| if negated { formula.negate() } else { formula });
    match operator.quantifier {
        Quantifier::ForAnyValue => Formula::any(meets),
        Quantifier::ForAllValues => Formula::all(meets),
        Quantifier::Single if negated => Formula::all(meets),
        Quantifier::Single => Formula::any(meets),
    }
}

fn unknown_value_formula(clause: &ConditionClause, operator: ConditionOperator, values: &PolicyValues) -> Formula {
    let scope = operator.name.wildcard_scope();
    let mut texts: Vec<String> = values
        .ready
        .iter()
        .map(|(text, glob)| if text.contains("${") { render_glob(glob, scope) } else { text.clone() })
        .collect();
    if !values.open.is_empty() {
        texts.extend(values.open.iter().map(|pieces| render(pieces, scope)));
        return Atom::entangled(clause.key(), operator, texts, None);
    }
    if texts.is_empty() {
        return nothing_matches(clause.key(), operator);
    }
    match Predicate::compile(operator.name, &values.globs()) {
        Some(predicate) => Atom::test(clause.key(), operator, texts, predicate),
        None => not_understood(clause),
    }
}

/// An operator without any value that could match.
fn nothing_matches(key: &str, operator: ConditionOperator) -> Formula {
    let negated = operator.name.is_negated();
    match (operator.quantifier, negated) {
        (Quantifier::Single | Quantifier::ForAllValues, true) => Formula::True,
        (Quantifier::Single | Quantifier::ForAnyValue, false) if operator.if_exists => Atom::presence(key, Presence::Absent),
        (Quantifier::Single | Quantifier::ForAnyValue, false) => Formula::False,
        // Only the absent key and the empty list pass, or only a list that is not empty: said with the operator itself.
        (Quantifier::ForAllValues, false) | (Quantifier::ForAnyValue, true) => match Predicate::compile(operator.name, &[]) {
            Some(predicate) => Atom::test(key, operator, Vec::new(), predicate),
            None => Formula::False,
        },
    }
}
