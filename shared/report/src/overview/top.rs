//! The paths to look at first, and what kinds of paths and findings there are.

use std::collections::{BTreeMap, BTreeSet};

use sv0_model::finding::{Finding, FindingKind, FindingSeverity};
use sv0_model::graph::{Graph, Sensitivity};
use sv0_model::path::{AuthorityPath, PathKind, PathState};

use crate::digest::counts::PathCounts;
use crate::names::entity_name;
use crate::reach::{Seen, seen};
use crate::shown::Shown;
use crate::words::findings::finding_kind;
use crate::words::labels;
use crate::words::name_of;
use crate::words::paths::{PATH_KINDS, egress, path_kind};
use crate::words::relations;
use crate::words::text::shown as visible;

const TOP_PATHS: usize = 8;

/// Steps of a chain that the overview names; longer ones name the first and say how many follow.
const STEPS_NAMED: usize = 6;

/// A path in two lines.
pub(crate) struct PathLine {
    pub(crate) href: String,
    /// Also the CSS class.
    pub(crate) state: &'static str,
    /// `<workload> can <do something to> <resource>`, as parts.
    pub(crate) workload: String,
    pub(crate) can: &'static str,
    pub(crate) resource: String,
    /// The steps in words.
    pub(crate) steps: String,
    pub(crate) kinds: Vec<&'static str>,
    pub(crate) sensitivity: String,
    pub(crate) seen: &'static str,
}

/// A kind with how much there is of it.
pub(crate) struct KindLine {
    /// The name in a link.
    pub(crate) name: String,
    pub(crate) label: &'static str,
    pub(crate) meaning: &'static str,
    /// Of findings, by severity, the worst first; none that are zero. Of paths, by state.
    pub(crate) parts: Vec<(&'static str, usize)>,
}

/// The most dangerous open paths, one for each workload and resource.
pub(super) fn paths(graph: &Graph, shown: &Shown<'_>) -> Vec<PathLine> {
    let mut pairs = BTreeSet::new();
    shown
        .paths
        .iter()
        .filter(|path| path.state != PathState::Blocked)
        .filter(|path| pairs.insert((&path.workload, &path.resource)))
        .take(TOP_PATHS)
        .map(|path| path_line(graph, path))
        .collect()
}

fn path_line(graph: &Graph, path: &AuthorityPath) -> PathLine {
    let labels_of_kinds = path.kinds.iter().rev().map(|&kind| path_kind(kind).label);
    let out = path.egress_category.map(|way| egress(way).label);
    PathLine {
        href: format!("#/paths/{}", path.id),
        state: labels::path_state(path.state),
        workload: visible(entity_name(graph, &path.workload)),
        can: labels::action_class(path.action_class),
        resource: visible(entity_name(graph, &path.resource)),
        steps: steps(graph, path),
        kinds: labels_of_kinds.chain(out).collect(),
        sensitivity: match path.sensitivity {
            Sensitivity::Unknown => String::new(),
            known => name_of(&known),
        },
        seen: match seen(&path.observation) {
            Seen::Observed => "last step observed",
            Seen::NotObserved | Seen::Unknown => "last step not observed",
            Seen::NotObservable => "last step not observable",
        },
    }
}

fn steps(graph: &Graph, path: &AuthorityPath) -> String {
    let mut words: Vec<String> = path
        .hops
        .iter()
        .take(STEPS_NAMED)
        .map(|hop| {
            let verb = relations::hop(&hop.relation, path.action_class).says;
            format!("{verb} {}", visible(entity_name(graph, &hop.to)))
        })
        .collect();
    if path.hops.len() > STEPS_NAMED {
        words.push(format!("and {} more steps", path.hops.len() - STEPS_NAMED));
    }
    words.join(", ")
}

/// How many paths there are of every kind that occurs, by state. A path counts under each of its kinds.
pub(super) fn path_kinds(paths: &PathCounts) -> Vec<KindLine> {
    let of_kind = |kind: PathKind| {
        let states = paths.by_kind.get(&kind)?;
        let parts = states.each().into_iter().filter(|(_, count)| *count > 0);
        let parts = parts.map(|(state, count)| (labels::path_state(state), count));
        Some(kind_line(
            name_of(&kind),
            path_kind(kind).label,
            path_kind(kind).meaning,
            parts.collect(),
        ))
    };
    PATH_KINDS.iter().rev().filter_map(|&kind| of_kind(kind)).collect()
}

/// How many findings there are of every kind that occurs, by severity; the kind with the worst first.
pub(super) fn finding_kinds(findings: &[Finding]) -> Vec<KindLine> {
    let mut counts: BTreeMap<FindingKind, BTreeMap<FindingSeverity, usize>> = BTreeMap::new();
    for finding in findings {
        *counts
            .entry(finding.kind)
            .or_default()
            .entry(finding.severity)
            .or_default() += 1;
    }
    let mut kinds: Vec<_> = counts.into_iter().collect();
    // The counts of the worst severity first, then of the next: compared as lists.
    kinds.sort_by_cached_key(|(kind, severities)| {
        let worst_first: Vec<_> = severities
            .iter()
            .rev()
            .map(|(severity, count)| (*severity, *count))
            .collect();
        (std::cmp::Reverse(worst_first), *kind)
    });
    kinds
        .into_iter()
        .map(|(kind, severities)| {
            let parts = severities
                .iter()
                .rev()
                .map(|(&severity, &count)| (labels::severity(severity), count));
            kind_line(
                name_of(&kind),
                finding_kind(kind).label,
                finding_kind(kind).meaning,
                parts.collect(),
            )
        })
        .collect()
}

fn kind_line(name: String, label: &'static str, meaning: &'static str, parts: Vec<(&'static str, usize)>) -> KindLine {
    KindLine {
        name,
        label,
        meaning,
        parts,
    }
}
