//! Resources that no question about what reaches them can tell apart, apart from the patterns of policies.
//!
//! An answer depends on a resource by its ARN, by what of its attributes, tags and neighbours some layer reads, and by its own policy. Resources that are
//! alike in all but the name and have no policy of their own are one *group*: the same principal gets the same answer for the same action on each of
//! them that the same patterns of the policies in play match. What else might tell one from another has to stand in [`Traits`]; what could not be
//! compared is in no group, and is asked about by itself.

use std::collections::HashMap;

use sv0_iam::ClassifiedSet;
use sv0_iam::catalogue::classes::classified;
use sv0_iam::catalogue::is_ruled_out;
use sv0_model::arn::Arn;
use sv0_model::graph::{EdgeKind, Entity, EntityKind, Resolution, ResourcePolicy};
use sv0_model::path::ActionClass;

use super::classes::{ActionTarget, rows_of};
use super::scope::ordinary_name;
use crate::estate::{BucketTraits, Estate, has_all_grants, is_access_point};

/// What is asked of one candidate: the actions of its classes.
#[derive(Debug)]
pub(crate) struct Questions {
    /// The same group for what is alike; none for what has to be asked about by itself.
    pub group: Option<usize>,
    pub actions: ClassifiedSet,
    pub asked: Vec<Asked>,
}

/// An action of a class.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    pub class: ActionClass,
    pub action: &'static str,
    /// Its place in the list of classified actions.
    pub place: usize,
    pub target: ActionTarget,
    /// Whether the catalogue rules the resource out, or the part of it that no pattern singles out.
    pub is_ruled_out: bool,
}

/// The questions about each of some entities, in their order.
pub(crate) fn questions<'e>(estate: &Estate<'_>, entities: impl Iterator<Item = &'e Entity>) -> Vec<Questions> {
    let mut groups: HashMap<Traits<'_>, usize> = HashMap::new();
    entities
        .map(|entity| {
            let asked: Vec<Asked> = asked_of(entity).collect();
            let mut actions = ClassifiedSet::default();
            asked.iter().for_each(|asked| actions.insert(asked.place));
            let next = groups.len();
            let group = Traits::of(estate, entity).map(|traits| *groups.entry(traits).or_insert(next));
            Questions { group, actions, asked }
        })
        .collect()
}

fn asked_of(entity: &Entity) -> impl Iterator<Item = Asked> {
    rows_of(entity).iter().flat_map(move |row| {
        row.actions.iter().filter_map(move |(action, target)| {
            let is_ruled_out = match target {
                ActionTarget::Whole | ActionTarget::WholeOrQualified => is_ruled_out(action, &entity.native_id),
                ActionTarget::Inside => is_ruled_out(action, &ordinary_name(&entity.native_id)),
                ActionTarget::Related(_) | ActionTarget::Unscoped => false,
            };
            Some(Asked {
                class: row.class,
                action,
                place: classified().place(action)?,
                target: *target,
                is_ruled_out,
            })
        })
    })
}

/// What of a resource without a policy of its own an answer may depend on, besides its name and its account, which is the caller's.
#[derive(PartialEq, Eq, Hash)]
struct Traits<'e> {
    kind: EntityKind,
    resolution: Resolution,
    account: &'e str,
    region: Option<&'e str>,
    partition: &'e str,
    service: &'e str,
    resource_type: &'e str,
    /// Tags that some policy asks for.
    tags: Vec<(&'e str, &'e str)>,
    /// The key that encrypts it.
    key: Option<&'e str>,
    has_all_grants: bool,
    bucket: Option<BucketTraits>,
}

impl<'e> Traits<'e> {
    /// None for what has a policy, or may have one; for users and roles, of which some requests tell more; and for buckets with other ways to them.
    fn of(estate: &Estate<'e>, entity: &'e Entity) -> Option<Self> {
        let has_no_policy = matches!(
            entity.resource_policy,
            ResourcePolicy::NotSet | ResourcePolicy::NotSupported
        );
        let arn = Arn::parse(&entity.native_id)?;
        let account = entity.account.as_deref()?;
        let is_plain = has_no_policy
            && arn.account_id().is_none_or(|named| named == account)
            && !entity.kind.is_iam_principal()
            && !estate.has_grants_beside(entity)
            && !is_access_point(entity)
            && estate.access_points_of(entity).is_empty();
        is_plain.then(|| Self {
            kind: entity.kind,
            resolution: entity.resolution,
            account,
            region: entity.region.as_deref(),
            partition: arn.partition,
            service: arn.service,
            resource_type: arn.resource_type(),
            tags: estate.asked_tags_of(entity).collect(),
            key: estate.targets(&entity.native_id, EdgeKind::EncryptedWith).next(),
            has_all_grants: has_all_grants(entity),
            bucket: (entity.kind == EntityKind::S3Bucket).then(|| BucketTraits::of(entity)),
        })
    }
}
