//! Statements of the fixture language as IAM JSON.

use serde_json::{Value, json};

/// `allow ACTION[,ACTION] on RESOURCE[,RESOURCE] [if CONDITION]`, or with `deny`.
pub(super) fn identity_statement(text: &str) -> Value {
    let (statement, condition) = split_condition(text);
    let words: Vec<&str> = statement.split_whitespace().collect();
    let [effect, actions, "on", resources] = words.as_slice() else {
        panic!("expected `allow ACTIONS on RESOURCES`: {text}");
    };
    with_condition(
        json!({"Effect": effect_name(effect), "Action": list(actions), "Resource": list(resources)}),
        condition,
    )
}

/// `PRINCIPAL[,PRINCIPAL] allow ACTIONS on RESOURCES [if CONDITION]`.
pub(super) fn resource_statement(text: &str) -> Value {
    let (principals, rest) = text.split_once(' ').expect("a principal, then a statement");
    let mut statement = identity_statement(rest);
    statement["Principal"] = principal(principals);
    statement
}

/// `PRINCIPAL[,PRINCIPAL] [if CONDITION]`, with `service` or `federated` before the principals where they are such, and `tagging` where they may tag sessions.
pub(super) fn trust_statement(text: &str) -> Value {
    let (statement, condition) = split_condition(text);
    let words: Vec<&str> = statement.split_whitespace().collect();
    let (action, principal) = match words.as_slice() {
        ["tagging", principals] => ("sts:*", principal(principals)),
        ["service", host] => ("sts:AssumeRole", json!({"Service": list(host)})),
        ["saml", provider] => ("sts:AssumeRoleWithSAML", json!({"Federated": list(provider)})),
        ["federated", provider] => ("sts:AssumeRoleWithWebIdentity", json!({"Federated": list(provider)})),
        [principals] => ("sts:AssumeRole", principal(principals)),
        _ => panic!("expected `trust PRINCIPALS`: {text}"),
    };
    with_condition(
        json!({"Effect": "Allow", "Principal": principal, "Action": action}),
        condition,
    )
}

fn principal(text: &str) -> Value {
    match text {
        "*" => json!("*"),
        host if host.ends_with(".amazonaws.com") => json!({"Service": list(host)}),
        canonical_user if canonical_user.len() == 64 => json!({"CanonicalUser": list(canonical_user)}),
        names => json!({"AWS": list(names)}),
    }
}

fn split_condition(text: &str) -> (&str, Option<Value>) {
    match text.split_once(" if ") {
        Some((statement, condition)) => (
            statement,
            Some(serde_json::from_str(condition).expect("a JSON condition")),
        ),
        None => (text, None),
    }
}

fn with_condition(mut statement: Value, condition: Option<Value>) -> Value {
    if let Some(condition) = condition {
        statement["Condition"] = condition;
    }
    statement
}

fn effect_name(word: &str) -> &'static str {
    match word {
        "allow" => "Allow",
        "deny" => "Deny",
        other => panic!("neither allow nor deny: {other}"),
    }
}

fn list(text: &str) -> Value {
    text.split(',').collect()
}

/// A document of statements.
pub(super) fn document(statements: &[Value]) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}
