//! The writer of captures.

mod file;
mod sink;

pub use file::{CaptureFile, InvalidFile, service_files};
pub use sink::{CaptureSink, FolderSink, SinkError};
