//! `sv0 synth`: what it writes is read like any capture, without a complaint, and has a story of every kind of workload.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::answers::assert_valid;
use crate::support::{run, run_json, scan};

/// Kinds of workloads of `docs/synth.md`.
const WORKLOADS: [&str; 6] = [
    ":function:",
    ":service/main/",
    ":instance/",
    ":stateMachine:",
    ":project/",
    ":schedule/",
];

#[test]
fn a_made_up_organization_is_read_whole_and_has_paths_of_every_kind_of_workload() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("synthetic");
    let out = out.to_str().unwrap();
    let sizes = [
        "synth",
        "--accounts",
        "3",
        "--roles-per-account",
        "45",
        "--policies-per-account",
        "20",
    ];
    let summary = run_json(&[sizes.as_slice(), &["--out", out]].concat());
    assert_valid("synth", &summary);
    assert_eq!(summary["roles"], 135);
    run(&[sizes.as_slice(), &["--out", out]].concat(), 2);

    let store = scan(out.as_ref());
    let ledger = store.ask(&["coverage"])["coverage"].as_array().unwrap().clone();
    let unread: Vec<&Value> = ledger
        .iter()
        .filter(|row| ["failed", "partial"].contains(&row["status"].as_str().unwrap()))
        .collect();
    assert_eq!(unread, Vec::<&Value>::new());
    let paths = store.ask(&["paths"])["paths"].as_array().unwrap().clone();
    let workloads: BTreeSet<&str> = paths.iter().map(|path| path["workload"].as_str().unwrap()).collect();
    for kind in WORKLOADS {
        assert!(workloads.iter().any(|arn| arn.contains(kind)), "{kind}: {workloads:?}");
    }
}
