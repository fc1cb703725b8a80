//! The reader and the writer of captures: recorded AWS answers, as the AWS CLI prints them, turned into records, or redacted and stored.
//!
//! Architecture invariants:
//! - nothing here links an AWS SDK or knows what an answer *means*: policies stay in the encoding they came in, and accounts that
//!   have left the organization stay too;
//! - no secret leaves this crate: every record is redacted before it is hashed, and a diagnostic names places, never values;
//! - one damaged file costs that file and nothing else, and what it costs stands in the ledger;
//! - the result does not depend on threads, on the order of a folder's entries, or on the order of lines and pages.

mod cloudtrail;
mod config_item;
mod diagnostics;
mod error;
mod header;
mod items;
mod layout;
mod ledger;
mod options;
mod pages;
mod plan;
mod read;
mod redact;
mod spoke;
mod text;
mod values;
mod write;

#[cfg(test)]
mod testkit;
#[cfg(test)]
mod tests;

pub use cloudtrail::kept_request_parameters;
pub use error::CaptureError;
pub use header::stored_header;
pub use layout::IdentityCenterFile;
pub use ledger::{config_types, is_recorded, ledger_source};
pub use options::{Limits, ReadOptions, ReadProgress};
pub use read::{CaptureContents, EventFold, read_capture};
pub use write::{
    CaptureCopy, CaptureFile, CaptureFileWriter, CaptureSink, CaptureStore, CaptureWriter, CopyError, CopyOptions,
    FolderSink, InvalidFile, LogFile, LogFileError, MemorySink, Refusal, RefusedItem, Replace, RowOrder, SinkError,
    StoredLogFile, WriteError, WrittenFile, answer_about, copy_capture, service_files,
};
