//! What things rest on: which sources must have been read whole before their absence means that they are gone.
//!
//! - An entity that AWS described rests on the sources of its records. One that was only heard of rests on [`NOT_COLLECTED`], which no run reads: it is never gone.
//! - Edges, paths and findings follow from policies, so they rest on [`POLICIES`] of those sources: read whole, and every policy in it that counts for them readable.
//! - Paths and findings rest on the configuration as well: with shorter chains or other rules, absence proves nothing.

use std::collections::{BTreeMap, BTreeSet};

use sv0_model::coverage::CoverageRow;
use sv0_model::finding::Finding;
use sv0_model::graph::{Edge, EdgeKind, Entity, Graph, Resolution, ResourcePolicy};
use sv0_model::path::AuthorityPath;
use sv0_sources::ledger_source;
use sv0_state::{CompletePartitions, Partition, PartitionSet};

/// The source of what nothing describes.
const NOT_COLLECTED: &str = "not_collected";
/// Before a source: the source with the texts of all its policies.
const POLICIES: &str = "policies:";
/// Before the hash of a configuration.
const CONFIGURATION: &str = "configuration:";
/// The account of sources that exist once.
const ORGANIZATION: &str = "organization";
/// The Region of sources that have none.
const GLOBAL: &str = "global";
/// Sources that an account answers for all its Regions at once.
const AUTHORIZATION_DETAILS: &str = "iam:authorization-details";

/// What the things of one run rest on.
pub(super) struct Grounds<'g> {
    graph: &'g Graph,
    configuration: Partition,
    shared: BTreeSet<PartitionSet>,
}

impl<'g> Grounds<'g> {
    pub fn new(graph: &'g Graph, configuration_sha256: &str) -> Self {
        let source = format!("{CONFIGURATION}{configuration_sha256}");
        Self {
            graph,
            configuration: Partition::new(ORGANIZATION, GLOBAL, source),
            shared: BTreeSet::new(),
        }
    }

    pub fn of_entity(&mut self, entity: &Entity) -> PartitionSet {
        self.share(sources_of(entity))
    }

    pub fn of_edges(&mut self, edges: &[&Edge]) -> PartitionSet {
        let ends = edges.iter().flat_map(|edge| [edge.from.as_str(), edge.to.as_str()]);
        let grounds = self.described(ends);
        self.share(grounds)
    }

    pub fn of_path(&mut self, path: &AuthorityPath) -> PartitionSet {
        let grounds = self.path_grounds(path);
        self.share(grounds)
    }

    /// A finding about something and an outsider that was only heard of rests on the thing: what it says of the outsider is written there.
    pub fn of_finding(&mut self, finding: &Finding, paths: &BTreeMap<&str, &AuthorityPath>) -> PartitionSet {
        let policies = finding.statements.iter().map(|statement| statement.policy.as_str());
        let mut grounds = self.described(finding.subjects.iter().map(String::as_str).chain(policies));
        for path in finding.paths.iter().filter_map(|id| paths.get(id.as_str())) {
            grounds.extend(self.path_grounds(path));
        }
        if !grounds.is_empty() {
            grounds.insert(self.configuration.clone());
        }
        self.share(grounds)
    }

    /// What this run read whole.
    pub fn complete(&self, coverage: &[CoverageRow]) -> CompletePartitions {
        let unreadable = self.unreadable();
        let whole = coverage.iter().filter(|row| row.status.proves_absence());
        let whole = whole.map(|row| Partition::new(&row.account, &row.region, &row.source));
        let mut complete: CompletePartitions = [self.configuration.clone()].into_iter().collect();
        for partition in whole {
            let policies = with_policies(&partition);
            complete.extend((!unreadable.contains(&policies)).then_some(policies));
            complete.extend([partition]);
        }
        complete
    }

    fn path_grounds(&self, path: &AuthorityPath) -> BTreeSet<Partition> {
        let things = [&path.workload, &path.resource].into_iter().chain(&path.roles);
        let mut grounds = self.all(things.map(String::as_str));
        let statements = path
            .hops
            .iter()
            .flat_map(|hop| hop.statements.iter().chain(&hop.granted_by));
        grounds.extend(self.described(statements.map(|statement| statement.policy.as_str())));
        grounds.insert(self.configuration.clone());
        grounds
    }

    /// Grounds of these things, [`NOT_COLLECTED`] for those only heard of.
    fn all<'a>(&self, ids: impl Iterator<Item = &'a str>) -> BTreeSet<Partition> {
        let entities = ids.filter_map(|id| self.entity(id));
        entities
            .flat_map(sources_of)
            .map(|partition| with_policies(&partition))
            .collect()
    }

    /// Grounds of those of these things that AWS described.
    fn described<'a>(&self, ids: impl Iterator<Item = &'a str>) -> BTreeSet<Partition> {
        let mut grounds = self.all(ids);
        grounds.retain(|partition| !partition.source.ends_with(NOT_COLLECTED));
        grounds
    }

    /// The entity of that id; for a policy that is none, the entity it belongs to.
    fn entity(&self, id: &str) -> Option<&'g Entity> {
        self.graph.entities.get(id).or_else(|| {
            let policy = self.graph.policies.get(id)?;
            self.graph.entities.get(policy.owner.as_ref()?)
        })
    }

    /// Sources in which a policy that counts could not be read: a thing's own, one embedded in it, or one it holds.
    fn unreadable(&self) -> BTreeSet<Partition> {
        let graph = self.graph;
        let is_read = |id: &String| graph.policies.get(id).is_some_and(|policy| policy.document.is_some());
        let own = graph.entities.values().filter(|entity| match &entity.resource_policy {
            ResourcePolicy::NotCollected => true,
            ResourcePolicy::Set { policy } => !is_read(policy),
            ResourcePolicy::NotSet | ResourcePolicy::NotSupported => false,
        });
        let holdings = graph
            .edges
            .iter()
            .filter(|edge| edge.kind == EdgeKind::HasPolicy && !is_read(&edge.to));
        let holders = holdings.filter_map(|edge| graph.entities.get(&edge.from));
        let doubted = own.chain(holders).flat_map(sources_of);
        doubted.map(|partition| with_policies(&partition)).collect()
    }

    fn share(&mut self, set: BTreeSet<Partition>) -> PartitionSet {
        if let Some(shared) = self.shared.get(&set) {
            return shared.clone();
        }
        let shared = PartitionSet::new(set);
        self.shared.insert(shared.clone());
        shared
    }
}

fn with_policies(partition: &Partition) -> Partition {
    Partition {
        source: format!("{POLICIES}{}", partition.source),
        ..partition.clone()
    }
}

fn sources_of(entity: &Entity) -> BTreeSet<Partition> {
    if entity.resolution != Resolution::Collected {
        return [place_of(entity, NOT_COLLECTED.to_owned())].into();
    }
    let sources = entity.origins.iter().filter_map(|origin| ledger_source(&origin.object));
    sources.map(|source| place_of(entity, source)).collect()
}

/// Where the ledger speaks of this source for this entity.
fn place_of(entity: &Entity, source: String) -> Partition {
    let account = entity.account.as_deref().unwrap_or(ORGANIZATION);
    if source.starts_with("organizations:") || source == "iam:aws-managed-policies" {
        return Partition::new(ORGANIZATION, GLOBAL, source);
    }
    if source == AUTHORIZATION_DETAILS {
        return Partition::new(account, GLOBAL, source);
    }
    let region = entity.region.as_deref().unwrap_or(GLOBAL);
    Partition::new(account, region, source)
}
