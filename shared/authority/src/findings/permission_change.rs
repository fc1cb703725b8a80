//! Somebody changed who may do what: who gave what to whom, and when.

use std::collections::{BTreeMap, BTreeSet};

use sv0_model::arn::{account_of, is_account_id};
use sv0_model::finding::{FindingKind, FindingSeverity};
use sv0_model::observation::{NotableEvent, NotableKind, PermissionChangeKind};

use super::Facts;
use super::draft::{Draft, command, name_of};
use super::log_events::{account_name, event_lookups, window};
use crate::evidence::ALLOWS_ALL;

/// Most changed things that a finding names as subjects.
const MOST_SUBJECTS: usize = 20;
/// Most changes that are described.
const MOST_DESCRIBED: usize = 5;

/// What changes have in common, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    Administrator,
    Everyone,
    Outside,
    GuardrailLowered,
    Credentials,
    Trust,
    Guardrail,
    Permissions,
    ResourceAccess,
    Failed,
}

/// Group, aspect, what was done, severity, why.
const GROUPS: &[(Group, &str, &str, FindingSeverity, &str)] = &[
    (
        Group::Administrator,
        "administrator",
        "gave administrator permissions",
        FindingSeverity::High,
        "a policy that allows everything was attached or written",
    ),
    (
        Group::Everyone,
        "everyone",
        "opened something to everyone",
        FindingSeverity::High,
        "the new policy or permission names everyone",
    ),
    (
        Group::Outside,
        "outside",
        "let in a principal of an unknown account",
        FindingSeverity::High,
        "the new policy or permission names an account that is neither scanned nor of the organization",
    ),
    (
        Group::GuardrailLowered,
        "guardrail_lowered",
        "took a guardrail away",
        FindingSeverity::High,
        "what was taken away stood above every policy of the account",
    ),
    (
        Group::Credentials,
        "credentials",
        "made or changed credentials",
        FindingSeverity::Medium,
        "whoever holds new credentials acts as somebody else",
    ),
    (
        Group::Trust,
        "trust",
        "changed who may take a role",
        FindingSeverity::Medium,
        "a new way into a role was opened",
    ),
    (
        Group::Guardrail,
        "guardrail",
        "changed a guardrail",
        FindingSeverity::Medium,
        "control policies, boundaries and delegated administrators bind many accounts",
    ),
    (
        Group::Permissions,
        "permissions",
        "changed permissions",
        FindingSeverity::Low,
        "the permissions of users, groups or roles changed",
    ),
    (
        Group::ResourceAccess,
        "resource_access",
        "changed who may use a resource",
        FindingSeverity::Low,
        "the policy, the grants or the sharing of a resource changed",
    ),
    (
        Group::Failed,
        "failed",
        "tried to change permissions, and failed",
        FindingSeverity::Low,
        "every attempt was refused",
    ),
];

/// One finding for each principal, account and sort of change.
pub(crate) fn findings(facts: &Facts<'_, '_>) -> Vec<Draft> {
    let known = facts.estate.known_accounts();
    let mut groups: BTreeMap<(Group, &str, &str), Vec<&NotableEvent>> = BTreeMap::new();
    for event in &facts.logs.evidence().notable {
        let change = event.change.filter(|_| event.kind == NotableKind::PermissionChange);
        if let Some(change) = change {
            let group = group_of(event, change, &known);
            groups
                .entry((group, &event.principal, &event.account))
                .or_default()
                .push(event);
        }
    }
    groups
        .into_iter()
        .filter_map(|((group, principal, account), events)| finding(facts, group, principal, account, events))
        .collect()
}

fn group_of(event: &NotableEvent, change: PermissionChangeKind, known: &BTreeSet<&str>) -> Group {
    if event.error.is_some() {
        return Group::Failed;
    }
    let name = event.action.split_once(':').map_or("", |(_, name)| name);
    if takes_away(name) {
        return match change {
            PermissionChangeKind::Guardrail => Group::GuardrailLowered,
            PermissionChangeKind::Credentials => Group::Credentials,
            PermissionChangeKind::Trust => Group::Trust,
            PermissionChangeKind::Permissions => Group::Permissions,
            PermissionChangeKind::ResourceAccess => Group::ResourceAccess,
        };
    }
    if change == PermissionChangeKind::Permissions && event.details.iter().any(|detail| is_administrator(detail)) {
        return Group::Administrator;
    }
    let opens = matches!(
        change,
        PermissionChangeKind::Trust | PermissionChangeKind::ResourceAccess
    );
    if opens && event.details.iter().any(|detail| detail == "*") {
        return Group::Everyone;
    }
    let is_outside = |account: &str| account != event.account && !known.contains(account);
    if opens
        && event
            .details
            .iter()
            .filter_map(|detail| account_in(detail))
            .any(is_outside)
    {
        return Group::Outside;
    }
    match change {
        PermissionChangeKind::Credentials => Group::Credentials,
        PermissionChangeKind::Trust => Group::Trust,
        PermissionChangeKind::Guardrail => Group::Guardrail,
        PermissionChangeKind::Permissions => Group::Permissions,
        PermissionChangeKind::ResourceAccess => Group::ResourceAccess,
    }
}

fn takes_away(action: &str) -> bool {
    [
        "Delete",
        "Detach",
        "Disable",
        "Remove",
        "Leave",
        "Deregister",
        "Deactivate",
        "Revoke",
        "Retire",
    ]
    .iter()
    .any(|verb| action.starts_with(verb))
}

/// A statement of everything, or AWS's own policies that come to it ("AWS managed policies for job functions").
fn is_administrator(detail: &str) -> bool {
    let managed = detail.split_once(":iam::aws:policy/").map(|(_, name)| name);
    detail == ALLOWS_ALL || matches!(managed, Some("AdministratorAccess" | "IAMFullAccess"))
}

fn account_in(detail: &str) -> Option<&str> {
    let account = detail.strip_prefix("account ").unwrap_or(detail);
    if is_account_id(account) {
        Some(account)
    } else {
        account_of(detail)
    }
}

fn finding(
    facts: &Facts<'_, '_>,
    group: Group,
    principal: &str,
    account: &str,
    mut events: Vec<&NotableEvent>,
) -> Option<Draft> {
    let (_, aspect, done, severity, reason) = GROUPS.iter().find(|(of, ..)| *of == group)?;
    events.sort_by(|a, b| (b.time, &b.event_id).cmp(&(a.time, &a.event_id)));
    let mut draft = Draft::new(FindingKind::PermissionChange, principal);
    let changed: BTreeSet<&String> = events
        .iter()
        .map(|event| &event.resource)
        .filter(|id| *id != "*")
        .collect();
    draft
        .subjects
        .extend(changed.iter().take(MOST_SUBJECTS).map(|id| (*id).clone()));
    draft.aspect = format!("{aspect} {account}");
    draft.account = Some(account.to_owned());
    draft.event_ids = events.iter().map(|event| event.event_id.clone()).collect();
    draft.rate(*severity, *reason);
    let in_account = account_name(facts, account);
    draft.title = format!("{} {done} in account {in_account}", name_of(facts.estate, principal));
    let described: Vec<String> = events
        .iter()
        .take(MOST_DESCRIBED)
        .map(|event| in_words(facts, event))
        .collect();
    let more = events.len().saturating_sub(described.len());
    let rest = if more > 0 {
        format!(" And {more} more.")
    } else {
        String::new()
    };
    draft.description = format!("{}.{rest} {}", described.join("; "), window(facts.logs.evidence()));
    let newest = events.first()?;
    draft.verify = event_lookups(&events);
    draft.verify.push(command(&["sv0", "can", &newest.resource]));
    Some(draft)
}

fn in_words(facts: &Facts<'_, '_>, event: &NotableEvent) -> String {
    let session = event.session_name.as_deref().or(event.source_identity.as_deref());
    let by = session.map(|name| format!(" in session {name}")).unwrap_or_default();
    let given = if event.details.is_empty() {
        String::new()
    } else {
        format!(" ({})", event.details.join(", "))
    };
    let via = event
        .via
        .as_ref()
        .map(|via| format!(" through {via}"))
        .unwrap_or_default();
    let words = format!(
        "{} {} on {}{given}{by}{via}",
        event.time,
        event.action,
        name_of(facts.estate, &event.resource)
    );
    words.chars().filter(|character| !character.is_control()).collect()
}
