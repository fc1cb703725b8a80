//! What the ledger says of the log files behind the rows.

use std::collections::BTreeMap;

use sv0_model::coverage::{CoverageRow, CoverageStatus};

use super::steps::{EvidenceSource, Span};
use super::trail::Recorded;
use crate::step::StepRun;

const SOURCE: &str = "cloudtrail:logs";
/// Rows of accounts and Regions without an event beyond which one stands for all.
const MOST_ROWS: usize = 1_000;

/// Adds a row for each account and Region, and one for what the trail leaves out.
pub(super) fn tell(run: &mut StepRun<'_>, source: &EvidenceSource, seen: &BTreeMap<String, Span>) {
    let recorded = Recorded::by(&source.trails, &source.logs, &source.window);
    let now = run.work().clock.now();
    let row = |account: &str, region: &str, status, reason: String, items| CoverageRow {
        account: account.to_owned(),
        region: region.to_owned(),
        source: SOURCE.to_owned(),
        status,
        reason,
        error_code: None,
        operation: None,
        captured_at: Some(now),
        items,
    };
    for (place, (_, _, events)) in seen {
        if let Some((account, region)) = place.split_once('/') {
            run.row(row(account, region, CoverageStatus::Ok, String::new(), *events));
        }
    }
    let mut silent = Vec::new();
    for account in &source.accounts {
        for region in &source.regions {
            let (account, region) = (account.as_str(), region.as_str());
            if seen.contains_key(&format!("{account}/{region}")) {
                continue;
            }
            let (status, reason) = match recorded.blind_spot(account, region) {
                Some(reason) => (CoverageStatus::NotObservable, reason),
                None => (CoverageStatus::Missing, no_event(source)),
            };
            silent.push(row(account, region, status, reason, 0));
        }
    }
    let mut gaps = recorded.gaps;
    if silent.len() > MOST_ROWS {
        gaps.push(format!(
            "{} accounts and Regions have {}",
            silent.len(),
            no_event(source)
        ));
        silent.clear();
    }
    silent.into_iter().for_each(|row| run.row(row));
    if !gaps.is_empty() {
        run.row(row(
            "organization",
            "global",
            CoverageStatus::Partial,
            gaps.join("; "),
            0,
        ));
    }
}

fn no_event(source: &EvidenceSource) -> String {
    let window = &source.window;
    format!("no event in the log files from {} to {}", window.from, window.until)
}
