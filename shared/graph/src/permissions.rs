//! Permissions: what the Allow statements of identity policies grant, each once however many policies write it.
//!
//! Only what a user, role or group of the capture holds counts, attached or embedded: AWS's own policies that nobody holds grant nothing.

mod named;
mod statement;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use sv0_iam::parse_policy;
use sv0_model::decision::Effect;
use sv0_model::graph::{EdgeKind, Entity, EntityKind, PolicyKind, PolicyRecord, Resolution};
use sv0_model::hash::canonical_json;

use crate::diagnostics::Diagnostics;
use crate::edges::{Edges, MAX_ORIGINS, NewEdge};
use crate::statements::MAX_DOCUMENT_LENGTH;
use crate::target::Target;
use named::{Named, Resources};
use statement::Granted;

/// Adds the permissions that are held, which policies grant them and which resources they name.
pub(crate) fn add(
    policies: &BTreeMap<String, PolicyRecord>,
    entities: &mut BTreeMap<String, Entity>,
    edges: &mut Edges,
    diagnostics: &mut Diagnostics,
) {
    let held = held_policies(entities, edges);
    let mut permissions: BTreeMap<String, Entity> = BTreeMap::new();
    let mut patterns: BTreeMap<String, Vec<String>> = BTreeMap::new();
    // Copies of a policy grant the same; their text is read once.
    let mut granted_by_text: BTreeMap<&str, Vec<Place>> = BTreeMap::new();
    for policy in held.iter().filter_map(|native_id| policies.get(native_id)) {
        let (Some(document), Some(sha256)) = (&policy.document, policy.sha256.as_deref()) else {
            continue;
        };
        if !granted_by_text.contains_key(sha256) {
            let places = read(policy, document, diagnostics)
                .into_iter()
                .map(|granted| place(granted, &mut permissions, &mut patterns))
                .collect();
            granted_by_text.insert(sha256, places);
        }
        for place in granted_by_text.get(sha256).into_iter().flatten() {
            grant(policy, place, &mut permissions, edges);
        }
    }
    name_resources(&patterns, entities, &mut permissions, edges);
    entities.extend(permissions);
}

/// Where a text grants a permission.
struct Place {
    permission: String,
    attributes: BTreeMap<String, Value>,
}

/// Identity policies that a user, role or group of the capture holds, sorted.
fn held_policies(entities: &BTreeMap<String, Entity>, edges: &Edges) -> BTreeSet<String> {
    let is_held = |holder: &str| {
        entities.get(holder).is_some_and(|entity| {
            let may_hold = entity.kind.is_iam_principal() || entity.kind == EntityKind::IamGroup;
            may_hold && entity.resolution == Resolution::Collected
        })
    };
    let held = edges.of_kind(EdgeKind::HasPolicy).filter(|(holder, _)| is_held(holder));
    held.map(|(_, policy)| policy.to_owned()).collect()
}

/// What a policy's statements grant. A document larger than AWS allows could multiply itself, so it is not taken apart.
fn read(policy: &PolicyRecord, document: &Value, diagnostics: &mut Diagnostics) -> Vec<Granted> {
    let is_identity_policy = matches!(
        policy.kind,
        PolicyKind::AwsManaged | PolicyKind::CustomerManaged | PolicyKind::Inline
    );
    if !is_identity_policy {
        return Vec::new();
    }
    if canonical_json(document).len() > MAX_DOCUMENT_LENGTH {
        if let Some(origin) = &policy.origin {
            let message = "the policy is larger than AWS allows, so its permissions are not entities of their own";
            diagnostics.warning(origin, &policy.native_id, "oversized_policy", message, "");
        }
        return Vec::new();
    }
    let parsed = parse_policy(document).policy;
    let allows = parsed
        .statements()
        .iter()
        .filter(|statement| statement.effect() == Some(Effect::Allow));
    allows.map(|statement| Granted::of(statement, document)).collect()
}

fn place(
    granted: Granted,
    permissions: &mut BTreeMap<String, Entity>,
    patterns: &mut BTreeMap<String, Vec<String>>,
) -> Place {
    let native_id = granted.native_id();
    let place = Place {
        permission: native_id.clone(),
        attributes: granted.place,
    };
    permissions.entry(native_id.clone()).or_insert_with(|| {
        patterns.insert(native_id.clone(), granted.patterns);
        statement::entity(native_id, &granted.name, granted.attributes)
    });
    place
}

fn grant(policy: &PolicyRecord, place: &Place, permissions: &mut BTreeMap<String, Entity>, edges: &mut Edges) {
    edges.add(NewEdge {
        from: &policy.native_id,
        kind: EdgeKind::GrantsPermission,
        target: Target::new(&place.permission, EntityKind::Permission),
        attributes: place.attributes.clone(),
        origin: policy.origin.as_ref(),
        captured_at: policy.captured_at,
    });
    let Some(permission) = permissions.get_mut(&place.permission) else {
        return;
    };
    permission.captured_at = permission.captured_at.max(policy.captured_at);
    if let Some(origin) = &policy.origin
        && let Err(at) = permission.origins.binary_search(origin)
    {
        permission.origins.insert(at, origin.clone());
        permission.origins.truncate(MAX_ORIGINS);
    }
}

fn name_resources(
    patterns: &BTreeMap<String, Vec<String>>,
    entities: &BTreeMap<String, Entity>,
    permissions: &mut BTreeMap<String, Entity>,
    edges: &mut Edges,
) {
    let resources = Resources::of(entities);
    for (native_id, patterns) in patterns {
        let Some(permission) = permissions.get_mut(native_id) else {
            continue;
        };
        let Named {
            resources: named,
            is_cut,
        } = resources.named_by(patterns);
        if is_cut {
            permission.attributes.insert("applies_to_cut".to_owned(), json!(true));
        }
        for (resource, pattern) in named {
            let Some(entity) = entities.get(resource) else {
                continue;
            };
            edges.add(NewEdge {
                from: native_id,
                kind: EdgeKind::AppliesTo,
                target: Target::new(resource, entity.kind),
                attributes: BTreeMap::from([("pattern".to_owned(), json!(pattern))]),
                origin: permission.origins.first(),
                captured_at: permission.captured_at,
            });
        }
    }
}
