//! Scans a capture that lies in S3, on the same stages as the command line.
//!
//! The event is `{"capture": "s3://BUCKET/PREFIX", "run_id": "…"}`; the run id may be left out. The answer is a pointer of at most 8 KiB to the run in the results bucket.
//!
//! Architecture invariant: no logic of its own. What a scan is stands in `sv0-pipeline`; what this crate adds is the event, the answer and the names of errors.

mod error;
mod event;
mod handler;
mod settings;

pub use error::ScanCaptureError;
pub use event::{Answer, Request};
pub use handler::{CaptureSource, Host, handle};
pub use settings::{Settings, SettingsError};
