//! One event, one stage.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use aws_config::SdkConfig;
use serde_json::Value;
use sv0_aws::dynamodb::{self, DynamoState, FindingChange, Options, TableConfiguration, TimeLeft};
use sv0_aws::event_bus::{self, Event, EventBus, EventBusError};
use sv0_aws::s3::{self, S3Location, S3ObjectStore};
use sv0_lake::{ObjectStore as _, Run};
use sv0_model::time::Timestamp;
use sv0_pipeline::ScanError;
use sv0_pipeline::stages::record;
use sv0_state::{Lease, LeaseAnswer, Outcome as Recorded, StateStore as _};
use sv0_telemetry::Measurement;
use sv0_telemetry::metrics::{CHANGES, EVENTS_SENT, SCANS_RECORDED};
use tokio::runtime::Handle;
use tracing::{error, info};

use crate::error::chain;
use crate::event::{HOLD_MINUTES, Scope, hold};
use crate::told::{Summaries, of_failure, of_run};
use crate::{Answer, EventCounts, Outcome, RecordError, Request, Settings, Status};

/// The lease that keeps scans apart.
const LEASE: &str = "scan";
/// In whose name events are put on the bus.
const SOURCE: &str = "sv0.hub";
/// Findings that are gone and are looked up for their event.
const MOST_LOOKED_UP: usize = 2000;

/// What events are handled with; made once.
pub struct Host {
    /// AWS.
    pub adapters: Adapters,
    /// The clock.
    pub now: fn() -> Timestamp,
}

/// What the handler reaches AWS with.
#[derive(Debug)]
pub struct Adapters {
    dynamodb: dynamodb::Client,
    table: String,
    results: S3ObjectStore,
    place: S3Location,
    bus: Option<EventBus>,
    function: Option<String>,
    runtime: Handle,
}

impl Adapters {
    /// Adapters with the credentials and endpoints of `config`, whose calls run on `runtime`.
    #[must_use]
    pub fn new(config: &SdkConfig, settings: &Settings, runtime: Handle) -> Self {
        let bus = |name: &String| EventBus::new(event_bus::client(config), name, SOURCE, runtime.clone());
        Self {
            dynamodb: dynamodb::client(config),
            table: settings.table.clone(),
            results: S3ObjectStore::new(s3::client(config), settings.results.clone(), runtime.clone()),
            place: settings.results.clone(),
            bus: settings.event_bus.as_ref().map(bus),
            function: settings.function.clone(),
            runtime,
        }
    }

    /// The state as `run` writes it: only while the lease is its own.
    fn state(&self, run: &str, time_left: TimeLeft) -> DynamoState {
        let objects = Arc::new(self.results.clone());
        DynamoState::new(self.dynamodb.clone(), &self.table, objects, self.runtime.clone()).with(Options {
            lease: Some((LEASE.to_owned(), run.to_owned())),
            time_left: Some(time_left),
            ..Options::default()
        })
    }

    fn tell(&self, events: &[Event]) -> Result<usize, EventBusError> {
        match &self.bus {
            Some(bus) => bus.put(events).map(|()| events.len()),
            None => Ok(0),
        }
    }
}

/// One invocation.
pub struct Invocation {
    /// What it says in every line.
    pub telemetry: sv0_telemetry::Invocation,
    /// How long it may go on.
    pub time_left: Arc<dyn Fn() -> Duration + Send + Sync>,
}

/// Goes through the stage that `event` names. An event that comes twice changes nothing.
///
/// # Errors
/// [`RecordError`], also logged. What was stored before stays, so the event can be tried again.
pub fn handle(host: &Host, event: Value, invocation: &Invocation) -> Result<Answer, RecordError> {
    let began = (host.now)();
    let request = Request::read(event);
    let run = request.as_ref().map(|request| request.run().to_owned()).ok();
    let recorded = Recorder {
        scope: request.as_ref().ok().and_then(Request::scope),
        function: host.adapters.function.as_deref(),
    };
    let stage = sv0_telemetry::Stage {
        name: request.as_ref().map(Request::stage).unwrap_or_default(),
        run: run.as_deref(),
        account: None,
    };
    let result = invocation.telemetry.span(stage).in_scope(|| {
        let result = request.and_then(|request| answer(host, &request, invocation));
        log_result(&result);
        result
    });
    let now = (host.now)();
    // That another scan is going on is no failure.
    let failed = result.as_ref().err();
    let failed = failed.filter(|error| !matches!(error, RecordError::ScanInProgress { .. }));
    invocation.telemetry.print_metrics(
        now,
        stage,
        Duration::try_from(now.duration_since(began)).unwrap_or_default(),
        failed.map(RecordError::name),
        0,
        &result
            .as_ref()
            .map(|answer| measurements(answer, recorded))
            .unwrap_or_default(),
    );
    result
}

fn log_result(result: &Result<Answer, RecordError>) {
    match result {
        Ok(answer) => info!(
            answer = serde_json::to_string(answer).unwrap_or_default(),
            "stage answered"
        ),
        Err(error) => error!(error_type = error.name(), error = chain(error), "stage failed"),
    }
}

/// Who records what.
#[derive(Clone, Copy)]
struct Recorder<'a> {
    scope: Option<Scope>,
    function: Option<&'a str>,
}

/// What became of how many things, once the run is recorded, that it is, and what the bus was told.
fn measurements(answer: &Answer, recorder: Recorder<'_>) -> Vec<Measurement> {
    let count = |(change, count): (&String, &u64)| Measurement::count(&CHANGES, &[change], *count);
    match answer {
        Answer::Record {
            status: Status::Done,
            counts,
            events,
            ..
        } => {
            let mut measured: Vec<Measurement> = counts.iter().map(count).collect();
            measured.push(Measurement::count(&EVENTS_SENT, &["record"], events.sent as u64));
            let of_scan = recorder.function.zip(recorder.scope);
            measured.extend(
                of_scan.map(|(function, scope)| Measurement::count(&SCANS_RECORDED, &[function, scope.name()], 1)),
            );
            measured
        }
        Answer::End { events, .. } => vec![Measurement::count(&EVENTS_SENT, &["end"], events.sent as u64)],
        _ => Vec::new(),
    }
}

fn answer(host: &Host, request: &Request, invocation: &Invocation) -> Result<Answer, RecordError> {
    let stage = Stage {
        host,
        state: host.adapters.state(request.run(), Arc::clone(&invocation.time_left)),
        run: request.run(),
    };
    match request {
        Request::Begin { hold_minutes, .. } => stage.begin(*hold_minutes),
        Request::Record { .. } => stage.record(),
        Request::End { outcome, reason, .. } => stage.end(*outcome, reason.as_deref()),
    }
}

/// A stage of a run.
struct Stage<'a> {
    host: &'a Host,
    state: DynamoState,
    run: &'a str,
}

impl Stage<'_> {
    /// Takes the lease, or prolongs it.
    fn hold(&mut self, minutes: u16) -> Result<LeaseAnswer, RecordError> {
        let lease = Lease {
            name: LEASE,
            holder: self.run,
            now: (self.host.now)(),
            duration: hold(minutes),
        };
        Ok(self.state.acquire_lease(&lease)?)
    }

    fn begin(mut self, minutes: u16) -> Result<Answer, RecordError> {
        let until = granted(self.hold(minutes)?)?;
        let place = &self.host.adapters.place;
        self.state.configure(&TableConfiguration {
            bucket: place.bucket().to_owned(),
            prefix: place.key_prefix().to_owned(),
        })?;
        Ok(Answer::Begin {
            run: self.run.to_owned(),
            status: Status::Done,
            until,
        })
    }

    fn record(mut self) -> Result<Answer, RecordError> {
        granted(self.hold(HOLD_MINUTES)?)?;
        let resumed = self.state.resume()?;
        if let Some((_, Recorded::Unfinished)) = resumed {
            return Ok(self.unfinished());
        }
        if let Some((run, _)) = resumed.filter(|(run, _)| run != self.run) {
            // The worker that should have told the bus of it is no more.
            self.tell(&run)?;
        }
        if !self.state.is_recorded(self.run)? {
            let recorded = record::run(&self.host.adapters.results, self.run, &mut self.state)
                .map_err(|error| RecordError::of_stage(error, self.run))?;
            if recorded == Recorded::Unfinished {
                return Ok(self.unfinished());
            }
        }
        let events = self.tell(self.run)?;
        Ok(self.recorded(Status::Done, self.state.changes(self.run)?, events))
    }

    fn unfinished(&self) -> Answer {
        self.recorded(Status::Continue, BTreeMap::new(), EventCounts::default())
    }

    fn recorded(&self, status: Status, counts: BTreeMap<String, u64>, events: EventCounts) -> Answer {
        Answer::Record {
            run: self.run.to_owned(),
            status,
            counts,
            events,
        }
    }

    /// Tells the bus of a recorded run, unless it was told before.
    fn tell(&self, run_id: &str) -> Result<EventCounts, RecordError> {
        if self.host.adapters.bus.is_none() || self.state.is_told(run_id)? {
            return Ok(EventCounts::default());
        }
        let results = &self.host.adapters.results;
        let run = Run::open(results, run_id).map_err(RecordError::Results)?;
        let changes = self.state.finding_changes(run_id)?;
        let summaries = self.summaries(&run, &changes)?;
        let counts = self.state.changes(run_id)?;
        let (events, counts) = of_run(run.manifest(), &results.describe(), &counts, &changes, &summaries);
        self.host.adapters.tell(&events)?;
        self.state.set_told(run_id, (self.host.now)())?;
        Ok(counts)
    }

    /// Texts of the findings: of those that the run shows from the run, of others from the table.
    fn summaries(&self, run: &Run<'_>, changes: &[FindingChange]) -> Result<Summaries, RecordError> {
        let mut summaries = record::finding_summaries(run).map_err(|error| match error {
            ScanError::Lake(error) => RecordError::Results(error),
            error => RecordError::Failed(error),
        })?;
        let ids = changes.iter().map(|change| change.id.as_str());
        let absent: Vec<&str> = ids
            .filter(|id| !summaries.contains_key(*id))
            .take(MOST_LOOKED_UP)
            .collect();
        summaries.extend(self.state.finding_summaries(&absent)?);
        Ok(summaries)
    }

    /// A run that never had the lease, because another one has it, leaves no trace.
    fn end(mut self, outcome: Outcome, reason: Option<&str>) -> Result<Answer, RecordError> {
        let is_ours = matches!(self.hold(HOLD_MINUTES)?, LeaseAnswer::Granted { .. });
        let mut events = EventCounts::default();
        if is_ours && outcome == Outcome::Failed {
            events.sent = self.host.adapters.tell(&[of_failure(self.run, reason)])?;
        }
        self.state.release_lease(LEASE, self.run)?;
        Ok(Answer::End {
            run: self.run.to_owned(),
            status: Status::Done,
            events,
        })
    }
}

fn granted(answer: LeaseAnswer) -> Result<Timestamp, RecordError> {
    match answer {
        LeaseAnswer::Granted { until } => Ok(until),
        LeaseAnswer::Held { holder, until } => Err(RecordError::ScanInProgress { holder, until }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values of `ScansRecorded`, with its dimensions.
    fn scans(answer: &Answer, scope: Option<Scope>, function: Option<&str>) -> Vec<(Vec<String>, f64)> {
        let measured = measurements(answer, Recorder { scope, function });
        let of_scans = measured.into_iter().filter(|one| one.metric == &SCANS_RECORDED);
        of_scans.map(|one| (one.dimensions, one.value)).collect()
    }

    fn recorded(status: Status) -> Answer {
        Answer::Record {
            run: "r".to_owned(),
            status,
            counts: BTreeMap::new(),
            events: EventCounts::default(),
        }
    }

    #[test]
    fn only_a_scan_that_is_recorded_to_its_end_is_counted_and_by_what_it_read() {
        let names = |scope: &str| vec![(vec!["hub-record".to_owned(), scope.to_owned()], 1.0)];
        let function = Some("hub-record");
        let done = recorded(Status::Done);
        assert_eq!(scans(&done, Some(Scope::All), function), names("all"));
        assert_eq!(scans(&done, Some(Scope::Accounts), function), names("accounts"));
        let ended = Answer::End {
            run: "r".to_owned(),
            status: Status::Done,
            events: EventCounts::default(),
        };
        for (answer, scope, function) in [
            (&recorded(Status::Continue), Some(Scope::All), function),
            (&done, None, function),
            (&done, Some(Scope::All), None),
            (&ended, Some(Scope::All), function),
        ] {
            assert_eq!(
                scans(answer, scope, function),
                Vec::new(),
                "{answer:?} {scope:?} {function:?}"
            );
        }
    }
}
