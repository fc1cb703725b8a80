//! Labels of action classes, policies and severities, and how loudly coverage is told.

use sv0_model::coverage::CoverageStatus;
use sv0_model::finding::FindingSeverity;
use sv0_model::graph::{Actor, ActorClass, PolicyKind};
use sv0_model::path::{ActionClass, PathState};

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

/// A state's name, as serialised and as read.
pub(crate) fn path_state(state: PathState) -> &'static str {
    match state {
        PathState::Allowed => "allowed",
        PathState::Conditional => "conditional",
        PathState::Blocked => "blocked",
    }
}

/// Who acts through an identity.
pub(crate) fn actor(actor: &Actor) -> &'static str {
    match actor.class {
        ActorClass::Human => "a person",
        ActorClass::NonHuman => "a machine (NHI)",
        ActorClass::Both => "persons and machines",
        ActorClass::Unknown => "not known",
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
