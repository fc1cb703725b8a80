//! The generated requests, read as the engine wants them.

#![allow(dead_code, reason = "each benchmark uses a part")]

use std::sync::Arc;

use serde_json::{Map, Value};
use sv0_iam::{
    ApplicablePolicies, Context, NamedPolicy, PolicyLevel, Principal, Question, ResourcePolicyInput, UnknownContext,
    parse_policy,
};
use sv0_synth::requests::{Layers, RequestPlan, Requests, requests};

/// The policies that all requests of a principal have in common, compiled.
pub struct Caller {
    principal: Principal,
    identity: Vec<NamedPolicy>,
    boundaries: Vec<NamedPolicy>,
    scps: Vec<PolicyLevel>,
}

/// One request, with the compiled policy of its resource.
pub struct Asked {
    caller: usize,
    action: String,
    resource: String,
    resource_account: Option<String>,
    context: Context,
    resource_policy: Option<NamedPolicy>,
}

/// Everything that is asked.
pub struct Workload {
    pub callers: Vec<Caller>,
    pub asked: Vec<Asked>,
}

/// What is measured: 10,000 requests of 200 principals.
pub fn generated() -> Requests {
    let plan = RequestPlan {
        principals: 200,
        requests: 10_000,
        layers: Layers::All,
        seed: 1,
    };
    requests(plan).unwrap()
}

impl Workload {
    pub fn of(requests: &Requests) -> Self {
        let callers = requests.principals.iter().map(Caller::of).collect();
        let asked = requests
            .requests
            .iter()
            .map(|request| Asked::of(request.principal, &request.fields))
            .collect();
        Self { callers, asked }
    }

    pub fn ask<R>(&self, asked: &Asked, answer: impl FnOnce(&Question<'_>, &ApplicablePolicies<'_>) -> R) -> R {
        let caller = &self.callers[asked.caller];
        let question = Question {
            principal: &caller.principal,
            action: &asked.action,
            resource: &asked.resource,
            resource_account: asked.resource_account.as_deref(),
            context: &asked.context,
            now: None,
            unknown_context: UnknownContext::Absent,
        };
        let policies = ApplicablePolicies {
            identity: &caller.identity,
            boundaries: &caller.boundaries,
            scps: &caller.scps,
            resource: asked
                .resource_policy
                .as_ref()
                .map_or(ResourcePolicyInput::NotSet, ResourcePolicyInput::Set),
            ..ApplicablePolicies::default()
        };
        answer(&question, &policies)
    }
}

impl Caller {
    fn of(fields: &Map<String, Value>) -> Self {
        let scps = fields
            .get("scps")
            .map_or(&[][..], list)
            .iter()
            .enumerate()
            .map(|(number, level)| PolicyLevel {
                policies: named(&level["policies"], &format!("/scps/{number}/policies")),
            });
        Self {
            principal: Principal::parse(fields["principal"].as_str().unwrap(), None).unwrap(),
            identity: named(&fields["identity_policies"], "/identity_policies"),
            boundaries: fields
                .get("permission_boundaries")
                .map_or(Vec::new(), |documents| named(documents, "/permission_boundaries")),
            scps: scps.collect(),
        }
    }
}

impl Asked {
    fn of(caller: usize, fields: &Map<String, Value>) -> Self {
        let text = |field: &str| fields.get(field).and_then(Value::as_str).map(str::to_owned);
        let mut context = Context::new();
        for (key, value) in fields["context"].as_object().unwrap() {
            context.insert(key, vec![value.as_str().unwrap().to_owned()]);
        }
        Self {
            caller,
            action: text("action").unwrap(),
            resource: text("resource").unwrap(),
            resource_account: text("resource_account"),
            context,
            resource_policy: fields
                .get("resource_policy")
                .map(|document| one(document, "/resource_policy".to_owned())),
        }
    }
}

fn named(documents: &Value, place: &str) -> Vec<NamedPolicy> {
    let documents = list(documents).iter().enumerate();
    documents
        .map(|(number, document)| one(document, format!("{place}/{number}")))
        .collect()
}

fn one(document: &Value, name: String) -> NamedPolicy {
    NamedPolicy {
        name,
        policy: Arc::new(parse_policy(document).policy),
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}
