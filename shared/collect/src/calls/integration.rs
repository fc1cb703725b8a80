//! Rows of what starts other things: builds, events, messages, workflows.

use crate::call::Caller::Spoke;
use crate::call::{ApiCall, Pages, Rate};

#[rustfmt::skip]
/// AWS CodeBuild. Never builds, whose logs and variables may hold data.
pub mod codebuild {
    use super::*;

    /// Projects with their roles.
    pub static BATCH_GET_PROJECTS: ApiCall = ApiCall::new("codebuild", "BatchGetProjects", &["codebuild:BatchGetProjects"])
        .on("arn:${Partition}:codebuild:*:${Account}:project/*").by(&[Spoke]).because("Which role a build runs as, and from which source");
    /// Projects.
    pub static LIST_PROJECTS: ApiCall = ApiCall::new("codebuild", "ListProjects", &["codebuild:ListProjects"])
        .by(&[Spoke]).paged(Pages::by("nextToken")).because("Which projects there are");
}

#[rustfmt::skip]
/// AWS CodePipeline.
pub mod codepipeline {
    use super::*;

    /// A pipeline with its roles.
    pub static GET_PIPELINE: ApiCall = ApiCall::new("codepipeline", "GetPipeline", &["codepipeline:GetPipeline"])
        .on("arn:${Partition}:codepipeline:*:${Account}:*").by(&[Spoke]).at(Rate::per_second(3).burst(3)).because("Which roles a pipeline acts as, and what it starts");
    /// Pipelines.
    pub static LIST_PIPELINES: ApiCall = ApiCall::new("codepipeline", "ListPipelines", &["codepipeline:ListPipelines"])
        .by(&[Spoke]).paged(Pages::by("nextToken").limited("maxResults", 1000)).because("Which pipelines there are");
}

#[rustfmt::skip]
/// Amazon Cognito identity pools, never identities.
pub mod cognito_identity {
    use super::*;

    /// An identity pool.
    pub static DESCRIBE_IDENTITY_POOL: ApiCall = ApiCall::new("cognito-identity", "DescribeIdentityPool", &["cognito-identity:DescribeIdentityPool"])
        .on("arn:${Partition}:cognito-identity:*:${Account}:identitypool/*").by(&[Spoke]).because("Who may get AWS credentials from a pool");
    /// The roles of a pool.
    pub static GET_IDENTITY_POOL_ROLES: ApiCall = ApiCall::new("cognito-identity", "GetIdentityPoolRoles", &["cognito-identity:GetIdentityPoolRoles"])
        .on("arn:${Partition}:cognito-identity:*:${Account}:identitypool/*").by(&[Spoke]).because("Which roles the users of a pool get");
    /// Identity pools.
    pub static LIST_IDENTITY_POOLS: ApiCall = ApiCall::new("cognito-identity", "ListIdentityPools", &["cognito-identity:ListIdentityPools"])
        .by(&[Spoke]).paged(Pages::by("NextToken").limited("MaxResults", 60)).because("Which identity pools there are");
}

#[rustfmt::skip]
/// Amazon EventBridge.
pub mod events {
    use super::*;

    /// A connection with the ARN of its secret.
    pub static DESCRIBE_CONNECTION: ApiCall = ApiCall::new("events", "DescribeConnection", &["events:DescribeConnection"])
        .on("arn:${Partition}:events:*:${Account}:connection/*").by(&[Spoke]).because("Which secret and which party outside a connection uses");
    /// API destinations.
    pub static LIST_API_DESTINATIONS: ApiCall = ApiCall::new("events", "ListApiDestinations", &["events:ListApiDestinations"])
        .by(&[Spoke]).paged(Pages::by("NextToken").limited("Limit", 100)).because("Which addresses outside AWS events go to");
    /// Connections.
    pub static LIST_CONNECTIONS: ApiCall = ApiCall::new("events", "ListConnections", &["events:ListConnections"])
        .by(&[Spoke]).paged(Pages::by("NextToken").limited("Limit", 100)).because("Which connections there are");
    /// Event buses with their policies.
    pub static LIST_EVENT_BUSES: ApiCall = ApiCall::new("events", "ListEventBuses", &["events:ListEventBuses"])
        .by(&[Spoke]).paged(Pages::by("NextToken").limited("Limit", 100)).because("Who may send events that start workloads");
    /// Rules of a bus.
    pub static LIST_RULES: ApiCall = ApiCall::new("events", "ListRules", &["events:ListRules"])
        .by(&[Spoke]).paged(Pages::by("NextToken").limited("Limit", 100)).because("Which events and schedules start workloads");
    /// Targets of a rule.
    pub static LIST_TARGETS_BY_RULE: ApiCall = ApiCall::new("events", "ListTargetsByRule", &["events:ListTargetsByRule"])
        .on("arn:${Partition}:events:*:${Account}:rule/*").by(&[Spoke]).paged(Pages::by("NextToken").limited("Limit", 100)).because("Which workloads a rule starts, and as which role");
}

#[rustfmt::skip]
/// Amazon EventBridge Pipes.
pub mod pipes {
    use super::*;

    /// A pipe with its role.
    pub static DESCRIBE_PIPE: ApiCall = ApiCall::new("pipes", "DescribePipe", &["pipes:DescribePipe"])
        .on("arn:${Partition}:pipes:*:${Account}:pipe/*").by(&[Spoke]).because("Which role a pipe acts as, and what it starts");
    /// Pipes.
    pub static LIST_PIPES: ApiCall = ApiCall::new("pipes", "ListPipes", &["pipes:ListPipes"])
        .by(&[Spoke]).paged(Pages::by("NextToken").limited("Limit", 100)).because("Which pipes there are");
}

#[rustfmt::skip]
/// IAM Roles Anywhere.
pub mod rolesanywhere {
    use super::*;

    /// Profiles.
    pub static LIST_PROFILES: ApiCall = ApiCall::new("rolesanywhere", "ListProfiles", &["rolesanywhere:ListProfiles"])
        .by(&[Spoke]).paged(Pages::by("nextToken").limited("pageSize", 100)).because("Which roles machines outside AWS may take");
    /// Trust anchors.
    pub static LIST_TRUST_ANCHORS: ApiCall = ApiCall::new("rolesanywhere", "ListTrustAnchors", &["rolesanywhere:ListTrustAnchors"])
        .by(&[Spoke]).paged(Pages::by("nextToken").limited("pageSize", 100)).because("Whose certificates are trusted");
}

#[rustfmt::skip]
/// Amazon EventBridge Scheduler.
pub mod scheduler {
    use super::*;

    /// A schedule with its target and role.
    pub static GET_SCHEDULE: ApiCall = ApiCall::new("scheduler", "GetSchedule", &["scheduler:GetSchedule"])
        .on("arn:${Partition}:scheduler:*:${Account}:schedule/*").by(&[Spoke]).because("Which role a schedule acts as, and what it starts");
    /// Schedules.
    pub static LIST_SCHEDULES: ApiCall = ApiCall::new("scheduler", "ListSchedules", &["scheduler:ListSchedules"])
        .by(&[Spoke]).paged(Pages::by("NextToken").limited("MaxResults", 100)).because("Which schedules there are");
}

#[rustfmt::skip]
/// Amazon SNS: topics and subscriptions, never messages.
pub mod sns {
    use super::*;

    /// A topic with its policy.
    pub static GET_TOPIC_ATTRIBUTES: ApiCall = ApiCall::new("sns", "GetTopicAttributes", &["sns:GetTopicAttributes"])
        .on("arn:${Partition}:sns:*:${Account}:*").by(&[Spoke]).because("Who may publish to a topic, and which key encrypts it");
    /// Subscriptions.
    pub static LIST_SUBSCRIPTIONS: ApiCall = ApiCall::new("sns", "ListSubscriptions", &["sns:ListSubscriptions"])
        .by(&[Spoke]).paged(Pages::by("NextToken")).because("Which functions and parties outside a topic reaches");
    /// Topics.
    pub static LIST_TOPICS: ApiCall = ApiCall::new("sns", "ListTopics", &["sns:ListTopics"])
        .by(&[Spoke]).paged(Pages::by("NextToken")).because("Which topics there are");
}

#[rustfmt::skip]
/// Amazon SQS: queues and their policies, never messages.
pub mod sqs {
    use super::*;

    /// A queue with its policy.
    pub static GET_QUEUE_ATTRIBUTES: ApiCall = ApiCall::new("sqs", "GetQueueAttributes", &["sqs:GetQueueAttributes"])
        .on("arn:${Partition}:sqs:*:${Account}:*").by(&[Spoke]).because("Who may send to and read from a queue, and which key encrypts it");
    /// Queues.
    pub static LIST_QUEUES: ApiCall = ApiCall::new("sqs", "ListQueues", &["sqs:ListQueues"])
        .by(&[Spoke]).paged(Pages::by("NextToken").limited("MaxResults", 1000)).because("Which queues there are");
}

#[rustfmt::skip]
/// AWS Step Functions: definitions, never executions.
pub mod stepfunctions {
    use super::*;

    /// A state machine with its definition and role.
    pub static DESCRIBE_STATE_MACHINE: ApiCall = ApiCall::new("stepfunctions", "DescribeStateMachine", &["states:DescribeStateMachine"])
        .on("arn:${Partition}:states:*:${Account}:stateMachine:*").by(&[Spoke]).because("Which role a state machine acts as, and what it calls");
    /// State machines.
    pub static LIST_STATE_MACHINES: ApiCall = ApiCall::new("stepfunctions", "ListStateMachines", &["states:ListStateMachines"])
        .by(&[Spoke]).paged(Pages::by("nextToken").limited("maxResults", 1000)).because("Which state machines there are");
}
