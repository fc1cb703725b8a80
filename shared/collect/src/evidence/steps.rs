//! The steps: one for each file. All of them ask for the same statements, whose tokens make each run once, and each takes its own rows from what they wrote.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sv0_model::coverage::{CoverageRow, CoverageStatus};
use sv0_model::time::{Timestamp, parse_timestamp};
use sv0_sources::CaptureFile;

use super::bill::Bill;
use super::coverage;
use super::execution::{self, Standing};
use super::names::{Account, Region, Workgroup};
use super::objects::{ObjectPlace, ObjectReader, each_line, manifest};
use super::query::{EvidenceQuery, ResultLocation, Statement};
use super::table::{LogTable, TrailLogs};
use super::window::{Slice, Window};
use crate::api::{ApiError, BoxFuture, Failure, Target};
use crate::step::{Place, Step, StepError, StepRun};

/// How often a statement is run that failed for a reason of Athena's own.
const MOST_ATTEMPTS: u32 = 3;
/// How often it is asked how a statement stands: a little longer than the 30 minutes after which Athena ends it, and as long in its queue.
const MOST_QUESTIONS: u32 = 300;

/// Lines after which a step has a checkpoint: what is written between two is held in memory.
const LINES_HELD: u64 = 4_096;

/// Everything that the evidence of a scan is asked with.
pub struct EvidenceSource {
    /// The hub's own endpoint, in the Region of the trail's bucket and of the hub's.
    pub target: Target,
    /// The workgroup, which must enforce a bound on what a statement scans.
    pub workgroup: Workgroup,
    /// The table.
    pub table: LogTable,
    /// What the table lies over.
    pub logs: TrailLogs,
    /// Where rows are put.
    pub results: ResultLocation,
    /// The span of the events.
    pub window: Window,
    /// Days of one statement.
    pub days_at_once: u32,
    /// The accounts whose folders are read.
    pub accounts: Vec<Account>,
    /// The Regions that the table lists.
    pub regions: Vec<Region>,
    /// Lines of `cloudtrail/trails.ndjson`.
    pub trails: Vec<Value>,
    /// The hub's bucket.
    pub objects: Arc<dyn ObjectReader>,
    /// What the statements cost.
    pub bill: Bill,
}

impl EvidenceSource {
    /// Days of a window where nobody says otherwise.
    pub const DAYS: u32 = 30;
    /// Database and table where nobody says otherwise: those of the hub's template, so that what the documentation names is there.
    pub const TABLE: (&str, &str) = ("securityv0", "cloudtrail");
    /// Days of one statement where nobody says otherwise.
    pub const DAYS_AT_ONCE: u32 = 10;
}

/// The steps of the evidence queries that list events. [`window_steps`] come after them.
#[must_use]
pub fn evidence_steps(source: &Arc<EvidenceSource>) -> Vec<Box<dyn Step>> {
    let queries = EvidenceQuery::ALL
        .into_iter()
        .filter(|query| *query != EvidenceQuery::LogWindows);
    let steps = queries.map(|query| {
        Box::new(EvidenceStep {
            source: Arc::clone(source),
            query,
            doubt: None,
        }) as Box<dyn Step>
    });
    steps.collect()
}

/// The step of [`EvidenceQuery::LogWindows`], whose file lets a reader call absent what the rows do not hold. `rows` are those of the ledger that
/// [`evidence_steps`] ended in: unless all uses were written, it writes nothing.
#[must_use]
pub fn window_steps(source: &Arc<EvidenceSource>, rows: &[CoverageRow]) -> Vec<Box<dyn Step>> {
    let source_of_uses = format!("athena:{}", EvidenceQuery::ObservedUse.name());
    let uses = rows.iter().find(|row| row.source == source_of_uses);
    let doubt = doubt_about_uses(uses.map(|row| row.status));
    vec![Box::new(EvidenceStep {
        source: Arc::clone(source),
        query: EvidenceQuery::LogWindows,
        doubt,
    })]
}

/// Why nothing may be called absent, where not every row of uses was written.
pub(super) fn doubt_about_uses(uses: Option<CoverageStatus>) -> Option<String> {
    match uses {
        Some(CoverageStatus::Ok) => None,
        Some(_) => {
            Some("not all rows of athena:observed-use were written, so that nothing may be called absent".to_owned())
        }
        None => Some("athena:observed-use was not asked".to_owned()),
    }
}

pub(super) struct EvidenceStep {
    source: Arc<EvidenceSource>,
    query: EvidenceQuery,
    /// Why the file must not be written.
    doubt: Option<String>,
}

/// How far a step has come.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Cursor {
    /// Slices that are done.
    slice: usize,
    /// Of the next one: executions that failed, and the one that was begun.
    attempt: u32,
    execution: Option<String>,
    /// Files of its rows that are done, and lines of the next one.
    files: usize,
    lines: u64,
    /// Bytes that each execution scanned.
    scanned: BTreeMap<String, u64>,
    /// First and last time, and the number of events, by account and Region.
    seen: BTreeMap<String, Span>,
}

impl Step for EvidenceStep {
    fn place(&self) -> Place {
        Place::of_organization(&format!("athena:{}", self.query.name()))
    }

    fn file(&self) -> Option<CaptureFile> {
        CaptureFile::athena_rows(self.query.name()).ok()
    }

    fn collect<'a, 'b: 'a>(&'a self, run: &'a mut StepRun<'b>) -> BoxFuture<'a, Result<(), StepError>> {
        Box::pin(self.run(run))
    }
}

impl EvidenceStep {
    pub(super) fn new(source: Arc<EvidenceSource>, query: EvidenceQuery, doubt: Option<String>) -> Self {
        Self { source, query, doubt }
    }

    pub(super) async fn run(&self, run: &mut StepRun<'_>) -> Result<(), StepError> {
        let source = &*self.source;
        if let Some(doubt) = &self.doubt {
            run.judge(CoverageStatus::NotObservable, doubt.clone());
            return Ok(());
        }
        if let Some(fault) = execution::fault_of_workgroup(run, &source.target, &source.workgroup).await? {
            run.judge(CoverageStatus::Failed, fault);
            return Ok(());
        }
        let mut cursor: Cursor = run.cursor().unwrap_or_default();
        cursor
            .scanned
            .iter()
            .for_each(|(id, bytes)| source.bill.add(id, *bytes));
        let slices = source.window.slices(&source.accounts, source.days_at_once);
        while let Some(slice) = slices.get(cursor.slice) {
            let (folder, at) = self.wait_for(run, slice, &mut cursor).await?;
            self.take_rows(run, &folder, at, &mut cursor).await?;
            cursor = Cursor {
                slice: cursor.slice + 1,
                scanned: cursor.scanned,
                seen: cursor.seen,
                ..Cursor::default()
            };
            run.checkpoint(&cursor)?;
        }
        if self.query == EvidenceQuery::LogWindows {
            coverage::tell(run, source, &cursor.seen);
        }
        for (place, (first, last, _)) in &cursor.seen {
            if let Some((account, region)) = place.split_once('/') {
                run.write(
                    json!({"account": account, "region": region, "first": first.to_string(), "last": last.to_string()}),
                )?;
            }
        }
        // Without a file nobody could tell that there was nothing.
        run.write(json!([]))
    }

    /// Sees a statement through to its end: the folder of its rows, and their manifest.
    async fn wait_for(
        &self,
        run: &mut StepRun<'_>,
        slice: &Slice,
        cursor: &mut Cursor,
    ) -> Result<(String, Option<ObjectPlace>), StepError> {
        let source = &*self.source;
        loop {
            let statement = Statement::new(&source.table, slice, &source.results, cursor.attempt);
            let id = match &cursor.execution {
                Some(id) => id.clone(),
                None => execution::start(run, &source.target, &source.workgroup, &source.table, &statement).await?,
            };
            cursor.execution = Some(id.clone());
            run.checkpoint(cursor)?;
            match self.end_of(run, &id, cursor).await? {
                Standing::Succeeded { bytes, manifest } => {
                    source.bill.add(&id, bytes);
                    cursor.scanned.insert(id, bytes);
                    return Ok((statement.folder, manifest));
                }
                Standing::Retryable(error) => {
                    cursor.attempt += 1;
                    cursor.execution = None;
                    if cursor.attempt >= MOST_ATTEMPTS {
                        return Err(error.into());
                    }
                    execution::pause(run, cursor.attempt).await;
                }
                Standing::Ended { error, billed } => {
                    if let Some(bytes) = billed {
                        source.bill.add(&id, bytes);
                    }
                    return Err(error.into());
                }
                Standing::Running => {
                    let stopped = execution::stop(run, &source.target, &id).await;
                    return Err(too_long(stopped).into());
                }
            }
        }
    }

    /// Asks until the execution has ended; it is still running where it has been asked for too long.
    async fn end_of(&self, run: &mut StepRun<'_>, id: &str, cursor: &Cursor) -> Result<Standing, StepError> {
        for asked in 0..MOST_QUESTIONS {
            let standing = execution::standing(run, &self.source.target, id).await?;
            if standing != Standing::Running {
                return Ok(standing);
            }
            run.checkpoint(cursor)?;
            execution::pause(run, asked).await;
        }
        Ok(Standing::Running)
    }

    /// Takes the rows of a statement, file by file.
    async fn take_rows(
        &self,
        run: &mut StepRun<'_>,
        folder: &str,
        place: Option<ObjectPlace>,
        cursor: &mut Cursor,
    ) -> Result<(), StepError> {
        let objects = &*self.source.objects;
        let bucket = self.source.results.bucket.as_str();
        let files = match place {
            Some(place) => manifest(objects, &place, bucket, folder).await?,
            None => objects.list(bucket, folder).await?,
        };
        for file in files.iter().skip(cursor.files) {
            let mut body = objects.open(bucket, file).await?;
            let mut line_number = 0;
            let mut take = |line: &[u8]| {
                line_number += 1;
                if line_number <= cursor.lines {
                    return Ok(());
                }
                take_row(self.query, line, run, &mut cursor.seen)?;
                cursor.lines = line_number;
                if line_number % LINES_HELD == 0 {
                    run.checkpoint(&*cursor)?;
                }
                Ok(())
            };
            each_line(&mut *body, &mut take).await?;
            cursor.lines = 0;
            cursor.files += 1;
            run.checkpoint(cursor)?;
        }
        Ok(())
    }
}

fn too_long(stopped: Result<(), ApiError>) -> ApiError {
    let end = match stopped {
        Ok(()) => "was stopped".to_owned(),
        Err(error) => {
            format!("could not be stopped, so that it goes on until Athena or its workgroup ends it ({error})")
        }
    };
    ApiError {
        failure: Failure::Timeout,
        code: "Timeout".to_owned(),
        message: format!("the statement did not come to an end and {end}; ask for fewer days at once"),
        call: crate::calls::athena::GET_QUERY_EXECUTION.name(),
    }
}

/// First and last time, and the number of events.
pub(super) type Span = (Timestamp, Timestamp, u64);

fn take_row(
    query: EvidenceQuery,
    line: &[u8],
    run: &mut StepRun<'_>,
    seen: &mut BTreeMap<String, Span>,
) -> Result<(), StepError> {
    let Ok(Value::Object(mut row)) = serde_json::from_slice(line) else {
        return Err(unreadable().into());
    };
    let rows = row.remove("query");
    if rows.as_ref().and_then(Value::as_str) != Some(query.rows()) {
        return Ok(());
    }
    if query == EvidenceQuery::LogWindows {
        widen(&row, seen);
        return Ok(());
    }
    run.write(Value::Object(row))
}

fn widen(row: &Map<String, Value>, seen: &mut BTreeMap<String, Span>) {
    let time = |field: &str| row.get(field).and_then(Value::as_str).and_then(parse_timestamp);
    let event = row.get("event").and_then(Value::as_str);
    let event = event.and_then(|text| serde_json::from_str::<Value>(text).ok());
    let text = |field: &str| event.as_ref()?.get(field)?.as_str();
    let (Some(account), Some(region)) = (text("recipientAccountId"), text("awsRegion")) else {
        return;
    };
    let (Some(first), Some(last)) = (time("first"), time("last")) else {
        return;
    };
    let count = row.get("count").and_then(Value::as_u64).unwrap_or(0);
    let span = seen.entry(format!("{account}/{region}")).or_insert((first, last, 0));
    *span = (span.0.min(first), span.1.max(last), span.2.saturating_add(count));
}

fn unreadable() -> ApiError {
    ApiError {
        failure: Failure::Malformed,
        code: "InvalidResult".to_owned(),
        message: "a line of a statement's rows is no JSON object".to_owned(),
        call: crate::calls::s3::GET_OBJECT.name(),
    }
}
