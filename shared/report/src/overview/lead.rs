//! The sentences at the top of the report.

use sv0_model::finding::FindingSeverity;
use sv0_model::path::PathState;

use crate::ReportInput;
use crate::digest::counts::PathCounts;
use crate::words::text::{count, thousands};

/// Two to four sentences, the most important first.
pub(super) fn sentences(input: &ReportInput<'_>) -> Vec<String> {
    let mut sentences = vec![open_paths(&input.paths.counts)];
    sentences.extend(limited_paths(&input.paths.counts));
    sentences.extend(urgent_findings(input));
    sentences
}

fn open_paths(paths: &PathCounts) -> String {
    let open = paths.in_state(PathState::Allowed);
    if open == 0 {
        return "Nothing that was collected shows an open path to a resource.".to_owned();
    }
    let verb = if open == 1 { "leads" } else { "lead" };
    format!(
        "{} {verb} to a resource, {} to restricted data; {} were seen in use.",
        count(open, "open path"),
        none_or(paths.open_to_restricted),
        none_or(paths.open_and_used),
    )
}

fn none_or(number: usize) -> String {
    if number == 0 {
        "none".to_owned()
    } else {
        thousands(number)
    }
}

fn limited_paths(paths: &PathCounts) -> Option<String> {
    match (
        paths.in_state(PathState::Conditional),
        paths.in_state(PathState::Blocked),
    ) {
        (0, 0) => None,
        (conditional, 0) => Some(format!("{} only under a condition.", holds(conditional, "hold"))),
        (0, blocked) => Some(format!("{} granted but blocked.", is(blocked))),
        (conditional, blocked) => Some(format!(
            "{} only under a condition, and {} granted but blocked.",
            holds(conditional, "hold"),
            is(blocked)
        )),
    }
}

fn holds(number: usize, verb: &str) -> String {
    match number {
        1 => format!("1 more {verb}s"),
        _ => format!("{} more {verb}", thousands(number)),
    }
}

fn is(number: usize) -> String {
    match number {
        1 => "1 is".to_owned(),
        _ => format!("{} are", thousands(number)),
    }
}

fn urgent_findings(input: &ReportInput<'_>) -> Option<String> {
    let of = |severity| {
        input
            .findings
            .iter()
            .filter(|finding| finding.severity == severity)
            .count()
    };
    match (of(FindingSeverity::Critical), of(FindingSeverity::High)) {
        (0, 0) => None,
        (0, high) => Some(format!("{} of high severity.", count(high, "finding"))),
        (critical, 0) => Some(format!("{} of critical severity.", count(critical, "finding"))),
        (critical, high) => Some(format!(
            "{} of critical and {} of high severity.",
            count(critical, "finding"),
            thousands(high)
        )),
    }
}
