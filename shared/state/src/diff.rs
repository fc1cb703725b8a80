//! What a run means for the history of everything. Pure: known lives and sightings in, changed lives out.

use std::collections::BTreeMap;

use sv0_model::time::Timestamp;

use crate::{Completeness, History, Life, Sighting, Tally, Thing};

/// Everything that was ever seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LifeBook {
    /// What is known of each thing.
    pub lives: BTreeMap<Thing, Life>,
    /// When the newest capture recorded so far was made.
    pub newest_capture: Option<Timestamp>,
}

/// What a run changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delta {
    /// Things of which nothing but the last sighting moves, to the time of the run's capture. After a scan of an unchanged estate this is everything.
    pub seen_again: Vec<Thing>,
    /// Things with a new life, or another one than before.
    pub written: BTreeMap<Thing, Life>,
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
/// Of two sightings of one thing in a run, the one with the greater hash (then the greater set) counts, whatever their order.
#[must_use]
pub fn diff(known: &LifeBook, captured_at: Timestamp, sightings: &[Sighting], complete: &Completeness) -> Delta {
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

fn by_thing(sightings: &[Sighting]) -> BTreeMap<&Thing, &Sighting> {
    let mut seen: BTreeMap<&Thing, &Sighting> = BTreeMap::new();
    for sighting in sightings {
        let known = seen.entry(&sighting.thing).or_insert(sighting);
        if (&known.content_sha256, &known.rests_on) < (&sighting.content_sha256, &sighting.rests_on) {
            *known = sighting;
        }
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
            return self.write(sighting, born(captured_at));
        };
        let history = seen_again(life, sighting, captured_at);
        let was_missed = life.history.gone_at.or(life.history.stale_since).is_some();
        *if life.content_sha256 != sighting.content_sha256 {
            &mut self.tally.changed
        } else if was_missed {
            &mut self.tally.returned
        } else {
            &mut self.tally.unchanged
        } += 1;
        let moves_only_last_seen = History {
            last_seen: life.history.last_seen,
            ..history
        } == life.history
            && life.content_sha256 == sighting.content_sha256
            && life.rests_on == sighting.rests_on;
        if !moves_only_last_seen {
            self.write(sighting, history);
        } else if history != life.history {
            self.seen_again.push(sighting.thing.clone());
        }
    }

    fn write(&mut self, sighting: &Sighting, history: History) {
        let life = Life {
            content_sha256: sighting.content_sha256.clone(),
            history,
            rests_on: sighting.rests_on.clone(),
        };
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
        } else if history.stale_since.is_none() {
            history.stale_since = Some(captured_at);
            self.tally.doubted += 1;
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
