//! The folder of a capture, that tells of the log files that are written into it: there are more of them than of all else.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use indicatif::ProgressBar;
use sv0_sources::{CaptureSink, CaptureStore, FolderSink, SinkError};

use crate::text::safe;

const LOGS: &str = "cloudtrail/AWSLogs/";

/// A folder, and the line on which it tells.
pub struct ToldStore {
    folder: Arc<FolderSink>,
    bar: ProgressBar,
    log_files: AtomicU64,
}

impl ToldStore {
    /// Tells on `bar` of what is written into `folder`.
    pub fn new(folder: Arc<FolderSink>, bar: ProgressBar) -> Self {
        Self {
            folder,
            bar,
            log_files: AtomicU64::new(0),
        }
    }
}

impl CaptureSink for ToldStore {
    fn put(&self, key: &str, bytes: &[u8]) -> Result<(), SinkError> {
        self.folder.put(key, bytes)?;
        if let Some(file) = key.strip_prefix(LOGS) {
            let count = self.log_files.fetch_add(1, Ordering::Relaxed) + 1;
            let name = file.rsplit('/').next().unwrap_or(file);
            self.bar
                .set_message(format!("{count} log files, the last {}", safe(name)));
        }
        Ok(())
    }
}

impl CaptureStore for ToldStore {
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, SinkError> {
        self.folder.get(key)
    }
}
