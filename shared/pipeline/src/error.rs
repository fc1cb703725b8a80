//! What can end a scan.

use sv0_lake::LakeError;
use sv0_report::ReportError;
use sv0_sources::CaptureError;
use sv0_state::StateError;
use thiserror::Error;

/// A scan could not be finished. Anything less is a row of the coverage ledger or a diagnostic.
#[derive(Debug, Error)]
pub enum ScanError {
    /// There is no usable capture.
    #[error(transparent)]
    Capture(#[from] CaptureError),
    /// Results could not be written or read back.
    #[error(transparent)]
    Lake(#[from] LakeError),
    /// The report could not be made.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// The run is published, and its history could not be kept.
    #[error(transparent)]
    State(#[from] StateError),
    /// A stage was started without the object an earlier one writes.
    #[error("run {run_id} has no {key}; run the stages in order")]
    StageOrder {
        /// The run.
        run_id: String,
        /// The object that is missing.
        key: String,
    },
}
