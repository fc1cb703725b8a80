use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::{Completeness, Document, Grounds, LifeBook, Partition, Sighting, Tally, Thing};

fn time(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn run(run_id: &str, captured_at: i64) -> RunRecord {
    RunRecord {
        run_id: run_id.to_owned(),
        captured_at: time(captured_at),
        finished_at: time(captured_at),
        counts: BTreeMap::new(),
    }
}

fn all<'a>(sightings: &'a [Sighting], complete: &'a Completeness) -> Seen<'a> {
    Seen {
        sightings,
        complete,
        coverage: &[],
    }
}

fn sighting(kind: SightingKind, id: &str, content: &str, sources: &[&str]) -> Sighting {
    let partitions: BTreeSet<Partition> = sources
        .iter()
        .map(|source| Partition::new("1", "global", *source))
        .collect();
    let policies_of = sources.iter().map(|source| format!("arn of {source}")).collect();
    Sighting {
        thing: Thing::new(kind, id),
        content_sha256: content.to_owned(),
        rests_on: Arc::new(Grounds {
            partitions,
            policies_of,
        }),
        document: None,
    }
}

#[test]
fn keeps_the_state_store_contract_in_a_file_and_in_memory() {
    let folder = tempfile::tempdir().unwrap();
    crate::contract::check(&mut SqliteState::open(&folder.path().join(STATE_FILE)).unwrap()).unwrap();
    crate::contract::check(&mut SqliteState::in_memory().unwrap()).unwrap();
}

#[test]
fn history_outlives_the_process() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(STATE_FILE);
    let seen = [sighting(SightingKind::Entity, "arn", "a", &["x"])];
    let record = |id, at| {
        let mut state = SqliteState::open(&file).unwrap();
        state
            .record_run(&run(id, at), all(&seen, &Completeness::default()))
            .unwrap()
    };
    record("one", 1);
    let unchanged = Tally {
        unchanged: 1,
        ..Tally::default()
    };
    assert_eq!(record("two", 2), Outcome::Recorded(unchanged));
    let state = SqliteState::open(&file).unwrap();
    let history = state.history(SightingKind::Entity, &["arn"]).unwrap();
    assert_eq!(history["arn"].first_seen, time(1));
    assert_eq!(history["arn"].last_seen, time(2));
}

#[test]
fn a_run_that_cannot_be_recorded_leaves_nothing_behind() {
    let mut state = SqliteState::in_memory().unwrap();
    state
        .connection
        .execute_batch("CREATE TRIGGER full BEFORE INSERT ON sightings WHEN new.id = 'last' BEGIN SELECT RAISE(FAIL, 'disk full'); END")
        .unwrap();
    let seen = ["first", "last"].map(|id| sighting(SightingKind::Path, id, "a", &["x"]));
    let error = state
        .record_run(&run("one", 1), all(&seen, &Completeness::default()))
        .unwrap_err();
    assert_eq!(error.to_string(), "recording a run in memory");
    assert_eq!(state.runs().unwrap(), []);
    assert!(state.history(SightingKind::Path, &["first"]).unwrap().is_empty());
}

#[test]
fn grounds_that_nothing_rests_on_are_removed() {
    let mut state = SqliteState::in_memory().unwrap();
    for (id, at, source) in [("one", 1, "x"), ("two", 2, "y")] {
        let seen = [sighting(SightingKind::Path, "p", "a", &[source])];
        state
            .record_run(&run(id, at), all(&seen, &Completeness::default()))
            .unwrap();
    }
    let sources: String = state
        .connection
        .query_row("SELECT group_concat(source) FROM ground_partitions", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(sources, "y");
}

#[test]
fn refuses_what_a_newer_version_wrote_and_what_is_no_database() {
    let folder = tempfile::tempdir().unwrap();
    let newer = folder.path().join("newer.sqlite");
    SqliteState::open(&newer)
        .unwrap()
        .connection
        .pragma_update(None, "user_version", 3)
        .unwrap();
    let error = SqliteState::open(&newer).unwrap_err();
    assert!(
        matches!(error, StateError::NewerSchema { found: 3, known: 2, .. }),
        "{error}"
    );
    let other = folder.path().join("other.sqlite");
    std::fs::write(&other, "this is a letter to a friend, not a database at all").unwrap();
    let error = SqliteState::open(&other).unwrap_err();
    assert!(
        matches!(
            error,
            StateError::Store {
                operation: "opening",
                ..
            }
        ),
        "{error}"
    );
}

/// The first version's tables, as they were released.
const VERSION_1: &str = "
    CREATE TABLE runs (run_id TEXT NOT NULL PRIMARY KEY, captured_at TEXT NOT NULL, finished_at TEXT NOT NULL) STRICT;
    CREATE TABLE run_counts (run_id TEXT NOT NULL, name TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (run_id, name)) STRICT;
    CREATE TABLE grounds (id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE) STRICT;
    CREATE TABLE ground_partitions (ground_id INTEGER NOT NULL, account TEXT NOT NULL, region TEXT NOT NULL, source TEXT NOT NULL,
        PRIMARY KEY (ground_id, account, region, source)) STRICT;
    CREATE TABLE ground_policies (ground_id INTEGER NOT NULL, native_id TEXT NOT NULL, PRIMARY KEY (ground_id, native_id)) STRICT;
    CREATE TABLE sightings (kind TEXT NOT NULL, id TEXT NOT NULL, content_sha256 TEXT NOT NULL, first_seen TEXT NOT NULL,
        last_seen TEXT NOT NULL, changed_at TEXT NOT NULL, stale_since TEXT, gone_at TEXT, rests_on INTEGER NOT NULL,
        PRIMARY KEY (kind, id)) STRICT, WITHOUT ROWID;
    CREATE TABLE leases (name TEXT NOT NULL PRIMARY KEY, holder TEXT NOT NULL, until TEXT NOT NULL) STRICT;
    INSERT INTO grounds VALUES (1, 'x');
    INSERT INTO runs VALUES ('one', '1970-01-01T00:00:01Z', '1970-01-01T00:00:01Z');
    INSERT INTO sightings VALUES ('path', 'p', 'a', '1970-01-01T00:00:01Z', '1970-01-01T00:00:01Z', '1970-01-01T00:00:01Z', NULL, NULL, 1);
    PRAGMA user_version = 1;
";

#[test]
fn a_file_of_the_first_version_keeps_its_history_and_gets_documents() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(STATE_FILE);
    Connection::open(&file).unwrap().execute_batch(VERSION_1).unwrap();
    let mut state = SqliteState::open(&file).unwrap();
    let mut seen = sighting(SightingKind::Path, "p", "a", &["x"]);
    seen.document = Some(Document::new("{}".to_owned(), BTreeMap::new()).into());
    let outcome = state
        .record_run(&run("two", 2), all(&[seen], &Completeness::default()))
        .unwrap();
    let unchanged = Tally {
        unchanged: 1,
        ..Tally::default()
    };
    assert_eq!(outcome, Outcome::Recorded(unchanged));
    assert_eq!(
        state.history(SightingKind::Path, &["p"]).unwrap()["p"].first_seen,
        time(1)
    );
    assert_eq!(state.documents(SightingKind::Path, &["p"]).unwrap()["p"], "{}");
    SqliteState::open(&file).unwrap();
}

#[test]
fn a_file_that_cannot_be_brought_up_to_date_is_refused_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(STATE_FILE);
    let without = VERSION_1.split(';').filter(|statement| !statement.contains("ground_"));
    let older: Vec<&str> = without.collect();
    Connection::open(&file)
        .unwrap()
        .execute_batch(&older.join(";"))
        .unwrap();
    let error = SqliteState::open(&file).unwrap_err();
    assert!(matches!(error, StateError::OlderSchema { .. }), "{error}");
    assert!(error.to_string().contains("move it away"), "{error}");
}

#[test]
fn another_document_with_the_same_content_is_kept_and_is_no_change() {
    let mut state = SqliteState::in_memory().unwrap();
    for (id, at, text) in [("one", 1, "{\"uses\":1}"), ("two", 2, "{\"uses\":2}")] {
        let mut seen = sighting(SightingKind::Path, "p", "a", &["x"]);
        seen.document = Some(Document::new(text.to_owned(), BTreeMap::new()).into());
        state
            .record_run(&run(id, at), all(&[seen], &Completeness::default()))
            .unwrap();
        assert_eq!(state.documents(SightingKind::Path, &["p"]).unwrap()["p"], text);
    }
    assert_eq!(
        state.history(SightingKind::Path, &["p"]).unwrap()["p"].changed_at,
        time(1)
    );
}

/// One run of a small world: which of four things it saw with which content, and which of three sources it read whole.
fn any_run() -> impl Strategy<Value = (i64, Vec<Sighting>, Completeness)> {
    let seen = prop::collection::vec((0..4_usize, 0..2_u8, prop::collection::vec(0..3_usize, 0..3)), 0..5);
    let sources = || prop::collection::btree_set(0..3_usize, 0..4);
    (0..6_i64, seen, sources(), sources()).prop_map(|(at, seen, complete, unreadable)| {
        const SOURCES: [&str; 3] = ["x", "y", "z"];
        let sightings = seen.into_iter().map(|(thing, content, sources)| {
            let sources: Vec<&str> = sources.into_iter().map(|index| SOURCES[index]).collect();
            sighting(SightingKind::ALL[thing], "id", &content.to_string(), &sources)
        });
        let complete = Completeness {
            partitions: complete
                .into_iter()
                .map(|index| Partition::new("1", "global", SOURCES[index]))
                .collect(),
            unreadable: unreadable
                .into_iter()
                .map(|index| format!("arn of {}", SOURCES[index]))
                .collect(),
        };
        (at, sightings.collect(), complete)
    })
}

proptest! {
    #[test]
    fn the_tables_hold_what_the_pure_difference_says(runs in prop::collection::vec(any_run(), 0..8)) {
        let mut state = SqliteState::in_memory().unwrap();
        let mut book = LifeBook::default();
        for (index, (at, sightings, complete)) in runs.iter().enumerate() {
            let delta = diff(&book, time(*at), sightings, complete);
            let outcome = state.record_run(&run(&index.to_string(), *at), all(sightings, complete)).unwrap();
            prop_assert_eq!(outcome, Outcome::Recorded(delta.tally));
            book.apply(delta, time(*at));
            prop_assert_eq!(&read::life_book(&state.connection).unwrap(), &book);
        }
    }
}
