//! The vocabulary of SecurityV0 Hub: plain data that every other crate speaks.
//!
//! Architecture invariant: this crate does no I/O, reads no clock and no environment, and decides nothing.
//! A type here says what a thing *is*; what it *means* for access is decided in `sv0-iam` and `sv0-authority`.

pub mod arn;
pub mod cloudtrail;
pub mod coverage;
pub mod decision;
pub mod diagnostic;
pub mod event;
pub mod finding;
pub mod graph;
pub mod hash;
pub mod manifest;
pub mod observation;
pub mod owner;
pub mod path;
pub mod record;
pub mod route;
pub mod text;
pub mod time;
