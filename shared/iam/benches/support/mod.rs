//! The generated requests, read as the engine wants them.

#![allow(dead_code, reason = "each benchmark uses a part")]

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Map, Value};
use sv0_iam::{
    ApplicablePolicies, Context, NamedPolicy, Policy, PolicyLevel, Principal, Question, ResourcePolicyInput,
    UnknownContext, parse_policy,
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

/// The policies that were compiled, by their texts: what is attached to many is compiled once, as it is of a graph and of the lines of a file.
#[derive(Default)]
struct Compiled(HashMap<String, Arc<Policy>>);

impl Workload {
    pub fn of(requests: &Requests) -> Self {
        let mut compiled = Compiled::default();
        let callers = (requests.principals.iter())
            .map(|fields| Caller::of(fields, &mut compiled))
            .collect();
        let asked = (requests.requests.iter())
            .map(|request| Asked::of(request.principal, &request.fields, &mut compiled))
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
    fn of(fields: &Map<String, Value>, compiled: &mut Compiled) -> Self {
        let scps = fields
            .get("scps")
            .map_or(&[][..], list)
            .iter()
            .enumerate()
            .map(|(number, level)| PolicyLevel {
                policies: compiled.named(&level["policies"], &format!("/scps/{number}/policies")),
            })
            .collect();
        Self {
            principal: Principal::parse(fields["principal"].as_str().unwrap(), None).unwrap(),
            identity: compiled.named(&fields["identity_policies"], "/identity_policies"),
            boundaries: fields.get("permission_boundaries").map_or(Vec::new(), |documents| {
                compiled.named(documents, "/permission_boundaries")
            }),
            scps,
        }
    }
}

impl Asked {
    fn of(caller: usize, fields: &Map<String, Value>, compiled: &mut Compiled) -> Self {
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
                .map(|document| compiled.one(document, "/resource_policy".to_owned())),
        }
    }
}

impl Compiled {
    fn named(&mut self, documents: &Value, place: &str) -> Vec<NamedPolicy> {
        let documents = list(documents).iter().enumerate();
        documents
            .map(|(number, document)| self.one(document, format!("{place}/{number}")))
            .collect()
    }

    fn one(&mut self, document: &Value, name: String) -> NamedPolicy {
        let compile = || Arc::new(parse_policy(document).policy);
        let policy = self.0.entry(document.to_string()).or_insert_with(compile);
        NamedPolicy {
            name,
            policy: Arc::clone(policy),
        }
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}
