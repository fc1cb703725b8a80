//! A live scan on one machine: plan, collect, and write the ledger last.

use std::collections::BTreeMap;

use futures_util::future::try_join;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use sv0_model::coverage::{CoverageRow, CoverageStatus};
use sv0_sources::WriteError;

use crate::api::ApiError;
use crate::base::{BaseError, TakeOverError, TakenOver, take_over};
use crate::plan::{CollectOptions, Plan, PlannedAccount, Spokes, Treatment};
use crate::planning::make_plan;
use crate::spoke;
use crate::task::{Task, work_on};
use crate::work::{Progress, Work};

/// What is told while a scan runs.
#[derive(Debug, Clone)]
pub enum CollectEvent {
    /// The plan is made: so many accounts, so many of them read.
    Planned {
        /// Accounts of the organization.
        accounts: usize,
        /// Accounts that are read through a role, or are the hub.
        read: usize,
        /// Regions.
        regions: usize,
    },
    /// A step came to its end.
    Step(CoverageRow),
    /// An account is done.
    AccountDone(String),
}

/// What a live scan gave.
#[derive(Debug)]
pub struct Collected {
    /// What was planned.
    pub plan: Plan,
    /// The ledger, as written.
    pub coverage: Vec<CoverageRow>,
    /// Files that were written.
    pub files: usize,
}

/// Why a live scan could not be made at all.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    /// Not even who the caller is could be asked.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// The capture could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The base of the scan is none that can be used.
    #[error(transparent)]
    Base(#[from] BaseError),
}

impl From<TakeOverError> for CollectError {
    fn from(error: TakeOverError) -> Self {
        match error {
            TakeOverError::Base(error) => error.into(),
            TakeOverError::Write(error) => error.into(),
        }
    }
}

/// Collects everything into the capture that `work` writes, and writes its ledger last.
///
/// # Errors
/// [`CollectError`] when nobody answers who the caller is, or when the capture cannot be written. Whatever else happens stands in the ledger.
pub async fn collect(
    work: &Work,
    options: CollectOptions,
    tell: &(dyn Fn(CollectEvent) + Sync),
) -> Result<Collected, CollectError> {
    let (plan, mut progress) = make_plan(work, options, tell).await?;
    let central = Task::central();
    let central = stream::iter(central.iter().map(|task| run_task(work, &plan, task, tell)))
        .buffer_unordered(Task::central().len())
        .try_collect::<Vec<_>>();
    let (accounts, central) = try_join(collect_accounts(work, &plan, tell), central).await?;
    for part in accounts.into_iter().chain(central) {
        progress.rows.extend(part.rows);
        progress.files.extend(part.files);
    }
    let taken = take_over(work, &plan, TakenOver::default(), &mut |row| progress.rows.push(row))?;
    let coverage = finish(work, &plan, progress.rows)?;
    Ok(Collected {
        plan,
        coverage,
        files: progress.files.len() + taken.files,
    })
}

async fn run_task(
    work: &Work,
    plan: &Plan,
    task: &Task,
    tell: &(dyn Fn(CollectEvent) + Sync),
) -> Result<Progress, WriteError> {
    let on_step = |row: &CoverageRow| tell(CollectEvent::Step(row.clone()));
    work_on(work, plan, task, Progress::default(), &on_step).await
}

async fn collect_accounts(
    work: &Work,
    plan: &Plan,
    tell: &(dyn Fn(CollectEvent) + Sync),
) -> Result<Vec<Progress>, WriteError> {
    let runs = Task::accounts(plan).into_iter().map(|task| async move {
        let progress = run_task(work, plan, &task, tell).await?;
        if let Task::Account(account) = &task {
            tell(CollectEvent::AccountDone(account.id.clone()));
        }
        Ok::<_, WriteError>(progress)
    });
    stream::iter(runs.collect::<Vec<_>>())
        .buffer_unordered(plan.options.account_concurrency.max(1))
        .try_collect()
        .await
}

/// Writes the ledger: what every step and the base said, and why the accounts that were not read were not. It rests on nothing else, so the same rows give the same bytes.
///
/// # Errors
/// [`WriteError`].
pub fn finish(work: &Work, plan: &Plan, mut rows: Vec<CoverageRow>) -> Result<Vec<CoverageRow>, WriteError> {
    for account in &plan.accounts {
        rows.extend(rows_of_unread(plan, account));
    }
    let rows = one_a_place(rows);
    work.writer.coverage(&rows)?;
    Ok(rows)
}

/// Of an account that is not read every place has a row that says why.
fn rows_of_unread(plan: &Plan, account: &PlannedAccount) -> Vec<CoverageRow> {
    let (status, reason) = match &account.treatment {
        Treatment::Excluded(reason) => (CoverageStatus::Excluded, reason.clone()),
        Treatment::NotActive(reason) => (CoverageStatus::Disabled, reason.clone()),
        Treatment::TakenOver => return Vec::new(),
        _ if plan.options.spokes == Spokes::CentralOnly => (
            CoverageStatus::Excluded,
            "the scan asks the central sources alone".to_owned(),
        ),
        _ => return Vec::new(),
    };
    let places = spoke::account_steps(plan, account).into_iter().map(|step| step.place());
    places
        .map(|place| CoverageRow {
            account: place.account,
            region: place.region,
            source: place.source,
            status,
            reason: reason.clone(),
            error_code: None,
            operation: None,
            captured_at: Some(plan.header.captured_at),
            items: 0,
        })
        .collect()
}

/// Of two rows about one place the one that promises less stays.
fn one_a_place(rows: Vec<CoverageRow>) -> Vec<CoverageRow> {
    let mut kept: BTreeMap<(String, String, String), CoverageRow> = BTreeMap::new();
    for row in rows {
        let place = (row.account.clone(), row.region.clone(), row.source.clone());
        match kept.get(&place) {
            Some(known) if known.status >= row.status => {}
            _ => {
                kept.insert(place, row);
            }
        }
    }
    kept.into_values().collect()
}
