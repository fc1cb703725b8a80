//! Formulas as answers print them, and what such an answer says of one context.

use sv0_model::decision::ConditionExpression;

use crate::atom::Atom;
use crate::context::{Context, fold_key};
use crate::formula::Formula;
use crate::glob::Glob;
use crate::operator::{ConditionOperator, OperatorName, Quantifier};
use crate::predicate::{Predicate, parse_bool};
use crate::solve::is_known_multivalued;
use crate::variables::{Resolved, Template, VariableSupport, VariableValue};

/// A formula as a condition expression; `None` for `True` and `False`.
pub(crate) fn to_expression(formula: &Formula) -> Option<ConditionExpression> {
    match formula {
        Formula::True | Formula::False => None,
        Formula::Test(atom) => Some(test_expression(atom)),
        Formula::All(parts) => Some(ConditionExpression::All { all: sorted(parts) }),
        Formula::Any(parts) => Some(ConditionExpression::Any { any: sorted(parts) }),
    }
}

fn test_expression(atom: &Atom) -> ConditionExpression {
    ConditionExpression::Test {
        key: atom.key().to_owned(),
        operator: atom.operator_text(),
        values: atom.values().to_vec(),
    }
}

fn sorted(parts: &[Formula]) -> Vec<ConditionExpression> {
    let mut children: Vec<(String, ConditionExpression)> = parts
        .iter()
        .filter_map(to_expression)
        .map(|child| (serde_json::to_string(&child).unwrap_or_default(), child))
        .collect();
    children.sort();
    children.dedup();
    children.into_iter().map(|(_, child)| child).collect()
}

/// Whether a condition of an answer holds in one context, where every key that is not given is absent.
/// `None` when it hangs on a test that no context decides, such as a policy that was not collected.
#[must_use]
pub fn condition_holds(condition: &ConditionExpression, context: &Context) -> Option<bool> {
    match condition {
        ConditionExpression::All { all } => fold(all.iter().map(|child| condition_holds(child, context)), false),
        ConditionExpression::Any { any } => fold(any.iter().map(|child| condition_holds(child, context)), true),
        ConditionExpression::Test { key, operator, values } => test_holds(key, operator, values, context),
    }
}

/// `decisive` where any child is that; unknown where any is unknown; the opposite otherwise.
fn fold(children: impl Iterator<Item = Option<bool>>, decisive: bool) -> Option<bool> {
    let mut result = Some(!decisive);
    for child in children {
        match child {
            Some(truth) if truth == decisive => return Some(decisive),
            None => result = None,
            Some(_) => {}
        }
    }
    result
}

fn test_holds(key: &str, operator: &str, values: &[String], context: &Context) -> Option<bool> {
    if key.starts_with("sv0:") {
        return None;
    }
    let operator = ConditionOperator::parse_answer(operator)?;
    let present = context.get(key);
    if operator.name == OperatorName::Null {
        let is_null = present.is_none_or(|values| is_null_dataset(texts(values)));
        return Some(values.iter().any(|value| parse_bool(value) == Some(is_null)));
    }
    let Some(present) = present else {
        return Some(operator.holds_without_key());
    };
    let globs: Vec<Glob> = values
        .iter()
        .filter_map(|value| resolve(value, operator, context))
        .collect();
    let predicate = Predicate::compile(operator.name, &globs)?;
    Some(list_meets(operator, texts(present), |value| predicate.holds(value)))
}

fn texts(values: &[String]) -> impl Iterator<Item = &str> + Clone {
    values.iter().map(String::as_str)
}

fn resolve(value: &str, operator: ConditionOperator, context: &Context) -> Option<Glob> {
    let template = Template::parse(value, operator.name.wildcard_scope(), VariableSupport::Recognized);
    let lookup = |key: &str| match context.get(key) {
        _ if is_known_multivalued(&fold_key(key)) => VariableValue::Null,
        Some([one]) => VariableValue::Known(one.into()),
        _ => VariableValue::Null,
    };
    match template.resolve(&lookup) {
        Resolved::Ready(glob) => Some(glob.into_owned()),
        Resolved::MatchesNothing | Resolved::Open(_) => None,
    }
}

/// Whether a key is there with nothing but empty text in it. "The ForAllValues qualifier returns true if there are no context keys in the request or if the
/// context key value resolves to a null dataset, such as an empty string" (IAM User Guide, "Single-valued vs. multivalued context keys").
pub(crate) fn is_null_dataset<'v>(values: impl IntoIterator<Item = &'v str>) -> bool {
    let mut values = values.into_iter().peekable();
    values.peek().is_some() && values.all(str::is_empty)
}

/// Whether a present list of values meets an operator, given what its positive twin says of each value.
pub(crate) fn list_meets<'v>(
    operator: ConditionOperator,
    values: impl Iterator<Item = &'v str> + Clone,
    holds: impl Fn(&str) -> bool,
) -> bool {
    let negated = operator.name.is_negated();
    let meets = |value: &str| holds(value) != negated;
    let is_null = || is_null_dataset(values.clone());
    match operator.quantifier {
        Quantifier::ForAnyValue => !is_null() && values.clone().any(meets),
        Quantifier::ForAllValues => is_null() || values.clone().all(meets),
        Quantifier::Single if negated => values.clone().all(meets),
        Quantifier::Single => values.clone().any(meets),
    }
}
