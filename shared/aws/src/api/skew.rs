//! The difference between our clock and AWS's, which refuses what was signed more than some minutes away from its own time.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::SignedDuration;
use sv0_model::time::Timestamp;

/// Differences that signatures survive are not worth a correction.
const LEAST: i64 = 60;

/// How far AWS's clock is ahead of ours, in seconds.
#[derive(Debug, Default)]
pub(crate) struct Skew(AtomicI64);

impl Skew {
    /// How far AWS's clock is ahead of ours, as far as it is known.
    pub(crate) fn ahead(&self) -> SignedDuration {
        SignedDuration::from_secs(self.0.load(Ordering::Relaxed))
    }

    /// AWS's time, as far as it is known.
    pub(crate) fn corrected(&self, now: Timestamp) -> Timestamp {
        now.saturating_add(self.ahead()).unwrap_or(now)
    }

    /// Learns from the time of a refusal. Whether a signature would be made for another time now than `signed`, by our clock corrected as it then was: callers that come
    /// together are refused together, and only the first of them learns anything.
    pub(crate) fn learn(&self, theirs: Option<Timestamp>, ours: Timestamp, ahead_then: SignedDuration) -> bool {
        let Some(theirs) = theirs else {
            return false;
        };
        let ahead = theirs.as_second().saturating_sub(ours.as_second());
        self.0.store(ahead, Ordering::Relaxed);
        ahead.saturating_sub(ahead_then.as_secs()).abs() >= LEAST
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

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap_or_default()
    }

    #[test]
    fn whoever_signed_with_the_wrong_time_signs_again() {
        let skew = Skew::default();
        let wrong = skew.ahead();
        // Two calls that were signed together and refused together.
        assert!(skew.learn(Some(at(10_000)), at(1_000), wrong));
        assert!(skew.learn(Some(at(10_001)), at(1_001), wrong));
        assert_eq!(skew.corrected(at(1_002)), at(10_002));
        // Whoever signed with the right time was refused for another reason.
        assert!(!skew.learn(Some(at(10_005)), at(1_005), skew.ahead()));
        assert!(!Skew::default().learn(None, at(1_000), wrong));
    }
}
