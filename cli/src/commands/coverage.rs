//! `sv0 coverage`.

use std::fmt::Write;

use serde_json::json;

use super::scan::{has_gap, is_gap};
use super::{Outcome, print, print_json};
use crate::arguments::CoverageArguments;
use crate::error::CommandError;
use crate::store;
use crate::text::{bold, dim, name_of, safe};

pub fn run(arguments: &CoverageArguments) -> Result<Outcome, CommandError> {
    let store = store::folder(&arguments.query.store)?;
    let mut rows = store::snapshot(&store, &arguments.query)?.coverage()?;
    let outcome = if arguments.fail_on_gap && has_gap(&rows) {
        Outcome::CoverageIncomplete
    } else {
        Outcome::Done
    };
    rows.retain(|row| !arguments.gaps || is_gap(row));
    if arguments.query.json {
        print_json(&json!({"schema": "sv0-coverage/1", "coverage": rows}))?;
        return Ok(outcome);
    }
    let mut out = String::new();
    for row in &rows {
        let _ = writeln!(
            out,
            "{}  {:<12}  {:<14}  {:<40}  {:>6}  {}",
            bold(&format!("{:<14}", name_of(&row.status))),
            safe(&row.account),
            safe(&row.region),
            safe(&row.source),
            row.items,
            dim(&safe(&row.reason))
        );
    }
    let _ = writeln!(out, "{}", dim(&format!("{} rows", rows.len())));
    print(&out)?;
    Ok(outcome)
}
