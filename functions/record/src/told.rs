//! What the hub's bus is told of a run.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde_json::{Value, json};
use sv0_aws::dynamodb::FindingChange;
use sv0_aws::event_bus::Event;
use sv0_model::finding::FindingSeverity;
use sv0_model::manifest::RunManifest;
use sv0_state::Change;

use crate::EventCounts;

/// Findings of a run that the bus is told of one by one; a first scan may open a hundred thousand.
pub(crate) const MOST_FINDINGS: usize = 200;
/// The longest title that an event carries.
const LONGEST_TITLE: usize = 300;

/// Texts of findings by which they are listed, by id.
pub(crate) type Summaries = BTreeMap<String, BTreeMap<String, String>>;

/// A finding that changed.
struct Told<'a> {
    severity: Option<FindingSeverity>,
    detail_type: &'static str,
    change: &'a FindingChange,
    summary: &'a BTreeMap<String, String>,
}

/// What the bus is told of a recorded run: findings, the most severe first, then the scan itself.
pub(crate) fn of_run(
    manifest: &RunManifest,
    results: &str,
    counts: &BTreeMap<String, u64>,
    changes: &[FindingChange],
    summaries: &Summaries,
) -> (Vec<Event>, EventCounts) {
    let empty = BTreeMap::new();
    let mut told: Vec<Told<'_>> = changes
        .iter()
        .filter_map(|change| told(change, summaries.get(&change.id).unwrap_or(&empty)))
        .collect();
    told.sort_by(|a, b| (Reverse(a.severity), &a.change.id).cmp(&(Reverse(b.severity), &b.change.id)));
    let findings = by_type(&told);
    let left_out = told.len().saturating_sub(MOST_FINDINGS);
    let mut events: Vec<Event> = told
        .iter()
        .take(MOST_FINDINGS)
        .map(|told| finding(manifest, told))
        .collect();
    events.push(Event {
        detail_type: "Scan Finished",
        detail: json!({
            "run": manifest.run_id,
            "captured_at": manifest.captured_at,
            "results": results,
            "manifest_key": sv0_lake::manifest_key(&manifest.run_id),
            "counts": manifest.counts,
            "changes": counts,
            "findings": findings,
            "findings_left_out": left_out,
        }),
    });
    let counts = EventCounts {
        sent: events.len(),
        left_out,
    };
    (events, counts)
}

/// What the bus is told of a run that failed.
pub(crate) fn of_failure(run: &str, reason: Option<&str>) -> Event {
    Event {
        detail_type: "Scan Failed",
        detail: json!({ "run": run, "reason": reason.map(cut) }),
    }
}

fn by_type(told: &[Told<'_>]) -> Value {
    let count = |detail_type| told.iter().filter(|told| told.detail_type == detail_type).count();
    json!({ "opened": count(OPENED), "changed": count(CHANGED), "resolved": count(RESOLVED) })
}

const OPENED: &str = "Finding Opened";
const CHANGED: &str = "Finding Changed";
const RESOLVED: &str = "Finding Resolved";

/// A finding in doubt is neither opened nor resolved.
fn told<'a>(change: &'a FindingChange, summary: &'a BTreeMap<String, String>) -> Option<Told<'a>> {
    let detail_type = match change.change()? {
        Change::Appeared | Change::Returned => OPENED,
        Change::Changed => CHANGED,
        Change::Gone => RESOLVED,
        Change::Doubted | Change::Confirmed => return None,
    };
    let severity = summary.get("severity").cloned();
    Some(Told {
        severity: severity.and_then(|name| serde_json::from_value(Value::String(name)).ok()),
        detail_type,
        change,
        summary,
    })
}

fn finding(manifest: &RunManifest, told: &Told<'_>) -> Event {
    let text = |name: &str| told.summary.get(name);
    Event {
        detail_type: told.detail_type,
        detail: json!({
            "run": manifest.run_id,
            "captured_at": manifest.captured_at,
            "id": told.change.id,
            "kind": text("type"),
            "severity": text("severity"),
            "account": text("account"),
            "title": text("name").map(|title| cut(title)),
        }),
    }
}

fn cut(text: &str) -> String {
    text.chars().take(LONGEST_TITLE).collect()
}

#[cfg(test)]
mod tests;
