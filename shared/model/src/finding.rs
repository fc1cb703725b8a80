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
    /// A chain of more authorities than anybody oversees.
    DeepTrustChain,
    /// A pipeline, or whoever may push an image or change code, reaches data through what runs it.
    SupplyChainPath,
    /// A Bedrock agent, flow or runtime reaches data that a model can then tell.
    LlmEgressPath,
    /// A principal can raise its own authority.
    PrivilegeEscalation,
    /// Authority that was granted, could have been observed, and was not used for a long time.
    DormantAuthority,
    /// A service that a principal may use and did not use within AWS's tracking period.
    UnusedService,
    /// What may be done goes beyond what is done or meant: AWS Access Analyzer or Security Hub says so.
    ScopeDrift,
    /// A trust or resource policy lets a whole account in.
    TrustsWholeAccount,
    /// A role for a third party or another system may do more than reading what it needs.
    OverPermissiveIntegration,
    /// A service principal is let in without a condition that names the caller.
    ConfusedDeputy,
    /// A policy names a principal that no longer exists.
    OrphanedPrincipal,
    /// An access key is old, or was not used for a long time.
    StaleAccessKey,
    /// A person's sign-in without a second factor.
    NoMfa,
    /// A secret is not rotated.
    UnrotatedSecret,
    /// Bedrock does not log model invocations.
    InvocationLoggingOff,
    /// The root user signed in.
    RootLogin,
    /// A person switched roles in the console.
    ConsoleRoleSwitch,
    /// A role was assumed in an unusual way.
    AssumeRoleAnomaly,
    /// Somebody changed who may do what.
    PermissionChange,
    /// The owner that something names is unknown or gone.
    OrphanedOwner,
    /// What the scanner's own roles may do.
    ScannerSelf,
    /// An identity provider shared with others is trusted without saying for whom (any repository of GitHub, any identity of a pool).
    OpenFederation,
    /// A state machine's role may do more than its definition calls.
    OverPrivilegedOrchestrator,
}

impl FindingKind {
    /// Every kind, in order.
    pub const ALL: [Self; 31] = [
        Self::AdminEquivalent,
        Self::TrustAmplification,
        Self::MissingExternalId,
        Self::PublicAccess,
        Self::ExternalAccess,
        Self::SecretReach,
        Self::SpokeRoleMissing,
        Self::CoverageGap,
        Self::DeepTrustChain,
        Self::SupplyChainPath,
        Self::LlmEgressPath,
        Self::PrivilegeEscalation,
        Self::DormantAuthority,
        Self::UnusedService,
        Self::ScopeDrift,
        Self::TrustsWholeAccount,
        Self::OverPermissiveIntegration,
        Self::ConfusedDeputy,
        Self::OrphanedPrincipal,
        Self::StaleAccessKey,
        Self::NoMfa,
        Self::UnrotatedSecret,
        Self::InvocationLoggingOff,
        Self::RootLogin,
        Self::ConsoleRoleSwitch,
        Self::AssumeRoleAnomaly,
        Self::PermissionChange,
        Self::OrphanedOwner,
        Self::ScannerSelf,
        Self::OpenFederation,
        Self::OverPrivilegedOrchestrator,
    ];
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
