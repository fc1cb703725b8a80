//! Journals: everything that a run changes, written down whole before any of it is done.
//!
//! A journal lies below `state/journal/` beside the runs, in parts that say what to set where. Applying a part twice is the same as applying it once, so whoever
//! comes after a worker that died can go on with it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sv0_lake::{LakeError, ObjectStore, from_ndjson, to_ndjson};
use sv0_model::time::Timestamp;
use sv0_state::{Change, RunRecord, Tally};

use super::TableError;
use super::attributes::Write;

/// A part is ended after so many writes, or so many bytes.
const WRITES: usize = 1000;
const BYTES: usize = 8 * 1024 * 1024;

/// What is known of a journal before its parts are read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Journal {
    run_id: String,
    captured_at: Timestamp,
    finished_at: Timestamp,
    counts: BTreeMap<String, u64>,
    /// What became of how many things, by name.
    pub changes: BTreeMap<String, u64>,
    /// How many parts it has.
    pub parts: u64,
}

impl Journal {
    /// The run that it is of.
    pub fn run(&self) -> RunRecord {
        RunRecord {
            run_id: self.run_id.clone(),
            captured_at: self.captured_at,
            finished_at: self.finished_at,
            counts: self.counts.clone(),
        }
    }

    /// How many things the run changed the history of.
    pub fn tally(&self) -> Tally {
        let of = |name: &str| self.changes.get(name).copied().unwrap_or_default();
        Tally {
            appeared: of("appeared"),
            changed: of("changed"),
            returned: of("returned"),
            unchanged: of("unchanged"),
            doubted: of("doubted"),
            gone: of("gone"),
        }
    }

    /// Reads what was written below `place`.
    pub fn read(objects: &dyn ObjectStore, place: &str) -> Result<Self, TableError> {
        let key = format!("{place}/journal.json");
        let bytes = objects.get(&key).map_err(|error| unusable(place, error))?;
        serde_json::from_slice(&bytes).map_err(|error| unusable(place, error))
    }

    /// The writes of one part.
    pub fn part(objects: &dyn ObjectStore, place: &str, number: u64) -> Result<Vec<Write>, TableError> {
        rows(objects, place, &part_key(place, number))
    }
}

fn rows<T: serde::de::DeserializeOwned>(
    objects: &dyn ObjectStore,
    place: &str,
    key: &str,
) -> Result<Vec<T>, TableError> {
    let bytes = objects.get(key).map_err(|error| unusable(place, error))?;
    from_ndjson(key, &bytes).map_err(|error| unusable(place, error))
}

fn unusable(place: &str, error: impl std::error::Error + Send + Sync + 'static) -> TableError {
    TableError::Journal(place.to_owned(), Box::new(error))
}

fn part_key(place: &str, number: u64) -> String {
    format!("{place}/{number:06}.ndjson.zst")
}

/// What became of a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingChange {
    /// Its id.
    pub id: String,
    /// What became of it: the name of a [`Change`].
    pub change: String,
}

impl FindingChange {
    /// What became of it.
    #[must_use]
    pub fn change(&self) -> Option<Change> {
        Change::of_name(&self.change)
    }

    /// Those of a run.
    pub(super) fn of_run(objects: &dyn ObjectStore, place: &str) -> Result<Vec<Self>, TableError> {
        rows(objects, place, &findings_key(place))
    }
}

fn findings_key(place: &str) -> String {
    format!("{place}/findings.ndjson.zst")
}

/// Writes a journal.
pub(super) struct JournalWriter<'o> {
    objects: &'o dyn ObjectStore,
    place: String,
    writes: Vec<Write>,
    bytes: usize,
    parts: u64,
    findings: Vec<FindingChange>,
}

impl<'o> JournalWriter<'o> {
    /// A journal of this run. Two workers that record the same run write two journals, told apart by their fences.
    pub fn new(objects: &'o dyn ObjectStore, run_id: &str, fence: u64) -> Self {
        Self {
            objects,
            place: format!("state/journal/{run_id}/{fence}"),
            writes: Vec::new(),
            bytes: 0,
            parts: 0,
            findings: Vec::new(),
        }
    }

    pub fn add(&mut self, write: Write) -> Result<(), TableError> {
        self.bytes += write.bytes();
        self.writes.push(write);
        if self.writes.len() >= WRITES || self.bytes >= BYTES {
            self.end_part()?;
        }
        Ok(())
    }

    pub fn add_finding(&mut self, id: &str, change: Change) {
        self.findings.push(FindingChange {
            id: id.to_owned(),
            change: change.name().to_owned(),
        });
    }

    fn end_part(&mut self) -> Result<(), LakeError> {
        if self.writes.is_empty() {
            return Ok(());
        }
        let key = part_key(&self.place, self.parts);
        self.objects.put(&key, &to_ndjson(&key, &self.writes)?)?;
        self.parts += 1;
        self.bytes = 0;
        self.writes.clear();
        Ok(())
    }

    /// Ends the journal; answers with its place.
    pub fn finish(mut self, run: &RunRecord, tally: &Tally) -> Result<(String, Journal), TableError> {
        self.end_part()?;
        self.findings.sort_by(|a, b| a.id.cmp(&b.id));
        let key = findings_key(&self.place);
        self.objects.put(&key, &to_ndjson(&key, &self.findings)?)?;
        let counts = [
            ("appeared", tally.appeared),
            ("changed", tally.changed),
            ("returned", tally.returned),
            ("unchanged", tally.unchanged),
            ("doubted", tally.doubted),
            ("gone", tally.gone),
        ];
        let journal = Journal {
            run_id: run.run_id.clone(),
            captured_at: run.captured_at,
            finished_at: run.finished_at,
            counts: run.counts.clone(),
            changes: counts.map(|(name, count)| (name.to_owned(), count)).into(),
            parts: self.parts,
        };
        let key = format!("{}/journal.json", self.place);
        let bytes = serde_json::to_vec(&journal).map_err(|source| LakeError::Encode {
            key: key.clone(),
            source,
        })?;
        self.objects.put(&key, &bytes)?;
        Ok((self.place, journal))
    }
}
