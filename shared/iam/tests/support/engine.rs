//! The engine's side of a comparison: a row read once, answered in many contexts.

use std::sync::Arc;

use serde_json::Value;
use sv0_iam::{
    ApplicablePolicies, Context, EvaluateError, Evaluation, NamedPolicy, PolicyLevel, Principal, PrincipalType,
    Question, ResourcePolicyInput, UnknownContext, evaluate, evaluate_by_formulas, parse_policy,
};
use sv0_model::decision::{Decision, Layer};
use sv0_model::time::Timestamp;

use super::generate::context::Given;
use super::oracle::Answer;

/// A row without its context, its policies parsed.
pub struct Engine {
    principal: Principal,
    action: String,
    resource: String,
    resource_account: Option<String>,
    identity: Vec<NamedPolicy>,
    boundaries: Vec<NamedPolicy>,
    session: Option<NamedPolicy>,
    scps: Vec<PolicyLevel>,
    rcps: Vec<PolicyLevel>,
    resource_policy: Option<NamedPolicy>,
    endpoint: Vec<NamedPolicy>,
}

impl Engine {
    pub fn read(row: &Value) -> Self {
        let text = |field: &str| row[field].as_str().map(str::to_owned);
        let principal_type = row["principal_type"].as_str().and_then(PrincipalType::parse);
        Self {
            principal: Principal::parse(row["principal"].as_str().unwrap(), principal_type).unwrap(),
            action: text("action").unwrap(),
            resource: text("resource").unwrap(),
            resource_account: text("resource_account"),
            identity: several(&row["identity_policies"], "/identity_policies"),
            boundaries: several(&row["permission_boundaries"], "/permission_boundaries"),
            session: one(&row["session_policy"], "/session_policy"),
            scps: levels(&row["scps"], "/scps"),
            rcps: levels(&row["rcps"], "/rcps"),
            resource_policy: one(&row["resource_policy"], "/resource_policy"),
            endpoint: several(&row["endpoint_policies"], "/endpoint_policies"),
        }
    }

    pub fn evaluate(&self, context: &Context, now: Option<Timestamp>, unknown_context: UnknownContext) -> Evaluation {
        self.ask(context, now, unknown_context, evaluate)
    }

    /// The same by formulas alone.
    pub fn evaluate_by_formulas(
        &self,
        context: &Context,
        now: Option<Timestamp>,
        unknown_context: UnknownContext,
    ) -> Evaluation {
        self.ask(context, now, unknown_context, evaluate_by_formulas)
    }

    fn ask(
        &self,
        context: &Context,
        now: Option<Timestamp>,
        unknown_context: UnknownContext,
        answer: fn(&Question<'_>, &ApplicablePolicies<'_>) -> Result<Evaluation, EvaluateError>,
    ) -> Evaluation {
        let question = Question {
            principal: &self.principal,
            action: &self.action,
            resource: &self.resource,
            resource_account: self.resource_account.as_deref(),
            context,
            now,
            unknown_context,
        };
        let policies = ApplicablePolicies {
            identity: &self.identity,
            boundaries: &self.boundaries,
            session: self.session.as_ref(),
            scps: &self.scps,
            rcps: &self.rcps,
            resource: self
                .resource_policy
                .as_ref()
                .map_or(ResourcePolicyInput::NotSet, ResourcePolicyInput::Set),
            endpoint: &self.endpoint,
            ..ApplicablePolicies::default()
        };
        answer(&question, &policies).expect("a well-formed question")
    }
}

/// A context in which exactly these keys are given.
pub fn context_of(given: &Given) -> Context {
    let mut context = Context::new();
    for (key, values) in given {
        context.insert(key, values.clone());
    }
    context
}

/// What the oracle says of the same.
pub fn answer_of(evaluation: &Evaluation) -> Answer {
    Answer {
        decision: decision_name(evaluation.decision),
        blocked_by: evaluation.blocked_by.iter().map(|layer| layer_name(*layer)).collect(),
        statements: evaluation
            .statements
            .iter()
            .map(|statement| (statement.policy.clone(), statement.index, statement.sid.clone()))
            .collect(),
    }
}

pub fn decision_name(decision: Decision) -> &'static str {
    match decision {
        Decision::Allow => "allow",
        Decision::Conditional => "conditional",
        Decision::ImplicitDeny => "implicit_deny",
        Decision::ExplicitDeny => "explicit_deny",
    }
}

fn layer_name(layer: Layer) -> &'static str {
    match layer {
        Layer::Identity => "identity",
        Layer::Resource => "resource",
        Layer::Boundary => "boundary",
        Layer::Session => "session",
        Layer::Scp => "scp",
        Layer::Rcp => "rcp",
        Layer::Endpoint => "endpoint",
        Layer::Kms => "kms",
        Layer::BlockPublicAccess => "block_public_access",
    }
}

fn one(document: &Value, name: &str) -> Option<NamedPolicy> {
    (!document.is_null()).then(|| NamedPolicy {
        name: name.to_owned(),
        policy: Arc::new(parse_policy(document).policy),
    })
}

fn several(documents: &Value, name: &str) -> Vec<NamedPolicy> {
    let documents = documents.as_array().map(Vec::as_slice).unwrap_or_default();
    documents
        .iter()
        .enumerate()
        .filter_map(|(index, document)| one(document, &format!("{name}/{index}")))
        .collect()
}

fn levels(levels: &Value, name: &str) -> Vec<PolicyLevel> {
    let levels = levels.as_array().map(Vec::as_slice).unwrap_or_default();
    levels
        .iter()
        .enumerate()
        .map(|(index, level)| PolicyLevel {
            policies: several(&level["policies"], &format!("{name}/{index}/policies")),
        })
        .collect()
}
