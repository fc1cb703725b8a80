//! How much was seen, and what was not, as loudly as any finding.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use sv0_model::coverage::{CoverageRow, CoverageStatus};
use sv0_model::graph::Graph;

use crate::names::account_label;
use crate::words::coverage::coverage;
use crate::words::labels;
use crate::words::text::{count, join, prose, shown, thousands};

const GAPS_SHOWN: usize = 8;
const NAMES_SHOWN: usize = 3;

/// What the ledger calls the account of sources that exist once.
const ORGANIZATION: &str = "organization";

/// The ledger in a few lines.
pub(crate) struct CoverageSummary {
    /// One word or two: how good the view is.
    pub(crate) verdict: &'static str,
    /// The count behind the verdict.
    pub(crate) detail: String,
    /// 0 to 1000: sources that answered completely, of those asked.
    pub(crate) permille: usize,
    /// What was not seen, what hides most first.
    pub(crate) gaps: Vec<Gap>,
    /// How many gaps are not among `gaps`.
    pub(crate) more: usize,
    /// Rows that are left out on purpose, in words; empty when there are none.
    pub(crate) not_asked: String,
}

/// Sources that failed in the same way for the same reason, in one account or several.
pub(crate) struct Gap {
    /// The name of the status.
    pub(crate) label: &'static str,
    /// The accounts.
    pub(crate) place: String,
    /// The sources and Regions.
    pub(crate) what: String,
    /// Why, in the ledger's words, or what the status means.
    pub(crate) why: String,
}

impl Gap {
    /// The CSS class of its chip.
    pub(crate) fn class(&self) -> String {
        self.label.replace(' ', "-")
    }
}

/// Sums the ledger up.
pub(crate) fn summarise(graph: &Graph, rows: &[CoverageRow]) -> CoverageSummary {
    let asked: Vec<&CoverageRow> = rows.iter().filter(|row| was_asked(row.status)).collect();
    let complete = asked.iter().filter(|row| row.status.proves_absence()).count();
    let mut gaps = gaps(graph, &asked);
    let more = gaps.len().saturating_sub(GAPS_SHOWN);
    gaps.truncate(GAPS_SHOWN);
    CoverageSummary {
        verdict: verdict(complete, asked.len()),
        detail: detail(complete, asked.len()),
        permille: (complete * 1000).checked_div(asked.len()).unwrap_or(0),
        gaps,
        more,
        not_asked: not_asked(rows),
    }
}

/// Whether the status speaks of something that was to be seen. What is excluded or switched off was never asked.
pub(super) fn was_asked(status: CoverageStatus) -> bool {
    !matches!(status, CoverageStatus::Excluded | CoverageStatus::Disabled)
}

fn verdict(complete: usize, asked: usize) -> &'static str {
    match (complete * 100).checked_div(asked) {
        None => "Not known",
        Some(100) => "Complete",
        Some(95..) => "Nearly complete",
        Some(75..) => "Good, with gaps",
        Some(40..) => "Partial",
        Some(_) => "Poor",
    }
}

fn detail(complete: usize, asked: usize) -> String {
    if asked == 0 {
        return "No coverage ledger came with this data, so nothing here proves that something is absent.".to_owned();
    }
    format!(
        "{} of {} answered completely",
        thousands(complete),
        count(asked, "source")
    )
}

fn not_asked(rows: &[CoverageRow]) -> String {
    let of = |status| rows.iter().filter(|row| row.status == status).count();
    let parts: Vec<String> = [
        (of(CoverageStatus::Excluded), "left out by configuration"),
        (of(CoverageStatus::Disabled), "not enabled in the account"),
    ]
    .into_iter()
    .filter(|(number, _)| *number > 0)
    .map(|(number, what)| format!("{} {what}", count(number, "source")))
    .collect();
    join(&parts, "and")
}

/// Regions and sources of one account that failed in the same way.
type Sources<'a> = BTreeSet<(&'a str, &'a str)>;

fn gaps(graph: &Graph, asked: &[&CoverageRow]) -> Vec<Gap> {
    let mut by_account: BTreeMap<(&str, CoverageStatus, &str), Sources<'_>> = BTreeMap::new();
    for row in asked.iter().filter(|row| !row.status.proves_absence()) {
        by_account
            .entry((&row.account, row.status, reason(row)))
            .or_default()
            .insert((&row.source, &row.region));
    }
    let mut alike: BTreeMap<(CoverageStatus, &str), BTreeMap<&str, Sources<'_>>> = BTreeMap::new();
    for ((account, status, reason), sources) in by_account {
        alike.entry((status, reason)).or_default().insert(account, sources);
    }
    let mut groups: Vec<_> = alike.into_iter().collect();
    groups.sort_by_key(|((status, _), accounts)| {
        let rows: usize = accounts.values().map(BTreeSet::len).sum();
        (labels::coverage_rank(*status), Reverse(rows))
    });
    groups
        .into_iter()
        .map(|((status, reason), accounts)| gap(graph, status, reason, &accounts))
        .collect()
}

/// Why, in the ledger's words. Files that a whole capture lacks, or has of some accounts alone, are one gap: the ledger names each of them.
fn reason(row: &CoverageRow) -> &str {
    let is_of_capture = row.account == ORGANIZATION && row.status == CoverageStatus::Missing;
    if is_of_capture && row.reason.starts_with("the capture holds no accounts/") {
        "the capture holds no file of it, or not of every account and Region"
    } else {
        &row.reason
    }
}

fn gap(graph: &Graph, status: CoverageStatus, reason: &str, accounts: &BTreeMap<&str, Sources<'_>>) -> Gap {
    Gap {
        label: coverage(status).label,
        place: first_names(accounts.keys().map(|account| place(graph, account)), "account"),
        what: what(accounts),
        why: if reason.is_empty() {
            coverage(status).meaning.to_owned()
        } else {
            prose(reason)
        },
    }
}

fn place(graph: &Graph, account: &str) -> String {
    if account == ORGANIZATION {
        "The organization".to_owned()
    } else {
        account_label(graph, account)
    }
}

/// The sources and Regions of all the accounts together; "some of" them where they are not the same in each.
fn what(accounts: &BTreeMap<&str, Sources<'_>>) -> String {
    let all: Sources<'_> = accounts.values().flatten().copied().collect();
    let names: BTreeSet<&str> = all.iter().map(|(source, _)| *source).collect();
    let regions: BTreeSet<&str> = all
        .iter()
        .map(|(_, region)| *region)
        .filter(|region| *region != "global")
        .collect();
    let names = first_names(names.into_iter().map(shown), "source");
    let names = match accounts.values().all(|sources| *sources == all) {
        true => names,
        false => format!("some of {names}"),
    };
    match regions.len() {
        0 => names,
        1 => format!("{names} in {}", shown(regions.first().copied().unwrap_or_default())),
        many => format!("{names} in {many} Regions"),
    }
}

fn first_names(names: impl Iterator<Item = String>, what: &str) -> String {
    let mut names: Vec<String> = names.collect();
    if names.len() > NAMES_SHOWN + 1 {
        let rest = names.len() - NAMES_SHOWN;
        names.truncate(NAMES_SHOWN);
        names.push(format!("{rest} more {what}s"));
    }
    join(&names, "and")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(account: &str, source: &str, status: CoverageStatus) -> CoverageRow {
        CoverageRow {
            account: account.to_owned(),
            region: "global".to_owned(),
            source: source.to_owned(),
            status,
            reason: String::new(),
            error_code: None,
            operation: None,
            captured_at: None,
            items: 0,
        }
    }

    #[test]
    fn an_empty_ledger_proves_nothing() {
        let summary = summarise(&Graph::default(), &[]);
        assert_eq!(summary.verdict, "Not known");
        assert!(summary.detail.contains("nothing here proves"));
    }

    #[test]
    fn only_ok_everywhere_is_complete() {
        let ok = row("111122223333", "iam", CoverageStatus::Ok);
        let stale = row("111122223333", "s3", CoverageStatus::Stale);
        assert_eq!(
            summarise(&Graph::default(), std::slice::from_ref(&ok)).verdict,
            "Complete"
        );
        assert_eq!(summarise(&Graph::default(), &[ok, stale]).verdict, "Partial");
    }

    #[test]
    fn what_was_not_asked_is_no_gap_but_is_said() {
        let summary = summarise(
            &Graph::default(),
            &[row("111122223333", "iam", CoverageStatus::Excluded)],
        );
        assert!(summary.gaps.is_empty());
        assert_eq!(summary.not_asked, "1 source left out by configuration");
        assert_eq!(summary.verdict, "Not known");
    }

    #[test]
    fn accounts_with_different_sources_say_some_of() {
        let rows = [
            row("222222222222", "iam", CoverageStatus::Denied),
            row("333333333333", "s3", CoverageStatus::Denied),
        ];
        let gaps = summarise(&Graph::default(), &rows).gaps;
        assert_eq!(gaps.len(), 1);
        assert_eq!(gaps[0].what, "some of iam and s3");
    }

    #[test]
    fn accounts_that_failed_alike_share_a_line_and_the_worst_comes_first() {
        let rows = [
            row("111111111111", "cloudtrail:logs", CoverageStatus::NotRecorded),
            row("222222222222", "iam", CoverageStatus::Denied),
            row("333333333333", "iam", CoverageStatus::Denied),
        ];
        let gaps = summarise(&Graph::default(), &rows).gaps;
        assert_eq!(gaps.len(), 2);
        assert_eq!(gaps[0].place, "222222222222 and 333333333333");
        assert_eq!(gaps[0].label, "denied");
    }

    #[test]
    fn files_that_a_capture_lacks_are_one_gap() {
        let lacks = |source: &str, file: &str| CoverageRow {
            reason: format!("the capture holds no accounts/<account-id>/<region>/{file}.ndjson"),
            ..row(ORGANIZATION, source, CoverageStatus::Missing)
        };
        let rows = [
            lacks("batch:job-definitions", "batch/job-definitions"),
            lacks("glue:jobs", "glue/jobs"),
            row(ORGANIZATION, "organizations:tree", CoverageStatus::Missing),
        ];
        let gaps = summarise(&Graph::default(), &rows).gaps;
        let what: Vec<&str> = gaps.iter().map(|gap| gap.what.as_str()).collect();
        assert_eq!(what, ["batch:job-definitions and glue:jobs", "organizations:tree"]);
    }
}
