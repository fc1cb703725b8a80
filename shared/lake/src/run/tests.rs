use super::*;
use crate::{FolderStore, PartsEncoder, to_ndjson};

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn run(store: &FolderStore, run_id: &str, captured_at: &str) -> RunManifest {
    let rows = to_ndjson(keys::ROUTES, [run_id]).unwrap();
    store.put(&run_key(run_id, keys::ROUTES), &rows).unwrap();
    let manifest = RunManifest {
        schema: "sv0-run/1".into(),
        run_id: run_id.into(),
        tool_version: "0".into(),
        capture: "capture".into(),
        captured_at: time(captured_at),
        started_at: time("2026-01-01T00:00:00Z"),
        finished_at: time("2026-01-01T00:00:01Z"),
        configuration_sha256: String::new(),
        counts: BTreeMap::new(),
        inputs: Vec::new(),
        outputs: Vec::new(),
    };
    publish(store, manifest).unwrap()
}

#[test]
fn a_published_run_reads_back_and_the_newest_is_current() {
    let folder = tempfile::tempdir().unwrap();
    let store = FolderStore::new(folder.path());
    assert!(matches!(newest_run(&store), Err(LakeError::NoRun { .. })));
    run(&store, "one", "2026-01-01T00:00:00Z");
    run(&store, "two", "2026-01-02T00:00:00Z");
    let newest = newest_run(&store).unwrap();
    assert_eq!(newest.manifest().run_id, "two");
    assert_eq!(newest.rows::<String>(keys::ROUTES).unwrap(), ["two"]);
}

#[test]
fn as_of_picks_the_newest_capture_not_after_the_time() {
    let folder = tempfile::tempdir().unwrap();
    let store = FolderStore::new(folder.path());
    run(&store, "one", "2026-01-01T00:00:00Z");
    run(&store, "two", "2026-01-02T00:00:00Z");
    for (asked, want) in [("2026-01-01T12:00:00Z", "one"), ("2026-01-02T00:00:00Z", "two")] {
        let found = newest_run_as_of(&store, time(asked)).unwrap();
        assert_eq!(found.manifest().run_id, want, "{asked}");
    }
    assert!(newest_run_as_of(&store, time("2025-12-31T00:00:00Z")).is_err());
}

#[test]
fn what_was_altered_or_added_afterwards_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = FolderStore::new(folder.path());
    run(&store, "one", "2026-01-01T00:00:00Z");
    store.put(&run_key("one", keys::ROUTES), b"other bytes").unwrap();
    store.put(&run_key("one", keys::FINDINGS), b"").unwrap();
    let found = newest_run(&store).unwrap();
    assert!(matches!(found.bytes(keys::ROUTES), Err(LakeError::Altered { .. })));
    assert!(matches!(found.bytes(keys::FINDINGS), Err(LakeError::Unlisted { .. })));
}

#[test]
fn a_run_without_a_manifest_never_happened() {
    let folder = tempfile::tempdir().unwrap();
    let store = FolderStore::new(folder.path());
    store.put(&run_key("dead", keys::ROUTES), b"").unwrap();
    assert!(Run::open(&store, "dead").is_err());
    assert!(newest_run_as_of(&store, time("2030-01-01T00:00:00Z")).is_err());
}

#[test]
fn a_part_is_checked_by_the_index_and_the_index_by_the_manifest() {
    let folder = tempfile::tempdir().unwrap();
    let store = FolderStore::new(folder.path());
    let mut encoder = PartsEncoder::new(keys::EDGES).unwrap();
    for (part, row) in [("", "a"), ("111111111111", "b"), ("222222222222", "c")] {
        encoder.push(part, &row).unwrap();
    }
    let divided = encoder.finish().unwrap();
    let index = index_key(keys::EDGES);
    store.put(&run_key("one", keys::EDGES), &divided.object).unwrap();
    store
        .put(&run_key("one", &index), &divided.index(keys::EDGES).unwrap())
        .unwrap();
    run(&store, "one", "2026-01-01T00:00:00Z");
    let found = newest_run(&store).unwrap();
    assert_eq!(found.parts(keys::ROUTES).unwrap(), None, "an object without parts");
    let parts = found.parts(keys::EDGES).unwrap().unwrap();
    let read = |name: &str| {
        let part = parts.iter().find(|part| part.name == name).unwrap();
        found.part_bytes(keys::EDGES, part)
    };
    let rows = from_ndjson::<String>(keys::EDGES, &read("111111111111").unwrap()).unwrap();
    assert_eq!(rows, ["b"]);

    let mut altered = divided.object.clone();
    let last = altered.len() - 1;
    altered[last] ^= 1;
    store.put(&run_key("one", keys::EDGES), &altered).unwrap();
    assert!(read("111111111111").is_ok(), "what was not altered is still read");
    assert!(matches!(read("222222222222"), Err(LakeError::Altered { .. })));
    store.put(&run_key("one", keys::EDGES), &altered[..last]).unwrap();
    assert!(matches!(read("222222222222"), Err(LakeError::Io { .. })));
    store.put(&run_key("one", &index), b"").unwrap();
    assert!(matches!(found.parts(keys::EDGES), Err(LakeError::Altered { .. })));
}
