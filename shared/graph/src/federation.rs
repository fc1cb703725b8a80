//! Whom identity providers vouch for: the subjects and audiences that trust policies name.
//!
//! Source: IAM User Guide, "Available keys for AWS web identity federation" and "Available keys for SAML-based AWS STS federation":
//! a condition on `<provider>:sub` narrows a statement to some subjects; without one every subject of the provider may get the role.

mod issuer;
mod subject;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use sv0_iam::{Element, PrincipalPattern, Statement, parse_policy};
use sv0_model::arn::Arn;
use sv0_model::decision::Effect;
use sv0_model::graph::{EdgeKind, Entity, EntityKind, PolicyKind, PolicyRecord, urn};

use crate::edges::{Edges, NewEdge};
use crate::index::Index;
use crate::statements::condition_element;
use crate::target::Target;
use subject::Claims;

pub(crate) use issuer::{IssuerKind, host_of_provider, kind_of_issuer, name_of_provider};

/// The actions by which a provider's word gets a role.
const ACTIONS: [&str; 2] = ["sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML"];
/// Trust policies have at most 8,192 characters; a statement with more subjects than this is made up, and counts as one that names none.
const MAX_SUBJECTS: usize = 256;
/// A subject that is longer is not kept: it would be copied into ids.
const MAX_SUBJECT_LENGTH: usize = 1_024;
/// More providers than this in one statement are made up as well.
const MAX_PROVIDERS: usize = 64;

/// Attributes of the identities that were found, by native id.
#[derive(Debug, Default)]
pub(crate) struct Federation {
    identities: BTreeMap<String, BTreeMap<String, Value>>,
    /// Cluster ARNs by the host and path of their OIDC issuer.
    clusters: BTreeMap<String, String>,
}

impl Federation {
    /// Prepares for trust policies that name the issuers of EKS clusters.
    pub(crate) fn new<'a>(entities: impl Iterator<Item = &'a Entity>) -> Self {
        let clusters = entities.filter(|entity| entity.kind == EntityKind::EksCluster);
        let issuer_of = |cluster: &'a Entity| {
            let issuer = cluster.attributes.get("oidc_issuer")?.as_str()?;
            let issuer = issuer.strip_prefix("https://").unwrap_or(issuer);
            Some((issuer.to_owned(), cluster.native_id.clone()))
        };
        Self {
            identities: BTreeMap::new(),
            clusters: clusters.filter_map(issuer_of).collect(),
        }
    }

    /// Reads one role's trust policy.
    pub(crate) fn read(&mut self, policy: &PolicyRecord, index: &Index, edges: &mut Edges) {
        let (PolicyKind::Trust, Some(document), Some(role)) = (policy.kind, &policy.document, &policy.owner) else {
            return;
        };
        let parsed = parse_policy(document).policy;
        for statement in parsed.statements() {
            let grants = ACTIONS.into_iter().filter(|action| allows(statement, action));
            for action in grants {
                let conditions = condition_element(document, statement.index());
                for provider in providers(statement) {
                    let what = Grant {
                        role,
                        action,
                        statement: statement.index(),
                        policy,
                    };
                    self.add(provider, conditions, &what, index, edges);
                }
            }
        }
    }

    fn add(
        &mut self,
        provider: &PrincipalPattern,
        conditions: Option<&Value>,
        grant: &Grant<'_>,
        index: &Index,
        edges: &mut Edges,
    ) {
        let written = provider.text();
        let host = host_of_provider(written);
        let issuer = kind_of_issuer(written);
        let is_saml = grant.action == "sts:AssumeRoleWithSAML";
        if is_saml != (issuer == IssuerKind::Saml) && written != "*" {
            return;
        }
        let claims = Claims::read(conditions, host, is_saml);
        for subject in subjects(&claims) {
            let identity = self.identity(written, host, issuer, subject);
            let attributes = self.identities.entry(identity.native_id.clone()).or_default();
            describe(attributes, written, issuer, subject, &claims);
            if let Some(cluster) = self.clusters.get(host) {
                attributes.insert("cluster".to_owned(), json!(cluster));
            }
            let provider = index.principal(provider);
            link(&provider, identity, grant, &claims, edges);
        }
    }

    /// Who the subject is: a service account of a cluster, or callers of the provider.
    fn identity(&self, provider: &str, host: &str, issuer: IssuerKind, subject: &str) -> Target {
        let account = subject
            .strip_prefix("system:serviceaccount:")
            .and_then(|rest| rest.split_once(':'));
        if let (IssuerKind::Eks, Some((namespace, name))) = (issuer, account) {
            let cluster = self.clusters.get(host).map_or(provider, String::as_str);
            let native_id = urn::eks_service_account(cluster, namespace, name);
            return Target::new(native_id, EntityKind::EksServiceAccount).named(format!("{namespace}/{name}"));
        }
        let native_id = urn::federated_identity(provider, subject);
        let name = match subject {
            "*" => format!("everyone of {}", name_of_provider(provider)),
            subject => subject.to_owned(),
        };
        Target::new(native_id, EntityKind::FederatedIdentity).named(name)
    }

    /// Gives the entities what was found of them.
    pub(crate) fn finish(self, entities: &mut BTreeMap<String, Entity>) {
        for (native_id, attributes) in self.identities {
            if let Some(entity) = entities.get_mut(&native_id) {
                // Providers of the same name in two accounts vouch for different identities.
                let provider = attributes.get("provider").and_then(Value::as_str).and_then(Arn::parse);
                if let Some(account) = provider.and_then(|provider| provider.account_id()) {
                    entity.account.get_or_insert_with(|| account.to_owned());
                }
                entity.attributes.extend(attributes);
            }
        }
    }
}

/// Which statement gives which role, and by which action.
struct Grant<'a> {
    role: &'a str,
    action: &'static str,
    statement: usize,
    policy: &'a PolicyRecord,
}

fn allows(statement: &Statement, action: &str) -> bool {
    statement.effect() == Some(Effect::Allow)
        && match statement.actions() {
            Element::Only(entries) => entries.items.iter().any(|pattern| pattern.matches(action)),
            Element::Except(entries) => !entries.items.iter().any(|pattern| pattern.matches(action)),
            Element::Missing | Element::Unreadable => false,
        }
}

fn providers(statement: &Statement) -> impl Iterator<Item = &PrincipalPattern> {
    let named = match statement.principals() {
        Element::Only(entries) => entries.items.as_slice(),
        _ => &[],
    };
    let is_provider = |principal: &&PrincipalPattern| matches!(principal, PrincipalPattern::Federated(_));
    named.iter().filter(is_provider).take(MAX_PROVIDERS)
}

fn subjects(claims: &Claims) -> Vec<&str> {
    let is_kept = |subjects: &BTreeSet<String>| {
        !subjects.is_empty()
            && subjects.len() <= MAX_SUBJECTS
            && subjects.iter().all(|text| text.len() <= MAX_SUBJECT_LENGTH)
    };
    if is_kept(&claims.subjects) {
        claims.subjects.iter().map(String::as_str).collect()
    } else {
        vec!["*"]
    }
}

fn describe(
    attributes: &mut BTreeMap<String, Value>,
    provider: &str,
    issuer: IssuerKind,
    subject: &str,
    claims: &Claims,
) {
    attributes.insert("provider".to_owned(), json!(provider));
    attributes.insert("issuer_kind".to_owned(), json!(issuer.name()));
    attributes.insert("subject_patterns".to_owned(), json!([subject]));
    let known = attributes.get("audience").and_then(Value::as_array);
    let mut audience: BTreeSet<String> = known
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect();
    audience.extend(claims.audience.iter().take(MAX_SUBJECTS).cloned());
    attributes.insert("audience".to_owned(), json!(audience));
    for (name, value) in issuer::parts_of_subject(issuer, subject) {
        attributes.insert(name.to_owned(), json!(value));
    }
}

fn link(provider: &Target, identity: Target, grant: &Grant<'_>, claims: &Claims, edges: &mut Edges) {
    let origin = grant.policy.origin.as_ref();
    let captured_at = grant.policy.captured_at;
    edges.mention(provider, origin, captured_at);
    let from = identity.native_id.clone();
    edges.add(NewEdge {
        from: &provider.native_id,
        kind: EdgeKind::AuthenticatesAs,
        target: identity,
        attributes: BTreeMap::new(),
        origin,
        captured_at,
    });
    let mut attributes = BTreeMap::from([
        ("action".to_owned(), json!(grant.action)),
        ("statement_index".to_owned(), json!(grant.statement)),
    ]);
    if !claims.audience.is_empty() {
        let audience: Vec<&String> = claims.audience.iter().take(MAX_SUBJECTS).collect();
        attributes.insert("audience".to_owned(), json!(audience));
    }
    if !claims.others.is_empty() {
        let others: Vec<&String> = claims.others.iter().take(MAX_SUBJECTS).collect();
        attributes.insert("other_claims".to_owned(), json!(others));
    }
    edges.add(NewEdge {
        from: &from,
        kind: EdgeKind::MayAssume,
        target: Target::arn(grant.role),
        attributes,
        origin,
        captured_at,
    });
}
