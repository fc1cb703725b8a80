//! Estates of random policies, and an oracle that decides them from the text of AWS's documentation.

pub mod generate;
pub mod oracle;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use sv0_iam::{
    ApplicablePolicies, Context, Evaluation, NamedPolicy, PolicyLevel, Principal, Question, ResourcePolicyInput,
    UnknownContext, evaluate, parse_policy,
};

/// A question with all its policies, as JSON.
#[derive(Debug, Clone)]
pub struct Estate {
    pub principal: &'static str,
    pub resource: &'static str,
    pub resource_account: Option<&'static str>,
    pub identity: Vec<Value>,
    pub boundary: Option<Value>,
    pub session: Option<Value>,
    pub scps: Vec<Vec<Value>>,
    pub rcps: Vec<Vec<Value>>,
    pub resource_policy: Option<Value>,
}

pub const ACTION: &str = "s3:GetObject";

/// Every key of a request; what is not in it is absent.
#[derive(Debug, Clone)]
pub struct Keys(pub BTreeMap<String, Vec<String>>);

impl Keys {
    pub fn to_context(&self) -> Context {
        let mut context = Context::new();
        for (key, values) in &self.0 {
            context.insert(key, values.clone());
        }
        context
    }
}

fn named(name: String, document: &Value) -> NamedPolicy {
    NamedPolicy {
        name,
        policy: Arc::new(parse_policy(document).policy),
    }
}

fn all(kind: &str, documents: &[Value]) -> Vec<NamedPolicy> {
    documents
        .iter()
        .enumerate()
        .map(|(index, document)| named(format!("/{kind}/{index}"), document))
        .collect()
}

fn levels(kind: &str, levels: &[Vec<Value>]) -> Vec<PolicyLevel> {
    levels
        .iter()
        .enumerate()
        .map(|(index, documents)| PolicyLevel {
            policies: all(&format!("{kind}/{index}/policies"), documents),
        })
        .collect()
}

pub fn evaluate_estate(estate: &Estate, context: &Context, unknown_context: UnknownContext) -> Evaluation {
    let principal = Principal::parse(estate.principal, None).expect("a principal");
    let question = Question {
        principal: &principal,
        action: ACTION,
        resource: estate.resource,
        resource_account: estate.resource_account,
        context,
        now: None,
        unknown_context,
    };
    let identity = all("identity_policies", &estate.identity);
    let boundaries = all("permission_boundaries", estate.boundary.as_slice());
    let session = estate
        .session
        .as_ref()
        .map(|document| named("/session_policy".to_owned(), document));
    let resource = estate
        .resource_policy
        .as_ref()
        .map(|document| named("/resource_policy".to_owned(), document));
    let policies = ApplicablePolicies {
        identity: &identity,
        boundaries: &boundaries,
        session: session.as_ref(),
        scps: &levels("scps", &estate.scps),
        rcps: &levels("rcps", &estate.rcps),
        resource: resource
            .as_ref()
            .map_or(ResourcePolicyInput::NotSet, ResourcePolicyInput::Set),
        ..ApplicablePolicies::default()
    };
    evaluate(&question, &policies).expect("a well-formed question")
}
