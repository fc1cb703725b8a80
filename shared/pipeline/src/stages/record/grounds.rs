//! What things rest on: what must be known before their absence means that they are gone.
//!
//! - An entity that AWS described rests on the sources of its records. One that was only heard of rests on [`NOT_COLLECTED`], which no run reads: it is never gone.
//! - An edge rests on the sources of what stands at its ends; one that a policy makes, on that policy being readable as well.
//! - A path rests on everything on its way, and on every policy of its roles and its resource being readable: one that is not could grant it again.
//! - Paths and findings rest on the configuration as well: with shorter chains or other rules, absence proves nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sv0_model::coverage::CoverageRow;
use sv0_model::finding::{Finding, FindingKind};
use sv0_model::graph::{Edge, EdgeKind, Entity, Graph, Resolution, ResourcePolicy};
use sv0_model::path::AuthorityPath;
use sv0_sources::ledger_source;
use sv0_state::{Completeness, Grounds, Partition};

/// The source of what nothing describes.
const NOT_COLLECTED: &str = "not_collected";
/// The source of what is said of sources: every run writes its ledger whole.
const LEDGER: &str = "coverage-ledger";
/// The account of sources that exist once.
const ORGANIZATION: &str = "organization";
/// The Region of sources that have none.
const GLOBAL: &str = "global";
/// The source that an account answers for all its Regions at once.
const AUTHORIZATION_DETAILS: &str = "iam:authorization-details";

/// Finds what the things of one run rest on.
pub(super) struct GroundFinder<'g> {
    graph: &'g Graph,
    configuration: Partition,
    shared: BTreeSet<Arc<Grounds>>,
}

impl<'g> GroundFinder<'g> {
    pub fn new(graph: &'g Graph, configuration_sha256: &str) -> Self {
        Self {
            graph,
            configuration: Partition::new(ORGANIZATION, GLOBAL, format!("configuration:{configuration_sha256}")),
            shared: BTreeSet::new(),
        }
    }

    pub fn of_entity(&mut self, entity: &Entity) -> Arc<Grounds> {
        let partitions = sources_of(entity);
        self.share(Grounds {
            partitions,
            ..Grounds::default()
        })
    }

    pub fn of_edges(&mut self, edges: &[&Edge]) -> Arc<Grounds> {
        let ends = edges.iter().flat_map(|edge| [edge.from.as_str(), edge.to.as_str()]);
        let by_policy = edges
            .iter()
            .filter(|edge| matches!(edge.kind, EdgeKind::Trusts | EdgeKind::Grants));
        let mut partitions = self.described(ends);
        partitions.extend(edges.iter().flat_map(|edge| assigning_sources(edge)));
        let grounds = Grounds {
            partitions,
            policies_of: by_policy.map(|edge| edge.from.clone()).collect(),
        };
        self.share(grounds)
    }

    pub fn of_path(&mut self, path: &AuthorityPath) -> Arc<Grounds> {
        let grounds = self.path_grounds(path);
        self.share(grounds)
    }

    /// What a finding rests on, given what the paths that it names do.
    ///
    /// A finding about something and an outsider that was only heard of rests on the thing: what it says of the outsider is written there.
    pub fn of_finding(&mut self, finding: &Finding, paths: &BTreeMap<&str, Arc<Grounds>>) -> Arc<Grounds> {
        let policies = finding.statements.iter().map(|statement| statement.policy.as_str());
        let mut grounds = Grounds {
            partitions: self.described(finding.subjects.iter().map(String::as_str).chain(policies)),
            policies_of: finding.subjects.iter().cloned().collect(),
        };
        if finding.kind == FindingKind::CoverageGap {
            grounds.partitions.insert(ledger());
            grounds.policies_of.clear();
        }
        for of_path in finding.paths.iter().filter_map(|id| paths.get(id.as_str())) {
            grounds.partitions.extend(of_path.partitions.iter().cloned());
            grounds.policies_of.extend(of_path.policies_of.iter().cloned());
        }
        if !grounds.partitions.is_empty() {
            grounds.partitions.insert(self.configuration.clone());
        }
        self.share(grounds)
    }

    /// How much of the world this run saw.
    pub fn completeness(&self, coverage: &[CoverageRow]) -> Completeness {
        let mut completeness = Completeness::of_ledger(coverage);
        completeness.partitions.extend([self.configuration.clone(), ledger()]);
        completeness.unreadable = self.unreadable();
        completeness
    }

    fn path_grounds(&self, path: &AuthorityPath) -> Grounds {
        let things = [&path.workload, &path.resource].into_iter().chain(&path.roles);
        let mut partitions = self.all(things.map(String::as_str));
        let statements = path
            .hops
            .iter()
            .flat_map(|hop| hop.statements.iter().chain(&hop.granted_by));
        partitions.extend(self.described(statements.map(|statement| statement.policy.as_str())));
        partitions.insert(self.configuration.clone());
        Grounds {
            partitions,
            policies_of: path.roles.iter().chain([&path.resource]).cloned().collect(),
        }
    }

    /// Sources of these things, [`NOT_COLLECTED`] for those only heard of.
    fn all<'a>(&self, ids: impl Iterator<Item = &'a str>) -> BTreeSet<Partition> {
        ids.filter_map(|id| self.entity(id)).flat_map(sources_of).collect()
    }

    /// Sources of those of these things that AWS described.
    fn described<'a>(&self, ids: impl Iterator<Item = &'a str>) -> BTreeSet<Partition> {
        let mut sources = self.all(ids);
        sources.retain(|partition| partition.source != NOT_COLLECTED);
        sources
    }

    /// The entity of that id; for a policy that is none, the entity it belongs to.
    fn entity(&self, id: &str) -> Option<&'g Entity> {
        self.graph.entities.get(id).or_else(|| {
            let policy = self.graph.policies.get(id)?;
            self.graph.entities.get(policy.owner.as_ref()?)
        })
    }

    /// Entities with a policy that could not be read, or whose text is only that of a dated snapshot: their own, one embedded in them, or one they or their groups hold.
    fn unreadable(&self) -> BTreeSet<String> {
        let graph = self.graph;
        let is_read = |id: &String| {
            let policy = graph.policies.get(id);
            policy.is_some_and(|policy| policy.document.is_some() && policy.snapshot.is_none())
        };
        let own = graph.entities.values().filter(|entity| match &entity.resource_policy {
            ResourcePolicy::NotCollected => true,
            ResourcePolicy::Set { policy } => !is_read(policy),
            ResourcePolicy::NotSet | ResourcePolicy::NotSupported => false,
        });
        let mut unreadable: BTreeSet<String> = own.map(|entity| entity.native_id.clone()).collect();
        let of_kind = |kind| graph.edges.iter().filter(move |edge: &&Edge| edge.kind == kind);
        let holders = of_kind(EdgeKind::HasPolicy).filter(|edge| !is_read(&edge.to));
        unreadable.extend(holders.map(|edge| edge.from.clone()));
        let members = of_kind(EdgeKind::MemberOf).filter(|edge| unreadable.contains(&edge.to));
        let members: Vec<String> = members.map(|edge| edge.from.clone()).collect();
        unreadable.extend(members);
        unreadable
    }

    fn share(&mut self, grounds: Grounds) -> Arc<Grounds> {
        if let Some(shared) = self.shared.get(&grounds) {
            return shared.clone();
        }
        let shared = Arc::new(grounds);
        self.shared.insert(shared.clone());
        shared
    }
}

/// Who is in which group and who may use which permission set stands in answers of its own, not in those that describe the ends.
fn assigning_sources(edge: &Edge) -> impl Iterator<Item = Partition> {
    let sources = edge.origins.iter().filter_map(|origin| ledger_source(&origin.object));
    let of_identity_center = sources.filter(|source| source.starts_with("identity-center:"));
    of_identity_center.map(|source| Partition::new(ORGANIZATION, GLOBAL, source))
}

fn ledger() -> Partition {
    Partition::new(ORGANIZATION, GLOBAL, LEDGER)
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
