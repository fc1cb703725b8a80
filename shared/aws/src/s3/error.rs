//! What S3 says, as an error of the system.

use std::error::Error;
use std::io;

use aws_sdk_s3::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};

/// The error with the kind that fits it best and the whole of what the SDK knows in its text.
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
    io::Error::new(kind, DisplayErrorContext(error).to_string())
}
