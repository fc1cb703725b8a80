//! What DynamoDB says.

use std::error::Error;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use thiserror::Error;

/// A call to the table that was not answered as it should have been.
#[derive(Debug, Error)]
pub enum TableError {
    /// DynamoDB refused it, or could not be reached.
    #[error("{code}: {message}")]
    Service {
        /// DynamoDB's name of the error, or `Unanswered`.
        code: String,
        /// Its words, or what went wrong before it could say any.
        message: String,
    },
    /// A write hung on something that does not hold any more.
    #[error("another worker writes to the table")]
    Condition,
    /// DynamoDB throttled, or left keys unanswered, until the last attempt.
    #[error("DynamoDB still throttles after {attempts} attempts; try again later")]
    Throttled {
        /// How often it was asked.
        attempts: u32,
    },
    /// An item is not as this version writes it.
    #[error("the item {key} cannot be read: {what}")]
    Malformed {
        /// Its keys.
        key: String,
        /// What is wrong with it.
        what: String,
    },
    /// What a run left to be written cannot be read.
    #[error("the journal {0} cannot be used; it must lie in the results bucket until its run is recorded")]
    Journal(String, #[source] Box<dyn Error + Send + Sync>),
    /// An object beside the table could not be read or written.
    #[error(transparent)]
    Object(#[from] sv0_lake::LakeError),
    /// What a run saw could not be read.
    #[error(transparent)]
    Sightings(#[from] sv0_state::StateError),
}

impl TableError {
    /// The error of a call.
    pub(super) fn of<E>(error: &SdkError<E>) -> Self
    where
        E: Error + ProvideErrorMetadata + 'static,
    {
        match (error.code(), error.message()) {
            (Some("ConditionalCheckFailedException"), _) => Self::Condition,
            (Some(code), message) => Self::Service {
                code: code.to_owned(),
                message: message.unwrap_or("DynamoDB gave no reason").to_owned(),
            },
            _ => Self::Service {
                code: "Unanswered".to_owned(),
                message: chain(error),
            },
        }
    }

    /// Whether the table does not exist.
    #[must_use]
    pub fn is_no_such_table(&self) -> bool {
        matches!(self, Self::Service { code, .. } if code == "ResourceNotFoundException")
    }
}

fn chain(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| (*error).source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
