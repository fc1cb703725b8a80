//! The template for custom applications of the Open Authorization API: who may do what to which resource, in words that other systems share.
//!
//! A role of AWS is one role of the template for each word of what it does, so that an assignment says neither more nor less than the path behind it: a
//! role that reads one bucket and writes another would otherwise seem to do both to both.
//!
//! Source: Veza, "Open Authorization API", "Custom Application Template".

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use sv0_iam::catalogue::CanonicalPermission;
use sv0_model::graph::{Entity, EntityKind, Graph};
use sv0_model::path::{AuthorityPath, PathState};

use super::identities::assumed_roles;
use super::{ExportInput, entity, join_keys, organization, word};

/// Our word and the template's. What it has no word for is no access to data.
const WORDS: [(CanonicalPermission, &str); 10] = [
    (CanonicalPermission::DataRead, "DataRead"),
    (CanonicalPermission::DataWrite, "DataWrite"),
    (CanonicalPermission::DataDelete, "DataDelete"),
    (CanonicalPermission::MetadataRead, "MetadataRead"),
    (CanonicalPermission::MetadataWrite, "MetadataWrite"),
    (CanonicalPermission::MetadataDelete, "MetadataDelete"),
    (CanonicalPermission::Execute, "NonData"),
    (CanonicalPermission::CodeWrite, "NonData"),
    (CanonicalPermission::PermissionManagement, "NonData"),
    (CanonicalPermission::Uncategorized, "NonData"),
];

/// What a permission that holds only under a condition is called.
const CONDITIONAL: &str = " (conditional)";

/// Resources by identity, role (none where the identity reaches them itself) and permission.
type Granted<'a> = BTreeMap<&'a str, BTreeMap<(Option<&'a str>, String), BTreeSet<&'a str>>>;

/// The document. Blocked paths are not in it: they grant nothing.
pub(super) fn document(input: &ExportInput<'_>) -> Value {
    let graph = input.graph;
    let granted = granted(input.paths);
    let name = organization(graph);
    let users = granted.keys().filter_map(|id| entity(graph, id));
    let roles = assumed_roles(graph);
    let users: Vec<Value> = users
        .filter(|user| !is_person(user.kind))
        .map(|user| local_user(user, roles.get(user.native_id.as_str())))
        .collect();
    let resources: BTreeSet<&str> = granted.values().flat_map(BTreeMap::values).flatten().copied().collect();
    let resources: Vec<&Entity> = resources.into_iter().filter_map(|id| entity(graph, id)).collect();
    json!({
        "custom_property_definition": { "applications": [definitions(&resources)] },
        "applications": [{
            "name": name,
            "application_type": "aws",
            "description": "Effective authority in AWS: what every collected policy, boundary and control policy leaves possible",
            "local_users": users,
            "local_groups": [],
            "local_roles": local_roles(graph, &granted),
            "resources": resources.iter().map(|resource| described(resource)).collect::<Vec<Value>>(),
        }],
        "permissions": permissions(),
        "identity_to_permissions": assignments(graph, &granted, &name),
    })
}

fn granted(paths: &[AuthorityPath]) -> Granted<'_> {
    let mut granted = Granted::new();
    for path in paths.iter().filter(|path| path.state != PathState::Blocked) {
        let role = path.roles.last().map(String::as_str);
        let of_identity = granted.entry(&path.workload).or_default();
        for action in &path.actions {
            let permission = permission_of(action, path.state);
            of_identity
                .entry((role, permission))
                .or_default()
                .insert(&path.resource);
        }
    }
    granted
}

fn permission_of(action: &str, state: PathState) -> String {
    let conditional = if state == PathState::Conditional {
        CONDITIONAL
    } else {
        ""
    };
    format!("{}{conditional}", word(&CanonicalPermission::of(action)))
}

/// People are known to the identity provider, and are named as it names them.
fn is_person(kind: EntityKind) -> bool {
    kind == EntityKind::IdentityCenterUser
}

/// Every permission, with and without conditions.
fn permissions() -> Vec<Value> {
    let both = WORDS.iter().flat_map(|(ours, theirs)| {
        ["", CONDITIONAL].map(|conditional| {
            json!({
                "name": format!("{}{conditional}", word(ours)),
                "permission_type": [theirs],
                "apply_to_sub_resources": false,
                "resource_types": [],
            })
        })
    });
    both.collect()
}

fn local_user(user: &Entity, roles: Option<&BTreeSet<&str>>) -> Value {
    let roles: Vec<&str> = roles.into_iter().flatten().copied().collect();
    let emails = join_keys(user).into_iter().filter(|(kind, _)| *kind == "email");
    let mut properties = common(user);
    properties.insert("assumed_role_arns".to_owned(), json!(roles));
    json!({
        "id": user.native_id,
        "name": user.name,
        "identities": emails.map(|(_, value)| value).collect::<Vec<&str>>(),
        "custom_properties": properties,
    })
}

/// A role of AWS for each permission that somebody has through it.
fn local_roles(graph: &Graph, granted: &Granted<'_>) -> Vec<Value> {
    let used: BTreeSet<(&str, &str)> = granted
        .values()
        .flat_map(BTreeMap::keys)
        .filter_map(|(role, permission)| Some(((*role)?, permission.as_str())))
        .collect();
    used.into_iter()
        .map(|(role, permission)| {
            let known = entity(graph, role);
            let name = known.map_or(role, |role| role.name.as_str());
            let mut properties = known.map_or_else(Map::new, common);
            properties.insert("arn".to_owned(), json!(role));
            json!({
                "id": role_id(role, permission),
                "name": format!("{name}: {permission}"),
                "permissions": [permission],
                "custom_properties": properties,
            })
        })
        .collect()
}

fn role_id(role: &str, permission: &str) -> String {
    format!("{role}#{permission}")
}

fn described(resource: &Entity) -> Value {
    let mut properties = common(resource);
    properties.insert("sensitivity".to_owned(), json!(word(&resource.sensitivity)));
    for (name, value) in [
        ("data_domain", &resource.data_domain),
        ("environment", &resource.environment),
    ] {
        if let Some(value) = value {
            properties.insert(name.to_owned(), json!(value.value));
        }
    }
    json!({
        "id": resource.native_id,
        "name": resource.name,
        "resource_type": resource_type(resource),
        "custom_properties": properties,
    })
}

/// `s3_bucket` of `resource/s3_bucket`.
fn resource_type(resource: &Entity) -> String {
    let kind = word(&resource.kind);
    kind.split_once('/').map_or(kind.clone(), |(_, of)| of.to_owned())
}

/// What identities, roles and resources have in common: account, kind, and the keys under which other systems know them.
fn common(entity: &Entity) -> Map<String, Value> {
    let mut properties = Map::new();
    properties.insert("kind".to_owned(), json!(word(&entity.kind)));
    if let Some(account) = &entity.account {
        properties.insert("account".to_owned(), json!(account));
    }
    let keys: Vec<String> = join_keys(entity)
        .into_iter()
        .map(|(kind, value)| format!("{kind}={value}"))
        .collect();
    if !keys.is_empty() {
        properties.insert("join_keys".to_owned(), json!(keys));
    }
    properties
}

/// Which properties there are, and of which type: an API that takes the document refuses what is not defined.
fn definitions(resources: &[&Entity]) -> Value {
    let common = json!({ "kind": "STRING", "account": "STRING", "join_keys": "STRING_LIST" });
    let with = |more: &[(&str, &str)]| {
        let mut defined = common.clone();
        if let Value::Object(defined) = &mut defined {
            defined.extend(more.iter().map(|(name, of)| ((*name).to_owned(), json!(of))));
        }
        defined
    };
    let of_resource = with(&[
        ("sensitivity", "STRING"),
        ("data_domain", "STRING"),
        ("environment", "STRING"),
    ]);
    let types: BTreeSet<String> = resources.iter().map(|resource| resource_type(resource)).collect();
    let types: Vec<Value> = types
        .into_iter()
        .map(|resource_type| json!({ "resource_type": resource_type, "properties": of_resource }))
        .collect();
    json!({
        "application_type": "aws",
        "application_properties": {},
        "local_user_properties": with(&[("assumed_role_arns", "STRING_LIST")]),
        "local_group_properties": {},
        "local_role_properties": with(&[("arn", "STRING")]),
        "resources": types,
    })
}

/// Who has which permission on which resources, through which role.
fn assignments(graph: &Graph, granted: &Granted<'_>, application: &str) -> Vec<Value> {
    granted
        .iter()
        .map(|(identity, grants)| {
            let known = entity(graph, identity);
            let person = known.filter(|known| is_person(known.kind));
            let user_name = person
                .and_then(|person| person.attributes.get("user_name"))
                .and_then(Value::as_str);
            let (identity, identity_type) = match (person, user_name) {
                (Some(_), Some(user_name)) => (user_name, "idp"),
                (Some(person), None) => (person.name.as_str(), "idp"),
                (None, _) => (*identity, "local_user"),
            };
            let (mut direct, mut by_role) = (Vec::new(), Vec::new());
            for ((role, permission), resources) in grants {
                match role {
                    Some(role) => by_role.push(json!({
                        "application": application,
                        "role": role_id(role, permission),
                        "apply_to_application": false,
                        "resources": resources,
                    })),
                    None => direct.push(json!({
                        "application": application,
                        "permission": permission,
                        "apply_to_application": false,
                        "resources": resources,
                    })),
                }
            }
            json!({
                "identity": identity,
                "identity_type": identity_type,
                "application_permissions": direct,
                "role_assignments": by_role,
            })
        })
        .collect()
}
