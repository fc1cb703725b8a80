use proptest::prelude::*;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::*;
use crate::cloudtrail::stream;
use crate::layout::{FileKind, Shape};
use crate::testkit::{event, gzip};

fn file(folder: &TempDir, bytes: &[u8]) -> InputFile {
    let path = folder.path().join("log.json");
    std::fs::write(&path, bytes).unwrap();
    InputFile {
        key: "cloudtrail/log.json".to_owned(),
        path,
        bytes: bytes.len() as u64,
        kind: FileKind::CloudTrailLog { partition: None },
        shape: Shape::Documents,
    }
}

type Reader = fn(&InputFile, &Limits, &mut Sink<'_>) -> bool;

/// The events; `None` where the file is not read to its end.
fn events(read: Reader, bytes: &[u8], limits: &Limits) -> Option<Vec<Option<Value>>> {
    let folder = TempDir::new().unwrap();
    let mut found = Vec::new();
    let is_whole = read(&file(&folder, bytes), limits, &mut |event| {
        found.push(event.map(|event| event.to_value()));
    });
    is_whole.then_some(found)
}

fn by_window(bytes: &[u8], limits: &Limits) -> Option<Vec<Option<Value>>> {
    events(|file, limits, sink| read(file, limits, sink).is_ok(), bytes, limits)
}

fn by_stream(bytes: &[u8], limits: &Limits) -> Option<Vec<Option<Value>>> {
    events(
        |file, limits, sink| stream::read(file, limits, sink).is_ok(),
        bytes,
        limits,
    )
}

/// Events of every size, with whatever JSON has.
fn many() -> Vec<Value> {
    let mut events: Vec<Value> = (0..400).map(|number| event(&format!("e-{number}"))).collect();
    for (number, event) in events.iter_mut().enumerate() {
        event["userAgent"] = json!("\u{1F600} \"quoted\" \\ \n".repeat(number % 7));
        event["requestParameters"] =
            json!({"policyDocument": "x{]}[".repeat(number * 3), "unknown": [[{"a": [1.5e300, -7, true, null]}]]});
        event["tlsDetails"] = json!({"clientProvidedHostHeader": "}".repeat(number)});
    }
    events[200]["requestParameters"]["policyDocument"] = json!("y".repeat(3 * WINDOW_BYTES));
    events[201]["requestParameters"]["dropped"] = json!("z".repeat(5 * WINDOW_BYTES));
    events
}

#[test]
fn what_is_read_is_what_the_stream_reads() {
    let events = many();
    let limits = Limits::default();
    for text in [
        json!({"Records": events}).to_string(),
        serde_json::to_string_pretty(&json!({"Records": events})).unwrap() + "\n\n",
        "{\"Records\":[]}".to_owned(),
        " {\n\"Records\" : [ {} , {\"eventID\": \"a\", \"eventID\": \"b\"} ] } ".to_owned(),
    ] {
        for bytes in [text.clone().into_bytes(), gzip(&text)] {
            let read = by_window(&bytes, &limits);
            assert!(read.is_some(), "{}", text.chars().take(80).collect::<String>());
            assert_eq!(read, by_stream(&bytes, &limits));
        }
    }
}

#[test]
fn what_has_another_form_or_a_fault_is_left_to_the_stream() {
    let one = event("1").to_string();
    let whole = format!("{{\"Records\":[{one},{one}]}}");
    for text in [
        "",
        "[]",
        &one,
        &format!("[{one}]"),
        &format!("{{\"Records\":[{one},7]}}"),
        &format!("{{\"Records\":[{one},null]}}"),
        &format!("{{\"Records\":[{one},]}}"),
        &format!("{{\"Records\":[{one} {one}]}}"),
        &format!("{{\"Records\":[{one}],\"x\":1}}"),
        &format!("{{\"x\":1,\"Records\":[{one}]}}"),
        &format!("{{\"records\":[{one}]}}"),
        &format!("{{\"Records\":[{one}]"),
        &format!("{{\"Records\":[{one}"),
        &format!("{{\"Records\":[{}]}}", one.trim_end_matches('}')),
        &format!("{whole}x"),
        &format!("{whole}{whole}"),
    ] {
        assert_eq!(by_window(text.as_bytes(), &Limits::default()), None, "{text}");
    }
    let mut damaged = gzip(&whole);
    damaged.truncate(damaged.len() - 3);
    assert_eq!(by_window(&damaged, &Limits::default()), None, "its checksum is cut off");
    let bytes = whole.len() as u64;
    for limits in [
        Limits {
            max_items_per_file: 2,
            ..Limits::default()
        },
        Limits {
            max_event_bytes: one.len() as u64 - 1,
            ..Limits::default()
        },
        Limits {
            max_file_bytes: bytes - 1,
            ..Limits::default()
        },
        Limits {
            max_expanded_bytes: bytes - 1,
            ..Limits::default()
        },
    ] {
        assert_eq!(by_window(whole.as_bytes(), &limits), None, "{limits:?}");
    }
    assert!(
        by_window(
            whole.as_bytes(),
            &Limits {
                max_event_bytes: one.len() as u64,
                ..Limits::default()
            }
        )
        .is_some()
    );
}

#[test]
fn no_more_is_held_than_an_event_may_have() {
    let limits = Limits {
        max_event_bytes: 1_000_000,
        ..Limits::default()
    };
    let text = format!("{{\"Records\":[{{\"eventID\":\"{}\"}}]}}", "x".repeat(4_000_000));
    let mut window = Window::new(text.as_bytes(), usize::try_from(limits.max_event_bytes).unwrap());
    window.take(b"{\"Records\":[").unwrap();
    assert!(window.events(10, &mut |_| {}).is_err());
    assert!(
        window.buffer.len() <= 2 * 1_000_000 + WINDOW_BYTES,
        "{}",
        window.buffer.len()
    );
}

/// Names that are kept somewhere, and others.
const NAMES: &[&str] = &[
    "eventID",
    "eventName",
    "eventSource",
    "eventTime",
    "userAgent",
    "userIdentity",
    "type",
    "arn",
    "ARN",
    "sessionContext",
    "sessionIssuer",
    "attributes",
    "requestParameters",
    "policyArns",
    "tags",
    "key",
    "bucketPolicy",
    "Statement",
    "Principal",
    "AWS",
    "resources",
    "responseElements",
    "credentials",
    "accessKeyId",
    "secretAccessKey",
    "launchPermission",
    "add",
    "items",
    "userId",
    "Records",
    "",
    "x",
    "é",
];

/// What a text may be damaged or written otherwise with.
const SNIPPETS: &[&[u8]] = &[
    b"\"",
    b"\\",
    b"\\u0061",
    b"\\ud83d\\ude00",
    b"\\ud800",
    b"\\u00",
    b"\\n",
    b"\\x",
    b"\n",
    b"\t",
    b" ",
    b"\x00",
    b"\x1f",
    b"\x7f",
    b"\xff",
    b"\xc3\xa9",
    b"\xc3",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"0",
    b"1",
    b"-",
    b"+",
    b".",
    b"e",
    b"E9",
    b"1e999",
    b"-0",
    b"01",
    b"null",
    b"true",
    b"nul",
    b"{}",
    b"[]",
    b"[[[[",
    b"]]]]",
    b"\"eventID\":\"twice\",",
    b"\"eventID\":null,",
    b"https://user:word@host/",
    b"AWSAccessKeyId=1&Signature=2",
    b"-----BEGIN PRIVATE KEY-----",
];

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-zA-Z0-9:/=@. \"\\\\\n\u{1}é😀-]{0,24}".prop_map(Value::from),
        Just(json!("https://bucket.s3.amazonaws.com/x?X-Amz-Signature=0")),
    ];
    leaf.prop_recursive(6, 60, 8, |inner| {
        let fields = prop::collection::vec((prop::sample::select(NAMES), inner.clone()), 0..8);
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(Value::from),
            fields.prop_map(|fields| fields
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect()),
        ]
    })
}

fn events_of_any_form() -> impl Strategy<Value = Vec<Value>> {
    let fields = prop::collection::vec((prop::sample::select(NAMES), value()), 0..12);
    let event = fields.prop_map(|fields| {
        let mut event = event("1");
        for (name, value) in fields {
            event[name] = value;
        }
        event
    });
    prop::collection::vec(event, 0..4)
}

proptest! {
    #[test]
    fn whole_files_are_read_here_and_as_the_stream_reads_them(events in events_of_any_form(), pretty in any::<bool>()) {
        let log = json!({"Records": events});
        let text = if pretty { serde_json::to_string_pretty(&log).unwrap() } else { log.to_string() };
        let read = by_window(text.as_bytes(), &Limits::default());
        prop_assert!(read.is_some(), "{text}");
        prop_assert_eq!(read, by_stream(text.as_bytes(), &Limits::default()));
    }

    #[test]
    fn whatever_is_read_here_is_what_the_stream_reads(
        events in events_of_any_form(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0..3_usize, prop::sample::select(SNIPPETS)), 1..5),
    ) {
        let mut bytes = json!({"Records": events}).to_string().into_bytes();
        for (place, taken, snippet) in changes {
            let place = place.index(bytes.len());
            let end = (place + taken).min(bytes.len());
            bytes.splice(place..end, snippet.iter().copied());
        }
        if let Some(read) = by_window(&bytes, &Limits::default()) {
            prop_assert_eq!(Some(read), by_stream(&bytes, &Limits::default()), "{}", String::from_utf8_lossy(&bytes));
        }
    }
}
