//! Literals of an Amazon States Language definition.

use serde_json::Value;

use super::{REDACTED, is_arn};

/// Fields that give a definition its structure, or that name what a state calls. Their texts stay.
const STRUCTURE: [&str; 26] = [
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
    "RoleArn",
    "EventBusName",
];

/// Redacts a definition, given as JSON text or as an object. What cannot be read goes as a whole.
pub(super) fn redact(definition: &mut Value) {
    match definition {
        Value::String(text) => {
            *text = match serde_json::from_str::<Value>(text) {
                Ok(mut parsed @ Value::Object(_)) => {
                    literals(&mut parsed);
                    parsed.to_string()
                }
                _ => REDACTED.to_owned(),
            };
        }
        other => literals(other),
    }
}

fn literals(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(literals),
        Value::Object(fields) => {
            for (key, value) in fields {
                let is_structure = STRUCTURE.contains(&key.as_str()) && is_text_or_texts(value);
                if !is_structure {
                    literals(value);
                }
            }
        }
        Value::String(text) if is_arn(text) || is_json_path(text) => {}
        Value::String(text) => REDACTED.clone_into(text),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
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
