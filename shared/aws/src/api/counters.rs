//! What was asked, and how it went: for logs and for what a scan costs.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use sv0_collect::{ApiCall, Failure};

/// One request that was sent, and what became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SentRequest<'a> {
    /// The call.
    pub call: &'static ApiCall,
    /// The account it was made for: `hub`, or 12 digits.
    pub account: &'a str,
    /// The Region it was signed for.
    pub region: &'a str,
    /// Which attempt it was, from 1.
    pub attempt: u32,
    /// What became of it; `None` when it was answered.
    pub failure: Option<Failure>,
}

/// Told of every request.
pub trait CallObserver: Send + Sync + fmt::Debug {
    /// A request was answered, or failed.
    fn sent(&self, request: &SentRequest<'_>);
}

/// Service, operation, account, and what became of the request.
pub type CountKey = (&'static str, &'static str, String, Option<Failure>);

/// Counts requests.
#[derive(Debug, Default)]
pub struct CallCounters(Mutex<BTreeMap<CountKey, u64>>);

impl CallCounters {
    /// The counts so far.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<CountKey, u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The counts since the last time, which are then forgotten.
    #[must_use]
    pub fn take(&self) -> BTreeMap<CountKey, u64> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl CallObserver for CallCounters {
    fn sent(&self, request: &SentRequest<'_>) {
        let key = (
            request.call.service,
            request.call.operation,
            request.account.to_owned(),
            request.failure,
        );
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry(key).or_default() += 1;
    }
}
