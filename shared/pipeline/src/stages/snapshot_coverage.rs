//! What the coverage ledger says of texts that come from the dated snapshot and not from the capture.

use sv0_model::coverage::{CoverageRow, CoverageStatus};
use sv0_model::graph::{Graph, PolicySnapshot};

/// The account of sources that exist once.
const ORGANIZATION: &str = "organization";
/// The Region of sources that have none.
const GLOBAL: &str = "global";
/// The source whose place the snapshot takes.
const MANAGED_POLICIES: &str = "iam:aws-managed-policies";

/// Says in the row of the AWS managed policies how many texts come from the snapshot of which day. A row that calls itself whole becomes `partial`:
/// policies are in use whose text it does not hold.
pub(super) fn note(coverage: &mut Vec<CoverageRow>, graph: &Graph) {
    let snapshots: Vec<&PolicySnapshot> = graph
        .policies
        .values()
        .filter_map(|policy| policy.snapshot.as_ref())
        .collect();
    let Some(snapshot) = snapshots.first() else {
        return;
    };
    let texts = match snapshots.len() {
        1 => "the text of 1 AWS managed policy comes".to_owned(),
        count => format!("the texts of {count} AWS managed policies come"),
    };
    let note = format!("{texts} from the snapshot of {}", snapshot.date);
    match coverage.iter_mut().find(|row| is_meant(row)) {
        Some(row) => amend(row, &note),
        None => coverage.push(new_row(note)),
    }
}

fn is_meant(row: &CoverageRow) -> bool {
    row.source == MANAGED_POLICIES && row.account == ORGANIZATION
}

fn amend(row: &mut CoverageRow, note: &str) {
    if row.status == CoverageStatus::Ok {
        row.status = CoverageStatus::Partial;
    }
    // The ledger that a scan recorded says it already.
    if row.reason.contains(note) {
        return;
    }
    row.reason = if row.reason.is_empty() {
        note.to_owned()
    } else {
        format!("{}; {note}", row.reason)
    };
}

fn new_row(reason: String) -> CoverageRow {
    CoverageRow {
        account: ORGANIZATION.to_owned(),
        region: GLOBAL.to_owned(),
        source: MANAGED_POLICIES.to_owned(),
        status: CoverageStatus::Missing,
        reason,
        error_code: None,
        operation: None,
        captured_at: None,
        items: 0,
    }
}

#[cfg(test)]
mod tests {
    use sv0_model::graph::{PolicyKind, PolicyRecord};

    use super::*;

    fn graph(from_snapshot: usize) -> Graph {
        let mut graph = Graph::default();
        for index in 0..=from_snapshot {
            let record = PolicyRecord {
                native_id: format!("arn:aws:iam::aws:policy/{index}"),
                kind: PolicyKind::AwsManaged,
                name: index.to_string(),
                owner: None,
                document: None,
                sha256: None,
                version_id: None,
                captured_at: None,
                origin: None,
                snapshot: (index < from_snapshot).then(|| PolicySnapshot {
                    date: "2026-09-30".to_owned(),
                    source: "moto 5.2.5".to_owned(),
                }),
            };
            graph.policies.insert(record.native_id.clone(), record);
        }
        graph
    }

    fn row(account: &str, source: &str, status: CoverageStatus, reason: &str) -> CoverageRow {
        CoverageRow {
            account: account.to_owned(),
            source: source.to_owned(),
            status,
            ..new_row(reason.to_owned())
        }
    }

    #[test]
    fn the_row_says_how_many_texts_are_of_which_day() {
        use CoverageStatus::{Missing, Ok, Partial};
        let one = "the text of 1 AWS managed policy comes from the snapshot of 2026-09-30";
        let two = "the texts of 2 AWS managed policies come from the snapshot of 2026-09-30";
        let held = |status, reason| vec![row(ORGANIZATION, MANAGED_POLICIES, status, reason)];
        let others = vec![
            row(ORGANIZATION, "iam:x", Ok, ""),
            row("111122223333", MANAGED_POLICIES, Ok, ""),
        ];
        let with_new = [others.clone(), held(Missing, one)].concat();
        for (before, from_snapshot, after) in [
            (held(Missing, "no file"), 2, held(Missing, &format!("no file; {two}"))),
            (held(Ok, ""), 1, held(Partial, one)),
            (held(Partial, ""), 1, held(Partial, one)),
            (held(Ok, ""), 0, held(Ok, "")),
            (held(Partial, one), 1, held(Partial, one)),
            (others, 1, with_new),
        ] {
            let mut coverage = before.clone();
            note(&mut coverage, &graph(from_snapshot));
            assert_eq!(coverage, after, "{before:?} {from_snapshot}");
        }
    }
}
