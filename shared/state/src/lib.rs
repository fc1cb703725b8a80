//! When each thing was first and last seen, when it changed, since when it is in doubt, and when it was gone.
//!
//! Results of a run say what is there ([`sv0_model`]); they never carry history, so that the same capture gives the same bytes. History is kept here, run by run:
//! a stage hands over what a run saw ([`Sighting`]) and how much of the world it saw ([`Completeness`]), [`diff()`] decides what that means, and an adapter
//! of [`StateStore`] keeps it. `docs/data-model.md` describes the tables.
//!
//! Architecture invariants:
//! - every time of a sighting is the time of a capture; this crate reads no clock, and a lease is judged by the time its caller names;
//! - absence counts as *gone* only where everything the thing rests on was read whole, else as *in doubt*;
//! - this crate does not decide what a finding is, and links no AWS SDK.

pub mod contract;
mod diff;
mod error;
mod run;
mod sighting;
mod sqlite;
mod store;

pub use diff::{Change, Delta, LifeBook, by_thing, diff};
pub use error::StateError;
pub use run::{Completeness, RunRecord, Seen, Sightings};
pub use sighting::{Document, Grounds, History, Life, Partition, Partitions, Sighting, SightingKind, Step, Thing};
pub use sqlite::{STATE_FILE, SqliteState};
pub use store::{Lease, LeaseAnswer, Outcome, StateStore, Tally};
