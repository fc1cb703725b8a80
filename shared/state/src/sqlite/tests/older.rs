//! Files that earlier versions wrote.

use std::collections::{BTreeMap, BTreeSet};

use super::*;

/// A part of what version 2 wrote.
const VERSION_2: &str = include_str!("version-2.sql");

type Row = (String, String, Vec<Option<String>>);
type OldGrounds = (BTreeSet<Partition>, BTreeSet<String>);

fn rows(connection: &Connection) -> Vec<Row> {
    let sql = "SELECT s.kind, s.id, s.content_sha256, s.first_seen, s.last_seen, s.changed_at, s.stale_since, s.gone_at, d.sha256, d.document
        FROM sightings s LEFT JOIN documents d ON d.kind = s.kind AND d.id = s.id ORDER BY s.kind, s.id";
    let mut statement = connection.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| {
        let rest = (2..10).map(|column| row.get(column)).collect::<Result<_, _>>()?;
        Ok((row.get(0)?, row.get(1)?, rest))
    });
    rows.unwrap().map(Result::unwrap).collect()
}

/// What things rested on, as the tables of version 2 said it.
fn old_grounds(connection: &Connection) -> BTreeMap<(String, String), OldGrounds> {
    let mut grounds: BTreeMap<(String, String), OldGrounds> = BTreeMap::new();
    let mut statement = connection
        .prepare("SELECT s.kind, s.id, p.account, p.region, p.source FROM sightings s JOIN ground_partitions p ON p.ground_id = s.rests_on")
        .unwrap();
    let mut rows = statement.query([]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        let text = |column: usize| row.get::<_, String>(column).unwrap();
        let of_thing = grounds.entry((text(0), text(1))).or_default();
        of_thing.0.insert(Partition::new(text(2), text(3), text(4)));
    }
    let mut statement = connection
        .prepare("SELECT s.kind, s.id, p.native_id FROM sightings s JOIN ground_policies p ON p.ground_id = s.rests_on")
        .unwrap();
    let mut rows = statement.query([]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        let text = |column: usize| row.get::<_, String>(column).unwrap();
        grounds.entry((text(0), text(1))).or_default().1.insert(text(2));
    }
    grounds
}

#[test]
fn a_file_of_the_second_version_says_what_it_said() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(STATE_FILE);
    let old = Connection::open(&file).unwrap();
    old.execute_batch(VERSION_2).unwrap();
    let (before, grounds) = (rows(&old), old_grounds(&old));
    let is_missed = |column: usize| before.iter().any(|(_, _, rest)| rest[column].is_some());
    assert!(
        before.len() > 10 && is_missed(4) && is_missed(5),
        "some are in doubt, some are gone"
    );
    drop(old);

    let mut state = SqliteState::open(&file).unwrap();
    assert_eq!(rows(&state.connection), before);
    let book = life_book(&state.connection);
    assert_eq!(book.lives.len(), before.len());
    for (thing, life) in &book.lives {
        let (partitions, policies_of) = &grounds[&(thing.kind.name().to_owned(), thing.id.clone())];
        assert_eq!(&*life.rests_on.partitions, partitions, "{thing:?}");
        assert_eq!(&life.rests_on.policies_of, policies_of, "{thing:?}");
    }
    let runs = state.runs().unwrap();
    assert_eq!(book.newest_capture, runs.iter().map(|run| run.captured_at).max());
    assert_eq!(runs.len(), 2);
    assert!(runs.iter().all(|run| run.counts["paths"] > 0));
    assert_eq!(state.coverage("156038294471").unwrap().len(), 2);
    for (kind, id, rest) in &before {
        let kind = SightingKind::of_name(kind).unwrap();
        let found = state.documents(kind, &[id]).unwrap();
        assert_eq!(found.get(id), rest[7].as_ref(), "{id}");
    }

    // The next run writes on: what is there and not seen now is in doubt, what was gone stays gone.
    let third = state.record_run(&run("third", 2_000_000_000), all(&vec![], &Completeness::default()));
    let there = |(_, _, rest): &&Row| rest[4].is_none() && rest[5].is_none();
    let doubted = before.iter().filter(there).count() as u64;
    let tally = Tally {
        doubted,
        ..Tally::default()
    };
    assert_eq!(third.unwrap(), Outcome::Recorded(tally));
    let tables: Vec<String> = state
        .connection
        .prepare("SELECT name FROM sqlite_schema WHERE name LIKE '%old%' OR name = 'grounds'")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(tables, [""; 0]);
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
        .record_run(&run("two", 2), all(&vec![seen], &Completeness::default()))
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
