//! What is extracted, declared: a service that is in no category of a caller is not granted to it.
//!
//! Whoever adds a service adds it here, in a category of the next [`VERSION`]: customers compare two manifests and see what is new before they deploy it.

use crate::call::Caller::{self, Collector, Evidence, Findings, Identity, Inventory, Management, Preflight, Spoke};

/// The version of the manifest: raised whenever a category or a service is added.
pub const VERSION: u32 = 1;

/// What is extracted through some services, by one caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Category {
    /// Whose permissions it takes.
    pub caller: Caller,
    /// Its name, by which a spoke policy is called.
    pub name: &'static str,
    /// The version of the manifest that it came with.
    pub since: u32,
    /// The services, by the prefix of their actions, sorted.
    pub services: &'static [&'static str],
    /// What is extracted, in words that a buyer reads.
    pub what: &'static str,
}

const fn category(
    caller: Caller,
    name: &'static str,
    services: &'static [&'static str],
    what: &'static str,
) -> Category {
    Category {
        caller,
        name,
        since: 1,
        services,
        what,
    }
}

/// Every category, in the order of the documentation.
#[rustfmt::skip]
pub static ALL: &[Category] = &[
    category(Inventory, "inventory", &["account", "config", "iam", "organizations", "sts"],
        "Accounts, organizational units and organization policies; what AWS Config has recorded of resources; the text of AWS managed policies"),
    category(Findings, "findings", &["access-analyzer", "securityhub"],
        "Findings of Security Hub and IAM Access Analyzer"),
    category(Identity, "identity", &["identitystore", "sso"],
        "Permission sets and who has them; ids and names of users and groups of IAM Identity Center"),
    category(Evidence, "evidence", &["athena", "cloudtrail", "glue", "kms", "s3", "sts"],
        "Which trails record what; who did what to which resource, when and how often, from CloudTrail's log files"),
    category(Collector, "collector", &["sts"],
        "Nothing by itself: it takes the role of each account"),
    category(Preflight, "preflight", &["access-analyzer", "account", "athena", "cloudformation", "cloudtrail", "config", "organizations", "securityhub", "sso", "sts"],
        "Nothing: it looks whether what a scan needs is there"),
    category(Management, "management", &["cloudtrail", "organizations"],
        "Accounts, organizational units and organization policies, where the hub is no delegated administrator; the organization's trail"),
    category(Spoke, "identity", &["account", "cognito-identity", "iam", "rolesanywhere", "sts"],
        "Users, roles, groups and policies; how old credentials are and what was used last; identity pools, trust anchors and profiles"),
    category(Spoke, "data", &["dynamodb", "elasticfilesystem", "es", "glue", "kinesis", "kms", "rds", "redshift", "s3", "secretsmanager", "ssm"],
        "Data stores, secrets, parameters and keys by name, with their policies, grants and encryption: never items, objects, records or values; \
         jobs of AWS Glue with their roles"),
    category(Spoke, "compute", &["apprunner", "autoscaling", "batch", "codebuild", "codepipeline", "ec2", "ecr", "ecs", "eks", "elasticmapreduce", "lambda"],
        "Functions, containers, clusters, launch templates, builds and pipelines with their roles, policies and images: never code, logs or values of environment variables"),
    category(Spoke, "integration", &["events", "pipes", "scheduler", "sns", "sqs", "states"],
        "Rules, schedules, pipes, connections, topics, queues and state machines, with what they call: never events, messages or executions"),
    category(Spoke, "ai", &["bedrock", "bedrock-agentcore", "sagemaker"],
        "Agents, their tools, knowledge bases, gateways, guardrails and models, with their roles: never prompts, conversations or documents"),
    category(Spoke, "audit", &["cloudtrail", "config"],
        "Which types AWS Config records"),
];

/// The category of an action of a caller.
#[must_use]
pub fn category_of(caller: Caller, action: &str) -> Option<&'static Category> {
    let prefix = action.split(':').next()?;
    ALL.iter()
        .find(|category| category.caller == caller && category.services.contains(&prefix))
}
