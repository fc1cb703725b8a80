//! Account ids, ARNs and names.

use crate::dice::Dice;

/// The Regions in which synthetic accounts have resources.
pub const REGIONS: [&str; 2] = ["eu-west-1", "us-east-1"];

/// The organization's id.
pub const ORGANIZATION: &str = "o-synthetic1";

/// The id of the account with that number: 12 digits, in the order of the numbers. The first is the management account, the second the hub.
#[must_use]
pub fn account_id(number: usize) -> String {
    format!("{}", 100_000_000_000_usize + number * 7_919)
}

/// An ARN of IAM.
#[must_use]
pub fn iam(account: &str, what: &str) -> String {
    format!("arn:aws:iam::{account}:{what}")
}

/// An ARN of a regional service.
#[must_use]
pub fn regional(service: &str, region: &str, account: &str, what: &str) -> String {
    format!("arn:aws:{service}:{region}:{account}:{what}")
}

/// An ARN of an AWS managed policy.
#[must_use]
pub fn aws_managed(name: &str) -> String {
    format!("arn:aws:iam::aws:policy/{name}")
}

/// A unique id of IAM, such as `AROA…`.
#[must_use]
pub fn unique_id(prefix: &str, dice: &mut Dice) -> String {
    format!("{prefix}{}", dice.letters(17))
}

/// What applications are called.
const APPLICATIONS: [&str; 24] = [
    "orders",
    "billing",
    "ledger",
    "search",
    "catalog",
    "checkout",
    "claims",
    "identity",
    "invoices",
    "loyalty",
    "pricing",
    "reporting",
    "shipping",
    "risk",
    "telemetry",
    "tickets",
    "forecast",
    "archive",
    "notices",
    "onboarding",
    "payments",
    "quotes",
    "returns",
    "support",
];

/// What parts of applications do.
const DUTIES: [&str; 12] = [
    "api", "worker", "export", "import", "sync", "events", "batch", "stream", "index", "audit", "cleanup", "agent",
];

/// The name of an application of an account.
pub fn application(dice: &mut Dice) -> &'static str {
    dice.one_of(&APPLICATIONS).unwrap_or("orders")
}

/// The name of a workload's duty.
pub fn duty(dice: &mut Dice) -> &'static str {
    dice.one_of(&DUTIES).unwrap_or("api")
}
