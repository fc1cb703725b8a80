//! The contract that every adapter of [`StateStore`] passes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use sv0_model::coverage::{CoverageRow, CoverageStatus};
use sv0_model::time::Timestamp;

use crate::{
    Completeness, Document, Grounds, History, Lease, LeaseAnswer, Outcome, Partition, RunRecord, Seen, Sighting,
    SightingKind, Sightings, StateError, StateStore, Step, Tally, Thing,
};

/// Runs the whole contract against an empty store.
///
/// # Errors
/// Says in words which promise the store broke.
pub fn check(store: &mut dyn StateStore) -> Result<(), String> {
    runs_and_sightings(store)?;
    late_runs(store)?;
    steps_of_things(store)?;
    sightings_that_cannot_be_read(store)?;
    leases(store)
}

const ROUTE: SightingKind = SightingKind::Route;
const ACCOUNT: &str = "111122223333";
const ALL: [&str; 4] = ["kept", "read", "unread", "blurred"];

fn runs_and_sightings(store: &mut dyn StateStore) -> Result<(), String> {
    let everything = ["kept:a", "read:a", "unread:a", "blurred:a"];
    let appeared = Tally {
        appeared: 4,
        ..Tally::default()
    };
    expect(
        record(store, "one", 10, &everything)? == Outcome::Recorded(appeared),
        "what a first run saw appeared",
    )?;
    expect(
        record(store, "one", 20, &[])? == Outcome::AlreadyRecorded,
        "a run that was recorded is not recorded again",
    )?;
    expect(
        histories(store)? == ALL.map(|id| (id, seen(10, 10, 10))).into(),
        "a run that is recorded twice changes nothing",
    )?;
    record(store, "two", 20, &everything)?;
    expect(
        histories(store)? == ALL.map(|id| (id, seen(10, 20, 10))).into(),
        "a second run of an unchanged estate moves the last sighting and nothing else",
    )?;
    documents(store, ["a"; 4])?;
    coverage(store, 20)?;
    absence_and_return(store)?;
    documents(store, ["b", "a", "a", "a"])?;
    let runs = store.runs().map_err(said)?;
    let ids: Vec<&str> = runs.iter().map(|run| run.run_id.as_str()).collect();
    expect(
        ids == ["one", "two", "three", "four"],
        "runs are listed by time of capture",
    )?;
    expect(
        runs.first() == Some(&run("one", 10)),
        "a run reads back as it was recorded",
    )?;
    for other in SightingKind::ALL.into_iter().filter(|kind| *kind != ROUTE) {
        let of_other_kind = store.history(other, &["kept"]).map_err(said)?;
        expect(
            of_other_kind.is_empty(),
            "things of two kinds with one id are two things",
        )?;
    }
    Ok(())
}

fn absence_and_return(store: &mut dyn StateStore) -> Result<(), String> {
    record(store, "three", 30, &["kept:b"])?;
    let gone = History {
        gone_at: Some(time(30)),
        ..seen(10, 20, 10)
    };
    let doubted = History {
        stale_since: Some(time(30)),
        ..seen(10, 20, 10)
    };
    let want = [
        ("kept", seen(10, 30, 30)),
        ("read", gone),
        ("unread", doubted),
        ("blurred", doubted),
    ];
    expect(
        histories(store)? == want.into(),
        "other content is a change, absence is gone where everything was read, else doubt",
    )?;
    documents(store, ["b", "a", "a", "a"])?;
    record(store, "four", 40, &["kept:b", "read:a", "unread:a", "blurred:a"])?;
    let back = seen(10, 40, 10);
    let want = [
        ("kept", seen(10, 40, 30)),
        ("read", seen(10, 40, 40)),
        ("unread", back),
        ("blurred", back),
    ];
    expect(
        histories(store)? == want.into(),
        "what comes back is neither gone nor in doubt, and coming back from gone is a change",
    )
}

fn late_runs(store: &mut dyn StateStore) -> Result<(), String> {
    let before = histories(store)?;
    record(store, "late", 5, &["kept:z", "unknown:a"])?;
    let mut want = before;
    if let Some(history) = want.get_mut("kept") {
        history.first_seen = time(5);
    }
    expect(
        histories(store)? == want,
        "a capture older than the newest one moves first sightings to an earlier time and nothing else",
    )?;
    documents(store, ["b", "a", "a", "a"])?;
    coverage(store, 40)
}

/// Two routes share a step, and one of them takes another way in the next run.
fn steps_of_things(store: &mut dyn StateStore) -> Result<(), String> {
    let told = |id: &str, steps: &str| format!(r#"{{"id":"{id}","hops":[{steps}],"state":"allowed"}}"#);
    let route = |id: &str, steps: &[&Arc<Step>]| Sighting {
        document: Some(Arc::new(Document::with_steps(
            told(id, ""),
            steps.iter().map(|step| Arc::clone(step)).collect(),
            BTreeMap::new(),
        ))),
        ..sighting((id, "a"))
    };
    let [first, shared, other] =
        [1, 2, 3].map(|number| Arc::new(Step::new(format!(r#"{{"to":"{number} \"hops\":[]"}}"#))));
    let text = |steps: [&Step; 2]| steps.map(Step::text).join(",");
    let runs = [
        (
            "steps-1",
            50,
            [route("p", &[&first, &shared]), route("q", &[&other, &shared])],
        ),
        (
            "steps-2",
            60,
            [route("p", &[&other, &shared]), route("q", &[&other, &shared])],
        ),
        ("steps-3", 70, [route("p", &[&shared, &other]), route("q", &[])]),
    ];
    for (run_id, at, seen) in runs {
        // What a store holds of steps lies elsewhere in the next run.
        let documents = seen.iter().map(|sighting| {
            let document = sighting.document.as_ref().map(|document| document.whole());
            (sighting.thing.id.clone(), document.unwrap_or_default())
        });
        let want: BTreeMap<String, String> = documents.collect();
        record_seen(store, run_id, at, &seen.to_vec())?;
        let found = store.documents(ROUTE, &["p", "q"]).map_err(said)?;
        expect(found == want, "a route's document has its steps, in their order")?;
        let histories = store.history(ROUTE, &["p", "q"]).map_err(said)?;
        expect(
            histories.values().all(|history| *history == self::seen(50, at, 50)),
            "other steps with the same content are no change",
        )?;
    }
    let found = store.documents(ROUTE, &["p", "q"]).map_err(said)?;
    let want = [("p", text([&shared, &other])), ("q", String::new())];
    let want = want.map(|(id, steps)| (id.to_owned(), told(id, &steps)));
    expect(found == want.into(), "steps stand where the empty list was")
}

/// One sighting, then none can be read.
struct Torn;

impl Sightings for Torn {
    fn each(&self, each: &mut dyn FnMut(Sighting) -> Result<(), StateError>) -> Result<(), StateError> {
        each(sighting(("torn", "a")))?;
        Err(StateError::Sightings("the rest is unreadable".into()))
    }
}

fn sightings_that_cannot_be_read(store: &mut dyn StateStore) -> Result<(), String> {
    let runs = store.runs().map_err(said)?;
    let said_no = record_seen(store, "torn", 80, &Torn);
    expect(
        said_no == Err(StateError::Sightings("".into()).to_string()),
        "a run whose sightings cannot be read is not recorded, and that is said",
    )?;
    expect(
        store.history(ROUTE, &["torn"]).map_err(said)?.is_empty() && store.runs().map_err(said)? == runs,
        "a run that is not recorded leaves nothing behind",
    )
}

fn leases(store: &mut dyn StateStore) -> Result<(), String> {
    let mut ask = |holder, now| {
        let lease = Lease {
            name: "scan",
            holder,
            now: time(now),
            duration: Duration::from_secs(10),
        };
        store.acquire_lease(&lease).map_err(said)
    };
    let granted = |until| LeaseAnswer::Granted { until: time(until) };
    expect(ask("a", 100)? == granted(110), "a free lease is granted")?;
    let held = LeaseAnswer::Held {
        holder: "a".to_owned(),
        until: time(110),
    };
    expect(ask("b", 109)? == held, "a lease that is held is not granted to another")?;
    expect(ask("a", 105)? == granted(115), "its holder may prolong a lease")?;
    expect(ask("b", 115)? == granted(125), "a lease that has expired is free")?;
    store.release_lease("scan", "a").map_err(said)?;
    let mut ask = |holder| {
        let lease = Lease {
            name: "scan",
            holder,
            now: time(116),
            duration: Duration::from_secs(10),
        };
        store.acquire_lease(&lease).map_err(said)
    };
    expect(ask("a")? != granted(126), "nobody but its holder gives a lease back")?;
    store.release_lease("scan", "b").map_err(said)?;
    let lease = Lease {
        name: "scan",
        holder: "a",
        now: time(116),
        duration: Duration::from_secs(10),
    };
    expect(
        store.acquire_lease(&lease).map_err(said)? == granted(126),
        "a lease that was given back is free",
    )
}

/// Records a run in which the source of everything but `unread` was read whole, and a policy of `blurred` was unreadable.
fn record(store: &mut dyn StateStore, run_id: &str, captured_at: i64, seen: &[&str]) -> Result<Outcome, String> {
    let sightings: Vec<Sighting> = seen
        .iter()
        .filter_map(|text| text.split_once(':'))
        .map(sighting)
        .collect();
    record_seen(store, run_id, captured_at, &sightings)
}

fn record_seen(
    store: &mut dyn StateStore,
    run_id: &str,
    captured_at: i64,
    sightings: &dyn Sightings,
) -> Result<Outcome, String> {
    let complete = Completeness {
        partitions: ["kept", "read", "blurred", "other"].map(partition).into(),
        unreadable: ["arn of blurred".to_owned()].into(),
    };
    let coverage = ledger(captured_at);
    let seen = Seen {
        sightings,
        complete: &complete,
        coverage: &coverage,
    };
    store.record_run(&run(run_id, captured_at), seen).map_err(said)
}

fn run(run_id: &str, captured_at: i64) -> RunRecord {
    RunRecord {
        run_id: run_id.to_owned(),
        captured_at: time(captured_at),
        finished_at: time(captured_at + 1),
        counts: BTreeMap::from([("paths".to_owned(), 3)]),
    }
}

/// The ledger of the run at that time: a row of the account, and one of the organization.
fn ledger(captured_at: i64) -> Vec<CoverageRow> {
    let row = |account: &str| CoverageRow {
        account: account.to_owned(),
        region: "global".to_owned(),
        source: "kept".to_owned(),
        status: CoverageStatus::NotRecorded,
        reason: "said so".to_owned(),
        error_code: Some("AccessDenied".to_owned()),
        operation: None,
        captured_at: Some(time(captured_at)),
        items: 7,
    };
    vec![row(ACCOUNT), row("organization")]
}

fn sighting((id, content): (&str, &str)) -> Sighting {
    let document = document(id, content);
    Sighting {
        document: Some(Arc::new(Document::new(
            document,
            BTreeMap::from([("state".to_owned(), "allowed".to_owned())]),
        ))),
        thing: Thing::new(ROUTE, id),
        content_sha256: content.to_owned(),
        rests_on: Arc::new(Grounds {
            partitions: [partition(id), partition("other")].into(),
            policies_of: [format!("arn of {id}")].into(),
        }),
    }
}

fn partition(source: &str) -> Partition {
    Partition::new(ACCOUNT, "global", source)
}

fn document(id: &str, content: &str) -> String {
    format!(r#"{{"content":"{content}","id":"{id}"}}"#)
}

/// The documents of everything: of each, what its content was when it was last seen.
fn documents(store: &dyn StateStore, contents: [&str; 4]) -> Result<(), String> {
    let want = ALL.into_iter().zip(contents);
    let want: BTreeMap<String, String> = want
        .map(|(id, content)| (id.to_owned(), document(id, content)))
        .collect();
    let found = store
        .documents(ROUTE, &[&ALL[..], &["unknown"]].concat())
        .map_err(said)?;
    expect(
        found == want,
        "a document is that of the last sighting, also of what is gone or in doubt",
    )
}

fn coverage(store: &dyn StateStore, captured_at: i64) -> Result<(), String> {
    for row in ledger(captured_at) {
        let found = store.coverage(&row.account).map_err(said)?;
        expect(found == [row], "the ledger is that of the newest capture")?;
    }
    let of_nobody = store.coverage("444455556666").map_err(said)?;
    expect(
        of_nobody.is_empty(),
        "an account of which the ledger says nothing has no rows",
    )
}

fn histories(store: &dyn StateStore) -> Result<BTreeMap<&'static str, History>, String> {
    let found = store.history(ROUTE, &ALL).map_err(said)?;
    let unknown = store.history(ROUTE, &["unknown"]).map_err(said)?;
    expect(unknown.is_empty(), "what was never seen has no history")?;
    let named = ALL.into_iter().filter_map(|id| Some((id, *found.get(id)?)));
    Ok(named.collect())
}

fn seen(first: i64, last: i64, changed: i64) -> History {
    History {
        first_seen: time(first),
        last_seen: time(last),
        changed_at: time(changed),
        stale_since: None,
        gone_at: None,
    }
}

fn time(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap_or_default()
}

fn said(error: StateError) -> String {
    error.to_string()
}

fn expect(holds: bool, promise: &str) -> Result<(), String> {
    if holds {
        Ok(())
    } else {
        Err(format!("broken promise: {promise}"))
    }
}
