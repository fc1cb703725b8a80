//! A live scan on one machine: plan, collect, and write the ledger last.

use std::collections::BTreeMap;

use futures_util::future::try_join;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use sv0_model::coverage::{CoverageRow, CoverageStatus};
use sv0_sources::WriteError;

use crate::api::ApiError;
use crate::base::{BaseError, TakeOverError, TakenOver, take_over};
use crate::ledger::{PackedAccounts, PackedRows, write_ledger};
use crate::plan::{CollectOptions, Plan, PlannedAccount};
use crate::planning::make_plan;
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
    /// A row of the ledger as it is written, in its order.
    Ledger(CoverageRow),
}

/// What a live scan gave.
#[derive(Debug)]
pub struct Collected {
    /// What was planned.
    pub plan: Plan,
    /// Rows of the ledger by status.
    pub rows: BTreeMap<CoverageStatus, usize>,
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
    let (mut accounts, central) = try_join(collect_accounts(work, &plan, tell), central).await?;
    let mut files = progress.files() + accounts.files;
    for part in central {
        files += part.files();
        progress.rows.extend(part.rows);
    }
    let mut from_base = PackedAccounts::default();
    let taken = take_over(work, &plan, TakenOver::default(), &mut |row| from_base.add(row))?;
    let of_account = |account: &PlannedAccount| {
        let mut rows = from_base.take(&account.id);
        rows.extend(accounts.rows.remove(&account.id).iter().flat_map(PackedRows::rows));
        Ok::<_, WriteError>(rows)
    };
    let told = &mut |row: &CoverageRow| tell(CollectEvent::Ledger(row.clone()));
    let rows = write_ledger(work, &plan, progress.rows, of_account, told)?;
    Ok(Collected {
        plan,
        rows,
        files: files + taken.files,
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

/// What became of the accounts.
#[derive(Default)]
struct Accounts {
    rows: BTreeMap<String, PackedRows>,
    files: usize,
}

async fn collect_accounts(
    work: &Work,
    plan: &Plan,
    tell: &(dyn Fn(CollectEvent) + Sync),
) -> Result<Accounts, WriteError> {
    let runs = Task::accounts(plan).into_iter().map(|task| async move {
        let progress = run_task(work, plan, &task, tell).await?;
        let id = task.to_string();
        tell(CollectEvent::AccountDone(id.clone()));
        Ok::<_, WriteError>((id, PackedRows::of(&progress.rows), progress.files()))
    });
    stream::iter(runs.collect::<Vec<_>>())
        .buffer_unordered(plan.options.account_concurrency.max(1))
        .try_fold(Accounts::default(), |mut accounts, (id, rows, files)| async move {
            accounts.rows.insert(id, rows);
            accounts.files += files;
            Ok(accounts)
        })
        .await
}
