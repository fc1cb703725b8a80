//! The coverage ledger: one named status for every account × Region × source.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// How a source answered for one account and Region. Exactly one holds (contracts.md §1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CoverageStatus {
    /// Everything asked for was answered.
    Ok,
    /// Some of it was answered.
    Partial,
    /// Access was denied.
    Denied,
    /// Throttled until the scan gave up.
    Throttled,
    /// The service or Region is not enabled in the account.
    Disabled,
    /// Excluded by configuration.
    Excluded,
    /// The newest answer is older than this run.
    Stale,
    /// The customer removed the role this account was read with.
    Revoked,
    /// AWS Config does not record the type there.
    NotRecorded,
    /// The fact leaves no trace that could be read (data events off, no trail).
    NotObservable,
    /// It failed for another reason.
    Failed,
    /// The capture holds nothing for it.
    Missing,
}

impl CoverageStatus {
    /// Whether absence inside this partition may be read as absence in AWS. Only [`CoverageStatus::Ok`] proves completeness.
    #[must_use]
    pub fn proves_absence(self) -> bool {
        self == Self::Ok
    }
}

/// One row of the ledger, in the shape of `coverage.ndjson`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CoverageRow {
    /// 12-digit account id, or `organization` for what exists once.
    pub account: String,
    /// Region, or `global`.
    pub region: String,
    /// What was asked, such as `iam:authorization-details`, `config:AWS::S3::Bucket` or `cloudtrail:logs`.
    pub source: String,
    /// How it answered.
    pub status: CoverageStatus,
    /// In words, why the status is what it is; empty for `ok`.
    #[serde(default)]
    pub reason: String,
    /// The AWS error code, where one was returned.
    #[serde(default)]
    pub error_code: Option<String>,
    /// The API operation that failed, where one did.
    #[serde(default)]
    pub operation: Option<String>,
    /// When the answer was recorded.
    #[serde(default)]
    pub captured_at: Option<Timestamp>,
    /// How many items the answer held.
    #[serde(default)]
    pub items: u64,
}
