//! With which calls a principal sets a workload going, or replaces what it runs.

use sv0_model::arn::Arn;
use sv0_model::graph::{Entity, EntityKind};

use super::transfer::Way;

/// A call on a kind of workload.
pub(crate) struct Call {
    pub kind: EntityKind,
    pub action: &'static str,
    pub way: Way,
    /// The service that the caller must be allowed to pass the workload's role to, where the call needs that.
    pub passes_role_to: Option<&'static str>,
}

const fn call(kind: EntityKind, action: &'static str, way: Way) -> Call {
    Call {
        kind,
        action,
        way,
        passes_role_to: None,
    }
}

/// Every call. None of them names a new role, so `iam:PassRole` is needed only where AWS asks for it with the role that is there.
///
/// Sources: Service Authorization Reference, the page of each service; Amazon ECS Developer Guide, "Amazon ECS task IAM role" (running a task passes its
/// role); AWS Step Functions API Reference, "UpdateStateMachine" (the definition changes while the role stays).
pub(crate) const CALLS: &[Call] = &[
    call(EntityKind::LambdaFunction, "lambda:InvokeFunction", Way::Invoke),
    call(EntityKind::LambdaFunction, "lambda:UpdateFunctionCode", Way::ChangeCode),
    call(EntityKind::StateMachine, "states:StartExecution", Way::Invoke),
    call(EntityKind::StateMachine, "states:StartSyncExecution", Way::Invoke),
    call(EntityKind::StateMachine, "states:UpdateStateMachine", Way::ChangeCode),
    call(EntityKind::BedrockAgent, "bedrock:InvokeAgent", Way::Invoke),
    call(EntityKind::BedrockFlow, "bedrock:InvokeFlow", Way::Invoke),
    call(
        EntityKind::AgentCoreRuntime,
        "bedrock-agentcore:InvokeAgentRuntime",
        Way::Invoke,
    ),
    call(
        EntityKind::AgentCoreGateway,
        "bedrock-agentcore:InvokeGateway",
        Way::Invoke,
    ),
    call(EntityKind::CodeBuildProject, "codebuild:StartBuild", Way::Invoke),
    Call {
        kind: EntityKind::EcsTaskDefinition,
        action: "ecs:RunTask",
        way: Way::Invoke,
        passes_role_to: Some("ecs-tasks.amazonaws.com"),
    },
];

/// The calls on a workload.
pub(crate) fn calls_on(workload: &Entity) -> impl Iterator<Item = &'static Call> + use<> {
    let kind = workload.kind;
    CALLS.iter().filter(move |call| call.kind == kind)
}

/// The call by which a workload is set going.
pub(crate) fn invocation_of(workload: &Entity) -> Option<&'static Call> {
    calls_on(workload).find(|call| call.way == Way::Invoke)
}

/// Stands for an alias of an agent or a flow: which there are is not always recorded.
const ANY_ALIAS: &str = "SV0ANYALIAS";

/// The ARN that the call names: an agent and a flow are invoked by an alias.
///
/// Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon Bedrock".
pub(crate) fn target_of(workload: &Entity) -> String {
    let id = &workload.native_id;
    let Some(arn) = Arn::parse(id) else {
        return id.clone();
    };
    match workload.kind {
        EntityKind::BedrockAgent => format!(
            "arn:{}:bedrock:{}:{}:agent-alias/{}/{ANY_ALIAS}",
            arn.partition,
            arn.region,
            arn.account,
            arn.resource_id()
        ),
        EntityKind::BedrockFlow => format!("{id}/alias/{ANY_ALIAS}"),
        _ => id.clone(),
    }
}
