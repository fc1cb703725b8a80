//! A client for a server on loopback, by a clock of which waiting takes no time.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use serde_json::{Map, Value};
use sv0_aws::api::{AwsClient, CallCounters, ClientOptions, RoleOptions};
use sv0_collect::{ApiCall, ApiError, AwsApi, BoxFuture, Caller, Clock, Session, Target};
use sv0_model::time::Timestamp;

use crate::server::Server;

pub const EXTERNAL_ID: &str = "an-external-id";
pub const SECRET: &str = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY01";

/// Begins at 2026-01-01 and goes on by what is slept.
#[derive(Debug)]
pub struct TestClock {
    slept: AtomicU64,
    pub sleeps: Mutex<Vec<Duration>>,
    end: Option<Duration>,
}

impl TestClock {
    pub fn new(end: Option<Duration>) -> Arc<Self> {
        Arc::new(Self {
            slept: AtomicU64::new(0),
            sleeps: Mutex::default(),
            end,
        })
    }

    pub fn advance(&self, duration: Duration) {
        self.slept
            .fetch_add(u64::try_from(duration.as_millis()).unwrap(), Ordering::SeqCst);
    }

    pub fn elapsed(&self) -> Duration {
        Duration::from_millis(self.slept.load(Ordering::SeqCst))
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        let start: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        start
            .saturating_add(jiff::SignedDuration::try_from(self.elapsed()).unwrap())
            .unwrap()
    }

    fn time_left(&self) -> Option<Duration> {
        self.end.map(|end| end.saturating_sub(self.elapsed()))
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        self.sleeps.lock().unwrap().push(duration);
        self.advance(duration);
        Box::pin(tokio::task::yield_now())
    }
}

pub struct Bench {
    pub client: AwsClient,
    pub clock: Arc<TestClock>,
    pub counters: Arc<CallCounters>,
}

/// A client of the hub in eu-central-1.
pub fn bench(server: &Server, end: Option<Duration>, change: impl FnOnce(&mut ClientOptions)) -> Bench {
    let clock = TestClock::new(end);
    let counters = Arc::new(CallCounters::default());
    let mut options = ClientOptions {
        roles: RoleOptions {
            external_id: Some(EXTERNAL_ID.to_owned()),
            run_id: Some("run-1".to_owned()),
            ..RoleOptions::default()
        },
        observers: vec![Arc::clone(&counters) as _],
        seed: Some(1),
        ..ClientOptions::default()
    };
    change(&mut options);
    let client = AwsClient::new(&config(&server.url), Arc::clone(&clock) as _, options);
    Bench {
        client,
        clock,
        counters,
    }
}

pub fn config(url: &str) -> SdkConfig {
    let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", SECRET, None, None, "tests");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("eu-central-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(url)
        .build()
}

impl Bench {
    pub async fn call(&self, session: Session, call: &'static ApiCall, parameters: Value) -> Result<Value, ApiError> {
        let target = Target {
            session,
            region: "eu-central-1".to_owned(),
        };
        let parameters: Map<String, Value> = serde_json::from_value(parameters).unwrap();
        self.client.call(&target, call, parameters).await
    }
}

pub fn spoke(account: &str) -> Session {
    Session::Spoke {
        account: account.to_owned(),
        caller: Caller::Collector,
    }
}

/// What STS answers, with credentials that are good until `expiration`.
pub fn assumed(key: &str, expiration: &str) -> String {
    format!(
        "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><Credentials>\
         <AccessKeyId>{key}</AccessKeyId><SecretAccessKey>{SECRET}</SecretAccessKey><SessionToken>token-of-{key}</SessionToken>\
         <Expiration>{expiration}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"
    )
}
