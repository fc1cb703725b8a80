//! CloudTrail log files: events are taken out of the stream one by one and folded, never kept.

mod projection;
mod stream;

use std::collections::BTreeMap;
use std::path::Path;

use serde::de::DeserializeSeed;
use serde_json::{Map, Value};
use sv0_model::diagnostic::Diagnostic;
use sv0_model::hash::sha256_of_json;
use sv0_model::record::{CaptureHeader, Origin, Record, RecordKind};

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
pub(crate) fn read_log<E: EventFold>(
    file: &InputFile,
    partition: Option<&LogPartition>,
    header: &CaptureHeader,
    limits: &Limits,
) -> Log<E> {
    let mut diagnostics = FileDiagnostics::new(&file.key, limits.max_diagnostics_per_file);
    let mut folder = Folder::new(file, partition, header);
    match file.shape {
        Shape::Documents => {
            if let Err(fault) = stream::read(file, limits, &mut |event| folder.add(event)) {
                diagnostics.add(fault.line(), fault.problem("none of its events is used"));
                folder = Folder::new(file, partition, header);
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
pub(crate) fn kept_of_event(event: Value) -> Option<Value> {
    Projection(&EVENT).deserialize(event).ok().flatten()
}

/// Hands out what is kept of each item of a log file, `null` for one that is no event. A document that cannot be read to its end gives none.
pub(crate) fn each_logged_event(file: &InputFile, limits: &Limits, event: &mut dyn FnMut(Value)) -> Result<(), Fault> {
    stream::read(file, limits, &mut |_| {})?;
    stream::read(file, limits, &mut |found| event(found.unwrap_or_default()))
}

/// Hands out what is kept of each item of a log file's bytes, as [`each_logged_event`], but in one go: of a document that ends in a fault it gave some.
pub(crate) fn each_event_of(
    stored: Vec<u8>,
    name: &str,
    limits: &Limits,
    event: &mut dyn FnMut(Value),
) -> Result<(), Fault> {
    stream::read_bytes(stored, Path::new(name), limits, &mut |found| {
        event(found.unwrap_or_default());
    })
}

/// What is kept of an item of a log file; `None` where it is no event.
pub(crate) fn logged_event(item: Value) -> Option<Value> {
    kept_of_event(item).filter(|event| event.as_object().is_some_and(is_event))
}

/// Makes records of events and folds them.
struct Folder<'a, E> {
    file: &'a InputFile,
    partition: Option<&'a LogPartition>,
    header: &'a CaptureHeader,
    events: E,
    counts: BTreeMap<Partition, u64>,
    refused: u64,
}

impl<'a, E: EventFold> Folder<'a, E> {
    fn new(file: &'a InputFile, partition: Option<&'a LogPartition>, header: &'a CaptureHeader) -> Self {
        let of_path = partition.map(|partition| (Partition::new(&partition.account, Some(&partition.region)), 0));
        Self {
            file,
            partition,
            header,
            events: E::default(),
            counts: of_path.into_iter().collect(),
            refused: 0,
        }
    }

    fn add(&mut self, event: Option<Value>) {
        match event {
            Some(Value::Object(event)) if is_event(&event) => self.fold(event),
            _ => self.refused += 1,
        }
    }

    fn fold(&mut self, event: Map<String, Value>) {
        let account = self.partition.map(|partition| partition.account.clone());
        let account = account.or_else(|| text(&event, "recipientAccountId"));
        let region = self
            .partition
            .map(|partition| partition.region.clone())
            .or_else(|| text(&event, "awsRegion"));
        if let Some(account) = &account {
            *self
                .counts
                .entry(Partition::new(account, region.as_deref()))
                .or_default() += 1;
        }
        let body = Value::Object(event);
        let origin = Origin {
            object: self.file.object().to_owned(),
            sha256: sha256_of_json(&body),
        };
        self.events.add(&Record {
            kind: RecordKind::CloudTrailEvent,
            account,
            region,
            origin,
            captured_at: Some(self.header.captured_at),
            body,
        });
    }

    fn finish(self, mut diagnostics: FileDiagnostics) -> Log<E> {
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

fn is_event(event: &Map<String, Value>) -> bool {
    ["eventID", "eventName", "eventSource", "eventTime"]
        .iter()
        .all(|field| event.get(*field).is_some_and(Value::is_string))
}

fn text(event: &Map<String, Value>, field: &str) -> Option<String> {
    event.get(field).and_then(Value::as_str).map(str::to_owned)
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
