//! The estate at a glance: what the top of the report says before anyone clicks.

mod accounts;
pub(crate) mod coverage;
mod lead;
mod radius;
mod top;

use sv0_model::finding::{Finding, FindingSeverity};
use sv0_model::graph::{EntityKind, Graph};
use sv0_model::path::PathState;

use crate::ReportInput;
use crate::names::account_label;
use crate::reach::Reach;
use crate::shown::Shown;
use crate::words::entity::{self, Group};
use crate::words::findings::finding_kind;
use crate::words::labels;
use crate::words::text::{count, prose, thousands};
use accounts::AccountLine;
use coverage::CoverageSummary;
use radius::RadiusLine;
use top::{KindLine, PathLine};

const WORST_FINDINGS: usize = 5;

/// Findings that are written into the page itself, for readers without a script.
const SUMMARISED_FINDINGS: usize = 200;

/// Everything the overview shows.
pub(crate) struct Overview {
    /// Two or three sentences that sum the estate up.
    pub(crate) lead: Vec<String>,
    /// Numbers with a label.
    pub(crate) figures: Vec<Figure>,
    /// Paths by state.
    pub(crate) states: Vec<Share>,
    /// Findings by severity, the worst first.
    pub(crate) severities: Vec<Share>,
    /// Coverage in words, and what was not seen.
    pub(crate) coverage: CoverageSummary,
    /// The worst findings, the first of `findings`.
    pub(crate) worst: Vec<FindingLine>,
    /// Findings as lines, worst first, as many as the page is to carry in its text.
    pub(crate) findings: Vec<FindingLine>,
    /// How many findings there are beyond `findings`.
    pub(crate) more_findings: usize,
    /// Findings by kind.
    pub(crate) finding_kinds: Vec<KindLine>,
    /// Paths by kind.
    pub(crate) path_kinds: Vec<KindLine>,
    /// The paths to look at first.
    pub(crate) paths: Vec<PathLine>,
    /// Identities by their danger.
    pub(crate) radius: Vec<RadiusLine>,
    /// How danger is computed.
    pub(crate) formula: &'static str,
    /// Accounts, the worst first.
    pub(crate) accounts: Vec<AccountLine>,
    /// How many accounts there are beyond `accounts`.
    pub(crate) more_accounts: usize,
}

/// A number with its label.
pub(crate) struct Figure {
    pub(crate) value: String,
    pub(crate) label: &'static str,
    pub(crate) note: String,
    pub(crate) href: &'static str,
}

/// A part of a whole, drawn as a bar.
pub(crate) struct Share {
    /// Also the CSS class.
    pub(crate) name: &'static str,
    pub(crate) count: usize,
    /// 0 to 1000, of the whole.
    pub(crate) permille: usize,
    /// Where the part begins, 0 to 1000.
    pub(crate) from: usize,
}

/// A finding in one line.
pub(crate) struct FindingLine {
    pub(crate) id: String,
    pub(crate) severity: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) severity_reason: String,
    pub(crate) account: Option<String>,
}

/// Sums the input up.
pub(crate) fn of(input: &ReportInput<'_>, shown: &Shown<'_>, reach: &Reach) -> Overview {
    let graph = input.graph;
    let findings: Vec<FindingLine> = shown
        .findings
        .iter()
        .take(SUMMARISED_FINDINGS)
        .map(|finding| finding_line(graph, finding))
        .collect();
    let (accounts, more_accounts) = accounts::lines(input);
    Overview {
        lead: lead::sentences(input),
        figures: figures(input),
        states: states(input),
        severities: severities(input.findings),
        coverage: coverage::summarise(graph, input.coverage),
        worst: shown
            .findings
            .iter()
            .take(WORST_FINDINGS)
            .map(|finding| finding_line(graph, finding))
            .collect(),
        more_findings: input.findings.len() - findings.len(),
        findings,
        finding_kinds: top::finding_kinds(input.findings),
        path_kinds: top::path_kinds(&input.paths.counts),
        paths: top::paths(graph, shown),
        radius: radius::most_dangerous(input, reach),
        formula: crate::danger::FORMULA,
        accounts,
        more_accounts,
    }
}

/// Ids of the accounts that anything in the graph or in the ledger stands in, and those of the organization.
pub(crate) fn accounts<'a>(input: &ReportInput<'a>) -> std::collections::BTreeSet<&'a str> {
    use sv0_model::arn::is_account_id;
    use sv0_model::graph::{OrganizationNodeKind, Resolution};
    let of_tree = input
        .graph
        .organization
        .nodes
        .values()
        .filter(|node| node.kind == OrganizationNodeKind::Account);
    let described = input
        .graph
        .entities
        .values()
        .filter(|entity| entity.resolution == Resolution::Collected);
    of_tree
        .map(|node| node.id.as_str())
        .chain(described.filter_map(|entity| entity.account.as_deref()))
        .chain(input.coverage.iter().map(|row| row.account.as_str()))
        .filter(|account| is_account_id(account))
        .collect()
}

fn figures(input: &ReportInput<'_>) -> Vec<Figure> {
    let of_group = |group| {
        input
            .graph
            .entities
            .values()
            .filter(|item| entity::group(item.kind) == group)
            .count()
    };
    let of_kind = |kind| input.graph.entities.values().filter(|item| item.kind == kind).count();
    let is_restricted = |item: &&sv0_model::graph::Entity| {
        entity::group(item.kind) == Group::Resource && item.sensitivity == sv0_model::graph::Sensitivity::Restricted
    };
    let restricted = input.graph.entities.values().filter(is_restricted).count();
    let accounts = accounts(input).len();
    vec![
        figure(accounts, "Accounts", organizational_units(input.graph), "#/coverage"),
        figure(
            of_group(Group::Workload),
            "Workloads",
            "what runs code or calls AWS".to_owned(),
            "#/workloads",
        ),
        figure(
            of_group(Group::Identity),
            "Identities",
            count(of_kind(EntityKind::IamRole), "role"),
            "#/identities",
        ),
        figure(
            of_group(Group::Resource),
            "Resources",
            format!("{} restricted", thousands(restricted)),
            "#/resources",
        ),
    ]
}

fn organizational_units(graph: &Graph) -> String {
    use sv0_model::graph::OrganizationNodeKind::OrganizationalUnit;
    let units = graph
        .organization
        .nodes
        .values()
        .filter(|node| node.kind == OrganizationalUnit)
        .count();
    match &graph.organization.id {
        Some(_) => format!("in {}", count(units, "organizational unit")),
        None => "outside any organization".to_owned(),
    }
}

fn figure(value: usize, label: &'static str, note: String, href: &'static str) -> Figure {
    Figure {
        value: thousands(value),
        label,
        note,
        href,
    }
}

fn states(input: &ReportInput<'_>) -> Vec<Share> {
    let of = |state| input.paths.counts.in_state(state);
    shares(&[
        ("allowed", of(PathState::Allowed)),
        ("conditional", of(PathState::Conditional)),
        ("blocked", of(PathState::Blocked)),
    ])
}

fn severities(findings: &[Finding]) -> Vec<Share> {
    let worst_first = [
        FindingSeverity::Critical,
        FindingSeverity::High,
        FindingSeverity::Medium,
        FindingSeverity::Low,
        FindingSeverity::Informational,
    ];
    let counts = worst_first.map(|severity| {
        let count = findings.iter().filter(|finding| finding.severity == severity).count();
        (labels::severity(severity), count)
    });
    shares(&counts)
}

fn shares(counts: &[(&'static str, usize)]) -> Vec<Share> {
    let total = counts.iter().map(|(_, count)| count).sum();
    let mut before = 0;
    let mut shares = Vec::with_capacity(counts.len());
    for &(name, count) in counts {
        let from = permille(before, total);
        before += count;
        shares.push(Share {
            name,
            count,
            from,
            permille: permille(before, total) - from,
        });
    }
    shares
}

fn permille(part: usize, whole: usize) -> usize {
    (part * 1000).checked_div(whole).unwrap_or(0)
}

fn finding_line(graph: &Graph, finding: &Finding) -> FindingLine {
    FindingLine {
        id: finding.id.clone(),
        severity: labels::severity(finding.severity),
        kind: finding_kind(finding.kind).label,
        title: prose(&finding.title),
        description: prose(&finding.description),
        severity_reason: prose(&finding.severity_reason),
        account: finding.account.as_deref().map(|account| account_label(graph, account)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_fill_the_whole() {
        let shares = shares(&[("a", 1), ("b", 1), ("c", 1)]);
        assert_eq!(shares.iter().map(|share| share.permille).sum::<usize>(), 1000);
        assert_eq!(shares[2].from, shares[1].from + shares[1].permille);
        assert_eq!(super::shares(&[("a", 0)])[0].permille, 0, "an empty whole has no parts");
    }
}
