//! Agents, flows, guardrails and knowledge bases of Bedrock; runtimes and gateways of AgentCore.

use sv0_model::graph::{EdgeKind, EntityKind};

use super::Reader;
use crate::config::table::{AttributeRow, GENERIC, LinkRow, Shape, TypeRow};
use crate::description::Reference;
use crate::workload::bedrock;

const BEDROCK: &str = "bedrock.amazonaws.com";
const AGENT_CORE: &str = "bedrock-agentcore.amazonaws.com";

/// Types that only their service's own answers describe.
pub(crate) static ROWS: &[TypeRow] = &[
    TypeRow {
        resource_type: "AWS::Bedrock::Agent",
        answers: &[("bedrock-agent", "agents")],
        service_principal: BEDROCK,
        kind: EntityKind::BedrockAgent,
        arn: &["configuration.agentArn", "arn", "resourceId"],
        arn_format: "arn:{partition}:bedrock:{region}:{account}:agent/{id}",
        id: &["configuration.agentId", "resourceId"],
        name: &["configuration.agentName"],
        attributes: &[
            AttributeRow("agent_id", &["configuration.agentId"], Shape::Scalar),
            AttributeRow("status", &["configuration.agentStatus"], Shape::Scalar),
            AttributeRow("foundation_model", &["configuration.foundationModel"], Shape::Scalar),
            AttributeRow(
                "orchestration_type",
                &["configuration.orchestrationType"],
                Shape::Scalar,
            ),
            AttributeRow("collaboration", &["configuration.agentCollaboration"], Shape::Scalar),
            AttributeRow(
                "guardrail_version",
                &["configuration.guardrailConfiguration.guardrailVersion"],
                Shape::Scalar,
            ),
            AttributeRow(
                "memory",
                &["configuration.memoryConfiguration.enabledMemoryTypes"],
                Shape::Scalars,
            ),
        ],
        links: &[
            LinkRow(
                EdgeKind::RunsAs,
                &["configuration.agentResourceRoleArn"],
                Reference::Role,
            ),
            LinkRow(EdgeKind::Invokes, &["configuration.foundationModel"], Reference::Model),
            LinkRow(
                EdgeKind::GuardedBy,
                &["configuration.guardrailConfiguration.guardrailIdentifier"],
                |id| Reference::InFormat(bedrock::GUARDRAIL, id),
            ),
            LinkRow(
                EdgeKind::EncryptedWith,
                &["configuration.customerEncryptionKeyArn"],
                Reference::Key,
            ),
        ],
        refine: bedrock::refine_agent,
        ..GENERIC
    },
    TypeRow {
        resource_type: "AWS::Bedrock::KnowledgeBase",
        answers: &[("bedrock-agent", "knowledge-bases")],
        service_principal: BEDROCK,
        kind: EntityKind::KnowledgeBase,
        arn: &["configuration.knowledgeBaseArn", "arn", "resourceId"],
        arn_format: "arn:{partition}:bedrock:{region}:{account}:knowledge-base/{id}",
        id: &["configuration.knowledgeBaseId", "resourceId"],
        name: &["configuration.name"],
        attributes: &[
            AttributeRow(
                "knowledge_base_type",
                &["configuration.knowledgeBaseConfiguration.type"],
                Shape::Scalar,
            ),
            AttributeRow(
                "storage_type",
                &["configuration.storageConfiguration.type"],
                Shape::Scalar,
            ),
            AttributeRow("description", &["configuration.description"], Shape::Scalar),
            AttributeRow("state", &["configuration.status"], Shape::Scalar),
            AttributeRow(
                "embedding_model",
                &["configuration.knowledgeBaseConfiguration.vectorKnowledgeBaseConfiguration.embeddingModelArn"],
                Shape::Scalar,
            ),
        ],
        links: &[
            LinkRow(
                EdgeKind::EncryptedWith,
                &["configuration.knowledgeBaseConfiguration.vectorKnowledgeBaseConfiguration.kmsKeyArn"],
                Reference::Key,
            ),
            LinkRow(EdgeKind::RunsAs, &["configuration.roleArn"], Reference::Role),
            LinkRow(
                EdgeKind::Invokes,
                &["configuration.knowledgeBaseConfiguration.vectorKnowledgeBaseConfiguration.embeddingModelArn"],
                Reference::Model,
            ),
            LinkRow(
                EdgeKind::ReadsFrom,
                &[
                    "configuration.storageConfiguration.opensearchServerlessConfiguration.collectionArn",
                    "configuration.storageConfiguration.opensearchManagedClusterConfiguration.domainArn",
                    "configuration.storageConfiguration.rdsConfiguration.resourceArn",
                    "configuration.storageConfiguration.neptuneAnalyticsConfiguration.graphArn",
                    "configuration.storageConfiguration.s3VectorsConfiguration.indexArn",
                    "configuration.knowledgeBaseConfiguration.kendraKnowledgeBaseConfiguration.kendraIndexArn",
                ],
                Reference::Arn,
            ),
            LinkRow(
                EdgeKind::ReadsFrom,
                &[
                    "configuration.storageConfiguration.rdsConfiguration.credentialsSecretArn",
                    "configuration.storageConfiguration.pineconeConfiguration.credentialsSecretArn",
                    "configuration.storageConfiguration.redisEnterpriseCloudConfiguration.credentialsSecretArn",
                    "configuration.storageConfiguration.mongoDbAtlasConfiguration.credentialsSecretArn",
                ],
                Reference::Arn,
            ),
            LinkRow(
                EdgeKind::SendsTo,
                &[
                    "configuration.storageConfiguration.pineconeConfiguration.connectionString",
                    "configuration.storageConfiguration.redisEnterpriseCloudConfiguration.endpoint",
                    "configuration.storageConfiguration.mongoDbAtlasConfiguration.endpoint",
                ],
                Reference::Host,
            ),
        ],
        ..GENERIC
    },
    TypeRow {
        resource_type: "AWS::Bedrock::Flow",
        answers: &[("bedrock-agent", "flows")],
        service_principal: BEDROCK,
        kind: EntityKind::BedrockFlow,
        arn_format: "arn:{partition}:bedrock:{region}:{account}:flow/{id}",
        id: &["configuration.id", "resourceId"],
        name: &["configuration.name"],
        attributes: &[
            AttributeRow("status", &["configuration.status"], Shape::Scalar),
            AttributeRow("version", &["configuration.version"], Shape::Scalar),
        ],
        links: &[
            LinkRow(EdgeKind::RunsAs, &["configuration.executionRoleArn"], Reference::Role),
            LinkRow(
                EdgeKind::EncryptedWith,
                &["configuration.customerEncryptionKeyArn"],
                Reference::Key,
            ),
        ],
        refine: bedrock::refine_flow,
        ..GENERIC
    },
    TypeRow {
        resource_type: "AWS::Bedrock::Guardrail",
        answers: &[("bedrock", "guardrails")],
        kind: EntityKind::Guardrail,
        arn: &["configuration.guardrailArn", "arn", "resourceId"],
        arn_format: "arn:{partition}:bedrock:{region}:{account}:guardrail/{id}",
        id: &["configuration.guardrailId", "resourceId"],
        name: &["configuration.name"],
        attributes: &[
            AttributeRow("status", &["configuration.status"], Shape::Scalar),
            AttributeRow("version", &["configuration.version"], Shape::Scalar),
            AttributeRow("topics_blocked", &["configuration.topicPolicy.topics"], Shape::Count),
            AttributeRow(
                "content_filters",
                &["configuration.contentPolicy.filters"],
                Shape::Each("type"),
            ),
            AttributeRow("words_blocked", &["configuration.wordPolicy.words"], Shape::Count),
            AttributeRow(
                "pii_filters",
                &["configuration.sensitiveInformationPolicy.piiEntities"],
                Shape::Each("type"),
            ),
            AttributeRow(
                "pattern_filters",
                &["configuration.sensitiveInformationPolicy.regexes"],
                Shape::Count,
            ),
        ],
        links: &[LinkRow(
            EdgeKind::EncryptedWith,
            &["configuration.kmsKeyArn"],
            Reference::Key,
        )],
        ..GENERIC
    },
    TypeRow {
        resource_type: "AWS::Bedrock::InferenceProfile",
        answers: &[("bedrock", "inference-profiles")],
        kind: EntityKind::FoundationModel,
        arn: &["configuration.inferenceProfileArn", "arn", "resourceId"],
        arn_format: "arn:{partition}:bedrock:{region}:{account}:inference-profile/{id}",
        id: &["configuration.inferenceProfileId", "resourceId"],
        name: &["configuration.inferenceProfileName"],
        attributes: &[
            AttributeRow("profile_type", &["configuration.type"], Shape::Scalar),
            AttributeRow("status", &["configuration.status"], Shape::Scalar),
        ],
        links: &[LinkRow(
            EdgeKind::Invokes,
            &["configuration.models.modelArn"],
            Reference::Model,
        )],
        ..GENERIC
    },
    TypeRow {
        resource_type: "AWS::BedrockAgentCore::Runtime",
        answers: &[("bedrock-agentcore-control", "agent-runtimes")],
        service_principal: AGENT_CORE,
        kind: EntityKind::AgentCoreRuntime,
        arn: &["configuration.agentRuntimeArn", "arn", "resourceId"],
        arn_format: "arn:{partition}:bedrock-agentcore:{region}:{account}:runtime/{id}",
        id: &["configuration.agentRuntimeId", "resourceId"],
        name: &["configuration.agentRuntimeName"],
        attributes: &[
            AttributeRow("status", &["configuration.status"], Shape::Scalar),
            AttributeRow("version", &["configuration.agentRuntimeVersion"], Shape::Scalar),
            AttributeRow(
                "network_mode",
                &["configuration.networkConfiguration.networkMode"],
                Shape::Scalar,
            ),
            AttributeRow(
                "protocol",
                &["configuration.protocolConfiguration.serverProtocol"],
                Shape::Scalar,
            ),
            AttributeRow(
                "image_uri",
                &["configuration.agentRuntimeArtifact.containerConfiguration.containerUri"],
                Shape::Scalar,
            ),
            AttributeRow(
                "authorizer",
                &["configuration.authorizerConfiguration.customJWTAuthorizer.discoveryUrl"],
                Shape::Scalar,
            ),
            AttributeRow(
                "workload_identity",
                &["configuration.workloadIdentityDetails.workloadIdentityArn"],
                Shape::Scalar,
            ),
            AttributeRow("environment_keys", &["configuration.environmentVariables"], Shape::Keys),
        ],
        links: &[
            LinkRow(EdgeKind::RunsAs, &["configuration.roleArn"], Reference::Role),
            LinkRow(
                EdgeKind::DeployedFrom,
                &["configuration.agentRuntimeArtifact.containerConfiguration.containerUri"],
                Reference::Image,
            ),
            LinkRow(
                EdgeKind::ReadsFrom,
                &["configuration.agentRuntimeArtifact.codeConfiguration.code.s3.bucket"],
                |bucket| Reference::InFormat("arn:{partition}:s3:::{id}", bucket),
            ),
        ],
        ..GENERIC
    },
    TypeRow {
        resource_type: "AWS::BedrockAgentCore::Gateway",
        answers: &[("bedrock-agentcore-control", "gateways")],
        service_principal: AGENT_CORE,
        kind: EntityKind::AgentCoreGateway,
        arn: &["configuration.gatewayArn", "arn", "resourceId"],
        arn_format: "arn:{partition}:bedrock-agentcore:{region}:{account}:gateway/{id}",
        id: &["configuration.gatewayId", "resourceId"],
        name: &["configuration.name"],
        attributes: &[
            AttributeRow("status", &["configuration.status"], Shape::Scalar),
            AttributeRow("protocol", &["configuration.protocolType"], Shape::Scalar),
            AttributeRow("authorizer_type", &["configuration.authorizerType"], Shape::Scalar),
            AttributeRow(
                "authorizer",
                &["configuration.authorizerConfiguration.customJWTAuthorizer.discoveryUrl"],
                Shape::Scalar,
            ),
            AttributeRow(
                "workload_identity",
                &["configuration.workloadIdentityDetails.workloadIdentityArn"],
                Shape::Scalar,
            ),
        ],
        links: &[
            LinkRow(EdgeKind::RunsAs, &["configuration.roleArn"], Reference::Role),
            LinkRow(EdgeKind::EncryptedWith, &["configuration.kmsKeyArn"], Reference::Key),
        ],
        refine: bedrock::refine_gateway,
        ..GENERIC
    },
];

/// Answers that only say something of an agent, a knowledge base, a gateway, or of the service in an account.
pub(super) static READERS: &[Reader] = &[
    Reader("bedrock-agent", "agent-versions", bedrock::read_agent_version),
    Reader("bedrock-agent", "agent-aliases", bedrock::read_agent_aliases),
    Reader("bedrock-agent", "agent-action-groups", bedrock::read_action_group),
    Reader("bedrock-agent", "agent-collaborators", bedrock::read_collaborators),
    Reader("bedrock-agent", "agent-knowledge-bases", bedrock::read_knowledge_bases),
    Reader("bedrock-agent", "data-sources", bedrock::read_data_source),
    Reader("bedrock", "model-invocation-logging", bedrock::read_invocation_logging),
    Reader(
        "bedrock-agentcore-control",
        "gateway-targets",
        bedrock::read_gateway_target,
    ),
];
