//! The calls that a route is made of.

use sv0_iam::{Context, Element, Glob, NamedPolicy, Statement, UnknownContext};
use sv0_model::arn::Arn;
use sv0_model::decision::{Caveat, Decision, Effect, StatementRef};
use sv0_model::graph::Entity;

use super::Route;
use super::candidate::Candidate;
use crate::estate::{Place, Request, Subject};

/// The policy that a principal would attach.
const ADMINISTRATOR_ACCESS: &str = "policy/AdministratorAccess";

/// A call that a route needs, and what is said to it.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) decision: Decision,
    pub(super) statements: Vec<StatementRef>,
    pub(super) caveats: Vec<Caveat>,
}

impl Candidate<'_, '_> {
    /// A call that is possible, perhaps under a condition.
    pub(super) fn call(&self, subject: &Subject<'_>, action: &str, resource: &str) -> Option<Call> {
        let mut context = Context::new();
        let partition = Arn::parse(self.id()).map_or("aws", |arn| arn.partition);
        context.insert(
            "iam:PolicyARN",
            vec![format!("arn:{partition}:iam::aws:{ADMINISTRATOR_ACCESS}")],
        );
        self.call_in(subject, action, resource, &context)
    }

    /// The same in a given context.
    pub(super) fn call_in(
        &self,
        subject: &Subject<'_>,
        action: &str,
        resource: &str,
        context: &Context,
    ) -> Option<Call> {
        let place = Place {
            arn: resource.to_owned(),
            entity: self.estate.entity(resource),
        };
        let request = Request {
            subject,
            action,
            place: &place,
            context,
            unknown_context: UnknownContext::Any,
        };
        let evaluation = self.estate.judge(&request).ok()?;
        let is_granted = !evaluation.granting.is_empty();
        (evaluation.decision.is_possible() && is_granted).then_some(Call {
            decision: evaluation.decision,
            statements: evaluation.granting,
            caveats: evaluation.caveats,
        })
    }
}

/// A route made of its calls: open as far as the least open of them.
pub(super) fn made_of(
    words: String,
    through: Option<&Entity>,
    names: Vec<(String, String)>,
    calls: Vec<Call>,
) -> Route {
    let mut route = Route {
        words,
        through: through.map(|entity| entity.native_id.clone()),
        calls: names,
        decision: Decision::Allow,
        statements: Vec::new(),
        caveats: Vec::new(),
    };
    for call in calls {
        route.decision = route.decision.max(call.decision);
        route.statements.extend(call.statements);
        route.caveats.extend(call.caveats);
    }
    route
}

/// The first route that is open without condition, else the first.
pub(super) fn most_open(routes: impl Iterator<Item = Route>) -> Option<Route> {
    let mut first = None;
    for route in routes {
        if route.decision == Decision::Allow {
            return Some(route);
        }
        first = first.or(Some(route));
    }
    first
}

/// Whether a statement allows every action on every resource.
pub(super) fn allows_everything(statement: &Statement) -> bool {
    let every_action = match statement.actions() {
        Element::Only(entries) => entries
            .items
            .iter()
            .any(|pattern| matches!(pattern.text(), "*" | "*:*")),
        _ => false,
    };
    let every_resource = match statement.resources() {
        Element::Only(entries) => entries
            .items
            .iter()
            .any(|pattern| pattern.fixed().is_some_and(Glob::matches_everything)),
        _ => false,
    };
    statement.effect() == Some(Effect::Allow) && every_action && every_resource
}

/// The place of an Allow statement.
pub(super) fn reference(policy: &NamedPolicy, statement: &Statement) -> StatementRef {
    StatementRef {
        policy: policy.name.clone(),
        index: statement.index(),
        sid: statement.sid().map(str::to_owned),
        effect: Effect::Allow,
        sha256: Some(statement.sha256().to_owned()),
    }
}
