//! The local driver: all stages in one process.

use std::collections::BTreeMap;
use std::path::Path;

use sv0_authority::PathProgress;
use sv0_lake::{ObjectStore, publish};
use sv0_model::manifest::RunManifest;
use sv0_model::time::Timestamp;
use sv0_sources::ReadProgress;
use sv0_state::StateStore;

use crate::stages::{self, StageContext};
use crate::{Configuration, ScanError};

/// What to scan, and what only the caller can know: the clock, the run's name, the tool's version.
pub struct ScanRequest<'a> {
    /// The folder of the capture.
    pub capture: &'a Path,
    /// Where the capture comes from, for the manifest.
    pub capture_name: &'a str,
    /// The configuration.
    pub configuration: &'a Configuration,
    /// The run's id; names its folder.
    pub run_id: &'a str,
    /// Version of the tool, for the manifest.
    pub tool_version: &'a str,
    /// How many threads to use.
    pub threads: usize,
    /// The caller's clock.
    pub now: &'a dyn Fn() -> Timestamp,
}

/// How far a scan is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScanEvent {
    /// A stage begins.
    Stage(&'static str),
    /// Reading the capture.
    Reading(ReadProgress),
    /// Evaluating authority.
    Evaluating(PathProgress),
}

/// How a scan ended.
#[derive(Debug, Clone)]
pub struct ScanSummary {
    /// The manifest as it was written.
    pub manifest: RunManifest,
}

/// Runs every stage, publishes the run, and records it where a place for history is given.
///
/// # Errors
/// [`ScanError`]; the run's folder then has no manifest, and `current.json` still points to the run before.
/// With [`ScanError::State`] alone the run is published; [`stages::record::run`] can be tried again.
pub fn scan(
    request: &ScanRequest<'_>,
    store: &dyn ObjectStore,
    state: Option<&mut dyn StateStore>,
    progress: &(dyn Fn(ScanEvent) + Sync),
) -> Result<ScanSummary, ScanError> {
    let started_at = (request.now)();
    let context = StageContext {
        store,
        run_id: request.run_id,
        configuration: request.configuration,
        threads: request.threads,
    };
    progress(ScanEvent::Stage("reading the capture"));
    let normalized = stages::normalize::run(&context, request.capture, &|event| progress(ScanEvent::Reading(event)))?;
    progress(ScanEvent::Stage("evaluating authority"));
    let evaluated = stages::authority::run(&context, &|event| progress(ScanEvent::Evaluating(event)))?;
    progress(ScanEvent::Stage("writing the report"));
    stages::report::run(&context)?;
    progress(ScanEvent::Stage("publishing"));
    let manifest = RunManifest {
        schema: "sv0-run/1".to_owned(),
        run_id: request.run_id.to_owned(),
        tool_version: request.tool_version.to_owned(),
        capture: request.capture_name.to_owned(),
        captured_at: normalized.header.captured_at,
        started_at,
        finished_at: (request.now)(),
        configuration_sha256: request.configuration.sha256(),
        counts: BTreeMap::from([
            ("entities".to_owned(), normalized.entities),
            ("edges".to_owned(), normalized.edges),
            ("diagnostics".to_owned(), evaluated.diagnostics),
            ("paths".to_owned(), evaluated.paths),
            ("findings".to_owned(), evaluated.findings),
        ]),
        inputs: normalized.inputs,
        outputs: Vec::new(),
    };
    let manifest = publish(store, manifest)?;
    if let Some(state) = state {
        progress(ScanEvent::Stage("recording history"));
        stages::record::run(store, request.run_id, state)?;
    }
    Ok(ScanSummary { manifest })
}
