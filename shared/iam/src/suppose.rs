//! Policies as they are not: with statements taken out or an element widened. Asked of the engine, they tell what would have to change.

use serde_json::json;
use sv0_model::decision::ConditionExpression;

use crate::parse::parse_policy;
use crate::policy::{Policy, Statement};

/// An element of a statement that decides to what the statement applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StatementElement {
    /// Condition.
    Condition,
    /// Principal or NotPrincipal.
    Principal,
    /// Resource or NotResource.
    Resource,
    /// Action or NotAction.
    Action,
}

impl StatementElement {
    /// Every element.
    pub const ALL: [Self; 4] = [Self::Condition, Self::Principal, Self::Resource, Self::Action];
}

impl Policy {
    /// The policy with one element of each statement widened until it matches every request.
    #[must_use]
    pub fn widened(&self, element: StatementElement) -> Self {
        let text = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}});
        let everything = parse_policy(&text).policy;
        let mut statements = self.statements().to_vec();
        let Some(wide) = everything.statements().first() else {
            return self.clone();
        };
        for statement in &mut statements {
            match element {
                StatementElement::Condition => statement.conditions.clone_from(&wide.conditions),
                StatementElement::Principal => statement.principals.clone_from(&wide.principals),
                StatementElement::Resource => statement.resources.clone_from(&wide.resources),
                StatementElement::Action => {
                    statement.actions.clone_from(&wide.actions);
                    statement.action_index.clone_from(&wide.action_index);
                }
            }
        }
        Self::new(self.version(), statements)
    }
}

impl Statement {
    /// The Condition element as answers write conditions; `None` where there is none. What could not be read of it stands as it is written.
    #[must_use]
    pub fn condition_expression(&self) -> Option<ConditionExpression> {
        let mut tests: Vec<ConditionExpression> = self
            .conditions
            .iter()
            .map(|clause| ConditionExpression::Test {
                key: clause.key.clone(),
                operator: clause.operator_text.clone(),
                values: clause.values.iter().map(|value| value.text().to_owned()).collect(),
            })
            .collect();
        tests.sort_by_cached_key(|test| serde_json::to_string(test).unwrap_or_default());
        match tests.len() {
            0 | 1 => tests.pop(),
            _ => Some(ConditionExpression::All { all: tests }),
        }
    }
}
