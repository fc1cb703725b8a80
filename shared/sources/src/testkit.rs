//! Captures in temporary folders, for tests.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};
use sv0_model::coverage::{CoverageRow, CoverageStatus};
use sv0_model::event::LoggedEvent;
use sv0_model::hash::sha256_of_json;
use sv0_model::record::{Record, RecordKind};
use tempfile::TempDir;

use crate::{
    CaptureContents, CaptureError, CaptureFile, CaptureWriter, CopyOptions, EventFold, Limits, MemorySink, ReadOptions,
    copy_capture, read_capture,
};

/// What stands for a secret.
pub(crate) const CANARY: &str = "CANARY";
pub(crate) const HUB: &str = "111122223333";
pub(crate) const MEMBER: &str = "444455556666";
pub(crate) const REGION: &str = "eu-west-1";

/// A capture under construction. It begins with a `capture.json` and nothing else.
pub(crate) struct Capture {
    folder: TempDir,
}

impl Capture {
    pub fn new() -> Self {
        let capture = Self {
            folder: TempDir::new().unwrap(),
        };
        capture.json(
            "capture.json",
            &json!({"format": "sv0-capture/1", "partition": "aws", "hub_account": HUB, "organization_id": "o-exampleorgid",
                    "captured_at": "2026-01-31T09:00:00Z", "regions": [REGION]}),
        )
    }

    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    pub fn path(&self, path: &str) -> PathBuf {
        let path = self.root().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        path
    }

    pub fn file(self, path: &str, bytes: impl AsRef<[u8]>) -> Self {
        std::fs::write(self.path(path), bytes).unwrap();
        self
    }

    pub fn json(self, path: &str, value: &Value) -> Self {
        self.file(path, serde_json::to_string_pretty(value).unwrap())
    }

    pub fn lines(self, path: &str, values: &[Value]) -> Self {
        self.file(path, lines(values))
    }

    /// Reads the capture, and shows on the way that a copy of it reads the same.
    pub fn read(&self) -> CaptureContents<EventLog> {
        let contents = self.read_within(Limits::default());
        assert_copies(self.root(), &contents);
        contents
    }

    pub fn read_within(&self, limits: Limits) -> CaptureContents<EventLog> {
        self.try_read(&ReadOptions { threads: 2, limits }).unwrap()
    }

    pub fn try_read(&self, options: &ReadOptions) -> Result<CaptureContents<EventLog>, CaptureError> {
        read_capture(self.root(), options, &|_| {})
    }
}

/// A copy gives the records, the events and the ledger of its original, holds no secret, and is what a copy of it is, be it taken over file by file.
pub(crate) fn assert_copies(root: &Path, contents: &CaptureContents<EventLog>) {
    let (first, second) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let options = CopyOptions::default();
    let copy = copy_capture(root, first.path(), &options, &|_| {}).unwrap();
    let read = read_folder(first.path());
    assert_eq!(without_places(&read), without_places(contents), "{copy:#?}");
    assert_eq!(read.events, contents.events);
    assert_eq!(
        statuses(&read),
        statuses(contents),
        "{copy:#?} {:#?} {:#?}",
        read.diagnostics,
        contents.diagnostics
    );
    assert_eq!(
        read.inputs,
        copy.files.iter().map(|file| file.object.clone()).collect::<Vec<_>>()
    );
    copy_capture(first.path(), second.path(), &options, &|_| {}).unwrap();
    assert_taken_over(first.path());
    let (first, second) = (stored(first.path()), stored(second.path()));
    assert_eq!(first.keys().collect::<Vec<_>>(), second.keys().collect::<Vec<_>>());
    for (key, bytes) in first {
        assert!(bytes == second[&key], "{key} differs in the copy of the copy");
        assert!(
            !String::from_utf8_lossy(&bytes).contains(CANARY),
            "{key} holds a secret"
        );
    }
}

/// What a writer stored of an account is the same when it is taken over, marks of what is lost and of pages that follow included.
fn assert_taken_over(root: &Path) {
    let sink = Arc::new(MemorySink::default());
    let writer = CaptureWriter::new(sink.clone());
    let mut expected = BTreeMap::new();
    for key in stored(root).into_keys().filter(|key| key.starts_with("accounts/")) {
        let bytes = std::fs::read(root.join(&key)).unwrap();
        writer.take_over(&CaptureFile::at(&key).unwrap(), &bytes).unwrap();
        expected.insert(key, bytes);
    }
    let found = sink.files();
    for (key, bytes) in &expected {
        let (found, bytes) = (expanded(found[key].clone()), expanded(bytes.clone()));
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(found == bytes, "{key}:\n{}\n{}", text(&found), text(&bytes));
    }
    assert_eq!(found.len(), expected.len());
}

fn without_places(contents: &CaptureContents<EventLog>) -> Vec<Record> {
    let mut records = contents.records.clone();
    for record in &mut records {
        record.origin.object.clear();
    }
    records
}

fn statuses(contents: &CaptureContents<EventLog>) -> Vec<CoverageRow> {
    let mut rows = contents.coverage.clone();
    for row in rows.iter_mut().filter(|row| !row.status.proves_absence()) {
        row.reason.clear();
    }
    rows
}

/// Every file below a folder, decompressed.
pub(crate) fn stored(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = walkdir::WalkDir::new(root).into_iter().map(Result::unwrap);
    files
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let key = entry.path().strip_prefix(root).unwrap().display().to_string();
            (key, expanded(std::fs::read(entry.path()).unwrap()))
        })
        .collect()
}

/// The text of a stored file.
pub(crate) fn expanded_text(bytes: Vec<u8>) -> String {
    String::from_utf8(expanded(bytes)).unwrap()
}

/// Reads the capture in a folder.
pub(crate) fn read_folder(root: &Path) -> CaptureContents<EventLog> {
    read_capture(root, &ReadOptions::default(), &|_| {}).unwrap()
}

fn expanded(bytes: Vec<u8>) -> Vec<u8> {
    match bytes.as_slice() {
        [0x1F, 0x8B, ..] => {
            let mut text = Vec::new();
            flate2::read::GzDecoder::new(bytes.as_slice())
                .read_to_end(&mut text)
                .unwrap();
            text
        }
        [0x28, 0xB5, 0x2F, 0xFD, ..] => zstd::stream::decode_all(bytes.as_slice()).unwrap(),
        _ => bytes,
    }
}

/// Keeps every event, which only a test can afford.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct EventLog {
    pub by_hash: BTreeMap<String, Vec<Value>>,
}

impl EventLog {
    pub fn bodies(&self) -> Vec<&Value> {
        self.by_hash.values().flatten().collect()
    }

    pub fn ids(&self) -> Vec<&str> {
        let mut ids: Vec<&str> = self
            .bodies()
            .iter()
            .map(|body| body["eventID"].as_str().unwrap())
            .collect();
        ids.sort_unstable();
        ids
    }
}

impl EventFold for EventLog {
    fn add(&mut self, event: &LoggedEvent<'_>) {
        let body = event.body.to_value();
        self.by_hash.entry(sha256_of_json(&body)).or_default().push(body);
    }

    fn merge(&mut self, other: Self) {
        for (hash, bodies) in other.by_hash {
            self.by_hash.entry(hash).or_default().extend(bodies);
        }
    }
}

pub(crate) fn lines(values: &[Value]) -> String {
    values.iter().map(|value| format!("{value}\n")).collect()
}

pub(crate) fn gzip(bytes: impl AsRef<[u8]>) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes.as_ref()).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn zstd(bytes: impl AsRef<[u8]>) -> Vec<u8> {
    zstd::stream::encode_all(bytes.as_ref(), 1).unwrap()
}

pub(crate) fn utf16le(text: &str) -> Vec<u8> {
    [0xFEFF]
        .into_iter()
        .chain(text.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect()
}

pub(crate) fn account(id: &str) -> Value {
    json!({"Id": id, "Arn": format!("arn:aws:organizations::{HUB}:account/o-exampleorgid/{id}"), "Name": "one", "State": "ACTIVE"})
}

pub(crate) fn bucket(name: &str) -> Value {
    json!({"accountId": MEMBER, "awsRegion": REGION, "resourceType": "AWS::S3::Bucket", "resourceId": name, "resourceName": name,
           "arn": format!("arn:aws:s3:::{name}"), "configurationItemStatus": "OK",
           "configurationItemCaptureTime": "2026-01-30T08:00:00.000Z",
           "configuration": {"name": name, "owner": {"id": "abc"}}})
}

pub(crate) fn event(id: &str) -> Value {
    json!({"eventVersion": "1.09", "eventID": id, "eventName": "AssumeRole", "eventSource": "sts.amazonaws.com",
           "eventTime": "2026-01-30T10:00:00Z", "awsRegion": REGION, "recipientAccountId": MEMBER,
           "userIdentity": {"type": "AWSService", "invokedBy": "lambda.amazonaws.com"},
           "requestParameters": {"roleArn": format!("arn:aws:iam::{MEMBER}:role/app"), "roleSessionName": "app"}})
}

pub(crate) fn log_path(name: &str) -> String {
    format!("cloudtrail/AWSLogs/o-exampleorgid/{MEMBER}/CloudTrail/{REGION}/2026/01/30/{name}")
}

/// `(severity is left out) file:line code` of every diagnostic.
pub(crate) fn codes(contents: &CaptureContents<EventLog>) -> Vec<String> {
    contents
        .diagnostics
        .iter()
        .map(|found| {
            let line = found.line.map_or_else(String::new, |line| format!(":{line}"));
            format!("{}{line} {}", found.file, found.code)
        })
        .collect()
}

pub(crate) fn bodies<'a>(contents: &'a CaptureContents<EventLog>, kind: &RecordKind) -> Vec<&'a Value> {
    contents
        .records
        .iter()
        .filter(|record| record.kind == *kind)
        .map(|record| &record.body)
        .collect()
}

pub(crate) fn config(resource_type: &str) -> RecordKind {
    RecordKind::ConfigItem {
        resource_type: resource_type.to_owned(),
    }
}

pub(crate) fn coverage<'a>(
    contents: &'a CaptureContents<EventLog>,
    account: &str,
    region: &str,
    source: &str,
) -> &'a CoverageRow {
    let mut rows = contents
        .coverage
        .iter()
        .filter(|row| (&*row.account, &*row.region, &*row.source) == (account, region, source));
    let row = rows
        .next()
        .unwrap_or_else(|| panic!("no row {account} {region} {source} in {:#?}", contents.coverage));
    assert!(rows.next().is_none(), "two rows {account} {region} {source}");
    row
}

pub(crate) fn status(
    contents: &CaptureContents<EventLog>,
    account: &str,
    region: &str,
    source: &str,
) -> CoverageStatus {
    coverage(contents, account, region, source).status
}
