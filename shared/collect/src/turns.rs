//! Turns: how workers that know nothing of each other keep to one budget.
//!
//! Time is cut into windows as long as a budget allows one call in, counted from the Unix epoch, so that every machine has the same ones. Worker 0 has the first window, worker 1 the
//! second, and after the last worker it is worker 0's turn again. A worker calls at the beginning of its windows and at no other time.

use std::time::Duration;

/// The place of a worker among those that run at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turns {
    place: u32,
    workers: u32,
}

impl Turns {
    /// The turns of the worker that has the `index`th of `all` tasks, of which `at_a_time` are done at the same time. `None` where there is nobody to take turns with.
    #[must_use]
    pub fn of(index: usize, all: usize, at_a_time: usize) -> Option<Self> {
        let workers = all.min(at_a_time).min(MOST);
        let place = index.checked_rem(workers)?;
        (workers > 1).then_some(Self {
            place: u32::try_from(place).ok()?,
            workers: u32::try_from(workers).ok()?,
        })
    }

    /// The first turn that is not before `time`, in windows of this length. Times are counted from the Unix epoch.
    #[must_use]
    pub fn next(self, window: Duration, time: Duration) -> Duration {
        let first = window * self.place;
        let round = (window * self.workers).as_nanos().max(1);
        let rounds = time.saturating_sub(first).as_nanos().div_ceil(round);
        let after = u64::try_from(rounds.saturating_mul(round)).unwrap_or(u64::MAX);
        first.saturating_add(Duration::from_nanos(after))
    }
}

/// More workers than any deployment has: so many turns of the slowest budget still come around.
const MOST: usize = 10_000;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A second of 2026, in nanoseconds.
    const NOW: u64 = 1_795_000_000_000_000_000;

    /// When a worker calls that asks again as soon as it was allowed to, from `start` on, for so many rounds.
    fn calls(turns: Turns, window: Duration, start: Duration, rounds: u32) -> Vec<Duration> {
        let mut times = Vec::new();
        let mut time = start;
        for _ in 0..rounds {
            let at = turns.next(window, time);
            times.push(at);
            time = at + Duration::from_nanos(1);
        }
        times
    }

    proptest! {
        /// However many workers with places of their own begin whenever they like, no second has more calls than the budget.
        #[test]
        fn workers_with_places_of_their_own_keep_to_the_budget(
            rate in 1_u32..50,
            starts in proptest::collection::vec(0_u64..20_000_000_000, 2..60),
        ) {
            let window = Duration::from_secs(1) / rate;
            let workers = starts.len();
            let mut all: Vec<Duration> = starts.iter().enumerate().flat_map(|(index, start)| {
                let turns = Turns::of(index, 1000, workers).unwrap();
                calls(turns, window, Duration::from_nanos(NOW + start), 6)
            }).collect();
            all.sort_unstable();
            // A whole number of windows may be a little less than a second.
            let second = window * rate;
            for (first, start) in all.iter().enumerate() {
                let within = all.iter().skip(first).take_while(|time| **time - *start < second).count();
                prop_assert!(within <= rate as usize, "{within} calls in the second from {start:?} on, {rate} are allowed");
            }
        }

        /// Whatever places workers have, one of them calls at most once a round: together they keep to the budget on the average of a round.
        #[test]
        fn workers_that_share_a_place_keep_to_the_budget_on_average(
            rate in 1_u32..50,
            workers in proptest::collection::vec((0_usize..1000, 0_u64..20_000_000_000), 2..60),
        ) {
            let window = Duration::from_secs(1) / rate;
            let round = window * u32::try_from(workers.len()).unwrap();
            for (index, start) in &workers {
                let turns = Turns::of(*index, 1000, workers.len()).unwrap();
                let times = calls(turns, window, Duration::from_nanos(NOW + start), 10);
                prop_assert!(times.windows(2).all(|pair| pair[1] - pair[0] == round));
            }
        }

        /// A turn is not before it is asked for, and not later than a round.
        #[test]
        fn a_turn_comes_within_a_round(rate in 1_u32..50, index in 0_usize..1000, workers in 2_usize..60, time in 0_u64..u64::MAX / 4) {
            let (window, time) = (Duration::from_secs(1) / rate, Duration::from_nanos(time));
            let at = Turns::of(index, 1000, workers).unwrap().next(window, time);
            prop_assert!(at >= time && at - time < window * u32::try_from(workers).unwrap());
        }
    }

    #[test]
    fn who_is_alone_waits_for_nobody() {
        for (index, all, at_a_time) in [(0, 1, 40), (0, 0, 40), (7, 1000, 1), (7, 1000, 0)] {
            assert_eq!(Turns::of(index, all, at_a_time), None);
        }
        // Three tasks never run beside a fourth.
        assert_eq!(Turns::of(2, 3, 40), Turns::of(2, 3, 3));
        assert_ne!(Turns::of(0, 40, 40), Turns::of(1, 40, 40));
        assert_eq!(Turns::of(0, 80, 40), Turns::of(40, 80, 40));
    }
}
