//! What a call of an AWS API reaches, by the API and the parameters of the call: for state machines' tasks and for universal targets of schedules.
//!
//! Sources: Step Functions Developer Guide, "Integrating optimized services" and "Learning to use AWS service SDK integrations";
//! EventBridge Scheduler User Guide, "Using universal targets".

use serde_json::Value;

use crate::description::Reference;
use crate::json::{is_arn, text_at, texts_along};

/// Service of the API, parameter that names what is reached, and how it names it.
struct Parameter(&'static str, &'static str, fn(String) -> Reference);

macro_rules! in_format {
    ($format:literal) => {
        |text| Reference::InFormat($format, text)
    };
}

const LAMBDA: fn(String) -> Reference = in_format!("arn:{partition}:lambda:{region}:{account}:function:{id}");
const TABLE: fn(String) -> Reference = in_format!("arn:{partition}:dynamodb:{region}:{account}:table/{id}");
const STREAM: fn(String) -> Reference = in_format!("arn:{partition}:kinesis:{region}:{account}:stream/{id}");
const BUS: fn(String) -> Reference = in_format!("arn:{partition}:events:{region}:{account}:event-bus/{id}");

const PARAMETERS: &[Parameter] = &[
    Parameter("lambda", "FunctionName", LAMBDA),
    Parameter("sqs", "QueueUrl", Reference::Queue),
    Parameter("sns", "TopicArn", Reference::Arn),
    Parameter("sns", "TargetArn", Reference::Arn),
    Parameter("dynamodb", "TableName", TABLE),
    Parameter("ecs", "TaskDefinition", Reference::TaskDefinition),
    Parameter("states", "StateMachineArn", Reference::Arn),
    Parameter("sfn", "StateMachineArn", Reference::Arn),
    Parameter("s3", "Bucket", in_format!("arn:{partition}:s3:::{id}")),
    Parameter(
        "secretsmanager",
        "SecretId",
        in_format!("arn:{partition}:secretsmanager:{region}:{account}:secret:{id}"),
    ),
    Parameter("kinesis", "StreamARN", Reference::Arn),
    Parameter("kinesis", "StreamName", STREAM),
    Parameter(
        "firehose",
        "DeliveryStreamName",
        in_format!("arn:{partition}:firehose:{region}:{account}:deliverystream/{id}"),
    ),
    Parameter("events", "Entries.EventBusName", BUS),
    Parameter("eventbridge", "Entries.EventBusName", BUS),
    Parameter(
        "batch",
        "JobDefinition",
        in_format!("arn:{partition}:batch:{region}:{account}:job-definition/{id}"),
    ),
    Parameter(
        "glue",
        "JobName",
        in_format!("arn:{partition}:glue:{region}:{account}:job/{id}"),
    ),
    Parameter(
        "codebuild",
        "ProjectName",
        in_format!("arn:{partition}:codebuild:{region}:{account}:project/{id}"),
    ),
    Parameter(
        "codepipeline",
        "Name",
        in_format!("arn:{partition}:codepipeline:{region}:{account}:{id}"),
    ),
    Parameter(
        "sagemaker",
        "PipelineName",
        in_format!("arn:{partition}:sagemaker:{region}:{account}:pipeline/{id}"),
    ),
    Parameter("bedrock", "ModelId", Reference::Model),
    Parameter("bedrockruntime", "ModelId", Reference::Model),
    Parameter(
        "bedrockagentruntime",
        "AgentId",
        in_format!("arn:{partition}:bedrock:{region}:{account}:agent/{id}"),
    ),
    Parameter(
        "bedrockagentruntime",
        "KnowledgeBaseId",
        in_format!("arn:{partition}:bedrock:{region}:{account}:knowledge-base/{id}"),
    ),
    Parameter("http", "ApiEndpoint", Reference::Host),
    Parameter("http", "Authentication.ConnectionArn", Reference::Arn),
    Parameter("http", "InvocationConfig.ConnectionArn", Reference::Arn),
];

/// An API that a workload calls, as `service:action`.
pub(super) struct Api<'a> {
    /// The service as the SDK names it, in lower case as it is written.
    pub(super) service: &'a str,
    /// The action, in camelCase as it is written, without `.sync` and `.waitForTaskToken`.
    pub(super) action: &'a str,
}

impl<'a> Api<'a> {
    /// `states:::lambda:invoke.waitForTaskToken`, `states:::aws-sdk:s3:getObject` and `scheduler:::aws-sdk:sqs:sendMessage`, after `:::`.
    pub(super) fn parse(resource: &'a str) -> Option<Self> {
        let resource = resource.strip_prefix("aws-sdk:").unwrap_or(resource);
        let (service, action) = resource.split_once(':')?;
        let action = action.split(['.', ':']).next().unwrap_or(action);
        (!service.is_empty() && !action.is_empty()).then_some(Self { service, action })
    }

    /// `service:action`.
    pub(super) fn name(&self) -> String {
        format!("{}:{}", self.service, self.action)
    }

    /// What the call reaches; empty where its parameters do not tell: they are chosen when it runs, or the table knows none.
    pub(super) fn reached(&self, parameters: &Value) -> Vec<Reference> {
        PARAMETERS
            .iter()
            .filter(|Parameter(service, ..)| *service == self.service)
            .flat_map(|Parameter(_, path, reference)| {
                let named = texts_along(parameters, path).into_iter().filter(|text| is_static(text));
                named.map(|text| reference(text.to_owned()))
            })
            .collect()
    }
}

/// The parameters of a task: `Parameters` of JSONPath, `Arguments` of JSONata.
pub(super) fn parameters_of(state: &Value) -> Option<&Value> {
    crate::json::first_at(state, &["Parameters", "Arguments"])
}

/// A text that says the same in every run: no JSONPath, no JSONata, nothing that was redacted.
fn is_static(text: &str) -> bool {
    !text.starts_with('$') && !text.contains("{%") && text != "[redacted]" && !text.contains("States.")
}

/// The role of another account under which a task runs.
///
/// Source: Step Functions Developer Guide, "Accessing resources in other AWS accounts".
pub(super) fn role_of(state: &Value) -> Option<&str> {
    text_at(state, "Credentials.RoleArn").filter(|role| is_arn(role))
}
