//! Errors with names that a state machine or an alarm can match.

use std::error::Error;

use lambda_runtime::Diagnostic;
use sv0_aws::event_bus::EventBusError;
use sv0_lake::LakeError;
use sv0_model::time::Timestamp;
use sv0_pipeline::ScanError;
use sv0_state::StateError;
use thiserror::Error;

/// Why an event was not answered.
#[derive(Debug, Error)]
pub enum RecordError {
    /// The event is not one of ours.
    #[error("the event cannot be used: {reason}")]
    BadRequest {
        /// What is wrong with it.
        reason: String,
    },
    /// Another run holds the lease.
    #[error("run {holder} is being scanned until {until} at the latest; this one has to wait")]
    ScanInProgress {
        /// The run that holds it.
        holder: String,
        /// Until then, unless it is given back or prolonged.
        until: Timestamp,
    },
    /// The run has no manifest.
    #[error("run {run} was not published; the scanning function has to publish it first")]
    NotPublished {
        /// The run.
        run: String,
    },
    /// Another worker records into the table since.
    #[error(transparent)]
    Superseded(StateError),
    /// The table could not be read or written.
    #[error("the table cannot be read or written")]
    State(#[source] StateError),
    /// The results bucket could not be read or written.
    #[error("the results cannot be read or written")]
    Results(#[source] LakeError),
    /// The bus did not take events.
    #[error("the event bus does not take events")]
    Bus(#[from] EventBusError),
    /// Neither should happen.
    #[error("the run could not be recorded")]
    Failed(#[source] ScanError),
}

impl From<StateError> for RecordError {
    fn from(error: StateError) -> Self {
        match error {
            StateError::Superseded { .. } => Self::Superseded(error),
            error => Self::State(error),
        }
    }
}

impl RecordError {
    /// What became of the recording of `run`.
    pub(crate) fn of_stage(error: ScanError, run: &str) -> Self {
        match error {
            ScanError::Lake(LakeError::NotFound { key, .. }) if key == sv0_lake::manifest_key(run) => {
                Self::NotPublished { run: run.to_owned() }
            }
            ScanError::Lake(error) => Self::Results(error),
            ScanError::State(error) => error.into(),
            error => Self::Failed(error),
        }
    }

    /// The name to match: it stays when the words change.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::BadRequest { .. } => "BadRequest",
            Self::ScanInProgress { .. } => "ScanInProgress",
            Self::NotPublished { .. } => "NotPublished",
            Self::Superseded(_) => "Superseded",
            Self::State(_) => "StateUnavailable",
            Self::Results(_) => "ResultsUnavailable",
            Self::Bus(_) => "EventBusUnavailable",
            Self::Failed(_) => "RecordFailed",
        }
    }
}

impl From<RecordError> for Diagnostic {
    fn from(error: RecordError) -> Self {
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
    fn every_error_has_the_name_that_a_state_machine_matches() {
        let not_found = |key: &str| {
            ScanError::Lake(LakeError::NotFound {
                key: key.to_owned(),
                store: "s3://results/".to_owned(),
            })
        };
        let superseded = StateError::Superseded {
            store: "dynamodb://sv0".to_owned(),
        };
        for (error, name) in [
            (
                RecordError::of_stage(not_found("runs/r/manifest.json"), "r"),
                "NotPublished",
            ),
            (
                RecordError::of_stage(not_found("runs/r/graph/entities.ndjson.zst"), "r"),
                "ResultsUnavailable",
            ),
            (RecordError::of_stage(ScanError::State(superseded), "r"), "Superseded"),
            (
                RecordError::ScanInProgress {
                    holder: "a".to_owned(),
                    until: Timestamp::UNIX_EPOCH,
                },
                "ScanInProgress",
            ),
        ] {
            let words = error.to_string();
            assert_eq!(Diagnostic::from(error).error_type, name, "{words}");
        }
    }
}
