//! A log file as CloudTrail stored it, written into a capture.

use rayon::prelude::*;
use serde_json::Value;

use super::{CaptureFile, CaptureWriter, RowOrder, WriteError};
use crate::cloudtrail::each_event_of;
use crate::options::Limits;

/// The bytes of a log file, and where the capture holds it.
#[derive(Debug)]
pub struct StoredLogFile {
    /// Its place in the capture.
    pub file: CaptureFile,
    /// The bytes as CloudTrail stored them.
    pub bytes: Vec<u8>,
}

/// What of a log file was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LogFile {
    /// Events in the file that was written; where there is none, there is no file.
    pub events: u64,
    /// Items that are no events, or cannot be written.
    pub refused: u64,
}

/// Why a log file was not written.
#[derive(Debug, thiserror::Error)]
pub enum LogFileError {
    /// It cannot be read to its end, so none of its events is used.
    #[error("{message}")]
    Damaged {
        /// The code of the diagnostic that a reader gives of such a file: `truncated_gzip`.
        code: &'static str,
        /// In words.
        message: String,
    },
    /// The capture could not be written.
    #[error(transparent)]
    Write(WriteError),
}

impl CaptureWriter {
    /// Writes log files, several at a time: of each the events that `is_asked` wants, redacted as [`super::copy_capture`] redacts them. What each came to, in
    /// their order.
    ///
    /// A log file that is damaged, or expands to more than `max_expanded` bytes, leaves nothing behind.
    pub fn log_files(
        &self,
        files: Vec<StoredLogFile>,
        max_expanded: u64,
        is_asked: &(dyn Fn(&Value) -> bool + Sync),
    ) -> Vec<Result<LogFile, LogFileError>> {
        let limits = Limits {
            max_expanded_bytes: self.limits.max_expanded_bytes.min(max_expanded),
            ..self.limits.clone()
        };
        let files = files.into_par_iter();
        files.map(|stored| self.log_file(stored, &limits, is_asked)).collect()
    }

    fn log_file(
        &self,
        stored: StoredLogFile,
        limits: &Limits,
        is_asked: &(dyn Fn(&Value) -> bool + Sync),
    ) -> Result<LogFile, LogFileError> {
        let name = stored.file.path().to_owned();
        let mut writer = self.file(stored.file, RowOrder::AsGiven).map_err(LogFileError::Write)?;
        let mut added = Ok(());
        let mut is_empty = true;
        let read = each_event_of(stored.bytes, &name, limits, &mut |event| {
            if added.is_ok() && (event.is_null() || is_asked(&event)) {
                is_empty = false;
                added = writer.add(event);
            }
        });
        if let Err(fault) = read {
            let problem = fault.problem("none of its events is used");
            return Err(LogFileError::Damaged {
                code: problem.code,
                message: problem.message,
            });
        }
        // More than a reader reads of one file is a fault of the file, not of the capture.
        added.map_err(|error| match error {
            WriteError::FileTooLarge { .. } => LogFileError::Damaged {
                code: "expands_too_far",
                message: error.to_string(),
            },
            other => LogFileError::Write(other),
        })?;
        if is_empty {
            return Ok(LogFile::default());
        }
        let written = writer.finish().map_err(LogFileError::Write)?;
        Ok(LogFile {
            events: written.items,
            refused: written.refused_items,
        })
    }
}
