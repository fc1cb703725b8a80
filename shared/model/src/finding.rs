//! Findings: facts worth a person's time, each with what proves it.

use serde::{Deserialize, Serialize};

use crate::decision::{Caveat, StatementRef};
use crate::record::Origin;

/// What a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// A principal or workload is an administrator, or can make itself one, by any route.
    AdminEquivalent,
    /// A chain of roles crosses accounts into a restricted resource.
    TrustAmplification,
    /// A role trusts a third party without requiring an ExternalId.
    MissingExternalId,
    /// A resource is open to everyone.
    PublicAccess,
    /// A resource or role is open to a principal outside the organization.
    ExternalAccess,
    /// A workload reaches a secret.
    SecretReach,
    /// The spoke role of an account is gone.
    SpokeRoleMissing,
    /// Something was not seen.
    CoverageGap,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingSeverity {
    /// For information.
    Informational,
    /// Low.
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
    /// Critical.
    Critical,
}

/// A fact worth a person's time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Finding {
    /// Hash of kind and subjects: the same fact has the same id in every run.
    pub id: String,
    /// What it is about.
    pub kind: FindingKind,
    /// How bad it is.
    pub severity: FindingSeverity,
    /// In words, why this severity: which facts raised or lowered it.
    pub severity_reason: String,
    /// One line, names but no ids.
    pub title: String,
    /// What it means, in one to three sentences.
    pub description: String,
    /// The account it is in, `None` where it belongs to none.
    pub account: Option<String>,
    /// Native ids of what it is about, the main one first.
    pub subjects: Vec<String>,
    /// Ids of the paths behind it, sorted.
    pub paths: Vec<String>,
    /// Statements behind it.
    pub statements: Vec<StatementRef>,
    /// CloudTrail event ids behind it.
    pub event_ids: Vec<String>,
    /// Records behind it, sorted.
    pub origins: Vec<Origin>,
    /// Commands with which a person can check it, `sv0` and AWS CLI.
    pub verify: Vec<String>,
    /// Reservations, sorted.
    pub caveats: Vec<Caveat>,
}
