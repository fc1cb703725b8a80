//! What an invocation costs, estimated. `docs/metrics.md` explains the arithmetic; the prices are those of us-east-1 without any free tier or discount.

use std::time::Duration;

/// A gigabyte-second of AWS Lambda on x86_64, in thousand-millionths of a US dollar ("AWS Lambda pricing"). On arm64 it is a fifth less, so that the estimate is on the high side.
pub const NANO_DOLLARS_PER_GIGABYTE_SECOND: u64 = 16_667;
/// A request to AWS Lambda ("AWS Lambda pricing": 0.20 US dollars a million).
pub const NANO_DOLLARS_PER_REQUEST: u64 = 200;
/// A state transition of AWS Step Functions ("AWS Step Functions pricing": 0.025 US dollars a thousand).
pub const NANO_DOLLARS_PER_TRANSITION: u64 = 25_000;
/// Transitions that go with an invocation: the task, the choice that follows it, and for an item of a map its child's beginning and end.
pub const TRANSITIONS: u64 = 4;

const MEGABYTES_PER_GIGABYTE: u64 = 1024;
const MILLISECONDS: u64 = 1000;

/// The cost of an invocation in thousand-millionths of a US dollar, evidence aside.
#[must_use]
pub fn invocation_nano_dollars(duration: Duration, memory_megabytes: u64) -> u64 {
    // Lambda bills begun milliseconds.
    let milliseconds = u64::try_from(duration.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX);
    let compute = milliseconds
        .saturating_mul(memory_megabytes)
        .saturating_mul(NANO_DOLLARS_PER_GIGABYTE_SECOND)
        .div_ceil(MEGABYTES_PER_GIGABYTE * MILLISECONDS);
    compute.saturating_add(NANO_DOLLARS_PER_REQUEST + TRANSITIONS * NANO_DOLLARS_PER_TRANSITION)
}

/// US dollars of thousand-millionths of one.
#[must_use]
pub fn dollars(nano_dollars: u64) -> f64 {
    // Fifteen digits hold a million dollars to the last one.
    #[allow(
        clippy::cast_precision_loss,
        reason = "an estimate of cents has fewer digits than a float"
    )]
    let nano_dollars = nano_dollars as f64;
    nano_dollars / 1e9
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arithmetic_is_that_of_the_page() {
        let page = include_str!("../../../docs/metrics.md");
        for (duration, memory, nano_dollars) in [
            (Duration::ZERO, 512, 100_200),
            (Duration::from_secs(60), 1024, 1_100_220),
            (Duration::from_nanos(1), 1024, 100_217),
            (Duration::from_secs(840), 10_240, 140_103_000),
        ] {
            assert_eq!(
                invocation_nano_dollars(duration, memory),
                nano_dollars,
                "{duration:?} {memory}"
            );
        }
        assert!((dollars(1_100_220) - 0.001_100_22).abs() < 1e-12);
        for price in ["0.0000166667", "0.0000002", "0.000025", "60 s × 1 GB", "0.00110022"] {
            assert!(page.contains(price), "{price}");
        }
    }
}
