//! The collector in process, against a fake AWS: budgets and waiting times are a thousandth of what they are, so that a case takes milliseconds.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use sv0_aws::api::{AwsClient, CallCounters, ClientOptions, RoleOptions};
use sv0_collect::{AwsApi, BoxFuture, Budgets, Clock, Progress, Step, Work, run_steps};
use sv0_model::time::Timestamp;
use sv0_sources::{CaptureSink as _, CaptureWriter, MemorySink};

use super::recording::{EXTERNAL_ID, ROLE};
use crate::fake_aws::FakeAws;

const SPEED: u32 = 100_000;
/// How long one attempt may take.
pub const ATTEMPT: Duration = Duration::from_millis(400);
/// More than this is not read of an answer.
pub const MAX_ANSWER: usize = 2 * 1024 * 1024;

/// The real time, of which waiting takes this part.
struct Quick(u32);

impl Clock for Quick {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn time_left(&self) -> Option<Duration> {
        None
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        Box::pin(tokio::time::sleep(duration / self.0))
    }
}

/// A client of a fake.
pub struct Collector {
    client: Arc<AwsClient>,
    counters: Arc<CallCounters>,
    clock: Arc<dyn Clock>,
}

impl Collector {
    pub fn of(fake: &FakeAws) -> Self {
        Self::with(fake, Arc::new(Quick(1000)), ATTEMPT)
    }

    /// One that hardly waits before it asks again.
    pub fn hasty(fake: &FakeAws) -> Self {
        Self::with(fake, Arc::new(Quick(100_000)), ATTEMPT)
    }

    /// One that waits for answers as long as it takes.
    pub fn patient(fake: &FakeAws) -> Self {
        Self::with(fake, Arc::new(Quick(1000)), Duration::from_secs(60))
    }

    /// One whose clock is this, and whose attempts may take so long.
    pub fn with(fake: &FakeAws, clock: Arc<dyn Clock>, attempt_timeout: Duration) -> Self {
        let counters = Arc::new(CallCounters::default());
        let options = ClientOptions {
            roles: RoleOptions {
                spoke_role: ROLE.to_owned(),
                management_role: Some(("318277459012".to_owned(), ROLE.to_owned())),
                external_id: Some(EXTERNAL_ID.to_owned()),
                ..RoleOptions::default()
            },
            budgets: Budgets::scaled(SPEED),
            observers: vec![Arc::clone(&counters) as _],
            seed: Some(1),
            attempt_timeout,
            max_answer: MAX_ANSWER,
        };
        Self {
            client: Arc::new(AwsClient::new(&config(fake), Arc::clone(&clock), options)),
            counters,
            clock,
        }
    }

    /// What a worker with this store works with.
    pub fn work(&self, store: &Arc<MemorySink>) -> Work {
        Work {
            api: Arc::clone(&self.client) as _,
            clock: Arc::clone(&self.clock),
            writer: CaptureWriter::new(Arc::clone(store) as _),
            store: Arc::clone(store) as _,
            base: None,
        }
    }

    /// AWS, as a worker has it.
    pub fn api(&self) -> &dyn AwsApi {
        self.client.as_ref()
    }

    /// Runs a list of one step into a store that holds `files`; what it came to, and what the store holds then.
    pub async fn run(
        &self,
        step: &[Box<dyn Step>],
        files: &BTreeMap<String, Vec<u8>>,
    ) -> (Progress, BTreeMap<String, Vec<u8>>) {
        let store = Arc::new(MemorySink::default());
        let own = step
            .first()
            .and_then(|step| step.file())
            .map(|file| file.path().to_owned());
        for (key, bytes) in files.iter().filter(|(key, _)| Some(*key) != own.as_ref()) {
            store.put(key, bytes).unwrap();
        }
        let progress = run_steps(&self.work(&store), step, Progress::default(), 1, &|_| {}).await;
        (progress.unwrap(), store.files())
    }

    /// How often each call was sent so far.
    pub fn sent(&self) -> BTreeMap<String, u64> {
        let mut sent = BTreeMap::new();
        for ((service, operation, ..), count) in self.counters.counts() {
            *sent.entry(format!("{service}:{operation}")).or_default() += count;
        }
        sent
    }
}

fn config(fake: &FakeAws) -> SdkConfig {
    let token = Some(fake.session_token.clone());
    let credentials = Credentials::new(&fake.access_key_id, &fake.secret_access_key, token, None, "tests");
    // As `sv0_aws::sdk_config` has them, but for how long they take: rows are read through the SDK.
    let timeouts = TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT).build();
    let retries = RetryConfig::standard()
        .with_max_attempts(5)
        .with_initial_backoff(Duration::from_millis(1))
        .with_max_backoff(Duration::from_millis(5));
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(fake.region.clone()))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(&fake.endpoint)
        .timeout_config(timeouts)
        .retry_config(retries)
        .build()
}
