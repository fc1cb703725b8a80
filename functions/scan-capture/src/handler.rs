//! One event, one scan.

use std::path::Path;
use std::thread::available_parallelism;

use serde_json::Value;
use sv0_aws::s3::{FetchError, FetchLimits, Fetched, S3Captures, S3Location};
use sv0_lake::{LakeError, ObjectStore, Run};
use sv0_model::manifest::RunManifest;
use sv0_model::time::Timestamp;
use sv0_pipeline::{Configuration, ScanEvent, ScanRequest, scan};
use tracing::{error, info};

use crate::error::chain;
use crate::{Answer, Request, ScanCaptureError};

/// The configuration of scans, beside the runs.
const CONFIGURATION_KEY: &str = "sv0.toml";

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
    invocation_id: &str,
) -> Result<Answer, ScanCaptureError> {
    let result = Request::read(event, invocation_id).and_then(|request| answer(host, &request));
    match &result {
        Ok(answer) => {
            info!(run_id = answer.run_id, manifest_key = answer.manifest_key, counts = ?answer.counts, "scan done")
        }
        Err(error) => error!(
            error_type = error.name(),
            error = chain(error),
            invocation_id,
            "scan failed"
        ),
    }
    result
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
    info!(run_id, capture = capture_name, "scan begins");
    let configuration = configuration(&host.results)?;
    let scratch = tempfile::tempdir().map_err(ScanCaptureError::Scratch)?;
    let fetched = host.captures.fetch(&request.capture, scratch.path(), host.limits)?;
    info!(run_id, files = fetched.files, bytes = fetched.bytes, "capture fetched");
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
            info!(run_id, stage, "stage begins");
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
