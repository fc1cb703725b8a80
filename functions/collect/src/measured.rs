//! What a stage measures.

use sv0_model::arn::is_account_id;
use sv0_model::coverage::CoverageStatus;
use sv0_telemetry::Measurement;
use sv0_telemetry::metrics::{
    ACCOUNTS, ACCOUNTS_ASKED, API_CALLS, ATHENA_BYTES_SCANNED, COVERAGE_ROWS, UNFINISHED_TASKS,
};

use crate::meter::Usage;
use crate::{Answer, Event};

/// Every status, so that one without rows is told of as 0.
const STATUSES: [CoverageStatus; 12] = [
    CoverageStatus::Ok,
    CoverageStatus::Partial,
    CoverageStatus::Denied,
    CoverageStatus::Throttled,
    CoverageStatus::Disabled,
    CoverageStatus::Excluded,
    CoverageStatus::Stale,
    CoverageStatus::Revoked,
    CoverageStatus::NotRecorded,
    CoverageStatus::NotObservable,
    CoverageStatus::Failed,
    CoverageStatus::Missing,
];

/// What `stage` measured: its answer, where it had one, and what it asked of AWS.
pub(crate) fn measurements(stage: &str, answer: Option<&Answer>, usage: &Usage) -> Vec<Measurement> {
    let count = |metric, number: usize| Measurement::count(metric, &[stage], number as u64);
    let mut measured = Vec::new();
    match answer {
        Some(Answer::Plan {
            planned: Some(planned), ..
        }) => {
            measured.push(count(&ACCOUNTS, planned.accounts));
            measured.push(count(&ACCOUNTS_ASKED, planned.spokes.tasks));
        }
        Some(Answer::Finish {
            finished: Some(finished),
            ..
        }) => {
            measured.push(count(&UNFINISHED_TASKS, finished.unfinished_tasks));
            measured.extend(STATUSES.map(|status| {
                let rows = finished.rows.get(&status).copied().unwrap_or_default();
                Measurement::count(&COVERAGE_ROWS, &[&name_of(status)], rows as u64)
            }));
        }
        _ => {}
    }
    let calls = usage.calls.iter();
    measured.extend(calls.map(|((service, result), count)| Measurement::count(&API_CALLS, &[service, result], *count)));
    let scanned = usage.evidence.map(|cost| cost.bytes_scanned);
    measured.extend(scanned.map(|bytes| Measurement::count(&ATHENA_BYTES_SCANNED, &[stage], bytes)));
    measured
}

/// As the ledger writes it.
fn name_of(status: CoverageStatus) -> String {
    let name = serde_json::to_value(status).unwrap_or_default();
    name.as_str().unwrap_or_default().to_owned()
}

impl Event {
    /// What the event is about, for logs and metrics.
    pub(crate) fn stage(&self) -> sv0_telemetry::Stage<'_> {
        let (name, account) = match self {
            Self::Plan { .. } => ("plan", None),
            Self::Task { task, .. } => ("task", Some(task.as_str()).filter(|task| is_account_id(task))),
            Self::Finish { .. } => ("finish", None),
        };
        sv0_telemetry::Stage {
            name,
            run: Some(self.run()),
            account,
        }
    }
}
