//! Every call of a live capture meets every fault of AWS and the network. What a fault costs stands in the ledger, and nothing else changes: `docs/fault-matrix.md` is the table.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use sv0_collect::evidence::{EvidenceOptions, LogFilesOptions};
use sv0_collect::{CollectOptions, Plan, Step, calls, central, outline, permissions, spoke};
use sv0_model::coverage::{CoverageRow, CoverageStatus};
use sv0_sources::MemorySink;
use tokio::runtime::Runtime;

use super::collector::{ATTEMPT, Collector, MAX_ANSWER};
use super::evidence::table_statements;
use super::preflight_faults;
use super::recording::{Example, fake_at_home_in};
use crate::fake_aws::FakeAws;
use crate::permissions::unmade;
use crate::support::repository;

/// Set to write the table in place of comparing it.
const WRITE: &str = "SV0_WRITE_FAULT_MATRIX";
const TABLE: &str = "docs/fault-matrix.md";
/// A case that takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(60);
/// Fakes at a time, each with a share of the calls.
const FAKES: usize = 4;
/// Accounts that between them hold something of most files.
const ACCOUNTS: [&str; 3] = ["271650948133", "508416729354", "912746058213"];

const MANAGEMENT: &str = "318277459012";
/// A Region that accounts have to enable: in others no answer means that they have not.
const HOME: &str = "eu-south-1";
/// Services with one place for all Regions, which no account can do without.
pub const GLOBAL: [&str; 3] = ["account", "iam", "organizations"];
/// Regions that every account has.
const DEFAULT_REGIONS: &str = "ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-southeast-1 ap-southeast-2 ca-central-1 eu-central-1 eu-north-1 eu-west-1 eu-west-2 eu-west-3 \
                               sa-east-1 us-east-1 us-east-2 us-west-1 us-west-2";
pub const REGION_DISABLED: &str = "Region disabled";
/// What cannot happen.
pub const NOTHING: &str = "–";

/// The account that has something of every kind.
const SPECIMENS: &str = ACCOUNTS[2];
/// Calls of the evidence that a scan without faults does not come to, or that pass by the client that counts the others; and the option of the fake that is off while they are made.
const OF_EVIDENCE: [(&str, Option<&str>, &str); 4] = [
    (STOP, Some("athena_ends"), EVIDENCE),
    ("s3:GetObject", None, EVIDENCE),
    ("s3:GetObject", None, LOG_FILES),
    ("s3:ListObjectsV2", Some("athena_manifest"), EVIDENCE),
];
const EVIDENCE: &str = "athena:notable-events";
const LOG_FILES: &str = "cloudtrail:log-files";
const STOP: &str = "athena:StopQueryExecution";
/// Faults that the last attempt at a call meets too.
const LASTING: [&str; 9] = [
    "throttled",
    "5xx",
    "no answer",
    "reset",
    "denied",
    REGION_DISABLED,
    "truncated",
    "malformed",
    "clock skew",
];
const BY_ATHENA: &str = "Amazon Athena makes it in the role's name, and says in its own words what came of it";
/// Rows of the table of permissions that are no rows here, and why.
const ELSEWHERE: &[(&str, &str)] = &[
    ("glue:GetDatabase", BY_ATHENA),
    ("glue:GetTable", BY_ATHENA),
    ("kms:Decrypt", BY_ATHENA),
    ("s3:PutObject", BY_ATHENA),
];

/// The example at home in a Region that has to be enabled, with the table over its log files.
fn fake() -> Example {
    fake_at_home_in(
        HOME,
        SPECIMENS,
        &json!({ "page_size": 2, "athena_tables": table_statements(&[HOME, "eu-central-1"]) }),
    )
}

/// A column: its name, and the fault as the fake is told of it.
pub fn faults() -> Vec<(&'static str, Value)> {
    let for_ever = |kind: &str| json!({"kind": kind, "times": null});
    let slow = json!({"kind": "timeout", "times": null, "seconds": ATTEMPT.as_secs_f64() * 1.5});
    vec![
        ("throttled", for_ever("throttle")),
        ("throttled once", json!({"kind": "throttle"})),
        ("5xx", for_ever("server_error")),
        ("5xx once", json!({"kind": "server_error"})),
        ("no answer", slow),
        ("reset", for_ever("reset")),
        ("reset once", json!({"kind": "reset"})),
        ("denied", for_ever("access_denied")),
        (
            "denied later",
            json!({"kind": "access_denied", "after": 1, "times": null}),
        ),
        ("expired", json!({"kind": "expired_token", "after": 1})),
        (REGION_DISABLED, for_ever("region_disabled")),
        ("empty page", json!({"kind": "empty_page"})),
        ("page twice", json!({"kind": "duplicated_page"})),
        ("truncated", for_ever("truncated_body")),
        ("malformed", for_ever("malformed_body")),
        (
            "oversized item",
            json!({"kind": "oversized_item", "times": null, "bytes": MAX_ANSWER + 1}),
        ),
        ("clock skew", for_ever("clock_skew")),
    ]
}

#[test]
fn no_fault_makes_a_gap_look_whole() {
    let fakes: Vec<_> = (0..FAKES).map(|_| fake()).collect();
    let clean = runtime().block_on(Clean::of(&fakes[0]));
    let (clean, chosen) = (&clean, &clean.chosen());
    let shares: Vec<Vec<Row>> = std::thread::scope(|scope| {
        let threads: Vec<_> = fakes
            .iter()
            .enumerate()
            .map(|(share, fake)| {
                scope.spawn(move || {
                    let own = chosen.iter().enumerate().filter(|(index, _)| index % FAKES == share);
                    runtime().block_on(async {
                        let mut rows = Vec::new();
                        for (_, case) in own {
                            rows.push(row(fake, clean, case).await);
                        }
                        rows
                    })
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let mut rows: Vec<Row> = shares.into_iter().flatten().collect();
    rows.sort_by(|left, right| (&left.case.call, left.case.step).cmp(&(&right.case.call, right.case.step)));
    let preflight = runtime().block_on(preflight_faults::rows(&fakes[0], &clean.plan, &clean.made()));
    let mut wrong: Vec<String> = rows.iter().flat_map(|row| row.wrong.clone()).collect();
    wrong.extend(preflight.iter().flat_map(|row| row.wrong.clone()));
    let told: Vec<Value> = rows
        .iter()
        .map(|row| &row.case.call)
        .chain(preflight.iter().map(|row| &row.call))
        .map(|call| call.split_once(':').unwrap())
        .map(|(service, operation)| json!({"service": service, "operation": operation}))
        .collect();
    wrong.extend(unmade(&told, &permissions::rows().collect::<Vec<_>>(), ELSEWHERE));
    let table = format!("{}{}", table(&rows, clean), preflight_faults::table(&preflight));
    println!("{table}");
    for fake in &fakes {
        assert_eq!(fake.problems(), Vec::<Value>::new());
    }
    assert!(
        wrong.is_empty(),
        "{} cases are wrong\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    let file = repository().join(TABLE);
    if std::env::var_os(WRITE).is_some() {
        fs::write(&file, &table).unwrap();
    }
    let known = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        known == table,
        "{TABLE} is not what the faults give: set {WRITE}=1 to write it anew"
    );
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

/// What every step gives without faults.
struct Clean {
    plan: Plan,
    steps: Vec<Box<dyn Step>>,
    rows: Vec<CoverageRow>,
    /// By step: how often each call is made.
    calls: Vec<BTreeMap<String, u64>>,
    files: BTreeMap<String, Vec<u8>>,
}

impl Clean {
    async fn of(fake: &FakeAws) -> Self {
        let collector = Collector::of(fake);
        let store = Arc::new(MemorySink::default());
        let options = CollectOptions {
            home_region: fake.region.clone(),
            regions: vec![fake.region.clone()],
            accounts: ACCOUNTS.map(str::to_owned).into(),
            environment_keys: true,
            evidence: Some(EvidenceOptions::new("securityv0", "securityv0-hub")),
            log_files: Some(LogFilesOptions::at("s3://acme-org-cloudtrail").unwrap()),
            ..CollectOptions::default()
        };
        let mut plan = outline(&collector.work(&store), options).await.unwrap();
        // Log files are asked of the days that the example has.
        plan.header.captured_at = "2026-03-02T06:05:00Z".parse().unwrap();
        let steps = steps(&plan);
        let (mut files, mut rows, mut calls) = (store.files(), Vec::new(), Vec::new());
        for step in &steps {
            let before = collector.sent();
            let (progress, written) = collector.run(std::slice::from_ref(step), &files).await;
            files.extend(written);
            rows.push(row_of(&progress.rows, step.as_ref()).unwrap_or_else(|| panic!("{:?} has no row", step.place())));
            let made = collector.sent().into_iter().map(|(call, count)| {
                let earlier = before.get(&call).copied().unwrap_or_default();
                (call, count - earlier)
            });
            calls.push(made.filter(|(_, count)| *count > 0).collect());
        }
        Self {
            plan,
            steps,
            rows,
            calls,
            files,
        }
    }

    /// Every call that a step makes, but for the one that reads log files in Athena's place: what it asks, preflight asks otherwise.
    fn made(&self) -> BTreeSet<String> {
        let steps = self.rows.iter().zip(&self.calls);
        let others = steps.filter(|(row, _)| row.source != LOG_FILES);
        others.flat_map(|(_, calls)| calls.keys().cloned()).collect()
    }

    /// For each call the step that shows the most of it: one that reads items through it, more than once, with few other calls.
    fn chosen(&self) -> Vec<Case> {
        let mut chosen = Vec::new();
        for call in calls::ALL.iter().map(|call| call.name()) {
            let makes = (0..self.steps.len()).filter(|step| self.calls[*step].contains_key(&call));
            let best = makes.max_by_key(|step| {
                let all: u64 = self.calls[*step].values().sum();
                (
                    self.rows[*step].items > 0,
                    self.calls[*step][&call] > 1,
                    std::cmp::Reverse(all),
                )
            });
            chosen.extend(best.map(|step| Case { call, step, off: None }));
        }
        chosen.extend(OF_EVIDENCE.map(|(call, off, source)| Case {
            call: call.to_owned(),
            step: self.rows.iter().position(|row| row.source == source).unwrap(),
            off,
        }));
        chosen
    }
}

fn steps(plan: &Plan) -> Vec<Box<dyn Step>> {
    let mut steps = central::organization_steps(plan);
    steps.extend(central::aggregator_steps(plan));
    steps.extend(central::inventory_steps(plan));
    steps.extend(central::findings_steps(plan));
    steps.extend(central::identity_steps(plan));
    steps.extend(central::trail_steps(plan));
    steps.extend(central::region_steps(&of_every_region(plan)));
    for account in plan
        .accounts
        .iter()
        .filter(|account| ACCOUNTS.contains(&account.id.as_str()))
    {
        steps.extend(spoke::account_steps(plan, account));
    }
    steps
}

/// The plan of somebody who names no Regions.
fn of_every_region(plan: &Plan) -> Plan {
    let mut plan = plan.clone();
    plan.options.regions.clear();
    plan.header.regions = DEFAULT_REGIONS
        .split_whitespace()
        .chain([HOME])
        .map(str::to_owned)
        .collect();
    plan
}

fn row_of(rows: &[CoverageRow], step: &dyn Step) -> Option<CoverageRow> {
    let place = step.place();
    let is_own =
        |row: &&CoverageRow| row.account == place.account && row.region == place.region && row.source == place.source;
    rows.iter().find(is_own).cloned()
}

/// A call, the step that makes it, and the option of the fake that is off meanwhile.
#[derive(Clone)]
struct Case {
    call: String,
    step: usize,
    off: Option<&'static str>,
}

impl Case {
    fn collector(&self, fake: &FakeAws) -> Collector {
        // A statement that does not end is asked about some hundred times.
        if self.call == STOP {
            Collector::hasty(fake)
        } else {
            Collector::of(fake)
        }
    }

    fn switch(&self, fake: &FakeAws, is_on: bool) {
        if let Some(option) = self.off {
            fake.set(&json!({ option: is_on }));
        }
    }
}

/// What a step came to.
struct Outcome {
    row: CoverageRow,
    file: Option<Vec<u8>>,
}

impl Outcome {
    async fn of(clean: &Clean, step: usize, collector: &Collector) -> Option<Self> {
        let (progress, mut files) = collector.run(&clean.steps[step..=step], &clean.files).await;
        let step = clean.steps[step].as_ref();
        Some(Self {
            row: row_of(&progress.rows, step)?,
            file: step.file().and_then(|file| files.remove(file.path())),
        })
    }
}

/// A row of the table.
struct Row {
    case: Case,
    cells: Vec<String>,
    wrong: Vec<String>,
}

async fn row(fake: &FakeAws, clean: &Clean, case: &Case) -> Row {
    let (service, operation) = case.call.split_once(':').unwrap();
    let mut row = Row {
        case: case.clone(),
        cells: Vec::new(),
        wrong: Vec::new(),
    };
    case.switch(fake, false);
    // The session is taken before the fault, unless it is what the fault is about.
    let shared = case.collector(fake);
    let whole = Outcome::of(clean, case.step, &shared).await.unwrap();
    for (name, mut fault) in faults() {
        if name == REGION_DISABLED && GLOBAL.contains(&service) {
            row.cells.push(NOTHING.to_owned());
            continue;
        }
        let own;
        let collector = if service == "sts" {
            own = case.collector(fake);
            &own
        } else {
            &shared
        };
        fault["service"] = json!(service);
        fault["operation"] = json!(operation);
        fake.fault(&fault);
        let run = tokio::time::timeout(PATIENCE, Outcome::of(clean, case.step, collector)).await;
        fake.forget_faults();
        let verdict = match run {
            Ok(Some(outcome)) => judge(case, name, &whole, &outcome),
            Ok(None) => Err("the ledger has no row".to_owned()),
            Err(_) => Err("hangs".to_owned()),
        };
        row.cells.push(match verdict {
            Ok(cell) => cell,
            Err(fault) => {
                row.wrong
                    .push(format!("{} {name} ({}): {fault}", case.call, whole.row.source));
                "wrong".to_owned()
            }
        });
    }
    case.switch(fake, true);
    row
}

/// The status of the ledger, if it tells the truth.
fn judge(case: &Case, fault: &str, whole: &Outcome, found: &Outcome) -> Result<String, String> {
    let (call, row) = (case.call.as_str(), &found.row);
    let told = format!(
        "{:?} {:?} {:?} {}",
        row.status, row.error_code, row.operation, row.reason
    );
    let lost = lost(whole.file.as_ref(), found.file.as_ref());
    let whole = &whole.row;
    let is_whole = lost == 0 && row.items >= whole.items;
    let is_as_ever = row.status == whole.status && is_whole;
    // What did not end goes on and costs money.
    if call == STOP && LASTING.contains(&fault) && !row.reason.contains("could not be stopped") {
        return Err(format!("nothing says that the statement goes on: {told}"));
    }
    if row.status == CoverageStatus::Ok && !is_whole {
        return Err(format!(
            "{lost} of {} items are missing, and the ledger says ok",
            whole.items
        ));
    }
    if is_as_ever {
        return Ok(status(row.status));
    }
    // What the hub may not ask is asked with the role in the management account, which the example has not: both are told.
    let is_of_organization = call.starts_with("organizations:") && fault.starts_with("denied");
    let names_management = row.reason.contains("sts:AssumeRole") && row.reason.contains(MANAGEMENT);
    if is_of_organization && !names_management {
        return Err(format!(
            "the ledger does not name the role that was tried after the hub: {told}"
        ));
    }
    let names_call = row.operation.as_deref() == Some(call) || row.reason.contains(call);
    if !names_call || row.error_code.is_none() {
        return Err(format!("the ledger does not name the call and AWS's error: {told}"));
    }
    let fits = match row.status {
        CoverageStatus::Throttled => fault.starts_with("throttled"),
        CoverageStatus::Denied => fault.starts_with("denied") || call == "sts:AssumeRole",
        CoverageStatus::Disabled => fault == REGION_DISABLED && call != "sts:AssumeRole",
        CoverageStatus::Partial => row.items > 0,
        CoverageStatus::Failed => !fault.starts_with("denied"),
        _ => false,
    };
    if fits {
        Ok(status(row.status))
    } else {
        Err(format!("the status is not that of the fault: {told}"))
    }
}

fn status(status: CoverageStatus) -> String {
    serde_json::to_value(status).unwrap().as_str().unwrap().to_owned()
}

/// How many lines of the whole file are not in the other.
fn lost(whole: Option<&Vec<u8>>, other: Option<&Vec<u8>>) -> usize {
    let (whole, other) = (lines(whole), lines(other));
    whole.difference(&other).count()
}

fn lines(file: Option<&Vec<u8>>) -> BTreeSet<String> {
    let Some(bytes) = file else { return BTreeSet::new() };
    let plain = zstd::decode_all(bytes.as_slice()).unwrap_or_else(|_| bytes.clone());
    String::from_utf8_lossy(&plain).lines().map(str::to_owned).collect()
}

fn table(rows: &[Row], clean: &Clean) -> String {
    let names: Vec<&str> = faults().into_iter().map(|(name, _)| name).collect();
    let mut table = String::from(
        "# What a fault costs\n\n\
         Every call that a live scan makes, and what the coverage ledger says of the source that needs it when the call meets a fault. Generated by the tests, which hold it:\n\
         `SV0_WRITE_FAULT_MATRIX=1 cargo test -p sv0-tests no_fault_makes_a_gap_look_whole`.\n\n\
         Of every row the tests know that nothing ended the scan or went on past its time, that `ok` means that all items are there, and that every other status comes with AWS's name of the \
         error and the call. *Once*, *later* and *expired* are faults of one request, after which AWS answers; the others last. The home Region is one that accounts have to enable; a service \
         that has one place for all Regions cannot be in one that is disabled (–). A role that AWS STS does not give out in the Region is no disabled Region but an account that is not seen: \
         `denied`. In the row of `athena:StopQueryExecution` the statement does not end, so that the source fails without a fault as well, and in that of `s3:ListObjectsV2` for \
         `athena:notable-events` it has no manifest.\n\n\
         Every call of the product's own reading of AWS is a row here or below. These are none, as Amazon Athena makes them in the role's name and says in its own words what came of it: ",
    );
    let elsewhere: Vec<String> = ELSEWHERE.iter().map(|(call, _)| format!("`{call}`")).collect();
    let _ = writeln!(table, "{}.\n", elsewhere.join(", "));
    let _ = writeln!(table, "| call | source | {} |", names.join(" | "));
    let _ = writeln!(table, "|---|---|{}", "---|".repeat(names.len()));
    for row in rows {
        let _ = writeln!(
            table,
            "| `{}` | `{}` | {} |",
            row.case.call,
            clean.rows[row.case.step].source,
            row.cells.join(" | ")
        );
    }
    table
}
