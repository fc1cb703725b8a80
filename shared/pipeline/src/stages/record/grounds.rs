//! What things rest on: what must be known before their absence means that they are gone.
//!
//! - An entity that AWS described rests on the sources of its records. One that was only heard of rests on [`NOT_COLLECTED`], which no run reads: it is never gone.
//! - An edge rests on the sources of what stands at its ends; one that a policy makes, on that policy being readable as well.
//! - A route rests on everything on its way, and on every policy of its roles being readable: one that is not could grant it again. A route by other ways than
//!   roles and AssumeRole is told only for what it adds, so it rests on the resources that it takes as well.
//! - An access rests on its authority and its resource, and on every policy of the two being readable; and on the run having told what the authority reaches:
//!   of an authority to which nothing leads a run says nothing.
//! - Routes, accesses and findings rest on the configuration as well: with shorter chains or other rules, absence proves nothing.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use sv0_model::coverage::CoverageRow;
use sv0_model::finding::{Finding, FindingKind};
use sv0_model::graph::{Edge, EdgeKind, Entity, Graph, Resolution, ResourcePolicy};
use sv0_model::path::PathHop;
use sv0_model::route::{Access, CitedPath, Route, RoutePaths};
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

/// Steps by which [`tells_the_authority`] tells.
const READS_FROM: &str = "READS_FROM";
const ACCESSES: &str = "ACCESSES";

/// What the paths that findings name rest on, part by part.
#[derive(Default)]
pub(super) struct Cited {
    /// Ids of the route and of the access of a path, by its id.
    parts: HashMap<String, [String; 2]>,
    /// What those routes and accesses rest on.
    grounds: HashMap<String, Option<Arc<Grounds>>>,
}

impl Cited {
    /// Of these paths.
    pub fn new(paths: impl IntoIterator<Item = CitedPath>) -> Self {
        let mut cited = Self::default();
        for path in paths {
            cited.grounds.insert(path.route.clone(), None);
            cited.grounds.insert(path.access.clone(), None);
            cited.parts.insert(path.path, [path.route, path.access]);
        }
        cited
    }

    /// Keeps what a route or access rests on, where a finding names a path of it.
    pub fn keep(&mut self, id: &str, rests_on: &Arc<Grounds>) {
        if let Some(kept) = self.grounds.get_mut(id) {
            kept.get_or_insert_with(|| rests_on.clone());
        }
    }

    fn of_path(&self, id: &str) -> impl Iterator<Item = &Arc<Grounds>> {
        let parts = self.parts.get(id).into_iter().flatten();
        parts.filter_map(|part| self.grounds.get(part)?.as_ref())
    }
}

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

    /// Where the policies of a step are described.
    pub fn of_hop(&mut self, hop: &PathHop) -> Sources {
        let mut partitions = Vec::new();
        self.extend_policies(&mut partitions, hop);
        partitions.sort_unstable();
        partitions.dedup();
        partitions.into()
    }

    fn extend_policies(&mut self, partitions: &mut Vec<u32>, hop: &PathHop) {
        for statement in hop.statements.iter().chain(&hop.granted_by) {
            self.extend_described(partitions, &statement.policy);
        }
    }

    /// What the way itself rests on; `policies` are the sources of the policies of each of its steps.
    pub fn of_way(&mut self, route: &Route, policies: &[Sources]) -> Grounds {
        let mut partitions = vec![self.number(self.configuration.clone())];
        for id in [&route.workload].into_iter().chain(&route.roles) {
            partitions.extend(self.sources(id).iter());
        }
        partitions.extend(policies.iter().flat_map(|sources| sources.iter()));
        Grounds {
            partitions: self.set(partitions),
            policies_of: route.roles.iter().cloned().collect(),
        }
    }

    /// What a route rests on, given what the way does.
    pub fn of_route(&mut self, way: &Arc<Grounds>, routes: &RoutePaths) -> Arc<Grounds> {
        if is_plain(&routes.route) {
            return way.clone();
        }
        let resources: BTreeSet<&str> = routes.paths().map(|path| path.access.resource.as_str()).collect();
        let mut partitions: Vec<u32> = way
            .partitions
            .iter()
            .map(|partition| self.number(partition.clone()))
            .collect();
        for resource in &resources {
            partitions.extend(self.sources(resource).iter());
        }
        let mut policies_of = way.policies_of.clone();
        policies_of.extend(resources.into_iter().map(str::to_owned));
        Arc::new(Grounds {
            partitions: self.set(partitions),
            policies_of,
        })
    }

    /// What an access rests on where its authority is told.
    pub fn of_access(&mut self, access: &Access) -> Grounds {
        let authority = &access.hop.from;
        let mut partitions = vec![self.number(self.configuration.clone())];
        for id in [authority, &access.resource] {
            partitions.extend(self.sources(id).iter());
        }
        self.extend_policies(&mut partitions, &access.hop);
        Grounds {
            partitions: self.set(partitions),
            policies_of: [authority.clone(), access.resource.clone()].into(),
        }
    }

    /// What a finding rests on, given what the paths that it names do.
    ///
    /// A finding about something and an outsider that was only heard of rests on the thing: what it says of the outsider is written there.
    pub fn of_finding(&mut self, finding: &Finding, cited: &Cited) -> Grounds {
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
        for part in finding.paths.iter().flat_map(|id| cited.of_path(id)) {
            if met.insert(std::ptr::from_ref(&*part.partitions)) {
                partitions.extend(part.partitions.iter().map(|partition| self.number(partition.clone())));
            }
            for id in &part.policies_of {
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

    /// How much of the world this run saw, which told what these authorities reach.
    pub fn completeness(&self, coverage: &[CoverageRow], authorities: &HashSet<String>) -> Completeness {
        let mut completeness = Completeness::of_ledger(coverage);
        completeness.partitions.extend([self.configuration.clone(), ledger()]);
        completeness.unreadable = self.unreadable();
        let principals = self
            .graph
            .entities
            .values()
            .filter(|entity| entity.kind.is_iam_principal());
        let untold = principals.filter(|principal| !authorities.contains(&principal.native_id));
        let untold = untold.map(|principal| reach_of(&principal.native_id));
        completeness.unreadable.extend(untold);
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

/// The same where it counts only while a run tells what the authority reaches. What is not in the graph any more reaches nothing.
pub(super) fn while_told(of_access: &Grounds, authority: &str) -> Grounds {
    let mut grounds = of_access.clone();
    grounds.policies_of.insert(reach_of(authority));
    grounds
}

/// Stands for all that the authority reaches among what must have been readable.
fn reach_of(authority: &str) -> String {
    format!("urn:sv0:reach:{authority}")
}

/// Whether the run tells of the route whatever it leads to: by the role or user itself and by AssumeRole alone.
pub(super) fn is_plain(route: &Route) -> bool {
    route.marks.is_empty() && route.chain_depth > 0
}

/// Whether a run that shows this shows all that the authority reaches: not where it shows what is sent from there, or what a knowledge base reads there.
pub(super) fn tells_the_authority(routes: &RoutePaths) -> bool {
    let is_of_a_base = routes
        .route
        .hops
        .iter()
        .nth_back(1)
        .is_some_and(|hop| hop.relation == READS_FROM);
    let is_sent = routes
        .accesses
        .first()
        .is_some_and(|access| access.hop.relation != ACCESSES);
    !is_of_a_base && !is_sent
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
