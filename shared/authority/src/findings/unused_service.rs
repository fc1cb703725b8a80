//! Services that a principal may use and did not use, although it uses others.
//!
//! Source: IAM User Guide, "Refine permissions in AWS using last accessed information".

use std::collections::BTreeMap;

use sv0_iam::Element;
use sv0_model::decision::Effect;
use sv0_model::finding::{FindingKind, FindingSeverity};
use sv0_model::graph::{Entity, EntityKind, Resolution, ServiceAccess};
use sv0_model::time::Timestamp;

use super::Facts;
use super::dormant_authority::is_reported_lately;
use super::draft::{Draft, command, name};
use super::known::{day, days, time};
use crate::estate::Subject;

/// Most services that a finding names.
const MOST_NAMED: usize = 12;

/// Services that hold permissions, secrets, keys or data: what is idle there is worth taking away first.
const WEIGHTY: [&str; 14] = [
    "bedrock",
    "dynamodb",
    "ec2",
    "ecr",
    "iam",
    "kms",
    "lambda",
    "organizations",
    "rds",
    "s3",
    "secretsmanager",
    "sqs",
    "ssm",
    "sts",
];

/// The rows of one principal; they are sorted by principal and service.
pub(crate) fn rows_of<'e>(facts: &Facts<'e, '_>, principal: &str) -> &'e [ServiceAccess] {
    let rows = &facts.estate.graph().service_access;
    let start = rows.partition_point(|row| row.principal.as_str() < principal);
    let end = rows.partition_point(|row| row.principal.as_str() <= principal);
    rows.get(start..end).unwrap_or_default()
}

/// One finding for each user and role that uses some services and leaves others idle.
pub(crate) fn findings(facts: &Facts<'_, '_>) -> Vec<Draft> {
    let Some(now) = facts.estate.graph().captured_at else {
        return Vec::new();
    };
    let rows = &facts.estate.graph().service_access;
    let principals = rows.chunk_by(|a, b| a.principal == b.principal);
    principals.filter_map(|rows| finding(facts, now, rows)).collect()
}

fn finding(facts: &Facts<'_, '_>, now: Timestamp, rows: &[ServiceAccess]) -> Option<Draft> {
    let principal = facts.estate.entity(&rows.first()?.principal)?;
    let is_judged = matches!(principal.kind, EntityKind::IamRole | EntityKind::IamUser)
        && principal.resolution == Resolution::Collected;
    let most = u64::from(facts.options.dormant_days);
    let is_old = time(principal, "create_date").is_some_and(|made| days(made, now) > most);
    let is_current = rows.iter().all(|row| is_reported_lately(row.reported_at, now));
    if !is_judged || !is_old || !is_current {
        return None;
    }
    let last_uses = last_uses(facts, principal, rows);
    let is_idle = |service: &str| {
        let last = last_uses.get(service).copied().flatten();
        last.is_none_or(|last| days(last, now) > most)
    };
    let subject = facts.estate.subject(&principal.native_id).ok()?;
    let (idle, used): (Vec<&str>, Vec<&str>) = rows
        .iter()
        .map(|row| row.service.as_str())
        .filter(|service| may_use(&subject, service))
        .partition(|service| is_idle(service));
    // A principal that uses nothing at all is dormant, which is a finding of its own.
    if idle.is_empty() || used.is_empty() {
        return None;
    }
    Some(draft(facts, principal, rows, (&idle, &used)))
}

/// The last use of each service by the report and by the logs.
fn last_uses<'r>(
    facts: &Facts<'_, '_>,
    principal: &Entity,
    rows: &'r [ServiceAccess],
) -> BTreeMap<&'r str, Option<Timestamp>> {
    let mut last: BTreeMap<&str, Option<Timestamp>> = BTreeMap::new();
    for row in rows {
        let actions = row.actions.values().flatten().copied();
        let reported = row.last_authenticated.into_iter().chain(actions).max();
        last.insert(&row.service, reported);
    }
    for used in facts.logs.uses_by(&principal.native_id) {
        let service = used.action.split(':').next().unwrap_or_default();
        if let Some(known) = last.get_mut(service) {
            *known = (*known).max(Some(used.last_seen));
        }
    }
    last
}

/// Whether some Allow statement of the principal's policies could mean an action of the service.
fn may_use(subject: &Subject<'_>, service: &str) -> bool {
    let policies = subject.holdings.identity.iter();
    let mut statements = policies
        .flat_map(|policy| policy.policy.statements())
        .filter(|statement| statement.effect() != Some(Effect::Deny));
    statements.any(|statement| match statement.actions() {
        Element::Only(actions) => {
            let means = |text: &str| {
                let of = text.split(':').next().unwrap_or_default();
                of.contains(['*', '?']) || of.eq_ignore_ascii_case(service)
            };
            actions.incomplete || actions.items.iter().any(|action| means(action.text()))
        }
        Element::Except(_) | Element::Missing | Element::Unreadable => true,
    })
}

fn draft(facts: &Facts<'_, '_>, principal: &Entity, rows: &[ServiceAccess], (idle, used): (&[&str], &[&str])) -> Draft {
    let kind = if principal.kind == EntityKind::IamUser {
        "user"
    } else {
        "role"
    };
    let mut draft = Draft::new(FindingKind::UnusedService, &principal.native_id);
    draft.account.clone_from(&principal.account);
    draft.title = format!(
        "{kind} {} does not use {} of {} services that it may use",
        name(principal),
        idle.len(),
        idle.len() + used.len()
    );
    let named: Vec<&str> = idle.iter().take(MOST_NAMED).copied().collect();
    let more = match idle.len().saturating_sub(named.len()) {
        0 => String::new(),
        count => format!(" and {count} more"),
    };
    let reported = rows.iter().filter_map(|row| row.reported_at).max();
    let reported = reported.map_or_else(String::new, |reported| format!(" of {}", day(reported)));
    let granularity = if rows.iter().any(|row| !row.actions.is_empty()) {
        "service, and action where AWS tracks it"
    } else {
        "service"
    };
    draft.description = format!(
        "Not used for more than {} days: {}{more}. Source: services last accessed{reported}; tracking period: 400 days, less in Regions where AWS began later; granularity: {granularity}.",
        facts.options.dormant_days,
        named.join(", ")
    );
    let weighty: Vec<&str> = idle
        .iter()
        .copied()
        .filter(|service| WEIGHTY.contains(service))
        .collect();
    if weighty.is_empty() {
        draft.rate(
            FindingSeverity::Informational,
            "none of the idle services holds permissions, secrets, keys or data",
        );
    } else {
        let reason = format!(
            "idle services that hold permissions, secrets, keys or data: {}",
            weighty.join(", ")
        );
        draft.rate(FindingSeverity::Low, reason);
    }
    draft.verify = vec![
        command(&[
            "aws",
            "iam",
            "generate-service-last-accessed-details",
            "--granularity",
            "ACTION_LEVEL",
            "--arn",
            &principal.native_id,
        ]),
        command(&["sv0", "can", &principal.native_id]),
    ];
    draft
}
