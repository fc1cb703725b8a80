//! Damage done to a capture's files, entered in its ledger: a damaged file is never `ok`.

use std::collections::BTreeSet;

use sv0_model::coverage::{CoverageRow, CoverageStatus};

use super::derived::is_whole;
use super::places::{is_placed, place_of};
use super::{
    AUTHORIZATION_DETAILS, FileReport, Health, Ledger, LedgerInput, Mentioned, ORGANIZATION, Partition, Tally, gap,
    source_of,
};
use crate::layout::FileKind;

/// Enters damaged, cut and missing files, and what Config items say of themselves.
pub(super) fn enter(ledger: &mut Ledger, input: &LedgerInput<'_>, mentioned: &Mentioned) {
    for report in input.reports {
        enter_tallies(ledger, report);
        if !is_whole(report) {
            enter_damage(ledger, mentioned, report);
        }
    }
    if input.recorded.is_some() {
        enter_absent_files(ledger, input);
    }
}

/// The rows that a damaged file casts doubt on.
struct Scope<'a> {
    source: &'a str,
    account: Option<&'a str>,
    region: Option<&'a str>,
}

impl Scope<'_> {
    fn holds(&self, row: &CoverageRow) -> bool {
        row.source == self.source
            && self.account.is_none_or(|account| row.account == account)
            && self.region.is_none_or(|region| row.region == region)
    }
}

fn enter_damage(ledger: &mut Ledger, mentioned: &Mentioned, report: &FileReport) {
    let status = if report.health == Health::Failed {
        CoverageStatus::Failed
    } else {
        CoverageStatus::Partial
    };
    let reason = if report.health == Health::Whole {
        format!("the answer in {} goes on after what was recorded", report.key)
    } else {
        format!("{} could not be read whole", report.key)
    };
    // A scan that found nothing may leave an empty file behind; its own ledger vouches for that.
    let vouches_for_none =
        |row: &CoverageRow| report.is_empty && mentioned.holds(&row.source, &row.account, &row.region);
    let mut sources: BTreeSet<String> = report
        .tallies
        .keys()
        .map(|(name, _)| format!("config:{name}"))
        .collect();
    sources.extend(source_of(&report.kind));
    for source in &sources {
        let scope = scope_of(&report.kind, source);
        let mut has_own_row = false;
        for row in ledger.rows.values_mut().filter(|row| scope.holds(row)) {
            let is_vouched = vouches_for_none(row);
            has_own_row |= is_vouched || row.account == ORGANIZATION || scope.account.is_some();
            if !(is_vouched && row.items == 0) {
                lower(row, status, &reason);
            }
        }
        if !has_own_row {
            let partition = Partition::new(scope.account.unwrap_or(ORGANIZATION), scope.region);
            ledger.add(gap(&partition, source, status, reason.clone()));
        }
    }
}

fn scope_of<'a>(kind: &'a FileKind, source: &'a str) -> Scope<'a> {
    match kind {
        FileKind::AuthorizationDetails { account } => Scope {
            source,
            account: Some(account),
            region: None,
        },
        FileKind::CredentialReport { account } | FileKind::LastAccessed { account } => Scope {
            source,
            account: Some(account),
            region: None,
        },
        FileKind::KeyGrants { partition }
        | FileKind::ConfigRecorders {
            partition: Some(partition),
        }
        | FileKind::SpokeItems { partition, .. }
        | FileKind::CloudTrailLog {
            partition: Some(partition),
        } => Scope {
            source,
            account: Some(&partition.account),
            region: Some(&partition.region),
        },
        _ => Scope {
            source,
            account: None,
            region: None,
        },
    }
}

/// Lowers a row that promised too much. Where items were read after all, the source did not fail as a whole.
fn lower(row: &mut CoverageRow, status: CoverageStatus, reason: &str) {
    if row.status.proves_absence() {
        row.status = if row.items > 0 { CoverageStatus::Partial } else { status };
        reason.clone_into(&mut row.reason);
    }
}

/// Deleted and unrecorded resources are no records; the ledger keeps their number.
fn enter_tallies(ledger: &mut Ledger, report: &FileReport) {
    for ((resource_type, partition), tally) in &report.tallies {
        let key = (
            partition.account.clone(),
            partition.region.clone(),
            format!("config:{resource_type}"),
        );
        if let Some(row) = ledger.rows.get_mut(&key) {
            enter_tally(row, tally);
        }
    }
}

fn enter_tally(row: &mut CoverageRow, tally: &Tally) {
    if tally.deleted > 0 {
        note(row, &format!("{} deleted resources are left out", tally.deleted));
    }
    if tally.not_recorded > 0 {
        note(
            row,
            &format!("{} resources are not recorded by AWS Config", tally.not_recorded),
        );
        if row.status.proves_absence() {
            row.status = if row.items == 0 {
                CoverageStatus::NotRecorded
            } else {
                CoverageStatus::Partial
            };
        }
    }
}

fn note(row: &mut CoverageRow, text: &str) {
    // The ledger that a scan recorded says it already.
    if row.reason.contains(text) {
        return;
    }
    if !row.reason.is_empty() {
        row.reason.push_str("; ");
    }
    row.reason.push_str(text);
}

/// A recorded ledger may promise items whose file is gone from the capture.
fn enter_absent_files(ledger: &mut Ledger, input: &LedgerInput<'_>) {
    let mut config = BTreeSet::new();
    let mut detailed = BTreeSet::new();
    let mut placed = BTreeSet::new();
    for report in input.reports {
        config.extend(report.tallies.keys().map(|(name, _)| format!("config:{name}")));
        placed.extend(source_of(&report.kind).zip(place_of(&report.kind)));
        match &report.kind {
            FileKind::ConfigItems { .. } => config.extend(source_of(&report.kind)),
            FileKind::AuthorizationDetails { account } => {
                detailed.insert(account.as_str());
            }
            _ => {}
        }
    }
    for row in ledger.rows.values_mut().filter(|row| row.status.proves_absence()) {
        let is_absent = if row.source == AUTHORIZATION_DETAILS {
            !detailed.contains(row.account.as_str())
        } else if is_placed(&row.source) {
            let place = Partition::new(&row.account, Some(&row.region));
            row.items > 0 && !placed.contains(&(row.source.clone(), place))
        } else {
            row.items > 0 && row.source.starts_with("config:AWS::") && !config.contains(&row.source)
        };
        if is_absent {
            row.status = CoverageStatus::Missing;
            "the ledger speaks of a file that the capture does not hold".clone_into(&mut row.reason);
        }
    }
}
