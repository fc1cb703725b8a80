//! `sv0 can`.

use std::fmt::Write;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use sv0_authority::{Answer, Estate, Grants, Query, QueryError, resource_hint};
use sv0_iam::Context;
use sv0_model::graph::Graph;
use sv0_pipeline::Question;

use super::question::{context, is_told_by_parts, reasons};
use super::route::{chain, route_line};
use super::{Outcome, answer_lines, print, print_json};
use crate::arguments::CanArguments;
use crate::context_keys::wrong_form;
use crate::error::CommandError;
use crate::store;
use crate::text::{condition, counted, decision, dim, layers, name_of, safe};

pub fn run(arguments: &CanArguments) -> Result<Outcome, CommandError> {
    let unknown_context = arguments.context.unknown_context.into();
    if let Some(requests) = &arguments.requests {
        let graph = store::graph(&arguments.query)?;
        let shared = context(&arguments.context, &graph)?;
        return answer_questions(&Estate::new(&graph), requests, &shared, arguments);
    }
    let principal = arguments.principal.as_deref().unwrap_or_default();
    let question = Question {
        principal,
        resource: arguments.resource.as_deref(),
    };
    // Roles lead anywhere.
    let is_told_by_parts = is_told_by_parts(&arguments.context) && !arguments.via_assume_role;
    let question = Some(&question).filter(|_| is_told_by_parts);
    match (&arguments.action, &arguments.resource) {
        (Some(action), Some(resource)) => {
            let (graph, answer) = store::answered(&arguments.query, question, |estate| {
                let query = Query {
                    principal,
                    action,
                    resource,
                    context: &context(&arguments.context, estate.graph())?,
                    unknown_context,
                };
                Ok(decide(estate, arguments, &query)?)
            })?;
            show_answer(&graph, &answer, arguments.query.json)
        }
        (action, _) => {
            let action = action.as_deref();
            let (_, grants) = store::answered(&arguments.query, question, |estate| {
                let context = context(&arguments.context, estate.graph())?;
                Ok(if arguments.via_assume_role {
                    estate.grants_via_roles(principal, action, &context, unknown_context)?
                } else {
                    estate.grants(principal, action, &context, unknown_context)?
                })
            })?;
            show_grants(&grants, arguments.query.json)
        }
    }
}

fn decide(estate: &Estate<'_>, arguments: &CanArguments, query: &Query<'_>) -> Result<Answer, QueryError> {
    if arguments.via_assume_role {
        estate.decide_via_roles(query)
    } else {
        estate.decide(query)
    }
}

fn show_answer(graph: &Graph, answer: &Answer, json: bool) -> Result<Outcome, CommandError> {
    if json {
        print_json(answer)?;
        return Ok(Outcome::Done);
    }
    let mut out = String::new();
    let _ = writeln!(
        out,
        "{}  {} on {}",
        decision(answer.decision),
        safe(&answer.action),
        safe(&answer.resource)
    );
    out.push_str(&route_line(answer.route.as_ref()));
    if !answer.blocked_by.is_empty() {
        let word = if answer.decision.is_possible() {
            "hangs on "
        } else {
            "stopped by"
        };
        let _ = writeln!(out, "  {word} {}", layers(&answer.blocked_by));
    }
    out.push_str(&reasons(
        graph,
        answer.condition.as_ref(),
        &answer.statements,
        &answer.caveats,
    ));
    if let Some(hint) = resource_hint(&answer.action, &answer.resource) {
        let _ = writeln!(out, "  hint      {}", safe(&hint));
    }
    print(&out)?;
    Ok(Outcome::Done)
}

fn show_grants(grants: &Grants, json: bool) -> Result<Outcome, CommandError> {
    if json {
        print_json(grants)?;
        return Ok(Outcome::Done);
    }
    let mut out = String::new();
    for grant in &grants.grants {
        let _ = writeln!(
            out,
            "{}  {}",
            decision(grant.decision),
            grant.action_class.as_ref().map_or_else(|| "other".to_owned(), name_of)
        );
        let _ = writeln!(out, "  actions   {}", safe(&grant.actions.join(", ")));
        let _ = writeln!(out, "  on        {}", safe(&grant.resources.join(", ")));
        if let Some(hops) = grant.via.as_deref().filter(|hops| !hops.is_empty()) {
            let _ = writeln!(out, "  via       {}", chain(hops));
        }
        if let Some(expression) = &grant.condition {
            let _ = writeln!(out, "  only if   {}", condition(expression));
        }
    }
    let _ = writeln!(out, "{}", dim(&counted(grants.grants.len(), "grant")));
    let _ = writeln!(
        out,
        "{}",
        dim(
            "Listed are reading, writing, invoking, changing code and managing permissions of what the scan knows; who can raise its authority: sv0 findings --kind privilege_escalation, --kind admin_equivalent"
        )
    );
    print(&out)?;
    Ok(Outcome::Done)
}

/// One question of `--requests`.
#[derive(Deserialize)]
struct RequestLine {
    #[serde(default)]
    id: Value,
    principal: String,
    action: String,
    resource: String,
    #[serde(default)]
    context: Map<String, Value>,
}

fn answer_questions(
    estate: &Estate<'_>,
    requests: &Path,
    shared: &Context,
    arguments: &CanArguments,
) -> Result<Outcome, CommandError> {
    answer_lines(requests, |line| {
        match answer_question(estate, line, shared, arguments) {
            Ok(answer) => (answer.to_string(), false),
            Err(refusal) => (refusal.to_string(), true),
        }
    })
}

/// The answer with its id, or the refusal in the same shape.
fn answer_question(
    estate: &Estate<'_>,
    line: &str,
    shared: &Context,
    arguments: &CanArguments,
) -> Result<Value, Value> {
    let question = question(line)?;
    let mut context = shared.clone();
    for (key, value) in &question.context {
        let values = strings(value).ok_or_else(|| {
            refusal(
                question.id.clone(),
                "bad_type",
                "a context value is a string, a number, a boolean or a list of these",
                &pointer(key),
            )
        })?;
        if let Some(expected) = values.iter().find_map(|value| wrong_form(key, value)) {
            let message = format!("the value of {key} is {expected}");
            return Err(refusal(question.id, "bad_type", &message, &pointer(key)));
        }
        context.insert(key, values);
    }
    let query = Query {
        principal: &question.principal,
        action: &question.action,
        resource: &question.resource,
        context: &context,
        unknown_context: arguments.context.unknown_context.into(),
    };
    match decide(estate, arguments, &query) {
        Ok(answer) => Ok(with_id(&answer, question.id)),
        Err(error @ QueryError::NotFound { .. }) => Err(refusal(question.id, "not_found", &error.to_string(), "")),
        Err(error) => Err(refusal(question.id, "malformed_question", &error.to_string(), "")),
    }
}

/// The question of a line, or what it lacks.
fn question(line: &str) -> Result<RequestLine, Value> {
    let row: Value = serde_json::from_str(line)
        .map_err(|_| refusal(Value::Null, "malformed_question", "the line is no JSON document", ""))?;
    let id = row.get("id").cloned().unwrap_or_default();
    let Some(fields) = row.as_object() else {
        let message = "a question is an object with principal, action and resource";
        return Err(refusal(id, "malformed_question", message, ""));
    };
    for name in ["principal", "action", "resource"] {
        let message = match fields.get(name) {
            Some(Value::String(_)) => continue,
            Some(_) => format!("{name} is not a string"),
            None => format!("the question has no {name}"),
        };
        return Err(refusal(id, "malformed_question", &message, &format!("/{name}")));
    }
    serde_json::from_value(row).map_err(|_| refusal(id, "malformed_question", "context is not an object", "/context"))
}

/// The place of a context key in a question.
fn pointer(key: &str) -> String {
    format!("/context/{}", key.replace('~', "~0").replace('/', "~1"))
}

fn with_id(answer: &Answer, id: Value) -> Value {
    let mut row = serde_json::to_value(answer).unwrap_or_default();
    if let Some(fields) = row.as_object_mut() {
        fields.insert("id".to_owned(), id);
    }
    row
}

fn refusal(id: Value, code: &str, message: &str, at: &str) -> Value {
    json!({"id": id, "decision": null, "error": {"code": code, "message": message, "at": at}})
}

/// A context value as the strings it stands for.
fn strings(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(text) => Some(vec![text.clone()]),
        Value::Number(number) => Some(vec![number.to_string()]),
        Value::Bool(flag) => Some(vec![flag.to_string()]),
        Value::Array(items) if items.iter().all(|item| !item.is_array()) => items
            .iter()
            .map(strings)
            .collect::<Option<Vec<_>>>()
            .map(|lists| lists.concat()),
        _ => None,
    }
}
