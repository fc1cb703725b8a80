//! Observed execution: CloudTrail events folded into uses, and what their absence means.

mod event;
mod fold;
mod logs;
mod reach;
mod resource;
#[cfg(test)]
mod tests;

pub use fold::EvidenceFold;
pub(crate) use logs::{Logs, Sighting, caller_key, secret_without_suffix};
