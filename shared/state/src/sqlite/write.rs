//! Values as rows. Everything here happens inside one transaction.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;
use sv0_model::coverage::CoverageRow;
use sv0_model::time::Timestamp;

use super::read::{Lives, Status, Time};
use crate::{Document, Life, Partitions, RunRecord, Step, Thing};

pub(super) fn run(connection: &Connection, run: &RunRecord) -> rusqlite::Result<()> {
    connection.execute(
        "INSERT INTO runs (run_id, captured_at, finished_at) VALUES (?1, ?2, ?3)",
        params![run.run_id, Time(run.captured_at), Time(run.finished_at)],
    )?;
    let mut statement = connection.prepare("INSERT INTO run_counts (run_id, name, count) VALUES (?1, ?2, ?3)")?;
    for (name, count) in &run.counts {
        statement.execute(params![run.run_id, name, count])?;
    }
    Ok(())
}

/// When the newest capture was made: that is when everything that is there was last seen.
pub(super) fn newest_capture(connection: &Connection, captured_at: Timestamp) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM newest", [])?;
    connection.execute("INSERT INTO newest (captured_at) VALUES (?1)", [Time(captured_at)])?;
    Ok(())
}

/// The ledger, in place of the one before.
pub(super) fn coverage(connection: &Connection, rows: &[CoverageRow]) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM coverage", [])?;
    let mut statement = connection.prepare(
        "INSERT INTO coverage
             (account, region, source, status, reason, error_code, operation, captured_at, items)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    for row in rows {
        statement.execute(params![
            row.account,
            row.region,
            row.source,
            Status(row.status),
            row.reason,
            row.error_code,
            row.operation,
            row.captured_at.map(Time),
            row.items,
        ])?;
    }
    Ok(())
}

/// So many steps are known by where they lie; others are looked up.
const MOST_STEPS: usize = if cfg!(test) { 1 } else { 10_000 };

/// Writes things, and knows which sets and steps have rows already.
pub(super) struct Things {
    sets: BTreeMap<Partitions, i64>,
    greatest_set: i64,
    /// By where the step lies: it is kept, so that nothing else comes to lie there.
    steps: HashMap<*const Step, (Arc<Step>, i64)>,
    /// Whether something that had a row before got another one: then there may be sets and steps that nothing names any more.
    has_replaced: bool,
}

impl Things {
    pub fn new(lives: &Lives) -> Self {
        let sets = lives.partitions();
        Self {
            greatest_set: sets.keys().copied().max().unwrap_or_default(),
            sets: sets.iter().map(|(number, set)| (set.clone(), *number)).collect(),
            steps: HashMap::new(),
            has_replaced: false,
        }
    }

    /// Writes a thing that has no row yet; answers with its number.
    pub fn insert(
        &mut self,
        connection: &Connection,
        thing: &Thing,
        life: &Life,
        document: Option<&Document>,
    ) -> rusqlite::Result<i64> {
        let rests_on = self.set(connection, &life.rests_on.partitions)?;
        let steps = self.steps(connection, document)?;
        let mut statement = connection.prepare_cached(
            "INSERT INTO things (kind, id, content_sha256, first_seen, changed_at, last_seen, stale_since, gone_at, rests_on, policies_of,
                 document_sha256, steps)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        )?;
        let history = &life.history;
        statement.execute(params![
            thing.kind,
            thing.id,
            life.content_sha256,
            Time(history.first_seen),
            Time(history.changed_at),
            missed_after(life),
            history.stale_since.map(Time),
            history.gone_at.map(Time),
            rests_on,
            json(&life.rests_on.policies_of)?,
            life.document_sha256,
            steps,
        ])?;
        let number = connection.last_insert_rowid();
        if let Some(document) = document {
            text(connection, FIRST_TEXT, number, document)?;
        }
        Ok(number)
    }

    /// Writes another life of a thing that has a row, and its document if it is another one.
    pub fn update(
        &mut self,
        connection: &Connection,
        number: i64,
        life: &Life,
        document: Option<&Document>,
    ) -> rusqlite::Result<()> {
        self.has_replaced = true;
        let rests_on = self.set(connection, &life.rests_on.partitions)?;
        let mut statement = connection.prepare_cached(
            "UPDATE things SET content_sha256 = ?2, first_seen = ?3, changed_at = ?4, last_seen = ?5, stale_since = ?6, gone_at = ?7,
                 rests_on = ?8, policies_of = ?9
             WHERE number = ?1",
        )?;
        let history = &life.history;
        statement.execute(params![
            number,
            life.content_sha256,
            Time(history.first_seen),
            Time(history.changed_at),
            missed_after(life),
            history.stale_since.map(Time),
            history.gone_at.map(Time),
            rests_on,
            json(&life.rests_on.policies_of)?,
        ])?;
        if let Some(document) = document {
            let steps = self.steps(connection, Some(document))?;
            let mut statement =
                connection.prepare_cached("UPDATE things SET document_sha256 = ?2, steps = ?3 WHERE number = ?1")?;
            statement.execute(params![number, document.sha256(), steps])?;
            text(connection, OTHER_TEXT, number, document)?;
        }
        Ok(())
    }

    /// Removes sets and steps that nothing names any more.
    pub fn finish(&self, connection: &Connection) -> rusqlite::Result<()> {
        if self.has_replaced {
            connection.execute_batch(
                "DELETE FROM ground_partitions WHERE ground_id NOT IN (SELECT rests_on FROM things);
                 DELETE FROM steps WHERE number NOT IN (SELECT j.value FROM things t, json_each(t.steps) j WHERE t.steps IS NOT NULL);",
            )?;
        }
        Ok(())
    }

    fn set(&mut self, connection: &Connection, partitions: &Partitions) -> rusqlite::Result<i64> {
        if partitions.is_empty() {
            return Ok(0);
        }
        if let Some(number) = self.sets.get(partitions) {
            return Ok(*number);
        }
        self.greatest_set += 1;
        let mut statement = connection.prepare_cached(
            "INSERT INTO ground_partitions (ground_id, account, region, source) VALUES (?1, ?2, ?3, ?4)",
        )?;
        for partition in partitions.iter() {
            statement.execute(params![
                self.greatest_set,
                partition.account,
                partition.region,
                partition.source
            ])?;
        }
        self.sets.insert(partitions.clone(), self.greatest_set);
        Ok(self.greatest_set)
    }

    /// The numbers of a document's steps, as a JSON text; `None` where it has none.
    fn steps(&mut self, connection: &Connection, document: Option<&Document>) -> rusqlite::Result<Option<String>> {
        let Some(document) = document.filter(|document| !document.steps().is_empty()) else {
            return Ok(None);
        };
        let numbers = document.steps().iter().map(|step| self.step(connection, step));
        json(&numbers.collect::<rusqlite::Result<Vec<i64>>>()?).map(Some)
    }

    fn step(&mut self, connection: &Connection, step: &Arc<Step>) -> rusqlite::Result<i64> {
        if let Some((_, number)) = self.steps.get(&Arc::as_ptr(step)) {
            return Ok(*number);
        }
        if self.steps.len() >= MOST_STEPS {
            self.steps.clear();
        }
        let mut known = connection.prepare_cached("SELECT number FROM steps WHERE sha256 = ?1")?;
        let number = match known.query_row([step.sha256()], |row| row.get(0)).optional()? {
            Some(number) => number,
            None => {
                let mut statement = connection.prepare_cached("INSERT INTO steps (sha256, step) VALUES (?1, ?2)")?;
                statement.execute(params![step.sha256(), step.text()])?;
                connection.last_insert_rowid()
            }
        };
        self.steps.insert(Arc::as_ptr(step), (step.clone(), number));
        Ok(number)
    }
}

/// When a thing that is not there was last seen. What is there was seen by the newest capture, and that is written once.
fn missed_after(life: &Life) -> Option<Time> {
    let is_missed = life.history.stale_since.or(life.history.gone_at).is_some();
    is_missed.then_some(Time(life.history.last_seen))
}

/// How a document is written: the first of a thing, or another one. Writing over what may be there makes SQLite keep a copy of each page that it touches.
const FIRST_TEXT: &str = "INSERT INTO texts
     (number, document, type, name, account, region, severity, state, sensitivity, action_class, workload, authority, resource)
 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
const OTHER_TEXT: &str = "INSERT OR REPLACE INTO texts
     (number, document, type, name, account, region, severity, state, sensitivity, action_class, workload, authority, resource)
 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";

fn text(connection: &Connection, sql: &str, number: i64, document: &Document) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(sql)?;
    let of = |name: &str| document.summary().get(name);
    statement.execute(params![
        number,
        document.text(),
        of("type"),
        of("name"),
        of("account"),
        of("region"),
        of("severity"),
        of("state"),
        of("sensitivity"),
        of("action_class"),
        of("workload"),
        of("authority"),
        of("resource"),
    ])?;
    Ok(())
}

fn json<T: Serialize>(value: &T) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}
