//! The root user of an account signed in, or made calls: nothing in IAM limits it, and almost nothing needs it.

use std::collections::BTreeMap;

use sv0_model::finding::{FindingKind, FindingSeverity};
use sv0_model::graph::urn;
use sv0_model::observation::{NotableEvent, NotableKind};

use super::Facts;
use super::draft::{Draft, command};
use super::log_events::{account_name, event_lookups, window};

/// Most actions that are named.
const MOST_NAMED: usize = 8;

/// One finding for each account whose root user was active.
pub(crate) fn findings(facts: &Facts<'_, '_>) -> Vec<Draft> {
    let mut accounts: BTreeMap<&str, Vec<&NotableEvent>> = BTreeMap::new();
    let events = facts.logs.evidence().notable.iter();
    for event in events.filter(|event| matches!(event.kind, NotableKind::RootLogin | NotableKind::RootActivity)) {
        accounts.entry(&event.account).or_default().push(event);
    }
    accounts
        .into_iter()
        .map(|(account, events)| finding(facts, account, &events))
        .collect()
}

fn finding(facts: &Facts<'_, '_>, account: &str, events: &[&NotableEvent]) -> Draft {
    let subject = urn::account(account);
    let name = account_name(facts, account);
    let mut draft = Draft::new(FindingKind::RootLogin, &subject);
    draft.account = Some(account.to_owned());
    draft.event_ids = events.iter().map(|event| event.event_id.clone()).collect();
    let (severity, reason, what) = rating(events);
    draft.rate(severity, reason);
    draft.title = format!("the root user of account {name} {what}");
    let mut actions: Vec<&str> = events.iter().map(|event| event.action.as_str()).collect();
    actions.sort_unstable();
    actions.dedup();
    actions.truncate(MOST_NAMED);
    let last = events.iter().map(|event| event.time).max();
    draft.description = format!(
        "Seen: {}; the last time {}. {}",
        actions.join(", "),
        last.map(|time| time.to_string()).unwrap_or_default(),
        window(facts.logs.evidence())
    );
    draft.verify = event_lookups(events);
    draft.verify.push(command(&[
        "aws",
        "iam",
        "get-account-summary",
        "--query",
        "SummaryMap.AccountMFAEnabled",
    ]));
    draft
}

fn rating(events: &[&NotableEvent]) -> (FindingSeverity, &'static str, &'static str) {
    let logins = || events.iter().filter(|event| event.kind == NotableKind::RootLogin);
    let succeeded = |event: &&&NotableEvent| event.error.is_none();
    if logins().filter(succeeded).any(|event| event.mfa == Some(false)) {
        return (
            FindingSeverity::Critical,
            "a password alone opened the account: no second factor was given",
            "signed in without a second factor",
        );
    }
    if logins().filter(succeeded).count() > 0 {
        return (
            FindingSeverity::High,
            "the root user is bound by no policy of the account",
            "signed in",
        );
    }
    if events
        .iter()
        .filter(succeeded)
        .any(|event| event.kind == NotableKind::RootActivity)
    {
        return (
            FindingSeverity::High,
            "the root user acted, with access keys or a session whose sign-in is not in the logs",
            "made calls",
        );
    }
    (
        FindingSeverity::Low,
        "every attempt failed",
        "was tried, without success",
    )
}
