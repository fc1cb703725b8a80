//! The workers: the product's own, but for budgets that are scaled and credentials that are made up.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sv0_aws::api::{AwsClient, ClientOptions, RoleOptions, SystemClock};
use sv0_aws::s3::S3Location;
use sv0_collect::{AwsApi, Budgets, Clock, CollectEvent, CollectOptions, Turns, Work, collect, management_account};
use sv0_collect_function::{Adapters, AwsAdapters, Host, Invocation, Settings, handle};
use sv0_sources::{CaptureStore, CaptureWriter, FolderSink};
use tokio::runtime::Handle;

use crate::client::mark;
use crate::estate::REGIONS;
use crate::usage::{ProcessUsage, usage};

const ROLE: &str = "SecurityV0ReadOnly";
const RUN: &str = "measured";
/// As long as an invocation may last.
const INVOCATION: Duration = Duration::from_secs(900);

/// What a worker is told.
#[derive(Debug, Deserialize)]
pub struct Run {
    endpoint: String,
    /// By which every budget is multiplied.
    factor: u32,
    /// Where the capture is written; of the machine alone.
    out: Option<PathBuf>,
    /// What is handled; of a worker alone.
    event: Option<Value>,
}

/// What came of it.
#[derive(Debug, Serialize)]
struct Outcome {
    wall: f64,
    #[serde(flatten)]
    usage: ProcessUsage,
    answer: Value,
}

/// Collects everything by itself.
pub fn machine(run: &Run) -> Result<()> {
    let out = run.out.as_ref().context("a machine writes to a folder")?;
    let sink = Arc::new(FolderSink::open(out)?);
    let (config, roles, began) = (config(run), roles(None), Instant::now());
    runtime()?.block_on(async {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::endless());
        let first = client(run, &config, roles, Arc::clone(&clock));
        let home = home();
        let management = management_account(first.as_ref(), &home).await;
        let work = Work {
            api: client(run, &config, self::roles(management), Arc::clone(&clock)),
            clock,
            writer: CaptureWriter::new(Arc::clone(&sink) as _),
            store: sink,
            base: None,
        };
        let options = CollectOptions {
            home_region: home,
            ..CollectOptions::default()
        };
        let tell = |event: CollectEvent| {
            if matches!(event, CollectEvent::Planned { .. })
                && let Err(error) = mark(&run.endpoint)
            {
                eprintln!("error: {error:#}");
            }
        };
        let collected = collect(&work, options, &tell).await?;
        print(
            began,
            serde_json::json!({"files": collected.files, "rows": collected.rows}),
        )
    })
}

/// Handles one event.
pub fn worker(run: &Run) -> Result<()> {
    let event = run.event.clone().context("a worker handles an event")?;
    let began = Instant::now();
    runtime()?.block_on(async {
        let config = config(run);
        let settings = Settings {
            results: "s3://results/measured".parse()?,
            external_id: "measured".to_owned(),
            spoke_role: ROLE.to_owned(),
            management_role: ROLE.to_owned(),
            home_region: home(),
            session_policies: BTreeMap::new(),
            options: serde_json::Map::new(),
        };
        let host = Host {
            home_region: home(),
            options: serde_json::Map::new(),
            adapters: Scaled {
                run,
                config: config.clone(),
                own: AwsAdapters::new(config, settings, Handle::current()),
            },
        };
        let invocation = Invocation {
            telemetry: sv0_telemetry::Invocation::quiet("measured"),
            clock: Arc::new(SystemClock::ending_in(INVOCATION)),
        };
        let answer = handle(&host, event, &invocation).await?;
        print(began, serde_json::to_value(answer)?)
    })
}

/// The adapters of a deployment, but for the budgets.
struct Scaled<'a> {
    run: &'a Run,
    config: SdkConfig,
    own: AwsAdapters,
}

impl Adapters for Scaled<'_> {
    fn api(&self, _: &str, management: Option<&str>, _: Option<Turns>, clock: Arc<dyn Clock>) -> Arc<dyn AwsApi> {
        client(self.run, &self.config, roles(management.map(str::to_owned)), clock)
    }

    fn store(&self, prefix: &str) -> Arc<dyn CaptureStore> {
        self.own.store(prefix)
    }

    fn results(&self) -> &S3Location {
        self.own.results()
    }

    fn take_usage(&self) -> sv0_collect_function::Usage {
        sv0_collect_function::Usage::default()
    }
}

fn client(run: &Run, config: &SdkConfig, roles: RoleOptions, clock: Arc<dyn Clock>) -> Arc<AwsClient> {
    let options = ClientOptions {
        roles,
        budgets: Budgets::scaled(run.factor),
        ..ClientOptions::default()
    };
    Arc::new(AwsClient::new(config, clock, options))
}

fn roles(management: Option<String>) -> RoleOptions {
    RoleOptions {
        spoke_role: ROLE.to_owned(),
        management_role: management.map(|account| (account, ROLE.to_owned())),
        external_id: Some("measured".to_owned()),
        run_id: Some(RUN.to_owned()),
        ..RoleOptions::default()
    }
}

fn config(run: &Run) -> SdkConfig {
    let credentials = Credentials::new("AKIAMEASURED", "none", None, None, "measured");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new(home()))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(&run.endpoint)
        .build()
}

fn home() -> String {
    REGIONS.first().copied().unwrap_or_default().to_owned()
}

/// As the command line and the function have it.
fn runtime() -> Result<tokio::runtime::Runtime> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.context("no runtime")
}

fn print(began: Instant, answer: Value) -> Result<()> {
    let outcome = Outcome {
        wall: began.elapsed().as_secs_f64(),
        usage: usage(),
        answer,
    };
    println!("{}", serde_json::to_string(&outcome)?);
    Ok(())
}
