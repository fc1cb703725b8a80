//! `can P` and `can P A`: what a principal may do.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use sv0_iam::{Context, UnknownContext};
use sv0_model::decision::{ConditionExpression, Decision};
use sv0_model::path::ActionClass;

use super::QueryError;
use crate::access::{Access, ActionTarget, Candidates, Survey, class_of};
use crate::estate::{Estate, Request};

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
    /// ARNs of the resources, or patterns of parts of them; sorted.
    pub resources: Vec<String>,
    /// `allow` or `conditional`.
    pub decision: Decision,
    /// Under which context, when it is conditional.
    pub condition: Option<ConditionExpression>,
}

/// What makes two accesses the same in kind.
type Manner = (Decision, Option<ConditionExpression>);

impl Estate<'_> {
    /// What a principal may do on the resources of the estate: with `action` by that action, else by every action of every class.
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
        let subject = self.subject(principal)?;
        let candidates = match action {
            None => Candidates::of_resources(self),
            Some(_) => Candidates::new(self, |entity| !entity.native_id.starts_with("urn:")),
        };
        let survey = Survey {
            estate: self,
            candidates: &candidates,
            subject: &subject,
            context,
            unknown_context,
        };
        let accesses = match action {
            None => survey.reach(),
            Some(action) => self.reach_of_action(&survey, action)?,
        };
        Ok(Grants {
            principal: principal.to_owned(),
            grants: grouped(accesses.iter().filter(|access| access.evaluation.decision.is_possible())),
        })
    }

    /// The accesses by one action. One that is called without a resource is asked on `*`.
    fn reach_of_action<'e>(&'e self, survey: &Survey<'e, '_>, action: &str) -> Result<Vec<Access<'e>>, QueryError> {
        let everywhere = self.place("*")?;
        let request = Request {
            subject: survey.subject,
            action,
            place: &everywhere,
            context: survey.context,
            unknown_context: survey.unknown_context,
        };
        self.judge(&request)?;
        let (class, target) = match class_of(action) {
            Some((class, target)) => (Some(class), target),
            None => (None, target_of(action)),
        };
        Ok(survey.reach_of(action, class, target))
    }
}

/// What an action that paths do not end on is called on: only S3 has actions on what lies in a resource of the graph.
fn target_of(action: &str) -> ActionTarget {
    let on_object = sv0_iam::catalogue::resource_type_fits(action, "arn:aws:s3:::bucket/object") == sv0_iam::catalogue::Fit::Fits;
    let is_s3 = action.get(..3).is_some_and(|service| service.eq_ignore_ascii_case("s3:"));
    if is_s3 && on_object { ActionTarget::Inside } else { ActionTarget::Whole }
}

/// Accesses of one class in one manner on the same resource become one entry; entries with the same actions become one grant.
fn grouped<'a>(accesses: impl Iterator<Item = &'a Access<'a>>) -> Vec<Grant> {
    let mut by_scope: BTreeMap<(Option<ActionClass>, &str), Vec<(&str, Manner)>> = BTreeMap::new();
    for access in accesses {
        let manner = (access.evaluation.decision, access.evaluation.condition.clone());
        let key = (access.class, access.scope.as_str());
        by_scope.entry(key).or_default().push((&access.action, manner));
    }
    let mut grants: BTreeMap<(Option<ActionClass>, BTreeSet<&str>, Manner), BTreeSet<&str>> = BTreeMap::new();
    for ((class, scope), actions) in by_scope {
        let mut by_manner: BTreeMap<Manner, BTreeSet<&str>> = BTreeMap::new();
        for (action, manner) in actions {
            by_manner.entry(manner).or_default().insert(action);
        }
        for (manner, actions) in by_manner {
            grants.entry((class, actions, manner)).or_default().insert(scope);
        }
    }
    grants
        .into_iter()
        .map(|((action_class, actions, (decision, condition)), resources)| Grant {
            action_class,
            actions: actions.into_iter().map(str::to_owned).collect(),
            resources: resources.into_iter().map(str::to_owned).collect(),
            decision,
            condition,
        })
        .collect()
}
