//! How much a reader may take in, and how it tells of its progress.

/// Bounds on what is read. What lies beyond one is left out with a diagnostic, and the ledger says so.
///
/// JSON may nest 120 levels deep; that bound comes of the parser's own and is not an option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one file as stored.
    pub max_file_bytes: u64,
    /// Bytes of one file once decompressed: what stops a decompression bomb.
    pub max_expanded_bytes: u64,
    /// Bytes of one JSON document that has to be held in memory as a whole (`.json`, log files excepted).
    pub max_document_bytes: u64,
    /// Bytes of one line of an `.ndjson` file.
    pub max_line_bytes: u64,
    /// Bytes of one CloudTrail event.
    pub max_event_bytes: u64,
    /// Items taken from one file.
    pub max_items_per_file: u64,
    /// Files of one capture.
    pub max_files: u64,
    /// Diagnostics of one file; beyond them stands a summary with the number of the rest.
    pub max_diagnostics_per_file: u64,
}

impl Default for Limits {
    fn default() -> Self {
        const MIB: u64 = 1024 * 1024;
        Self {
            max_file_bytes: 2048 * MIB,
            max_expanded_bytes: 4096 * MIB,
            max_document_bytes: 256 * MIB,
            max_line_bytes: 32 * MIB,
            max_event_bytes: 4 * MIB,
            max_items_per_file: 20_000_000,
            max_files: 5_000_000,
            max_diagnostics_per_file: 20,
        }
    }
}

/// How to read a capture.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// Files read at the same time; 0 means one for each processor. The result does not depend on it.
    pub threads: usize,
    /// Bounds on what is read.
    pub limits: Limits,
}

/// What a reader tells while it works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadProgress {
    /// The folder has been listed; reading begins.
    Files {
        /// Files that will be read.
        total: u64,
    },
    /// One more file has been read. Files come in no particular order.
    FileDone {
        /// The file, relative to the capture.
        file: String,
        /// Its bytes as stored.
        bytes: u64,
    },
}
