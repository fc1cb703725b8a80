//! The tables, one for each kind of resource.

use sv0_model::path::ActionClass::{self, ChangeCode, Invoke, ManagePermissions, ReadData, UseKey, WriteData};

use super::ActionTarget::{self, Inside, Related, Unscoped, Whole, WholeOrQualified};
use super::ClassRow;
use super::Related::{AgentAliases, DatabaseUsers, FlowAliases, WarehouseDatabases, WarehouseUsers};

const fn row(class: ActionClass, actions: &'static [(&'static str, ActionTarget)]) -> ClassRow {
    ClassRow { class, actions }
}

/// An S3 bucket.
pub const BUCKET: &[ClassRow] = &[
    row(ReadData, &[("s3:GetObject", Inside), ("s3:ListBucket", Whole)]),
    row(WriteData, &[("s3:DeleteObject", Inside), ("s3:PutObject", Inside)]),
    row(
        ManagePermissions,
        &[("s3:PutBucketAcl", Whole), ("s3:PutBucketPolicy", Whole)],
    ),
];

/// A secret of Secrets Manager.
pub const SECRET: &[ClassRow] = &[
    row(ReadData, &[("secretsmanager:GetSecretValue", Whole)]),
    row(
        WriteData,
        &[
            ("secretsmanager:PutSecretValue", Whole),
            ("secretsmanager:UpdateSecret", Whole),
        ],
    ),
    row(ManagePermissions, &[("secretsmanager:PutResourcePolicy", Whole)]),
];

/// A KMS key of the customer's.
pub const KEY: &[ClassRow] = &[
    row(UseKey, &[("kms:Decrypt", Whole)]),
    row(
        ManagePermissions,
        &[("kms:CreateGrant", Whole), ("kms:PutKeyPolicy", Whole)],
    ),
];

/// A Lambda function.
pub const FUNCTION: &[ClassRow] = &[
    row(Invoke, &[("lambda:InvokeFunction", WholeOrQualified)]),
    row(
        ChangeCode,
        &[
            ("lambda:UpdateFunctionCode", Whole),
            ("lambda:UpdateFunctionConfiguration", Whole),
        ],
    ),
    row(ManagePermissions, &[("lambda:AddPermission", WholeOrQualified)]),
];

/// An ECR repository.
pub const REPOSITORY: &[ClassRow] = &[
    row(ReadData, &[("ecr:BatchGetImage", Whole)]),
    row(ChangeCode, &[("ecr:PutImage", Whole)]),
    row(ManagePermissions, &[("ecr:SetRepositoryPolicy", Whole)]),
];

/// A DynamoDB table.
pub const TABLE: &[ClassRow] = &[
    row(
        ReadData,
        &[
            ("dynamodb:BatchGetItem", Whole),
            ("dynamodb:GetItem", Whole),
            ("dynamodb:Query", Whole),
            ("dynamodb:Scan", Whole),
        ],
    ),
    row(
        WriteData,
        &[
            ("dynamodb:BatchWriteItem", Whole),
            ("dynamodb:DeleteItem", Whole),
            ("dynamodb:PutItem", Whole),
            ("dynamodb:UpdateItem", Whole),
        ],
    ),
    row(ManagePermissions, &[("dynamodb:PutResourcePolicy", Whole)]),
];

/// An SQS queue.
pub const QUEUE: &[ClassRow] = &[
    row(ReadData, &[("sqs:ReceiveMessage", Whole)]),
    row(WriteData, &[("sqs:SendMessage", Whole)]),
    row(
        ManagePermissions,
        &[("sqs:AddPermission", Whole), ("sqs:SetQueueAttributes", Whole)],
    ),
];

/// An SNS topic.
pub const TOPIC: &[ClassRow] = &[
    row(ReadData, &[("sns:Subscribe", Whole)]),
    row(WriteData, &[("sns:Publish", Whole)]),
    row(
        ManagePermissions,
        &[("sns:AddPermission", Whole), ("sns:SetTopicAttributes", Whole)],
    ),
];

/// A parameter of Systems Manager.
pub const PARAMETER: &[ClassRow] = &[
    row(
        ReadData,
        &[
            ("ssm:GetParameter", Whole),
            ("ssm:GetParameterHistory", Whole),
            ("ssm:GetParameters", Whole),
            ("ssm:GetParametersByPath", Whole),
        ],
    ),
    row(WriteData, &[("ssm:PutParameter", Whole)]),
    row(ManagePermissions, &[("ssm:PutResourcePolicy", Whole)]),
];

/// A version of a Lambda layer.
pub const LAYER: &[ClassRow] = &[
    row(ReadData, &[("lambda:GetLayerVersion", Whole)]),
    row(ManagePermissions, &[("lambda:AddLayerVersionPermission", Whole)]),
];

/// Whoever modifies an instance or cluster sets the password of its master user.
pub const DATABASE: &[ClassRow] = &[
    row(ReadData, &[("rds-db:connect", Related(DatabaseUsers))]),
    row(ManagePermissions, &[("rds:ModifyDBInstance", Whole)]),
];

/// The Data API runs any SQL statement: it reads as well as it writes.
pub const DATABASE_CLUSTER: &[ClassRow] = &[
    row(
        ReadData,
        &[
            ("rds-data:ExecuteStatement", Whole),
            ("rds-db:connect", Related(DatabaseUsers)),
        ],
    ),
    row(WriteData, &[("rds-data:BatchExecuteStatement", Whole)]),
    row(ManagePermissions, &[("rds:ModifyDBCluster", Whole)]),
];

/// A snapshot of an RDS instance.
pub const SNAPSHOT: &[ClassRow] = &[row(ManagePermissions, &[("rds:ModifyDBSnapshotAttribute", Whole)])];

/// A snapshot of an RDS cluster.
pub const CLUSTER_SNAPSHOT: &[ClassRow] = &[row(
    ManagePermissions,
    &[("rds:ModifyDBClusterSnapshotAttribute", Whole)],
)];

/// A Redshift cluster.
pub const WAREHOUSE: &[ClassRow] = &[
    row(
        ReadData,
        &[
            ("redshift-data:ExecuteStatement", Whole),
            ("redshift:GetClusterCredentials", Related(WarehouseUsers)),
            ("redshift:GetClusterCredentialsWithIAM", Related(WarehouseDatabases)),
        ],
    ),
    row(WriteData, &[("redshift-data:BatchExecuteStatement", Whole)]),
    row(ManagePermissions, &[("redshift:ModifyClusterIamRoles", Whole)]),
];

/// A search is a `GET` or a `POST`.
pub const DOMAIN: &[ClassRow] = &[
    row(ReadData, &[("es:ESHttpGet", Inside), ("es:ESHttpPost", Inside)]),
    row(
        WriteData,
        &[
            ("es:ESHttpDelete", Inside),
            ("es:ESHttpPatch", Inside),
            ("es:ESHttpPut", Inside),
        ],
    ),
    row(
        ManagePermissions,
        &[
            ("es:UpdateDomainConfig", Whole),
            ("es:UpdateElasticsearchDomainConfig", Whole),
        ],
    ),
];

/// An EFS file system.
pub const FILE_SYSTEM: &[ClassRow] = &[
    row(ReadData, &[("elasticfilesystem:ClientMount", Whole)]),
    row(
        WriteData,
        &[
            ("elasticfilesystem:ClientRootAccess", Whole),
            ("elasticfilesystem:ClientWrite", Whole),
        ],
    ),
    row(ManagePermissions, &[("elasticfilesystem:PutFileSystemPolicy", Whole)]),
];

/// A Kinesis data stream.
pub const STREAM: &[ClassRow] = &[
    row(ReadData, &[("kinesis:GetRecords", Whole)]),
    row(
        WriteData,
        &[("kinesis:PutRecord", Whole), ("kinesis:PutRecords", Whole)],
    ),
    row(ManagePermissions, &[("kinesis:PutResourcePolicy", Whole)]),
];

/// An event bus.
pub const EVENT_BUS: &[ClassRow] = &[
    row(WriteData, &[("events:PutEvents", Whole)]),
    row(ManagePermissions, &[("events:PutPermission", Unscoped)]),
];

/// A state machine.
pub const STATE_MACHINE: &[ClassRow] = &[
    row(
        Invoke,
        &[("states:StartExecution", Whole), ("states:StartSyncExecution", Whole)],
    ),
    row(ChangeCode, &[("states:UpdateStateMachine", Whole)]),
];

/// Whoever changes an agent's instructions or action groups changes what it does under its role.
pub const AGENT: &[ClassRow] = &[
    row(Invoke, &[("bedrock:InvokeAgent", Related(AgentAliases))]),
    row(
        ChangeCode,
        &[
            ("bedrock:CreateAgentActionGroup", Whole),
            ("bedrock:UpdateAgent", Whole),
            ("bedrock:UpdateAgentActionGroup", Whole),
        ],
    ),
];

/// A Bedrock flow.
pub const FLOW: &[ClassRow] = &[
    row(Invoke, &[("bedrock:InvokeFlow", Related(FlowAliases))]),
    row(ChangeCode, &[("bedrock:UpdateFlow", Whole)]),
];

/// `bedrock:RetrieveAndGenerate` is not here: it is called on nothing, and needs `bedrock:Retrieve` on the knowledge base besides.
pub const KNOWLEDGE_BASE: &[ClassRow] = &[
    row(
        ReadData,
        &[
            ("bedrock:GetKnowledgeBaseDocuments", Whole),
            ("bedrock:Retrieve", Whole),
        ],
    ),
    row(
        WriteData,
        &[
            ("bedrock:DeleteKnowledgeBaseDocuments", Whole),
            ("bedrock:IngestKnowledgeBaseDocuments", Whole),
        ],
    ),
];

/// A model that Bedrock runs.
pub const MODEL: &[ClassRow] = &[row(
    Invoke,
    &[
        ("bedrock:InvokeModel", Whole),
        ("bedrock:InvokeModelWithResponseStream", Whole),
    ],
)];

/// A Bedrock guardrail.
pub const GUARDRAIL: &[ClassRow] = &[row(ManagePermissions, &[("bedrock:UpdateGuardrail", Whole)])];

/// An AgentCore runtime.
pub const AGENT_RUNTIME: &[ClassRow] = &[
    row(Invoke, &[("bedrock-agentcore:InvokeAgentRuntime", Whole)]),
    row(ChangeCode, &[("bedrock-agentcore:UpdateAgentRuntime", Whole)]),
    row(ManagePermissions, &[("bedrock-agentcore:PutResourcePolicy", Whole)]),
];

/// An AgentCore gateway.
pub const AGENT_GATEWAY: &[ClassRow] = &[
    row(Invoke, &[("bedrock-agentcore:InvokeGateway", Whole)]),
    row(
        ChangeCode,
        &[
            ("bedrock-agentcore:CreateGatewayTarget", Whole),
            ("bedrock-agentcore:UpdateGateway", Whole),
        ],
    ),
];

/// An ECS task definition.
pub const TASK_DEFINITION: &[ClassRow] = &[row(Invoke, &[("ecs:RunTask", Whole), ("ecs:StartTask", Whole)])];

/// A service that is updated to another task definition runs other code.
pub const ECS_SERVICE: &[ClassRow] = &[row(ChangeCode, &[("ecs:UpdateService", Whole)])];

/// A build may be started with commands and an image of the caller's own (`buildspecOverride`, `imageOverride`).
pub const BUILD_PROJECT: &[ClassRow] = &[
    row(
        Invoke,
        &[("codebuild:StartBuild", Whole), ("codebuild:StartBuildBatch", Whole)],
    ),
    row(ChangeCode, &[("codebuild:UpdateProject", Whole)]),
    row(ManagePermissions, &[("codebuild:PutResourcePolicy", Whole)]),
];

/// An EKS cluster.
pub const CLUSTER: &[ClassRow] = &[
    row(ReadData, &[("eks:AccessKubernetesApi", Whole)]),
    row(
        ManagePermissions,
        &[("eks:CreateAccessEntry", Whole), ("eks:UpdateClusterConfig", Whole)],
    ),
];

/// A Glue job.
pub const GLUE_JOB: &[ClassRow] = &[
    row(Invoke, &[("glue:StartJobRun", Whole)]),
    row(ChangeCode, &[("glue:UpdateJob", Whole)]),
];

/// All of them.
pub const TABLES: &[&[ClassRow]] = &[
    BUCKET,
    SECRET,
    KEY,
    FUNCTION,
    REPOSITORY,
    TABLE,
    QUEUE,
    TOPIC,
    PARAMETER,
    LAYER,
    DATABASE,
    DATABASE_CLUSTER,
    SNAPSHOT,
    CLUSTER_SNAPSHOT,
    WAREHOUSE,
    DOMAIN,
    FILE_SYSTEM,
    STREAM,
    EVENT_BUS,
    STATE_MACHINE,
    AGENT,
    FLOW,
    KNOWLEDGE_BASE,
    MODEL,
    GUARDRAIL,
    AGENT_RUNTIME,
    AGENT_GATEWAY,
    TASK_DEFINITION,
    ECS_SERVICE,
    BUILD_PROJECT,
    CLUSTER,
    GLUE_JOB,
];
