//! `capture.json`: the only file a capture cannot do without.

use std::path::Path;

use serde_json::{Map, Value};
use sv0_model::arn::is_account_id;
use sv0_model::record::CaptureHeader;
use sv0_model::time::parse_timestamp;

use crate::diagnostics::{FileDiagnostics, Problem};
use crate::error::CaptureError;

/// The format this reader understands.
const FORMAT: &str = "sv0-capture/1";

/// The header of a capture, of which `stored` is `capture.json`.
///
/// # Errors
/// [`CaptureError::HeaderUnusable`].
pub fn stored_header(stored: &[u8]) -> Result<CaptureHeader, CaptureError> {
    let documents = serde_json::from_slice(stored).map_or_else(|_| Vec::new(), |header| vec![header]);
    let mut diagnostics = FileDiagnostics::new("capture.json", 1);
    parse_header(Path::new("capture.json"), documents, &mut diagnostics)
}

/// Makes the header of the documents in `capture.json`; doubtful optional fields become diagnostics.
pub(crate) fn parse_header(
    path: &Path,
    documents: Vec<Value>,
    diagnostics: &mut FileDiagnostics,
) -> Result<CaptureHeader, CaptureError> {
    let unusable = |problem: &str, fix: &str| CaptureError::HeaderUnusable {
        path: path.to_owned(),
        problem: problem.to_owned(),
        fix: fix.to_owned(),
    };
    let mut documents = documents.into_iter();
    let (Some(Value::Object(fields)), None) = (documents.next(), documents.next()) else {
        return Err(unusable(
            "it does not hold one JSON object",
            "see docs/capture.md for its form",
        ));
    };
    if fields.get("format").and_then(Value::as_str) != Some(FORMAT) {
        return Err(unusable(
            "its \"format\" is not \"sv0-capture/1\"",
            "set it if the capture has that layout, else read it with a version that knows its format",
        ));
    }
    let Some(captured_at) = fields
        .get("captured_at")
        .and_then(Value::as_str)
        .and_then(parse_timestamp)
    else {
        return Err(unusable(
            "its \"captured_at\" is not a time",
            "write when the answers were recorded, such as \"2026-01-31T09:00:00Z\"",
        ));
    };
    Ok(CaptureHeader {
        format: FORMAT.to_owned(),
        partition: partition(&fields, diagnostics),
        hub_account: optional(&fields, "hub_account", is_account_id, diagnostics),
        organization_id: optional(&fields, "organization_id", is_organization_id, diagnostics),
        captured_at,
        regions: regions(&fields, diagnostics),
    })
}

fn partition(fields: &Map<String, Value>, diagnostics: &mut FileDiagnostics) -> String {
    optional(fields, "partition", |text| text.starts_with("aws"), diagnostics).unwrap_or_else(|| "aws".to_owned())
}

fn regions(fields: &Map<String, Value>, diagnostics: &mut FileDiagnostics) -> Vec<String> {
    let listed = match fields.get("regions") {
        None | Some(Value::Null) => return Vec::new(),
        Some(Value::Array(listed)) => listed.as_slice(),
        Some(_) => &[],
    };
    let mut regions: Vec<String> = listed.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    if regions.len() != listed.len() || !fields.get("regions").is_some_and(Value::is_array) {
        diagnostics.add(None, field_ignored("regions"));
    }
    regions.sort();
    regions.dedup();
    regions
}

fn optional(
    fields: &Map<String, Value>,
    name: &str,
    is_valid: impl Fn(&str) -> bool,
    diagnostics: &mut FileDiagnostics,
) -> Option<String> {
    match fields.get(name) {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) if is_valid(text) => Some(text.clone()),
        Some(_) => {
            diagnostics.add(None, field_ignored(name));
            None
        }
    }
}

fn field_ignored(name: &str) -> Problem {
    Problem::warning(
        "invalid_header_field",
        format!("\"{name}\" does not have the form it must have and is ignored"),
        "see docs/capture.md for the fields of capture.json",
    )
}

/// AWS gives 10 to 32 characters; shorter ones stand in examples.
fn is_organization_id(text: &str) -> bool {
    text.strip_prefix("o-").is_some_and(|rest| {
        (1..=32).contains(&rest.len()) && rest.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    })
}
