//! What grants beside a resource's policy: a bucket's access control list, the grants of a KMS key.
//!
//! Each is kept as a policy of its own. For a decision it is read together with the resource's policy, as one text: S3 evaluates policy and list together,
//! and KMS policy and grants; a Deny of the policy overrides them. Sources: Amazon S3 User Guide, "How Amazon S3 authorizes a request" and "Controlling
//! ownership of objects and disabling ACLs for your bucket"; AWS KMS Developer Guide, "Grants in AWS KMS" and "Troubleshooting AWS KMS permissions".

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use sv0_iam::{Element, Evaluation, NamedPolicy, Policy, PrincipalPattern, Statement, parse_policy};
use sv0_model::arn::account_of;
use sv0_model::decision::{Caveat, Layer, StatementRef};
use sv0_model::graph::{Entity, EntityKind, Graph, PolicyRecord, ResourcePolicy, urn};

use super::compose::Doubt;
use super::library::Library;
use super::public_access::{Setting, switch};
use super::subject::Subject;

/// The resources that have something beside their policy, by native id.
pub(crate) struct Beside<'g>(BTreeMap<&'g str, Grants>);

/// The grants beside one resource's policy.
pub(crate) struct Grants {
    /// The native id of their record.
    name: String,
    policy: Arc<Policy>,
    /// The resource's policy as far as it was collected, and how many statements it has.
    own: Option<(NamedPolicy, usize)>,
    /// Ever more of the grants, the first without any doubt.
    readings: Vec<Reading>,
    /// Of a key, the grants to principals of other accounts.
    to_strangers: BTreeMap<String, NamedPolicy>,
}

/// What the identity side of a request is called where a grant of another account's key stands in for it.
const GRANT_SUFFICES: &str = "urn:sv0:grant-suffices";

/// The resource's policy with some of the grants, and what has to be true for these to count.
pub(crate) struct Reading {
    text: Option<NamedPolicy>,
    doubts: Vec<Doubt>,
}

impl Reading {
    pub(crate) fn text(&self) -> Option<&NamedPolicy> {
        self.text.as_ref()
    }

    pub(crate) fn doubts(&self) -> &[Doubt] {
        &self.doubts
    }
}

impl<'g> Beside<'g> {
    pub(crate) fn new(graph: &'g Graph, library: &Library<'g>) -> Self {
        let of = |entity: &'g Entity| match entity.kind {
            EntityKind::S3Bucket => access_control_list(entity, library),
            EntityKind::KmsKey => key_grants(entity, library),
            _ => None,
        };
        let found = graph.entities.values();
        Self(
            found
                .filter_map(|entity| Some((entity.native_id.as_str(), of(entity)?)))
                .collect(),
        )
    }

    pub(crate) fn of(&self, entity: &Entity) -> Option<&Grants> {
        self.0.get(entity.native_id.as_str())
    }
}

impl Grants {
    fn new(name: String, policy: &Arc<Policy>, entity: &Entity, library: &Library<'_>) -> Self {
        let own = match &entity.resource_policy {
            ResourcePolicy::Set { policy } => library.named(policy),
            _ => None,
        };
        Self {
            name,
            policy: Arc::clone(policy),
            own: own.map(|own| {
                let count = own.policy.statements().len();
                (own, count)
            }),
            readings: Vec::new(),
            to_strangers: BTreeMap::new(),
        }
    }

    fn add_reading(&mut self, doubts: Vec<Doubt>, counts: impl Fn(&Statement) -> bool) {
        let counted = self.policy.retaining(counts);
        let text = match (&self.own, counted.statements().is_empty()) {
            (Some((own, _)), true) => Some(own.clone()),
            (Some((own, _)), false) => Some(NamedPolicy {
                name: own.name.clone(),
                policy: Arc::new(own.policy.followed_by(&counted)),
            }),
            (None, true) => None,
            (None, false) => Some(NamedPolicy {
                name: self.name.clone(),
                policy: Arc::new(counted),
            }),
        };
        self.readings.push(Reading { text, doubts });
    }

    /// The native id of their record.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Ever more of the grants.
    pub(crate) fn readings(&self) -> &[Reading] {
        &self.readings
    }

    /// The resource's policy with all that may count.
    pub(crate) fn widest(&self) -> Option<&NamedPolicy> {
        self.readings.last().and_then(Reading::text)
    }

    /// Gives the statements of the grants back to their own record.
    pub(crate) fn restore(&self, evaluation: &mut Evaluation) {
        for references in [&mut evaluation.statements, &mut evaluation.granting] {
            references.retain(|reference| reference.policy != GRANT_SUFFICES);
            for reference in references.iter_mut() {
                self.restore_reference(reference);
            }
            references.sort();
        }
    }

    fn restore_reference(&self, reference: &mut StatementRef) {
        if let Some((own, count)) = &self.own
            && reference.policy == own.name
            && let Some(index) = reference.index.checked_sub(*count)
        {
            reference.policy.clone_from(&self.name);
            reference.index = index;
        }
    }

    /// What a principal of another account than the key's needs no permission of its own account for, as an identity policy: the grants to it.
    ///
    /// Services use keys of other accounts in this way, through service-linked roles that hold no permission for KMS (Amazon EC2 Auto Scaling User Guide,
    /// "Required AWS KMS key policy for use with encrypted volumes").
    pub(crate) fn to_stranger(&self, subject: &Subject<'_>) -> Option<&NamedPolicy> {
        let of_entity = || self.to_strangers.get(subject.entity?.native_id.as_str());
        self.to_strangers.get(subject.principal.text()).or_else(of_entity)
    }
}

/// The grants of a key to principals of other accounts, by principal.
fn to_strangers(key: &Entity, grants: &PolicyRecord) -> BTreeMap<String, NamedPolicy> {
    let statements = grants.document.as_ref().and_then(|document| document.get("Statement"));
    let mut by_principal: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for statement in statements.and_then(Value::as_array).into_iter().flatten() {
        let named = statement.get("Principal").and_then(|principal| principal.get("AWS"));
        let several = named.and_then(Value::as_array).into_iter().flatten();
        let strangers = several.chain(named).filter_map(Value::as_str).filter(|arn| {
            let account = account_of(arn);
            account.is_some() && account != account_of(&key.native_id)
        });
        for stranger in strangers {
            let mut statement = statement.clone();
            statement.as_object_mut().map(|statement| statement.remove("Principal"));
            by_principal.entry(stranger).or_default().push(statement);
        }
    }
    by_principal
        .into_iter()
        .filter(|(principal, _)| !principal.ends_with(":root"))
        .map(|(principal, statements)| {
            let document = json!({ "Version": "2012-10-17", "Statement": statements });
            let policy = NamedPolicy {
                name: GRANT_SUFFICES.to_owned(),
                policy: Arc::new(parse_policy(&document).policy),
            };
            (principal.to_owned(), policy)
        })
        .collect()
}

fn key_grants(key: &Entity, library: &Library<'_>) -> Option<Grants> {
    let name = urn::key_grants(&key.native_id);
    let mut grants = Grants::new(name.clone(), library.policy(&name)?, key, library);
    grants.to_strangers = to_strangers(key, library.record(&name)?);
    grants.add_reading(Vec::new(), |_| true);
    Some(grants)
}

/// A bucket's list counts unless Object Ownership switches it off; of its grants to everyone and to every AWS account, `IgnorePublicAcls` leaves nothing.
fn access_control_list(bucket: &Entity, library: &Library<'_>) -> Option<Grants> {
    let name = urn::access_control_list(&bucket.native_id);
    let mut grants = Grants::new(name.clone(), library.policy(&name)?, bucket, library);
    let ownership = match ownership(bucket) {
        Ownership::BucketOwnerEnforced => return None,
        Ownership::ListsCount => Vec::new(),
        Ownership::NotCollected => vec![Doubt {
            urn: urn::object_ownership(&bucket.native_id),
            layer: Layer::Resource,
            caveat: Caveat::AccessControlListNotCollected,
        }],
    };
    if !ownership.is_empty() {
        grants.add_reading(Vec::new(), |_| false);
    }
    match switch(bucket, "ignore_public_acls") {
        Setting::On => grants.add_reading(ownership, |statement| !is_public_grant(statement)),
        Setting::Off => grants.add_reading(ownership, |_| true),
        Setting::NotCollected(doubts) => {
            grants.add_reading(ownership.clone(), |statement| !is_public_grant(statement));
            grants.add_reading(ownership.into_iter().chain(doubts).collect(), |_| true);
        }
    }
    Some(grants)
}

/// "Amazon S3 considers a bucket or object ACL public if it grants any permissions to members of the predefined AllUsers or AuthenticatedUsers groups."
pub(crate) fn is_public_grant(grant: &Statement) -> bool {
    matches!(grant.principals(), Element::Only(entries) if entries.items.contains(&PrincipalPattern::Everyone))
}

/// What Object Ownership leaves of access control lists, the bucket's and its objects'.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ownership {
    /// "ACLs are disabled, and the bucket owner automatically owns and has full control over every object in the bucket."
    BucketOwnerEnforced,
    ListsCount,
    NotCollected,
}

pub(crate) fn ownership(bucket: &Entity) -> Ownership {
    match bucket.attributes.get("object_ownership").and_then(Value::as_str) {
        Some("BucketOwnerEnforced") => Ownership::BucketOwnerEnforced,
        Some(_) => Ownership::ListsCount,
        None => Ownership::NotCollected,
    }
}
