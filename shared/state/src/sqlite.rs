//! The SQLite adapter: one file that any SQL tool opens.

mod read;
mod record;
mod write;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use sv0_model::coverage::CoverageRow;
use sv0_model::time::Timestamp;

use crate::{History, Lease, LeaseAnswer, Outcome, RunRecord, Seen, SightingKind, StateError, StateStore};
use read::Time;

/// The name of the file in a store's folder.
pub const STATE_FILE: &str = "state.sqlite";

const SCHEMA_VERSION: i64 = 4;
const SCHEMA: &str = include_str!("sqlite/schema.sql");
/// Tables and views of things; they end what makes a database one of version 4.
const TABLES: &str = include_str!("sqlite/tables.sql");
/// What finds routes and accesses by where they begin and end; made by the first run.
const INDEXES: &str = include_str!("sqlite/indexes.sql");
/// What leads from version 1 to version 2.
const FROM_1_TO_2: &str = include_str!("sqlite/from-1-to-2.sql");
/// What leads from version 2 to version 4, with [`TABLES`] between.
const FROM_2: [&str; 2] = [
    include_str!("sqlite/from-2.sql"),
    include_str!("sqlite/from-2-rows.sql"),
];
/// What leads from version 3 to version 4, with [`TABLES`] between.
const FROM_3: [&str; 2] = [
    include_str!("sqlite/from-3.sql"),
    include_str!("sqlite/from-3-rows.sql"),
];
/// The tables of version 1. Before it was released, files with fewer of them were made under the same number.
const TABLES_OF_1: [&str; 7] = [
    "runs",
    "run_counts",
    "grounds",
    "ground_partitions",
    "ground_policies",
    "sightings",
    "leases",
];

/// How long a writer waits for another one.
const PATIENCE: Duration = Duration::from_secs(30);

/// Bytes of a page. A document takes one to two KB: larger pages are better filled, and fewer.
const PAGE: i64 = 16 * 1024;
/// Pages that a connection holds in memory, in KiB.
const CACHE_KIB: i64 = 16 * 1024;
/// Statements that are used once for each thing.
const STATEMENTS: usize = 32;

/// History in a SQLite database.
///
/// To record a run it compares a few things at a time: memory holds steps and a bit of each thing, whatever the number of things ever seen.
#[derive(Debug)]
pub struct SqliteState {
    connection: Connection,
    name: String,
}

impl SqliteState {
    /// Opens the database at `file`, or makes it, its folder included.
    ///
    /// # Errors
    /// [`StateError::Store`] when it cannot be opened or is no such database, [`StateError::NewerSchema`].
    pub fn open(file: &Path) -> Result<Self, StateError> {
        let name = file.display().to_string();
        let folder = file.parent().unwrap_or(file);
        std::fs::create_dir_all(folder).map_err(|source| StateError::Store {
            operation: "making the folder of",
            store: name.clone(),
            source: Box::new(source),
        })?;
        Self::prepare(Connection::open(file), name)
    }

    /// A database that is gone when it is dropped.
    ///
    /// # Errors
    /// [`StateError::Store`] when there is no memory for it.
    pub fn in_memory() -> Result<Self, StateError> {
        Self::prepare(Connection::open_in_memory(), "memory".to_owned())
    }

    fn prepare(connection: rusqlite::Result<Connection>, name: String) -> Result<Self, StateError> {
        let failed = |source| store_error("opening", &name, source);
        let mut connection = connection.map_err(failed)?;
        connection.busy_timeout(PATIENCE).map_err(failed)?;
        connection.pragma_update(None, "page_size", PAGE).map_err(failed)?;
        connection
            .pragma_update(None, "cache_size", -CACHE_KIB)
            .map_err(failed)?;
        // Tables are moved and dropped while a file is brought up to date.
        connection.pragma_update(None, "foreign_keys", false).map_err(failed)?;
        let found = match migrate(&mut connection).map_err(failed)? {
            Some(found) => found,
            None => return Err(StateError::OlderSchema { store: name }),
        };
        if found > SCHEMA_VERSION {
            return Err(StateError::NewerSchema {
                store: name,
                found,
                known: SCHEMA_VERSION,
            });
        }
        connection.pragma_update(None, "foreign_keys", true).map_err(failed)?;
        // Readers and a writer do not wait for each other, but for the first run: nobody reads an empty database, and this way its pages are written once. With
        // the log, a power cut may take the last run with it, and leaves the runs before whole.
        if read::has_runs(&connection).map_err(failed)? {
            connection.pragma_update(None, "journal_mode", "WAL").map_err(failed)?;
            connection
                .pragma_update(None, "synchronous", "NORMAL")
                .map_err(failed)?;
        }
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        Ok(Self { connection, name })
    }

    fn failed(&self, operation: &'static str) -> impl Fn(rusqlite::Error) -> StateError + use<> {
        let name = self.name.clone();
        move |source| store_error(operation, &name, source)
    }
}

fn store_error(operation: &'static str, store: &str, source: rusqlite::Error) -> StateError {
    StateError::Store {
        operation,
        store: store.to_owned(),
        source: Box::new(source),
    }
}

/// Makes the tables of an empty database, and brings those of an older one up to date; answers with the version it then has, `None` where that cannot be done.
fn migrate(connection: &mut Connection) -> rusqlite::Result<Option<i64>> {
    let version = |connection: &Connection| connection.pragma_query_value(None, "user_version", |row| row.get(0));
    // A reader does not wait for whoever writes.
    let found: i64 = version(connection)?;
    if found >= SCHEMA_VERSION {
        return Ok(Some(found));
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut found: i64 = version(&transaction)?;
    if found == 0 {
        transaction.execute_batch(SCHEMA)?;
        transaction.execute_batch(TABLES)?;
        found = version(&transaction)?;
    }
    if found == 1 {
        if !has_tables(&transaction, &TABLES_OF_1)? {
            return Ok(None);
        }
        transaction.execute_batch(FROM_1_TO_2)?;
        found = version(&transaction)?;
    }
    if let Some([before, after]) = match found {
        2 => Some(FROM_2),
        3 => Some(FROM_3),
        _ => None,
    } {
        for batch in [before, TABLES, after, INDEXES] {
            transaction.execute_batch(batch)?;
        }
        if let Some(newest) = read::newest_of_runs(&transaction)? {
            write::newest_capture(&transaction, newest)?;
        }
        found = version(&transaction)?;
    }
    transaction.commit()?;
    Ok(Some(found))
}

fn has_tables(connection: &Connection, names: &[&str]) -> rusqlite::Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1)";
    for name in names {
        let has: bool = connection.query_row(sql, [name], |row| row.get(0))?;
        if !has {
            return Ok(false);
        }
    }
    Ok(true)
}

impl StateStore for SqliteState {
    fn record_run(&mut self, run: &RunRecord, seen: Seen<'_>) -> Result<Outcome, StateError> {
        let failed = self.failed("recording a run in");
        record::record(&mut self.connection, run, seen, failed)
    }

    fn history(&self, kind: SightingKind, ids: &[&str]) -> Result<BTreeMap<String, History>, StateError> {
        read::history(&self.connection, kind, ids).map_err(self.failed("reading history from"))
    }

    fn documents(&self, kind: SightingKind, ids: &[&str]) -> Result<BTreeMap<String, String>, StateError> {
        read::documents(&self.connection, kind, ids).map_err(self.failed("reading documents from"))
    }

    fn coverage(&self, account: &str) -> Result<Vec<CoverageRow>, StateError> {
        read::coverage(&self.connection, account).map_err(self.failed("reading coverage from"))
    }

    fn runs(&self) -> Result<Vec<RunRecord>, StateError> {
        read::runs(&self.connection).map_err(self.failed("reading runs from"))
    }

    fn acquire_lease(&mut self, lease: &Lease<'_>) -> Result<LeaseAnswer, StateError> {
        let failed = self.failed("taking a lease in");
        acquire(&mut self.connection, lease).map_err(failed)
    }

    fn release_lease(&mut self, name: &str, holder: &str) -> Result<(), StateError> {
        let failed = self.failed("giving back a lease in");
        let sql = "DELETE FROM leases WHERE name = ?1 AND holder = ?2";
        self.connection.execute(sql, [name, holder]).map_err(failed)?;
        Ok(())
    }
}

fn acquire(connection: &mut Connection, lease: &Lease<'_>) -> rusqlite::Result<LeaseAnswer> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let held: Option<(String, Timestamp)> = transaction
        .query_row(
            "SELECT holder, until FROM leases WHERE name = ?1",
            [lease.name],
            |row| Ok((row.get("holder")?, row.get::<_, Time>("until")?.0)),
        )
        .optional()?;
    if let Some((holder, until)) = held
        && holder != lease.holder
        && lease.now < until
    {
        return Ok(LeaseAnswer::Held { holder, until });
    }
    let until = lease.until();
    transaction.execute(
        "INSERT INTO leases (name, holder, until) VALUES (?1, ?2, ?3)
         ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until",
        params![lease.name, lease.holder, Time(until)],
    )?;
    transaction.commit()?;
    Ok(LeaseAnswer::Granted { until })
}

#[cfg(test)]
mod tests;
