//! Questions over a store and their answers, in the shapes that `can`, `who-can` and `explain` print.

mod actor;
mod askers;
mod explain;
mod found;
mod grants;
mod hint;
#[cfg(test)]
mod tests;
mod via;
mod who_can;
mod worth;

use serde::Serialize;
use sv0_iam::{Context, EvaluateError, Evaluation, UnknownContext};
use sv0_model::decision::{Caveat, ConditionExpression, Decision, Layer, StatementRef};

pub use explain::{
    AssumeInformation, Attachment, AttachmentKind, ButFor, Change, Explanation, LayerState, LayerVerdict,
    MissingElement, NearestMiss, Needed, ShownStatement, Source,
};
pub use grants::{Grant, Grants};
pub use hint::resource_hint;
pub use via::{Route, ViaHop};
pub use who_can::{PrincipalAnswer, WhoCan};

use crate::estate::{Estate, Place};
use actor::{Actor, all_of};
use via::{chains_from, roles_of};

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
    /// How it gets there, where ways through roles were asked for.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub route: Option<Route>,
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
        let actor = self.actor(query.principal)?;
        let place = self.place(query.resource)?;
        Ok(Answer::new(query, self.decide_for(&actor, query, &place)?))
    }

    /// The same, or the decision by the best chain of roles that the principal may assume where that is better.
    ///
    /// # Errors
    /// When principal or resource are unknown, or the question is malformed.
    pub fn decide_via_roles(&self, query: &Query<'_>) -> Result<Answer, QueryError> {
        let actor = self.actor(query.principal)?;
        let place = self.place(query.resource)?;
        let direct = self.decide_for(&actor, query, &place)?;
        let (hops, chained) = match self.by_roles(&actor, query, &place)? {
            Some((hops, evaluation)) => (hops, Some(evaluation)),
            None => (Vec::new(), None),
        };
        let mut route = Route {
            via: Vec::new(),
            direct: Some(direct.decision).filter(|decision| decision.is_possible()),
            chained: chained.as_ref().map(|evaluation| evaluation.decision),
        };
        let evaluation = match chained {
            Some(chained) if chained.decision < direct.decision => {
                route.via = hops;
                chained
            }
            _ => direct,
        };
        let mut answer = Answer::new(query, evaluation);
        answer.route = Some(route);
        Ok(answer)
    }

    /// The best way by assuming roles, and what all its steps say together.
    fn by_roles(
        &self,
        actor: &Actor<'_>,
        query: &Query<'_>,
        place: &Place<'_>,
    ) -> Result<Option<(Vec<ViaHop>, Evaluation)>, QueryError> {
        let mut best: Option<(Vec<ViaHop>, Evaluation)> = None;
        for chain in chains_from(self, actor, query) {
            let Some(subject) = self.subject_of(chain.role) else {
                continue;
            };
            let at_end = self.judge(&query.request(&subject, place))?;
            if !at_end.decision.is_possible() {
                continue;
            }
            let evaluation = all_of(chain.evaluation, at_end);
            let is_better = best.as_ref().is_none_or(|(hops, known)| {
                let order = |hops: &[ViaHop], decision| (decision, hops.len(), roles_of(hops).join(" "));
                order(&chain.hops, evaluation.decision) < order(hops, known.decision)
            });
            if is_better {
                best = Some((chain.hops, evaluation));
            }
        }
        Ok(best)
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
            route: None,
        }
    }
}
