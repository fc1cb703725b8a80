//! One clause of a Condition element, as a formula.

use std::sync::Arc;

use sv0_model::decision::Caveat;

use super::statement::Doubt;
use super::variable_match::match_pieces;
use crate::atom::{Atom, Presence};
use crate::expression::{is_null_dataset, list_meets};
use crate::formula::Formula;
use crate::language::LetterCase;
use crate::operator::{ConditionOperator, OperatorName, Quantifier};
use crate::policy::ConditionClause;
use crate::predicate::{Predicate, parse_bool};
use crate::request::{KeyValue, Request, Values};
use crate::truth::Truth;
use crate::variables::{Piece, Resolved, render};

/// Under which context the clause holds. `unreadable` stands for what could not be read of its statement.
pub(super) fn clause_formula<T: Truth>(clause: &ConditionClause, request: &Request<'_>, unreadable: &Doubt<'_>) -> T {
    if !clause.readable {
        return unreadable.truth();
    }
    match clause.operator() {
        None => T::open(|| not_understood(clause)),
        Some(operator) if operator.name == OperatorName::Null => presence_formula(clause, operator.quantifier, request),
        Some(operator) => comparison_formula(clause, operator, request),
    }
}

/// A test that the engine does not understand is neither true nor false.
fn not_understood(clause: &ConditionClause) -> Formula {
    let values = clause.values().iter().map(|value| value.text().to_owned()).collect();
    Atom::opaque(
        clause.key(),
        clause.operator_text(),
        values,
        Caveat::ConditionsNotEvaluated,
    )
}

/// What `Null` says of a key.
fn presence_formula<T: Truth>(clause: &ConditionClause, quantifier: Quantifier, request: &Request<'_>) -> T {
    let demanded: Option<Vec<Presence>> = clause
        .values()
        .iter()
        .map(|value| parse_bool(value.text()).map(|absent| if absent { Presence::Absent } else { Presence::Present }))
        .collect();
    let Some(demanded) = demanded else {
        return T::open(|| not_understood(clause));
    };
    if quantifier != Quantifier::Single {
        return qualified_presence(clause, quantifier, &demanded, request);
    }
    if demanded.contains(&Presence::Absent) && demanded.contains(&Presence::Present) {
        return T::known(true);
    }
    T::any(
        demanded
            .into_iter()
            .map(|presence| presence_test(clause, presence, request)),
    )
}

/// `Null` asked of each value: no value there is is null, so that the qualifier alone speaks where there is none.
fn qualified_presence<T: Truth>(
    clause: &ConditionClause,
    quantifier: Quantifier,
    demanded: &[Presence],
    request: &Request<'_>,
) -> T {
    let passes_with_values = demanded.contains(&Presence::Present);
    let without_values = quantifier == Quantifier::ForAllValues;
    match request.hashed_key(&clause.folded, clause.folded_hash) {
        _ if passes_with_values == without_values => T::known(without_values),
        KeyValue::Known(values) if !values.iter().all(str::is_empty) => T::known(passes_with_values),
        KeyValue::Known(_) | KeyValue::Absent => T::known(without_values),
        KeyValue::Unknown => {
            let name = if without_values {
                OperatorName::StringEquals
            } else {
                OperatorName::StringNotEquals
            };
            let plain = ConditionOperator::plain(name);
            T::open(|| of_no_value(clause.key(), ConditionOperator { quantifier, ..plain }))
        }
    }
}

/// A test with a set qualifier and no values: it holds for the absent key and the empty list, or for every other list, alone.
fn of_no_value(key: &str, operator: ConditionOperator) -> Formula {
    match Predicate::compile(operator.name, &[]) {
        Some(predicate) => Atom::test(key, operator, Vec::new(), Arc::new(predicate)),
        None => Formula::False,
    }
}

fn presence_test<T: Truth>(clause: &ConditionClause, presence: Presence, request: &Request<'_>) -> T {
    match request.hashed_key(&clause.folded, clause.folded_hash) {
        KeyValue::Known(values) if is_null_dataset(values.iter()) => T::known(presence == Presence::Absent),
        KeyValue::Known(_) => T::known(presence == Presence::Present),
        KeyValue::Absent => T::known(presence == Presence::Absent),
        KeyValue::Unknown => T::open(|| Atom::presence(clause.key(), presence)),
    }
}

fn comparison_formula<T: Truth>(clause: &ConditionClause, operator: ConditionOperator, request: &Request<'_>) -> T {
    match request.hashed_key(&clause.folded, clause.folded_hash) {
        KeyValue::Absent => T::known(operator.holds_without_key()),
        KeyValue::Known(present) => known_value_formula(clause, operator, &present, request),
        KeyValue::Unknown => T::open(|| unknown_value_formula(clause, operator, request)),
    }
}

/// The values of a clause with their known variables replaced. A value with a variable that has no value matches nothing and is left out.
struct PolicyValues {
    texts: Vec<String>,
    /// Of the values without open variables; `None` where one of them is not what the operator compares.
    predicate: Option<Arc<Predicate>>,
    open: Vec<Vec<Piece>>,
}

impl PolicyValues {
    fn resolve(clause: &ConditionClause, operator: ConditionOperator, request: &Request<'_>) -> Self {
        let mut values = Self {
            texts: Vec::new(),
            predicate: None,
            open: Vec::new(),
        };
        let mut globs = Vec::new();
        for template in clause.values() {
            match template.resolve(&|key| request.variable(key)) {
                Resolved::Ready(glob) => {
                    values.texts.push(template.answer_text(&glob));
                    globs.push(glob.into_owned());
                }
                Resolved::Open(pieces) => values.open.push(pieces),
                Resolved::MatchesNothing => {}
            }
        }
        let compile = || Predicate::compile(operator.name, &globs).map(Arc::new);
        values.predicate = clause.predicate.clone().or_else(compile);
        values
    }
}

fn known_value_formula<T: Truth>(
    clause: &ConditionClause,
    operator: ConditionOperator,
    present: &Values<'_>,
    request: &Request<'_>,
) -> T {
    let meets = |predicate: &Predicate| T::known(list_meets(operator, present.iter(), |value| predicate.holds(value)));
    if let Some(predicate) = &clause.predicate {
        return meets(predicate);
    }
    let values = PolicyValues::resolve(clause, operator, request);
    match &values.predicate {
        None => T::open(|| not_understood(clause)),
        Some(predicate) if values.open.is_empty() => meets(predicate),
        Some(predicate) => T::open(|| {
            open_values_formula(operator, present, predicate, &values.open).unwrap_or_else(|| not_understood(clause))
        }),
    }
}

/// The values of a request against policy values some of which have open variables. `None` when that cannot be said exactly.
fn open_values_formula(
    operator: ConditionOperator,
    present: &Values<'_>,
    ready: &Predicate,
    open: &[Vec<Piece>],
) -> Option<Formula> {
    if !matches!(
        ready,
        Predicate::Text {
            case: LetterCase::Sensitive,
            ..
        }
    ) {
        return None;
    }
    let is_null = operator.quantifier != Quantifier::Single && is_null_dataset(present.iter());
    let mut per_value = Vec::new();
    for value in present.iter().filter(|_| !is_null) {
        let mut alternatives = vec![Formula::known(ready.holds(value))];
        for pieces in open {
            alternatives.push(match_pieces(pieces, value)?);
        }
        per_value.push(Formula::any(alternatives));
    }
    Some(quantified(operator, per_value))
}

/// Combines what is known of each value of the request, as [`list_meets`] does for plain truth values.
fn quantified(operator: ConditionOperator, per_value: Vec<Formula>) -> Formula {
    let negated = operator.name.is_negated();
    let meets = per_value
        .into_iter()
        .map(|formula| if negated { formula.negate() } else { formula });
    match operator.quantifier {
        Quantifier::ForAnyValue => Formula::any(meets),
        Quantifier::ForAllValues => Formula::all(meets),
        Quantifier::Single if negated => Formula::all(meets),
        Quantifier::Single => Formula::any(meets),
    }
}

fn unknown_value_formula(clause: &ConditionClause, operator: ConditionOperator, request: &Request<'_>) -> Formula {
    let PolicyValues {
        mut texts,
        predicate,
        open,
    } = PolicyValues::resolve(clause, operator, request);
    if !open.is_empty() && operator.name == OperatorName::Bool {
        return not_understood(clause);
    }
    if !open.is_empty() {
        let scope = operator.name.wildcard_scope();
        texts.extend(open.iter().map(|pieces| render(pieces, scope)));
        return Atom::entangled(clause.key(), operator, texts);
    }
    if texts.is_empty() {
        return nothing_matches(clause.key(), operator);
    }
    match predicate {
        Some(predicate) => Atom::test(clause.key(), operator, texts, predicate),
        None => not_understood(clause),
    }
}

/// An operator without any value that could match.
fn nothing_matches(key: &str, operator: ConditionOperator) -> Formula {
    let negated = operator.name.is_negated();
    match (operator.quantifier, negated) {
        (Quantifier::Single | Quantifier::ForAllValues, true) => Formula::True,
        (Quantifier::Single | Quantifier::ForAnyValue, false) if operator.if_exists => {
            Atom::presence(key, Presence::Absent)
        }
        (Quantifier::Single | Quantifier::ForAnyValue, false) => Formula::False,
        // Only the absent key and the empty list pass, or only a list that is not empty: said with the operator itself.
        (Quantifier::ForAllValues, false) | (Quantifier::ForAnyValue, true) => of_no_value(key, operator),
    }
}
