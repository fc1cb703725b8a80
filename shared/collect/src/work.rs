//! Running steps: many at a time, within a worker's time, so that the next worker goes on where this one stopped.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sv0_model::coverage::{CoverageRow, CoverageStatus};
use sv0_model::manifest::ManifestObject;
use sv0_sources::{CaptureFile, CaptureStore, CaptureWriter, WriteError, WrittenFile};

use crate::api::{ApiError, AwsApi, Clock};
use crate::base::BaseCapture;
use crate::schedule::Schedule;
use crate::step::{Note, Place, Step, StepError, StepOutcome, StepRun};

/// What is left of a worker's time when it stops at the next checkpoint: enough for one more call and for storing what there is.
const TIME_TO_STOP: Duration = Duration::from_secs(60);

/// What every step works with.
pub struct Work {
    /// AWS.
    pub api: Arc<dyn AwsApi>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The capture that is written.
    pub writer: CaptureWriter,
    /// The same place, to be read.
    pub store: Arc<dyn CaptureStore>,
    /// The capture that accounts are taken over from, where the scan has one.
    pub base: Option<BaseCapture>,
}

impl Work {
    /// Whether a worker had better stop.
    #[must_use]
    pub fn is_time_up(&self) -> bool {
        self.clock.time_left().is_some_and(|left| left <= TIME_TO_STOP)
    }
}

/// How far a task has come. It is what one worker hands to the next.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Steps that came to an end, whatever it was.
    pub done: BTreeSet<String>,
    /// Where steps that were begun go on.
    pub cursors: BTreeMap<String, Value>,
    /// Rows of the ledger so far, sorted when the task is done.
    pub rows: Vec<CoverageRow>,
    /// Files that were begun, as they were left.
    pub files: BTreeMap<String, ManifestObject>,
    /// Files to which nothing is added any more.
    pub files_done: usize,
}

impl Progress {
    /// Files written, whole or in part.
    #[must_use]
    pub fn files(&self) -> usize {
        self.files.len() + self.files_done
    }

    /// Whether every one of `steps` came to an end.
    #[must_use]
    pub fn is_finished(&self, steps: &[Box<dyn Step>]) -> bool {
        self.unfinished(steps).next().is_none()
    }

    /// Those of `steps` that did not come to an end.
    pub(crate) fn unfinished<'a>(&'a self, steps: &'a [Box<dyn Step>]) -> impl Iterator<Item = &'a dyn Step> {
        let steps = steps.iter().map(AsRef::as_ref);
        steps.filter(|step| !self.done.contains(&step.place().key()))
    }
}

/// Told after each step.
pub type OnStep<'a> = &'a (dyn Fn(&CoverageRow) + Sync);

/// Runs those of `steps` that are not done, `concurrency` at a time, until all are or the worker's time is up.
///
/// A call that fails ends its step, which the ledger then says; it never ends the others.
///
/// # Errors
/// [`WriteError`] when the capture cannot be written.
pub async fn run_steps(
    work: &Work,
    steps: &[Box<dyn Step>],
    mut progress: Progress,
    concurrency: usize,
    on_step: OnStep<'_>,
) -> Result<Progress, WriteError> {
    let mut schedule = Schedule::new(steps, &progress);
    let mut running = FuturesUnordered::new();
    loop {
        while running.len() < concurrency.max(1)
            && let Some((index, step, before)) = schedule.begin()
        {
            let cursor = progress.cursors.get(&step.place().key()).cloned();
            let file = step.file();
            let is_begun = file
                .as_ref()
                .is_some_and(|file| progress.files.contains_key(file.path()));
            let run = run_step(
                work,
                before,
                step,
                file,
                cursor.filter(|cursor| !cursor.is_null()),
                is_begun,
            );
            running.push(async move { (index, run.await) });
        }
        let Some((index, outcome)) = running.next().await else {
            break;
        };
        let Some((place, outcome)) = outcome? else { continue };
        if progress.take(work, &place, outcome, on_step)? {
            schedule.end(index, &progress);
        }
    }
    drop(running);
    progress.rows.sort();
    Ok(progress)
}

/// `None` for a step that was not begun because the worker's time is up.
async fn run_step(
    work: &Work,
    before: Vec<CoverageRow>,
    step: &dyn Step,
    file: Option<CaptureFile>,
    cursor: Option<Value>,
    is_begun: bool,
) -> Result<Option<(Place, StepOutcome)>, WriteError> {
    if work.is_time_up() {
        return Ok(None);
    }
    let mut run = match StepRun::new(work, file, cursor, is_begun) {
        Ok(run) => run.with_rows_before(before),
        Err(StepError::Write(error)) => return Err(error),
        Err(StepError::Api(_) | StepError::Paused) => return Ok(None),
    };
    let result = step.collect(&mut run).await;
    Ok(Some((step.place(), run.finish(result)?)))
}

impl Progress {
    /// Whether the step came to its end.
    fn take(
        &mut self,
        work: &Work,
        place: &Place,
        outcome: StepOutcome,
        on_step: OnStep<'_>,
    ) -> Result<bool, WriteError> {
        self.rows.extend(outcome.rows);
        let written = outcome.written.as_ref();
        let row = match outcome.result {
            Err(StepError::Write(error)) => return Err(error),
            Err(StepError::Paused) => {
                let cursor = outcome.cursor.unwrap_or_default();
                self.cursors.insert(place.key(), cursor);
                if let Some(written) = outcome.written {
                    self.files.insert(written.object.key.clone(), written.object);
                }
                return Ok(false);
            }
            Err(StepError::Api(error)) => failed(work, place, &error, written),
            Ok(()) => answered(work, place, written, outcome.note, outcome.items),
        };
        if let Some(written) = &outcome.written {
            // Nobody goes on with it: that it is there is all that anybody asks.
            self.files.remove(&written.object.key);
            self.files_done += 1;
        }
        on_step(&row);
        self.rows.push(row);
        self.cursors.remove(&place.key());
        self.done.insert(place.key());
        Ok(true)
    }
}

fn blank(work: &Work, place: &Place) -> CoverageRow {
    CoverageRow {
        account: place.account.clone(),
        region: place.region.clone(),
        source: place.source.clone(),
        status: CoverageStatus::Ok,
        reason: String::new(),
        error_code: None,
        operation: None,
        captured_at: Some(work.clock.now()),
        items: 0,
    }
}

fn answered(work: &Work, place: &Place, written: Option<&WrittenFile>, note: Option<Note>, items: u64) -> CoverageRow {
    let mut row = blank(work, place);
    row.items = written.map_or(items, |written| written.items);
    if let Some(note) = note {
        (row.status, row.reason) = (note.status, note.reason);
        (row.error_code, row.operation) = (note.error_code, note.operation);
    } else if let Some(written) = written.filter(|written| written.refused_items > 0 || written.is_cut) {
        row.status = CoverageStatus::Partial;
        row.reason = match written.refused.first() {
            Some(first) => format!("{} items could not be written: {first}", written.refused_items),
            None => "the last page says that another follows".to_owned(),
        };
    }
    row
}

/// A step that failed on its way has an answer in part.
fn failed(work: &Work, place: &Place, error: &ApiError, written: Option<&WrittenFile>) -> CoverageRow {
    let items = written.map_or(0, |written| written.items);
    CoverageRow {
        status: if items > 0 {
            CoverageStatus::Partial
        } else {
            error.failure.status()
        },
        reason: error.message.clone(),
        error_code: Some(error.code.clone()),
        operation: Some(error.call.clone()),
        items,
        ..blank(work, place)
    }
}
