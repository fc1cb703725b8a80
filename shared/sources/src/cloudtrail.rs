//! CloudTrail log files: events are taken out of the stream one by one and folded, never kept.

mod kept;
mod projection;
mod scan;
mod stream;
mod window;

use std::collections::BTreeMap;
use std::path::Path;

use serde::de::DeserializeSeed;
use serde_json::Value;
use sv0_model::diagnostic::Diagnostic;
use sv0_model::event::{EventPart, LoggedEvent};

use crate::diagnostics::{FileDiagnostics, Problem};
use crate::layout::{LogPartition, Shape};
use crate::ledger::{Health, Partition};
use crate::options::Limits;
use crate::plan::InputFile;
use crate::read::EventFold;
use crate::text::Fault;
use crate::values::read_values;
use projection::{EVENT, Projection};

/// What a log file gave.
#[derive(Debug)]
pub(crate) struct Log<E> {
    pub events: E,
    pub diagnostics: Vec<Diagnostic>,
    pub health: Health,
    pub counts: BTreeMap<Partition, u64>,
}

/// Reads a log file. A document that cannot be read to its end gives no event at all; of lines, the whole ones count.
pub(crate) fn read_log<E: EventFold>(file: &InputFile, partition: Option<&LogPartition>, limits: &Limits) -> Log<E> {
    let mut diagnostics = FileDiagnostics::new(&file.key, limits.max_diagnostics_per_file);
    let mut folder = Folder::new(partition);
    match file.shape {
        Shape::Documents => {
            if window::read(file, limits, &mut |event| folder.add(event)).is_err() {
                folder = Folder::new(partition);
                if let Err(fault) = stream::read(file, limits, &mut |event| folder.add(event)) {
                    diagnostics.add(fault.line(), fault.problem("none of its events is used"));
                    folder = Folder::new(partition);
                }
            }
        }
        Shape::Lines | Shape::Table => {
            read_values(
                file,
                limits,
                &mut diagnostics,
                &mut |located, found| match Projection(&EVENT).deserialize(located.value) {
                    Ok(event) => folder.add(event),
                    Err(_) => found.add(located.line, not_events(1)),
                },
            )
        }
    }
    folder.finish(diagnostics)
}

/// The names of the request parameters of an event that are kept, whole or in part. A query need not tell any other.
pub fn kept_request_parameters() -> impl Iterator<Item = &'static str> {
    projection::kept_request_parameters()
}

/// What is kept of an event; `None` where it is none.
pub(crate) fn kept_of_event(event: &Value) -> Option<Value> {
    let kept = Projection(&EVENT).deserialize(event).ok().flatten();
    kept.map(|event| event.to_value())
}

/// Hands out what is kept of each item of a log file, `null` for one that is no event. A document that cannot be read to its end gives none.
pub(crate) fn each_logged_event(file: &InputFile, limits: &Limits, event: &mut dyn FnMut(Value)) -> Result<(), Fault> {
    stream::read(file, limits, &mut |_| {})?;
    stream::read(file, limits, &mut |found| {
        event(found.map_or(Value::Null, |found| found.to_value()));
    })
}

/// Hands out what is kept of each item of a log file's bytes, as [`each_logged_event`], but in one go: of a document that ends in a fault it gave some.
pub(crate) fn each_event_of(
    stored: Vec<u8>,
    name: &str,
    limits: &Limits,
    event: &mut dyn FnMut(Value),
) -> Result<(), Fault> {
    stream::read_bytes(stored, Path::new(name), limits, &mut |found| {
        event(found.map_or(Value::Null, |found| found.to_value()));
    })
}

/// What is kept of an item of a log file; `None` where it is no event.
pub(crate) fn logged_event(item: &Value) -> Option<Value> {
    let kept = Projection(&EVENT).deserialize(item).ok().flatten()?;
    is_event(&kept).then(|| kept.to_value())
}

/// Folds events.
struct Folder<'a, E> {
    partition: Option<&'a LogPartition>,
    events: E,
    /// Events of a file whose place tells the partition.
    count: u64,
    /// Those of any other file.
    counts: BTreeMap<Partition, u64>,
    refused: u64,
}

impl<'a, E: EventFold> Folder<'a, E> {
    fn new(partition: Option<&'a LogPartition>) -> Self {
        Self {
            partition,
            events: E::default(),
            count: 0,
            counts: BTreeMap::new(),
            refused: 0,
        }
    }

    fn add(&mut self, event: Option<EventPart<'_>>) {
        match event {
            Some(event) if is_event(&event) => self.fold(event),
            _ => self.refused += 1,
        }
    }

    fn fold(&mut self, event: EventPart<'_>) {
        match self.partition {
            Some(partition) => {
                self.count += 1;
                self.events.add(&LoggedEvent {
                    account: Some(&partition.account),
                    region: Some(&partition.region),
                    body: event,
                });
            }
            None => {
                if let Some(account) = event.text_at("/recipientAccountId") {
                    let partition = Partition::new(account, event.text_at("/awsRegion"));
                    *self.counts.entry(partition).or_default() += 1;
                }
                self.events.add(&LoggedEvent {
                    account: None,
                    region: None,
                    body: event,
                });
            }
        }
    }

    fn finish(mut self, mut diagnostics: FileDiagnostics) -> Log<E> {
        if let Some(partition) = self.partition {
            let partition = Partition::new(&partition.account, Some(&partition.region));
            self.counts.insert(partition, self.count);
        }
        if self.refused > 0 {
            diagnostics.add(None, not_events(self.refused));
        }
        let is_empty = self.counts.values().all(|count| *count == 0);
        let health = match (diagnostics.has_errors(), is_empty) {
            (false, _) => Health::Whole,
            (true, true) => Health::Failed,
            (true, false) => Health::Partial,
        };
        Log {
            events: self.events,
            diagnostics: diagnostics.finish(),
            health,
            counts: self.counts,
        }
    }
}

fn is_event(event: &EventPart<'_>) -> bool {
    ["eventID", "eventName", "eventSource", "eventTime"]
        .iter()
        .all(|field| event.get(field).is_some_and(|text| text.as_str().is_some()))
}

fn not_events(count: u64) -> Problem {
    Problem::error(
        "unexpected_item",
        format!(
            "items that are not CloudTrail events with eventID, eventName, eventSource and eventTime are not used: {count}"
        ),
        "put only log files that CloudTrail delivered below cloudtrail/AWSLogs",
    )
}
