//! `can P` and `can P A`: what a principal may do.

use serde::Serialize;
use sv0_iam::catalogue::{CanonicalPermission, Fit, lookup_action, resource_type_fits};
use sv0_iam::{Context, UnknownContext};
use sv0_model::decision::{ConditionExpression, Decision};
use sv0_model::graph::Entity;
use sv0_model::path::ActionClass;

use super::actor::Actor;
use super::found::{Found, canonical_words};
use super::via::{ViaHop, chains_from};
use super::{Query, QueryError};
use crate::access::{ActionTarget, Basis, Candidates, Survey, class_of};
use crate::estate::{Estate, Request, Subject, uncollected_policy};

/// What a principal may do, in the shape of `can P --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Grants {
    /// The principal, as asked.
    pub principal: String,
    /// What it may do; sorted.
    pub grants: Vec<Grant>,
}

/// Actions that are open on the same resources in the same way.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Grant {
    /// The class of the actions; `None` for an action that paths do not end on.
    pub action_class: Option<ActionClass>,
    /// The actions, sorted.
    pub actions: Vec<String>,
    /// What the actions are in words that other systems share; sorted.
    pub canonical: Vec<CanonicalPermission>,
    /// ARNs of the resources, or patterns of parts of them; sorted.
    pub resources: Vec<String>,
    /// `allow` or `conditional`.
    pub decision: Decision,
    /// Under which context, when it is conditional.
    pub condition: Option<ConditionExpression>,
    /// The roles that are assumed one after the other, where ways through roles were asked for; none for what is open directly.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub via: Option<Vec<ViaHop>>,
}

impl Estate<'_> {
    /// What a principal may do on the resources of the estate: with `action` by that action, else by every action of every class.
    /// A user of IAM Identity Center may do what each of their roles may.
    ///
    /// # Errors
    /// When the principal is unknown, or the action is malformed.
    pub fn grants(
        &self,
        principal: &str,
        action: Option<&str>,
        context: &Context,
        unknown_context: UnknownContext,
    ) -> Result<Grants, QueryError> {
        self.grants_of(principal, &Sought::new(self, action, context, unknown_context))
    }

    /// The same of each of several principals, in their order: what all have in common is looked up once.
    ///
    /// # Errors
    /// When a principal is unknown, or the action is malformed.
    pub fn grants_of_each<'p>(
        &self,
        principals: impl IntoIterator<Item = &'p str>,
        action: Option<&str>,
        context: &Context,
        unknown_context: UnknownContext,
        mut each: impl FnMut(Grants),
    ) -> Result<(), QueryError> {
        let sought = Sought::new(self, action, context, unknown_context);
        for principal in principals {
            each(self.grants_of(principal, &sought)?);
        }
        Ok(())
    }

    fn grants_of(&self, principal: &str, sought: &Sought<'_, '_>) -> Result<Grants, QueryError> {
        let actor = self.actor(principal)?;
        let mut grants = self.open_to(&actor, sought)?.grants();
        if let Some(member) = actor.may_have_more {
            grants.push(Grant::unknown(member, sought.action));
            grants.sort();
        }
        Ok(Grants {
            principal: principal.to_owned(),
            grants,
        })
    }

    /// What is sought and open to an actor in any of its ways.
    fn open_to<'e>(&'e self, actor: &Actor<'_>, sought: &Sought<'e, '_>) -> Result<Found<'e>, QueryError> {
        if let [only] = actor.ways.as_slice() {
            return self.found(sought, &only.subject);
        }
        let mut open = Found::default();
        for way in &actor.ways {
            open.take_in(self.found(sought, &way.subject)?);
        }
        Ok(open)
    }

    /// The same, and also what the principal may do by assuming roles: for each role that it gets to what is not open to it directly, or not as widely.
    ///
    /// # Errors
    /// When the principal is unknown, or the action is malformed.
    pub fn grants_via_roles(
        &self,
        principal: &str,
        action: Option<&str>,
        context: &Context,
        unknown_context: UnknownContext,
    ) -> Result<Grants, QueryError> {
        let sought = Sought::new(self, action, context, unknown_context);
        let mut all = self.grants_of(principal, &sought)?;
        for grant in &mut all.grants {
            grant.via = Some(Vec::new());
        }
        let actor = self.actor(principal)?;
        let mut open = self.open_to(&actor, &sought)?;
        let query = Query {
            principal,
            action: action.unwrap_or_default(),
            resource: "*",
            context,
            unknown_context,
        };
        for chain in chains_from(self, &actor, &query) {
            let Some(subject) = self.subject_of(chain.role) else {
                continue;
            };
            let mut found = self.found(&sought, &subject)?;
            found.come_by(&chain.evaluation);
            found.leave_out(&open);
            all.grants.extend(found.grants().into_iter().map(|grant| Grant {
                via: Some(chain.hops.clone()),
                ..grant
            }));
            open.take_in(found);
        }
        Ok(all)
    }

    /// Everything that is sought and open to one subject.
    fn found<'e>(&'e self, sought: &Sought<'e, '_>, subject: &Subject<'_>) -> Result<Found<'e>, QueryError> {
        let survey = Survey {
            estate: self,
            candidates: &sought.candidates,
            subject,
            basis: Basis::Possible,
            context: sought.context,
            unknown_context: sought.unknown_context,
        };
        match sought.action {
            None => Ok(Found::seen_by(&survey)),
            Some(action) => self.found_of_action(&survey, action),
        }
    }

    /// What one action is open on: every resource that it takes, or `*` where it is called without one.
    fn found_of_action<'e>(&'e self, survey: &Survey<'e, '_>, action: &str) -> Result<Found<'e>, QueryError> {
        let everywhere = self.place("*")?;
        let evaluation = self.judge(&Request {
            subject: survey.subject,
            action,
            place: &everywhere,
            context: survey.context,
            unknown_context: survey.unknown_context,
        })?;
        if lookup_action(action).is_some_and(|facts| facts.resource_types.is_empty()) {
            let class = class_of(action).map(|(class, _)| class);
            return Ok(match evaluation.decision.is_possible() {
                true => Found::one(class, "*", action, evaluation),
                false => Found::default(),
            });
        }
        let (class, target) = match class_of(action) {
            Some((class, target)) => (Some(class), target),
            None => (None, target_of(action)),
        };
        Ok(Found::of(survey.reach_of(action, class, target)))
    }
}

/// What an action that paths do not end on is called on: only S3 has actions on what lies in a resource of the graph.
fn target_of(action: &str) -> ActionTarget {
    let on_object = resource_type_fits(action, "arn:aws:s3:::bucket/object") == Fit::Fits;
    let is_s3 = action
        .get(..3)
        .is_some_and(|service| service.eq_ignore_ascii_case("s3:"));
    if is_s3 && on_object {
        ActionTarget::Inside
    } else {
        ActionTarget::Whole
    }
}

/// What is asked of each subject.
struct Sought<'e, 'q> {
    candidates: Candidates<'e>,
    action: Option<&'q str>,
    context: &'q Context,
    unknown_context: UnknownContext,
}

impl<'e, 'q> Sought<'e, 'q> {
    fn new(
        estate: &'e Estate<'_>,
        action: Option<&'q str>,
        context: &'q Context,
        unknown_context: UnknownContext,
    ) -> Self {
        Self {
            candidates: match action {
                None => Candidates::of_resources(estate),
                Some(_) => Candidates::new(estate, |entity| !entity.native_id.starts_with("urn:")),
            },
            action,
            context,
            unknown_context,
        }
    }
}

impl Grant {
    /// Stands for what a user of Identity Center may do in ways that the capture lacks.
    fn unknown(member: &Entity, action: Option<&str>) -> Self {
        Self {
            action_class: None,
            actions: vec![action.unwrap_or("*").to_owned()],
            canonical: canonical_words([action.unwrap_or("*")]),
            resources: vec!["*".to_owned()],
            decision: Decision::Conditional,
            condition: Some(uncollected_policy(&member.native_id)),
            via: None,
        }
    }
}
