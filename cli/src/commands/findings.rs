//! `sv0 findings`.

use std::cmp::Reverse;
use std::fmt::Write;

use serde_json::json;
use sv0_model::graph::{Graph, OrganizationNodeKind, urn};

use super::{Outcome, print, print_json};
use crate::arguments::FindingsArguments;
use crate::error::CommandError;
use crate::store;
use crate::text::{bold, counted, dim, labelled, plain, safe, severity};

pub fn run(arguments: &FindingsArguments) -> Result<Outcome, CommandError> {
    let store = store::folder(&arguments.query.store)?;
    let snapshot = store::snapshot(&store, &arguments.query)?;
    let account = match &arguments.account {
        Some(text) => Some(account_id(&snapshot.graph()?, text)?),
        None => None,
    };
    let mut findings = snapshot.findings()?;
    findings.retain(|finding| {
        arguments.kind.is_none_or(|kind| finding.kind == kind)
            && arguments.severity.is_none_or(|least| finding.severity >= least.into())
            && (account.is_none() || finding.account == account)
    });
    findings.sort_by(|a, b| (Reverse(a.severity), a.kind, &a.id).cmp(&(Reverse(b.severity), b.kind, &b.id)));
    if arguments.query.json {
        print_json(&json!({"schema": "sv0-findings/1", "findings": findings}))?;
        return Ok(Outcome::Done);
    }
    let mut out = String::new();
    for finding in &findings {
        let _ = writeln!(out, "{} {}", severity(finding.severity), bold(&safe(&finding.title)));
        out.push_str(&labelled("", 14, &safe(&finding.description), plain));
        out.push_str(&labelled("", 14, &safe(&finding.severity_reason), dim));
        for command in &finding.verify {
            let _ = writeln!(out, "              {}", dim(&format!("check: {}", safe(command))));
        }
    }
    let _ = writeln!(out, "{}", dim(&counted(findings.len(), "finding")));
    print(&out)?;
    Ok(Outcome::Done)
}

/// The id of the account that `text` names by id or by name: a filter on an account that nobody knows must not look like "no findings".
fn account_id(graph: &Graph, text: &str) -> Result<String, CommandError> {
    let named = graph
        .organization
        .nodes
        .values()
        .find(|node| node.kind == OrganizationNodeKind::Account && (node.id == text || node.name == text));
    if let Some(node) = named {
        return Ok(node.id.clone());
    }
    let is_scanned = graph.entities.contains_key(&urn::account(text))
        || graph
            .entities
            .values()
            .any(|entity| entity.account.as_deref() == Some(text));
    if is_scanned {
        return Ok(text.to_owned());
    }
    let names: Vec<&str> = graph
        .organization
        .nodes
        .values()
        .filter(|node| node.kind == OrganizationNodeKind::Account)
        .map(|node| node.name.as_str())
        .collect();
    Err(CommandError::NotFound {
        message: format!("no account {} is known", crate::text::safe(text)),
        help: format!("the scan knows {}", crate::text::safe(&names.join(", "))),
    })
}
