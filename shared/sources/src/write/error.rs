//! Why something of a capture was not written.

use std::fmt;

use super::SinkError;

/// A file was not written, or not whole.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The header is none that a reader takes as it is.
    #[error(
        "the header of the capture has a field that does not have the form it must have; see docs/capture.md for the fields of capture.json"
    )]
    Header,
    /// The file would be larger than a reader reads. What was added before is kept.
    #[error(
        "{file} would be larger than the {limit} {of} that are read of one file; record less into it, or read it in parts"
    )]
    FileTooLarge {
        /// The file.
        file: String,
        /// How much is read.
        limit: u64,
        /// Of what.
        of: &'static str,
    },
    /// The compressor failed.
    #[error("cannot compress {file}: {source}; free some memory and record the file again")]
    Compression {
        /// The file.
        file: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// The sink failed.
    #[error(transparent)]
    Sink(#[from] SinkError),
}

/// An item that was not written. The rest of its file was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedItem {
    /// The file.
    pub file: String,
    /// The item's ARN or id, or its place among the items that were given.
    pub item: String,
    /// Why.
    pub refusal: Refusal,
}

/// Why an item was not written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It has not the form of the answer that the file is named after.
    Unexpected,
    /// It is larger than an item that is read.
    TooLarge {
        /// Its bytes.
        bytes: u64,
        /// The bytes that are read of one.
        limit: u64,
    },
    /// Something in it nests too deeply. That alone is left out, the rest of the item is written.
    NestedTooDeep,
    /// It would mean something else to a reader.
    NotReadBack,
}

impl std::error::Error for RefusedItem {}

impl fmt::Display for RefusedItem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, item, refusal } = self;
        match refusal {
            Refusal::Unexpected => write!(
                formatter,
                "{file}: {item} has not the form of the answer that the file is named after and is not written; see docs/capture.md for that form"
            ),
            Refusal::TooLarge { bytes, limit } => write!(
                formatter,
                "{file}: {item} has {bytes} bytes, more than the {limit} that are read of one item, and is not written; no item of AWS is that large, look where it comes from"
            ),
            Refusal::NestedTooDeep => write!(
                formatter,
                "{file}: {item} holds what nests too deeply to be read, which is left out of it; no answer of AWS does, look where it comes from"
            ),
            Refusal::NotReadBack => write!(
                formatter,
                "{file}: {item} would mean something else to a reader and is not written; no item of AWS does, look where it comes from"
            ),
        }
    }
}
