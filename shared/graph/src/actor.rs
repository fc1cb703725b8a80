//! Whether a person or a machine acts through an identity or workload, and the rule that decided.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sv0_model::graph::{Actor, ActorClass, Edge, EdgeKind, Entity, EntityKind};

use crate::federation::{IssuerKind, kind_of_issuer};

/// Roles trust roles trust roles: so many steps are followed.
const MAX_STEPS: usize = 8;

/// Classifies every identity and workload.
pub(crate) fn classify(entities: &mut BTreeMap<String, Entity>, edges: &[Edge]) {
    let mut actors: BTreeMap<String, Actor> = BTreeMap::new();
    let with_keys = holders_of_keys(entities, edges);
    for entity in entities.values() {
        if let Some((class, rule)) = of_its_own(entity, &with_keys) {
            actors.insert(entity.native_id.clone(), actor(class, rule));
        }
    }
    let trusted = trusted_by_role(edges);
    for _ in 0..MAX_STEPS {
        let found: Vec<(String, Actor)> = trusted
            .iter()
            .filter(|(role, _)| !actors.contains_key(**role))
            .filter_map(|(role, principals)| Some(((*role).to_owned(), of_trust(principals, entities, &actors)?)))
            .collect();
        if found.is_empty() {
            break;
        }
        actors.extend(found);
    }
    for entity in entities.values_mut().filter(|entity| acts(entity.kind)) {
        let unknown = || actor(ActorClass::Unknown, "nothing recorded tells who uses it");
        entity.actor = Some(actors.remove(&entity.native_id).unwrap_or_else(unknown));
    }
}

fn actor(class: ActorClass, rule: &str) -> Actor {
    Actor {
        class,
        rule: rule.to_owned(),
    }
}

/// What may act at all.
fn acts(kind: EntityKind) -> bool {
    kind.is_workload()
        || kind.is_iam_principal()
        || matches!(
            kind,
            EntityKind::AwsService
                | EntityKind::FederatedProvider
                | EntityKind::FederatedIdentity
                | EntityKind::RolesAnywhereProfile
                | EntityKind::CognitoIdentityPool
                | EntityKind::ExternalPrincipal
                | EntityKind::IdentityCenterUser
                | EntityKind::IdentityCenterGroup
                | EntityKind::PermissionSet
                | EntityKind::Anonymous
        )
}

/// What an entity tells without looking at whom it trusts.
fn of_its_own(entity: &Entity, with_keys: &BTreeSet<&str>) -> Option<(ActorClass, &'static str)> {
    use ActorClass::{Both, Human, NonHuman};
    let found = match entity.kind {
        kind if kind.is_workload() => (NonHuman, "a workload"),
        EntityKind::AwsService => (NonHuman, "an AWS service"),
        EntityKind::ServiceLinkedRole => (NonHuman, "a service-linked role: only its AWS service can assume it"),
        EntityKind::RolesAnywhereProfile => (
            NonHuman,
            "IAM Roles Anywhere gives roles to holders of certificates outside AWS",
        ),
        EntityKind::CognitoIdentityPool => (Both, "users of an application, and the application for them"),
        EntityKind::Anonymous => (Both, "everyone"),
        EntityKind::IdentityCenterUser | EntityKind::IdentityCenterGroup | EntityKind::PermissionSet => {
            (Human, "people of IAM Identity Center")
        }
        EntityKind::IamRole if entity.native_id.contains(":role/aws-reserved/sso.amazonaws.com/") => {
            (Human, "a role of IAM Identity Center: people assume it")
        }
        EntityKind::FederatedProvider if entity.native_id.contains(":trust-anchor/") => {
            (NonHuman, "a trust anchor of IAM Roles Anywhere")
        }
        EntityKind::FederatedProvider => of_issuer(kind_of_issuer(provider_of(entity)))?,
        EntityKind::FederatedIdentity => {
            let provider = entity.attributes.get("provider").and_then(Value::as_str)?;
            of_issuer(kind_of_issuer(provider))?
        }
        EntityKind::IamUser => return of_user(entity, with_keys),
        _ => return None,
    };
    Some(found)
}

fn provider_of(provider: &Entity) -> &str {
    let id = provider.native_id.as_str();
    id.strip_prefix("urn:sv0:principal:").unwrap_or(id)
}

fn of_issuer(issuer: IssuerKind) -> Option<(ActorClass, &'static str)> {
    match issuer {
        IssuerKind::GitHub
        | IssuerKind::GitLab
        | IssuerKind::Bitbucket
        | IssuerKind::CircleCi
        | IssuerKind::Terraform => Some((ActorClass::NonHuman, "tokens of a build or deployment service")),
        IssuerKind::Eks => Some((ActorClass::NonHuman, "tokens of Kubernetes service accounts")),
        IssuerKind::Saml => Some((ActorClass::Human, "people whom a SAML identity provider signs in")),
        IssuerKind::Cognito => Some((
            ActorClass::Both,
            "users of an application, and the application for them",
        )),
        IssuerKind::Other => None,
    }
}

/// A user signs in with a password, or calls with keys. What was not recorded decides nothing.
fn of_user(user: &Entity, with_keys: &BTreeSet<&str>) -> Option<(ActorClass, &'static str)> {
    let is_true = |name: &str| user.attributes.get(name).and_then(Value::as_bool);
    let password = is_true("password_enabled");
    let signs_in = password == Some(true) || (password.is_none() && user.attributes.contains_key("password_last_used"));
    match (signs_in, with_keys.contains(user.native_id.as_str())) {
        (true, true) => Some((ActorClass::Both, "a user with a console password and access keys")),
        (true, false) => Some((ActorClass::Human, "a user with a console password")),
        (false, true) if password == Some(false) => {
            Some((ActorClass::NonHuman, "a user with access keys and no console password"))
        }
        _ => None,
    }
}

fn holders_of_keys<'a>(entities: &BTreeMap<String, Entity>, edges: &'a [Edge]) -> BTreeSet<&'a str> {
    let is_key = |edge: &&Edge| {
        edge.kind == EdgeKind::HasCredential
            && entities.get(&edge.to).is_some_and(|credential| {
                let kind = credential.attributes.get("credential_type").and_then(Value::as_str);
                kind.map_or_else(
                    || !credential.native_id.ends_with(":password"),
                    |kind| kind == "access_key",
                )
            })
    };
    edges.iter().filter(is_key).map(|edge| edge.from.as_str()).collect()
}

/// Whom the trust policy of each role names.
fn trusted_by_role(edges: &[Edge]) -> BTreeMap<&str, Vec<&Edge>> {
    let mut trusted: BTreeMap<&str, Vec<&Edge>> = BTreeMap::new();
    for edge in edges.iter().filter(|edge| edge.kind == EdgeKind::Trusts) {
        trusted.entry(edge.from.as_str()).or_default().push(edge);
    }
    trusted
}

/// The class of a role, once that of everyone it trusts is known. Whoever is not known leaves it open.
fn of_trust(trusts: &[&Edge], entities: &BTreeMap<String, Entity>, actors: &BTreeMap<String, Actor>) -> Option<Actor> {
    let mut classes: BTreeMap<ActorClass, BTreeSet<&'static str>> = BTreeMap::new();
    for edge in trusts {
        let class = actors.get(&edge.to)?.class;
        let kind = entities.get(&edge.to).map(|entity| entity.kind);
        classes
            .entry(class)
            .or_default()
            .insert(kind.map_or("others", words_for));
    }
    let named: BTreeSet<&str> = classes.values().flatten().copied().collect();
    let named: Vec<&str> = named.into_iter().collect();
    let mut found = classes.keys();
    let class = match (found.next(), found.next()) {
        (None, _) => return None,
        (Some(only), None) => *only,
        _ => ActorClass::Both,
    };
    Some(Actor {
        class,
        rule: format!("its trust policy names {}", named.join(" and ")),
    })
}

fn words_for(kind: EntityKind) -> &'static str {
    match kind {
        EntityKind::AwsService => "AWS services",
        EntityKind::FederatedProvider => "an identity provider",
        EntityKind::IamRole | EntityKind::ServiceLinkedRole => "roles",
        EntityKind::IamUser => "users",
        EntityKind::Anonymous => "everyone",
        _ => "others",
    }
}
