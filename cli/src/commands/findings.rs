//! `sv0 findings`.

use std::cmp::Reverse;
use std::fmt::Write;

use serde_json::json;
use sv0_model::finding::Finding;
use sv0_model::graph::Graph;

use super::{Outcome, print, print_json};
use crate::arguments::FindingsArguments;
use crate::error::CommandError;
use crate::selection::{account_id, cut, footer};
use crate::store;
use crate::text::{bold, dim, labelled, plain, safe, severity};

pub fn run(arguments: &FindingsArguments) -> Result<Outcome, CommandError> {
    let store = store::open(&arguments.query.store)?;
    let snapshot = store::snapshot(&store, &arguments.query)?;
    let account = match &arguments.account {
        Some(text) => Some(account_id(&snapshot.graph()?, text)?),
        None => None,
    };
    let mut findings = snapshot.findings()?;
    let all = findings.len();
    findings.retain(|finding| {
        arguments.kind.is_none_or(|kind| finding.kind == kind)
            && arguments.severity.is_none_or(|least| finding.severity >= least.into())
            && (account.is_none() || finding.account == account)
    });
    findings.sort_by(|a, b| (Reverse(a.severity), a.kind, &a.id).cmp(&(Reverse(b.severity), b.kind, &b.id)));
    let matching = findings.len();
    cut(&mut findings, arguments.limit, arguments.query.json);
    if arguments.query.json {
        print_json(&json!({"schema": "sv0-findings/1", "findings": findings}))?;
        return Ok(Outcome::Done);
    }
    let graph = snapshot.graph()?;
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
            let line = format!("check{}: {}", credentials(&graph, finding, command), safe(command));
            let _ = writeln!(out, "              {}", dim(&line));
        }
    }
    out.push_str(&footer(findings.len(), matching, all, "finding"));
    print(&out)?;
    Ok(Outcome::Done)
}

/// With whose credentials the AWS CLI is to be asked: a command of its own says nothing of the account.
fn credentials(graph: &Graph, finding: &Finding, command: &str) -> String {
    match finding.account.as_deref().filter(|_| command.starts_with("aws ")) {
        Some(account) => {
            let node = graph.organization.nodes.get(account);
            format!(" in {}", safe(node.map_or(account, |node| &node.name)))
        }
        None => String::new(),
    }
}
