//! Access keys that are old, or that nobody used for long.

use sv0_model::finding::FindingKind;
use sv0_model::graph::{EdgeKind, Entity, EntityKind};
use sv0_model::time::Timestamp;

use super::Facts;
use super::draft::{Draft, command, name};
use super::known::{LastUse, day, days, last_used, text, time, truth};
use super::severity::{Exposure, Measure, Reach, Use};
use super::standing::Standings;

/// One finding for each active key that is older, or has been idle for longer, than the configured number of days.
pub(crate) fn findings<'e>(facts: &Facts<'e, '_>, standings: &Standings<'_, 'e, '_>) -> Vec<Draft> {
    let Some(now) = facts.estate.graph().captured_at else {
        return Vec::new();
    };
    let holders = facts.estate.graph().entities.values();
    let holders = holders.filter(|entity| matches!(entity.kind, EntityKind::IamUser | EntityKind::Account));
    holders
        .flat_map(|holder| {
            let credentials = facts.estate.targets(&holder.native_id, EdgeKind::HasCredential);
            credentials.filter_map(move |key| finding(facts, standings, now, holder, facts.estate.entity(key)?))
        })
        .collect()
}

fn finding<'e>(
    facts: &Facts<'e, '_>,
    standings: &Standings<'_, 'e, '_>,
    now: Timestamp,
    holder: &'e Entity,
    key: &Entity,
) -> Option<Draft> {
    let is_active_key = text(key, "credential_type") == Some("access_key") && truth(key, "active") == Some(true);
    let why = is_active_key.then(|| staleness(key, now, facts.options.stale_access_key_days))??;
    let is_root = holder.kind == EntityKind::Account;
    let who = if is_root {
        format!("the root user of account {}", name(holder))
    } else {
        format!("user {}", name(holder))
    };
    let mut draft = Draft::new(FindingKind::StaleAccessKey, &key.native_id);
    draft.subjects.push(holder.native_id.clone());
    draft.account.clone_from(&key.account);
    draft.title = format!("{} of {who} {}", key.name.replace('-', " "), why.title);
    draft.description = format!(
        "The key {}. Whoever finds a copy of it acts as {who} from anywhere, until somebody makes it inactive.",
        why.words
    );
    let measure = measure(standings, holder, key);
    let (severity, reason) = measure.severity();
    draft.rate(severity, reason);
    draft.caveats.extend(if is_root {
        Vec::new()
    } else {
        standings.of(holder).caveats.clone()
    });
    draft.verify = vec![command(&["aws", "iam", "generate-credential-report"])];
    draft.verify.push(if is_root {
        command(&["aws", "iam", "get-account-summary"])
    } else {
        command(&["aws", "iam", "list-access-keys", "--user-name", &holder.name])
    });
    Some(draft)
}

fn measure<'e>(standings: &Standings<'_, 'e, '_>, holder: &'e Entity, key: &Entity) -> Measure {
    let observed_use = match last_used(key) {
        Some(LastUse::At(_)) => Use::Observed,
        Some(LastUse::NoneKnown) => Use::NotObserved,
        None => Use::NotObservable,
    };
    if holder.kind == EntityKind::Account {
        return Measure {
            reach: Reach::RootUser,
            sensitivity: Some(standings.most_sensitive_of(holder)),
            exposure: Exposure::External,
            observed_use,
        };
    }
    standings.measure(holder, Exposure::External, observed_use)
}

/// Why a key is stale.
struct Staleness {
    title: String,
    words: String,
}

fn staleness(key: &Entity, now: Timestamp, most_days: u32) -> Option<Staleness> {
    let made = time(key, "last_rotated")?;
    let age = days(made, now);
    let most = u64::from(most_days);
    if age <= most {
        return None;
    }
    let idle = match last_used(key) {
        Some(LastUse::At(used)) if days(used, now) > most => Some(format!("was last used on {}", day(used))),
        Some(LastUse::NoneKnown) => Some("was never used as far as AWS knows".to_owned()),
        _ => None,
    };
    let title = match &idle {
        Some(_) => format!("was not used for more than {most_days} days"),
        None => format!("is {age} days old"),
    };
    let made = format!("was made on {}", day(made));
    let words = idle.map_or_else(
        || format!("{made}, {age} days ago"),
        |idle| format!("{made} and {idle}"),
    );
    Some(Staleness { title, words })
}
