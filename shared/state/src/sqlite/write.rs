//! Values as rows. Everything here happens inside one transaction.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension, params};
use sv0_model::hash::sha256_hex;
use sv0_model::time::Timestamp;

use super::read::Time;
use crate::{Delta, Life, Partition, PartitionSet, RunRecord, Thing};

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
    let mut sets = PartitionSets::default();
    for (thing, life) in &delta.written {
        let set = sets.id_of(connection, &life.rests_on)?;
        self::life(connection, thing, life, set)?;
    }
    connection.execute(
        "DELETE FROM partition_sets WHERE id NOT IN (SELECT rests_on FROM sightings)",
        [],
    )?;
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

fn life(connection: &Connection, thing: &Thing, life: &Life, set: i64) -> rusqlite::Result<()> {
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
        set,
    ])?;
    Ok(())
}

/// The row ids of sets of partitions, written once each.
#[derive(Default)]
struct PartitionSets {
    ids: BTreeMap<PartitionSet, i64>,
}

impl PartitionSets {
    fn id_of(&mut self, connection: &Connection, set: &PartitionSet) -> rusqlite::Result<i64> {
        if let Some(id) = self.ids.get(set) {
            return Ok(*id);
        }
        let id = find_or_insert(connection, set)?;
        self.ids.insert(set.clone(), id);
        Ok(id)
    }
}

fn find_or_insert(connection: &Connection, set: &BTreeSet<Partition>) -> rusqlite::Result<i64> {
    let sha256 = sha256_of(set);
    let known = connection
        .query_row("SELECT id FROM partition_sets WHERE sha256 = ?1", [&sha256], |row| {
            row.get(0)
        })
        .optional()?;
    if let Some(id) = known {
        return Ok(id);
    }
    connection.execute("INSERT INTO partition_sets (sha256) VALUES (?1)", [&sha256])?;
    let id = connection.last_insert_rowid();
    let mut statement = connection
        .prepare_cached("INSERT INTO partitions (set_id, account, region, source) VALUES (?1, ?2, ?3, ?4)")?;
    for partition in set {
        statement.execute(params![id, partition.account, partition.region, partition.source])?;
    }
    Ok(id)
}

fn sha256_of(set: &BTreeSet<Partition>) -> String {
    let parts = set
        .iter()
        .flat_map(|partition| [&partition.account, &partition.region, &partition.source]);
    let text: String = parts.flat_map(|part| [part.as_str(), "\0"]).collect();
    sha256_hex(text.as_bytes())
}
