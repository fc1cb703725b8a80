use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use serde_json::json;
use sv0_lake::{FolderStore, newest_run};
use sv0_telemetry::Process;
use tempfile::TempDir;
use tracing::level_filters::LevelFilter;
use walkdir::WalkDir;

use super::*;

/// Captures in a local folder; the bucket's name is the folder's.
struct LocalCaptures(PathBuf);

impl CaptureSource for LocalCaptures {
    fn fetch(&self, place: &S3Location, folder: &Path, _: FetchLimits) -> Result<Fetched, FetchError> {
        let root = self.0.join(place.bucket());
        let mut fetched = Fetched::default();
        for entry in WalkDir::new(&root)
            .into_iter()
            .filter_map(Result::ok)
            .filter(|entry| entry.file_type().is_file())
        {
            let target = folder.join(entry.path().strip_prefix(&root).unwrap());
            fs::create_dir_all(target.parent().unwrap()).unwrap();
            fetched.bytes += fs::copy(entry.path(), target).unwrap();
            fetched.files += 1;
        }
        match fetched.files {
            0 => Err(FetchError::Empty {
                place: place.to_string(),
            }),
            _ => Ok(fetched),
        }
    }
}

struct Hub {
    folder: TempDir,
    host: Host<LocalCaptures, FolderStore>,
    process: Process,
    metrics: Arc<Mutex<Vec<Value>>>,
}

fn hub() -> Hub {
    let folder = tempfile::tempdir().unwrap();
    let host = Host {
        captures: LocalCaptures(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/acme")),
        results: FolderStore::new(folder.path()),
        limits: FetchLimits {
            max_files: 1,
            max_bytes: 1,
        },
        now: || Timestamp::UNIX_EPOCH,
    };
    let metrics = Arc::new(Mutex::new(Vec::new()));
    let into = Arc::clone(&metrics);
    let output = move |line: &str| into.lock().unwrap().push(serde_json::from_str(line).unwrap());
    Hub {
        folder,
        host,
        process: Process::of(LevelFilter::INFO, |_| None, Arc::new(output)),
        metrics,
    }
}

impl Hub {
    fn scan(&self, event: Value) -> Result<Answer, ScanCaptureError> {
        handle(&self.host, event, &self.process.invocation("invocation", None))
    }
}

#[test]
fn answers_with_a_small_pointer_to_a_published_run() {
    let hub = hub();
    let answer = hub
        .scan(json!({ "capture": "s3://capture", "run_id": "first" }))
        .unwrap();
    assert_eq!(answer.manifest_key, "runs/first/manifest.json");
    assert!(answer.counts["paths"] > 0);
    assert!(serde_json::to_vec(&answer).unwrap().len() <= 8 * 1024);
    let run = newest_run(&hub.host.results).unwrap();
    assert_eq!(
        (run.manifest().run_id.as_str(), run.manifest().capture.as_str()),
        ("first", "s3://capture/")
    );
}

#[test]
fn findings_paths_and_failures_are_measured() {
    let hub = hub();
    let answer = hub
        .scan(json!({ "capture": "s3://capture", "run_id": "first" }))
        .unwrap();
    hub.scan(json!("scan")).unwrap_err();
    let lines = hub.metrics.lock().unwrap();
    let values = |metric: &str| {
        lines
            .iter()
            .filter_map(|line| line[metric].as_f64())
            .collect::<Vec<f64>>()
    };
    assert_eq!(values("Paths"), [answer.counts["paths"] as f64]);
    let findings = values("Findings");
    assert_eq!(findings.len(), 5);
    assert!((findings.iter().sum::<f64>() - answer.counts["findings"] as f64).abs() < 0.5 && findings[0] > 0.0);
    assert_eq!(
        (values("Failures"), values("ColdStarts")),
        (vec![0.0, 1.0], vec![1.0, 0.0])
    );
    assert!(
        lines
            .iter()
            .take(4)
            .all(|line| line["run"] == "first" && line["stage"] == "scan")
    );
}

#[test]
fn an_event_that_comes_twice_is_scanned_once() {
    let hub = hub();
    let event = json!({ "capture": "s3://capture", "run_id": "first" });
    let first = hub.scan(event.clone()).unwrap();
    let manifest = hub.folder.path().join("runs/first/manifest.json");
    let written = fs::metadata(&manifest).unwrap().modified().unwrap();
    assert_eq!(hub.scan(event).unwrap(), first);
    assert_eq!(fs::metadata(&manifest).unwrap().modified().unwrap(), written);
    let other = hub
        .scan(json!({ "capture": "s3://other", "run_id": "first" }))
        .unwrap_err();
    assert_eq!(other.name(), "RunExists");
}

#[test]
fn every_failure_has_a_name_and_publishes_nothing() {
    let hub = hub();
    for (event, name) in [
        (json!("scan"), "BadRequest"),
        (json!({ "capture": "s3://nothing" }), "CaptureUnusable"),
        (json!({ "capture": "s3://make" }), "CaptureUnusable"),
    ] {
        assert_eq!(hub.scan(event.clone()).unwrap_err().name(), name, "{event}");
    }
    fs::write(hub.folder.path().join("sv0.toml"), "[paths]\nmax_assume_hops = 99\n").unwrap();
    let error = hub.scan(json!({ "capture": "s3://capture" })).unwrap_err();
    assert_eq!(error.name(), "ConfigurationUnusable");
    assert!(newest_run(&hub.host.results).is_err());
}

#[test]
fn the_configuration_beside_the_runs_counts() {
    let hub = hub();
    let scan = |run_id| {
        hub.scan(json!({ "capture": "s3://capture", "run_id": run_id }))
            .unwrap()
    };
    let shipped = scan("shipped");
    fs::write(hub.folder.path().join("sv0.toml"), "[paths]\nmax_assume_hops = 0\n").unwrap();
    assert!(scan("short").counts["paths"] < shipped.counts["paths"]);
}
