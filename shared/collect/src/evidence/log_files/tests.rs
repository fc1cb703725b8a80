//! Log files out of a bucket in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Map, Value, json};
use sv0_model::coverage::CoverageStatus;
use sv0_sources::CaptureWriter;

use super::*;
use crate::api::AwsApi;
use crate::call::ApiCall;
use crate::evidence::{ObjectBody, ObjectReader};
use crate::plan::CollectOptions;
use crate::testkit::{ACCOUNT, Memory, REGION, Still, account, done, plan};
use crate::work::{Progress, Work, run_steps};

const ORGANIZATION: &str = "o-exampleorgid";
const OTHER: &str = "222233334444";
/// A day of the window, which ends on 2026-02-01.
const DAY: &str = "2026/01/31";
/// What the key of an object ends in that is listed without it.
const UNNAMED: &str = "unnamed.json.gz";

/// A bucket.
#[derive(Default)]
struct Logs {
    objects: BTreeMap<String, Vec<u8>>,
    /// Beginnings of keys that may not be listed, and of those that may not be read, with what is said instead.
    unlisted: Vec<(String, Failure)>,
    unread: Vec<(String, Failure)>,
    lists_of_root_are_refused: bool,
    page: usize,
    listed: AtomicI64,
    read: Mutex<BTreeSet<String>>,
}

impl Logs {
    fn new() -> Self {
        Self {
            page: 2,
            ..Self::default()
        }
    }

    fn with(mut self, key: &str, bytes: Vec<u8>) -> Self {
        self.objects.insert(key.to_owned(), bytes);
        self
    }

    /// A log file of one event.
    fn event(self, folder: &str, name: &str, id: &str) -> Self {
        self.with(&format!("{folder}{name}"), log(&[(id, "2026-01-31T12:00:00Z")]))
    }

    fn list(&self, parameters: &Map<String, Value>) -> Result<Value, ApiError> {
        self.listed.fetch_add(1, Ordering::SeqCst);
        let text = |name: &str| parameters.get(name).and_then(Value::as_str);
        let prefix = text("Prefix").unwrap_or_default();
        let refused = self
            .unlisted
            .iter()
            .find(|(begin, _)| prefix.starts_with(begin.as_str()));
        let refused = refused.map(|(_, failure)| *failure);
        let refused =
            refused.or((self.lists_of_root_are_refused && text("Delimiter").is_some()).then_some(Failure::Denied));
        if let Some(failure) = refused {
            return Err(error(failure, "s3:ListObjectsV2"));
        }
        let after = text("ContinuationToken").or(text("StartAfter")).unwrap_or_default();
        let keys = self
            .objects
            .keys()
            .filter(|key| key.starts_with(prefix) && key.as_str() > after);
        if text("Delimiter").is_some() {
            let folders: BTreeSet<String> = keys
                .filter_map(|key| Some(format!("{prefix}{}/", key.strip_prefix(prefix)?.split_once('/')?.0)))
                .collect();
            let folders: Vec<Value> = folders.into_iter().map(|folder| json!({"Prefix": folder})).collect();
            return Ok(json!({"CommonPrefixes": folders, "IsTruncated": false}));
        }
        let keys: Vec<&String> = keys.collect();
        let page: Vec<Value> = keys
            .iter()
            .take(self.page)
            .map(|key| match key.ends_with(UNNAMED) {
                true => json!({"Size": 1}),
                false => json!({"Key": key, "Size": self.objects[*key].len()}),
            })
            .collect();
        let goes_on = keys.len() > self.page;
        let mut answer = json!({"Contents": page, "IsTruncated": goes_on});
        if goes_on {
            answer["NextContinuationToken"] = json!(keys[self.page - 1]);
        }
        Ok(answer)
    }
}

fn error(failure: Failure, call: &str) -> ApiError {
    let code = match failure {
        Failure::Denied => "AccessDenied",
        Failure::Throttled => "SlowDown",
        _ => "InternalError",
    };
    ApiError {
        failure,
        code: code.to_owned(),
        message: "the bucket says no".to_owned(),
        call: call.to_owned(),
    }
}

struct Bucketed(Arc<Logs>);

impl AwsApi for Bucketed {
    fn call<'a>(
        &'a self,
        _: &'a Target,
        call: &'static ApiCall,
        parameters: Map<String, Value>,
    ) -> BoxFuture<'a, Result<Value, ApiError>> {
        Box::pin(async move {
            match call.operation {
                "GetBucketLocation" => Ok(json!({"LocationConstraint": "eu-central-1"})),
                _ => self.0.list(&parameters),
            }
        })
    }

    fn objects_in(&self, region: &str) -> Option<Arc<dyn ObjectReader>> {
        assert_eq!(region, "eu-central-1");
        Some(Arc::new(Self(Arc::clone(&self.0))))
    }
}

impl ObjectReader for Bucketed {
    fn list<'a>(&'a self, _: &'a str, _: &'a str) -> BoxFuture<'a, Result<Vec<String>, ApiError>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn open<'a>(&'a self, _: &'a str, key: &'a str) -> BoxFuture<'a, Result<Box<dyn ObjectBody>, ApiError>> {
        Box::pin(async move {
            if let Some((_, failure)) = self.0.unread.iter().find(|(begin, _)| key.starts_with(begin.as_str())) {
                return Err(error(*failure, "s3:GetObject"));
            }
            self.0.read.lock().unwrap().insert(key.to_owned());
            Ok(Box::new(Whole(self.0.objects.get(key).cloned())) as Box<dyn ObjectBody>)
        })
    }
}

struct Whole(Option<Vec<u8>>);

impl ObjectBody for Whole {
    fn next(&mut self) -> BoxFuture<'_, Result<Option<Vec<u8>>, ApiError>> {
        Box::pin(async move { Ok(self.0.take()) })
    }
}

fn log(events: &[(&str, &str)]) -> Vec<u8> {
    let events: Vec<Value> = events
        .iter()
        .map(|(id, time)| {
            json!({"eventID": id, "eventName": "GetObject", "eventSource": "s3.amazonaws.com", "eventTime": time, "requestParameters": {"bucketName": "b", "secret": "CANARY"}})
        })
        .collect();
    gzip(&json!({ "Records": events }).to_string())
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// The folder of an account in a Region, by the organization's trail.
fn folder(account: &str, region: &str) -> String {
    format!("trail/AWSLogs/{ORGANIZATION}/{account}/CloudTrail/{region}/")
}

fn steps_of(max_bytes: u64) -> Vec<Box<dyn Step>> {
    let mut plan = plan();
    plan.accounts.push(PlannedAccount {
        id: OTHER.to_owned(),
        ..account()
    });
    plan.options = CollectOptions {
        log_files: Some(LogFilesOptions {
            max_bytes,
            ..LogFilesOptions::at("s3://trail-bucket/trail/").unwrap()
        }),
        ..CollectOptions::default()
    };
    steps(&plan)
}

struct Read {
    logs: Arc<Logs>,
    store: Arc<Memory>,
    progress: Progress,
}

impl Read {
    fn of(logs: Logs) -> Self {
        Self::within(logs, LogFilesOptions::MAX_BYTES)
    }

    fn within(logs: Logs, max_bytes: u64) -> Self {
        let mut read = Self {
            logs: Arc::new(logs),
            store: Arc::default(),
            progress: Progress::default(),
        };
        read.go_on(&steps_of(max_bytes), -1);
        read
    }

    /// A worker, whose time is up after so many looks at the clock.
    fn go_on(&mut self, steps: &[Box<dyn Step>], checks: i64) {
        let work = Work {
            api: Arc::new(Bucketed(Arc::clone(&self.logs))),
            clock: Arc::new(Still(AtomicI64::new(checks))),
            writer: CaptureWriter::new(self.store.clone()),
            store: self.store.clone(),
            base: None,
        };
        let kept = serde_json::from_value(serde_json::to_value(&self.progress).unwrap()).unwrap();
        self.progress = done(run_steps(&work, steps, kept, 1, &|_| {})).unwrap();
    }

    fn files(&self) -> BTreeMap<String, Vec<u8>> {
        self.store.0.lock().unwrap().clone()
    }

    fn paths(&self) -> Vec<String> {
        self.files().into_keys().collect()
    }

    /// Status, error and items of a place, and the reason.
    fn row(&self, account: &str, region: &str) -> (CoverageStatus, Option<String>, u64, String) {
        let is_of = |row: &&sv0_model::coverage::CoverageRow| {
            (row.account.as_str(), row.region.as_str(), row.source.as_str()) == (account, region, LOGS)
        };
        let mut rows = self.progress.rows.iter().filter(is_of);
        let row = rows.next().unwrap_or_else(|| panic!("no row {account} {region}"));
        assert!(rows.next().is_none(), "two rows {account} {region}");
        (row.status, row.error_code.clone(), row.items, row.reason.clone())
    }
}

#[test]
fn log_files_of_both_layouts_are_read_within_the_days() {
    let own = format!("trail/AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/");
    let organization = folder(ACCOUNT, REGION);
    let logs = Logs::new()
        .event(&organization, "2026/01/31/a.json.gz", "1")
        .event(&organization, "2026/02/01/b.json.gz", "2")
        .event(&own, "2026/01/31/c.json.gz", "3")
        .with(
            &format!("{organization}2026/01/02/d.json.gz"),
            log(&[("too early", "2026-01-01T23:59:59Z"), ("4", "2026-01-02T00:00:00Z")]),
        )
        .event(&organization, "2026/01/01/before.json.gz", "before")
        .event(&organization, "2026/02/02/after.json.gz", "after")
        .event(&organization, "2027/01/31/after.json.gz", "after")
        .event(&folder(ACCOUNT, "us-east-1"), "2026/01/31/global.json.gz", "5")
        .event(
            &folder(ACCOUNT, "ap-south-1"),
            "2026/01/31/not-of-the-scan.json.gz",
            "6",
        )
        .event(
            &folder("999999999999", REGION),
            "2026/01/31/not-of-the-scan.json.gz",
            "7",
        )
        .event(
            &format!("trail/AWSLogs/{ORGANIZATION}/{ACCOUNT}/CloudTrail-Digest/{REGION}/"),
            "2026/01/31/digest.json.gz",
            "8",
        )
        .event(
            &format!("trail/AWSLogs/{ORGANIZATION}/{ACCOUNT}/CloudTrail-Insight/{REGION}/"),
            "2026/01/31/insight.json.gz",
            "9",
        )
        .with(&format!("{organization}2026/01/31/"), Vec::new())
        .with(&format!("{organization}2026/01/31/notes.txt"), b"notes".to_vec());
    let read = Read::of(logs);
    let organization = organization.replace("trail/", "cloudtrail/");
    assert_eq!(
        read.paths(),
        [
            format!("cloudtrail/AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/2026/01/31/c.json.gz"),
            format!("{organization}2026/01/02/d.json.gz"),
            format!("{organization}2026/01/31/a.json.gz"),
            format!("{organization}2026/02/01/b.json.gz"),
            format!("cloudtrail/AWSLogs/{ORGANIZATION}/{ACCOUNT}/CloudTrail/us-east-1/2026/01/31/global.json.gz"),
        ]
    );
    assert_eq!(read.row(ACCOUNT, REGION), (CoverageStatus::Ok, None, 4, String::new()));
    assert_eq!(read.row(ACCOUNT, "us-east-1").2, 1);
    let silent = "no event in the log files from 2026-01-02T00:00:00Z to 2026-02-01T00:00:00Z".to_owned();
    assert_eq!(read.row(OTHER, REGION), (CoverageStatus::Missing, None, 0, silent));
    let was_read = read.logs.read.lock().unwrap().clone();
    assert!(
        !was_read
            .iter()
            .any(|key| key.contains("Digest") || key.contains("before") || key.contains("after"))
    );
    for bytes in read.files().values() {
        let mut text = String::new();
        std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(bytes.as_slice()), &mut text).unwrap();
        assert!(!text.contains("CANARY") && !text.contains("too early"), "{text}");
    }
}

#[test]
fn where_folders_may_not_be_looked_for_both_layouts_are_tried() {
    let own = format!("trail/AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/");
    let logs = Logs {
        lists_of_root_are_refused: true,
        ..Logs::new()
    };
    let read = Read::of(
        logs.event(&folder(ACCOUNT, REGION), &format!("{DAY}/a.json.gz"), "1")
            .event(&own, &format!("{DAY}/b.json.gz"), "2"),
    );
    assert_eq!(read.paths().len(), 2);
    assert_eq!(read.row(ACCOUNT, REGION).2, 2);
}

/// `(what is wrong, status, error, items, words)`
#[test]
fn what_is_not_read_stands_in_the_ledger() {
    use CoverageStatus::{Denied, Failed, NotObservable, Partial, Throttled};
    let here = folder(ACCOUNT, REGION);
    let day = format!("{here}{DAY}/");
    let two = || Logs::new().event(&day, "a.json.gz", "1").event(&day, "b.json.gz", "2");
    let unlisted = |failure| Logs {
        unlisted: vec![(here.clone(), failure)],
        ..two()
    };
    let unread = |begin: &str, failure| Logs {
        unread: vec![(format!("{day}{begin}"), failure)],
        ..two()
    };
    type Told = (CoverageStatus, &'static str, u64);
    let cases: Vec<(&str, Logs, u64, Told, &str)> = vec![
        (
            "listing is denied",
            unlisted(Failure::Denied),
            u64::MAX,
            (Denied, "AccessDenied", 0),
            "s3:ListBucket",
        ),
        (
            "listing is throttled",
            unlisted(Failure::Throttled),
            u64::MAX,
            (Throttled, "SlowDown", 0),
            "not every log file was listed",
        ),
        (
            "reading is denied",
            unread("", Failure::Denied),
            u64::MAX,
            (Denied, "AccessDenied", 0),
            "kms:Decrypt",
        ),
        (
            "reading one is denied",
            unread("a", Failure::Denied),
            u64::MAX,
            (Partial, "AccessDenied", 1),
            "1 log files were not read",
        ),
        (
            "reading fails",
            unread("", Failure::Server),
            u64::MAX,
            (Failed, "InternalError", 0),
            "2 log files were not read",
        ),
        (
            "one is damaged",
            two().with(&format!("{day}c.json.gz"), gzip("{\"Records\": [")),
            u64::MAX,
            (Partial, "truncated_json", 2),
            "ends in its middle",
        ),
        (
            "one is a bomb",
            two().with(&format!("{day}c.json.gz"), gzip(&" ".repeat(10_000_000))),
            u64::MAX,
            (Partial, "item_too_large", 2),
            "an event is larger than",
        ),
        (
            "a key leads out",
            two().event(&day, "../../../../../x.json.gz", "3"),
            u64::MAX,
            (Partial, "InvalidKey", 2),
            "../../../../../x.json.gz",
        ),
        (
            "a key has control characters",
            two().event(&day, "\u{1b}[31mx.json.gz", "3"),
            u64::MAX,
            (Partial, "InvalidKey", 2),
            "\\u{1b}[31mx.json.gz",
        ),
        (
            "a key is too long",
            two().event(&day, &format!("{}.json.gz", "k".repeat(80_000)), "3"),
            u64::MAX,
            (Partial, "InvalidKey", 2),
            "does not make",
        ),
        (
            "a key is left out",
            two().event(&day, UNNAMED, "3"),
            u64::MAX,
            (Partial, "InvalidKey", 2),
            "does not make",
        ),
        (
            "too many bytes",
            two(),
            250,
            (Partial, "TooManyBytes", 1),
            "--cloudtrail-logs-max-bytes",
        ),
        (
            "no bytes",
            two(),
            1,
            (NotObservable, "TooManyBytes", 0),
            "--evidence-days",
        ),
    ];
    for (what, logs, max_bytes, (status, code, items), words) in cases {
        let logs = logs.event(&folder(OTHER, "us-east-1"), &format!("{DAY}/z.json.gz"), "9");
        let read = Read::within(logs, max_bytes);
        let (found, error, count, reason) = read.row(ACCOUNT, REGION);
        assert_eq!(
            (found, error.as_deref(), count),
            (status, Some(code), items),
            "{what}: {reason}"
        );
        assert!(reason.contains(words) && !reason.contains('\u{1b}'), "{what}: {reason}");
        let other = read.row(OTHER, "us-east-1").0;
        let expected = if max_bytes < 1_000 {
            NotObservable
        } else {
            CoverageStatus::Ok
        };
        assert_eq!(other, expected, "{what}");
        assert!(
            read.paths()
                .iter()
                .all(|path| path.starts_with("cloudtrail/AWSLogs/") && !path.contains("..")),
            "{what}"
        );
        let own = read.progress.rows.iter().find(|row| row.source == SOURCE).unwrap();
        let told = if own.items > 0 { Partial } else { status };
        assert_eq!(
            (own.status, own.error_code.as_deref()),
            (told, Some(code)),
            "{what}: {}",
            own.reason
        );
    }
}

#[test]
fn a_bucket_that_gives_nothing_is_not_asked_for_everything() {
    let day = format!("{}{DAY}/", folder(ACCOUNT, REGION));
    let mut logs = Logs {
        unread: vec![(String::new(), Failure::Denied)],
        page: 1000,
        ..Logs::new()
    };
    for number in 0..100 {
        logs = logs.event(&day, &format!("{number:03}.json.gz"), "1");
    }
    let (status, _, _, reason) = Read::of(logs).row(ACCOUNT, REGION);
    assert_eq!(status, CoverageStatus::Denied);
    assert!(reason.starts_with("8 log files were not read"), "{reason}");
}

/// Files and rows are the same wherever a worker stops, and when all is done once more.
#[test]
fn whoever_goes_on_reads_what_is_left() {
    let logs = || {
        let mut logs = Logs::new();
        for (account, region) in [(ACCOUNT, REGION), (ACCOUNT, "us-east-1"), (OTHER, REGION)] {
            for name in ["30/a", "30/b", "31/a", "31/b", "31/c"] {
                logs = logs.event(&folder(account, region), &format!("2026/01/{name}.json.gz"), name);
            }
        }
        logs.event(
            &format!("trail/AWSLogs/{OTHER}/CloudTrail/{REGION}/"),
            &format!("{DAY}/own.json.gz"),
            "own",
        )
    };
    let steps = steps_of(LogFilesOptions::MAX_BYTES);
    let mut whole = Read::of(logs());
    let (files, rows) = (whole.files(), whole.progress.rows.clone());
    assert_eq!(files.len(), 16);
    whole.progress = Progress::default();
    whole.go_on(&steps, -1);
    assert_eq!(
        (whole.files(), &whole.progress.rows),
        (files.clone(), &rows),
        "a second time"
    );
    for checks in 1..24 {
        let mut stopped = Read {
            logs: Arc::new(logs()),
            store: Arc::default(),
            progress: Progress::default(),
        };
        let mut workers = 0;
        while !stopped.progress.is_finished(&steps) {
            stopped.go_on(&steps, checks);
            workers += 1;
            assert!(workers < 200, "it never ends");
        }
        assert!(checks > 12 || workers > 1, "{checks} {workers}");
        assert_eq!(
            (stopped.files(), &stopped.progress.rows),
            (files.clone(), &rows),
            "after {checks}"
        );
    }
}

#[test]
fn a_place_is_named_by_what_stands_before_the_layout() {
    for (text, bucket, prefix) in [
        ("s3://trail-bucket", "trail-bucket", ""),
        ("s3://trail-bucket/", "trail-bucket", ""),
        ("s3://trail-bucket/logs/eu/", "trail-bucket", "logs/eu"),
    ] {
        let options = LogFilesOptions::at(text).unwrap();
        assert_eq!(
            (options.bucket.as_str(), options.prefix.as_str()),
            (bucket, prefix),
            "{text}"
        );
    }
    for (text, words) in [
        ("trail-bucket", "write s3://BUCKET"),
        ("https://trail-bucket", "write s3://BUCKET"),
        ("s3://", "is no bucket"),
        ("s3://Trail", "is no bucket"),
        ("s3://trail-bucket//x", "is no prefix"),
        ("s3://trail-bucket/../x", "is no prefix"),
        ("s3://trail-bucket/AWSLogs", "before AWSLogs"),
        ("s3://trail-bucket/logs/AWSLogs/o-exampleorgid/", "before AWSLogs"),
    ] {
        let refused = LogFilesOptions::at(text).unwrap_err().to_string();
        assert!(refused.contains(words), "{text}: {refused}");
    }
}
