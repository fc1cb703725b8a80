//! What can go wrong with objects.

use sv0_model::time::Timestamp;
use thiserror::Error;

/// An object could not be read, written, decoded or trusted.
#[derive(Debug, Error)]
pub enum LakeError {
    /// There is no such object.
    #[error("{key} does not exist in {store}")]
    NotFound {
        /// The key asked for.
        key: String,
        /// The store, as a person named it.
        store: String,
    },
    /// The store holds no complete run.
    #[error("{store} holds no finished scan")]
    NoRun {
        /// The store, as a person named it.
        store: String,
    },
    /// Every complete run of the store is younger.
    #[error("{store} holds no scan of a capture as old as {time}; its oldest is of {oldest}")]
    NoRunAsOf {
        /// The store, as a person named it.
        store: String,
        /// The time asked for.
        time: Timestamp,
        /// When the oldest capture was made.
        oldest: Timestamp,
    },
    /// The key is not one this layout uses: absolute, with `..`, empty parts or control characters.
    #[error("{key:?} is not a valid object key")]
    InvalidKey {
        /// The key refused.
        key: String,
    },
    /// The disk or the service said no.
    #[error("{operation} {key}")]
    Io {
        /// `reading`, `writing`, …
        operation: &'static str,
        /// The key or folder.
        key: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The bytes are not what the manifest says.
    #[error("{key} was changed after the scan: its SHA-256 is {found}, the manifest says {expected}")]
    Altered {
        /// The object.
        key: String,
        /// What the manifest says.
        expected: String,
        /// What the bytes give.
        found: String,
    },
    /// The manifest does not list the object, so nothing vouches for it.
    #[error("{key} is not listed in the manifest of run {run_id}")]
    Unlisted {
        /// The object.
        key: String,
        /// The run.
        run_id: String,
    },
    /// The object's content cannot be decoded.
    #[error("{key} line {line} cannot be decoded")]
    Decode {
        /// The object.
        key: String,
        /// 1-based line.
        line: usize,
        /// What the decoder said.
        #[source]
        source: serde_json::Error,
    },
    /// A row refers to one of another object that is not there.
    #[error("{key}: no line {line} in {of}")]
    Dangling {
        /// The object with the row.
        key: String,
        /// The line that it refers to, 0-based.
        line: usize,
        /// The object that it refers to.
        of: String,
    },
    /// A value cannot be encoded.
    #[error("encoding {key}")]
    Encode {
        /// The object.
        key: String,
        /// What the encoder said.
        #[source]
        source: serde_json::Error,
    },
}
