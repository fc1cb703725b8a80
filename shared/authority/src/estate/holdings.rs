//! What each principal holds: identity policies of its own and of its groups, and its permissions boundary.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;
use sv0_iam::{NamedPolicy, UncollectedPolicy};
use sv0_model::decision::{Caveat, Effect, Layer};
use sv0_model::graph::{Edge, EdgeKind, Entity, Graph, Resolution};

use super::library::Library;

/// The identity side of a principal.
#[derive(Debug, Clone, Default)]
pub(crate) struct Holdings {
    pub identity: Vec<NamedPolicy>,
    pub boundaries: Vec<NamedPolicy>,
    pub uncollected: Vec<UncollectedPolicy>,
    /// Layers with a policy whose text comes from the dated snapshot.
    pub from_snapshot: BTreeSet<Layer>,
    /// Whether such a policy denies anything.
    pub snapshot_denies: bool,
}

type EdgeIndex<'g> = BTreeMap<&'g str, &'g [Edge]>;

/// The holdings of every user and role of the graph.
pub(crate) fn of_all<'g>(
    graph: &'g Graph,
    edges: &EdgeIndex<'g>,
    library: &Library<'g>,
) -> BTreeMap<&'g str, Arc<Holdings>> {
    graph
        .entities
        .values()
        .filter(|entity| is_principal(entity))
        .map(|entity| (entity.native_id.as_str(), Arc::new(of(entity, graph, edges, library))))
        .collect()
}

fn is_principal(entity: &Entity) -> bool {
    entity.kind.is_iam_principal()
}

fn of(entity: &Entity, graph: &Graph, edges: &EdgeIndex<'_>, library: &Library<'_>) -> Holdings {
    if entity.resolution != Resolution::Collected {
        return unknown(&entity.native_id);
    }
    let mut holdings = Holdings::default();
    let id = entity.native_id.as_str();
    holdings.take_policies(id, edges, library);
    for group in targets(edges, id, EdgeKind::MemberOf) {
        match graph.entities.get(group) {
            Some(group) if group.resolution == Resolution::Collected => {
                holdings.take_policies(&group.native_id, edges, library)
            }
            _ => holdings.miss(Layer::Identity, group),
        }
    }
    for ceiling in targets(edges, id, EdgeKind::SubjectTo) {
        let policy = graph
            .entities
            .get(ceiling)
            .and_then(|ceiling| ceiling.attributes.get("policy"))
            .and_then(Value::as_str)
            .unwrap_or_else(|| ceiling.trim_start_matches("urn:sv0:permissions-boundary:"));
        match library.named(policy) {
            Some(boundary) => {
                holdings.note_snapshot(Layer::Boundary, &boundary, library);
                holdings.boundaries.push(boundary);
            }
            None => holdings.miss(Layer::Boundary, policy),
        }
    }
    holdings
}

/// The holdings of a principal of which nothing but its name is known: it may hold anything.
pub(crate) fn unknown(native_id: &str) -> Holdings {
    let mut holdings = Holdings::default();
    holdings.miss(Layer::Identity, native_id);
    holdings
}

impl Holdings {
    fn take_policies(&mut self, holder: &str, edges: &EdgeIndex<'_>, library: &Library<'_>) {
        for policy in targets(edges, holder, EdgeKind::HasPolicy) {
            match library.named(policy) {
                Some(named) => {
                    self.note_snapshot(Layer::Identity, &named, library);
                    self.identity.push(named);
                }
                None => self.miss(Layer::Identity, policy),
            }
        }
    }

    fn note_snapshot(&mut self, layer: Layer, policy: &NamedPolicy, library: &Library<'_>) {
        if !library.is_from_snapshot(&policy.name) {
            return;
        }
        self.from_snapshot.insert(layer);
        let statements = policy.policy.statements();
        self.snapshot_denies |= statements
            .iter()
            .any(|statement| statement.effect() == Some(Effect::Deny));
    }

    fn miss(&mut self, layer: Layer, name: &str) {
        self.uncollected.push(UncollectedPolicy {
            layer,
            name: name.to_owned(),
            caveat: Caveat::PolicyNotCollected,
        });
    }
}

fn targets<'g>(edges: &EdgeIndex<'g>, from: &str, kind: EdgeKind) -> impl Iterator<Item = &'g str> {
    let edges = edges.get(from).copied().unwrap_or_default();
    edges
        .iter()
        .filter(move |edge| edge.kind == kind)
        .map(|edge| edge.to.as_str())
}
