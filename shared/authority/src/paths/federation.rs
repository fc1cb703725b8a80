//! Signing in from outside: whether a role's trust policy lets in whom a provider vouches for.

use std::collections::BTreeMap;

use serde_json::Value;
use sv0_iam::{Context, UnknownContext};
use sv0_model::arn::Arn;
use sv0_model::graph::{Edge, EdgeKind, Entity, EntityKind};
use sv0_model::path::PathState;

use super::hops::{Ground, Leg, SIGNS_IN_AS, Stride};
use super::service::unknown_step;
use crate::access::ASSUME_ROLE;
use crate::estate::{Estate, Place, Request};
use crate::step::Step;

/// Providers by the identities that they vouch for.
pub(crate) struct Providers<'e> {
    of: BTreeMap<&'e str, Vec<&'e str>>,
}

/// Cognito vouches for the identities of its pools.
const COGNITO: &str = "cognito-identity.amazonaws.com";

impl<'e> Providers<'e> {
    pub(crate) fn new(estate: &'e Estate<'_>) -> Self {
        let mut of: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for edge in &estate.graph().edges {
            if edge.kind == EdgeKind::AuthenticatesAs {
                of.entry(&edge.to).or_default().push(&edge.from);
            }
        }
        Self { of }
    }

    fn of(&self, entity: &'e Entity) -> Vec<&'e str> {
        let named = entity.attributes.get("provider").and_then(Value::as_str);
        let by_kind = (entity.kind == EntityKind::CognitoIdentityPool).then_some(COGNITO);
        let by_edges = self.of.get(entity.native_id.as_str()).into_iter().flatten().copied();
        let mut providers: Vec<&str> = by_edges.chain(named).chain(by_kind).collect();
        providers.sort_unstable();
        providers.dedup();
        providers
    }
}

impl<'e> Ground<'e, '_> {
    /// The step by which an identity from outside gets a role; none where nothing grants it.
    ///
    /// Sources: AWS STS API Reference, "AssumeRoleWithWebIdentity" and "AssumeRoleWithSAML"; IAM Roles Anywhere User Guide, "Trust model".
    pub(crate) fn sign_in(
        &self,
        providers: &Providers<'e>,
        entity: &'e Entity,
        edge: &Edge,
        role: &Entity,
    ) -> Option<Leg> {
        let named = edge.attributes.get("action").and_then(Value::as_str);
        let by_kind = (entity.kind == EntityKind::RolesAnywhereProfile).then_some(ASSUME_ROLE);
        // Without an action the edge is a service account's to a role that its own role goes on to assume: that is a hop of its own.
        let action = named.or(by_kind)?;
        if entity.attributes.get("enabled") == Some(&Value::Bool(false)) {
            return None;
        }
        if action.eq_ignore_ascii_case(ASSUME_ROLE) {
            let leg = if entity.kind == EntityKind::RolesAnywhereProfile {
                self.certificate_leg(entity, &role.native_id, &providers.of(entity), SIGNS_IN_AS)?
            } else {
                self.service_leg(entity, &role.native_id, SIGNS_IN_AS)
            };
            return is_granted(&leg).then_some(leg);
        }
        if self.asks_for_no_token(edge, role) {
            return None;
        }
        let contexts = self.sign_in_contexts(entity, edge, role);
        let of_account = |provider: &&str| is_looked_up(provider, role);
        let named = providers.of(entity);
        if !named.is_empty() && !named.iter().any(of_account) {
            return None;
        }
        let judged = named.into_iter().filter(of_account).flat_map(|provider| {
            let steps = contexts.iter();
            steps.filter_map(move |context| self.sign_in_step(provider, action, role, context))
        });
        let best = judged.min_by_key(|step| step.state);
        let step = best.unwrap_or_else(|| unknown_step(&role.native_id));
        let stride = Stride {
            from: &entity.native_id,
            relation: SIGNS_IN_AS,
            to: &role.native_id,
            actions: vec![action.to_owned()],
            on: None,
            note: String::new(),
        };
        let leg = self.leg(stride, &step);
        is_granted(&leg).then_some(leg)
    }

    /// Whether the statement that lets the identity in compares the subject with a text that no token of the issuer holds: `*` stands for itself there.
    ///
    /// Sources: IAM User Guide, "String condition operators"; GitHub Docs and Kubernetes, whose subjects are made of names without `*` and `?`.
    fn asks_for_no_token(&self, edge: &Edge, role: &Entity) -> bool {
        let statement = edge.attributes.get("statement_index");
        let trusts = self.estate.edges(&role.native_id, EdgeKind::Trusts);
        let mut own = trusts
            .filter(|trust| statement.is_none_or(|index| trust.attributes.get("statement_index") == Some(index)))
            .filter_map(|trust| trust.attributes.get("conditions"))
            .peekable();
        own.peek().is_some() && own.all(demands_wildcard)
    }

    fn sign_in_step(&self, provider: &str, action: &str, role: &Entity, context: &Context) -> Option<Step> {
        let subject = self.estate.federated_subject(provider)?;
        let place = self.entity(&role.native_id).map(Place::of)?;
        let request = Request {
            subject: &subject,
            action,
            place: &place,
            context,
            unknown_context: UnknownContext::Any,
        };
        self.estate.judge(&request).ok().map(Step::from)
    }

    /// What the identity's tokens say.
    ///
    /// An identity is described by the very conditions of the statement that lets it in, so each pattern stands for a value of its own: what the pattern
    /// matches, it matches as a text too. Cognito says which pool the identity is of, and whether it is signed in (Amazon Cognito Developer Guide, "Role
    /// trust and permissions").
    fn sign_in_contexts(&self, entity: &Entity, edge: &Edge, role: &Entity) -> Vec<Context> {
        if entity.kind == EntityKind::CognitoIdentityPool {
            let mut context = Context::new();
            let pool = entity.native_id.rsplit('/').next().unwrap_or_default();
            context.insert(&format!("{COGNITO}:aud"), vec![pool.to_owned()]);
            if let Some(authentication) = edge.attributes.get("authentication").and_then(Value::as_str) {
                context.insert(&format!("{COGNITO}:amr"), vec![authentication.to_owned()]);
            }
            return vec![context];
        }
        let statement = edge.attributes.get("statement_index");
        let trusts = self.estate.edges(&role.native_id, EdgeKind::Trusts);
        let own =
            trusts.filter(|trust| statement.is_none_or(|index| trust.attributes.get("statement_index") == Some(index)));
        let mut contexts: Vec<Context> = own
            .filter_map(|trust| trust.attributes.get("conditions"))
            .map(|conditions| context_of(conditions, subject_of(entity)))
            .collect();
        contexts.push(subject_alone(entity));
        contexts
    }
}

/// Whether STS finds a provider: it looks for that of OpenID Connect in the role's own account (AWS STS API Reference, "AssumeRoleWithWebIdentity").
fn is_looked_up(provider: &str, role: &Entity) -> bool {
    let is_elsewhere = provider.contains(":oidc-provider/")
        && Arn::parse(provider).is_some_and(|arn| arn.account_id() != role.account.as_deref());
    !is_elsewhere
}

fn demands_wildcard(conditions: &Value) -> bool {
    const GITHUB: &str = "token.actions.githubusercontent.com:sub";
    const EKS: &str = "oidc.eks.";
    let is_of_issuer = |key: &str| key.eq_ignore_ascii_case(GITHUB) || (key.starts_with(EKS) && key.ends_with(":sub"));
    let tests = ["StringEquals", "StringEqualsIgnoreCase"]
        .iter()
        .filter_map(|operator| conditions.get(*operator)?.as_object());
    let mut subjects = tests.flatten().filter(|(key, _)| is_of_issuer(key));
    subjects.any(|(_, values)| {
        let values = texts(values);
        !values.is_empty() && values.iter().all(|value| value.contains(['*', '?']))
    })
}

/// The subject, or the pattern of subjects, that an identity is.
fn subject_of(entity: &Entity) -> Option<&str> {
    let patterns = entity.attributes.get("subject_patterns")?.as_array()?;
    patterns.first()?.as_str()
}

/// A context in which nothing but the subject is known.
fn subject_alone(entity: &Entity) -> Context {
    let mut context = Context::new();
    let provider = entity.attributes.get("provider").and_then(Value::as_str);
    let host = provider.map(|provider| {
        provider
            .split_once(":oidc-provider/")
            .map_or(provider, |(_, host)| host)
    });
    if let (Some(host), Some(subject)) = (host, subject_of(entity).filter(|subject| *subject != "*")) {
        context.insert(&format!("{host}:sub"), vec![subject.to_owned()]);
    }
    context
}

/// A context in which the positive text conditions of a Condition element hold.
fn context_of(conditions: &Value, subject: Option<&str>) -> Context {
    let mut context = Context::new();
    let operators = conditions.as_object().into_iter().flatten();
    for (operator, tests) in operators {
        let name = operator.rsplit(':').next().unwrap_or(operator);
        let holds = [
            "StringEquals",
            "StringEqualsIgnoreCase",
            "StringLike",
            "ArnEquals",
            "ArnLike",
        ];
        if !holds.iter().any(|positive| name.eq_ignore_ascii_case(positive)) {
            continue;
        }
        for (key, values) in tests.as_object().into_iter().flatten() {
            let own = subject.filter(|_| key.to_ascii_lowercase().ends_with(":sub"));
            let first: Vec<String> = match own {
                Some(subject) => vec![subject.to_owned()],
                None => texts(values).into_iter().take(1).collect(),
            };
            if !first.is_empty() && context.get(key).is_none() {
                context.insert(key, first);
            }
        }
    }
    context
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// Whether a statement grants the step, whatever else stops it.
fn is_granted(leg: &Leg) -> bool {
    leg.hop.state != PathState::Blocked || !leg.hop.granted_by.is_empty()
}
