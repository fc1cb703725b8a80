//! The table against what AWS says of its actions, and against what must never be asked.

use std::collections::BTreeSet;

use sv0_iam::catalogue::{AccessLevel, lookup_action};

use super::ALL;
use crate::call::{Caller, Scope};

/// Actions that are more than reading, each with its reason: nothing else is.
const MORE_THAN_READING: &[(&str, &str)] = &[
    (
        "athena:StartQueryExecution",
        "runs the evidence queries, in one workgroup",
    ),
    (
        "athena:StopQueryExecution",
        "ends a query whose worker has no time left",
    ),
    ("sts:AssumeRole", "takes the read-only roles"),
    ("sts:TagSession", "names the scan in the sessions of those roles"),
];

/// Reads that hand out data, secrets or code although AWS calls them List or Read. None of them is asked, now or later: a row for one fails here.
///
/// Source: the documentation of each action; `docs/collection.md`, "What is never asked".
const DATA_EXPOSING: &[&str] = &[
    "athena:GetQueryResultsStream",
    "batch:DescribeJobs",
    "bedrock-agentcore:GetMemory",
    "bedrock-agentcore:GetResourceApiKey",
    "bedrock-agentcore:GetResourceOauth2Token",
    "bedrock-agentcore:GetWorkloadAccessToken",
    "bedrock-agentcore:ListMemoryRecords",
    "bedrock-agentcore:RetrieveMemoryRecords",
    "bedrock:GetAgentMemory",
    "bedrock:GetIngestionJob",
    "bedrock:GetInvocationStep",
    "bedrock:GetKnowledgeBaseDocuments",
    "bedrock:GetPrompt",
    "bedrock:GetSession",
    "bedrock:ListInvocationSteps",
    "bedrock:ListKnowledgeBaseDocuments",
    "bedrock:ListPrompts",
    "cloudformation:DescribeStacks",
    "cloudformation:GetTemplate",
    "cloudtrail:LookupEvents",
    "codebuild:BatchGetBuilds",
    "codecommit:GetBlob",
    "codecommit:GetFile",
    "cognito-identity:GetCredentialsForIdentity",
    "cognito-identity:GetOpenIdToken",
    "cognito-identity:ListIdentities",
    "dynamodb:GetItem",
    "dynamodb:GetRecords",
    "dynamodb:Query",
    "dynamodb:Scan",
    "ec2:DescribeInstanceAttribute",
    "ec2:GetConsoleOutput",
    "ec2:GetConsoleScreenshot",
    "ec2:GetPasswordData",
    "ecr:BatchGetImage",
    "ecr:GetAuthorizationToken",
    "ecr:GetDownloadUrlForLayer",
    "ecs:DescribeTasks",
    "glue:GetConnection",
    "glue:GetConnections",
    "iam:GetSSHPublicKey",
    "kinesis:GetRecords",
    "kms:Decrypt",
    "lambda:GetFunction",
    "lambda:GetLayerVersion",
    "lambda:InvokeFunction",
    "logs:FilterLogEvents",
    "logs:GetLogEvents",
    "logs:GetQueryResults",
    "rds:DownloadDBLogFilePortion",
    "redshift:GetClusterCredentials",
    "sagemaker:GetRecord",
    "secretsmanager:BatchGetSecretValue",
    "secretsmanager:GetSecretValue",
    "sns:GetSMSAttributes",
    "sqs:ReceiveMessage",
    "ssm:GetDocument",
    "ssm:GetParameter",
    "ssm:GetParameterHistory",
    "ssm:GetParameters",
    "ssm:GetParametersByPath",
    "states:DescribeExecution",
    "states:GetActivityTask",
    "states:GetExecutionHistory",
    "sts:GetFederationToken",
    "sts:GetSessionToken",
];

/// Lists that name no resource although AWS knows a type for them: by its documentation nobody can tell whether it then checks against that type or against `*`.
const LISTS_OF_EVERYTHING: &[&str] = &[
    "bedrock:ListGuardrails",
    "config:DescribeConfigurationRecorderStatus",
    "config:DescribeConfigurationRecorders",
];

fn permissions() -> impl Iterator<Item = &'static str> {
    ALL.iter().flat_map(|call| call.permissions).copied()
}

#[test]
fn every_permission_is_an_action_of_aws_written_as_aws_writes_it() {
    for permission in permissions() {
        let facts = lookup_action(permission).unwrap_or_else(|| panic!("{permission} is no action"));
        assert_eq!(facts.full_name(), permission);
    }
}

#[test]
fn every_permission_only_reads_but_for_those_named() {
    for permission in permissions() {
        let level = lookup_action(permission).unwrap().access_level;
        let is_named = MORE_THAN_READING.iter().any(|(named, _)| *named == permission);
        let reads = matches!(level, AccessLevel::List | AccessLevel::Read);
        assert!(reads || is_named, "{permission} is {level:?}");
    }
}

#[test]
fn a_spoke_only_reads() {
    let of_spokes = ALL.iter().filter(|call| call.callers.contains(&Caller::Spoke));
    for permission in of_spokes.flat_map(|call| call.permissions) {
        let level = lookup_action(permission).unwrap().access_level;
        assert!(
            matches!(level, AccessLevel::List | AccessLevel::Read),
            "{permission} is {level:?}"
        );
    }
}

#[test]
fn what_hands_out_data_is_never_asked() {
    let never: BTreeSet<&str> = DATA_EXPOSING.iter().copied().collect();
    assert!(DATA_EXPOSING.is_sorted() && never.len() == DATA_EXPOSING.len());
    let asked: Vec<&str> = permissions().filter(|permission| never.contains(permission)).collect();
    assert_eq!(asked, Vec::<&str>::new());
}

/// Names in the list that AWS does not know would forbid nothing.
#[test]
fn what_is_never_asked_are_actions_of_aws() {
    for action in DATA_EXPOSING {
        assert!(
            lookup_action(action).is_some_and(|facts| facts.full_name() == *action),
            "{action}"
        );
    }
}

#[test]
fn a_spoke_is_asked_on_every_resource_only_where_aws_knows_no_narrower_one() {
    let of_spokes = ALL.iter().filter(|call| call.callers.contains(&Caller::Spoke));
    for call in of_spokes.filter(|call| call.scope == Scope::All) {
        for permission in call
            .permissions
            .iter()
            .filter(|name| !LISTS_OF_EVERYTHING.contains(name))
        {
            let types = &lookup_action(permission).unwrap().resource_types;
            assert!(types.is_empty(), "{permission} can be granted on {types:?}");
        }
    }
}

#[test]
fn every_call_stands_once_with_a_caller_and_a_reason() {
    let names: BTreeSet<String> = ALL.iter().map(|call| call.name()).collect();
    assert_eq!(names.len(), ALL.len());
    for call in ALL {
        assert!(!call.why.is_empty() && !call.callers.is_empty(), "{}", call.name());
    }
}
