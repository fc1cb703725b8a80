//! A believable organization of any size, written as a capture.
//!
//! Accounts of a landing zone: the same roles and policies in all of them, and beside them what teams make: policies of a few statements with a long tail, six in a hundred
//! statements denying, three in a hundred naming what they do not mean, typical conditions, permissions boundaries, roles that other accounts may take, workflows that deploy,
//! functions, tasks, instances, state machines, schedules, builds, jobs and agents that act as roles, buckets, tables, secrets, keys and queues, and CloudTrail's log files.
//! The texts of AWS managed policies are the real ones.
//!
//! Architecture invariants:
//! - the same [`Organization`] gives the same bytes, on every machine, whatever the number of threads;
//! - memory is that of a few accounts, whatever their number;
//! - nothing here is read by a scan: what it writes is read like any capture.

mod data;
mod dice;
mod identity;
mod logs;
mod names;
mod organization;
mod policies;
pub mod requests;
mod shape;
mod workloads;
mod write;

pub use write::{SynthError, Written, write};

/// How large an organization is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// Accounts, with the management account and the hub.
    pub accounts: usize,
    /// Roles of each account, with the five of the landing zone.
    pub roles_per_account: usize,
    /// Customer managed policies of each account, with the five of the landing zone.
    pub policies_per_account: usize,
    /// IAM users of each account.
    pub users_per_account: usize,
    /// Events that CloudTrail logged in each account on one day.
    pub events_per_account: usize,
    /// What makes one organization differ from another of the same size.
    pub seed: u64,
}

impl Organization {
    /// The number of the account that scans: the second, where there is one.
    fn hub(&self) -> usize {
        self.accounts.saturating_sub(1).min(1)
    }
}

#[cfg(test)]
mod tests;
