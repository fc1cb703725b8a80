//! The estate: a graph compiled for questions of access.

mod access_points;
mod beside;
mod ceilings;
mod compose;
mod elsewhere;
mod gates;
mod holdings;
mod judge;
mod layers;
mod library;
mod outside;
mod place;
mod public_access;
mod public_policy;
mod residents;
mod snapshot;
mod subject;
mod suppose;
mod surroundings;
#[cfg(test)]
mod tests;
mod workforce;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use sv0_iam::Statement;
use sv0_model::diagnostic::Diagnostic;
use sv0_model::graph::{Edge, EdgeKind, Entity, Graph, OrganizationNodeKind};

pub(crate) use access_points::{as_bucket_pattern, is_access_point};
pub(crate) use beside::is_public_grant;
pub(crate) use compose::{conjunction, disjunction, uncollected_policy};
pub use elsewhere::elsewhere;
pub(crate) use gates::{has_all_grants, is_aws_managed};
pub(crate) use holdings::Holdings;
pub(crate) use judge::Request;
pub(crate) use place::Place;
pub(crate) use public_access::BucketTraits;
pub(crate) use residents::Resident;
pub use snapshot::SnapshotText;
pub(crate) use subject::{Subject, principal_text};
pub(crate) use suppose::{Instead, Supposition};
pub(crate) use surroundings::Membership;
pub(crate) use workforce::Entrance;

use access_points::AccessPoints;
use beside::Beside;
use ceilings::{AccountCeilings, Ceilings};
use library::Library;
use place::Places;
use residents::Residents;
use subject::RoleNames;

/// A graph with its policies parsed once and its principals, accounts and resources indexed.
pub struct Estate<'g> {
    graph: &'g Graph,
    library: Library<'g>,
    holdings: BTreeMap<&'g str, Arc<Holdings>>,
    residents: OnceLock<Residents>,
    ceilings: Ceilings<'g>,
    /// What grants beside the policies of resources.
    beside: Beside<'g>,
    access_points: AccessPoints<'g>,
    places: Places<'g>,
    role_names: RoleNames<'g>,
    scanned: BTreeSet<&'g str>,
    lists_accounts: bool,
    /// The place of each account in the organization, as `aws:PrincipalOrgPaths` has it.
    organization_paths: OnceLock<BTreeMap<String, String>>,
    /// Keys of tags that policies ask of resources, in lower case.
    asked_tags: BTreeSet<String>,
    /// Ids of other organizations that policies name in conditions on the caller's organization.
    foreign_organizations: BTreeSet<String>,
    /// Where the edges of each entity begin and end in the graph's sorted list.
    edges_from: BTreeMap<&'g str, &'g [Edge]>,
}

impl<'g> Estate<'g> {
    /// Compiles a graph.
    #[must_use]
    pub fn new(graph: &'g Graph) -> Self {
        let library = Library::new(graph);
        let edges_from = index_edges(&graph.edges);
        let holdings = holdings::of_all(graph, &edges_from, &library);
        Self {
            graph,
            ceilings: Ceilings::new(graph, &library),
            beside: Beside::new(graph, &library),
            access_points: AccessPoints::new(graph),
            places: Places::new(graph),
            role_names: RoleNames::new(graph),
            scanned: subject::scanned_accounts(graph),
            lists_accounts: lists_accounts(graph),
            organization_paths: OnceLock::new(),
            asked_tags: library.asked_resource_tags(),
            foreign_organizations: library.foreign_organizations(graph),
            library,
            holdings,
            residents: OnceLock::new(),
            edges_from,
        }
    }

    /// The graph it was compiled from.
    #[must_use]
    pub fn graph(&self) -> &'g Graph {
        self.graph
    }

    /// What could not be read of the estate's policies as it is written.
    #[must_use]
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        self.library.diagnostics()
    }

    pub(crate) fn library(&self) -> &Library<'g> {
        &self.library
    }

    pub(crate) fn entity(&self, native_id: &str) -> Option<&'g Entity> {
        self.graph.entities.get(native_id)
    }

    /// Tags of an entity that some policy asks for.
    pub(crate) fn asked_tags_of<'e>(&self, entity: &'e Entity) -> impl Iterator<Item = (&'e str, &'e str)> {
        let is_asked = |key: &str| self.asked_tags.contains(&key.to_ascii_lowercase());
        let tags = entity.tags.iter().filter(move |(key, _)| is_asked(key));
        tags.map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// Whether a statement asks for tags of resources that no policy of the graph asks for: it comes from elsewhere.
    pub(crate) fn asks_for_other_tags(&self, statement: &Statement) -> bool {
        library::resource_tags_asked_by(statement).any(|tag| !self.asked_tags.contains(&tag))
    }

    /// What binds an account.
    pub(crate) fn ceilings_of(&self, account: Option<&str>) -> &AccountCeilings {
        self.ceilings.of(account)
    }

    /// Where edges of a kind lead from an entity.
    pub(crate) fn targets<'s>(&'s self, from: &str, kind: EdgeKind) -> impl Iterator<Item = &'g str> + use<'g> {
        self.edges(from, kind).map(|edge| edge.to.as_str())
    }

    /// Edges of a kind from an entity.
    pub(crate) fn edges(&self, from: &str, kind: EdgeKind) -> impl Iterator<Item = &'g Edge> + use<'g> {
        let edges = self.edges_from.get(from).copied().unwrap_or_default();
        edges.iter().filter(move |edge| edge.kind == kind)
    }

    /// The partition of the estate's ARNs.
    pub(crate) fn partition(&self) -> &'g str {
        if self.graph.partition.is_empty() {
            "aws"
        } else {
            &self.graph.partition
        }
    }
}

fn lists_accounts(graph: &Graph) -> bool {
    let mut nodes = graph.organization.nodes.values();
    nodes.any(|node| node.kind == OrganizationNodeKind::Account)
}

/// Slices of the edge list by the entity they start from. A list that is not sorted is grouped by its first run of each entity; the graph's is sorted.
fn index_edges(edges: &[Edge]) -> BTreeMap<&str, &[Edge]> {
    edges
        .chunk_by(|a, b| a.from == b.from)
        .filter_map(|run| Some((run.first()?.from.as_str(), run)))
        .collect()
}
