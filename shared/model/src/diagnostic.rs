//! What was wrong with an input, where, and how to mend it.

use serde::{Deserialize, Serialize};

/// How much a diagnostic takes away from the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Something of the input could not be used; what depends on it is conditional, stale or missing.
    Error,
    /// The input was used, but not as it is written.
    Warning,
}

/// One thing wrong with an input. It never carries a value out of the input that might be a secret, only names and places.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Diagnostic {
    /// The file, relative to the capture, with `/` as separator.
    pub file: String,
    /// 1-based line, where the file is read by lines or the parser names one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub line: Option<u64>,
    /// JSON pointer (RFC 6901) or ARN of the thing inside the file, empty where the whole file is meant.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub at: String,
    /// How bad it is.
    pub severity: Severity,
    /// A stable name in `snake_case`, such as `truncated_gzip` or `malformed_json`.
    pub code: String,
    /// One sentence, lower case, no full stop.
    pub message: String,
    /// What to do about it, where there is something to do.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub help: String,
}
