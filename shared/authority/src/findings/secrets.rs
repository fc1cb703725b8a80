//! A workload that reaches a secret.

use std::collections::BTreeMap;

use sv0_model::finding::{FindingKind, FindingSeverity};
use sv0_model::graph::{Entity, EntityKind};
use sv0_model::path::{ActionClass, AuthorityPath, PathKind, PathState};

use super::Facts;
use super::draft::{Draft, command, name, name_of};
use crate::estate::Estate;

/// One finding for each workload and secret that it can read.
pub(crate) fn findings(facts: &Facts<'_, '_>) -> Vec<Draft> {
    let mut pairs: BTreeMap<(&str, &str), Vec<&AuthorityPath>> = BTreeMap::new();
    for path in facts
        .paths
        .iter()
        .filter(|path| secret_read_by(facts.estate, path).is_some())
    {
        pairs.entry((&path.workload, &path.resource)).or_default().push(path);
    }
    pairs
        .into_values()
        .filter_map(|paths| finding(facts, secret_read_by(facts.estate, paths.first()?)?, &paths))
        .collect()
}

/// The secret whose value a path that can be walked reads.
pub(super) fn secret_read_by<'e>(estate: &'e Estate<'_>, path: &AuthorityPath) -> Option<&'e Entity> {
    let reads = path.state != PathState::Blocked && path.action_class == ActionClass::ReadData;
    secret(estate, &path.resource).filter(|_| reads)
}

/// The secret of that native id.
pub(super) fn secret<'e>(estate: &'e Estate<'_>, id: &str) -> Option<&'e Entity> {
    estate.entity(id).filter(|entity| entity.kind == EntityKind::Secret)
}

fn finding(facts: &Facts<'_, '_>, secret: &Entity, paths: &[&AuthorityPath]) -> Option<Draft> {
    let best = paths
        .iter()
        .min_by_key(|path| (path.state, path.chain_depth, &path.id))?;
    let workload = name_of(facts.estate, &best.workload);
    let role = best.last_authority();
    let mut draft = Draft::new(FindingKind::SecretReach, &best.workload);
    draft.subjects.push(secret.native_id.clone());
    draft.aspect.clone_from(&secret.native_id);
    draft.account.clone_from(&secret.account);
    paths.iter().for_each(|path| draft.add_path(path));
    let (severity, reason) = rating(best);
    draft.rate(severity, reason);
    draft.title = format!("{workload} can read secret {}", name(secret));
    draft.description = match best.hops.first().map(|hop| hop.relation.as_str()) {
        Some("PULLS_VIA") => format!(
            "ECS reads the secret under role {} and hands it to the containers of {workload}.",
            name_of(facts.estate, role)
        ),
        _ => format!(
            "{workload} has the authority of role {}, which can read the secret's value.",
            name_of(facts.estate, role)
        ),
    };
    draft.verify = vec![
        command(&[
            "sv0",
            "explain",
            role,
            "secretsmanager:GetSecretValue",
            &secret.native_id,
        ]),
        command(&["sv0", "who-can", "secretsmanager:GetSecretValue", &secret.native_id]),
        command(&[
            "aws",
            "secretsmanager",
            "get-resource-policy",
            "--secret-id",
            &secret.native_id,
        ]),
    ];
    Some(draft)
}

fn rating(path: &AuthorityPath) -> (FindingSeverity, &'static str) {
    let is_direct = path.kinds.contains(&PathKind::Direct);
    match (path.state, path.cross_account, is_direct) {
        (PathState::Allowed, true, _) => (FindingSeverity::High, "the path is allowed and crosses accounts"),
        (PathState::Allowed, false, false) if path.kinds.contains(&PathKind::AssumedChain) => (
            FindingSeverity::High,
            "the path is allowed, over a role that the workload's own role assumes",
        ),
        (PathState::Allowed, false, false) => (
            FindingSeverity::High,
            "the path is allowed, over an authority that is not the workload's own",
        ),
        (PathState::Allowed, false, true) => (
            FindingSeverity::Medium,
            "the path is allowed, directly and inside one account",
        ),
        _ => (FindingSeverity::Low, "the path holds only under a condition"),
    }
}
