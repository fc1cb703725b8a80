//! The organization that is made up, and how large it is.

use std::time::Duration;

use serde::Deserialize;

/// Regions by their order in a plan that asks for so many.
pub const REGIONS: [&str; 17] = [
    "eu-west-1",
    "us-east-1",
    "eu-central-1",
    "us-west-2",
    "ap-southeast-1",
    "eu-west-2",
    "us-east-2",
    "ap-northeast-1",
    "eu-west-3",
    "us-west-1",
    "ap-southeast-2",
    "eu-north-1",
    "ap-south-1",
    "ca-central-1",
    "sa-east-1",
    "ap-northeast-2",
    "ap-northeast-3",
];

/// The first account, in which the hub is.
const FIRST: u64 = 100_000_000_000;

/// How much there is of everything.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Estate {
    /// Accounts, the hub and the management account among them.
    pub accounts: u64,
    /// Regions that are enabled.
    pub regions: usize,
    /// Roles of each account.
    pub roles: u64,
    /// Roles of the third account, if it has more than others.
    pub roles_of_largest: u64,
    /// Permission sets that each account is assigned.
    pub assignments: u64,
    /// How long an answer takes.
    pub latency_ms: u64,
}

impl Estate {
    pub fn account(&self, index: u64) -> String {
        (FIRST + index).to_string()
    }

    pub fn hub(&self) -> String {
        self.account(0)
    }

    pub fn management(&self) -> String {
        self.account(1)
    }

    pub fn regions(&self) -> &'static [&'static str] {
        REGIONS.get(..self.regions).unwrap_or(&REGIONS)
    }

    pub fn roles_of(&self, account: &str) -> u64 {
        if account == self.account(2) {
            self.roles_of_largest.max(self.roles)
        } else {
            self.roles
        }
    }

    pub fn latency(&self) -> Duration {
        Duration::from_millis(self.latency_ms)
    }
}
