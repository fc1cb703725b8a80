//! Time: a clock that is wrong, and a worker that has little of it left.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sv0_collect::{BoxFuture, Clock, CollectOptions, Plan, Progress, Step, outline, run_steps, spoke};
use sv0_model::coverage::CoverageStatus;
use sv0_model::time::Timestamp;
use sv0_sources::MemorySink;
use tokio::runtime::Runtime;

use super::collector::Collector;
use super::recording::fake;
use crate::fake_aws::FakeAws;

const ACCOUNT: &str = "271650948133";
const HOURS: i64 = 3600;

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

async fn plan_of(collector: &Collector, fake: &FakeAws) -> Plan {
    let options = CollectOptions {
        home_region: fake.region.clone(),
        regions: vec![fake.region.clone()],
        accounts: [ACCOUNT.to_owned()].into(),
        ..CollectOptions::default()
    };
    outline(&collector.work(&Arc::new(MemorySink::default())), options)
        .await
        .unwrap()
}

fn steps_of(plan: &Plan) -> Vec<Box<dyn Step>> {
    let account = plan.accounts.iter().find(|account| account.id == ACCOUNT).unwrap();
    spoke::account_steps(plan, account)
}

/// What every step came to, many at a time.
async fn collected(collector: &Collector, plan: &Plan) -> BTreeMap<String, (CoverageStatus, u64)> {
    let work = collector.work(&Arc::new(MemorySink::default()));
    let progress = run_steps(&work, &steps_of(plan), Progress::default(), 16, &|_| {})
        .await
        .unwrap();
    let rows = progress
        .rows
        .into_iter()
        .filter(|row| row.source != "iam:credential-report");
    rows.map(|row| (format!("{} {}", row.region, row.source), (row.status, row.items)))
        .collect()
}

#[test]
fn a_clock_hours_apart_from_that_of_aws_costs_nothing() {
    let fake = fake(&json!({"page_size": 50}));
    runtime().block_on(async {
        let collector = Collector::patient(&fake);
        let right = collected(&collector, &plan_of(&collector, &fake).await).await;
        for skew in [-2 * HOURS, -600, 600, 2 * HOURS] {
            fake.clock(&json!({ "skew": skew }));
            let collector = Collector::patient(&fake);
            let plan = plan_of(&collector, &fake).await;
            assert_eq!(collected(&collector, &plan).await, right, "{skew} s");
            let taken = collector.sent().get("sts:AssumeRole").copied().unwrap_or_default();
            assert!((1..=2).contains(&taken), "{skew} s: the role was taken {taken} times");
        }
    });
    assert_eq!(fake.problems(), Vec::<Value>::new());
}

/// The real time, of which a worker has some left. Waiting takes a thousandth.
struct Ending(Instant);

impl Ending {
    fn after(left: Duration) -> Arc<dyn Clock> {
        Arc::new(Self(Instant::now() + left))
    }
}

impl Clock for Ending {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn time_left(&self) -> Option<Duration> {
        Some(self.0.saturating_duration_since(Instant::now()))
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        Box::pin(tokio::time::sleep(duration / 1000))
    }
}

/// A worker stops a minute before its end, and makes no call that would go on into the last five seconds.
const TO_STOP: Duration = Duration::from_secs(60);
const TO_STORE: Duration = Duration::from_secs(5);

#[test]
fn a_worker_that_meets_a_slow_service_hands_on_what_it_has() {
    const SOURCE: &str = "iam:authorization-details";
    let fake = fake(&json!({"page_size": 2}));
    runtime().block_on(async {
        let quick = Collector::patient(&fake);
        let plan = plan_of(&quick, &fake).await;
        let step = || -> Vec<Box<dyn Step>> { steps_of(&plan).into_iter().filter(|step| step.place().source == SOURCE).collect() };
        let (whole, files) = quick.run(&step(), &BTreeMap::new()).await;
        assert_eq!(whole.rows[0].status, CoverageStatus::Ok);

        let slow = |seconds: f64| {
            fake.fault(&json!({"service": "iam", "operation": "GetAccountAuthorizationDetails", "kind": "timeout", "times": null, "seconds": seconds}));
        };
        slow(0.2);
        let attempt = Duration::from_secs(60);
        let store = Arc::new(MemorySink::default());
        let (mut progress, mut workers) = (Progress::default(), 0);
        while !progress.is_finished(&step()) {
            let began = Instant::now();
            let worker = Collector::with(&fake, Ending::after(TO_STOP + Duration::from_millis(900)), attempt);
            progress = run_steps(&worker.work(&store), &step(), progress, 1, &|_| {}).await.unwrap();
            assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
            workers += 1;
            assert!(workers < 40);
        }
        assert!(workers > 1);
        assert_eq!((progress.rows[0].status, progress.rows[0].items), (CoverageStatus::Ok, whole.rows[0].items));
        let lines = |bytes: &[u8]| zstd::decode_all(bytes).unwrap();
        for (path, bytes) in &store.files() {
            assert!(lines(bytes) == lines(&files[path]), "{path}");
        }

        // An answer that does not come in a worker's time: the call ends while there is time to store, and the step is not done.
        fake.forget_faults();
        slow(30.0);
        let left = TO_STORE + Duration::from_millis(700);
        let began = Instant::now();
        let worker = Collector::with(&fake, Ending::after(left), attempt);
        let work = worker.work(&Arc::new(MemorySink::default()));
        let target = plan.account(plan.accounts.iter().find(|account| account.id == ACCOUNT).unwrap(), &plan.home_region);
        let call = &sv0_collect::calls::iam::GET_ACCOUNT_AUTHORIZATION_DETAILS;
        let error = work.api.call(&target.unwrap(), call, serde_json::Map::new()).await.unwrap_err();
        assert_eq!((error.failure, error.call.as_str()), (sv0_collect::Failure::Deadline, "iam:GetAccountAuthorizationDetails"));
        assert!(began.elapsed() < left, "{:?}", began.elapsed());
    });
    assert_eq!(fake.problems(), Vec::<Value>::new());
}
