//! What S3 says, as an error of the system.

use std::error::Error;
use std::io;

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

/// The error with the kind that fits it best. Its text is S3's code and message, or what went wrong before S3 could say any; never headers or bodies.
pub(super) fn io_error<E, R>(error: SdkError<E, R>) -> io::Error
where
    E: Error + ProvideErrorMetadata + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    let kind = match (&error, error.code()) {
        (SdkError::TimeoutError(_), _) => io::ErrorKind::TimedOut,
        (SdkError::DispatchFailure(_), _) => io::ErrorKind::ConnectionAborted,
        (_, Some("AccessDenied" | "AllAccessDisabled" | "KMS.DisabledException")) => io::ErrorKind::PermissionDenied,
        (_, Some("NoSuchBucket" | "NoSuchKey")) => io::ErrorKind::NotFound,
        _ => io::ErrorKind::Other,
    };
    let text = match (error.code(), error.message()) {
        (Some(code), Some(message)) => format!("{code}: {message}"),
        _ => chain(&error),
    };
    io::Error::new(kind, text)
}

fn chain(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| (*error).source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
