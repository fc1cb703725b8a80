//! `can P` and `can P A`: what a principal may do.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use sv0_iam::catalogue::{CanonicalPermission, Fit, lookup_action, resource_type_fits};
use sv0_iam::{Context, Evaluation, UnknownContext};
use sv0_model::decision::{ConditionExpression, Decision};
use sv0_model::graph::Entity;
use sv0_model::path::ActionClass;

use super::via::{ViaHop, chains_from};
use super::{Query, QueryError};
use crate::access::{Access, ActionTarget, Basis, Candidates, Survey, class_of};
use crate::estate::{Estate, Request, Subject, conjunction, disjunction, uncollected_policy};

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

/// What makes two accesses the same in kind.
type Manner = (Decision, Option<ConditionExpression>);

/// Actions with the manner in which each is open.
type ActionsInManner<'a> = Vec<(&'a str, Manner)>;

/// What the resources of one grant have in common.
type GrantKey<'a> = (Option<ActionClass>, BTreeSet<&'a str>, Manner);

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
        let actor = self.actor(principal)?;
        let sought = Sought::new(self, action, context, unknown_context);
        let mut found = Found::default();
        for way in &actor.ways {
            found.take_in(self.found(&sought, &way.subject)?);
        }
        let mut grants = grouped(&found);
        if let Some(member) = actor.may_have_more {
            grants.push(Grant::unknown(member, action));
            grants.sort();
        }
        Ok(Grants {
            principal: principal.to_owned(),
            grants,
        })
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
        let mut all = self.grants(principal, action, context, unknown_context)?;
        for grant in &mut all.grants {
            grant.via = Some(Vec::new());
        }
        let actor = self.actor(principal)?;
        let sought = Sought::new(self, action, context, unknown_context);
        let mut open = Found::default();
        for way in &actor.ways {
            open.take_in(self.found(&sought, &way.subject)?);
        }
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
            all.grants.extend(grouped(&found).into_iter().map(|grant| Grant {
                via: Some(chain.hops.clone()),
                ..grant
            }));
            open.take_in(found);
        }
        Ok(all)
    }

    /// Everything that is sought and open to one subject.
    fn found(&self, sought: &Sought<'_, '_>, subject: &Subject<'_>) -> Result<Found, QueryError> {
        let survey = Survey {
            estate: self,
            candidates: &sought.candidates,
            subject,
            basis: Basis::Possible,
            context: sought.context,
            unknown_context: sought.unknown_context,
        };
        match sought.action {
            None => Ok(Found::of(&survey.reach())),
            Some(action) => self.found_of_action(&survey, action),
        }
    }

    /// What one action is open on: every resource that it takes, or `*` where it is called without one.
    fn found_of_action(&self, survey: &Survey<'_, '_>, action: &str) -> Result<Found, QueryError> {
        let everywhere = self.place("*")?;
        let evaluation = self.judge(&Request {
            subject: survey.subject,
            action,
            place: &everywhere,
            context: survey.context,
            unknown_context: survey.unknown_context,
        })?;
        if lookup_action(action).is_some_and(|facts| facts.resource_types.is_empty()) {
            let mut found = Found::default();
            if evaluation.decision.is_possible() {
                let class = class_of(action).map(|(class, _)| class);
                let key = (class, "*".to_owned(), action.to_owned());
                found.0.insert(key, (evaluation.decision, evaluation.condition));
            }
            return Ok(found);
        }
        let (class, target) = match class_of(action) {
            Some((class, target)) => (Some(class), target),
            None => (None, target_of(action)),
        };
        Ok(Found::of(&survey.reach_of(action, class, target)))
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

/// In which manner each action of a class is open on each resource or part of one.
#[derive(Debug, Clone, Default)]
struct Found(BTreeMap<(Option<ActionClass>, String, String), Manner>);

impl Found {
    fn of(accesses: &[Access<'_>]) -> Self {
        let mut found = Self::default();
        for access in accesses {
            let key = (access.class, access.scope.clone(), access.action.clone());
            let manner = (access.evaluation.decision, access.evaluation.condition.clone());
            found.offer(key, manner);
        }
        found
    }

    /// What is open in two manners is open in the better one, or in either.
    fn offer(&mut self, key: (Option<ActionClass>, String, String), (decision, condition): Manner) {
        match self.0.get_mut(&key) {
            Some((known, _)) if *known < decision => {}
            Some((known, or)) if *known == decision => *or = disjunction(or.take().into_iter().chain(condition)),
            _ => {
                self.0.insert(key, (decision, condition));
            }
        }
    }

    fn take_in(&mut self, other: Self) {
        for (key, manner) in other.0 {
            self.offer(key, manner);
        }
    }

    /// The same for whoever has to come by a chain of roles first.
    fn come_by(&mut self, chain: &Evaluation) {
        for (decision, condition) in self.0.values_mut() {
            *decision = chain.decision.max(*decision);
            *condition = conjunction(chain.condition.clone().into_iter().chain(condition.take()));
        }
    }

    /// Drops what is open as widely without this.
    fn leave_out(&mut self, open: &Self) {
        self.0
            .retain(|key, (decision, _)| open.0.get(key).is_none_or(|(known, _)| *known > *decision));
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

/// Actions of one class in one manner on the same resource become one entry; entries with the same actions become one grant.
fn grouped(found: &Found) -> Vec<Grant> {
    let mut by_scope: BTreeMap<(Option<ActionClass>, &str), ActionsInManner<'_>> = BTreeMap::new();
    for ((class, scope, action), manner) in &found.0 {
        let entry = by_scope.entry((*class, scope.as_str())).or_default();
        entry.push((action, manner.clone()));
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
            canonical: canonical_words(actions.iter().copied()),
            actions: actions.into_iter().map(str::to_owned).collect(),
            resources: resources.into_iter().map(str::to_owned).collect(),
            decision,
            condition,
            via: None,
        })
        .collect()
}

fn canonical_words<'a>(actions: impl IntoIterator<Item = &'a str>) -> Vec<CanonicalPermission> {
    CanonicalPermission::of_actions(actions).into_iter().collect()
}
