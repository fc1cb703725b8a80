//! Files of a capture, through the reader as a scan uses it.

use std::path::Path;

use serde_json::Value;
use sv0_model::event::LoggedEvent;
use sv0_model::hash::sha256_of_json;
use sv0_model::record::Record;
use sv0_sources::{CaptureContents, CaptureError, EventFold, Limits, ReadOptions, read_capture};

use crate::folder::{HEADER, with_folder, write};

/// Keeps what events are made of: only a test can afford it.
#[derive(Debug, Default)]
pub(crate) struct Events(pub(crate) Vec<(Option<String>, Option<String>, Value)>);

impl EventFold for Events {
    fn add(&mut self, event: &LoggedEvent<'_>) {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        self.0
            .push((owned(event.account), owned(event.region), event.body.to_value()));
    }

    fn merge(&mut self, other: Self) {
        self.0.extend(other.0);
    }
}

/// Bounds that an input of a few kilobytes can reach.
pub(crate) fn limits() -> Limits {
    Limits {
        max_file_bytes: 64 * 1024,
        max_expanded_bytes: 256 * 1024,
        max_document_bytes: 64 * 1024,
        max_line_bytes: 8 * 1024,
        max_event_bytes: 16 * 1024,
        max_items_per_file: 256,
        max_files: 32,
        max_diagnostics_per_file: 5,
    }
}

/// Reads the capture below `root` and asserts what holds of every capture.
pub(crate) fn read(root: &Path) -> Result<CaptureContents<Events>, CaptureError> {
    let options = ReadOptions {
        threads: 1,
        limits: limits(),
    };
    let contents = read_capture::<Events>(root, &options, &|_| {})?;
    for record in &contents.records {
        assert_eq!(
            record.origin.sha256,
            sha256_of_json(&record.body),
            "the hash is of what is kept"
        );
        assert!(!record.origin.object.ends_with(".gz") && !record.origin.object.ends_with(".zst"));
    }
    let order = |record: &Record| {
        let Record {
            kind,
            account,
            region,
            origin,
            ..
        } = record.clone();
        (kind, account, region, origin.sha256)
    };
    assert!(
        contents.records.is_sorted_by(|a, b| order(a) < order(b)),
        "sorted, each once"
    );
    let partition =
        |row: &sv0_model::coverage::CoverageRow| (row.account.clone(), row.region.clone(), row.source.clone());
    assert!(
        contents.coverage.is_sorted_by(|a, b| partition(a) < partition(b)),
        "one status for each source in each place"
    );
    assert!(contents.diagnostics.is_sorted() && contents.inputs.is_sorted());
    for diagnostic in &contents.diagnostics {
        let of_file = contents
            .diagnostics
            .iter()
            .filter(|other| other.file == diagnostic.file);
        assert!(of_file.count() <= 12, "the diagnostics of one file are bounded");
        assert!(!diagnostic.code.is_empty() && !diagnostic.message.is_empty());
    }
    Ok(contents)
}

/// Everything that a reader gives out, as text.
pub(crate) fn everything(contents: &CaptureContents<Events>) -> String {
    format!(
        "{:?}{:?}{:?}{:?}{:?}",
        contents.header, contents.records, contents.events, contents.diagnostics, contents.coverage
    )
}

/// Reads a capture of one file. It has a usable `capture.json`, so it is always read.
fn read_file(key: &str, bytes: &[u8]) -> CaptureContents<Events> {
    with_folder(|root| {
        write(root, "capture.json", HEADER.as_bytes());
        write(root, key, bytes);
        read(root).expect("damage to one file costs that file")
    })
}

/// Reads the file plain and compressed: how it is stored changes nothing but its name.
fn read_stored(key: &str, bytes: &[u8]) {
    let plain = read_file(key, bytes);
    if bytes.starts_with(&[0x1F, 0x8B]) || bytes.starts_with(&[0x28, 0xB5, 0x2F, 0xFD]) {
        return;
    }
    let stored = zstd::bulk::compress(bytes, 1).expect("memory suffices");
    let compressed = read_file(&format!("{key}.zst"), &stored);
    assert_eq!(plain.records, compressed.records);
    assert_eq!(plain.events.0, compressed.events.0);
    assert_eq!(statuses(&plain), statuses(&compressed));
    assert_eq!(codes(&plain), codes(&compressed));
}

fn statuses(contents: &CaptureContents<Events>) -> Vec<impl PartialEq + std::fmt::Debug> {
    let rows = contents.coverage.iter();
    rows.map(|row| {
        (
            row.account.clone(),
            row.region.clone(),
            row.source.clone(),
            row.status,
            row.items,
        )
    })
    .collect()
}

fn codes(contents: &CaptureContents<Events>) -> Vec<impl PartialEq + std::fmt::Debug> {
    contents
        .diagnostics
        .iter()
        .map(|found| (found.line, found.code.clone()))
        .collect()
}

/// `capture.json`: usable or refused with what is wrong and what mends it.
pub(crate) fn header(data: &[u8]) {
    with_folder(|root| {
        write(root, "capture.json", data);
        match read(root) {
            Ok(contents) => {
                let text = serde_json::to_string(&contents.header).expect("a header has a JSON form");
                write(root, "capture.json", text.as_bytes());
                let again = read(root).expect("a header that was read can be written and read");
                assert_eq!(again.header, contents.header);
            }
            Err(CaptureError::HeaderUnusable { problem, fix, .. }) => {
                assert!(!problem.is_empty() && !fix.is_empty());
            }
            Err(error) => panic!("{error}"),
        }
    });
}

/// The path of a file in the capture on the first line, its bytes after it: any kind, encoding and compression.
pub(crate) fn file(data: &[u8]) {
    let at = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let (key, bytes) = data.split_at(at);
    let key = String::from_utf8_lossy(key);
    if key.starts_with("capture.json") {
        return;
    }
    read_file(key.trim(), bytes.get(1..).unwrap_or_default());
}

/// Lines, documents and pages of AWS Config.
pub(crate) fn config_items(data: &[u8]) {
    read_stored("config/AWS-S3-Bucket.ndjson", data);
}

/// Pages of `iam:GetAccountAuthorizationDetails`.
pub(crate) fn authorization_details(data: &[u8]) {
    read_stored("accounts/111122223333/iam/authorization-details.json", data);
}

/// The credential report, whose rows are objects of texts.
pub(crate) fn credential_report(data: &[u8]) {
    let key = "accounts/111122223333/iam/credential-report.csv";
    read_stored(key, data);
    for record in read_file(key, data).records {
        let row = record.body.as_object().expect("a row is an object");
        assert!(row.values().all(serde_json::Value::is_string), "{row:?}");
        assert!(row.contains_key("user") && row.contains_key("arn"));
    }
}

/// `<service>/<what>` on the first line, the file of that name after it.
pub(crate) fn spoke_items(data: &[u8]) {
    let at = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let (name, bytes) = data.split_at(at);
    let name = String::from_utf8_lossy(name);
    let key = format!("accounts/111122223333/eu-west-1/{}.ndjson", name.trim());
    read_stored(&key, bytes.get(1..).unwrap_or_default());
}

/// A log file in CloudTrail's own layout.
pub(crate) fn cloudtrail_log(data: &[u8]) {
    read_stored(
        "cloudtrail/AWSLogs/o-exampleorgid/111122223333/CloudTrail/eu-west-1/2026/01/31/log.json",
        data,
    );
}

/// A ledger that a scan recorded.
pub(crate) fn coverage_ledger(data: &[u8]) {
    read_stored("coverage.ndjson", data);
}
