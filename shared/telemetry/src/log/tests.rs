use std::sync::{Arc, Mutex};

use serde_json::json;
use tracing::subscriber::with_default;
use tracing::{debug, error, info, trace, warn};

use super::*;
use crate::{Process, Stage};

/// What is logged at a level.
fn logged(level: LevelFilter, log: impl FnOnce()) -> Vec<Value> {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let into = Arc::clone(&lines);
    let output: Output = Arc::new(move |line: &str| into.lock().unwrap().push(serde_json::from_str(line).unwrap()));
    with_default(subscriber(level, output), log);
    let lines = lines.lock().unwrap();
    lines.clone()
}

#[test]
fn every_line_of_an_invocation_says_which_it_is() {
    let process = Process::of(LevelFilter::INFO, |_| None, Arc::new(|_: &str| {}));
    let invocation = process.invocation("request-1", Some("Root=1-2"));
    let stage = Stage {
        name: "task",
        run: Some("first"),
        account: None,
    };
    let mut lines = logged(LevelFilter::INFO, || {
        let span = invocation.span(stage);
        let _entered = span.enter();
        info!(items = 3, status = ?LevelFilter::OFF, none = None::<&str>, "step done\nof two lines");
        error!(requestId = "request-1", level = "mine", "failed");
    });
    for line in &mut lines {
        let time = line.as_object_mut().unwrap().remove("timestamp").unwrap();
        assert!(time.as_str().unwrap().parse::<Timestamp>().is_ok());
    }
    let said = json!({"requestId": "request-1", "xray_trace_id": "Root=1-2", "cold_start": true, "stage": "task", "run": "first"});
    let with = |more: Value| {
        let mut line = said.as_object().cloned().unwrap();
        line.extend(more.as_object().cloned().unwrap());
        Value::Object(line)
    };
    assert_eq!(
        lines[0],
        with(json!({"level": "INFO", "message": "step done\nof two lines", "items": 3, "status": "LevelFilter::OFF"}))
    );
    assert_eq!(
        lines[1],
        with(json!({"level": "ERROR", "message": "failed", "target": "sv0_telemetry::log::tests"}))
    );
}

#[test]
fn the_span_is_there_whatever_the_level() {
    let process = Process::of(LevelFilter::ERROR, |_| None, Arc::new(|_: &str| {}));
    let lines = logged(LevelFilter::ERROR, || {
        let span = process.invocation("request-1", None).span(Stage::default());
        span.in_scope(|| error!("failed"));
    });
    assert_eq!(lines[0]["requestId"], "request-1");
}

#[test]
fn levels_count_and_those_of_other_crates_from_warn_on() {
    let log = || {
        error!("own");
        warn!("own");
        info!("own");
        debug!("own");
        trace!("own");
        error!(target: "hyper", "other");
        warn!(target: "aws_sigv4", "other");
        info!(target: "hyper", "other");
        trace!(target: "aws_sigv4", "the canonical request with its token");
    };
    let count = |level, text: &str| logged(level, log).iter().filter(|line| line["message"] == text).count();
    for (name, level, own, other) in [
        ("ERROR", LevelFilter::ERROR, 1, 1),
        ("FATAL", LevelFilter::ERROR, 1, 1),
        ("WARN", LevelFilter::WARN, 2, 2),
        ("INFO", LevelFilter::INFO, 3, 2),
        ("", LevelFilter::INFO, 3, 2),
        ("debug", LevelFilter::DEBUG, 4, 2),
        ("TRACE", LevelFilter::TRACE, 5, 2),
    ] {
        assert_eq!(super::level(|_| Some(name.to_owned())), level, "{name}");
        assert_eq!((count(level, "own"), count(level, "other")), (own, other), "{name}");
    }
}

#[test]
fn a_long_text_is_cut_and_an_error_tells_its_causes() {
    let error = std::io::Error::other(std::fmt::Error);
    let lines = logged(LevelFilter::INFO, || {
        info!(
            text = "x".repeat(1_000_000),
            error = &error as &(dyn Error + 'static),
            "long"
        );
    });
    assert_eq!(lines[0]["text"].as_str().unwrap().len(), MOST_CHARACTERS);
    assert!(
        lines[0]["error"]
            .as_str()
            .unwrap()
            .contains("an error occurred when formatting")
    );
}
