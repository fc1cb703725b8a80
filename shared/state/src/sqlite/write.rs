//! Values as rows. Everything here happens inside one transaction.

use std::collections::BTreeMap;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};
use sv0_model::coverage::CoverageRow;
use sv0_model::hash::sha256_hex;
use sv0_model::time::Timestamp;

use super::read::{Status, Time};
use crate::{Delta, Grounds, Life, Partition, RunRecord, Thing};

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

pub(super) fn delta(connection: &Connection, delta: &Delta, captured_at: Timestamp) -> rusqlite::Result<()> {
    seen_again(connection, &delta.seen_again, captured_at)?;
    let mut grounds = GroundIds::default();
    for (thing, life) in &delta.written {
        let rests_on = grounds.of(connection, &life.rests_on)?;
        self::life(connection, thing, life, rests_on)?;
    }
    documents(connection, delta)?;
    connection.execute(
        "DELETE FROM grounds WHERE id NOT IN (SELECT rests_on FROM sightings)",
        [],
    )?;
    Ok(())
}

fn documents(connection: &Connection, delta: &Delta) -> rusqlite::Result<()> {
    let mut statement = connection.prepare(
        "INSERT INTO documents (kind, id, sha256, document) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (kind, id) DO UPDATE SET sha256 = excluded.sha256, document = excluded.document",
    )?;
    for (thing, document) in &delta.documents {
        statement.execute(params![thing.kind, thing.id, document.sha256(), document.text()])?;
    }
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

fn seen_again(connection: &Connection, things: &[Thing], captured_at: Timestamp) -> rusqlite::Result<()> {
    let time = captured_at.to_string();
    let mut statement = connection.prepare("UPDATE sightings SET last_seen = ?1 WHERE kind = ?2 AND id = ?3")?;
    for thing in things {
        statement.execute(params![time, thing.kind, thing.id])?;
    }
    Ok(())
}

fn life(connection: &Connection, thing: &Thing, life: &Life, rests_on: i64) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO sightings
             (kind, id, content_sha256, first_seen, last_seen, changed_at, stale_since, gone_at, rests_on)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         ON CONFLICT (kind, id) DO UPDATE SET
             content_sha256 = excluded.content_sha256, first_seen = excluded.first_seen,
             last_seen = excluded.last_seen, changed_at = excluded.changed_at,
             stale_since = excluded.stale_since, gone_at = excluded.gone_at, rests_on = excluded.rests_on",
    )?;
    let history = &life.history;
    statement.execute(params![
        thing.kind,
        thing.id,
        life.content_sha256,
        Time(history.first_seen),
        Time(history.last_seen),
        Time(history.changed_at),
        history.stale_since.map(Time),
        history.gone_at.map(Time),
        rests_on,
    ])?;
    Ok(())
}

/// The row ids of grounds, written once each.
#[derive(Default)]
struct GroundIds {
    ids: BTreeMap<Arc<Grounds>, i64>,
}

impl GroundIds {
    fn of(&mut self, connection: &Connection, grounds: &Arc<Grounds>) -> rusqlite::Result<i64> {
        if let Some(id) = self.ids.get(grounds) {
            return Ok(*id);
        }
        let id = find_or_insert(connection, grounds)?;
        self.ids.insert(grounds.clone(), id);
        Ok(id)
    }
}

fn find_or_insert(connection: &Connection, grounds: &Grounds) -> rusqlite::Result<i64> {
    let sha256 = sha256_of(grounds);
    let known = connection
        .query_row("SELECT id FROM grounds WHERE sha256 = ?1", [&sha256], |row| row.get(0))
        .optional()?;
    if let Some(id) = known {
        return Ok(id);
    }
    connection.execute("INSERT INTO grounds (sha256) VALUES (?1)", [&sha256])?;
    let id = connection.last_insert_rowid();
    let mut statement = connection
        .prepare_cached("INSERT INTO ground_partitions (ground_id, account, region, source) VALUES (?1, ?2, ?3, ?4)")?;
    for partition in &grounds.partitions {
        statement.execute(params![id, partition.account, partition.region, partition.source])?;
    }
    let mut statement =
        connection.prepare_cached("INSERT INTO ground_policies (ground_id, native_id) VALUES (?1, ?2)")?;
    for native_id in &grounds.policies_of {
        statement.execute(params![id, native_id])?;
    }
    Ok(id)
}

fn sha256_of(grounds: &Grounds) -> String {
    let partition = |p: &Partition| format!("partition\0{}\0{}\0{}\0", p.account, p.region, p.source);
    let policies = |native_id: &String| format!("policies\0{native_id}\0");
    let partitions = grounds.partitions.iter().map(partition);
    let text: String = partitions.chain(grounds.policies_of.iter().map(policies)).collect();
    sha256_hex(text.as_bytes())
}
