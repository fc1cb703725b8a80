//! What the product reads back of its own, and its configuration.

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sv0_lake::{
    CURRENT_KEY, FolderStore, ObjectStore, Run, from_ndjson, manifest_key, newest_run, newest_run_as_of, to_ndjson,
};
use sv0_model::coverage::CoverageRow;
use sv0_model::diagnostic::Diagnostic;
use sv0_model::finding::Finding;
use sv0_model::graph::{Edge, Entity, PolicyRecord};
use sv0_model::observation::{NotableEvent, ObservedAssumption, ObservedCaller, ObservedChain, ObservedUse, Trail};
use sv0_model::path::AuthorityPath;
use sv0_model::time::Timestamp;
use sv0_pipeline::Configuration;
use sv0_state::{Completeness, RunRecord, STATE_FILE, Seen, SightingKind, SqliteState, StateStore};

use crate::folder::with_folder;

/// `sv0.toml`: what was read can be written and is read as the same.
pub(crate) fn configuration(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match Configuration::from_toml(text) {
        Ok(configuration) => {
            let printed = toml::to_string(&configuration).expect("a configuration has a TOML form");
            let again = Configuration::from_toml(&printed).expect("what was written can be read");
            assert_eq!(again, configuration, "{printed}");
            assert_eq!(again.sha256(), configuration.sha256());
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// The rows of an object of a run; the first byte tells which, and whether it is compressed.
pub(crate) fn lake_rows(data: &[u8]) {
    let Some((kind, bytes)) = data.split_first() else {
        return;
    };
    let key = if kind.is_ascii_uppercase() {
        "rows.ndjson.zst"
    } else {
        "rows.ndjson"
    };
    match kind.to_ascii_lowercase() {
        b'e' => rows::<Entity>(key, bytes),
        b'g' => rows::<Edge>(key, bytes),
        b'p' => rows::<PolicyRecord>(key, bytes),
        b'a' => rows::<AuthorityPath>(key, bytes),
        b'f' => rows::<Finding>(key, bytes),
        b'c' => rows::<CoverageRow>(key, bytes),
        b'd' => rows::<Diagnostic>(key, bytes),
        b'u' => rows::<ObservedUse>(key, bytes),
        b't' => rows::<Trail>(key, bytes),
        b's' => rows::<ObservedAssumption>(key, bytes),
        b'x' => rows::<ObservedChain>(key, bytes),
        b'o' => rows::<ObservedCaller>(key, bytes),
        b'n' => rows::<NotableEvent>(key, bytes),
        _ => {}
    }
}

fn rows<T: Serialize + DeserializeOwned + PartialEq + Debug>(key: &str, bytes: &[u8]) {
    let read = match from_ndjson::<T>(key, bytes) {
        Ok(read) => read,
        Err(error) => return assert!(error.to_string().contains(key)),
    };
    let written = to_ndjson(key, &read).expect("rows have a JSON form");
    assert_eq!(
        from_ndjson::<T>(key, &written).expect("what was written can be read"),
        read
    );
}

/// `current.json` on the first line, a manifest after it: neither leads out of the store.
pub(crate) fn lake_run(data: &[u8]) {
    let at = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let (pointer, manifest) = data.split_at(at);
    with_folder(|root| {
        let store = FolderStore::new(root.join("store"));
        let outside = root.join("outside.json");
        std::fs::write(&outside, manifest).expect("the scratch folder can be written to");
        store.put(CURRENT_KEY, pointer).expect("the key is valid");
        store.put(&manifest_key("run"), manifest).expect("the key is valid");
        let listed = store.list("").expect("the folder can be listed");
        for run in [
            newest_run(&store),
            Run::open(&store, "run"),
            Run::open(&store, "../../outside"),
            newest_run_as_of(&store, Timestamp::MAX),
        ] {
            let Ok(run) = run else { continue };
            for output in &run.manifest().outputs {
                assert!(
                    !run.bytes(&output.key)
                        .is_ok_and(|bytes| bytes == manifest && output.key.contains(".."))
                );
            }
            let text = serde_json::to_vec(run.manifest()).expect("a manifest has a JSON form");
            store.put(&manifest_key("again"), &text).expect("the key is valid");
            let again = Run::open(&store, "again").expect("what was written can be read");
            assert_eq!(again.manifest(), run.manifest());
        }
        assert!(listed.iter().all(|key| {
            store
                .path_of(key)
                .is_ok_and(|path| path.starts_with(root.join("store")))
        }));
    });
}

/// A `state.sqlite` of any bytes: history is read or refused, and a run is recorded whole or not at all.
pub(crate) fn state_file(data: &[u8]) {
    with_folder(|root| {
        let file = root.join(STATE_FILE);
        std::fs::write(&file, data).expect("the scratch folder can be written to");
        let Ok(mut state) = SqliteState::open(&file) else {
            return;
        };
        let kinds = [SightingKind::Entity];
        let read = |state: &SqliteState| {
            let histories: Vec<_> = kinds
                .iter()
                .map(|kind| {
                    state
                        .history(*kind, &["arn:aws:s3:::a", "b"])
                        .map_err(|error| error.to_string())
                })
                .collect();
            (histories, state.runs().map_err(|error| error.to_string()))
        };
        let before = read(&state);
        let run = RunRecord {
            run_id: "20260131T090000Z-fuzz".to_owned(),
            captured_at: Timestamp::UNIX_EPOCH,
            finished_at: Timestamp::UNIX_EPOCH,
            counts: std::collections::BTreeMap::new(),
        };
        let seen = Seen {
            sightings: &Vec::new(),
            complete: &Completeness::of_ledger(&[]),
            coverage: &[],
        };
        let recorded = state.record_run(&run, seen);
        if recorded.is_err() {
            assert_eq!(read(&state), before, "a run that could not be recorded changes nothing");
        }
    });
}
