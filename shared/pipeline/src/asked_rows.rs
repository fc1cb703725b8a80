//! Rows of the graph as far as questions of access need them: what they do not need is passed over and never kept.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use sv0_model::graph::{
    Actor, Classified, Edge, EdgeKind, Entity, EntityKind, Resolution, ResourcePolicy, Sensitivity,
};

/// An entity without the records that it comes from.
#[derive(Deserialize)]
pub(crate) struct AskedEntity {
    native_id: String,
    source_system: String,
    kind: EntityKind,
    name: String,
    account: Option<String>,
    region: Option<String>,
    resolution: Resolution,
    sensitivity: Sensitivity,
    #[serde(default)]
    sensitivity_rule: String,
    #[serde(default)]
    data_domain: Option<Classified>,
    #[serde(default)]
    environment: Option<Classified>,
    #[serde(default)]
    actor: Option<Actor>,
    #[serde(default)]
    tags: BTreeMap<String, String>,
    resource_policy: ResourcePolicy,
    #[serde(default)]
    attributes: BTreeMap<String, Value>,
    #[serde(rename = "captured_at")]
    _captured_at: IgnoredAny,
    #[serde(rename = "origins")]
    _origins: IgnoredAny,
}

impl From<AskedEntity> for Entity {
    fn from(row: AskedEntity) -> Self {
        Self {
            native_id: row.native_id,
            source_system: row.source_system,
            kind: row.kind,
            name: row.name,
            account: row.account,
            region: row.region,
            resolution: row.resolution,
            sensitivity: row.sensitivity,
            sensitivity_rule: row.sensitivity_rule,
            data_domain: row.data_domain,
            environment: row.environment,
            actor: row.actor,
            tags: row.tags,
            resource_policy: row.resource_policy,
            attributes: row.attributes,
            captured_at: None,
            origins: Vec::new(),
        }
    }
}

/// Relations that questions follow.
const FOLLOWED: [EdgeKind; 8] = [
    EdgeKind::HasPolicy,
    EdgeKind::MemberOf,
    EdgeKind::SubjectTo,
    EdgeKind::EncryptedWith,
    EdgeKind::AssignedTo,
    EdgeKind::ProvisionedAs,
    EdgeKind::RunsAs,
    EdgeKind::MayAssume,
];

/// An edge without the records that it comes from; nothing of one that no question follows.
pub(crate) struct AskedEdge(pub Option<Edge>);

#[derive(Deserialize)]
struct EdgeRow<'r> {
    #[serde(borrow)]
    from: Cow<'r, str>,
    kind: EdgeKind,
    #[serde(borrow)]
    to: Cow<'r, str>,
    #[serde(default)]
    attributes: Attributes,
    #[serde(rename = "origins")]
    _origins: IgnoredAny,
}

/// Of an edge's further facts, the account that somebody is assigned in.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Attributes {
    account: Option<Value>,
}

impl<'de> Deserialize<'de> for AskedEdge {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let row = EdgeRow::deserialize(deserializer)?;
        let edge = FOLLOWED.contains(&row.kind).then(|| Edge {
            from: row.from.into_owned(),
            kind: row.kind,
            to: row.to.into_owned(),
            attributes: row
                .attributes
                .account
                .map(|account| ("account".to_owned(), account))
                .into_iter()
                .collect(),
            origins: Vec::new(),
        });
        Ok(Self(edge))
    }
}
