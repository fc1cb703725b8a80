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

impl ConditionExpression {
    /// The condition under which all of them hold: nested conjunctions opened, each child once, sorted. `None` for none of them.
    #[must_use]
    pub fn all_of(conditions: impl IntoIterator<Item = Self>) -> Option<Self> {
        let mut all = Vec::new();
        for condition in conditions {
            match condition {
                Self::All { all: children } => all.extend(children),
                other => all.push(other),
            }
        }
        sort_by_text(&mut all);
        match all.len() {
            0 | 1 => all.pop(),
            _ => Some(Self::All { all }),
        }
    }

    /// The condition under which at least one of them holds: nested disjunctions opened, each child once, sorted. `None` for none of them.
    #[must_use]
    pub fn any_of(conditions: impl IntoIterator<Item = Self>) -> Option<Self> {
        let mut any = Vec::new();
        for condition in conditions {
            match condition {
                Self::Any { any: children } => any.extend(children),
                other => any.push(other),
            }
        }
        sort_by_text(&mut any);
        match any.len() {
            0 | 1 => any.pop(),
            _ => Some(Self::Any { any }),
        }
    }
}

/// Sorts by the bytes of their JSON and drops what stands twice.
fn sort_by_text(conditions: &mut Vec<ConditionExpression>) {
    conditions.sort_by_cached_key(|condition| serde_json::to_string(condition).unwrap_or_default());
    conditions.dedup();
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

impl Caveat {
    /// Every caveat, in order.
    pub const ALL: [Self; 19] = [
        Self::UnknownAction,
        Self::ResourceTypeMismatch,
        Self::ConditionsNotEvaluated,
        Self::KmsNotEvaluated,
        Self::ManagedPolicyFromSnapshot,
        Self::PolicyNotCollected,
        Self::ResourcePolicyNotCollected,
        Self::ScpsNotCollected,
        Self::RcpsNotCollected,
        Self::UndocumentedRule,
        Self::NotObservable,
        Self::Stale,
        Self::PolicyPartlyUnreadable,
        Self::DepthLimit,
        Self::UnresolvedResource,
        Self::BlockPublicAccessNotCollected,
        Self::AccessControlListNotCollected,
        Self::ObjectAclsNotCollected,
        Self::KeyGrantsNotCollected,
    ];

    /// What it means, in one sentence: the first of its row in `docs/caveats.md`.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::UnknownAction => "The action is not in the action catalogue and was matched by its text alone.",
            Self::ResourceTypeMismatch => {
                "The catalogue says that the action does not take a resource of this kind, such as s3:GetObject on a bucket."
            }
            Self::ConditionsNotEvaluated => {
                "A condition was met that the engine does not understand, or the conditions together were too many to solve exactly."
            }
            Self::KmsNotEvaluated => {
                "The content is encrypted under a KMS key whose policy is not known: another account's, or one that was not recorded."
            }
            Self::ManagedPolicyFromSnapshot => {
                "The text of an AWS managed policy comes from a dated snapshot, not from the account."
            }
            Self::PolicyNotCollected => {
                "A policy that the principal holds is known by name only, or the principal belongs to an account of which nothing was collected, or a user of Identity Center is assigned where the role of the permission set was not collected."
            }
            Self::ResourcePolicyNotCollected => {
                "The resource may have a policy of its own, and nobody asked for it: Config does not hold it for every type."
            }
            Self::ScpsNotCollected => {
                "The account belongs to an organization whose service control policies, or whose place in the tree, were not collected."
            }
            Self::RcpsNotCollected => {
                "The account belongs to an organization whose resource control policies were not collected."
            }
            Self::UndocumentedRule => "AWS's documentation does not decide this case; the stricter reading was taken.",
            Self::NotObservable => "The trail does not record events of this kind, so that their absence says nothing.",
            Self::Stale => {
                "A fact behind the answer is older than the scan: its account or source did not answer this time."
            }
            Self::PolicyPartlyUnreadable => "A statement of a policy that applies could not be read in full.",
            Self::DepthLimit => "The chain was cut at the hop limit: its last role could assume further ones.",
            Self::UnresolvedResource => {
                "The resource is known only by a wildcard or as a name in a policy, or policies single out more parts of it than are told apart."
            }
            Self::BlockPublicAccessNotCollected => {
                "The answer hangs on S3 Block Public Access of the account, the bucket or the access point, and that setting was not collected."
            }
            Self::AccessControlListNotCollected => {
                "A grant of the bucket's access control list decides, and whether that list is in force, or the list itself, was not collected."
            }
            Self::ObjectAclsNotCollected => {
                "Nothing that was collected allows the request, but an object's own access control list, which nothing records, may."
            }
            Self::KeyGrantsNotCollected => {
                "Nothing that was collected allows the use of the KMS key, and the key's grants, which may allow it, were not collected."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows of the table of caveats: name and meaning.
    fn documented() -> Vec<(&'static str, String)> {
        include_str!("../../../docs/caveats.md")
            .lines()
            .filter_map(|line| line.strip_prefix("| `")?.split_once("` | "))
            .map(|(name, rest)| (name, rest.split(" | ").next().unwrap().replace('`', "")))
            .collect()
    }

    #[test]
    fn the_documentation_opens_with_the_meaning_of_every_caveat() {
        let documented = documented();
        let names: Vec<String> = Caveat::ALL
            .iter()
            .map(|caveat| serde_json::to_value(caveat).unwrap().as_str().unwrap().to_owned())
            .collect();
        assert_eq!(documented.iter().map(|(name, _)| *name).collect::<Vec<_>>(), names);
        for (caveat, (name, text)) in Caveat::ALL.iter().zip(documented) {
            let first = text.split_inclusive(". ").next().unwrap().trim_end();
            assert_eq!(first, caveat.meaning(), "{name}");
        }
    }
}
