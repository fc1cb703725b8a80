//! The base of a scan of some accounts: an earlier capture of the same organization, from which everything that was asked of the other accounts is taken over, with its rows
//! of the ledger as they were.
//!
//! What a row promises has to be there: where the base says that a file holds items and the file is gone, the new row is `failed`; where the base says nothing of a place, it is
//! `missing`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sv0_model::coverage::{CoverageRow, CoverageStatus};
use sv0_model::record::CaptureHeader;
use sv0_model::time::Timestamp;
use sv0_sources::{CaptureFile, CaptureStore, SinkError, WriteError, stored_header};

use crate::plan::{CollectOptions, Plan, PlannedAccount, Spokes, Treatment};
use crate::spoke;
use crate::step::Place;
use crate::work::Work;

mod copy;

use copy::{Wanted, copy_files};

/// Files between two looks at the clock: some seconds' worth.
const FILES_AT_A_TIME: usize = 256;

/// An earlier capture.
#[derive(Clone)]
pub struct BaseCapture {
    name: String,
    store: Arc<dyn CaptureStore>,
}

/// What the plan remembers of its base.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedBase {
    /// Where it lies, as the host calls it.
    pub name: String,
    /// When it was begun.
    pub captured_at: Timestamp,
}

/// Why a capture cannot be the base of a scan.
#[derive(Debug, thiserror::Error)]
pub enum BaseError {
    /// There is none, or it was never finished.
    #[error("the base {base} {lack}; name a capture that was finished")]
    Absent {
        /// The base.
        base: String,
        /// What is not there.
        lack: &'static str,
    },
    /// It is no capture that this version reads.
    #[error("the base {base} cannot be used: {reason}")]
    Unusable {
        /// The base.
        base: String,
        /// What is wrong with it.
        reason: String,
    },
    /// It is of something else.
    #[error("the base {base} is of the {what} {of}, and this scan of {own}; name a capture of the same {what}")]
    OfAnother {
        /// The base.
        base: String,
        /// `organization`, `partition` or `account`.
        what: &'static str,
        /// Whose it is.
        of: String,
        /// Whose this scan is.
        own: String,
    },
    /// It was made after the scan began.
    #[error("the base {base} was made at {captured_at}, not before this scan began at {own}; name an older capture")]
    NotOlder {
        /// The base.
        base: String,
        /// When it was begun.
        captured_at: Timestamp,
        /// When this scan began.
        own: Timestamp,
    },
    /// Every account is read anew, or none is.
    #[error("a base is for a scan of some accounts through their roles: name them in `accounts`")]
    NoAccounts,
    /// It could not be read.
    #[error(transparent)]
    Store(#[from] SinkError),
}

/// Without the store, of which there is nothing to print.
impl fmt::Debug for BaseCapture {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("BaseCapture")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl BaseCapture {
    /// The capture that lies in `store`; `name` is for plans and messages.
    #[must_use]
    pub fn new(name: &str, store: Arc<dyn CaptureStore>) -> Self {
        Self {
            name: name.to_owned(),
            store,
        }
    }

    /// Looks at the base once, when the plan is begun.
    pub(crate) fn check(&self, header: &CaptureHeader, options: &CollectOptions) -> Result<PlannedBase, BaseError> {
        if options.accounts.is_empty() || options.spokes == Spokes::CentralOnly {
            return Err(BaseError::NoAccounts);
        }
        let base = self.header()?;
        self.same("partition", Some(&base.partition), Some(&header.partition))?;
        let organizations = (base.organization_id.as_deref(), header.organization_id.as_deref());
        self.same("organization", organizations.0, organizations.1)?;
        if organizations.1.is_none() {
            self.same("account", base.hub_account.as_deref(), header.hub_account.as_deref())?;
        }
        if base.captured_at >= header.captured_at {
            return Err(BaseError::NotOlder {
                base: self.name.clone(),
                captured_at: base.captured_at,
                own: header.captured_at,
            });
        }
        self.ledger()?;
        Ok(PlannedBase {
            name: self.name.clone(),
            captured_at: base.captured_at,
        })
    }

    fn header(&self) -> Result<CaptureHeader, BaseError> {
        let Some(stored) = self.store.get(CaptureFile::header().path())? else {
            return Err(self.absent("is no capture: it has no capture.json"));
        };
        stored_header(&stored).map_err(|error| BaseError::Unusable {
            base: self.name.clone(),
            reason: error.to_string(),
        })
    }

    /// The ledger as stored. It is written last, so that a capture without one was never finished.
    fn ledger(&self) -> Result<Vec<u8>, BaseError> {
        let stored = self.store.get(CaptureFile::coverage().path())?;
        stored.ok_or_else(|| self.absent("has no ledger: it was never finished"))
    }

    fn absent(&self, lack: &'static str) -> BaseError {
        BaseError::Absent {
            base: self.name.clone(),
            lack,
        }
    }

    fn same(&self, what: &'static str, base: Option<&str>, own: Option<&str>) -> Result<(), BaseError> {
        if base == own {
            return Ok(());
        }
        let named = |id: Option<&str>| id.unwrap_or("none that is known").to_owned();
        Err(BaseError::OfAnother {
            base: self.name.clone(),
            what,
            of: named(base),
            own: named(own),
        })
    }

    /// Hands out the rows of its ledger, which a writer sorts by account. What cannot be read of it is as if it was not there.
    fn each_row(&self, work: &Work, each: &mut dyn FnMut(CoverageRow)) -> Result<(), TakeOverError> {
        let stored = self.ledger()?;
        work.writer.each_stored(&CaptureFile::coverage(), &stored, &mut |row| {
            if let Ok(row) = serde_json::from_value(row) {
                each(row);
            }
        })?;
        Ok(())
    }
}

/// Why an account could not be taken over.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TakeOverError {
    /// The base.
    #[error(transparent)]
    Base(#[from] BaseError),
    /// The capture that is written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// What was taken over so far: what one worker hands to the next.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenOver {
    /// Accounts whose files are all there.
    pub accounts: BTreeSet<String>,
    /// Their files.
    pub files: usize,
    /// Files that the base's ledger speaks of and the base does not hold.
    pub lost: BTreeSet<String>,
}

impl TakenOver {
    /// How many accounts of the plan are not taken over yet.
    pub(crate) fn accounts_left(&self, plan: &Plan) -> usize {
        let is_left = |account: &&PlannedAccount| !self.accounts.contains(&account.id);
        taken_over_accounts(plan).filter(is_left).count()
    }
}

fn taken_over_accounts(plan: &Plan) -> impl Iterator<Item = &PlannedAccount> {
    let is_taken_over = |account: &&PlannedAccount| account.treatment == Treatment::TakenOver;
    plan.accounts.iter().filter(is_taken_over)
}

/// Takes over the files of the accounts that are not asked, until all are there or the worker's time is up. Of every account that is there `each_row` is told the rows.
pub(crate) fn take_over(
    work: &Work,
    plan: &Plan,
    taken: TakenOver,
    each_row: &mut dyn FnMut(CoverageRow),
) -> Result<TakenOver, TakeOverError> {
    if taken_over_accounts(plan).next().is_none() {
        return Ok(taken);
    }
    let base = work.base.as_ref().ok_or_else(|| BaseError::Absent {
        base: plan.base.as_ref().map_or_else(String::new, |base| base.name.clone()),
        lack: "was not given",
    })?;
    let mut run = TakeOver {
        work,
        plan,
        base,
        taken,
        each_row,
        accounts: taken_over_accounts(plan).peekable(),
        rows: Vec::new(),
        batch: Batch::default(),
        result: Ok(()),
    };
    base.each_row(work, &mut |row| run.row(row))?;
    run.end()
}

/// One pass over the base's ledger and the accounts of the plan, both sorted: no more is held than the rows of a batch of accounts.
struct TakeOver<'a, I: Iterator<Item = &'a PlannedAccount>> {
    work: &'a Work,
    plan: &'a Plan,
    base: &'a BaseCapture,
    taken: TakenOver,
    each_row: &'a mut dyn FnMut(CoverageRow),
    accounts: std::iter::Peekable<I>,
    /// Rows of the account that comes next.
    rows: Vec<CoverageRow>,
    batch: Batch,
    result: Result<(), TakeOverError>,
}

/// Accounts whose files are copied at one go.
#[derive(Default)]
struct Batch {
    accounts: BTreeSet<String>,
    places: Vec<KnownPlace>,
    wanted: Vec<Wanted>,
}

impl<'a, I: Iterator<Item = &'a PlannedAccount>> TakeOver<'a, I> {
    fn row(&mut self, row: CoverageRow) {
        while self.result.is_ok()
            && let Some(account) = self.accounts.next_if(|account| account.id < row.account)
        {
            self.result = self.account(account);
        }
        if self.accounts.peek().is_some_and(|account| account.id == row.account) {
            self.rows.push(row);
        }
    }

    fn end(mut self) -> Result<TakenOver, TakeOverError> {
        while self.result.is_ok()
            && let Some(account) = self.accounts.next()
        {
            self.result = self.account(account);
        }
        self.result?;
        self.result = Ok(());
        self.copy()?;
        Ok(self.taken)
    }

    /// All rows of an account are known.
    fn account(&mut self, account: &PlannedAccount) -> Result<(), TakeOverError> {
        let places = places_of(self.plan, account, std::mem::take(&mut self.rows));
        if self.taken.accounts.contains(&account.id) {
            self.tell(places);
            return Ok(());
        }
        if self.work.is_time_up() {
            return Ok(());
        }
        self.batch.accounts.insert(account.id.clone());
        self.batch.wanted.extend(places.iter().filter_map(KnownPlace::wanted));
        self.batch.places.extend(places);
        if self.batch.wanted.len() < FILES_AT_A_TIME {
            return Ok(());
        }
        self.copy()
    }

    fn copy(&mut self) -> Result<(), TakeOverError> {
        let batch = std::mem::take(&mut self.batch);
        let copied = copy_files(&self.work.writer, self.base.store.as_ref(), &batch.wanted)?;
        self.taken.files += copied.files;
        self.taken.lost.extend(copied.lost);
        self.taken.accounts.extend(batch.accounts);
        self.tell(batch.places);
        Ok(())
    }

    fn tell(&mut self, places: Vec<KnownPlace>) {
        for place in places {
            (self.each_row)(place.row(self.plan, &self.taken.lost));
        }
    }
}

/// A place of an account that this scan would ask, and what the base says of it.
struct KnownPlace {
    place: Place,
    file: Option<CaptureFile>,
    row: Option<CoverageRow>,
}

/// Only places that this scan would ask count: rows of the centre about the account are made anew, and Regions that are no longer read are left out.
fn places_of(plan: &Plan, account: &PlannedAccount, rows: Vec<CoverageRow>) -> Vec<KnownPlace> {
    let mut rows: BTreeMap<(String, String), CoverageRow> = rows
        .into_iter()
        .map(|row| ((row.region.clone(), row.source.clone()), row))
        .collect();
    let steps = spoke::account_steps(plan, account);
    let known = steps.iter().map(|step| {
        let place = step.place();
        KnownPlace {
            file: step.file(),
            row: rows.remove(&(place.region.clone(), place.source.clone())),
            place,
        }
    });
    known.collect()
}

impl KnownPlace {
    /// The file to be copied. Nothing is written where nothing was answered, so that a row without items mostly has none; what is `partial` may hold the mark of a loss alone.
    fn wanted(&self) -> Option<Wanted> {
        let (file, row) = (self.file.as_ref()?, self.row.as_ref()?);
        let is_needed = row.items > 0;
        let may_be_there = is_needed || row.status == CoverageStatus::Partial;
        may_be_there.then(|| Wanted {
            file: file.clone(),
            is_needed,
        })
    }

    fn row(self, plan: &Plan, lost: &BTreeSet<String>) -> CoverageRow {
        let is_lost = self.file.is_some_and(|file| lost.contains(file.path()));
        match self.row {
            Some(row) if is_lost => CoverageRow {
                status: CoverageStatus::Failed,
                reason: "the base of the scan no longer holds the file".to_owned(),
                error_code: Some("NotInBase".to_owned()),
                operation: None,
                items: 0,
                ..row
            },
            Some(row) => row,
            None => CoverageRow {
                account: self.place.account,
                region: self.place.region,
                source: self.place.source,
                status: CoverageStatus::Missing,
                reason: "the scan is of other accounts, and its base says nothing of this".to_owned(),
                error_code: None,
                operation: None,
                captured_at: Some(plan.header.captured_at),
                items: 0,
            },
        }
    }
}

#[cfg(test)]
mod tests;
