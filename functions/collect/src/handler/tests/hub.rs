//! A hub in memory: an organization of three accounts, a bucket, and a clock that counts calls.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Map, Value, json};
use sv0_aws::s3::S3Location;
use sv0_collect::{ApiCall, ApiError, AwsApi, BoxFuture, Clock, Failure, Session, Target, Turns};
use sv0_model::time::Timestamp;
use sv0_sources::{CaptureSink, CaptureStore, MemorySink, SinkError};
use sv0_telemetry::Process;
use tracing::level_filters::LevelFilter;

use super::super::{Host, Invocation, handle};
use crate::{Adapters, CollectFunctionError, Usage};

pub const HUB: &str = "111122223333";
pub const SPOKE: &str = "222233334444";
pub const MANAGEMENT: &str = "999988887777";
const BEGAN: i64 = 1_772_424_000;

/// Pages of each account's authorization details.
const PAGES: usize = 4;

/// What all adapters of a hub see.
#[derive(Default)]
struct Shared {
    calls: Mutex<BTreeMap<String, usize>>,
    count: AtomicUsize,
    seconds: AtomicU64,
    are_roles_renamed: AtomicBool,
    fault: Option<(&'static str, Failure)>,
}

pub struct Hub {
    shared: Arc<Shared>,
    host: Host<Memory>,
    process: Process,
    metrics: Arc<Mutex<Vec<Value>>>,
}

impl Default for Hub {
    fn default() -> Self {
        Self::of(Shared::default(), true)
    }
}

/// Adapters in memory.
struct Memory {
    shared: Arc<Shared>,
    stores: Mutex<BTreeMap<String, Arc<MemorySink>>>,
    managements: Mutex<Vec<Option<String>>>,
    turns: Mutex<Vec<Option<Turns>>>,
    results: S3Location,
    has_bucket: bool,
}

impl Hub {
    fn of(shared: Shared, has_bucket: bool) -> Self {
        let shared = Arc::new(shared);
        let adapters = Memory {
            shared: Arc::clone(&shared),
            stores: Mutex::default(),
            managements: Mutex::default(),
            turns: Mutex::default(),
            results: "s3://results/sv0".parse().unwrap(),
            has_bucket,
        };
        let home_region = "eu-west-1".to_owned();
        let metrics = Arc::new(Mutex::new(Vec::new()));
        let into = Arc::clone(&metrics);
        let output = move |line: &str| into.lock().unwrap().push(serde_json::from_str(line).unwrap());
        Self {
            shared,
            host: Host {
                home_region,
                options: serde_json::Map::new(),
                adapters,
            },
            process: Process::of(LevelFilter::INFO, |_| None, Arc::new(output)),
            metrics,
        }
    }

    /// A hub to which one call is never answered.
    pub fn failing(call: &'static str, failure: Failure) -> Self {
        let shared = Shared {
            fault: Some((call, failure)),
            ..Shared::default()
        };
        Self::of(shared, true)
    }

    pub fn without_bucket() -> Self {
        Self::of(Shared::default(), false)
    }

    /// An event, with all the time there is.
    pub fn send(&self, event: Value) -> Result<Value, CollectFunctionError> {
        self.send_with(event, usize::MAX)
    }

    /// An event, with time for so many calls that are answered.
    pub fn send_with(&self, event: Value, calls: usize) -> Result<Value, CollectFunctionError> {
        let end = self.shared.count.load(Ordering::SeqCst).saturating_add(calls);
        let clock = CallClock {
            shared: Arc::clone(&self.shared),
            end,
        };
        let invocation = Invocation {
            telemetry: self.process.invocation("request", None),
            clock: Arc::new(clock),
        };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .build()
            .unwrap();
        let answer = runtime.block_on(handle(&self.host, event, &invocation))?;
        Ok(serde_json::to_value(answer).unwrap())
    }

    /// Sends an event until it is done; gives how often.
    pub fn until_done(&self, event: Value, calls: usize) -> usize {
        for sent in 1..1000 {
            if self.send_with(event.clone(), calls).unwrap()["status"] == "done" {
                return sent;
            }
        }
        panic!("{event} is never done");
    }

    /// Calls that were made.
    pub fn calls(&self) -> usize {
        self.shared.calls.lock().unwrap().values().sum()
    }

    /// The turns of the workers since the last time.
    pub fn take_turns(&self) -> Vec<Option<Turns>> {
        std::mem::take(&mut self.host.adapters.turns.lock().unwrap())
    }

    pub fn answered(&self, call: &str) -> usize {
        self.shared.calls.lock().unwrap().get(call).copied().unwrap_or(0)
    }

    /// For which management accounts roles could be taken, each once.
    pub fn managements(&self) -> Vec<Option<String>> {
        let mut seen = self.host.adapters.managements.lock().unwrap().clone();
        seen.sort();
        seen.dedup();
        seen
    }

    pub fn an_hour_later(&self) {
        self.shared.seconds.fetch_add(3600, Ordering::SeqCst);
    }

    /// The values of a metric so far, by the first of its dimensions.
    pub fn measured(&self, metric: &str) -> Vec<(String, f64)> {
        let lines = self.metrics.lock().unwrap();
        let of_metric = lines.iter().filter_map(|line| {
            let dimension = line["_aws"]["CloudWatchMetrics"][0]["Dimensions"][0][0].as_str()?;
            Some((line[dimension].as_str()?.to_owned(), line[metric].as_f64()?))
        });
        of_metric.collect()
    }

    /// What lies beside captures and runs.
    pub fn root(&self) -> Arc<MemorySink> {
        self.host.adapters.sink("")
    }

    /// An answer of AWS that is another from now on.
    pub fn rename_roles(&self) {
        self.shared.seconds.fetch_add(1, Ordering::SeqCst);
        self.shared.are_roles_renamed.store(true, Ordering::SeqCst);
    }

    pub fn work(&self, run: &str) -> Arc<MemorySink> {
        self.host.adapters.sink(&format!("work/{run}/"))
    }

    pub fn work_document(&self, run: &str, name: &str) -> Value {
        serde_json::from_slice(&self.work(run).files()[name]).unwrap()
    }

    pub fn capture(&self, run: &str) -> BTreeMap<String, Vec<u8>> {
        self.host.adapters.sink(&format!("captures/{run}/")).files()
    }

    /// The rows of the ledger.
    pub fn ledger(&self, run: &str) -> Vec<Value> {
        let bytes = self.capture(run)["coverage.ndjson.zst"].clone();
        let text = String::from_utf8(zstd::decode_all(bytes.as_slice()).unwrap()).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

impl Memory {
    fn sink(&self, prefix: &str) -> Arc<MemorySink> {
        let mut stores = self.stores.lock().unwrap();
        Arc::clone(stores.entry(prefix.to_owned()).or_default())
    }
}

impl Adapters for Memory {
    fn api(&self, _: &str, management: Option<&str>, turns: Option<Turns>, clock: Arc<dyn Clock>) -> Arc<dyn AwsApi> {
        self.managements.lock().unwrap().push(management.map(str::to_owned));
        self.turns.lock().unwrap().push(turns);
        drop(clock);
        Arc::new(Organization(Arc::clone(&self.shared)))
    }

    fn store(&self, prefix: &str) -> Arc<dyn CaptureStore> {
        if self.has_bucket {
            self.sink(prefix)
        } else {
            Arc::new(NoBucket)
        }
    }

    fn results(&self) -> &S3Location {
        &self.results
    }

    fn take_usage(&self) -> Usage {
        Usage {
            calls: BTreeMap::from([(("sts", "answered"), 1)]),
            evidence: None,
        }
    }
}

struct NoBucket;

fn no_bucket() -> SinkError {
    SinkError {
        place: "s3://results/sv0/".to_owned(),
        source: "NoSuchBucket".into(),
        help: "make it",
    }
}

impl CaptureSink for NoBucket {
    fn put(&self, _: &str, _: &[u8]) -> Result<(), SinkError> {
        Err(no_bucket())
    }
}

impl CaptureStore for NoBucket {
    fn get(&self, _: &str) -> Result<Option<Vec<u8>>, SinkError> {
        Err(no_bucket())
    }
}

/// A clock by which the time is up after so many answers, and it is always the same time.
struct CallClock {
    shared: Arc<Shared>,
    end: usize,
}

impl Clock for CallClock {
    fn now(&self) -> Timestamp {
        let later = i64::try_from(self.shared.seconds.load(Ordering::SeqCst)).unwrap();
        Timestamp::from_second(BEGAN + later).unwrap()
    }

    fn time_left(&self) -> Option<Duration> {
        let is_up = self.shared.count.load(Ordering::SeqCst) >= self.end;
        Some(Duration::from_secs(if is_up { 60 } else { 900 }))
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }
}

/// The organization; what it does not answer it denies.
struct Organization(Arc<Shared>);

impl AwsApi for Organization {
    fn call<'a>(
        &'a self,
        target: &'a Target,
        call: &'static ApiCall,
        parameters: Map<String, Value>,
    ) -> BoxFuture<'a, Result<Value, ApiError>> {
        Box::pin(async move {
            let name = call.name();
            *self.0.calls.lock().unwrap().entry(name.clone()).or_default() += 1;
            let fault = self
                .0
                .fault
                .filter(|(faulty, _)| *faulty == name)
                .map(|(_, failure)| failure);
            let answer = match fault {
                Some(_) => None,
                None => answer(
                    target,
                    &name,
                    &parameters,
                    self.0.are_roles_renamed.load(Ordering::SeqCst),
                ),
            };
            if answer.is_some() {
                self.0.count.fetch_add(1, Ordering::SeqCst);
            }
            answer.ok_or_else(|| ApiError {
                failure: fault.unwrap_or(Failure::Denied),
                code: "AccessDeniedException".to_owned(),
                message: "not here".to_owned(),
                call: name,
            })
        })
    }
}

fn answer(target: &Target, call: &str, parameters: &Map<String, Value>, are_renamed: bool) -> Option<Value> {
    let account = match &target.session {
        Session::Hub => HUB,
        Session::Spoke { account, .. } => account,
        Session::Management { .. } => MANAGEMENT,
    };
    Some(match call {
        "sts:GetCallerIdentity" => json!({"Account": HUB, "Arn": format!("arn:aws:sts::{HUB}:assumed-role/hub/run")}),
        "account:ListRegions" => json!({"Regions": [{"RegionName": "eu-west-1"}, {"RegionName": "eu-central-1"}]}),
        "organizations:DescribeOrganization" => {
            json!({"Organization": {"Id": "o-exampleorgid", "MasterAccountId": MANAGEMENT}})
        }
        "organizations:ListAccounts" => accounts(parameters),
        "iam:GetAccountAuthorizationDetails" => {
            details(account, parameters, if are_renamed { "renamed" } else { "role" })
        }
        _ => return None,
    })
}

/// One account a page.
fn accounts(parameters: &Map<String, Value>) -> Value {
    let ids = [SPOKE, HUB, MANAGEMENT];
    let at = parameters
        .get("NextToken")
        .map_or(0, |token| token.as_str().unwrap().parse().unwrap());
    let account = json!({"Id": ids[at], "Arn": format!("arn:aws:organizations::{MANAGEMENT}:account/o-exampleorgid/{}", ids[at]), "Name": format!("account {at}"), "Status": "ACTIVE"});
    match at + 1 {
        next if next < ids.len() => json!({"Accounts": [account], "NextToken": next.to_string()}),
        _ => json!({"Accounts": [account]}),
    }
}

/// One role a page.
fn details(account: &str, parameters: &Map<String, Value>, name: &str) -> Value {
    let at: usize = parameters
        .get("Marker")
        .map_or(0, |marker| marker.as_str().unwrap().parse().unwrap());
    let role = json!({
        "Arn": format!("arn:aws:iam::{account}:role/{name}-{at}"), "RoleName": format!("{name}-{at}"), "RoleId": format!("AROAEXAMPLE{at}"), "Path": "/",
        "CreateDate": "2026-01-01T00:00:00+00:00", "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []},
        "InstanceProfileList": [], "RolePolicyList": [], "AttachedManagedPolicies": [], "Tags": [],
    });
    let mut page = json!({"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [role], "Policies": [], "IsTruncated": at + 1 < PAGES});
    if at + 1 < PAGES {
        page["Marker"] = Value::from((at + 1).to_string());
    }
    page
}
