//! Whom a question is about: one principal, or a user of IAM Identity Center with all the roles in which they act.

use std::collections::BTreeSet;

use sv0_iam::Evaluation;
use sv0_model::decision::{Caveat, Decision, Layer};
use sv0_model::graph::{EdgeKind, Entity};

use super::{Query, QueryError};
use crate::estate::{Entrance, Estate, Place, Request, Subject, conjunction, disjunction, uncollected_policy};
use crate::names;

/// Whom a question is about.
#[derive(Debug, Clone)]
pub(super) struct Actor<'e> {
    /// As whom they may act; several for somebody assigned to several permission sets.
    pub ways: Vec<Way<'e>>,
    /// The user or group of Identity Center whose further ways the capture may lack.
    pub may_have_more: Option<&'e Entity>,
}

/// As whom somebody may act.
#[derive(Debug, Clone)]
pub(super) struct Way<'e> {
    pub subject: Subject<'e>,
    /// How a user or group of Identity Center comes to be this subject.
    pub entrance: Option<Entrance<'e>>,
}

impl Estate<'_> {
    /// The actor under a name that a person gives.
    pub(super) fn actor(&self, text: &str) -> Result<Actor<'_>, QueryError> {
        if let Some(everyone) = self.everyone_with_credentials().filter(|_| text == EVERYONE) {
            return Ok(Actor::of(everyone));
        }
        if let Some(member) = self.workforce_member(text) {
            return Ok(self.workforce_actor(member));
        }
        self.subject(text).map(Actor::of).map_err(|error| match error {
            QueryError::NotFound { what, text, .. } => QueryError::NotFound {
                what,
                suggestions: self.principals_like(&text),
                text,
            },
            other => other,
        })
    }

    /// Who may be meant: the roles of what is a workload or signs in from outside, else names that come near.
    fn principals_like(&self, text: &str) -> Vec<String> {
        let acts_as = [EdgeKind::RunsAs, EdgeKind::MayAssume];
        let roles: BTreeSet<&str> = acts_as.into_iter().flat_map(|kind| self.targets(text, kind)).collect();
        if !roles.is_empty() {
            return roles.into_iter().map(str::to_owned).collect();
        }
        let users: Vec<&str> = self.workforce_users().map(|user| user.native_id.as_str()).collect();
        names::suggestions(self.graph(), text, |entity| {
            entity.kind.is_iam_principal() || users.contains(&entity.native_id.as_str())
        })
    }

    pub(super) fn workforce_actor<'e>(&'e self, member: &'e Entity) -> Actor<'e> {
        let entrances = self.entrances(member).into_iter();
        let ways = entrances.filter_map(|entrance| {
            Some(Way {
                subject: self.subject_through(&entrance, member)?,
                entrance: Some(entrance),
            })
        });
        Actor {
            ways: ways.collect(),
            may_have_more: self.may_have_more_entrances(member).then_some(member),
        }
    }

    /// The decision over every way in which the actor may act.
    pub(super) fn decide_for(
        &self,
        actor: &Actor<'_>,
        query: &Query<'_>,
        place: &Place<'_>,
    ) -> Result<Evaluation, QueryError> {
        let mut evaluations = Vec::new();
        for way in &actor.ways {
            evaluations.push(self.judge(&query.request(&way.subject, place))?);
        }
        if evaluations.is_empty() {
            // A question that is malformed is so for whoever is assigned nothing, too.
            if let Some(nobody) = self.named_subject("anonymous") {
                self.judge(&query.request(&nobody, place))?;
            }
        }
        Ok(actor.open_end(any_of(evaluations)))
    }

    /// As whom the principal of a question comes nearest to what is asked: for a user of Identity Center the first of the ways with the best decision.
    pub(super) fn foremost_subject(&self, query: &Query<'_>, place: &Place<'_>) -> Result<Subject<'_>, QueryError> {
        let mut foremost: Option<(Decision, Subject<'_>)> = None;
        for way in self.actor(query.principal)?.ways {
            let decision = self.judge(&query.request(&way.subject, place))?.decision;
            if foremost.as_ref().is_none_or(|(best, _)| decision < *best) {
                foremost = Some((decision, way.subject));
            }
        }
        // Whoever is assigned nothing has no more rights than somebody whom nobody knows.
        foremost
            .map(|(_, subject)| subject)
            .map_or_else(|| self.subject("anonymous"), Ok)
    }
}

/// The name under which answers list whoever has an AWS account, of whatever organization: `Principal: "*"` where requests must be signed.
pub(super) const EVERYONE: &str = "*";

impl<'e> Actor<'e> {
    fn of(subject: Subject<'e>) -> Self {
        Self {
            ways: vec![Way {
                subject,
                entrance: None,
            }],
            may_have_more: None,
        }
    }

    /// What is denied in every way that is known stays open where the capture may lack some.
    fn open_end(&self, evaluation: Evaluation) -> Evaluation {
        match self.may_have_more {
            Some(member) if !evaluation.decision.is_possible() => Evaluation {
                decision: Decision::Conditional,
                blocked_by: vec![Layer::Identity],
                condition: Some(uncollected_policy(&member.native_id)),
                statements: Vec::new(),
                granting: evaluation.granting,
                caveats: with(evaluation.caveats, [Caveat::PolicyNotCollected]),
            },
            _ => evaluation,
        }
    }
}

impl Query<'_> {
    pub(super) fn request<'r>(&'r self, subject: &'r Subject<'r>, place: &'r Place<'r>) -> Request<'r> {
        Request {
            subject,
            action: self.action,
            place,
            context: self.context,
            unknown_context: self.unknown_context,
        }
    }
}

/// What holds where any of several ways holds: the best decision, and of a conditional one any of the conditions. No way at all allows nothing.
pub(super) fn any_of(mut evaluations: Vec<Evaluation>) -> Evaluation {
    let best = evaluations.iter().map(|evaluation| evaluation.decision).min();
    evaluations.retain(|evaluation| Some(evaluation.decision) == best);
    let mut found = evaluations.into_iter();
    let Some(mut any) = found.next() else {
        return Evaluation {
            decision: Decision::ImplicitDeny,
            blocked_by: vec![Layer::Identity],
            condition: None,
            statements: Vec::new(),
            granting: Vec::new(),
            caveats: Vec::new(),
        };
    };
    for other in found {
        any.condition = disjunction(any.condition.into_iter().chain(other.condition));
        any.blocked_by = with(any.blocked_by, other.blocked_by);
        any.statements = with(any.statements, other.statements);
        any.granting = with(any.granting, other.granting);
        any.caveats = with(any.caveats, other.caveats);
    }
    any
}

/// What holds where each of several steps holds, none of which is denied.
pub(super) fn all_of(mut steps: Evaluation, last: Evaluation) -> Evaluation {
    steps.decision = steps.decision.max(last.decision);
    steps.condition = conjunction(steps.condition.into_iter().chain(last.condition));
    steps.blocked_by = with(steps.blocked_by, last.blocked_by);
    steps.statements = with(steps.statements, last.statements);
    steps.granting = with(steps.granting, last.granting);
    steps.caveats = with(steps.caveats, last.caveats);
    steps
}

fn with<T: Ord>(mut items: Vec<T>, more: impl IntoIterator<Item = T>) -> Vec<T> {
    items.extend(more);
    items.sort();
    items.dedup();
    items
}
