//! The port to wherever history is kept.

use std::collections::BTreeMap;
use std::ops::AddAssign;
use std::time::Duration;

use sv0_model::coverage::CoverageRow;
use sv0_model::time::Timestamp;

use crate::{History, RunRecord, Seen, SightingKind, StateError};

/// Runs, the history of everything they saw, and leases.
///
/// The port is synchronous for the reason that the port to objects is: a run is recorded in one large write.
/// Every adapter passes [`contract::check`](crate::contract::check).
pub trait StateStore {
    /// Records what a run saw, all of it or nothing.
    ///
    /// A run that was recorded before changes nothing. A run whose capture is older than the newest one recorded only moves first sightings to an earlier time.
    ///
    /// # Errors
    /// [`StateError`]; what was recorded before stays, and the call can be made again.
    fn record_run(&mut self, run: &RunRecord, seen: Seen<'_>) -> Result<Outcome, StateError>;

    /// The history of the things of that kind with these ids; what was never seen is left out.
    ///
    /// # Errors
    /// [`StateError`].
    fn history(&self, kind: SightingKind, ids: &[&str]) -> Result<BTreeMap<String, History>, StateError>;

    /// The documents of the things of that kind with these ids; what has none is left out. Of what is gone or in doubt it is the last one.
    ///
    /// # Errors
    /// [`StateError`].
    fn documents(&self, kind: SightingKind, ids: &[&str]) -> Result<BTreeMap<String, String>, StateError>;

    /// The rows of the newest capture's coverage ledger for an account, or for `organization`, sorted.
    ///
    /// # Errors
    /// [`StateError`].
    fn coverage(&self, account: &str) -> Result<Vec<CoverageRow>, StateError>;

    /// The runs that were recorded, by time of capture, then by id.
    ///
    /// # Errors
    /// [`StateError`].
    fn runs(&self) -> Result<Vec<RunRecord>, StateError>;

    /// Takes a lease, or prolongs it for its holder. It is free again when it has expired or was released.
    ///
    /// # Errors
    /// [`StateError`].
    fn acquire_lease(&mut self, lease: &Lease<'_>) -> Result<LeaseAnswer, StateError>;

    /// Gives a lease back. Only its holder can; for anybody else this does nothing.
    ///
    /// # Errors
    /// [`StateError`].
    fn release_lease(&mut self, name: &str, holder: &str) -> Result<(), StateError>;
}

/// The wish to be the only one to do something for a while.
#[derive(Debug, Clone, Copy)]
pub struct Lease<'a> {
    /// What is to be done by one at a time.
    pub name: &'a str,
    /// Who wishes to do it, such as a run's id.
    pub holder: &'a str,
    /// The holder's clock.
    pub now: Timestamp,
    /// For how long; a holder that dies keeps everybody waiting so long.
    pub duration: Duration,
}

impl Lease<'_> {
    /// When it ends: at the end of time where the duration leads beyond.
    #[must_use]
    pub fn until(&self) -> Timestamp {
        self.now.checked_add(self.duration).unwrap_or(Timestamp::MAX)
    }
}

/// What a wish for a lease was answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeaseAnswer {
    /// It is the asker's.
    Granted {
        /// Until then.
        until: Timestamp,
    },
    /// Somebody else holds it.
    Held {
        /// Who.
        holder: String,
        /// Until then, unless it is given back or prolonged.
        until: Timestamp,
    },
}

/// What recording a run did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The run is recorded.
    Recorded(Tally),
    /// It had been recorded before; nothing changed.
    AlreadyRecorded,
    /// The caller's time was up before all of it was written. Readers do not see the run yet; the same call again goes on. Only stores that were given a time
    /// answer so.
    Unfinished,
}

/// How many things a run changed the history of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Seen for the first time.
    pub appeared: u64,
    /// Seen with other content.
    pub changed: u64,
    /// Seen again after they were gone or in doubt, with the content they had.
    pub returned: u64,
    /// Seen again as they were.
    pub unchanged: u64,
    /// Not seen, and not proved gone: in doubt since this run.
    pub doubted: u64,
    /// Proved gone by this run.
    pub gone: u64,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.appeared += other.appeared;
        self.changed += other.changed;
        self.returned += other.returned;
        self.unchanged += other.unchanged;
        self.doubted += other.doubted;
        self.gone += other.gone;
    }
}
