//! A person took a role in the console.

use std::collections::BTreeMap;

use sv0_model::arn::account_of;
use sv0_model::finding::{FindingKind, FindingSeverity};
use sv0_model::observation::{NotableEvent, NotableKind};

use super::Facts;
use super::draft::{Draft, command, name_of};
use super::log_events::{Parties, crosses_accounts, event_lookups, window};

/// One finding for each role and who switched to it.
pub(crate) fn findings(facts: &Facts<'_, '_>) -> Vec<Draft> {
    let mut pairs: BTreeMap<(&str, &str), Vec<&NotableEvent>> = BTreeMap::new();
    let events = facts.logs.evidence().notable.iter();
    for event in events.filter(|event| event.kind == NotableKind::ConsoleRoleSwitch && event.error.is_none()) {
        pairs
            .entry((&event.resource, &event.principal))
            .or_default()
            .push(event);
    }
    let parties = Parties::of(facts);
    pairs
        .into_iter()
        .map(|((role, person), events)| finding(facts, &parties, (role, person), &events))
        .collect()
}

fn finding(
    facts: &Facts<'_, '_>,
    parties: &Parties<'_>,
    (role, person): (&str, &str),
    events: &[&NotableEvent],
) -> Draft {
    let mut draft = Draft::new(FindingKind::ConsoleRoleSwitch, role);
    draft.subjects.push(person.to_owned());
    person.clone_into(&mut draft.aspect);
    draft.account = account_of(role).map(str::to_owned);
    draft.event_ids = events.iter().map(|event| event.event_id.clone()).collect();
    let (severity, reason) = if parties.is_for_machines(role) {
        (FindingSeverity::High, "the role is one that code runs as")
    } else if crosses_accounts(person, role) {
        (
            FindingSeverity::Medium,
            "a person crossed from one account into another",
        )
    } else {
        (FindingSeverity::Low, "person and role are in one account")
    };
    draft.rate(severity, reason);
    let (role_name, person_name) = (name_of(facts.estate, role), name_of(facts.estate, person));
    draft.title = format!("{person_name} switched to role {role_name} in the console");
    let last = events.iter().map(|event| event.time).max();
    draft.description = format!(
        "{} in the logs, the last one {}. What the person did with the role stands in the logs under the role. {}",
        times(events.len()),
        last.map(|time| time.to_string()).unwrap_or_default(),
        window(facts.logs.evidence())
    );
    draft.verify = event_lookups(events);
    draft
        .verify
        .push(command(&["sv0", "explain", person, "sts:AssumeRole", role]));
    draft
}

fn times(count: usize) -> String {
    match count {
        1 => "1 switch".to_owned(),
        count => format!("{count} switches"),
    }
}
