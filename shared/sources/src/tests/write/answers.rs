//! Answers as a collector hands them over: what is stored of them, and what a reader makes of it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use sv0_model::coverage::{CoverageRow, CoverageStatus};
use sv0_model::hash::sha256_hex;
use sv0_model::record::CaptureHeader;
use tempfile::TempDir;

use crate::testkit::{HUB, MEMBER, REGION, bucket, event, gzip, log_path};
use crate::{
    CaptureFile, CaptureSink, CaptureWriter, FolderSink, Limits, Refusal, RowOrder, SinkError, WriteError, WrittenFile,
    answer_about,
};

/// Keeps what is written in memory.
#[derive(Default)]
struct Memory(Mutex<BTreeMap<String, Vec<u8>>>);

impl CaptureSink for Memory {
    fn put(&self, key: &str, bytes: &[u8]) -> Result<(), SinkError> {
        self.0.lock().unwrap().insert(key.to_owned(), bytes.to_vec());
        Ok(())
    }
}

fn buckets() -> CaptureFile {
    CaptureFile::config_items("AWS::S3::Bucket").unwrap()
}

/// The file as written, and its text.
fn written(file: CaptureFile, limits: &Limits, answers: Vec<Value>) -> (WrittenFile, String) {
    let memory = Arc::new(Memory::default());
    let written = CaptureWriter::within(memory.clone(), limits.clone())
        .write(file, answers)
        .unwrap();
    let stored = memory.0.lock().unwrap()[&written.object.key].clone();
    assert_eq!(
        (written.object.bytes, &written.object.sha256),
        (stored.len() as u64, &sha256_hex(&stored))
    );
    (written, crate::testkit::expanded_text(stored))
}

fn text(file: CaptureFile, answers: Vec<Value>) -> String {
    written(file, &Limits::default(), answers).1
}

#[test]
fn each_file_has_its_form() {
    let details = || CaptureFile::authorization_details(HUB).unwrap();
    let page = |name: &str| json!({"UserDetailList": [{"UserName": name}], "IsTruncated": false});
    let log = || CaptureFile::cloudtrail_log(&log_path("1.json.gz")).unwrap();
    let event = json!({"eventID": "1", "eventName": "a", "eventSource": "b", "eventTime": "c", "requestID": "CANARY"});
    let report = || CaptureFile::credential_report(HUB).unwrap();
    for (file, answers, wanted) in [
        (
            CaptureFile::accounts(),
            vec![
                json!({"Accounts": [{"Id": HUB}], "NextToken": "t"}),
                json!({"Accounts": [{"Id": MEMBER}]}),
            ],
            format!("{{\"Accounts\":[\n{{\"Id\":\"{HUB}\"}},\n{{\"Id\":\"{MEMBER}\"}}\n]}}\n"),
        ),
        (CaptureFile::accounts(), vec![], "{\"Accounts\":[]}\n".to_owned()),
        (
            CaptureFile::accounts(),
            vec![json!({"Accounts": [{"Id": HUB}], "NextToken": "CANARY"})],
            format!("{{\"Accounts\":[\n{{\"Id\":\"{HUB}\"}}\n],\"NextToken\":\"[redacted]\"}}\n"),
        ),
        (
            CaptureFile::organization(),
            vec![json!({"Organization": {"Id": "o-1"}})],
            "{\"Organization\":{\"Id\":\"o-1\"}}\n".to_owned(),
        ),
        (
            CaptureFile::organization_policies(),
            vec![json!({"Policies": []})],
            "{\"Policies\":[]}\n".to_owned(),
        ),
        (
            CaptureFile::organization_policies(),
            vec![],
            "{\"Policies\":[\nnull\n]}\n".to_owned(),
        ),
        (
            details(),
            vec![page("a")],
            "{\"UserDetailList\":[{\"UserName\":\"a\"}]}\n".to_owned(),
        ),
        (
            details(),
            vec![page("a"), page("b")],
            "[\n{\"UserDetailList\":[{\"UserName\":\"a\"}]},\n{\"UserDetailList\":[{\"UserName\":\"b\"}]}\n]\n"
                .to_owned(),
        ),
        (
            CaptureFile::key_grants(HUB, REGION).unwrap(),
            vec![answer_about(
                "arn:aws:kms:eu-west-1:111122223333:key/k",
                json!({"Grants": []}),
            )],
            "{\"Arn\":\"arn:aws:kms:eu-west-1:111122223333:key/k\",\"Response\":{\"Grants\":[]}}\n".to_owned(),
        ),
        (CaptureFile::key_grants(HUB, REGION).unwrap(), vec![], "[]\n".to_owned()),
        (
            log(),
            vec![event.clone()],
            "{\"Records\":[\n{\"eventID\":\"1\",\"eventName\":\"a\",\"eventSource\":\"b\",\"eventTime\":\"c\"}\n]}\n"
                .to_owned(),
        ),
        (
            report(),
            vec![json!({"Content": "dXNlcixhcm4KZXZlLHgK"})],
            "user,arn\neve,x\n".to_owned(),
        ),
        (
            report(),
            vec![json!({"user": "e,v\"e", "arn": "x", "note": "CANARY"})],
            "user,arn\n\"e,v\"\"e\",x\n".to_owned(),
        ),
    ] {
        assert_eq!(text(file.clone(), answers), wanted, "{file}");
    }
}

#[test]
fn bytes_follow_from_items_alone() {
    let items = || vec![bucket("b"), bucket("a"), bucket("c")];
    let in_portions = |order: RowOrder, portions: Vec<Value>| {
        let memory = Arc::new(Memory::default());
        let mut file = CaptureWriter::new(memory).file(buckets(), order).unwrap();
        for portion in portions {
            file.add(portion).unwrap();
        }
        file.finish().unwrap().object
    };
    let as_given = in_portions(RowOrder::AsGiven, items());
    assert_eq!(
        in_portions(RowOrder::AsGiven, vec![json!({"Results": items()})]),
        as_given
    );
    let mut turned = items();
    turned.reverse();
    assert_ne!(in_portions(RowOrder::AsGiven, turned.clone()), as_given);
    assert_eq!(
        in_portions(RowOrder::Sorted, turned),
        in_portions(RowOrder::Sorted, items())
    );
}

#[test]
fn what_cannot_be_read_is_refused_by_name_and_marked() {
    let small = Limits {
        max_line_bytes: 2_000,
        ..Limits::default()
    };
    let mut large = bucket("large");
    large["configuration"]["note"] = Value::from("x".repeat(5_000));
    let mut deep = bucket("deep");
    deep["configuration"]["note"] = (0..200).fold(json!(1), |inner, _| json!([inner]));
    let given = vec![
        bucket("one"),
        large,
        json!({"no": "item"}),
        deep,
        json!(7),
        bucket("two"),
    ];
    let (file, text) = written(buckets(), &small, given);
    assert_eq!((file.items, file.refused_items), (3, 4));
    let refused: Vec<(&str, Refusal)> = file
        .refused
        .iter()
        .map(|item| (item.item.as_str(), item.refusal))
        .collect();
    let Refusal::TooLarge { bytes, limit } = refused[0].1 else {
        panic!("{refused:?}")
    };
    assert!(bytes > 5_000 && limit < 2_000);
    assert_eq!(refused[0].0, "arn:aws:s3:::large");
    assert_eq!(
        refused[1..],
        [
            ("item 3", Refusal::Unexpected),
            ("arn:aws:s3:::deep", Refusal::NestedTooDeep),
            ("item 5", Refusal::Unexpected)
        ]
    );
    assert!(
        file.refused
            .iter()
            .all(|item| item.to_string().starts_with("config/AWS-S3-Bucket.ndjson.zst: "))
    );
    assert!(text.ends_with("\nnull\n") && text.matches('\n').count() == 4, "{text}");
}

#[test]
fn a_file_that_would_be_too_large_is_refused_and_keeps_what_fits() {
    let limits = Limits {
        max_items_per_file: 4,
        ..Limits::default()
    };
    let mut file = CaptureWriter::within(Arc::new(Memory::default()), limits)
        .file(buckets(), RowOrder::AsGiven)
        .unwrap();
    file.add(json!([bucket("a"), bucket("b")])).unwrap();
    let error = file.add(bucket("c")).unwrap_err();
    assert!(
        matches!(error, WriteError::FileTooLarge { .. }) && error.to_string().contains("config/AWS-S3-Bucket"),
        "{error}"
    );
    assert_eq!(file.finish().unwrap().items, 2);
}

/// A whole capture as a scan writes it, and what a reader makes of it.
#[test]
fn a_capture_that_was_written_is_read() {
    let folder = TempDir::new().unwrap();
    let writer = CaptureWriter::new(Arc::new(FolderSink::open(folder.path()).unwrap()));
    let header: CaptureHeader = serde_json::from_value(
        json!({"format": "sv0-capture/1", "partition": "aws", "hub_account": HUB,
        "organization_id": null, "captured_at": "2026-01-31T09:00:00Z", "regions": [REGION]}),
    )
    .unwrap();
    writer.header(&header).unwrap();
    writer
        .write(buckets(), [json!({"Results": [bucket("a").to_string()]})])
        .unwrap();
    writer
        .write(
            CaptureFile::cloudtrail_log(&log_path("1.json.gz")).unwrap(),
            [event("1")],
        )
        .unwrap();
    let row = CoverageRow {
        account: MEMBER.to_owned(),
        region: REGION.to_owned(),
        source: "config:AWS::S3::Bucket".to_owned(),
        status: CoverageStatus::Ok,
        reason: String::new(),
        error_code: None,
        operation: None,
        captured_at: Some(header.captured_at),
        items: 1,
    };
    writer.coverage(std::slice::from_ref(&row)).unwrap();
    let contents = crate::testkit::read_folder(folder.path());
    assert_eq!((contents.header, contents.diagnostics), (header.clone(), Vec::new()));
    assert!(contents.coverage.contains(&row));
    assert_eq!((contents.records.len(), contents.events.ids()), (1, vec!["1"]));
    let unsorted = CaptureHeader {
        regions: vec!["us-east-1".to_owned(), REGION.to_owned()],
        ..header
    };
    assert!(matches!(writer.header(&unsorted), Err(WriteError::Header)));
}

/// Nothing of a damaged log file is used by a reader, so nothing of it is copied; an empty one stays empty.
#[test]
fn compressed_damage_is_copied_as_damage() {
    let whole = gzip(json!({"Records": [event("1"), event("2")]}).to_string());
    let cut = &whole[..whole.len() - 20];
    let capture = crate::testkit::Capture::new()
        .file(&log_path("cut.json.gz"), cut)
        .file(&log_path("whole.json.gz"), &whole)
        .file(&log_path("empty.json.gz"), "")
        .file("coverage.ndjson", "");
    assert_eq!(capture.read().events.ids(), ["1", "2"]);
}
