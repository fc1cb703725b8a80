//! The template for custom identity providers of the Open Authorization API: users and groups, each with the ARNs of the AWS roles that it may assume.
//!
//! Source: Veza, "Open Authorization API", "Custom Identity Provider Template" (`assumed_role_arns`).

use serde_json::{Value, json};
use sv0_model::graph::{Entity, EntityKind, Graph};

use super::identities::{assumed_roles, groups, is_of_provider};
use super::{ExportInput, join_keys, organization, word};

/// The document. Users are those of Identity Center and the identities that trust policies let in from other providers.
pub(super) fn document(input: &ExportInput<'_>) -> Value {
    let graph = input.graph;
    let (roles, groups) = (assumed_roles(graph), groups(graph));
    let references = |of: Option<&std::collections::BTreeSet<&str>>| -> Vec<Value> {
        of.into_iter().flatten().map(|id| json!({ "identity": id })).collect()
    };
    let users: Vec<Value> = of_kinds(graph, is_of_provider)
        .map(|user| {
            json!({
                "name": shown(user),
                "identity": user.native_id,
                "email": key(user, "email"),
                "full_name": text(user, "display_name"),
                "groups": references(groups.get(user.native_id.as_str())),
                "assumed_role_arns": references(roles.get(user.native_id.as_str())),
                "source_identity": source_identity(user),
                "custom_properties": properties(user),
            })
        })
        .collect();
    let of_center = of_kinds(graph, |kind| kind == EntityKind::IdentityCenterGroup);
    let groups: Vec<Value> = of_center
        .map(|group| {
            json!({
                "name": shown(group),
                "identity": group.native_id,
                "assumed_role_arns": references(roles.get(group.native_id.as_str())),
                "custom_properties": properties(group),
            })
        })
        .collect();
    let name = organization(graph);
    let defined = json!({ "kind": "STRING", "join_keys": "STRING_LIST" });
    json!({
        "custom_property_definition": { "domain_properties": {}, "user_properties": defined, "group_properties": defined },
        "name": name,
        "idp_type": "aws",
        "domains": [{ "name": name }],
        "users": users,
        "groups": groups,
    })
}

fn of_kinds(graph: &Graph, is_meant: fn(EntityKind) -> bool) -> impl Iterator<Item = &Entity> {
    graph.entities.values().filter(move |entity| is_meant(entity.kind))
}

fn properties(entity: &Entity) -> Value {
    let keys: Vec<String> = join_keys(entity)
        .into_iter()
        .map(|(kind, value)| format!("{kind}={value}"))
        .collect();
    json!({ "kind": word(&entity.kind), "join_keys": keys })
}

/// The identity behind a user of Identity Center: whoever provisions it knows it by its user name.
fn source_identity(entity: &Entity) -> Option<Value> {
    let name = text(entity, "user_name").filter(|_| entity.kind == EntityKind::IdentityCenterUser)?;
    Some(json!({ "identity": name, "provider_type": "any" }))
}

fn shown(entity: &Entity) -> &str {
    text(entity, "user_name").unwrap_or(&entity.name)
}

fn key<'e>(entity: &'e Entity, kind: &str) -> Option<&'e str> {
    join_keys(entity)
        .into_iter()
        .find(|(of, _)| *of == kind)
        .map(|(_, value)| value)
}

fn text<'e>(entity: &'e Entity, name: &str) -> Option<&'e str> {
    entity.attributes.get(name)?.as_str()
}
