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
