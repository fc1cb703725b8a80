//! History lives beside the runs and not in them: what `sv0 scan` leaves in `state.sqlite`.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use sv0_lake::{FolderStore, newest_run};
use sv0_model::route::RoutePaths;
use sv0_model::time::Timestamp;
use sv0_pipeline::Snapshot;
use sv0_state::{History, STATE_FILE, SightingKind, SqliteState, StateStore};
use walkdir::WalkDir;

use crate::support::{repository, run_json};

const FIRST: &str = "2026-03-02T06:00:00Z";
const SECOND: &str = "2026-03-09T06:00:00Z";

/// A copy of the example whose header says that it was made at another time.
fn acme(at: &str) -> tempfile::TempDir {
    let (from, to) = (repository().join("examples/acme/capture"), tempfile::tempdir().unwrap());
    for file in WalkDir::new(&from)
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file())
    {
        let target = to.path().join(file.path().strip_prefix(&from).unwrap());
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(file.path(), target).unwrap();
    }
    edit(&to.path().join("capture.json"), |header| {
        header["captured_at"] = json!(at)
    });
    to
}

fn edit(file: &Path, change: impl FnOnce(&mut Value)) {
    let mut value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    change(&mut value);
    fs::write(file, value.to_string()).unwrap();
}

fn scan_into(store: &Path, capture: &Path) {
    run_json(&[
        "scan",
        "--capture",
        capture.to_str().unwrap(),
        "--store",
        store.to_str().unwrap(),
    ]);
}

fn routes(store: &Path) -> Vec<RoutePaths> {
    let folder = FolderStore::new(store);
    let mut routes = Vec::new();
    let snapshot = Snapshot::new(newest_run(&folder).unwrap());
    snapshot
        .each_route(|paths| {
            routes.push(paths);
            Ok(())
        })
        .unwrap();
    routes
}

fn ids(store: &Path, kind: SightingKind) -> Vec<String> {
    let mut ids: Vec<String> = match kind {
        SightingKind::Route => routes(store).iter().map(|paths| paths.route.id()).collect(),
        SightingKind::Access => {
            let routes = routes(store);
            let accesses = routes.iter().flat_map(|paths| paths.accesses.iter());
            accesses.map(sv0_model::route::Access::id).collect()
        }
        _ => {
            let answer = run_json(&["findings", "--store", store.to_str().unwrap()]);
            let rows = answer["findings"].as_array().unwrap();
            rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
        }
    };
    ids.sort_unstable();
    ids.dedup();
    ids
}

fn histories(store: &Path, kind: SightingKind) -> Vec<(String, History)> {
    let ids = ids(store, kind);
    assert!(!ids.is_empty());
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let state = SqliteState::open(&store.join(STATE_FILE)).unwrap();
    let histories = state.history(kind, &ids).unwrap();
    assert_eq!(histories.len(), ids.len(), "everything in the run has a history");
    histories.into_iter().collect()
}

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn a_later_scan_of_an_unchanged_estate_is_no_change() {
    let store = tempfile::tempdir().unwrap();
    for at in [FIRST, SECOND] {
        scan_into(store.path(), acme(at).path());
    }
    for kind in [SightingKind::Route, SightingKind::Access, SightingKind::Finding] {
        for (id, history) in histories(store.path(), kind) {
            assert_eq!(
                (history.first_seen, history.last_seen),
                (time(FIRST), time(SECOND)),
                "{id}"
            );
            assert_eq!(
                (history.changed_at, history.stale_since, history.gone_at),
                (time(FIRST), None, None),
                "{id}"
            );
        }
    }
    let runs = SqliteState::open(&store.path().join(STATE_FILE))
        .unwrap()
        .runs()
        .unwrap();
    assert_eq!(runs.len(), 2);
    assert!(runs[0].counts["paths"] > 0);
}

#[test]
fn an_account_that_was_not_read_again_leaves_doubt_and_never_absence() {
    let store = tempfile::tempdir().unwrap();
    scan_into(store.path(), acme(FIRST).path());
    let kinds = [SightingKind::Route, SightingKind::Access];
    let before = kinds.map(|kind| ids(store.path(), kind));
    let second = acme(SECOND);
    fs::remove_dir_all(second.path().join("accounts")).unwrap();
    fs::remove_dir_all(second.path().join("config")).unwrap();
    scan_into(store.path(), second.path());
    let state = SqliteState::open(&store.path().join(STATE_FILE)).unwrap();
    for (kind, ids) in kinds.into_iter().zip(before) {
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        for (id, history) in state.history(kind, &ids).unwrap() {
            assert_eq!(
                (history.stale_since, history.gone_at),
                (Some(time(SECOND)), None),
                "{id}"
            );
        }
    }
}

#[test]
fn a_function_that_config_no_longer_lists_is_gone_and_its_paths_with_it() {
    const FUNCTION: &str = "arn:aws:lambda:eu-west-1:912746058213:function:order-summary";
    let store = tempfile::tempdir().unwrap();
    scan_into(store.path(), acme(FIRST).path());
    let of_function = routes(store.path()).into_iter();
    let of_function: Vec<RoutePaths> = of_function.filter(|paths| paths.route.workload == FUNCTION).collect();
    assert!(of_function.iter().map(RoutePaths::count).sum::<usize>() > 0);

    let second = acme(SECOND);
    let file = second.path().join("config/AWS-Lambda-Function.ndjson");
    let functions = fs::read_to_string(&file).unwrap();
    let rest: Vec<&str> = functions.lines().filter(|line| !line.contains(FUNCTION)).collect();
    assert_eq!(rest.len() + 1, functions.lines().count());
    fs::write(&file, rest.join("\n")).unwrap();
    scan_into(store.path(), second.path());

    let state = SqliteState::open(&store.path().join(STATE_FILE)).unwrap();
    let function = state.history(SightingKind::Entity, &[FUNCTION]).unwrap()[FUNCTION];
    assert_eq!(
        (function.last_seen, function.gone_at),
        (time(FIRST), Some(time(SECOND)))
    );
    for paths in of_function {
        let id = paths.route.id();
        let history = state.history(SightingKind::Route, &[&id]).unwrap()[&id];
        assert_eq!(
            (history.gone_at, history.stale_since),
            (Some(time(SECOND)), None),
            "{id}"
        );
        // The role is still there, and nobody took from it what it may do.
        for access in paths.accesses.iter() {
            let id = access.id();
            let history = state.history(SightingKind::Access, &[&id]).unwrap()[&id];
            assert_eq!(history.gone_at, None, "{id}");
        }
    }
}
