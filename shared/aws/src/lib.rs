//! Every adapter that talks to AWS: so far, objects in S3.
//!
//! The ports they implement are synchronous. An adapter holds a handle to a Tokio runtime and waits on it, so its methods are called from a thread that may block
//! ([`tokio::task::spawn_blocking`], or a thread of one's own), never from asynchronous code.
//!
//! Architecture invariants: no logic that a capture would need too; every call has a timeout; no answer is taken in without a bound.

pub mod s3;
mod settings;

pub use settings::sdk_config;
