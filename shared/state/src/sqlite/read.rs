//! Rows as values.

use std::collections::BTreeMap;
use std::sync::Arc;

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row, params};
use sv0_model::coverage::{CoverageRow, CoverageStatus};
use sv0_model::time::Timestamp;

use crate::{Grounds, History, Life, LifeBook, Partition, RunRecord, SightingKind, Thing};

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
    let mut statement = connection.prepare(
        "SELECT first_seen, last_seen, changed_at, stale_since, gone_at FROM sightings WHERE kind = ?1 AND id = ?2",
    )?;
    let mut histories = BTreeMap::new();
    for id in ids {
        let found = statement.query_row(params![kind, id], history_of).optional()?;
        histories.extend(found.map(|history| ((*id).to_owned(), history)));
    }
    Ok(histories)
}

pub(super) fn documents(
    connection: &Connection,
    kind: SightingKind,
    ids: &[&str],
) -> rusqlite::Result<BTreeMap<String, String>> {
    let mut statement = connection.prepare("SELECT document FROM documents WHERE kind = ?1 AND id = ?2")?;
    let mut documents = BTreeMap::new();
    for id in ids {
        let found = statement.query_row(params![kind, id], |row| row.get(0)).optional()?;
        documents.extend(found.map(|document| ((*id).to_owned(), document)));
    }
    Ok(documents)
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

/// Everything that was ever seen.
pub(super) fn life_book(connection: &Connection) -> rusqlite::Result<LifeBook> {
    let grounds = grounds(connection)?;
    let mut lives = BTreeMap::new();
    let mut statement = connection
        .prepare("SELECT s.*, d.sha256 AS document_sha256 FROM sightings s LEFT JOIN documents d USING (kind, id)")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let thing = Thing {
            kind: row.get("kind")?,
            id: row.get("id")?,
        };
        let rests_on: i64 = row.get("rests_on")?;
        let life = Life {
            content_sha256: row.get("content_sha256")?,
            history: history_of(row)?,
            rests_on: grounds.get(&rests_on).cloned().unwrap_or_default(),
            document_sha256: row.get("document_sha256")?,
        };
        lives.insert(thing, life);
    }
    Ok(LifeBook {
        lives,
        newest_capture: newest_capture(connection)?,
    })
}

fn newest_capture(connection: &Connection) -> rusqlite::Result<Option<Timestamp>> {
    let mut statement = connection.prepare("SELECT captured_at FROM runs")?;
    let mut times = statement.query_map([], |row| time(row, "captured_at"))?;
    times.try_fold(None, |newest, time| Ok(newest.max(Some(time?))))
}

fn grounds(connection: &Connection) -> rusqlite::Result<BTreeMap<i64, Arc<Grounds>>> {
    let mut grounds: BTreeMap<i64, Grounds> = BTreeMap::new();
    let mut statement = connection.prepare("SELECT ground_id, account, region, source FROM ground_partitions")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let partition = Partition {
            account: row.get("account")?,
            region: row.get("region")?,
            source: row.get("source")?,
        };
        let of_id = grounds.entry(row.get("ground_id")?).or_default();
        of_id.partitions.insert(partition);
    }
    let mut statement = connection.prepare("SELECT ground_id, native_id FROM ground_policies")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let of_id = grounds.entry(row.get("ground_id")?).or_default();
        of_id.policies_of.insert(row.get("native_id")?);
    }
    Ok(grounds
        .into_iter()
        .map(|(id, grounds)| (id, Arc::new(grounds)))
        .collect())
}

fn history_of(row: &Row<'_>) -> rusqlite::Result<History> {
    Ok(History {
        first_seen: time(row, "first_seen")?,
        last_seen: time(row, "last_seen")?,
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
