//! A chain of roles that crosses accounts into a restricted resource.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sv0_model::finding::{FindingKind, FindingSeverity};
use sv0_model::graph::Sensitivity;
use sv0_model::observation::Observation;
use sv0_model::path::{AuthorityPath, PathHop, PathKind, PathState};
use sv0_model::route::RoutePath;

use super::Facts;
use super::admin::Administrators;
use super::draft::{Draft, command, name_of};
use super::way::{self, example_of, most_telling, resources};
use crate::estate::Estate;
use crate::paths::climbs;

/// One finding for each workload and restricted resource, and one for each workload that climbs into production. Whoever starts as an administrator reaches
/// the other accounts by design: its chains are one finding.
pub(crate) fn findings(facts: &Facts<'_, '_>, administrators: &Administrators<'_>) -> Vec<Draft> {
    let (folded, single): (Vec<&AuthorityPath>, Vec<&AuthorityPath>) = facts
        .paths
        .iter()
        .filter(|path| amplifies(path, facts.options.min_amplification_depth))
        .filter(|path| !is_at_home(facts.estate, path, administrators))
        .partition(|path| starts_as_administrator(path, administrators));
    let mut found = into_restricted(facts, single);
    found.extend(of_administrators(facts, folded));
    found.extend(into_production(facts, administrators));
    found
}

/// The first authority of a path: the start's role, or the start itself.
fn first_authority(path: &AuthorityPath) -> &str {
    path.roles.first().map_or(path.workload.as_str(), String::as_str)
}

fn starts_as_administrator(path: &AuthorityPath, administrators: &Administrators<'_>) -> bool {
    administrators.contains(&path.workload) || administrators.contains(first_authority(path))
}

/// Whether the path ends in the account that its first authority administers: there is nothing to climb.
fn is_at_home(estate: &Estate<'_>, path: &AuthorityPath, administrators: &Administrators<'_>) -> bool {
    let account = |id: &str| estate.entity(id).and_then(|entity| entity.account.as_deref());
    let own = [path.workload.as_str(), first_authority(path)];
    let mut administered = own.into_iter().filter(|id| administrators.contains(id));
    administered.any(|id| account(id).is_some() && account(id) == account(&path.resource))
}

fn of_administrators(facts: &Facts<'_, '_>, folded: Vec<&AuthorityPath>) -> Vec<Draft> {
    let mut starts: BTreeMap<&str, Vec<&AuthorityPath>> = BTreeMap::new();
    for path in folded {
        starts.entry(&path.workload).or_default().push(path);
    }
    starts.into_values().filter_map(|paths| fold(facts, &paths)).collect()
}

/// The strongest chain of an administrator, with the others behind it.
fn fold(facts: &Facts<'_, '_>, paths: &[&AuthorityPath]) -> Option<Draft> {
    let best = strongest(paths)?;
    let of_resource: Vec<&AuthorityPath> = paths
        .iter()
        .copied()
        .filter(|path| path.resource == best.resource)
        .collect();
    let count = paths.iter().map(|path| &path.resource).collect::<BTreeSet<_>>().len();
    let mut draft = finding(facts, &of_resource)?;
    if count > 1 {
        let start = name_of(facts.estate, &best.workload);
        draft.title =
            format!("{start}, an administrator, reaches {count} restricted resources through roles of other accounts");
        draft.description = format!(
            "{} What an administrator may assume, and which accounts let it in, decides how far it comes: it reaches {count} restricted resources so.",
            draft.description
        );
        paths.iter().for_each(|path| draft.add_path(path));
    }
    "administrator".clone_into(&mut draft.aspect);
    Some(draft)
}

fn into_production(facts: &Facts<'_, '_>, administrators: &Administrators<'_>) -> Vec<Draft> {
    let mut starts: BTreeMap<&str, Vec<&AuthorityPath>> = BTreeMap::new();
    let open = facts.paths.iter().filter(|path| path.state != PathState::Blocked);
    let open = open.filter(|path| !is_at_home(facts.estate, path, administrators));
    for path in open.filter(|path| climbs(facts.estate, path)) {
        starts.entry(&path.workload).or_default().push(path);
    }
    starts.into_values().filter_map(|paths| climb(facts, &paths)).collect()
}

fn climb(facts: &Facts<'_, '_>, paths: &[&AuthorityPath]) -> Option<Draft> {
    let best = most_telling(paths)?;
    let start = name_of(facts.estate, &best.workload);
    let mut draft = Draft::new(FindingKind::TrustAmplification, &best.workload);
    "production".clone_into(&mut draft.aspect);
    draft.subjects.push(best.resource.clone());
    draft.subjects.extend(best.roles.iter().cloned());
    draft.account = facts
        .estate
        .entity(&best.resource)
        .and_then(|entity| entity.account.clone());
    paths.iter().for_each(|path| draft.add_path(path));
    let (severity, reason) = way::rating(best);
    draft.rate(severity, reason);
    draft.title = format!(
        "{start} climbs from an environment of lesser trust to {} in production",
        resources(facts, paths)
    );
    draft.description = format!(
        "Development and test are guarded less than production. Whoever controls what runs there comes as far as: {}.",
        way::chain(facts, best)
    );
    draft.verify = way::checks(facts, best);
    Some(draft)
}

fn into_restricted(facts: &Facts<'_, '_>, chains: Vec<&AuthorityPath>) -> Vec<Draft> {
    let mut pairs: BTreeMap<(&str, &str), Vec<&AuthorityPath>> = BTreeMap::new();
    for path in chains {
        pairs.entry((&path.workload, &path.resource)).or_default().push(path);
    }
    pairs.into_values().filter_map(|paths| finding(facts, &paths)).collect()
}

fn strongest<'p>(paths: &[&'p AuthorityPath]) -> Option<&'p AuthorityPath> {
    let severity = |path: &AuthorityPath| Reverse(rating(path).0);
    paths
        .iter()
        .copied()
        .min_by_key(|path| (severity(path), path.state, path.chain_depth, &path.id))
}

/// Whether a path is of any of these findings.
pub(super) fn is_looked_at(
    estate: &Estate<'_>,
    path: &AuthorityPath,
    min_depth: usize,
    administrators: &Administrators<'_>,
) -> bool {
    let climbs = || path.state != PathState::Blocked && climbs(estate, path);
    (amplifies(path, min_depth) || climbs()) && !is_at_home(estate, path, administrators)
}

/// Whether a path may amplify, told before it is put together.
pub(super) fn may_amplify(path: &RoutePath<'_>) -> bool {
    path.kinds.contains(PathKind::AssumedChain)
        && path.access.sensitivity == Sensitivity::Restricted
        && path.is_cross_account()
}

fn amplifies(path: &AuthorityPath, min_depth: usize) -> bool {
    path.kinds.contains(&PathKind::AssumedChain)
        && path.cross_account
        && path.chain_depth >= min_depth
        && path.sensitivity == Sensitivity::Restricted
}

fn finding(facts: &Facts<'_, '_>, paths: &[&AuthorityPath]) -> Option<Draft> {
    let best = paths
        .iter()
        .min_by_key(|path| (path.state, path.chain_depth, &path.id))?;
    let (workload, resource) = (
        name_of(facts.estate, &best.workload),
        name_of(facts.estate, &best.resource),
    );
    let mut draft = Draft::new(FindingKind::TrustAmplification, &best.workload);
    draft.subjects.push(best.resource.clone());
    draft.subjects.extend(best.roles.iter().cloned());
    draft.aspect.clone_from(&best.resource);
    draft.account = facts
        .estate
        .entity(&best.resource)
        .and_then(|entity| entity.account.clone());
    paths.iter().for_each(|path| draft.add_path(path));
    let (severity, reason) = rating(best);
    draft.rate(severity, reason);
    draft.title = format!(
        "{workload} reaches restricted {resource} through {} roles across accounts",
        best.chain_depth
    );
    if !is_of_roles_alone(best) {
        draft.description = format!(
            "The chain: {}. Whoever controls {workload} comes as far.",
            way::chain(facts, best)
        );
        draft.verify = way::checks(facts, best);
        return Some(draft);
    }
    let names: Vec<String> = best.roles.iter().map(|role| name_of(facts.estate, role)).collect();
    draft.description = format!(
        "{workload} runs as {}, which leads by AssumeRole over {} to {resource}. Whoever controls the workload has the authority of the last role.",
        names.first().map_or("", String::as_str),
        names.iter().skip(1).cloned().collect::<Vec<_>>().join(", "),
    );
    for (from, to) in best.roles.iter().zip(best.roles.iter().skip(1)) {
        draft
            .verify
            .push(command(&["sv0", "explain", from, "sts:AssumeRole", to]));
    }
    if let (Some(role), Some(action)) = (best.roles.last(), best.actions.first()) {
        draft.verify.push(command(&[
            "sv0",
            "explain",
            role,
            action,
            &example_of(action, &best.scope),
        ]));
    }
    draft.verify.extend(
        best.roles
            .iter()
            .skip(1)
            .map(|role| command(&["aws", "iam", "get-role", "--role-name", &name_of(facts.estate, role)])),
    );
    Some(draft)
}

/// Whether the path is a workload's role and roles that are assumed one after the other.
fn is_of_roles_alone(path: &AuthorityPath) -> bool {
    let mut relations = path.hops.iter().map(|hop| hop.relation.as_str());
    relations.next() == Some("RUNS_AS") && relations.all(|relation| matches!(relation, "ASSUMES" | "ACCESSES"))
}

fn rating(path: &AuthorityPath) -> (FindingSeverity, &'static str) {
    // What happens by configuration, and the access at the end, is not what leads from one authority to the next.
    let is_step = |hop: &&Arc<PathHop>| !matches!(hop.relation.as_str(), "RUNS_AS" | "IMAGE_RUNS_IN" | "ACCESSES");
    let is_walked = path
        .hops
        .iter()
        .filter(is_step)
        .all(|hop| matches!(hop.observation, Observation::Observed { .. }));
    match path.state {
        PathState::Allowed if is_walked => (
            FindingSeverity::Critical,
            "every hop is allowed, and the logs show each role assumed from the one before",
        ),
        PathState::Allowed => (
            FindingSeverity::High,
            "every hop is allowed; the logs do not show the whole chain walked",
        ),
        PathState::Conditional => (FindingSeverity::Medium, "the chain holds only under a condition"),
        PathState::Blocked => (
            FindingSeverity::Low,
            "policies grant the chain, and something stops it today",
        ),
    }
}
