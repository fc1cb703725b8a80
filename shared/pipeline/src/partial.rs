//! The parts of a graph that a question needs.
//!
//! What is read may be more than is needed, never less: an estate of it answers the question as one of the whole graph does. Where that cannot be told from the parts,
//! nothing is read here, and the whole graph is what there is to ask.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use rayon::prelude::*;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sv0_lake::{LakeError, Part, from_ndjson, keys};
use sv0_model::arn::{Arn, account_of};
use sv0_model::graph::{EdgeKind, Entity, EntityKind, Graph, PolicyRecord};

use crate::asked_rows::{AskedEdge, AskedEntity};
use crate::division::{COMMON, Division, Home, part_in};
use crate::snapshot::{GraphHeader, Rows, Snapshot};

/// What is asked of a graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question<'q> {
    /// The principal, as a person names it.
    pub principal: &'q str,
    /// The resource, as a person names it; none where all that the principal may do is asked for.
    pub resource: Option<&'q str>,
}

/// Edges from a principal or group to what it holds.
const HOLDING: [EdgeKind; 3] = [EdgeKind::HasPolicy, EdgeKind::MemberOf, EdgeKind::SubjectTo];

/// Of more than one in so many of its bytes the graph is as soon read as a whole.
const WORTH_READING: u64 = 3;

impl<R: Rows> Snapshot<R> {
    /// The parts of the graph, as [`Snapshot::asked_graph`] has it, that a question about a user, a role or a session of one needs: an answer out of them is that out of the whole graph. A name that they do not
    /// hold may be one that the whole graph holds.
    ///
    /// None where the question may need the whole: where the principal is none of these, where the run was written without parts, or where they would be much of it.
    ///
    /// # Errors
    /// As [`Snapshot::graph`].
    pub fn graph_for(&self, question: &Question<'_>) -> Result<Option<Graph>, LakeError> {
        self.graph_within(question, WORTH_READING)
    }

    /// The same, as long as it is one in `share` of the whole graph's bytes.
    fn graph_within(&self, question: &Question<'_>, share: u64) -> Result<Option<Graph>, LakeError> {
        let Some(account) = account_of_principal(question.principal) else {
            return Ok(None);
        };
        let Some(mut reader) = Reader::open(self, share)? else {
            return Ok(None);
        };
        if reader.division.names_are_ambiguous {
            return Ok(None);
        }
        reader.read([COMMON, account])?;
        reader.read_holdings(account)?;
        let mut of_resources = BTreeSet::new();
        match question.resource {
            Some(resource) => of_resources.extend(reader.parts_of_resource(resource)?),
            None => {
                of_resources.insert(account.to_owned());
                of_resources.extend(reader.division.opened_to_everyone.iter().cloned());
                of_resources.extend(reader.division.opened.get(account).into_iter().flatten().cloned());
                of_resources.extend(reader.parts_named_by(question.principal)?);
            }
        }
        reader.read_resources(of_resources)?;
        Ok(reader.finish())
    }
}

/// The account of a user, a role or a session of a role.
fn account_of_principal(text: &str) -> Option<&str> {
    let arn = Arn::parse(text)?;
    let is_principal = matches!(
        (arn.service, arn.resource_type()),
        ("iam", "user" | "role") | ("sts", "assumed-role")
    );
    arn.account_id().filter(|_| is_principal)
}

type Index = BTreeMap<String, Part>;

/// Reads parts of a graph, each once.
struct Reader<'s, R> {
    snapshot: &'s Snapshot<R>,
    division: Division,
    entities: Index,
    edges: Index,
    policies: Index,
    homes: BTreeMap<String, Part>,
    read: BTreeSet<String>,
    graph: Graph,
    /// How many bytes may still be read.
    left: Option<u64>,
}

impl<'s, R: Rows> Reader<'s, R> {
    fn open(snapshot: &'s Snapshot<R>, share: u64) -> Result<Option<Self>, LakeError> {
        let index = |key: &str| -> Result<Option<Index>, LakeError> {
            let parts = snapshot.rows().parts(key)?;
            Ok(parts.map(|parts| parts.into_iter().map(|part| (part.name.clone(), part)).collect()))
        };
        let (Some(entities), Some(edges), Some(policies), Some(homes)) = (
            index(keys::ENTITIES)?,
            index(keys::EDGES)?,
            index(keys::POLICIES)?,
            index(keys::HOMES)?,
        ) else {
            return Ok(None);
        };
        let division: Division = snapshot.only_row(keys::DIVISION)?;
        let header: GraphHeader = snapshot.only_row(keys::ORGANIZATION)?;
        let indexes = [&entities, &edges, &policies];
        let bytes: u64 = indexes
            .iter()
            .flat_map(|index| index.values())
            .map(|part| part.bytes)
            .sum();
        let common: u64 = indexes
            .iter()
            .filter_map(|index| index.get(COMMON))
            .map(|part| part.bytes)
            .sum();
        Ok(Some(Self {
            snapshot,
            graph: Graph {
                captured_at: header.captured_at,
                partition: header.partition,
                organization: header.organization,
                elsewhere: division.elsewhere.clone(),
                ..Graph::default()
            },
            division,
            entities,
            edges,
            policies,
            homes,
            read: BTreeSet::new(),
            left: Some(common.saturating_add(bytes / share)),
        }))
    }

    /// The graph, unless it would be so much of the whole that more was not read.
    fn finish(mut self) -> Option<Graph> {
        self.left?;
        self.graph.edges.sort_by(|a, b| a.from.cmp(&b.from));
        Some(self.graph)
    }

    /// Reads parts, but those that were read and those that are not there: nothing is in them.
    fn read<'p>(&mut self, names: impl IntoIterator<Item = &'p str>) -> Result<(), LakeError> {
        let names: BTreeSet<&str> = names.into_iter().filter(|name| !self.read.contains(*name)).collect();
        let entities = parts_named(&self.entities, &names);
        let edges = parts_named(&self.edges, &names);
        let policies = parts_named(&self.policies, &names);
        let all = entities.iter().chain(&edges).chain(&policies);
        let bytes: u64 = all.map(|part| part.bytes).sum();
        self.left = self.left.and_then(|left| left.checked_sub(bytes));
        if self.left.is_none() {
            return Ok(());
        }
        let entities = self.rows::<AskedEntity>(keys::ENTITIES, &entities)?;
        let policies = self.rows::<PolicyRecord>(keys::POLICIES, &policies)?;
        let edges = self.rows::<AskedEdge>(keys::EDGES, &edges)?;
        let graph = &mut self.graph;
        let entities = entities.into_iter().map(Entity::from);
        graph
            .entities
            .extend(entities.map(|entity| (entity.native_id.clone(), entity)));
        graph
            .policies
            .extend(policies.into_iter().map(|policy| (policy.native_id.clone(), policy)));
        graph.edges.extend(edges.into_iter().filter_map(|edge| edge.0));
        self.read.extend(names.into_iter().map(str::to_owned));
        Ok(())
    }

    /// The rows of some parts of an object. What is read is decoded on all cores.
    fn rows<T: DeserializeOwned + Send>(&self, key: &str, parts: &[&Part]) -> Result<Vec<T>, LakeError> {
        let mut texts = Vec::new();
        for part in parts {
            texts.push(self.snapshot.rows().part_bytes(key, part)?);
        }
        let rows: Result<Vec<Vec<T>>, LakeError> = texts.par_iter().map(|text| from_ndjson(key, text)).collect();
        Ok(rows?.into_iter().flatten().collect())
    }

    /// Reads what the principals of a part hold: their policies and boundaries, and their groups with theirs.
    fn read_holdings(&mut self, part: &str) -> Result<(), LakeError> {
        let mut holders = BTreeSet::from([part.to_owned()]);
        loop {
            let before = (holders.len(), self.read.len());
            let is_holder = |id: &str| part_in(id).is_some_and(|part| holders.contains(part));
            let edges = self.graph.edges.iter();
            let held: BTreeSet<&str> = edges
                .filter(|edge| HOLDING.contains(&edge.kind) && is_holder(&edge.from))
                .map(|edge| edge.to.as_str())
                .collect();
            let ceilings = held.iter().filter_map(|id| self.graph.entities.get(*id));
            let policies = ceilings.filter_map(|ceiling| ceiling.attributes.get("policy")?.as_str());
            let held: BTreeSet<String> = held.iter().copied().chain(policies).map(str::to_owned).collect();
            let parts = self.parts_of(held.iter().map(String::as_str))?;
            self.read(parts.iter().map(String::as_str))?;
            holders.extend(parts);
            if before == (holders.len(), self.read.len()) || self.left.is_none() {
                return Ok(());
            }
        }
    }

    /// Reads parts with resources that may be asked about, with what lies beside them and with the keys under which their content is encrypted.
    fn read_resources(&mut self, mut parts: BTreeSet<String>) -> Result<(), LakeError> {
        loop {
            let beside = parts.iter().filter_map(|part| self.division.beside.get(part));
            let further: BTreeSet<String> = beside
                .flatten()
                .filter(|part| !parts.contains(*part))
                .cloned()
                .collect();
            if further.is_empty() {
                break;
            }
            parts.extend(further);
        }
        self.read(parts.iter().map(String::as_str))?;
        let account_of = |id: &str| self.graph.entities.get(id).and_then(|entity| entity.account.as_deref());
        let is_here = |id: &str| {
            part_in(id)
                .or_else(|| account_of(id))
                .is_some_and(|part| parts.contains(part))
        };
        let edges = self.graph.edges.iter();
        let keys: BTreeSet<String> = edges
            .filter(|edge| edge.kind == EdgeKind::EncryptedWith && is_here(&edge.from))
            .map(|edge| edge.to.clone())
            .collect();
        let of_keys = self.parts_of(keys.iter().map(String::as_str))?;
        self.read(of_keys.iter().map(String::as_str))
    }

    /// The parts in which the things under some ids are.
    fn parts_of<'i>(&self, ids: impl Iterator<Item = &'i str>) -> Result<BTreeSet<String>, LakeError> {
        let mut parts = BTreeSet::new();
        for id in ids {
            match part_in(id) {
                Some(part) => {
                    parts.insert(part.to_owned());
                }
                None => parts.extend(self.home_of(id)?),
            }
        }
        Ok(parts)
    }

    /// The parts of the resource that somebody means by a text, be it the resource or something in it.
    fn parts_of_resource(&self, text: &str) -> Result<BTreeSet<String>, LakeError> {
        let mut parts = self.parts_of(std::iter::once(text))?;
        // An object's bucket is what it lies in; what else lies in something names its account.
        if let Some((bucket, _)) = text.split_once('/') {
            parts.extend(self.parts_of(std::iter::once(bucket))?);
        }
        Ok(parts)
    }

    /// The part of what has an id that does not tell it.
    fn home_of(&self, id: &str) -> Result<Option<String>, LakeError> {
        let found = self.homes_from(id, |home| home.id == id)?;
        Ok(found.into_iter().next())
    }

    /// The parts of the ids at and after `first` in their order, as long as they are meant.
    fn homes_from(&self, first: &str, is_meant: impl Fn(&Home) -> bool) -> Result<BTreeSet<String>, LakeError> {
        let mut found = BTreeSet::new();
        let up_to_first = self.homes.range::<str, _>((Bound::Unbounded, Bound::Included(first)));
        let after = self.homes.range::<str, _>((Bound::Excluded(first), Bound::Unbounded));
        for (_, part) in up_to_first.last().into_iter().chain(after) {
            let homes = self.rows::<Home>(keys::HOMES, &[part])?;
            for home in homes.into_iter().skip_while(|home| home.id.as_str() < first) {
                if !is_meant(&home) {
                    return Ok(found);
                }
                found.insert(home.part);
            }
        }
        Ok(found)
    }

    /// The parts with what the policies of a principal name in other accounts: where nothing tells who may use it, the principal may.
    fn parts_named_by(&self, principal: &str) -> Result<BTreeSet<String>, LakeError> {
        let mut prefixes = BTreeSet::new();
        for policy in self.held_by(principal) {
            let document = self
                .graph
                .policies
                .get(policy)
                .and_then(|policy| policy.document.as_ref());
            document
                .into_iter()
                .for_each(|document| add_prefixes(document, &mut prefixes));
        }
        let mut parts = BTreeSet::new();
        for prefix in prefixes {
            match part_in(prefix) {
                Some(part) => {
                    parts.insert(part.to_owned());
                }
                None => parts.extend(self.homes_from(prefix, |home| home.id.starts_with(prefix))?),
            }
        }
        Ok(parts)
    }

    /// The policies of everyone who may be meant by the name of a principal.
    fn held_by(&self, principal: &str) -> BTreeSet<&str> {
        let Some(asked) = Arn::parse(principal) else {
            return BTreeSet::new();
        };
        // A session bears the name of its role before its own.
        let role = match asked.resource_type() {
            "assumed-role" => asked.resource_id().split('/').next().unwrap_or_default(),
            _ => asked.name(),
        };
        let is_meant = |entity: &&Entity| {
            entity.native_id == principal
                || (entity.kind != EntityKind::IamUser
                    && entity.kind.is_iam_principal()
                    && account_of(&entity.native_id) == asked.account_id()
                    && Arn::parse(&entity.native_id).is_some_and(|arn| arn.name() == role))
        };
        let meant = self.graph.entities.values().filter(is_meant);
        let mut holders: BTreeSet<&str> = meant.map(|entity| entity.native_id.as_str()).collect();
        holders.extend(self.targets(&holders, EdgeKind::MemberOf));
        self.targets(&holders, EdgeKind::HasPolicy)
    }

    fn targets(&self, from: &BTreeSet<&str>, kind: EdgeKind) -> BTreeSet<&str> {
        let edges = self.graph.edges.iter();
        edges
            .filter(|edge| edge.kind == kind && from.contains(edge.from.as_str()))
            .map(|edge| edge.to.as_str())
            .collect()
    }
}

fn parts_named<'i>(index: &'i Index, names: &BTreeSet<&str>) -> Vec<&'i Part> {
    names.iter().filter_map(|name| index.get(*name)).collect()
}

/// What the patterns of a policy begin with that name a resource: an account in an ARN that has one, the start of a name in S3's. A pattern that means all names none.
fn add_prefixes<'d>(value: &'d Value, prefixes: &mut BTreeSet<&'d str>) {
    match value {
        Value::String(text) => prefixes.extend(prefix_of(text)),
        Value::Array(items) => items.iter().for_each(|item| add_prefixes(item, prefixes)),
        Value::Object(fields) => fields.values().for_each(|field| add_prefixes(field, prefixes)),
        _ => {}
    }
}

fn prefix_of(pattern: &str) -> Option<&str> {
    let fixed = pattern.split(['*', '?', '$']).next()?;
    let arn = Arn::parse(fixed)?;
    match (arn.account_id(), arn.service) {
        (Some(_), _) => Some(fixed),
        (None, "s3") => fixed.split('/').next().filter(|_| !arn.resource.is_empty()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
