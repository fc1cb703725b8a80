//! The span of time that is asked about, and the slices in which it is asked.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sv0_model::time::Timestamp;

use super::names::Account;

const SECONDS_OF_DAY: i64 = 86_400;

/// A day in UTC, as the folders of log files are called: `2026/01/31`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Day(i64);

impl Day {
    /// The day of a time.
    #[must_use]
    pub fn of(time: Timestamp) -> Self {
        Self(time.as_second().div_euclid(SECONDS_OF_DAY))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start = Timestamp::from_second(self.0.saturating_mul(SECONDS_OF_DAY)).map_err(|_| fmt::Error)?;
        let date: String = start.to_string().chars().take(10).collect();
        formatter.write_str(&date.replace('-', "/"))
    }
}

/// From when to when events are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// The first moment.
    pub from: Timestamp,
    /// The moment after the last. It is when the scan began, so that a scan that is run again asks the same.
    pub until: Timestamp,
}

impl Window {
    /// The window of `days` days that ends at `until`, both to the second; at least one day.
    #[must_use]
    pub fn of_days(days: u32, until: Timestamp) -> Self {
        let until = Timestamp::from_second(until.as_second()).unwrap_or(until);
        let span = Duration::from_secs(u64::from(days.max(1)) * SECONDS_OF_DAY.unsigned_abs());
        let from = until.checked_sub(span).unwrap_or(until);
        Self { from, until }
    }

    /// The slices of the window: every day of the folders in which its events may lie, for every account, each exactly once.
    /// Athena ends a statement after 30 minutes ("Service Quotas"), so that a long window of a large organization is asked in parts. What is asked is grouped by
    /// day, so that the parts make the same rows as the whole.
    #[must_use]
    pub fn slices(&self, accounts: &[Account], days_at_once: u32) -> Vec<Slice> {
        let mut accounts = accounts.to_vec();
        accounts.sort();
        accounts.dedup();
        let step = i64::from(days_at_once.max(1));
        let (first, last) = (Day::of(self.from), Day::of(self.until));
        let mut slices = Vec::new();
        let mut start = first;
        while start <= last {
            let end = Day(start.0.saturating_add(step - 1).min(last.0));
            slices.extend(accounts.chunks(MOST_ACCOUNTS).map(|accounts| Slice {
                window: *self,
                first: start,
                last: end,
                accounts: accounts.to_vec(),
            }));
            start = Day(end.0.saturating_add(1));
        }
        slices
    }
}

/// Accounts of one statement. A statement may have 262,144 bytes and read a million partitions: 500 accounts in 35 Regions over 10 days are 175,000.
const MOST_ACCOUNTS: usize = 500;

/// What one statement asks about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slice {
    /// The span of the events.
    pub window: Window,
    /// The first day of the folders.
    pub first: Day,
    /// The last day of the folders.
    pub last: Day,
    /// The accounts, sorted.
    pub accounts: Vec<Account>,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn accounts(count: usize) -> Vec<Account> {
        let ids =
            (0..count).map(|number| Account::new(&format!("{:012}", 111_111_111_111_u64 + number as u64)).unwrap());
        ids.collect()
    }

    #[test]
    fn a_day_is_called_like_a_folder() {
        assert_eq!(
            Day::of("2026-01-31T23:59:59Z".parse().unwrap()).to_string(),
            "2026/01/31"
        );
        assert_eq!(
            Day::of("1969-12-31T23:59:59Z".parse().unwrap()).to_string(),
            "1969/12/31"
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn slices_cover_every_day_and_account_once(days in 1_u32..90, at_once in 0_u32..40, count in 1_usize..1_200, until in 0_i64..4_000_000_000) {
            let window = Window::of_days(days, Timestamp::from_second(until).unwrap());
            let accounts = accounts(count);
            let slices = window.slices(&accounts, at_once);
            let mut seen = std::collections::BTreeSet::new();
            for slice in &slices {
                prop_assert!(slice.accounts.len() <= MOST_ACCOUNTS);
                for day in slice.first.0..=slice.last.0 {
                    for account in &slice.accounts {
                        prop_assert!(seen.insert((day, account.clone())));
                    }
                }
            }
            let spanned = Day::of(window.until).0 - Day::of(window.from).0 + 1;
            prop_assert_eq!(seen.len(), usize::try_from(spanned).unwrap() * count);
        }
    }
}
