//! Sources that have a file in each account, or in each account and Region.
//!
//! A file says how its account and Region answered. Of those without a file one row speaks for all of them: whoever reads the ledger wants to know
//! that something was not recorded and where to begin, not a line for each of accounts × Regions × names.

use std::collections::{BTreeMap, BTreeSet};

use sv0_model::coverage::{CoverageRow, CoverageStatus};

use super::{
    CREDENTIAL_REPORT, GLOBAL, LAST_ACCESSED, Ledger, LedgerInput, Mentioned, ORGANIZATION, Partition, gap, row,
    source_of,
};
use crate::layout::FileKind;
use crate::spoke::{self, NAMES};

/// A source, and what of a path stands for its account and Region.
struct PlacedSource {
    source: String,
    file: String,
    is_regional: bool,
}

/// Enters every source that has files in many places.
pub(super) fn derive(ledger: &mut Ledger, input: &LedgerInput<'_>, mentioned: &Mentioned) {
    let counts = counts(input);
    let none = BTreeMap::new();
    for placed in placed_sources(&counts) {
        let known = counts.get(&placed.source).unwrap_or(&none);
        enter_places(ledger, input, &placed, known);
        let spoken_of: BTreeSet<&Partition> = known.keys().chain(mentioned.places(&placed.source)).collect();
        enter_absent(ledger, input, &placed, &spoken_of);
    }
}

/// Items by source and place.
fn counts(input: &LedgerInput<'_>) -> BTreeMap<String, BTreeMap<Partition, u64>> {
    let mut counts: BTreeMap<String, BTreeMap<Partition, u64>> = BTreeMap::new();
    for report in input.reports {
        if let (Some(place), Some(source)) = (place_of(&report.kind), source_of(&report.kind)) {
            *counts.entry(source).or_default().entry(place).or_default() += report.count;
        }
    }
    counts
}

/// The account and Region that a file of such a source is about.
pub(super) fn place_of(kind: &FileKind) -> Option<Partition> {
    match kind {
        FileKind::CredentialReport { account } | FileKind::LastAccessed { account } => {
            Some(Partition::new(account, None))
        }
        FileKind::SpokeItems { partition, .. } => Some(Partition::new(&partition.account, Some(&partition.region))),
        _ => None,
    }
}

/// Whether a source has a file in each account, or in each account and Region.
pub(super) fn is_placed(source: &str) -> bool {
    let is_name = |(service, what): (&str, &str)| spoke::find(service, what).is_some();
    matches!(source, CREDENTIAL_REPORT | LAST_ACCESSED) || source.split_once(':').is_some_and(is_name)
}

/// Every such source. What AWS Config holds as well counts only where it is there: else the row of the type says what is missing.
fn placed_sources(counts: &BTreeMap<String, BTreeMap<Partition, u64>>) -> Vec<PlacedSource> {
    let of_account = [
        (CREDENTIAL_REPORT, "iam/credential-report.csv"),
        (LAST_ACCESSED, "iam/last-accessed.ndjson"),
    ];
    let mut sources: Vec<PlacedSource> = of_account
        .into_iter()
        .map(|(source, file)| PlacedSource {
            source: source.to_owned(),
            file: format!("accounts/<account-id>/{file}"),
            is_regional: false,
        })
        .collect();
    let in_config: BTreeSet<sv0_graph::AnswerName> = sv0_graph::config_types()
        .flat_map(|(_, answers)| answers)
        .copied()
        .collect();
    for name in NAMES {
        let source = format!("{}:{}", name.service, name.what);
        if in_config.contains(&(name.service, name.what)) && !counts.contains_key(&source) {
            continue;
        }
        sources.push(PlacedSource {
            file: format!("accounts/<account-id>/<region>/{}/{}.ndjson", name.service, name.what),
            source,
            is_regional: true,
        });
    }
    sources
}

fn enter_places(
    ledger: &mut Ledger,
    input: &LedgerInput<'_>,
    placed: &PlacedSource,
    counts: &BTreeMap<Partition, u64>,
) {
    for (partition, items) in counts {
        ledger.add(CoverageRow {
            items: *items,
            ..row(partition, &placed.source, CoverageStatus::Ok, input.header)
        });
    }
}

/// One row for all places that no file and no recorded row speaks of.
fn enter_absent(ledger: &mut Ledger, input: &LedgerInput<'_>, placed: &PlacedSource, spoken_of: &BTreeSet<&Partition>) {
    let organization = Partition::new(ORGANIZATION, None);
    let missing = |reason: String| gap(&organization, &placed.source, CoverageStatus::Missing, reason);
    if spoken_of.is_empty() {
        return ledger.add(missing(format!("the capture holds no {}", placed.file)));
    }
    let absent = absent_places(input, placed, spoken_of);
    if let Some(first) = absent.first() {
        let place = match first.region.as_str() {
            GLOBAL => first.account.clone(),
            region => format!("{} {region}", first.account),
        };
        ledger.add(missing(format!(
            "the capture holds no {} of {} more {}, such as {place}",
            placed.file,
            absent.len(),
            if placed.is_regional {
                "pairs of account and Region"
            } else {
                "accounts"
            },
        )));
    }
}

/// Places of which the capture speaks and that have no file of the source.
fn absent_places(input: &LedgerInput<'_>, placed: &PlacedSource, spoken_of: &BTreeSet<&Partition>) -> Vec<Partition> {
    let accounts = input.accounts.iter();
    let is_absent = |place: &Partition| !spoken_of.contains(place);
    if !placed.is_regional || spoken_of.iter().all(|place| place.region == GLOBAL) {
        let places = accounts.map(|account| Partition::new(account, None));
        return places.filter(is_absent).collect();
    }
    let regions: BTreeSet<&String> = input
        .header
        .regions
        .iter()
        .chain(spoken_of.iter().map(|place| &place.region))
        .filter(|region| *region != GLOBAL)
        .collect();
    let pairs = accounts.flat_map(|account| regions.iter().map(|region| Partition::new(account, Some(region))));
    pairs.filter(is_absent).collect()
}
