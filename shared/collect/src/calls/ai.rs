//! Rows of Amazon Bedrock, its agents, AgentCore and SageMaker AI.

use crate::call::Caller::Spoke;
use crate::call::{ApiCall, Pages, Rate};

#[rustfmt::skip]
/// Amazon Bedrock: guardrails, inference profiles and logging. Never what is said to a model.
pub mod bedrock {
    use super::*;

    /// A guardrail.
    pub static GET_GUARDRAIL: ApiCall = ApiCall::new("bedrock", "GetGuardrail", &["bedrock:GetGuardrail"])
        .on("arn:${Partition}:bedrock:*:${Account}:guardrail/*").by(&[Spoke]).because("Which filters stand before the models that agents use");
    /// Where invocations of models are logged.
    pub static GET_MODEL_INVOCATION_LOGGING_CONFIGURATION: ApiCall = ApiCall::new("bedrock", "GetModelInvocationLoggingConfiguration", &["bedrock:GetModelInvocationLoggingConfiguration"])
        .by(&[Spoke]).because("Whether what agents say to models is recorded, so that silence of the logs can be judged");
    /// The policy of a Bedrock resource.
    pub static GET_RESOURCE_POLICY: ApiCall = ApiCall::new("bedrock", "GetResourcePolicy", &["bedrock:GetResourcePolicy"])
        .on("arn:${Partition}:bedrock:*:${Account}:*").by(&[Spoke]).because("Who outside the account may use a guardrail");
    /// Guardrails.
    pub static LIST_GUARDRAILS: ApiCall = ApiCall::new("bedrock", "ListGuardrails", &["bedrock:ListGuardrails"])
        .everywhere("AWS does not say on what a call is judged that names no guardrail").by(&[Spoke]).paged(Pages::by("nextToken").limited("maxResults", 1000)).because("Which guardrails there are");
    /// Inference profiles.
    pub static LIST_INFERENCE_PROFILES: ApiCall = ApiCall::new("bedrock", "ListInferenceProfiles", &["bedrock:ListInferenceProfiles"])
        .by(&[Spoke]).paged(Pages::by("nextToken").limited("maxResults", 1000)).because("Which models and Regions a profile stands for");
}

#[rustfmt::skip]
/// Agents, knowledge bases and flows of Amazon Bedrock. Never prompts of the prompt library, documents or ingestion jobs.
pub mod bedrock_agent {
    use super::*;

    /// An agent with its role and model.
    pub static GET_AGENT: ApiCall = ApiCall::new("bedrock-agent", "GetAgent", &["bedrock:GetAgent"])
        .on("arn:${Partition}:bedrock:*:${Account}:agent/*").by(&[Spoke]).because("Which role an agent acts as");
    /// An action group with the function it calls.
    pub static GET_AGENT_ACTION_GROUP: ApiCall = ApiCall::new("bedrock-agent", "GetAgentActionGroup", &["bedrock:GetAgentActionGroup"])
        .on("arn:${Partition}:bedrock:*:${Account}:agent/*").by(&[Spoke]).because("Which functions an agent may call");
    /// A version of an agent.
    pub static GET_AGENT_VERSION: ApiCall = ApiCall::new("bedrock-agent", "GetAgentVersion", &["bedrock:GetAgentVersion"])
        .on("arn:${Partition}:bedrock:*:${Account}:agent/*").by(&[Spoke]).because("Which role and model each version of an agent has");
    /// A data source of a knowledge base.
    pub static GET_DATA_SOURCE: ApiCall = ApiCall::new("bedrock-agent", "GetDataSource", &["bedrock:GetDataSource"])
        .on("arn:${Partition}:bedrock:*:${Account}:knowledge-base/*").by(&[Spoke]).because("Which data a knowledge base is filled from");
    /// A flow with its nodes.
    pub static GET_FLOW: ApiCall = ApiCall::new("bedrock-agent", "GetFlow", &["bedrock:GetFlow"])
        .on("arn:${Partition}:bedrock:*:${Account}:flow/*").by(&[Spoke]).because("Which role a flow acts as, and what it calls");
    /// A knowledge base with its role and storage.
    pub static GET_KNOWLEDGE_BASE: ApiCall = ApiCall::new("bedrock-agent", "GetKnowledgeBase", &["bedrock:GetKnowledgeBase"])
        .on("arn:${Partition}:bedrock:*:${Account}:knowledge-base/*").by(&[Spoke]).because("Which role a knowledge base reads with, and where its data lies");
    /// Action groups of a version of an agent.
    pub static LIST_AGENT_ACTION_GROUPS: ApiCall = ApiCall::new("bedrock-agent", "ListAgentActionGroups", &["bedrock:ListAgentActionGroups"])
        .on("arn:${Partition}:bedrock:*:${Account}:agent/*").by(&[Spoke]).paged(Pages::by("nextToken").limited("maxResults", 1000)).because("Which action groups each version of an agent has");
    /// Aliases of an agent.
    pub static LIST_AGENT_ALIASES: ApiCall = ApiCall::new("bedrock-agent", "ListAgentAliases", &["bedrock:ListAgentAliases"])
        .on("arn:${Partition}:bedrock:*:${Account}:agent/*").by(&[Spoke]).paged(Pages::by("nextToken").limited("maxResults", 1000)).because("Under which alias which version of an agent is called");
    /// Agents that a version of an agent hands work to.
    pub static LIST_AGENT_COLLABORATORS: ApiCall = ApiCall::new("bedrock-agent", "ListAgentCollaborators", &["bedrock:ListAgentCollaborators"])
        .on("arn:${Partition}:bedrock:*:${Account}:agent/*").by(&[Spoke]).paged(Pages::by("nextToken").limited("maxResults", 1000)).because("Which agents an agent hands work to");
    /// Knowledge bases of a version of an agent.
    pub static LIST_AGENT_KNOWLEDGE_BASES: ApiCall = ApiCall::new("bedrock-agent", "ListAgentKnowledgeBases", &["bedrock:ListAgentKnowledgeBases"])
        .on("arn:${Partition}:bedrock:*:${Account}:agent/*").by(&[Spoke]).paged(Pages::by("nextToken").limited("maxResults", 1000)).because("Which knowledge an agent may query");
    /// Versions of an agent.
    pub static LIST_AGENT_VERSIONS: ApiCall = ApiCall::new("bedrock-agent", "ListAgentVersions", &["bedrock:ListAgentVersions"])
        .on("arn:${Partition}:bedrock:*:${Account}:agent/*").by(&[Spoke]).paged(Pages::by("nextToken").limited("maxResults", 1000)).because("Which versions of an agent there are");
    /// Agents.
    pub static LIST_AGENTS: ApiCall = ApiCall::new("bedrock-agent", "ListAgents", &["bedrock:ListAgents"])
        .by(&[Spoke]).paged(Pages::by("nextToken").limited("maxResults", 1000)).because("Which agents there are");
    /// Data sources of a knowledge base.
    pub static LIST_DATA_SOURCES: ApiCall = ApiCall::new("bedrock-agent", "ListDataSources", &["bedrock:ListDataSources"])
        .on("arn:${Partition}:bedrock:*:${Account}:knowledge-base/*").by(&[Spoke]).paged(Pages::by("nextToken").limited("maxResults", 1000)).because("Which data sources a knowledge base has");
    /// Flows.
    pub static LIST_FLOWS: ApiCall = ApiCall::new("bedrock-agent", "ListFlows", &["bedrock:ListFlows"])
        .by(&[Spoke]).paged(Pages::by("nextToken").limited("maxResults", 1000)).because("Which flows there are");
    /// Knowledge bases.
    pub static LIST_KNOWLEDGE_BASES: ApiCall = ApiCall::new("bedrock-agent", "ListKnowledgeBases", &["bedrock:ListKnowledgeBases"])
        .by(&[Spoke]).paged(Pages::by("nextToken").limited("maxResults", 1000)).because("Which knowledge bases there are");
}

#[rustfmt::skip]
/// Runtimes and gateways of Amazon Bedrock AgentCore.
pub mod bedrock_agentcore_control {
    use super::*;

    /// A runtime with its role and image.
    pub static GET_AGENT_RUNTIME: ApiCall = ApiCall::new("bedrock-agentcore-control", "GetAgentRuntime", &["bedrock-agentcore:GetAgentRuntime"])
        .on("arn:${Partition}:bedrock-agentcore:*:${Account}:runtime/*").by(&[Spoke]).because("Which role an agent acts as, and what it runs");
    /// A gateway with its role and authorizer.
    pub static GET_GATEWAY: ApiCall = ApiCall::new("bedrock-agentcore-control", "GetGateway", &["bedrock-agentcore:GetGateway"])
        .on("arn:${Partition}:bedrock-agentcore:*:${Account}:gateway/*").by(&[Spoke]).because("Which role a gateway acts as, and who may call it");
    /// A target of a gateway.
    pub static GET_GATEWAY_TARGET: ApiCall = ApiCall::new("bedrock-agentcore-control", "GetGatewayTarget", &["bedrock-agentcore:GetGatewayTarget"])
        .on("arn:${Partition}:bedrock-agentcore:*:${Account}:gateway/*").by(&[Spoke]).because("Which functions and interfaces a gateway lets agents call");
    /// The policy of a runtime or gateway.
    pub static GET_RESOURCE_POLICY: ApiCall = ApiCall::new("bedrock-agentcore-control", "GetResourcePolicy", &["bedrock-agentcore:GetResourcePolicy"])
        .on("arn:${Partition}:bedrock-agentcore:*:${Account}:*").by(&[Spoke]).because("Who outside the account may call a runtime or gateway");
    /// Runtimes.
    pub static LIST_AGENT_RUNTIMES: ApiCall = ApiCall::new("bedrock-agentcore-control", "ListAgentRuntimes", &["bedrock-agentcore:ListAgentRuntimes"])
        .by(&[Spoke]).paged(Pages::by("nextToken").limited("maxResults", 100)).because("Which runtimes there are");
    /// Targets of a gateway.
    pub static LIST_GATEWAY_TARGETS: ApiCall = ApiCall::new("bedrock-agentcore-control", "ListGatewayTargets", &["bedrock-agentcore:ListGatewayTargets"])
        .on("arn:${Partition}:bedrock-agentcore:*:${Account}:gateway/*").by(&[Spoke]).paged(Pages::by("nextToken").limited("maxResults", 1000)).because("Which targets a gateway has");
    /// Gateways.
    pub static LIST_GATEWAYS: ApiCall = ApiCall::new("bedrock-agentcore-control", "ListGateways", &["bedrock-agentcore:ListGateways"])
        .by(&[Spoke]).paged(Pages::by("nextToken").limited("maxResults", 1000)).because("Which gateways there are");
}

#[rustfmt::skip]
/// Amazon SageMaker AI: what runs under which role. Never feature records, nor what a model is asked.
pub mod sagemaker {
    use super::*;

    /// A domain with the role of its users.
    pub static DESCRIBE_DOMAIN: ApiCall = ApiCall::new("sagemaker", "DescribeDomain", &["sagemaker:DescribeDomain"])
        .on("arn:${Partition}:sagemaker:*:${Account}:domain/*").by(&[Spoke]).at(Rate::per_second(4).burst(4)).because("Which role the users of a domain act as");
    /// An endpoint.
    pub static DESCRIBE_ENDPOINT: ApiCall = ApiCall::new("sagemaker", "DescribeEndpoint", &["sagemaker:DescribeEndpoint"])
        .on("arn:${Partition}:sagemaker:*:${Account}:endpoint/*").by(&[Spoke]).at(Rate::per_second(4).burst(4)).because("Which configuration an endpoint runs");
    /// What an endpoint runs.
    pub static DESCRIBE_ENDPOINT_CONFIG: ApiCall = ApiCall::new("sagemaker", "DescribeEndpointConfig", &["sagemaker:DescribeEndpointConfig"])
        .on("arn:${Partition}:sagemaker:*:${Account}:endpoint-config/*").by(&[Spoke]).at(Rate::per_second(4).burst(4)).because("Which models an endpoint runs, and where its data is captured");
    /// A model with its role and image.
    pub static DESCRIBE_MODEL: ApiCall = ApiCall::new("sagemaker", "DescribeModel", &["sagemaker:DescribeModel"])
        .on("arn:${Partition}:sagemaker:*:${Account}:model/*").by(&[Spoke]).at(Rate::per_second(4).burst(4)).because("Which role a model runs as");
    /// A notebook with its role.
    pub static DESCRIBE_NOTEBOOK_INSTANCE: ApiCall = ApiCall::new("sagemaker", "DescribeNotebookInstance", &["sagemaker:DescribeNotebookInstance"])
        .on("arn:${Partition}:sagemaker:*:${Account}:notebook-instance/*").by(&[Spoke]).at(Rate::per_second(4).burst(4)).because("Which role whoever opens a notebook acts as");
    /// A pipeline with its role.
    pub static DESCRIBE_PIPELINE: ApiCall = ApiCall::new("sagemaker", "DescribePipeline", &["sagemaker:DescribePipeline"])
        .on("arn:${Partition}:sagemaker:*:${Account}:pipeline/*").by(&[Spoke]).at(Rate::per_second(4).burst(4)).because("Which role a pipeline acts as");
    /// A processing job with its role.
    pub static DESCRIBE_PROCESSING_JOB: ApiCall = ApiCall::new("sagemaker", "DescribeProcessingJob", &["sagemaker:DescribeProcessingJob"])
        .on("arn:${Partition}:sagemaker:*:${Account}:processing-job/*").by(&[Spoke]).at(Rate::per_second(4).burst(4)).because("Which role a processing job acts as");
    /// A training job with its role.
    pub static DESCRIBE_TRAINING_JOB: ApiCall = ApiCall::new("sagemaker", "DescribeTrainingJob", &["sagemaker:DescribeTrainingJob"])
        .on("arn:${Partition}:sagemaker:*:${Account}:training-job/*").by(&[Spoke]).at(Rate::per_second(4).burst(4)).because("Which role a training job acts as");
    /// A transform job.
    pub static DESCRIBE_TRANSFORM_JOB: ApiCall = ApiCall::new("sagemaker", "DescribeTransformJob", &["sagemaker:DescribeTransformJob"])
        .on("arn:${Partition}:sagemaker:*:${Account}:transform-job/*").by(&[Spoke]).at(Rate::per_second(4).burst(4)).because("What a transform job reads and writes");
    /// A user of a domain with the role.
    pub static DESCRIBE_USER_PROFILE: ApiCall = ApiCall::new("sagemaker", "DescribeUserProfile", &["sagemaker:DescribeUserProfile"])
        .on("arn:${Partition}:sagemaker:*:${Account}:user-profile/*").by(&[Spoke]).at(Rate::per_second(4).burst(4)).because("Which role a user of a domain acts as");
    /// Domains.
    pub static LIST_DOMAINS: ApiCall = ApiCall::new("sagemaker", "ListDomains", &["sagemaker:ListDomains"])
        .by(&[Spoke]).at(Rate::per_second(4).burst(4)).paged(Pages::by("NextToken").limited("MaxResults", 100)).because("Which domains there are");
    /// Configurations of endpoints.
    pub static LIST_ENDPOINT_CONFIGS: ApiCall = ApiCall::new("sagemaker", "ListEndpointConfigs", &["sagemaker:ListEndpointConfigs"])
        .by(&[Spoke]).at(Rate::per_second(4).burst(4)).paged(Pages::by("NextToken").limited("MaxResults", 100)).because("Which configurations of endpoints there are");
    /// Endpoints.
    pub static LIST_ENDPOINTS: ApiCall = ApiCall::new("sagemaker", "ListEndpoints", &["sagemaker:ListEndpoints"])
        .by(&[Spoke]).at(Rate::per_second(4).burst(4)).paged(Pages::by("NextToken").limited("MaxResults", 100)).because("Which endpoints there are");
    /// Models.
    pub static LIST_MODELS: ApiCall = ApiCall::new("sagemaker", "ListModels", &["sagemaker:ListModels"])
        .by(&[Spoke]).at(Rate::per_second(4).burst(4)).paged(Pages::by("NextToken").limited("MaxResults", 100)).because("Which models there are");
    /// Notebooks.
    pub static LIST_NOTEBOOK_INSTANCES: ApiCall = ApiCall::new("sagemaker", "ListNotebookInstances", &["sagemaker:ListNotebookInstances"])
        .by(&[Spoke]).at(Rate::per_second(4).burst(4)).paged(Pages::by("NextToken").limited("MaxResults", 100)).because("Which notebooks there are");
    /// Pipelines.
    pub static LIST_PIPELINES: ApiCall = ApiCall::new("sagemaker", "ListPipelines", &["sagemaker:ListPipelines"])
        .by(&[Spoke]).at(Rate::per_second(4).burst(4)).paged(Pages::by("NextToken").limited("MaxResults", 100)).because("Which pipelines there are");
    /// Processing jobs.
    pub static LIST_PROCESSING_JOBS: ApiCall = ApiCall::new("sagemaker", "ListProcessingJobs", &["sagemaker:ListProcessingJobs"])
        .by(&[Spoke]).at(Rate::per_second(4).burst(4)).paged(Pages::by("NextToken").limited("MaxResults", 100)).because("Which processing jobs there were");
    /// Training jobs.
    pub static LIST_TRAINING_JOBS: ApiCall = ApiCall::new("sagemaker", "ListTrainingJobs", &["sagemaker:ListTrainingJobs"])
        .by(&[Spoke]).at(Rate::per_second(4).burst(4)).paged(Pages::by("NextToken").limited("MaxResults", 100)).because("Which training jobs there were");
    /// Transform jobs.
    pub static LIST_TRANSFORM_JOBS: ApiCall = ApiCall::new("sagemaker", "ListTransformJobs", &["sagemaker:ListTransformJobs"])
        .by(&[Spoke]).at(Rate::per_second(4).burst(4)).paged(Pages::by("NextToken").limited("MaxResults", 100)).because("Which transform jobs there were");
    /// Users of domains.
    pub static LIST_USER_PROFILES: ApiCall = ApiCall::new("sagemaker", "ListUserProfiles", &["sagemaker:ListUserProfiles"])
        .by(&[Spoke]).at(Rate::per_second(4).burst(4)).paged(Pages::by("NextToken").limited("MaxResults", 100)).because("Which users domains have");
}
