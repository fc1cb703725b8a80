//! What things rest on: what must be known before their absence means that they are gone.
//!
//! - An entity that AWS described rests on the sources of its records. One that was only heard of rests on [`NOT_COLLECTED`], which no run reads: it is never gone.
//! - An edge rests on the sources of what stands at its ends; one that a policy makes, on that policy being readable as well.
//! - A path rests on everything on its way, and on every policy of its roles and its resource being readable: one that is not could grant it again.
//! - Paths and findings rest on the configuration as well: with shorter chains or other rules, absence proves nothing.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use sv0_model::coverage::CoverageRow;
use sv0_model::finding::{Finding, FindingKind};
use sv0_model::graph::{Edge, EdgeKind, Entity, Graph, Resolution, ResourcePolicy};
use sv0_sources::ledger_source;
use sv0_state::{Completeness, Grounds, Partition, Partitions};

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

/// Partitions by their numbers.
pub(super) type Sources = Arc<[u32]>;

/// Finds what the things of one run rest on. Partitions are compared by number, and equal sets of them are one and the same.
pub(super) struct GroundFinder<'g> {
    graph: &'g Graph,
    configuration: Partition,
    partitions: Vec<Partition>,
    numbers: HashMap<Partition, u32>,
    sets: HashMap<Vec<u32>, Partitions>,
    of_things: HashMap<String, Sources>,
}

impl<'g> GroundFinder<'g> {
    pub fn new(graph: &'g Graph, configuration_sha256: &str) -> Self {
        Self {
            graph,
            configuration: Partition::new(ORGANIZATION, GLOBAL, format!("configuration:{configuration_sha256}")),
            partitions: Vec::new(),
            numbers: HashMap::new(),
            sets: HashMap::new(),
            of_things: HashMap::new(),
        }
    }

    pub fn of_entity(&mut self, entity: &Entity) -> Grounds {
        let partitions = sources_of(entity).into_iter().map(|source| self.number(source));
        let partitions = partitions.collect();
        Grounds {
            partitions: self.set(partitions),
            ..Grounds::default()
        }
    }

    pub fn of_edges(&mut self, edges: &[&Edge]) -> Grounds {
        let mut partitions = Vec::new();
        for edge in edges {
            for end in [&edge.from, &edge.to] {
                self.extend_described(&mut partitions, end);
            }
            partitions.extend(assigning_sources(edge).map(|source| self.number(source)));
        }
        let by_policy = edges
            .iter()
            .filter(|edge| matches!(edge.kind, EdgeKind::Trusts | EdgeKind::Grants));
        Grounds {
            partitions: self.set(partitions),
            policies_of: by_policy.map(|edge| edge.from.clone()).collect(),
        }
    }

    /// Where these policies are described.
    pub fn of_policies<'a>(&mut self, policies: impl Iterator<Item = &'a str>) -> Sources {
        let mut partitions = Vec::new();
        for policy in policies {
            self.extend_described(&mut partitions, policy);
        }
        partitions.sort_unstable();
        partitions.dedup();
        partitions.into()
    }

    /// What a path rests on; `policies` are the sources of the policies of each of its steps.
    pub fn of_path<'a>(
        &mut self,
        workload: &str,
        roles: &[String],
        resource: &str,
        policies: impl Iterator<Item = &'a Sources>,
    ) -> Grounds {
        let mut partitions = vec![self.number(self.configuration.clone())];
        for id in [workload, resource].into_iter().chain(roles.iter().map(String::as_str)) {
            partitions.extend(self.sources(id).iter());
        }
        partitions.extend(policies.flat_map(|sources| sources.iter()));
        let mut policies_of: BTreeSet<String> = roles.iter().cloned().collect();
        policies_of.insert(resource.to_owned());
        Grounds {
            partitions: self.set(partitions),
            policies_of,
        }
    }

    /// What a finding rests on, given what the paths that it names do.
    ///
    /// A finding about something and an outsider that was only heard of rests on the thing: what it says of the outsider is written there.
    pub fn of_finding(&mut self, finding: &Finding, paths: &HashMap<String, Arc<Grounds>>) -> Grounds {
        let policies = finding.statements.iter().map(|statement| statement.policy.as_str());
        let mut partitions = Vec::new();
        for id in finding.subjects.iter().map(String::as_str).chain(policies) {
            self.extend_described(&mut partitions, id);
        }
        let mut policies_of: BTreeSet<String> = finding.subjects.iter().cloned().collect();
        if finding.kind == FindingKind::CoverageGap {
            partitions.push(self.number(ledger()));
            policies_of.clear();
        }
        let mut met: HashSet<*const BTreeSet<Partition>> = HashSet::new();
        for of_path in finding.paths.iter().filter_map(|id| paths.get(id.as_str())) {
            if met.insert(std::ptr::from_ref(&*of_path.partitions)) {
                partitions.extend(
                    of_path
                        .partitions
                        .iter()
                        .map(|partition| self.number(partition.clone())),
                );
            }
            for id in &of_path.policies_of {
                if !policies_of.contains(id) {
                    policies_of.insert(id.clone());
                }
            }
        }
        if !partitions.is_empty() {
            partitions.push(self.number(self.configuration.clone()));
        }
        Grounds {
            partitions: self.set(partitions),
            policies_of,
        }
    }

    /// How much of the world this run saw.
    pub fn completeness(&self, coverage: &[CoverageRow]) -> Completeness {
        let mut completeness = Completeness::of_ledger(coverage);
        completeness.partitions.extend([self.configuration.clone(), ledger()]);
        completeness.unreadable = self.unreadable();
        completeness
    }

    /// Sources of this thing, [`NOT_COLLECTED`] where it was only heard of.
    fn sources(&mut self, id: &str) -> Sources {
        if let Some(known) = self.of_things.get(id) {
            return known.clone();
        }
        let sources = self.entity(id).map(sources_of).unwrap_or_default();
        let sources: Sources = sources.into_iter().map(|source| self.number(source)).collect();
        self.of_things.insert(id.to_owned(), sources.clone());
        sources
    }

    /// Adds the sources of this thing if AWS described it.
    fn extend_described(&mut self, partitions: &mut Vec<u32>, id: &str) {
        let sources = self.sources(id);
        let is_described = |number: &&u32| {
            let partition = usize::try_from(**number)
                .ok()
                .and_then(|number| self.partitions.get(number));
            partition.is_some_and(|partition| partition.source != NOT_COLLECTED)
        };
        partitions.extend(sources.iter().filter(is_described));
    }

    fn number(&mut self, partition: Partition) -> u32 {
        if let Some(number) = self.numbers.get(&partition) {
            return *number;
        }
        let number = u32::try_from(self.partitions.len()).unwrap_or(u32::MAX);
        self.partitions.push(partition.clone());
        self.numbers.insert(partition, number);
        number
    }

    /// The set of these partitions.
    fn set(&mut self, mut numbers: Vec<u32>) -> Partitions {
        numbers.sort_unstable();
        numbers.dedup();
        if let Some(known) = self.sets.get(&numbers) {
            return known.clone();
        }
        let places = numbers.iter().filter_map(|number| usize::try_from(*number).ok());
        let set: Partitions = places.filter_map(|place| self.partitions.get(place).cloned()).collect();
        self.sets.insert(numbers, set.clone());
        set
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
