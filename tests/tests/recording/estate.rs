//! A deployment in miniature: table, bucket and bus on the emulator, the function in this process, and runs of local scans.

#[path = "../../../shared/aws/tests/dynamodb/proxy.rs"]
mod proxy;
#[path = "../../../shared/aws/tests/dynamodb/server.rs"]
mod server;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region, SharedCredentialsProvider};
use serde_json::{Value, json};
use sv0_aws::dynamodb::DynamoState;
use sv0_aws::s3::{S3ObjectStore, client};
use sv0_lake::{CURRENT_KEY, FolderStore, ObjectStore, newest_run};
use sv0_model::route::Access;
use sv0_model::time::Timestamp;
use sv0_pipeline::Snapshot;
use sv0_record::{Adapters, Host, Invocation, RecordError, Settings, handle};
use sv0_state::SightingKind;
use tempfile::TempDir;
use walkdir::WalkDir;

use crate::support::{repository, run_json};
use proxy::{Proxy, Verdict};
use server::Emulator;

/// The table.
pub const TABLE: &str = "sv0-state";
/// Where its results lie.
pub const RESULTS: &str = "s3://sv0-results/hub";

/// Whom commands act for.
pub const CREDENTIALS: [(&str, &str); 4] = [
    ("AWS_ACCESS_KEY_ID", "test"),
    ("AWS_SECRET_ACCESS_KEY", "test"),
    ("AWS_REGION", "eu-west-1"),
    ("AWS_DEFAULT_REGION", "eu-west-1"),
];

/// Table, bucket and bus, and the function that writes them.
pub struct Deployment {
    emulator: Emulator,
    proxy: Proxy,
    config: SdkConfig,
    /// The function.
    pub host: Host,
    told: Arc<Mutex<Vec<Value>>>,
}

impl Deployment {
    pub fn start() -> Self {
        let emulator = Emulator::start();
        emulator.make_table(TABLE);
        let proxy = Proxy::before(emulator.port);
        let config = |port| {
            SdkConfig::builder()
                .behavior_version(BehaviorVersion::v2026_01_12())
                .region(Region::new("eu-west-1"))
                .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
                    "test", "test", None, None, "tests",
                )))
                .endpoint_url(format!("http://127.0.0.1:{port}"))
                .build()
        };
        let value = |name: &str| match name {
            "SV0_RESULTS" => Some(RESULTS.to_owned()),
            "SV0_TABLE" => Some(TABLE.to_owned()),
            _ => Some("sv0-hub".to_owned()),
        };
        let settings = Settings::read(value).unwrap();
        let make = client(&config(emulator.port)).create_bucket().bucket("sv0-results");
        use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};
        let place = CreateBucketConfiguration::builder().location_constraint(BucketLocationConstraint::EuWest1);
        emulator
            .runtime()
            .block_on(make.create_bucket_configuration(place.build()).send())
            .unwrap();
        let deployment = Self {
            host: Host {
                adapters: Adapters::new(&config(proxy.port), &settings, emulator.runtime()),
                now: Timestamp::now,
            },
            config: config(emulator.port),
            proxy,
            emulator,
            told: Arc::default(),
        };
        deployment.listen(|_, _| false);
        deployment
    }

    /// Takes down what the bus is told; of each call it refuses the entries that `refuse` names, by the number of the call and of the entry.
    fn listen(&self, refuse: impl Fn(usize, usize) -> bool + Send + 'static) {
        let (told, mut calls) = (Arc::clone(&self.told), 0);
        self.proxy.set(move |operation, parameters| {
            if operation != "PutEvents" {
                return Verdict::Pass;
            }
            calls += 1;
            let entries = parameters["Entries"].as_array().unwrap();
            assert!(entries.len() <= 10);
            let answers: Vec<Value> = entries
                .iter()
                .enumerate()
                .map(|(index, entry)| {
                    if refuse(calls, index) {
                        return json!({"ErrorCode": "ThrottlingException", "ErrorMessage": "slower"});
                    }
                    told.lock().unwrap().push(entry.clone());
                    json!({"EventId": format!("{calls}-{index}")})
                })
                .collect();
            let failed = answers
                .iter()
                .filter(|answer| answer.get("ErrorCode").is_some())
                .count();
            Verdict::Answer(json!({"FailedEntryCount": failed, "Entries": answers}))
        });
    }

    /// From now on the bus takes only every other event at the first attempt.
    pub fn refuse_half_of_the_events(&self) {
        self.listen(|call, index| call % 2 == 1 && index % 2 == 1);
    }

    /// What the bus took.
    pub fn told(&self) -> Vec<Value> {
        self.told.lock().unwrap().clone()
    }

    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.emulator.port)
    }

    fn objects(&self) -> S3ObjectStore {
        S3ObjectStore::new(client(&self.config), RESULTS.parse().unwrap(), self.emulator.runtime())
    }

    /// The state as readers see it.
    pub fn state(&self) -> DynamoState {
        let client = Emulator::client(self.emulator.port);
        DynamoState::new(client, TABLE, Arc::new(self.objects()), self.emulator.runtime())
    }

    /// Copies a run as the scanning function would have written it.
    pub fn upload(&self, scanned: &Scanned) {
        let (from, to) = (FolderStore::new(scanned.folder.path()), self.objects());
        for key in from.list("runs/").unwrap() {
            to.put(&key, &from.get(&key).unwrap()).unwrap();
        }
        to.put(CURRENT_KEY, &from.get(CURRENT_KEY).unwrap()).unwrap();
    }

    pub fn invocation(&self, time_left: Arc<dyn Fn() -> Duration + Send + Sync>) -> Invocation {
        Invocation {
            telemetry: sv0_telemetry::Invocation::quiet("request"),
            time_left,
        }
    }

    /// Sends an event to a worker with much time.
    pub fn send(&self, event: Value) -> Result<Value, RecordError> {
        let invocation = self.invocation(Arc::new(|| Duration::from_secs(600)));
        handle(&self.host, event, &invocation).map(|answer| serde_json::to_value(answer).unwrap())
    }

    /// Sends an event that is answered.
    pub fn ok(&self, event: Value) -> Value {
        self.send(event.clone())
            .unwrap_or_else(|error| panic!("{event}: {error} {:?}", std::error::Error::source(&error)))
    }
}

/// A local scan.
pub struct Scanned {
    /// Its store.
    pub folder: TempDir,
    summary: Value,
}

impl Scanned {
    /// A scan of the example as if it had been recorded at that time.
    pub fn acme(at: &str) -> Self {
        let (capture, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let from = repository().join("examples/acme/capture");
        let files = WalkDir::new(&from).into_iter().map(Result::unwrap);
        for file in files.filter(|entry| entry.file_type().is_file()) {
            let target = capture.path().join(file.path().strip_prefix(&from).unwrap());
            fs::create_dir_all(target.parent().unwrap()).unwrap();
            fs::copy(file.path(), target).unwrap();
        }
        let header = capture.path().join("capture.json");
        let mut content: Value = serde_json::from_slice(&fs::read(&header).unwrap()).unwrap();
        content["captured_at"] = json!(at);
        fs::write(header, content.to_string()).unwrap();
        let (capture, store) = (capture.path().to_str().unwrap(), folder.path().to_str().unwrap());
        let summary = run_json(&["scan", "--capture", capture, "--store", store]);
        Self { folder, summary }
    }

    pub fn run_id(&self) -> &str {
        self.summary["run_id"].as_str().unwrap()
    }

    pub fn run_folder(&self) -> PathBuf {
        self.folder.path().join("runs").join(self.run_id())
    }

    /// The rows of one of its objects.
    pub fn rows(&self, key: &str) -> Vec<Value> {
        let bytes = fs::read(self.run_folder().join(key)).unwrap();
        let bytes = if key.ends_with(".zst") {
            zstd::decode_all(bytes.as_slice()).unwrap()
        } else {
            bytes
        };
        let text = String::from_utf8(bytes).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The ids of what it saw.
    pub fn ids(&self, kind: SightingKind) -> Vec<String> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let (key, id): (_, &dyn Fn(&Value) -> String) = match kind {
            SightingKind::Entity => ("graph/entities.ndjson.zst", &|row| text(&row["native_id"])),
            SightingKind::Edge => ("graph/edges.ndjson.zst", &|row| {
                format!("{} {} {}", text(&row["from"]), text(&row["kind"]), text(&row["to"]))
            }),
            SightingKind::Route | SightingKind::Access => return self.ids_of_ways(kind),
            SightingKind::Finding => ("findings/findings.ndjson.zst", &|row| text(&row["id"])),
        };
        let mut ids: Vec<String> = self.rows(key).iter().map(id).collect();
        ids.sort();
        ids.dedup();
        ids
    }

    fn ids_of_ways(&self, kind: SightingKind) -> Vec<String> {
        let folder = FolderStore::new(self.folder.path());
        let snapshot = Snapshot::new(newest_run(&folder).unwrap());
        let mut ids = BTreeSet::new();
        snapshot
            .each_route(|paths| {
                match kind {
                    SightingKind::Route => ids.extend([paths.route.id()]),
                    _ => ids.extend(paths.accesses.iter().map(Access::id)),
                }
                Ok(())
            })
            .unwrap();
        ids.into_iter().collect()
    }
}
