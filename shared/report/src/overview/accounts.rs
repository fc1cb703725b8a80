//! The organization, account by account.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use sv0_model::finding::FindingSeverity;
use sv0_model::graph::{EntityKind, Graph, Resolution, urn};

use super::coverage::was_asked;
use super::{accounts, permille};
use crate::ReportInput;
use crate::names::account_name;
use crate::words::entity::{self, Group};
use crate::words::labels;
use crate::words::text::{percent_encoded, shown};

/// Accounts that the overview lists; the coverage view holds all of them.
const ACCOUNTS_SHOWN: usize = 15;

/// One account in one line.
#[derive(Default)]
pub(crate) struct AccountLine {
    pub(crate) id: String,
    pub(crate) name: String,
    /// The organizational units above it, and its environment where a rule gives one.
    pub(crate) place: String,
    pub(crate) href: String,
    pub(crate) workloads: usize,
    pub(crate) identities: usize,
    pub(crate) resources: usize,
    /// Paths to its resources that are not blocked.
    pub(crate) paths_in: usize,
    /// Those of them that come from another account.
    pub(crate) from_elsewhere: usize,
    /// Those of `paths_in` that lead to restricted resources.
    pub(crate) restricted: usize,
    pub(crate) findings: usize,
    /// The worst severity; also the CSS class.
    pub(crate) worst: Option<&'static str>,
    /// Sources that answered completely.
    pub(crate) complete: usize,
    /// Sources that were to answer.
    pub(crate) asked: usize,
    /// `complete` of `asked`, 0 to 1000.
    pub(crate) permille: usize,
    rank: Option<FindingSeverity>,
}

impl AccountLine {
    /// Whether nothing at all was answered: what the line says of it comes from elsewhere.
    pub(crate) fn is_silent(&self) -> bool {
        self.complete == 0
    }
}

/// Every account, the worst first, and how many are not among them.
pub(super) fn lines(input: &ReportInput<'_>) -> (Vec<AccountLine>, usize) {
    let mut lines: BTreeMap<&str, AccountLine> = accounts(input)
        .into_iter()
        .map(|id| (id, AccountLine::default()))
        .collect();
    count_entities(input.graph, &mut lines);
    count_paths(input, &mut lines);
    count_findings(input, &mut lines);
    count_coverage(input, &mut lines);
    let mut lines: Vec<AccountLine> = lines
        .into_iter()
        .map(|(id, line)| described(input.graph, id, line))
        .collect();
    lines.sort_by_key(|line| {
        (
            Reverse(line.rank),
            Reverse(line.restricted),
            line.permille,
            line.id.clone(),
        )
    });
    let more = lines.len().saturating_sub(ACCOUNTS_SHOWN);
    lines.truncate(ACCOUNTS_SHOWN);
    (lines, more)
}

fn count_entities<'a>(graph: &'a Graph, lines: &mut BTreeMap<&'a str, AccountLine>) {
    for entity in graph.entities.values() {
        let Some(line) = entity.account.as_deref().and_then(|account| lines.get_mut(account)) else {
            continue;
        };
        if entity.resolution != Resolution::Collected {
            continue;
        }
        match entity::group(entity.kind) {
            Group::Workload => line.workloads += 1,
            Group::Identity if entity.kind != EntityKind::AwsService => line.identities += 1,
            Group::Resource => line.resources += 1,
            Group::Identity | Group::Other => {}
        }
    }
}

fn count_paths(input: &ReportInput<'_>, lines: &mut BTreeMap<&str, AccountLine>) {
    for (account, into) in &input.paths.accounts {
        let Some(line) = lines.get_mut(account.as_str()) else {
            continue;
        };
        line.paths_in = into.all;
        line.restricted = into.to_restricted;
        line.from_elsewhere = into.from_elsewhere;
    }
}

fn count_findings(input: &ReportInput<'_>, lines: &mut BTreeMap<&str, AccountLine>) {
    for finding in input.findings {
        let Some(line) = finding.account.as_deref().and_then(|account| lines.get_mut(account)) else {
            continue;
        };
        line.findings += 1;
        line.rank = line.rank.max(Some(finding.severity));
    }
}

fn count_coverage(input: &ReportInput<'_>, lines: &mut BTreeMap<&str, AccountLine>) {
    for row in input.coverage.iter().filter(|row| was_asked(row.status)) {
        let Some(line) = lines.get_mut(row.account.as_str()) else {
            continue;
        };
        line.asked += 1;
        line.complete += usize::from(row.status.proves_absence());
    }
}

fn described(graph: &Graph, id: &str, line: AccountLine) -> AccountLine {
    AccountLine {
        id: shown(id),
        name: shown(account_name(graph, id).unwrap_or(id)),
        place: place(graph, id),
        href: format!("#/paths?account={}", percent_encoded(id)),
        worst: line.rank.map(labels::severity),
        permille: permille(line.complete, line.asked),
        ..line
    }
}

fn place(graph: &Graph, id: &str) -> String {
    let levels = graph.organization.levels_of(id).unwrap_or_default();
    let above = levels.split_last().map_or(&[][..], |(_, above)| above);
    let units: Vec<String> = above.iter().skip(1).map(|node| shown(&node.name)).collect();
    let environment = graph
        .entities
        .get(&urn::account(id))
        .and_then(|entity| entity.environment.as_ref())
        .map(|environment| shown(&environment.value));
    let is_management = graph.organization.management_account.as_deref() == Some(id);
    let mut parts = Vec::new();
    if !units.is_empty() {
        parts.push(units.join(" › "));
    }
    parts.extend(environment);
    if is_management {
        parts.push("management account".to_owned());
    }
    parts.join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PathDigest;
    use sv0_model::coverage::{CoverageRow, CoverageStatus};
    use sv0_model::observation::Evidence;

    fn row(account: &str, status: CoverageStatus) -> CoverageRow {
        CoverageRow {
            account: account.to_owned(),
            region: "global".to_owned(),
            source: "iam".to_owned(),
            status,
            reason: String::new(),
            error_code: None,
            operation: None,
            captured_at: None,
            items: 0,
        }
    }

    #[test]
    fn an_account_that_never_answered_is_silent_and_stands_before_one_that_did() {
        let coverage = [
            row("111111111111", CoverageStatus::Ok),
            row("222222222222", CoverageStatus::Denied),
            row("222222222222", CoverageStatus::Excluded),
        ];
        let (graph, evidence) = (Graph::default(), Evidence::default());
        let input = ReportInput {
            title: "",
            graph: &graph,
            evidence: &evidence,
            paths: &PathDigest::of(&graph, []),
            findings: &[],
            coverage: &coverage,
            diagnostics: &[],
        };
        let (lines, more) = lines(&input);
        let ids: Vec<&str> = lines.iter().map(|line| line.id.as_str()).collect();
        assert_eq!((ids, more), (vec!["222222222222", "111111111111"], 0));
        assert_eq!((lines[0].asked, lines[0].is_silent()), (1, true));
        assert!(!lines[1].is_silent());
    }
}
