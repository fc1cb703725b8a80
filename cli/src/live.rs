//! Live collection as the command line does it: credentials of the environment, one machine, a folder.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use indicatif::{ProgressBar, ProgressDrawTarget};
use sv0_aws::api::{AwsClient, CallCounters, ClientOptions, RoleOptions, SystemClock, own_session_policies};
use sv0_aws::sdk_config;
use sv0_collect::evidence::{EvidenceOptions, LogFilesOptions};
use sv0_collect::{
    BaseCapture, Caller, CollectError, CollectEvent, CollectOptions, Collected, LastAccessed, Plan, Spokes, Work,
    collect, management_account, outline,
};
use sv0_model::coverage::CoverageRow;
use sv0_sources::{CaptureStore, CaptureWriter, FolderSink, MemorySink};
use tokio::runtime::Runtime;

use crate::arguments::{LastAccessedArgument, LiveArguments};
use crate::commands::{is_gap, new_run_id};
use crate::error::CommandError;
use crate::told_store::ToldStore;

/// Records the organization into a folder.
pub fn record(arguments: &LiveArguments, base: Option<&Path>, out: &Path) -> Result<Recorded, CommandError> {
    if arguments.cloudtrail_logs.is_some() && arguments.workgroup.is_some() {
        return Err(CommandError::BadInput {
            message: "--cloudtrail-logs reads the log files that --workgroup has Athena read".to_owned(),
            help:
                "leave out --cloudtrail-logs to ask Athena, or --workgroup and --evidence-bucket to read the log files"
                    .to_owned(),
        });
    }
    if arguments.workgroup.is_some() && arguments.evidence_bucket.is_none() {
        return Err(CommandError::BadInput {
            message: "--workgroup asks Athena, which needs a bucket for its rows".to_owned(),
            help: "name the hub's bucket with --evidence-bucket".to_owned(),
        });
    }
    if out.join("capture.json").exists() {
        return Err(CommandError::BadInput {
            message: format!("{} holds a capture already", out.display()),
            help: "name a folder that does not exist or is empty: two captures in one would be read as one".to_owned(),
        });
    }
    let base = base.map(opened_base).transpose()?;
    let sink = Arc::new(FolderSink::open(out).map_err(CommandError::Sink)?);
    let policies = session_policies(arguments)?;
    let runtime = runtime()?;
    let progress = LiveProgress::new();
    let result = runtime.block_on(async {
        let connection = Connection::open(arguments, policies).await;
        let options = CollectOptions {
            base: base.as_ref().map(|(name, _)| name.clone()),
            ..options(arguments, &connection.home_region)
        };
        let work = Work {
            base: base.map(|(name, store)| BaseCapture::new(&name, store)),
            ..connection.work(Arc::new(ToldStore::new(sink, progress.bar.clone())))
        };
        let gaps = Mutex::new(Vec::new());
        let tell = |event| match event {
            CollectEvent::Ledger(row) if is_gap(&row) => gaps.lock().unwrap_or_else(PoisonError::into_inner).push(row),
            event => progress.show(&event),
        };
        let collected = collect(&work, options, &tell).await;
        collected.map(|collected| Recorded {
            collected,
            gaps: gaps.into_inner().unwrap_or_else(PoisonError::into_inner),
            calls: connection.counters.counts().values().sum(),
        })
    });
    progress.bar.finish_and_clear();
    result.map_err(|error| match error {
        CollectError::Base(error) => CommandError::BadInput {
            message: error.to_string(),
            help: "name the folder of an earlier capture of the organization with --base".to_owned(),
        },
        other => CommandError::Collection(other),
    })
}

/// Makes the plan of a scan, and asks `question` with it.
pub fn with_plan<T>(
    arguments: &LiveArguments,
    question: impl AsyncFnOnce(&AwsClient, &Plan) -> T,
) -> Result<T, CommandError> {
    let policies = session_policies(arguments)?;
    let runtime = runtime()?;
    let result = runtime.block_on(async {
        let connection = Connection::open(arguments, policies).await;
        let work = connection.work(Arc::new(MemorySink::default()));
        let plan = outline(&work, options(arguments, &connection.home_region)).await?;
        Ok::<T, CollectError>(question(&connection.client, &plan).await)
    });
    result.map_err(CommandError::Collection)
}

/// What a live capture came to.
pub struct Recorded {
    /// What was collected.
    pub collected: Collected,
    /// Rows of the ledger about what was not seen whole.
    pub gaps: Vec<CoverageRow>,
    /// Requests that were sent to AWS.
    pub calls: u64,
}

struct Connection {
    client: Arc<AwsClient>,
    counters: Arc<CallCounters>,
    home_region: String,
}

impl Connection {
    async fn open(arguments: &LiveArguments, session_policies: BTreeMap<Caller, Vec<String>>) -> Self {
        let config = sdk_config().await;
        let clock = Arc::new(SystemClock::endless());
        let run_id = new_run_id();
        let counters = Arc::new(CallCounters::default());
        let client = |management_role| {
            let options = ClientOptions {
                roles: RoleOptions {
                    spoke_role: arguments.spoke_role.clone(),
                    management_role,
                    external_id: arguments.external_id.clone(),
                    session_policies: session_policies.clone(),
                    run_id: Some(run_id.clone()),
                    ..RoleOptions::default()
                },
                observers: vec![Arc::clone(&counters) as _],
                ..ClientOptions::default()
            };
            AwsClient::new(&config, Arc::clone(&clock) as _, options)
        };
        let first = client(None);
        let home_region = arguments
            .region
            .clone()
            .unwrap_or_else(|| first.home_region().to_owned());
        let management = management_account(&first, &home_region).await;
        Self {
            client: Arc::new(client(
                management.map(|account| (account, arguments.management_role.clone())),
            )),
            counters,
            home_region,
        }
    }

    fn work(&self, store: Arc<impl CaptureStore + 'static>) -> Work {
        Work {
            api: Arc::clone(&self.client) as _,
            clock: Arc::new(SystemClock::endless()),
            writer: CaptureWriter::new(Arc::clone(&store) as _),
            store,
            base: None,
        }
    }
}

/// The folder of an earlier capture, with its name.
fn opened_base(folder: &Path) -> Result<(String, Arc<FolderSink>), CommandError> {
    if !folder.join("capture.json").is_file() {
        return Err(CommandError::BadInput {
            message: format!("{} holds no capture", folder.display()),
            help: "name the folder of an earlier capture of the organization with --base".to_owned(),
        });
    }
    let store = FolderSink::open(folder).map_err(CommandError::Sink)?;
    Ok((folder.display().to_string(), Arc::new(store)))
}

/// What narrows sessions of roles; nothing where nobody asks for it.
fn session_policies(arguments: &LiveArguments) -> Result<BTreeMap<Caller, Vec<String>>, CommandError> {
    if !arguments.session_policies {
        return Ok(BTreeMap::new());
    }
    own_session_policies().map_err(|error| CommandError::BadInput {
        message: format!("the names of the roles' own policies are not known: {error}"),
        help: "this is a fault of sv0: report it".to_owned(),
    })
}

fn options(arguments: &LiveArguments, home_region: &str) -> CollectOptions {
    CollectOptions {
        home_region: home_region.to_owned(),
        regions: arguments.regions.clone(),
        accounts: arguments.accounts.iter().cloned().collect(),
        excluded: arguments.exclude.iter().cloned().collect(),
        aggregator: arguments.aggregator.clone().unwrap_or_default(),
        spokes: if arguments.central_only {
            Spokes::CentralOnly
        } else {
            Spokes::Roles
        },
        evidence: evidence(arguments),
        log_files: log_files(arguments),
        environment_keys: arguments.environment_keys,
        last_accessed: match arguments.last_accessed {
            LastAccessedArgument::Off => LastAccessed::Off,
            LastAccessedArgument::Services => LastAccessed::Services,
            LastAccessedArgument::Actions => LastAccessed::Actions,
        },
        ..CollectOptions::default()
    }
}

/// Log files are asked where both the workgroup and the bucket for its rows are named.
fn evidence(arguments: &LiveArguments) -> Option<EvidenceOptions> {
    let (workgroup, bucket) = (arguments.workgroup.as_ref()?, arguments.evidence_bucket.as_ref()?);
    let (database, table) = arguments
        .evidence_table
        .split_once('.')
        .unwrap_or(("", &arguments.evidence_table));
    Some(EvidenceOptions {
        database: database.to_owned(),
        table: table.to_owned(),
        days: arguments.evidence_days,
        ..EvidenceOptions::new(workgroup, bucket)
    })
}

/// Log files are read as they are where their bucket is named.
fn log_files(arguments: &LiveArguments) -> Option<LogFilesOptions> {
    arguments.cloudtrail_logs.clone().map(|named| LogFilesOptions {
        days: arguments.evidence_days,
        max_bytes: arguments.cloudtrail_logs_max_bytes,
        ..named
    })
}

/// Refuses to read log files where nothing of AWS is read.
pub fn refuse_log_files(arguments: &LiveArguments, instead: &str) -> Result<(), CommandError> {
    if arguments.cloudtrail_logs.is_none() {
        return Ok(());
    }
    Err(CommandError::BadInput {
        message: "--cloudtrail-logs reads a bucket of AWS, and this reads none of AWS".to_owned(),
        help: instead.to_owned(),
    })
}

/// What calls to AWS run on.
pub fn runtime() -> Result<Runtime, CommandError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(|source| CommandError::Io {
        operation: "starting",
        file: "the threads of live collection".into(),
        source,
    })
}

/// How far collection is: a line on a terminal, nothing elsewhere.
struct LiveProgress {
    bar: ProgressBar,
}

impl LiveProgress {
    fn new() -> Self {
        use std::io::IsTerminal as _;
        let target = if std::io::stderr().is_terminal() {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(None, target);
        bar.enable_steady_tick(std::time::Duration::from_millis(100));
        Self { bar }
    }

    fn show(&self, event: &CollectEvent) {
        match event {
            CollectEvent::Planned { read, .. } => self.bar.set_length(*read as u64),
            CollectEvent::Step(row) => {
                let at = format!("{} {} {}", row.account, row.region, row.source);
                self.bar.set_message(crate::text::safe(&at).to_string());
            }
            CollectEvent::AccountDone(_) => self.bar.inc(1),
            CollectEvent::Ledger(_) => {}
        }
    }
}
