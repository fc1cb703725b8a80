//! Small runs, and what two stores say of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sv0_model::coverage::{CoverageRow, CoverageStatus};
use sv0_model::time::Timestamp;
use sv0_state::{
    Completeness, Document, Grounds, History, Outcome, Partition, RunRecord, Seen, Sighting, SightingKind, StateError,
    StateStore, Thing,
};

pub const ACCOUNT: &str = "111122223333";

pub fn time(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// One run: when, what it saw (`kind/id:content`), and which of the sources `a` and `b` it read whole. Things rest on the source that their id begins with.
#[derive(Clone)]
pub struct Run {
    pub id: String,
    pub at: i64,
    pub seen: Vec<Sighting>,
    pub whole: Vec<&'static str>,
}

pub fn run(id: &str, at: i64, seen: &[&str], whole: &[&'static str]) -> Run {
    Run {
        id: id.to_owned(),
        at,
        seen: seen.iter().map(|text| sighting(text)).collect(),
        whole: whole.to_vec(),
    }
}

pub fn sighting(text: &str) -> Sighting {
    let (thing, content) = text.split_once(':').unwrap();
    let (kind, id) = thing.split_once('/').unwrap();
    let kind = SightingKind::of_name(kind).unwrap();
    let summary = [
        ("account", ACCOUNT),
        ("severity", "high"),
        ("type", "some_kind"),
        ("workload", "w"),
        ("resource", "r"),
    ];
    let summary: BTreeMap<String, String> = summary.map(|(name, text)| (name.to_owned(), text.to_owned())).into();
    let document = Document::new(format!(r#"{{"id":"{id}","content":"{content}"}}"#), summary);
    Sighting {
        thing: Thing::new(kind, id),
        content_sha256: content.to_owned(),
        rests_on: Arc::new(Grounds {
            partitions: [Partition::new(ACCOUNT, "global", &id[..1])].into(),
            policies_of: BTreeSet::new(),
        }),
        document: (kind != SightingKind::Edge).then(|| Arc::new(document)),
    }
}

impl Run {
    pub fn record(&self, store: &mut dyn StateStore) -> Result<Outcome, StateError> {
        let partitions = self
            .whole
            .iter()
            .map(|source| Partition::new(ACCOUNT, "global", *source));
        let complete = Completeness {
            partitions: partitions.collect(),
            unreadable: BTreeSet::new(),
        };
        let row = |source: &&str| CoverageRow {
            account: ACCOUNT.to_owned(),
            region: "global".to_owned(),
            source: (*source).to_owned(),
            status: CoverageStatus::Ok,
            reason: String::new(),
            error_code: None,
            operation: None,
            captured_at: None,
            items: 1,
        };
        let coverage: Vec<CoverageRow> = self.whole.iter().map(row).collect();
        let record = RunRecord {
            run_id: self.id.clone(),
            captured_at: time(self.at),
            finished_at: time(self.at + 1),
            counts: BTreeMap::from([("paths".to_owned(), 1)]),
        };
        let seen = Seen {
            sightings: &self.seen,
            complete: &complete,
            coverage: &coverage,
        };
        store.record_run(&record, seen)
    }
}

/// All that a store says.
pub type Said = (
    BTreeMap<(String, String), History>,
    BTreeMap<(String, String), String>,
    Vec<CoverageRow>,
    Vec<RunRecord>,
);

/// What the store says of everything that these runs saw.
pub fn said(store: &dyn StateStore, runs: &[Run]) -> Said {
    let (mut histories, mut documents) = (BTreeMap::new(), BTreeMap::new());
    for kind in SightingKind::ALL {
        let things = runs.iter().flat_map(|run| &run.seen).map(|sighting| &sighting.thing);
        let ids: BTreeSet<&str> = things
            .filter(|thing| thing.kind == kind)
            .map(|thing| thing.id.as_str())
            .collect();
        let ids: Vec<&str> = ids.into_iter().collect();
        let name = |id: String| (kind.name().to_owned(), id);
        histories.extend(
            store
                .history(kind, &ids)
                .unwrap()
                .into_iter()
                .map(|(id, history)| (name(id), history)),
        );
        documents.extend(
            store
                .documents(kind, &ids)
                .unwrap()
                .into_iter()
                .map(|(id, text)| (name(id), text)),
        );
    }
    let mut coverage = store.coverage(ACCOUNT).unwrap();
    coverage.sort();
    (histories, documents, coverage, store.runs().unwrap())
}

/// A story in which things appear, change, are doubted, are gone, return, and an older capture comes late.
pub fn story() -> Vec<Run> {
    let all = ["entity/a1:x", "edge/a2:x", "route/b1:x", "finding/b2:x", "access/a3:x"];
    vec![
        run("one", 10, &all, &["a", "b"]),
        run("two", 20, &all, &["a", "b"]),
        run("three", 30, &["entity/a1:y", "route/b1:x"], &["a"]),
        run(
            "four",
            40,
            &["entity/a1:y", "edge/a2:x", "finding/b2:z", "finding/a4:x"],
            &["a", "b"],
        ),
        run("late", 5, &["entity/a1:z", "route/unknown:x"], &["a", "b"]),
        run("five", 50, &all, &["a"]),
        run("six", 50, &all, &["a", "b"]),
    ]
}
