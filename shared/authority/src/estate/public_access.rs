//! S3 Block Public Access.
//!
//! Source: Amazon S3 User Guide, "Blocking public access to your Amazon S3 storage". `RestrictPublicBuckets` limits a bucket whose policy is public to
//! AWS services and to principals of the bucket owner's account. `BlockPublicPolicy` only refuses new public policies; it takes nothing from one that is there.

use serde_json::Value;
use sv0_iam::{ConditionClause, Element, Evaluation, Policy, PrincipalPattern, Statement};
use sv0_model::decision::{Decision, Effect, Layer};
use sv0_model::graph::{Entity, EntityKind, ResourcePolicy};

use super::Estate;
use super::judge::Request;

/// Condition keys that, with fixed values, keep a policy from being public ("The meaning of public").
const NARROWING_KEYS: &[&str] = &[
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceIp",
    "aws:SourceOrgID",
    "aws:SourceOwner",
    "aws:SourceVpc",
    "aws:SourceVpce",
    "aws:userid",
    "s3:DataAccessPointAccount",
    "s3:DataAccessPointArn",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
];

impl Estate<'_> {
    /// Takes away what Block Public Access takes away.
    pub(crate) fn block_public_access(&self, request: &Request<'_>, mut evaluation: Evaluation) -> Evaluation {
        if !self.public_access_applies(request) {
            return evaluation;
        }
        if evaluation.decision.is_possible() {
            evaluation.decision = Decision::ImplicitDeny;
            evaluation.condition = None;
            evaluation.statements = Vec::new();
            evaluation.blocked_by = Vec::new();
        }
        evaluation.blocked_by.push(Layer::BlockPublicAccess);
        evaluation
    }

    /// Whether Block Public Access stops the request.
    pub(crate) fn public_access_applies(&self, request: &Request<'_>) -> bool {
        let Some(bucket) = request
            .place
            .entity
            .filter(|entity| entity.kind == EntityKind::S3Bucket)
        else {
            return false;
        };
        let is_outside = request.subject.account() != bucket.account.as_deref() && !request.subject.is_service();
        is_outside && Self::restricts_public_buckets(bucket) && self.has_public_policy(bucket)
    }

    /// Whether `RestrictPublicBuckets` is on for the bucket or its account.
    pub(crate) fn restricts_public_buckets(bucket: &Entity) -> bool {
        Self::public_access_switch(bucket, "restrict_public_buckets")
    }

    /// Whether a switch of Block Public Access is on for the bucket or its account.
    pub(crate) fn public_access_switch(bucket: &Entity, switch: &str) -> bool {
        ["block_public_access", "account_block_public_access"]
            .iter()
            .filter_map(|name| bucket.attributes.get(*name))
            .any(|block| block.get(switch).and_then(Value::as_bool) == Some(true))
    }

    /// Whether the bucket's policy is public in the sense of Block Public Access.
    pub(crate) fn has_public_policy(&self, bucket: &Entity) -> bool {
        let ResourcePolicy::Set { policy } = &bucket.resource_policy else {
            return false;
        };
        self.library.policy(policy).is_some_and(|policy| is_public(policy))
    }
}

fn is_public(policy: &Policy) -> bool {
    policy.statements().iter().any(is_public_statement)
}

fn is_public_statement(statement: &Statement) -> bool {
    let names_everyone = match statement.principals() {
        Element::Only(entries) => entries.items.contains(&PrincipalPattern::Everyone),
        Element::Except(_) => true,
        Element::Missing | Element::Unreadable => false,
    };
    statement.effect() == Some(Effect::Allow) && names_everyone && !statement.conditions().iter().any(narrows)
}

fn narrows(clause: &ConditionClause) -> bool {
    let is_narrowing_key = NARROWING_KEYS.iter().any(|key| key.eq_ignore_ascii_case(clause.key()));
    let has_fixed_values = clause.values().iter().all(|value| {
        !value.text().contains(['*', '?'])
            && value.variables().next().is_none()
            && value.text() != "0.0.0.0/0"
            && value.text() != "::/0"
    });
    let names_required_values = clause
        .operator()
        .is_some_and(|operator| operator.names_required_values());
    is_narrowing_key && has_fixed_values && names_required_values
}
