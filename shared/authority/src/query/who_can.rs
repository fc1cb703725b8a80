//! `who-can`: every principal that may do an action on a resource.

use std::collections::BTreeSet;

use rayon::prelude::*;
use serde::Serialize;
use sv0_iam::{Context, UnknownContext};
use sv0_model::decision::{ConditionExpression, Decision};
use sv0_model::graph::Graph;

use super::QueryError;
use crate::access::{Opening, openings};
use crate::estate::{Estate, Place, Request, Subject};

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
    /// Its ARN, its host name, or `anonymous`.
    pub principal: String,
    /// `allow` or `conditional`.
    pub decision: Decision,
    /// Under which context, when it is conditional.
    pub condition: Option<ConditionExpression>,
}

impl Estate<'_> {
    /// Every principal that may do `action` on `resource`: users, roles and account roots of the estate, and whoever the resource's policy names,
    /// be it a service, a federated provider, an outsider or everyone.
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
        let place = self.place(resource)?;
        let answers: Result<Vec<Option<PrincipalAnswer>>, QueryError> = self
            .askers(&place)
            .into_par_iter()
            .map(|subject| {
                let evaluation = self.judge(&Request {
                    subject: &subject,
                    action,
                    place: &place,
                    context,
                    unknown_context,
                })?;
                let can = evaluation.decision.is_possible();
                Ok(can.then(|| PrincipalAnswer {
                    principal: subject.principal.text().to_owned(),
                    decision: evaluation.decision,
                    condition: evaluation.condition,
                }))
            })
            .collect();
        let mut principals: Vec<PrincipalAnswer> = answers?.into_iter().flatten().collect();
        principals.sort_by(|a, b| a.principal.cmp(&b.principal));
        Ok(WhoCan {
            action: action.to_owned(),
            resource: resource.to_owned(),
            principals,
        })
    }

    /// Everyone whose access to a resource is worth asking for, each once.
    fn askers(&self, place: &Place<'_>) -> Vec<Subject<'_>> {
        let entities = self.graph().entities.values();
        let mut askers: Vec<Subject<'_>> = entities
            .filter(|entity| entity.kind.is_iam_principal())
            .filter_map(|entity| self.subject_of(entity))
            .collect();
        let known: BTreeSet<String> = askers
            .iter()
            .map(|subject| subject.principal.text().to_owned())
            .collect();
        let others = self.roots().into_iter().chain(self.named_by(place));
        let others: BTreeSet<String> = others.filter(|name| !known.contains(name)).collect();
        askers.extend(others.iter().filter_map(|name| self.named_subject(name)));
        askers
    }

    /// Roots of the accounts of the organization and of those that were scanned.
    fn roots(&self) -> Vec<String> {
        let graph: &Graph = self.graph();
        let accounts = self.known_accounts();
        accounts.into_iter().map(|account| root_of(graph, account)).collect()
    }

    /// The principals that a resource's own policy names.
    pub(crate) fn named_by(&self, place: &Place<'_>) -> BTreeSet<String> {
        let policy = place.entity.and_then(|entity| self.own_policy(entity));
        let openings = policy.map(openings).unwrap_or_default();
        openings
            .into_iter()
            .map(|opening| match opening {
                Opening::Everyone => "anonymous".to_owned(),
                Opening::Account(account) => root_of(self.graph(), account),
                Opening::Principal(name) => name.to_owned(),
            })
            .collect()
    }

    /// The principal that stands for whom a policy names: for an account its root. Everyone is nobody in particular.
    pub(crate) fn principal_of(&self, opening: &Opening<'_>) -> Option<String> {
        match opening {
            Opening::Everyone => None,
            Opening::Account(account) => Some(root_of(self.graph(), account)),
            Opening::Principal(name) => Some((*name).to_owned()),
        }
    }
}

fn root_of(graph: &Graph, account: &str) -> String {
    let partition = if graph.partition.is_empty() {
        "aws"
    } else {
        &graph.partition
    };
    format!("arn:{partition}:iam::{account}:root")
}
