//! What can go wrong with history.

use std::error::Error as StdError;

use thiserror::Error;

/// History could not be read or kept.
#[derive(Debug, Error)]
pub enum StateError {
    /// The disk, the database or the service said no.
    #[error("{operation} {store}")]
    Store {
        /// `opening`, `recording a run in`, …
        operation: &'static str,
        /// The store, as a person would name it.
        store: String,
        /// What the system said.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    /// What a run saw could not be read.
    #[error("reading what the run saw")]
    Sightings(#[source] Box<dyn StdError + Send + Sync>),
    /// A version of the tool that was never released wrote it, and what it holds cannot be read any more.
    #[error(
        "{store} was made by an older version of sv0 and cannot be read: move it away, and the next scan begins a new history; results of scans are not touched"
    )]
    OlderSchema {
        /// The store.
        store: String,
    },
    /// Another worker records into the store since.
    #[error("{store} is being written by another worker, so this one stopped: nothing is lost, try again")]
    Superseded {
        /// The store.
        store: String,
    },
    /// A newer version of the tool wrote it.
    #[error(
        "{store} has schema version {found}, and this version of sv0 knows {known}: use the sv0 that wrote it, or a newer one"
    )]
    NewerSchema {
        /// The store.
        store: String,
        /// The version it has.
        found: i64,
        /// The newest version known here.
        known: i64,
    },
}
