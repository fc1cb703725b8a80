//! Which paths, findings and rows the page shows, and in which order.

use std::cmp::Reverse;

use sv0_model::coverage::CoverageRow;
use sv0_model::diagnostic::Diagnostic;
use sv0_model::finding::Finding;
use sv0_model::graph::Graph;
use sv0_model::observation::ObservedUse;
use sv0_model::path::AuthorityPath;

use crate::ReportInput;
use crate::digest::choice::Limits;
use crate::grants::{self, Grant};
use crate::reach::Reach;
use crate::words::entity::{self, Group};
use crate::words::labels::coverage_rank;
use crate::words::text::thousands;

/// The paths that a page holds.
pub(crate) const PATHS: Limits = Limits {
    paths: 20_000,
    of_a_kind: 200,
};

/// The most of each that a page holds and a browser still handles with ease. What is left out is said on the page.
mod limit {
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
        let paths: Vec<&AuthorityPath> = input.paths.most_telling.iter().collect();
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
    ids.sort_by_key(|id| reach.get(id).is_none());
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

fn finding_order(finding: &Finding) -> impl Ord {
    (Reverse(finding.severity), finding.kind, &finding.title, &finding.id)
}

fn coverage_order(row: &CoverageRow) -> impl Ord {
    (coverage_rank(row.status), row)
}
