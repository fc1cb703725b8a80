//! Questions over a store and their answers, in the shapes that `can`, `who-can` and `explain` print.

mod explain;
mod grants;
#[cfg(test)]
mod tests;
mod who_can;

use serde::Serialize;
use sv0_iam::{Context, EvaluateError, Evaluation, UnknownContext};
use sv0_model::decision::{Caveat, ConditionExpression, Decision, Layer, StatementRef};

pub use explain::{
    AssumeInformation, Explanation, LayerState, LayerVerdict, MissingElement, NearestMiss, ShownStatement,
};
pub use grants::{Grant, Grants};
pub use who_can::{PrincipalAnswer, WhoCan};

use crate::estate::{Estate, Request};

/// One question: may this principal do this to that?
#[derive(Debug, Clone, Copy)]
pub struct Query<'a> {
    /// ARN of a user, role, session, account root or provider; a service's host name; `anonymous`.
    pub principal: &'a str,
    /// The IAM action.
    pub action: &'a str,
    /// The ARN of the resource, or `*`.
    pub resource: &'a str,
    /// What is known of the request. A key given here wins over what the estate tells.
    pub context: &'a Context,
    /// What a key that neither `context` nor the estate tells is taken for.
    pub unknown_context: UnknownContext,
}

/// The answer to a [`Query`], in the shape of `can P A R --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The principal, as asked.
    pub principal: String,
    /// The action, as asked.
    pub action: String,
    /// The resource, as asked.
    pub resource: String,
    /// Whether it is allowed.
    pub decision: Decision,
    /// Layers that stop it, or whose answer hangs on an unknown.
    pub blocked_by: Vec<Layer>,
    /// Under which context it is allowed, when it is conditional.
    pub condition: Option<ConditionExpression>,
    /// The statements that decided.
    pub statements: Vec<StatementRef>,
    /// Reservations, sorted.
    pub caveats: Vec<Caveat>,
}

/// What a name in a question should have named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// The principal.
    Principal,
    /// The resource.
    Resource,
}

impl std::fmt::Display for Asked {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Principal => "principal",
            Self::Resource => "resource",
        })
    }
}

/// Why a question could not be answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum QueryError {
    /// The estate knows no such principal or resource.
    #[error("no {what} {text} is known: give an ARN as `sv0 who-can` and `sv0 paths` print it")]
    NotFound {
        /// Principal or resource.
        what: Asked,
        /// The name, as asked.
        text: String,
        /// Native ids that come near, the nearest first.
        suggestions: Vec<String>,
    },
    /// The question is malformed.
    #[error("malformed question: {0}")]
    Malformed(#[from] EvaluateError),
}

impl Estate<'_> {
    /// Answers one question through every layer that was collected.
    ///
    /// # Errors
    /// When principal or resource are unknown, or the question is malformed.
    pub fn decide(&self, query: &Query<'_>) -> Result<Answer, QueryError> {
        let subject = self.subject(query.principal)?;
        let place = self.place(query.resource)?;
        let evaluation = self.judge(&Request {
            subject: &subject,
            action: query.action,
            place: &place,
            context: query.context,
            unknown_context: query.unknown_context,
        })?;
        Ok(Answer::new(query, evaluation))
    }
}

impl Answer {
    fn new(query: &Query<'_>, evaluation: Evaluation) -> Self {
        Self {
            principal: query.principal.to_owned(),
            action: query.action.to_owned(),
            resource: query.resource.to_owned(),
            decision: evaluation.decision,
            blocked_by: evaluation.blocked_by,
            condition: evaluation.condition,
            statements: evaluation.statements,
            caveats: evaluation.caveats,
        }
    }
}
