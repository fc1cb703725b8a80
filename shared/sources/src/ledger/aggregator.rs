//! Sources that the aggregator of AWS Config could not bring up to date: what it holds of them is old.

use serde_json::Value;
use sv0_model::arn::is_account_id;
use sv0_model::coverage::{CoverageRow, CoverageStatus};
use sv0_model::record::{Record, RecordKind};

use super::{GLOBAL, Ledger, LedgerInput, ORGANIZATION, Partition, gap};

/// The source under which a row of its own names them.
const SOURCE: &str = "config:aggregator";
/// Beyond so many sources one row stands for all of them.
const MAX_ROWS: usize = 1000;
/// Characters of an error code that are kept.
const MAX_ERROR_CODE: usize = 128;

/// A source of the aggregator that is not up to date.
///
/// Source: AWS Config API Reference, "AggregatedSourceStatus".
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SourceStatus {
    /// `None` for the organization as a whole.
    account: Option<String>,
    /// `None` where every Region is meant.
    region: Option<String>,
    /// Whether its last update failed; else it is only older than AWS thinks it should be.
    has_failed: bool,
    error_code: Option<String>,
}

impl SourceStatus {
    fn holds(&self, row: &CoverageRow) -> bool {
        let is_account = self.account.as_ref().is_none_or(|account| row.account == *account);
        // Items without a Region come from whichever Region records them.
        let is_region = self
            .region
            .as_ref()
            .is_none_or(|region| row.region == *region || row.region == GLOBAL);
        is_account && is_region
    }

    fn partition(&self) -> Partition {
        Partition::new(self.account.as_deref().unwrap_or(ORGANIZATION), self.region.as_deref())
    }

    fn reason(&self) -> &'static str {
        if self.has_failed {
            "AWS Config's aggregator could not update what it holds of this account and Region"
        } else {
            "what AWS Config's aggregator holds of this account and Region is out of date"
        }
    }
}

/// The sources that are not up to date, sorted.
pub(crate) fn source_statuses(records: &[Record]) -> Vec<SourceStatus> {
    let aggregators = records
        .iter()
        .filter(|record| record.kind == RecordKind::ConfigAggregator);
    let lists = aggregators.filter_map(|record| record.body.get("AggregatedSourceStatusList")?.as_array());
    let mut statuses: Vec<SourceStatus> = lists.flatten().filter_map(source_status).collect();
    statuses.sort();
    statuses.dedup();
    statuses
}

fn source_status(entry: &Value) -> Option<SourceStatus> {
    let text = |field: &str| entry.get(field).and_then(Value::as_str).filter(|text| !text.is_empty());
    let has_failed = match text("LastUpdateStatus")? {
        "FAILED" => true,
        "OUTDATED" => false,
        _ => return None,
    };
    let account = text("SourceId").filter(|id| is_account_id(id));
    let is_of_account = text("SourceType") == Some("ACCOUNT") || account.is_some();
    if is_of_account && account.is_none() {
        return None;
    }
    Some(SourceStatus {
        account: account.map(str::to_owned),
        region: text("AwsRegion").map(str::to_owned),
        has_failed,
        error_code: text("LastErrorCode").map(|code| code.chars().take(MAX_ERROR_CODE).collect()),
    })
}

/// Lowers what the ledger says of such sources, and names each.
pub(super) fn enter(ledger: &mut Ledger, input: &LedgerInput<'_>) {
    for status in &input.aggregated {
        let rows = ledger.rows.values_mut();
        let promised = rows.filter(|row| row.source.starts_with("config:AWS::") && row.status.proves_absence());
        for row in promised.filter(|row| status.holds(row)) {
            row.status = CoverageStatus::Stale;
            status.reason().clone_into(&mut row.reason);
            row.error_code.clone_from(&status.error_code);
        }
    }
    if input.aggregated.len() > MAX_ROWS {
        let reason = format!(
            "{} sources of AWS Config's aggregator are not up to date",
            input.aggregated.len()
        );
        return replace(
            ledger,
            gap(
                &Partition::new(ORGANIZATION, None),
                SOURCE,
                CoverageStatus::Stale,
                reason,
            ),
        );
    }
    for status in &input.aggregated {
        let row = gap(&status.partition(), SOURCE, CoverageStatus::Stale, status.reason());
        replace(
            ledger,
            CoverageRow {
                error_code: status.error_code.clone(),
                ..row
            },
        );
    }
}

/// Puts a row in place of the one that says the aggregator was read.
fn replace(ledger: &mut Ledger, row: CoverageRow) {
    let key = (row.account.clone(), row.region.clone(), row.source.clone());
    ledger.rows.insert(key, row);
}
