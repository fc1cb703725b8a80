//! Roles that were taken in an unusual way. Every rule compares within the logs of the run alone, and keeps silent on too little data.

use std::collections::BTreeMap;

use sv0_model::arn::account_of;
use sv0_model::finding::{FindingKind, FindingSeverity};
use sv0_model::observation::{ObservedAssumption, SeenValue};

use super::Facts;
use super::draft::{Draft, command, name_of};
use super::log_events::{Parties, crosses_accounts, is_service, lookups, window, without_path};
use crate::evidence::{is_interactive, is_public};

/// `outside_network`: so many calls by services must be known, and no more than so many from the network.
const SERVICE_CALLS: u64 = 20;
const RARE_CALLS: u64 = 3;
/// `volume`: so many days with calls must be known, the day must have so many, and so many times the median of the others.
const DAYS: usize = 7;
const BUSY_DAY: u64 = 100;
const TIMES_MEDIAN: u64 = 10;
/// `session_name`: so many calls must be known, in no more than so many shapes, and no more than so many of the odd one.
const NAMED_CALLS: u64 = 50;
const SHAPES: usize = 4;
const ODD_NAMES: u64 = 2;

/// One finding for each role, rule and, where one stands out, caller.
pub(crate) fn findings(facts: &Facts<'_, '_>) -> Vec<Draft> {
    let parties = Parties::of(facts);
    let mut anomalies = console_use(facts, &parties);
    anomalies.extend(divided_sessions(facts, &parties));
    anomalies.extend(outside_networks(facts, &parties));
    for assumption in facts
        .logs
        .evidence()
        .assumptions
        .iter()
        .filter(|assumption| assumption.count > 0)
    {
        anomalies.extend(human_use(&parties, assumption));
        anomalies.extend(volume(assumption));
        anomalies.extend(session_names(assumption));
    }
    anomalies.into_iter().map(|anomaly| anomaly.draft(facts)).collect()
}

/// What was unusual.
struct Anomaly {
    rule: &'static str,
    role: String,
    from: Option<String>,
    severity: FindingSeverity,
    reason: &'static str,
    title: &'static str,
    words: String,
    event_ids: Vec<String>,
}

impl Anomaly {
    fn draft(self, facts: &Facts<'_, '_>) -> Draft {
        let mut draft = Draft::new(FindingKind::AssumeRoleAnomaly, &self.role);
        draft.aspect = format!("{} {}", self.rule, self.from.as_deref().unwrap_or_default());
        draft.account = account_of(&self.role).map(str::to_owned);
        draft.rate(self.severity, self.reason);
        draft.title = format!("role {} {}", name_of(facts.estate, &self.role), self.title);
        draft.description = format!("{} {}", self.words, window(facts.logs.evidence()));
        draft.verify = lookups(&self.event_ids, None);
        draft.event_ids.extend(self.event_ids);
        if let Some(from) = self.from {
            draft
                .verify
                .push(command(&["sv0", "explain", &from, "sts:AssumeRole", &self.role]));
            draft.subjects.push(from);
        } else {
            draft
                .verify
                .push(command(&["sv0", "who-can", "sts:AssumeRole", &self.role]));
        }
        draft
    }
}

/// A role that code runs as made calls with the console's or a browser's user agent.
fn console_use(facts: &Facts<'_, '_>, parties: &Parties<'_>) -> Vec<Anomaly> {
    let callers = facts.logs.evidence().callers.iter();
    callers
        .filter(|caller| parties.is_for_machines(&caller.principal))
        .filter_map(|caller| {
            let agents: Vec<&SeenValue> = caller
                .agents
                .iter()
                .filter(|agent| is_interactive(&agent.value))
                .collect();
            let first = agents.first()?;
            Some(Anomaly {
                rule: "console_use",
                role: caller.principal.clone(),
                from: None,
                severity: FindingSeverity::High,
                reason: "code does not use the console: a person works with the authority of a machine",
                title: "is for machines, and was used in the console",
                words: format!("Calls of the role carry the user agent of a {}.", first.value),
                event_ids: agents.iter().flat_map(|agent| agent.event_ids.clone()).collect(),
            })
        })
        .collect()
}

/// A person took a role that code runs as, from a command line, a browser or the console.
fn human_use(parties: &Parties<'_>, assumption: &ObservedAssumption) -> Option<Anomaly> {
    let agent = assumption
        .agents
        .iter()
        .find(|agent| agent.value == "cli" || is_interactive(&agent.value))?;
    if !parties.is_for_machines(&assumption.to) || !parties.is_person(&assumption.from) {
        return None;
    }
    let (severity, reason) = if crosses_accounts(&assumption.from, &assumption.to) {
        (
            FindingSeverity::High,
            "a person took a role for machines, in another account",
        )
    } else {
        (
            FindingSeverity::Medium,
            "a person took a role for machines, in the same account",
        )
    };
    Some(Anomaly {
        rule: "human_use",
        role: assumption.to.clone(),
        from: Some(assumption.from.clone()),
        severity,
        reason,
        title: "is for machines, and a person took it",
        words: format!("Taken by hand ({}), {} times in all.", agent.value, assumption.count),
        event_ids: assumption.event_ids.clone(),
    })
}

/// A role that services take was taken from a network of the Internet by something else, a few times only.
fn outside_networks(facts: &Facts<'_, '_>, parties: &Parties<'_>) -> Vec<Anomaly> {
    let mut by_services: BTreeMap<String, u64> = BTreeMap::new();
    let assumptions = &facts.logs.evidence().assumptions;
    for assumption in assumptions.iter().filter(|assumption| is_service(&assumption.from)) {
        let count = by_services.entry(without_path(&assumption.to)).or_default();
        *count = count.saturating_add(assumption.count);
    }
    let is_usual = |to: &str| {
        by_services
            .get(&without_path(to))
            .is_some_and(|count| *count >= SERVICE_CALLS)
    };
    let others = assumptions
        .iter()
        .filter(|assumption| !is_service(&assumption.from) && assumption.via.is_none());
    others
        .filter(|assumption| parties.is_for_machines(&assumption.to) && is_usual(&assumption.to))
        .filter_map(|assumption| {
            let networks = assumption.networks.iter();
            let rare: Vec<&SeenValue> = networks
                .filter(|seen| is_public(&seen.value) && seen.count <= RARE_CALLS)
                .collect();
            let first = rare.first()?;
            Some(Anomaly {
                rule: "outside_network",
                role: assumption.to.clone(),
                from: Some(assumption.from.clone()),
                severity: FindingSeverity::Medium,
                reason: "services take the role all the time, and this call came from the Internet",
                title: "is taken by services, and was taken from a network of the Internet",
                words: format!(
                    "{} came from {}; addresses of AWS's own are not told apart.",
                    calls(first.count),
                    first.value
                ),
                event_ids: rare.iter().flat_map(|seen| seen.event_ids.clone()).collect(),
            })
        })
        .collect()
}

/// One session's credentials were in use from two networks at the same time.
fn divided_sessions(facts: &Facts<'_, '_>, parties: &Parties<'_>) -> Vec<Anomaly> {
    let mut roles: BTreeMap<&str, Anomaly> = BTreeMap::new();
    for session in &facts.logs.evidence().divided_sessions {
        let ids: Vec<String> = session
            .networks
            .iter()
            .flat_map(|seen| seen.event_ids.clone())
            .collect();
        if let Some(known) = roles.get_mut(session.principal.as_str()) {
            known.event_ids.extend(ids);
            continue;
        }
        let (severity, reason) = if parties.is_for_machines(&session.principal) {
            (
                FindingSeverity::High,
                "code runs in one place: its credentials may have been taken out",
            )
        } else {
            (
                FindingSeverity::Medium,
                "the credentials of a session are in two places; a person may have changed networks",
            )
        };
        let networks: Vec<&str> = session.networks.iter().map(|seen| seen.value.as_str()).collect();
        let anomaly = Anomaly {
            rule: "divided_session",
            role: session.principal.clone(),
            from: None,
            severity,
            reason,
            title: "had a session in two places at once",
            words: format!(
                "The credentials of one session were used in turns from {}.",
                networks.join(" and ")
            ),
            event_ids: ids,
        };
        roles.insert(&session.principal, anomaly);
    }
    roles.into_values().collect()
}

/// A day with many times the calls of the others.
fn volume(assumption: &ObservedAssumption) -> Option<Anomaly> {
    let busiest = assumption.days.iter().max_by_key(|day| day.count)?;
    let mut others: Vec<u64> = assumption
        .days
        .iter()
        .filter(|day| day.day != busiest.day)
        .map(|day| day.count)
        .collect();
    others.sort_unstable();
    let median = others.get(others.len() / 2).copied()?;
    let is_unusual = assumption.days.len() >= DAYS
        && busiest.count >= BUSY_DAY
        && busiest.count >= median.saturating_mul(TIMES_MEDIAN);
    is_unusual.then(|| Anomaly {
        rule: "volume",
        role: assumption.to.clone(),
        from: Some(assumption.from.clone()),
        severity: FindingSeverity::Low,
        reason: "far more calls on one day than on the others; a larger batch does the same",
        title: "was taken far more often than usual on one day",
        words: format!(
            "{} calls on {}, {median} on the median of {} other days.",
            busiest.count,
            busiest.day,
            others.len()
        ),
        event_ids: assumption.event_ids.clone(),
    })
}

/// A session name of a form that the caller otherwise never uses.
fn session_names(assumption: &ObservedAssumption) -> Option<Anomaly> {
    let shapes = &assumption.session_name_shapes;
    let is_regular = assumption.count >= NAMED_CALLS && (2..=SHAPES).contains(&shapes.len());
    let odd = shapes
        .iter()
        .filter(|shape| shape.count <= ODD_NAMES)
        .min_by_key(|shape| (shape.count, &shape.value))?;
    let usual = shapes
        .iter()
        .filter(|shape| shape.count > ODD_NAMES)
        .max_by_key(|shape| shape.count)?;
    is_regular.then(|| Anomaly {
        rule: "session_name",
        role: assumption.to.clone(),
        from: Some(assumption.from.clone()),
        severity: FindingSeverity::Low,
        reason: "the caller names its sessions otherwise",
        title: "was taken under an unusual session name",
        words: format!(
            "{} with a session name like \"{}\"; the usual form is \"{}\".",
            calls(odd.count),
            odd.value,
            usual.value
        ),
        event_ids: odd.event_ids.clone(),
    })
}

fn calls(count: u64) -> String {
    if count == 1 {
        "1 call".to_owned()
    } else {
        format!("{count} calls")
    }
}
