//! Authorization decisions: what `sv0 evaluate`, `can` and every hop of a path answer with (contracts.md §2).

use serde::{Deserialize, Serialize};

/// The answer to one authorization question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Allowed in every context that the question admits.
    Allow,
    /// Allowed in some contexts and not in others; the condition says in which.
    Conditional,
    /// Not allowed in any context, because something that had to allow does not.
    ImplicitDeny,
    /// Not allowed in any context, and a Deny matches in every one of them.
    ExplicitDeny,
}

impl Decision {
    /// Whether some context exists in which the request is allowed.
    #[must_use]
    pub fn is_possible(self) -> bool {
        matches!(self, Self::Allow | Self::Conditional)
    }
}

/// A layer of AWS's evaluation logic, in the order in which `blocked_by` lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    /// Identity-based policies: inline, managed, and those of the user's groups.
    Identity,
    /// The resource-based policy, a role's trust policy and a KMS key policy included.
    Resource,
    /// The principal's permissions boundary.
    Boundary,
    /// The session policy.
    Session,
    /// Service control policies of the principal's account.
    Scp,
    /// Resource control policies of the resource's account.
    Rcp,
    /// The VPC endpoint policy.
    Endpoint,
    /// The KMS key that encrypts the resource.
    Kms,
    /// S3 Block Public Access.
    BlockPublicAccess,
}

/// `Allow` or `Deny`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Effect {
    /// The statement grants.
    Allow,
    /// The statement denies.
    Deny,
}

/// A statement that decided, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StatementRef {
    /// JSON pointer into the row (`/identity_policies/0`), or over a store the policy's native id.
    pub policy: String,
    /// 0-based index of the statement; a lone Statement object is index 0.
    pub index: usize,
    /// The statement's Sid, where it has one.
    pub sid: Option<String>,
    /// Whether it allows or denies.
    pub effect: Effect,
    /// SHA-256 of the statement's canonical JSON; only over a store.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sha256: Option<String>,
}

/// Under exactly which context a conditional decision is an allow.
///
/// Negation stands only in the operator; children and values are sorted by bytes of their JSON.
/// The pseudo-key `sv0:UncollectedPolicy` stands for a policy that was not collected: with operator `Allows` and its native id for "it allows the request",
/// with `Not:Denies` for "it does not deny it". What an uncollected policy denies it does not allow.
/// Settings that decide like a policy, such as S3 Block Public Access, stand there under a URN of [`crate::graph::urn`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ConditionExpression {
    /// Every child holds.
    All {
        /// The children, sorted.
        all: Vec<ConditionExpression>,
    },
    /// At least one child holds.
    Any {
        /// The children, sorted.
        any: Vec<ConditionExpression>,
    },
    /// One condition operator on one key.
    Test {
        /// The condition key as the policy writes it.
        key: String,
        /// The IAM condition operator, such as `StringEquals` or `ForAnyValue:StringLike`.
        operator: String,
        /// The values, sorted; for the operator they are alternatives, as in a policy.
        values: Vec<String>,
    },
}

/// The pseudo-key that stands for a policy that was not collected.
pub const UNCOLLECTED_POLICY_KEY: &str = "sv0:UncollectedPolicy";

/// A reservation that belongs to an answer. The enumeration is closed and documented in `docs/caveats.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Caveat {
    /// The action is not in the catalogue; it was evaluated by pattern.
    UnknownAction,
    /// The catalogue rules this resource type out for the action; it was evaluated by pattern.
    ResourceTypeMismatch,
    /// A condition was met that the engine does not understand, or that was too large to solve exactly.
    ConditionsNotEvaluated,
    /// The resource is encrypted under a key whose policy is not known.
    KmsNotEvaluated,
    /// The text of an AWS managed policy comes from the dated snapshot, not from the account.
    ManagedPolicyFromSnapshot,
    /// The text of an attached policy was not collected.
    PolicyNotCollected,
    /// The resource's policy was not collected.
    ResourcePolicyNotCollected,
    /// The account belongs to an organization whose service control policies were not collected.
    ScpsNotCollected,
    /// The account belongs to an organization whose resource control policies were not collected.
    RcpsNotCollected,
    /// AWS's documentation does not decide this case; the stricter reading was taken.
    UndocumentedRule,
    /// The trail does not record events of this kind.
    NotObservable,
    /// A fact behind the answer is older than the scan.
    Stale,
    /// A statement that could not be read may change the answer.
    PolicyPartlyUnreadable,
    /// The chain was cut at the hop limit.
    DepthLimit,
    /// The resource is known only by a wildcard or as a name in a policy.
    UnresolvedResource,
    /// Whether S3 Block Public Access is on for the account, bucket or access point was not collected.
    BlockPublicAccessNotCollected,
    /// The bucket's access control list, or whether object ownership switches it off, was not collected.
    AccessControlListNotCollected,
    /// The object's own access control list, which is never read, may grant what nothing else grants.
    ObjectAclsNotCollected,
    /// The grants of the KMS key were not collected; one of them may allow what nothing else allows.
    KeyGrantsNotCollected,
}
