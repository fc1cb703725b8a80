//! Runs: writing their objects, publishing them with a manifest, and reading them back with their hashes checked.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sv0_model::hash::sha256_hex;
use sv0_model::manifest::{ManifestObject, RunManifest};
use sv0_model::time::Timestamp;

use crate::{LakeError, ObjectStore, Part, each_of_ndjson, from_ndjson, index_key, read_index};

/// The key of the pointer to the newest complete run.
pub const CURRENT_KEY: &str = "current.json";

/// What a run id looks like, in words.
pub const RUN_ID_FORM: &str = "up to 128 letters, digits, dots, dashes and underscores, a letter or digit first";

/// Whether `text` has the form of a run id, as [`RUN_ID_FORM`] says. Every run id from outside is asked, since it becomes part of keys.
#[must_use]
pub fn is_run_id(text: &str) -> bool {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    text.len() <= 128 && text.starts_with(|first: char| first.is_ascii_alphanumeric()) && text.chars().all(is_allowed)
}

/// Keys of a run's objects, relative to the run.
pub mod keys {
    /// Entities of the graph, in parts by account.
    pub const ENTITIES: &str = "graph/entities.ndjson.zst";
    /// Edges of the graph, in parts by the account of what they start from.
    pub const EDGES: &str = "graph/edges.ndjson.zst";
    /// Policies and their texts, in parts by account.
    pub const POLICIES: &str = "graph/policies.ndjson.zst";
    /// Where entities are found whose ids do not tell, in parts that are named after the first id in them.
    pub const HOMES: &str = "graph/homes.ndjson.zst";
    /// Which parts of the graph a question needs beside those that it names: one line.
    pub const DIVISION: &str = "graph/division.ndjson";
    /// The organization, and what the graph says of itself: one line.
    pub const ORGANIZATION: &str = "graph/organization.ndjson";
    /// Findings of other AWS services, one `Signal` a line.
    pub const SIGNALS: &str = "graph/signals.ndjson.zst";
    /// Services last accessed, one `ServiceAccess` a line.
    pub const SERVICE_ACCESS: &str = "graph/service-access.ndjson.zst";
    /// Observed uses, one `ObservedUse` a line.
    pub const OBSERVED_USE: &str = "evidence/observed-use.ndjson.zst";
    /// Roles taken, one `ObservedAssumption` a line.
    pub const ASSUMPTIONS: &str = "evidence/assumptions.ndjson.zst";
    /// Executions over one or more roles, one `ObservedChain` a line.
    pub const CHAINS: &str = "evidence/chains.ndjson.zst";
    /// From where principals call, one `ObservedCaller` a line.
    pub const CALLERS: &str = "evidence/callers.ndjson.zst";
    /// Events worth a look, one `NotableEvent` a line.
    pub const NOTABLE_EVENTS: &str = "evidence/notable-events.ndjson.zst";
    /// Trails, log window and logged partitions: one line.
    pub const LOG_COVERAGE: &str = "evidence/log-coverage.ndjson";
    /// Routes from workloads to authorities, each with the lines of its steps in [`STEPS`] and the line of what is reached in [`ACCESSES`], counted from 0.
    pub const ROUTES: &str = "authority/routes.ndjson.zst";
    /// What authorities reach, as it stands together, each access with the line of its step in [`STEPS`].
    pub const ACCESSES: &str = "authority/accesses.ndjson.zst";
    /// Steps of routes and accesses, each once.
    pub const STEPS: &str = "authority/steps.ndjson.zst";
    /// Where the routes of each part of [`ROUTES`] lead: accounts that they lead through, accounts of what is reached, and the number of paths.
    pub const ROUTE_PARTS: &str = "authority/route-parts.ndjson";
    /// By what findings are listed, one line each, in the order of lists.
    pub const FINDING_LIST: &str = "findings/list.ndjson.zst";
    /// Findings, in parts of a few rows.
    pub const FINDINGS: &str = "findings/findings.ndjson.zst";
    /// The paths that findings name, one `CitedPath` a line.
    pub const CITED_PATHS: &str = "findings/cited-paths.ndjson.zst";
    /// The coverage ledger.
    pub const COVERAGE: &str = "coverage.ndjson";
    /// What was wrong with the input.
    pub const DIAGNOSTICS: &str = "diagnostics.ndjson";
    /// The report.
    pub const REPORT: &str = "report/index.html";
}

/// `current.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunPointer {
    /// The newest complete run.
    pub run_id: String,
}

/// The full key of an object of a run.
#[must_use]
pub fn run_key(run_id: &str, key: &str) -> String {
    format!("runs/{run_id}/{key}")
}

/// The full key of a run's manifest.
#[must_use]
pub fn manifest_key(run_id: &str) -> String {
    run_key(run_id, "manifest.json")
}

/// Ends a run: lists every object below it with its hash, writes the manifest, then moves the pointer.
///
/// # Errors
/// Whatever the store answers.
pub fn publish(store: &dyn ObjectStore, mut manifest: RunManifest) -> Result<RunManifest, LakeError> {
    let prefix = run_key(&manifest.run_id, "");
    let own = manifest_key(&manifest.run_id);
    manifest.outputs.clear();
    for key in store.list(&prefix)? {
        if key == own {
            continue;
        }
        let bytes = store.get(&key)?;
        manifest.outputs.push(ManifestObject {
            key: key.strip_prefix(&prefix).unwrap_or(&key).to_owned(),
            bytes: bytes.len() as u64,
            sha256: sha256_hex(&bytes),
        });
    }
    manifest.inputs.sort();
    store.put(&own, &pretty(&own, &manifest)?)?;
    let pointer = RunPointer {
        run_id: manifest.run_id.clone(),
    };
    store.put(CURRENT_KEY, &pretty(CURRENT_KEY, &pointer)?)?;
    Ok(manifest)
}

fn pretty<T: Serialize>(key: &str, value: &T) -> Result<Vec<u8>, LakeError> {
    let mut bytes = serde_json::to_vec_pretty(value).map_err(|source| LakeError::Encode {
        key: key.to_owned(),
        source,
    })?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// The run `current.json` points to.
///
/// # Errors
/// [`LakeError::NoRun`] when there is none yet.
pub fn newest_run(store: &dyn ObjectStore) -> Result<Run<'_>, LakeError> {
    let pointer: RunPointer = match store.get(CURRENT_KEY) {
        Ok(bytes) => decode(CURRENT_KEY, &bytes)?,
        Err(LakeError::NotFound { .. }) => {
            return Err(LakeError::NoRun {
                store: store.describe(),
            });
        }
        Err(error) => return Err(error),
    };
    Run::open(store, &pointer.run_id)
}

/// The complete run with the newest capture that was made at or before `time`; of several, the one that finished last.
///
/// # Errors
/// [`LakeError::NoRunAsOf`] when there is none that old.
pub fn newest_run_as_of(store: &dyn ObjectStore, time: Timestamp) -> Result<Run<'_>, LakeError> {
    let mut newest: Option<RunManifest> = None;
    let mut oldest: Option<Timestamp> = None;
    for key in store.list("runs/")? {
        if !is_manifest_key(&key) {
            continue;
        }
        let manifest: RunManifest = decode(&key, &store.get(&key)?)?;
        oldest = Some(oldest.map_or(manifest.captured_at, |known| known.min(manifest.captured_at)));
        let rank = |m: &RunManifest| (m.captured_at, m.finished_at);
        if manifest.captured_at <= time && newest.as_ref().is_none_or(|known| rank(known) < rank(&manifest)) {
            newest = Some(manifest);
        }
    }
    match (newest, oldest) {
        (Some(manifest), _) => Ok(Run::new(store, manifest)),
        (None, Some(oldest)) => Err(LakeError::NoRunAsOf {
            store: store.describe(),
            time,
            oldest,
        }),
        (None, None) => Err(LakeError::NoRun {
            store: store.describe(),
        }),
    }
}

fn is_manifest_key(key: &str) -> bool {
    let mut parts = key.split('/');
    parts.next() == Some("runs")
        && parts.next().is_some()
        && parts.next() == Some("manifest.json")
        && parts.next().is_none()
}

fn decode<T: DeserializeOwned>(key: &str, bytes: &[u8]) -> Result<T, LakeError> {
    serde_json::from_slice(bytes).map_err(|source| LakeError::Decode {
        key: key.to_owned(),
        line: source.line(),
        source,
    })
}

/// A complete run, opened for reading.
pub struct Run<'s> {
    store: &'s dyn ObjectStore,
    manifest: RunManifest,
    hashes: BTreeMap<String, String>,
}

impl<'s> Run<'s> {
    /// Opens the run with that id.
    ///
    /// # Errors
    /// [`LakeError::NotFound`] when it never completed.
    pub fn open(store: &'s dyn ObjectStore, run_id: &str) -> Result<Self, LakeError> {
        let key = manifest_key(run_id);
        let manifest = decode(&key, &store.get(&key)?)?;
        Ok(Self::new(store, manifest))
    }

    fn new(store: &'s dyn ObjectStore, manifest: RunManifest) -> Self {
        let hashes = manifest
            .outputs
            .iter()
            .map(|object| (object.key.clone(), object.sha256.clone()))
            .collect();
        Self {
            store,
            manifest,
            hashes,
        }
    }

    /// The run's manifest.
    #[must_use]
    pub fn manifest(&self) -> &RunManifest {
        &self.manifest
    }

    /// Reads an object of the run and checks it against the manifest.
    ///
    /// # Errors
    /// [`LakeError::Unlisted`], [`LakeError::Altered`], or whatever the store answers.
    pub fn bytes(&self, key: &str) -> Result<Vec<u8>, LakeError> {
        let expected = self.hashes.get(key).ok_or_else(|| LakeError::Unlisted {
            key: key.to_owned(),
            run_id: self.manifest.run_id.clone(),
        })?;
        let bytes = self.store.get(&run_key(&self.manifest.run_id, key))?;
        checked(key, expected, bytes)
    }

    /// The parts of an object of the run; none of one that was written whole.
    ///
    /// # Errors
    /// As [`Run::bytes`], and [`LakeError::Decode`].
    pub fn parts(&self, key: &str) -> Result<Option<Vec<Part>>, LakeError> {
        let index = index_key(key);
        if !self.hashes.contains_key(&index) {
            return Ok(None);
        }
        read_index(&index, &self.bytes(&index)?).map(Some)
    }

    /// Reads a part of an object of the run and checks it against the index that names it.
    ///
    /// # Errors
    /// [`LakeError::Altered`], or whatever the store answers.
    pub fn part_bytes(&self, key: &str, part: &Part) -> Result<Vec<u8>, LakeError> {
        let full = run_key(&self.manifest.run_id, key);
        let bytes = self.store.get_range(&full, part.offset, part.bytes)?;
        checked(key, &part.sha256, bytes)
    }

    /// Reads and decodes the rows of an NDJSON object of the run.
    ///
    /// # Errors
    /// As [`Run::bytes`], and [`LakeError::Decode`].
    pub fn rows<T: DeserializeOwned>(&self, key: &str) -> Result<Vec<T>, LakeError> {
        from_ndjson(key, &self.bytes(key)?)
    }

    /// Reads and decodes the rows of an NDJSON object of the run, and hands them on one after the other.
    ///
    /// # Errors
    /// As [`Run::rows`], and what `each` answers.
    pub fn each_row<T: DeserializeOwned>(
        &self,
        key: &str,
        each: impl FnMut(T) -> Result<(), LakeError>,
    ) -> Result<(), LakeError> {
        each_of_ndjson(key, &self.bytes(key)?, each)
    }
}

/// The bytes, where they have the hash that is expected of them.
fn checked(key: &str, expected: &str, bytes: Vec<u8>) -> Result<Vec<u8>, LakeError> {
    let found = sha256_hex(&bytes);
    if found == expected {
        Ok(bytes)
    } else {
        Err(LakeError::Altered {
            key: key.to_owned(),
            expected: expected.to_owned(),
            found,
        })
    }
}

#[cfg(test)]
mod tests;
