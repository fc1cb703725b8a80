//! Errors with names that a state machine or an alarm can match.

use std::error::Error;
use std::io;

use lambda_runtime::Diagnostic;
use sv0_aws::s3::FetchError;
use sv0_lake::LakeError;
use sv0_pipeline::{ConfigurationError, ScanError};
use thiserror::Error;

/// Why an event was not answered.
#[derive(Debug, Error)]
pub enum ScanCaptureError {
    /// The event is not one of ours.
    #[error("the event cannot be used: {reason}")]
    BadRequest {
        /// What is wrong with it.
        reason: String,
    },
    /// A run of that id was made from another capture.
    #[error("run {run_id} exists and was made from {capture}; choose another run id")]
    RunExists {
        /// The run.
        run_id: String,
        /// Its capture.
        capture: String,
    },
    /// The capture could not be copied out of S3.
    #[error("the capture was not fetched")]
    Fetch(#[from] FetchError),
    /// `sv0.toml` in the results bucket cannot be used.
    #[error("sv0.toml in the results bucket cannot be used")]
    Configuration(#[from] ConfigurationError),
    /// There is no room for the capture.
    #[error("no scratch folder could be made")]
    Scratch(#[source] io::Error),
    /// The results bucket could not be read or written.
    #[error("the results cannot be read or written")]
    Results(#[from] LakeError),
    /// The scan ended.
    #[error("the scan could not be finished")]
    Scan(#[source] ScanError),
}

impl From<ScanError> for ScanCaptureError {
    fn from(error: ScanError) -> Self {
        match error {
            ScanError::Lake(error) => Self::Results(error),
            other => Self::Scan(other),
        }
    }
}

impl ScanCaptureError {
    /// The name to match: it stays when the words change.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::BadRequest { .. } => "BadRequest",
            Self::RunExists { .. } => "RunExists",
            Self::Fetch(FetchError::Service { .. } | FetchError::Write { .. }) => "CaptureNotFetched",
            Self::Fetch(_) | Self::Scan(ScanError::Capture(_)) => "CaptureUnusable",
            Self::Configuration(_) => "ConfigurationUnusable",
            Self::Scratch(_) => "NoScratchSpace",
            Self::Results(_) => "ResultsUnavailable",
            Self::Scan(_) => "ScanFailed",
        }
    }
}

impl From<ScanCaptureError> for Diagnostic {
    fn from(error: ScanCaptureError) -> Self {
        Self {
            error_type: error.name().to_owned(),
            error_message: chain(&error),
        }
    }
}

/// The error with everything that led to it.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diagnostic_has_a_name_to_match_and_the_whole_story() {
        let place = "s3://captures/acme/".to_owned();
        let source = io::Error::other("AccessDenied: not yours");
        let error = ScanCaptureError::from(FetchError::Service {
            operation: "listing",
            place,
            source,
        });
        let diagnostic = Diagnostic::from(error);
        assert_eq!(diagnostic.error_type, "CaptureNotFetched");
        assert_eq!(
            diagnostic.error_message,
            "the capture was not fetched: listing s3://captures/acme/: AccessDenied: not yours"
        );
    }
}
