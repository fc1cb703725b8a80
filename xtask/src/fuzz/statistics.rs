//! What libFuzzer says of a run, in numbers.

use std::fmt::Write as _;

use super::run::Outcome;

/// Numbers of one run.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Statistics {
    /// Inputs tried.
    pub executions: u64,
    /// Edges covered by the inputs known before.
    pub coverage_before: u64,
    /// Edges covered in the end.
    pub coverage: u64,
    /// Inputs known before that cover something of their own.
    pub inputs_before: u64,
    /// The same in the end.
    pub inputs: u64,
}

impl Statistics {
    /// Reads them out of libFuzzer's log: `#12 INITED cov: 34 ft: 56 corp: 7/89b …`.
    pub fn read(log: &str) -> Self {
        let mut statistics = Self::default();
        for line in log.lines() {
            if let Some(count) = line.strip_prefix("stat::number_of_executed_units:") {
                statistics.executions = count.trim().parse().unwrap_or_default();
            }
            let Some(event) = line.strip_prefix('#') else { continue };
            let (Some(coverage), Some(inputs)) = (field(event, "cov:"), field(event, "corp:")) else {
                continue;
            };
            if event.contains("INITED") {
                (statistics.coverage_before, statistics.inputs_before) = (coverage, inputs);
            }
            statistics.executions = statistics.executions.max(leading(event));
            (statistics.coverage, statistics.inputs) = (coverage, inputs);
        }
        statistics
    }
}

/// The number after a field's name.
fn field(line: &str, name: &str) -> Option<u64> {
    let (_, rest) = line.split_once(name)?;
    Some(leading(rest.trim_start()))
}

fn leading(text: &str) -> u64 {
    let digits = text.split(|c: char| !c.is_ascii_digit()).next();
    digits.and_then(|digits| digits.parse().ok()).unwrap_or_default()
}

/// A table of all runs.
pub fn table(outcomes: &[Outcome]) -> String {
    let mut text = format!(
        "{:<24}{:>12}{:>20}{:>18}{:>9}\n",
        "target", "executions", "edges covered", "inputs kept", "crashes"
    );
    for outcome in outcomes {
        let statistics = &outcome.statistics;
        let edges = format!("{} -> {}", statistics.coverage_before, statistics.coverage);
        let inputs = format!("{} -> {}", statistics.inputs_before, statistics.inputs);
        let _ = writeln!(
            text,
            "{:<24}{:>12}{edges:>20}{inputs:>18}{:>9}",
            outcome.target,
            statistics.executions,
            outcome.crashes.len()
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "INFO: Seed: 1
#3\tINITED cov: 10 ft: 12 corp: 2/9b exec/s: 0 rss: 27Mb
#900\tNEW    cov: 11 ft: 14 corp: 3/17b lim: 4 exec/s: 0 rss: 27Mb L: 8/8 MS: 1 ChangeByte-
#1024\tpulse  cov: 11 ft: 14 corp: 3/17b lim: 4 exec/s: 512 rss: 27Mb
#1500\tDONE   cov: 12 ft: 15 corp: 4/20b lim: 4 exec/s: 750 rss: 27Mb
Done 1500 runs in 2 second(s)
stat::number_of_executed_units: 1500
";

    #[test]
    fn the_log_of_a_run_is_read() {
        let want = Statistics {
            executions: 1500,
            coverage_before: 10,
            coverage: 12,
            inputs_before: 2,
            inputs: 4,
        };
        assert_eq!(Statistics::read(LOG), want);
    }

    #[test]
    fn a_run_that_crashed_counts_as_far_as_it_came() {
        let until: String = LOG.lines().take(4).map(|line| format!("{line}\n")).collect();
        let statistics = Statistics::read(&(until + "==1== ERROR: libFuzzer: deadly signal\n"));
        assert_eq!((statistics.executions, statistics.coverage), (1024, 11));
    }
}
