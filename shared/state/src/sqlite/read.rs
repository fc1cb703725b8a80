//! Rows as values.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row, params};
use sv0_model::coverage::{CoverageRow, CoverageStatus};
use sv0_model::time::Timestamp;

use crate::sighting::whole;
use crate::{Grounds, History, Life, Partition, Partitions, RunRecord, SightingKind, Thing};

/// A time as RFC 3339 text.
pub(super) struct Time(pub Timestamp);

impl FromSql for Time {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let time = value.as_str()?.parse();
        time.map(Self).map_err(|error| FromSqlError::Other(Box::new(error)))
    }
}

impl ToSql for Time {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.to_string().into())
    }
}

/// A status of the ledger by its name in `coverage.ndjson`.
pub(super) struct Status(pub CoverageStatus);

impl FromSql for Status {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let status = serde_json::from_value(value.as_str()?.into());
        status.map(Self).map_err(|error| FromSqlError::Other(Box::new(error)))
    }
}

impl ToSql for Status {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let failed = |error| rusqlite::Error::ToSqlConversionFailure(Box::new(error));
        let name = serde_json::to_value(self.0).map_err(failed)?;
        Ok(name.as_str().unwrap_or_default().to_owned().into())
    }
}

impl FromSql for SightingKind {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Self::of_name(value.as_str()?).ok_or(FromSqlError::InvalidType)
    }
}

impl ToSql for SightingKind {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.name().into())
    }
}

pub(super) fn knows_run(connection: &Connection, run_id: &str) -> rusqlite::Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM runs WHERE run_id = ?1)";
    connection.query_row(sql, [run_id], |row| row.get(0))
}

pub(super) fn has_runs(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row("SELECT EXISTS (SELECT 1 FROM runs)", [], |row| row.get(0))
}

pub(super) fn runs(connection: &Connection) -> rusqlite::Result<Vec<RunRecord>> {
    let mut counts = counts(connection)?;
    let mut statement = connection.prepare("SELECT run_id, captured_at, finished_at FROM runs")?;
    let rows = statement.query_map([], |row| {
        let run_id: String = row.get("run_id")?;
        Ok(RunRecord {
            counts: counts.remove(&run_id).unwrap_or_default(),
            run_id,
            captured_at: time(row, "captured_at")?,
            finished_at: time(row, "finished_at")?,
        })
    })?;
    let mut runs = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    runs.sort_by(|a, b| (a.captured_at, &a.run_id).cmp(&(b.captured_at, &b.run_id)));
    Ok(runs)
}

fn counts(connection: &Connection) -> rusqlite::Result<BTreeMap<String, BTreeMap<String, u64>>> {
    let mut counts: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
    let mut statement = connection.prepare("SELECT run_id, name, count FROM run_counts")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let of_run = counts.entry(row.get("run_id")?).or_default();
        of_run.insert(row.get("name")?, row.get("count")?);
    }
    Ok(counts)
}

pub(super) fn history(
    connection: &Connection,
    kind: SightingKind,
    ids: &[&str],
) -> rusqlite::Result<BTreeMap<String, History>> {
    let newest = newest_capture(connection)?;
    let mut statement = connection.prepare(
        "SELECT first_seen, last_seen, changed_at, stale_since, gone_at FROM things WHERE kind = ?1 AND id = ?2",
    )?;
    let mut histories = BTreeMap::new();
    for id in ids {
        let found = statement
            .query_row(params![kind, id], |row| history_of(row, newest))
            .optional()?;
        histories.extend(found.map(|history| ((*id).to_owned(), history)));
    }
    Ok(histories)
}

pub(super) fn documents(
    connection: &Connection,
    kind: SightingKind,
    ids: &[&str],
) -> rusqlite::Result<BTreeMap<String, String>> {
    let mut statement = connection.prepare(
        "SELECT x.document, t.steps FROM things t JOIN texts x USING (number) WHERE t.kind = ?1 AND t.id = ?2",
    )?;
    let mut documents = BTreeMap::new();
    for id in ids {
        let found: Option<(String, Option<String>)> = statement
            .query_row(params![kind, id], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((text, steps)) = found else { continue };
        let steps = match steps {
            Some(numbers) => steps_of(connection, &numbers)?,
            None => Vec::new(),
        };
        let document = whole(&text, steps.iter().map(String::as_str));
        documents.insert((*id).to_owned(), document);
    }
    Ok(documents)
}

fn steps_of(connection: &Connection, numbers: &str) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare_cached("SELECT step FROM steps WHERE number = ?1")?;
    let numbers: Vec<i64> = of_json(numbers)?;
    numbers
        .iter()
        .map(|number| statement.query_row([number], |row| row.get(0)))
        .collect()
}

fn of_json<T: serde::de::DeserializeOwned>(text: &str) -> rusqlite::Result<T> {
    let failed = |error| rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(error));
    serde_json::from_str(text).map_err(failed)
}

pub(super) fn coverage(connection: &Connection, account: &str) -> rusqlite::Result<Vec<CoverageRow>> {
    let mut statement = connection.prepare("SELECT * FROM coverage WHERE account = ?1")?;
    let rows = statement.query_map([account], |row| {
        Ok(CoverageRow {
            account: row.get("account")?,
            region: row.get("region")?,
            source: row.get("source")?,
            status: row.get::<_, Status>("status")?.0,
            reason: row.get("reason")?,
            error_code: row.get("error_code")?,
            operation: row.get("operation")?,
            captured_at: time_or_none(row, "captured_at")?,
            items: row.get("items")?,
        })
    })?;
    let mut rows = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    rows.sort();
    Ok(rows)
}

/// What a life is read from.
const LIFE: &str = "SELECT number, kind, id, content_sha256, first_seen, last_seen, changed_at, stale_since, gone_at, rests_on, policies_of,
    document_sha256 FROM things";

/// Reads lives. What they rest on is read once, at the beginning.
pub(super) struct Lives {
    newest: Option<Timestamp>,
    partitions: HashMap<i64, Partitions>,
    /// Things with greater numbers are of this run.
    greatest: i64,
    of_thing: String,
    from: String,
}

impl Lives {
    pub fn new(connection: &Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            newest: newest_capture(connection)?,
            partitions: partitions(connection)?,
            greatest: connection.query_row("SELECT coalesce(max(number), 0) FROM things", [], |row| row.get(0))?,
            of_thing: format!("{LIFE} WHERE kind = ?1 AND id = ?2"),
            from: format!("{LIFE} WHERE number > ?1 AND number <= ?2 AND gone_at IS NULL ORDER BY number LIMIT ?3"),
        })
    }

    /// When the newest capture recorded so far was made.
    pub fn newest_capture(&self) -> Option<Timestamp> {
        self.newest
    }

    /// The sets that things rest on, by their numbers.
    pub fn partitions(&self) -> &HashMap<i64, Partitions> {
        &self.partitions
    }

    /// The life of a thing, with its number.
    pub fn of(&self, connection: &Connection, thing: &Thing) -> rusqlite::Result<Option<(i64, Life)>> {
        let mut statement = connection.prepare_cached(&self.of_thing)?;
        statement
            .query_row(params![thing.kind, thing.id], |row| {
                Ok((row.get("number")?, self.life(row)?))
            })
            .optional()
    }

    /// At most so many lives of things that were known before and are not gone, those with the least numbers after this one.
    pub fn after(
        &self,
        connection: &Connection,
        number: i64,
        most: usize,
    ) -> rusqlite::Result<Vec<(i64, Thing, Life)>> {
        let mut statement = connection.prepare_cached(&self.from)?;
        let rows = statement.query_map(params![number, self.greatest, most], |row| {
            let thing = Thing {
                kind: row.get("kind")?,
                id: row.get("id")?,
            };
            Ok((row.get("number")?, thing, self.life(row)?))
        })?;
        rows.collect()
    }

    fn life(&self, row: &Row<'_>) -> rusqlite::Result<Life> {
        let rests_on: i64 = row.get("rests_on")?;
        let policies_of = row.get_ref("policies_of")?;
        Ok(Life {
            content_sha256: row.get("content_sha256")?,
            history: history_of(row, self.newest)?,
            rests_on: Arc::new(Grounds {
                partitions: self.partitions.get(&rests_on).cloned().unwrap_or_default(),
                policies_of: of_json(policies_of.as_str()?)?,
            }),
            document_sha256: row.get("document_sha256")?,
        })
    }
}

pub(super) fn newest_capture(connection: &Connection) -> rusqlite::Result<Option<Timestamp>> {
    let newest = connection.query_row("SELECT captured_at FROM newest", [], |row| time(row, "captured_at"));
    newest.optional()
}

/// When the newest of the runs was captured: times as text do not sort.
pub(super) fn newest_of_runs(connection: &Connection) -> rusqlite::Result<Option<Timestamp>> {
    let mut statement = connection.prepare("SELECT captured_at FROM runs")?;
    let mut times = statement.query_map([], |row| time(row, "captured_at"))?;
    times.try_fold(None, |newest, time| Ok(newest.max(Some(time?))))
}

fn partitions(connection: &Connection) -> rusqlite::Result<HashMap<i64, Partitions>> {
    let mut sets: HashMap<i64, Vec<Partition>> = HashMap::new();
    let mut statement = connection.prepare("SELECT ground_id, account, region, source FROM ground_partitions")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let partition = Partition {
            account: row.get("account")?,
            region: row.get("region")?,
            source: row.get("source")?,
        };
        sets.entry(row.get("ground_id")?).or_default().push(partition);
    }
    Ok(sets
        .into_iter()
        .map(|(id, set)| (id, set.into_iter().collect()))
        .collect())
}

/// What is there was last seen by the newest capture.
fn history_of(row: &Row<'_>, newest: Option<Timestamp>) -> rusqlite::Result<History> {
    let first_seen = time(row, "first_seen")?;
    Ok(History {
        first_seen,
        last_seen: time_or_none(row, "last_seen")?.or(newest).unwrap_or(first_seen),
        changed_at: time(row, "changed_at")?,
        stale_since: time_or_none(row, "stale_since")?,
        gone_at: time_or_none(row, "gone_at")?,
    })
}

fn time(row: &Row<'_>, name: &str) -> rusqlite::Result<Timestamp> {
    row.get::<_, Time>(name).map(|time| time.0)
}

fn time_or_none(row: &Row<'_>, name: &str) -> rusqlite::Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<Time>>(name)?.map(|time| time.0))
}
