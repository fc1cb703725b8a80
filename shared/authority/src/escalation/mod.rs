//! Privilege escalation: how a principal gains authority that nobody gave it.
//!
//! [`routes`] is the table of the known ways. [`Escalations`] finds which of them are open to a principal: every call of a route is judged through every
//! layer, and a role that is passed has to trust the service that it is passed to.

mod attach;
mod calls;
mod found;
mod free;
mod gain;
mod ground;
mod limits;
mod listed;
mod make;
mod making;
mod passing;
mod raised;
pub(crate) mod routes;
mod search;
#[cfg(test)]
mod tests;
mod things;

use std::cell::OnceCell;
use std::sync::{Arc, LazyLock};

use sv0_iam::Policy;
use sv0_model::graph::Entity;

use crate::access::{AskedActions, IdentityGrants};
use crate::estate::{Estate, Subject};
use crate::findings::name;
use crate::step::Step;

pub(crate) use calls::{allows_everything, reserved, statement_reference};
pub(crate) use gain::Gain;
use ground::Ground;
pub(crate) use limits::Limits;
pub(crate) use raised::{
    controls_permissions, in_group, made, rewrites_itself, with_attached, with_every_permission, without_boundary,
    without_permissions,
};
use routes::Route;
use search::Search;

/// A gain that is open to a principal, by the most open of the routes that lead to it.
#[derive(Debug, Clone)]
pub(crate) struct Escalation<'e> {
    pub route: &'static Route,
    /// Ids of the further routes to the same gain that are open, perhaps under a condition; sorted.
    pub others: Vec<&'static str>,
    pub gain: Gain<'e>,
    /// What binds the gain.
    pub limits: Limits,
    /// The text of the policy that is gained, where no more than that is.
    pub attached: Option<Arc<Policy>>,
    /// The existing thing that is taken over, rewritten or joined on the way: a function, an instance, a policy's holder, a group.
    pub through: Option<&'e str>,
    /// The calls, each with the resource it is made on.
    pub calls: Vec<(&'static str, String)>,
    /// What every layer says to all the calls together. Never blocked: what is stopped today gains nothing.
    pub step: Step,
}

impl Escalation<'_> {
    /// What the principal can do, in words: `can create and invoke a Lambda function that runs as etl (iam:PassRole, lambda:CreateFunction, …)`.
    pub(crate) fn words(&self) -> String {
        let actions = self.actions().join(", ");
        let limits = self.limits.words();
        match self.gain.entity() {
            Some(entity) => format!("{} {}{limits} ({actions})", self.route.words, name(entity)),
            None => format!("{}{limits} ({actions})", self.route.words),
        }
    }

    /// The actions of the calls, in the order of the calls.
    pub(crate) fn actions(&self) -> Vec<&'static str> {
        let mut actions: Vec<&str> = Vec::new();
        for (action, _) in &self.calls {
            if !actions.contains(action) {
                actions.push(action);
            }
        }
        actions
    }
}

static OF_ROUTES: LazyLock<AskedActions<'static>> = LazyLock::new(|| AskedActions::new(routes::all_actions()));

/// What the routes of every principal are looked up in, indexed once for an estate.
pub(crate) struct Escalations<'e> {
    ground: Ground<'e>,
}

impl<'e> Escalations<'e> {
    pub(crate) fn new(estate: &'e Estate<'e>) -> Self {
        Self {
            ground: Ground::new(estate),
        }
    }

    /// Every gain of a user or role, sorted by what is gained. Empty for whoever is allowed everything: there is nothing to gain.
    ///
    /// Assuming a role is not among them: whoever was given `sts:AssumeRole` uses what it has. [`Self::assumable_by`] tells these.
    pub(crate) fn transfers_of(&self, principal: &'e Entity) -> Vec<Escalation<'e>> {
        self.search(principal, |search| search.escalations())
    }

    /// The roles that a user or role can assume as they are.
    pub(crate) fn assumable_by(&self, principal: &'e Entity) -> Vec<Escalation<'e>> {
        self.search(principal, |search| search.assumable())
    }

    fn search(
        &self,
        principal: &'e Entity,
        look: impl Fn(&Search<'_, 'e>) -> Vec<Escalation<'e>>,
    ) -> Vec<Escalation<'e>> {
        let Some(subject) = self.ground.estate.subject_of(principal) else {
            return Vec::new();
        };
        if self.is_administrator(&subject) {
            return Vec::new();
        }
        let identity = IdentityGrants::new(&subject, &OF_ROUTES);
        look(&Search {
            ground: &self.ground,
            entity: principal,
            subject: &subject,
            identity: &identity,
            offers: OnceCell::new(),
            passes: search::Passes::default(),
            passes_alike: OnceCell::new(),
        })
    }

    /// Whether the principal may do everything already, perhaps under a condition.
    fn is_administrator(&self, subject: &Subject<'_>) -> bool {
        let policies = subject.holdings.identity.iter();
        let mut statements = policies.flat_map(|policy| policy.policy.statements());
        statements.any(allows_everything) && controls_permissions(self.ground.estate, subject).is_some()
    }
}
