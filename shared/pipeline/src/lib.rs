//! The stages of a scan, and the driver that runs them in one process.
//!
//! Every stage reads objects and writes objects; what passes between stages is a [`stages::StageContext`]: the store, the run's id and the configuration.
//! A stage can be run again with the same result.
//!
//! Architecture invariant: no AWS SDK type appears here. What a stage needs of the world comes through the ports of `sv0-sources` and `sv0-lake`.

mod asked_rows;
mod configuration;
mod division;
mod error;
mod finding_rows;
mod partial;
mod path_rows;
mod scan;
mod snapshot;
pub mod stages;

pub use configuration::{Configuration, ConfigurationError};
pub use error::ScanError;
pub use finding_rows::{FindingFilter, Listed};
pub use partial::Question;
pub use path_rows::RouteFilter;
pub use scan::{ScanEvent, ScanRequest, ScanSummary, scan};
pub use snapshot::{Rows, Snapshot};
