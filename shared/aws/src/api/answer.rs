//! Answers: what a service sent, as the AWS CLI prints it.

mod json;
mod xml;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Map, Value};

use super::text::printed_time;
use super::wire::{CallFacts, Kind, Place};

pub(crate) use xml::{Element, document};

/// What came back. Nothing prints it: it may hold credentials.
pub(crate) struct Reply {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// An answer that cannot be read. The text tells the place, never the content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct AnswerFault(pub String);

impl Reply {
    /// A header's value.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The whole body as one value: a blob in base64, as everywhere.
    fn text(&self, kind: &Kind) -> Value {
        Value::from(match kind {
            Kind::Blob => BASE64.encode(&self.body),
            _ => String::from_utf8_lossy(&self.body).into_owned(),
        })
    }

    /// Whether the service did what was asked.
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// Reads the answer to a call.
pub(crate) fn read(facts: CallFacts, reply: &Reply) -> Result<Value, AnswerFault> {
    let mut answer = if facts.service.protocol.is_json() {
        json::read(facts, reply)?
    } else {
        xml::read(facts, reply)?
    };
    if let Value::Object(members) = &mut answer {
        add_located(facts, reply, members);
    }
    Ok(answer)
}

/// Adds what stands in headers and in the status.
fn add_located(facts: CallFacts, reply: &Reply, answer: &mut Map<String, Value>) {
    let Some(output) = facts.output() else {
        return;
    };
    for (name, member) in &output.members {
        let wire_name = member.name.as_deref().unwrap_or(name).to_ascii_lowercase();
        let value = match member.place {
            Place::Status => Some(Value::from(reply.status)),
            Place::Header => reply.header(&wire_name).map(|text| scalar_of_text(&member.kind, text)),
            Place::Headers => Some(prefixed_headers(reply, &wire_name)),
            Place::Body | Place::Path | Place::Query => None,
        };
        if let Some(value) = value {
            answer.insert(name.clone(), value);
        }
    }
}

fn prefixed_headers(reply: &Reply, prefix: &str) -> Value {
    let found = reply
        .headers
        .iter()
        .filter_map(|(name, value)| Some((name.strip_prefix(prefix)?.to_owned(), Value::from(value.as_str()))));
    Value::Object(found.collect())
}

/// A scalar that XML or a header carries as text. Text that is none of its kind stays text.
fn scalar_of_text(kind: &Kind, text: &str) -> Value {
    let value = match kind {
        Kind::Integer => text.trim().parse::<i64>().ok().map(Value::from),
        Kind::Float => text.trim().parse::<f64>().ok().map(Value::from),
        Kind::Boolean => Some(Value::from(text == "true")),
        Kind::EpochTime | Kind::IsoTime | Kind::HttpTime => Some(printed_time(&Value::from(text))),
        Kind::Policy => Some(policy(text)),
        _ => None,
    };
    value.unwrap_or_else(|| Value::from(text))
}

/// IAM sends policies URL-encoded, and the AWS CLI prints them as objects. What is no JSON is printed as it was sent.
fn policy(text: &str) -> Value {
    let decoded = percent_encoding::percent_decode_str(text).decode_utf8_lossy();
    serde_json::from_str(&decoded).unwrap_or_else(|_| Value::from(text))
}
