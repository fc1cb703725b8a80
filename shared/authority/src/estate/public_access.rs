//! S3 Block Public Access.
//!
//! Source: Amazon S3 User Guide, "Blocking public access to your Amazon S3 storage". Of its four settings two stop requests:
//! - `RestrictPublicBuckets` limits a bucket or access point whose policy is public to AWS services and to principals of the accounts that own bucket and access point,
//!   whatever else the policy says ("including non-public delegation to specific accounts").
//! - `IgnorePublicAcls` takes away what access control lists grant to everyone and to every AWS account.
//!
//! The other two refuse what would be written and take nothing from what is there: `BlockPublicAcls` new public lists, `BlockPublicPolicy` new public policies.
//! A setting holds if the bucket (or access point) or its account has it: "Amazon S3 applies the most restrictive combination".

use serde_json::Value;
use sv0_iam::Evaluation;
use sv0_model::decision::{Caveat, Decision, Layer};
use sv0_model::graph::{Entity, EntityKind, ResourcePolicy, urn};

use super::Estate;
use super::access_points::is_access_point;
use super::compose::{Doubt, reserve, unless};
use super::judge::{Request, denies};
use super::public_policy::{Publicness, publicness};

/// Whether a setting holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Setting {
    On,
    /// Collected everywhere, and off or never set.
    Off,
    /// Not on where it was collected, and not collected everywhere: it does not hold unless what was not collected says so.
    NotCollected(Vec<Doubt>),
}

/// A switch of Block Public Access as it holds for a bucket or access point.
pub(crate) fn switch(entity: &Entity, switch: &str) -> Setting {
    let account = entity.account.as_deref().unwrap_or_default();
    let places = [
        ("block_public_access", entity.native_id.as_str()),
        ("account_block_public_access", account),
    ];
    let mut doubts = Vec::new();
    for (attribute, of) in places {
        match entity.attributes.get(attribute) {
            Some(block) if block.get(switch).and_then(Value::as_bool) == Some(true) => return Setting::On,
            Some(_) => {}
            None => doubts.push(Doubt {
                urn: urn::block_public_access(of),
                layer: Layer::BlockPublicAccess,
                caveat: Caveat::BlockPublicAccessNotCollected,
            }),
        }
    }
    if doubts.is_empty() {
        Setting::Off
    } else {
        Setting::NotCollected(doubts)
    }
}

/// What of a bucket without a policy an answer may depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct BucketTraits {
    is_owner_enforced: bool,
    ignores_public_lists: bool,
    has_list: bool,
}

impl BucketTraits {
    pub(crate) fn of(bucket: &Entity) -> Self {
        use super::beside::{Ownership, ownership};
        Self {
            is_owner_enforced: ownership(bucket) == Ownership::BucketOwnerEnforced,
            ignores_public_lists: switch(bucket, "ignore_public_acls") == Setting::On,
            has_list: bucket.attributes.contains_key("acl_grants"),
        }
    }
}

impl Estate<'_> {
    /// Takes away what `RestrictPublicBuckets` takes away, or may.
    pub(crate) fn block_public_access(&self, request: &Request<'_>, mut evaluation: Evaluation) -> Evaluation {
        match self.restriction(request) {
            Setting::Off => evaluation,
            Setting::NotCollected(doubts) => unless(evaluation, &doubts),
            Setting::On => {
                if !denies(evaluation.decision) {
                    evaluation.decision = Decision::ImplicitDeny;
                    evaluation.condition = None;
                    evaluation.statements = Vec::new();
                    evaluation.blocked_by = Vec::new();
                }
                evaluation.blocked_by.push(Layer::BlockPublicAccess);
                evaluation
            }
        }
    }

    /// Whether Block Public Access stops the request, or may.
    pub(crate) fn public_access_applies(&self, request: &Request<'_>) -> bool {
        self.restriction(request) != Setting::Off
    }

    /// Whether the request is one that `RestrictPublicBuckets` stops.
    fn restriction(&self, request: &Request<'_>) -> Setting {
        let Some(entity) = request
            .place
            .entity
            .filter(|entity| entity.kind == EntityKind::S3Bucket || is_access_point(entity))
        else {
            return Setting::Off;
        };
        if request.subject.is_service() || self.owns(request, entity) {
            return Setting::Off;
        }
        match (
            self.policy_publicness(entity),
            switch(entity, "restrict_public_buckets"),
        ) {
            (Publicness::NotPublic, _) => Setting::Off,
            (Publicness::Unsure(caveat), Setting::On) => Setting::NotCollected(vec![Doubt {
                urn: urn::block_public_access(&entity.native_id),
                layer: Layer::BlockPublicAccess,
                caveat,
            }]),
            (_, setting) => setting,
        }
    }

    /// Whether the caller is of the account that owns the bucket, or the access point or its bucket.
    fn owns(&self, request: &Request<'_>, entity: &Entity) -> bool {
        let behind = self.bucket_of(entity).and_then(|bucket| bucket.account.as_deref());
        let caller = request.subject.account();
        caller.is_some() && (caller == entity.account.as_deref() || caller == behind)
    }

    /// Whether the own policy of a bucket or access point is public in the sense of Block Public Access. "An access point that has a VPC network origin is always considered non-public".
    fn policy_publicness(&self, entity: &Entity) -> Publicness {
        let ResourcePolicy::Set { policy } = &entity.resource_policy else {
            return Publicness::NotPublic;
        };
        let is_point = is_access_point(entity);
        if is_point && entity.attributes.get("network_origin").and_then(Value::as_str) == Some("VPC") {
            return Publicness::NotPublic;
        }
        self.library
            .policy(policy)
            .map_or(Publicness::NotPublic, |policy| publicness(policy, is_point))
    }

    /// Says of a denied request that what was not collected, or is never read, may allow it.
    pub(crate) fn reserve_for_lists(&self, request: &Request<'_>, mut evaluation: Evaluation) -> Evaluation {
        if let Some(caveat) = self.unread_list(request, &evaluation) {
            reserve(&mut evaluation, caveat);
        }
        evaluation
    }

    fn unread_list(&self, request: &Request<'_>, evaluation: &Evaluation) -> Option<Caveat> {
        use super::beside::{Ownership, ownership};
        let bucket = request
            .place
            .entity
            .filter(|entity| entity.kind == EntityKind::S3Bucket)?;
        let lacks_only_an_allow = evaluation.decision == Decision::ImplicitDeny
            && evaluation.blocked_by.iter().all(|layer| {
                matches!(
                    layer,
                    Layer::Identity | Layer::Resource | Layer::Boundary | Layer::Session
                )
            });
        let is_anonymous = request.subject.account().is_none();
        // What the caller's own account does not allow, no other account's list gives.
        let lacks_own_allow =
            request.subject.account() != bucket.account.as_deref() && evaluation.blocked_by.contains(&Layer::Identity);
        let nothing_is_left = ownership(bucket) == Ownership::BucketOwnerEnforced
            || (is_anonymous && switch(bucket, "ignore_public_acls") == Setting::On);
        if !lacks_only_an_allow || lacks_own_allow || nothing_is_left || request.subject.is_service() {
            return None;
        }
        let is_one_of = |actions: &[&str]| actions.iter().any(|action| action.eq_ignore_ascii_case(request.action));
        if is_one_of(OBJECT_LIST_ACTIONS) {
            return Some(Caveat::ObjectAclsNotCollected);
        }
        let was_collected = bucket.attributes.contains_key("acl_grants");
        (is_one_of(BUCKET_LIST_ACTIONS) && !was_collected).then_some(Caveat::AccessControlListNotCollected)
    }
}

/// What an object's access control list can grant ("Mapping of ACL permissions and access policy permissions").
const OBJECT_LIST_ACTIONS: &[&str] = &[
    "s3:GetObject",
    "s3:GetObjectAcl",
    "s3:GetObjectTorrent",
    "s3:GetObjectVersion",
    "s3:GetObjectVersionAcl",
    "s3:GetObjectVersionTorrent",
    "s3:PutObjectAcl",
    "s3:PutObjectVersionAcl",
];

/// What a bucket's access control list can grant.
const BUCKET_LIST_ACTIONS: &[&str] = &[
    "s3:DeleteObject",
    "s3:GetBucketAcl",
    "s3:ListBucket",
    "s3:ListBucketMultipartUploads",
    "s3:ListBucketVersions",
    "s3:PutBucketAcl",
    "s3:PutObject",
];
