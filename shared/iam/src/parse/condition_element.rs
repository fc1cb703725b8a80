//! Reading the Condition element.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::Value;

use super::Diagnostics;
use super::place::Place;
use super::statement::listed;
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
    at: Place<'_>,
    support: VariableSupport,
    diagnostics: &mut Diagnostics,
) -> Vec<ConditionClause> {
    match value {
        None => Vec::new(),
        Some(Value::Object(by_operator)) => by_operator
            .iter()
            .flat_map(|(operator, keys)| parse_operator(operator, keys, at.element(operator), support, diagnostics))
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

/// The values of a key that could be read.
struct Values {
    items: Vec<Template>,
    /// What they say, where all of them can be compared and none has variables.
    predicate: Option<Arc<Predicate>>,
    /// Whether these are all.
    readable: bool,
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
    at: Place<'_>,
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
        .map(|(key, values)| block.parse_key(key, values, at.element(key), diagnostics))
        .collect()
}

impl Block<'_> {
    fn parse_key(
        &self,
        written: &str,
        values: &Value,
        at: Place<'_>,
        diagnostics: &mut Diagnostics,
    ) -> ConditionClause {
        let key = written.split_once(DUPLICATE_MARK).map_or(written, |(key, _)| key);
        if key != written {
            diagnostics.report(
                "duplicate_element",
                at,
                format!("the key {key:?} stands here more than once"),
            );
            return unreadable_clause(self.operator_text, key);
        }
        let Values {
            items,
            predicate,
            readable,
        } = self.parse_values(values, at, diagnostics);
        let folded = fold_key(key);
        ConditionClause {
            operator_text: self.operator_text.to_owned(),
            operator: self.operator,
            key: key.to_owned(),
            folded_hash: hash(&folded),
            folded,
            values: items,
            predicate,
            readable,
        }
    }

    fn parse_values(&self, values: &Value, at: Place<'_>, diagnostics: &mut Diagnostics) -> Values {
        let scope = self
            .operator
            .map_or(WildcardScope::Anywhere, |operator| operator.name.wildcard_scope());
        let listed = listed(values);
        let read = |value| scalar_text(value).map(|text| Template::parse(&text, scope, self.variable_support()));
        let items: Vec<Template> = listed.clone().filter_map(|(_, value)| read(value)).collect();
        let count = listed.clone().count();
        let found = Values {
            predicate: self.compile(&items),
            readable: items.len() == count,
            items,
        };
        if found.predicate.is_none() || !found.readable {
            self.report_values(listed, &found.items, at, diagnostics);
        }
        if count == 0 {
            diagnostics.report("empty_list", at, "the list is empty: no value matches it".to_owned());
        }
        found
    }

    /// Reports the values that are none, or that the operator cannot compare.
    fn report_values<'v>(
        &self,
        listed: impl Iterator<Item = (Option<usize>, &'v Value)>,
        items: &[Template],
        at: Place<'_>,
        diagnostics: &mut Diagnostics,
    ) {
        let mut items = items.iter();
        for (index, value) in listed {
            let at = at.item_if_listed(index);
            if matches!(value, Value::Null | Value::Array(_) | Value::Object(_)) {
                let found = type_name(value);
                let message = format!("a condition value is a string, number or boolean: found {found}");
                diagnostics.report("bad_type", at, message);
            } else if let Some(item) = items.next() {
                self.check_value(item, at, diagnostics);
            }
        }
    }

    /// Reports a value that the operator cannot compare.
    fn check_value(&self, value: &Template, at: Place<'_>, diagnostics: &mut Diagnostics) {
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
fn scalar_text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(text.into()),
        Value::Number(number) => Some(number.to_string().into()),
        Value::Bool(truth) => Some(truth.to_string().into()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
