//! How often each budget was drawn on, and the time that this takes at the least.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use sv0_collect::calls;

use crate::estate::Estate;
use crate::router::Asked;

/// An API of an account in a Region: what AWS, and so the product, keeps a budget of.
type Bucket = (&'static str, &'static str, String, String);

#[derive(Default)]
struct Counts {
    now: HashMap<Bucket, u64>,
    /// Those before the mark.
    before: HashMap<Bucket, u64>,
}

/// The calls that were answered.
#[derive(Default)]
pub struct Counted(Mutex<Counts>);

/// What came of one operation.
#[derive(Debug, Serialize)]
pub struct Row {
    pub call: String,
    /// Calls in all accounts and Regions.
    pub calls: u64,
    pub buckets: u64,
    /// Calls of the account and Region with the most.
    pub most: u64,
    /// Calls a second.
    pub rate: f64,
    /// The time that the bucket with the most calls takes at the least: what its burst does not cover, at its rate.
    pub seconds: f64,
    /// The same of the calls before the mark.
    pub seconds_before: f64,
    /// And of those after it.
    pub seconds_after: f64,
}

impl Counted {
    pub fn count(&self, asked: &Asked<'_>, estate: &Estate) {
        // The client keeps one budget for the role of the management account and one for its own account.
        let account = if asked.account == estate.management() {
            "management"
        } else {
            asked.account.as_str()
        };
        let bucket = (asked.service, asked.operation, account.to_owned(), asked.region.clone());
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.now.entry(bucket).or_default() += 1;
    }

    /// What comes from now on waited for what came before.
    pub fn mark(&self) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.before = counts.now.clone();
    }

    /// The rows, slowest first; it begins anew.
    pub fn take(&self) -> Vec<Row> {
        let counts = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let mut rows: HashMap<(&str, &str), Row> = HashMap::new();
        for (bucket, calls) in &counts.now {
            let Some(call) = calls::ALL
                .iter()
                .find(|call| (call.service, call.operation) == (bucket.0, bucket.1))
            else {
                continue;
            };
            let rate = f64::from(call.rate.per_thousand_seconds) / 1000.0;
            let least = |calls: u64| calls.saturating_sub(u64::from(call.rate.burst)) as f64 / rate;
            let before = counts.before.get(bucket).copied().unwrap_or(0);
            let row = rows.entry((bucket.0, bucket.1)).or_insert_with(|| Row {
                call: call.name(),
                calls: 0,
                buckets: 0,
                most: 0,
                rate,
                seconds: 0.0,
                seconds_before: 0.0,
                seconds_after: 0.0,
            });
            row.calls += calls;
            row.buckets += 1;
            row.most = row.most.max(*calls);
            row.seconds = row.seconds.max(least(*calls));
            row.seconds_before = row.seconds_before.max(least(before));
            row.seconds_after = row.seconds_after.max(least(calls - before));
        }
        let mut rows: Vec<Row> = rows.into_values().collect();
        rows.sort_by(|a, b| b.seconds.total_cmp(&a.seconds).then_with(|| a.call.cmp(&b.call)));
        rows
    }
}
