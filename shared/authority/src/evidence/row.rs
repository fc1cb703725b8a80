//! Rows of evidence queries: events that are equal but for their time and id, told as one (`docs/capture.md`, `athena/`).
//!
//! A row is read as the events it stands for, by the same code that reads the logs: there is one meaning of an event.

use std::borrow::Cow;

use serde_json::Value;
use sv0_model::event::{EventPart, LoggedEvent};
use sv0_model::record::Record;
use sv0_model::time::{Timestamp, parse_timestamp};

use super::event::{Event, Sessions, session_of_hash};
use super::seen::{Sight, Span, digest, identity};

/// The queries, each of which feeds its own part of the evidence: an event that two of them tell counts once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Query {
    /// `observed-use`: uses, sessions, callers.
    ObservedUse,
    /// `assumptions`: who took which role.
    Assumptions,
    /// `notable-events`: one row for each event.
    NotableEvents,
}

/// A row that was understood.
pub(super) enum Row<'r> {
    /// Of `log-windows`: the span of the logs that the queries went over. Without it nothing is called absent.
    Window {
        account: &'r str,
        region: &'r str,
        span: Span,
    },
    /// Of a query over events.
    Events { query: Query, row: Group<'r> },
}

/// Events that are equal but for time and id.
pub(super) struct Group<'r> {
    event: Cow<'r, Value>,
    sessions: Sessions,
    count: u64,
    span: Span,
    /// The newest three: time and id, newest first.
    newest: Vec<(Timestamp, &'r str)>,
}

/// Reads a row; `None` when the query is not known or the row lacks what it needs.
pub(super) fn read<'r>(query: &str, record: &'r Record) -> Option<Row<'r>> {
    let query = match query {
        "log-windows" => return window(&record.body),
        "observed-use" => Query::ObservedUse,
        "assumptions" => Query::Assumptions,
        "notable-events" => Query::NotableEvents,
        _ => return None,
    };
    let row = group(&record.body)?;
    Some(Row::Events { query, row })
}

fn window(body: &Value) -> Option<Row<'_>> {
    Some(Row::Window {
        account: text_at(body, "/account")?,
        region: text_at(body, "/region")?,
        span: span(body)?,
    })
}

fn span(body: &Value) -> Option<Span> {
    let at = |field| text_at(body, field).and_then(parse_timestamp);
    let (first, last) = (at("/first")?, at("/last")?);
    (first <= last).then_some((first, last))
}

fn group(body: &Value) -> Option<Group<'_>> {
    let event = match body.get("event")? {
        event @ Value::Object(_) => Cow::Borrowed(event),
        Value::String(text) => Cow::Owned(serde_json::from_str(text).ok()?),
        _ => return None,
    };
    let session = |field| text_at(body, field).and_then(session_of_hash);
    let sessions = Sessions {
        own: session("/session"),
        issued: session("/issued"),
    };
    let newest: Vec<(Timestamp, &str)> = body
        .get("newest")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .filter_map(|text| text.split_once(' '))
        .filter_map(|(time, id)| Some((parse_timestamp(time)?, id)))
        .take(3)
        .collect();
    let count = count(body.get("count")?)?;
    (count > 0 && !newest.is_empty()).then_some(Group {
        event,
        sessions,
        count,
        span: span(body)?,
        newest,
    })
}

/// A number, or its text: Athena's results are texts.
fn count(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

impl Group<'_> {
    /// Hands on each event that is named, or the group as one where more were counted than are named.
    pub(super) fn each(&self, record: &Record, take: &mut dyn FnMut(&Event<'_>, &Sight<'_>)) {
        let Some(body) = EventPart::of(&self.event) else { return };
        let logged = LoggedEvent {
            account: record.account.as_deref(),
            region: record.region.as_deref(),
            body,
        };
        let named = u64::try_from(self.newest.len()).unwrap_or(u64::MAX);
        if self.count > named {
            return self.together(&logged, take);
        }
        for (time, id) in &self.newest {
            let sight = Sight {
                identity: identity(id, *time),
                row: Some(1),
                span: (*time, *time),
                newest: &[(*time, id)],
            };
            if let Some(event) = self.event_at(&logged, *time, id) {
                take(&event, &sight);
            }
        }
    }

    fn event_at<'e>(&self, logged: &'e LoggedEvent<'e>, time: Timestamp, id: &'e str) -> Option<Event<'e>> {
        let event = Event::at(logged, time, id)?;
        Some(Event {
            sessions: Some(self.sessions),
            ..event
        })
    }

    fn together(&self, logged: &LoggedEvent<'_>, take: &mut dyn FnMut(&Event<'_>, &Sight<'_>)) {
        let (first, last) = self.span;
        let text = self.event.to_string();
        let sessions = format!("{:?}", self.sessions);
        let sight = Sight {
            identity: digest(&[&text, &sessions, &first.to_string(), &last.to_string()]),
            row: Some(self.count),
            span: self.span,
            newest: &self.newest,
        };
        let newest = self.newest.iter().max();
        if let Some((time, id)) = newest
            && let Some(event) = self.event_at(logged, *time, id)
        {
            take(&event, &sight);
        }
    }
}

/// The text at a path of a row.
fn text_at<'v>(row: &'v Value, path: &str) -> Option<&'v str> {
    row.get(path.strip_prefix('/')?)?.as_str()
}
