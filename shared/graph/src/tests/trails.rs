use serde_json::{Value, json};
use sv0_model::observation::{EventScope, Trail};
use sv0_model::record::RecordKind;

use super::{Capture, codes};

const ARN: &str = "arn:aws:cloudtrail:eu-west-1:111111111111:trail/org";

fn trail(selectors: &Value) -> Trail {
    let body = json!({
        "Trail": { "Name": "org", "TrailARN": ARN, "IsOrganizationTrail": true, "IsMultiRegionTrail": true, "HomeRegion": "eu-west-1" },
        "Status": { "IsLogging": true }, "EventSelectors": selectors
    });
    let output = Capture::new()
        .add(
            RecordKind::Trail,
            "cloudtrail/trails.ndjson",
            None,
            "2026-03-01T00:00:00Z",
            body,
        )
        .normalise();
    output.trails.into_iter().next().unwrap()
}

fn field(name: &str, operator: &str, values: &[&str]) -> Value {
    json!({ "Field": name, operator: values })
}

fn advanced(fields: &[Value]) -> Value {
    json!({ "TrailARN": ARN, "AdvancedEventSelectors": [{ "Name": "x", "FieldSelectors": fields }] })
}

#[test]
fn a_trail_says_whom_it_records() {
    let trail = trail(
        &json!({ "EventSelectors": [{ "ReadWriteType": "All", "IncludeManagementEvents": true, "DataResources": [], "ExcludeManagementEventSources": [] }] }),
    );
    assert_eq!((trail.arn.as_str(), trail.home_region.as_str()), (ARN, "eu-west-1"));
    assert!(trail.is_organization_trail && trail.is_multi_region);
    assert_eq!(trail.is_logging, Some(true));
    assert_eq!(trail.management_events, Some(EventScope::All));
    assert!(trail.data_events.is_empty());
}

#[test]
fn classic_selectors_limit_what_is_recorded() {
    let selector = |kind: &str, value: &str| json!({ "EventSelectors": [{ "ReadWriteType": "WriteOnly", "IncludeManagementEvents": false, "DataResources": [{ "Type": kind, "Values": [value] }] }] });
    for (kind, value, prefixes, is_narrower) in [
        ("AWS::S3::Object", "arn:aws:s3", vec![], false),
        ("AWS::S3::Object", "arn:aws:s3:::", vec![], false),
        (
            "AWS::S3::Object",
            "arn:aws:s3:::orders/",
            vec!["arn:aws:s3:::orders/"],
            false,
        ),
        ("AWS::Lambda::Function", "arn:aws:lambda", vec![], false),
        (
            "AWS::Lambda::Function",
            "arn:aws:lambda:eu-west-1:111111111111:function:f",
            vec!["arn:aws:lambda:eu-west-1:111111111111:function:f"],
            true,
        ),
    ] {
        let trail = trail(&selector(kind, value));
        assert_eq!(trail.management_events, Some(EventScope::None), "{value}");
        let [scope] = trail.data_events.as_slice() else {
            panic!("{value}: {:?}", trail.data_events);
        };
        assert_eq!(
            (scope.resource_type.as_str(), scope.scope),
            (kind, EventScope::WriteOnly)
        );
        assert_eq!(
            (scope.arn_prefixes.clone(), scope.has_further_conditions),
            (prefixes.into_iter().map(str::to_owned).collect(), is_narrower),
            "{value}"
        );
    }
}

#[test]
fn key_use_may_be_left_out_of_management_events() {
    let classic = trail(
        &json!({ "EventSelectors": [{ "ReadWriteType": "All", "IncludeManagementEvents": true, "ExcludeManagementEventSources": ["kms.amazonaws.com"] }] }),
    );
    let newer = trail(&advanced(&[
        field("eventCategory", "Equals", &["Management"]),
        field("eventSource", "NotEquals", &["kms.amazonaws.com"]),
    ]));
    for trail in [classic, newer] {
        assert_eq!(trail.management_events, Some(EventScope::All));
        assert_eq!(trail.excluded_management_event_sources, ["kms.amazonaws.com"]);
    }
}

#[test]
fn two_selectors_together_record_more() {
    let both = trail(&json!({ "EventSelectors": [
        { "ReadWriteType": "ReadOnly", "IncludeManagementEvents": true, "ExcludeManagementEventSources": ["kms.amazonaws.com"] },
        { "ReadWriteType": "WriteOnly", "IncludeManagementEvents": true }
    ] }));
    assert_eq!(both.management_events, Some(EventScope::All));
    assert_eq!(
        both.excluded_management_event_sources,
        ["kms.amazonaws.com"],
        "reads of KMS are still missing"
    );
}

#[test]
fn advanced_selectors_limit_data_events() {
    let data = field("eventCategory", "Equals", &["Data"]);
    let objects = field("resources.type", "Equals", &["AWS::S3::Object"]);
    for (case, more, scope, prefixes, is_narrower) in [
        ("all objects", vec![], EventScope::All, vec![], false),
        (
            "reads",
            vec![field("readOnly", "Equals", &["true"])],
            EventScope::ReadOnly,
            vec![],
            false,
        ),
        (
            "one bucket",
            vec![field("resources.ARN", "StartsWith", &["arn:aws:s3:::orders/"])],
            EventScope::All,
            vec!["arn:aws:s3:::orders/"],
            false,
        ),
        (
            "one object",
            vec![field("resources.ARN", "Equals", &["arn:aws:s3:::orders/a"])],
            EventScope::All,
            vec!["arn:aws:s3:::orders/a"],
            true,
        ),
        (
            "all but a bucket",
            vec![field("resources.ARN", "NotStartsWith", &["arn:aws:s3:::logs/"])],
            EventScope::All,
            vec![],
            true,
        ),
        (
            "one call",
            vec![field("eventName", "Equals", &["GetObject"])],
            EventScope::All,
            vec![],
            true,
        ),
    ] {
        let fields: Vec<Value> = [data.clone(), objects.clone()].into_iter().chain(more).collect();
        let trail = trail(&advanced(&fields));
        let [found] = trail.data_events.as_slice() else {
            panic!("{case}: {:?}", trail.data_events);
        };
        assert_eq!(
            (found.scope, found.has_further_conditions),
            (scope, is_narrower),
            "{case}"
        );
        assert_eq!(found.arn_prefixes, prefixes, "{case}");
        assert_eq!(trail.management_events, Some(EventScope::None), "{case}");
    }
}

#[test]
fn a_management_selector_with_conditions_we_do_not_weigh_proves_nothing() {
    let fields = [
        field("eventCategory", "Equals", &["Management"]),
        field("eventName", "Equals", &["AssumeRole"]),
    ];
    assert_eq!(trail(&advanced(&fields)).management_events, Some(EventScope::None));
}

#[test]
fn without_selectors_only_the_trails_own_word_tells() {
    let without = |trail: Value| {
        let capture = Capture::new().add(
            RecordKind::Trail,
            "cloudtrail/trails.ndjson",
            None,
            "2026-03-01T00:00:00Z",
            json!({ "Trail": trail }),
        );
        capture.normalise().trails[0].clone()
    };
    assert_eq!(without(json!({ "TrailARN": ARN })).management_events, None);
    assert_eq!(without(json!({ "TrailARN": ARN })).is_logging, None);
    assert_eq!(
        without(json!({ "TrailARN": ARN, "HasCustomEventSelectors": true })).management_events,
        None
    );
    assert_eq!(
        without(json!({ "TrailARN": ARN, "HasCustomEventSelectors": false })).management_events,
        Some(EventScope::All)
    );
}

#[test]
fn a_trail_without_an_arn_is_named() {
    let output = Capture::new()
        .add(
            RecordKind::Trail,
            "cloudtrail/trails.ndjson",
            None,
            "2026-03-01T00:00:00Z",
            json!({ "Trail": [] }),
        )
        .normalise();
    assert!(output.trails.is_empty());
    assert_eq!(codes(&output), ["trail_without_arn"]);
}
