//! The difference between our clock and AWS's, which refuses what was signed more than some minutes away from its own time.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use jiff::SignedDuration;
use sv0_model::time::Timestamp;

/// Differences that signatures survive are not worth a correction.
const LEAST: i64 = 60;

/// How far AWS's clock is ahead of ours, in seconds.
#[derive(Debug, Default)]
pub(crate) struct Skew(AtomicI64);

impl Skew {
    /// AWS's time, as far as it is known.
    pub(crate) fn corrected(&self, now: Timestamp) -> SystemTime {
        let ahead = SignedDuration::from_secs(self.0.load(Ordering::Relaxed));
        SystemTime::from(now.saturating_add(ahead).unwrap_or(now))
    }

    /// Learns from the time of an answer. Whether that changes anything.
    pub(crate) fn learn(&self, theirs: Option<Timestamp>, ours: Timestamp) -> bool {
        let Some(theirs) = theirs else {
            return false;
        };
        let ahead = theirs.as_second().saturating_sub(ours.as_second());
        let before = self.0.swap(ahead, Ordering::Relaxed);
        (ahead - before).abs() >= LEAST
    }
}

/// The time in an answer's `Date` header.
pub(crate) fn date(header: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::parse(header).ok().map(|zoned| zoned.timestamp())
}

/// The longest wait before another attempt: twice as long each time, up to 20 seconds.
pub(crate) fn longest_wait(attempt: u32) -> Duration {
    let doubled = Duration::from_millis(500).saturating_mul(1 << attempt.saturating_sub(1).min(10));
    doubled.min(Duration::from_secs(20))
}
