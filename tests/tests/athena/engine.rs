//! Athena and the hub's bucket: statements are run when they are begun, and their rows lie in memory.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use serde_json::{Map, Value, json};
use sv0_collect::evidence::{ObjectBody, ObjectReader};
use sv0_collect::{ApiCall, ApiError, AwsApi, BoxFuture, Clock, Failure, Target};
use sv0_model::time::Timestamp;

use crate::support::repository;

/// The environment variable that names a Python with the packages of `tests/requirements.txt`.
const VARIABLE: &str = "SV0_TEST_PYTHON";

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    None,
    NoCutoff,
    NotEnforced,
    Cancelled,
    Denied,
    BusyOnce,
    AlwaysBusy,
    NeverEnds,
    CutResult,
    ForeignFile,
    /// The first file of rows breaks off, once.
    BrokenRead,
    /// A worker has time for a few calls only.
    ShortWorkers,
}

/// Executions by token, and objects by key.
#[derive(Default)]
struct State {
    executions: BTreeMap<String, Execution>,
    objects: BTreeMap<String, Vec<u8>>,
    calls: u32,
    workers: u32,
    reads: u32,
}

#[derive(Clone)]
struct Execution {
    parameters: Map<String, Value>,
    bytes: u64,
    asked: u32,
    number: usize,
    has_manifest: bool,
}

pub struct FakeAthena {
    logs: PathBuf,
    fault: Fault,
    state: Mutex<State>,
}

impl FakeAthena {
    pub fn over(logs: &Path, fault: Fault) -> Self {
        Self {
            logs: logs.to_owned(),
            fault,
            state: Mutex::default(),
        }
    }

    pub fn next_worker(&self) {
        let mut state = self.state.lock().unwrap();
        state.calls = 0;
        state.workers += 1;
    }

    pub fn workers(&self) -> u32 {
        self.state.lock().unwrap().workers
    }

    /// Executions that were begun.
    pub fn started(&self) -> usize {
        self.state.lock().unwrap().executions.len()
    }

    /// All rows that were written.
    pub fn results(&self) -> String {
        let state = self.state.lock().unwrap();
        let mut text = String::new();
        for bytes in state
            .objects
            .iter()
            .filter(|(key, _)| key.ends_with(".gz"))
            .map(|(_, bytes)| bytes)
        {
            flate2::read::MultiGzDecoder::new(bytes.as_slice())
                .read_to_string(&mut text)
                .unwrap();
        }
        text
    }

    fn answer(&self, call: &str, parameters: &Map<String, Value>) -> Result<Value, ApiError> {
        match call {
            "athena:GetWorkGroup" => Ok(self.workgroup()),
            "athena:StartQueryExecution" => Ok(self.start(parameters)),
            "athena:GetQueryExecution" => Ok(self.standing(parameters["QueryExecutionId"].as_str().unwrap())),
            "athena:StopQueryExecution" => Ok(json!({})),
            other => panic!("{other} is not asked for evidence"),
        }
    }

    fn workgroup(&self) -> Value {
        let mut configuration = json!({"EnforceWorkGroupConfiguration": self.fault != Fault::NotEnforced,
            "BytesScannedCutoffPerQuery": 1_000_000_000, "ResultConfiguration": {"OutputLocation": "s3://hub-bucket/athena/"}});
        if self.fault == Fault::NoCutoff {
            configuration
                .as_object_mut()
                .unwrap()
                .remove("BytesScannedCutoffPerQuery");
        }
        json!({"WorkGroup": {"Name": "sv0-evidence", "State": "ENABLED", "Configuration": configuration}})
    }

    fn start(&self, parameters: &Map<String, Value>) -> Value {
        let mut state = self.state.lock().unwrap();
        let token = parameters["ClientRequestToken"].as_str().unwrap().to_owned();
        assert!((32..=128).contains(&token.len()));
        assert_eq!(parameters["WorkGroup"], "sv0-evidence");
        if let Some(known) = state.executions.get(&token) {
            assert_eq!(
                &known.parameters, parameters,
                "AWS refuses a token with other parameters"
            );
        } else {
            let (bytes, rows) = run(&self.logs, parameters);
            let number = state.executions.len();
            let sql = parameters["QueryString"].as_str().unwrap();
            let place = sql
                .split("TO 's3://hub-bucket/")
                .nth(1)
                .unwrap()
                .split('\'')
                .next()
                .unwrap()
                .to_owned();
            assert!(
                !state.objects.keys().any(|key| key.starts_with(&place)),
                "the folder must be empty"
            );
            // Athena writes several files, some of them empty, and a manifest for most.
            let lines: Vec<&str> = rows.lines().collect();
            let half = lines.len() / 2;
            let files = [lines.get(..half), lines.get(half..), Some(&[][..])];
            let keys: Vec<String> = files
                .iter()
                .enumerate()
                .map(|(place_of, lines)| {
                    let key = format!("{place}2026_{place_of}.gz");
                    state
                        .objects
                        .insert(key.clone(), compressed(lines.unwrap(), self.fault));
                    key
                })
                .collect();
            let has_manifest = number.is_multiple_of(2);
            if has_manifest {
                let bucket = if self.fault == Fault::ForeignFile {
                    "other-bucket"
                } else {
                    "hub-bucket"
                };
                let manifest: Vec<String> = keys.iter().map(|key| format!("s3://{bucket}/{key}\n")).collect();
                state
                    .objects
                    .insert(format!("athena/{token}-manifest.csv"), manifest.concat().into_bytes());
            }
            state.executions.insert(
                token.clone(),
                Execution {
                    parameters: parameters.clone(),
                    bytes,
                    asked: 0,
                    number,
                    has_manifest,
                },
            );
        }
        json!({"QueryExecutionId": token})
    }

    fn standing(&self, id: &str) -> Value {
        let mut state = self.state.lock().unwrap();
        let execution = state.executions.get_mut(id).unwrap();
        execution.asked += 1;
        let busy = json!({"State": "FAILED", "AthenaError": {"ErrorCategory": 1, "Retryable": true, "ErrorMessage": "Query exhausted resources at this scale factor"}});
        let status = match self.fault {
            Fault::NeverEnds => json!({"State": "RUNNING"}),
            _ if execution.asked < 3 => json!({"State": if execution.asked == 1 { "QUEUED" } else { "RUNNING" }}),
            Fault::Cancelled => json!({"State": "CANCELLED", "StateChangeReason": "Bytes scanned limit was exceeded"}),
            Fault::Denied => {
                json!({"State": "FAILED", "StateChangeReason": "Access Denied (Service: Amazon S3; Status Code: 403)"})
            }
            Fault::AlwaysBusy => busy,
            Fault::BusyOnce if execution.number == 0 => busy,
            _ => json!({"State": "SUCCEEDED"}),
        };
        let mut statistics = json!({"DataScannedInBytes": execution.bytes});
        if execution.has_manifest {
            statistics["DataManifestLocation"] = json!(format!("s3://hub-bucket/athena/{id}-manifest.csv"));
        }
        json!({"QueryExecution": {"QueryExecutionId": id, "Status": status, "Statistics": statistics}})
    }
}

fn compressed(lines: &[&str], fault: Fault) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    for line in lines {
        encoder.write_all(line.as_bytes()).unwrap();
        encoder.write_all(b"\n").unwrap();
    }
    let mut bytes = encoder.finish().unwrap();
    if fault == Fault::CutResult {
        bytes.truncate(bytes.len() / 2);
    }
    bytes
}

/// Runs the SELECT of a statement over the log files: the bytes of the log files, and the rows.
fn run(logs: &Path, parameters: &Map<String, Value>) -> (u64, String) {
    let out = tempfile::NamedTempFile::new().unwrap();
    let job = json!({"sql": parameters["QueryString"], "parameters": parameters["ExecutionParameters"], "logs": logs, "out": out.path()});
    let answer = python(&job);
    let mut rows = String::new();
    let file = std::fs::File::open(out.path()).unwrap();
    flate2::read::MultiGzDecoder::new(file)
        .read_to_string(&mut rows)
        .unwrap();
    (answer["bytes"].as_u64().unwrap(), rows)
}

/// The rows of a SELECT over the log files of a folder.
pub fn select(logs: &Path, sql: &str, parameters: &[&str]) -> Vec<Value> {
    let unload = format!("UNLOAD ({sql}) TO 's3://hub-bucket/athena/' WITH (format = 'JSON')");
    let parameters = json!({"QueryString": unload, "ExecutionParameters": parameters});
    let (_, rows) = run(logs, parameters.as_object().unwrap());
    rows.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What Trino's parser has against each statement.
pub fn check(statements: &[String]) -> Vec<Vec<String>> {
    serde_json::from_value(python(&json!({"check": statements}))).unwrap()
}

fn python(job: &Value) -> Value {
    let installed = repository().join(".tools/venv/bin/python");
    let program = std::env::var_os(VARIABLE).map_or(installed, PathBuf::from);
    assert!(
        program.is_file(),
        "{} is not there: `cargo xtask test` installs it, or set {VARIABLE} to a Python with the packages of tests/requirements.txt",
        program.display()
    );
    let mut child = Command::new(program)
        .arg(repository().join("tests/tests/athena/engine.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(job.to_string().as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "the statement runs");
    serde_json::from_slice(&output.stdout).unwrap()
}

impl AwsApi for FakeAthena {
    fn call<'a>(
        &'a self,
        _: &'a Target,
        call: &'static ApiCall,
        parameters: Map<String, Value>,
    ) -> BoxFuture<'a, Result<Value, ApiError>> {
        self.state.lock().unwrap().calls += 1;
        Box::pin(async move { self.answer(&call.name(), &parameters) })
    }
}

impl Clock for FakeAthena {
    fn now(&self) -> Timestamp {
        "2026-03-02T06:05:00Z".parse().unwrap()
    }

    fn time_left(&self) -> Option<Duration> {
        let is_over = self.fault == Fault::ShortWorkers && self.state.lock().unwrap().calls > 6;
        Some(Duration::from_secs(if is_over { 30 } else { 900 }))
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }
}

impl ObjectReader for FakeAthena {
    fn list<'a>(&'a self, bucket: &'a str, prefix: &'a str) -> BoxFuture<'a, Result<Vec<String>, ApiError>> {
        assert_eq!(bucket, "hub-bucket");
        let state = self.state.lock().unwrap();
        let keys = state
            .objects
            .keys()
            .filter(|key| key.starts_with(prefix))
            .cloned()
            .collect();
        Box::pin(async move { Ok(keys) })
    }

    fn open<'a>(&'a self, _: &'a str, key: &'a str) -> BoxFuture<'a, Result<Box<dyn ObjectBody>, ApiError>> {
        let mut state = self.state.lock().unwrap();
        state.reads += u32::from(key.ends_with(".gz"));
        if self.fault == Fault::BrokenRead && state.reads == 1 && key.ends_with(".gz") {
            let error = ApiError {
                failure: Failure::Connection,
                code: "ConnectionReset".to_owned(),
                message: "the connection broke off".to_owned(),
                call: "s3:GetObject".to_owned(),
            };
            return Box::pin(async move { Err(error) });
        }
        let bytes = state.objects.get(key).cloned();
        Box::pin(async move {
            let bytes = bytes.ok_or_else(|| ApiError {
                failure: Failure::NotFound,
                code: "NoSuchKey".to_owned(),
                message: "The specified key does not exist.".to_owned(),
                call: "s3:GetObject".to_owned(),
            })?;
            let chunks: Vec<Vec<u8>> = bytes.chunks(997).map(<[u8]>::to_vec).collect();
            Ok(Box::new(Chunks(chunks.into_iter())) as Box<dyn ObjectBody>)
        })
    }
}

struct Chunks(std::vec::IntoIter<Vec<u8>>);

impl ObjectBody for Chunks {
    fn next(&mut self) -> BoxFuture<'_, Result<Option<Vec<u8>>, ApiError>> {
        let chunk = self.0.next();
        Box::pin(async move { Ok(chunk) })
    }
}
