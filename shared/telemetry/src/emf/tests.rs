use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::metrics::{API_CALLS, COVERAGE_ROWS, DURATION, FAILURES, METRICS};

fn now() -> Timestamp {
    "2026-03-02T04:00:00.123Z".parse().unwrap()
}

fn properties() -> Map<String, Value> {
    json!({"run": "first", "level": "INFO"}).as_object().cloned().unwrap()
}

fn schema() -> &'static jsonschema::Validator {
    static SCHEMA: LazyLock<jsonschema::Validator> = LazyLock::new(|| {
        let schema = include_str!("../../../../docs/schemas/embedded-metric-format.schema.json");
        jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap()
    });
    &SCHEMA
}

/// What the schema cannot say: every dimension and metric that is named is a member of the root, of the right type.
fn assert_valid(line: &str) {
    let document: Value = serde_json::from_str(line).unwrap();
    let faults: Vec<String> = schema().iter_errors(&document).map(|fault| fault.to_string()).collect();
    assert!(faults.is_empty(), "{faults:?} {line}");
    for directive in document["_aws"]["CloudWatchMetrics"].as_array().unwrap() {
        for name in directive["Dimensions"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|set| set.as_array().unwrap())
        {
            assert!(document[name.as_str().unwrap()].is_string(), "{line}");
        }
        for metric in directive["Metrics"].as_array().unwrap() {
            let value = &document[metric["Name"].as_str().unwrap()];
            let is_list = value.as_array().is_some_and(|list| list.iter().all(Value::is_number));
            assert!(value.is_number() || is_list, "{line}");
        }
    }
    assert!(line.len() < 256 * 1024 && !line.contains('\n'));
}

#[test]
fn measurements_with_the_same_dimensions_share_a_line() {
    let measurements = [
        Measurement::count(&FAILURES, &["plan"], 0),
        Measurement::new(&DURATION, &["plan"], 12.5),
        Measurement::count(&COVERAGE_ROWS, &["ok"], 7),
        Measurement::count(&COVERAGE_ROWS, &["denied"], 2),
        Measurement::count(&API_CALLS, &["sts", "answered"], 3),
    ];
    let lines = lines(now(), &properties(), &measurements);
    lines.iter().for_each(|line| assert_valid(line));
    let found: Vec<Value> = lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(
        found[1],
        json!({
            "_aws": {"Timestamp": 1_772_424_000_123_i64, "CloudWatchMetrics": [{"Namespace": "SecurityV0/Hub", "Dimensions": [["Stage"]], "Metrics": [
                {"Name": "Failures", "Unit": "Count"}, {"Name": "Duration", "Unit": "Milliseconds"},
            ]}]},
            "Stage": "plan", "Failures": 0.0, "Duration": 12.5, "run": "first", "level": "INFO",
        })
    );
    assert_eq!(found.len(), 4);
    assert_eq!(
        (&found[0]["Service"], &found[0]["ApiCalls"]),
        (&json!("sts"), &json!(3.0))
    );
}

#[test]
fn what_cloudwatch_would_drop_is_left_out() {
    let measurements = [
        Measurement::new(&DURATION, &["plan"], f64::NAN),
        Measurement::new(&DURATION, &["plan"], f64::INFINITY),
        Measurement::count(&COVERAGE_ROWS, &[], 1),
        Measurement::count(&API_CALLS, &["sts", ""], 1),
    ];
    assert_eq!(lines(now(), &properties(), &measurements), Vec::<String>::new());
}

#[test]
fn the_schema_can_fail() {
    let line = lines(now(), &properties(), &[Measurement::count(&FAILURES, &["plan"], 1)])
        .pop()
        .unwrap();
    let good: Value = serde_json::from_str(&line).unwrap();
    assert!(schema().is_valid(&good));
    let pointers = [
        "/_aws/Timestamp",
        "/_aws/CloudWatchMetrics/0/Namespace",
        "/_aws/CloudWatchMetrics/0/Metrics/0/Unit",
        "/_aws",
    ];
    for pointer in pointers {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).unwrap() = json!("nothing of the kind");
        assert_eq!(schema().is_valid(&bad), pointer.ends_with("Namespace"), "{pointer}");
        *bad.pointer_mut(pointer).unwrap() = json!(null);
        assert!(!schema().is_valid(&bad), "{pointer}");
    }
    let mut many = good;
    let definition = many["_aws"]["CloudWatchMetrics"][0]["Metrics"][0].clone();
    many["_aws"]["CloudWatchMetrics"][0]["Metrics"] = vec![definition; 101].into();
    assert!(!schema().is_valid(&many));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is measured, each line is a valid document, and every usable measurement is in one.
    #[test]
    fn every_line_is_valid(measured in prop::collection::vec((0..METRICS.len(), prop::collection::vec(".{0,300}", 0..3), prop::num::f64::ANY), 0..250)) {
        let measured: Vec<Measurement> = measured
            .into_iter()
            .map(|(metric, dimensions, value)| Measurement { metric: METRICS[metric], dimensions, value })
            .collect();
        let lines = lines(now(), &properties(), &measured);
        let mut values = 0;
        for line in &lines {
            assert_valid(line);
            let document: Value = serde_json::from_str(line).unwrap();
            for metric in document["_aws"]["CloudWatchMetrics"][0]["Metrics"].as_array().unwrap() {
                values += document[metric["Name"].as_str().unwrap()].as_array().map_or(1, Vec::len);
            }
        }
        prop_assert_eq!(values, measured.iter().filter(|one| is_usable(one)).count());
    }
}
