//! Collecting edges and the entities that only edges name.

use std::collections::BTreeMap;

use serde_json::Value;
use sv0_model::graph::{Edge, EdgeKind, Entity, EntityKind};
use sv0_model::record::Origin;
use sv0_model::time::Timestamp;

use crate::target::{Target, boundary_policy};

/// So many records are kept as the origins of an entity that others only name. A service principal may be named by every role of an organization.
pub(crate) const MAX_ORIGINS: usize = 16;

/// Who names an entity that nothing describes.
#[derive(Debug)]
struct Mention {
    target: Target,
    captured_at: Option<Timestamp>,
    origins: Vec<Origin>,
}

/// Edges, each once, and the ends they lead to.
#[derive(Debug, Default)]
pub(crate) struct Edges {
    edges: BTreeMap<(String, EdgeKind, String, String), Edge>,
    mentions: BTreeMap<String, Mention>,
}

/// One edge to be added.
pub(crate) struct NewEdge<'a> {
    /// The entity it starts from.
    pub(crate) from: &'a str,
    /// Its kind.
    pub(crate) kind: EdgeKind,
    /// Where it leads.
    pub(crate) target: Target,
    /// Its attributes.
    pub(crate) attributes: BTreeMap<String, Value>,
    /// The record behind it.
    pub(crate) origin: Option<&'a Origin>,
    /// When that was recorded.
    pub(crate) captured_at: Option<Timestamp>,
}

impl Edges {
    /// Adds an edge; one that is there already only gains an origin.
    pub(crate) fn add(&mut self, new: NewEdge<'_>) {
        self.mention(&new.target, new.origin, new.captured_at);
        let to = new.target.native_id;
        let attributes_text = serde_json::to_string(&new.attributes).unwrap_or_default();
        let edge = self
            .edges
            .entry((new.from.to_owned(), new.kind, to.clone(), attributes_text))
            .or_insert_with(|| Edge {
                from: new.from.to_owned(),
                kind: new.kind,
                to,
                attributes: new.attributes,
                origins: Vec::new(),
            });
        edge.origins.extend(new.origin.cloned());
        edge.origins.sort();
        edge.origins.dedup();
    }

    /// Remembers that something is named.
    pub(crate) fn mention(&mut self, target: &Target, origin: Option<&Origin>, captured_at: Option<Timestamp>) {
        let mention = self
            .mentions
            .entry(target.native_id.clone())
            .or_insert_with(|| Mention {
                target: target.clone(),
                captured_at: None,
                origins: Vec::new(),
            });
        // Two records may call the same id different things; the smaller name counts, whatever the order.
        if *target < mention.target {
            mention.target = target.clone();
        }
        mention.captured_at = mention.captured_at.max(captured_at);
        if let Some(origin) = origin
            && let Err(place) = mention.origins.binary_search(origin)
        {
            mention.origins.insert(place, origin.clone());
            mention.origins.truncate(MAX_ORIGINS);
        }
    }

    /// The edges so far.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Edge> {
        self.edges.values()
    }

    /// What the named things are, by native id.
    pub(crate) fn kinds(&self) -> impl Iterator<Item = (&str, EntityKind)> {
        self.mentions
            .iter()
            .map(|(native_id, mention)| (native_id.as_str(), mention.target.kind))
    }

    /// Policies that are somebody's boundary, with whoever names them.
    pub(crate) fn mention_boundary_policies(&mut self) {
        let boundaries: Vec<(String, Option<Timestamp>, Vec<Origin>)> = self
            .mentions
            .iter()
            .filter_map(|(native_id, mention)| {
                let policy = boundary_policy(native_id)?.to_owned();
                Some((policy, mention.captured_at, mention.origins.clone()))
            })
            .collect();
        for (policy, captured_at, origins) in boundaries {
            let target = Target::new(policy, EntityKind::IamPolicy);
            for origin in &origins {
                self.mention(&target, Some(origin), captured_at);
            }
        }
    }

    /// Stand-ins for everything that is named and not among the entities.
    pub(crate) fn placeholders(
        &self,
        entities: &BTreeMap<String, Entity>,
        is_known: impl Fn(&str) -> bool,
    ) -> Vec<Entity> {
        self.mentions
            .iter()
            .filter(|(native_id, _)| !entities.contains_key(*native_id))
            .map(|(_, mention)| {
                let mut placeholder = mention.target.placeholder(&is_known);
                placeholder.captured_at = mention.captured_at;
                placeholder.origins.clone_from(&mention.origins);
                placeholder
            })
            .collect()
    }

    /// Where the edges of a kind start and lead.
    pub(crate) fn of_kind(&self, kind: EdgeKind) -> impl Iterator<Item = (&str, &str)> {
        let of_kind = self.edges.values().filter(move |edge| edge.kind == kind);
        of_kind.map(|edge| (edge.from.as_str(), edge.to.as_str()))
    }

    /// The edges from roles to whom they trust.
    pub(crate) fn trusts(&self) -> impl Iterator<Item = &Edge> {
        self.edges.values().filter(|edge| edge.kind == EdgeKind::Trusts)
    }

    /// The edges, sorted by from, kind, to and attributes.
    pub(crate) fn finish(self) -> Vec<Edge> {
        self.edges.into_values().collect()
    }
}
