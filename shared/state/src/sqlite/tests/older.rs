//! Files that earlier versions wrote.

use std::collections::{BTreeMap, BTreeSet};

use super::*;

/// Parts of what versions 2 and 3 wrote.
const VERSION_2: &str = include_str!("version-2.sql");
const VERSION_3: &str = include_str!("version-3.sql");

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

/// What things rested on, as the tables of that version said it.
fn old_grounds(connection: &Connection, version: i64) -> BTreeMap<(String, String), OldGrounds> {
    const POLICIES_OF_2: &str =
        "SELECT s.kind, s.id, p.native_id FROM sightings s JOIN ground_policies p ON p.ground_id = s.rests_on";
    const POLICIES_OF_3: &str = "SELECT s.kind, s.id, j.value FROM sightings s JOIN json_each(s.policies_of) j";
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
    let policies = if version == 2 { POLICIES_OF_2 } else { POLICIES_OF_3 };
    let mut statement = connection.prepare(policies).unwrap();
    let mut rows = statement.query([]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        let text = |column: usize| row.get::<_, String>(column).unwrap();
        grounds.entry((text(0), text(1))).or_default().1.insert(text(2));
    }
    grounds
}

#[test]
fn an_older_file_says_what_it_said_but_for_single_paths() {
    for (version, written) in [(2, VERSION_2), (3, VERSION_3)] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(STATE_FILE);
        let old = Connection::open(&file).unwrap();
        old.execute_batch(written).unwrap();
        says_what_it_said(&file, old, version);
    }
}

fn says_what_it_said(file: &std::path::Path, old: Connection, version: i64) {
    let is_path = |(kind, ..): &Row| kind == "path";
    let (paths, before): (Vec<Row>, Vec<Row>) = rows(&old).into_iter().partition(is_path);
    let grounds = old_grounds(&old, version);
    let is_missed = |column: usize| before.iter().any(|(_, _, rest)| rest[column].is_some());
    assert!(
        before.len() > 6 && is_missed(4) && is_missed(5) && paths.len() > 3,
        "some are in doubt, some are gone, some are paths"
    );
    drop(old);

    let mut state = SqliteState::open(file).unwrap();
    assert_eq!(rows(&state.connection), before);
    let book = life_book(&state.connection);
    assert_eq!(book.lives.len(), before.len());
    for (thing, life) in &book.lives {
        let of_thing = grounds.get(&(thing.kind.name().to_owned(), thing.id.clone()));
        let (partitions, policies_of) = of_thing.cloned().unwrap_or_default();
        assert_eq!(*life.rests_on.partitions, partitions, "{thing:?}");
        assert_eq!(life.rests_on.policies_of, policies_of, "{thing:?}");
    }
    let runs = state.runs().unwrap();
    assert_eq!(book.newest_capture, runs.iter().map(|run| run.captured_at).max());
    assert_eq!(runs.len(), 2);
    assert!(runs.iter().all(|run| run.counts["paths"] > 0));
    let ledger: Vec<String> = texts(&state, "SELECT DISTINCT account FROM coverage");
    assert!(
        ledger
            .iter()
            .all(|account| !state.coverage(account).unwrap().is_empty())
    );
    for (kind, id, rest) in &before {
        let kind = SightingKind::of_name(kind).unwrap();
        let found = state.documents(kind, &[id]).unwrap();
        assert_eq!(found.get(id), rest[7].as_ref(), "{id}");
    }
    for (_, id, _) in &paths {
        let known = SightingKind::ALL.map(|kind| state.history(kind, &[id]).unwrap().len());
        assert_eq!(known, [0; 5], "{id}");
    }
    let unused = "SELECT ground_id || '' FROM ground_partitions WHERE ground_id NOT IN (SELECT rests_on FROM things)";
    assert_eq!(texts(&state, unused), [""; 0], "what paths alone rested on is not kept");

    // The next run writes on: what is there and not seen now is in doubt, what was gone stays gone, and of single paths it says nothing.
    let seen = vec![route("r", &[])];
    let third = state.record_run(&run("third", 2_000_000_000), all(&seen, &Completeness::default()));
    let there = |(_, _, rest): &&Row| rest[4].is_none() && rest[5].is_none();
    let tally = Tally {
        appeared: 1,
        doubted: before.iter().filter(there).count() as u64,
        ..Tally::default()
    };
    assert_eq!(third.unwrap(), Outcome::Recorded(tally));
    let tables = "SELECT name FROM sqlite_schema WHERE name LIKE '%old%' OR name IN ('grounds', 'paths', 'path_steps')";
    assert_eq!(texts(&state, tables), [""; 0]);
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
    INSERT INTO sightings VALUES ('entity', 'e', 'a', '1970-01-01T00:00:01Z', '1970-01-01T00:00:01Z', '1970-01-01T00:00:01Z', NULL, NULL, 1);
    PRAGMA user_version = 1;
";

#[test]
fn a_file_of_the_first_version_keeps_its_history_and_gets_documents() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(STATE_FILE);
    Connection::open(&file).unwrap().execute_batch(VERSION_1).unwrap();
    let mut state = SqliteState::open(&file).unwrap();
    let mut seen = sighting(SightingKind::Entity, "e", "a", &["x"]);
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
        state.history(SightingKind::Entity, &["e"]).unwrap()["e"].first_seen,
        time(1)
    );
    assert_eq!(state.documents(SightingKind::Entity, &["e"]).unwrap()["e"], "{}");
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
