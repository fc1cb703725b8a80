//! Paths as history keeps them: their rows as they stand in the run, each step once.
//!
//! There are so many paths that a row is not made into a value and back: it is taken as it is told, and only what is needed is looked up in it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use sv0_lake::{LakeError, keys};
use sv0_model::hash::{sha256_hex, sha256_of_json};
use sv0_model::observation::Observation;
use sv0_state::{Document, Sighting, SightingKind, Step, Thing};

use super::grounds::{GroundFinder, Sources};
use crate::path_rows::{self, ToldPath};
use crate::snapshot::Rows;

/// What the record needs to know of a path.
#[derive(Deserialize)]
struct Facts<'t> {
    id: String,
    kind: String,
    workload: String,
    roles: Vec<String>,
    resource: String,
    action_class: String,
    state: String,
    sensitivity: String,
    #[serde(borrow)]
    observation: &'t RawValue,
}

/// What the record needs to know of a step.
#[derive(Deserialize)]
struct StepFacts<'t> {
    #[serde(borrow)]
    statements: Vec<StatementFacts<'t>>,
    #[serde(borrow)]
    granted_by: Vec<StatementFacts<'t>>,
}

#[derive(Deserialize)]
struct StatementFacts<'t> {
    #[serde(borrow)]
    policy: Cow<'t, str>,
}

/// A step, and what is worked out of it once.
struct KnownStep {
    step: Arc<Step>,
    /// SHA-256 of what counts as its content: all of it but what the logs say.
    content_sha256: String,
    /// Where its statements' policies are described.
    sources: Sources,
}

/// Makes sightings of the paths of one run.
pub(super) struct Paths {
    steps: Vec<KnownStep>,
    /// What stands in the place of what the logs say.
    unobserved: String,
}

impl Paths {
    /// Reads the steps.
    pub fn read<R: Rows>(rows: &R, grounds: &mut GroundFinder<'_>) -> Result<Self, LakeError> {
        let mut steps = Vec::new();
        rows.each(keys::STEPS, |told: Box<RawValue>| {
            let step = known_step(told, grounds).map_err(|source| broken(keys::STEPS, steps.len(), source))?;
            steps.push(step);
            Ok(())
        })?;
        let unobserved = Observation::NotObservable { reason: String::new() };
        let unobserved = serde_json::to_string(&unobserved).map_err(|source| LakeError::Encode {
            key: keys::ROUTES.to_owned(),
            source,
        })?;
        Ok(Self { steps, unobserved })
    }

    /// Hands on a sighting of each path, in the order of the run.
    pub fn each<R: Rows>(
        &self,
        rows: &R,
        grounds: &mut GroundFinder<'_>,
        mut each: impl FnMut(Sighting) -> Result<(), LakeError>,
    ) -> Result<(), LakeError> {
        let mut line = 0;
        path_rows::each_told(rows, |told| {
            let steps = told.steps.iter().map(|step| self.step(*step));
            let steps = steps.collect::<Result<Vec<_>, _>>()?;
            let sighting = self.sighting(told, &steps, grounds);
            let sighting = sighting.map_err(|source| broken(keys::ROUTES, line, source))?;
            line += 1;
            each(sighting)
        })
    }

    fn step(&self, line: usize) -> Result<&KnownStep, LakeError> {
        self.steps
            .get(line)
            .ok_or_else(|| path_rows::dangling(keys::ROUTES, keys::STEPS, line))
    }

    fn sighting(
        &self,
        told: ToldPath,
        steps: &[&KnownStep],
        grounds: &mut GroundFinder<'_>,
    ) -> Result<Sighting, serde_json::Error> {
        let facts: Facts<'_> = serde_json::from_str(told.path.get())?;
        let content_sha256 = self.content(told.path.get(), facts.observation.get(), steps);
        let rests_on = grounds.of_path(
            &facts.workload,
            &facts.roles,
            &facts.resource,
            steps.iter().map(|step| &step.sources),
        );
        let summary = [
            ("type", facts.kind),
            ("state", facts.state),
            ("workload", facts.workload),
            ("resource", facts.resource),
            ("action_class", facts.action_class),
            ("sensitivity", facts.sensitivity),
        ];
        let summary: BTreeMap<String, String> = summary.map(|(name, text)| (name.to_owned(), text)).into();
        let thing = Thing::new(SightingKind::Path, facts.id);
        let steps = steps.iter().map(|step| step.step.clone()).collect();
        let text = String::from(Box::<str>::from(told.path));
        Ok(Sighting {
            thing,
            content_sha256,
            rests_on: Arc::new(rests_on),
            document: Some(Arc::new(Document::of_path(text, steps, summary))),
        })
    }

    /// SHA-256 of what counts as the content of a path: its row but for what the logs say, `observation`, which is a part of it; then each of its steps.
    fn content(&self, row: &str, observation: &str, steps: &[&KnownStep]) -> String {
        let begin = observation.as_ptr().addr().saturating_sub(row.as_ptr().addr());
        let before = row.get(..begin).unwrap_or(row);
        let after = row.get(begin + observation.len()..).unwrap_or_default();
        let mut content = String::with_capacity(row.len() + 65 * steps.len() + self.unobserved.len());
        for part in [before, &self.unobserved, after] {
            content.push_str(part);
        }
        for step in steps {
            content.push('\n');
            content.push_str(&step.content_sha256);
        }
        sha256_hex(content.as_bytes())
    }
}

fn known_step(told: Box<RawValue>, grounds: &mut GroundFinder<'_>) -> Result<KnownStep, serde_json::Error> {
    let facts: StepFacts<'_> = serde_json::from_str(told.get())?;
    let statements = facts.statements.iter().chain(&facts.granted_by);
    let sources = grounds.of_policies(statements.map(|statement| statement.policy.as_ref()));
    let mut content: Value = serde_json::from_str(told.get())?;
    super::remove(&mut content, &["observation"]);
    Ok(KnownStep {
        content_sha256: sha256_of_json(&content),
        sources,
        step: Arc::new(Step::new(Box::<str>::from(told).into())),
    })
}

fn broken(key: &str, line: usize, source: serde_json::Error) -> LakeError {
    LakeError::Decode {
        key: key.to_owned(),
        line: line + 1,
        source,
    }
}

#[cfg(test)]
mod tests {
    use sv0_model::path::{AuthorityPath, PathHop};

    use super::*;

    const HOP: &str = r#"{"from":"r","relation":"ACCESSES","to":"b","actions":["s3:GetObject"],"state":"allowed","blocked_by":[],"condition":null,
        "statements":[{"policy":"p","index":0,"sid":null,"effect":"Allow"}],"granted_by":[],"observation":{"status":"not_observable","reason":"no trail"}}"#;
    const PATH: &str = r#"{"id":"i","kind":"direct","kinds":["direct"],"workload":"w","roles":["r"],"resource":"b","scope":"b","action_class":"read_data",
        "actions":["s3:GetObject"],"state":"allowed","blocked_by":[],"condition":null,"hops":[],"chain_depth":1,"cross_account":false,
        "sensitivity":"unknown","authority":"effective","caveats":[],"observation":{"status":"not_observable","reason":"the words \"observation\":{}"}}"#;

    /// The hash that the history of earlier versions holds, worked out of values.
    fn of_values(path: &AuthorityPath, hops: &[PathHop]) -> String {
        let mut path = path.clone();
        path.observation = Observation::NotObservable { reason: String::new() };
        let mut content = serde_json::to_string(&path).unwrap();
        for hop in hops {
            let mut hop = serde_json::to_value(hop).unwrap();
            hop.as_object_mut().unwrap().remove("observation");
            content.push('\n');
            content.push_str(&sha256_of_json(&hop));
        }
        sha256_hex(content.as_bytes())
    }

    #[test]
    fn the_content_of_a_path_is_its_row_without_what_the_logs_say() {
        let graph = sv0_model::graph::Graph::default();
        let mut grounds = GroundFinder::new(&graph, "default");
        let (path, hop): (AuthorityPath, PathHop) =
            (serde_json::from_str(PATH).unwrap(), serde_json::from_str(HOP).unwrap());
        let step = known_step(serde_json::value::to_raw_value(&hop).unwrap(), &mut grounds).unwrap();
        let paths = Paths {
            steps: vec![step],
            unobserved: r#"{"status":"not_observable","reason":""}"#.to_owned(),
        };
        let told = ToldPath {
            steps: vec![0, 0],
            path: serde_json::value::to_raw_value(&path).unwrap(),
        };
        let steps = [&paths.steps[0], &paths.steps[0]];
        let sighting = paths.sighting(told, &steps, &mut grounds).unwrap();
        assert_eq!(sighting.content_sha256, of_values(&path, &[hop.clone(), hop.clone()]));
        let mut whole = path;
        whole.hops = vec![Arc::new(hop.clone()), Arc::new(hop)];
        assert_eq!(
            sighting.document.unwrap().whole(),
            serde_json::to_string(&whole).unwrap(),
            "and its document is the path as it is told whole"
        );
    }
}
