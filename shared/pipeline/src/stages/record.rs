//! Everything a published run holds → the history of everything that was ever seen.
//!
//! What counts as the content of a thing is what it *is*: when it was recorded and what the logs say of it are left out, so that an unchanged estate has no changes.

mod documents;
mod grounds;
mod routes;
mod sightings;

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use sv0_lake::{LakeError, ObjectStore, Run, keys};
use sv0_model::finding::Finding;
use sv0_model::manifest::RunManifest;
use sv0_state::{Outcome, RunRecord, Seen, StateError, StateStore};

use crate::{ScanError, Snapshot};
use sightings::RunSightings;

/// Records the published run `run_id`. A run that was recorded before changes nothing.
///
/// # Errors
/// [`ScanError::Lake`] when the run is not there or was altered, [`ScanError::State`] when history cannot be kept.
pub fn run(store: &dyn ObjectStore, run_id: &str, state: &mut dyn StateStore) -> Result<Outcome, ScanError> {
    let run = Run::open(store, run_id)?;
    let manifest = run.manifest().clone();
    let snapshot = Snapshot::new(run);
    let coverage = snapshot.coverage()?;
    let sightings = RunSightings::read(&snapshot, &manifest.configuration_sha256)?;
    let seen = Seen {
        sightings: &sightings,
        complete: &sightings.completeness(&coverage)?,
        coverage: &coverage,
    };
    state.record_run(&record_of(&manifest), seen).map_err(cause)
}

/// What kept a run from being recorded: the history, or the run itself.
fn cause(error: StateError) -> ScanError {
    match error {
        StateError::Sightings(source) => match source.downcast::<LakeError>() {
            Ok(error) => ScanError::Lake(*error),
            Err(source) => ScanError::State(StateError::Sightings(source)),
        },
        error => ScanError::State(error),
    }
}

/// By what the findings of a run are listed in a store, by their ids: `type`, `severity`, `account`, `name`.
///
/// # Errors
/// [`ScanError::Lake`] when the run was altered.
pub fn finding_summaries(run: &Run<'_>) -> Result<BTreeMap<String, BTreeMap<String, String>>, ScanError> {
    let mut summaries = BTreeMap::new();
    run.each_row(keys::FINDINGS, |finding: Finding| {
        let document = documents::of_finding(&finding)?;
        summaries.insert(finding.id, document.summary().clone());
        Ok(())
    })?;
    Ok(summaries)
}

fn record_of(manifest: &RunManifest) -> RunRecord {
    RunRecord {
        run_id: manifest.run_id.clone(),
        captured_at: manifest.captured_at,
        finished_at: manifest.finished_at,
        counts: manifest.counts.clone(),
    }
}

fn remove(object: &mut Value, names: &[&str]) {
    if let Some(fields) = object.as_object_mut() {
        fields.retain(|name, _| !names.contains(&name.as_str()));
    }
}

fn as_value<T: Serialize>(key: &str, value: &T) -> Result<Value, LakeError> {
    serde_json::to_value(value).map_err(|source| LakeError::Encode {
        key: key.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests;
