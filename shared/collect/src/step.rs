//! A step: one file of the capture, and the rows of the ledger that say how it was answered.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use sv0_model::coverage::{CoverageRow, CoverageStatus};
use sv0_sources::{CaptureFile, CaptureFileWriter, RowOrder, WriteError, WrittenFile};

use crate::api::{ApiError, AwsApi, BoxFuture, Failure, Target};
use crate::call::ApiCall;
use crate::work::Work;

/// Whom and what a row of the ledger is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// 12 digits, or `organization`.
    pub account: String,
    /// A Region, or `global`.
    pub region: String,
    /// What is asked, as the ledger calls it: `iam:authorization-details`.
    pub source: String,
}

impl Place {
    /// What exists once in an organization.
    #[must_use]
    pub fn of_organization(source: &str) -> Self {
        Self::of("organization", "global", source)
    }

    /// What an account has in a Region, or `global`.
    #[must_use]
    pub fn of(account: &str, region: &str, source: &str) -> Self {
        Self {
            account: account.to_owned(),
            region: region.to_owned(),
            source: source.to_owned(),
        }
    }

    /// The place in one text.
    pub(crate) fn key(&self) -> String {
        format!("{}/{}/{}", self.account, self.region, self.source)
    }
}

/// One thing to collect. It may stop at any checkpoint and go on there in another worker.
pub trait Step: Send + Sync {
    /// What the ledger calls it; unique among the steps of a task.
    fn place(&self) -> Place;

    /// The file it writes; `None` where it writes none of its own.
    fn file(&self) -> Option<CaptureFile>;

    /// Steps of the same task that must have come to an end before this one begins, because it reads what they wrote. Those that are not in the task do not count.
    fn after(&self) -> Vec<Place> {
        Vec::new()
    }

    /// Collects it.
    ///
    /// What is written counts from the next checkpoint on, or from the end of the step: whoever goes on at a checkpoint finds in the file what was written before it,
    /// and nothing else. So a step that writes much has checkpoints, since what it writes between two of them is held in memory.
    ///
    /// # Errors
    /// [`StepError`]: what was written before stays, and the ledger calls it `partial`.
    fn collect<'a, 'b: 'a>(&'a self, run: &'a mut StepRun<'b>) -> BoxFuture<'a, Result<(), StepError>>;
}

/// Why a step did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// A call was not answered.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// The file could not be written. Nothing of a scan that cannot be written is worth going on with.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The worker's time is up; the step goes on at its last checkpoint.
    #[error("the worker's time is up")]
    Paused,
}

/// A step that is being run.
pub struct StepRun<'b> {
    work: &'b Work,
    file: Option<CaptureFile>,
    writer: Option<CaptureFileWriter>,
    /// What was written since the last checkpoint.
    pending: Vec<Value>,
    cursor: Option<Value>,
    rows: Vec<CoverageRow>,
    note: Option<Note>,
    /// Items of a step that has no file of its own.
    items: u64,
    /// Rows of the steps that came before it.
    before: Vec<CoverageRow>,
}

/// What a step says of itself, in place of `ok`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Note {
    pub status: CoverageStatus,
    pub reason: String,
    pub error_code: Option<String>,
    pub operation: Option<String>,
}

/// What became of a step.
pub(crate) struct StepOutcome {
    pub result: Result<(), StepError>,
    pub written: Option<WrittenFile>,
    pub rows: Vec<CoverageRow>,
    pub cursor: Option<Value>,
    pub note: Option<Note>,
    pub items: u64,
}

impl<'b> StepRun<'b> {
    /// Goes on with the file if `is_begun`: what lies there otherwise is of an earlier scan.
    pub(crate) fn new(
        work: &'b Work,
        file: Option<CaptureFile>,
        cursor: Option<Value>,
        is_begun: bool,
    ) -> Result<Self, StepError> {
        let writer = match &file {
            Some(file) if is_begun => reopen(work, file)?,
            _ => None,
        };
        Ok(Self {
            work,
            file,
            writer,
            pending: Vec::new(),
            cursor,
            rows: Vec::new(),
            note: None,
            items: 0,
            before: Vec::new(),
        })
    }

    pub(crate) fn with_rows_before(self, before: Vec<CoverageRow>) -> Self {
        Self { before, ..self }
    }

    /// How a step that comes [before](Step::after) this one was answered.
    pub(crate) fn row_before(&self, place: &Place) -> Option<&CoverageRow> {
        let is_of = |row: &&CoverageRow| {
            row.account == place.account && row.region == place.region && row.source == place.source
        };
        self.before.iter().find(is_of)
    }

    /// The ports and options of the scan.
    #[must_use]
    pub fn work(&self) -> &'b Work {
        self.work
    }

    /// AWS.
    #[must_use]
    pub fn api(&self) -> &'b dyn AwsApi {
        self.work.api.as_ref()
    }

    /// Where an earlier worker stopped, as it told [`StepRun::checkpoint`]; `None` at the beginning, and where the text is not one that this version writes.
    #[must_use]
    pub fn cursor<T: DeserializeOwned>(&self) -> Option<T> {
        self.cursor
            .clone()
            .and_then(|cursor| serde_json::from_value(cursor).ok())
    }

    /// Makes a call.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn call(
        &self,
        target: &Target,
        call: &'static ApiCall,
        parameters: Map<String, Value>,
    ) -> Result<Value, ApiError> {
        self.work.api.call(target, call, parameters).await
    }

    /// Adds an answer, or an item of one, to the step's file. It is redacted before it is kept.
    ///
    /// # Errors
    /// [`WriteError`].
    pub fn write(&mut self, answer: Value) -> Result<(), StepError> {
        self.pending.push(answer);
        Ok(())
    }

    /// Forgets what was written, by this worker and earlier ones: the step begins anew.
    pub(crate) fn start_over(&mut self) -> Result<(), StepError> {
        self.pending.clear();
        self.cursor = None;
        self.rows.clear();
        self.note = None;
        // Whatever comes now takes the place of what an earlier worker stored, and be it nothing.
        self.writer = match &self.file {
            Some(file) => Some(self.work.writer.file(file.clone(), RowOrder::AsGiven)?),
            None => None,
        };
        Ok(())
    }

    /// Whether anything was written so far, by this worker or an earlier one.
    pub(crate) fn has_written(&self) -> bool {
        self.writer.is_some() || !self.pending.is_empty()
    }

    /// Hands what was written to the file's writer.
    fn commit(&mut self) -> Result<(), WriteError> {
        if self.pending.is_empty() {
            return Ok(());
        }
        if self.writer.is_none()
            && let Some(file) = &self.file
        {
            self.writer = Some(self.work.writer.file(file.clone(), RowOrder::AsGiven)?);
        }
        let pending = std::mem::take(&mut self.pending);
        if let Some(writer) = &mut self.writer {
            for answer in pending {
                writer.add(answer)?;
            }
        }
        Ok(())
    }

    /// Says where to go on from here, and stops the step when the worker's time is nearly up.
    ///
    /// # Errors
    /// [`StepError::Paused`] then.
    pub fn checkpoint<T: Serialize>(&mut self, cursor: &T) -> Result<(), StepError> {
        self.commit()?;
        self.cursor = serde_json::to_value(cursor).ok();
        if self.work.is_time_up() {
            Err(StepError::Paused)
        } else {
            Ok(())
        }
    }

    /// Adds a row about something else than the step's own place: an account that an organization's answer is about.
    pub fn row(&mut self, row: CoverageRow) {
        self.rows.push(row);
    }

    /// Makes the step's own row say this instead of `ok`, with the reason in words.
    pub fn judge(&mut self, status: CoverageStatus, reason: impl Into<String>) {
        self.note = Some(Note {
            status,
            reason: reason.into(),
            error_code: None,
            operation: None,
        });
    }

    /// Adds words to the step's own row where it is `ok` and has none.
    pub(crate) fn remark(&mut self, words: impl Into<String>) {
        if self.note.is_none() {
            self.judge(CoverageStatus::Ok, words);
        }
    }

    /// Says how many items a step read that has no file of its own.
    pub(crate) fn count(&mut self, items: u64) {
        self.items = items;
    }

    /// The same with AWS's name of an error and the call that it answered.
    pub(crate) fn judge_as(&mut self, note: Note) {
        self.note = Some(note);
    }

    pub(crate) fn finish(mut self, result: Result<(), StepError>) -> Result<StepOutcome, WriteError> {
        let is_paused = matches!(&result, Err(StepError::Paused))
            || matches!(&result, Err(StepError::Api(error)) if error.failure == Failure::Deadline);
        if !is_paused {
            self.commit()?;
        }
        Ok(StepOutcome {
            written: self.writer.map(CaptureFileWriter::finish).transpose()?,
            result: if is_paused { Err(StepError::Paused) } else { result },
            rows: self.rows,
            cursor: self.cursor,
            note: self.note,
            items: self.items,
        })
    }
}

/// What an earlier worker wrote of the file, to be gone on with.
fn reopen(work: &Work, file: &CaptureFile) -> Result<Option<CaptureFileWriter>, StepError> {
    let Some(stored) = work.store.get(file.path()).map_err(WriteError::Sink)? else {
        return Ok(None);
    };
    Ok(Some(work.writer.reopen(file.clone(), &stored)?))
}
