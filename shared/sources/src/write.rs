//! The writer of captures: answers as the AWS CLI prints them go in, redacted files that a reader reads back equal come out.
//!
//! Nothing of an answer is kept before the reader's own code has redacted it, and no entry is written that the reader would not give back as it is.
//! What could not be written is told twice: to the caller, and inside the file, so that the ledger of whoever reads it calls it `partial`.

mod copy;
mod entry;
mod error;
mod file;
mod form;
mod log_file;
mod reopen;
mod rows;
mod sink;
mod stream;

use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};
use sv0_model::coverage::CoverageRow;
use sv0_model::hash::sha256_hex;
use sv0_model::manifest::ManifestObject;
use sv0_model::record::CaptureHeader;

use crate::diagnostics::FileDiagnostics;
use crate::header::parse_header;
use crate::options::Limits;
pub use copy::{CaptureCopy, CopyError, CopyOptions, Replace, copy_capture};
pub use error::{Refusal, RefusedItem, WriteError};
pub use file::{CaptureFile, InvalidFile, service_files};
pub use log_file::{LogFile, LogFileError, StoredLogFile};
pub use sink::{CaptureSink, CaptureStore, FolderSink, MemorySink, SinkError};
pub use stream::{CaptureFileWriter, RowOrder};

/// A file that was written: what a manifest and a row of the ledger need to know of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenFile {
    /// Path, size and SHA-256 of the bytes as stored.
    pub object: ManifestObject,
    /// Items in it; of authorization details users, groups, roles and policies.
    pub items: u64,
    /// Whether every page that was given says that another follows: the ledger's row is then `partial`.
    pub is_cut: bool,
    /// The first items that are not in it, and why: the ledger's row is then `partial`.
    pub refused: Vec<RefusedItem>,
    /// How many there are in all.
    pub refused_items: u64,
}

/// Writes the files of one capture into a sink.
#[derive(Clone)]
pub struct CaptureWriter {
    sink: Arc<dyn CaptureSink>,
    limits: Limits,
}

impl CaptureWriter {
    /// A writer of what a reader with the default limits reads whole.
    #[must_use]
    pub fn new(sink: Arc<dyn CaptureSink>) -> Self {
        Self::within(sink, Limits::default())
    }

    /// A writer of what a reader with these limits reads whole.
    #[must_use]
    pub fn within(sink: Arc<dyn CaptureSink>, limits: Limits) -> Self {
        Self { sink, limits }
    }

    /// Writes `capture.json`. It comes first: it is what makes a folder a capture.
    ///
    /// # Errors
    /// [`WriteError::Header`] when a reader would not read the header as it is, [`WriteError::Sink`] when it cannot be stored.
    pub fn header(&self, header: &CaptureHeader) -> Result<WrittenFile, WriteError> {
        let value = serde_json::to_value(header).unwrap_or_default();
        let mut diagnostics = FileDiagnostics::new("capture.json", 1);
        let read = parse_header(Path::new("capture.json"), vec![value.clone()], &mut diagnostics);
        if read.ok().as_ref() != Some(header) {
            return Err(WriteError::Header);
        }
        self.put(&CaptureFile::header(), format!("{value:#}\n").as_bytes())
    }

    /// Begins a file, to which answers are then added in portions.
    ///
    /// # Errors
    /// [`WriteError::Compression`] when the system does not give what a compressor needs.
    pub fn file(&self, file: CaptureFile, order: RowOrder) -> Result<CaptureFileWriter, WriteError> {
        CaptureFileWriter::new(self.clone(), file, order)
    }

    /// Writes a file of these answers, in the order they come in.
    ///
    /// # Errors
    /// As [`CaptureFileWriter::add`] and [`CaptureFileWriter::finish`].
    pub fn write(
        &self,
        file: CaptureFile,
        answers: impl IntoIterator<Item = Value>,
    ) -> Result<WrittenFile, WriteError> {
        let mut writer = self.file(file, RowOrder::AsGiven)?;
        for answer in answers {
            writer.add(answer)?;
        }
        writer.finish()
    }

    /// Writes `coverage.ndjson`, the ledger, sorted. It comes last: it says how everything else was answered.
    ///
    /// # Errors
    /// As [`CaptureFileWriter::add`] and [`CaptureFileWriter::finish`].
    pub fn coverage(&self, rows: &[CoverageRow]) -> Result<WrittenFile, WriteError> {
        let mut sorted: Vec<&CoverageRow> = rows.iter().collect();
        sorted.sort();
        let answers = sorted
            .into_iter()
            .map(|row| serde_json::to_value(row).unwrap_or_default());
        self.write(CaptureFile::coverage(), answers)
    }

    /// Stores the bytes of a file that is finished.
    fn put(&self, file: &CaptureFile, bytes: &[u8]) -> Result<WrittenFile, WriteError> {
        self.sink.put(file.path(), bytes)?;
        Ok(WrittenFile {
            object: ManifestObject {
                key: file.path().to_owned(),
                bytes: bytes.len() as u64,
                sha256: sha256_hex(bytes),
            },
            items: 0,
            is_cut: false,
            refused: Vec::new(),
            refused_items: 0,
        })
    }
}

/// An answer that does not name its subject (`GetPolicy`, `GetBucketPolicy`, `ListGrants`, …), with the ARN it was asked for.
#[must_use]
pub fn answer_about(arn: &str, response: Value) -> Value {
    json!({"Arn": arn, "Response": response})
}
