//! What is deployed into accounts: who may take the role, what it may do, who may tamper with it, and what is told of it. Templates are worked out as
//! CloudFormation would, and the product's own engine judges the policies that come out.

mod alert;
mod documents;
mod events;
mod guard_rail;
mod modules;
mod roles;
mod stack;
mod trust;

use serde_json::{Value, json};
use sv0_iam::{RowOptions, evaluate_line};

pub use stack::templates;

/// The decision on a row of `sv0 evaluate` (contract of policy evaluation), and what stopped it.
fn decide(row: &Value) -> (String, Vec<String>) {
    let answer = evaluate_line(&row.to_string(), &RowOptions::default());
    let answer_is_whole = answer.diagnostics.is_empty() && !answer.is_error;
    assert!(answer_is_whole, "{row}\n{} {:?}", answer.json, answer.diagnostics);
    let answer: Value = serde_json::from_str(&answer.json).unwrap();
    let blocked = answer["blocked_by"].as_array().unwrap();
    let blocked = blocked.iter().map(|layer| layer.as_str().unwrap().to_owned());
    (answer["decision"].as_str().unwrap().to_owned(), blocked.collect())
}

/// A policy that allows everything.
fn everything() -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
}

/// How many characters AWS counts: white space is not.
fn characters(document: &Value) -> usize {
    document.to_string().len()
}

fn list(value: &Value) -> Vec<Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(items) => items.clone(),
        item => vec![item.clone()],
    }
}
