//! Answers in JSON: passed on as they are, but for times, other names, and nulls, which the AWS CLI leaves out.

use serde_json::{Map, Value};

use super::{AnswerFault, Reply};
use crate::api::text::printed_time;
use crate::api::wire::{CallFacts, Kind, Place, Service, Shape, Structure};

pub(super) fn read(facts: CallFacts, reply: &Reply) -> Result<Value, AnswerFault> {
    let output = facts.output();
    if let Some((output, payload)) = output.and_then(|output| Some((output, output.payload.as_deref()?))) {
        return read_payload(facts, output, payload, reply);
    }
    let answer = parsed(&reply.body)?;
    let Value::Object(members) = answer else {
        return Err(AnswerFault("the answer is no JSON object".to_owned()));
    };
    Ok(Value::Object(match output {
        Some(output) => structure(facts.service, output, members),
        None => without_nulls(members),
    }))
}

fn read_payload(facts: CallFacts, output: &Structure, payload: &str, reply: &Reply) -> Result<Value, AnswerFault> {
    let kind = output.members.get(payload).map_or(&Kind::Plain, |member| &member.kind);
    let value = match kind {
        Kind::String | Kind::Blob => reply.text(kind),
        kind => printed(facts.service, kind, parsed(&reply.body)?),
    };
    Ok(Value::Object(Map::from_iter([(payload.to_owned(), value)])))
}

/// `serde_json` bounds the depth itself.
fn parsed(body: &[u8]) -> Result<Value, AnswerFault> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Value::Object(Map::new()));
    }
    serde_json::from_slice(body).map_err(|error| {
        AnswerFault(format!(
            "the answer is no JSON at line {} column {}",
            error.line(),
            error.column()
        ))
    })
}

/// A value as the AWS CLI prints it. The answer's own depth bounds the recursion.
fn printed(service: &Service, kind: &Kind, value: Value) -> Value {
    match kind {
        Kind::EpochTime | Kind::IsoTime | Kind::HttpTime => printed_time(&value),
        Kind::Document => value,
        Kind::Shape(name) => match (service.shape(name), value) {
            (Some(Shape::List { list, .. }), Value::Array(values)) => {
                Value::Array(values.into_iter().map(|value| printed(service, list, value)).collect())
            }
            (Some(Shape::Map { map, .. }), Value::Object(entries)) => {
                let entries = entries
                    .into_iter()
                    .map(|(key, value)| (key, printed(service, map, value)));
                Value::Object(entries.collect())
            }
            (Some(Shape::Structure(facts)), Value::Object(members)) => {
                Value::Object(structure(service, facts, members))
            }
            (_, value) => plain(value),
        },
        _ => plain(value),
    }
}

fn structure(service: &Service, facts: &Structure, members: Map<String, Value>) -> Map<String, Value> {
    let mut printed_members = Map::new();
    let body = facts.members.iter().filter(|(_, member)| member.place == Place::Body);
    let renamed: Vec<(&String, &str)> = body
        .filter_map(|(name, member)| Some((name, member.name.as_deref()?)))
        .collect();
    for (wire_name, value) in members {
        if value.is_null() {
            continue;
        }
        let name = renamed
            .iter()
            .find(|(_, own)| *own == wire_name)
            .map_or(&wire_name, |(name, _)| name);
        let kind = facts.members.get(name).map_or(&Kind::Plain, |member| &member.kind);
        printed_members.insert(name.clone(), printed(service, kind, value));
    }
    printed_members
}

fn plain(value: Value) -> Value {
    match value {
        Value::Array(values) => Value::Array(values.into_iter().map(plain).collect()),
        Value::Object(members) => Value::Object(without_nulls(members)),
        value => value,
    }
}

fn without_nulls(members: Map<String, Value>) -> Map<String, Value> {
    let there = members.into_iter().filter(|(_, value)| !value.is_null());
    there.map(|(name, value)| (name, plain(value))).collect()
}
