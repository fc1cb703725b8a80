//! The engine against an oracle that was written from the contract and AWS's documentation alone.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking, in its helpers too"
)]

mod support;

use std::env;
use std::thread;
use std::time::Instant;

use support::coverage;
use support::golden;
use support::run::{Report, Task, run};

/// The seed and size of the ordinary run. Others are given to `cargo xtask oracle`.
const SEED: u64 = 20_260_101;
const PAIRS: u64 = 200_000;

#[test]
fn engine_and_oracle_agree_and_everything_is_met() {
    let report = run(
        Task {
            seed: SEED,
            pairs: PAIRS,
            threads: 1,
        },
        &|_| {},
    );
    assert_agreement(&report);
    assert!(report.pairs >= PAIRS);
    let missing = coverage::missing(&report.trace);
    assert!(missing.is_empty(), "met too seldom:\n{}", missing.join("\n"));
}

/// As many pairs as `cargo xtask oracle` asks for; it sets the variables.
#[test]
#[ignore = "takes minutes: cargo xtask oracle"]
fn engine_and_oracle_agree_on_as_many_as_asked() {
    let number =
        |name: &str, default: u64| env::var(name).map_or(default, |text| text.parse().expect("a whole number"));
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let task = Task {
        seed: number("SV0_ORACLE_SEED", SEED + 1),
        pairs: number("SV0_ORACLE_PAIRS", PAIRS),
        threads,
    };
    let started = Instant::now();
    let report = run(task, &|pairs| {
        eprintln!(
            "{pairs} of {} pairs, {:.0} s",
            task.pairs,
            started.elapsed().as_secs_f64()
        )
    });
    println!(
        "seed {}: {} pairs, {:.1} s on {threads} threads, {} disagreements",
        task.seed,
        report.pairs,
        started.elapsed().as_secs_f64(),
        report.disagreements.len()
    );
    assert_agreement(&report);
}

fn assert_agreement(report: &Report) {
    assert!(report.disagreements.is_empty(), "{}", report.disagreements.join("\n"));
}

#[test]
fn the_oracle_says_what_the_golden_rows_say() {
    let mut compared = 0;
    let mut failures = Vec::new();
    for case in golden::rows() {
        match golden::answer(&case) {
            Ok((answer, wanted)) if answer == wanted => compared += 1,
            Ok((answer, wanted)) => {
                failures.push(format!("{}\n  wanted {wanted:?}\n  oracle {answer:?}\n", case["note"]))
            }
            Err(outside) => println!("outside: {} {outside:?}", case["note"]),
        }
    }
    println!("{compared} rows");
    assert!(failures.is_empty(), "{} rows:\n{}", failures.len(), failures.join("\n"));
    assert!(compared >= 300, "{compared} golden rows are within the oracle's reach");
}
