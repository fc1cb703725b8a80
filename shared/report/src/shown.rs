//! Which paths, findings and rows the page shows, and in which order.

use std::borrow::Borrow;
use std::cmp::Reverse;
use std::collections::BTreeMap;

use sv0_model::coverage::CoverageRow;
use sv0_model::diagnostic::Diagnostic;
use sv0_model::finding::Finding;
use sv0_model::graph::Graph;
use sv0_model::observation::{Observation, ObservedUse};
use sv0_model::path::{AuthorityPath, PathKind, PathState};

use crate::ReportInput;
use crate::grants::{self, Grant};
use crate::reach::Reach;
use crate::words::entity::{self, Group};
use crate::words::labels::coverage_rank;
use crate::words::text::thousands;

/// The most paths that a page holds.
pub(crate) const MOST_PATHS: usize = 20_000;

/// The most of each that a page holds and a browser still handles with ease. What is left out is said on the page.
mod limit {
    pub(super) const PATHS: usize = super::MOST_PATHS;
    /// Paths of each kind and state that are kept before any other.
    pub(super) const OF_A_KIND: usize = 200;
    pub(super) const FINDINGS: usize = 5_000;
    pub(super) const COVERAGE: usize = 50_000;
    pub(super) const DIAGNOSTICS: usize = 1_000;
    pub(super) const USES: usize = 20_000;
    pub(super) const ENTITIES: usize = 20_000;
    pub(super) const GRANTS: usize = 20_000;
}

/// What the page shows, most important first.
pub(crate) struct Shown<'a> {
    /// By danger.
    pub(crate) paths: Vec<&'a AuthorityPath>,
    /// By severity.
    pub(crate) findings: Vec<&'a Finding>,
    /// Gaps first.
    pub(crate) coverage: Vec<&'a CoverageRow>,
    /// Errors first.
    pub(crate) diagnostics: Vec<&'a Diagnostic>,
    /// By principal.
    pub(crate) uses: Vec<&'a ObservedUse>,
    /// Workloads, identities and resources by native id: those on paths first.
    pub(crate) entities: Vec<&'a str>,
    /// Statements of the entities, in their order.
    pub(crate) grants: Vec<Grant<'a>>,
    /// A sentence for everything that was left out.
    pub(crate) left_out: Vec<String>,
}

impl<'a> Shown<'a> {
    /// Sorts, and cuts where there is more than a page can hold.
    pub(crate) fn of(input: &ReportInput<'a>, reach: &Reach) -> Self {
        let mut left_out = Vec::new();
        let paths = input.paths.most_telling();
        if input.paths.counts.all > paths.len() {
            left_out.push(format!(
                "This page holds {} of {} paths, the most dangerous of every kind and state; the results of the run hold all of them.",
                thousands(paths.len()),
                thousands(input.paths.counts.all),
            ));
        }
        let findings = first(
            limit::FINDINGS,
            sorted(input.findings, finding_order),
            "findings",
            &mut left_out,
        );
        let coverage = first(
            limit::COVERAGE,
            sorted(input.coverage, coverage_order),
            "rows of the coverage ledger",
            &mut left_out,
        );
        let diagnostics = first(
            limit::DIAGNOSTICS,
            sorted(input.diagnostics, |it| (it.severity, it)),
            "diagnostics",
            &mut left_out,
        );
        let uses = first(
            limit::USES,
            input.evidence.uses.iter().collect(),
            "observed uses",
            &mut left_out,
        );
        let entities = first(
            limit::ENTITIES,
            explorable(input.graph, reach),
            "workloads, identities and resources",
            &mut left_out,
        );
        let mut grants = grants::of(input.graph, &entities);
        cut(
            limit::GRANTS,
            &mut grants,
            "policy statements that principals and resources hold",
            &mut left_out,
        );
        Self {
            paths,
            findings,
            coverage,
            diagnostics,
            uses,
            entities,
            grants,
            left_out,
        }
    }
}

/// Of many paths those that a page shows, by danger; of every kind and state some at least, so that many dangerous paths of one kind do not hide all of another.
///
/// What is chosen of those chosen before and of further paths is what would be chosen of all of them.
pub(crate) fn most_telling<P: Borrow<AuthorityPath>>(mut paths: Vec<P>) -> Vec<P> {
    paths.sort_by(|a, b| path_order(a.borrow()).cmp(&path_order(b.borrow())));
    sampled(paths, limit::PATHS, limit::OF_A_KIND)
}

/// The first `limit` of sorted paths; of every kind and state at least `of_a_kind`.
fn sampled<P: Borrow<AuthorityPath>>(all: Vec<P>, limit: usize, of_a_kind: usize) -> Vec<P> {
    if all.len() <= limit {
        return all;
    }
    let mut kept_of: BTreeMap<(PathKind, PathState), usize> = BTreeMap::new();
    let is_kept: Vec<bool> = all
        .iter()
        .map(|path| {
            let path: &AuthorityPath = path.borrow();
            let kept = kept_of.entry((path.kind, path.state)).or_default();
            *kept += 1;
            *kept <= of_a_kind
        })
        .collect();
    let mut room = limit.saturating_sub(is_kept.iter().filter(|kept| **kept).count());
    let paired = all.into_iter().zip(is_kept);
    let chosen = paired.filter(|(_, is_kept)| {
        let has_room = *is_kept || room > 0;
        room = room.saturating_sub(usize::from(!*is_kept));
        has_room
    });
    chosen.map(|(path, _)| path).take(limit).collect()
}

fn sorted<'a, T, K: Ord>(all: &'a [T], order: impl Fn(&'a T) -> K) -> Vec<&'a T> {
    let mut sorted: Vec<&T> = all.iter().collect();
    sorted.sort_by_cached_key(|item| order(item));
    sorted
}

fn explorable<'a>(graph: &'a Graph, reach: &Reach) -> Vec<&'a str> {
    let of_tables = graph
        .entities
        .values()
        .filter(|item| entity::group(item.kind) != Group::Other);
    let mut ids: Vec<&str> = of_tables.map(|item| item.native_id.as_str()).collect();
    ids.sort_by_key(|id| !reach.contains_key(*id));
    ids
}

fn first<'a, T: ?Sized>(limit: usize, mut all: Vec<&'a T>, what: &str, left_out: &mut Vec<String>) -> Vec<&'a T> {
    cut(limit, &mut all, what, left_out);
    all
}

fn cut<T>(limit: usize, all: &mut Vec<T>, what: &str, left_out: &mut Vec<String>) {
    if all.len() > limit {
        left_out.push(format!(
            "This page holds the first {} of {} {what}; the results of the run hold all of them.",
            thousands(limit),
            thousands(all.len()),
        ));
        all.truncate(limit);
    }
}

fn path_order(path: &AuthorityPath) -> impl Ord + use<'_> {
    let unseen = !matches!(path.observation, Observation::Observed { .. });
    (
        path.state,
        Reverse(path.sensitivity),
        Reverse(path.kind),
        !path.cross_account,
        unseen,
        Reverse(path.chain_depth),
        &path.workload,
        &path.resource,
        &path.id,
    )
}

fn finding_order(finding: &Finding) -> impl Ord {
    (Reverse(finding.severity), finding.kind, &finding.title, &finding.id)
}

fn coverage_order(row: &CoverageRow) -> impl Ord {
    (coverage_rank(row.status), row)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn path(number: usize, kind: &str, state: &str) -> AuthorityPath {
        let path = json!({"id": format!("p{number:03}"), "kind": kind, "kinds": [kind], "workload": "function", "roles": [], "resource": "bucket",
            "scope": "bucket", "action_class": "read_data", "actions": [], "state": state, "blocked_by": [], "condition": null, "hops": [],
            "chain_depth": 1, "cross_account": false, "sensitivity": "unknown", "authority": "effective", "caveats": [],
            "observation": {"status": "not_observable", "reason": ""}});
        serde_json::from_value(path).unwrap()
    }

    fn ids(paths: &[AuthorityPath]) -> Vec<&str> {
        paths.iter().map(|path| path.id.as_str()).collect()
    }

    #[test]
    fn what_is_chosen_part_by_part_is_what_is_chosen_of_all() {
        let kinds = ["direct", "agent", "orchestrated", "supply_chain"];
        let states = ["allowed", "conditional", "blocked"];
        let all: Vec<AuthorityPath> = (0..200)
            .map(|number| path(number, kinds[number * number % 7 % 4], states[number * 5 % 11 % 3]))
            .collect();
        let chosen = |mut paths: Vec<AuthorityPath>| {
            paths.sort_by(|a, b| path_order(a).cmp(&path_order(b)));
            sampled(paths, 20, 2)
        };
        let at_once = chosen(all.clone());
        assert_eq!(at_once.len(), 20);
        for size in [1, 3, 17, 60] {
            let mut kept = Vec::new();
            for part in all.chunks(size) {
                kept.extend_from_slice(part);
                kept = chosen(kept);
            }
            assert_eq!(ids(&kept), ids(&at_once), "parts of {size}");
        }
    }
}
