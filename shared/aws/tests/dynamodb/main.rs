//! State in DynamoDB, on an emulator and behind a proxy that does what no emulator does.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    missing_docs,
    reason = "a test fails by panicking, its helpers too"
)]

mod proxy;
mod server;
mod world;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::Value;
use sv0_aws::dynamodb::{DynamoState, Options, TableConfiguration};
use sv0_lake::FolderStore;
use sv0_state::{
    Document, Lease, Outcome, Partition, SightingKind, SqliteState, StateError, StateStore, Tally, contract,
};
use tempfile::TempDir;

use proxy::{Proxy, Verdict, cancelled, refused, throttled};
use server::Emulator;
use world::{Run, run, said, sighting, story, time};

/// A table of its own in an emulator, with a proxy before it.
struct Bench {
    emulator: Emulator,
    proxy: Proxy,
    objects: TempDir,
}

const TABLE: &str = "sv0-state";

impl Bench {
    fn new() -> Self {
        let emulator = Emulator::start();
        emulator.make_table(TABLE);
        Self {
            proxy: Proxy::before(emulator.port),
            emulator,
            objects: tempfile::tempdir().unwrap(),
        }
    }

    fn state(&self, port: u16) -> DynamoState {
        let objects = Arc::new(FolderStore::new(self.objects.path()));
        DynamoState::new(Emulator::client(port), TABLE, objects, self.emulator.runtime())
    }

    /// Straight to the emulator.
    fn straight(&self) -> DynamoState {
        self.state(self.emulator.port)
    }

    /// Through the proxy.
    fn proxied(&self) -> DynamoState {
        self.state(self.proxy.port)
    }

    /// Every item, by its keys.
    fn items(&self) -> Vec<(String, String, String)> {
        let client = Emulator::client(self.emulator.port);
        let request = client.scan().table_name(TABLE).into_paginator().items().send();
        let items = self
            .emulator
            .runtime()
            .block_on(request.collect::<Result<Vec<_>, _>>())
            .unwrap();
        let mut items: Vec<_> = items
            .into_iter()
            .map(|item| {
                let text = |name: &str| item[name].as_s().unwrap().clone();
                let mut attributes: Vec<String> =
                    item.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
                attributes.sort();
                (text("pk"), text("sk"), attributes.join(" "))
            })
            .collect();
        items.sort();
        items
    }
}

/// What a store in memory says after these runs.
fn in_memory(runs: &[Run]) -> world::Said {
    let mut state = SqliteState::in_memory().unwrap();
    for run in runs {
        run.record(&mut state).unwrap();
    }
    said(&state, &story())
}

/// How many actions a transaction has that write things, and how many it has in all.
fn actions(parameters: &Value) -> (usize, usize) {
    let actions = parameters["TransactItems"].as_array().unwrap();
    let of_things = actions.iter().filter(|action| {
        let key = action["Update"]["Key"]["pk"]["S"].as_str();
        key.is_some_and(|pk| pk.starts_with("things/"))
    });
    (of_things.count(), actions.len())
}

#[test]
fn keeps_the_contract_of_a_state_store() {
    let bench = Bench::new();
    contract::check(&mut bench.straight()).unwrap();
}

#[test]
fn keeps_the_contract_while_it_is_throttled_and_half_answered() {
    let bench = Bench::new();
    let calls = AtomicUsize::new(0);
    let faults = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&faults);
    bench.proxy.set(move |operation, parameters| {
        let call = calls.fetch_add(1, Ordering::Relaxed);
        let fault = match operation {
            "TransactWriteItems" if !call.is_multiple_of(3) => Verdict::Error(throttled(actions(parameters).1)),
            "BatchGetItem" if call.is_multiple_of(2) => Verdict::HalfUnprocessed,
            _ => return Verdict::Pass,
        };
        counted.fetch_add(1, Ordering::Relaxed);
        fault
    });
    contract::check(&mut bench.proxied()).unwrap();
    assert!(faults.load(Ordering::Relaxed) > 10, "what this shows hangs on faults");
}

#[test]
fn says_what_sqlite_says_of_the_same_runs() {
    let bench = Bench::new();
    let mut state = bench.straight();
    let runs = story();
    for (index, run) in runs.iter().enumerate() {
        let (mut sqlite, mut outcome) = (SqliteState::in_memory().unwrap(), None);
        for run in &runs[..=index] {
            outcome = Some(run.record(&mut sqlite).unwrap());
        }
        assert_eq!(Some(run.record(&mut state).unwrap()), outcome, "{}", run.id);
        assert_eq!(said(&state, &runs), said(&sqlite, &runs), "{}", run.id);
    }
}

#[test]
fn a_second_scan_of_an_unchanged_estate_writes_no_thing_and_no_ledger() {
    let bench = Bench::new();
    let runs = story();
    runs[0].record(&mut bench.straight()).unwrap();
    let before = bench.items();
    let (things, written) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(BTreeSet::new())));
    let (counted, keys) = (Arc::clone(&things), Arc::clone(&written));
    bench.proxy.set(move |operation, parameters| {
        if operation == "TransactWriteItems" {
            counted.fetch_add(actions(parameters).0, Ordering::Relaxed);
            for action in parameters["TransactItems"].as_array().unwrap() {
                let key = action["Update"]["Key"]["pk"]["S"].as_str().unwrap_or_default();
                keys.lock().unwrap().insert(key.to_owned());
            }
        }
        assert!(
            !operation.contains("Put") && !operation.contains("BatchWrite"),
            "{operation}"
        );
        Verdict::Pass
    });
    runs[1].record(&mut bench.proxied()).unwrap();
    assert_eq!(things.load(Ordering::Relaxed), 0);
    let written: Vec<String> = written
        .lock()
        .unwrap()
        .iter()
        .filter(|key| !key.is_empty())
        .cloned()
        .collect();
    assert_eq!(written, ["head", "run/two", "runs"]);
    let graph = |items: Vec<(String, String, String)>| -> Vec<(String, String, String)> {
        let is_graph = |pk: &str| pk.starts_with("things/") || pk.starts_with("coverage");
        items.into_iter().filter(|(pk, ..)| is_graph(pk)).collect()
    };
    assert_eq!(graph(bench.items()), graph(before));
    assert_eq!(
        said(&bench.straight(), &runs),
        in_memory(&runs[..2]),
        "and yet everything was seen again"
    );
}

#[test]
fn a_worker_that_dies_at_any_write_leaves_a_run_that_the_next_one_finishes() {
    let runs = story();
    let mut deaths = 0;
    for survived in 0.. {
        let bench = Bench::new();
        runs[0].record(&mut bench.straight()).unwrap();
        runs[1].record(&mut bench.straight()).unwrap();
        let writes = AtomicUsize::new(0);
        bench.proxy.set(move |operation, _| {
            if operation == "TransactWriteItems" && writes.fetch_add(1, Ordering::Relaxed) >= survived {
                return Verdict::Error(refused());
            }
            Verdict::Pass
        });
        let outcome = runs[2].record(&mut bench.proxied());
        // The next run is another one: what the dead worker had made sure of is finished first.
        runs[3].record(&mut bench.straight()).unwrap();
        let is_kept = bench.straight().is_recorded("three").unwrap();
        let expected = if is_kept {
            &runs[..4]
        } else {
            &[runs[0].clone(), runs[1].clone(), runs[3].clone()][..]
        };
        assert_eq!(
            said(&bench.straight(), &runs),
            in_memory(expected),
            "after {survived} writes"
        );
        assert_eq!(is_kept, survived > 0, "the journal is what makes it sure");
        match outcome {
            Ok(_) => break,
            Err(_) => deaths += 1,
        }
    }
    assert!(
        deaths >= 3,
        "the journal, its part and the run's record are written one after the other: {deaths}"
    );
}

#[test]
fn a_worker_that_another_one_followed_can_write_no_more() {
    let bench = Bench::new();
    let runs = story();
    runs[0].record(&mut bench.straight()).unwrap();
    let (follower, next, mut done) = (Mutex::new(bench.straight()), runs[3].clone(), false);
    bench.proxy.set(move |operation, parameters| {
        if operation == "TransactWriteItems" && actions(parameters).0 > 0 && !done {
            done = true;
            next.record(&mut *follower.lock().unwrap()).unwrap();
        }
        Verdict::Pass
    });
    let error = runs[2].record(&mut bench.proxied()).unwrap_err();
    assert!(matches!(error, StateError::Superseded { .. }), "{error}");
    let expected = [runs[0].clone(), runs[2].clone(), runs[3].clone()];
    assert_eq!(
        said(&bench.straight(), &runs),
        in_memory(&expected),
        "the follower finished what it found, then its own"
    );
    assert_eq!(runs[2].record(&mut bench.straight()).unwrap(), Outcome::AlreadyRecorded);
}

#[test]
fn a_worker_whose_lease_went_to_another_can_write_nothing() {
    let bench = Bench::new();
    let lease = |holder, now| Lease {
        name: "scan",
        holder,
        now: time(now),
        duration: Duration::from_secs(10),
    };
    let mut state = bench.straight().with(Options {
        lease: Some(("scan".to_owned(), "one".to_owned())),
        ..Options::default()
    });
    state.acquire_lease(&lease("one", 0)).unwrap();
    let mut other = bench.straight();
    other.acquire_lease(&lease("other", 11)).unwrap();
    let error = story()[0].record(&mut state).unwrap_err();
    assert!(matches!(error, StateError::Superseded { .. }), "{error}");
    assert!(
        !bench
            .items()
            .iter()
            .any(|(pk, ..)| pk.starts_with("things/") || pk.starts_with("run"))
    );
    other.release_lease("scan", "other").unwrap();
    state.acquire_lease(&lease("one", 12)).unwrap();
    story()[0].record(&mut state).unwrap();
    assert_eq!(said(&state, &story()), in_memory(&story()[..1]));
}

#[test]
fn a_condition_that_fails_and_a_refusal_are_not_tried_again() {
    let bench = Bench::new();
    let tries = Arc::new(AtomicUsize::new(0));
    for (code, is_superseded) in [("ConditionalCheckFailed", true), ("ValidationError", false)] {
        let counted = Arc::clone(&tries);
        counted.store(0, Ordering::Relaxed);
        bench.proxy.set(move |operation, parameters| {
            if operation != "TransactWriteItems" {
                return Verdict::Pass;
            }
            counted.fetch_add(1, Ordering::Relaxed);
            Verdict::Error(cancelled(actions(parameters).1, code))
        });
        let error = story()[0].record(&mut bench.proxied()).unwrap_err();
        assert_eq!(matches!(error, StateError::Superseded { .. }), is_superseded, "{error}");
        assert_eq!(tries.load(Ordering::Relaxed), 1, "{code}");
    }
}

#[test]
fn a_worker_without_time_is_gone_on_with() {
    let bench = Bench::new();
    let many: Vec<String> = (0..300).map(|index| format!("route/a{index}:x")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let run = run("large", 10, &many, &["a"]);
    let asked = Arc::new(AtomicUsize::new(0));
    let left = move || {
        Duration::from_secs(if asked.fetch_add(1, Ordering::Relaxed) == 2 {
            1
        } else {
            600
        })
    };
    let mut state = bench.straight().with(Options {
        time_left: Some(Arc::new(left)),
        ..Options::default()
    });
    assert_eq!(run.record(&mut state).unwrap(), Outcome::Unfinished);
    assert!(!state.is_recorded("large").unwrap());
    assert!(state.runs().unwrap().is_empty(), "readers do not see it yet");
    let finished = state.resume().unwrap();
    assert!(
        matches!(&finished, Some((run, Outcome::Recorded(tally))) if run == "large" && tally.appeared == 300),
        "{finished:?}"
    );
    assert_eq!(state.resume().unwrap(), None);
    assert_eq!(run.record(&mut state).unwrap(), Outcome::AlreadyRecorded);
    let history = state.history(
        SightingKind::Route,
        &many
            .iter()
            .map(|text| text["route/".len()..].trim_end_matches(":x"))
            .collect::<Vec<_>>(),
    );
    assert_eq!(history.unwrap().len(), 300);
}

#[test]
fn what_is_too_large_for_an_item_lies_beside_the_runs() {
    let bench = Bench::new();
    let mut state = bench.straight();
    let mut large = sighting("route/a1:x");
    let text = format!(r#"{{"text":"{}"}}"#, "ü".repeat(300_000));
    large.document = Some(Arc::new(Document::new(
        text.clone(),
        large.document.unwrap().summary().clone(),
    )));
    let mut grounds = (*large.rests_on).clone();
    let many = (0..5000).map(|index| Partition::new("111122223333", "global", format!("s{index}")));
    grounds.partitions = grounds.partitions.iter().cloned().chain(many).collect();
    large.rests_on = Arc::new(grounds);
    let mut first = run("one", 10, &[], &["a"]);
    first.seen = vec![large];
    first.record(&mut state).unwrap();
    assert_eq!(state.documents(SightingKind::Route, &["a1"]).unwrap()["a1"], text);
    let mut second = first.clone();
    (second.id, second.at) = ("two".to_owned(), 20);
    assert!(matches!(second.record(&mut state).unwrap(), Outcome::Recorded(tally) if tally.unchanged == 1));
    let third = run("three", 30, &[], &["a"]);
    third.record(&mut state).unwrap();
    let history = state.history(SightingKind::Route, &["a1"]).unwrap()["a1"];
    assert_eq!(
        (history.stale_since, history.gone_at),
        (Some(time(30)), None),
        "its grounds were read back whole"
    );
    run("four", 40, &["route/a1:x"], &["a"]).record(&mut state).unwrap();
    assert!(state.documents(SightingKind::Route, &["a1"]).unwrap()["a1"].len() < 100);
}

#[test]
fn only_what_is_gone_expires_and_only_while_it_is() {
    let bench = Bench::new();
    let mut state = bench.straight();
    let of = |id: &str| {
        let items = bench.items();
        let found = items.into_iter().find(|(_, sk, _)| sk == id).unwrap();
        (found.2.contains("expires_at="), found.2.contains("list1="))
    };
    run("one", 10, &["route/a1:x", "route/b1:x"], &["a", "b"])
        .record(&mut state)
        .unwrap();
    assert_eq!((of("route/a1"), of("route/b1")), ((false, true), (false, true)));
    run("two", 20, &[], &["a"]).record(&mut state).unwrap();
    assert_eq!(
        (of("route/a1"), of("route/b1")),
        ((true, false), (false, true)),
        "gone is in no list, doubt is"
    );
    run("three", 30, &["route/a1:x"], &["a"]).record(&mut state).unwrap();
    assert_eq!(of("route/a1"), (false, true));
}

#[test]
fn single_paths_of_earlier_versions_leave_the_lists_and_are_not_called_gone() {
    let bench = Bench::new();
    let mut state = bench.straight();
    let client = Emulator::client(bench.emulator.port);
    let text = |text: &str| AttributeValue::S(text.to_owned());
    for (id, listed) in [("p1", true), ("p2", false)] {
        let mut request = client.put_item().table_name(TABLE);
        for (name, value) in [
            ("pk", "things/7b"),
            ("sk", &format!("path/{id}")),
            ("kind", "path"),
            ("id", id),
            ("content_sha256", "x"),
            ("first_seen", "1970-01-01T00:00:01Z"),
            ("changed_at", "1970-01-01T00:00:01Z"),
        ] {
            request = request.item(name, text(value));
        }
        if listed {
            request = request
                .item("list1", text("paths/from/w"))
                .item("list2", text("paths/to/r"));
        } else {
            request = request.item("expires_at", AttributeValue::N("4000000000".to_owned()));
        }
        bench.emulator.runtime().block_on(request.send()).unwrap();
    }
    let of_paths = || -> Vec<String> {
        let items = bench.items().into_iter();
        let of_paths = items.filter(|(_, sk, _)| sk.starts_with("path/"));
        of_paths.map(|(_, _, attributes)| attributes).collect()
    };
    let recorded = run("one", 10, &["route/a1:x"], &["a"]).record(&mut state).unwrap();
    let appeared = Tally {
        appeared: 1,
        ..Tally::default()
    };
    assert_eq!(recorded, Outcome::Recorded(appeared));
    let items = of_paths();
    assert_eq!(items.len(), 2);
    for item in &items {
        assert!(!item.contains("list") && item.contains("expires_at"), "{item}");
        assert!(!item.contains("gone_at") && !item.contains("stale_since"), "{item}");
    }
    assert!(
        items[1].contains("4000000000"),
        "what was gone before is kept for as long as it was to be"
    );
    run("two", 20, &["route/a1:x"], &["a"]).record(&mut state).unwrap();
    assert_eq!(of_paths(), items, "it is done once");
}

#[test]
fn a_table_of_an_older_layout_becomes_one_of_this() {
    let bench = Bench::new();
    let client = Emulator::client(bench.emulator.port);
    let configuration = TableConfiguration {
        bucket: "results".to_owned(),
        prefix: String::new(),
    };
    let layout = || {
        let items = bench.items().into_iter();
        items
            .map(|(.., attributes)| attributes)
            .find(|attributes| attributes.contains("layout="))
            .unwrap()
    };
    bench.straight().configure(&configuration).unwrap();
    let now = layout();
    let key = AttributeValue::S("configuration".to_owned());
    let older = client
        .update_item()
        .table_name(TABLE)
        .key("pk", key.clone())
        .key("sk", key)
        .update_expression("SET layout = :older")
        .expression_attribute_values(":older", AttributeValue::N("1".to_owned()));
    bench.emulator.runtime().block_on(older.send()).unwrap();
    assert_ne!(layout(), now);
    bench.straight().configure(&configuration).unwrap();
    assert_eq!(layout(), now);
}

#[test]
fn the_table_says_where_its_results_lie() {
    let bench = Bench::new();
    let read = |table: &str| {
        let client = Emulator::client(bench.emulator.port);
        bench
            .emulator
            .runtime()
            .block_on(DynamoState::configuration(&client, table))
    };
    assert_eq!(read(TABLE).unwrap(), None);
    for prefix in ["", "hub/", "hub/"] {
        let configuration = TableConfiguration {
            bucket: "results".to_owned(),
            prefix: prefix.to_owned(),
        };
        bench.straight().configure(&configuration).unwrap();
        assert_eq!(read(TABLE).unwrap(), Some(configuration));
    }
    assert!(read("another-table").unwrap_err().is_no_such_table());
}
