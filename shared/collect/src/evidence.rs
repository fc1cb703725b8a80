//! CloudTrail: through Athena, with which table, by which statement, and how its rows become files of the capture (`docs/collection-athena.md`); and straight from the bucket of the trail (`docs/collection-logs.md`).

mod bill;
mod coverage;
mod event;
mod execution;
mod location;
mod log_files;
mod names;
mod objects;
mod planned;
mod query;
mod steps;
mod table;
mod trail;
mod window;

pub use bill::{Bill, EvidenceCost};
pub(crate) use location::bucket_region;
pub(crate) use log_files::steps as log_file_steps;
pub use log_files::{InvalidLogPlace, LogFilesOptions};
pub use names::{Account, Bucket, Identifier, InvalidName, OrganizationId, Prefix, Region, Workgroup};
pub use objects::{ObjectBody, ObjectReader};
pub use planned::EvidenceOptions;
pub(crate) use planned::steps as planned_steps;
pub use query::{EvidenceQuery, ResultLocation, Statement, select};
pub use steps::{EvidenceSource, evidence_steps, window_steps};
pub use table::{LogTable, TrailLogs};
pub use window::{Day, Slice, Window};
