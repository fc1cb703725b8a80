//! Errors with names that a state machine or an alarm can match.

use lambda_runtime::Diagnostic;
use sv0_collect::{BaseError, CollectError, Failure, StageError, UnknownTask};
use sv0_sources::{SinkError, WriteError};
use thiserror::Error;

/// Why an event was not answered.
#[derive(Debug, Error)]
pub enum CollectFunctionError {
    /// The event is not one of ours.
    #[error("the event cannot be used: {reason}")]
    BadRequest {
        /// What is wrong with it.
        reason: String,
    },
    /// Nobody made a plan of that run.
    #[error("run {run} has no plan; its first event is {{\"stage\": \"plan\", \"run\": {run:?}}}")]
    NotPlanned {
        /// The run.
        run: String,
    },
    /// The stage was not gone through.
    #[error(transparent)]
    Stage(#[from] StageError),
}

impl From<UnknownTask> for CollectFunctionError {
    fn from(error: UnknownTask) -> Self {
        Self::BadRequest {
            reason: error.to_string(),
        }
    }
}

impl From<BaseError> for CollectFunctionError {
    fn from(error: BaseError) -> Self {
        Self::Stage(CollectError::from(error).into())
    }
}

impl From<SinkError> for CollectFunctionError {
    fn from(error: SinkError) -> Self {
        Self::Stage(error.into())
    }
}

impl CollectFunctionError {
    /// The name to match: it stays when the words change.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::BadRequest { .. } => "BadRequest",
            Self::NotPlanned { .. } => "NotPlanned",
            Self::Stage(error) => name_of(error),
        }
    }
}

fn name_of(error: &StageError) -> &'static str {
    match error {
        StageError::OtherOptions => "RunExists",
        StageError::NoTime => "TimeoutTooShort",
        StageError::NoProgress { .. } => "NoProgress",
        StageError::Relay(_)
        | StageError::Collect(CollectError::Write(WriteError::Sink(_)) | CollectError::Base(BaseError::Store(_))) => {
            "ResultsUnavailable"
        }
        StageError::Collect(CollectError::Base(error)) => match error {
            BaseError::Absent { .. } => "BaseNotFound",
            BaseError::NoAccounts => "BadRequest",
            _ => "BaseUnusable",
        },
        StageError::Collect(CollectError::Write(_)) => "CaptureNotWritten",
        StageError::Collect(CollectError::Api(error)) => match error.failure {
            Failure::Throttled
            | Failure::Expired
            | Failure::Timeout
            | Failure::Connection
            | Failure::Server
            | Failure::Malformed
            | Failure::Deadline => "AwsUnavailable",
            Failure::Denied
            | Failure::RegionDisabled
            | Failure::ServiceDisabled
            | Failure::NotFound
            | Failure::RoleRefused
            | Failure::TooLarge
            | Failure::Invalid => "AwsRefused",
        },
    }
}

impl From<CollectFunctionError> for Diagnostic {
    fn from(error: CollectFunctionError) -> Self {
        Self {
            error_type: error.name().to_owned(),
            error_message: error.to_string(),
        }
    }
}
