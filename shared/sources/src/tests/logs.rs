//! CloudTrail log files in CloudTrail's own layout.

use std::sync::Arc;

use serde_json::{Value, json};
use sv0_model::coverage::CoverageStatus;

use crate::testkit::{Capture, HUB, MEMBER, REGION, codes, coverage, event, gzip, lines, log_path, status};
use crate::{CaptureFile, CaptureWriter, Limits, LogFile, LogFileError, MemorySink, StoredLogFile};

fn document(ids: &[&str]) -> String {
    json!({"Records": ids.iter().map(|id| event(id)).collect::<Vec<_>>()}).to_string()
}

#[test]
fn both_layouts_and_every_form_are_read() {
    let single = format!("cloudtrail/AWSLogs/{MEMBER}/CloudTrail/{REGION}/2026/01/30/a.json.gz");
    let prefixed = format!("cloudtrail/my-prefix/AWSLogs/{MEMBER}/CloudTrail/{REGION}/2026/01/30/a.json.gz");
    let forms = [
        (log_path("a.json.gz"), gzip(document(&["1", "2"]))),
        (single, gzip(document(&["1", "2"]))),
        (prefixed, gzip(document(&["1", "2"]))),
        (log_path("a.json"), document(&["1", "2"]).into_bytes()),
        (
            log_path("a.json"),
            json!([event("1"), event("2")]).to_string().into_bytes(),
        ),
        (
            log_path("a.json"),
            (document(&["1"]) + "\n" + &document(&["2"])).into_bytes(),
        ),
        (
            log_path("a.json"),
            serde_json::to_vec_pretty(&json!({"x": [1], "Records": [event("1"), event("2")]})).unwrap(),
        ),
        (log_path("a.ndjson"), lines(&[event("1"), event("2")]).into_bytes()),
    ];
    for (file, bytes) in forms {
        let contents = Capture::new().file(&file, bytes).read();
        assert_eq!(codes(&contents), Vec::<String>::new(), "{file}");
        assert_eq!(contents.events.ids(), ["1", "2"], "{file}");
        let row = coverage(&contents, MEMBER, REGION, "cloudtrail:logs");
        assert_eq!((row.status, row.items), (CoverageStatus::Ok, 2), "{file}");
        assert_eq!(
            status(&contents, HUB, REGION, "cloudtrail:logs"),
            CoverageStatus::Missing
        );
        assert!(contents.records.is_empty());
    }
}

#[test]
fn digests_and_insights_are_passed_over_silently() {
    let contents = Capture::new()
        .file(
            &format!("cloudtrail/AWSLogs/{MEMBER}/CloudTrail-Digest/{REGION}/2026/01/30/d.json.gz"),
            "x",
        )
        .file(
            &format!("cloudtrail/AWSLogs/o-exampleorgid/{MEMBER}/CloudTrail-Insight/{REGION}/2026/01/30/i.json.gz"),
            "x",
        )
        .read();
    assert_eq!(codes(&contents), Vec::<String>::new());
    assert_eq!(
        status(&contents, "organization", "global", "cloudtrail:logs"),
        CoverageStatus::Missing
    );
}

#[test]
fn a_log_file_outside_the_layout_is_entered_under_what_its_events_say() {
    let contents = Capture::new()
        .file("cloudtrail/AWSLogs/handmade.json", document(&["1"]))
        .read();
    assert_eq!(coverage(&contents, MEMBER, REGION, "cloudtrail:logs").items, 1);
}

#[test]
fn a_log_file_of_no_events_proves_that_there_were_none() {
    let contents = Capture::new().file(&log_path("a.json"), "{\"Records\":[]}").read();
    let row = coverage(&contents, MEMBER, REGION, "cloudtrail:logs");
    assert_eq!((row.status, row.items), (CoverageStatus::Ok, 0));
}

/// `(what, name, bytes, diagnostic, events that still count, status)`
type DamagedLog = (
    &'static str,
    &'static str,
    Vec<u8>,
    &'static str,
    Vec<&'static str>,
    CoverageStatus,
);

#[test]
fn a_damaged_log_file_is_never_ok() {
    let whole = gzip(document(&["1", "2", "3"]));
    let lines_cut = lines(&[event("1"), event("2")]);
    let huge = json!({"Records": [event("1"), {"eventID": "x".repeat(300_000)}, event("2")]}).to_string();
    let mut not_an_event = json!({"Records": [event("1"), {"a": 1}, 7, event("2")]});
    not_an_event["Records"][1]["eventName"] = Value::from("x");
    let cases: Vec<DamagedLog> = vec![
        (
            "gzip cut off",
            "a.json.gz",
            whole[..whole.len() - 30].to_vec(),
            " truncated_gzip",
            vec![],
            CoverageStatus::Failed,
        ),
        (
            "JSON cut off",
            "a.json",
            document(&["1", "2"]).as_bytes()[..400].to_vec(),
            ":1 truncated_json",
            vec![],
            CoverageStatus::Failed,
        ),
        (
            "not JSON",
            "a.json",
            b"<html>".to_vec(),
            ":1 malformed_json",
            vec![],
            CoverageStatus::Failed,
        ),
        ("empty", "a.json", vec![], " empty_file", vec![], CoverageStatus::Failed),
        (
            "nested deeply",
            "a.json",
            format!("{{\"Records\":{}", "[".repeat(9_999)).into(),
            ":1 truncated_json",
            vec![],
            CoverageStatus::Failed,
        ),
        (
            "lines cut off",
            "a.ndjson",
            lines_cut.as_bytes()[..lines_cut.len() - 9].to_vec(),
            ":2 truncated_json",
            vec!["1"],
            CoverageStatus::Partial,
        ),
        (
            "an event beyond the limit",
            "a.json",
            huge.into(),
            " item_too_large",
            vec![],
            CoverageStatus::Failed,
        ),
        (
            "items that are no events",
            "a.json",
            not_an_event.to_string().into(),
            " unexpected_item",
            vec!["1", "2"],
            CoverageStatus::Partial,
        ),
    ];
    for (what, name, bytes, diagnostic, ids, wanted) in cases {
        let file = log_path(name);
        let contents = Capture::new().file(&file, bytes).read_within(Limits {
            max_event_bytes: 100_000,
            ..Limits::default()
        });
        assert_eq!(codes(&contents), [format!("{file}{diagnostic}")], "{what}");
        assert_eq!(contents.events.ids(), ids, "{what}");
        assert_eq!(status(&contents, MEMBER, REGION, "cloudtrail:logs"), wanted, "{what}");
    }
}

#[test]
fn a_damaged_file_leaves_the_others_of_its_partition() {
    let contents = Capture::new()
        .file(&log_path("a.json"), document(&["1"]))
        .file(&log_path("b.json"), "{\"Records\":[")
        .read();
    assert_eq!(contents.events.ids(), ["1"]);
    let row = coverage(&contents, MEMBER, REGION, "cloudtrail:logs");
    assert_eq!((row.status, row.items), (CoverageStatus::Partial, 1));
    assert!(row.reason.contains("b.json"), "{}", row.reason);
}

#[test]
fn more_events_than_the_limit_void_the_file() {
    let contents = Capture::new()
        .file(&log_path("a.json"), document(&["1", "2", "3"]))
        .read_within(Limits {
            max_items_per_file: 2,
            ..Limits::default()
        });
    assert_eq!(codes(&contents), [format!("{} too_many_items", log_path("a.json"))]);
    assert!(contents.events.ids().is_empty());
}

/// `(the stored bytes, what becomes of them)`; the first event alone is asked for.
#[test]
fn log_files_are_written_whole_or_not_at_all() {
    let whole = gzip(document(&["1", "2"]));
    let cut = whole[..whole.len() - 12].to_vec();
    let cases: Vec<(&str, Vec<u8>, Result<LogFile, &str>)> = vec![
        ("a.json.gz", whole.clone(), Ok(LogFile { events: 1, refused: 0 })),
        ("b.json.gz", cut, Err("truncated_gzip")),
        ("c.json.gz", b"\x00\x01\x02\x03".to_vec(), Err("damaged_gzip")),
        (
            "d.json.gz",
            gzip("{\"Records\": [{\"eventID\": "),
            Err("truncated_json"),
        ),
        ("e.json.gz", gzip("{\"Records\": []}"), Ok(LogFile::default())),
        ("f.json.gz", gzip(document(&["2"])), Ok(LogFile::default())),
        (
            "g.json.gz",
            gzip("{\"Records\": [7]}"),
            Ok(LogFile { events: 0, refused: 1 }),
        ),
        ("h.json.gz", gzip(" ".repeat(2_000_000)), Err("expands_too_far")),
        ("i.json.gz", Vec::new(), Err("empty_file")),
    ];
    let files = cases.iter().map(|(name, bytes, _)| StoredLogFile {
        file: CaptureFile::cloudtrail_log(&log_path(name)).unwrap(),
        bytes: bytes.clone(),
    });
    let sink = Arc::new(MemorySink::default());
    let writer = CaptureWriter::new(sink.clone());
    let first = |event: &Value| event["eventID"] == "1";
    let written = writer.log_files(files.collect(), 1_000_000, &first);
    for ((name, _, expected), found) in cases.iter().zip(&written) {
        match (found, expected) {
            (Ok(found), Ok(expected)) => assert_eq!(found, expected, "{name}"),
            (Err(LogFileError::Damaged { code, .. }), Err(expected)) => assert_eq!(code, expected, "{name}"),
            _ => panic!("{name}: {found:?}"),
        }
    }
    let files = sink.files();
    assert_eq!(
        files.keys().cloned().collect::<Vec<_>>(),
        [log_path("a.json.gz"), log_path("g.json.gz")]
    );
    let contents = files
        .iter()
        .fold(Capture::new(), |capture, (path, bytes)| capture.file(path, bytes));
    let contents = contents.read();
    assert_eq!(contents.events.ids(), ["1"]);
    assert_eq!(
        status(&contents, MEMBER, REGION, "cloudtrail:logs"),
        CoverageStatus::Partial
    );
}
