//! `sv0 coverage`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde_json::json;
use sv0_model::coverage::{CoverageRow, CoverageStatus};
use sv0_model::graph::Organization;

use super::scan::{has_gap, is_gap};
use super::{Outcome, print, print_json};
use crate::arguments::CoverageArguments;
use crate::error::CommandError;
use crate::selection::footer;
use crate::store;
use crate::text::{bold, counted, dim, labelled, name_of, plain, safe};

pub fn run(arguments: &CoverageArguments) -> Result<Outcome, CommandError> {
    let store = store::open(&arguments.query.store)?;
    let snapshot = store::snapshot(&store, &arguments.query)?;
    let mut rows = snapshot.coverage()?;
    let outcome = if arguments.fail_on_gap && has_gap(&rows) {
        Outcome::CoverageIncomplete
    } else {
        Outcome::Done
    };
    let organization = snapshot.organization()?;
    let all = rows.len();
    let account = match arguments.account.as_deref() {
        None => None,
        Some(ORGANIZATION) => Some(ORGANIZATION.to_owned()),
        Some(text) => Some(store::account_id(&snapshot, text)?),
    };
    rows.retain(|row| !arguments.gaps || is_gap(row));
    rows.retain(|row| account.as_ref().is_none_or(|account| row.account == *account));
    if arguments.query.json {
        print_json(&json!({"schema": "sv0-coverage/1", "coverage": rows}))?;
        return Ok(outcome);
    }
    let mut out = accounts_text(&organization, &rows);
    out.push_str(&footer(rows.len(), rows.len(), all, "row"));
    print(&out)?;
    Ok(outcome)
}

/// The account of rows about what exists once.
const ORGANIZATION: &str = "organization";

/// What rows of one account share: how they answered, which kind of source, and why.
type Kind<'r> = (CoverageStatus, &'r str, &'r str);

/// The ledger account by account; rows that differ in type and Region alone stand together, with their number and their reason.
fn accounts_text(organization: &Organization, rows: &[CoverageRow]) -> String {
    let mut accounts: BTreeMap<&str, BTreeMap<Kind<'_>, Vec<&CoverageRow>>> = BTreeMap::new();
    for row in rows {
        let source = row.source.split(':').next().unwrap_or_default();
        let kinds = accounts.entry(&row.account).or_default();
        kinds.entry((row.status, source, &row.reason)).or_default().push(row);
    }
    let mut out = String::new();
    for (account, kinds) in accounts {
        let name = organization.nodes.get(account).map(|node| node.name.as_str());
        let name = name.map_or_else(String::new, |name| format!(" {}", safe(name)));
        let _ = writeln!(out, "{}", bold(&format!("{}{name}", safe(account))));
        for ((status, source, reason), rows) in kinds {
            let label = format!("  {:<16}{:<26}", name_of(&status), safe(source));
            for (number, what) in by_regions(&rows).iter().enumerate() {
                let label = if number == 0 { label.as_str() } else { "" };
                out.push_str(&labelled(label, 44, &safe(what), plain));
            }
            if !reason.is_empty() {
                out.push_str(&labelled("", 44, &safe(reason), dim));
            }
        }
    }
    out
}

/// `22 rows in eu-central-1, eu-west-1: AWS::KMS::Key, AWS::S3::Bucket; 14 items`, one line for what stands in the same Regions.
fn by_regions(rows: &[&CoverageRow]) -> Vec<String> {
    let mut regions_of: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for row in rows {
        regions_of.entry(&row.source).or_default().insert(&row.region);
    }
    let mut sources_in: BTreeMap<BTreeSet<&str>, Vec<&str>> = BTreeMap::new();
    for (source, regions) in regions_of {
        sources_in.entry(regions).or_default().push(source);
    }
    sources_in
        .iter()
        .map(|(regions, sources)| {
            let of = || rows.iter().filter(|row| sources.contains(&row.source.as_str()));
            let names: Vec<&str> = sources
                .iter()
                .map(|source| source.split_once(':').map_or(*source, |(_, name)| name))
                .collect();
            let regions: Vec<&str> = regions.iter().copied().collect();
            format!(
                "{} in {}: {}; {}",
                counted(of().count(), "row"),
                regions.join(", "),
                names.join(", "),
                counted(of().map(|row| row.items).sum::<u64>(), "item")
            )
        })
        .collect()
}
