//! Errors with names that an alarm can match.

use lambda_runtime::Diagnostic;
use thiserror::Error;

/// Why a batch was not handled at all.
#[derive(Debug, Error)]
pub enum OnChangeError {
    /// The event is no batch of a queue.
    #[error("the event cannot be used: {reason}")]
    BadRequest {
        /// What is wrong with it.
        reason: String,
    },
}

impl From<OnChangeError> for Diagnostic {
    fn from(error: OnChangeError) -> Self {
        let OnChangeError::BadRequest { .. } = &error;
        Self {
            error_type: "BadRequest".to_owned(),
            error_message: error.to_string(),
        }
    }
}
