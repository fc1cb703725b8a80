//! CloudTrail through Athena: which table, which statement, and how its rows become files of the capture (`docs/collection-athena.md`).

mod bill;
mod coverage;
mod event;
mod execution;
mod names;
mod objects;
mod planned;
mod query;
mod steps;
mod table;
mod trail;
mod window;

pub use bill::{Bill, EvidenceCost};
pub use names::{Account, Bucket, Identifier, InvalidName, OrganizationId, Prefix, Region, Workgroup};
pub use objects::{ObjectBody, ObjectReader};
pub use planned::EvidenceOptions;
pub(crate) use planned::steps as planned_steps;
pub use query::{EvidenceQuery, ResultLocation, Statement, select};
pub use steps::{EvidenceSource, evidence_steps, window_steps};
pub use table::{LogTable, TrailLogs};
pub use window::{Day, Slice, Window};
