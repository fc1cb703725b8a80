//! Budgets: how often a call may be made. AWS counts by API, account and Region, and so do these.
//!
//! A bucket is the generic cell rate algorithm: one number, the time at which the next call would be due at an even pace, tells how many calls a bucket has
//! left. A call reserves its place when it asks, so that any number of workers that share a bucket are told different times.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::call::{ApiCall, Rate};
use crate::turns::Turns;

fn interval(rate: Rate) -> Duration {
    Duration::from_secs(1000) / rate.per_thousand_seconds.max(1)
}

/// The calls that one budget has left. Times are counted from a moment of the caller's choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bucket {
    interval: Duration,
    allowance: Duration,
    due: Duration,
}

impl Bucket {
    /// A full bucket.
    #[must_use]
    pub fn new(rate: Rate) -> Self {
        let interval = interval(rate);
        Self {
            interval,
            allowance: interval * rate.burst.max(1).saturating_sub(1),
            due: Duration::ZERO,
        }
    }

    /// Takes the next call's place: the time, not before `now`, at which it may be made.
    pub fn reserve(&mut self, now: Duration) -> Duration {
        let at = self.due.saturating_sub(self.allowance).max(now);
        self.due = self.due.max(at).saturating_add(self.interval);
        at
    }

    /// Makes every later call wait until `time`: AWS throttled, whatever the table says.
    pub fn hold_until(&mut self, time: Duration) {
        self.due = self.due.max(time.saturating_add(self.allowance));
    }
}

/// What is left of a budget that others draw on as well, who know nothing of each other: nothing but turns. Times are counted from the Unix epoch.
#[derive(Debug, Clone, Copy)]
struct Shared {
    turns: Turns,
    window: Duration,
    /// Turns before it are taken, or held back.
    from: Duration,
}

impl Shared {
    fn reserve(&mut self, now: Duration) -> Duration {
        let at = self.turns.next(self.window, self.from.max(now));
        self.from = at.saturating_add(Duration::from_nanos(1));
        at
    }
}

#[derive(Debug)]
enum Budget {
    Own(Bucket),
    Shared(Shared),
}

/// The budgets of every API, account and Region that is called. Times are counted from the Unix epoch, so that workers on several machines mean the same ones.
#[derive(Debug, Default)]
pub struct Budgets {
    budgets: BTreeMap<(&'static str, &'static str, String, String), Budget>,
    speedup: Option<u32>,
    turns: Option<Turns>,
}

impl Budgets {
    /// Budgets of which every rate is multiplied by `factor`: for measurements against servers that are not AWS.
    #[must_use]
    pub fn scaled(factor: u32) -> Self {
        Self {
            speedup: Some(factor.max(1)),
            ..Self::default()
        }
    }

    /// Budgets of a worker that takes turns with others in the calls that [`ApiCall::is_in_turns`]; all other budgets it has to itself.
    #[must_use]
    pub fn in_turns(self, turns: Option<Turns>) -> Self {
        Self { turns, ..self }
    }

    /// Takes the place of a `call` for `account` in `region`: the time at which it may be made.
    pub fn reserve(&mut self, call: &'static ApiCall, account: &str, region: &str, now: Duration) -> Duration {
        match self.budget(call, account, region) {
            Budget::Own(bucket) => bucket.reserve(now),
            Budget::Shared(shared) => shared.reserve(now),
        }
    }

    /// Makes every later call of the kind wait until `time`.
    pub fn hold_until(&mut self, call: &'static ApiCall, account: &str, region: &str, time: Duration) {
        match self.budget(call, account, region) {
            Budget::Own(bucket) => bucket.hold_until(time),
            Budget::Shared(shared) => shared.from = shared.from.max(time),
        }
    }

    fn budget(&mut self, call: &'static ApiCall, account: &str, region: &str) -> &mut Budget {
        let speedup = self.speedup.unwrap_or(1);
        let key = (call.service, call.operation, account.to_owned(), region.to_owned());
        let turns = self.turns.filter(|_| call.is_in_turns);
        self.budgets.entry(key).or_insert_with(|| {
            let rate = Rate {
                per_thousand_seconds: call.rate.per_thousand_seconds.saturating_mul(speedup),
                ..call.rate
            };
            match turns {
                None => Budget::Own(Bucket::new(rate)),
                Some(turns) => Budget::Shared(Shared {
                    turns,
                    window: interval(rate),
                    from: Duration::ZERO,
                }),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::calls::sts::{ASSUME_ROLE, GET_CALLER_IDENTITY};

    proptest! {
        /// In no window of any length are there more calls than the burst and what the window refills.
        #[test]
        fn no_schedule_exceeds_its_budget(
            rate in 1_u32..100_000,
            burst in 1_u32..20,
            pauses in proptest::collection::vec(0_u64..5_000, 1..200),
            holds in proptest::collection::vec(proptest::option::weighted(0.1, 0_u64..10_000), 200),
        ) {
            let rate = Rate { per_thousand_seconds: rate, burst };
            let mut bucket = Bucket::new(rate);
            let mut now = Duration::ZERO;
            let mut times = Vec::new();
            for (pause, hold) in pauses.iter().zip(holds) {
                now += Duration::from_millis(*pause);
                if let Some(hold) = hold {
                    bucket.hold_until(now + Duration::from_millis(hold));
                }
                let at = bucket.reserve(now);
                prop_assert!(at >= now);
                times.push(at);
            }
            let interval = Duration::from_secs(1000) / rate.per_thousand_seconds;
            for (first, start) in times.iter().enumerate() {
                for (last, end) in times.iter().enumerate().skip(first) {
                    let calls = u32::try_from(last - first + 1).unwrap();
                    let most = u32::try_from((*end - *start).as_nanos() / interval.as_nanos()).unwrap() + burst;
                    prop_assert!(calls <= most, "{calls} calls between {start:?} and {end:?}, {most} allowed");
                }
            }
        }

        /// Workers that share a call take turns in it, whatever each of them does, and AWS's word holds their turns back.
        #[test]
        fn workers_take_turns(
            starts in proptest::collection::vec(0_u64..5_000, 2..45),
            held in 0_u64..10_000,
        ) {
            let began = Duration::from_secs(1_795_000_000);
            let mut times = Vec::new();
            for (index, start) in starts.iter().enumerate() {
                let mut budgets = Budgets::default().in_turns(Turns::of(index, 1000, starts.len()));
                let now = began + Duration::from_millis(*start);
                let first = budgets.reserve(&ASSUME_ROLE, "hub", "eu-west-1", now);
                let second = budgets.reserve(&ASSUME_ROLE, "hub", "eu-west-1", now);
                let until = second + Duration::from_millis(held);
                budgets.hold_until(&ASSUME_ROLE, "hub", "eu-west-1", until);
                let third = budgets.reserve(&ASSUME_ROLE, "hub", "eu-west-1", now);
                prop_assert!(now <= first && first < second && until <= third);
                times.extend([first, second, third]);
                // What nobody else does waits for nobody.
                prop_assert_eq!(budgets.reserve(&GET_CALLER_IDENTITY, "hub", "eu-west-1", now), now);
            }
            times.sort_unstable();
            let apart = Duration::from_millis(100);
            prop_assert!(times.windows(2).all(|pair| pair[1] - pair[0] >= apart), "{times:?}");
        }

        /// A caller that never asks early is never made to wait.
        #[test]
        fn who_keeps_the_pace_never_waits(rate in 1_u32..100_000, burst in 1_u32..20, calls in 1_u32..100) {
            let mut bucket = Bucket::new(Rate { per_thousand_seconds: rate, burst });
            let interval = Duration::from_secs(1000) / rate;
            for call in 0..calls {
                prop_assert_eq!(bucket.reserve(interval * call), interval * call);
            }
        }
    }
}
