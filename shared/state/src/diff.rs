//! What a run means for the history of everything. Pure: known lives and sightings in, changed lives out.

use std::collections::BTreeMap;
use std::sync::Arc;

use sv0_model::time::Timestamp;

use crate::{Completeness, Document, History, Life, Sighting, Tally, Thing};

/// Everything that was ever seen, or a part of it: what becomes of a thing does not hang on any other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LifeBook {
    /// What is known of each thing.
    pub lives: BTreeMap<Thing, Life>,
    /// When the newest capture recorded so far was made.
    pub newest_capture: Option<Timestamp>,
}

/// What became of a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// Seen for the first time.
    Appeared,
    /// Seen with other content.
    Changed,
    /// Seen again after it was gone, whatever its content.
    Returned,
    /// Seen again after it was in doubt, as it was.
    Confirmed,
    /// Not seen, and not proved gone.
    Doubted,
    /// Proved gone.
    Gone,
}

impl Change {
    /// Every change.
    pub const ALL: [Self; 6] = [
        Self::Appeared,
        Self::Changed,
        Self::Returned,
        Self::Confirmed,
        Self::Doubted,
        Self::Gone,
    ];

    /// The name under which it is stored.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Appeared => "appeared",
            Self::Changed => "changed",
            Self::Returned => "returned",
            Self::Confirmed => "confirmed",
            Self::Doubted => "doubted",
            Self::Gone => "gone",
        }
    }

    /// The change of that name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|change| change.name() == name)
    }
}

/// What a run changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delta {
    /// Things of which nothing but the last sighting moves, to the time of the run's capture. After a scan of an unchanged estate this is everything.
    pub seen_again: Vec<Thing>,
    /// Things with a new life, or another one than before.
    pub written: BTreeMap<Thing, Life>,
    /// Documents to keep in place of what is kept; each is of a thing in `written`.
    pub documents: BTreeMap<Thing, Arc<Document>>,
    /// What became of things, but for those that are as they were.
    pub changes: BTreeMap<Thing, Change>,
    /// How many of which.
    pub tally: Tally,
}

impl LifeBook {
    /// Enters what a run changed.
    pub fn apply(&mut self, delta: Delta, captured_at: Timestamp) {
        for thing in &delta.seen_again {
            if let Some(life) = self.lives.get_mut(thing) {
                life.history.last_seen = captured_at;
            }
        }
        self.lives.extend(delta.written);
        self.newest_capture = self.newest_capture.max(Some(captured_at));
    }
}

/// What a run whose capture was made at `captured_at` changes.
///
/// Of two sightings of one thing in a run, the first counts.
#[must_use]
pub fn diff<'a>(
    known: &LifeBook,
    captured_at: Timestamp,
    sightings: impl IntoIterator<Item = &'a Sighting>,
    complete: &Completeness,
) -> Delta {
    let seen = by_thing(sightings);
    if known.newest_capture.is_some_and(|newest| captured_at < newest) {
        return diff_late(known, captured_at, &seen);
    }
    let mut delta = Delta::default();
    for (thing, sighting) in &seen {
        delta.see(known.lives.get(*thing), sighting, captured_at);
    }
    for (thing, life) in &known.lives {
        if !seen.contains_key(thing) {
            delta.miss(thing, life, captured_at, complete);
        }
    }
    delta
}

/// What was seen, each thing once: of two sightings of one thing, the one that counts.
#[must_use]
pub fn by_thing<'a>(sightings: impl IntoIterator<Item = &'a Sighting>) -> BTreeMap<&'a Thing, &'a Sighting> {
    let mut seen: BTreeMap<&Thing, &Sighting> = BTreeMap::new();
    for sighting in sightings {
        seen.entry(&sighting.thing).or_insert(sighting);
    }
    seen
}

/// A capture older than the newest one knows nothing that newer ones do not know better, except that a thing is older than was thought.
fn diff_late(known: &LifeBook, captured_at: Timestamp, seen: &BTreeMap<&Thing, &Sighting>) -> Delta {
    let mut delta = Delta::default();
    for thing in seen.keys() {
        let Some(life) = known.lives.get(*thing) else { continue };
        if captured_at < life.history.first_seen {
            let mut life = life.clone();
            life.history.first_seen = captured_at;
            delta.written.insert((*thing).clone(), life);
        }
    }
    delta
}

impl Delta {
    fn see(&mut self, known: Option<&Life>, sighting: &Sighting, captured_at: Timestamp) {
        let Some(life) = known else {
            self.tally.appeared += 1;
            self.changes.insert(sighting.thing.clone(), Change::Appeared);
            return self.write(sighting, born(captured_at), None);
        };
        let history = seen_again(life, sighting, captured_at);
        let was_missed = life.history.gone_at.or(life.history.stale_since).is_some();
        let has_other_content = life.content_sha256 != sighting.content_sha256;
        *if has_other_content {
            &mut self.tally.changed
        } else if was_missed {
            &mut self.tally.returned
        } else {
            &mut self.tally.unchanged
        } += 1;
        let change = match () {
            () if life.history.gone_at.is_some() => Some(Change::Returned),
            () if has_other_content => Some(Change::Changed),
            () if was_missed => Some(Change::Confirmed),
            () => None,
        };
        if let Some(change) = change {
            self.changes.insert(sighting.thing.clone(), change);
        }
        let moves_only_last_seen = History {
            last_seen: life.history.last_seen,
            ..history
        } == life.history
            && life.content_sha256 == sighting.content_sha256
            && life.rests_on == sighting.rests_on
            && (sighting.document.is_none() || life.document_sha256 == sha256_of_document(sighting));
        if !moves_only_last_seen {
            self.write(sighting, history, life.document_sha256.clone());
        } else if history != life.history {
            self.seen_again.push(sighting.thing.clone());
        }
    }

    fn write(&mut self, sighting: &Sighting, history: History, kept: Option<String>) {
        let life = Life {
            content_sha256: sighting.content_sha256.clone(),
            history,
            rests_on: sighting.rests_on.clone(),
            document_sha256: sha256_of_document(sighting).or_else(|| kept.clone()),
        };
        if let Some(document) = &sighting.document
            && kept.as_deref() != Some(document.sha256())
        {
            self.documents.insert(sighting.thing.clone(), document.clone());
        }
        self.written.insert(sighting.thing.clone(), life);
    }

    fn miss(&mut self, thing: &Thing, life: &Life, captured_at: Timestamp, complete: &Completeness) {
        let mut history = life.history;
        if history.gone_at.is_some() {
            return;
        }
        if complete.proves_absence(&life.rests_on) {
            history.gone_at = Some(captured_at);
            history.stale_since = None;
            self.tally.gone += 1;
            self.changes.insert(thing.clone(), Change::Gone);
        } else if history.stale_since.is_none() {
            history.stale_since = Some(captured_at);
            self.tally.doubted += 1;
            self.changes.insert(thing.clone(), Change::Doubted);
        } else {
            return;
        }
        self.written.insert(
            thing.clone(),
            Life {
                history,
                ..life.clone()
            },
        );
    }
}

fn sha256_of_document(sighting: &Sighting) -> Option<String> {
    sighting.document.as_ref().map(|document| document.sha256().to_owned())
}

fn born(captured_at: Timestamp) -> History {
    History {
        first_seen: captured_at,
        last_seen: captured_at,
        changed_at: captured_at,
        stale_since: None,
        gone_at: None,
    }
}

fn seen_again(life: &Life, sighting: &Sighting, captured_at: Timestamp) -> History {
    let has_changed = life.content_sha256 != sighting.content_sha256 || life.history.gone_at.is_some();
    History {
        last_seen: captured_at,
        changed_at: if has_changed {
            captured_at
        } else {
            life.history.changed_at
        },
        stale_since: None,
        gone_at: None,
        ..life.history
    }
}

#[cfg(test)]
mod tests;
