//! Which paths, findings and rows the page shows, and in which order.

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

/// The most of each that a page holds and a browser still handles with ease. What is left out is said on the page.
mod limit {
    pub(super) const PATHS: usize = 20_000;
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
    pub(crate) fn of(input: &ReportInput<'a>, reach: &Reach<'_>) -> Self {
        let mut left_out = Vec::new();
        let paths = sampled(
            sorted(input.paths, path_order),
            limit::PATHS,
            limit::OF_A_KIND,
            &mut left_out,
        );
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

/// The first `limit` paths; of every kind and state at least `of_a_kind`, so that many dangerous
/// paths of one kind do not hide all of another.
fn sampled<'a>(
    all: Vec<&'a AuthorityPath>,
    limit: usize,
    of_a_kind: usize,
    left_out: &mut Vec<String>,
) -> Vec<&'a AuthorityPath> {
    if all.len() <= limit {
        return all;
    }
    left_out.push(format!(
        "This page holds {} of {} paths, the most dangerous of every kind and state; the results of the run hold all of them.",
        thousands(limit),
        thousands(all.len()),
    ));
    let mut kept_of: BTreeMap<(PathKind, PathState), usize> = BTreeMap::new();
    let is_kept: Vec<bool> = all
        .iter()
        .map(|path| {
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

fn explorable<'a>(graph: &'a Graph, reach: &Reach<'_>) -> Vec<&'a str> {
    let of_tables = graph
        .entities
        .values()
        .filter(|item| entity::group(item.kind) != Group::Other);
    let mut ids: Vec<&str> = of_tables.map(|item| item.native_id.as_str()).collect();
    ids.sort_by_key(|id| !reach.contains_key(id));
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

fn path_order(path: &AuthorityPath) -> impl Ord {
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
