//! Observed execution: CloudTrail events folded into uses, sessions and events of note, and what their absence means.

mod assumption;
mod caller;
mod event;
mod fold;
mod ids;
mod logs;
mod notable;
mod origin;
mod permission;
mod reach;
mod resource;
mod row;
mod seen;
mod session;
#[cfg(test)]
mod tests;
mod told;
mod uses;

pub use fold::EvidenceFold;
pub(crate) use logs::{Logs, Sighting, caller_key, secret_without_suffix};
pub(crate) use origin::{is_interactive, is_public};
pub(crate) use permission::ALLOWS_ALL;
