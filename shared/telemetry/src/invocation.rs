//! What an invocation says in every line, and what it measures of itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use tracing::Span;
use tracing::level_filters::LevelFilter;

use crate::cost::{dollars, invocation_nano_dollars};
use crate::emf::{self, Measurement};
use crate::log::level_name;
use crate::metrics::{COLD_STARTS, DURATION, ESTIMATED_COST, FAILURES};

const MEMORY: &str = "AWS_LAMBDA_FUNCTION_MEMORY_SIZE";
const DEFAULT_MEMORY: u64 = 128;

/// Takes lines: standard output, but in tests.
pub type Output = Arc<dyn Fn(&str) + Send + Sync>;

/// What lasts as long as the process.
pub struct Process {
    is_warm: AtomicBool,
    memory_megabytes: u64,
    level: LevelFilter,
    output: Output,
}

/// One invocation.
#[derive(Clone)]
pub struct Invocation {
    /// Its id.
    pub request_id: String,
    /// The X-Ray trace that it belongs to.
    pub xray_trace_id: Option<String>,
    /// Whether it is the first of its process.
    pub is_cold_start: bool,
    memory_megabytes: u64,
    level: LevelFilter,
    output: Output,
}

/// What an invocation does.
#[derive(Debug, Clone, Copy, Default)]
pub struct Stage<'a> {
    /// Its name, one of few: `plan`.
    pub name: &'a str,
    /// The run, where the event names one.
    pub run: Option<&'a str>,
    /// The account, where the stage is about a single one.
    pub account: Option<&'a str>,
}

impl Process {
    /// Reads the settings of Lambda, makes every line of the process a JSON line, and gives what invocations are begun with; `variable` gives the value of an environment
    /// variable. To be called once.
    #[must_use]
    pub fn start(variable: impl Fn(&str) -> Option<String>) -> Self {
        let output: Output = Arc::new(crate::log::print);
        let level = crate::log::level(&variable);
        crate::log::start(level, Arc::clone(&output));
        Self::of(level, variable, output)
    }

    /// The same without a subscriber, whose metrics go to `output`.
    #[must_use]
    pub fn of(level: LevelFilter, variable: impl Fn(&str) -> Option<String>, output: Output) -> Self {
        let memory = variable(MEMORY).and_then(|megabytes| megabytes.parse().ok());
        Self {
            is_warm: AtomicBool::new(false),
            memory_megabytes: memory.unwrap_or(DEFAULT_MEMORY),
            level,
            output,
        }
    }

    /// An invocation begins.
    #[must_use]
    pub fn invocation(&self, request_id: &str, xray_trace_id: Option<&str>) -> Invocation {
        Invocation {
            request_id: request_id.to_owned(),
            xray_trace_id: xray_trace_id.map(str::to_owned),
            is_cold_start: !self.is_warm.swap(true, Ordering::Relaxed),
            memory_megabytes: self.memory_megabytes,
            level: self.level,
            output: Arc::clone(&self.output),
        }
    }
}

impl Invocation {
    /// An invocation of which nobody reads the metrics.
    #[must_use]
    pub fn quiet(request_id: &str) -> Self {
        Process::of(LevelFilter::INFO, |_| None, Arc::new(|_: &str| {})).invocation(request_id, None)
    }

    /// The span of the invocation: what is logged in it says all of this. It is one of errors, so that no level leaves it out.
    #[must_use]
    pub fn span(&self, stage: Stage<'_>) -> Span {
        tracing::error_span!(
            "invocation",
            requestId = self.request_id,
            xray_trace_id = self.xray_trace_id,
            cold_start = self.is_cold_start,
            stage = stage.name,
            run = stage.run,
            account = stage.account,
        )
    }

    /// Prints what was measured, and what every invocation measures of itself: how long it took, whether it failed (the error's name), and what it cost, `evidence_nano_dollars` in
    /// it.
    pub fn print_metrics(
        &self,
        now: Timestamp,
        stage: Stage<'_>,
        duration: Duration,
        error_type: Option<&str>,
        evidence_nano_dollars: u64,
        measured: &[Measurement],
    ) {
        let name = if stage.name.is_empty() { "unknown" } else { stage.name };
        let cost = invocation_nano_dollars(duration, self.memory_megabytes).saturating_add(evidence_nano_dollars);
        let mut all = vec![
            Measurement::new(&DURATION, &[name], duration.as_secs_f64() * 1000.0),
            Measurement::count(&COLD_STARTS, &[name], u64::from(self.is_cold_start)),
            Measurement::count(&FAILURES, &[name], u64::from(error_type.is_some())),
            Measurement::new(&ESTIMATED_COST, &[name], dollars(cost)),
        ];
        all.extend_from_slice(measured);
        for line in emf::lines(now, &self.properties(now, stage, error_type), &all) {
            (self.output)(&line);
        }
    }

    fn properties(&self, now: Timestamp, stage: Stage<'_>, error_type: Option<&str>) -> Map<String, Value> {
        let said = [
            ("timestamp", json!(now)),
            // Lambda takes a line without a level for INFO and drops it where the function's level is terser.
            ("level", json!(level_name(self.level.min(LevelFilter::INFO)))),
            ("requestId", json!(self.request_id)),
            ("xray_trace_id", json!(self.xray_trace_id)),
            ("cold_start", json!(self.is_cold_start)),
            ("stage", json!(stage.name)),
            ("run", json!(stage.run)),
            ("account", json!(stage.account)),
            ("error_type", json!(error_type)),
        ];
        let said = said.into_iter().filter(|(_, value)| !value.is_null());
        said.map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[test]
    fn every_invocation_measures_itself_and_the_first_is_cold() {
        let lines = Arc::new(Mutex::new(Vec::<Value>::new()));
        let into = Arc::clone(&lines);
        let output: Output = Arc::new(move |line: &str| into.lock().unwrap().push(serde_json::from_str(line).unwrap()));
        let process = Process::of(LevelFilter::WARN, |_| Some("1024".to_owned()), output);
        let now: Timestamp = "2026-03-02T04:00:00Z".parse().unwrap();
        let stage = Stage {
            name: "task",
            run: Some("first"),
            account: Some("111122223333"),
        };
        for error in [None, Some("NoProgress")] {
            let invocation = process.invocation("request", Some("Root=1-2"));
            invocation.print_metrics(now, stage, Duration::from_secs(60), error, 50_000, &[]);
        }
        let lines = lines.lock().unwrap();
        let cold: Vec<&Value> = lines.iter().map(|line| &line["ColdStarts"]).collect();
        assert_eq!(cold, [&json!(1.0), &json!(0.0)]);
        let last = &lines[1];
        assert_eq!(
            (&last["Failures"], &last["error_type"]),
            (&json!(1.0), &json!("NoProgress"))
        );
        assert_eq!(
            (&last["Duration"], &last["EstimatedCost"]),
            (&json!(60_000.0), &json!(0.001_150_22))
        );
        assert_eq!(
            (&last["level"], &last["account"]),
            (&json!("WARN"), &json!("111122223333"))
        );
        assert_eq!(last["_aws"]["CloudWatchMetrics"][0]["Dimensions"], json!([["Stage"]]));
    }
}
