//! Values under which other systems know an identity or a workload: the attribute `join_keys`.
//!
//! Sources: IAM User Guide, "IAM identifiers" (unique ids) and "Available keys for AWS OIDC federation", "Available keys for SAML-based AWS STS federation";
//! IAM Roles Anywhere User Guide, "Trust model".

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use sv0_model::arn::Arn;
use sv0_model::graph::{Edge, Entity, EntityKind};
use sv0_model::owner::is_email;

use crate::edges::Edges;

/// Most keys of one entity.
const MOST_KEYS: usize = 100;
/// Longest value; the longest ARN has as many characters.
const LONGEST_VALUE: usize = 2_048;

/// A kind of key with its value.
type Key = (&'static str, String);

/// Gives identities and workloads their keys.
pub(crate) fn add(entities: &mut BTreeMap<String, Entity>, edges: &Edges) {
    let mut by_trust: BTreeMap<&str, BTreeSet<Key>> = BTreeMap::new();
    for edge in edges.trusts() {
        by_trust.entry(&edge.from).or_default().extend(of_conditions(edge));
    }
    for entity in entities.values_mut().filter(|entity| has_keys(entity.kind)) {
        let mut keys = own(entity);
        keys.extend(by_trust.remove(entity.native_id.as_str()).unwrap_or_default());
        keys.retain(|(_, value)| {
            !value.is_empty() && value.len() <= LONGEST_VALUE && !value.chars().any(char::is_control)
        });
        let list: Vec<Value> = keys
            .into_iter()
            .take(MOST_KEYS)
            .map(|(kind, value)| json!({ "kind": kind, "value": value }))
            .collect();
        if !list.is_empty() {
            entity.attributes.insert("join_keys".to_owned(), Value::Array(list));
        }
    }
}

fn has_keys(kind: EntityKind) -> bool {
    let is_identity = matches!(
        kind,
        EntityKind::IamUser
            | EntityKind::IamRole
            | EntityKind::IamGroup
            | EntityKind::ServiceLinkedRole
            | EntityKind::FederatedProvider
            | EntityKind::FederatedIdentity
            | EntityKind::ExternalPrincipal
            | EntityKind::IdentityCenterUser
            | EntityKind::IdentityCenterGroup
            | EntityKind::PermissionSet
            | EntityKind::RolesAnywhereProfile
            | EntityKind::CognitoIdentityPool
            | EntityKind::Owner
    );
    is_identity || kind.is_workload()
}

/// What the entity says of itself.
fn own(entity: &Entity) -> BTreeSet<Key> {
    let mut keys = BTreeSet::new();
    let arn = Arn::parse(&entity.native_id);
    if arn.is_some() {
        keys.insert(("arn", entity.native_id.clone()));
    }
    for (attribute, kind) in [
        ("unique_id", "unique_id"),
        ("user_name", "user_name"),
        ("url", "oidc_issuer"),
    ] {
        keys.extend(text(entity, attribute).map(|value| (kind, value.to_owned())));
    }
    match entity.kind {
        EntityKind::IamUser => {
            keys.insert(("user_name", entity.name.clone()));
        }
        EntityKind::IdentityCenterUser => {
            keys.extend(arn.map(|arn| ("unique_id", arn.resource_id().to_owned())));
        }
        EntityKind::IdentityCenterGroup => {
            keys.extend(arn.map(|arn| ("unique_id", arn.resource_id().to_owned())));
            keys.extend(text(entity, "display_name").map(|value| ("group_name", value.to_owned())));
        }
        EntityKind::FederatedProvider => keys.extend(of_provider(entity, arn)),
        EntityKind::FederatedIdentity => keys.extend(of_federated_identity(entity)),
        EntityKind::Ec2Instance => keys.extend(arn.map(|arn| ("unique_id", arn.name().to_owned()))),
        EntityKind::Owner if !is_email(&entity.name) => {
            keys.insert(("owner_name", entity.name.clone()));
        }
        EntityKind::Owner => {
            keys.insert(("email", entity.name.clone()));
        }
        _ => {}
    }
    let addresses: Vec<String> = keys
        .iter()
        .filter(|(kind, value)| *kind == "user_name" && is_email(value))
        .map(|(_, value)| value.to_lowercase())
        .collect();
    keys.extend(addresses.into_iter().map(|address| ("email", address)));
    keys
}

fn of_provider(entity: &Entity, arn: Option<Arn<'_>>) -> BTreeSet<Key> {
    let clients = entity.attributes.get("client_ids").and_then(Value::as_array);
    let clients = clients.into_iter().flatten().filter_map(Value::as_str);
    let mut keys: BTreeSet<Key> = clients.map(|client| ("oidc_client_id", client.to_owned())).collect();
    match arn {
        Some(arn) if arn.resource_type() == "saml-provider" => {
            keys.insert(("saml_name", arn.name().to_owned()));
        }
        Some(arn) if arn.resource_type() == "oidc-provider" => {
            keys.insert(("oidc_issuer", arn.resource_id().to_owned()));
        }
        _ => {}
    }
    keys
}

/// Subject and audience of its tokens, and the repository that GitHub or GitLab make it of.
fn of_federated_identity(entity: &Entity) -> BTreeSet<Key> {
    let kinds: &[(&str, &'static str)] = match text(entity, "issuer_kind") {
        Some("saml") => &[("subject_patterns", "saml_name")],
        _ => &[
            ("subject_patterns", "oidc_subject"),
            ("audience", "oidc_client_id"),
            ("repository", "repository"),
        ],
    };
    let values = kinds.iter().filter_map(|(attribute, kind)| {
        let values = crate::json::as_list(entity.attributes.get(*attribute)?);
        Some(values.iter().filter_map(Value::as_str).map(|value| (*kind, value)))
    });
    let told = values.flatten().filter(|(_, value)| !is_anything(value));
    told.map(|(kind, value)| (kind, value.to_owned())).collect()
}

/// Whether a pattern leaves everything open.
fn is_anything(value: &str) -> bool {
    value.bytes().all(|byte| byte == b'*' || byte == b'?')
}

fn text<'e>(entity: &'e Entity, attribute: &str) -> Option<&'e str> {
    entity.attributes.get(attribute).and_then(Value::as_str)
}

/// Whom a trust policy asks for, as the identity provider calls it. Only of tests that a value must pass: `StringEquals`, `StringLike` and their like.
fn of_conditions(edge: &Edge) -> BTreeSet<Key> {
    let clauses = edge.attributes.get("conditions").and_then(Value::as_object);
    let mut keys = BTreeSet::new();
    for (operator, tests) in clauses.into_iter().flatten() {
        let name = operator.rsplit(':').next().unwrap_or_default();
        if !["StringEquals", "StringLike", "StringEqualsIgnoreCase"].contains(&name) {
            continue;
        }
        for (key, values) in tests.as_object().into_iter().flatten() {
            let values = crate::json::as_list(values).iter().filter_map(Value::as_str);
            keys.extend(values.filter_map(|value| Some((kind_of(key, value, &edge.to)?, value.to_owned()))));
        }
    }
    keys
}

/// What a value of a condition key is to other systems, in a statement that trusts `principal`.
fn kind_of(key: &str, value: &str, principal: &str) -> Option<&'static str> {
    let key = key.to_ascii_lowercase();
    if is_anything(value) {
        return None;
    }
    if value.starts_with("spiffe://") && key.ends_with("/uri") {
        return Some("spiffe");
    }
    if key == "saml:sub" {
        return Some("saml_name");
    }
    let (provider, claim) = key.rsplit_once(':')?;
    let is_provider = provider.contains('.') && principal.to_ascii_lowercase().contains(provider);
    match claim {
        "sub" if is_provider => Some("oidc_subject"),
        "aud" if is_provider => Some("oidc_client_id"),
        _ => None,
    }
}
