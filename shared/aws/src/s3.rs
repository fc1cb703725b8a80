//! Objects in S3.

mod capture;
mod capture_store;
mod error;
mod key;
mod location;
mod reader;
mod store;

use aws_config::SdkConfig;
pub use aws_sdk_s3::Client;

pub use capture::{FetchError, FetchLimits, Fetched, S3Captures};
pub use capture_store::S3CaptureStore;
pub use location::{LocationError, S3Location};
pub use reader::S3ObjectReader;
pub use store::S3ObjectStore;

/// A client with these settings. One serves any number of adapters.
#[must_use]
pub fn client(config: &SdkConfig) -> Client {
    Client::new(config)
}
