//! What was not seen.

use std::collections::{BTreeMap, BTreeSet};

use sv0_model::arn::is_account_id;
use sv0_model::coverage::{CoverageRow, CoverageStatus};
use sv0_model::decision::Caveat;
use sv0_model::finding::{FindingKind, FindingSeverity};
use sv0_model::graph::{Graph, PolicyKind, urn};

use super::Facts;
use super::draft::{Draft, command};

/// Most accounts or policies that one finding names.
const MOST_NAMED: usize = 20;

/// A finding for each account whose spoke role is gone, one for each kind of gap, and one for policies whose text is missing.
pub(crate) fn findings(facts: &Facts<'_, '_>, graph: &Graph) -> Vec<Draft> {
    let mut drafts = spoke_roles(facts);
    drafts.extend(gaps(facts));
    drafts.extend(uncollected_policies(graph));
    drafts
}

fn is_lost_spoke(row: &CoverageRow, facts: &Facts<'_, '_>) -> bool {
    let is_refused = matches!(row.status, CoverageStatus::Revoked | CoverageStatus::Denied);
    is_refused && facts.options.spoke_sources.contains(&row.source)
}

fn spoke_roles(facts: &Facts<'_, '_>) -> Vec<Draft> {
    let mut accounts: BTreeMap<&str, Vec<&CoverageRow>> = BTreeMap::new();
    for row in facts.coverage.iter().filter(|row| is_lost_spoke(row, facts)) {
        accounts.entry(&row.account).or_default().push(row);
    }
    let management = facts.estate.graph().organization.management_account.as_deref();
    accounts
        .into_iter()
        .map(|(account, rows)| {
            if management == Some(account) {
                management_account(facts, account)
            } else {
                spoke_role(facts, account, &rows)
            }
        })
        .collect()
}

/// The management account: service-managed StackSets leave it out, so that no spoke role was ever there.
fn management_account(facts: &Facts<'_, '_>, account: &str) -> Draft {
    let subject = urn::account(account);
    let mut draft = Draft::new(FindingKind::CoverageGap, &subject);
    draft.account = Some(account.to_owned());
    draft.title = format!(
        "the IAM of management account {} was not read",
        account_name(facts, account)
    );
    draft.description = "No role answers there: service-managed StackSets leave the management account out. Its users and roles are known only as far as AWS Config records them.".to_owned();
    draft.rate(
        FindingSeverity::Medium,
        "the account stands above every control policy, and its own IAM is not known",
    );
    draft.verify = vec![
        command(&["sv0", "coverage", "--json"]),
        command(&[
            "aws",
            "organizations",
            "describe-organization",
            "--query",
            "Organization.MasterAccountId",
        ]),
    ];
    draft
}

/// What people call an account.
pub(super) fn account_name(facts: &Facts<'_, '_>, account: &str) -> String {
    let entity = facts.estate.entity(&urn::account(account));
    entity.map_or_else(|| account.to_owned(), super::draft::name)
}

fn spoke_role(facts: &Facts<'_, '_>, account: &str, rows: &[&CoverageRow]) -> Draft {
    let subject = urn::account(account);
    let name = account_name(facts, account);
    let mut draft = Draft::new(FindingKind::SpokeRoleMissing, &subject);
    draft.account = Some(account.to_owned());
    draft.title = format!("the IAM of account {name} cannot be read");
    let reason = rows
        .iter()
        .map(|row| row.reason.as_str())
        .find(|reason| !reason.is_empty());
    draft.description = format!(
        "The role that the account is read with is gone, or refused. {}What is known of the account comes from elsewhere or from earlier; nothing of it may be taken for deleted or unused.",
        reason
            .map(|reason| format!("AWS or the scan said: {reason}. "))
            .unwrap_or_default()
    );
    let revoked = rows.iter().any(|row| row.status == CoverageStatus::Revoked);
    if revoked {
        draft.rate(
            FindingSeverity::High,
            "the role was removed: the account is out of sight",
        );
    } else {
        draft.rate(
            FindingSeverity::Medium,
            "access was denied: the role may still exist with less than it needs",
        );
    }
    draft.caveats.insert(Caveat::Stale);
    draft.verify = vec![
        command(&["sv0", "coverage", "--json"]),
        command(&[
            "aws",
            "cloudformation",
            "list-stack-instances",
            "--stack-set-name",
            "SecurityV0Spoke",
            "--stack-instance-account",
            account,
        ]),
    ];
    draft
}

/// One finding for each family of sources and status, whatever the number of accounts and types.
fn gaps(facts: &Facts<'_, '_>) -> Vec<Draft> {
    let mut gaps: BTreeMap<(&str, CoverageStatus), Gap<'_>> = BTreeMap::new();
    for row in facts
        .coverage
        .iter()
        .filter(|row| is_gap(row.status) && !is_lost_spoke(row, facts))
    {
        let gap = gaps.entry((family(&row.source), row.status)).or_default();
        gap.sources.insert(&row.source);
        gap.accounts.insert(&row.account);
    }
    gaps.into_iter()
        .map(|((family, status), gap)| gap.draft(family, status))
        .collect()
}

/// What central services and IAM answer: each stands for itself. Every other source is an answer of a workload's or resource's own service.
const STANDS_FOR_ITSELF: &[&str] = &[
    "access-analyzer",
    "athena",
    "cloudtrail",
    "iam",
    "identity-center",
    "organizations",
    "securityhub",
];

/// Config's types are many and fail together, and so do the answers of single services.
fn family(source: &str) -> &str {
    match source.split(':').next().unwrap_or_default() {
        "config" => "config",
        service if STANDS_FOR_ITSELF.contains(&service) => source,
        _ => "services",
    }
}

/// Where sources of one family gave the same status.
#[derive(Default)]
struct Gap<'r> {
    sources: BTreeSet<&'r str>,
    accounts: BTreeSet<&'r str>,
}

impl Gap<'_> {
    fn draft(&self, family: &str, status: CoverageStatus) -> Draft {
        let words = status_words(status);
        let mut draft = Draft::new(FindingKind::CoverageGap, &format!("urn:sv0:source:{family}"));
        words.clone_into(&mut draft.aspect);
        let accounts = self.accounts.iter().filter(|account| is_account_id(account));
        draft
            .subjects
            .extend(accounts.clone().take(MOST_NAMED).map(|account| urn::account(account)));
        if self.accounts.len() == 1 {
            draft.account = accounts.clone().next().map(|account| (*account).to_owned());
        }
        draft.title = format!("{}: {words}{}", self.what(family), places(accounts.count()));
        draft.description = format!(
            "{} would have told is unknown there: absence from the results is not absence from AWS.",
            self.named()
        );
        let (severity, reason) = gap_rating(family, status);
        draft.rate(severity, reason);
        draft.verify = vec![command(&["sv0", "coverage", "--json"])];
        draft
    }

    fn what(&self, family: &str) -> String {
        match (family, self.sources.len()) {
            ("config", count) if count > 1 => format!("{count} types of AWS Config"),
            ("services", count) if count > 1 => format!("{count} answers of single services"),
            _ => self.sources.first().copied().unwrap_or_default().to_owned(),
        }
    }

    fn named(&self) -> String {
        let named: Vec<&str> = self.sources.iter().take(MOST_NAMED).copied().collect();
        let more = self.sources.len().saturating_sub(named.len());
        let rest = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        format!("What {}{rest}", named.join(", "))
    }
}

fn places(accounts: usize) -> String {
    match accounts {
        0 => String::new(),
        1 => " in 1 account".to_owned(),
        count => format!(" in {count} accounts"),
    }
}

fn is_gap(status: CoverageStatus) -> bool {
    !matches!(
        status,
        CoverageStatus::Ok | CoverageStatus::Disabled | CoverageStatus::Excluded
    )
}

/// Sources without which it is not known who can do what.
fn decides_access(family: &str) -> bool {
    let of_organization = matches!(
        family,
        "organizations:policies" | "organizations:tree" | "organizations:accounts" | "organizations:organization"
    );
    let of_iam = family.starts_with("iam:") && !matches!(family, "iam:credential-report" | "iam:last-accessed");
    of_organization || of_iam
}

fn gap_rating(family: &str, status: CoverageStatus) -> (FindingSeverity, &'static str) {
    if status == CoverageStatus::NotObservable {
        return (
            FindingSeverity::Informational,
            "nothing shows whether there was anything to see",
        );
    }
    if decides_access(family) {
        return (
            FindingSeverity::Medium,
            "the source decides who can do what, so answers are conditional without it",
        );
    }
    (
        FindingSeverity::Low,
        "the source adds resources or evidence; what was collected stays true without it",
    )
}

fn status_words(status: CoverageStatus) -> &'static str {
    match status {
        CoverageStatus::Ok => "answered",
        CoverageStatus::Partial => "answered in part",
        CoverageStatus::Denied => "denied",
        CoverageStatus::Throttled => "throttled",
        CoverageStatus::Disabled => "disabled",
        CoverageStatus::Excluded => "excluded",
        CoverageStatus::Stale => "stale",
        CoverageStatus::Revoked => "revoked",
        CoverageStatus::NotRecorded => "not recorded",
        CoverageStatus::NotObservable => "not observable",
        CoverageStatus::Failed => "failed",
        CoverageStatus::Missing => "missing",
    }
}

/// Policies that principals hold and whose text nobody collected: what they allow is not in any path.
fn uncollected_policies(graph: &Graph) -> Option<Draft> {
    let held: BTreeSet<&str> = graph.edges.iter().map(|edge| edge.to.as_str()).collect();
    let missing: Vec<&str> = graph
        .policies
        .values()
        .filter(|policy| policy.document.is_none() && held.contains(policy.native_id.as_str()))
        .filter(|policy| {
            matches!(
                policy.kind,
                PolicyKind::AwsManaged | PolicyKind::CustomerManaged | PolicyKind::Inline
            )
        })
        .map(|policy| policy.native_id.as_str())
        .collect();
    if missing.is_empty() {
        return None;
    }
    let mut draft = Draft::new(FindingKind::CoverageGap, "urn:sv0:source:policy-texts");
    draft
        .subjects
        .extend(missing.iter().take(MOST_NAMED).map(|policy| (*policy).to_owned()));
    let policies = if missing.len() == 1 { "policy" } else { "policies" };
    draft.title = format!("the text of {} attached {policies} was not collected", missing.len());
    draft.description =
        "Paths through what only these policies grant are not listed, and answers about their holders are conditional."
            .to_owned();
    draft.rate(FindingSeverity::Medium, "the policies decide who can do what");
    draft.caveats.insert(Caveat::PolicyNotCollected);
    let first = missing.first().copied().unwrap_or_default();
    draft.verify = vec![command(&["aws", "iam", "get-policy", "--policy-arn", first])];
    Some(draft)
}
