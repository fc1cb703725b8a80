//! A live scan on many machines: plan, any number of tasks at a time, finish. Each stage may be run again at any time and gives the same result.

use std::collections::BTreeMap;

use serde::Serialize;
use sv0_model::coverage::{CoverageRow, CoverageStatus};
use sv0_sources::{SinkError, WriteError};

use crate::base::take_over;
use crate::collect::CollectError;
use crate::ledger::{PackedAccounts, write_ledger};
use crate::plan::{CollectOptions, Plan, PlannedAccount};
use crate::planning::{begin_plan, complete_plan};
use crate::relay::{Relay, TaskState};
use crate::step::{Place, Step};
use crate::task::{Task, work_on};
use crate::work::{OnStep, Work};

/// Workers in a row that bring a task no further before it is given up: a step that takes longer than a worker lives would otherwise go round for ever.
const MOST_STALLED: u32 = 3;

/// Whether a task is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HandedStatus {
    /// Every step came to an end.
    Done,
    /// Another worker has to go on.
    Continue,
}

/// How far a worker came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Handed {
    /// Whether that was all.
    pub status: HandedStatus,
    /// Steps that have not come to an end.
    pub steps_left: usize,
    /// Rows of the ledger so far, by status.
    pub rows: BTreeMap<CoverageStatus, usize>,
}

/// What became of a plan.
#[derive(Debug)]
pub enum Planned {
    /// It is made.
    Done(Box<Plan>, Handed),
    /// Another worker has to go on with the organization.
    Continue(Handed),
}

/// What became of the end of a scan.
#[derive(Debug)]
pub enum Finishing {
    /// The ledger is written.
    Done(Finished),
    /// Another worker has to go on taking over accounts of the base; so many are left.
    Continue(usize),
}

/// What a finished scan gave.
#[derive(Debug)]
pub struct Finished {
    /// Rows of the ledger by status.
    pub rows: BTreeMap<CoverageStatus, usize>,
    /// Files that were written, `capture.json` and the ledger apart.
    pub files: usize,
    /// Tasks that did not come to an end, with the number of their steps that did not. Those are `failed` in the ledger.
    pub unfinished: BTreeMap<String, usize>,
}

/// Why a stage was not gone through.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    /// As of a scan on one machine.
    #[error(transparent)]
    Collect(#[from] CollectError),
    /// The documents beside the capture could not be read or written.
    #[error(transparent)]
    Relay(#[from] SinkError),
    /// The run was begun with other options.
    #[error("the run was begun with other options; choose another run id")]
    OtherOptions,
    /// The worker has less time than it keeps for stopping, so no number of them would come any further.
    #[error("the worker has no time to begin anything: give it several minutes")]
    NoTime,
    /// A step takes longer than a worker lives.
    #[error("{task}: {MOST_STALLED} workers in a row came no further; {steps_left} steps are left")]
    NoProgress {
        /// The task.
        task: String,
        /// Steps that have not come to an end.
        steps_left: usize,
    },
}

impl From<WriteError> for StageError {
    fn from(error: WriteError) -> Self {
        Self::Collect(error.into())
    }
}

/// Makes the plan of a run, or goes on with it. A plan that is made stays as it is.
///
/// # Errors
/// [`StageError`].
pub async fn plan_stage(
    work: &Work,
    relay: &Relay,
    options: CollectOptions,
    on_step: OnStep<'_>,
) -> Result<Planned, StageError> {
    let organization = Task::Organization;
    if let Some(plan) = relay.plan()? {
        let state = relay.state(&organization)?.unwrap_or_default();
        let handed = Handed::of(&state, &organization.steps(&plan));
        return same_options(plan, &options).map(|plan| Planned::Done(Box::new(plan), handed));
    }
    let mut plan = match relay.draft()? {
        Some(draft) => same_options(draft, &options)?,
        None => {
            has_time(work)?;
            let draft = begin_plan(work, options).await?;
            relay.keep_draft(&draft)?;
            if work.is_time_up() {
                let handed = Handed::of(&TaskState::default(), &organization.steps(&draft));
                return Ok(Planned::Continue(handed));
            }
            draft
        }
    };
    let handed = task_stage(work, relay, &plan, &organization, on_step).await?;
    if handed.status == HandedStatus::Continue {
        return Ok(Planned::Continue(handed));
    }
    complete_plan(work, &mut plan)?;
    relay.keep_plan(&plan)?;
    Ok(Planned::Done(Box::new(plan), handed))
}

fn same_options(plan: Plan, options: &CollectOptions) -> Result<Plan, StageError> {
    if plan.options == *options {
        Ok(plan)
    } else {
        Err(StageError::OtherOptions)
    }
}

fn has_time(work: &Work) -> Result<(), StageError> {
    if work.is_time_up() {
        Err(StageError::NoTime)
    } else {
        Ok(())
    }
}

/// Goes on with a task where the last worker stopped, and keeps how far it came. Of a task that is done nothing is done again.
///
/// # Errors
/// [`StageError`]. What was kept before stays, so the task can be tried again.
pub async fn task_stage(
    work: &Work,
    relay: &Relay,
    plan: &Plan,
    task: &Task,
    on_step: OnStep<'_>,
) -> Result<Handed, StageError> {
    let steps = task.steps(plan);
    let known = relay.state(task)?;
    let before = known.clone().unwrap_or_default();
    if known.is_some() && before.progress.is_finished(&steps) {
        return Ok(Handed::of(&before, &steps));
    }
    has_time(work)?;
    let progress = work_on(work, plan, task, before.progress.clone(), on_step).await?;
    let stalled = if progress == before.progress {
        before.stalled.saturating_add(1)
    } else {
        0
    };
    let after = TaskState { progress, stalled };
    relay.keep_state(task, &after)?;
    let handed = Handed::of(&after, &steps);
    if handed.steps_left > 0 && after.stalled >= MOST_STALLED {
        return Err(StageError::NoProgress {
            task: task.to_string(),
            steps_left: handed.steps_left,
        });
    }
    Ok(handed)
}

impl Handed {
    fn of(state: &TaskState, steps: &[Box<dyn Step>]) -> Self {
        let steps_left = state.progress.unfinished(steps).count();
        Self {
            status: if steps_left == 0 {
                HandedStatus::Done
            } else {
                HandedStatus::Continue
            },
            steps_left,
            rows: by_status(&state.progress.rows),
        }
    }
}

/// Rows of the ledger by status.
fn by_status(rows: &[CoverageRow]) -> BTreeMap<CoverageStatus, usize> {
    let mut counts = BTreeMap::new();
    for row in rows {
        *counts.entry(row.status).or_default() += 1;
    }
    counts
}

/// Takes over the accounts of the base, where there is one, and writes the ledger out of what every task said of itself, of which no more than one account's is held at a time. Steps of which nobody said anything are `failed`.
///
/// # Errors
/// [`StageError`].
pub fn finish_stage(work: &Work, relay: &Relay, plan: &Plan) -> Result<Finishing, StageError> {
    let mut from_base = PackedAccounts::default();
    let files = match taken_over(work, relay, plan, &mut |row| from_base.add(row))? {
        Taken::All(files) => files,
        Taken::Left(accounts) => return Ok(Finishing::Continue(accounts)),
    };
    let mut said = Said {
        relay,
        plan,
        files,
        unfinished: BTreeMap::new(),
    };
    let mut central = Vec::new();
    for task in [Task::Organization].into_iter().chain(Task::central()) {
        central.extend(said.of(&task)?);
    }
    let accounts = Task::accounts(plan);
    let mut accounts: BTreeMap<String, Task> = accounts.into_iter().map(|task| (task.to_string(), task)).collect();
    let of_account = |account: &PlannedAccount| match accounts.remove(&account.id) {
        Some(task) => said.of(&task),
        None => Ok(from_base.take(&account.id)),
    };
    let rows = write_ledger(work, plan, central, of_account, &mut |_| {})?;
    Ok(Finishing::Done(Finished {
        rows,
        files: said.files,
        unfinished: said.unfinished,
    }))
}

/// What the tasks said of themselves.
struct Said<'a> {
    relay: &'a Relay,
    plan: &'a Plan,
    files: usize,
    unfinished: BTreeMap<String, usize>,
}

impl Said<'_> {
    /// The rows of a task, whatever became of it.
    fn of(&mut self, task: &Task) -> Result<Vec<CoverageRow>, StageError> {
        let state = self.relay.state(task)?;
        let has_reported = state.is_some();
        let progress = state.unwrap_or_default().progress;
        let steps = task.steps(self.plan);
        let lost: Vec<CoverageRow> = progress
            .unfinished(&steps)
            .map(|step| never_reported(self.plan, step.place(), has_reported))
            .collect();
        if !lost.is_empty() {
            self.unfinished.insert(task.to_string(), lost.len());
        }
        self.files += progress.files();
        Ok(progress.rows.into_iter().chain(lost).collect())
    }
}

/// How much of the base is taken over.
enum Taken {
    /// All of it: so many files.
    All(usize),
    /// So many accounts are left.
    Left(usize),
}

fn taken_over(
    work: &Work,
    relay: &Relay,
    plan: &Plan,
    each_row: &mut dyn FnMut(CoverageRow),
) -> Result<Taken, StageError> {
    if plan.base.is_none() {
        return Ok(Taken::All(0));
    }
    let before = relay.taken_over()?;
    if before.accounts_left(plan) > 0 {
        has_time(work)?;
    }
    let taken = take_over(work, plan, before.clone(), each_row).map_err(CollectError::from)?;
    if taken != before {
        relay.keep_taken_over(&taken)?;
    }
    Ok(match taken.accounts_left(plan) {
        0 => Taken::All(taken.files),
        left => Taken::Left(left),
    })
}

fn never_reported(plan: &Plan, place: Place, has_reported: bool) -> CoverageRow {
    let reason = if has_reported {
        "the scan ended before this was read to its end"
    } else {
        "the worker that was to read this never reported"
    };
    CoverageRow {
        account: place.account,
        region: place.region,
        source: place.source,
        status: CoverageStatus::Failed,
        reason: reason.to_owned(),
        error_code: Some("NotFinished".to_owned()),
        operation: None,
        captured_at: Some(plan.header.captured_at),
        items: 0,
    }
}
