//! Reading the Condition element.

use serde_json::{Map, Value};

use super::statement::listed;
use super::{Diagnostics, escape_pointer};
use crate::document::{DUPLICATE_MARK, type_name};
use crate::operator::ConditionOperator;
use crate::policy::ConditionClause;
use crate::variables::{Template, VariableSupport};

pub(super) fn parse(value: Option<&Value>, at: &str, support: VariableSupport, diagnostics: &mut Diagnostics) -> Vec<ConditionClause> {
    match value {
        None => Vec::new(),
        Some(Value::Object(by_operator)) => by_operator
            .iter()
            .flat_map(|(operator, keys)| {
                let at = format!("{at}/{}", escape_pointer(operator));
                parse_operator(operator, keys, &at, support, diagnostics)
            })
            .collect(),
        Some(other) => {
            diagnostics.report("bad_type", at, format!("the Condition element is an object: found {}", type_name(other)));
            unreadable()
        }
    }
}

/// Stands for a condition of which nothing could be read.
pub(super) fn unreadable() -> Vec<ConditionClause> {
    vec![unreadable_clause("", "")]
}

fn unreadable_clause(operator_text: &str, key: &str) -> ConditionClause {
    ConditionClause {
        operator_text: operator_text.to_owned(),
        operator: None,
        key: key.to_owned(),
        values: Vec::new(),
        readable: false,
    }
}

fn parse_operator(written: &str, keys: &Value, at: &str, support: VariableSupport, diagnostics: &mut Diagnostics) -> Vec<ConditionClause> {
    // Both blocks of an operator that stands twice are kept: all of them have to hold.
    let operator_text = written.split_once(DUPLICATE_MARK).map_or(written, |(operator, _)| operator);
    if operator_text != written {
        diagnostics.report("duplicate_element", at, format!("{operator_text} stands here more than once: all of them have to hold"));
    }
    let operator = ConditionOperator::parse(operator_text);
    if operator.is_none() {
        diagnostics.report("unknown_operator", at, format!("{operator_text:?} is no condition operator"));
    }
    let Value::Object(keys) = keys else {
        diagnostics.report("bad_type", at, format!("an operator's keys are an object: found {}", type_name(keys)));
        return vec![unreadable_clause(operator_text, "")];
    };
    parse_keys(operator_text, operator, keys, at, support, diagnostics)
}

fn parse_keys(
    operator_text: &str,
    operator: Option<ConditionOperator>,
    keys: &Map<String, Value>,
    at: &str,
    support: VariableSupport,
    diagnostics: &mut Diagnostics,
) -> Vec<ConditionClause> {
    let mut clauses = Vec::with_capacity(keys.len());
    for (written, values) in keys {
        let at = format!("{at}/{}", escape_pointer(written));
        let key = written.split_once(DUPLICATE_MARK).map_or(written.as_str(), |(key, _)| key);
        if key != written {
            diagnostics.report("duplicate_element", &at, format!("the key {key:?} stands here more than once"));
            clauses.push(unreadable_clause(operator_text, key));
            continue;
        }
        clauses.push(parse_values(operator_text, operator, key, values, &at, support, diagnostics));
    }
    clauses
}

fn parse_values(
    operator_text: &str,
    operator: Option<ConditionOperator>,
    key: &str,
    values: &Value,
    at: &str,
    support: VariableSupport,
    diagnostics: &mut Diagnostics,
) -> ConditionClause {
    let scope = operator.map_or(crate::glob::WildcardScope::Anywhere, |operator| operator.name.wildcard_scope());
    let mut clause = ConditionClause {
        operator_text: operator_text.to_owned(),
        operator,
        key: key.to_owned(),
        values: Vec::new(),
        readable: true,
    };
    for (value, at) in listed(values, at) {
        match scalar_text(value) {
            Some(text) => clause.values.push(Template::parse(&text, scope, support)),
            None => {
                clause.readable = false;
                diagnostics.report("bad_type", &at, format!("a condition value is a string, number or boolean: found {}", type_name(value)));
            }
        }
    }
    if clause.readable && clause.values.is_empty() {
        diagnostics.report("empty_list", at, "the list is empty: no value matches it".to_owned());
    }
    clause
}

/// The text of a string, number or boolean: AWS takes all three as condition values.
fn scalar_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
