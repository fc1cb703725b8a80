//! Secrets that nobody changes.

use std::collections::{BTreeMap, BTreeSet};

use sv0_model::finding::FindingKind;
use sv0_model::graph::{Entity, EntityKind, Resolution};
use sv0_model::observation::Observation;
use sv0_model::path::AuthorityPath;
use sv0_model::time::Timestamp;

use super::Facts;
use super::draft::{Draft, command, name};
use super::known::{day, days, time, truth};
use super::secrets::secret_read_by;
use super::severity::{Exposure, Measure, Reach, Use};

/// One finding for each secret whose rotation is off, or did not happen for the configured number of days.
pub(crate) fn findings(facts: &Facts<'_, '_>) -> Vec<Draft> {
    let Some(now) = facts.estate.graph().captured_at else {
        return Vec::new();
    };
    let mut readers: BTreeMap<&str, Vec<&AuthorityPath>> = BTreeMap::new();
    for path in facts.paths {
        if let Some(secret) = secret_read_by(facts.estate, path) {
            readers.entry(&secret.native_id).or_default().push(path);
        }
    }
    let secrets = facts.estate.graph().entities.values();
    secrets
        .filter(|entity| entity.kind == EntityKind::Secret && entity.resolution == Resolution::Collected)
        .filter_map(|secret| {
            let readers = readers.get(secret.native_id.as_str());
            finding(facts, now, secret, readers.map_or(&[], Vec::as_slice))
        })
        .collect()
}

fn finding(facts: &Facts<'_, '_>, now: Timestamp, secret: &Entity, readers: &[&AuthorityPath]) -> Option<Draft> {
    let is_going = secret
        .attributes
        .get("deleted")
        .is_some_and(|deleted| deleted.as_bool() != Some(false));
    if is_going {
        return None;
    }
    let most_days = facts.options.unrotated_secret_days;
    let last = time(secret, "last_rotated");
    let since = last.map_or_else(String::new, |last| format!(" It was last rotated on {}.", day(last)));
    let (title, words) = match (truth(secret, "rotation_enabled"), last) {
        (Some(false), _) => ("is not rotated".to_owned(), format!("Rotation is off.{since}")),
        (Some(true), Some(last)) if days(last, now) > u64::from(most_days) => (
            format!("was not rotated for more than {most_days} days"),
            format!("Rotation is on, and did not happen.{since}"),
        ),
        _ => return None,
    };
    let mut draft = Draft::new(FindingKind::UnrotatedSecret, &secret.native_id);
    draft.account.clone_from(&secret.account);
    draft.title = format!("secret {} {title}", name(secret));
    let workloads: BTreeSet<&str> = readers.iter().map(|path| path.workload.as_str()).collect();
    let by = match workloads.len() {
        0 => "No workload of the capture reads it.".to_owned(),
        1 => "1 workload can read it.".to_owned(),
        count => format!("{count} workloads can read it."),
    };
    draft.description = format!("{words} A copy that left once stays good. {by}");
    readers.iter().for_each(|path| draft.add_path(path));
    let (severity, reason) = measure(facts, secret, readers).severity();
    draft.rate(severity, reason);
    draft.verify = vec![
        command(&[
            "aws",
            "secretsmanager",
            "describe-secret",
            "--secret-id",
            &secret.native_id,
        ]),
        command(&["sv0", "who-can", "secretsmanager:GetSecretValue", &secret.native_id]),
    ];
    Some(draft)
}

fn measure(facts: &Facts<'_, '_>, secret: &Entity, readers: &[&AuthorityPath]) -> Measure {
    let is_used = readers
        .iter()
        .any(|path| matches!(path.observation, Observation::Observed { .. }));
    let exposure = if !facts.estate.outsiders_named_by(secret).is_empty() {
        Exposure::External
    } else if readers.iter().any(|path| path.cross_account) {
        Exposure::Organization
    } else {
        Exposure::Account
    };
    Measure {
        reach: if readers.is_empty() {
            Reach::Nothing
        } else {
            Reach::Reads
        },
        sensitivity: Some(secret.sensitivity),
        exposure,
        observed_use: if is_used { Use::Observed } else { Use::NotObservable },
    }
}
