//! What is never granted: kept by hand, apart from the table of calls, so that a row cannot bring it in.

use crate::call::Caller::{self, Collector, Evidence, Inventory, Preflight};

/// Actions that are never granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Never {
    /// Patterns as in an Action element.
    pub actions: &'static [&'static str],
    /// What they would do, in words that an auditor reads.
    pub would: &'static str,
}

/// An action that a role of the hub has although it is never granted in a spoke.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exception {
    /// Whose role has it.
    pub caller: Caller,
    /// The action.
    pub action: &'static str,
    /// With what the ARN of its resource begins.
    pub on: &'static str,
    /// Why, in words that an auditor reads.
    pub why: &'static str,
}

/// Whole kinds of actions.
pub static KINDS: &[Never] = &[
    Never {
        actions: &["s3:GetObject*", "s3-object-lambda:*", "s3:RestoreObject"],
        would: "read the content of objects",
    },
    Never {
        actions: &[
            "secretsmanager:GetSecretValue",
            "secretsmanager:BatchGetSecretValue",
            "secretsmanager:GetRandomPassword",
        ],
        would: "read secrets",
    },
    Never {
        actions: &[
            "ssm:GetParameter",
            "ssm:GetParameters",
            "ssm:GetParameterHistory",
            "ssm:GetParametersByPath",
        ],
        would: "read values of parameters",
    },
    Never {
        actions: &[
            "dynamodb:GetItem",
            "dynamodb:BatchGetItem",
            "dynamodb:Query",
            "dynamodb:Scan",
            "dynamodb:PartiQL*",
            "dynamodb:GetRecords",
            "dynamodb:GetShardIterator",
            "dynamodb:ExportTableToPointInTime",
        ],
        would: "read items of tables",
    },
    Never {
        actions: &[
            "rds-data:*",
            "redshift-data:*",
            "rds:Download*",
            "rds-db:*",
            "redshift:GetClusterCredentials*",
            "dsql:DbConnect*",
        ],
        would: "read rows of databases, or sign in to them",
    },
    Never {
        actions: &[
            "kms:Decrypt",
            "kms:Encrypt",
            "kms:ReEncrypt*",
            "kms:GenerateDataKey*",
            "kms:Sign",
            "kms:DeriveSharedSecret",
            "kms:GenerateMac",
        ],
        would: "use keys",
    },
    Never {
        actions: &[
            "lambda:Invoke*",
            "states:Start*",
            "states:Send*",
            "states:TestState",
            "events:PutEvents",
            "bedrock:Invoke*",
            "execute-api:*",
        ],
        would: "set anything going",
    },
    Never {
        actions: &[
            "sts:AssumeRole*",
            "cognito-identity:GetCredentialsForIdentity",
            "cognito-identity:GetOpenIdToken*",
            "sts:AssumeRoot",
            "sts:Get*Token",
            "iam:PassRole",
        ],
        would: "become somebody else",
    },
    Never {
        actions: &[
            "*:Put*",
            "*:Create*",
            "*:Update*",
            "*:Delete*",
            "*:Attach*",
            "*:Detach*",
            "*:Tag*",
            "*:Untag*",
            "*:Add*",
            "*:Remove*",
            "*:Set*",
            "*:Upload*",
            "*:Modify*",
            "*:Enable*",
            "*:Disable*",
            "*:Register*",
            "*:Deregister*",
            "*:Associate*",
            "*:Disassociate*",
            "*:Terminate*",
            "*:Run*",
            "*:Start*",
            "*:Stop*",
            "*:Send*",
            "*:Publish*",
            "*:Import*",
            "*:Copy*",
            "*:Share*",
            "*:Accept*",
            "*:Reset*",
            "*:Abort*",
        ],
        would: "write, create, change, start, stop or delete anything",
    },
];

/// Reads that AWS counts as harmless and that give out what customers keep there.
///
/// None of them has an access level above Read, so that no list of verbs would find them.
pub static DATA_EXPOSING_READS: &[Never] = &[
    Never {
        actions: &[
            "states:DescribeExecution",
            "states:GetExecutionHistory",
            "states:DescribeMapRun",
            "states:GetActivityTask",
        ],
        would: "show what state machines were given and answered",
    },
    Never {
        actions: &[
            "ecs:DescribeTasks",
            "batch:DescribeJobs",
            "ec2:DescribeInstanceAttribute",
            "ec2:GetLaunchTemplateData",
        ],
        would: "show overridden environment values and user data",
    },
    Never {
        actions: &[
            "ec2:GetConsole*",
            "iam:GetSSHPublicKey",
            "ec2:GetPasswordData",
            "ec2:GetSerialConsoleAccessStatus",
            "lightsail:GetInstanceAccessDetails",
            "lightsail:DownloadDefaultKeyPair",
        ],
        would: "show consoles, passwords and keys of machines",
    },
    Never {
        actions: &[
            "lambda:GetFunction",
            "lambda:GetLayerVersion",
            "ecr:GetDownloadUrlForLayer",
            "ecr:BatchGetImage",
            "ecr:GetAuthorizationToken",
        ],
        would: "give addresses from which code is downloaded",
    },
    Never {
        actions: &[
            "codecommit:Git*",
            "codecommit:Get*",
            "codecommit:BatchGet*",
            "codeartifact:Get*",
            "codeconnections:Get*Token*",
        ],
        would: "show source code",
    },
    Never {
        actions: &[
            "logs:GetLogEvents",
            "logs:FilterLogEvents",
            "logs:GetQueryResults",
            "logs:GetLogRecord",
            "logs:Unmask",
            "xray:BatchGetTraces",
            "xray:GetTraceSummaries",
        ],
        would: "show what applications log",
    },
    Never {
        actions: &[
            "sqs:ReceiveMessage",
            "kinesis:GetRecords",
            "sagemaker:GetRecord",
            "kinesis:GetShardIterator",
            "kinesis:SubscribeToShard",
            "kafka-cluster:*",
            "sns:Subscribe",
        ],
        would: "show messages and records",
    },
    Never {
        actions: &[
            "bedrock:GetPrompt",
            "bedrock:ListPrompts",
            "bedrock:GetIngestionJob",
            "bedrock:GetKnowledgeBaseDocuments",
            "bedrock:ListKnowledgeBaseDocuments",
            "bedrock:Retrieve*",
            "bedrock:GetAgentMemory",
            "bedrock:GetSession",
            "bedrock:GetInvocationStep",
            "bedrock:ListInvocationSteps",
        ],
        would: "show prompts, documents and conversations",
    },
    Never {
        actions: &[
            "bedrock-agentcore:GetEvent",
            "bedrock-agentcore:GetMemory",
            "bedrock-agentcore:ListEvents",
            "bedrock-agentcore:GetMemoryRecord",
            "bedrock-agentcore:ListMemoryRecords",
            "bedrock-agentcore:RetrieveMemoryRecords",
            "bedrock-agentcore:GetResourceApiKey",
            "bedrock-agentcore:GetResourceOauth2Token",
            "bedrock-agentcore:GetWorkloadAccessToken*",
        ],
        would: "show the memory of agents, or give out their tokens",
    },
    Never {
        actions: &[
            "ssm:GetCommandInvocation",
            "ssm:GetDocument",
            "ssm:ListCommandInvocations",
            "ssm:ListCommands",
            "ssm:GetInventory",
            "ssm:GetAutomationExecution",
        ],
        would: "show what was run on machines, and what it printed",
    },
    Never {
        actions: &[
            "cloudformation:GetTemplate",
            "cloudformation:DescribeStacks",
            "cloudformation:DescribeChangeSet",
            "elasticbeanstalk:DescribeConfigurationSettings",
        ],
        would: "show parameters and settings in plain text",
    },
    Never {
        actions: &[
            "glue:GetConnection",
            "glue:GetConnections",
            "glue:GetJobRun*",
            "codebuild:BatchGetBuilds",
            "appsync:ListApiKeys",
            "apigateway:GET",
            "datapipeline:*",
        ],
        would: "show passwords, keys and overridden values",
    },
    Never {
        actions: &[
            "cognito-idp:ListUsers",
            "cognito-identity:ListIdentities",
            "sns:GetSMSAttributes",
            "cognito-idp:AdminGetUser",
            "workmail:*",
            "connect:*",
            "ses:Get*",
        ],
        would: "show people outside the workforce, and their messages",
    },
    Never {
        actions: &[
            "cloudtrail:LookupEvents",
            "cloudtrail:GetQueryResults",
            "athena:GetQueryResults",
            "athena:GetQueryResultsStream",
        ],
        would: "show logs past the one bucket that is designated",
    },
];

/// What roles of the hub have all the same. No role in a spoke or the management account has any.
pub static EXCEPTIONS: &[Exception] = &[
    exception(
        Collector,
        "sts:AssumeRole",
        "${SpokeRoleArn}",
        "takes the role that was made for it, and no other",
    ),
    exception(
        Preflight,
        "sts:AssumeRole",
        "${SpokeRoleArn}",
        "tries the role that was made for it, and no other",
    ),
    exception(
        Inventory,
        "sts:AssumeRole",
        "${ManagementRoleArn}",
        "takes the role that was made for it, and no other",
    ),
    exception(
        Evidence,
        "sts:AssumeRole",
        "${ManagementRoleArn}",
        "takes the role that was made for it, and no other",
    ),
    exception(
        Collector,
        "sts:AssumeRole",
        "${ManagementRoleArn}",
        "takes the role that was made for it, and no other",
    ),
    exception(
        Preflight,
        "sts:AssumeRole",
        "${ManagementRoleArn}",
        "tries the role that was made for it, and no other",
    ),
    exception(
        Collector,
        "sts:TagSession",
        "${SpokeRoleArn}",
        "names component and run in the trail of the account",
    ),
    exception(
        Preflight,
        "sts:TagSession",
        "${SpokeRoleArn}",
        "names component and run in the trail of the account",
    ),
    exception(
        Inventory,
        "sts:TagSession",
        "${ManagementRoleArn}",
        "names component and run in the trail of the account",
    ),
    exception(
        Evidence,
        "sts:TagSession",
        "${ManagementRoleArn}",
        "names component and run in the trail of the account",
    ),
    exception(
        Collector,
        "sts:TagSession",
        "${ManagementRoleArn}",
        "names component and run in the trail of the account",
    ),
    exception(
        Preflight,
        "sts:TagSession",
        "${ManagementRoleArn}",
        "names component and run in the trail of the account",
    ),
    exception(
        Evidence,
        "athena:StartQueryExecution",
        "arn:${Partition}:athena:${Region}:${HubAccount}:workgroup/${Workgroup}",
        "asks the log files, in one workgroup",
    ),
    exception(
        Evidence,
        "athena:StopQueryExecution",
        "arn:${Partition}:athena:${Region}:${HubAccount}:workgroup/${Workgroup}",
        "stops what it asked",
    ),
    exception(
        Evidence,
        "s3:GetObject",
        "arn:${Partition}:s3:::${TrailBucket}/",
        "reads the log files of the one trail bucket, where the customer lets it",
    ),
    exception(
        Evidence,
        "s3:GetObject",
        "arn:${Partition}:s3:::${Bucket}/",
        "reads the rows of its own statements in the hub's bucket",
    ),
    exception(
        Evidence,
        "s3:PutObject",
        "arn:${Partition}:s3:::${Bucket}/",
        "has the rows of its own statements written into the hub's bucket",
    ),
    exception(
        Evidence,
        "s3:AbortMultipartUpload",
        "arn:${Partition}:s3:::${Bucket}/",
        "ends what a stopped statement began to write there",
    ),
    exception(
        Evidence,
        "kms:Decrypt",
        "${TrailKeyArn}",
        "reads log files that are encrypted with the trail's key, where the customer lets it",
    ),
];

const fn exception(caller: Caller, action: &'static str, on: &'static str, why: &'static str) -> Exception {
    Exception {
        caller,
        action,
        on,
        why,
    }
}
