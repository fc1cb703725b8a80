//! The graph: entities, edges, policies and the organization's tree.

pub mod urn;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::record::Origin;
use crate::time::Timestamp;

/// What an entity is, as `type/subtype` of SecurityV0's data model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum EntityKind {
    /// An IAM user.
    #[serde(rename = "identity/iam_user")]
    IamUser,
    /// An IAM role.
    #[serde(rename = "identity/iam_role")]
    IamRole,
    /// An IAM group.
    #[serde(rename = "identity/iam_group")]
    IamGroup,
    /// A role under `/aws-service-role/`: exempt from SCPs and RCPs.
    #[serde(rename = "identity/service_linked_role")]
    ServiceLinkedRole,
    /// An AWS service principal, such as `lambda.amazonaws.com`.
    #[serde(rename = "identity/aws_service")]
    AwsService,
    /// An OIDC or SAML provider.
    #[serde(rename = "identity/federated_provider")]
    FederatedProvider,
    /// A principal outside the organization or of an account that was not collected: an account, role, user or canonical id.
    #[serde(rename = "identity/external_principal")]
    ExternalPrincipal,
    /// A user of IAM Identity Center.
    #[serde(rename = "identity/sso_user")]
    IdentityCenterUser,
    /// A group of IAM Identity Center.
    #[serde(rename = "identity/sso_group")]
    IdentityCenterGroup,
    /// A permission set of IAM Identity Center: AWS makes a role of it in every account it is assigned in.
    #[serde(rename = "identity/sso_permission_set")]
    PermissionSet,
    /// Callers that an identity provider vouches for, as a trust policy describes them: an OIDC subject pattern, a SAML audience, a Cognito identity.
    #[serde(rename = "identity/federated_identity")]
    FederatedIdentity,
    /// An IAM Roles Anywhere profile: certificates of its trust anchors get its roles.
    #[serde(rename = "identity/roles_anywhere_profile")]
    RolesAnywhereProfile,
    /// A Cognito identity pool: its guests and its signed-in users get its roles.
    #[serde(rename = "identity/cognito_identity_pool")]
    CognitoIdentityPool,
    /// A person or team that tags or IAM Identity Center name as the owner of something.
    #[serde(rename = "identity/owner")]
    Owner,
    /// Everyone (`Principal: "*"`).
    #[serde(rename = "identity/anonymous")]
    Anonymous,
    /// An access key, password or certificate of an IAM user, a root user or a trust anchor: what is known of its life, never its secret.
    #[serde(rename = "credential/credential")]
    Credential,
    /// A Lambda function; also a resource that can be invoked and updated.
    #[serde(rename = "workload/lambda_function")]
    LambdaFunction,
    /// A revision of an ECS task definition.
    #[serde(rename = "workload/ecs_task")]
    EcsTaskDefinition,
    /// An ECS service.
    #[serde(rename = "workload/ecs_service")]
    EcsService,
    /// An EC2 instance.
    #[serde(rename = "workload/ec2_instance")]
    Ec2Instance,
    /// An EC2 Auto Scaling group: its launch template names the instance profile.
    #[serde(rename = "workload/auto_scaling_group")]
    AutoScalingGroup,
    /// A Kubernetes service account that EKS gives a role, by IRSA or by Pod Identity.
    #[serde(rename = "workload/eks_service_account")]
    EksServiceAccount,
    /// A Step Functions state machine.
    #[serde(rename = "workload/step_functions_state_machine")]
    StateMachine,
    /// An EventBridge rule: what it invokes, it invokes on an event or a schedule.
    #[serde(rename = "workload/eventbridge_rule")]
    EventBridgeRule,
    /// A schedule of EventBridge Scheduler.
    #[serde(rename = "workload/eventbridge_schedule")]
    EventBridgeSchedule,
    /// An EventBridge pipe.
    #[serde(rename = "workload/eventbridge_pipe")]
    EventBridgePipe,
    /// A Bedrock agent.
    #[serde(rename = "workload/bedrock_agent")]
    BedrockAgent,
    /// A Bedrock flow.
    #[serde(rename = "workload/bedrock_flow")]
    BedrockFlow,
    /// A runtime of Bedrock AgentCore.
    #[serde(rename = "workload/bedrock_agentcore_runtime")]
    AgentCoreRuntime,
    /// A gateway of Bedrock AgentCore.
    #[serde(rename = "workload/bedrock_agentcore_gateway")]
    AgentCoreGateway,
    /// A CodeBuild project.
    #[serde(rename = "workload/codebuild_project")]
    CodeBuildProject,
    /// Anything else that runs code or calls AWS under a role: attribute `resource_type` holds AWS's name of the type.
    #[serde(rename = "workload/generic")]
    GenericWorkload,
    /// An S3 bucket.
    #[serde(rename = "resource/s3_bucket")]
    S3Bucket,
    /// A Secrets Manager secret.
    #[serde(rename = "resource/secrets_manager_secret")]
    Secret,
    /// A KMS key.
    #[serde(rename = "resource/kms_key")]
    KmsKey,
    /// An ECR repository.
    #[serde(rename = "resource/ecr_repository")]
    EcrRepository,
    /// An image in an ECR repository, by digest or tag.
    #[serde(rename = "resource/container_image")]
    ContainerImage,
    /// A parameter of Systems Manager Parameter Store.
    #[serde(rename = "resource/ssm_parameter")]
    SsmParameter,
    /// A DynamoDB table.
    #[serde(rename = "resource/dynamodb_table")]
    DynamoDbTable,
    /// An RDS or Aurora instance or cluster, and what shares their API (DocumentDB, Neptune).
    #[serde(rename = "resource/rds_database")]
    RdsDatabase,
    /// An SQS queue.
    #[serde(rename = "resource/sqs_queue")]
    SqsQueue,
    /// An SNS topic.
    #[serde(rename = "resource/sns_topic")]
    SnsTopic,
    /// An EventBridge event bus.
    #[serde(rename = "resource/event_bus")]
    EventBus,
    /// A Kinesis data stream.
    #[serde(rename = "resource/kinesis_stream")]
    KinesisStream,
    /// An EFS file system.
    #[serde(rename = "resource/efs_file_system")]
    EfsFileSystem,
    /// An OpenSearch Service domain.
    #[serde(rename = "resource/opensearch_domain")]
    OpenSearchDomain,
    /// A Redshift cluster or serverless namespace.
    #[serde(rename = "resource/redshift_cluster")]
    RedshiftCluster,
    /// A Bedrock knowledge base.
    #[serde(rename = "resource/bedrock_knowledge_base")]
    KnowledgeBase,
    /// A Bedrock guardrail.
    #[serde(rename = "resource/bedrock_guardrail")]
    Guardrail,
    /// A model that Bedrock runs, or an inference profile of one.
    #[serde(rename = "resource/foundation_model")]
    FoundationModel,
    /// A version of a Lambda layer.
    #[serde(rename = "resource/lambda_layer")]
    LambdaLayer,
    /// An EKS cluster.
    #[serde(rename = "resource/eks_cluster")]
    EksCluster,
    /// A place outside AWS that data is sent to: an API destination, a webhook, a function URL's caller; attribute `host` names it.
    #[serde(rename = "resource/internet_destination")]
    InternetDestination,
    /// Any other resource.
    #[serde(rename = "resource/generic")]
    GenericResource,
    /// An IAM policy, managed or inline (`permission_set` is the data model's type name; people read "policy").
    #[serde(rename = "permission_set/iam_policy")]
    IamPolicy,
    /// What an Allow statement grants: its actions on its resource patterns.
    #[serde(rename = "permission/permission")]
    Permission,
    /// A service control policy.
    #[serde(rename = "ceiling/service_control_policy")]
    ServiceControlPolicy,
    /// A resource control policy.
    #[serde(rename = "ceiling/resource_control_policy")]
    ResourceControlPolicy,
    /// A managed policy in its use as a permissions boundary.
    #[serde(rename = "ceiling/permissions_boundary")]
    PermissionsBoundary,
    /// An AWS account.
    #[serde(rename = "tenant/aws_account")]
    Account,
    /// An organizational unit.
    #[serde(rename = "tenant/organizational_unit")]
    OrganizationalUnit,
    /// An organization's root.
    #[serde(rename = "tenant/organization_root")]
    OrganizationRoot,
    /// An instance of IAM Identity Center.
    #[serde(rename = "tenant/sso_instance")]
    IdentityCenterInstance,
    /// Settings of a service for a whole account and Region, such as Bedrock's logging of model invocations.
    #[serde(rename = "tenant/service_settings")]
    ServiceSettings,
}

impl EntityKind {
    /// Whether it runs code, or calls AWS, under a role.
    #[must_use]
    pub fn is_workload(self) -> bool {
        matches!(
            self,
            Self::LambdaFunction
                | Self::EcsTaskDefinition
                | Self::EcsService
                | Self::Ec2Instance
                | Self::AutoScalingGroup
                | Self::EksServiceAccount
                | Self::StateMachine
                | Self::EventBridgeRule
                | Self::EventBridgeSchedule
                | Self::EventBridgePipe
                | Self::BedrockAgent
                | Self::BedrockFlow
                | Self::AgentCoreRuntime
                | Self::AgentCoreGateway
                | Self::CodeBuildProject
                | Self::GenericWorkload
        )
    }

    /// Whether it is an IAM user or role, service-linked roles included: something with identity policies of its own.
    #[must_use]
    pub fn is_iam_principal(self) -> bool {
        matches!(self, Self::IamUser | Self::IamRole | Self::ServiceLinkedRole)
    }
}

/// Whether an entity was read or only heard of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resolution {
    /// AWS described it in this capture.
    Collected,
    /// Another thing in the capture names it, in an account that belongs to the organization or was scanned; nothing describes it.
    Referenced,
    /// Another thing names it, and its account is neither in the organization nor scanned.
    External,
}

/// How sensitive a resource's content is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sensitivity {
    /// Nothing says.
    Unknown,
    /// Meant to be public.
    Public,
    /// For use inside the company.
    Internal,
    /// Confidential.
    Confidential,
    /// Restricted: secrets, keys, regulated data.
    Restricted,
}

/// A word that a rule gave to an entity.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Classified {
    /// The word.
    pub value: String,
    /// In words, the rule that gave it.
    pub rule: String,
}

/// Whether a person or a machine acts through an identity (ENT-26), and the rule that decided.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Actor {
    /// Who acts.
    pub class: ActorClass,
    /// In words, the rule that decided.
    pub rule: String,
}

/// Who acts through an identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActorClass {
    /// A person.
    Human,
    /// A non-human identity (NHI): a workload, a pipeline, a service.
    NonHuman,
    /// Both can.
    Both,
    /// Nothing tells.
    Unknown,
}

/// What is known of an entity's own resource-based policy (a role's trust policy, a key policy, a bucket policy).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ResourcePolicy {
    /// Entities of this kind have none.
    NotSupported,
    /// AWS answered that none is set.
    NotSet,
    /// It is set; the text is in [`Graph::policies`].
    Set {
        /// Native id of the policy.
        policy: String,
    },
    /// Nobody asked, or the answer was denied: it may exist.
    NotCollected,
}

/// A node of the graph.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entity {
    /// The ARN where AWS has one, else a URN of [`urn`].
    pub native_id: String,
    /// The account-scoped source, such as `aws_lambda:111122223333`.
    pub source_system: String,
    /// What it is.
    pub kind: EntityKind,
    /// The name a person knows it by.
    pub name: String,
    /// The account it is in; `None` for what no account owns.
    pub account: Option<String>,
    /// The Region it is in; `None` for global things.
    pub region: Option<String>,
    /// Whether it was read or only heard of.
    pub resolution: Resolution,
    /// How sensitive its content is.
    pub sensitivity: Sensitivity,
    /// In words, the rule that set the sensitivity; empty where it is unknown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sensitivity_rule: String,
    /// Its data domain, such as `payments`, where a rule gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_domain: Option<Classified>,
    /// Its environment, such as `production`, where a rule gives one. A thing without a rule of its own takes its account's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<Classified>,
    /// Whether a person or a machine acts through it, for identities and workloads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<Actor>,
    /// Tags.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// Its own resource-based policy.
    pub resource_policy: ResourcePolicy,
    /// Further facts by name in `snake_case`; which exist for a kind is documented in `docs/entities.md`.
    #[serde(default)]
    pub attributes: BTreeMap<String, Value>,
    /// When the newest of its facts was recorded.
    pub captured_at: Option<Timestamp>,
    /// The records it comes from, sorted.
    pub origins: Vec<Origin>,
}

/// How two entities are related. Read as `from KIND to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EdgeKind {
    /// A workload runs under a role.
    RunsAs,
    /// An ECS task definition's image is pulled, and its secrets are injected, under the execution role.
    PullsVia,
    /// A workload's code comes from an ECR repository.
    DeployedFrom,
    /// An ECS service runs a task definition.
    Runs,
    /// A principal or group holds an IAM policy.
    HasPolicy,
    /// A user is in a group, of IAM or of IAM Identity Center.
    MemberOf,
    /// A user or group of IAM Identity Center may use a permission set in an account. Attribute `account` holds the account's id.
    AssignedTo,
    /// A permission set is a role in an account: `AWSReservedSSO_NAME_HASH`.
    ProvisionedAs,
    /// A principal is limited by a permissions boundary.
    SubjectTo,
    /// An SCP or RCP limits a root, organizational unit or account it is attached to.
    Constrains,
    /// A role's trust policy names a principal. Attribute `conditions` holds the statement's Condition element, where there is one.
    Trusts,
    /// A resource's policy grants something to a principal.
    Grants,
    /// A resource's content is encrypted under a KMS key.
    EncryptedWith,
    /// The key policy of a resource's customer managed KMS key, or a grant on it, names a principal for `kms:Decrypt`. Attribute `key` holds the key's ARN.
    DecryptableBy,
    /// A root, organizational unit or account holds another node of the organization.
    Contains,
    /// A workload calls another thing when it runs: a state machine's task, a rule's or schedule's target, a pipe's target, an agent's action group
    /// or model. Attribute `via` says by what, `role` under which role where that is not the workload's own.
    Invokes,
    /// A workload runs because of another thing: an event source mapping's queue or stream, a bucket's notification, a topic's subscription.
    TriggeredBy,
    /// A workload reads a data source by its configuration: a knowledge base its bucket, an agent its knowledge base.
    ReadsFrom,
    /// A workload sends data to a place outside AWS.
    SendsTo,
    /// An ECR repository holds an image.
    Hosts,
    /// An image runs in a workload.
    ExecutedBy,
    /// A repository policy lets a principal pull images.
    PullAccess,
    /// A repository policy lets a principal push images.
    PushAccess,
    /// A function includes a version of a layer.
    UsesLayer,
    /// A guardrail limits an agent or a flow.
    GuardedBy,
    /// A provider vouches for a federated identity; a profile, pool or Kubernetes service account stands for a federated identity.
    AuthenticatesAs,
    /// A federated identity, profile, pool or service account may get a role. Attribute `action` names the STS action.
    MayAssume,
    /// A user, account root or trust anchor has a credential.
    HasCredential,
    /// A thing has an owner. Attribute `source` says what tells it.
    OwnedBy,
    /// A policy holds a permission.
    GrantsPermission,
    /// A permission names a resource.
    AppliesTo,
}

/// A relation between two entities.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Edge {
    /// Native id of the entity it starts from.
    pub from: String,
    /// What the relation is.
    pub kind: EdgeKind,
    /// Native id of the entity it leads to.
    pub to: String,
    /// Further facts by name in `snake_case`, such as `instance_profile` or `conditions`.
    #[serde(default)]
    pub attributes: BTreeMap<String, Value>,
    /// The records it comes from, sorted.
    pub origins: Vec<Origin>,
}

/// How a policy is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PolicyKind {
    /// An AWS managed policy.
    AwsManaged,
    /// A customer managed policy.
    CustomerManaged,
    /// A policy embedded in a user, role or group.
    Inline,
    /// A role's trust policy.
    Trust,
    /// Another resource-based policy.
    ResourceBased,
    /// A service control policy.
    ServiceControl,
    /// A resource control policy.
    ResourceControl,
}

/// A policy and its text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PolicyRecord {
    /// The ARN, or a URN of [`urn`] for inline, trust and resource-based policies.
    pub native_id: String,
    /// How it is used.
    pub kind: PolicyKind,
    /// The name a person knows it by.
    pub name: String,
    /// The entity an inline, trust or resource-based policy belongs to.
    pub owner: Option<String>,
    /// The document as JSON, decoded; `None` when it was not collected or cannot be read as JSON at all.
    pub document: Option<Value>,
    /// SHA-256 of the document's canonical JSON.
    pub sha256: Option<String>,
    /// The version, where AWS keeps versions.
    pub version_id: Option<String>,
    /// When the text was recorded.
    pub captured_at: Option<Timestamp>,
    /// The record it comes from.
    pub origin: Option<Origin>,
    /// The dated snapshot that the text was taken from, where the capture holds none; then [`PolicyRecord::captured_at`] and [`PolicyRecord::origin`] say nothing of the text.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub snapshot: Option<PolicySnapshot>,
}

/// The snapshot of the AWS managed policies that a text was taken from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PolicySnapshot {
    /// The day of the newest change in it, such as `2026-09-30`: what AWS changed later is not in it.
    pub date: String,
    /// What it was made from, such as `moto 5.2.5`.
    pub source: String,
}

/// What a node of the organization's tree is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrganizationNodeKind {
    /// The root.
    Root,
    /// An organizational unit.
    OrganizationalUnit,
    /// An account.
    Account,
}

/// A root, organizational unit or account with what is attached to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganizationNode {
    /// `r-…`, `ou-…` or the account id.
    pub id: String,
    /// What it is.
    pub kind: OrganizationNodeKind,
    /// Its name.
    pub name: String,
    /// The id of the node above it; `None` for a root, and for an account whose place in the tree was not collected.
    pub parent: Option<String>,
    /// Native ids of the service control policies attached here, sorted.
    pub service_control_policies: BTreeSet<String>,
    /// Native ids of the resource control policies attached here, sorted.
    pub resource_control_policies: BTreeSet<String>,
    /// `State`, or the older `Status`, of an account.
    pub state: Option<String>,
}

/// The organization, as far as it was collected.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organization {
    /// `o-…`; `None` for a stand-alone account.
    pub id: Option<String>,
    /// The management account: SCPs never bind it, RCPs never bind its resources.
    pub management_account: Option<String>,
    /// Accounts registered as delegated administrators, with the service principals they administer, sorted.
    pub delegated_administrators: BTreeMap<String, BTreeSet<String>>,
    /// Nodes by id.
    pub nodes: BTreeMap<String, OrganizationNode>,
    /// Whether the policies of the organization were collected (`organizations/policies.json`). When not, SCPs and RCPs are unknown, not absent.
    pub policies_collected: bool,
    /// Whether service control policies are switched on at the root; `None` when not collected.
    pub service_control_policies_enabled: Option<bool>,
    /// Whether resource control policies are switched on at the root; `None` when not collected.
    pub resource_control_policies_enabled: Option<bool>,
}

impl Organization {
    /// The nodes from the root down to the account, the account last. `None` when the account's place in the tree is not known or the parents run in a circle.
    #[must_use]
    pub fn levels_of(&self, account: &str) -> Option<Vec<&OrganizationNode>> {
        let mut levels = vec![self.nodes.get(account)?];
        while let Some(parent) = levels.last().and_then(|node| node.parent.as_deref()) {
            if levels.len() > self.nodes.len() {
                return None;
            }
            levels.push(self.nodes.get(parent)?);
        }
        levels.reverse();
        let starts_at_root = levels
            .first()
            .is_some_and(|node| node.kind == OrganizationNodeKind::Root);
        starts_at_root.then_some(levels)
    }
}

/// The service that made a [`Signal`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignalSource {
    /// IAM Access Analyzer.
    AccessAnalyzer,
    /// AWS Security Hub, for itself or for a product that reports to it.
    SecurityHub,
}

/// A finding of another AWS service, as it was recorded.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Signal {
    /// The service's own id of it: an ARN or a UUID.
    pub id: String,
    /// Who made it.
    pub source: SignalSource,
    /// What it is about, in the service's words: `ExternalAccess`, `UnusedIAMRole`, or the type of a Security Hub finding.
    pub finding_type: String,
    /// The service's title, or an empty text.
    pub title: String,
    /// Whether the service still holds it to be so (`ACTIVE`; not archived, resolved or suppressed).
    pub is_active: bool,
    /// The service's severity, in its own word; empty where it gives none.
    pub severity: String,
    /// The account it is about.
    pub account: Option<String>,
    /// The Region it is about.
    pub region: Option<String>,
    /// Native ids of the resources it is about, sorted.
    pub resources: Vec<String>,
    /// Principals it names, as native ids or as the service writes them, sorted.
    pub principals: Vec<String>,
    /// Actions it names, sorted.
    pub actions: Vec<String>,
    /// Whether the service calls the resource public; `None` where it does not say.
    pub is_public: Option<bool>,
    /// When the service last changed it.
    pub updated_at: Option<Timestamp>,
    /// The record it comes from.
    pub origin: Origin,
}

/// What IAM's "service last accessed" says of one principal and one service.
///
/// Source: IAM User Guide, "Refine permissions in AWS using last accessed information": attempts count whether or not they were allowed, and the
/// tracking period is the last 400 days, less where AWS began to track the service later.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ServiceAccess {
    /// Native id of the user, role, group or policy.
    pub principal: String,
    /// The service's namespace, such as `s3`.
    pub service: String,
    /// When it was last used; `None`: not within the tracking period.
    pub last_authenticated: Option<Timestamp>,
    /// The Region of that use.
    pub last_authenticated_region: Option<String>,
    /// Actions that AWS tracks one by one, with their last use (`None`: not within the tracking period), sorted.
    pub actions: BTreeMap<String, Option<Timestamp>>,
    /// When AWS made the report: the end of the tracking period.
    pub reported_at: Option<Timestamp>,
    /// The record it comes from.
    pub origin: Origin,
}

/// What answers rest on that only the whole graph tells: a graph of which a part was read carries it along.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Elsewhere {
    /// Accounts of which something besides their name was read.
    pub scanned_accounts: BTreeSet<String>,
    /// Accounts in which some entity is.
    pub accounts: BTreeSet<String>,
    /// Ids of other organizations that policies name in conditions on the caller's organization.
    pub foreign_organizations: BTreeSet<String>,
}

/// Everything that was normalised from one capture.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Graph {
    /// When the capture was made: "now" for every question asked of the graph.
    pub captured_at: Option<Timestamp>,
    /// The partition, such as `aws`.
    pub partition: String,
    /// The organization.
    pub organization: Organization,
    /// Entities by native id.
    pub entities: BTreeMap<String, Entity>,
    /// Edges, sorted by from, kind, to.
    pub edges: Vec<Edge>,
    /// Policies by native id.
    pub policies: BTreeMap<String, PolicyRecord>,
    /// Findings of other AWS services, sorted.
    pub signals: Vec<Signal>,
    /// Services last accessed, sorted by principal and service.
    pub service_access: Vec<ServiceAccess>,
    /// Of a graph that is a part of another, what the other would tell; of a whole graph nothing.
    pub elsewhere: Elsewhere,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(id: &str, kind: OrganizationNodeKind, parent: Option<&str>) -> (String, OrganizationNode) {
        let node = OrganizationNode {
            id: id.to_owned(),
            kind,
            name: id.to_owned(),
            parent: parent.map(str::to_owned),
            service_control_policies: BTreeSet::new(),
            resource_control_policies: BTreeSet::new(),
            state: None,
        };
        (id.to_owned(), node)
    }

    #[test]
    fn levels_run_from_the_root_to_the_account() {
        let organization = Organization {
            nodes: BTreeMap::from([
                node("r-1", OrganizationNodeKind::Root, None),
                node("ou-1", OrganizationNodeKind::OrganizationalUnit, Some("r-1")),
                node("111122223333", OrganizationNodeKind::Account, Some("ou-1")),
                node("444455556666", OrganizationNodeKind::Account, None),
                node("ou-8", OrganizationNodeKind::OrganizationalUnit, Some("ou-9")),
                node("ou-9", OrganizationNodeKind::OrganizationalUnit, Some("ou-8")),
            ]),
            ..Organization::default()
        };
        let ids: Vec<&str> = organization
            .levels_of("111122223333")
            .unwrap()
            .iter()
            .map(|node| node.id.as_str())
            .collect();
        assert_eq!(ids, ["r-1", "ou-1", "111122223333"]);
        assert!(
            organization.levels_of("444455556666").is_none(),
            "an account without a parent has no known place"
        );
        assert!(organization.levels_of("ou-8").is_none(), "a circle ends");
    }
}
