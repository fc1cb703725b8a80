//! Labels of states, layers, policies, findings and coverage.

use sv0_model::coverage::CoverageStatus;
use sv0_model::decision::Layer;
use sv0_model::finding::{FindingKind, FindingSeverity};
use sv0_model::graph::PolicyKind;
use sv0_model::path::ActionClass;

/// What a path lets its workload do, so that `<workload> can <this> <resource>` is a sentence.
pub(crate) fn action_class(class: ActionClass) -> &'static str {
    match class {
        ActionClass::ReadData => "read data from",
        ActionClass::WriteData => "change data in",
        ActionClass::UseKey => "decrypt with",
        ActionClass::Invoke => "invoke",
        ActionClass::ChangeCode => "change the code of",
        ActionClass::ManagePermissions => "manage permissions of",
    }
}

/// An action class as a filter names it.
pub(crate) fn action_class_name(class: ActionClass) -> &'static str {
    match class {
        ActionClass::ReadData => "Read data",
        ActionClass::WriteData => "Write data",
        ActionClass::UseKey => "Use key",
        ActionClass::Invoke => "Invoke",
        ActionClass::ChangeCode => "Change code",
        ActionClass::ManagePermissions => "Manage permissions",
    }
}

/// A hop's relation as a verb. Relations that are not known are shown as they are, in lower case.
pub(crate) fn relation(relation: &str, class: ActionClass) -> String {
    match relation {
        "RUNS_AS" => "runs as".to_owned(),
        "ASSUMES" => "assumes".to_owned(),
        "ACCESSES" => access_verb(class).to_owned(),
        other => other.to_lowercase().replace('_', " "),
    }
}

/// An action class as the link of a chain names it, where there is little room.
fn access_verb(class: ActionClass) -> &'static str {
    match class {
        ActionClass::ReadData => "read data",
        ActionClass::WriteData => "write data",
        ActionClass::UseKey => "use key",
        ActionClass::Invoke => "invoke",
        ActionClass::ChangeCode => "change code",
        ActionClass::ManagePermissions => "manage access",
    }
}

/// The short name of a layer of AWS's evaluation logic.
pub(crate) fn layer(layer: Layer) -> &'static str {
    match layer {
        Layer::Identity => "identity policy",
        Layer::Resource => "resource policy",
        Layer::Boundary => "permissions boundary",
        Layer::Session => "session policy",
        Layer::Scp => "SCP",
        Layer::Rcp => "RCP",
        Layer::Endpoint => "VPC endpoint policy",
        Layer::Kms => "KMS key policy",
        Layer::BlockPublicAccess => "S3 Block Public Access",
    }
}

/// How a policy is used.
pub(crate) fn policy_kind(kind: PolicyKind) -> &'static str {
    match kind {
        PolicyKind::AwsManaged => "AWS managed policy",
        PolicyKind::CustomerManaged => "customer managed policy",
        PolicyKind::Inline => "inline policy",
        PolicyKind::Trust => "trust policy",
        PolicyKind::ResourceBased => "resource-based policy",
        PolicyKind::ServiceControl => "service control policy",
        PolicyKind::ResourceControl => "resource control policy",
    }
}

/// What a finding is about.
pub(crate) fn finding_kind(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::AdminEquivalent => "Administrator by some route",
        FindingKind::TrustAmplification => "Cross-account chain",
        FindingKind::MissingExternalId => "Missing ExternalId",
        FindingKind::PublicAccess => "Public access",
        FindingKind::ExternalAccess => "External access",
        FindingKind::SecretReach => "Reach of a secret",
        FindingKind::SpokeRoleMissing => "Spoke role missing",
        FindingKind::CoverageGap => "Coverage gap",
        FindingKind::DeepTrustChain => "Deep chain of trust",
        FindingKind::SupplyChainPath => "Supply chain",
        FindingKind::LlmEgressPath => "Data within reach of a model",
        FindingKind::PrivilegeEscalation => "Privilege escalation",
        FindingKind::DormantAuthority => "Dormant authority",
        FindingKind::UnusedService => "Unused service",
        FindingKind::ScopeDrift => "Scope drift",
        FindingKind::TrustsWholeAccount => "Trusts a whole account",
        FindingKind::OverPermissiveIntegration => "Over-permissive integration",
        FindingKind::ConfusedDeputy => "Confused deputy",
        FindingKind::OrphanedPrincipal => "Orphaned principal",
        FindingKind::StaleAccessKey => "Stale access key",
        FindingKind::NoMfa => "No MFA",
        FindingKind::UnrotatedSecret => "Unrotated secret",
        FindingKind::InvocationLoggingOff => "Invocation logging off",
        FindingKind::RootLogin => "Root sign-in",
        FindingKind::ConsoleRoleSwitch => "Role switch in the console",
        FindingKind::AssumeRoleAnomaly => "Unusual AssumeRole",
        FindingKind::PermissionChange => "Permission change",
        FindingKind::OrphanedOwner => "Orphaned owner",
        FindingKind::ScannerSelf => "The scanner itself",
        FindingKind::OpenFederation => "Open federation",
    }
}

/// A severity's name, as serialised and as read.
pub(crate) fn severity(severity: FindingSeverity) -> &'static str {
    match severity {
        FindingSeverity::Informational => "informational",
        FindingSeverity::Low => "low",
        FindingSeverity::Medium => "medium",
        FindingSeverity::High => "high",
        FindingSeverity::Critical => "critical",
    }
}

/// A coverage status as a chip names it.
pub(crate) fn coverage(status: CoverageStatus) -> &'static str {
    match status {
        CoverageStatus::Ok => "ok",
        CoverageStatus::Partial => "partial",
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

/// What a coverage status means.
pub(crate) fn coverage_meaning(status: CoverageStatus) -> &'static str {
    match status {
        CoverageStatus::Ok => "Everything asked for was answered. Only here does absence mean that nothing is there.",
        CoverageStatus::Partial => "Some of it was answered.",
        CoverageStatus::Denied => "AWS denied the call.",
        CoverageStatus::Throttled => "AWS throttled the calls until the scan gave up.",
        CoverageStatus::Disabled => "The service or Region is not enabled in the account.",
        CoverageStatus::Excluded => "Left out by configuration.",
        CoverageStatus::Stale => "The newest answer is older than this capture.",
        CoverageStatus::Revoked => "The role this account was read with was removed by its owner.",
        CoverageStatus::NotRecorded => "AWS Config does not record this type there.",
        CoverageStatus::NotObservable => "It leaves no trace that could be read: no log is not the same as no use.",
        CoverageStatus::Failed => "The call failed for another reason.",
        CoverageStatus::Missing => "The capture holds nothing for it.",
    }
}

/// How loudly a gap is to be told: the lower, the sooner. The order is of what hides most.
pub(crate) fn coverage_rank(status: CoverageStatus) -> u8 {
    match status {
        CoverageStatus::Revoked => 0,
        CoverageStatus::Denied => 1,
        CoverageStatus::Failed => 2,
        CoverageStatus::Missing => 3,
        CoverageStatus::Throttled => 4,
        CoverageStatus::Partial => 5,
        CoverageStatus::Stale => 6,
        CoverageStatus::NotObservable => 7,
        CoverageStatus::NotRecorded => 8,
        CoverageStatus::Disabled => 9,
        CoverageStatus::Excluded => 10,
        CoverageStatus::Ok => 11,
    }
}
