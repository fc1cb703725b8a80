//! Whether a residual condition of an answer holds in a context.

use std::collections::BTreeMap;

use sv0_model::decision::ConditionExpression;

use super::conditions::Clause;
use super::document::Outside;
use super::keys::Keys;
use super::trace::Trace;

/// Whether the condition holds where the request carries exactly these keys. Its tests are read as clauses of a policy of 2012.
pub fn holds(condition: &ConditionExpression, keys: &BTreeMap<String, Vec<String>>) -> Result<bool, Outside> {
    evaluate(condition, &Keys::new(keys))
}

fn evaluate(condition: &ConditionExpression, keys: &Keys) -> Result<bool, Outside> {
    match condition {
        ConditionExpression::All { all } => all
            .iter()
            .try_fold(true, |holds, child| Ok(evaluate(child, keys)? && holds)),
        ConditionExpression::Any { any } => any
            .iter()
            .try_fold(false, |holds, child| Ok(evaluate(child, keys)? || holds)),
        ConditionExpression::Test { key, operator, values } => {
            let clause = Clause::read(operator, key, values.clone())?;
            Ok(clause.holds(keys, true, &mut Trace::default()))
        }
    }
}
