//! Who is an administrator, or can make itself one, by any route.

mod calls;
mod candidate;
mod ground;

use std::collections::BTreeMap;

use rayon::prelude::*;
use sv0_model::decision::{Caveat, Decision, StatementRef};
use sv0_model::finding::{FindingKind, FindingSeverity};
use sv0_model::graph::{Entity, EntityKind, Resolution};

use super::Facts;
use super::draft::{Draft, command, name, name_of};
use crate::estate::Estate;
use candidate::Candidate;
use ground::Ground;

/// Every administrator with the route that makes it one.
pub(crate) struct Administrators<'e> {
    routes: BTreeMap<&'e str, Route>,
    ground: Ground<'e>,
}

/// How a principal is, or becomes, an administrator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Route {
    /// In words, what it can do.
    words: String,
    /// The administrator that it becomes, where it becomes another.
    through: Option<String>,
    /// The calls, each with the resource it is made on.
    calls: Vec<(String, String)>,
    decision: Decision,
    statements: Vec<StatementRef>,
    caveats: Vec<Caveat>,
}

impl Route {
    /// Whoever becomes another has that one's authority with every reservation on it.
    fn inherit_caveats(&mut self, known: &BTreeMap<&str, Self>) {
        let other = self.through.as_deref().and_then(|through| known.get(through));
        self.caveats.extend(other.iter().flat_map(|other| &other.caveats));
    }
}

impl<'e> Administrators<'e> {
    /// Those who are administrators on their own, then, round by round, those who gain the authority of one found in the round before.
    pub(crate) fn of(facts: &Facts<'e, '_>) -> Self {
        let ground = Ground::new(facts.estate);
        let entities = facts.estate.graph().entities.values();
        let candidates: Vec<Candidate<'_, 'e>> = entities
            .filter(|entity| {
                let is_principal = matches!(entity.kind, EntityKind::IamRole | EntityKind::IamUser);
                is_principal && entity.resolution == Resolution::Collected
            })
            .filter_map(|entity| Candidate::new(&ground, entity))
            .collect();
        let mut found: BTreeMap<&str, Route> = candidates
            .par_iter()
            .filter_map(|candidate| Some((candidate.id(), candidate.alone()?)))
            .collect();
        let mut routes = BTreeMap::new();
        while !found.is_empty() {
            let newest: BTreeMap<&str, Decision> = found.iter().map(|(id, route)| (*id, route.decision)).collect();
            routes.extend(found);
            found = candidates
                .par_iter()
                .filter(|candidate| !routes.contains_key(candidate.id()))
                .filter_map(|candidate| Some((candidate.id(), candidate.through_others(&newest)?)))
                .collect();
            found.values_mut().for_each(|route| route.inherit_caveats(&routes));
        }
        Self { routes, ground }
    }

    pub(crate) fn contains(&self, principal: &str) -> bool {
        self.routes.contains_key(principal)
    }
}

/// One finding for each administrator.
pub(crate) fn findings(facts: &Facts<'_, '_>, administrators: &Administrators<'_>) -> Vec<Draft> {
    administrators
        .routes
        .iter()
        .filter_map(|(principal, route)| {
            let principal = facts.estate.entity(principal)?;
            let running = administrators.ground.running_as(&principal.native_id);
            Some(finding(facts.estate, principal, route, running))
        })
        .collect()
}

fn finding(estate: &Estate<'_>, principal: &Entity, route: &Route, running: &[&Entity]) -> Draft {
    let mut draft = Draft::new(FindingKind::AdminEquivalent, &principal.native_id);
    draft.account.clone_from(&principal.account);
    draft
        .subjects
        .extend(running.iter().map(|workload| workload.native_id.clone()));
    draft.subjects.extend(route.through.clone());
    draft.statements.extend(route.statements.iter().cloned());
    draft.caveats.extend(&route.caveats);
    let kind = if principal.kind == EntityKind::IamUser {
        "user"
    } else {
        "role"
    };
    let who = format!("{kind} {}", name(principal));
    draft.title = match (&route.through, route.calls.is_empty()) {
        (Some(through), _) => format!("{who} can become administrator {}", name_of(estate, through)),
        (None, true) => format!("{who} is an administrator"),
        (None, false) => format!("{who} can make itself an administrator"),
    };
    let runs = running.first().map(|workload| {
        let others = running.len().saturating_sub(1);
        let more = if others == 0 {
            String::new()
        } else {
            format!(" and {others} more")
        };
        format!(" {}{more} runs as it.", name(workload))
    });
    draft.description = format!("The {kind} {}.{}", route.words, runs.unwrap_or_default());
    let (severity, reason) = rating(route.decision, !running.is_empty());
    draft.rate(severity, reason);
    draft.verify = verify(principal, route);
    draft
}

fn rating(decision: Decision, runs_code: bool) -> (FindingSeverity, &'static str) {
    match (decision, runs_code) {
        (Decision::Allow, true) => (
            FindingSeverity::Critical,
            "every call of the route is allowed, and code runs with this authority",
        ),
        (Decision::Allow, false) => (
            FindingSeverity::High,
            "every call of the route is allowed; no workload runs with this authority",
        ),
        _ => (FindingSeverity::Medium, "the route is open only under a condition"),
    }
}

fn verify(principal: &Entity, route: &Route) -> Vec<String> {
    let id = principal.native_id.as_str();
    let mut commands: Vec<String> = route
        .calls
        .iter()
        .map(|(action, resource)| {
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
        })
        .collect();
    let explain = |(action, resource): &(String, String)| command(&["sv0", "explain", id, action, resource]);
    commands.splice(0..0, route.calls.iter().map(explain));
    if route.calls.is_empty() {
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
