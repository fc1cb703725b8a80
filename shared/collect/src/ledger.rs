//! The ledger, written account by account: of an organization of a thousand accounts it has more than a million rows, which nobody holds at once.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Write as _};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use sv0_model::coverage::{CoverageRow, CoverageStatus};
use sv0_sources::{CaptureFile, RowOrder, WriteError};

use crate::plan::{Plan, PlannedAccount, Spokes, Treatment};
use crate::spoke;
use crate::work::Work;

/// Rows by status.
pub(crate) type Counts = BTreeMap<CoverageStatus, usize>;

/// Told of every row that is written.
pub(crate) type OnRow<'a> = &'a mut (dyn FnMut(&CoverageRow) + Send);

/// Rows of one task that is done, in a twentieth of the memory.
pub(crate) struct PackedRows(Vec<u8>);

impl PackedRows {
    pub fn of(rows: &[CoverageRow]) -> Self {
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        for row in rows {
            // Neither can fail: rows are plain, and memory takes what is written to it.
            let line = serde_json::to_vec(row).unwrap_or_default();
            let _ = packed.write_all(&line).and_then(|()| packed.write_all(b"\n"));
        }
        Self(packed.finish().unwrap_or_default())
    }

    pub fn rows(&self) -> Vec<CoverageRow> {
        let lines = BufReader::new(GzDecoder::new(self.0.as_slice())).lines();
        let lines = lines.map_while(Result::ok);
        lines.filter_map(|line| serde_json::from_str(&line).ok()).collect()
    }
}

/// Rows of many accounts, which come account by account.
#[derive(Default)]
pub(crate) struct PackedAccounts {
    packed: BTreeMap<String, Vec<PackedRows>>,
    /// Those of the account that is being told of.
    rows: Vec<CoverageRow>,
}

impl PackedAccounts {
    pub fn add(&mut self, row: CoverageRow) {
        if self.rows.last().is_some_and(|last| last.account != row.account) {
            self.pack();
        }
        self.rows.push(row);
    }

    fn pack(&mut self) {
        if let Some(row) = self.rows.first() {
            let of_account = self.packed.entry(row.account.clone()).or_default();
            of_account.push(PackedRows::of(&self.rows));
            self.rows.clear();
        }
    }

    /// All rows of an account, which are then forgotten.
    pub fn take(&mut self, account: &str) -> Vec<CoverageRow> {
        self.pack();
        let packed = self.packed.remove(account).unwrap_or_default();
        packed.iter().flat_map(PackedRows::rows).collect()
    }
}

/// Writes what every task and the base said, and why the accounts that were not read were not. It rests on nothing else, so the same rows give the same bytes.
///
/// `central` is what the tasks said that ask no spoke; `of_account` gives what an account's own task said.
///
/// # Errors
/// Those of `of_account`, and [`WriteError`].
pub(crate) fn write_ledger<E: From<WriteError>>(
    work: &Work,
    plan: &Plan,
    central: Vec<CoverageRow>,
    mut of_account: impl FnMut(&PlannedAccount) -> Result<Vec<CoverageRow>, E>,
    on_row: OnRow<'_>,
) -> Result<Counts, E> {
    let mut central = by_account(central);
    let mut planned: BTreeMap<&str, Vec<&PlannedAccount>> = BTreeMap::new();
    for account in &plan.accounts {
        planned.entry(&account.id).or_default().push(account);
    }
    let named = central.keys().cloned();
    let names: BTreeSet<String> = named.chain(planned.keys().map(|id| (*id).to_owned())).collect();
    let mut file = work.writer.file(CaptureFile::coverage(), RowOrder::AsGiven)?;
    let mut counts = Counts::new();
    for name in names {
        let mut rows = central.remove(&name).unwrap_or_default();
        for account in planned.get(name.as_str()).into_iter().flatten() {
            rows.extend(of_account(account)?);
            rows.extend(rows_of_unread(plan, account));
        }
        for row in one_a_place(rows) {
            file.add(serde_json::to_value(&row).unwrap_or_default())?;
            *counts.entry(row.status).or_default() += 1;
            on_row(&row);
        }
    }
    file.finish()?;
    Ok(counts)
}

fn by_account(rows: Vec<CoverageRow>) -> BTreeMap<String, Vec<CoverageRow>> {
    let mut by_account: BTreeMap<String, Vec<CoverageRow>> = BTreeMap::new();
    for row in rows {
        by_account.entry(row.account.clone()).or_default().push(row);
    }
    by_account
}

/// Of an account that is not read every place has a row that says why.
fn rows_of_unread(plan: &Plan, account: &PlannedAccount) -> Vec<CoverageRow> {
    let (status, reason) = match &account.treatment {
        Treatment::Excluded(reason) => (CoverageStatus::Excluded, reason.clone()),
        Treatment::NotActive(reason) => (CoverageStatus::Disabled, reason.clone()),
        Treatment::TakenOver => return Vec::new(),
        _ if plan.options.spokes == Spokes::CentralOnly => (
            CoverageStatus::Excluded,
            "the scan asks the central sources alone".to_owned(),
        ),
        _ => return Vec::new(),
    };
    let places = spoke::account_steps(plan, account).into_iter().map(|step| step.place());
    places
        .map(|place| CoverageRow {
            account: place.account,
            region: place.region,
            source: place.source,
            status,
            reason: reason.clone(),
            error_code: None,
            operation: None,
            captured_at: Some(plan.header.captured_at),
            items: 0,
        })
        .collect()
}

/// Of two rows about one place the one that promises less stays.
fn one_a_place(rows: Vec<CoverageRow>) -> Vec<CoverageRow> {
    let mut kept: BTreeMap<(String, String, String), CoverageRow> = BTreeMap::new();
    for row in rows {
        let place = (row.account.clone(), row.region.clone(), row.source.clone());
        match kept.get(&place) {
            Some(known) if known.status >= row.status => {}
            _ => {
                kept.insert(place, row);
            }
        }
    }
    kept.into_values().collect()
}

/// Writes the ledger of rows that are all there.
#[cfg(test)]
pub(crate) fn finish(work: &Work, plan: &Plan, rows: Vec<CoverageRow>) -> Result<Vec<CoverageRow>, WriteError> {
    let mut written = Vec::new();
    let on_row = &mut |row: &CoverageRow| written.push(row.clone());
    write_ledger(work, plan, rows, |_| Ok::<_, WriteError>(Vec::new()), on_row)?;
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(account: &str, source: &str) -> CoverageRow {
        CoverageRow {
            account: account.to_owned(),
            region: "global".to_owned(),
            source: source.to_owned(),
            status: CoverageStatus::Denied,
            reason: "not \"here\"\nnor there".to_owned(),
            error_code: Some("AccessDenied".to_owned()),
            operation: None,
            captured_at: Some(crate::testkit::now()),
            items: 7,
        }
    }

    #[test]
    fn rows_come_out_as_they_went_in() {
        let rows = ["b", "a", "b"]
            .map(|account| [row(account, "x"), row(account, "y")])
            .concat();
        assert_eq!(PackedRows::of(&rows).rows(), rows);
        let mut packed = PackedAccounts::default();
        rows.iter().for_each(|row| packed.add(row.clone()));
        assert_eq!(packed.take("b").len(), 4);
        assert_eq!(packed.take("a"), [row("a", "x"), row("a", "y")]);
        assert_eq!(packed.take("a"), []);
    }
}
