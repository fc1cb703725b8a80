//! Puts many different requests to the engine and to the oracle.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use serde_json::Value;

use super::compare::{Sides, differs, line_agrees, with_context};
use super::generate;
use super::generate::context::{ContextSpace, Given};
use super::oracle::trace::Trace;
use super::random::Random;
use super::shrink::shrink;

/// How many contexts an estate is asked about at most.
const CONTEXTS_OF_AN_ESTATE: usize = 10;
/// One request of so many goes through `sv0 evaluate`'s row as well.
const LINE_EVERY: u64 = 97;
/// After so many disagreements nothing new is learnt.
const ENOUGH: usize = 10;

/// What a run is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Task {
    pub seed: u64,
    pub pairs: u64,
    pub threads: usize,
}

/// What a run found.
#[derive(Debug, Default)]
pub struct Report {
    pub pairs: u64,
    pub trace: Trace,
    /// One text for each, with the row that shows it.
    pub disagreements: Vec<String>,
}

/// The state that the threads of a run share.
struct Shared {
    task: Task,
    next_estate: AtomicU64,
    pairs: AtomicU64,
    seen: Mutex<HashSet<u64>>,
    report: Mutex<Report>,
}

/// Compares until so many pairs are counted; `progress` is told how many there are now and then.
pub fn run(task: Task, progress: &(dyn Fn(u64) + Sync)) -> Report {
    let shared = Shared {
        task,
        next_estate: AtomicU64::new(0),
        pairs: AtomicU64::new(0),
        seen: Mutex::default(),
        report: Mutex::default(),
    };
    thread::scope(|scope| {
        for _ in 0..task.threads {
            scope.spawn(|| shared.work(progress));
        }
    });
    let mut report = shared.report.into_inner().unwrap();
    report.pairs = shared.pairs.into_inner();
    report
}

impl Shared {
    fn work(&self, progress: &(dyn Fn(u64) + Sync)) {
        let mut trace = Trace::default();
        let mut disagreements = Vec::new();
        while self.pairs.load(Ordering::Relaxed) < self.task.pairs
            && self.report.lock().unwrap().disagreements.len() < ENOUGH
        {
            let number = self.next_estate.fetch_add(1, Ordering::Relaxed);
            let compared = self.compare_estate(number, &mut trace, &mut disagreements);
            let before = self.pairs.fetch_add(compared, Ordering::Relaxed);
            if (before + compared) / 100_000 > before / 100_000 {
                progress(before + compared);
            }
            self.report.lock().unwrap().disagreements.append(&mut disagreements);
        }
        self.report.lock().unwrap().trace.add(&trace);
    }

    /// How many pairs were compared: requests that are told apart by a key that the policies speak of, or by the estate.
    fn compare_estate(&self, number: u64, trace: &mut Trace, disagreements: &mut Vec<String>) -> u64 {
        let mut random = Random::new(self.task.seed, number);
        let row = generate::estate(&mut random);
        let text = row.to_string().to_lowercase();
        if !self.seen.lock().unwrap().insert(hash(&text)) {
            return 0;
        }
        let now = random.percent(10).then_some("2026-01-01T00:00:01Z");
        let sides = Sides::read(&row)
            .unwrap_or_else(|outside| panic!("what is generated is what AWS accepts: {outside:?} in {row}"));
        let contexts = contexts(&ContextSpace::of(&row, &text), &mut random);
        for given in &contexts {
            let disagreement = sides.disagree(given, now, trace);
            if disagreement
                .unwrap_or_else(|outside| panic!("generated contexts are full: {outside:?}"))
                .is_some()
            {
                disagreements.push(describe(self.task.seed, number, &with_context(&row, given), now));
                break;
            }
        }
        if number.is_multiple_of(LINE_EVERY) && !line_agrees(&with_context(&row, &contexts[0]), now) {
            disagreements.push(format!(
                "sv0 evaluate says otherwise than the library: {}",
                with_context(&row, &contexts[0])
            ));
        }
        contexts.len() as u64
    }
}

/// Different contexts of one estate.
fn contexts(space: &ContextSpace, random: &mut Random) -> Vec<Given> {
    let mut contexts: Vec<Given> = Vec::new();
    for _ in 0..CONTEXTS_OF_AN_ESTATE {
        let given = space.context(random);
        if !contexts.contains(&given) {
            contexts.push(given);
        }
    }
    contexts
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

fn describe(seed: u64, number: u64, row: &Value, now: Option<&str>) -> String {
    // A difference in the decision must not shrink into one in the statements.
    let parts = |row: &Value| {
        differs(row, now).map(|(engine, oracle)| {
            (
                engine.decision != oracle.decision,
                engine.blocked_by != oracle.blocked_by,
            )
        })
    };
    let smallest = shrink(row.clone(), &|candidate| parts(candidate) == parts(row));
    let (engine, oracle) = differs(&smallest, now).unwrap();
    let now = now.map(|now| format!(" --now {now}")).unwrap_or_default();
    format!(
        "seed {seed}, estate {number}; as a row of `sv0 evaluate{now}`:\n{smallest}\n  engine: {engine:?}\n  oracle: {oracle:?}\n"
    )
}
