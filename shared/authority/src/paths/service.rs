//! The service that stands behind a workload, and whether a role trusts it.

use std::sync::Arc;

use serde_json::Value;
use sv0_iam::{Context, UnknownContext};
use sv0_model::arn::Arn;
use sv0_model::decision::{Caveat, Layer};
use sv0_model::graph::{Entity, EntityKind};
use sv0_model::path::PathState;

use super::hops::{Ground, Leg, Stride};
use crate::access::ASSUME_ROLE;
use crate::escalation::reserved;
use crate::estate::{Request, uncollected_policy};
use crate::evidence::Sighting;
use crate::step::Step;

/// The services that assume the roles of workloads, where the graph does not name one.
///
/// Source: IAM User Guide, "AWS services that work with IAM", and each service's page on its service role.
const SERVICES: &[(EntityKind, &str)] = &[
    (EntityKind::LambdaFunction, "lambda.amazonaws.com"),
    (EntityKind::Ec2Instance, "ec2.amazonaws.com"),
    (EntityKind::AutoScalingGroup, "ec2.amazonaws.com"),
    (EntityKind::EcsTaskDefinition, "ecs-tasks.amazonaws.com"),
    (EntityKind::EcsService, "ecs-tasks.amazonaws.com"),
    (EntityKind::EksServiceAccount, "pods.eks.amazonaws.com"),
    (EntityKind::StateMachine, "states.amazonaws.com"),
    (EntityKind::EventBridgeRule, "events.amazonaws.com"),
    (EntityKind::EventBridgeSchedule, "scheduler.amazonaws.com"),
    (EntityKind::EventBridgePipe, "pipes.amazonaws.com"),
    (EntityKind::BedrockAgent, "bedrock.amazonaws.com"),
    (EntityKind::KnowledgeBase, "bedrock.amazonaws.com"),
    (EntityKind::BedrockFlow, "bedrock.amazonaws.com"),
    (EntityKind::AgentCoreRuntime, "bedrock-agentcore.amazonaws.com"),
    (EntityKind::AgentCoreGateway, "bedrock-agentcore.amazonaws.com"),
    (EntityKind::CodeBuildProject, "codebuild.amazonaws.com"),
    (EntityKind::RolesAnywhereProfile, "rolesanywhere.amazonaws.com"),
];

/// The service that acts for a workload; none where nothing tells.
pub(crate) fn service_of(workload: &Entity) -> Option<&str> {
    let named = workload.attributes.get("service_principal").and_then(Value::as_str);
    named.or_else(|| {
        let row = SERVICES.iter().find(|(kind, _)| *kind == workload.kind);
        row.map(|(_, service)| *service)
    })
}

/// What the service says of itself when it acts for the workload, the least first.
///
/// Lambda names the function. ECS names a task, whose id nobody knows beforehand: a trust policy that is content with some task of the account lets
/// this one in. EventBridge Scheduler names the schedule's group (its User Guide, "Confused deputy prevention"). The others name the workload where
/// they name anything.
pub(crate) fn contexts(workload: &Entity) -> Vec<Context> {
    let mut context = Context::new();
    if let Some(account) = &workload.account {
        context.insert("aws:SourceAccount", vec![account.clone()]);
    }
    let with_source = |source: String| {
        let mut named = context.clone();
        named.insert("aws:SourceArn", vec![source]);
        named
    };
    let Some(arn) = Arn::parse(&workload.native_id) else {
        return vec![context];
    };
    match workload.kind {
        EntityKind::LambdaFunction => vec![with_source(workload.native_id.clone())],
        EntityKind::EcsService | EntityKind::EcsTaskDefinition => {
            let task = format!(
                "arn:{}:ecs:{}:{}:task/sv0-any/sv0-any",
                arn.partition, arn.region, arn.account
            );
            vec![context.clone(), with_source(task)]
        }
        EntityKind::Ec2Instance | EntityKind::AutoScalingGroup => vec![context],
        EntityKind::EventBridgeSchedule => {
            let group = arn.resource_id().split('/').next().unwrap_or_default();
            let group = format!(
                "arn:{}:scheduler:{}:{}:schedule-group/{group}",
                arn.partition, arn.region, arn.account
            );
            vec![
                context.clone(),
                with_source(group),
                with_source(workload.native_id.clone()),
            ]
        }
        _ => vec![context.clone(), with_source(workload.native_id.clone())],
    }
}

impl Ground<'_, '_> {
    /// The step from a workload to a role that its service assumes for it.
    pub(crate) fn service_leg(&self, workload: &Entity, role: &str, relation: &'static str) -> Leg {
        let step = self.service_does(workload, ASSUME_ROLE, role);
        self.taken_leg(workload, role, relation, step)
    }

    /// The step from a profile of IAM Roles Anywhere to one of its roles, for a certificate of the trust anchors that may ask for it; none where all of them
    /// are switched off. The anchor is `aws:SourceArn`; where none was recorded, nothing is known of it.
    ///
    /// Source: IAM Roles Anywhere User Guide, "Trust model" and "Restricting access based on attributes extracted from certificates".
    pub(crate) fn certificate_leg(
        &self,
        profile: &Entity,
        role: &str,
        anchors: &[&str],
        relation: &'static str,
    ) -> Option<Leg> {
        let known: Vec<&Entity> = anchors.iter().filter_map(|anchor| self.entity(anchor)).collect();
        let mut context = Context::new();
        if let Some(account) = &profile.account {
            context.insert("aws:SourceAccount", vec![account.clone()]);
        }
        let mut contexts = Vec::new();
        for anchor in known
            .iter()
            .filter(|anchor| anchor.attributes.get("enabled") != Some(&Value::Bool(false)))
        {
            let mut named = context.clone();
            named.insert("aws:SourceArn", vec![anchor.native_id.clone()]);
            contexts.push(named);
        }
        if known.is_empty() {
            contexts.push(context);
        }
        let steps = contexts
            .iter()
            .map(|context| self.service_does_in(profile, ASSUME_ROLE, role, context));
        let step = steps.min_by_key(|step| step.state)?;
        // The user guide asks for all three in the trust policy.
        let lacks = ["sts:TagSession", "sts:SetSourceIdentity"].iter().any(|action| {
            let mut steps = contexts
                .iter()
                .map(|context| self.service_does_in(profile, action, role, context));
            steps.all(|step| step.state == PathState::Blocked)
        });
        let step = if lacks && step.state == PathState::Allowed {
            reserved(step, role, Caveat::UndocumentedRule)
        } else {
            step
        };
        let says = |name: &str| profile.attributes.get(name);
        let has_policies = says("session_policies")
            .and_then(Value::as_array)
            .is_some_and(|policies| !policies.is_empty());
        let is_limited = has_policies || says("has_session_policy") == Some(&Value::Bool(true));
        let step = if is_limited {
            // What the session policies of the profile leave is not worked out.
            reserved(step, &profile.native_id, Caveat::PolicyNotCollected)
        } else {
            step
        };
        Some(self.taken_leg(profile, role, relation, step))
    }

    fn taken_leg(&self, workload: &Entity, role: &str, relation: &'static str, step: Step) -> Leg {
        let service = service_of(workload).unwrap_or_default();
        let accounts: Vec<&str> = self.account_of(role).into_iter().collect();
        let observation = self.logs.observation(&Sighting {
            callers: &[service],
            actions: &[ASSUME_ROLE.to_owned()],
            resource: role,
            accounts: &accounts,
            region: None,
        });
        Leg {
            hop: Arc::new(step.hop(&workload.native_id, relation, role, Vec::new(), observation)),
            caveats: step.caveats,
        }
    }

    /// The step that the service behind a workload takes in its own name, because the policy of `called` lets it: the stride's end, or an alias of it.
    pub(crate) fn service_call_leg(&self, workload: &Entity, action: &str, called: &str, stride: Stride<'_>) -> Leg {
        // A service that calls in its own name says for which of its things: AWS fills in the ARN of the rule or the agent.
        let context = contexts(workload).pop().unwrap_or_default();
        let step = self.service_does_in(workload, action, called, &context);
        let service = service_of(workload).unwrap_or_default();
        let target = self.entity(stride.to);
        let accounts: Vec<&str> = target
            .and_then(|entity| entity.account.as_deref())
            .into_iter()
            .collect();
        let observation = self.logs.observation(&Sighting {
            callers: &[service],
            actions: &stride.actions,
            resource: stride.to,
            accounts: &accounts,
            region: target.and_then(|entity| entity.region.as_deref()),
        });
        let mut hop = step.hop(stride.from, stride.relation, stride.to, stride.actions, observation);
        hop.note = stride.note;
        Leg {
            hop: Arc::new(hop),
            caveats: step.caveats,
        }
    }

    /// Whether the policy of `on` lets the workload's service do `action` to it.
    fn service_does(&self, workload: &Entity, action: &str, on: &str) -> Step {
        let contexts = contexts(workload);
        let mut steps = contexts
            .iter()
            .map(|context| self.service_does_in(workload, action, on, context));
        let first = steps.next().unwrap_or_else(|| unknown_step(on));
        if first.state != PathState::Conditional {
            return first;
        }
        steps.find(|step| step.state == PathState::Allowed).unwrap_or(first)
    }

    fn service_does_in(&self, workload: &Entity, action: &str, on: &str, context: &Context) -> Step {
        let service = service_of(workload);
        let subject = service.and_then(|service| self.estate.named_subject(service));
        let evaluation = subject.and_then(|subject| {
            let place = self.estate.known_place(on)?;
            let request = Request {
                subject: &subject,
                action,
                place: &place,
                context,
                unknown_context: UnknownContext::Any,
            };
            self.estate.judge(&request).ok()
        });
        evaluation.map_or_else(|| unknown_step(on), Step::from)
    }
}

/// A step of which nothing can be evaluated because its target is in no answer, or nobody knows who acts.
pub(crate) fn unknown_step(target: &str) -> Step {
    Step {
        state: PathState::Conditional,
        blocked_by: vec![Layer::Resource],
        condition: Some(uncollected_policy(target)),
        statements: Vec::new(),
        granted_by: Vec::new(),
        caveats: vec![Caveat::ResourcePolicyNotCollected],
    }
}
