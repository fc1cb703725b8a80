//! The collecting function against the fake AWS and its S3: many workers with little time each make the capture that one machine makes, byte for byte.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region, SharedCredentialsProvider};
use serde_json::{Value, json};
use sv0_aws::s3::S3ObjectStore;
use sv0_collect::{BoxFuture, Clock, CollectOptions, Work, collect, management_account};
use sv0_collect_function::{Adapters, AwsAdapters, Host, Invocation, Settings, handle};
use sv0_lake::ObjectStore as _;
use sv0_model::time::Timestamp;
use sv0_sources::{CaptureWriter, MemorySink};
use tokio::runtime::Runtime;

use crate::fake_aws::FakeAws;
use crate::support::repository;

const EXAMPLE: &str = "examples/acme/capture";
const EXTERNAL_ID: &str = "sv0-3f1c9a7e5b2d4068";
const ROLE: &str = "audit/SecurityV0Collector";
const RESULTS: &str = "s3://securityv0-hub/sv0";
const RUN: &str = "2026-03-02T04-00";
/// Glances at the clock after which the time of a worker is up: some hundreds of calls.
const SHORT: usize = 1000;

type Files = BTreeMap<String, Vec<u8>>;

#[test]
fn many_workers_with_little_time_make_the_capture_that_one_machine_makes() {
    let estate = Estate::start();
    let expected = estate.on_one_machine();
    assert!(expected.len() > 50, "{:?}", expected.keys());

    let workers = estate.in_stages(SHORT);
    assert!(workers.iter().filter(|(_, sent)| *sent > 2).count() > 5, "{workers:?}");
    assert_same(&estate.capture(), &expected);

    let calls = estate.fake.calls().len();
    let again = estate.in_stages(SHORT);
    assert!(again.iter().all(|(_, sent)| *sent == 1), "{again:?}");
    assert_same(&estate.capture(), &expected);
    let not_s3 = |call: &Value| call["service"] != "s3";
    let more: Vec<Value> = estate.fake.calls().into_iter().skip(calls).filter(not_s3).collect();
    assert_eq!(more, Vec::<Value>::new(), "what is done is not asked again");
    assert_eq!(estate.fake.problems(), Vec::<Value>::new());
}

/// The example, live, with the role that the spokes' template makes in every account.
struct Estate {
    fake: FakeAws,
    config: SdkConfig,
    now: Timestamp,
    runtime: Runtime,
}

impl Estate {
    fn start() -> Self {
        let trust = json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::604915728338:role/SecurityV0HubCollector"}, "Action": ["sts:AssumeRole", "sts:TagSession"],
            "Condition": {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}},
        }]});
        let options = json!({"page_size": 5, "roles": [{"path": ROLE, "trust": trust}]});
        let fake = FakeAws::start(&repository().join(EXAMPLE), &options);
        let token = Some(fake.session_token.clone());
        let hub = Credentials::new(&fake.access_key_id, &fake.secret_access_key, token, None, "tests");
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(fake.region.clone()))
            .credentials_provider(SharedCredentialsProvider::new(hub))
            .endpoint_url(&fake.endpoint)
            .build();
        Self {
            fake,
            config,
            now: Timestamp::now(),
            runtime: Runtime::new().unwrap(),
        }
    }

    fn adapters(&self) -> AwsAdapters {
        let settings = Settings {
            results: RESULTS.parse().unwrap(),
            external_id: EXTERNAL_ID.to_owned(),
            spoke_role: ROLE.to_owned(),
            management_role: ROLE.to_owned(),
            home_region: self.fake.region.clone(),
            session_policies: BTreeMap::new(),
            options: serde_json::Map::new(),
        };
        AwsAdapters::new(self.config.clone(), settings, self.runtime.handle().clone())
    }

    fn clock(&self, most: usize) -> Arc<dyn Clock> {
        Arc::new(GlanceClock {
            now: self.now,
            glances: AtomicUsize::new(0),
            most,
        })
    }

    /// What `sv0 capture --out` writes.
    fn on_one_machine(&self) -> Files {
        let adapters = self.adapters();
        let sink = Arc::new(MemorySink::default());
        let options = CollectOptions {
            home_region: self.fake.region.clone(),
            ..CollectOptions::default()
        };
        self.runtime.block_on(async {
            let clock = self.clock(usize::MAX);
            let api = adapters.api(RUN, None, None, Arc::clone(&clock));
            let management = management_account(api.as_ref(), &options.home_region).await;
            let work = Work {
                api: adapters.api(RUN, management.as_deref(), None, Arc::clone(&clock)),
                clock,
                writer: CaptureWriter::new(Arc::clone(&sink) as _),
                store: Arc::clone(&sink) as _,
                base: None,
            };
            collect(&work, options, &|_| {}).await.unwrap();
        });
        sink.files()
    }

    /// The whole scan as a state machine runs it; gives how often each event was sent until it was done.
    fn in_stages(&self, most: usize) -> Vec<(String, usize)> {
        let host = Host {
            home_region: self.fake.region.clone(),
            options: serde_json::Map::new(),
            adapters: self.adapters(),
        };
        let mut sent = Vec::new();
        let plan = self.until_done(&host, &json!({"stage": "plan", "run": RUN}), most, &mut sent);
        let objects = self.objects();
        for list in ["central", "spokes"] {
            let key = plan[list]["key"].as_str().unwrap().strip_prefix("sv0/").unwrap();
            let events: Vec<Value> = serde_json::from_slice(&objects.get(key).unwrap()).unwrap();
            assert_eq!(plan[list]["tasks"], events.len());
            for event in events {
                self.until_done(&host, &event, most, &mut sent);
            }
        }
        let finished = self.until_done(&host, &json!({"stage": "finish", "run": RUN}), usize::MAX, &mut sent);
        assert_eq!(finished["unfinished_tasks"], 0, "{finished}");
        sent
    }

    fn until_done(
        &self,
        host: &Host<AwsAdapters>,
        event: &Value,
        most: usize,
        sent: &mut Vec<(String, usize)>,
    ) -> Value {
        for times in 1..200 {
            let invocation = Invocation {
                telemetry: sv0_telemetry::Invocation::quiet(&format!("request-{times}")),
                clock: self.clock(most),
            };
            let answer = self.runtime.block_on(handle(host, event.clone(), &invocation)).unwrap();
            let answer = serde_json::to_value(answer).unwrap();
            assert!(answer.to_string().len() <= 8 * 1024);
            if answer["status"] == "done" {
                sent.push((event.to_string(), times));
                return answer;
            }
        }
        panic!("{event} is never done");
    }

    fn objects(&self) -> S3ObjectStore {
        S3ObjectStore::new(
            sv0_aws::s3::client(&self.config),
            RESULTS.parse().unwrap(),
            self.runtime.handle().clone(),
        )
    }

    fn capture(&self) -> Files {
        let objects = self.objects();
        let prefix = format!("captures/{RUN}/");
        let keys = objects.list(&prefix).unwrap();
        let files = keys
            .iter()
            .map(|key| (key.strip_prefix(&prefix).unwrap().to_owned(), objects.get(key).unwrap()));
        files.collect()
    }
}

/// It is always the same time, until somebody has looked so often that the time is up.
struct GlanceClock {
    now: Timestamp,
    glances: AtomicUsize,
    most: usize,
}

impl Clock for GlanceClock {
    fn now(&self) -> Timestamp {
        self.now
    }

    fn time_left(&self) -> Option<Duration> {
        let is_up = self.glances.fetch_add(1, Ordering::SeqCst) >= self.most;
        Some(Duration::from_secs(if is_up { 60 } else { 1 << 30 }))
    }

    /// As short as it gets, but not nothing: jobs of the fake take time.
    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        Box::pin(tokio::time::sleep(duration.min(Duration::from_millis(5))))
    }
}

fn assert_same(found: &Files, expected: &Files) {
    let text = |bytes: &[u8]| {
        String::from_utf8_lossy(&zstd::decode_all(bytes).unwrap_or_else(|_| bytes.to_vec())).into_owned()
    };
    for (key, bytes) in expected {
        let other = found.get(key).unwrap_or_else(|| panic!("{key} is missing"));
        assert!(bytes == other, "{key}:\n{}\n{}", text(bytes), text(other));
    }
    let more: Vec<&String> = found.keys().filter(|key| !expected.contains_key(*key)).collect();
    assert!(more.is_empty(), "{more:?}");
}
