//! Every adapter that talks to AWS: objects in S3, and the calls of live collection.
//!
//! The ports of [`s3`] are synchronous. Such an adapter holds a handle to a Tokio runtime and waits on it, so its methods are called from a thread that may block
//! ([`tokio::task::spawn_blocking`], or a thread of one's own), never from asynchronous code; only [`s3::S3CaptureStore`] may, on a runtime of several threads.
//! [`api`] is asynchronous throughout.
//!
//! Architecture invariants: no logic that a capture would need too; every call has a timeout; no answer is taken in without a bound.

pub mod api;
pub mod dynamodb;
pub mod event_bus;
pub mod s3;
mod settings;

pub use settings::sdk_config;
