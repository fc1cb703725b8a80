//! What a run means for the things of a table, a few shards at a time.

use std::collections::BTreeMap;

use futures_util::future::try_join_all;
use sv0_model::coverage::CoverageRow;
use sv0_model::hash::sha256_hex;
use sv0_state::{LifeBook, RunRecord, Seen, Sighting, SightingKind, StateError, Tally, by_thing, diff};

use super::TableError;
use super::attributes::{Item, Write, text};
use super::head::Head;
use super::items::{ChangedThing, Expiry, LIFE, Texts, end_of_single_path, is_of_a_single_path, write_of};
use super::journal::JournalWriter;
use super::keys::{Key, SHARDS, shard, shard_of};
use super::state::DynamoState;

/// So many shards' things are taken out of what the run saw at a time: memory holds a quarter of them, and the run is read four times.
const A_WALK: usize = 64;
/// So many shards are held in memory at once, and their writes are mixed: one after the other each would be a hot partition.
const AT_ONCE: usize = 16;

/// Writes everything that a run changes into a journal.
pub(super) fn enter(
    state: &DynamoState,
    head: &Head,
    run: &RunRecord,
    seen: Seen<'_>,
    journal: &mut JournalWriter<'_>,
) -> Result<Tally, TableError> {
    let mut tally = Tally::default();
    let shards: Vec<usize> = (0..SHARDS).collect();
    for walk in shards.chunks(A_WALK) {
        let mut sightings = of_shards(walk, seen)?;
        for shards in walk.chunks(AT_ONCE) {
            let names: Vec<String> = shards.iter().map(|index| shard(*index)).collect();
            let read = names.iter().map(|pk| state.table.partition(pk, &LIFE));
            let items = state.wait_for(try_join_all(read))?;
            let mut writes = Vec::new();
            for (index, items) in shards.iter().zip(items) {
                let sightings = sightings.remove(index).unwrap_or_default();
                let changed = Shard { state, head, run, seen }.changes(&items, &sightings, journal, &mut tally)?;
                writes.extend(changed.into_iter().enumerate());
            }
            writes.sort_by_key(|(place, _)| *place);
            for (_, write) in writes {
                journal.add(write)?;
            }
        }
    }
    Ok(tally)
}

/// What the run saw of the things of these shards.
fn of_shards(shards: &[usize], seen: Seen<'_>) -> Result<BTreeMap<usize, Vec<Sighting>>, StateError> {
    let mut sightings: BTreeMap<usize, Vec<Sighting>> = BTreeMap::new();
    seen.sightings.each(&mut |sighting| {
        let shard = shard_of(&sighting.thing);
        if shards.contains(&shard) {
            sightings.entry(shard).or_default().push(sighting);
        }
        Ok(())
    })?;
    Ok(sightings)
}

struct Shard<'a> {
    state: &'a DynamoState,
    head: &'a Head,
    run: &'a RunRecord,
    seen: Seen<'a>,
}

impl Shard<'_> {
    fn changes(
        &self,
        items: &[Item],
        sightings: &[Sighting],
        journal: &mut JournalWriter<'_>,
        tally: &mut Tally,
    ) -> Result<Vec<Write>, TableError> {
        let texts = self.state.texts();
        let mut book = LifeBook {
            newest_capture: self.head.newest_capture,
            ..LifeBook::default()
        };
        let mut writes = Vec::new();
        for item in items {
            if is_of_a_single_path(item) {
                writes.extend(end_of_single_path(item, &Expiry(self.state.now()))?);
                continue;
            }
            let (thing, life) = texts.life(item, self.head.newest_capture)?;
            book.lives.insert(thing, life);
        }
        let delta = diff(&book, self.run.captured_at, sightings, self.seen.complete);
        let is_late = self
            .head
            .newest_capture
            .is_some_and(|newest| self.run.captured_at < newest);
        let counting = if is_late { BTreeMap::new() } else { by_thing(sightings) };
        *tally += delta.tally;
        let findings = delta
            .changes
            .iter()
            .filter(|(thing, _)| thing.kind == SightingKind::Finding);
        findings.for_each(|(thing, change)| journal.add_finding(&thing.id, *change));
        for (thing, life) in &delta.written {
            let changed = ChangedThing {
                thing,
                known: book.lives.get(thing),
                life,
                sighting: counting.get(thing).copied(),
                document: delta.documents.get(thing).map(AsRef::as_ref),
            };
            let expiry = Expiry(self.state.expiry());
            writes.push(write_of(&changed, &self.run.run_id, &expiry, &texts)?);
        }
        Ok(writes)
    }
}

/// Writes the ledger into the journal: an item for each account whose rows are not what they were.
pub(super) fn enter_coverage(
    state: &DynamoState,
    run_id: &str,
    rows: &[CoverageRow],
    journal: &mut JournalWriter<'_>,
) -> Result<(), TableError> {
    let texts = state.texts();
    let mut by_account: BTreeMap<&str, Vec<&CoverageRow>> = BTreeMap::new();
    for row in rows {
        by_account.entry(&row.account).or_default().push(row);
    }
    let before = accounts(state, &texts)?;
    // The rows of an account that is in the ledger no more are none.
    for account in &before {
        by_account.entry(account).or_default();
    }
    let keys: Vec<Key> = by_account.keys().map(|account| Key::coverage(account)).collect();
    let known = state.wait_for(state.table.get_all(&keys, &["pk", "rows_sha256"]))?;
    let known: BTreeMap<&str, &str> = known
        .iter()
        .filter_map(|item| text(item, "pk").zip(text(item, "rows_sha256")))
        .collect();
    let names: Vec<&str> = by_account.keys().copied().collect();
    if before.iter().map(String::as_str).ne(names.iter().copied()) {
        let mut write = Write::to(Key::coverage_accounts());
        texts.set(&mut write, "rows", &serde_json::to_string(&names).unwrap_or_default())?;
        journal.add(write)?;
    }
    for (account, mut rows) in by_account {
        rows.sort();
        let rows = serde_json::to_string(&rows).unwrap_or_default();
        let (key, sha256) = (Key::coverage(account), sha256_hex(rows.as_bytes()));
        if known.get(key.pk.as_str()) == Some(&sha256.as_str()) {
            continue;
        }
        let mut write = Write::to(key);
        write.set("account", account);
        write.set("run", run_id);
        write.set("rows_sha256", sha256);
        texts.set(&mut write, "rows", &rows)?;
        journal.add(write)?;
    }
    Ok(())
}

/// The accounts that the ledger has ever had rows of, sorted.
fn accounts(state: &DynamoState, texts: &Texts<'_>) -> Result<Vec<String>, TableError> {
    let Some(item) = state.wait_for(state.table.get(&Key::coverage_accounts()))? else {
        return Ok(Vec::new());
    };
    let names = texts.get(&item, "rows")?.unwrap_or_default();
    serde_json::from_str(&names).map_err(|error| super::attributes::malformed(&item, error.to_string()))
}
