//! `sv0 preflight`.

use std::fmt::Write as _;

use serde::Serialize;
use sv0_collect::{Check, CheckStatus, ExternalIdProbe, PreflightOptions, preflight};

use super::{Outcome, print, print_json};
use crate::arguments::PreflightArguments;
use crate::error::CommandError;
use crate::live::with_plan;
use crate::text::{bold, dim, name_of, safe};

pub fn run(arguments: &PreflightArguments) -> Result<Outcome, CommandError> {
    let options = PreflightOptions {
        workgroup: arguments.collection.workgroup.clone().unwrap_or_default(),
        evidence_role: arguments.evidence_role.clone().unwrap_or_default(),
        stack_set: arguments.stack_set.clone(),
        spoke_role: arguments.collection.spoke_role.clone(),
        management_role: arguments.collection.management_role.clone(),
        external_id: arguments.collection.external_id.clone(),
        probe: if arguments.probe_external_id {
            ExternalIdProbe::Try
        } else {
            ExternalIdProbe::TrustPolicy
        },
    };
    let checks = with_plan(&arguments.collection, async |client, plan| {
        preflight(client, plan, &options).await
    })?;
    let checks = Checks {
        schema: "sv0-preflight/1",
        checks,
    };
    if arguments.json {
        print_json(&checks)?;
    } else {
        print(&checks.text())?;
    }
    let is_missing = checks.checks.iter().any(|check| check.status == CheckStatus::Missing);
    Ok(if is_missing {
        Outcome::CoverageIncomplete
    } else {
        Outcome::Done
    })
}

#[derive(Serialize)]
struct Checks {
    schema: &'static str,
    checks: Vec<Check>,
}

impl Checks {
    fn text(&self) -> String {
        let mut out = String::new();
        for check in &self.checks {
            let _ = writeln!(
                out,
                "{}  {}",
                bold(&format!("{:<8}", name_of(&check.status))),
                safe(&check.found)
            );
            if !check.fix.is_empty() {
                let place = match check.fix_in.as_str() {
                    "" => String::new(),
                    place => format!("   in {}", safe(place)),
                };
                let _ = writeln!(out, "          {}{}", safe(&check.fix), dim(&place));
            }
        }
        let count = |status| self.checks.iter().filter(|check| check.status == status).count();
        let _ = writeln!(
            out,
            "\n{} checks: {} ok, {} advised, {} unknown, {} missing",
            self.checks.len(),
            count(CheckStatus::Ok),
            count(CheckStatus::Advised),
            count(CheckStatus::Unknown),
            count(CheckStatus::Missing)
        );
        out
    }
}
