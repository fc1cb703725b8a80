//! What a question out of the store of a large organization costs, from opening the store to the answer.
//!
//!     cargo bench -p sv0-pipeline --bench store -- 1000 6
//!     cargo bench -p sv0-pipeline --bench store -- 1000 6 /tmp/store
//!
//! `ACCOUNTS ROLES [FOLDER]` makes an organization up and scans it as far as its findings; a folder that is named keeps it for the next time.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::time::Instant;

use sv0_authority::{Estate, QueryError};
use sv0_iam::{Context, UnknownContext};
use sv0_lake::{FolderStore, Run, newest_run, publish};
use sv0_model::graph::{EntityKind, Graph};
use sv0_model::manifest::RunManifest;
use sv0_pipeline::stages::{StageContext, authority, normalize};
use sv0_pipeline::{Configuration, FindingFilter, Question, Snapshot};
use sv0_synth::Organization;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Failure = Box<dyn std::error::Error>;

/// As many questions of each kind are asked.
const QUESTIONS: usize = 200;

fn main() -> Result<(), Failure> {
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with("--"))
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let temporary = tempfile::tempdir()?;
    let (accounts, roles, folder) = match words.as_slice() {
        [accounts, roles, folder] => (accounts.parse()?, roles.parse()?, Path::new(folder)),
        [accounts, roles] => (accounts.parse()?, roles.parse()?, temporary.path()),
        // As `cargo bench` runs it among all others.
        _ => (20, 6, temporary.path()),
    };
    let store = FolderStore::new(folder.join("store"));
    if !folder.join("store/current.json").exists() {
        make(accounts, roles, &folder.join("capture"), &store)?;
    }
    ask(&store)
}

fn make(accounts: usize, roles: usize, capture: &Path, store: &FolderStore) -> Result<(), Failure> {
    let organization = Organization {
        accounts,
        roles_per_account: roles,
        policies_per_account: roles,
        users_per_account: 3,
        events_per_account: 0,
        seed: 7,
    };
    sv0_synth::write(&organization, capture, &|_| {})?;
    let configuration = Configuration::default();
    let context = StageContext {
        store,
        run_id: "bench",
        configuration: &configuration,
        threads: 2,
    };
    let mut steps = Step::begin()?;
    let normalized = normalize::run(&context, capture, &|_| {})?;
    steps.end("read and stored", 1)?;
    authority::run(&context, &|_| {})?;
    steps.end("evaluated", 1)?;
    let time = normalized.header.captured_at;
    let manifest = RunManifest {
        schema: "sv0-run/1".to_owned(),
        run_id: "bench".to_owned(),
        tool_version: String::new(),
        capture: String::new(),
        captured_at: time,
        started_at: time,
        finished_at: time,
        configuration_sha256: String::new(),
        counts: Default::default(),
        inputs: normalized.inputs,
        outputs: Vec::new(),
    };
    publish(store, manifest)?;
    Ok(())
}

fn ask(store: &FolderStore) -> Result<(), Failure> {
    let mut step = Step::begin()?;
    for _ in 0..QUESTIONS {
        newest_run(store)?;
    }
    step.end("the store opened", QUESTIONS)?;
    let whole = snapshot(store)?.graph()?;
    step.end("the whole graph read", 1)?;
    snapshot(store)?.asked_graph()?;
    step.end("the same as far as questions need it", 1)?;
    let estate = Estate::new(&whole);
    step.end("the whole graph compiled", 1)?;
    let principals = every(&whole, QUESTIONS, |kind| {
        matches!(kind, EntityKind::IamRole | EntityKind::IamUser)
    });
    let buckets = every(&whole, QUESTIONS, |kind| kind == EntityKind::S3Bucket);
    let mut read = 0;
    let mut step = Step::begin()?;
    for (principal, bucket) in principals.iter().zip(&buckets) {
        let object = format!("{bucket}/object");
        let question = Question {
            principal,
            resource: Some(&object),
        };
        read += usize::from(answered(store, &question, |estate| {
            estate.decide(&query(principal, &object)).map(|_| ())
        })?);
    }
    step.end(&format!("can P A R, {read} out of parts"), principals.len())?;
    let mut read = 0;
    for principal in &principals {
        let question = Question {
            principal,
            resource: None,
        };
        read += usize::from(answered(store, &question, |estate| {
            let grants = estate.grants(principal, None, &Context::default(), UnknownContext::Any);
            grants.map(|_| ())
        })?);
    }
    step.end(&format!("can P, {read} out of parts"), principals.len())?;
    let filter = FindingFilter {
        limit: Some(50),
        ..FindingFilter::default()
    };
    let mut all = 0;
    for _ in 0..20 {
        let snapshot = snapshot(store)?;
        let listed = snapshot.findings_listed(&filter)?;
        snapshot.organization()?;
        all = listed.all;
    }
    step.end(&format!("50 of {all} findings"), 20)?;
    drop(estate);
    Ok(())
}

fn query<'q>(principal: &'q str, resource: &'q str) -> sv0_authority::Query<'q> {
    static NOTHING: std::sync::LazyLock<Context> = std::sync::LazyLock::new(Context::default);
    sv0_authority::Query {
        principal,
        action: "s3:GetObject",
        resource,
        context: &NOTHING,
        unknown_context: UnknownContext::Any,
    }
}

/// Whether the parts told the answer, as a command asks them: every time from opening the store.
fn answered(
    store: &FolderStore,
    question: &Question<'_>,
    ask: impl Fn(&Estate<'_>) -> Result<(), QueryError>,
) -> Result<bool, Failure> {
    let snapshot = snapshot(store)?;
    if let Some(graph) = snapshot.graph_for(question)?
        && ask(&Estate::new(&graph)).is_ok()
    {
        return Ok(true);
    }
    ask(&Estate::new(&snapshot.asked_graph()?))?;
    Ok(false)
}

fn snapshot(store: &FolderStore) -> Result<Snapshot<Run<'_>>, Failure> {
    Ok(Snapshot::new(newest_run(store)?))
}

/// So many entities of some kinds, from all over the graph.
fn every(graph: &Graph, count: usize, is: impl Fn(EntityKind) -> bool) -> Vec<String> {
    let entities = graph.entities.values().filter(|entity| is(entity.kind));
    let ids: Vec<&str> = entities.map(|entity| entity.native_id.as_str()).collect();
    let apart = (ids.len() / count).max(1);
    ids.into_iter().step_by(apart).take(count).map(str::to_owned).collect()
}

/// Tells of each step how long it took, by the clock and on all processors together.
struct Step {
    began: Instant,
    before: f64,
}

impl Step {
    fn begin() -> Result<Self, Failure> {
        Ok(Self {
            began: Instant::now(),
            before: on_processor()?,
        })
    }

    #[expect(clippy::cast_precision_loss, reason = "a figure to be read")]
    fn end(&mut self, what: &str, times: usize) -> Result<(), Failure> {
        let each = 1e3 / times as f64;
        let (wall, processor) = (self.began.elapsed().as_secs_f64(), on_processor()? - self.before);
        writeln!(
            io::stdout(),
            "{:9.1} ms {:9.1} ms on a processor  {what}",
            wall * each,
            processor * each
        )?;
        *self = Self::begin()?;
        Ok(())
    }
}

/// Seconds that all threads of this process have been on a processor: other work on the machine does not count.
///
/// Source: proc(5), `/proc/<pid>/stat`, `utime` and `stime`, in ticks of a hundredth of a second.
fn on_processor() -> Result<f64, Failure> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let (_, fields) = stat.rsplit_once(')').ok_or("proc_pid_stat(5) has another form")?;
    let ticks: Vec<u32> = fields
        .split_whitespace()
        .skip(11)
        .take(2)
        .map(str::parse)
        .collect::<Result<_, _>>()?;
    Ok(ticks.into_iter().map(f64::from).sum::<f64>() / 100.0)
}
