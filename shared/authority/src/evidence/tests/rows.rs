//! Rows of evidence queries and logs of the same events give the same evidence.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};
use sv0_model::hash::sha256_hex;
use sv0_model::record::{Origin, Record, RecordKind};

use super::{events, fold};
use crate::testkit::event;

fn row(query: &str, body: Value) -> Record {
    Record {
        kind: RecordKind::AthenaRow {
            query: query.to_owned(),
        },
        account: None,
        region: None,
        origin: Origin {
            object: format!("athena/{query}.ndjson"),
            sha256: sv0_model::hash::sha256_of_json(&body),
        },
        captured_at: None,
        body,
    }
}

/// The columns of a row, and time and id of its events.
type Grouped = (Value, Vec<(String, String)>);

/// What the queries of `docs/capture.md` answer over these events: groups of a day, equal but for time and id.
fn queried(events: &[Record]) -> Vec<Record> {
    let mut rows = Vec::new();
    let mut windows: BTreeMap<(String, String), (String, String)> = BTreeMap::new();
    let mut groups: BTreeMap<(String, String), Grouped> = BTreeMap::new();
    for event in events {
        let text = |pointer: &str| {
            event
                .body
                .pointer(pointer)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        let (time, id) = (text("/eventTime"), text("/eventID"));
        let window = windows
            .entry((text("/recipientAccountId"), text("/awsRegion")))
            .or_insert((time.clone(), time.clone()));
        *window = (window.0.clone().min(time.clone()), window.1.clone().max(time.clone()));
        let mut rest = event.body.clone();
        let fields = rest.as_object_mut().unwrap();
        fields.remove("eventID");
        fields.remove("eventTime");
        let columns = columns_of(&rest);
        let group = groups
            .entry((rest.to_string(), time.chars().take(10).collect()))
            .or_insert((columns, Vec::new()));
        if !group.1.contains(&(time.clone(), id.clone())) {
            group.1.push((time, id));
        }
    }
    for (mut columns, mut seen) in groups.into_values() {
        seen.sort();
        seen.reverse();
        let newest: Vec<String> = seen.iter().take(3).map(|(time, id)| format!("{time} {id}")).collect();
        columns["count"] = json!(seen.len().to_string());
        columns["first"] = json!(seen.last().unwrap().0);
        columns["last"] = json!(seen[0].0);
        columns["newest"] = json!(newest);
        rows.push(row("observed-use", columns.clone()));
        rows.push(row("assumptions", columns.clone()));
        for (time, id) in seen {
            columns["count"] = json!(1);
            columns["first"] = json!(time);
            columns["last"] = json!(time);
            columns["newest"] = json!([format!("{time} {id}")]);
            rows.push(row("notable-events", columns.clone()));
        }
    }
    for ((account, region), (first, last)) in windows {
        rows.push(row(
            "log-windows",
            json!({"account": account, "region": region, "first": first, "last": last}),
        ));
    }
    rows
}

/// The event as the query prints it: access key ids only as hashes.
fn columns_of(event: &Value) -> Value {
    let mut columns = json!({});
    for (pointer, column) in [
        ("/userIdentity/accessKeyId", "session"),
        ("/responseElements/credentials/accessKeyId", "issued"),
    ] {
        if let Some(text) = event.pointer(pointer).and_then(Value::as_str) {
            columns[column] = json!(sha256_hex(text.as_bytes()));
        }
    }
    let mut shown = event.clone();
    if let Some(identity) = shown.get_mut("userIdentity").and_then(Value::as_object_mut) {
        identity.remove("accessKeyId");
    }
    shown.as_object_mut().unwrap().remove("responseElements");
    columns["event"] = json!(shown.to_string());
    columns
}

#[test]
fn a_row_counts_for_as_many_events_as_it_says() {
    let body = event(&[(
        "requestParameters",
        json!({"roleArn": "arn:aws:iam::111111111111:role/x"}),
    )])
    .body;
    let group = json!({"event": body, "count": "7", "first": "2025-06-01T00:00:00Z", "last": "2025-06-01T09:00:00Z",
        "newest": ["2025-06-01T09:00:00Z c", "2025-06-01T08:00:00Z b", "2025-06-01T07:00:00Z a"]});
    let records = [
        row("observed-use", group.clone()),
        row("observed-use", group.clone()),
        row("assumptions", group),
    ];
    let evidence = fold(&records);
    assert_eq!(
        (evidence.uses[0].count, &evidence.uses[0].event_ids),
        (7, &vec!["c".to_owned(), "b".to_owned(), "a".to_owned()])
    );
    assert_eq!(evidence.assumptions[0].count, 7);
    assert_eq!(evidence.window, None, "rows alone do not say what the logs cover");
}

#[test]
fn rows_that_cannot_be_read_add_nothing() {
    let right = json!({"event": event(&[]).body, "count": 1, "first": "2025-06-01T00:00:00Z", "last": "2025-06-01T00:00:00Z", "newest": ["2025-06-01T00:00:00Z e"]});
    assert_eq!(fold(&[row("observed-use", right.clone())]).uses.len(), 1);
    for (field, value) in [
        ("event", json!("{")),
        ("event", json!(7)),
        ("event", json!("[".repeat(5_000))),
        ("count", json!(0)),
        ("count", json!("many")),
        ("count", json!(-1)),
        ("first", json!("2026-01-01T00:00:00Z")),
        ("newest", json!([])),
        ("newest", json!(["yesterday e"])),
    ] {
        let mut wrong = right.clone();
        wrong[field] = value.clone();
        let evidence = fold(&[row("observed-use", wrong)]);
        assert!(evidence.uses.is_empty(), "{field} {value}");
    }
    assert!(fold(&[row("unknown-query", right)]).uses.is_empty());
}

proptest! {
    #[test]
    fn rows_and_logs_of_the_same_events_give_equal_evidence(events in distinct()) {
        let rows = queried(&events);
        prop_assert_eq!(fold(&rows), fold(&events));
        let doubled: Vec<Record> = rows.iter().chain(&rows).cloned().collect();
        prop_assert_eq!(fold(&doubled), fold(&events), "a row that comes twice counts once");
    }
}

/// Events as CloudTrail records them: an id is one event's.
fn distinct() -> impl Strategy<Value = Vec<Record>> {
    events().prop_map(|events| {
        let numbered = events.into_iter().enumerate();
        numbered
            .map(|(number, mut event)| {
                event.body["eventID"] = json!(format!("e{number}"));
                event.body["sharedEventID"] = Value::Null;
                event
            })
            .collect()
    })
}
