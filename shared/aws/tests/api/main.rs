//! The client against a server on loopback: what is sent, what is tried again, whose credentials are used.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, its helpers too"
)]

mod conformance;
mod faults;
mod roles;
mod server;
mod support;
