//! An estate that several processes walk in shares gives what one gives that walks it whole.

#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

use std::collections::BTreeMap;

use sv0_authority::Shard;
use sv0_lake::{FolderStore, ObjectStore, keys};
use sv0_pipeline::Configuration;
use sv0_pipeline::stages::{StageContext, authority, normalize};
use sv0_synth::Organization;

/// The objects of the run, by key.
fn objects(store: &FolderStore) -> BTreeMap<String, Vec<u8>> {
    let keys = store.list("runs/shared/").unwrap();
    keys.into_iter()
        .map(|key| (key.clone(), store.get(&key).unwrap()))
        .collect()
}

#[test]
fn shares_that_are_put_together_are_the_whole_byte_for_byte() {
    let folder = tempfile::tempdir().unwrap();
    let capture = folder.path().join("capture");
    let organization = Organization {
        accounts: 6,
        roles_per_account: 12,
        policies_per_account: 8,
        users_per_account: 3,
        events_per_account: 100,
        seed: 11,
    };
    sv0_synth::write(&organization, &capture, &|_| {}).unwrap();
    let store = FolderStore::new(folder.path().join("store"));
    let context = StageContext {
        store: &store,
        run_id: "shared",
        configuration: &Configuration::default(),
        threads: 2,
    };
    normalize::run(&context, &capture, &|_| {}).unwrap();
    let diagnostics = "runs/shared/diagnostics.ndjson";
    let before = store.get(diagnostics).unwrap();
    let whole = authority::run(&context, &|_| {}).unwrap();
    let expected = objects(&store);
    assert!(whole.paths > 500 && whole.findings > 10, "{whole:?}");
    for of in [1, 2, 8] {
        store.put(diagnostics, &before).unwrap();
        for key in [keys::ROUTES, keys::ACCESSES, keys::STEPS, keys::FINDINGS] {
            store.put(&format!("runs/shared/{key}"), b"of another attempt").unwrap();
        }
        for number in 0..of {
            authority::walk_share(&context, Shard { number, of }, &|_| {}).unwrap();
        }
        assert_eq!(authority::join(&context, of).unwrap(), whole, "of {of}");
        for (key, bytes) in objects(&store) {
            assert!(expected[&key] == bytes, "{key} of {of} shares");
        }
    }
    assert!(
        authority::join(&context, 3).is_err(),
        "a share that nobody walked is missed"
    );
}
