//! Reading the Condition element.

use std::sync::Arc;

use serde_json::Value;

use super::statement::listed;
use super::{Diagnostics, escape_pointer};
use crate::context::fold_key;
use crate::document::{DUPLICATE_MARK, type_name};
use crate::glob::{Glob, WildcardScope};
use crate::hash::hash;
use crate::operator::{ConditionOperator, OperatorName};
use crate::policy::ConditionClause;
use crate::predicate::{Predicate, parse_bool};
use crate::variables::{Template, VariableSupport};

pub(super) fn parse(
    value: Option<&Value>,
    at: &str,
    support: VariableSupport,
    diagnostics: &mut Diagnostics,
) -> Vec<ConditionClause> {
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
            diagnostics.report(
                "bad_type",
                at,
                format!("the Condition element is an object: found {}", type_name(other)),
            );
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
        folded_hash: hash(&fold_key(key)),
        folded: fold_key(key),
        values: Vec::new(),
        predicate: None,
        readable: false,
    }
}

/// The keys under one operator.
struct Block<'a> {
    operator_text: &'a str,
    operator: Option<ConditionOperator>,
    support: VariableSupport,
}

fn parse_operator(
    written: &str,
    keys: &Value,
    at: &str,
    support: VariableSupport,
    diagnostics: &mut Diagnostics,
) -> Vec<ConditionClause> {
    // Both blocks of an operator that stands twice are kept: all of them have to hold.
    let operator_text = written
        .split_once(DUPLICATE_MARK)
        .map_or(written, |(operator, _)| operator);
    if operator_text != written {
        let message = format!("{operator_text} stands here more than once: all of them have to hold");
        diagnostics.report("duplicate_element", at, message);
    }
    let operator = ConditionOperator::parse(operator_text);
    if operator.is_none() {
        diagnostics.report(
            "unknown_operator",
            at,
            format!("{operator_text:?} is no condition operator"),
        );
    }
    let Value::Object(keys) = keys else {
        let message = format!("an operator's keys are an object: found {}", type_name(keys));
        diagnostics.report("bad_type", at, message);
        return vec![unreadable_clause(operator_text, "")];
    };
    let block = Block {
        operator_text,
        operator,
        support,
    };
    keys.iter()
        .map(|(key, values)| block.parse_key(key, values, &format!("{at}/{}", escape_pointer(key)), diagnostics))
        .collect()
}

impl Block<'_> {
    fn parse_key(&self, written: &str, values: &Value, at: &str, diagnostics: &mut Diagnostics) -> ConditionClause {
        let key = written.split_once(DUPLICATE_MARK).map_or(written, |(key, _)| key);
        if key != written {
            diagnostics.report(
                "duplicate_element",
                at,
                format!("the key {key:?} stands here more than once"),
            );
            return unreadable_clause(self.operator_text, key);
        }
        let (values, readable) = self.parse_values(values, at, diagnostics);
        ConditionClause {
            operator_text: self.operator_text.to_owned(),
            operator: self.operator,
            key: key.to_owned(),
            folded_hash: hash(&fold_key(key)),
            folded: fold_key(key),
            predicate: self.compile(&values),
            values,
            readable,
        }
    }

    /// The values that could be read, and whether these are all.
    fn parse_values(&self, values: &Value, at: &str, diagnostics: &mut Diagnostics) -> (Vec<Template>, bool) {
        let scope = self
            .operator
            .map_or(WildcardScope::Anywhere, |operator| operator.name.wildcard_scope());
        let items = listed(values, at);
        let mut templates = Vec::with_capacity(items.len());
        for (value, at) in &items {
            match scalar_text(value) {
                Some(text) => {
                    let template = Template::parse(&text, scope, self.variable_support());
                    self.check_value(&template, at, diagnostics);
                    templates.push(template);
                }
                None => {
                    let found = type_name(value);
                    let message = format!("a condition value is a string, number or boolean: found {found}");
                    diagnostics.report("bad_type", at, message);
                }
            }
        }
        if items.is_empty() {
            diagnostics.report("empty_list", at, "the list is empty: no value matches it".to_owned());
        }
        let readable = templates.len() == items.len();
        (templates, readable)
    }

    /// Reports a value that the operator cannot compare.
    fn check_value(&self, value: &Template, at: &str, diagnostics: &mut Diagnostics) {
        let (Some(operator), Some(glob)) = (self.operator, value.fixed()) else {
            return;
        };
        let is_comparable = match operator.name {
            OperatorName::Null => parse_bool(value.text()).is_some(),
            name => Predicate::compile(name, std::slice::from_ref(glob)).is_some(),
        };
        if !is_comparable {
            let message = format!("the value is not what {} compares", operator.text());
            diagnostics.report("bad_value", at, message);
        }
    }

    /// Where an operator takes no policy variables `${` is literal text (IAM User Guide, "Condition operators").
    fn variable_support(&self) -> VariableSupport {
        match self.operator {
            Some(operator) if !operator.name.takes_variables() => VariableSupport::LiteralText,
            _ => self.support,
        }
    }

    fn compile(&self, values: &[Template]) -> Option<Arc<Predicate>> {
        let globs: Option<Vec<Glob>> = values.iter().map(|value| value.fixed().cloned()).collect();
        Predicate::compile(self.operator?.name, &globs?).map(Arc::new)
    }
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
