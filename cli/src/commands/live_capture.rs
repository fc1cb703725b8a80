//! `sv0 capture` of a live organization.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;
use sv0_model::coverage::CoverageRow;
use sv0_model::time::Timestamp;

use super::{Outcome, print, print_json};
use crate::arguments::CaptureArguments;
use crate::error::CommandError;
use crate::live::{Recorded, record};
use crate::text::{bold, dim, name_of, safe};

/// How many gaps a summary shows.
const MOST_GAPS: usize = 10;

pub fn run(arguments: &CaptureArguments) -> Result<Outcome, CommandError> {
    let recorded = record(&arguments.collection, arguments.base.as_deref(), &arguments.out)?;
    let summary = Summary::of(&recorded, &arguments.out);
    if arguments.json {
        print_json(&summary)?;
    } else {
        print(&summary.text())?;
    }
    Ok(Outcome::Done)
}

/// What was recorded.
#[derive(Serialize)]
struct Summary<'a> {
    schema: &'static str,
    out: String,
    captured_at: Timestamp,
    hub_account: Option<&'a str>,
    organization_id: Option<&'a str>,
    accounts: usize,
    regions: &'a [String],
    files: usize,
    calls: u64,
    coverage: BTreeMap<String, u64>,
    gaps: Vec<&'a CoverageRow>,
}

impl<'a> Summary<'a> {
    fn of(recorded: &'a Recorded, out: &Path) -> Self {
        let collected = &recorded.collected;
        let header = &collected.plan.header;
        let counts = collected.rows.iter();
        let coverage = counts.map(|(status, count)| (name_of(status), *count as u64)).collect();
        Self {
            schema: "sv0-live-capture/1",
            out: out.display().to_string(),
            captured_at: header.captured_at,
            hub_account: header.hub_account.as_deref(),
            organization_id: header.organization_id.as_deref(),
            accounts: collected.plan.accounts.len(),
            regions: &header.regions,
            files: collected.files,
            calls: recorded.calls,
            coverage,
            gaps: recorded.gaps.iter().collect(),
        }
    }

    fn text(&self) -> String {
        let mut out = String::new();
        let of = self.organization_id.unwrap_or("an account without an organization");
        let _ = writeln!(out, "{} of {}, made at {}", bold("Capture"), safe(of), self.captured_at);
        let _ = writeln!(
            out,
            "  {} accounts, {} Regions: {} files by {} requests",
            self.accounts,
            self.regions.len(),
            self.files,
            self.calls
        );
        let counts = self.coverage.iter().map(|(status, count)| format!("{status} {count}"));
        let _ = writeln!(out, "  ledger: {}", counts.collect::<Vec<_>>().join(", "));
        if !self.gaps.is_empty() {
            let _ = writeln!(out, "\n{}", bold("Not seen whole"));
        }
        for row in self.gaps.iter().take(MOST_GAPS) {
            let at = format!("{} {} {}", row.account, row.region, row.source);
            let code = row.error_code.as_deref().unwrap_or_default();
            let _ = writeln!(
                out,
                "  {} {} {} {}",
                name_of(&row.status),
                safe(&at),
                safe(code),
                dim(&safe(&row.reason).to_string())
            );
        }
        if let Some(more) = self.gaps.len().checked_sub(MOST_GAPS).filter(|more| *more > 0) {
            let _ = writeln!(out, "  and {more} more, in coverage.ndjson");
        }
        let _ = writeln!(out, "\n{}    {}", bold("Capture"), safe(&self.out));
        let _ = writeln!(out, "{}       sv0 scan --capture {}", bold("Next"), safe(&self.out));
        out
    }
}
