//! Who is an administrator, or can make itself one, by any route.

mod route;

use std::collections::BTreeMap;

use rayon::prelude::*;
use sv0_model::finding::{FindingKind, FindingSeverity};
use sv0_model::graph::{Entity, EntityKind, Resolution};
use sv0_model::path::PathState;

use super::Facts;
use super::draft::{Draft, command, name, name_of};
use crate::escalation::{Escalation, Escalations};
use crate::estate::{Estate, Subject};
use crate::paths::all_workloads;
use route::Route;
pub(super) use route::named;

/// Most steps of a chain that a description tells.
const MOST_STEPS: usize = 4;

/// Every administrator with the route that makes it one, and the ways of everyone to more authority.
pub(crate) struct Administrators<'e> {
    routes: BTreeMap<&'e str, Route>,
    principals: BTreeMap<&'e str, Principal<'e>>,
    workloads: BTreeMap<&'e str, Vec<&'e Entity>>,
}

/// A user or role with its ways to more authority.
pub(super) struct Principal<'e> {
    pub(super) entity: &'e Entity,
    pub(super) subject: Subject<'e>,
    /// Roles that it can assume.
    pub(super) assumable: Vec<Escalation<'e>>,
    /// Every other gain.
    pub(super) transfers: Vec<Escalation<'e>>,
}

impl<'e> Principal<'e> {
    /// Every way, those that were given it first.
    pub(super) fn ways(&self) -> impl Iterator<Item = &Escalation<'e>> {
        self.assumable.iter().chain(&self.transfers)
    }
}

impl<'e> Administrators<'e> {
    /// Those who are administrators on their own, then, round by round, those who gain the authority of one found in the round before.
    pub(crate) fn of(estate: &'e Estate<'e>) -> Self {
        let principals = principals(estate);
        let mut found: BTreeMap<&str, Route> = principals
            .par_iter()
            .filter_map(|(id, principal)| Some((*id, route::alone(estate, principal)?)))
            .collect();
        let mut routes: BTreeMap<&str, Route> = BTreeMap::new();
        while !found.is_empty() {
            let newest: BTreeMap<&str, PathState> = found.iter().map(|(id, route)| (*id, route.state)).collect();
            routes.extend(found);
            found = principals
                .par_iter()
                .filter(|(id, _)| !routes.contains_key(*id))
                .filter_map(|(id, principal)| Some((*id, route::through_others(principal, &newest)?)))
                .collect();
            found.values_mut().for_each(|route| route.inherit_caveats(&routes));
        }
        Self {
            routes,
            principals,
            workloads: workloads(estate),
        }
    }

    pub(crate) fn contains(&self, principal: &str) -> bool {
        self.routes.contains_key(principal)
    }

    /// Users and roles with their ways to more authority, by native id.
    pub(super) fn principals(&self) -> &BTreeMap<&'e str, Principal<'e>> {
        &self.principals
    }

    /// The workloads that run as a role.
    pub(super) fn running_as(&self, role: &str) -> &[&'e Entity] {
        self.workloads.get(role).map_or(&[], Vec::as_slice)
    }

    /// What leads from one that becomes another to the one that is an administrator on its own, in words.
    fn chain(&self, estate: &Estate<'_>, route: &Route) -> String {
        let mut words = String::new();
        let mut next = route.through.as_deref();
        for _ in 0..MOST_STEPS {
            let Some((other, further)) = next.and_then(|id| Some((id, self.routes.get(id)?))) else {
                break;
            };
            words.push_str(&format!(" {} {}.", name_of(estate, other), further.words));
            next = further.through.as_deref();
        }
        words
    }
}

fn principals<'e>(estate: &'e Estate<'e>) -> BTreeMap<&'e str, Principal<'e>> {
    let escalations = Escalations::new(estate);
    let entities: Vec<&Entity> = estate.graph().entities.values().collect();
    entities
        .into_par_iter()
        .filter(|entity| {
            let is_principal = matches!(entity.kind, EntityKind::IamRole | EntityKind::IamUser);
            is_principal && entity.resolution == Resolution::Collected
        })
        .filter_map(|entity| {
            let principal = Principal {
                entity,
                subject: estate.subject_of(entity)?,
                assumable: escalations.assumable_by(entity),
                transfers: escalations.transfers_of(entity),
            };
            Some((entity.native_id.as_str(), principal))
        })
        .collect()
}

fn workloads<'e>(estate: &'e Estate<'e>) -> BTreeMap<&'e str, Vec<&'e Entity>> {
    let mut workloads: BTreeMap<&'e str, Vec<&'e Entity>> = BTreeMap::new();
    for workload in all_workloads(estate) {
        if let Some(role) = workload.role {
            workloads.entry(role).or_default().push(workload.entity);
        }
    }
    workloads
}

/// One finding for each administrator.
pub(crate) fn findings(facts: &Facts<'_, '_>, administrators: &Administrators<'_>) -> Vec<Draft> {
    administrators
        .routes
        .iter()
        .filter_map(|(principal, route)| {
            Some(finding(
                facts.estate,
                administrators,
                facts.estate.entity(principal)?,
                route,
            ))
        })
        .collect()
}

fn finding(estate: &Estate<'_>, administrators: &Administrators<'_>, principal: &Entity, route: &Route) -> Draft {
    let running = administrators.running_as(&principal.native_id);
    let mut draft = Draft::new(FindingKind::AdminEquivalent, &principal.native_id);
    draft.account.clone_from(&principal.account);
    draft
        .subjects
        .extend(running.iter().map(|workload| workload.native_id.clone()));
    draft.subjects.extend(route.through.clone());
    draft.statements.extend(route.statements.iter().cloned());
    draft.caveats.extend(&route.caveats);
    let kind = kind_word(principal);
    let who = format!("{kind} {}", name(principal));
    draft.title = match (&route.through, route.calls.is_empty()) {
        (Some(through), _) => format!("{who} can become administrator {}", name_of(estate, through)),
        (None, true) => format!("{who} is an administrator"),
        (None, false) => format!("{who} can make itself an administrator"),
    };
    let chain = administrators.chain(estate, route);
    draft.description = format!("The {kind} {}.{chain}{}", route.words, runs_as_it(running));
    let (severity, reason) = rating(route.state, !running.is_empty());
    draft.rate(severity, reason);
    draft.verify = verify(estate, principal, &route.calls);
    draft
}

/// `user` or `role`.
pub(super) fn kind_word(principal: &Entity) -> &'static str {
    if principal.kind == EntityKind::IamUser {
        "user"
    } else {
        "role"
    }
}

/// A sentence that names the first of the workloads that run as a role.
pub(super) fn runs_as_it(running: &[&Entity]) -> String {
    let Some(first) = running.first() else {
        return String::new();
    };
    let others = running.len().saturating_sub(1);
    let more = if others == 0 {
        String::new()
    } else {
        format!(" and {others} more")
    };
    format!(" {}{more} runs as it.", name(first))
}

fn rating(state: PathState, runs_code: bool) -> (FindingSeverity, &'static str) {
    match (state, runs_code) {
        (PathState::Allowed, true) => (
            FindingSeverity::Critical,
            "every call of the route is allowed, and code runs with this authority",
        ),
        (PathState::Allowed, false) => (
            FindingSeverity::High,
            "every call of the route is allowed; no workload runs with this authority",
        ),
        _ => (FindingSeverity::Medium, "the route is open only under a condition"),
    }
}

/// Commands that check the calls of a principal, and what it holds. What does not exist yet, such as a job to be made, only AWS can be asked about.
pub(super) fn verify(estate: &Estate<'_>, principal: &Entity, calls: &[(String, String)]) -> Vec<String> {
    let id = principal.native_id.as_str();
    let explain = |(action, resource): &(String, String)| command(&["sv0", "explain", id, action, resource]);
    let simulate = |(action, resource): &(String, String)| {
        command(&[
            "aws",
            "iam",
            "simulate-principal-policy",
            "--policy-source-arn",
            id,
            "--action-names",
            action,
            "--resource-arns",
            resource,
        ])
    };
    let known = calls
        .iter()
        .filter(|(_, resource)| estate.known_place(resource).is_some());
    let mut commands: Vec<String> = known.map(explain).chain(calls.iter().map(simulate)).collect();
    if calls.is_empty() {
        commands.insert(0, command(&["sv0", "can", id]));
    }
    let (operation, parameter) = if principal.kind == EntityKind::IamUser {
        ("list-attached-user-policies", "--user-name")
    } else {
        ("list-attached-role-policies", "--role-name")
    };
    commands.push(command(&["aws", "iam", operation, parameter, &principal.name]));
    commands
}
