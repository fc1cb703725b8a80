//! One event, one scan.

use std::path::Path;
use std::thread::available_parallelism;
use std::time::Duration;

use serde_json::Value;
use sv0_aws::s3::{FetchError, FetchLimits, Fetched, S3Captures, S3Location};
use sv0_lake::{LakeError, ObjectStore, Run, keys};
use sv0_model::finding::{Finding, FindingSeverity};
use sv0_model::manifest::RunManifest;
use sv0_model::time::Timestamp;
use sv0_pipeline::{Configuration, ScanEvent, ScanRequest, scan};
use sv0_telemetry::metrics::{ENTITIES, FINDINGS, PATHS};
use sv0_telemetry::{Invocation, Measurement, Stage};
use tracing::{error, info, warn};

use crate::error::chain;
use crate::{Answer, Request, ScanCaptureError};

/// The configuration of scans, beside the runs.
const CONFIGURATION_KEY: &str = "sv0.toml";

/// What this function does, for logs and metrics.
const STAGE: &str = "scan";

/// Where captures come from.
pub trait CaptureSource {
    /// Copies the capture at `place` into `folder`, which is empty.
    ///
    /// # Errors
    /// [`FetchError`].
    fn fetch(&self, place: &S3Location, folder: &Path, limits: FetchLimits) -> Result<Fetched, FetchError>;
}

impl CaptureSource for S3Captures {
    fn fetch(&self, place: &S3Location, folder: &Path, limits: FetchLimits) -> Result<Fetched, FetchError> {
        self.fetch_capture(place, folder, limits)
    }
}

/// What an event is handled with; made once.
pub struct Host<C, O> {
    /// Where captures come from.
    pub captures: C,
    /// Where runs are written.
    pub results: O,
    /// How much of a capture is fetched.
    pub limits: FetchLimits,
    /// The clock.
    pub now: fn() -> Timestamp,
}

/// Scans the capture that `event` names. An event that comes twice finds its run done and is answered with it.
///
/// # Errors
/// [`ScanCaptureError`], also logged. Nothing is published then.
pub fn handle<C: CaptureSource, O: ObjectStore>(
    host: &Host<C, O>,
    event: Value,
    invocation: &Invocation,
) -> Result<Answer, ScanCaptureError> {
    let began = (host.now)();
    let request = Request::read(event, &invocation.request_id);
    let run = request.as_ref().map(|request| request.run_id.clone()).ok();
    let stage = Stage {
        name: STAGE,
        run: run.as_deref(),
        account: None,
    };
    let (result, measured) = invocation.span(stage).in_scope(|| {
        let result = request.and_then(|request| answer(host, &request));
        log_result(&result);
        let measured = result
            .as_ref()
            .map(|answer| measurements(host, answer))
            .unwrap_or_default();
        (result, measured)
    });
    let now = (host.now)();
    invocation.print_metrics(
        now,
        stage,
        Duration::try_from(now.duration_since(began)).unwrap_or_default(),
        result.as_ref().err().map(ScanCaptureError::name),
        0,
        &measured,
    );
    result
}

fn log_result(result: &Result<Answer, ScanCaptureError>) {
    match result {
        Ok(answer) => info!(manifest_key = answer.manifest_key, counts = ?answer.counts, "scan done"),
        Err(error) => error!(error_type = error.name(), error = chain(error), "scan failed"),
    }
}

/// What the run came to. A run is not worth less for what cannot be measured of it.
fn measurements<C: CaptureSource, O: ObjectStore>(host: &Host<C, O>, answer: &Answer) -> Vec<Measurement> {
    let of_run = [(&PATHS, "paths"), (&ENTITIES, "entities")]
        .into_iter()
        .filter_map(|(metric, name)| {
            let count = answer.counts.get(name)?;
            Some(Measurement::count(metric, &[STAGE], *count))
        });
    let mut measured: Vec<Measurement> = of_run.collect();
    match findings_by_severity(&host.results, &answer.run_id) {
        Ok(findings) => {
            measured.extend(findings.map(|(severity, count)| Measurement::count(&FINDINGS, &[severity], count)));
        }
        Err(error) => warn!(error = chain(&error), "findings could not be counted"),
    }
    measured
}

fn findings_by_severity(results: &dyn ObjectStore, run_id: &str) -> Result<[(&'static str, u64); 5], LakeError> {
    let mut counts = ["informational", "low", "medium", "high", "critical"].map(|severity| (severity, 0));
    Run::open(results, run_id)?.each_row(keys::FINDINGS, |finding: Finding| {
        let name = match finding.severity {
            FindingSeverity::Informational => "informational",
            FindingSeverity::Low => "low",
            FindingSeverity::Medium => "medium",
            FindingSeverity::High => "high",
            FindingSeverity::Critical => "critical",
        };
        counts
            .iter_mut()
            .filter(|(severity, _)| *severity == name)
            .for_each(|(_, count)| *count += 1);
        Ok(())
    })?;
    Ok(counts)
}

fn answer<C: CaptureSource, O: ObjectStore>(host: &Host<C, O>, request: &Request) -> Result<Answer, ScanCaptureError> {
    let capture = request.capture.to_string();
    let manifest = match Run::open(&host.results, &request.run_id) {
        Ok(run) => done_before(run.manifest(), &capture)?,
        Err(LakeError::NotFound { .. }) => scan_capture(host, request)?,
        Err(error) => return Err(error.into()),
    };
    Ok(Answer::new(manifest, host.results.describe()))
}

fn done_before(manifest: &RunManifest, capture: &str) -> Result<RunManifest, ScanCaptureError> {
    if manifest.capture == capture {
        return Ok(manifest.clone());
    }
    Err(ScanCaptureError::RunExists {
        run_id: manifest.run_id.clone(),
        capture: manifest.capture.clone(),
    })
}

fn scan_capture<C: CaptureSource, O: ObjectStore>(
    host: &Host<C, O>,
    request: &Request,
) -> Result<RunManifest, ScanCaptureError> {
    let run_id = request.run_id.as_str();
    let capture_name = request.capture.to_string();
    info!(capture = capture_name, "scan begins");
    let configuration = configuration(&host.results)?;
    let scratch = tempfile::tempdir().map_err(ScanCaptureError::Scratch)?;
    let fetched = host.captures.fetch(&request.capture, scratch.path(), host.limits)?;
    info!(files = fetched.files, bytes = fetched.bytes, "capture fetched");
    let scan_request = ScanRequest {
        capture: scratch.path(),
        capture_name: &capture_name,
        configuration: &configuration,
        run_id,
        tool_version: env!("CARGO_PKG_VERSION"),
        threads: available_parallelism().map_or(1, usize::from),
        now: &host.now,
    };
    let progress = |event| {
        if let ScanEvent::Stage(stage) = event {
            info!(step = stage, "step begins");
        }
    };
    Ok(scan(&scan_request, &host.results, None, &progress)?.manifest)
}

fn configuration(results: &dyn ObjectStore) -> Result<Configuration, ScanCaptureError> {
    match results.get(CONFIGURATION_KEY) {
        Ok(text) => Ok(Configuration::from_toml(&String::from_utf8_lossy(&text))?),
        Err(LakeError::NotFound { .. }) => Ok(Configuration::default()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests;
