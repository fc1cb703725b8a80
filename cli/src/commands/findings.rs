//! `sv0 findings`.

use std::fmt::Write;

use serde_json::json;
use sv0_model::finding::Finding;
use sv0_model::graph::Organization;
use sv0_pipeline::{FindingFilter, Listed};

use super::{Outcome, print, print_json};
use crate::arguments::FindingsArguments;
use crate::error::CommandError;
use crate::selection::{footer, limit};
use crate::store;
use crate::text::{bold, dim, labelled, plain, safe, severity};

pub fn run(arguments: &FindingsArguments) -> Result<Outcome, CommandError> {
    let store = store::open(&arguments.query.store)?;
    let snapshot = store::snapshot(&store, &arguments.query)?;
    let account = match &arguments.account {
        Some(text) => Some(store::account_id(&snapshot, text)?),
        None => None,
    };
    let Listed {
        findings,
        matching,
        all,
    } = snapshot.findings_listed(&FindingFilter {
        kind: arguments.kind,
        severity: arguments.severity.map(Into::into),
        account: account.as_deref(),
        limit: limit(arguments.limit, arguments.query.json),
    })?;
    if arguments.query.json {
        print_json(&json!({"schema": "sv0-findings/1", "findings": findings}))?;
        return Ok(Outcome::Done);
    }
    let organization = snapshot.organization()?;
    let mut out = String::new();
    for finding in &findings {
        out.push_str(&labelled(
            &format!("{} ", severity(finding.severity)),
            14,
            &safe(&finding.title),
            bold,
        ));
        out.push_str(&labelled("", 14, &safe(&finding.description), plain));
        out.push_str(&labelled("", 14, &safe(&finding.severity_reason), dim));
        for command in &finding.verify {
            let line = format!(
                "check{}: {}",
                credentials(&organization, finding, command),
                safe(command)
            );
            let _ = writeln!(out, "              {}", dim(&line));
        }
    }
    out.push_str(&footer(findings.len(), matching, all, "finding"));
    print(&out)?;
    Ok(Outcome::Done)
}

/// With whose credentials the AWS CLI is to be asked: a command of its own says nothing of the account.
fn credentials(organization: &Organization, finding: &Finding, command: &str) -> String {
    match finding.account.as_deref().filter(|_| command.starts_with("aws ")) {
        Some(account) => {
            let node = organization.nodes.get(account);
            format!(" in {}", safe(node.map_or(account, |node| &node.name)))
        }
        None => String::new(),
    }
}
