//! What one record says of one entity, before anything is linked.

use std::collections::BTreeMap;

use serde_json::Value;
use sv0_iam::decode_document;
use sv0_model::arn::Arn;
use sv0_model::graph::{
    EdgeKind, Entity, EntityKind, PolicyKind, PolicyRecord, Resolution, ResourcePolicy, Sensitivity,
};
use sv0_model::hash::sha256_of_json;
use sv0_model::record::Origin;

use crate::freshness::Freshness;
use crate::target::embedded_arn;

/// An entity as one record describes it, with the edges that start from it and the policies that belong to it.
#[derive(Debug, Clone)]
pub(crate) struct Description {
    /// The entity.
    pub(crate) entity: Entity,
    /// The record that describes it.
    pub(crate) origin: Origin,
    /// Edges that start from it; where they lead is resolved when everything has been read.
    pub(crate) links: Vec<Link>,
    /// Policies that belong to it, its own text included if it is a policy.
    pub(crate) policies: Vec<PolicyRecord>,
    /// Entities that exist only as parts of it: its inline policies.
    pub(crate) parts: Vec<Entity>,
    /// ARNs of the instance profiles that hold it, if it is a role.
    pub(crate) instance_profiles: Vec<String>,
}

/// What a record says of an entity: how it is, or that it is gone.
#[derive(Debug, Clone)]
pub(crate) enum Statement {
    /// It exists.
    Described(Box<Description>),
    /// It was deleted.
    Deleted,
}

/// An edge whose end is still in the words of the record.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    /// The kind of the edge.
    pub(crate) kind: EdgeKind,
    /// Where it leads.
    pub(crate) to: Reference,
    /// Attributes of the edge.
    pub(crate) attributes: BTreeMap<String, Value>,
    /// Which end the entity is that the record describes.
    pub(crate) direction: Direction,
}

/// Which end of an edge the described entity is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    /// The edge starts from it.
    From,
    /// The edge leads to it: a bucket's notification says what triggers a function.
    To,
}

/// The name under which a record speaks of another entity.
#[derive(Debug, Clone)]
pub(crate) enum Reference {
    /// A native id.
    Id {
        /// The id.
        native_id: String,
        /// What it must be.
        kind: EntityKind,
    },
    /// A role's ARN, or its bare name in the same account.
    Role(String),
    /// An instance profile's ARN or name; stands for the role inside.
    InstanceProfile(String),
    /// A group's name in the same account.
    Group(String),
    /// A KMS key by ARN, id or alias, in the same account and Region unless the ARN says otherwise.
    Key(String),
    /// A container image.
    Image(String),
    /// Anything by its ARN. A version or alias of a function, an index of a table, an object of a bucket stand for the thing itself.
    Arn(String),
    /// An ARN, or the id that stands for `{id}` in the format, in the same account and Region.
    InFormat(&'static str, String),
    /// A queue by its URL or ARN.
    Queue(String),
    /// A model of Bedrock by ARN or id.
    Model(String),
    /// A place outside AWS, by a URL or its host. What is no host leads nowhere.
    Host(String),
    /// The instance profile of a launch template or launch configuration, by the names of [`crate::launch`].
    Launch(String),
    /// A task definition by ARN, `family:revision` or family, in the same account and Region.
    TaskDefinition(String),
}

impl Link {
    /// An edge without attributes.
    pub(crate) fn new(kind: EdgeKind, to: Reference) -> Self {
        Self {
            kind,
            to,
            attributes: BTreeMap::new(),
            direction: Direction::From,
        }
    }

    /// An edge that leads from `from` to the described entity.
    pub(crate) fn inverse(kind: EdgeKind, from: Reference) -> Self {
        Self {
            direction: Direction::To,
            ..Self::new(kind, from)
        }
    }

    /// The same edge with one more attribute.
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.attributes.insert(name.to_owned(), value.into());
        self
    }
}

/// What every entity must say of itself.
pub(crate) struct Identity<'a> {
    /// Its native id.
    pub(crate) native_id: String,
    /// What it is.
    pub(crate) kind: EntityKind,
    /// Its name.
    pub(crate) name: &'a str,
    /// The account it is in.
    pub(crate) account: Option<&'a str>,
    /// The Region it is in.
    pub(crate) region: Option<&'a str>,
}

impl Description {
    /// A collected entity without attributes, edges and policies.
    pub(crate) fn new(identity: Identity<'_>, freshness: &Freshness, origin: &Origin) -> Self {
        let mut entity = entity(identity, Resolution::Collected);
        entity.captured_at = freshness.captured_at();
        entity.origins = vec![origin.clone()];
        Self {
            entity,
            origin: origin.clone(),
            links: Vec::new(),
            policies: Vec::new(),
            parts: Vec::new(),
            instance_profiles: Vec::new(),
        }
    }

    /// Takes from an older description out of another source what such a description never holds or this one lacks: tags, and the resource-based policy.
    pub(crate) fn complete_from(&mut self, older: Self) {
        if self.entity.tags.is_empty() {
            self.entity.tags = older.entity.tags;
        }
        if self.entity.resource_policy == ResourcePolicy::NotCollected {
            self.entity.resource_policy = older.entity.resource_policy;
            self.policies.extend(older.policies);
        }
        self.entity.origins.extend(older.entity.origins);
        self.entity.origins.sort();
        self.entity.origins.dedup();
    }

    /// Adds an attribute, if there is a value.
    pub(crate) fn set(&mut self, name: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.entity.attributes.insert(name.to_owned(), value.into());
        }
    }

    /// Adds an edge.
    pub(crate) fn link(&mut self, kind: EdgeKind, to: Reference) {
        self.links.push(Link::new(kind, to));
    }

    /// Adds a policy that belongs to the entity. A text that cannot be read is kept as missing; whether it could be read is returned.
    pub(crate) fn add_policy(&mut self, native_id: String, kind: PolicyKind, name: &str, text: Option<&Value>) -> bool {
        let document = text.and_then(|text| decode_document(text).ok());
        let readable = document.is_some() || text.is_none();
        self.policies.push(PolicyRecord {
            native_id,
            kind,
            name: name.to_owned(),
            owner: Some(self.entity.native_id.clone()),
            sha256: document.as_ref().map(sha256_of_json),
            document,
            version_id: None,
            captured_at: self.entity.captured_at,
            origin: self.entity.origins.first().cloned(),
            snapshot: None,
        });
        readable
    }
}

/// An entity of which nothing but its identity is known.
pub(crate) fn entity(identity: Identity<'_>, resolution: Resolution) -> Entity {
    let account = identity.account.map(str::to_owned);
    Entity {
        source_system: source_system(&identity.native_id, identity.account),
        native_id: identity.native_id,
        kind: identity.kind,
        name: identity.name.to_owned(),
        account,
        region: identity.region.map(str::to_owned),
        resolution,
        sensitivity: Sensitivity::Unknown,
        sensitivity_rule: String::new(),
        data_domain: None,
        environment: None,
        actor: None,
        tags: BTreeMap::new(),
        resource_policy: if has_resource_policy(identity.kind) {
            ResourcePolicy::NotCollected
        } else {
            ResourcePolicy::NotSupported
        },
        attributes: BTreeMap::new(),
        captured_at: None,
        origins: Vec::new(),
    }
}

/// The source system of what belongs to no account: AWS's services, everyone, identity providers of the internet.
pub(crate) const GLOBAL_SOURCE: &str = "aws:global";

fn source_system(native_id: &str, account: Option<&str>) -> String {
    match (Arn::parse(native_id), account) {
        (Some(arn), Some(account)) => format!("aws_{}:{account}", arn.service),
        (Some(arn), None) => format!("aws_{}:global", arn.service),
        (None, Some(account)) => {
            let of_arn = embedded_arn(native_id).and_then(Arn::parse);
            format!("aws_{}:{account}", of_arn.map_or("iam", |arn| arn.service))
        }
        (None, None) => GLOBAL_SOURCE.to_owned(),
    }
}

/// Whether AWS lets a resource-based policy be attached to entities of this kind. Of other resources we cannot tell, so they may have one.
fn has_resource_policy(kind: EntityKind) -> bool {
    matches!(
        kind,
        EntityKind::IamRole
            | EntityKind::ServiceLinkedRole
            | EntityKind::LambdaFunction
            | EntityKind::S3Bucket
            | EntityKind::Secret
            | EntityKind::KmsKey
            | EntityKind::EcrRepository
            | EntityKind::GenericResource
            | EntityKind::SsmParameter
            | EntityKind::DynamoDbTable
            | EntityKind::SqsQueue
            | EntityKind::SnsTopic
            | EntityKind::EventBus
            | EntityKind::KinesisStream
            | EntityKind::EfsFileSystem
            | EntityKind::OpenSearchDomain
            | EntityKind::RedshiftCluster
            | EntityKind::LambdaLayer
            | EntityKind::Guardrail
            | EntityKind::AgentCoreRuntime
            | EntityKind::AgentCoreGateway
    )
}
