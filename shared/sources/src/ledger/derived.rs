//! What the files of a capture prove, and no more: the ledger of one that brings none, and of what a recorded one does not speak of.

use std::collections::{BTreeMap, BTreeSet};

use sv0_model::coverage::{CoverageRow, CoverageStatus};

use super::{
    AUTHORIZATION_DETAILS, FileReport, GLOBAL, Health, KEY_GRANTS, LOGS, Ledger, LedgerInput, Mentioned, ORGANIZATION,
    Partition, Tally, gap, places, row, source_of,
};
use crate::layout::{FileKind, IdentityCenterFile};

/// Sources that exist once, and the file that holds each.
const ONCE: [(FileKind, &str); 18] = [
    (FileKind::Organization, "organizations/organization.json"),
    (FileKind::Accounts, "organizations/accounts.json"),
    (FileKind::OrganizationTree, "organizations/tree.json"),
    (FileKind::OrganizationPolicies, "organizations/policies.json"),
    (
        FileKind::DelegatedAdministrators,
        "organizations/delegated-administrators.json",
    ),
    (
        FileKind::OrganizationResourcePolicy,
        "organizations/resource-policy.json",
    ),
    (FileKind::AwsManagedPolicies, "aws-managed-policies.ndjson"),
    (
        FileKind::IdentityCenter(IdentityCenterFile::Instances),
        "identity-center/instances.ndjson",
    ),
    (
        FileKind::IdentityCenter(IdentityCenterFile::PermissionSets),
        "identity-center/permission-sets.ndjson",
    ),
    (
        FileKind::IdentityCenter(IdentityCenterFile::Assignments),
        "identity-center/assignments.ndjson",
    ),
    (
        FileKind::IdentityCenter(IdentityCenterFile::Users),
        "identity-center/users.ndjson",
    ),
    (
        FileKind::IdentityCenter(IdentityCenterFile::Groups),
        "identity-center/groups.ndjson",
    ),
    (
        FileKind::IdentityCenter(IdentityCenterFile::Memberships),
        "identity-center/memberships.ndjson",
    ),
    (FileKind::Trails, "cloudtrail/trails.ndjson"),
    (FileKind::ConfigAggregator, "config/aggregator.json"),
    (FileKind::SecurityHubFindings, "securityhub/findings.ndjson"),
    (FileKind::Analyzers, "access-analyzer/analyzers.ndjson"),
    (FileKind::AnalyzerFindings, "access-analyzer/findings.ndjson"),
];

/// Types of AWS Config that say something of other types' things and so have no row in the graph's table.
const ADDITIONS: [&str; 2] = [
    "AWS::S3::AccountPublicAccessBlock",
    "AWS::SecretsManager::ResourcePolicy",
];

/// Beyond so many partitions without an item of a type, one row stands for all of them.
const MAX_UNPROVEN_ROWS: usize = 1000;

/// Derives the ledger. Damage is entered afterwards, so every file counts as whole here.
pub(super) fn derive(input: &LedgerInput<'_>, mentioned: &Mentioned) -> Ledger {
    let mut ledger = Ledger::default();
    derive_once(&mut ledger, input);
    derive_authorization_details(&mut ledger, input);
    derive_config(&mut ledger, input, mentioned);
    derive_key_grants(&mut ledger, input, mentioned);
    places::derive(&mut ledger, input, mentioned);
    derive_evidence_rows(&mut ledger, input);
    derive_logs(&mut ledger, input, mentioned);
    ledger
}

fn once() -> Partition {
    Partition::new(ORGANIZATION, None)
}

fn derive_once(ledger: &mut Ledger, input: &LedgerInput<'_>) {
    for (kind, file) in &ONCE {
        let Some(source) = source_of(kind) else { continue };
        let reports: Vec<&FileReport> = input.reports.iter().filter(|report| report.kind == *kind).collect();
        ledger.add(if !reports.is_empty() {
            let items = reports.iter().map(|report| report.count).sum();
            CoverageRow {
                items,
                ..row(&once(), &source, CoverageStatus::Ok, input.header)
            }
        } else if is_of_organization(&source) && input.header.organization_id.is_none() {
            gap(
                &once(),
                &source,
                CoverageStatus::Disabled,
                "capture.json names no organization",
            )
        } else {
            gap(
                &once(),
                &source,
                CoverageStatus::Missing,
                format!("the capture holds no {file}"),
            )
        });
    }
}

/// Whether only an organization has it. Permission sets exist in an organization's instance of Identity Center alone.
///
/// Source: IAM Identity Center User Guide, "Account instances of IAM Identity Center".
fn is_of_organization(source: &str) -> bool {
    source.starts_with("organizations:") || source.starts_with("identity-center:")
}

fn derive_authorization_details(ledger: &mut Ledger, input: &LedgerInput<'_>) {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for report in input.reports {
        if let FileKind::AuthorizationDetails { account } = &report.kind {
            *counts.entry(account).or_default() += report.count;
        }
    }
    for account in &input.accounts {
        let items = counts.get(account.as_str()).copied();
        ledger.add(authorization_details_of(account, items, input));
    }
    for status in &input.statuses {
        ledger.add(status.clone());
    }
}

/// Where the file is missing, how the spoke answered is the reason.
fn authorization_details_of(account: &str, items: Option<u64>, input: &LedgerInput<'_>) -> CoverageRow {
    let partition = Partition::new(account, None);
    if let Some(items) = items {
        return CoverageRow {
            items,
            ..row(&partition, AUTHORIZATION_DETAILS, CoverageStatus::Ok, input.header)
        };
    }
    let refusal = input
        .statuses
        .iter()
        .find(|status| status.account == account && !status.status.proves_absence());
    match refusal {
        Some(refusal) => CoverageRow {
            region: GLOBAL.to_owned(),
            source: AUTHORIZATION_DETAILS.to_owned(),
            ..refusal.clone()
        },
        None => gap(
            &partition,
            AUTHORIZATION_DETAILS,
            CoverageStatus::Missing,
            format!("the capture holds no accounts/{account}/iam/authorization-details.json"),
        ),
    }
}

fn derive_config(ledger: &mut Ledger, input: &LedgerInput<'_>, mentioned: &Mentioned) {
    let mut present: BTreeMap<String, BTreeMap<Partition, Tally>> = BTreeMap::new();
    for report in input.reports {
        if let FileKind::ConfigItems { resource_type } = &report.kind {
            present.entry(resource_type.clone()).or_default();
        }
        for ((resource_type, partition), tally) in &report.tallies {
            let partitions = present.entry(resource_type.clone()).or_default();
            partitions.entry(partition.clone()).or_default().add(tally);
        }
    }
    for resource_type in expected_types(input).difference(&present.keys().map(String::as_str).collect()) {
        derive_missing_type(ledger, input, mentioned, resource_type);
    }
    let reached = Reached::of(&present);
    for (resource_type, tallies) in &present {
        derive_type(ledger, input, &reached, resource_type, tallies);
    }
}

/// One row, or one for each account and Region of which the recorded ledger says nothing where it speaks of others.
fn derive_missing_type(ledger: &mut Ledger, input: &LedgerInput<'_>, mentioned: &Mentioned, resource_type: &str) {
    let source = format!("config:{resource_type}");
    let reason = format!(
        "the capture holds no config/{}.ndjson",
        resource_type.replace("::", "-")
    );
    let spoken_of: BTreeMap<Partition, Tally> = mentioned
        .places(&source)
        .map(|place| (place.clone(), Tally::default()))
        .collect();
    let others = match spoken_of.is_empty() {
        true => vec![once()],
        false => partitions_without_items(input, resource_type, &spoken_of),
    };
    if others.len() > MAX_UNPROVEN_ROWS {
        let reason = format!("{} pairs of account and Region: {reason}", others.len());
        return ledger.add(gap(&once(), &source, CoverageStatus::Missing, reason));
    }
    for partition in others {
        ledger.add(gap(&partition, &source, CoverageStatus::Missing, reason.as_str()));
    }
}

/// Resource types that a capture is expected to hold: those the graph is made of, but for those of which it holds the service's own answer.
fn expected_types(input: &LedgerInput<'_>) -> BTreeSet<&'static str> {
    let answered: BTreeSet<sv0_graph::AnswerName> = input
        .reports
        .iter()
        .filter_map(|report| match &report.kind {
            FileKind::SpokeItems { name, .. } => Some((name.service, name.what)),
            _ => None,
        })
        .collect();
    let is_answered = |answers: &[sv0_graph::AnswerName]| answers.iter().any(|answer| answered.contains(answer));
    let in_graph = sv0_graph::config_types().filter(|(_, answers)| !is_answered(answers));
    in_graph
        .map(|(resource_type, _)| resource_type)
        .chain(ADDITIONS)
        .collect()
}

/// Every resource type of AWS Config that a scan makes use of, sorted.
#[must_use]
pub fn config_types() -> Vec<&'static str> {
    let types: BTreeSet<&str> = sv0_graph::config_types()
        .map(|(resource_type, _)| resource_type)
        .chain(ADDITIONS)
        .collect();
    types.into_iter().collect()
}

/// Where the Config files hold anything at all. A recorder proves nothing about files that its answers never got into.
struct Reached<'a> {
    partitions: BTreeSet<&'a Partition>,
    accounts: BTreeSet<&'a str>,
}

impl<'a> Reached<'a> {
    fn of(present: &'a BTreeMap<String, BTreeMap<Partition, Tally>>) -> Self {
        let partitions: BTreeSet<&Partition> = present.values().flat_map(BTreeMap::keys).collect();
        let accounts = partitions.iter().map(|partition| partition.account.as_str()).collect();
        Self { partitions, accounts }
    }

    fn holds(&self, partition: &Partition) -> bool {
        self.partitions.contains(partition)
            || partition.region == GLOBAL && self.accounts.contains(partition.account.as_str())
    }
}

impl Tally {
    fn add(&mut self, other: &Self) {
        self.items += other.items;
        self.deleted += other.deleted;
        self.not_recorded += other.not_recorded;
    }
}

fn derive_type(
    ledger: &mut Ledger,
    input: &LedgerInput<'_>,
    reached: &Reached<'_>,
    resource_type: &str,
    tallies: &BTreeMap<Partition, Tally>,
) {
    let source = format!("config:{resource_type}");
    for (partition, tally) in tallies {
        let row = row(partition, &source, CoverageStatus::Ok, input.header);
        ledger.add(CoverageRow {
            items: tally.items,
            ..row
        });
    }
    let mut unproven = Vec::new();
    for partition in partitions_without_items(input, resource_type, tallies) {
        if reached.holds(&partition) && input.recorders.prove(resource_type, &partition) {
            ledger.add(row(&partition, &source, CoverageStatus::Ok, input.header));
        } else {
            unproven.push(partition);
        }
    }
    const WHY: &str = "no item, and config/recorders.ndjson and the Config files do not show that one would be here: there is none, or none is recorded";
    if unproven.len() > MAX_UNPROVEN_ROWS {
        let reason = format!("{} pairs of account and Region: {WHY}", unproven.len());
        return ledger.add(gap(&once(), &source, CoverageStatus::NotObservable, reason));
    }
    for partition in unproven {
        ledger.add(gap(&partition, &source, CoverageStatus::NotObservable, WHY));
    }
}

/// Accounts × Regions in which the file of a type holds nothing. A type whose items are all global has that one partition in each account.
fn partitions_without_items(
    input: &LedgerInput<'_>,
    resource_type: &str,
    tallies: &BTreeMap<Partition, Tally>,
) -> Vec<Partition> {
    let is_global = resource_type.starts_with("AWS::IAM::")
        || !tallies.is_empty() && tallies.keys().all(|partition| partition.region == GLOBAL);
    let seen = tallies.keys().map(|partition| partition.region.as_str());
    let regions: BTreeSet<&str> = if is_global {
        BTreeSet::from([GLOBAL])
    } else {
        input.header.regions.iter().map(String::as_str).chain(seen).collect()
    };
    let accounts_seen: BTreeSet<&str> = tallies.keys().map(|partition| partition.account.as_str()).collect();
    let pairs = input
        .accounts
        .iter()
        .flat_map(|account| regions.iter().map(|region| Partition::new(account, Some(region))));
    pairs
        .filter(|partition| !tallies.contains_key(partition))
        .filter(|partition| !is_global || !accounts_seen.contains(partition.account.as_str()))
        .collect()
}

/// Grants are of an account and Region. Where no file holds any, one row says so.
fn derive_key_grants(ledger: &mut Ledger, input: &LedgerInput<'_>, mentioned: &Mentioned) {
    let mut counts: BTreeMap<Partition, u64> = BTreeMap::new();
    for report in input.reports {
        if let FileKind::KeyGrants { partition } = &report.kind {
            let of = Partition::new(&partition.account, Some(&partition.region));
            *counts.entry(of).or_default() += report.count;
        }
    }
    if counts.is_empty() && !mentioned.in_every(&input.accounts, KEY_GRANTS) {
        let reason = "the capture holds no accounts/<account-id>/<region>/kms/grants.ndjson";
        return ledger.add(gap(&once(), KEY_GRANTS, CoverageStatus::Missing, reason));
    }
    for (partition, items) in counts {
        ledger.add(CoverageRow {
            items,
            ..row(&partition, KEY_GRANTS, CoverageStatus::Ok, input.header)
        });
    }
}

/// Which queries there should be is for whoever asks them to know: a query without a file is no gap.
fn derive_evidence_rows(ledger: &mut Ledger, input: &LedgerInput<'_>) {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for report in input.reports {
        if let (FileKind::AthenaRows { .. }, Some(source)) = (&report.kind, source_of(&report.kind)) {
            *counts.entry(source).or_default() += report.count;
        }
    }
    for (source, items) in counts {
        ledger.add(CoverageRow {
            items,
            ..row(&once(), &source, CoverageStatus::Ok, input.header)
        });
    }
}

fn derive_logs(ledger: &mut Ledger, input: &LedgerInput<'_>, mentioned: &Mentioned) {
    let mut counts: BTreeMap<&Partition, u64> = BTreeMap::new();
    let mut has_logs = false;
    for report in input.reports {
        has_logs |= matches!(report.kind, FileKind::CloudTrailLog { .. });
        for (partition, count) in &report.log_counts {
            *counts.entry(partition).or_default() += count;
        }
    }
    // A scan that asks Athena records rows in the place of log files, and its ledger says how each query went.
    let is_told = mentioned.any_source("athena:") || mentioned.in_every(&input.accounts, LOGS);
    if !has_logs && is_told {
        return;
    }
    if !has_logs {
        let reason = "the capture holds no log file below cloudtrail/AWSLogs";
        return ledger.add(gap(&once(), LOGS, CoverageStatus::Missing, reason));
    }
    for (partition, items) in &counts {
        ledger.add(CoverageRow {
            items: *items,
            ..row(partition, LOGS, CoverageStatus::Ok, input.header)
        });
    }
    for partition in partitions_without_logs(input, &counts) {
        let reason = match partition.region.as_str() {
            GLOBAL => "the capture holds no log file of this account",
            _ => "the capture holds no log file of this account and Region",
        };
        ledger.add(gap(&partition, LOGS, CoverageStatus::Missing, reason));
    }
}

/// Every account in every Region that `capture.json` names; accounts as a whole where it names none.
fn partitions_without_logs(input: &LedgerInput<'_>, logged: &BTreeMap<&Partition, u64>) -> Vec<Partition> {
    let regions = &input.header.regions;
    let partitions = input.accounts.iter().flat_map(|account| match regions.as_slice() {
        [] => vec![Partition::new(account, None)],
        named => named
            .iter()
            .map(|region| Partition::new(account, Some(region)))
            .collect(),
    });
    let has_logs = |partition: &Partition| {
        logged.keys().any(|known| {
            known.account == partition.account && (partition.region == GLOBAL || known.region == partition.region)
        })
    };
    partitions.filter(|partition| !has_logs(partition)).collect()
}

/// Whether a report's file came through whole.
pub(super) fn is_whole(report: &FileReport) -> bool {
    report.health == Health::Whole && !report.is_cut
}
