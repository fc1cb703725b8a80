//! What an entity is called and how it is drawn.

use sv0_model::graph::EntityKind;

/// What a person calls an entity of this kind.
pub(crate) fn kind(kind: EntityKind) -> &'static str {
    match kind {
        EntityKind::IamUser => "IAM user",
        EntityKind::IamRole => "IAM role",
        EntityKind::IamGroup => "IAM group",
        EntityKind::ServiceLinkedRole => "Service-linked role",
        EntityKind::AwsService => "AWS service",
        EntityKind::FederatedProvider => "Identity provider",
        EntityKind::ExternalPrincipal => "External principal",
        EntityKind::IdentityCenterUser => "Identity Center user",
        EntityKind::IdentityCenterGroup => "Identity Center group",
        EntityKind::PermissionSet => "Permission set",
        EntityKind::Anonymous => "Everyone",
        EntityKind::LambdaFunction => "Lambda function",
        EntityKind::EcsTaskDefinition => "ECS task",
        EntityKind::EcsService => "ECS service",
        EntityKind::Ec2Instance => "EC2 instance",
        EntityKind::S3Bucket => "S3 bucket",
        EntityKind::Secret => "Secret",
        EntityKind::KmsKey => "KMS key",
        EntityKind::EcrRepository => "ECR repository",
        EntityKind::GenericResource => "Resource",
        EntityKind::IamPolicy => "Policy",
        EntityKind::ServiceControlPolicy => "Service control policy",
        EntityKind::ResourceControlPolicy => "Resource control policy",
        EntityKind::PermissionsBoundary => "Permissions boundary",
        EntityKind::Account => "Account",
        EntityKind::OrganizationalUnit => "Organizational unit",
        EntityKind::OrganizationRoot => "Organization root",
        EntityKind::IdentityCenterInstance => "Identity Center instance",
        EntityKind::FederatedIdentity => "Federated identity",
        EntityKind::RolesAnywhereProfile => "Roles Anywhere profile",
        EntityKind::CognitoIdentityPool => "Cognito identity pool",
        EntityKind::Owner => "Owner",
        EntityKind::Credential => "Credential",
        EntityKind::AutoScalingGroup => "Auto Scaling group",
        EntityKind::EksServiceAccount => "EKS service account",
        EntityKind::StateMachine => "State machine",
        EntityKind::EventBridgeRule => "EventBridge rule",
        EntityKind::EventBridgeSchedule => "Schedule",
        EntityKind::EventBridgePipe => "Pipe",
        EntityKind::BedrockAgent => "Bedrock agent",
        EntityKind::BedrockFlow => "Bedrock flow",
        EntityKind::AgentCoreRuntime => "AgentCore runtime",
        EntityKind::AgentCoreGateway => "AgentCore gateway",
        EntityKind::CodeBuildProject => "CodeBuild project",
        EntityKind::GenericWorkload => "Workload",
        EntityKind::ContainerImage => "Container image",
        EntityKind::SsmParameter => "Parameter",
        EntityKind::DynamoDbTable => "DynamoDB table",
        EntityKind::RdsDatabase => "RDS database",
        EntityKind::SqsQueue => "SQS queue",
        EntityKind::SnsTopic => "SNS topic",
        EntityKind::EventBus => "Event bus",
        EntityKind::KinesisStream => "Kinesis stream",
        EntityKind::EfsFileSystem => "EFS file system",
        EntityKind::OpenSearchDomain => "OpenSearch domain",
        EntityKind::RedshiftCluster => "Redshift cluster",
        EntityKind::KnowledgeBase => "Knowledge base",
        EntityKind::Guardrail => "Guardrail",
        EntityKind::FoundationModel => "Foundation model",
        EntityKind::LambdaLayer => "Lambda layer",
        EntityKind::EksCluster => "EKS cluster",
        EntityKind::InternetDestination => "Internet destination",
        EntityKind::Permission => "Permission",
        EntityKind::ServiceSettings => "Service settings",
    }
}

/// The name of its symbol in `templates/icons.html`.
pub(crate) fn icon(kind: EntityKind) -> &'static str {
    match kind {
        EntityKind::IamUser
        | EntityKind::IamGroup
        | EntityKind::IdentityCenterUser
        | EntityKind::IdentityCenterGroup => "user",
        EntityKind::IamRole | EntityKind::ServiceLinkedRole | EntityKind::PermissionSet => "role",
        EntityKind::AwsService => "service",
        EntityKind::FederatedProvider | EntityKind::ExternalPrincipal => "external",
        EntityKind::Anonymous => "globe",
        EntityKind::LambdaFunction => "lambda",
        EntityKind::EcsTaskDefinition | EntityKind::EcsService => "container",
        EntityKind::Ec2Instance => "server",
        EntityKind::S3Bucket => "bucket",
        EntityKind::Secret => "secret",
        EntityKind::KmsKey => "key",
        EntityKind::EcrRepository => "layers",
        EntityKind::GenericResource => "cube",
        EntityKind::IamPolicy => "policy",
        EntityKind::ServiceControlPolicy | EntityKind::ResourceControlPolicy | EntityKind::PermissionsBoundary => {
            "shield"
        }
        EntityKind::Account
        | EntityKind::OrganizationalUnit
        | EntityKind::OrganizationRoot
        | EntityKind::IdentityCenterInstance => "account",
        EntityKind::FederatedIdentity | EntityKind::RolesAnywhereProfile | EntityKind::CognitoIdentityPool => {
            "external"
        }
        EntityKind::Owner => "user",
        EntityKind::Credential => "key",
        EntityKind::AutoScalingGroup => "server",
        EntityKind::CodeBuildProject | EntityKind::GenericWorkload => "run",
        EntityKind::EksServiceAccount | EntityKind::AgentCoreRuntime | EntityKind::EksCluster => "container",
        EntityKind::StateMachine
        | EntityKind::EventBridgeRule
        | EntityKind::EventBridgeSchedule
        | EntityKind::EventBridgePipe => "flow",
        EntityKind::BedrockAgent
        | EntityKind::BedrockFlow
        | EntityKind::AgentCoreGateway
        | EntityKind::FoundationModel => "model",
        EntityKind::Guardrail => "shield",
        EntityKind::ContainerImage | EntityKind::LambdaLayer => "layers",
        EntityKind::SsmParameter => "secret",
        EntityKind::DynamoDbTable
        | EntityKind::RdsDatabase
        | EntityKind::EfsFileSystem
        | EntityKind::OpenSearchDomain
        | EntityKind::RedshiftCluster => "database",
        EntityKind::SqsQueue | EntityKind::SnsTopic | EntityKind::EventBus | EntityKind::KinesisStream => "queue",
        EntityKind::KnowledgeBase => "book",
        EntityKind::InternetDestination => "globe",
        EntityKind::Permission => "policy",
        EntityKind::ServiceSettings => "account",
    }
}

/// Which table of the explorer an entity stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Group {
    /// It runs code.
    Workload,
    /// It can be granted something.
    Identity,
    /// It can be reached.
    Resource,
    /// Policies, accounts and the organization's tree: named by paths and findings, in no table.
    Other,
}

/// The group of a kind.
pub(crate) fn group(kind: EntityKind) -> Group {
    match kind {
        EntityKind::LambdaFunction
        | EntityKind::EcsTaskDefinition
        | EntityKind::EcsService
        | EntityKind::Ec2Instance
        | EntityKind::AutoScalingGroup
        | EntityKind::EksServiceAccount
        | EntityKind::StateMachine
        | EntityKind::EventBridgeRule
        | EntityKind::EventBridgeSchedule
        | EntityKind::EventBridgePipe
        | EntityKind::BedrockAgent
        | EntityKind::BedrockFlow
        | EntityKind::AgentCoreRuntime
        | EntityKind::AgentCoreGateway
        | EntityKind::CodeBuildProject
        | EntityKind::GenericWorkload => Group::Workload,
        EntityKind::IamUser
        | EntityKind::IamRole
        | EntityKind::IamGroup
        | EntityKind::ServiceLinkedRole
        | EntityKind::AwsService
        | EntityKind::FederatedProvider
        | EntityKind::ExternalPrincipal
        | EntityKind::IdentityCenterUser
        | EntityKind::IdentityCenterGroup
        | EntityKind::PermissionSet
        | EntityKind::Anonymous
        | EntityKind::FederatedIdentity
        | EntityKind::RolesAnywhereProfile
        | EntityKind::CognitoIdentityPool => Group::Identity,
        EntityKind::S3Bucket
        | EntityKind::Secret
        | EntityKind::KmsKey
        | EntityKind::EcrRepository
        | EntityKind::GenericResource
        | EntityKind::ContainerImage
        | EntityKind::SsmParameter
        | EntityKind::DynamoDbTable
        | EntityKind::RdsDatabase
        | EntityKind::SqsQueue
        | EntityKind::SnsTopic
        | EntityKind::EventBus
        | EntityKind::KinesisStream
        | EntityKind::EfsFileSystem
        | EntityKind::OpenSearchDomain
        | EntityKind::RedshiftCluster
        | EntityKind::KnowledgeBase
        | EntityKind::Guardrail
        | EntityKind::FoundationModel
        | EntityKind::LambdaLayer
        | EntityKind::EksCluster
        | EntityKind::InternetDestination => Group::Resource,
        EntityKind::IamPolicy
        | EntityKind::ServiceControlPolicy
        | EntityKind::ResourceControlPolicy
        | EntityKind::PermissionsBoundary
        | EntityKind::Account
        | EntityKind::OrganizationalUnit
        | EntityKind::OrganizationRoot
        | EntityKind::IdentityCenterInstance
        | EntityKind::Owner
        | EntityKind::Credential
        | EntityKind::Permission
        | EntityKind::ServiceSettings => Group::Other,
    }
}
