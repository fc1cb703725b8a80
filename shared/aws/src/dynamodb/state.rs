//! The adapter of the port to history.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::TransactWriteItem;
use sv0_lake::ObjectStore;
use sv0_model::coverage::CoverageRow;
use sv0_model::time::Timestamp;
use sv0_state::{History, Lease, LeaseAnswer, Outcome, RunRecord, Seen, SightingKind, StateError, StateStore};
use tokio::runtime::Handle;

use super::attributes::{Write, text};
use super::items::Texts;
use super::keys::Key;
use super::table::Table;
use super::{FindingChange, TableConfiguration, TableError, lease, read, record};
use crate::api::Jitter;

/// How long a worker may go on.
pub type TimeLeft = Arc<dyn Fn() -> Duration + Send + Sync>;

/// How a state behaves.
#[derive(Clone)]
pub struct Options {
    /// A lease that every write hangs on, and its holder.
    pub lease: Option<(String, String)>,
    /// How long a worker may go on; `None` where nothing ends it.
    pub time_left: Option<TimeLeft>,
    /// For how many days what is gone is kept, from the day it is recorded as gone.
    pub days_gone: u32,
}

impl fmt::Debug for Options {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Options")
            .field("lease", &self.lease)
            .field("days_gone", &self.days_gone)
            .finish_non_exhaustive()
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            lease: None,
            time_left: None,
            days_gone: 400,
        }
    }
}

/// State in a DynamoDB table, with what is too large for it beside the runs.
#[derive(Clone)]
pub struct DynamoState {
    pub(super) table: Table,
    objects: Arc<dyn ObjectStore + Send>,
    runtime: Handle,
    options: Options,
}

impl fmt::Debug for DynamoState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("DynamoState")
            .field("table", &self.table.name)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

impl DynamoState {
    /// The state in the table of that name. Its calls run on `runtime` and must come from a thread that may block.
    #[must_use]
    pub fn new(client: Client, table: &str, objects: Arc<dyn ObjectStore + Send>, runtime: Handle) -> Self {
        Self {
            table: Table {
                client,
                name: table.to_owned(),
                jitter: Arc::new(Jitter::new(None)),
            },
            objects,
            runtime,
            options: Options::default(),
        }
    }

    /// The same with these options.
    #[must_use]
    pub fn with(self, options: Options) -> Self {
        Self { options, ..self }
    }

    /// Where the results lie that belong to the table; `None` where nobody wrote it yet.
    ///
    /// # Errors
    /// [`TableError`].
    pub async fn configuration(client: &Client, table: &str) -> Result<Option<TableConfiguration>, TableError> {
        let table = Table {
            client: client.clone(),
            name: table.to_owned(),
            jitter: Arc::new(Jitter::new(None)),
        };
        TableConfiguration::read(&table).await
    }

    /// Says in the table where its results lie.
    ///
    /// # Errors
    /// [`StateError::Store`].
    pub fn configure(&self, configuration: &TableConfiguration) -> Result<(), StateError> {
        let written = self.wait_for(configuration.write(&self.table));
        written.map_err(|error| self.failed("configuring", error))
    }

    /// Goes on with a run that an earlier worker left unfinished, and says which it is; `None` where there is none.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn resume(&mut self) -> Result<Option<(String, Outcome)>, StateError> {
        record::resume(self).map_err(|error| self.failed("recording a run in", error))
    }

    /// Whether a run is recorded.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn is_recorded(&self, run_id: &str) -> Result<bool, StateError> {
        record::is_recorded(self, run_id).map_err(|error| self.failed("reading runs from", error))
    }

    /// What became of how many things in a run that is recorded, by name.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn changes(&self, run_id: &str) -> Result<BTreeMap<String, u64>, StateError> {
        let item = self.run_item(run_id)?;
        let changes = item.get("changes").and_then(|changes| changes.as_m().ok());
        let changes = changes.into_iter().flatten();
        Ok(changes
            .filter_map(|(name, count)| Some((name.clone(), count.as_n().ok()?.parse().ok()?)))
            .collect())
    }

    /// What became of findings in a run that is recorded, by their ids.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn finding_changes(&self, run_id: &str) -> Result<Vec<FindingChange>, StateError> {
        let item = self.run_item(run_id)?;
        let Some(place) = text(&item, "journal") else {
            return Ok(Vec::new());
        };
        FindingChange::of_run(self.objects(), place).map_err(|error| self.failed("reading changes from", error))
    }

    /// Short texts of findings by their ids: `type`, `severity`, `account`, `name`.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn finding_summaries(&self, ids: &[&str]) -> Result<BTreeMap<String, BTreeMap<String, String>>, StateError> {
        read::summaries(self, ids).map_err(|error| self.failed("reading findings from", error))
    }

    /// Whether the hub's bus was told of a run.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn is_told(&self, run_id: &str) -> Result<bool, StateError> {
        Ok(text(&self.run_item(run_id)?, "told_at").is_some())
    }

    /// Notes that the hub's bus was told of a run.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn set_told(&self, run_id: &str, now: Timestamp) -> Result<(), StateError> {
        let key = Key::run(run_id);
        let mut write = Write::to(key.clone());
        write.set("told_at", now.to_string());
        let written = self.wait_for(self.table.update(&key, write.expression(), None));
        written
            .map(|_| ())
            .map_err(|error| self.failed("recording a run in", error))
    }

    fn run_item(&self, run_id: &str) -> Result<super::attributes::Item, StateError> {
        let item = self.wait_for(self.table.get(&Key::run(run_id)));
        Ok(item
            .map_err(|error| self.failed("reading runs from", error))?
            .unwrap_or_default())
    }

    pub(super) fn objects(&self) -> &dyn ObjectStore {
        self.objects.as_ref()
    }

    pub(super) fn texts(&self) -> Texts<'_> {
        Texts {
            objects: self.objects(),
        }
    }

    pub(super) fn wait_for<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    pub(super) fn time_left(&self) -> Duration {
        self.options.time_left.as_ref().map_or(Duration::MAX, |left| left())
    }

    /// When what is recorded as gone now may be deleted, in seconds since 1970.
    pub(super) fn expiry(&self) -> i64 {
        self.now().saturating_add(i64::from(self.options.days_gone) * 86_400)
    }

    /// In seconds since 1970.
    pub(super) fn now(&self) -> i64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(now.as_secs()).unwrap_or(i64::MAX)
    }

    /// The condition that the lease is still held, where there is one.
    pub(super) fn lease_check(&self) -> Result<Option<TransactWriteItem>, TableError> {
        let check = |(name, holder): &(String, String)| self.table.check(&Key::lease(name), lease::is_held_by(holder));
        self.options.lease.as_ref().map(check).transpose()
    }

    fn failed(&self, operation: &'static str, error: TableError) -> StateError {
        let store = format!("dynamodb://{}", self.table.name);
        match error {
            TableError::Condition => StateError::Superseded { store },
            TableError::Sightings(error) => error,
            error => StateError::Store {
                operation,
                store,
                source: Box::new(error),
            },
        }
    }
}

impl StateStore for DynamoState {
    fn record_run(&mut self, run: &RunRecord, seen: Seen<'_>) -> Result<Outcome, StateError> {
        record::record(self, run, seen).map_err(|error| self.failed("recording a run in", error))
    }

    fn history(&self, kind: SightingKind, ids: &[&str]) -> Result<BTreeMap<String, History>, StateError> {
        read::histories(self, kind, ids).map_err(|error| self.failed("reading history from", error))
    }

    fn documents(&self, kind: SightingKind, ids: &[&str]) -> Result<BTreeMap<String, String>, StateError> {
        read::documents(self, kind, ids).map_err(|error| self.failed("reading documents from", error))
    }

    fn coverage(&self, account: &str) -> Result<Vec<CoverageRow>, StateError> {
        read::coverage(self, account).map_err(|error| self.failed("reading coverage from", error))
    }

    fn runs(&self) -> Result<Vec<RunRecord>, StateError> {
        read::runs(self).map_err(|error| self.failed("reading runs from", error))
    }

    fn acquire_lease(&mut self, lease: &Lease<'_>) -> Result<LeaseAnswer, StateError> {
        let answer = self.wait_for(lease::acquire(&self.table, lease));
        answer.map_err(|error| self.failed("taking a lease in", error))
    }

    fn release_lease(&mut self, name: &str, holder: &str) -> Result<(), StateError> {
        let released = self.wait_for(lease::release(&self.table, name, holder));
        released.map_err(|error| self.failed("giving back a lease in", error))
    }
}
