//! What a run saw, read from its objects one after the other.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use serde_json::{Map, Value, json};
use sv0_lake::{LakeError, keys};
use sv0_model::coverage::CoverageRow;
use sv0_model::finding::Finding;
use sv0_model::graph::{Edge, Entity, Graph};
use sv0_model::hash::{sha256_first_half, sha256_of_json};
use sv0_model::route::Access;
use sv0_state::{Completeness, Sighting, SightingKind, Sightings, StateError, Thing};

use super::grounds::{Cited, GroundFinder, tells_the_authority};
use super::routes::{Told, Ways, end_of};
use super::{as_value, documents, remove};
use crate::Snapshot;
use crate::snapshot::Rows;

/// Attributes that say when something was used, not what it is.
const USE_ATTRIBUTES: [&str; 2] = ["last_used", "password_last_used"];
/// Sightings are handed on by so many; so many such parts wait for the store.
const PART: usize = 250;
const WAITING: usize = 4;
/// So many sets of accesses are held: more than the roles of most accounts.
const MOST_HELD: usize = 1000;

/// Everything that a run saw. Graph and findings are held, routes are read as they are handed on.
pub(super) struct RunSightings<'r, R> {
    snapshot: &'r Snapshot<R>,
    configuration_sha256: &'r str,
    graph: Graph,
    findings: Vec<Finding>,
}

impl<'r, R: Rows + Sync> RunSightings<'r, R> {
    pub fn read(snapshot: &'r Snapshot<R>, configuration_sha256: &'r str) -> Result<Self, LakeError> {
        let mut graph = snapshot.graph()?;
        // Of a policy's text it counts here whether it was read, and its hash.
        for text in graph
            .policies
            .values_mut()
            .filter_map(|policy| policy.document.as_mut())
        {
            *text = Value::Null;
        }
        (graph.signals, graph.service_access) = Default::default();
        Ok(Self {
            snapshot,
            configuration_sha256,
            graph,
            findings: snapshot.findings()?,
        })
    }

    /// How much of the world the run saw.
    pub fn completeness(&self, coverage: &[CoverageRow]) -> Result<Completeness, LakeError> {
        let mut authorities: HashSet<String> = HashSet::new();
        self.snapshot.each_route(|routes| {
            let authority = end_of(&routes);
            if tells_the_authority(&routes) && !authorities.contains(authority) {
                authorities.insert(authority.to_owned());
            }
            Ok(())
        })?;
        let grounds = GroundFinder::new(&self.graph, self.configuration_sha256);
        Ok(grounds.completeness(coverage, &authorities))
    }

    fn hand_on(&self, out: &mut Parts) -> Result<(), LakeError> {
        let mut grounds = GroundFinder::new(&self.graph, self.configuration_sha256);
        self.entities(&mut grounds, out)?;
        self.edges(&mut grounds, out)?;
        let cited = self.routes(&mut grounds, out)?;
        for finding in &self.findings {
            out.push(Sighting {
                thing: Thing::new(SightingKind::Finding, &finding.id),
                content_sha256: sha256_of_json(&finding_content(finding)),
                rests_on: Arc::new(grounds.of_finding(finding, &cited)),
                document: Some(Arc::new(documents::of_finding(finding)?)),
            })?;
        }
        out.end()
    }

    /// Routes, and before the first to each authority what is reached there.
    fn routes(&self, grounds: &mut GroundFinder<'_>, out: &mut Parts) -> Result<Cited, LakeError> {
        let mut cited = Cited::new(self.snapshot.cited_paths()?);
        let mut ways = Ways::default();
        let mut reached = Reached::default();
        self.snapshot.each_route(|routes| {
            if reached.is_new(&routes.accesses) {
                for access in routes.accesses.iter() {
                    out.push(keep(&mut cited, ways.access(access, grounds)?))?;
                }
            }
            out.push(keep(&mut cited, ways.route(&routes, grounds)?))
        })?;
        Ok(cited)
    }

    fn entities(&self, grounds: &mut GroundFinder<'_>, out: &mut Parts) -> Result<(), LakeError> {
        let mut policies: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for policy in self.graph.policies.values() {
            let owner = policy.owner.as_deref().unwrap_or(&policy.native_id);
            policies.entry(owner).or_default().extend(policy.sha256.as_deref());
        }
        for entity in self.graph.entities.values() {
            out.push(entity_sighting(
                entity,
                policies.get(entity.native_id.as_str()),
                grounds,
            )?)?;
        }
        Ok(())
    }

    /// Edges between the same two things are one thing: which of several statements makes them is their content.
    fn edges(&self, grounds: &mut GroundFinder<'_>, out: &mut Parts) -> Result<(), LakeError> {
        let mut alike: BTreeMap<String, Vec<&Edge>> = BTreeMap::new();
        for edge in &self.graph.edges {
            let kind = as_value(keys::EDGES, &edge.kind)?;
            let id = format!("{} {} {}", edge.from, kind.as_str().unwrap_or_default(), edge.to);
            alike.entry(id).or_default().push(edge);
        }
        for (id, edges) in alike {
            let content = edges
                .iter()
                .map(|edge| Ok(as_value(keys::EDGES, &edge.attributes)?.to_string()));
            let content = content.collect::<Result<BTreeSet<_>, LakeError>>()?;
            out.push(Sighting {
                content_sha256: sha256_of_json(&json!(content)),
                rests_on: Arc::new(grounds.of_edges(&edges)),
                thing: Thing::new(SightingKind::Edge, id),
                document: None,
            })?;
        }
        Ok(())
    }
}

/// What is reached on routes, as far as it was told.
#[derive(Default)]
struct Reached {
    /// Routes that come after each other lead to the same: it is known by where it lies, and held so that nothing else comes to lie there.
    held: HashMap<usize, Arc<[Access]>>,
    /// Routes of other accounts lead there as well. Hashes of what tells accesses from others, one for all that stand together.
    told: HashSet<u128>,
}

impl Reached {
    fn is_new(&mut self, accesses: &Arc<[Access]>) -> bool {
        let address = accesses.as_ptr().addr();
        if self.held.contains_key(&address) {
            return false;
        }
        if self.held.len() >= MOST_HELD {
            self.held.clear();
        }
        self.held.insert(address, accesses.clone());
        let mut text = Vec::new();
        for access in accesses.iter() {
            let hop = &access.hop;
            for part in [&hop.from, &hop.relation, &access.resource, &access.scope] {
                text.extend_from_slice(part.as_bytes());
                text.push(0);
            }
            text.extend([access.action_class as u8, hop.state as u8, u8::from(access.is_best)]);
        }
        self.told.insert(sha256_first_half(&text))
    }
}

fn keep(cited: &mut Cited, told: Told) -> Sighting {
    cited.keep(&told.sighting.thing.id, &told.cited);
    told.sighting
}

fn entity_sighting(
    entity: &Entity,
    policies: Option<&Vec<&str>>,
    grounds: &mut GroundFinder<'_>,
) -> Result<Sighting, LakeError> {
    let (document, mut row) = documents::of_entity(entity)?;
    if let Some(attributes) = row.get_mut("attributes") {
        remove(attributes, &USE_ATTRIBUTES);
    }
    let content = Map::from_iter([("entity".to_owned(), row), ("policies".to_owned(), json!(policies))]);
    Ok(Sighting {
        thing: Thing::new(SightingKind::Entity, &entity.native_id),
        content_sha256: sha256_of_json(&Value::Object(content)),
        rests_on: Arc::new(grounds.of_entity(entity)),
        document: Some(Arc::new(document)),
    })
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

impl<R: Rows> Sightings for RunSightings<'_, R> {
    /// The store works while the next sightings are read.
    fn each(&self, each: &mut dyn FnMut(Sighting) -> Result<(), StateError>) -> Result<(), StateError> {
        let (sender, receiver) = sync_channel(WAITING);
        thread::scope(|scope| {
            let reader = scope.spawn(move || self.hand_on(&mut Parts::new(sender)));
            take(receiver, each)?;
            let read = reader.join().unwrap_or_else(|_| Err(stopped()));
            read.map_err(|error| StateError::Sightings(Box::new(error)))
        })
    }
}

/// What is left of the channel when this ends tells the reader to end, too.
fn take(
    receiver: Receiver<Vec<Sighting>>,
    each: &mut dyn FnMut(Sighting) -> Result<(), StateError>,
) -> Result<(), StateError> {
    receiver.into_iter().flatten().try_for_each(each)
}

/// Sightings on their way to the store.
struct Parts {
    sender: SyncSender<Vec<Sighting>>,
    part: Vec<Sighting>,
}

impl Parts {
    fn new(sender: SyncSender<Vec<Sighting>>) -> Self {
        Self {
            sender,
            part: Vec::with_capacity(PART),
        }
    }

    fn push(&mut self, sighting: Sighting) -> Result<(), LakeError> {
        self.part.push(sighting);
        if self.part.len() >= PART { self.end() } else { Ok(()) }
    }

    /// Hands on what is there. Where the store takes no more, it has said why.
    fn end(&mut self) -> Result<(), LakeError> {
        let part = std::mem::replace(&mut self.part, Vec::with_capacity(PART));
        self.sender.send(part).map_err(|_| stopped())
    }
}

fn stopped() -> LakeError {
    LakeError::Io {
        operation: "handing on",
        key: keys::ROUTES.to_owned(),
        source: std::io::ErrorKind::BrokenPipe.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accesses(resource: &str) -> Arc<[Access]> {
        let access = json!({
            "resource": resource, "scope": resource, "action_class": "read_data", "is_best": true, "caveats": [], "sensitivity": "unknown",
            "hop": { "from": "role", "relation": "ACCESSES", "to": resource, "actions": [], "state": "allowed", "blocked_by": [], "condition": null,
                "statements": [], "granted_by": [], "observation": { "status": "not_observable", "reason": "" } },
        });
        Arc::new([serde_json::from_value(access).unwrap()])
    }

    #[test]
    fn what_routes_of_two_accounts_lead_to_is_told_once() {
        let (of_one, of_another, other) = (accesses("a"), accesses("a"), accesses("b"));
        let mut reached = Reached::default();
        let is_new = [&of_one, &of_one, &of_another, &other, &of_another].map(|accesses| reached.is_new(accesses));
        assert_eq!(is_new, [true, false, false, true, false]);
    }
}
