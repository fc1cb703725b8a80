use std::sync::Arc;

use proptest::prelude::*;

use super::*;

mod older;

use crate::{Completeness, Document, Grounds, LifeBook, Partition, Partitions, Sighting, Step, Tally, Thing, diff};

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

fn all<'a>(sightings: &'a Vec<Sighting>, complete: &'a Completeness) -> Seen<'a> {
    Seen {
        sightings,
        complete,
        coverage: &[],
    }
}

fn sighting(kind: SightingKind, id: &str, content: &str, sources: &[&str]) -> Sighting {
    let partitions: Partitions = sources
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
    let seen = vec![sighting(SightingKind::Entity, "arn", "a", &["x"])];
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
fn who_reads_keeps_no_run_from_being_recorded_and_sees_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(STATE_FILE);
    record(&mut SqliteState::open(&file).unwrap(), 1, &vec![route("p", &[])]);
    let mut state = SqliteState::open(&file).unwrap();
    let mut reader = Connection::open(&file).unwrap();
    let reading = reader.transaction().unwrap();
    let count = || -> i64 {
        let sql = "SELECT count(*) FROM documents";
        reading.query_row(sql, [], |row| row.get(0)).unwrap()
    };
    assert_eq!(count(), 1);
    record(&mut state, 2, &vec![route("p", &[]), route("q", &[])]);
    assert_eq!(count(), 1);
    drop(reading);
    assert_eq!(state.runs().unwrap().len(), 2);
}

#[test]
fn a_run_that_cannot_be_recorded_leaves_nothing_behind() {
    let mut state = SqliteState::in_memory().unwrap();
    state
        .connection
        .execute_batch("CREATE TRIGGER full BEFORE INSERT ON things WHEN new.id = 'last' BEGIN SELECT RAISE(FAIL, 'disk full'); END")
        .unwrap();
    let seen = ["first", "last"]
        .map(|id| sighting(SightingKind::Route, id, "a", &["x"]))
        .to_vec();
    let error = state
        .record_run(&run("one", 1), all(&seen, &Completeness::default()))
        .unwrap_err();
    assert_eq!(error.to_string(), "recording a run in memory");
    assert_eq!(state.runs().unwrap(), []);
    assert!(state.history(SightingKind::Route, &["first"]).unwrap().is_empty());
}

#[test]
fn grounds_that_nothing_rests_on_are_removed() {
    let mut state = SqliteState::in_memory().unwrap();
    for (id, at, source) in [("one", 1, "x"), ("two", 2, "y")] {
        let seen = vec![sighting(SightingKind::Route, "p", "a", &[source])];
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
        .pragma_update(None, "user_version", 5)
        .unwrap();
    let error = SqliteState::open(&newer).unwrap_err();
    assert!(
        matches!(error, StateError::NewerSchema { found: 5, known: 4, .. }),
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

#[test]
fn another_document_with_the_same_content_is_kept_and_is_no_change() {
    let mut state = SqliteState::in_memory().unwrap();
    for (id, at, text) in [("one", 1, "{\"uses\":1}"), ("two", 2, "{\"uses\":2}")] {
        let mut seen = sighting(SightingKind::Route, "p", "a", &["x"]);
        seen.document = Some(Document::new(text.to_owned(), BTreeMap::new()).into());
        state
            .record_run(&run(id, at), all(&vec![seen], &Completeness::default()))
            .unwrap();
        assert_eq!(state.documents(SightingKind::Route, &["p"]).unwrap()["p"], text);
    }
    assert_eq!(
        state.history(SightingKind::Route, &["p"]).unwrap()["p"].changed_at,
        time(1)
    );
}

fn route(id: &str, steps: &[&Arc<Step>]) -> Sighting {
    let text = format!(r#"{{"id":"{id}","hops":[],"workload":"w"}}"#);
    let summary = BTreeMap::from([("workload".to_owned(), "w".to_owned())]);
    let steps = steps.iter().map(|step| Arc::clone(step)).collect();
    Sighting {
        document: Some(Document::with_steps(text, steps, summary).into()),
        ..sighting(SightingKind::Route, id, "a", &["x"])
    }
}

fn steps() -> [Arc<Step>; 2] {
    [1, 2].map(|number| Arc::new(Step::new(format!(r#"{{"to":{number}}}"#))))
}

fn record(state: &mut SqliteState, at: i64, seen: &Vec<Sighting>) {
    state
        .record_run(&run(&at.to_string(), at), all(seen, &Completeness::default()))
        .unwrap();
}

fn texts(state: &SqliteState, sql: &str) -> Vec<String> {
    let mut statement = state.connection.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

#[test]
fn any_tool_reads_whole_documents_and_every_time() {
    let mut state = SqliteState::in_memory().unwrap();
    let [a, b] = steps();
    let mut finding = sighting(SightingKind::Finding, "f", "a", &["x"]);
    finding.document = Some(Document::new(r#"{"severity":"high"}"#.to_owned(), BTreeMap::new()).into());
    record(
        &mut state,
        1,
        &vec![
            route("p", &[&b, &a, &b]),
            route("q", &[&a]),
            route("none", &[]),
            finding,
        ],
    );
    record(&mut state, 2, &vec![route("p", &[&b, &a, &b])]);
    for (id, kind) in [
        ("p", SightingKind::Route),
        ("q", SightingKind::Route),
        ("none", SightingKind::Route),
        ("f", SightingKind::Finding),
    ] {
        let read = texts(&state, &format!("SELECT document FROM documents WHERE id = '{id}'"));
        let told = &state.documents(kind, &[id]).unwrap()[id];
        let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(value(&read[0]), value(told), "{id}");
        let list = if kind == SightingKind::Route {
            "routes"
        } else {
            "findings"
        };
        let listed = texts(&state, &format!("SELECT document FROM {list} WHERE id = '{id}'"));
        assert_eq!(value(&listed[0]), value(told), "{id}");
    }
    assert_eq!(texts(&state, "SELECT id FROM findings"), ["f"]);
    assert_eq!(
        texts(&state, "SELECT id || last_seen FROM routes WHERE stale_since IS NULL"),
        [format!("p{}", time(2))]
    );
    let ways = texts(
        &state,
        "SELECT route_id || place || step FROM route_steps ORDER BY route_id, place",
    );
    assert_eq!(
        ways,
        [r#"p0{"to":2}"#, r#"p1{"to":1}"#, r#"p2{"to":2}"#, r#"q0{"to":1}"#]
    );
    let seen = texts(&state, "SELECT last_seen FROM sightings ORDER BY id");
    let [first, second] = [1, 2].map(|at| time(at).to_string());
    assert_eq!(seen, [first.clone(), first.clone(), second, first], "f, none, p, q");
}

#[test]
fn routes_and_accesses_are_found_by_an_index() {
    let mut state = SqliteState::in_memory().unwrap();
    record(&mut state, 1, &vec![route("p", &[])]);
    for (view, column, index) in [
        ("routes", "workload", "texts_by_workload"),
        ("routes", "authority", "texts_by_authority"),
        ("accesses", "authority", "texts_by_authority"),
        ("accesses", "resource", "texts_by_resource"),
    ] {
        let ask = "EXPLAIN QUERY PLAN SELECT id, state, first_seen, document FROM";
        let sql = format!("{ask} {view} WHERE gone_at IS NULL AND {column} = 'arn'");
        let mut statement = state.connection.prepare(&sql).unwrap();
        let plan = statement.query_map([], |row| row.get::<_, String>("detail")).unwrap();
        let plan: Vec<String> = plan.map(Result::unwrap).collect();
        assert!(plan[0].contains(index), "{plan:?}");
    }
}

#[test]
fn steps_that_no_route_takes_are_removed() {
    let mut state = SqliteState::in_memory().unwrap();
    let [a, b] = steps();
    record(&mut state, 1, &vec![route("p", &[&a]), route("q", &[&a])]);
    record(&mut state, 2, &vec![route("p", &[&b]), route("q", &[&a])]);
    assert_eq!(
        texts(&state, "SELECT step FROM steps ORDER BY step"),
        [a.text(), b.text()]
    );
    record(&mut state, 3, &vec![route("p", &[&b]), route("q", &[&b])]);
    assert_eq!(texts(&state, "SELECT step FROM steps ORDER BY step"), [b.text()]);
}

#[test]
fn a_second_scan_of_an_unchanged_estate_writes_nothing_of_any_thing() {
    let mut state = SqliteState::in_memory().unwrap();
    let [a, b] = steps();
    let seen = vec![route("p", &[&a]), route("q", &[&b]), route("r", &[&a, &b])];
    record(&mut state, 1, &seen);
    let before = state.connection.total_changes();
    record(&mut state, 2, &seen);
    let written = state.connection.total_changes() - before;
    assert_eq!(
        written, 3,
        "the run, and the time of the newest capture in place of the one before"
    );
}

/// Everything that the tables hold.
fn life_book(connection: &Connection) -> LifeBook {
    let lives = read::Lives::new(connection).unwrap();
    let mut statement = connection.prepare("SELECT kind, id FROM things").unwrap();
    let things = statement.query_map([], |row| {
        Ok(Thing {
            kind: row.get(0)?,
            id: row.get(1)?,
        })
    });
    let of = |thing: Thing| {
        let (_, life) = lives.of(connection, &thing).unwrap().unwrap();
        (thing, life)
    };
    LifeBook {
        lives: things.unwrap().map(|thing| of(thing.unwrap())).collect(),
        newest_capture: lives.newest_capture(),
    }
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
            prop_assert_eq!(&life_book(&state.connection), &book);
        }
    }
}
