//! Ledger rows out of `coverage.ndjson` and `accounts/*/status.json`.

use serde_json::{Map, Value};
use sv0_model::arn::is_account_id;
use sv0_model::coverage::{CoverageRow, CoverageStatus};
use sv0_model::diagnostic::Diagnostic;
use sv0_model::time::parse_timestamp;

use super::{AUTHORIZATION_DETAILS, GLOBAL, Health, ORGANIZATION};
use crate::diagnostics::{FileDiagnostics, Problem};
use crate::layout::FileKind;
use crate::options::Limits;
use crate::pages::{Pages, each_item};
use crate::plan::InputFile;
use crate::values::read_values;

/// What a file of ledger rows gave.
#[derive(Debug)]
pub(crate) struct Rows {
    pub rows: Vec<CoverageRow>,
    pub diagnostics: Vec<Diagnostic>,
    pub health: Health,
}

/// Reads the ledger rows of `file`.
pub(crate) fn read_rows(file: &InputFile, limits: &Limits) -> Rows {
    let mut diagnostics = FileDiagnostics::new(&file.key, limits.max_diagnostics_per_file);
    let mut rows = Vec::new();
    read_values(file, limits, &mut diagnostics, &mut |located, found| {
        let mut items = Vec::new();
        let mut refused = 0_u64;
        each_item(
            located.value,
            &[],
            &mut Pages::default(),
            &mut |item| items.push(item),
            &mut || refused += 1,
        );
        for item in items {
            match row_of(&item, &file.kind) {
                Ok(row) => rows.push(row),
                Err(field) => found.add(located.line, invalid_row(field)),
            }
        }
        for _ in 0..refused {
            found.add(located.line, invalid_row("row"));
        }
    });
    let health = match (diagnostics.has_errors(), rows.is_empty()) {
        (false, _) => Health::Whole,
        (true, false) => Health::Partial,
        (true, true) => Health::Failed,
    };
    Rows {
        rows,
        diagnostics: diagnostics.finish(),
        health,
    }
}

/// A row, or the name of the field that keeps it from being one. A status row takes from its place what it leaves out.
pub(crate) fn row_of(fields: &Map<String, Value>, kind: &FileKind) -> Result<CoverageRow, &'static str> {
    let default = match kind {
        FileKind::AccountStatus { account } => Some(account.as_str()),
        _ => None,
    };
    let account = text(fields, "account")?.or(default).ok_or("account")?;
    if account != ORGANIZATION && !is_account_id(account) || default.is_some_and(|default| default != account) {
        return Err("account");
    }
    let status = text(fields, "status")?.ok_or("status")?;
    let status: CoverageStatus = serde_json::from_value(Value::from(status)).map_err(|_| "status")?;
    let captured_at = match text(fields, "captured_at")? {
        Some(time) => Some(parse_timestamp(time).ok_or("captured_at")?),
        None => None,
    };
    Ok(CoverageRow {
        account: account.to_owned(),
        region: text(fields, "region")?
            .or(default.map(|_| GLOBAL))
            .ok_or("region")?
            .to_owned(),
        source: text(fields, "source")?
            .or(default.map(|_| AUTHORIZATION_DETAILS))
            .ok_or("source")?
            .to_owned(),
        status,
        reason: text(fields, "reason")?.map(clean).unwrap_or_default(),
        error_code: text(fields, "error_code")?.map(clean),
        operation: text(fields, "operation")?.map(clean),
        captured_at,
        items: fields
            .get("items")
            .filter(|items| !items.is_null())
            .map_or(Ok(0), |items| items.as_u64().ok_or("items"))?,
    })
}

fn clean(text: &str) -> String {
    crate::redact::scrub(text).unwrap_or_else(|| text.to_owned())
}

fn text<'a>(fields: &'a Map<String, Value>, name: &'static str) -> Result<Option<&'a str>, &'static str> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(name),
    }
}

fn invalid_row(field: &str) -> Problem {
    Problem::error(
        "invalid_coverage_row",
        format!("the row's {field} does not have the form it must have; the row is not used"),
        "see docs/capture.md for the form of a ledger row; what has no Region says \"global\"",
    )
}
