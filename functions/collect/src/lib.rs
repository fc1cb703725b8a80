//! Collects a live organization into a capture in S3, on the same steps as `sv0 capture`.
//!
//! One program, three events: `plan` makes the plan, `task` does a part of it for as long as the invocation lasts, `finish` writes the ledger. What travels between
//! them is a pointer of at most 8 KiB; everything else lies in the results bucket, the capture below `captures/<run>/` and what workers leave for each other below
//! `work/<run>/`.
//!
//! Architecture invariant: no logic of its own. What a stage is stands in `sv0-collect`; what this crate adds is the events, the answers, the names of errors and the
//! adapters.

mod adapters;
mod base;
mod error;
mod event;
mod handler;
mod measured;
mod meter;
mod settings;

pub use adapters::{Adapters, AwsAdapters};
pub use error::CollectFunctionError;
pub use event::{Answer, Event, Scope, TaskEvent, TaskList};
pub use handler::{Host, Invocation, handle};
pub use meter::Usage;
pub use settings::{Settings, SettingsError};
