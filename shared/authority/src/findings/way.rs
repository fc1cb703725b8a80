//! What findings about paths have in common: the chain in words, the commands that check it, how open and how grave it is.

use sv0_iam::catalogue::{Fit, resource_type_fits};
use sv0_model::finding::FindingSeverity;
use sv0_model::graph::Sensitivity;
use sv0_model::path::{AuthorityPath, PathState};

use super::Facts;
use super::draft::{command, name_of};

/// The most telling of some paths: the most open, then to the most sensitive, then the shortest.
pub(crate) fn most_telling<'p>(paths: &[&'p AuthorityPath]) -> Option<&'p AuthorityPath> {
    let rank = |path: &AuthorityPath| (path.state, std::cmp::Reverse(path.sensitivity), path.hops.len());
    paths
        .iter()
        .copied()
        .min_by(|a, b| (rank(a), &a.id).cmp(&(rank(b), &b.id)))
}

/// The chain by names: `deploy → images → orders-api → orders`.
pub(crate) fn chain(facts: &Facts<'_, '_>, path: &AuthorityPath) -> String {
    let names = path.hops.iter().map(|hop| name_of(facts.estate, &hop.to));
    let names: Vec<String> = std::iter::once(name_of(facts.estate, &path.workload))
        .chain(names)
        .collect();
    names.join(" → ")
}

/// One command for each hop that a user or role takes, and one that prints the path.
pub(crate) fn checks(facts: &Facts<'_, '_>, path: &AuthorityPath) -> Vec<String> {
    let is_principal = |id: &str| {
        facts
            .estate
            .entity(id)
            .is_some_and(|entity| entity.kind.is_iam_principal())
    };
    let taken = path.hops.iter().filter(|hop| is_principal(&hop.from));
    let explained = taken.filter_map(|hop| {
        let action = hop.actions.first()?;
        let on = if hop.to == path.resource { &path.scope } else { &hop.to };
        let example = example_of(action, on);
        // A step to an authority by way of something else, such as a build project, names what it takes over and not what is called.
        facts.estate.known_place(&example)?;
        Some(command(&["sv0", "explain", &hop.from, action, &example]))
    });
    let listed = command(&["sv0", "paths", "--from", &path.workload, "--to", &path.resource]);
    explained.chain([listed]).collect()
}

/// Something of the scope that the action takes: objects of a bucket where it takes no bucket.
pub(crate) fn example_of(action: &str, scope: &str) -> String {
    match resource_type_fits(action, scope) {
        Fit::RuledOut => format!("{scope}/*"),
        Fit::Fits | Fit::Unknown => scope.to_owned(),
    }
}

/// How grave an open path is: by its state and by what it ends on.
pub(crate) fn rating(path: &AuthorityPath) -> (FindingSeverity, String) {
    let is_sensitive = path.sensitivity >= Sensitivity::Confidential;
    let (severity, words) = match (path.state, is_sensitive) {
        (PathState::Allowed, true) => (
            FindingSeverity::High,
            "every step is allowed, and it ends on confidential or restricted data",
        ),
        (PathState::Allowed, false) => (
            FindingSeverity::Medium,
            "every step is allowed; nothing marks what it ends on as confidential",
        ),
        (PathState::Conditional, true) => (
            FindingSeverity::Medium,
            "it holds only under a condition, and ends on confidential or restricted data",
        ),
        (PathState::Conditional | PathState::Blocked, _) => (FindingSeverity::Low, "it holds only under a condition"),
    };
    (severity, words.to_owned())
}

/// `12 resources`, or the name of the only one.
pub(crate) fn resources(facts: &Facts<'_, '_>, paths: &[&AuthorityPath]) -> String {
    let ids: std::collections::BTreeSet<&str> = paths.iter().map(|path| path.resource.as_str()).collect();
    match ids.first().filter(|_| ids.len() == 1) {
        Some(only) => name_of(facts.estate, only),
        None => format!("{} resources", ids.len()),
    }
}
