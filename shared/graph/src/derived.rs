//! Edges that follow from other edges: what runs because of a rule, which image runs where.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sv0_model::graph::{Edge, EdgeKind, Entity, EntityKind, urn};

use crate::edges::{Edges, NewEdge};
use crate::target::Target;

/// Adds them. `entities` are those that are described.
pub(crate) fn add(entities: &BTreeMap<String, Entity>, edges: &mut Edges) {
    let known: Vec<Edge> = edges.iter().cloned().collect();
    let kinds: BTreeMap<String, EntityKind> = edges.kinds().map(|(id, kind)| (id.to_owned(), kind)).collect();
    let kind_of = |id: &str| {
        entities
            .get(id)
            .map(|entity| entity.kind)
            .or_else(|| kinds.get(id).copied())
    };
    for edge in &known {
        match edge.kind {
            EdgeKind::Invokes if kind_of(&edge.from).is_some_and(is_trigger) => {
                if let (Some(from), Some(to)) =
                    (kind_of(&edge.from), kind_of(&edge.to).filter(|kind| kind.is_workload()))
                {
                    edges.mention(&Target::new(edge.to.clone(), to), edge.origins.first(), None);
                    let attributes = edge
                        .attributes
                        .get("qualifier")
                        .map(|qualifier| ("function_qualifier".to_owned(), qualifier.clone()));
                    let this = Target::new(edge.from.clone(), from);
                    follow(
                        edge,
                        &edge.to,
                        EdgeKind::TriggeredBy,
                        this,
                        attributes.into_iter().collect(),
                        edges,
                    );
                }
            }
            EdgeKind::DeployedFrom => add_image(edge, entities.get(&edge.from), edges),
            _ => {}
        }
    }
    add_trust_anchors(entities, edges);
}

/// What only ever starts other things.
fn is_trigger(kind: EntityKind) -> bool {
    matches!(
        kind,
        EntityKind::EventBridgeRule | EntityKind::EventBridgeSchedule | EntityKind::EventBridgePipe
    )
}

/// The image that a workload runs, between repository and workload.
fn add_image(edge: &Edge, workload: Option<&Entity>, edges: &mut Edges) {
    let Some(workload) = workload else {
        return;
    };
    let written = |name: &str| edge.attributes.get(name).and_then(Value::as_str);
    let resolved = resolved_digest(workload);
    let digest = written("digest").or(resolved.as_deref());
    let reference = digest.or_else(|| written("tag")).unwrap_or("latest");
    let name = edge
        .to
        .rsplit_once("repository/")
        .map_or(edge.to.as_str(), |(_, name)| name);
    let separator = if digest.is_some() { '@' } else { ':' };
    let image = Target::new(urn::container_image(&edge.to, reference), EntityKind::ContainerImage)
        .named(format!("{name}{separator}{reference}"));
    let of_image = |name: &str, value: Option<&str>| Some((name.to_owned(), json!(value?)));
    let attributes = [of_image("digest", digest), of_image("tag", written("tag"))];
    let attributes: BTreeMap<String, Value> = attributes.into_iter().flatten().collect();
    follow(edge, &edge.to, EdgeKind::Hosts, image.clone(), attributes, edges);
    let this = Target::new(workload.native_id.clone(), workload.kind);
    follow(
        edge,
        &image.native_id,
        EdgeKind::ExecutedBy,
        this,
        BTreeMap::new(),
        edges,
    );
}

/// Of a function out of an image, `CodeSha256` is the digest of the image it runs, whatever tag it was made from.
///
/// Source: AWS Lambda API Reference, `FunctionConfiguration`.
fn resolved_digest(workload: &Entity) -> Option<String> {
    let text = |name: &str| workload.attributes.get(name).and_then(Value::as_str);
    let sha256 = text("code_sha256").filter(|_| text("package_type") == Some("Image"))?;
    let is_digest = sha256.len() == 64 && sha256.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_digest.then(|| format!("sha256:{}", sha256.to_ascii_lowercase()))
}

fn follow(
    behind: &Edge,
    from: &str,
    kind: EdgeKind,
    target: Target,
    attributes: BTreeMap<String, Value>,
    edges: &mut Edges,
) {
    for origin in &behind.origins {
        edges.add(NewEdge {
            from,
            kind,
            target: target.clone(),
            attributes: attributes.clone(),
            origin: Some(origin),
            captured_at: None,
        });
    }
}

/// A certificate of any trust anchor of an account and Region may ask for any profile there; what a role's trust policy demands comes on top.
///
/// Source: IAM Roles Anywhere User Guide, "The IAM Roles Anywhere authentication process".
fn add_trust_anchors(entities: &BTreeMap<String, Entity>, edges: &mut Edges) {
    let is_anchor =
        |entity: &&Entity| entity.kind == EntityKind::FederatedProvider && entity.native_id.contains(":trust-anchor/");
    let mut anchors: BTreeMap<(&Option<String>, &Option<String>), Vec<&Entity>> = BTreeMap::new();
    for anchor in entities.values().filter(is_anchor) {
        anchors
            .entry((&anchor.account, &anchor.region))
            .or_default()
            .push(anchor);
    }
    for profile in entities
        .values()
        .filter(|entity| entity.kind == EntityKind::RolesAnywhereProfile)
    {
        let of_place = anchors.get(&(&profile.account, &profile.region));
        for anchor in of_place.into_iter().flatten() {
            edges.add(NewEdge {
                from: &anchor.native_id,
                kind: EdgeKind::AuthenticatesAs,
                target: Target::new(profile.native_id.clone(), profile.kind),
                attributes: BTreeMap::new(),
                origin: anchor.origins.first(),
                captured_at: None,
            });
        }
    }
}
