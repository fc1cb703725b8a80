//! What comes out of which records. A test reads as: these answers were recorded, so this is in the graph.

mod bedrock;
mod config_items;
mod credentials;
mod decryptable;
mod documentation;
mod federation;
mod hostile;
mod iam_details;
mod identity_center;
mod inference;
mod merging;
mod order;
mod organizations;
mod owners;
mod permissions;
mod principals;
mod resource_policies;
mod resources;
mod s3_and_kms;
mod sensitivities;
mod service_access;
mod signals;
mod snapshots;
mod trails;
mod workloads;

use serde_json::{Value, json};
use sv0_model::graph::{Edge, EdgeKind, Entity, Graph, PolicyRecord};
use sv0_model::hash::sha256_of_json;
use sv0_model::record::{CaptureHeader, Origin, Record, RecordKind};
use sv0_model::time::Timestamp;

use crate::{GraphInput, GraphOptions, GraphOutput, normalise};

pub(super) const DEV: &str = "111111111111";
pub(super) const PROD: &str = "222222222222";
pub(super) const OUTSIDER: &str = "999999999999";
pub(super) const REGION: &str = "eu-west-1";

/// Recorded answers in the making.
#[derive(Clone, Default)]
pub(super) struct Capture {
    pub(super) records: Vec<Record>,
    pub(super) options: GraphOptions,
}

impl Capture {
    pub(super) fn new() -> Self {
        Self::default()
    }

    pub(super) fn add(mut self, kind: RecordKind, object: &str, account: Option<&str>, at: &str, body: Value) -> Self {
        self.records.push(Record {
            kind,
            account: account.map(str::to_owned),
            region: None,
            origin: Origin {
                object: object.to_owned(),
                sha256: sha256_of_json(&body),
            },
            captured_at: Some(time(at)),
            body,
        });
        self
    }

    /// A Config item; account, Region and time of capture are filled in where the item does not give them.
    pub(super) fn config(self, resource_type: &str, item: Value) -> Self {
        self.config_at("2026-03-01T00:00:00Z", resource_type, item)
    }

    pub(super) fn config_at(self, at: &str, resource_type: &str, item: Value) -> Self {
        let mut body = json!({ "accountId": DEV, "awsRegion": REGION, "resourceType": resource_type, "configurationItemStatus": "OK" });
        if let (Some(body), Some(item)) = (body.as_object_mut(), item.as_object()) {
            body.extend(item.clone());
        }
        let kind = RecordKind::ConfigItem {
            resource_type: resource_type.to_owned(),
        };
        let object = format!("config/{}.ndjson", resource_type.replace("::", "-"));
        self.add(kind, &object, None, at, body)
    }

    /// A page of authorization details of the account [`DEV`].
    pub(super) fn details(self, page: Value) -> Self {
        self.details_at("2026-03-01T00:00:00Z", page)
    }

    pub(super) fn details_at(self, at: &str, page: Value) -> Self {
        let object = format!("accounts/{DEV}/iam/authorization-details.json");
        self.add(RecordKind::AuthorizationDetails, &object, Some(DEV), at, page)
    }

    /// An item of a service's own answer, recorded in the account [`DEV`] and [`REGION`].
    pub(super) fn spoke(mut self, service: &str, what: &str, body: Value) -> Self {
        let kind = RecordKind::SpokeItem {
            service: service.to_owned(),
            what: what.to_owned(),
        };
        let object = format!("accounts/{DEV}/{REGION}/{service}/{what}.ndjson");
        self = self.add(kind, &object, Some(DEV), "2026-03-01T00:00:00Z", body);
        if let Some(record) = self.records.last_mut() {
            record.region = Some(REGION.to_owned());
        }
        self
    }

    pub(super) fn organization(self, kind: RecordKind, body: Value) -> Self {
        self.add(kind, "organizations/answer.json", None, "2026-03-01T00:00:00Z", body)
    }

    pub(super) fn normalise(&self) -> GraphOutput {
        normalise(&GraphInput {
            header: &header(),
            records: &self.records,
            options: &self.options,
        })
    }

    pub(super) fn graph(&self) -> Graph {
        self.normalise().graph
    }
}

pub(super) fn header() -> CaptureHeader {
    CaptureHeader {
        format: "sv0-capture/1".to_owned(),
        partition: "aws".to_owned(),
        hub_account: None,
        organization_id: None,
        captured_at: time("2026-03-02T00:00:00Z"),
        regions: vec![REGION.to_owned()],
    }
}

pub(super) fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(super) fn role_arn(name: &str) -> String {
    format!("arn:aws:iam::{DEV}:role/{name}")
}

/// A policy document that allows one action on everything.
pub(super) fn allows(action: &str) -> Value {
    json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": action, "Resource": "*" }] })
}

/// A trust or resource-based policy that allows one action to a principal.
pub(super) fn grants(principal: &Value, action: &str) -> Value {
    json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*" }] })
}

/// The document as the API sends it.
pub(super) fn url_encoded(document: &Value) -> String {
    document
        .to_string()
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}

pub(super) fn entity<'a>(graph: &'a Graph, native_id: &str) -> &'a Entity {
    graph.entities.get(native_id).unwrap_or_else(|| {
        panic!(
            "{native_id} is not among {:?}",
            graph.entities.keys().collect::<Vec<_>>()
        )
    })
}

/// What records say of an entity: its attributes without the keys that are made of them.
pub(super) fn told(entity: &Entity) -> Value {
    let mut attributes = entity.attributes.clone();
    attributes.remove("join_keys");
    json!(attributes)
}

pub(super) fn policy<'a>(graph: &'a Graph, native_id: &str) -> &'a PolicyRecord {
    graph.policies.get(native_id).unwrap_or_else(|| {
        panic!(
            "{native_id} is not among {:?}",
            graph.policies.keys().collect::<Vec<_>>()
        )
    })
}

/// Where the edges of a kind lead from an entity.
pub(super) fn ends<'a>(graph: &'a Graph, from: &str, kind: EdgeKind) -> Vec<&'a str> {
    graph
        .edges
        .iter()
        .filter(|edge| edge.from == from && edge.kind == kind)
        .map(|edge| edge.to.as_str())
        .collect()
}

/// The one edge of a kind from an entity.
pub(super) fn edge<'a>(graph: &'a Graph, from: &str, kind: EdgeKind) -> &'a Edge {
    let found: Vec<&Edge> = graph
        .edges
        .iter()
        .filter(|edge| edge.from == from && edge.kind == kind)
        .collect();
    assert_eq!(found.len(), 1, "edges {kind:?} from {from}: {found:?}");
    found[0]
}

pub(super) fn codes(output: &GraphOutput) -> Vec<&str> {
    output
        .diagnostics
        .iter()
        .map(|diagnostic| diagnostic.code.as_str())
        .collect()
}
