//! Requests: parameters by the names of the API's model, put on the wire as the service's protocol wants them.

mod form;
mod json;

use serde_json::{Map, Value};

use super::text::{encoded, encoded_path, scalar};
use super::wire::{CallFacts, Kind, Member, Place, Protocol};

/// A request before it has a host and a signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    pub method: &'static str,
    /// Percent-encoded.
    pub path: String,
    /// Percent-encoded names and values, in order.
    pub query: Vec<(String, String)>,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// What the host begins with, where a parameter stands there.
    pub host_prefix: Option<String>,
}

/// Why a request cannot be made: the parameters do not fit the API's model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RequestFault {
    #[error("the parameter {0} is missing")]
    Missing(String),
    #[error("the API knows no parameter {0}")]
    Unknown(String),
    #[error("the parameter {0} has a value of the wrong kind")]
    Value(String),
}

/// Makes a request. `token` makes up what stands for a token of idempotency that the caller did not give.
pub(crate) fn build(
    facts: CallFacts,
    parameters: &Map<String, Value>,
    token: impl FnOnce() -> String,
) -> Result<Request, RequestFault> {
    let parameters = &checked(facts, parameters, token)?;
    let mut request = located(facts, parameters)?;
    match facts.service.protocol {
        Protocol::Json => json::write_target(&mut request, facts, parameters)?,
        Protocol::RestJson => json::write_body(&mut request, facts, parameters)?,
        Protocol::Query | Protocol::Ec2 => form::write(&mut request, facts, parameters)?,
        Protocol::RestXml => no_body(facts, parameters)?,
    }
    Ok(request)
}

/// Of rest-xml only reads are called, whose parameters all stand outside the body.
fn no_body(facts: CallFacts, parameters: &Map<String, Value>) -> Result<(), RequestFault> {
    match members(facts, parameters).find(|(.., member)| member.place == Place::Body) {
        Some((name, ..)) => Err(RequestFault::Unknown(name.to_owned())),
        None => Ok(()),
    }
}

fn checked(
    facts: CallFacts,
    parameters: &Map<String, Value>,
    token: impl FnOnce() -> String,
) -> Result<Map<String, Value>, RequestFault> {
    let mut parameters = parameters.clone();
    let Some(input) = facts.input() else {
        return parameters
            .keys()
            .next()
            .map_or(Ok(Map::new()), |name| Err(RequestFault::Unknown(name.clone())));
    };
    if let Some(name) = parameters.keys().find(|name| !input.members.contains_key(*name)) {
        return Err(RequestFault::Unknown(name.clone()));
    }
    let tokens = input.members.iter().filter(|(_, member)| member.is_token);
    if let Some((name, _)) = tokens.into_iter().find(|(name, _)| !parameters.contains_key(*name)) {
        parameters.insert(name.clone(), Value::String(token()));
    }
    let required = input.members.iter().filter(|(_, member)| member.is_required);
    match required.into_iter().find(|(name, _)| !parameters.contains_key(*name)) {
        Some((name, _)) => Err(RequestFault::Missing(name.clone())),
        None => Ok(parameters),
    }
}

/// The request with what stands in path, query and headers.
fn located(facts: CallFacts, parameters: &Map<String, Value>) -> Result<Request, RequestFault> {
    let (path, fixed) = facts
        .operation
        .path
        .split_once('?')
        .unwrap_or((&facts.operation.path, ""));
    let mut request = Request {
        method: &facts.operation.method,
        path: path.to_owned(),
        query: fixed.split('&').filter(|part| !part.is_empty()).map(pair).collect(),
        headers: Vec::new(),
        body: Vec::new(),
        host_prefix: facts.operation.host_prefix.clone(),
    };
    for (name, value, member) in members(facts, parameters) {
        let wire_name = member.name.as_deref().unwrap_or(name);
        place(&mut request, member, (name, wire_name), value).ok_or_else(|| RequestFault::Value(name.to_owned()))?;
    }
    Ok(request)
}

/// The parameters that are given, with their facts.
fn members(facts: CallFacts, parameters: &Map<String, Value>) -> impl Iterator<Item = (&str, &Value, &'static Member)> {
    let input = facts.input();
    parameters
        .iter()
        .filter_map(move |(name, value)| Some((name.as_str(), value, input?.members.get(name)?)))
}

fn pair(text: &str) -> (String, String) {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    (name.to_owned(), value.to_owned())
}

fn place(request: &mut Request, member: &Member, (name, wire_name): (&str, &str), value: &Value) -> Option<()> {
    match member.place {
        Place::Body | Place::Status => {}
        Place::Path => {
            let text = scalar(&member.kind, value).filter(|text| !text.is_empty())?;
            let many = format!("{{{wire_name}+}}");
            request.path = if request.path.contains(&many) {
                request.path.replace(&many, &encoded_path(&text))
            } else {
                request.path.replace(&format!("{{{wire_name}}}"), &encoded(&text))
            };
        }
        Place::Query => request.query.extend(query(&member.kind, wire_name, value)?),
        Place::Header => {
            let text = header(&member.kind, value).filter(|text| is_header_text(text))?;
            request.headers.push((wire_name.to_ascii_lowercase(), text));
        }
        Place::Headers => {
            for (key, value) in value.as_object()? {
                let text = scalar(&Kind::String, value).filter(|text| is_header_text(text))?;
                request
                    .headers
                    .push((format!("{wire_name}{key}").to_ascii_lowercase(), text));
            }
        }
    }
    if let Some(prefix) = &mut request.host_prefix
        && let Some(text) = scalar(&member.kind, value)
    {
        *prefix = prefix.replace(&format!("{{{name}}}"), &encoded(&text));
    }
    Some(())
}

fn query(kind: &Kind, name: &str, value: &Value) -> Option<Vec<(String, String)>> {
    match value {
        Value::Array(values) => {
            let pairs = values
                .iter()
                .map(|value| Some((encoded(name), encoded(&scalar(kind, value)?))));
            pairs.collect()
        }
        Value::Object(values) => {
            let pairs = values.iter().map(|(key, value)| query(&Kind::String, key, value));
            pairs.collect::<Option<Vec<_>>>().map(|pairs| pairs.concat())
        }
        value => Some(vec![(encoded(name), encoded(&scalar(kind, value)?))]),
    }
}

fn header(kind: &Kind, value: &Value) -> Option<String> {
    let Value::Array(values) = value else {
        return scalar(kind, value);
    };
    let texts = values.iter().map(|value| scalar(&Kind::String, value));
    texts.collect::<Option<Vec<_>>>().map(|texts| texts.join(","))
}

fn is_header_text(text: &str) -> bool {
    text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}
