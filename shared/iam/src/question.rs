//! What is asked, and the policies that decide it.

use std::sync::Arc;
use sv0_model::decision::{Caveat, ConditionExpression, Decision, Layer, StatementRef};
use sv0_model::time::Timestamp;

use crate::context::{Context, UnknownContext};
use crate::policy::Policy;
use crate::principal::Principal;

/// A policy and the name under which answers refer to it.
#[derive(Debug, Clone)]
pub struct NamedPolicy {
    /// JSON pointer into a row, or over a store the policy's native id.
    pub name: String,
    /// The policy.
    pub policy: Arc<Policy>,
}

/// One authorization question.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// Who asks.
    pub principal: &'a Principal,
    /// The IAM action, such as `s3:GetObject`.
    pub action: &'a str,
    /// The ARN of the resource, or `*` when the action is called without one.
    pub resource: &'a str,
    /// The resource's account where its ARN does not tell.
    pub resource_account: Option<&'a str>,
    /// The request context.
    pub context: &'a Context,
    /// When the request is made, for the keys of time.
    pub now: Option<Timestamp>,
    /// What a key that is not in `context` is taken for.
    pub unknown_context: UnknownContext,
}

/// What is known of the resource's policy.
#[derive(Debug, Clone, Copy)]
pub enum ResourcePolicyInput<'a> {
    /// It has none.
    NotSet,
    /// It has this one.
    Set(&'a NamedPolicy),
    /// It may have one that was not collected.
    NotCollected {
        /// The resource's native id.
        name: &'a str,
    },
}

/// The policies attached at one level of an organization: its root, an organizational unit, an account.
#[derive(Debug, Clone, Default)]
pub struct PolicyLevel {
    /// The policies; a level without any allows nothing.
    pub policies: Vec<NamedPolicy>,
}

/// A policy that applies but whose text is unknown.
#[derive(Debug, Clone)]
pub struct UncollectedPolicy {
    /// The layer in which it counts.
    pub layer: Layer,
    /// Its native id.
    pub name: String,
    /// The reservation to put on an answer that hangs on it.
    pub caveat: Caveat,
}

/// Every policy that applies to one question.
#[derive(Debug, Clone, Copy)]
pub struct ApplicablePolicies<'a> {
    /// Identity-based policies of the principal, those of its groups included.
    pub identity: &'a [NamedPolicy],
    /// Permissions boundaries; empty when none is set.
    pub boundaries: &'a [NamedPolicy],
    /// The session policy.
    pub session: Option<&'a NamedPolicy>,
    /// Service control policies of the principal's account, root first, one entry a level; empty when none applies.
    pub scps: &'a [PolicyLevel],
    /// Resource control policies of the resource's account, in the same shape.
    pub rcps: &'a [PolicyLevel],
    /// The resource's policy: a role's trust policy for `sts:AssumeRole*`, a key's policy for KMS.
    pub resource: ResourcePolicyInput<'a>,
    /// VPC endpoint policies; empty when none is set.
    pub endpoint: &'a [NamedPolicy],
    /// Policies that apply but were not collected.
    pub uncollected: &'a [UncollectedPolicy],
}

impl Default for ApplicablePolicies<'_> {
    fn default() -> Self {
        Self {
            identity: &[],
            boundaries: &[],
            session: None,
            scps: &[],
            rcps: &[],
            resource: ResourcePolicyInput::NotSet,
            endpoint: &[],
            uncollected: &[],
        }
    }
}

/// The answer to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluation {
    /// Whether it is allowed.
    pub decision: Decision,
    /// Every layer that by itself would have stopped the request; for `conditional`, every layer whose result hangs on an unknown.
    pub blocked_by: Vec<Layer>,
    /// Only with `conditional`: under exactly which context it is allowed.
    pub condition: Option<ConditionExpression>,
    /// The statements that decided.
    pub statements: Vec<StatementRef>,
    /// Every identity-based and resource-based Allow that matches, perhaps under a condition, whatever the decision.
    pub granting: Vec<StatementRef>,
    /// Reservations that belong to the answer, sorted.
    pub caveats: Vec<Caveat>,
}

/// Why a question could not be answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EvaluateError {
    /// The action is not of the form `service:Name`.
    #[error("an action is written service:Name, without wildcards")]
    BadAction,
    /// The resource is neither an ARN nor `*`.
    #[error("a resource is an ARN or *")]
    BadResource,
    /// The resource account is not an account id.
    #[error("a resource account is 12 digits")]
    BadResourceAccount,
    /// The resource's ARN names another account.
    #[error("resource_account and the resource's ARN name different accounts")]
    AccountMismatch,
}
