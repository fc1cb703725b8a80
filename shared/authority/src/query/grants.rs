//! `can P` and `can P A`: what a principal may do.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use sv0_iam::catalogue::{Fit, lookup_action, resource_type_fits};
use sv0_iam::{Context, UnknownContext};
use sv0_model::decision::{ConditionExpression, Decision};
use sv0_model::path::ActionClass;

use super::QueryError;
use crate::access::{Access, ActionTarget, Basis, Candidates, Survey, class_of};
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

/// Actions with the manner in which each is open.
type ActionsInManner<'a> = Vec<(&'a str, Manner)>;

/// What the resources of one grant have in common.
type GrantKey<'a> = (Option<ActionClass>, BTreeSet<&'a str>, Manner);

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
            basis: Basis::Possible,
            context,
            unknown_context,
        };
        let grants = match action {
            None => grouped(&survey.reach()),
            Some(action) => self.grants_of_action(&survey, action)?,
        };
        Ok(Grants {
            principal: principal.to_owned(),
            grants,
        })
    }

    /// The grants by one action: on every resource that it takes, or on `*` where it is called without one.
    fn grants_of_action(&self, survey: &Survey<'_, '_>, action: &str) -> Result<Vec<Grant>, QueryError> {
        let everywhere = self.place("*")?;
        let evaluation = self.judge(&Request {
            subject: survey.subject,
            action,
            place: &everywhere,
            context: survey.context,
            unknown_context: survey.unknown_context,
        })?;
        if lookup_action(action).is_some_and(|facts| facts.resource_types.is_empty()) {
            let grant = Grant {
                action_class: None,
                actions: vec![action.to_owned()],
                resources: vec!["*".to_owned()],
                decision: evaluation.decision,
                condition: evaluation.condition,
            };
            return Ok(evaluation.decision.is_possible().then_some(grant).into_iter().collect());
        }
        let (class, target) = match class_of(action) {
            Some((class, target)) => (Some(class), target),
            None => (None, target_of(action)),
        };
        Ok(grouped(&survey.reach_of(action, class, target)))
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

/// Accesses of one class in one manner on the same resource become one entry; entries with the same actions become one grant.
fn grouped(accesses: &[Access<'_>]) -> Vec<Grant> {
    let mut by_scope: BTreeMap<(Option<ActionClass>, &str), ActionsInManner<'_>> = BTreeMap::new();
    for access in accesses {
        let manner = (access.evaluation.decision, access.evaluation.condition.clone());
        let key = (access.class, access.scope.as_str());
        by_scope.entry(key).or_default().push((&access.action, manner));
    }
    let mut grants: BTreeMap<GrantKey<'_>, BTreeSet<&str>> = BTreeMap::new();
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
