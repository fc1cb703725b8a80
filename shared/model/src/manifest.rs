//! The manifest of a run: the last object written, and the only one that carries wall-clock time.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// One object with its size and hash.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ManifestObject {
    /// Key relative to the run (outputs) or to the capture (inputs).
    pub key: String,
    /// Bytes as stored.
    pub bytes: u64,
    /// SHA-256 of the bytes as stored.
    pub sha256: String,
}

/// What a run read, wrote and was made by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunManifest {
    /// `sv0-run/1`.
    pub schema: String,
    /// The run's id: also the name of its folder.
    pub run_id: String,
    /// Version of the tool.
    pub tool_version: String,
    /// Where the capture was read from, as it was named on the command line.
    pub capture: String,
    /// When the capture was made.
    pub captured_at: Timestamp,
    /// When the run started.
    pub started_at: Timestamp,
    /// When the run ended.
    pub finished_at: Timestamp,
    /// SHA-256 of the configuration that was used.
    pub configuration_sha256: String,
    /// Counts by name, such as `entities` or `paths`.
    pub counts: BTreeMap<String, u64>,
    /// Objects read, sorted by key.
    pub inputs: Vec<ManifestObject>,
    /// Objects written, sorted by key.
    pub outputs: Vec<ManifestObject>,
}
