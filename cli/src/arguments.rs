//! The command line as a person types it.

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::Shell;
use serde::Serialize;
use sv0_collect::evidence::{EvidenceSource, LogFilesOptions};
use sv0_model::finding::{FindingKind, FindingSeverity};
use sv0_model::graph::Sensitivity;
use sv0_model::path::PathKind;
use sv0_model::time::{Timestamp, parse_timestamp};

use crate::text::name_of;

/// Which identity can reach which data in AWS, by which chain, what stops it, and what it really did.
#[derive(Debug, Parser)]
#[command(name = "sv0", version, propagate_version = true, arg_required_else_help = true)]
#[command(
    after_help = "Start with:  sv0 demo\nThen:        sv0 paths --from order-summary   ·   sv0 who-can s3:GetObject 'arn:aws:s3:::BUCKET/*'\n\nExit codes: 0 done, 1 failed, 2 bad input, 3 coverage incomplete (--fail-on-gap), 4 findings at or above --fail-on."
)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Every command.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Scan a capture of recorded AWS answers into a store.
    #[command(
        after_help = "Examples:\n  sv0 scan --capture examples/acme/capture --store ./sv0-out\n  sv0 scan --live --external-id \"$EXTERNAL_ID\"                # see sv0 preflight first\n  sv0 scan --live --cloudtrail-logs s3://acme-org-cloudtrail       # with what was really done, out of the trail's log files\n  sv0 scan --capture ./capture --fail-on high --fail-on-gap   # for a pipeline"
    )]
    Scan(ScanArguments),
    /// Scan the built-in example organization and show what comes out.
    #[command(after_help = "Example:\n  sv0 demo\n  sv0 findings --store ./sv0-out")]
    Demo(DemoArguments),
    /// Record a live organization as a capture, or copy one, redacted.
    #[command(
        after_help = "Examples:\n  sv0 capture --out ./capture --external-id \"$EXTERNAL_ID\"         # records the organization of the caller's credentials\n  sv0 capture --out ./capture --central-only --region eu-west-1   # asks no spoke account\n  sv0 capture --out ./capture --cloudtrail-logs s3://acme-org-cloudtrail/logs --evidence-days 14\n  sv0 capture --from ./capture --out ./redacted                    # copies a capture, to be handed on\n  sv0 capture --from ./capture --out ./redacted --force --json     # replaces the capture that is there\n\nA scan of the copy gives what a scan of the original gives. Redaction is a net, not a licence: read docs/capture.md, \"What is taken out\", before you hand a capture on."
    )]
    Capture(CaptureArguments),
    /// Look for what a live scan would lack, and print the command that mends it.
    #[command(
        after_help = "Examples:\n  sv0 preflight --external-id \"$EXTERNAL_ID\"\n  sv0 preflight --json | jq '.checks[] | select(.status == \"missing\") | .fix'\n\nNothing is changed. Exit code 3 when something is missing."
    )]
    Preflight(PreflightArguments),
    /// Decide authorization requests, one JSON object a line, without a scan.
    #[command(
        after_help = "Example:\n  echo '{\"id\":1,\"principal\":\"arn:aws:iam::111122223333:role/app\",\"action\":\"s3:GetObject\",\"resource\":\"arn:aws:s3:::data/x\",\"identity_policies\":[{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"*\"}}]}' | sv0 evaluate --requests -"
    )]
    Evaluate(EvaluateArguments),
    /// What a principal can do to the resources the scan knows, or whether it can do one thing.
    #[command(
        after_help = "Examples:\n  sv0 can arn:aws:iam::111122223333:role/app\n  sv0 can arn:aws:iam::111122223333:role/app s3:GetObject 'arn:aws:s3:::data/report.csv'\n  sv0 can arn:aws:iam::111122223333:role/app s3:GetObject 'arn:aws:s3:::data/x' --context aws:SourceVpce=vpce-1\n  sv0 can arn:aws:iam::111122223333:role/app s3:GetObject 'arn:aws:s3:::data/x' --via-assume-role\n  sv0 can --requests questions.ndjson"
    )]
    Can(CanArguments),
    /// Who can do an action on a resource.
    #[command(
        after_help = "Examples:\n  sv0 who-can secretsmanager:GetSecretValue arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf\n  sv0 who-can s3:GetObject 'arn:aws:s3:::data/*' --via-assume-role"
    )]
    WhoCan(WhoCanArguments),
    /// Why a principal can or cannot do something: layer by layer, statement by statement.
    #[command(
        after_help = "Example:\n  sv0 explain arn:aws:iam::111122223333:role/app s3:GetObject 'arn:aws:s3:::data/x'"
    )]
    Explain(ExplainArguments),
    /// Authority paths: workload → role → … → resource.
    #[command(
        after_help = "Examples:\n  sv0 paths --from order-summary\n  sv0 paths --to arn:aws:s3:::data --state blocked\n  sv0 paths --kind supply_chain\n  sv0 paths --account acme-prod --sensitivity restricted --limit 10\n  sv0 paths --kind assumed_chain --json"
    )]
    Paths(PathsArguments),
    /// Findings, the worst first.
    #[command(
        after_help = "Example:\n  sv0 findings --severity high\n  sv0 findings --kind missing_external_id --json"
    )]
    Findings(FindingsArguments),
    /// The coverage ledger: what was seen, what was not, and why.
    #[command(after_help = "Example:\n  sv0 coverage --gaps")]
    Coverage(CoverageArguments),
    /// Where the report is, or a copy of it.
    #[command(after_help = "Example:\n  sv0 report --output authority.html")]
    Report(ReportArguments),
    /// Write the results in a form that other systems read.
    #[command(
        after_help = "Examples:\n  sv0 export --format csv --out paths.csv\n  sv0 export --format oaa --out application.json\n  sv0 export --format oaa-idp --out identity-provider.json\n  sv0 export --format graphml --out - | gzip > authority.graphml.gz"
    )]
    Export(ExportArguments),
    /// Write a made-up organization of any size as a capture, to try out and to measure.
    #[command(
        after_help = "Examples:\n  sv0 synth --accounts 100 --roles-per-account 200 --out ./synthetic && sv0 scan --capture ./synthetic\n  sv0 synth --accounts 1 --roles-per-account 2000 --policies-per-account 2491 --users-per-account 200 --out ./one"
    )]
    Synth(SynthArguments),
    /// Print a completion script for a shell.
    #[command(after_help = "Example:\n  sv0 completions bash > /etc/bash_completion.d/sv0")]
    Completions {
        /// The shell.
        shell: Shell,
    },
}

impl Command {
    /// Whether standard output is to hold one JSON document and nothing else.
    pub fn wants_json(&self) -> bool {
        match self {
            Self::Scan(arguments) => arguments.json,
            Self::Demo(arguments) => arguments.json,
            Self::Capture(arguments) => arguments.json,
            Self::Preflight(arguments) => arguments.json,
            Self::Synth(arguments) => arguments.json,
            Self::Can(arguments) => arguments.query.json,
            Self::WhoCan(arguments) => arguments.query.json,
            Self::Explain(arguments) => arguments.query.json,
            Self::Paths(arguments) => arguments.query.json,
            Self::Findings(arguments) => arguments.query.json,
            Self::Coverage(arguments) => arguments.query.json,
            Self::Report(arguments) => arguments.query.json,
            Self::Evaluate(_) | Self::Export(_) | Self::Completions { .. } => false,
        }
    }
}

/// `sv0 scan`.
#[derive(Debug, Args)]
pub struct ScanArguments {
    /// Folder of the capture; it holds capture.json. With --live it is where the capture is written: below the store by default.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, required_unless_present = "live")]
    pub capture: Option<PathBuf>,
    /// Record the organization of the caller's credentials first, and scan that.
    #[arg(long)]
    pub live: bool,
    #[command(flatten)]
    pub collection: LiveArguments,
    /// Folder for the results.
    #[arg(long, value_name = "DIR", default_value = "./sv0-out", value_hint = ValueHint::DirPath)]
    pub store: String,
    /// Configuration file; ./sv0.toml is read where it exists.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,
    /// Threads to use; all cores by default.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// End with exit code 3 when anything was not seen.
    #[arg(long)]
    pub fail_on_gap: bool,
    /// End with exit code 4 when a finding is at least this severe.
    #[arg(long, value_name = "SEVERITY")]
    pub fail_on: Option<SeverityArgument>,
    /// Print the summary as one JSON document.
    #[arg(long)]
    pub json: bool,
}

/// `sv0 demo`.
#[derive(Debug, Args)]
pub struct DemoArguments {
    /// Folder for the example's capture and results.
    #[arg(long, value_name = "DIR", default_value = "./sv0-out", value_hint = ValueHint::DirPath)]
    pub store: String,
    /// Print the summary as one JSON document.
    #[arg(long)]
    pub json: bool,
}

/// `sv0 capture`.
#[derive(Debug, Args)]
pub struct CaptureArguments {
    /// Copy this capture, redacted, instead of recording a live organization.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub from: Option<PathBuf>,
    /// Folder to write the capture into; new, empty, or holding an earlier copy of the same files.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub out: PathBuf,
    /// Write into a folder that holds something else; files of another capture in it are removed.
    #[arg(long)]
    pub force: bool,
    /// Earlier capture of the organization: of it everything that was asked of the accounts beside --accounts is taken over.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, requires = "accounts", conflicts_with_all = ["from", "central_only"])]
    pub base: Option<PathBuf>,
    #[command(flatten)]
    pub collection: LiveArguments,
    /// Print what was done as one JSON document.
    #[arg(long)]
    pub json: bool,
}

/// `sv0 preflight`.
#[derive(Debug, Args)]
pub struct PreflightArguments {
    #[command(flatten)]
    pub collection: LiveArguments,
    /// Try each spoke role without its external id as well: each try leaves a refused AssumeRole in that account's trail.
    #[arg(long)]
    pub probe_external_id: bool,
    /// StackSet that deploys the spoke role; empty where something else does.
    #[arg(long, value_name = "NAME", default_value = "securityv0-readonly")]
    pub stack_set: String,
    /// ARN of the role that reads the trail's log files, for the statements that let it in; the caller's by default.
    #[arg(long, value_name = "ARN")]
    pub evidence_role: Option<String>,
    /// Print the checks as one JSON document.
    #[arg(long)]
    pub json: bool,
}

/// How a live organization is read. Credentials are those of the environment: variables, profile, sign-in, instance or task role.
#[derive(Debug, Args)]
#[command(next_help_heading = "Live collection")]
pub struct LiveArguments {
    /// Region in which the organization's aggregator, Security Hub and Identity Center are asked; that of the AWS settings by default.
    #[arg(long, value_name = "REGION", env = "SV0_HOME_REGION")]
    pub region: Option<String>,
    /// Regions to read, with commas; those enabled in the hub by default.
    #[arg(long, value_name = "REGIONS", value_delimiter = ',')]
    pub regions: Vec<String>,
    /// Accounts to read, with commas; every active one by default.
    #[arg(long, value_name = "ACCOUNTS", value_delimiter = ',')]
    pub accounts: Vec<String>,
    /// Accounts and organizational units to leave alone, with commas.
    #[arg(long, value_name = "IDS", value_delimiter = ',')]
    pub exclude: Vec<String>,
    /// The organization's aggregator of AWS Config, where there are several.
    #[arg(long, value_name = "NAME")]
    pub aggregator: Option<String>,
    /// Ask the central sources alone, and no account through its role.
    #[arg(long)]
    pub central_only: bool,
    /// Path and name of the role in each account.
    #[arg(long, value_name = "ROLE", default_value = "SecurityV0ReadOnly")]
    pub spoke_role: String,
    /// Path and name of the role in the management account.
    #[arg(long, value_name = "ROLE", default_value = "SecurityV0ReadOnly")]
    pub management_role: String,
    /// What the roles' trust policies ask for as sts:ExternalId.
    #[arg(long, value_name = "ID", env = "SV0_EXTERNAL_ID", hide_env_values = true)]
    pub external_id: Option<String>,
    /// Narrow each session to the role's own policies, ROLE-identity and so on, as the product's templates make them. An account that lacks one is not read, and told of.
    #[arg(long)]
    pub session_policies: bool,
    /// Read the names of environment variables of Lambda functions; AWS sends the values as well, and the parser drops them.
    #[arg(long)]
    pub environment_keys: bool,
    /// How closely services last accessed are asked for.
    #[arg(long, value_name = "GRANULARITY", default_value = "services")]
    pub last_accessed: LastAccessedArgument,
    /// Athena workgroup for asking the log files of the organization's trail; it must bound what a query scans. See docs/collection-athena.md.
    #[arg(long, value_name = "NAME")]
    pub workgroup: Option<String>,
    /// Bucket of the hub into which Athena writes rows.
    #[arg(long, value_name = "BUCKET", requires = "workgroup")]
    pub evidence_bucket: Option<String>,
    /// Database and table over the log files.
    #[arg(long, value_name = "DATABASE.TABLE", default_value_t = evidence_table())]
    pub evidence_table: String,
    /// Read CloudTrail's log files straight from the trail's bucket, in the place of asking Athena: s3://BUCKET or s3://BUCKET/PREFIX, where PREFIX stands before AWSLogs.
    /// The caller's own credentials need s3:ListBucket on the bucket, s3:GetObject on its log files, and kms:Decrypt on the trail's key where it has one. See docs/collection-logs.md.
    #[arg(long, value_name = "s3://BUCKET[/PREFIX]", value_parser = LogFilesOptions::at)]
    pub cloudtrail_logs: Option<LogFilesOptions>,
    /// Bytes of log files to read at most, as they are stored; 16 GiB by default.
    #[arg(long, value_name = "BYTES", requires = "cloudtrail_logs", default_value_t = LogFilesOptions::MAX_BYTES, hide_default_value = true, value_parser = clap::value_parser!(u64).range(1..))]
    pub cloudtrail_logs_max_bytes: u64,
    /// Days of log files to ask or read.
    #[arg(long, value_name = "DAYS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=3650))]
    pub evidence_days: u32,
}

fn evidence_table() -> String {
    let (database, table) = EvidenceSource::TABLE;
    format!("{database}.{table}")
}

/// How closely services last accessed are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LastAccessedArgument {
    /// Not at all.
    Off,
    /// The services that each user and role used.
    Services,
    /// Actions as well, where AWS tracks them.
    Actions,
}

/// What every query command takes.
#[derive(Debug, Args)]
pub struct QueryArguments {
    /// Folder of a scan's results, or the table of a deployment: dynamodb://TABLE.
    #[arg(long, value_name = "DIR|dynamodb://TABLE", default_value = "./sv0-out", value_hint = ValueHint::DirPath)]
    pub store: String,
    /// Ask the newest scan whose capture was made at or before this time.
    #[arg(long, value_name = "RFC3339", value_parser = timestamp)]
    pub as_of: Option<Timestamp>,
    /// Print one JSON document.
    #[arg(long)]
    pub json: bool,
}

/// The context of an authorization question.
#[derive(Debug, Args)]
pub struct ContextArguments {
    /// A context key that is known; repeat it for more keys, or for more values of one key.
    #[arg(long = "context", value_name = "KEY=VALUE", value_parser = key_value)]
    pub context: Vec<(String, String)>,
    /// What a context key that is not given may be.
    #[arg(long, value_name = "HOW", default_value = "any")]
    pub unknown_context: UnknownContextArgument,
}

/// `--unknown-context`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum UnknownContextArgument {
    /// Absent, as AWS treats a key that the request does not carry.
    Absent,
    /// Any value, or absent: the answer is conditional wherever it matters.
    Any,
}

impl From<UnknownContextArgument> for sv0_iam::UnknownContext {
    fn from(argument: UnknownContextArgument) -> Self {
        match argument {
            UnknownContextArgument::Absent => Self::Absent,
            UnknownContextArgument::Any => Self::Any,
        }
    }
}

/// `sv0 evaluate`.
#[derive(Debug, Args)]
pub struct EvaluateArguments {
    /// NDJSON file of requests, or - for standard input.
    #[arg(long, value_name = "FILE|-", value_hint = ValueHint::FilePath)]
    pub requests: PathBuf,
    /// What a context key that is not given may be.
    #[arg(long, value_name = "HOW", default_value = "absent")]
    pub unknown_context: UnknownContextArgument,
    /// The time of the requests, for aws:CurrentTime and aws:EpochTime.
    #[arg(long, value_name = "RFC3339", value_parser = timestamp)]
    pub now: Option<Timestamp>,
}

/// `sv0 can`.
#[derive(Debug, Args)]
pub struct CanArguments {
    /// ARN of the principal, a service principal's host name, or the name of an Identity Center user.
    #[arg(required_unless_present = "requests", conflicts_with = "requests")]
    pub principal: Option<String>,
    /// The action, such as s3:GetObject.
    pub action: Option<String>,
    /// ARN of a resource the scan knows (objects of a bucket: arn:aws:s3:::BUCKET/KEY), or * for a call without a resource.
    pub resource: Option<String>,
    /// NDJSON file of questions {"id","principal","action","resource","context"}, or - for standard input.
    #[arg(long, value_name = "FILE|-", value_hint = ValueHint::FilePath)]
    pub requests: Option<PathBuf>,
    /// Also by assuming roles, one after the other; each answer names the chain.
    #[arg(long)]
    pub via_assume_role: bool,
    #[command(flatten)]
    pub context: ContextArguments,
    #[command(flatten)]
    pub query: QueryArguments,
}

/// `sv0 who-can`.
#[derive(Debug, Args)]
pub struct WhoCanArguments {
    /// The action, such as s3:GetObject.
    pub action: String,
    /// ARN of a resource the scan knows (objects of a bucket: arn:aws:s3:::BUCKET/KEY), or * for a call without a resource.
    pub resource: String,
    /// Also by assuming roles, one after the other; each row names the chain.
    #[arg(long)]
    pub via_assume_role: bool,
    #[command(flatten)]
    pub context: ContextArguments,
    #[command(flatten)]
    pub query: QueryArguments,
}

/// `sv0 explain`.
#[derive(Debug, Args)]
pub struct ExplainArguments {
    /// ARN of the principal, or a service principal's host name.
    pub principal: String,
    /// The action, such as s3:GetObject.
    pub action: String,
    /// ARN of a resource the scan knows (objects of a bucket: arn:aws:s3:::BUCKET/KEY), or * for a call without a resource.
    pub resource: String,
    #[command(flatten)]
    pub context: ContextArguments,
    #[command(flatten)]
    pub query: QueryArguments,
}

/// `sv0 paths`.
#[derive(Debug, Args)]
pub struct PathsArguments {
    /// Only paths from this workload or identity, or through this role: its ARN, a part of its name, or a pattern with * and ?.
    #[arg(long, value_name = "TEXT")]
    pub from: Option<String>,
    /// Only paths to this resource: its ARN, a part of its name, or a pattern with * and ?.
    #[arg(long, value_name = "TEXT")]
    pub to: Option<String>,
    /// Only paths of this kind; a path may be of several. The report's glossary explains them.
    #[arg(long, value_name = "KIND", value_parser = one_of(&PathKind::ALL))]
    pub kind: Option<PathKind>,
    /// Only paths in this state; blocked ones are listed only when asked for.
    #[arg(long, value_name = "STATE")]
    pub state: Option<StateArgument>,
    /// List blocked paths beside the others.
    #[arg(long, conflicts_with = "state")]
    pub include_blocked: bool,
    /// Only paths that touch this account: its id or its name.
    #[arg(long, value_name = "ACCOUNT")]
    pub account: Option<String>,
    /// Only paths to resources of this environment, such as production.
    #[arg(long, value_name = "NAME")]
    pub environment: Option<String>,
    /// Only paths to resources at least this sensitive.
    #[arg(long, value_name = "LEVEL")]
    pub sensitivity: Option<SensitivityArgument>,
    /// List no more than so many; 0 for all. Without it a list for people ends after 50, and JSON holds all.
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    #[command(flatten)]
    pub query: QueryArguments,
}

/// `--state`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StateArgument {
    /// Every hop is allowed.
    Allowed,
    /// It holds under a condition.
    Conditional,
    /// Granted, and stopped.
    Blocked,
}

/// `--sensitivity`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SensitivityArgument {
    /// Nothing says.
    Unknown,
    /// Meant to be public.
    Public,
    /// For use inside the company.
    Internal,
    /// Confidential.
    Confidential,
    /// Secrets, keys, regulated data.
    Restricted,
}

impl From<SensitivityArgument> for Sensitivity {
    fn from(argument: SensitivityArgument) -> Self {
        match argument {
            SensitivityArgument::Unknown => Self::Unknown,
            SensitivityArgument::Public => Self::Public,
            SensitivityArgument::Internal => Self::Internal,
            SensitivityArgument::Confidential => Self::Confidential,
            SensitivityArgument::Restricted => Self::Restricted,
        }
    }
}

/// `sv0 findings`.
#[derive(Debug, Args)]
pub struct FindingsArguments {
    /// Only this kind; the report's glossary explains them.
    #[arg(long, value_name = "KIND", value_parser = one_of(&FindingKind::ALL))]
    pub kind: Option<FindingKind>,
    /// Only findings at least this severe.
    #[arg(long, value_name = "SEVERITY")]
    pub severity: Option<SeverityArgument>,
    /// Only findings in this account: its id or its name.
    #[arg(long, value_name = "ACCOUNT")]
    pub account: Option<String>,
    /// List no more than so many; 0 for all. Without it a list for people ends after 50, and JSON holds all.
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    #[command(flatten)]
    pub query: QueryArguments,
}

/// `sv0 coverage`.
#[derive(Debug, Args)]
pub struct CoverageArguments {
    /// Only what was not seen whole.
    #[arg(long)]
    pub gaps: bool,
    /// Only this account: its id or its name, or `organization` for what exists once.
    #[arg(long, value_name = "ACCOUNT")]
    pub account: Option<String>,
    /// End with exit code 3 when anything was not seen, in whichever account.
    #[arg(long)]
    pub fail_on_gap: bool,
    #[command(flatten)]
    pub query: QueryArguments,
}

/// `sv0 report`.
#[derive(Debug, Args)]
pub struct ReportArguments {
    /// Copy the report to this file.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub query: QueryArguments,
}

/// `sv0 export`.
#[derive(Debug, Args)]
pub struct ExportArguments {
    /// The form. docs/export.md describes each.
    #[arg(long, value_name = "FORMAT")]
    pub format: ExportFormatArgument,
    /// File to write, or - for standard output.
    #[arg(long, value_name = "FILE|-", default_value = "-", value_hint = ValueHint::FilePath)]
    pub out: PathBuf,
    /// Folder of a scan's results, or the table of a deployment: dynamodb://TABLE.
    #[arg(long, value_name = "DIR|dynamodb://TABLE", default_value = "./sv0-out", value_hint = ValueHint::DirPath)]
    pub store: String,
    /// Export the newest scan whose capture was made at or before this time.
    #[arg(long, value_name = "RFC3339", value_parser = timestamp)]
    pub as_of: Option<Timestamp>,
}

/// `sv0 synth`.
#[derive(Debug, Args)]
pub struct SynthArguments {
    /// Accounts. The first is the management account, the second the hub.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub accounts: u32,
    /// IAM roles of each account, five of them those of a landing zone.
    #[arg(long, value_name = "N", default_value_t = 150, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub roles_per_account: u32,
    /// Customer managed policies of each account, five of them those of a landing zone [default: 2 for every 3 roles].
    #[arg(long, value_name = "N")]
    pub policies_per_account: Option<u32>,
    /// IAM users of each account.
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub users_per_account: u32,
    /// Events in CloudTrail's log files of each account.
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub events_per_account: u32,
    /// What makes one organization differ from another of the same size. The same seed and sizes give the same bytes.
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub seed: u64,
    /// Folder to write to: a new or an empty one.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub out: PathBuf,
    /// Print one JSON document.
    #[arg(long)]
    pub json: bool,
}

/// `--format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportFormatArgument {
    /// Open Authorization API, custom application: identities, roles, resources and who may do what.
    Oaa,
    /// Open Authorization API, custom identity provider: users and groups with the ARNs of the roles they may assume.
    OaaIdp,
    /// Paths, one a row.
    Csv,
    /// Entities and edges.
    #[value(name = "graphml")]
    GraphMl,
}

impl From<ExportFormatArgument> for sv0_report::ExportFormat {
    fn from(argument: ExportFormatArgument) -> Self {
        match argument {
            ExportFormatArgument::Oaa => Self::Oaa,
            ExportFormatArgument::OaaIdp => Self::OaaIdentityProvider,
            ExportFormatArgument::Csv => Self::Csv,
            ExportFormatArgument::GraphMl => Self::GraphMl,
        }
    }
}

/// A severity as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SeverityArgument {
    /// For information.
    Informational,
    /// Low.
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
    /// Critical.
    Critical,
}

impl From<SeverityArgument> for FindingSeverity {
    fn from(argument: SeverityArgument) -> Self {
        match argument {
            SeverityArgument::Informational => Self::Informational,
            SeverityArgument::Low => Self::Low,
            SeverityArgument::Medium => Self::Medium,
            SeverityArgument::High => Self::High,
            SeverityArgument::Critical => Self::Critical,
        }
    }
}

fn timestamp(text: &str) -> Result<Timestamp, String> {
    parse_timestamp(text).ok_or_else(|| "expected a time such as 2026-03-02T06:00:00Z".to_owned())
}

/// One of some plain enum values, by the name that it has in JSON.
fn one_of<T>(values: &'static [T]) -> impl TypedValueParser<Value = T>
where
    T: Serialize + Copy + Send + Sync + 'static,
{
    let mut names: Vec<String> = values.iter().map(name_of).collect();
    names.sort_unstable();
    let with_dashes = |name: String| PossibleValue::new(name.clone()).alias(name.replace('_', "-"));
    PossibleValuesParser::new(names.into_iter().map(with_dashes)).try_map(|text| {
        let name = text.replace('-', "_");
        let meant = values.iter().find(|value| name_of(*value) == name);
        meant.copied().ok_or("not one of them")
    })
}

fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => Ok((key.trim().to_owned(), value.to_owned())),
        _ => Err("expected KEY=VALUE, such as aws:SourceIp=203.0.113.7".to_owned()),
    }
}
