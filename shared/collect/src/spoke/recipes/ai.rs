//! Amazon Bedrock, its agents, AgentCore and SageMaker AI.

use super::{about, describe, gather, recipe};
use crate::calls::{bedrock, bedrock_agent as agent, bedrock_agentcore_control as core, sagemaker};
use crate::spoke::recipe::Argument::{At, DaysBefore, Text};
use crate::spoke::recipe::Ask::{Always, WhenConfigLacks};
use crate::spoke::recipe::{Argument, Ask, Each, Level, Only, Recipe};

const NOT_IN_CONFIG: Ask = Always("AWS Config does not record it");
const NO_POLICY: &[&str] = &["ResourceNotFoundException"];
/// Jobs that began earlier say nothing of what runs.
const JOBS: &[(&str, Argument)] = &[("CreationTimeAfter", DaysBefore(90))];

const AGENT: &[(&str, Argument)] = &[("agentId", At("0.agentId"))];
const AGENT_ARN: &str = "arn:{partition}:bedrock:{region}:{account}:agent/{0.agentId}";
const VERSION: &[(&str, Argument)] = &[("agentId", At("0.agentId")), ("agentVersion", At("1.agentVersion"))];
const ACTION_GROUP: &[(&str, Argument)] = &[
    ("agentId", At("0.agentId")),
    ("agentVersion", At("1.agentVersion")),
    ("actionGroupId", At("2.actionGroupId")),
];
const KNOWLEDGE_BASE: &[(&str, Argument)] = &[("knowledgeBaseId", At("0.knowledgeBaseId"))];

/// The draft of an agent is the agent itself.
const NUMBERED: &[Only] = &[Only::IsNot("agentVersion", "DRAFT")];

const fn agents(each: Each) -> Level {
    Level::of(&agent::LIST_AGENTS, "agentSummaries", each)
}

const fn versions(each: Each) -> Level {
    Level::of(&agent::LIST_AGENT_VERSIONS, "agentVersionSummaries", each).asked(AGENT)
}

const fn knowledge_bases(each: Each) -> Level {
    Level::of(&agent::LIST_KNOWLEDGE_BASES, "knowledgeBaseSummaries", each)
}

const fn gateways(each: Each) -> Level {
    Level::of(&core::LIST_GATEWAYS, "items", each)
}

const fn runtimes(each: Each) -> Level {
    Level::of(&core::LIST_AGENT_RUNTIMES, "agentRuntimes", each)
}

const GATEWAY_ARN: &str = "arn:{partition}:bedrock-agentcore:{region}:{account}:gateway/{0.gatewayId}";

/// The rows, sorted.
#[rustfmt::skip]
pub(super) static RECIPES: &[Recipe] = &[
    recipe("bedrock", "guardrails", NOT_IN_CONFIG, &[&[
        Level::of(&bedrock::LIST_GUARDRAILS, "guardrails", describe(&bedrock::GET_GUARDRAIL, &[("guardrailIdentifier", At("0.id"))])),
    ]]),
    recipe("bedrock", "inference-profiles", NOT_IN_CONFIG, &[
        &[Level::of(&bedrock::LIST_INFERENCE_PROFILES, "inferenceProfileSummaries", Each::Item).asked(&[("typeEquals", Text("SYSTEM_DEFINED"))])],
        &[Level::of(&bedrock::LIST_INFERENCE_PROFILES, "inferenceProfileSummaries", Each::Item).asked(&[("typeEquals", Text("APPLICATION"))])],
    ]),
    recipe("bedrock", "model-invocation-logging", NOT_IN_CONFIG, &[&[
        Level::of(&bedrock::GET_MODEL_INVOCATION_LOGGING_CONFIGURATION, "", Each::Item),
    ]]),
    recipe("bedrock", "resource-policies", NOT_IN_CONFIG, &[&[
        Level::of(&bedrock::LIST_GUARDRAILS, "guardrails", about("{0.arn}", &bedrock::GET_RESOURCE_POLICY, &[("resourceArn", At("0.arn"))], NO_POLICY)),
    ]]),
    recipe("bedrock-agent", "agent-action-groups", NOT_IN_CONFIG, &[&[
        agents(Each::Nothing),
        versions(Each::Nothing),
        Level::of(&agent::LIST_AGENT_ACTION_GROUPS, "actionGroupSummaries", describe(&agent::GET_AGENT_ACTION_GROUP, ACTION_GROUP)).asked(VERSION),
    ]]),
    recipe("bedrock-agent", "agent-aliases", NOT_IN_CONFIG, &[&[
        agents(gather(AGENT_ARN, "agentAliasSummaries", &[Level::of(&agent::LIST_AGENT_ALIASES, "agentAliasSummaries", Each::Item).asked(AGENT)])),
    ]]),
    recipe("bedrock-agent", "agent-collaborators", NOT_IN_CONFIG, &[&[
        agents(gather(AGENT_ARN, "agentCollaboratorSummaries", &[
            versions(Each::Nothing),
            Level::of(&agent::LIST_AGENT_COLLABORATORS, "agentCollaboratorSummaries", Each::Item).asked(VERSION),
        ])),
    ]]),
    recipe("bedrock-agent", "agent-knowledge-bases", NOT_IN_CONFIG, &[&[
        agents(gather(AGENT_ARN, "agentKnowledgeBaseSummaries", &[
            versions(Each::Nothing),
            Level::of(&agent::LIST_AGENT_KNOWLEDGE_BASES, "agentKnowledgeBaseSummaries", Each::Item).asked(VERSION),
        ])),
    ]]),
    recipe("bedrock-agent", "agent-versions", NOT_IN_CONFIG, &[&[agents(Each::Nothing), versions(describe(&agent::GET_AGENT_VERSION, VERSION)).only(NUMBERED)]]),
    recipe("bedrock-agent", "agents", NOT_IN_CONFIG, &[&[agents(describe(&agent::GET_AGENT, AGENT))]]),
    recipe("bedrock-agent", "data-sources", NOT_IN_CONFIG, &[&[
        knowledge_bases(Each::Nothing),
        Level::of(&agent::LIST_DATA_SOURCES, "dataSourceSummaries",
            describe(&agent::GET_DATA_SOURCE, &[("knowledgeBaseId", At("0.knowledgeBaseId")), ("dataSourceId", At("1.dataSourceId"))])).asked(KNOWLEDGE_BASE),
    ]]),
    recipe("bedrock-agent", "flows", NOT_IN_CONFIG, &[&[
        Level::of(&agent::LIST_FLOWS, "flowSummaries", describe(&agent::GET_FLOW, &[("flowIdentifier", At("0.id"))])),
    ]]),
    recipe("bedrock-agent", "knowledge-bases", NOT_IN_CONFIG, &[&[knowledge_bases(describe(&agent::GET_KNOWLEDGE_BASE, KNOWLEDGE_BASE))]]),
    recipe("bedrock-agentcore-control", "agent-runtimes", NOT_IN_CONFIG, &[&[
        runtimes(describe(&core::GET_AGENT_RUNTIME, &[("agentRuntimeId", At("0.agentRuntimeId"))])),
    ]]),
    recipe("bedrock-agentcore-control", "gateway-targets", NOT_IN_CONFIG, &[&[
        gateways(Each::Nothing),
        Level::of(&core::LIST_GATEWAY_TARGETS, "items",
            describe(&core::GET_GATEWAY_TARGET, &[("gatewayIdentifier", At("0.gatewayId")), ("targetId", At("1.targetId"))]))
            .asked(&[("gatewayIdentifier", At("0.gatewayId"))]),
    ]]),
    recipe("bedrock-agentcore-control", "gateways", NOT_IN_CONFIG, &[&[gateways(describe(&core::GET_GATEWAY, &[("gatewayIdentifier", At("0.gatewayId"))]))]]),
    recipe("bedrock-agentcore-control", "resource-policies", NOT_IN_CONFIG, &[
        &[runtimes(about("{0.agentRuntimeArn}", &core::GET_RESOURCE_POLICY, &[("resourceArn", At("0.agentRuntimeArn"))], NO_POLICY))],
        &[gateways(about(GATEWAY_ARN, &core::GET_RESOURCE_POLICY, &[("resourceArn", Text(GATEWAY_ARN))], NO_POLICY))],
    ]),
    recipe("sagemaker", "domains", WhenConfigLacks("AWS::SageMaker::Domain"), &[&[
        Level::of(&sagemaker::LIST_DOMAINS, "Domains", describe(&sagemaker::DESCRIBE_DOMAIN, &[("DomainId", At("0.DomainId"))])),
    ]]),
    recipe("sagemaker", "endpoint-configs", NOT_IN_CONFIG, &[&[
        Level::of(&sagemaker::LIST_ENDPOINT_CONFIGS, "EndpointConfigs", describe(&sagemaker::DESCRIBE_ENDPOINT_CONFIG, &[("EndpointConfigName", At("0.EndpointConfigName"))])),
    ]]),
    recipe("sagemaker", "endpoints", NOT_IN_CONFIG, &[&[
        Level::of(&sagemaker::LIST_ENDPOINTS, "Endpoints", describe(&sagemaker::DESCRIBE_ENDPOINT, &[("EndpointName", At("0.EndpointName"))])),
    ]]),
    recipe("sagemaker", "models", WhenConfigLacks("AWS::SageMaker::Model"), &[&[
        Level::of(&sagemaker::LIST_MODELS, "Models", describe(&sagemaker::DESCRIBE_MODEL, &[("ModelName", At("0.ModelName"))])),
    ]]),
    recipe("sagemaker", "notebook-instances", WhenConfigLacks("AWS::SageMaker::NotebookInstance"), &[&[
        Level::of(&sagemaker::LIST_NOTEBOOK_INSTANCES, "NotebookInstances",
            describe(&sagemaker::DESCRIBE_NOTEBOOK_INSTANCE, &[("NotebookInstanceName", At("0.NotebookInstanceName"))])),
    ]]),
    recipe("sagemaker", "pipelines", NOT_IN_CONFIG, &[&[
        Level::of(&sagemaker::LIST_PIPELINES, "PipelineSummaries", describe(&sagemaker::DESCRIBE_PIPELINE, &[("PipelineName", At("0.PipelineName"))])),
    ]]),
    recipe("sagemaker", "processing-jobs", NOT_IN_CONFIG, &[&[
        Level::of(&sagemaker::LIST_PROCESSING_JOBS, "ProcessingJobSummaries",
            describe(&sagemaker::DESCRIBE_PROCESSING_JOB, &[("ProcessingJobName", At("0.ProcessingJobName"))])).asked(JOBS),
    ]]),
    recipe("sagemaker", "training-jobs", NOT_IN_CONFIG, &[&[
        Level::of(&sagemaker::LIST_TRAINING_JOBS, "TrainingJobSummaries",
            describe(&sagemaker::DESCRIBE_TRAINING_JOB, &[("TrainingJobName", At("0.TrainingJobName"))])).asked(JOBS),
    ]]),
    recipe("sagemaker", "transform-jobs", NOT_IN_CONFIG, &[&[
        Level::of(&sagemaker::LIST_TRANSFORM_JOBS, "TransformJobSummaries",
            describe(&sagemaker::DESCRIBE_TRANSFORM_JOB, &[("TransformJobName", At("0.TransformJobName"))])).asked(JOBS),
    ]]),
    recipe("sagemaker", "user-profiles", NOT_IN_CONFIG, &[&[
        Level::of(&sagemaker::LIST_USER_PROFILES, "UserProfiles",
            describe(&sagemaker::DESCRIBE_USER_PROFILE, &[("DomainId", At("0.DomainId")), ("UserProfileName", At("0.UserProfileName"))])),
    ]]),
];
