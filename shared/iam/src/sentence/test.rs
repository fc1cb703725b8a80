//! One operator on one key.

use super::Clause;
use super::keys::{Plain, phrase, subject};
use super::literal::{list, literal};
use crate::glob::Glob;
use crate::operator::{Comparison, ConditionOperator, OperatorName, Quantifier, Relation};
use crate::predicate::{Predicate, parse_bool};

const IMPOSSIBLE: &str = "is one of no values, which cannot be";
const ANYTHING: &str = "is anything (or is absent)";

/// The clause of a test.
pub(super) fn clause(key: &str, operator: &str, values: &[String]) -> Clause {
    if let Some(inner) = operator.strip_prefix("Not:") {
        return Clause::complete(format!("it is not so that {}", clause(key, inner, values).whole()));
    }
    match ConditionOperator::parse_answer(operator) {
        None => unknown(key, operator, values),
        Some(known) if known.name == OperatorName::Null => presence(key, operator, values),
        Some(known) if values.is_empty() => of_no_values(key, known),
        Some(known) if !is_comparable(known.name, values) => unknown(key, operator, values),
        Some(known) => worded(key, known, values).unwrap_or_else(|| comparison(key, known, values)),
    }
}

/// Whether every value is what the operator compares, or may become it with its policy variables: the engine evaluates no other test.
fn is_comparable(name: OperatorName, values: &[String]) -> bool {
    let globs: Vec<Glob> = values
        .iter()
        .filter(|value| !(name.takes_variables() && value.contains("${")))
        .map(|value| Glob::new(value, name.wildcard_scope()))
        .collect();
    Predicate::compile(name, &globs).is_some()
}

fn unknown(key: &str, operator: &str, values: &[String]) -> Clause {
    let values = match values {
        [] => "no values".to_owned(),
        values => list(values),
    };
    let predicate = format!(
        "meets the operator {} with {values}, which was not evaluated",
        literal(operator)
    );
    Clause::new(subject(key), predicate)
}

fn presence(key: &str, operator: &str, values: &[String]) -> Clause {
    let demands: Option<Vec<bool>> = values.iter().map(|value| parse_bool(value)).collect();
    let predicate = match demands {
        None => return unknown(key, operator, values),
        Some(demands) => match (demands.contains(&true), demands.contains(&false)) {
            (true, false) => "is absent (or empty)",
            (false, true) => "is present (and not empty)",
            (true, true) => ANYTHING,
            (false, false) => IMPOSSIBLE,
        },
    };
    Clause::new(subject(key), predicate)
}

fn of_no_values(key: &str, operator: ConditionOperator) -> Clause {
    let predicate = match (operator.quantifier, operator.name.is_negated(), operator.if_exists) {
        (Quantifier::Single | Quantifier::ForAllValues, true, _) => ANYTHING,
        (Quantifier::ForAllValues, false, _) => "has no value (or is absent)",
        (Quantifier::ForAnyValue, true, true) => "has at least one value (or is absent)",
        (Quantifier::ForAnyValue, true, false) => "has at least one value",
        (_, false, true) => "is absent",
        (_, false, false) => IMPOSSIBLE,
    };
    Clause::new(subject(key), predicate)
}

/// The clause of a test for which there are words of its own: only tests that ask for a value, never for its absence.
fn worded(key: &str, operator: ConditionOperator, values: &[String]) -> Option<Clause> {
    if operator.quantifier != Quantifier::Single || operator.name.is_negated() {
        return None;
    }
    let shown = literal(key);
    let or_absent = if operator.if_exists {
        format!(" (or {shown} is absent)")
    } else {
        String::new()
    };
    let Plain { subject, words } = phrase(key, operator.name)?;
    let predicate = match (words, values) {
        ((one, _), [value]) if operator.name != OperatorName::Bool => format!("{one} {}{or_absent}", literal(value)),
        ((_, several), values) if operator.name != OperatorName::Bool => {
            format!("{several} {}{or_absent}", list(values))
        }
        ((when_true, when_false), [value]) => match (parse_bool(value)?, operator.if_exists) {
            (true, _) => format!("{when_true}{or_absent}"),
            (false, false) => format!("{when_false} ({shown} is false)"),
            (false, true) => format!("{when_false} ({shown} is false or absent)"),
        },
        _ => return None,
    };
    Some(Clause::new(subject, predicate))
}

fn comparison(key: &str, operator: ConditionOperator, values: &[String]) -> Clause {
    let verbs = verbs(operator.name);
    let negated = operator.name.is_negated();
    let says = |negated: bool| match (values, negated) {
        _ if operator.name == OperatorName::Bool && values.iter().all(|value| parse_bool(value).is_some()) => {
            truth(values).to_owned()
        }
        ([value], false) => format!("{} {}", verbs.one, literal(value)),
        ([value], true) => format!("{} {}", verbs.not_one, literal(value)),
        (_, false) => format!("{} {}", verbs.several, list(values)),
        (_, true) => format!("{} {}", verbs.not_several, list(values)),
    };
    let of = subject(key);
    match operator.quantifier {
        Quantifier::Single if operator.holds_without_key() => {
            Clause::new(of, format!("{} (or is absent)", says(negated)))
        }
        Quantifier::Single => Clause::new(of, says(negated)),
        Quantifier::ForAnyValue => {
            let or_absent = if operator.if_exists {
                format!(" (or {} is absent)", literal(key))
            } else {
                String::new()
            };
            Clause::new(
                format!("at least one value of {of}"),
                format!("{}{or_absent}", says(negated)),
            )
        }
        Quantifier::ForAllValues => {
            let which = if negated { "no" } else { "every" };
            Clause::new(
                format!("{which} value of {of}"),
                format!("{} (or there is none)", says(false)),
            )
        }
    }
}

/// Truth values stand plain; the same letters as text stand in quotes.
fn truth(values: &[String]) -> &'static str {
    let wants = |truth| values.iter().any(|value| parse_bool(value) == Some(truth));
    match (wants(true), wants(false)) {
        (true, false) => "is true",
        (false, true) => "is false",
        _ => "is a truth value",
    }
}

/// What an operator says of one value of the request, by how many values the policy lists, and its opposite.
struct Verbs {
    one: &'static str,
    several: &'static str,
    not_one: &'static str,
    not_several: &'static str,
}

fn verbs(name: OperatorName) -> Verbs {
    use OperatorName as O;
    let of = |one, several, not_one, not_several| Verbs {
        one,
        several,
        not_one,
        not_several,
    };
    // Of the ordered comparisons none has a negated twin.
    let ordered = |one, several| of(one, several, "", "");
    match (name, name.comparison()) {
        (O::StringLike | O::StringNotLike, _) => of(
            "matches the pattern",
            "matches one of the patterns",
            "does not match the pattern",
            "matches none of the patterns",
        ),
        (O::ArnEquals | O::ArnNotEquals | O::ArnLike | O::ArnNotLike, _) => of(
            "matches the ARN",
            "matches one of the ARNs",
            "does not match the ARN",
            "matches none of the ARNs",
        ),
        (_, Comparison::TextIgnoringCase) => of(
            "is, ignoring case,",
            "is, ignoring case, one of",
            "is not, ignoring case,",
            "is, ignoring case, none of",
        ),
        (_, Comparison::Number(Relation::Equal)) => of("equals", "equals one of", "does not equal", "equals none of"),
        (_, Comparison::Number(Relation::Less)) => ordered("is less than", "is less than one of"),
        (_, Comparison::Number(Relation::LessOrEqual)) => ordered("is at most", "is no greater than one of"),
        (_, Comparison::Number(Relation::Greater)) => ordered("is greater than", "is greater than one of"),
        (_, Comparison::Number(Relation::GreaterOrEqual)) => ordered("is at least", "is no less than one of"),
        (_, Comparison::Date(Relation::Equal)) => of(
            "is the time",
            "is one of the times",
            "is not the time",
            "is none of the times",
        ),
        (_, Comparison::Date(Relation::Less)) => ordered("is before", "is before one of"),
        (_, Comparison::Date(Relation::LessOrEqual)) => ordered("is at or before", "is at or before one of"),
        (_, Comparison::Date(Relation::Greater)) => ordered("is after", "is after one of"),
        (_, Comparison::Date(Relation::GreaterOrEqual)) => ordered("is at or after", "is at or after one of"),
        (_, Comparison::Binary) => of(
            "is the binary value",
            "is one of the binary values",
            "is not the binary value",
            "is none of the binary values",
        ),
        (_, Comparison::Address) => of("is in", "is in one of", "is not in", "is in none of"),
        // Of Bool, only what holds policy variables.
        (_, Comparison::Bool) => ordered("is the truth value", "is one of the truth values"),
        (_, Comparison::Text(_) | Comparison::Presence) => of("is", "is one of", "is not", "is none of"),
    }
}
