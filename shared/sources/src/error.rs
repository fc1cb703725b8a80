//! Why a folder cannot be read as a capture at all.

use std::path::PathBuf;

/// The folder is not a capture. Everything short of that is a [`Diagnostic`](sv0_model::diagnostic::Diagnostic), not an error.
#[derive(Debug, thiserror::Error)]
pub enum CaptureError {
    /// The root cannot be opened.
    #[error("cannot open the capture {}: {reason}; name a folder that exists and that you may read", path.display())]
    Root {
        /// The root as it was named.
        path: PathBuf,
        /// What the system says.
        reason: std::io::Error,
    },
    /// The root is not a folder.
    #[error("{} is not a folder; name the folder that holds capture.json", path.display())]
    NotAFolder {
        /// The root as it was named.
        path: PathBuf,
    },
    /// There is no `capture.json`.
    #[error("{} holds no capture.json; write one: {{\"format\":\"sv0-capture/1\",\"partition\":\"aws\",\"hub_account\":null,\"organization_id\":null,\"captured_at\":\"<RFC 3339 time>\",\"regions\":[]}}", path.display())]
    HeaderMissing {
        /// The root as it was named.
        path: PathBuf,
    },
    /// `capture.json` is there and cannot be used.
    #[error("{}: {problem}; {fix}", path.display())]
    HeaderUnusable {
        /// The header's file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
        /// How to mend it.
        fix: String,
    },
    /// The threads could not be started.
    #[error("cannot start {threads} reading threads: {reason}; ask for fewer")]
    Threads {
        /// How many were asked for.
        threads: usize,
        /// What the system says.
        reason: String,
    },
}
