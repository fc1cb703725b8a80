//! Paths as CSV, one a row.
//!
//! Sources: RFC 4180; OWASP, "CSV Injection".

use std::io;

use sv0_iam::catalogue::CanonicalPermission;
use sv0_model::graph::Entity;
use sv0_model::observation::Observation;
use sv0_model::path::AuthorityPath;

use super::{ExportInput, entity, join_keys, word};

/// The header, in the order of the cells.
const COLUMNS: [&str; 31] = [
    "id",
    "kind",
    "kinds",
    "state",
    "from_id",
    "from_name",
    "from_kind",
    "from_account",
    "from_join_keys",
    "roles",
    "role_join_keys",
    "resource_id",
    "resource_name",
    "resource_kind",
    "resource_account",
    "scope",
    "action_class",
    "canonical_permissions",
    "actions",
    "chain_depth",
    "cross_account",
    "sensitivity",
    "data_domain",
    "environment",
    "egress_category",
    "blocked_by",
    "caveats",
    "observed",
    "observed_count",
    "last_observed",
    "event_ids",
];

/// Between the parts of a cell that holds several.
const BETWEEN: &str = " | ";

pub(super) fn write(input: &ExportInput<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    row(COLUMNS.iter().map(|name| (*name).to_owned()), out)?;
    for path in input.paths {
        row(cells(input, path), out)?;
    }
    Ok(())
}

fn cells(input: &ExportInput<'_>, path: &AuthorityPath) -> impl Iterator<Item = String> {
    let from = entity(input.graph, &path.workload);
    let resource = entity(input.graph, &path.resource);
    let role = path.roles.last().and_then(|role| entity(input.graph, role));
    let canonical: std::collections::BTreeSet<String> = path
        .actions
        .iter()
        .map(|action| word(&CanonicalPermission::of(action)))
        .collect();
    let (observed, count, last, events) = observation(&path.observation);
    let classified = |value: &Option<sv0_model::graph::Classified>| {
        value.as_ref().map_or_else(String::new, |value| value.value.clone())
    };
    let cells: [String; COLUMNS.len()] = [
        path.id.clone(),
        word(&path.kind),
        several(path.kinds.iter().map(word)),
        word(&path.state),
        path.workload.clone(),
        of(from, |entity| entity.name.clone()),
        of(from, |entity| word(&entity.kind)),
        of(from, |entity| entity.account.clone().unwrap_or_default()),
        of(from, keys),
        several(path.roles.iter().cloned()),
        of(role, keys),
        path.resource.clone(),
        of(resource, |entity| entity.name.clone()),
        of(resource, |entity| word(&entity.kind)),
        of(resource, |entity| entity.account.clone().unwrap_or_default()),
        path.scope.clone(),
        word(&path.action_class),
        several(canonical),
        several(path.actions.iter().cloned()),
        path.chain_depth.to_string(),
        path.cross_account.to_string(),
        word(&path.sensitivity),
        classified(&path.data_domain),
        classified(&path.environment),
        path.egress_category.as_ref().map_or_else(String::new, word),
        several(path.blocked_by.iter().map(word)),
        several(path.caveats.iter().map(word)),
        observed,
        count,
        last,
        events,
    ];
    cells.into_iter()
}

fn of(entity: Option<&Entity>, told: impl Fn(&Entity) -> String) -> String {
    entity.map_or_else(String::new, told)
}

fn keys(entity: &Entity) -> String {
    several(
        join_keys(entity)
            .into_iter()
            .map(|(kind, value)| format!("{kind}={value}")),
    )
}

fn several(parts: impl IntoIterator<Item = String>) -> String {
    parts.into_iter().collect::<Vec<String>>().join(BETWEEN)
}

/// Status, count, last time and event ids.
fn observation(observation: &Observation) -> (String, String, String, String) {
    match observation {
        Observation::Observed {
            count,
            last_seen,
            event_ids,
            ..
        } => (
            "observed".to_owned(),
            count.to_string(),
            last_seen.to_string(),
            several(event_ids.iter().cloned()),
        ),
        Observation::NotObserved { .. } => only("not_observed"),
        Observation::NotObservable { .. } => only("not_observable"),
    }
}

fn only(status: &str) -> (String, String, String, String) {
    (status.to_owned(), String::new(), String::new(), String::new())
}

fn row(cells: impl Iterator<Item = String>, out: &mut dyn io::Write) -> io::Result<()> {
    for (place, cell) in cells.enumerate() {
        if place > 0 {
            out.write_all(b",")?;
        }
        out.write_all(quoted(&cell).as_bytes())?;
    }
    out.write_all(b"\r\n")
}

/// A cell that no spreadsheet takes for a formula: names come out of AWS accounts, and whoever may name a role may name it `=HYPERLINK(…)`.
///
/// A cell that begins like one gets an apostrophe before it, also where blanks stand before the sign. Control characters become blanks.
fn quoted(cell: &str) -> String {
    let clean: String = cell.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let begins = clean.trim_start().chars().next();
    // The full-width forms count as well: spreadsheets normalise them.
    let is_formula = begins.is_some_and(|first| "=+-@＝＋－＠".contains(first)) || cell.starts_with(['\t', '\r', '\n']);
    let guarded = if is_formula { format!("'{clean}") } else { clean };
    if guarded.contains([',', '"']) {
        format!("\"{}\"", guarded.replace('"', "\"\""))
    } else {
        guarded
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_cell_is_never_a_formula_and_never_breaks_its_row() {
        for (cell, want) in [
            ("orders", "orders"),
            ("", ""),
            ("a,b", "\"a,b\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
            ("a\r\nb", "a  b"),
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("  =1", "'  =1"),
            ("\t=1", "' =1"),
            ("\u{a0}=1", "'\u{a0}=1"),
            ("＝1", "'＝1"),
            (
                "=HYPERLINK(\"http://x\",\"y\")",
                "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"",
            ),
            ("a=b", "a=b"),
        ] {
            assert_eq!(quoted(cell), want, "{cell:?}");
        }
    }
}
