//! Authority that was granted, that AWS watches the use of, and that nobody used for long.
//!
//! Sources: IAM API Reference, "RoleLastUsed" (the trailing 400 days); IAM User Guide, "Generate credential reports for your AWS account" and
//! "Refine permissions in AWS using last accessed information" (attempts count, allowed or not; the report lags by about four hours).

use std::collections::BTreeMap;

use sv0_model::decision::Effect;
use sv0_model::finding::FindingKind;
use sv0_model::graph::{EdgeKind, Entity, EntityKind, Resolution};
use sv0_model::time::Timestamp;

use super::Facts;
use super::draft::{Draft, command, name};
use super::known::{LastUse, day, days, last_used, text, time, truth};
use super::severity::Use;
use super::standing::Standings;
use crate::evidence::caller_key;

/// An answer that is older than so many days does not tell what was used since.
const MOST_DAYS_BEHIND: u64 = 7;

/// One finding for each user and role whose authority AWS watched and nobody used.
pub(crate) fn findings<'e>(facts: &Facts<'e, '_>, standings: &Standings<'_, 'e, '_>) -> Vec<Draft> {
    let entities = facts.estate.graph().entities.values();
    let assumed = facts.logs.last_assumptions();
    entities
        .filter(|entity| {
            // A service-linked role is its service's: AWS made it, and its service uses it when it has to.
            matches!(entity.kind, EntityKind::IamRole | EntityKind::IamUser)
                && entity.resolution == Resolution::Collected
        })
        .filter_map(|principal| finding(facts, standings, principal, &assumed))
        .collect()
}

fn finding<'e>(
    facts: &Facts<'e, '_>,
    standings: &Standings<'_, 'e, '_>,
    principal: &'e Entity,
    assumed: &BTreeMap<String, Timestamp>,
) -> Option<Draft> {
    let silence = silence_of(facts, principal, assumed)?;
    let kind = if principal.kind == EntityKind::IamUser {
        "user"
    } else {
        "role"
    };
    let mut draft = Draft::new(FindingKind::DormantAuthority, &principal.native_id);
    draft.account.clone_from(&principal.account);
    draft.title = format!(
        "{kind} {} was not used for more than {} days",
        name(principal),
        facts.options.dormant_days
    );
    let last = silence.last.map_or_else(
        || "AWS knows of no use within its tracking period of 400 days".to_owned(),
        |last| format!("The last use was on {}", day(last)),
    );
    draft.description = format!(
        "{last}, according to {}. The {kind} was made on {} and still holds what it was given.",
        silence.sources.join(" and "),
        day(silence.made)
    );
    let (severity, reason) = standings
        .measure(principal, standings.exposure(principal), Use::NotObserved)
        .severity();
    draft.rate(severity, reason);
    draft.caveats.extend(standings.of(principal).caveats.iter().copied());
    let (operation, parameter) = if kind == "user" {
        ("get-user", "--user-name")
    } else {
        ("get-role", "--role-name")
    };
    draft.verify = vec![
        command(&["aws", "iam", operation, parameter, &principal.name]),
        command(&[
            "aws",
            "iam",
            "generate-service-last-accessed-details",
            "--arn",
            &principal.native_id,
        ]),
        command(&["sv0", "can", &principal.native_id]),
    ];
    Some(draft)
}

/// A proven silence.
struct Silence {
    made: Timestamp,
    last: Option<Timestamp>,
    sources: Vec<&'static str>,
}

/// What AWS and the logs say of a principal's use, if they say that there was none for so long.
fn silence_of(facts: &Facts<'_, '_>, principal: &Entity, assumed: &BTreeMap<String, Timestamp>) -> Option<Silence> {
    let now = facts.estate.graph().captured_at?;
    let most = u64::from(facts.options.dormant_days);
    let made = time(principal, "create_date").filter(|made| days(*made, now) > most)?;
    if !holds_something(facts, principal) {
        return None;
    }
    let mut uses = Vec::new();
    let mut sources = Vec::new();
    let of_principal = match principal.kind {
        EntityKind::IamUser => of_credentials(facts, principal, now),
        _ => of_role(principal, now),
    };
    if let Some(found) = of_principal {
        sources.push(if principal.kind == EntityKind::IamUser {
            "the credential report"
        } else {
            "the role's last use"
        });
        uses.extend(found.time());
    }
    if let Some(found) = of_services(facts, principal, now) {
        sources.push("services last accessed");
        uses.extend(found.time());
    }
    if sources.is_empty() {
        return None;
    }
    uses.extend(facts.logs.uses_by(&principal.native_id).map(|used| used.last_seen));
    // Whoever assumes a role uses it, be it only the service that runs it.
    uses.extend(assumed.get(&caller_key(&principal.native_id)).copied());
    let last = uses.into_iter().max();
    let is_silent = last.is_none_or(|last| days(last, now) > most);
    is_silent.then_some(Silence { made, last, sources })
}

/// Whether some policy allows the principal anything, or may.
fn holds_something(facts: &Facts<'_, '_>, principal: &Entity) -> bool {
    let Some(subject) = facts.estate.subject(&principal.native_id).ok() else {
        return false;
    };
    let holdings = &subject.holdings;
    let mut statements = holdings.identity.iter().flat_map(|policy| policy.policy.statements());
    !holdings.uncollected.is_empty() || statements.any(|statement| statement.effect() != Some(Effect::Deny))
}

fn of_role(role: &Entity, now: Timestamp) -> Option<LastUse> {
    last_used(role).filter(|_| is_recent(role.captured_at, now))
}

/// The last use of any credential. One whose use the report does not tell, or that is new, makes the user unobservable.
fn of_credentials(facts: &Facts<'_, '_>, user: &Entity, now: Timestamp) -> Option<LastUse> {
    let most = u64::from(facts.options.dormant_days);
    truth(user, "password_enabled")?;
    if truth(user, "credentials_unknown") == Some(true) {
        return None;
    }
    let mut last = LastUse::NoneKnown;
    let credentials = facts.estate.targets(&user.native_id, EdgeKind::HasCredential);
    for credential in credentials.filter_map(|credential| facts.estate.entity(credential)) {
        let is_watched = matches!(text(credential, "credential_type"), Some("access_key" | "password"));
        let is_active = truth(credential, "active") != Some(false);
        // Nobody had the time to leave a new credential unused for long.
        let is_young = time(credential, "last_rotated").is_some_and(|made| days(made, now) <= most);
        if is_active && is_young {
            return None;
        }
        match last_used(credential) {
            Some(used) if is_recent(credential.captured_at, now) => last = last.max(used),
            // AWS does not tell the use of signing certificates.
            _ if is_active || is_watched => return None,
            _ => {}
        }
    }
    let signed_in = time(user, "password_last_used").map(LastUse::At);
    Some(signed_in.map_or(last, |signed_in| last.max(signed_in)))
}

/// The last use of any service in the newest report on the principal.
fn of_services(facts: &Facts<'_, '_>, principal: &Entity, now: Timestamp) -> Option<LastUse> {
    let rows = super::unused_service::rows_of(facts, &principal.native_id);
    if rows.is_empty() || !rows.iter().all(|row| is_reported_lately(row.reported_at, now)) {
        return None;
    }
    let services = rows.iter().filter_map(|row| row.last_authenticated);
    let actions = rows.iter().flat_map(|row| row.actions.values()).flatten().copied();
    Some(services.chain(actions).max().map_or(LastUse::NoneKnown, LastUse::At))
}

/// Whether an answer was recorded shortly before the capture. One without a time of its own was recorded with it.
fn is_recent(recorded: Option<Timestamp>, now: Timestamp) -> bool {
    recorded.is_none_or(|recorded| days(recorded, now) <= MOST_DAYS_BEHIND)
}

/// Whether a report that says when it was made was made shortly before the capture.
pub(crate) fn is_reported_lately(reported: Option<Timestamp>, now: Timestamp) -> bool {
    reported.is_some() && is_recent(reported, now)
}
