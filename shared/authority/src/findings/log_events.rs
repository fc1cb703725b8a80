//! Findings that rest on the logs alone: how their events are put into words and commands.

use std::collections::BTreeSet;

use sv0_model::arn::{Arn, account_of};
use sv0_model::graph::{ActorClass, EdgeKind, urn};
use sv0_model::observation::{Evidence, NotableEvent};

use super::Facts;
use super::draft::{command, name_of};

/// Most events whose look-up is printed.
const MOST_LOOKUPS: usize = 3;

/// The commands that print events. CloudTrail's event history keeps them for 90 days; after that the log files have them.
pub(super) fn lookups<'i>(event_ids: impl IntoIterator<Item = &'i String>, region: Option<&str>) -> Vec<String> {
    let ids = event_ids.into_iter().take(MOST_LOOKUPS);
    ids.map(|id| {
        let attribute = format!("AttributeKey=EventId,AttributeValue={id}");
        let mut words = vec!["aws", "cloudtrail", "lookup-events", "--lookup-attributes", &attribute];
        words.extend(region.iter().flat_map(|region| ["--region", region]));
        command(&words)
    })
    .collect()
}

/// The commands that print notable events, each in the Region that recorded it: event history looks into one alone.
pub(super) fn event_lookups(events: &[&NotableEvent]) -> Vec<String> {
    let events = events.iter().take(MOST_LOOKUPS);
    events
        .flat_map(|event| lookups([&event.event_id], Some(&event.region)))
        .collect()
}

/// Who is a person and what is a machine, as graph and logs tell it together.
pub(super) struct Parties<'a> {
    facts: &'a Facts<'a, 'a>,
    run_as: BTreeSet<String>,
    taken_by_services: BTreeSet<String>,
    in_console: BTreeSet<&'a str>,
}

impl<'a> Parties<'a> {
    pub(super) fn of(facts: &'a Facts<'a, 'a>) -> Self {
        let evidence = facts.logs.evidence();
        let edges = facts.estate.graph().edges.iter();
        let runs = edges.filter(|edge| matches!(edge.kind, EdgeKind::RunsAs | EdgeKind::PullsVia));
        let by_services = evidence
            .assumptions
            .iter()
            .filter(|assumption| assumption.count > 0 && is_service(&assumption.from));
        let callers = evidence.callers.iter();
        let in_console = callers.filter(|caller| caller.agents.iter().any(|agent| is_interactive(&agent.value)));
        Self {
            facts,
            run_as: runs.map(|edge| without_path(&edge.to)).collect(),
            taken_by_services: by_services.map(|assumption| without_path(&assumption.to)).collect(),
            in_console: in_console.map(|caller| caller.principal.as_str()).collect(),
        }
    }

    /// A role that code runs as, or that a service was seen to take; not one that the graph knows people to use as well.
    pub(super) fn is_for_machines(&self, role: &str) -> bool {
        if !role.contains(":role/") || is_workforce_role(role) {
            return false;
        }
        match self.actor(role) {
            Some(ActorClass::Human | ActorClass::Both) => false,
            Some(ActorClass::NonHuman) => true,
            Some(ActorClass::Unknown) | None => {
                let role = without_path(role);
                self.run_as.contains(&role) || self.taken_by_services.contains(&role)
            }
        }
    }

    /// A person's role or user: of Identity Center, of a SAML provider, known as one, or seen in the console.
    pub(super) fn is_person(&self, principal: &str) -> bool {
        if is_workforce_role(principal) || principal.contains(":saml-provider/") {
            return true;
        }
        match self.actor(principal) {
            Some(ActorClass::Human) => true,
            Some(ActorClass::NonHuman | ActorClass::Both) => false,
            Some(ActorClass::Unknown) | None => principal.contains(":user/") && self.in_console.contains(principal),
        }
    }

    fn actor(&self, native_id: &str) -> Option<ActorClass> {
        let entity = self.facts.estate.entity(native_id)?;
        entity.actor.as_ref().map(|actor| actor.class)
    }
}

/// A role that Identity Center made for people ("IAM Identity Center: roles").
fn is_workforce_role(principal: &str) -> bool {
    Arn::parse(principal).is_some_and(|arn| arn.name().starts_with("AWSReservedSSO_"))
}

/// A service's host name, as it stands where a service is the caller.
pub(super) fn is_service(principal: &str) -> bool {
    !principal.starts_with("arn:") && principal.ends_with(".amazonaws.com")
}

fn is_interactive(agent: &str) -> bool {
    crate::evidence::is_interactive(agent)
}

/// A role's ARN without its path: the ARN of a session does not tell it.
pub(super) fn without_path(role: &str) -> String {
    match Arn::parse(role).filter(|arn| arn.service == "iam" && arn.resource_type() == "role") {
        Some(arn) => format!("arn:{}:iam::{}:role/{}", arn.partition, arn.account, arn.name()),
        None => role.to_owned(),
    }
}

/// Whether two principals are in different accounts.
pub(super) fn crosses_accounts(from: &str, to: &str) -> bool {
    account_of(from)
        .zip(account_of(to))
        .is_some_and(|(from, to)| from != to)
}

/// What an account is called, or its id where nothing describes it.
pub(super) fn account_name(facts: &Facts<'_, '_>, account: &str) -> String {
    let subject = urn::account(account);
    match facts.estate.entity(&subject) {
        Some(_) => name_of(facts.estate, &subject),
        None => name_of(facts.estate, account),
    }
}

/// The whole of the logs, in words.
pub(super) fn window(evidence: &Evidence) -> String {
    evidence.window.map_or_else(String::new, |(first, last)| {
        format!("The logs read go from {first} to {last}.")
    })
}
