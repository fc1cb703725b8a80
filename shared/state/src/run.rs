//! Runs, and how much of the world each of them saw.

use std::collections::{BTreeMap, BTreeSet};

use sv0_model::coverage::CoverageRow;
use sv0_model::time::Timestamp;

use crate::Partition;

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

/// The partitions that a run read whole: what is absent there is absent in AWS.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CompletePartitions(BTreeSet<Partition>);

impl CompletePartitions {
    /// The partitions whose row in the coverage ledger proves absence.
    #[must_use]
    pub fn of_ledger(rows: &[CoverageRow]) -> Self {
        let whole = rows.iter().filter(|row| row.status.proves_absence());
        whole
            .map(|row| Partition::new(&row.account, &row.region, &row.source))
            .collect()
    }

    /// Whether the absence of a thing that rests on these partitions proves that it is gone. Of what rests on nothing, absence proves nothing.
    #[must_use]
    pub fn prove_absence(&self, rests_on: &BTreeSet<Partition>) -> bool {
        !rests_on.is_empty() && rests_on.is_subset(&self.0)
    }
}

impl FromIterator<Partition> for CompletePartitions {
    fn from_iter<I: IntoIterator<Item = Partition>>(partitions: I) -> Self {
        Self(partitions.into_iter().collect())
    }
}

impl Extend<Partition> for CompletePartitions {
    fn extend<I: IntoIterator<Item = Partition>>(&mut self, partitions: I) {
        self.0.extend(partitions);
    }
}
