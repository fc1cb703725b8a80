//! `accounts/<account>/<region>/<service>/<what>.ndjson`: what AWS Config does not hold, one row a name.
//!
//! The record of an item is `RecordKind::SpokeItem { service, what }`, its account and Region those of the path, its body one of:
//! - [`Form::Item`]: the item itself. What the CLI prints around it is taken off, be it the list of a List or Describe answer (`{"Rules": […]}`) or the one
//!   field of a Get answer (`{"agent": {…}}`), so that the body always begins at the item's own fields, in the casing of its API;
//! - [`Form::Subject`]: `{"Arn": …, "Response": {…}}`, the answer as the CLI prints it with the ARN that it was asked for. An empty `Response` says that
//!   the subject was asked and has none;
//! - [`Form::Keys`]: `{"Arn": …, "Keys": […]}`.

use serde_json::{Map, Value};

/// How an item of a file looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Form {
    /// An item that names itself.
    Item {
        /// Fields that hold it, or a list of it, in the answers that print it.
        within: &'static [&'static str],
        /// Of these fields one must be a text; none is asked for where the list is empty.
        named_by: &'static [&'static str],
    },
    /// An answer that does not name its subject.
    Subject,
    /// Names of environment variables, without values.
    Keys,
}

/// A name that the capture format knows.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SpokeName {
    /// The service, as the AWS CLI calls it.
    pub service: &'static str,
    /// The file's stem.
    pub what: &'static str,
    pub form: Form,
}

const fn item(
    service: &'static str,
    what: &'static str,
    within: &'static [&'static str],
    named_by: &'static [&'static str],
) -> SpokeName {
    SpokeName {
        service,
        what,
        form: Form::Item { within, named_by },
    }
}

const fn subject(service: &'static str, what: &'static str) -> SpokeName {
    SpokeName {
        service,
        what,
        form: Form::Subject,
    }
}

const fn keys(service: &'static str, what: &'static str) -> SpokeName {
    SpokeName {
        service,
        what,
        form: Form::Keys,
    }
}

/// Every name, sorted.
#[rustfmt::skip]
pub(crate) static NAMES: &[SpokeName] = &[
    item("apprunner", "services", &["Service", "Services"], &["ServiceArn"]),
    item("autoscaling", "auto-scaling-groups", &["AutoScalingGroups"], &["AutoScalingGroupARN", "AutoScalingGroupName"]),
    item("batch", "job-definitions", &["jobDefinitions"], &["jobDefinitionArn"]),
    item("bedrock", "guardrails", &["guardrails"], &["guardrailArn", "arn"]),
    item("bedrock", "inference-profiles", &["inferenceProfileSummaries"], &["inferenceProfileArn"]),
    item("bedrock", "model-invocation-logging", &["loggingConfig"], &[]),
    subject("bedrock", "resource-policies"),
    item("bedrock-agent", "agent-action-groups", &["agentActionGroup"], &["actionGroupId"]),
    subject("bedrock-agent", "agent-aliases"),
    subject("bedrock-agent", "agent-collaborators"),
    subject("bedrock-agent", "agent-knowledge-bases"),
    item("bedrock-agent", "agent-versions", &["agentVersion"], &["agentArn", "agentId"]),
    item("bedrock-agent", "agents", &["agent", "agentSummaries"], &["agentArn", "agentId"]),
    item("bedrock-agent", "data-sources", &["dataSource"], &["dataSourceId"]),
    item("bedrock-agent", "flows", &["flowSummaries"], &["arn"]),
    item("bedrock-agent", "knowledge-bases", &["knowledgeBase", "knowledgeBaseSummaries"], &["knowledgeBaseArn", "knowledgeBaseId"]),
    item("bedrock-agentcore-control", "agent-runtimes", &["agentRuntimes"], &["agentRuntimeArn"]),
    item("bedrock-agentcore-control", "gateway-targets", &[], &["targetId"]),
    item("bedrock-agentcore-control", "gateways", &[], &["gatewayArn", "gatewayId"]),
    subject("bedrock-agentcore-control", "resource-policies"),
    item("codebuild", "projects", &["projects"], &["arn", "name"]),
    item("codepipeline", "pipelines", &["pipeline"], &["name"]),
    item("cognito-identity", "identity-pool-roles", &[], &["IdentityPoolId"]),
    item("cognito-identity", "identity-pools", &[], &["IdentityPoolId"]),
    subject("dynamodb", "resource-policies"),
    item("dynamodb", "tables", &["Table"], &["TableArn", "TableName"]),
    item("ec2", "launch-templates", &["LaunchTemplateVersions"], &["LaunchTemplateId"]),
    item("ecr", "image-scan-findings", &[], &["repositoryName"]),
    item("ecr", "images", &["imageDetails"], &["repositoryName"]),
    subject("ecr", "lifecycle-policies"),
    item("ecr", "repositories", &["repositories"], &["repositoryArn"]),
    subject("ecr", "repository-policies"),
    item("eks", "access-entries", &["accessEntry"], &["accessEntryArn", "principalArn"]),
    item("eks", "clusters", &["cluster"], &["arn", "name"]),
    item("eks", "pod-identity-associations", &["association", "associations"], &["associationArn", "associationId"]),
    subject("elasticfilesystem", "file-system-policies"),
    item("emr", "clusters", &["Cluster", "Clusters"], &["ClusterArn", "Id"]),
    subject("es", "domain-policies"),
    item("events", "api-destinations", &["ApiDestinations"], &["ApiDestinationArn"]),
    item("events", "connections", &["Connections"], &["ConnectionArn"]),
    item("events", "event-buses", &["EventBuses"], &["Arn"]),
    item("events", "rules", &["Rules"], &["Arn"]),
    subject("events", "targets"),
    item("glue", "jobs", &["Job", "Jobs"], &["Name"]),
    item("glue", "resource-policy", &["GetResourcePoliciesResponseList"], &["PolicyInJson"]),
    subject("kinesis", "resource-policies"),
    keys("lambda", "environment-keys"),
    item("lambda", "event-source-mappings", &["EventSourceMappings"], &["UUID"]),
    subject("lambda", "function-policies"),
    item("lambda", "function-url-configs", &["FunctionUrlConfigs"], &["FunctionArn"]),
    subject("lambda", "layer-policies"),
    item("pipes", "pipes", &["Pipes"], &["Arn"]),
    item("rds", "db-clusters", &["DBClusters"], &["DBClusterArn"]),
    item("rds", "db-instances", &["DBInstances"], &["DBInstanceArn"]),
    item("redshift", "clusters", &["Clusters"], &["ClusterIdentifier"]),
    item("rolesanywhere", "profiles", &["profiles", "profile"], &["profileArn"]),
    item("rolesanywhere", "trust-anchors", &["trustAnchors", "trustAnchor"], &["trustAnchorArn"]),
    item("s3control", "public-access-block", &["PublicAccessBlockConfiguration"], &[]),
    item("sagemaker", "domains", &[], &["DomainArn"]),
    item("sagemaker", "endpoint-configs", &[], &["EndpointConfigArn"]),
    item("sagemaker", "endpoints", &[], &["EndpointArn"]),
    item("sagemaker", "models", &[], &["ModelArn"]),
    item("sagemaker", "notebook-instances", &[], &["NotebookInstanceArn"]),
    item("sagemaker", "pipelines", &[], &["PipelineArn"]),
    item("sagemaker", "processing-jobs", &[], &["ProcessingJobArn"]),
    item("sagemaker", "training-jobs", &[], &["TrainingJobArn"]),
    item("sagemaker", "transform-jobs", &[], &["TransformJobArn"]),
    item("sagemaker", "user-profiles", &[], &["UserProfileArn"]),
    item("scheduler", "schedules", &[], &["Arn"]),
    item("secretsmanager", "resource-policies", &[], &["ARN"]),
    item("sns", "subscriptions", &["Subscriptions"], &["SubscriptionArn"]),
    item("sns", "topics", &["Attributes"], &["TopicArn"]),
    subject("sqs", "queue-policies"),
    subject("sqs", "queues"),
    item("ssm", "parameters", &["Parameters"], &["ARN", "Name"]),
    subject("ssm", "resource-policies"),
    item("stepfunctions", "state-machines", &[], &["stateMachineArn"]),
];

/// `GetPipeline` prints a pipeline's ARN in an object beside the pipeline.
const PIPELINE: &str = "pipeline";
const BESIDE_PIPELINE: &str = "metadata";

/// The name `<service>/<what>`, if the format knows it.
pub(crate) fn find(service: &str, what: &str) -> Option<&'static SpokeName> {
    NAMES.iter().find(|name| name.service == service && name.what == what)
}

impl SpokeName {
    /// Fields under which an answer holds its items.
    pub fn within(&self) -> &'static [&'static str] {
        match self.form {
            Form::Item { within, .. } => within,
            Form::Subject | Form::Keys => &[],
        }
    }

    /// Makes an answer ready to be taken apart.
    pub fn prepare(&self, answer: &mut Value) {
        if self.within().contains(&PIPELINE) {
            join_beside(answer);
        }
    }

    /// The item's body; `None` when it does not have the form of the answer.
    pub fn body(&self, mut item: Map<String, Value>) -> Option<Map<String, Value>> {
        match self.form {
            Form::Item { named_by, .. } => {
                let is_named = named_by.is_empty() || named_by.iter().any(|field| has_text(&item, field));
                is_named.then_some(item)
            }
            Form::Subject => {
                item.retain(|field, _| matches!(field.as_str(), "Arn" | "Response"));
                let is_answer = has_text(&item, "Arn") && item.get("Response").is_some_and(Value::is_object);
                is_answer.then_some(item)
            }
            Form::Keys => {
                item.retain(|field, _| matches!(field.as_str(), "Arn" | "Keys"));
                let keys = item.get("Keys").and_then(Value::as_array)?;
                (has_text(&item, "Arn") && keys.iter().all(Value::is_string)).then_some(item)
            }
        }
    }

    /// What the items of the file are, and how to record them.
    pub fn in_words(&self) -> (&'static str, &'static str) {
        const FORM: &str = "see docs/capture.md for the form of accounts/<account-id>/<region>/<service>/<what>.ndjson";
        match self.form {
            Form::Item { .. } => ("an item of the answer that the file is named after", FORM),
            Form::Subject => ("an object of Arn and Response", FORM),
            Form::Keys => ("an object of Arn and Keys", FORM),
        }
    }

    /// What stands for the resource type where secrets are taken out.
    pub fn redaction_type(&self) -> String {
        format!("{}/{}", self.service, self.what)
    }
}

/// Puts what an answer prints beside its item into the item.
fn join_beside(answer: &mut Value) {
    match answer {
        Value::Array(answers) => answers.iter_mut().for_each(join_beside),
        Value::String(text) => {
            if let Ok(mut inner @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str(text) {
                join_beside(&mut inner);
                *answer = inner;
            }
        }
        Value::Object(fields) => {
            let beside = match fields.get_mut(BESIDE_PIPELINE) {
                Some(Value::Object(beside)) => std::mem::take(beside),
                _ => return,
            };
            if let Some(Value::Object(pipeline)) = fields.get_mut(PIPELINE) {
                pipeline.extend(beside);
            }
        }
        _ => {}
    }
}

fn has_text(item: &Map<String, Value>, field: &str) -> bool {
    item.get(field)
        .and_then(Value::as_str)
        .is_some_and(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_and_stand_once() {
        assert!(NAMES.is_sorted_by(|a, b| (a.service, a.what) < (b.service, b.what)));
    }

    #[test]
    fn the_documented_names_are_these() {
        let document = include_str!("../../../docs/capture.md");
        let table = document
            .lines()
            .skip_while(|line| *line != "| file | a line | command |")
            .skip(2);
        let documented: Vec<&str> = table
            .take_while(|line| line.starts_with('|'))
            .filter_map(|line| line.split('`').nth(1))
            .collect();
        let wanted: Vec<String> = NAMES.iter().map(SpokeName::redaction_type).collect();
        assert_eq!(documented, wanted);
    }

    /// What the graph reads must reach it.
    #[test]
    fn every_answer_that_the_graph_reads_has_a_name() {
        for (service, what) in sv0_graph::answers() {
            assert!(find(service, what).is_some(), "{service}/{what}");
        }
    }
}
