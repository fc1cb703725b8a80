//! Every metric there is, with its meaning, unit and dimensions.

/// The namespace of all of them.
pub const NAMESPACE: &str = "SecurityV0/Hub";

/// Units of CloudWatch that are used (Amazon CloudWatch API Reference, "MetricDatum").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A number of things.
    Count,
    /// Bytes.
    Bytes,
    /// Thousandths of a second.
    Milliseconds,
    /// What has no unit in CloudWatch: US dollars.
    None,
}

impl Unit {
    /// Its name in CloudWatch.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Count => "Count",
            Self::Bytes => "Bytes",
            Self::Milliseconds => "Milliseconds",
            Self::None => "None",
        }
    }
}

/// A metric.
#[derive(Debug, PartialEq, Eq)]
pub struct Metric {
    /// Its name.
    pub name: &'static str,
    /// Its unit.
    pub unit: Unit,
    /// The names of its dimensions; each has few values.
    pub dimensions: &'static [&'static str],
    /// The functions that measure it.
    pub measured_by: &'static str,
    /// What it says, for the documentation.
    pub meaning: &'static str,
}

const STAGE: &[&str] = &["Stage"];
const ALL: &str = "all";

/// How long an invocation took.
pub const DURATION: Metric = Metric {
    name: "Duration",
    unit: Unit::Milliseconds,
    dimensions: STAGE,
    measured_by: ALL,
    meaning: "how long an invocation took; the sum over a run is the time that its workers were busy",
};
/// Whether an invocation began a process.
pub const COLD_STARTS: Metric = Metric {
    name: "ColdStarts",
    unit: Unit::Count,
    dimensions: STAGE,
    measured_by: ALL,
    meaning: "1 for the first invocation of a process, 0 for each that comes after it",
};
/// Whether an invocation failed.
pub const FAILURES: Metric = Metric {
    name: "Failures",
    unit: Unit::Count,
    dimensions: STAGE,
    measured_by: ALL,
    meaning: "1 where an invocation was answered with an error, else 0; the error's name is in the line's `error_type`",
};
/// What an invocation costs.
pub const ESTIMATED_COST: Metric = Metric {
    name: "EstimatedCost",
    unit: Unit::None,
    dimensions: STAGE,
    measured_by: ALL,
    meaning: "US dollars that an invocation costs, by the arithmetic below; the sum over a run is the estimate for the scan",
};
/// Accounts of the organization.
pub const ACCOUNTS: Metric = Metric {
    name: "Accounts",
    unit: Unit::Count,
    dimensions: STAGE,
    measured_by: "collect",
    meaning: "accounts of the organization, when the plan is made",
};
/// Accounts that are asked.
pub const ACCOUNTS_ASKED: Metric = Metric {
    name: "AccountsAsked",
    unit: Unit::Count,
    dimensions: STAGE,
    measured_by: "collect",
    meaning: "accounts that the plan reads through a role, or with the hub's own credentials",
};
/// Rows of the ledger.
pub const COVERAGE_ROWS: Metric = Metric {
    name: "CoverageRows",
    unit: Unit::Count,
    dimensions: &["Status"],
    measured_by: "collect",
    meaning: "rows of the coverage ledger by status, when it is written; a status without rows is 0",
};
/// Tasks that never came to their end.
pub const UNFINISHED_TASKS: Metric = Metric {
    name: "UnfinishedTasks",
    unit: Unit::Count,
    dimensions: STAGE,
    measured_by: "collect",
    meaning: "tasks that never reported or did not come to their end, when the ledger is written; their places are `failed` in it",
};
/// Requests to AWS.
pub const API_CALLS: Metric = Metric {
    name: "ApiCalls",
    unit: Unit::Count,
    dimensions: &["Service", "Result"],
    measured_by: "collect",
    meaning: "requests that were sent to AWS for reading, each attempt counted, by service and by what became of it; those to S3 for the capture are not among them",
};
/// Bytes that Athena scanned.
pub const ATHENA_BYTES_SCANNED: Metric = Metric {
    name: "AthenaBytesScanned",
    unit: Unit::Bytes,
    dimensions: STAGE,
    measured_by: "collect",
    meaning: "bytes that the evidence statements scanned, as Athena tells them; a statement that two workers wait for is counted by each",
};
/// Findings by severity.
pub const FINDINGS: Metric = Metric {
    name: "Findings",
    unit: Unit::Count,
    dimensions: &["Severity"],
    measured_by: "scan-capture",
    meaning: "findings of a run by severity; a severity without findings is 0",
};
/// Authority paths.
pub const PATHS: Metric = Metric {
    name: "Paths",
    unit: Unit::Count,
    dimensions: STAGE,
    measured_by: "scan-capture",
    meaning: "authority paths of a run, blocked ones included",
};
/// Entities of the graph.
pub const ENTITIES: Metric = Metric {
    name: "Entities",
    unit: Unit::Count,
    dimensions: STAGE,
    measured_by: "scan-capture",
    meaning: "entities of a run's graph",
};

/// What became of things.
pub const CHANGES: Metric = Metric {
    name: "Changes",
    unit: Unit::Count,
    dimensions: &["Change"],
    measured_by: "record",
    meaning: "what became of how many things when a run was recorded: `appeared`, `changed`, `returned`, `unchanged`, `doubted`, `gone`",
};
/// Events on the hub's bus.
pub const EVENTS_SENT: Metric = Metric {
    name: "EventsSent",
    unit: Unit::Count,
    dimensions: STAGE,
    measured_by: "record",
    meaning: "events that the hub's bus was told",
};
/// Scans that are recorded.
pub const SCANS_RECORDED: Metric = Metric {
    name: "ScansRecorded",
    unit: Unit::Count,
    dimensions: &["Function", "Scope"],
    measured_by: "record",
    meaning: "1 where a scan's run is recorded, by the function's name, so that each deployment has its own, and by what was scanned: `all`, or `accounts` where some were named; skipped scans measure nothing",
};

/// All of them, as the documentation lists them.
pub const METRICS: [&Metric; 16] = [
    &DURATION,
    &COLD_STARTS,
    &FAILURES,
    &ESTIMATED_COST,
    &ACCOUNTS,
    &ACCOUNTS_ASKED,
    &COVERAGE_ROWS,
    &UNFINISHED_TASKS,
    &API_CALLS,
    &ATHENA_BYTES_SCANNED,
    &FINDINGS,
    &PATHS,
    &ENTITIES,
    &CHANGES,
    &EVENTS_SENT,
    &SCANS_RECORDED,
];

#[cfg(test)]
mod tests {
    use super::*;

    /// `docs/metrics.md` has this table.
    #[test]
    fn the_page_lists_every_metric() {
        let page = include_str!("../../../docs/metrics.md");
        let rows = METRICS.map(|metric| {
            let dimensions: Vec<String> = metric.dimensions.iter().map(|name| format!("`{name}`")).collect();
            format!(
                "| `{}` | {} | {} | {} | {} |",
                metric.name,
                metric.unit.name(),
                dimensions.join(", "),
                metric.measured_by,
                metric.meaning
            )
        });
        let table = rows.join("\n");
        assert!(page.contains(&table), "docs/metrics.md must hold:\n{table}");
        assert!(page.contains(&format!("`{NAMESPACE}`")));
    }

    #[test]
    fn names_and_dimensions_are_few_and_unique() {
        let mut names = METRICS.map(|metric| metric.name);
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{names:?}");
        for metric in METRICS {
            assert!((1..=2).contains(&metric.dimensions.len()), "{}", metric.name);
            let is_of_many = |name: &&str| ["Account", "Run", "Region", "Arn", "RequestId"].contains(name);
            assert!(!metric.dimensions.iter().any(is_of_many), "{}", metric.name);
        }
    }
}
