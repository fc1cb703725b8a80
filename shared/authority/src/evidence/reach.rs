//! Which calls the trails would have recorded: what absence from the logs means.

use sv0_model::arn::{Arn, account_of};
use sv0_model::observation::{DataEventScope, EventScope, Trail};

/// Whether a call changes something: trails may record only one of the two kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Access {
    Read,
    Write,
    /// Nothing says which of the two CloudTrail calls it: only a trail of both surely records it.
    Either,
}

/// How CloudTrail records an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum EventClass {
    /// A management event.
    Management(Access),
    /// A data event of a resource type, which trails record only where a selector asks for it.
    Data(&'static str, Access),
    /// No event of CloudTrail has the action's name (a connection to a database, a search in a domain), or nothing says how it is recorded.
    Never,
}

/// The actions on which paths end, and how CloudTrail records them ("Logging data events", CloudTrail User Guide; "Logging Amazon EventBridge API calls using AWS CloudTrail"). What is not listed is a management event.
const EVENT_CLASSES: &[(&str, EventClass)] = &[
    ("s3:GetObject", EventClass::Data("AWS::S3::Object", Access::Read)),
    ("s3:ListBucket", EventClass::Data("AWS::S3::Object", Access::Read)),
    ("s3:PutObject", EventClass::Data("AWS::S3::Object", Access::Write)),
    ("s3:DeleteObject", EventClass::Data("AWS::S3::Object", Access::Write)),
    (
        "lambda:InvokeFunction",
        EventClass::Data("AWS::Lambda::Function", Access::Write),
    ),
    (
        "dynamodb:BatchGetItem",
        EventClass::Data("AWS::DynamoDB::Table", Access::Read),
    ),
    (
        "dynamodb:BatchWriteItem",
        EventClass::Data("AWS::DynamoDB::Table", Access::Write),
    ),
    (
        "dynamodb:GetItem",
        EventClass::Data("AWS::DynamoDB::Table", Access::Read),
    ),
    ("dynamodb:Query", EventClass::Data("AWS::DynamoDB::Table", Access::Read)),
    ("dynamodb:Scan", EventClass::Data("AWS::DynamoDB::Table", Access::Read)),
    (
        "dynamodb:PutItem",
        EventClass::Data("AWS::DynamoDB::Table", Access::Write),
    ),
    (
        "dynamodb:UpdateItem",
        EventClass::Data("AWS::DynamoDB::Table", Access::Write),
    ),
    (
        "dynamodb:DeleteItem",
        EventClass::Data("AWS::DynamoDB::Table", Access::Write),
    ),
    (
        "events:PutEvents",
        EventClass::Data("AWS::Events::EventBus", Access::Write),
    ),
    (
        "sqs:ReceiveMessage",
        EventClass::Data("AWS::SQS::Queue", Access::Either),
    ),
    ("sqs:SendMessage", EventClass::Data("AWS::SQS::Queue", Access::Write)),
    ("sns:Publish", EventClass::Data("AWS::SNS::Topic", Access::Write)),
    (
        "kinesis:GetRecords",
        EventClass::Data("AWS::Kinesis::Stream", Access::Read),
    ),
    (
        "kinesis:PutRecord",
        EventClass::Data("AWS::Kinesis::Stream", Access::Write),
    ),
    (
        "kinesis:PutRecords",
        EventClass::Data("AWS::Kinesis::Stream", Access::Write),
    ),
    (
        "rds-data:ExecuteStatement",
        EventClass::Data("AWS::RDS::DBCluster", Access::Either),
    ),
    (
        "rds-data:BatchExecuteStatement",
        EventClass::Data("AWS::RDS::DBCluster", Access::Either),
    ),
    (
        "bedrock:InvokeAgent",
        EventClass::Data("AWS::Bedrock::AgentAlias", Access::Either),
    ),
    (
        "bedrock:InvokeFlow",
        EventClass::Data("AWS::Bedrock::FlowAlias", Access::Either),
    ),
    (
        "bedrock:Retrieve",
        EventClass::Data("AWS::Bedrock::KnowledgeBase", Access::Either),
    ),
    (
        "bedrock-agentcore:InvokeAgentRuntime",
        EventClass::Data("AWS::BedrockAgentCore::Runtime", Access::Either),
    ),
    (
        "bedrock-agentcore:InvokeGateway",
        EventClass::Data("AWS::BedrockAgentCore::Gateway", Access::Either),
    ),
    ("bedrock:InvokeModel", EventClass::Management(Access::Either)),
    (
        "bedrock:InvokeModelWithResponseStream",
        EventClass::Management(Access::Either),
    ),
    (
        "bedrock:GetKnowledgeBaseDocuments",
        EventClass::Management(Access::Either),
    ),
    ("redshift:GetClusterCredentials", EventClass::Management(Access::Either)),
    (
        "redshift:GetClusterCredentialsWithIAM",
        EventClass::Management(Access::Either),
    ),
    ("ssm:GetParameterHistory", EventClass::Management(Access::Read)),
    ("ssm:GetParametersByPath", EventClass::Management(Access::Read)),
    ("lambda:GetLayerVersion", EventClass::Never),
    ("rds-db:connect", EventClass::Never),
    ("redshift-data:ExecuteStatement", EventClass::Never),
    ("redshift-data:BatchExecuteStatement", EventClass::Never),
    ("es:ESHttpDelete", EventClass::Never),
    ("es:ESHttpGet", EventClass::Never),
    ("es:ESHttpPatch", EventClass::Never),
    ("es:ESHttpPost", EventClass::Never),
    ("es:ESHttpPut", EventClass::Never),
    ("elasticfilesystem:ClientMount", EventClass::Never),
    ("elasticfilesystem:ClientRootAccess", EventClass::Never),
    ("elasticfilesystem:ClientWrite", EventClass::Never),
    ("states:StartSyncExecution", EventClass::Never),
    ("eks:AccessKubernetesApi", EventClass::Never),
    ("sts:AssumeRole", EventClass::Management(Access::Read)),
    ("secretsmanager:GetSecretValue", EventClass::Management(Access::Read)),
    ("kms:Decrypt", EventClass::Management(Access::Read)),
    ("ssm:GetParameter", EventClass::Management(Access::Read)),
    ("ssm:GetParameters", EventClass::Management(Access::Read)),
    ("ecr:BatchGetImage", EventClass::Management(Access::Read)),
];

fn event_class(action: &str) -> EventClass {
    EVENT_CLASSES
        .iter()
        .find(|(name, _)| *name == action)
        .map_or(EventClass::Management(Access::Write), |(_, class)| *class)
}

/// Where and on what a call would have been made.
pub(crate) struct CallSite<'a> {
    pub action: &'a str,
    pub resource: &'a str,
    pub account: &'a str,
    /// `None` for an action that can be called in every Region.
    pub region: Option<&'a str>,
}

/// Why the trails would not show the call; `None` when one of them would.
pub(crate) fn blind_spot(trails: &[Trail], site: &CallSite<'_>) -> Option<String> {
    if trails.is_empty() {
        return Some("no trail was collected, so it is not known what the logs record".to_owned());
    }
    let covering: Vec<&Trail> = trails.iter().filter(|trail| covers(trail, site)).collect();
    if covering.is_empty() {
        let region = site.region.map_or_else(String::new, |region| format!(" in {region}"));
        return Some(format!("no trail covers account {}{region}", site.account));
    }
    let logging: Vec<&Trail> = covering
        .into_iter()
        .filter(|trail| trail.is_logging == Some(true))
        .collect();
    if logging.is_empty() {
        return Some(format!(
            "no trail that covers account {} is known to be logging",
            site.account
        ));
    }
    let reasons: Vec<Option<String>> = logging.iter().map(|trail| unrecorded(trail, site)).collect();
    if reasons.iter().any(Option::is_none) {
        return None;
    }
    reasons.into_iter().flatten().min()
}

fn covers(trail: &Trail, site: &CallSite<'_>) -> bool {
    let account = trail.is_organization_trail || account_of(&trail.arn) == Some(site.account);
    let region = trail.is_multi_region || site.region.is_some_and(|region| trail.home_region == region);
    account && region
}

/// Why one trail would not record the call.
fn unrecorded(trail: &Trail, site: &CallSite<'_>) -> Option<String> {
    let name = Arn::parse(&trail.arn).map_or(trail.arn.as_str(), |arn| arn.name());
    match event_class(site.action) {
        EventClass::Management(_) if leaves_out(trail, site.action) => Some(format!(
            "trail {name} leaves out the management events of {}",
            service_of(site.action)
        )),
        EventClass::Management(access) => match trail.management_events {
            None => Some(format!("the event selectors of trail {name} were not collected")),
            Some(scope) if records(scope, access) => None,
            Some(_) => Some(format!("trail {name} does not record management events of this kind")),
        },
        EventClass::Never => Some(format!("CloudTrail is not known to record {}", site.action)),
        EventClass::Data(resource_type, access) => {
            let selected = trail
                .data_events
                .iter()
                .any(|selector| selects(selector, resource_type, access, site.resource));
            let reason = format!(
                "{} is a data event, and trail {name} does not record it for this resource",
                site.action
            );
            (!selected).then_some(reason)
        }
    }
}

/// Whether the trail leaves out the management events of the action's service, as trails may for KMS and the RDS Data API.
fn leaves_out(trail: &Trail, action: &str) -> bool {
    let service = service_of(action);
    trail
        .excluded_management_event_sources
        .iter()
        .any(|source| source.split('.').next() == Some(service))
}

fn service_of(action: &str) -> &str {
    action.split(':').next().unwrap_or_default()
}

/// Whether a selector takes in every call of the kind on the resource. One with further conditions may leave calls out.
fn selects(selector: &DataEventScope, resource_type: &str, access: Access, resource: &str) -> bool {
    let in_prefix = selector.arn_prefixes.is_empty()
        || selector
            .arn_prefixes
            .iter()
            .any(|prefix| covers_resource(prefix, resource));
    selector.resource_type == resource_type
        && records(selector.scope, access)
        && !selector.has_further_conditions
        && in_prefix
}

/// Whether a prefix takes in the whole resource. That of a bucket is written with or without the slash that ends its name.
fn covers_resource(prefix: &str, resource: &str) -> bool {
    resource.starts_with(prefix) || prefix.strip_suffix('/') == Some(resource)
}

fn records(scope: EventScope, access: Access) -> bool {
    matches!(
        (scope, access),
        (EventScope::All, _) | (EventScope::ReadOnly, Access::Read) | (EventScope::WriteOnly, Access::Write)
    )
}
