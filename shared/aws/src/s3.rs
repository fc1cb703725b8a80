//! Objects in S3.

mod capture;
mod error;
mod location;
mod store;

pub use capture::{FetchError, FetchLimits, Fetched, S3Captures};
pub use location::{LocationError, S3Location};
pub use store::S3ObjectStore;
