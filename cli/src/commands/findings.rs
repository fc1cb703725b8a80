//! `sv0 findings`.

use std::cmp::Reverse;
use std::fmt::Write;

use serde_json::json;

use super::{Outcome, print, print_json};
use crate::arguments::FindingsArguments;
use crate::error::CommandError;
use crate::store;
use crate::text::{bold, dim, name_of, safe, severity};

pub fn run(arguments: &FindingsArguments) -> Result<Outcome, CommandError> {
    let store = store::folder(&arguments.query.store)?;
    let mut findings = store::snapshot(&store, &arguments.query)?.findings()?;
    findings.retain(|finding| {
        arguments
            .kind
            .as_ref()
            .is_none_or(|kind| name_of(&finding.kind) == *kind)
            && arguments.severity.is_none_or(|least| finding.severity >= least.into())
            && arguments
                .account
                .as_ref()
                .is_none_or(|account| finding.account.as_ref() == Some(account))
    });
    findings.sort_by(|a, b| (Reverse(a.severity), a.kind, &a.id).cmp(&(Reverse(b.severity), b.kind, &b.id)));
    if arguments.query.json {
        print_json(&json!({"schema": "sv0-findings/1", "findings": findings}))?;
        return Ok(Outcome::Done);
    }
    let mut out = String::new();
    for finding in &findings {
        let _ = writeln!(out, "{} {}", severity(finding.severity), bold(&safe(&finding.title)));
        let _ = writeln!(out, "              {}", safe(&finding.description));
        let _ = writeln!(out, "              {}", dim(&safe(&finding.severity_reason)));
        for command in &finding.verify {
            let _ = writeln!(out, "              {}", dim(&format!("check: {}", safe(command))));
        }
    }
    let _ = writeln!(out, "{}", dim(&format!("{} findings", findings.len())));
    print(&out)?;
    Ok(Outcome::Done)
}
