//! Literals of an Amazon States Language definition.

use serde_json::Value;

use super::text::{destination, scrub};
use super::{REDACTED, is_arn};

/// Fields that give a definition its structure, or that name what a state calls. Their texts stay.
const STRUCTURE: [&str; 40] = [
    "StartAt",
    "Type",
    "Resource",
    "Next",
    "Default",
    "QueryLanguage",
    "Version",
    "Variable",
    "InputPath",
    "OutputPath",
    "ResultPath",
    "ItemsPath",
    "Mode",
    "ExecutionType",
    "ErrorEquals",
    "FunctionName",
    "StateMachineArn",
    "TableName",
    "Bucket",
    "QueueUrl",
    "TopicArn",
    "SecretId",
    "TaskDefinition",
    "Cluster",
    "ClusterName",
    "ClusterId",
    "RoleArn",
    "ExecutionRoleArn",
    "EventBusName",
    "JobDefinition",
    "JobQueue",
    "JobName",
    "ProjectName",
    "ModelId",
    "AgentId",
    "AgentAliasId",
    "KnowledgeBaseId",
    "ActivityArn",
    "StreamName",
    "ConnectionArn",
];

/// Fields whose contents are what a call carries, or what a state hands on: nothing in them is structure, whatever it is called.
const DATA: [&str; 20] = [
    "Payload",
    "Input",
    "Body",
    "RequestBody",
    "Message",
    "MessageBody",
    "MessageAttributes",
    "Item",
    "Detail",
    "Data",
    "Headers",
    "QueryParameters",
    "Environment",
    "EnvironmentVariablesOverride",
    "Result",
    "ResultSelector",
    "ItemSelector",
    "Assign",
    "Output",
    "Items",
];

/// An object of states by their names, which may be any.
const STATES: &str = "States";

/// An HTTP task's address, of which scheme and host stay.
const ENDPOINT: &str = "ApiEndpoint";

/// Redacts a definition, given as JSON text or as an object. What cannot be read goes as a whole.
pub(super) fn redact(definition: &mut Value) {
    match definition {
        Value::String(text) => {
            *text = match serde_json::from_str::<Value>(text) {
                Ok(mut parsed @ Value::Object(_)) => {
                    literals(&mut parsed, Part::Definition);
                    parsed.to_string()
                }
                _ => REDACTED.to_owned(),
            };
        }
        other => literals(other, Part::Definition),
    }
}

/// Where in a definition a value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Definition,
    Data,
}

fn literals(value: &mut Value, part: Part) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(|value| literals(value, part)),
        Value::Object(fields) => {
            for (key, value) in fields {
                field(key, value, part);
            }
        }
        Value::String(text) if is_arn(text) || is_json_path(text) => {}
        Value::String(text) => REDACTED.clone_into(text),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn field(key: &str, value: &mut Value, part: Part) {
    if part == Part::Data || DATA.contains(&key) {
        return literals(value, Part::Data);
    }
    match value {
        Value::Object(states) if key == STATES => {
            states.values_mut().for_each(|state| literals(state, Part::Definition))
        }
        Value::String(text) if key == ENDPOINT && !is_json_path(text) => *text = destination(text),
        value if STRUCTURE.contains(&key) && is_text_or_texts(value) => scrub_all(value),
        value => literals(value, part),
    }
}

/// What names a called resource may be a URL, and so hold a password.
fn scrub_all(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(scrub_all),
        Value::String(text) => {
            if let Some(scrubbed) = scrub(text) {
                *text = scrubbed;
            }
        }
        _ => {}
    }
}

/// What structure is made of; an object in its place is none.
fn is_text_or_texts(value: &Value) -> bool {
    match value {
        Value::Array(values) => values.iter().all(Value::is_string),
        value => value.is_string(),
    }
}

/// A reference into the state's data, without literals of its own.
fn is_json_path(text: &str) -> bool {
    text.starts_with('$') && !text.contains(['\'', '"'])
}
