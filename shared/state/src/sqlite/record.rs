//! Recording a run: sightings come one after the other, and lives are looked up for a few of them at a time, so memory hangs on neither.

use std::collections::{BTreeMap, HashMap};

use rusqlite::{Connection, TransactionBehavior};

use super::INDEXES;
use super::read::{self, Lives};
use super::write::{self, Things};
use crate::{LifeBook, Outcome, RunRecord, Seen, Sighting, StateError, Tally, Thing, diff};

/// So many things are compared at a time.
const AT_ONCE: usize = if cfg!(test) { 2 } else { 1000 };

/// Records a run; `failed` says what SQLite said as the store does.
pub(super) fn record(
    connection: &mut Connection,
    run: &RunRecord,
    seen: Seen<'_>,
    failed: impl Fn(rusqlite::Error) -> StateError,
) -> Result<Outcome, StateError> {
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(&failed)?;
    if read::knows_run(&transaction, &run.run_id).map_err(&failed)? {
        return Ok(Outcome::AlreadyRecorded);
    }
    let mut recording = Recording::new(&transaction, run, seen).map_err(&failed)?;
    let mut batch = Vec::with_capacity(AT_ONCE);
    seen.sightings.each(&mut |sighting| {
        batch.push(sighting);
        if batch.len() >= AT_ONCE {
            recording.see(&mut batch).map_err(&failed)?;
        }
        Ok(())
    })?;
    recording.see(&mut batch).map_err(&failed)?;
    let tally = recording.finish().map_err(&failed)?;
    transaction.commit().map_err(&failed)?;
    Ok(Outcome::Recorded(tally))
}

struct Recording<'c> {
    connection: &'c Connection,
    run: &'c RunRecord,
    seen: Seen<'c>,
    lives: Lives,
    things: Things,
    numbers: Numbers,
    tally: Tally,
}

impl<'c> Recording<'c> {
    fn new(connection: &'c Connection, run: &'c RunRecord, seen: Seen<'c>) -> rusqlite::Result<Self> {
        let lives = Lives::new(connection)?;
        Ok(Self {
            things: Things::new(&lives),
            lives,
            connection,
            run,
            seen,
            numbers: Numbers::default(),
            tally: Tally::default(),
        })
    }

    /// Whether newer captures than this one are known.
    fn is_late(&self) -> bool {
        self.lives
            .newest_capture()
            .is_some_and(|newest| self.run.captured_at < newest)
    }

    fn book(&self) -> LifeBook {
        LifeBook {
            lives: BTreeMap::new(),
            newest_capture: self.lives.newest_capture(),
        }
    }

    /// What becomes of things that were seen.
    fn see(&mut self, batch: &mut Vec<Sighting>) -> rusqlite::Result<()> {
        let (mut book, mut rows) = (self.book(), HashMap::new());
        let mut sightings = Vec::with_capacity(batch.len());
        for sighting in batch.drain(..) {
            if let Some((number, life)) = self.lives.of(self.connection, &sighting.thing)? {
                if !self.numbers.insert(number) {
                    continue;
                }
                rows.insert(sighting.thing.clone(), number);
                book.lives.insert(sighting.thing.clone(), life);
            }
            sightings.push(sighting);
        }
        self.become_of(&book, &rows, &sightings)
    }

    /// What becomes of things that were not seen, then everything that is written once.
    fn finish(mut self) -> rusqlite::Result<Tally> {
        let mut last = 0;
        while !self.is_late() {
            let lives = self.lives.after(self.connection, last, AT_ONCE)?;
            let Some((number, ..)) = lives.last() else { break };
            last = *number;
            let (mut book, mut rows) = (self.book(), HashMap::new());
            for (number, thing, life) in lives {
                if !self.numbers.contains(number) {
                    rows.insert(thing.clone(), number);
                    book.lives.insert(thing, life);
                }
            }
            self.become_of(&book, &rows, &[])?;
        }
        self.things.finish(self.connection)?;
        self.connection.execute_batch(INDEXES)?;
        write::run(self.connection, self.run)?;
        if !self.is_late() {
            write::coverage(self.connection, self.seen.coverage)?;
            write::newest_capture(self.connection, self.run.captured_at)?;
        }
        Ok(self.tally)
    }

    fn become_of(
        &mut self,
        book: &LifeBook,
        rows: &HashMap<Thing, i64>,
        sightings: &[Sighting],
    ) -> rusqlite::Result<()> {
        let delta = diff(book, self.run.captured_at, sightings, self.seen.complete);
        for (thing, life) in &delta.written {
            let document = delta.documents.get(thing).map(AsRef::as_ref);
            match rows.get(thing) {
                Some(number) => self.things.update(self.connection, *number, life, document)?,
                None => {
                    let number = self.things.insert(self.connection, thing, life, document)?;
                    self.numbers.insert(number);
                }
            }
        }
        self.tally += delta.tally;
        Ok(())
    }
}

/// Numbers of things that were seen: a bit each, as long as they lie near each other.
#[derive(Default)]
struct Numbers {
    words: HashMap<i64, u64>,
}

impl Numbers {
    /// Whether it is new.
    fn insert(&mut self, number: i64) -> bool {
        let word = self.words.entry(number.div_euclid(64)).or_default();
        let is_new = *word & bit(number) == 0;
        *word |= bit(number);
        is_new
    }

    fn contains(&self, number: i64) -> bool {
        let word = self.words.get(&number.div_euclid(64));
        word.is_some_and(|word| word & bit(number) != 0)
    }
}

fn bit(number: i64) -> u64 {
    1 << number.rem_euclid(64)
}
