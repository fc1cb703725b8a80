//! The coverage ledger: derived from what the capture holds, with what the scan recorded in the place of what it speaks of; damage done to files since is
//! entered in both.

mod aggregator;
mod damage;
mod derived;
mod mentioned;
mod places;
mod recorded;
mod recorders;

use std::collections::{BTreeMap, BTreeSet};

use sv0_model::coverage::{CoverageRow, CoverageStatus};
use sv0_model::record::CaptureHeader;

use crate::layout::{FileKind, Place, place_of};
pub(crate) use aggregator::{SourceStatus, source_statuses};
pub use derived::config_types;
use mentioned::Mentioned;
pub(crate) use recorded::{read_rows, row_of};
pub use recorders::is_recorded;
pub(crate) use recorders::{Recorders, kept_of_recorder, read_recorders};

/// The account of rows about what exists once.
pub(crate) const ORGANIZATION: &str = "organization";
/// The Region of rows about what has none.
pub(crate) const GLOBAL: &str = "global";
const AUTHORIZATION_DETAILS: &str = "iam:authorization-details";
const CREDENTIAL_REPORT: &str = "iam:credential-report";
const LAST_ACCESSED: &str = "iam:last-accessed";
const KEY_GRANTS: &str = "kms:grants";
const LOGS: &str = "cloudtrail:logs";

/// How much of a file could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Health {
    Whole,
    Partial,
    Failed,
}

/// An account and a Region.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Partition {
    pub account: String,
    pub region: String,
}

impl Partition {
    /// No Region, or an empty one, is [`GLOBAL`].
    pub fn new(account: &str, region: Option<&str>) -> Self {
        let region = region.filter(|region| !region.is_empty()).unwrap_or(GLOBAL);
        Self {
            account: account.to_owned(),
            region: region.to_owned(),
        }
    }
}

/// Config items of one type in one partition.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub items: u64,
    pub deleted: u64,
    pub not_recorded: u64,
}

/// What the ledger has to know of a file that was read.
#[derive(Debug)]
pub(crate) struct FileReport {
    /// The file, relative to the capture.
    pub key: String,
    pub kind: FileKind,
    /// Whether no byte is stored in it.
    pub is_empty: bool,
    pub health: Health,
    /// Whether the answer goes on after what was recorded.
    pub is_cut: bool,
    pub count: u64,
    pub tallies: BTreeMap<(String, Partition), Tally>,
    pub log_counts: BTreeMap<Partition, u64>,
}

/// Everything a ledger is made of.
#[derive(Debug)]
pub(crate) struct LedgerInput<'a> {
    pub header: &'a CaptureHeader,
    pub reports: &'a [FileReport],
    /// Every account that the capture speaks of.
    pub accounts: BTreeSet<String>,
    /// The rows of `coverage.ndjson`; `None` where there is none.
    pub recorded: Option<Vec<CoverageRow>>,
    /// The rows of `accounts/*/status.json`.
    pub statuses: Vec<CoverageRow>,
    pub recorders: Recorders,
    /// What the aggregator of AWS Config says of its sources.
    pub aggregated: Vec<SourceStatus>,
}

/// Makes the ledger, sorted by account, Region and source.
///
/// What a recorded ledger does not speak of is derived all the same: a file of one row must not silence every other gap.
pub(crate) fn ledger(input: &LedgerInput<'_>) -> Vec<CoverageRow> {
    let mentioned = Mentioned::of(input.recorded.as_deref().unwrap_or_default());
    let mut ledger = derived::derive(input, &mentioned);
    ledger.rows.extend(recorded_rows(input).rows);
    aggregator::enter(&mut ledger, input);
    damage::enter(&mut ledger, input, &mentioned);
    ledger.rows.into_values().collect()
}

/// The rows of `coverage.ndjson`, and how the spoke answered where that promises less. What is left out on purpose stays left out, whatever the spoke says.
fn recorded_rows(input: &LedgerInput<'_>) -> Ledger {
    let mut recorded = Ledger::default();
    for row in input.recorded.iter().flatten() {
        recorded.add(row.clone());
    }
    for status in &input.statuses {
        let known = recorded.rows.get(&Ledger::key_of(status));
        if known.is_some_and(|row| row.status != CoverageStatus::Excluded) {
            recorded.add(status.clone());
        }
    }
    recorded
}

/// Rows by account, Region and source: one status for each.
#[derive(Debug, Default)]
struct Ledger {
    rows: BTreeMap<(String, String, String), CoverageRow>,
}

impl Ledger {
    fn key_of(row: &CoverageRow) -> (String, String, String) {
        (row.account.clone(), row.region.clone(), row.source.clone())
    }

    /// Adds a row. Of two about the same partition and source the one that promises less stays.
    fn add(&mut self, row: CoverageRow) {
        let key = Self::key_of(&row);
        match self.rows.get_mut(&key) {
            Some(known) if *known < row && known.status <= row.status => *known = row,
            Some(_) => {}
            None => {
                self.rows.insert(key, row);
            }
        }
    }
}

/// A row that says how a source answered as of the capture's time.
fn row(partition: &Partition, source: &str, status: CoverageStatus, header: &CaptureHeader) -> CoverageRow {
    CoverageRow {
        account: partition.account.clone(),
        region: partition.region.clone(),
        source: source.to_owned(),
        status,
        reason: String::new(),
        error_code: None,
        operation: None,
        captured_at: Some(header.captured_at),
        items: 0,
    }
}

/// A row that says that something is not known, and why.
fn gap(partition: &Partition, source: &str, status: CoverageStatus, reason: impl Into<String>) -> CoverageRow {
    CoverageRow {
        account: partition.account.clone(),
        region: partition.region.clone(),
        source: source.to_owned(),
        status,
        reason: reason.into(),
        error_code: None,
        operation: None,
        captured_at: None,
        items: 0,
    }
}

/// The source under which the ledger speaks of a capture's file, such as `config:AWS::S3::Bucket`; `None` for a file that is no source.
#[must_use]
pub fn ledger_source(file: &str) -> Option<String> {
    match place_of(file) {
        Place::Read(kind, _) => source_of(&kind),
        _ => None,
    }
}

/// The name under which a file of this kind stands in the ledger; `None` for files that are not sources.
pub(crate) fn source_of(kind: &FileKind) -> Option<String> {
    Some(match kind {
        FileKind::Organization => "organizations:organization".to_owned(),
        FileKind::Accounts => "organizations:accounts".to_owned(),
        FileKind::OrganizationTree => "organizations:tree".to_owned(),
        FileKind::OrganizationPolicies => "organizations:policies".to_owned(),
        FileKind::DelegatedAdministrators => "organizations:delegated-administrators".to_owned(),
        FileKind::OrganizationResourcePolicy => "organizations:resource-policy".to_owned(),
        FileKind::AwsManagedPolicies => "iam:aws-managed-policies".to_owned(),
        FileKind::ConfigItems { resource_type } => format!("config:{resource_type}"),
        FileKind::ConfigRecorders { .. } => "config:recorders".to_owned(),
        FileKind::AuthorizationDetails { .. } => AUTHORIZATION_DETAILS.to_owned(),
        FileKind::IdentityCenter(file) => format!("identity-center:{}", file.stem()),
        FileKind::KeyGrants { .. } => KEY_GRANTS.to_owned(),
        FileKind::SpokeItems { name, .. } => format!("{}:{}", name.service, name.what),
        FileKind::CredentialReport { .. } => CREDENTIAL_REPORT.to_owned(),
        FileKind::LastAccessed { .. } => LAST_ACCESSED.to_owned(),
        FileKind::SecurityHubFindings => "securityhub:findings".to_owned(),
        FileKind::Analyzers => "access-analyzer:analyzers".to_owned(),
        FileKind::AnalyzerFindings => "access-analyzer:findings".to_owned(),
        FileKind::ConfigAggregator => "config:aggregator".to_owned(),
        FileKind::AthenaRows { query } => format!("athena:{query}"),
        FileKind::Trails => "cloudtrail:trails".to_owned(),
        FileKind::CloudTrailLog { .. } => LOGS.to_owned(),
        FileKind::Header | FileKind::AccountStatus { .. } | FileKind::Coverage => return None,
    })
}
