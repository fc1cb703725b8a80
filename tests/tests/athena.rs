//! The evidence queries: what they answer over log files adds up to the evidence that the log files themselves give.
//!
//! The statements are run as Athena's parser and engine would, as far as that can be had without AWS: Trino's parser must take them without a warning, and
//! DuckDB runs a translation of them over files in CloudTrail's own layout.

pub mod engine;
mod logs;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};
use sv0_authority::EvidenceFold;
use sv0_collect::evidence::{
    Account, Bill, Bucket, Day, EvidenceCost, EvidenceSource, Identifier, LogTable, OrganizationId, Prefix, Region,
    ResultLocation, Statement, TrailLogs, Window, Workgroup, evidence_steps, window_steps,
};
use sv0_collect::{Progress, Session, Step, Target, Work, run_steps};
use sv0_model::coverage::{CoverageRow, CoverageStatus};
use sv0_model::event::LoggedEvent;
use sv0_model::observation::Evidence;
use sv0_model::record::RecordKind;
use sv0_sources::{CaptureWriter, EventFold, FolderSink, ReadOptions, read_capture};
use tempfile::TempDir;

use crate::support::repository;
use engine::{FakeAthena, Fault, check};

#[derive(Default)]
struct Fold(EvidenceFold);

impl EventFold for Fold {
    fn add(&mut self, event: &LoggedEvent<'_>) {
        self.0.add_event(event);
    }

    fn merge(&mut self, other: Self) {
        self.0.merge(other.0);
    }
}

/// The evidence of a capture, whether it holds log files or rows.
fn evidence(capture: &Path) -> Evidence {
    let contents = read_capture::<Fold>(capture, &ReadOptions::default(), &|_| {}).unwrap();
    let errors: Vec<_> = contents
        .diagnostics
        .iter()
        .filter(|found| found.file.contains("athena"))
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
    let mut fold = contents.events.0;
    let rows = contents
        .records
        .iter()
        .filter(|record| matches!(record.kind, RecordKind::AthenaRow { .. }));
    rows.for_each(|row| fold.add(row));
    fold.finish(Vec::new())
}

struct Asked {
    capture: TempDir,
    athena: Arc<FakeAthena>,
    progress: Progress,
    cost: EvidenceCost,
}

impl Asked {
    fn row(&self, account: &str, source: &str) -> Vec<&CoverageRow> {
        let rows = self.progress.rows.iter();
        rows.filter(|row| row.account == account && row.source == source)
            .collect()
    }
}

struct Question<'q> {
    logs: &'q Path,
    accounts: &'q [&'q str],
    trails: Vec<Value>,
    days_at_once: u32,
    fault: Fault,
}

/// Runs the steps over the log files of a folder, going on as often as a worker's time is up.
fn ask(question: Question<'_>) -> Asked {
    let capture = tempfile::tempdir().unwrap();
    std::fs::write(capture.path().join("capture.json"), HEADER).unwrap();
    let athena = Arc::new(FakeAthena::over(question.logs, question.fault));
    let source = Arc::new(EvidenceSource {
        target: Target {
            session: Session::Hub,
            region: "eu-west-1".to_owned(),
        },
        workgroup: Workgroup::new("sv0-evidence").unwrap(),
        table: table(),
        logs: trail_logs(),
        results: ResultLocation {
            bucket: Bucket::new("hub-bucket").unwrap(),
            prefix: Prefix::new("athena").unwrap(),
        },
        window: window(),
        days_at_once: question.days_at_once,
        accounts: question.accounts.iter().map(|id| Account::new(id).unwrap()).collect(),
        regions: vec![Region::new("eu-west-1").unwrap(), Region::new("us-east-1").unwrap()],
        trails: question.trails,
        objects: Arc::clone(&athena) as _,
        bill: Bill::default(),
    });
    let store = Arc::new(FolderSink::open(capture.path()).unwrap());
    let work = Work {
        api: Arc::clone(&athena) as _,
        clock: Arc::clone(&athena) as _,
        writer: CaptureWriter::new(Arc::clone(&store) as _),
        store,
        base: None,
    };
    let mut progress = run(&work, &athena, &evidence_steps(&source), Progress::default());
    let windows = window_steps(&source, &progress.rows);
    progress = run(&work, &athena, &windows, progress);
    let cost = source.bill.cost(EvidenceCost::MICRO_DOLLARS_PER_TERABYTE);
    Asked {
        capture,
        athena,
        progress,
        cost,
    }
}

/// Runs steps by one worker after the other, each of which goes on where the last one's time was up.
fn run(work: &Work, athena: &FakeAthena, steps: &[Box<dyn Step>], mut progress: Progress) -> Progress {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for _worker in 0..64 {
        let kept = serde_json::from_value(serde_json::to_value(&progress).unwrap()).unwrap();
        progress = runtime.block_on(run_steps(work, steps, kept, 4, &|_| {})).unwrap();
        if progress.is_finished(steps) {
            return progress;
        }
        athena.next_worker();
    }
    panic!("the steps do not come to an end");
}

const HEADER: &str = r#"{"format": "sv0-capture/1", "partition": "aws", "hub_account": "318277459012", "organization_id": null, "captured_at": "2026-03-02T06:00:00Z", "regions": ["eu-west-1"]}"#;

fn table() -> LogTable {
    LogTable {
        database: Identifier::new(EvidenceSource::TABLE.0).unwrap(),
        table: Identifier::new(EvidenceSource::TABLE.1).unwrap(),
    }
}

fn trail_logs() -> TrailLogs {
    TrailLogs {
        bucket: Bucket::new("acme-org-cloudtrail").unwrap(),
        prefix: Prefix::new("").unwrap(),
        organization: Some(OrganizationId::new("o-acme1example").unwrap()),
    }
}

fn window() -> Window {
    Window::of_days(EvidenceSource::DAYS, "2026-03-02T06:00:00Z".parse().unwrap())
}

fn acme() -> std::path::PathBuf {
    repository().join("examples/acme/capture")
}

fn acme_accounts() -> Vec<String> {
    let folders = std::fs::read_dir(acme().join("cloudtrail/AWSLogs/o-acme1example")).unwrap();
    folders
        .map(|folder| folder.unwrap().file_name().into_string().unwrap())
        .collect()
}

fn acme_trails() -> Vec<Value> {
    let text = std::fs::read_to_string(acme().join("cloudtrail/trails.ndjson")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The parts of evidence one by one, so that a difference is told where it is.
fn assert_equal(rows: &Evidence, logs: &Evidence) {
    assert_eq!(rows.uses, logs.uses, "uses");
    assert_eq!(rows.assumptions, logs.assumptions, "assumptions");
    assert_eq!(rows.chains, logs.chains, "chains");
    assert_eq!(rows.divided_sessions, logs.divided_sessions, "divided sessions");
    assert_eq!(rows.callers, logs.callers, "callers");
    assert_eq!(rows.notable, logs.notable, "notable events");
    assert_eq!(rows, logs);
}

#[test]
fn rows_of_the_example_add_up_to_the_evidence_of_its_log_files() {
    let accounts = acme_accounts();
    let accounts: Vec<&str> = accounts.iter().map(String::as_str).collect();
    let asked = ask(Question {
        logs: &acme().join("cloudtrail"),
        accounts: &accounts,
        trails: acme_trails(),
        days_at_once: 10,
        fault: Fault::None,
    });
    let logs = evidence(&acme());
    assert!(
        logs.uses.len() > 20 && !logs.chains.is_empty() && !logs.assumptions.is_empty() && !logs.notable.is_empty(),
        "the example has everything"
    );
    assert_equal(&evidence(asked.capture.path()), &logs);
    assert_eq!(
        asked.athena.started(),
        4,
        "four spans of days, each asked once by all steps"
    );
    assert_eq!(asked.cost.executions, 4);
    assert!(
        asked.cost.bytes_scanned > 0 && asked.cost.bytes_billed == 40_000_000,
        "{:?}",
        asked.cost
    );
    for source in [
        "athena:observed-use",
        "athena:assumptions",
        "athena:notable-events",
        "athena:log-windows",
    ] {
        let rows = asked.row("organization", source);
        assert!(
            matches!(rows.as_slice(), [row] if row.status == CoverageStatus::Ok && row.items > 0),
            "{source} {rows:?}"
        );
    }
    let regions: BTreeSet<&str> = asked
        .progress
        .rows
        .iter()
        .filter(|row| row.source == "cloudtrail:logs" && row.status == CoverageStatus::Ok)
        .map(|row| row.region.as_str())
        .collect();
    assert!(regions.contains("eu-west-1"), "{regions:?}");
}

#[test]
fn rows_of_generated_logs_add_up_to_their_evidence_in_any_slices() {
    for seed in 0..4 {
        let capture = tempfile::tempdir().unwrap();
        std::fs::write(capture.path().join("capture.json"), HEADER).unwrap();
        logs::write(capture.path(), seed);
        let asked = ask(Question {
            logs: &capture.path().join("cloudtrail"),
            accounts: &logs::ACCOUNTS,
            trails: Vec::new(),
            days_at_once: 3 + seed * 9,
            fault: Fault::None,
        });
        let logs = evidence(capture.path());
        assert!(logs.uses.len() > 50, "{}", logs.uses.len());
        assert_equal(&evidence(asked.capture.path()), &logs);
    }
}

#[test]
fn what_is_kept_of_rows_holds_no_access_key_id() {
    let accounts = acme_accounts();
    let accounts: Vec<&str> = accounts.iter().map(String::as_str).collect();
    let asked = ask(Question {
        logs: &acme().join("cloudtrail"),
        accounts: &accounts,
        trails: acme_trails(),
        days_at_once: 30,
        fault: Fault::None,
    });
    let texts = asked.athena.results();
    assert!(texts.contains("\"session\": \""));
    assert!(!texts.contains("ASIA") && !texts.contains("AKIA"));
}

#[test]
fn workers_that_run_out_of_time_ask_nothing_twice() {
    let accounts = acme_accounts();
    let accounts: Vec<&str> = accounts.iter().map(String::as_str).collect();
    let logs = acme().join("cloudtrail");
    let question = |fault| Question {
        logs: &logs,
        accounts: &accounts,
        trails: acme_trails(),
        days_at_once: 20,
        fault,
    };
    let whole = evidence(ask(question(Fault::None)).capture.path());
    let asked = ask(question(Fault::ShortWorkers));
    assert!(asked.athena.workers() > 3, "{}", asked.athena.workers());
    assert_eq!(asked.athena.started(), 2);
    assert_eq!(asked.cost.executions, 2);
    assert_equal(&evidence(asked.capture.path()), &whole);
}

#[test]
fn failures_stand_in_the_ledger_in_words_of_aws() {
    let accounts = acme_accounts();
    let accounts: Vec<&str> = accounts.iter().map(String::as_str).collect();
    for (fault, status, code, words, started) in [
        (
            Fault::NoCutoff,
            CoverageStatus::Failed,
            None,
            "--configuration-updates BytesScannedCutoffPerQuery=",
            0,
        ),
        (
            Fault::NotEnforced,
            CoverageStatus::Failed,
            None,
            "EnforceWorkGroupConfiguration=true",
            0,
        ),
        (
            Fault::Cancelled,
            CoverageStatus::Failed,
            Some("CANCELLED"),
            "Bytes scanned limit was exceeded",
            1,
        ),
        (
            Fault::Denied,
            CoverageStatus::Denied,
            Some("FAILED"),
            "Access Denied",
            1,
        ),
        (
            Fault::AlwaysBusy,
            CoverageStatus::Failed,
            Some("FAILED"),
            "Query exhausted resources",
            3,
        ),
        (
            Fault::NeverEnds,
            CoverageStatus::Failed,
            Some("Timeout"),
            "ask for fewer days at once",
            1,
        ),
        (
            Fault::CutResult,
            CoverageStatus::Failed,
            Some("InvalidResult"),
            "a result cannot be read",
            1,
        ),
        (
            Fault::ForeignFile,
            CoverageStatus::Failed,
            Some("InvalidManifest"),
            "something else than files",
            1,
        ),
    ] {
        let asked = ask(Question {
            logs: &acme().join("cloudtrail"),
            accounts: &accounts,
            trails: acme_trails(),
            days_at_once: 60,
            fault,
        });
        let rows = asked.row("organization", "athena:notable-events");
        let [row] = rows.as_slice() else {
            panic!("{fault:?} {rows:?}")
        };
        // What a file gave before it broke off is kept, and is only a part.
        let expected = if row.items > 0 { CoverageStatus::Partial } else { status };
        assert_eq!(
            (row.status, row.error_code.as_deref()),
            (expected, code),
            "{fault:?} {row:?}"
        );
        assert!(row.reason.contains(words), "{fault:?} {row:?}");
        assert_eq!(asked.athena.started(), started, "{fault:?}");
        assert!(
            asked.row("912746058213", "cloudtrail:logs").is_empty(),
            "{fault:?} says nothing of log files"
        );
        assert!(
            evidence(asked.capture.path()).log_windows.is_empty(),
            "{fault:?} proves no absence"
        );
    }
    let asked = ask(Question {
        logs: &acme().join("cloudtrail"),
        accounts: &accounts,
        trails: acme_trails(),
        days_at_once: 60,
        fault: Fault::BusyOnce,
    });
    assert_eq!(
        asked.athena.started(),
        2,
        "what failed for a reason of Athena's own is asked again"
    );
    assert_equal(&evidence(asked.capture.path()), &evidence(&acme()));
}

#[test]
fn nothing_is_called_absent_where_uses_were_lost() {
    let logs = acme().join("cloudtrail");
    let asked = ask(Question {
        logs: &logs,
        accounts: &["912746058213"],
        trails: acme_trails(),
        days_at_once: 60,
        fault: Fault::BrokenRead,
    });
    let status = |query: &str| asked.row("organization", &format!("athena:{query}"))[0].status;
    assert_eq!(status("observed-use"), CoverageStatus::Failed);
    assert_eq!(status("assumptions"), CoverageStatus::Ok);
    assert_eq!(status("log-windows"), CoverageStatus::NotObservable);
    let evidence = evidence(asked.capture.path());
    assert!(!evidence.assumptions.is_empty() && evidence.log_windows.is_empty());
}

#[test]
fn the_ledger_says_which_log_files_the_trail_misses() {
    let mut trails = acme_trails();
    trails[0]["Status"] = json!({"IsLogging": false, "StopLoggingTime": "2026-03-01T12:00:00Z"});
    trails[0]["Trail"]["IsMultiRegionTrail"] = json!(false);
    let asked = ask(Question {
        logs: &acme().join("cloudtrail"),
        accounts: &["912746058213", "111122223333"],
        trails,
        days_at_once: 60,
        fault: Fault::None,
    });
    let told: BTreeMap<(&str, &str), (CoverageStatus, &str)> = asked
        .progress
        .rows
        .iter()
        .filter(|row| row.source == "cloudtrail:logs")
        .map(|row| {
            (
                (row.account.as_str(), row.region.as_str()),
                (row.status, row.reason.as_str()),
            )
        })
        .collect();
    assert_eq!(
        told[&("organization", "global")],
        (
            CoverageStatus::Partial,
            "trail acme-org-trail has not recorded since 2026-03-01T12:00:00Z"
        )
    );
    assert_eq!(told[&("912746058213", "eu-west-1")].0, CoverageStatus::Ok);
    assert_eq!(
        told[&("111122223333", "eu-west-1")],
        (
            CoverageStatus::Missing,
            "no event in the log files from 2026-01-31T06:00:00Z to 2026-03-02T06:00:00Z"
        )
    );
    assert_eq!(
        told[&("111122223333", "us-east-1")],
        (CoverageStatus::NotObservable, "the trail records eu-west-1 alone")
    );
}

#[test]
fn trino_takes_every_statement_without_a_warning() {
    let accounts: Vec<Account> = (0..700)
        .map(|number| Account::new(&format!("{:012}", 100_000_000_000_u64 + number)).unwrap())
        .collect();
    let results = ResultLocation {
        bucket: Bucket::new("hub-bucket").unwrap(),
        prefix: Prefix::new("").unwrap(),
    };
    let mut statements: Vec<String> = window()
        .slices(&accounts, 40)
        .iter()
        .map(|slice| Statement::new(&table(), slice, &results, 0).sql)
        .collect();
    assert_eq!(statements.len(), 2, "no statement names more than 500 accounts");
    assert!(
        statements.iter().all(|sql| sql.len() < 262_144),
        "AWS takes no longer one"
    );
    let single = TrailLogs {
        organization: None,
        prefix: Prefix::new("logs/eu").unwrap(),
        ..trail_logs()
    };
    let regions = [Region::new("us-east-1").unwrap(), Region::new("eu-west-1").unwrap()];
    let first = Day::of(window().from);
    let tables = [trail_logs(), single].map(|logs| table().statement(&logs, &regions, first));
    assert!(
        tables[0].contains("'s3://acme-org-cloudtrail/AWSLogs/o-acme1example/${account}/CloudTrail/${region}/${day}'"),
        "{}",
        tables[0]
    );
    assert!(
        tables[1].contains("'s3://acme-org-cloudtrail/logs/eu/AWSLogs/${account}/CloudTrail/${region}/${day}'"),
        "{}",
        tables[1]
    );
    assert!(tables[0].contains("'projection.region.values' = 'eu-west-1,us-east-1'"));
    statements.extend(tables);
    for (sql, problems) in statements.iter().zip(check(&statements)) {
        assert_eq!(problems, Vec::<String>::new(), "{sql}");
    }
    let wrong = [
        "SELECT approx_distinct_of(1)",
        "SELECT x::varchar FROM t",
        "SELECT a FROM",
    ]
    .map(str::to_owned);
    assert!(
        check(&wrong).iter().all(|problems| !problems.is_empty()),
        "the check can fail"
    );
}

#[test]
fn the_documentation_shows_the_statements() {
    let accounts = ["111122223333", "444455556666"].map(|id| Account::new(id).unwrap());
    let until = "2026-01-31T00:00:00Z".parse().unwrap();
    let logs = TrailLogs {
        bucket: Bucket::new("trail-bucket").unwrap(),
        prefix: Prefix::new("").unwrap(),
        organization: Some(OrganizationId::new("o-exampleorgid").unwrap()),
    };
    let results = ResultLocation {
        bucket: Bucket::new("hub-bucket").unwrap(),
        prefix: Prefix::new("athena").unwrap(),
    };
    let window = Window::of_days(EvidenceSource::DAYS, until);
    let slice = window.slices(&accounts, 31).remove(0);
    let regions = ["eu-west-1", "us-east-1"].map(|region| Region::new(region).unwrap());
    let definition = table().statement(&logs, &regions, Day::of(window.from));
    let statement = Statement::new(&table(), &slice, &results, 0);
    let parameters = statement.parameters.join(" ");
    let written = format!(
        "-- The table (docs/collection-athena.md).\n{definition};\n\n-- The evidence queries. Parameters: {parameters}\n{};\n",
        statement.sql
    );
    let path = repository().join("docs/collection-athena.sql");
    if std::env::var_os("SV0_WRITE_DOCUMENTATION").is_some() {
        std::fs::write(&path, &written).unwrap();
    }
    assert_eq!(
        std::fs::read_to_string(&path).unwrap(),
        written,
        "SV0_WRITE_DOCUMENTATION=1 writes it"
    );
}
