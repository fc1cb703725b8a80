//! Capture → graph, observed use, coverage ledger, diagnostics.

use std::path::Path;

use sv0_authority::EvidenceFold;
use sv0_graph::{GraphInput, normalise};
use sv0_lake::keys;
use sv0_model::arn::is_account_id;
use sv0_model::coverage::{CoverageRow, CoverageStatus};
use sv0_model::event::LoggedEvent;
use sv0_model::manifest::ManifestObject;
use sv0_model::observation::Evidence;
use sv0_model::record::{CaptureHeader, Record, RecordKind};
use sv0_sources::{CaptureContents, EventFold, ReadOptions, ReadProgress, read_capture};

use super::{StageContext, snapshot_coverage};
use crate::snapshot::{GraphHeader, LogCoverage};
use crate::{ScanError, division};

/// The source of the ledger's rows about log files.
const LOGS: &str = "cloudtrail:logs";

/// What the manifest needs to know of the capture.
#[derive(Debug, Clone)]
pub struct Normalized {
    /// `capture.json`.
    pub header: CaptureHeader,
    /// Files read.
    pub inputs: Vec<ManifestObject>,
    /// Entities written.
    pub entities: u64,
    /// Edges written.
    pub edges: u64,
}

/// Joins the port of `sv0-sources` to the fold of `sv0-authority`, which know nothing of each other.
#[derive(Default)]
struct Fold(EvidenceFold);

impl EventFold for Fold {
    fn add(&mut self, event: &LoggedEvent<'_>) {
        self.0.add_event(event);
    }

    fn merge(&mut self, other: Self) {
        self.0.merge(other.0);
    }
}

/// Reads the capture below `root` and writes the graph.
///
/// # Errors
/// [`ScanError::Capture`] when there is no usable capture, [`ScanError::Lake`] when results cannot be written.
pub fn run(
    context: &StageContext<'_>,
    root: &Path,
    progress: &(dyn Fn(ReadProgress) + Sync),
) -> Result<Normalized, ScanError> {
    let options = ReadOptions {
        threads: context.threads,
        ..ReadOptions::default()
    };
    let capture: CaptureContents<Fold> = read_capture(root, &options, progress)?;
    let output = normalise(&GraphInput {
        header: &capture.header,
        records: &capture.records,
        options: &context.configuration.graph_options(),
    });
    let mut events = capture.events.0;
    let is_row = |record: &&Record| matches!(record.kind, RecordKind::AthenaRow { .. });
    capture.records.iter().filter(is_row).for_each(|row| events.add(row));
    let evidence = Evidence {
        incomplete_logs: incomplete_logs(&capture.coverage),
        ..events.finish(output.trails)
    };
    let mut diagnostics = capture.diagnostics;
    diagnostics.extend(output.diagnostics);
    diagnostics.sort();
    diagnostics.dedup();
    let mut coverage = capture.coverage;
    snapshot_coverage::note(&mut coverage, &output.graph);
    coverage.sort();

    let graph = &output.graph;
    division::write(context, graph)?;
    context.write_rows(keys::SIGNALS, &graph.signals)?;
    context.write_rows(keys::SERVICE_ACCESS, &graph.service_access)?;
    let header = GraphHeader {
        captured_at: graph.captured_at,
        partition: graph.partition.clone(),
        organization: graph.organization.clone(),
        hub_account: capture.header.hub_account.clone(),
    };
    context.write_rows(keys::ORGANIZATION, [header])?;
    write_evidence(context, evidence)?;
    context.write_rows(keys::COVERAGE, &coverage)?;
    context.write_rows(keys::DIAGNOSTICS, &diagnostics)?;
    Ok(Normalized {
        header: capture.header,
        inputs: capture.inputs,
        entities: graph.entities.len() as u64,
        edges: graph.edges.len() as u64,
    })
}

/// Accounts and Regions of whose log files some were not read, by the ledger. `missing` is none of them: where nothing happens, CloudTrail delivers no log file.
fn incomplete_logs(coverage: &[CoverageRow]) -> Vec<(String, String)> {
    let is_incomplete = |row: &&CoverageRow| {
        row.source == LOGS
            && is_account_id(&row.account)
            && !matches!(row.status, CoverageStatus::Ok | CoverageStatus::Missing)
    };
    let rows = coverage.iter().filter(is_incomplete);
    let mut places: Vec<(String, String)> = rows.map(|row| (row.account.clone(), row.region.clone())).collect();
    places.sort();
    places.dedup();
    places
}

fn write_evidence(context: &StageContext<'_>, evidence: Evidence) -> Result<(), ScanError> {
    context.write_rows(keys::OBSERVED_USE, &evidence.uses)?;
    context.write_rows(keys::ASSUMPTIONS, &evidence.assumptions)?;
    context.write_rows(keys::CHAINS, &evidence.chains)?;
    context.write_rows(keys::CALLERS, &evidence.callers)?;
    context.write_rows(keys::NOTABLE_EVENTS, &evidence.notable)?;
    let logs = LogCoverage {
        trails: evidence.trails,
        window: evidence.window,
        logged_partitions: evidence.logged_partitions,
        log_windows: evidence.log_windows,
        incomplete_logs: evidence.incomplete_logs,
        divided_sessions: evidence.divided_sessions,
        notable_totals: evidence.notable_totals,
        cut: evidence.cut,
    };
    context.write_rows(keys::LOG_COVERAGE, [logs])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `(account, source, status, whether nothing may be called absent for it)`
    #[test]
    fn absence_is_told_of_logs_that_were_read_whole() {
        use CoverageStatus::{Denied, Failed, Missing, NotObservable, Ok, Partial, Throttled};
        for (account, source, status, is_incomplete) in [
            ("111111111111", LOGS, Ok, false),
            ("111111111111", LOGS, Missing, false),
            ("111111111111", LOGS, Partial, true),
            ("111111111111", LOGS, Denied, true),
            ("111111111111", LOGS, Throttled, true),
            ("111111111111", LOGS, Failed, true),
            ("111111111111", LOGS, NotObservable, true),
            ("111111111111", "cloudtrail:trails", Denied, false),
            // What the trail leaves out is judged by its selectors.
            ("organization", LOGS, Partial, false),
        ] {
            let row = CoverageRow {
                account: account.to_owned(),
                region: "eu-west-1".to_owned(),
                source: source.to_owned(),
                status,
                reason: String::new(),
                error_code: None,
                operation: None,
                captured_at: None,
                items: 0,
            };
            assert_eq!(
                !incomplete_logs(&[row]).is_empty(),
                is_incomplete,
                "{account} {source} {status:?}"
            );
        }
    }
}
