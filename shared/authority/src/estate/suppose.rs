//! The engine asked with other policies than those that apply: what would it say if a layer gave way?
//!
//! Nothing is decided here. Policies are left out, opened or put in, and the same engine answers.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value, json};
use sv0_iam::{
    ApplicablePolicies, EvaluateError, Evaluation, NamedPolicy, Policy, PolicyLevel, Principal, PrincipalKind,
    Question, ResourcePolicyInput, UncollectedPolicy, evaluate, parse_policy,
};
use sv0_model::decision::{Effect, Layer};

use super::Estate;
use super::judge::Request;

/// What a layer is taken for instead of what it is.
#[derive(Debug, Clone)]
pub(crate) enum Instead {
    /// It does not stop the request.
    Open,
    /// It allows the request, and still denies what it denies.
    Allowing,
    /// It denies nothing, and still has to allow.
    NotDenying,
    /// It has this policy alone.
    Only(NamedPolicy),
    /// It has these policies alone, at one level.
    OnlyLevel(Vec<NamedPolicy>),
}

/// Layers that are taken for something else.
pub(crate) type Supposition = BTreeMap<Layer, Instead>;

impl Estate<'_> {
    /// The decision on a request if the layers of `suppose` were what it says.
    pub(crate) fn judge_supposing(
        &self,
        request: &Request<'_>,
        suppose: &Supposition,
    ) -> Result<Evaluation, EvaluateError> {
        let policies = self.judge_policies_by(request, &|question, policies| {
            evaluate(question, &Supposed::new(question, policies, suppose).policies())
        })?;
        let public_access = if suppose.contains_key(&Layer::BlockPublicAccess) {
            policies
        } else {
            self.block_public_access(request, policies)
        };
        Ok(if suppose.contains_key(&Layer::Kms) {
            public_access
        } else {
            self.kms_gate(request, public_access)
        })
    }
}

/// The policies of a question as they are supposed to be.
struct Supposed<'a> {
    identity: Vec<NamedPolicy>,
    boundaries: Vec<NamedPolicy>,
    session: Option<NamedPolicy>,
    scps: Vec<PolicyLevel>,
    rcps: Vec<PolicyLevel>,
    resource: Result<NamedPolicy, ResourcePolicyInput<'a>>,
    endpoint: Vec<NamedPolicy>,
    uncollected: Vec<UncollectedPolicy>,
}

impl<'a> Supposed<'a> {
    fn new(question: &Question<'_>, policies: &ApplicablePolicies<'a>, suppose: &Supposition) -> Self {
        let of = |layer| suppose.get(&layer);
        let session: Vec<NamedPolicy> = policies.session.into_iter().cloned().collect();
        Self {
            identity: must_allow(policies.identity, of(Layer::Identity)),
            boundaries: ceiling(policies.boundaries, of(Layer::Boundary)),
            session: ceiling(&session, of(Layer::Session)).into_iter().next(),
            scps: levels(policies.scps, of(Layer::Scp)),
            rcps: levels(policies.rcps, of(Layer::Rcp)),
            resource: resource(question.principal, policies.resource, of(Layer::Resource)),
            endpoint: ceiling(policies.endpoint, of(Layer::Endpoint)),
            uncollected: policies
                .uncollected
                .iter()
                .filter(|policy| !is_replaced(of(policy.layer)))
                .cloned()
                .collect(),
        }
    }

    fn policies(&self) -> ApplicablePolicies<'_> {
        ApplicablePolicies {
            identity: &self.identity,
            boundaries: &self.boundaries,
            session: self.session.as_ref(),
            scps: &self.scps,
            rcps: &self.rcps,
            resource: match &self.resource {
                Ok(policy) => ResourcePolicyInput::Set(policy),
                Err(as_it_is) => *as_it_is,
            },
            endpoint: &self.endpoint,
            uncollected: &self.uncollected,
        }
    }
}

/// Whether nothing that applies is left of a layer, what was not collected of it included.
fn is_replaced(instead: Option<&Instead>) -> bool {
    matches!(instead, Some(Instead::Open | Instead::Only(_) | Instead::OnlyLevel(_)))
}

/// Policies of a layer in which something has to allow.
fn must_allow(policies: &[NamedPolicy], instead: Option<&Instead>) -> Vec<NamedPolicy> {
    match instead {
        None => policies.to_vec(),
        Some(Instead::Open) => vec![allowing(None)],
        Some(Instead::Allowing) => [policies, &[allowing(None)]].concat(),
        Some(Instead::NotDenying) => policies.iter().map(without_denies).collect(),
        Some(Instead::Only(policy)) => vec![policy.clone()],
        Some(Instead::OnlyLevel(policies)) => policies.clone(),
    }
}

/// The same of a layer that limits nothing where it is empty.
fn ceiling(policies: &[NamedPolicy], instead: Option<&Instead>) -> Vec<NamedPolicy> {
    match instead {
        Some(Instead::Open) => Vec::new(),
        _ => must_allow(policies, instead),
    }
}

/// The same of levels, each of which has to allow.
fn levels(levels: &[PolicyLevel], instead: Option<&Instead>) -> Vec<PolicyLevel> {
    let level = |policies| PolicyLevel { policies };
    match instead {
        Some(Instead::Open) => Vec::new(),
        Some(Instead::Only(policy)) => vec![level(vec![policy.clone()])],
        Some(Instead::OnlyLevel(policies)) => vec![level(policies.clone())],
        _ => levels
            .iter()
            .map(|of| level(must_allow(&of.policies, instead)))
            .collect(),
    }
}

/// The resource's policy. Open, it names the principal itself: that is what one would write into it.
fn resource<'a>(
    principal: &Principal,
    policy: ResourcePolicyInput<'a>,
    instead: Option<&Instead>,
) -> Result<NamedPolicy, ResourcePolicyInput<'a>> {
    let set = match policy {
        ResourcePolicyInput::Set(policy) => Some(policy),
        ResourcePolicyInput::NotSet | ResourcePolicyInput::NotCollected { .. } => None,
    };
    match (instead, set) {
        (None, _) | (Some(Instead::OnlyLevel(_)), _) => Err(policy),
        (Some(Instead::Only(only)), _) => Ok(only.clone()),
        (Some(Instead::Open), _) | (Some(Instead::Allowing), None) => Ok(allowing(Some(element_of(principal)))),
        (Some(Instead::Allowing), Some(policy)) => Ok(NamedPolicy {
            name: policy.name.clone(),
            policy: Arc::new(policy.policy.followed_by(&allowing(Some(element_of(principal))).policy)),
        }),
        (Some(Instead::NotDenying), Some(policy)) => Ok(without_denies(policy)),
        (Some(Instead::NotDenying), None) => Err(policy),
    }
}

/// The Principal element that names a principal.
fn element_of(principal: &Principal) -> Value {
    let kind = match principal.kind() {
        PrincipalKind::Anonymous => return json!("*"),
        PrincipalKind::Service => "Service",
        PrincipalKind::CanonicalUser => "CanonicalUser",
        PrincipalKind::OidcProvider | PrincipalKind::SamlProvider | PrincipalKind::WebIdentity => "Federated",
        PrincipalKind::Root
        | PrincipalKind::User { .. }
        | PrincipalKind::Role { .. }
        | PrincipalKind::AssumedRole { .. }
        | PrincipalKind::FederatedUser { .. } => "AWS",
    };
    json!({ kind: principal.text() })
}

/// A policy that allows everything, to whom the Principal element names where its kind has one.
fn allowing(principal: Option<Value>) -> NamedPolicy {
    let mut statement = Map::from_iter(["Action", "Resource"].map(|element| (element.to_owned(), json!("*"))));
    statement.insert("Effect".to_owned(), json!("Allow"));
    if let Some(principal) = principal {
        statement.insert("Principal".to_owned(), principal);
    }
    let text = json!({"Version": "2012-10-17", "Statement": [statement]});
    NamedPolicy {
        name: String::new(),
        policy: Arc::new(parse_policy(&text).policy),
    }
}

fn without_denies(policy: &NamedPolicy) -> NamedPolicy {
    let rest: Policy = policy
        .policy
        .retaining(|statement| statement.effect() != Some(Effect::Deny));
    NamedPolicy {
        name: policy.name.clone(),
        policy: Arc::new(rest),
    }
}
