//! What the statements cost.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

/// Athena bills at least this for a statement, and whole megabytes ("Amazon Athena pricing").
const LEAST: u64 = 10_000_000;
const MEGABYTE: u64 = 1_000_000;
const TERABYTE: u64 = 1_000_000_000_000;

/// Executions and the bytes that each scanned. All steps share one: they ask for the same executions, and each is billed once.
#[derive(Debug, Default)]
pub struct Bill(Mutex<BTreeMap<String, u64>>);

impl Bill {
    /// Puts an execution on it, with the bytes that it scanned.
    pub fn add(&self, execution: &str, bytes: u64) {
        let mut scanned = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        scanned.insert(execution.to_owned(), bytes);
    }

    /// The sum at this price a terabyte, in millionths of a US dollar. AWS asks 5 dollars in most Regions.
    #[must_use]
    pub fn cost(&self, micro_dollars_per_terabyte: u64) -> EvidenceCost {
        let scanned = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let billed = scanned
            .values()
            .map(|bytes| billed(*bytes))
            .fold(0, u64::saturating_add);
        let price = u128::from(billed) * u128::from(micro_dollars_per_terabyte);
        EvidenceCost {
            executions: scanned.len() as u64,
            bytes_scanned: scanned.values().copied().fold(0, u64::saturating_add),
            bytes_billed: billed,
            micro_dollars: u64::try_from(price.div_ceil(u128::from(TERABYTE))).unwrap_or(u64::MAX),
        }
    }
}

/// A statement that scans nothing, as one over days without log files, is not free.
fn billed(bytes: u64) -> u64 {
    bytes.div_ceil(MEGABYTE).saturating_mul(MEGABYTE).max(LEAST)
}

/// What AWS charges for the evidence of a scan, storage and requests aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceCost {
    /// Statements that were run, or found to have been run for the same window.
    pub executions: u64,
    /// Bytes that Athena says it scanned.
    pub bytes_scanned: u64,
    /// Bytes that it bills: whole megabytes, at least ten for each.
    pub bytes_billed: u64,
    /// The price in millionths of a US dollar.
    pub micro_dollars: u64,
}

impl EvidenceCost {
    /// 5 US dollars a terabyte ("Amazon Athena pricing").
    pub const MICRO_DOLLARS_PER_TERABYTE: u64 = 5_000_000;
}

impl fmt::Display for EvidenceCost {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cents = self.micro_dollars.div_ceil(10_000);
        let (bytes, executions) = (self.bytes_scanned, self.executions);
        write!(
            formatter,
            "{executions} statements scanned {bytes} bytes, at most {}.{:02} US dollars",
            cents / 100,
            cents % 100
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cost(scanned: &[(&str, u64)]) -> EvidenceCost {
        let bill = Bill::default();
        scanned
            .iter()
            .for_each(|(execution, bytes)| bill.add(execution, *bytes));
        bill.cost(EvidenceCost::MICRO_DOLLARS_PER_TERABYTE)
    }

    #[test]
    fn what_is_scanned_is_billed_in_megabytes_and_at_least_ten() {
        for (scanned, billed, micro_dollars) in [
            (&[][..], 0, 0),
            (&[("a", 0)], 10_000_000, 50),
            (&[("a", 1), ("b", 10_000_001)], 21_000_000, 105),
            (&[("a", 50_000_000_000)], 50_000_000_000, 250_000),
            (&[("a", 50_000_000_000), ("a", 50_000_000_000)], 50_000_000_000, 250_000),
        ] {
            let cost = cost(scanned);
            assert_eq!((cost.bytes_billed, cost.micro_dollars), (billed, micro_dollars));
        }
        assert_eq!(
            cost(&[("a", 50_000_000_000)]).to_string(),
            "1 statements scanned 50000000000 bytes, at most 0.25 US dollars"
        );
    }
}
