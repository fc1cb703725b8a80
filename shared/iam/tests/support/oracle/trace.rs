//! What an evaluation met, so that a run can prove that it met everything.

use std::collections::BTreeMap;

/// How often each rule was met.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trace {
    rules: BTreeMap<&'static str, u64>,
    operators: BTreeMap<(&'static str, &'static str, bool, bool), u64>,
}

impl Trace {
    /// Counts one use of a rule.
    pub fn hit(&mut self, rule: &'static str) {
        *self.rules.entry(rule).or_default() += 1;
    }

    /// Counts one result of a condition operator.
    pub fn operator(&mut self, quantifier: &'static str, name: &'static str, if_exists: bool, result: bool) {
        *self.operators.entry((quantifier, name, if_exists, result)).or_default() += 1;
    }

    /// How often a rule was met.
    pub fn count(&self, rule: &str) -> u64 {
        self.rules.get(rule).copied().unwrap_or_default()
    }

    /// How often an operator gave this result.
    pub fn operator_count(&self, quantifier: &str, name: &str, if_exists: bool, result: bool) -> u64 {
        self.operators
            .iter()
            .filter(|((own_quantifier, own_name, own_if_exists, own_result), _)| {
                (*own_quantifier, *own_name, *own_if_exists, *own_result) == (quantifier, name, if_exists, result)
            })
            .map(|(_, count)| count)
            .sum()
    }

    /// Adds the counts of another run.
    pub fn add(&mut self, other: &Self) {
        for (rule, count) in &other.rules {
            *self.rules.entry(rule).or_default() += count;
        }
        for (operator, count) in &other.operators {
            *self.operators.entry(*operator).or_default() += count;
        }
    }
}
