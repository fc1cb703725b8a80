//! A chain of more authorities than anybody oversees (PATH-03).

use std::collections::BTreeMap;

use sv0_model::decision::Caveat;
use sv0_model::finding::FindingKind;
use sv0_model::path::{AuthorityPath, PathState};
use sv0_model::route::RoutePath;

use super::Facts;
use super::draft::{Draft, name_of};
use super::way::{chain, checks, most_telling, rating, resources};

/// Most authorities in a row that are taken for overseen.
const MOST_AUTHORITIES: usize = 5;

/// One finding for each start.
pub(crate) fn findings(facts: &Facts<'_, '_>) -> Vec<Draft> {
    let mut starts: BTreeMap<&str, Vec<&AuthorityPath>> = BTreeMap::new();
    for path in facts.paths.iter().filter(|path| is_of_a_deep_chain(path)) {
        starts.entry(&path.workload).or_default().push(path);
    }
    starts
        .into_values()
        .filter_map(|paths| finding(facts, &paths))
        .collect()
}

/// Whether a path that can be walked is of such a chain.
pub(super) fn is_of_a_deep_chain(path: &AuthorityPath) -> bool {
    let is_cut = path.caveats.contains(&Caveat::DepthLimit);
    path.state != PathState::Blocked && (path.chain_depth > MOST_AUTHORITIES || is_cut)
}

/// Whether its chain is deep, told before it is put together.
pub(super) fn is_deep(path: &RoutePath<'_>) -> bool {
    let mut caveats = path.route.caveats.iter().chain(&path.access.caveats);
    path.route.chain_depth > MOST_AUTHORITIES || caveats.any(|caveat| *caveat == Caveat::DepthLimit)
}

fn finding(facts: &Facts<'_, '_>, paths: &[&AuthorityPath]) -> Option<Draft> {
    let best = most_telling(paths)?;
    let deepest = paths.iter().map(|path| path.chain_depth).max()?;
    let is_cut = paths.iter().any(|path| path.caveats.contains(&Caveat::DepthLimit));
    let start = name_of(facts.estate, &best.workload);
    let mut draft = Draft::new(FindingKind::DeepTrustChain, &best.workload);
    draft.subjects.extend(best.roles.iter().cloned());
    draft.account = facts
        .estate
        .entity(&best.workload)
        .and_then(|entity| entity.account.clone());
    paths.iter().for_each(|path| draft.add_path(path));
    let (severity, reason) = rating(best);
    draft.rate(severity, reason);
    let at_least = if is_cut { "at least " } else { "" };
    draft.title = format!(
        "{start} comes to {} over {at_least}{deepest} authorities in a row",
        resources(facts, paths)
    );
    let goes_on = if is_cut {
        " The search ended at its limit: the chain goes on to further roles."
    } else {
        ""
    };
    draft.description = format!(
        "Each authority lets the next one act, so that nobody who looks at one of them sees what the first one can do: {}.{goes_on}",
        chain(facts, best)
    );
    draft.verify = checks(facts, best);
    Some(draft)
}
