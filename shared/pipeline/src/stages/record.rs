//! Everything a published run holds → the history of everything that was ever seen.
//!
//! What counts as the content of a thing is what it *is*: when it was recorded and what the logs say of it are left out, so that an unchanged estate has no changes.

mod documents;
mod grounds;
mod path_contents;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Value, json};
use sv0_lake::{LakeError, ObjectStore, Run, keys};
use sv0_model::coverage::CoverageRow;
use sv0_model::finding::Finding;
use sv0_model::graph::{Edge, Entity, Graph};
use sv0_model::hash::sha256_of_json;
use sv0_model::manifest::RunManifest;
use sv0_state::{Completeness, Grounds, Outcome, RunRecord, Seen, Sighting, SightingKind, StateStore, Thing};

use crate::snapshot::Rows;
use crate::{ScanError, Snapshot};
use grounds::GroundFinder;
use path_contents::PathContents;

/// Attributes that say when something was used, not what it is.
const USE_ATTRIBUTES: [&str; 2] = ["last_used", "password_last_used"];

/// Records the published run `run_id`. A run that was recorded before changes nothing.
///
/// # Errors
/// [`ScanError::Lake`] when the run is not there or was altered, [`ScanError::State`] when history cannot be kept.
pub fn run(store: &dyn ObjectStore, run_id: &str, state: &mut dyn StateStore) -> Result<Outcome, ScanError> {
    let run = Run::open(store, run_id)?;
    let manifest = run.manifest().clone();
    let snapshot = Snapshot::new(run);
    let coverage = snapshot.coverage()?;
    let (sightings, complete) = seen(&snapshot, &coverage, &manifest.configuration_sha256)?;
    let seen = Seen {
        sightings: &sightings,
        complete: &complete,
        coverage: &coverage,
    };
    Ok(state.record_run(&record_of(manifest), seen)?)
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

/// What the run saw, and how much of the world. Recording it takes memory of its own: nothing else of the run outlives this.
fn seen<R: Rows>(
    snapshot: &Snapshot<R>,
    coverage: &[CoverageRow],
    configuration_sha256: &str,
) -> Result<(Vec<Sighting>, Completeness), ScanError> {
    let graph = snapshot.graph()?;
    let mut grounds = GroundFinder::new(&graph, configuration_sha256);
    let mut sightings = entities(&graph, &mut grounds)?;
    sightings.extend(edges(&graph, &mut grounds)?);
    let findings = snapshot.findings()?;
    let named: BTreeSet<&str> = findings
        .iter()
        .flat_map(|finding| &finding.paths)
        .map(String::as_str)
        .collect();
    let mut of_paths = BTreeMap::new();
    let mut contents = PathContents::default();
    snapshot.each_path(|path| {
        let rests_on = grounds.of_path(&path);
        if let Some(id) = named.get(path.id.as_str()) {
            of_paths.insert(*id, rests_on.clone());
        }
        sightings.push(Sighting {
            thing: Thing::new(SightingKind::Path, &path.id),
            document: Some(documents::of_path(&path)?),
            content_sha256: contents.of(path)?,
            rests_on,
        });
        Ok(())
    })?;
    for finding in &findings {
        let rests_on = grounds.of_finding(finding, &of_paths);
        sightings.push(Sighting {
            document: Some(documents::of_finding(finding)?),
            ..sighting(SightingKind::Finding, &finding.id, &finding_content(finding), rests_on)
        });
    }
    let completeness = grounds.completeness(coverage);
    Ok((sightings, completeness))
}

fn record_of(manifest: RunManifest) -> RunRecord {
    RunRecord {
        run_id: manifest.run_id,
        captured_at: manifest.captured_at,
        finished_at: manifest.finished_at,
        counts: manifest.counts,
    }
}

fn sighting(kind: SightingKind, id: &str, content: &Value, rests_on: Arc<Grounds>) -> Sighting {
    Sighting {
        thing: Thing::new(kind, id),
        content_sha256: sha256_of_json(content),
        rests_on,
        document: None,
    }
}

fn entities(graph: &Graph, grounds: &mut GroundFinder<'_>) -> Result<Vec<Sighting>, LakeError> {
    let mut policies: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for policy in graph.policies.values() {
        let owner = policy.owner.as_deref().unwrap_or(&policy.native_id);
        policies.entry(owner).or_default().extend(policy.sha256.as_deref());
    }
    let sightings = graph.entities.values().map(|entity| {
        let texts = policies.get(entity.native_id.as_str());
        let content = json!({ "entity": entity_content(entity)?, "policies": texts });
        Ok(Sighting {
            document: Some(documents::of_entity(entity)?),
            ..sighting(
                SightingKind::Entity,
                &entity.native_id,
                &content,
                grounds.of_entity(entity),
            )
        })
    });
    sightings.collect()
}

/// Edges between the same two things are one thing: which of several statements makes them is their content.
fn edges(graph: &Graph, grounds: &mut GroundFinder<'_>) -> Result<Vec<Sighting>, LakeError> {
    let mut alike: BTreeMap<String, Vec<&Edge>> = BTreeMap::new();
    for edge in &graph.edges {
        let kind = as_value(keys::EDGES, &edge.kind)?;
        let id = format!("{} {} {}", edge.from, kind.as_str().unwrap_or_default(), edge.to);
        alike.entry(id).or_default().push(edge);
    }
    let sightings = alike.iter().map(|(id, edges)| {
        let content = edges
            .iter()
            .map(|edge| Ok(as_value(keys::EDGES, &edge.attributes)?.to_string()));
        let content = content.collect::<Result<BTreeSet<_>, LakeError>>()?;
        Ok(sighting(
            SightingKind::Edge,
            id,
            &json!(content),
            grounds.of_edges(edges),
        ))
    });
    sightings.collect()
}

fn entity_content(entity: &Entity) -> Result<Value, LakeError> {
    let mut content = as_value(keys::ENTITIES, entity)?;
    remove(&mut content, &["captured_at", "origins"]);
    if let Some(attributes) = content.get_mut("attributes") {
        remove(attributes, &USE_ATTRIBUTES);
    }
    Ok(content)
}

/// The words of a finding may speak of the logs; its facts do not.
fn finding_content(finding: &Finding) -> Value {
    json!({
        "kind": finding.kind,
        "severity": finding.severity,
        "subjects": finding.subjects,
        "paths": finding.paths,
        "statements": finding.statements,
        "caveats": finding.caveats,
    })
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
