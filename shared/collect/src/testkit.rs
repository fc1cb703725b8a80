//! A small AWS in memory, whose answers are written down beforehand, and the store and clock that a worker needs beside it.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use serde_json::{Map, Value, json};
use sv0_model::record::CaptureHeader;
use sv0_model::time::{Timestamp, parse_timestamp};
use sv0_sources::{CaptureSink, CaptureStore, CaptureWriter, SinkError};

use crate::api::{ApiError, AwsApi, BoxFuture, Clock, Failure, Session, Target};
use crate::call::ApiCall;
use crate::plan::{CollectOptions, Plan, PlannedAccount, Treatment};
use crate::step::Step;
use crate::work::{Progress, Work, run_steps};

pub(crate) const ACCOUNT: &str = "111122223333";
pub(crate) const REGION: &str = "eu-west-1";

/// What is answered to calls of one name whose parameters hold all of these.
struct Script {
    parameters: Map<String, Value>,
    /// Of a query, what it must hold.
    holds: String,
    answer: Answer,
}

enum Answer {
    Is(Value),
    Pages {
        field: String,
        items: Vec<Value>,
        size: usize,
    },
    Refused(Failure, String),
    /// The first of them, then the next, the last for ever.
    InTurn(Mutex<Vec<Answer>>),
}

/// AWS in memory.
#[derive(Default)]
pub(crate) struct Aws {
    scripts: BTreeMap<String, Vec<Script>>,
    refused_to_hub: Option<String>,
    /// The calls that were made.
    pub calls: Mutex<Vec<String>>,
    /// After so many calls the worker's time is up; below zero never.
    pub calls_until_deadline: AtomicI64,
}

impl Aws {
    pub fn new() -> Self {
        Self {
            calls_until_deadline: AtomicI64::new(-1),
            ..Self::default()
        }
    }

    fn script(mut self, call: &str, parameters: Value, answer: Answer) -> Self {
        let parameters = parameters.as_object().cloned().unwrap();
        let scripts = self.scripts.entry(call.to_owned()).or_default();
        scripts.push(Script {
            parameters,
            holds: String::new(),
            answer,
        });
        self
    }

    /// Pages that answer a query which holds `part`.
    pub fn pages_with(self, call: &str, part: &str, field: &str, items: Vec<Value>, size: usize) -> Self {
        let mut aws = self.pages(call, json!({}), field, items, size);
        aws.scripts.get_mut(call).unwrap().last_mut().unwrap().holds = format!("'{part}'");
        aws
    }

    /// Nothing of the organization is told to the hub itself.
    pub fn refuse_of_hub(mut self, code: &str) -> Self {
        self.refused_to_hub = Some(code.to_owned());
        self
    }

    pub fn answer(self, call: &str, parameters: Value, answer: Value) -> Self {
        self.script(call, parameters, Answer::Is(answer))
    }

    /// Items in pages of `size`.
    pub fn pages(self, call: &str, parameters: Value, field: &str, items: Vec<Value>, size: usize) -> Self {
        let field = field.to_owned();
        self.script(call, parameters, Answer::Pages { field, items, size })
    }

    pub fn refuse(self, call: &str, parameters: Value, failure: Failure, code: &str) -> Self {
        self.script(call, parameters, Answer::Refused(failure, code.to_owned()))
    }

    /// Answers that change from one call to the next; an `Err` is a refusal by its code, as not found.
    pub fn in_turn(self, call: &str, parameters: Value, answers: Vec<Result<Value, &str>>) -> Self {
        let answers = answers.into_iter().map(|answer| match answer {
            Ok(answer) => Answer::Is(answer),
            Err(code) => Answer::Refused(Failure::NotFound, code.to_owned()),
        });
        self.script(call, parameters, Answer::InTurn(Mutex::new(answers.collect())))
    }

    fn reply(&self, call: &ApiCall, parameters: &Map<String, Value>) -> Result<Value, ApiError> {
        let name = call.name();
        self.calls
            .lock()
            .unwrap()
            .push(format!("{name} {}", Value::Object(parameters.clone())));
        let left = self.calls_until_deadline.load(Ordering::SeqCst);
        if left == 0 {
            return Err(refusal(&name, Failure::Deadline, "Deadline"));
        }
        if left > 0 {
            self.calls_until_deadline.store(left - 1, Ordering::SeqCst);
        }
        let query = parameters.get("Expression").and_then(Value::as_str).unwrap_or_default();
        let fits = |script: &&Script| {
            let holds = |(name, value): (&String, &Value)| parameters.get(name) == Some(value);
            script.parameters.iter().all(holds) && query.contains(&script.holds)
        };
        // The last that fits counts, so that a test says what is usual first.
        let script = self
            .scripts
            .get(&name)
            .and_then(|scripts| scripts.iter().rev().find(fits));
        match script {
            Some(script) => given(&script.answer, call, parameters),
            None => Err(refusal(&name, Failure::Invalid, "NotScripted")),
        }
    }
}

fn given(answer: &Answer, call: &ApiCall, parameters: &Map<String, Value>) -> Result<Value, ApiError> {
    match answer {
        Answer::Is(answer) => Ok(answer.clone()),
        Answer::Refused(failure, code) => Err(refusal(&call.name(), *failure, code)),
        Answer::InTurn(answers) => {
            let mut answers = answers.lock().unwrap();
            if answers.len() > 1 {
                return given(&answers.remove(0), call, parameters);
            }
            given(&answers[0], call, parameters)
        }
        Answer::Pages { field, items, size } => {
            let pages = call.pages.unwrap();
            let from = parameters
                .get(pages.request_token)
                .and_then(Value::as_str)
                .unwrap_or("0");
            let from: usize = from.parse().unwrap();
            let to = (from + size).min(items.len());
            let mut page = json!({field.as_str(): items[from..to]});
            let goes_on = to < items.len();
            if goes_on {
                page[pages.answer_token] = json!(to.to_string());
            }
            if let Some(more) = pages.more {
                page[more] = json!(goes_on);
            }
            Ok(page)
        }
    }
}

fn refusal(call: &str, failure: Failure, code: &str) -> ApiError {
    ApiError {
        failure,
        code: code.to_owned(),
        message: format!("{call} was refused"),
        call: call.to_owned(),
    }
}

impl AwsApi for Aws {
    fn call<'a>(
        &'a self,
        target: &'a Target,
        call: &'static ApiCall,
        parameters: Map<String, Value>,
    ) -> BoxFuture<'a, Result<Value, ApiError>> {
        Box::pin(async move {
            let answer = self.reply(call, &parameters)?;
            match &self.refused_to_hub {
                Some(code) if target.session == Session::Hub => Err(refusal(&call.name(), Failure::Denied, code)),
                _ => Ok(answer),
            }
        })
    }
}

/// A capture in memory.
#[derive(Default)]
pub(crate) struct Memory(pub Mutex<BTreeMap<String, Vec<u8>>>);

impl CaptureSink for Memory {
    fn put(&self, key: &str, bytes: &[u8]) -> Result<(), SinkError> {
        self.0.lock().unwrap().insert(key.to_owned(), bytes.to_vec());
        Ok(())
    }
}

impl CaptureStore for Memory {
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, SinkError> {
        Ok(self.0.lock().unwrap().get(key).cloned())
    }
}

/// A clock that stands still, and whose time is up when it was asked for it so many times; below zero never.
pub(crate) struct Still(pub AtomicI64);

impl Clock for Still {
    fn now(&self) -> Timestamp {
        now()
    }

    fn time_left(&self) -> Option<Duration> {
        let left = self.0.load(Ordering::SeqCst);
        if left > 0 {
            self.0.store(left - 1, Ordering::SeqCst);
        }
        Some(Duration::from_secs(if left == 0 { 1 } else { 600 }))
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }
}

pub(crate) fn now() -> Timestamp {
    parse_timestamp("2026-02-01T00:00:00Z").unwrap()
}

/// A scan of one spoke account in one Region.
pub(crate) fn plan() -> Plan {
    Plan {
        header: CaptureHeader {
            format: "sv0-capture/1".to_owned(),
            partition: "aws".to_owned(),
            hub_account: Some("999988887777".to_owned()),
            organization_id: Some("o-exampleorgid".to_owned()),
            captured_at: now(),
            regions: vec![REGION.to_owned()],
        },
        home_region: REGION.to_owned(),
        accounts: vec![account()],
        management_account: Some("444455556666".to_owned()),
        aggregator: None,
        aggregated: BTreeMap::new(),
        base: None,
        options: CollectOptions::default(),
    }
}

pub(crate) fn account() -> PlannedAccount {
    PlannedAccount {
        id: ACCOUNT.to_owned(),
        name: "spoke".to_owned(),
        treatment: Treatment::SpokeRole,
    }
}

/// A worker's run.
pub(crate) struct Worker {
    pub store: Arc<Memory>,
    pub aws: Arc<Aws>,
}

impl Worker {
    pub fn new(aws: Aws) -> Self {
        Self {
            store: Arc::default(),
            aws: Arc::new(aws),
        }
    }

    /// Runs `steps` from `progress`; the worker's time is up at the `checks`th look at the clock, or at the `calls`th call.
    pub fn run(&self, steps: &[Box<dyn Step>], progress: Progress, checks: i64, calls: i64) -> Progress {
        self.aws.calls_until_deadline.store(calls, Ordering::SeqCst);
        let work = Work {
            api: self.aws.clone(),
            clock: Arc::new(Still(AtomicI64::new(checks))),
            writer: CaptureWriter::new(self.store.clone()),
            store: self.store.clone(),
            base: None,
        };
        let progress = done(run_steps(&work, steps, progress, 4, &|_| {})).unwrap();
        // What one worker hands to the next goes through JSON.
        serde_json::from_str(&serde_json::to_string(&progress).unwrap()).unwrap()
    }

    /// Runs `steps` to their end.
    pub fn run_all(&self, steps: &[Box<dyn Step>]) -> Progress {
        let progress = self.run(steps, Progress::default(), -1, -1);
        assert!(progress.is_finished(steps));
        progress
    }

    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        self.store.0.lock().unwrap().clone()
    }
}

/// Waits for what only waits for ports that answer at once.
pub(crate) fn done<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..10_000_000_u64 {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
    panic!("it never ends");
}

/// Runs `steps` against `aws` once at a stretch, and once for every moment at which a worker can be stopped, going on with another worker: files, rows and manifest
/// must be the same each time.
pub(crate) fn assert_resumable(
    aws: impl Fn() -> Aws,
    steps: &[Box<dyn Step>],
    prepared: &[(String, Vec<u8>)],
) -> Progress {
    let worker = || {
        let worker = Worker::new(aws());
        worker.store.0.lock().unwrap().extend(prepared.iter().cloned());
        worker
    };
    let whole = worker();
    let expected = whole.run_all(steps);
    let stops = stops(&whole, steps);
    assert!(stops.len() > 2, "nowhere to stop");
    for (checks, calls) in stops {
        let stopped = worker();
        let progress = stopped.run(steps, Progress::default(), checks, calls);
        let progress = stopped.run(steps, progress, -1, -1);
        assert!(progress.is_finished(steps), "{checks} {calls}");
        assert_eq!(
            progress.rows, expected.rows,
            "rows after a stop at check {checks}, call {calls}"
        );
        assert_eq!(
            progress.files, expected.files,
            "files after a stop at check {checks}, call {calls}"
        );
        assert_eq!(
            stopped.files(),
            whole.files(),
            "bytes after a stop at check {checks}, call {calls}"
        );
    }
    // And stopping at every single chance.
    let often = worker();
    let mut progress = Progress::default();
    for _ in 0..10_000 {
        if progress.is_finished(steps) {
            break;
        }
        progress = often.run(steps, progress, 2, -1);
    }
    assert_eq!(progress.rows, expected.rows, "rows after stopping at every chance");
    assert_eq!(often.files(), whole.files(), "bytes after stopping at every chance");
    expected
}

/// Every look at the clock and every call of a run.
fn stops(whole: &Worker, steps: &[Box<dyn Step>]) -> Vec<(i64, i64)> {
    let calls = i64::try_from(whole.aws.calls.lock().unwrap().len()).unwrap();
    // A step looks at the clock before it begins and at its checkpoints, of which there are fewer than calls and steps together, twice over.
    let checks = 2 * calls + 2 * i64::try_from(steps.len()).unwrap();
    let at_checks = (0..checks).map(|check| (check, -1));
    at_checks.chain((0..calls).map(|call| (-1, call))).collect()
}
