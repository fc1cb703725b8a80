//! How long each function takes from its start until it asks Lambda for an event.

mod runtime;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, bail};
use clap::Args;

use crate::functions::{self, FUNCTIONS};
use crate::shell;

/// Starts that are not counted: they bring the program into memory, where Lambda has it too once it is unpacked.
const UNCOUNTED: u32 = 3;

#[derive(Args)]
pub struct ColdStartArguments {
    /// How often each function is started.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=1000))]
    runs: u32,
    /// Fails when the median of a function is more milliseconds.
    #[arg(long, default_value_t = 15.0)]
    at_most_ms: f64,
    /// A folder with built programs; without it they are built as they are released.
    #[arg(long)]
    programs: Option<PathBuf>,
}

/// Prints a table; fails when a function does not start, or takes too long.
pub fn measure(arguments: &ColdStartArguments) -> Result<()> {
    let programs = match &arguments.programs {
        Some(folder) => folder.clone(),
        None => functions::built(&shell::workspace_root()?, "release")?,
    };
    println!(
        "| function | program (MB) | starts | least (ms) | median (ms) | most (ms) |\n|---|---:|---:|---:|---:|---:|"
    );
    let mut slow = Vec::new();
    for function in &FUNCTIONS {
        let program = programs.join(function.binary);
        for _ in 0..UNCOUNTED {
            runtime::start(&program, function.settings)?;
        }
        let times = (0..arguments.runs).map(|_| runtime::start(&program, function.settings));
        let starts = Starts::of(times.collect::<Result<_>>()?);
        println!(
            "| `{}` | {:.1} | {} | {:.1} | {:.1} | {:.1} |",
            function.binary,
            std::fs::metadata(&program)?.len() as f64 / 1e6,
            arguments.runs,
            starts.least,
            starts.median,
            starts.most
        );
        if starts.median > arguments.at_most_ms {
            slow.push(format!("{} takes {:.1} ms", function.binary, starts.median));
        }
    }
    if !slow.is_empty() {
        bail!("more than {} ms: {}", arguments.at_most_ms, slow.join(", "));
    }
    Ok(())
}

/// Times of several starts, in milliseconds.
#[derive(Debug, PartialEq)]
struct Starts {
    least: f64,
    median: f64,
    most: f64,
}

impl Starts {
    fn of(mut times: Vec<Duration>) -> Self {
        times.sort();
        let at = |index: usize| times.get(index).map_or(0.0, |time| time.as_secs_f64() * 1000.0);
        Self {
            least: at(0),
            median: at(times.len() / 2),
            most: at(times.len().saturating_sub(1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_one_in_the_middle() {
        let times = [9, 1, 4, 30, 2].map(Duration::from_millis);
        let expected = Starts {
            least: 1.0,
            median: 4.0,
            most: 30.0,
        };
        assert_eq!(Starts::of(times.to_vec()), expected);
    }
}
