//! `who-can`: every principal that may do an action on a resource.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use serde::Serialize;
use sv0_iam::{Context, Evaluation, UnknownContext};
use sv0_model::decision::{Caveat, ConditionExpression, Decision};
use sv0_model::graph::Entity;

use super::actor::any_of;
use super::askers::Asker;
use super::via::{Route, chains_to, choose};
use super::worth::Worth;
use super::{Query, QueryError};
use crate::estate::{Estate, Place};

/// Who can do an action on a resource, in the shape of `who-can A R --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WhoCan {
    /// The action, as asked.
    pub action: String,
    /// The resource, as asked.
    pub resource: String,
    /// Those who are allowed, perhaps under a condition; sorted by principal.
    pub principals: Vec<PrincipalAnswer>,
}

/// One principal that can.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PrincipalAnswer {
    /// Its ARN, its host name, `anonymous`, or `*` for whoever has an AWS account.
    pub principal: String,
    /// `allow` or `conditional`.
    pub decision: Decision,
    /// Under which context, when it is conditional.
    pub condition: Option<ConditionExpression>,
    /// Reservations about the answer; absent where there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub caveats: Vec<Caveat>,
    /// How it gets there, where ways through roles were asked for.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub route: Option<Route>,
}

/// Those who can, with the evaluations that say so.
pub(super) type Direct = BTreeMap<String, Evaluation>;

impl<'a> Query<'a> {
    /// The question with its principal left open.
    fn of_anyone(action: &'a str, resource: &'a str, context: &'a Context, unknown_context: UnknownContext) -> Self {
        Self {
            principal: "",
            action,
            resource,
            context,
            unknown_context,
        }
    }
}

impl Estate<'_> {
    /// Every principal that may do `action` on `resource`: users, roles and account roots of the estate, users of IAM Identity Center, and whoever the
    /// resource's policy names, be it a service, a federated provider, an outsider or everyone.
    ///
    /// # Errors
    /// When the resource is unknown, or the question is malformed.
    pub fn who_can(
        &self,
        action: &str,
        resource: &str,
        context: &Context,
        unknown_context: UnknownContext,
    ) -> Result<WhoCan, QueryError> {
        let query = Query::of_anyone(action, resource, context, unknown_context);
        let place = self.place(resource)?;
        let answers = self.directly(&query, &place)?;
        let principals = answers.into_iter().map(|(principal, evaluation)| PrincipalAnswer {
            principal,
            decision: evaluation.decision,
            condition: evaluation.condition,
            caveats: evaluation.caveats,
            route: None,
        });
        Ok(WhoCan {
            action: action.to_owned(),
            resource: resource.to_owned(),
            principals: principals.collect(),
        })
    }

    /// The same, and also every principal that gets there by assuming roles, one after the other, each with its best chain.
    ///
    /// A principal that can without assuming a role is listed so, unless a chain is allowed outright where the direct way is conditional.
    ///
    /// # Errors
    /// When the resource is unknown, or the question is malformed.
    pub fn who_can_via_roles(
        &self,
        action: &str,
        resource: &str,
        context: &Context,
        unknown_context: UnknownContext,
    ) -> Result<WhoCan, QueryError> {
        let query = Query::of_anyone(action, resource, context, unknown_context);
        let direct = self.directly(&query, &self.place(resource)?)?;
        let mut chained = chains_to(self, &query, &direct);
        let names: BTreeSet<String> = direct.keys().chain(chained.keys()).cloned().collect();
        let principals = names.into_iter().filter_map(|principal| {
            let way = choose(direct.get(&principal), chained.remove(&principal))?;
            Some(PrincipalAnswer {
                principal,
                decision: way.decision,
                condition: way.condition,
                caveats: way.caveats,
                route: Some(way.route),
            })
        });
        Ok(WhoCan {
            action: action.to_owned(),
            resource: resource.to_owned(),
            principals: principals.collect(),
        })
    }

    /// Everyone who can without assuming a role, by name.
    pub(super) fn directly(&self, query: &Query<'_>, place: &Place<'_>) -> Result<Direct, QueryError> {
        let worth = Worth::new(self, query.action, place);
        let residents = self.residents().all().par_iter();
        let residents = residents.filter(|resident| worth.asking(resident));
        let residents = residents.map(|resident| Asker::of(self.subject_of_resident(resident)));
        let visitors = self.visitors(query.action, place).into_par_iter();
        let decided: Result<Direct, QueryError> = residents
            .chain(visitors)
            .map(|asker| Ok((asker.name, self.judge(&query.request(&asker.subject, place))?)))
            .collect();
        let mut decided = decided?;
        let workforce = self.workforce_that_can(query, place, &decided)?;
        decided.retain(|_, evaluation| evaluation.decision.is_possible());
        decided.extend(workforce);
        Ok(decided)
    }

    /// Users of Identity Center who can in some account they are assigned in; also groups, where nobody recorded who is in them.
    fn workforce_that_can(
        &self,
        query: &Query<'_>,
        place: &Place<'_>,
        roles: &Direct,
    ) -> Result<Vec<(String, Evaluation)>, QueryError> {
        let members: Vec<&Entity> = self.workforce_users().chain(self.groups_of_unknown_members()).collect();
        let decided: Result<Vec<_>, QueryError> = members
            .into_par_iter()
            .map(|member| {
                let evaluation = self.decide_for_member(member, query, place, roles)?;
                let can = evaluation.filter(|evaluation| evaluation.decision.is_possible());
                Ok(can.map(|evaluation| (member.native_id.clone(), evaluation)))
            })
            .collect();
        Ok(decided?.into_iter().flatten().collect())
    }

    /// What some session of a role may or may not do whatever the session is called needs no second look for each of its users.
    fn decide_for_member(
        &self,
        member: &Entity,
        query: &Query<'_>,
        place: &Place<'_>,
        roles: &Direct,
    ) -> Result<Option<Evaluation>, QueryError> {
        let mut evaluations = Vec::new();
        for entrance in self.entrances(member) {
            let of_role = entrance.role.map(|role| roles.get(&role.native_id));
            // Who was not worth asking cannot.
            let is_settled = query.unknown_context == UnknownContext::Any
                && of_role.is_some_and(|of_role| of_role.is_none_or(|found| found.decision != Decision::Conditional));
            if is_settled {
                let of_role = of_role.flatten().filter(|found| found.decision.is_possible());
                evaluations.extend(of_role.cloned());
            } else if let Some(subject) = self.subject_through(&entrance, member) {
                evaluations.push(self.judge(&query.request(&subject, place))?);
            }
        }
        Ok((!evaluations.is_empty()).then(|| any_of(evaluations)))
    }
}
