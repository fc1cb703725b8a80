//! Bodies in JSON.

use serde_json::{Map, Value};
use sv0_model::time::parse_timestamp;

use super::{Request, RequestFault, members};
use crate::api::text::scalar;
use crate::api::wire::{CallFacts, Kind, Place, Service, Shape};

/// AWS JSON: everything in the body, the operation in a header.
pub(super) fn write_target(
    request: &mut Request,
    facts: CallFacts,
    parameters: &Map<String, Value>,
) -> Result<(), RequestFault> {
    let service = facts.service;
    let target = format!("{}.{}", service.target_prefix, facts.operation_name);
    request.headers.push(("x-amz-target".to_owned(), target));
    let kind = format!("application/x-amz-json-{}", service.json_version);
    request.headers.push(("content-type".to_owned(), kind));
    if service.is_query_compatible {
        request
            .headers
            .push(("x-amzn-query-mode".to_owned(), "true".to_owned()));
    }
    request.body = Value::Object(body(facts, parameters)?).to_string().into_bytes();
    Ok(())
}

/// REST JSON: what stands nowhere else, or the one member that is the body.
pub(super) fn write_body(
    request: &mut Request,
    facts: CallFacts,
    parameters: &Map<String, Value>,
) -> Result<(), RequestFault> {
    let Some(input) = facts.input() else {
        return Ok(());
    };
    let has_body = input.members.values().any(|member| member.place == Place::Body);
    if !has_body {
        return Ok(());
    }
    let whole = Value::Object(body(facts, parameters)?);
    let body = match &input.payload {
        Some(payload) => whole.get(payload).cloned().unwrap_or_else(|| Value::Object(Map::new())),
        None => whole,
    };
    request
        .headers
        .push(("content-type".to_owned(), "application/json".to_owned()));
    request.body = body.to_string().into_bytes();
    Ok(())
}

fn body(facts: CallFacts, parameters: &Map<String, Value>) -> Result<Map<String, Value>, RequestFault> {
    members(facts, parameters)
        .filter(|(_, _, member)| member.place == Place::Body)
        .map(|(name, value, member)| {
            let sent = sent(facts.service, &member.kind, value).ok_or_else(|| RequestFault::Value(name.to_owned()))?;
            Ok((member.name.as_deref().unwrap_or(name).to_owned(), sent))
        })
        .collect()
}

/// A value as JSON carries it; `None` where it is not of its kind. Parameters are our own, so their depth needs no bound.
fn sent(service: &Service, kind: &Kind, value: &Value) -> Option<Value> {
    match kind {
        Kind::EpochTime => Some(epoch(value)?),
        Kind::IsoTime | Kind::HttpTime => scalar(kind, value).map(Value::String),
        Kind::Shape(name) => match service.shape(name)? {
            Shape::List { list, .. } => {
                let values = value.as_array()?.iter().map(|value| sent(service, list, value));
                values.collect::<Option<Vec<_>>>().map(Value::Array)
            }
            Shape::Map { map, .. } => {
                let entries = value.as_object()?.iter();
                let entries = entries.map(|(key, value)| Some((key.clone(), sent(service, map, value)?)));
                entries.collect::<Option<Map<_, _>>>().map(Value::Object)
            }
            Shape::Structure(structure) => {
                let entries = value.as_object()?.iter().map(|(name, value)| {
                    let member = structure.members.get(name)?;
                    let wire_name = member.name.as_deref().unwrap_or(name);
                    Some((wire_name.to_owned(), sent(service, &member.kind, value)?))
                });
                entries.collect::<Option<Map<_, _>>>().map(Value::Object)
            }
        },
        _ => Some(value.clone()),
    }
}

/// Whole seconds where the time is whole, as botocore sends them.
fn epoch(value: &Value) -> Option<Value> {
    let Value::String(text) = value else {
        return value.is_number().then(|| value.clone());
    };
    let time = parse_timestamp(text)?;
    Some(if time.subsec_nanosecond() == 0 {
        Value::from(time.as_second())
    } else {
        Value::from(time.as_millisecond() as f64 / 1000.0)
    })
}
