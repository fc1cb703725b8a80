//! How one principal is, or becomes, an administrator.

use std::collections::BTreeMap;

use sv0_model::decision::{Caveat, StatementRef};
use sv0_model::graph::{EdgeKind, Entity};
use sv0_model::path::PathState;

use super::Principal;
use crate::escalation::{
    Escalation, Gain, allows_everything, controls_permissions, in_group, made, rewrites_itself, statement_reference,
    with_attached, with_every_permission, without_boundary, without_permissions,
};
use crate::estate::{Estate, Subject};

/// How a principal is, or becomes, an administrator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Route {
    /// In words, what it can do.
    pub(super) words: String,
    /// The administrator that it becomes, where it becomes another.
    pub(super) through: Option<String>,
    /// The calls, each with the resource it is made on.
    pub(super) calls: Vec<(String, String)>,
    pub(super) state: PathState,
    pub(super) statements: Vec<StatementRef>,
    pub(super) caveats: Vec<Caveat>,
}

impl Route {
    fn by(way: &Escalation<'_>) -> Self {
        Self {
            words: way.words(),
            through: None,
            calls: named(&way.calls),
            state: way.step.state,
            statements: way.step.statements.clone(),
            caveats: way.step.caveats.clone(),
        }
    }

    /// Whoever becomes another has that one's authority with every reservation on it.
    pub(super) fn inherit_caveats(&mut self, known: &BTreeMap<&str, Self>) {
        let other = self.through.as_deref().and_then(|through| known.get(through));
        self.caveats.extend(other.iter().flat_map(|other| &other.caveats));
    }
}

/// Calls with names of their own.
pub(in crate::findings) fn named(calls: &[(&'static str, String)]) -> Vec<(String, String)> {
    calls
        .iter()
        .map(|(action, resource)| ((*action).to_owned(), resource.clone()))
        .collect()
}

/// The route by which a principal is an administrator on its own.
pub(super) fn alone(estate: &Estate<'_>, principal: &Principal<'_>) -> Option<Route> {
    direct(estate, &principal.subject).or_else(|| {
        let routes = principal
            .transfers
            .iter()
            .filter_map(|way| raised(estate, principal, way));
        most_open(routes)
    })
}

fn direct(estate: &Estate<'_>, subject: &Subject<'_>) -> Option<Route> {
    let statements = statements_for_everything(subject);
    if statements.is_empty() {
        return None;
    }
    let control = controls_permissions(estate, subject)?;
    Some(Route {
        words: "may do every action on every resource".to_owned(),
        through: None,
        calls: Vec::new(),
        state: control.state,
        statements,
        caveats: control.caveats,
    })
}

fn statements_for_everything(subject: &Subject<'_>) -> Vec<StatementRef> {
    let policies = subject.holdings.identity.iter();
    policies
        .flat_map(|policy| {
            let statements = policy.policy.statements().iter();
            statements.map(move |statement| (policy, statement))
        })
        .filter(|(_, statement)| allows_everything(statement))
        .map(|(policy, statement)| statement_reference(policy, statement))
        .collect()
}

/// A way that makes the principal, or a role or user that it takes over, an administrator who was none.
///
/// More authority helps only where no boundary and no control policy keeps an administrator from being one.
fn raised(estate: &Estate<'_>, principal: &Principal<'_>, way: &Escalation<'_>) -> Option<Route> {
    let becomes_one = |subject: &Subject<'_>| controls_permissions(estate, &with_every_permission(subject));
    if way.attached.is_some() {
        return attached(estate, principal, way);
    }
    let of = |entity| becomes_one(&estate.subject_of(entity)?);
    let is_freed_one = |subject: &Subject<'_>| {
        let free = without_boundary(estate, subject, &way.limits);
        if !statements_for_everything(&free).is_empty() {
            return controls_permissions(estate, &free);
        }
        // What the boundary kept it from may be to write its own policies.
        let rewritten = rewrites_itself(estate, &free, &way.limits)?;
        Some(rewritten.and(becomes_one(&free)?))
    };
    let mut route = Route::by(way);
    let control = match way.gain {
        Gain::Own | Gain::Workforce => becomes_one(&principal.subject)?,
        Gain::Raised(entity) => of(entity)?,
        Gain::Unbounded => is_freed_one(&principal.subject)?,
        Gain::Freed(entity) => is_freed_one(&estate.subject_of(entity)?)?,
        Gain::New => becomes_one(&made(estate, way)?)?,
        Gain::NewMember(group) => {
            let joined = in_group(estate, &made(estate, way)?, group);
            (!statements_for_everything(&joined).is_empty())
                .then(|| controls_permissions(estate, &joined))
                .flatten()?
        }
        Gain::Group(group) => {
            let policies = administrator_policies(estate, group);
            if policies.is_empty() {
                return None;
            }
            let library = estate.library();
            if policies.iter().all(|policy| library.is_from_snapshot(policy)) {
                route.caveats.push(Caveat::ManagedPolicyFromSnapshot);
            }
            becomes_one(&principal.subject)?
        }
        Gain::Principal(_) => return None,
    };
    route.state = route.state.max(control.state);
    Some(route)
}

/// A way to attach one policy that gives control over permissions, which boundary and control policies leave.
fn attached(estate: &Estate<'_>, principal: &Principal<'_>, way: &Escalation<'_>) -> Option<Route> {
    let subject = match way.gain {
        Gain::Own => principal.subject.clone(),
        Gain::Raised(entity) => estate.subject_of(entity)?,
        Gain::New => made(estate, way)?,
        _ => return None,
    };
    // What the principal may do already makes no administrator of it: the policy alone has to.
    let control = controls_permissions(estate, &with_attached(&without_permissions(&subject), way))?;
    let mut route = Route::by(way);
    route.state = route.state.max(control.state);
    Some(route)
}

/// The policies of a group that allow everything.
fn administrator_policies<'e>(estate: &Estate<'e>, group: &Entity) -> Vec<&'e str> {
    let allows = |policy: &&str| {
        let text = estate.library().policy(policy);
        text.is_some_and(|policy| policy.statements().iter().any(allows_everything))
    };
    estate
        .targets(&group.native_id, EdgeKind::HasPolicy)
        .filter(allows)
        .collect()
}

/// The route by which a principal gains the authority of one that is an administrator already.
pub(super) fn through_others(principal: &Principal<'_>, administrators: &BTreeMap<&str, PathState>) -> Option<Route> {
    let routes = principal.ways().filter_map(|way| {
        let other = way.gain.principal()?;
        let of_other = *administrators.get(other.native_id.as_str())?;
        let mut route = Route::by(way);
        route.through = Some(other.native_id.clone());
        // Nobody gains more than the other has.
        route.state = route.state.max(of_other);
        Some(route)
    });
    most_open(routes)
}

/// The first route that is open without condition, else the first.
fn most_open(routes: impl Iterator<Item = Route>) -> Option<Route> {
    let mut first = None;
    for route in routes {
        if route.state == PathState::Allowed {
            return Some(route);
        }
        first = first.or(Some(route));
    }
    first
}
