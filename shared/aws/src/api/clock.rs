//! The real time.

use std::time::{Duration, Instant};

use sv0_collect::{BoxFuture, Clock};
use sv0_model::time::Timestamp;

/// The system's clock, and when the worker must be done.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock {
    end: Option<Instant>,
}

impl SystemClock {
    /// A clock of which nothing runs out.
    #[must_use]
    pub fn endless() -> Self {
        Self { end: None }
    }

    /// A clock by which `left` is left from now on. More than the system can count is no end.
    #[must_use]
    pub fn ending_in(left: Duration) -> Self {
        Self {
            end: Instant::now().checked_add(left),
        }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn time_left(&self) -> Option<Duration> {
        self.end.map(|end| end.saturating_duration_since(Instant::now()))
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}
