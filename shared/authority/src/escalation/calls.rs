//! The calls that routes are made of, each judged through every layer.

use sv0_iam::{Context, Element, Glob, NamedPolicy, Statement, UnknownContext};
use sv0_model::decision::{Caveat, Effect, Layer, StatementRef};
use sv0_model::path::PathState;

use super::limits::{BOUNDARY_KEY, administrator_access};
use crate::estate::{Estate, Place, Request, Subject, conjunction, uncollected_policy};
use crate::step::{Step, extend};

/// What is asked: one action of a principal, in a context.
#[derive(Clone)]
pub(crate) struct Asking<'a, 'e> {
    pub estate: &'a Estate<'e>,
    pub subject: &'a Subject<'a>,
    context: Context,
}

impl<'a, 'e> Asking<'a, 'e> {
    /// Calls of a principal that would attach AWS's AdministratorAccess where it attaches a policy.
    pub(crate) fn new(estate: &'a Estate<'e>, subject: &'a Subject<'a>) -> Self {
        Self::attaching(estate, subject, &administrator_access(estate, subject))
    }

    /// Calls of a principal that would attach this managed policy where it attaches one.
    pub(crate) fn attaching(estate: &'a Estate<'e>, subject: &'a Subject<'a>, policy: &str) -> Self {
        let mut context = Context::new();
        context.insert("iam:PolicyARN", vec![policy.to_owned()]);
        Self {
            estate,
            subject,
            context,
        }
    }

    /// The same calls on a principal that carries this boundary, or none.
    pub(crate) fn bounded(mut self, boundary: Option<&str>) -> Self {
        match boundary {
            Some(boundary) => self.context.insert(BOUNDARY_KEY, vec![boundary.to_owned()]),
            None => self.context.mark_absent(BOUNDARY_KEY),
        }
        self
    }

    /// Calls that pass a role to a service.
    pub(crate) fn passing_to(estate: &'a Estate<'e>, subject: &'a Subject<'a>, service: &str) -> Self {
        let mut context = Context::new();
        context.insert("iam:PassedToService", vec![service.to_owned()]);
        Self {
            estate,
            subject,
            context,
        }
    }

    /// A call that is possible, perhaps under a condition, and that some statement grants.
    pub(crate) fn call(&self, action: &str, resource: &str) -> Option<Step> {
        let place = Place {
            arn: resource.to_owned(),
            entity: self.estate.entity(resource),
        };
        let request = Request {
            subject: self.subject,
            action,
            place: &place,
            context: &self.context,
            unknown_context: UnknownContext::Any,
        };
        let evaluation = self.estate.judge(&request).ok()?;
        // Where nothing is known to grant, a policy that was not collected could grant anything to anyone: no fact to report.
        let is_granted = !evaluation.granting.is_empty();
        (evaluation.decision.is_possible() && is_granted).then(|| Step::from(evaluation))
    }
}

/// Calls `visit` with every statement about any of the actions in a policy that binds the principal: its own, its boundary, control policies.
pub(super) fn statements_on(
    estate: &Estate<'_>,
    subject: &Subject<'_>,
    actions: &[&str],
    visit: &mut dyn FnMut(&Statement),
) {
    let place = Place {
        arn: "*".to_owned(),
        entity: None,
    };
    let action = actions.first().copied().unwrap_or_default();
    estate.for_each_policy(subject, &place, action, &mut |policy| {
        let statements = policy.policy.statements().iter();
        statements
            .filter(|statement| actions.iter().any(|action| statement.may_concern(action)))
            .for_each(&mut *visit);
    });
}

/// The step that holds where all of the calls do.
pub(super) fn together(calls: impl IntoIterator<Item = Step>) -> Step {
    let mut joined = Step {
        state: PathState::Allowed,
        blocked_by: Vec::new(),
        condition: None,
        statements: Vec::new(),
        granted_by: Vec::new(),
        caveats: Vec::new(),
    };
    let mut conditions = Vec::new();
    for call in calls {
        joined.state = joined.state.max(call.state);
        extend(&mut joined.blocked_by, call.blocked_by);
        extend(&mut joined.statements, call.statements);
        extend(&mut joined.granted_by, call.granted_by);
        extend(&mut joined.caveats, call.caveats);
        conditions.extend(call.condition);
    }
    joined.condition = conjunction(conditions);
    joined
}

/// The step that hangs on something that was not read: `what` names it.
pub(crate) fn reserved(step: Step, what: &str, caveat: Caveat) -> Step {
    let doubt = Step {
        state: PathState::Conditional,
        blocked_by: vec![Layer::Resource],
        condition: Some(uncollected_policy(what)),
        statements: Vec::new(),
        granted_by: Vec::new(),
        caveats: vec![caveat],
    };
    together([step, doubt])
}

/// Whether a statement allows every action on every resource.
pub(crate) fn allows_everything(statement: &Statement) -> bool {
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
pub(crate) fn statement_reference(policy: &NamedPolicy, statement: &Statement) -> StatementRef {
    StatementRef {
        policy: policy.name.clone(),
        index: statement.index(),
        sid: statement.sid().map(str::to_owned),
        effect: Effect::Allow,
        sha256: Some(statement.sha256().to_owned()),
    }
}
