//! Whole captures: the graph of any records, and a scan from end to end.

use std::collections::BTreeMap;

use sv0_graph::{GraphInput, GraphOptions, normalise};
use sv0_lake::{newest_run, run_key};
use sv0_model::graph::{Entity, PolicyRecord};
use sv0_model::time::Timestamp;
use sv0_pipeline::{Configuration, ScanError, ScanRequest, Snapshot};
use sv0_state::SqliteState;

use crate::capture::read;
use crate::folder::{MemoryStore, with_folder, write_bundle};

/// The files of a capture (`=== path` begins one): their graph does not depend on the order of the records, holds together and can be stored.
pub(crate) fn graph(data: &[u8]) {
    let contents = with_folder(|root| {
        write_bundle(root, data);
        read(root)
    });
    let Ok(mut contents) = contents else { return };
    let options = GraphOptions::default();
    let output = normalise(&GraphInput {
        header: &contents.header,
        records: &contents.records,
        options: &options,
    });
    contents.records.reverse();
    let reversed = normalise(&GraphInput {
        header: &contents.header,
        records: &contents.records,
        options: &options,
    });
    assert_eq!(output, reversed, "the order of the records says nothing");
    let graph = &output.graph;
    for (id, entity) in &graph.entities {
        assert_eq!(*id, entity.native_id);
        let text = serde_json::to_string(entity).expect("an entity has a JSON form");
        assert_eq!(
            serde_json::from_str::<Entity>(&text).expect("an entity reads back"),
            *entity
        );
    }
    for (id, policy) in &graph.policies {
        assert_eq!(*id, policy.native_id);
        let text = serde_json::to_string(policy).expect("a policy has a JSON form");
        assert_eq!(
            serde_json::from_str::<PolicyRecord>(&text).expect("a policy reads back"),
            *policy
        );
    }
    for edge in &graph.edges {
        for end in [&edge.from, &edge.to] {
            assert!(graph.entities.contains_key(end), "{end} is no entity: {edge:?}");
        }
    }
    assert!(output.diagnostics.is_sorted());
}

/// A scan ends with a run that can be read back, or with what is wrong with the capture; the number of threads changes nothing in it.
fn scan_of(data: &[u8], threads: usize) -> Option<BTreeMap<String, Vec<u8>>> {
    let store = MemoryStore::default();
    let mut state = SqliteState::in_memory().expect("SQLite has memory");
    let result = with_folder(|root| {
        write_bundle(root, data);
        let request = ScanRequest {
            capture: root,
            capture_name: "capture",
            configuration: &Configuration::default(),
            run_id: "run",
            tool_version: "0",
            threads,
            now: &|| Timestamp::UNIX_EPOCH,
        };
        sv0_pipeline::scan(&request, &store, Some(&mut state), &|_| {})
    });
    match result {
        Ok(_) => {}
        Err(ScanError::Capture(_)) => return None,
        Err(error) => panic!("{error}: {error:?}"),
    }
    let run = newest_run(&store).expect("the run is published");
    let snapshot = Snapshot::new(run);
    snapshot.graph().expect("the graph reads back");
    snapshot.evidence().expect("the evidence reads back");
    snapshot.paths().expect("the paths read back");
    snapshot.findings().expect("the findings read back");
    snapshot.coverage().expect("the ledger reads back");
    snapshot.diagnostics().expect("the diagnostics read back");
    let mut objects = store.into_objects();
    objects.remove(&run_key("run", "manifest.json"));
    Some(objects)
}

/// The files of a capture, scanned with one thread and with two.
pub(crate) fn scan(data: &[u8]) {
    let one = scan_of(data, 1);
    let two = scan_of(data, 2);
    assert!(one == two, "the number of threads changes the result");
}
