//! Runs, and how much of the world each of them saw.

use std::collections::{BTreeMap, BTreeSet};

use sv0_model::coverage::CoverageRow;
use sv0_model::time::Timestamp;

use crate::{Grounds, Partition, Sighting, StateError};

/// A run that was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRecord {
    /// The run's id.
    pub run_id: String,
    /// When its capture was made.
    pub captured_at: Timestamp,
    /// When the run ended, by the clock of the machine that ran it.
    pub finished_at: Timestamp,
    /// Counts by name, such as `entities` or `paths`.
    pub counts: BTreeMap<String, u64>,
}

/// Everything of a run that is recorded.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    /// What it saw.
    pub sightings: &'a dyn Sightings,
    /// How much of the world it saw.
    pub complete: &'a Completeness,
    /// Its coverage ledger: that of the newest capture is kept.
    pub coverage: &'a [CoverageRow],
}

/// What a run saw, handed on one after the other: all of it at once may be more than memory holds.
pub trait Sightings {
    /// Hands on every sighting, in the same order each time. Of two of one thing, the first counts.
    ///
    /// # Errors
    /// [`StateError::Sightings`] where they cannot be read; what `each` answers, after which nothing more is handed on.
    fn each(&self, each: &mut dyn FnMut(Sighting) -> Result<(), StateError>) -> Result<(), StateError>;
}

impl Sightings for Vec<Sighting> {
    fn each(&self, each: &mut dyn FnMut(Sighting) -> Result<(), StateError>) -> Result<(), StateError> {
        self.iter().cloned().try_for_each(each)
    }
}

/// How much of the world a run saw.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Completeness {
    /// What it read whole: what is absent there is absent in AWS.
    pub partitions: BTreeSet<Partition>,
    /// Native ids of entities that it saw with a policy it could not read.
    pub unreadable: BTreeSet<String>,
}

impl Completeness {
    /// The partitions whose row in the coverage ledger proves absence.
    #[must_use]
    pub fn of_ledger(rows: &[CoverageRow]) -> Self {
        let whole = rows.iter().filter(|row| row.status.proves_absence());
        Self {
            partitions: whole
                .map(|row| Partition::new(&row.account, &row.region, &row.source))
                .collect(),
            unreadable: BTreeSet::new(),
        }
    }

    /// Whether the absence of a thing on these grounds proves that it is gone. Of what rests on nothing, absence proves nothing.
    #[must_use]
    pub fn proves_absence(&self, grounds: &Grounds) -> bool {
        !grounds.partitions.is_empty()
            && grounds.partitions.is_subset(&self.partitions)
            && grounds.policies_of.is_disjoint(&self.unreadable)
    }
}
