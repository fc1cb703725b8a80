//! Putting the facts together: every reference gets its end, every end its entity.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use sv0_model::arn::Arn;
use sv0_model::graph::{
    EdgeKind, Elsewhere, Entity, EntityKind, Graph, Organization, OrganizationNodeKind, PolicyRecord, ResourcePolicy,
    urn,
};
use sv0_model::observation::Trail;
use sv0_model::record::Origin;
use sv0_model::time::Timestamp;

use crate::access_list::{self, CanonicalUsers};
use crate::config::{every_switch, is_access_point, set_separate_policy};
use crate::description::{Description, Direction, Identity, Link, Reference, Statement};
use crate::edges::{Edges, NewEdge};
use crate::facts::{Facts, SeparatePolicy};
use crate::federation::Federation;
use crate::freshness::{Fact, Freshness, Newest};
use crate::iam::{take_from_snapshot, uncollected_managed_policy};
use crate::index::Index;
use crate::organization::{self, Built};
use crate::resource_arn::{self, kind_of_resource};
use crate::target::{Target, boundary_policy};
use crate::{
    GraphInput, GraphOutput, actor, additions, classification, credentials, decryptable, derived, identity_center,
    inference, join_keys, owners, permissions, sensitivity, service_access, signals, statements,
};

/// Descriptions by native id, with their rank.
type Descriptions = BTreeMap<String, (Freshness, Description)>;

/// Makes the graph of everything that was read.
pub(crate) fn assemble(input: &GraphInput<'_>, mut facts: Facts) -> GraphOutput {
    let mut described = descriptions(&mut facts);
    add_separate_policies(&mut described, &mut facts);
    add_account_facts(&mut described, &facts);
    add_access_lists(&mut described);
    let index = Index::new(
        &facts,
        described
            .values()
            .map(|(freshness, description)| (freshness, description)),
    );
    add_aliases(&mut described, &index);
    add_key_grants(&mut described, &mut facts);

    let mut built = organization::build(&facts.organization, input.header, &mut facts.diagnostics);
    attach_ceilings(&described, &mut built.organization);
    add_organization_blocks(&mut described, &facts, &built.organization);
    let mut edges = Edges::default();
    link_descriptions(&described, &index, &mut edges);
    additions::link(&facts.additions, &described, &index, &mut edges);
    link_organization(&built, &index, &mut edges);
    identity_center::link(&facts.identity_center, &mut edges);
    credentials::link(&facts.credentials, &mut edges);

    let (mut entities, mut policies) = take_apart(described);
    entities.extend(by_native_id(built.entities));
    let mut federation = Federation::new(entities.values());
    for policy in policies.values() {
        statements::read(policy, &index, &mut edges, &mut facts.diagnostics);
        federation.read(policy, &index, &mut edges);
    }
    derived::add(&entities, &mut edges);
    decryptable::link(&policies, &mut entities, &index, &mut edges);
    owners::link(&entities, &input.options.owners, &mut edges);
    mention_accounts(&built.organization, &facts.scanned_accounts, &mut edges);
    // A boundary is a managed policy in a second role; the policy itself must be there too.
    edges.mention_boundary_policies();
    add_placeholders(&mut entities, &mut edges, &built.organization, &facts);
    credentials::complete(&facts.credentials, &mut entities);
    identity_center::link_roles(&facts.identity_center, &mut entities, &mut edges);
    additions::attributes(&facts.additions, &mut entities);
    inference::link(&entities, input.options.inference, &mut edges);
    federation.finish(&mut entities);
    finish_entities(&mut entities, &built.organization, &facts);
    join_keys::add(&mut entities, &edges);
    add_uncollected_policies(&entities, &mut policies);
    take_from_snapshot(&mut policies, &mut facts.diagnostics);
    permissions::add(&policies, &mut entities, &mut edges, &mut facts.diagnostics);
    sensitivity::classify(entities.values_mut(), &built.organization, input.options);
    classification::classify(entities.values_mut(), &built.organization, input.options);
    let edges = edges.finish();
    actor::classify(&mut entities, &edges);

    GraphOutput {
        graph: Graph {
            captured_at: Some(input.header.captured_at),
            partition: input.header.partition.clone(),
            organization: built.organization,
            entities,
            edges,
            policies,
            service_access: service_access::finish(&mut facts),
            signals: signals::finish(std::mem::take(&mut facts.signals)),
            elsewhere: Elsewhere::default(),
        },
        trails: trails(facts.trails),
        diagnostics: facts.diagnostics.finish(),
    }
}

/// Every thing in its newest description. Config and a service's own answer may both describe it: the older one completes the newer.
fn descriptions(facts: &mut Facts) -> Descriptions {
    let mut described = Descriptions::new();
    let mut deleted: BTreeMap<String, Freshness> = BTreeMap::new();
    for (native_id, fact) in std::mem::take(&mut facts.statements).into_iter() {
        match fact.value {
            Statement::Described(description) => {
                described.insert(native_id, (fact.freshness, *description));
            }
            Statement::Deleted => {
                deleted.insert(native_id, fact.freshness);
            }
        }
    }
    for (native_id, fact) in std::mem::take(&mut facts.answers).into_iter() {
        if deleted.get(&native_id).is_some_and(|deleted| *deleted > fact.freshness) {
            continue;
        }
        let answer = (fact.freshness, fact.value);
        let joined = match described.remove(&native_id) {
            Some(other) if other.0 > answer.0 => completed(other, answer),
            Some(other) => completed(answer, other),
            None => answer,
        };
        described.insert(native_id, joined);
    }
    described
}

fn completed(
    (freshness, mut newer): (Freshness, Description),
    (_, older): (Freshness, Description),
) -> (Freshness, Description) {
    newer.complete_from(older);
    (freshness, newer)
}

/// Entities and policies, each by native id.
fn take_apart(described: Descriptions) -> (BTreeMap<String, Entity>, BTreeMap<String, PolicyRecord>) {
    let mut entities = BTreeMap::new();
    let mut policies = BTreeMap::new();
    for (_, description) in described.into_values() {
        let records = description.policies.into_iter();
        policies.extend(records.map(|policy| (policy.native_id.clone(), policy)));
        entities.extend(by_native_id(description.parts));
        entities.extend(by_native_id([description.entity]));
    }
    (entities, policies)
}

fn by_native_id(entities: impl IntoIterator<Item = Entity>) -> impl Iterator<Item = (String, Entity)> {
    entities.into_iter().map(|entity| (entity.native_id.clone(), entity))
}

fn trails(trails: Newest<Trail>) -> Vec<Trail> {
    trails.into_iter().map(|(_, fact)| fact.value).collect()
}

/// Policies that were recorded apart from their resource. What has a policy exists, whether or not anything describes it.
fn add_separate_policies(described: &mut Descriptions, facts: &mut Facts) {
    for (resource, fact) in facts.separate_policies.iter() {
        let Some(native_id) = native_id_of(described, resource, fact.value.account.as_deref()) else {
            let message = "the resource policy names a resource that nothing in the capture describes";
            facts
                .diagnostics
                .warning(&fact.origin, resource, "resource_of_policy_not_collected", message, "");
            continue;
        };
        let (freshness, description) = described
            .entry(native_id)
            .or_insert_with_key(|native_id| (fact.freshness.clone(), known_by_its_policy(native_id, fact)));
        let is_newer_told = description.entity.resource_policy != ResourcePolicy::NotCollected
            && freshness.captured_at() > fact.freshness.captured_at();
        if is_newer_told {
            continue;
        }
        set_separate_policy(description, fact, &mut facts.diagnostics);
        add_origin(&mut description.entity, &fact.origin);
    }
}

/// What nothing describes but its policy.
fn known_by_its_policy(native_id: &str, fact: &Fact<SeparatePolicy>) -> Description {
    let arn = Arn::parse(native_id);
    let identity = Identity {
        native_id: native_id.to_owned(),
        kind: kind_of_resource(native_id),
        name: arn.map_or(native_id, |arn| arn.name()),
        account: arn.and_then(|arn| arn.account_id()).or(fact.value.account.as_deref()),
        region: arn.map(|arn| arn.region).filter(|region| !region.is_empty()),
    };
    Description::new(identity, &fact.freshness, &fact.origin)
}

/// What buckets' access control lists grant, as policies.
fn add_access_lists(described: &mut Descriptions) {
    let users = CanonicalUsers::new(described.values().map(|(_, description)| &description.entity));
    for (_, description) in described.values_mut() {
        access_list::add(description, &users);
    }
}

/// What the grants of keys give, as policies.
fn add_key_grants(described: &mut Descriptions, facts: &mut Facts) {
    for (key, grants) in std::mem::take(&mut facts.key_grants) {
        match described.get_mut(&key) {
            Some((_, description)) if description.entity.kind == EntityKind::KmsKey => {
                grants.add_to(description);
                add_origin(&mut description.entity, &grants.origin);
            }
            _ => {
                let message = "the grants are of a key that nothing in the capture describes";
                let code = "key_of_grants_not_collected";
                facts.diagnostics.warning(&grants.origin, &key, code, message, "");
            }
        }
    }
}

/// The native id of a resource that is given by its ARN, or of a secret by its name in the same account.
///
/// The policy of one version or alias of a function is not that of the function: it stands under the ARN of that version or alias
/// (AWS Lambda Developer Guide, "Using Lambda aliases in event sources and permissions policies").
fn native_id_of(described: &Descriptions, resource: &str, account: Option<&str>) -> Option<String> {
    let (target, qualifier) = resource_arn::target(resource);
    let is_other_function = target.kind == EntityKind::LambdaFunction
        && !(qualifier.is_some_and(|qualifier| !qualifier.is_empty()) && described.contains_key(&target.native_id));
    if described.contains_key(resource) || (Arn::parse(resource).is_some() && !is_other_function) {
        return Some(resource.to_owned());
    }
    let is_meant = |entity: &Entity| {
        entity.kind == EntityKind::Secret && entity.name == resource && entity.account.as_deref() == account
    };
    let found = described
        .iter()
        .find(|(_, (_, description))| is_meant(&description.entity));
    found.map(|(native_id, _)| native_id.clone())
}

/// Facts of accounts and of earlier descriptions that belong on an entity.
fn add_account_facts(described: &mut Descriptions, facts: &Facts) {
    for (native_id, (_, description)) in described.iter_mut() {
        let account = description.entity.account.clone();
        let block = account.and_then(|account| facts.account_public_access_blocks.get(&account));
        if let Some(block) = block.filter(|_| is_under_block_public_access(&description.entity)) {
            description.set("account_block_public_access", Some(block.value.clone()));
            add_origin(&mut description.entity, &block.origin);
        }
        if let Some(last_use) = facts.last_uses.get(native_id) {
            let is_user = description.entity.kind == EntityKind::IamUser;
            let time = last_use.time.to_string();
            if is_user {
                description.set("password_last_used", Some(time));
            } else {
                description.set("last_used", Some(json!({ "date": time, "region": last_use.region })));
            }
            add_origin(&mut description.entity, &last_use.origin);
        }
    }
}

/// Block Public Access as S3 policies of the organization set it: on, whatever the account says; off where nothing else was collected.
fn add_organization_blocks(described: &mut Descriptions, facts: &Facts, organization: &Organization) {
    const SWITCHES: &str = "account_block_public_access";
    let blocks = organization::blocks(&facts.organization, organization);
    for (_, description) in described.values_mut() {
        let entity = &mut description.entity;
        let block = entity.account.as_ref().and_then(|account| blocks.get(account));
        let Some(block) = block.filter(|_| is_under_block_public_access(entity)) else {
            continue;
        };
        if block.is_on || !entity.attributes.contains_key(SWITCHES) {
            entity.attributes.insert(SWITCHES.to_owned(), every_switch(block.is_on));
            add_origin(entity, &block.origin);
        }
    }
}

fn is_under_block_public_access(entity: &Entity) -> bool {
    entity.kind == EntityKind::S3Bucket || is_access_point(entity)
}

fn add_origin(entity: &mut Entity, origin: &Origin) {
    entity.origins.push(origin.clone());
    entity.origins.sort();
    entity.origins.dedup();
}

/// Every alias of a key, from wherever it was recorded, as `alias/…`.
fn add_aliases(described: &mut Descriptions, index: &Index) {
    let mut by_key: BTreeMap<&String, BTreeSet<&str>> = BTreeMap::new();
    for (alias_arn, key) in index.aliases() {
        let name = alias_arn.split_once(":alias/").map_or("", |(_, name)| name);
        by_key.entry(key).or_default().insert(name);
    }
    for (key, names) in by_key {
        if let Some((_, description)) = described.get_mut(key) {
            // A key id tells a reader nothing; its first alias is what people call the key.
            if let Some(name) = names.first().filter(|name| !name.is_empty()) {
                description.entity.name = (*name).to_owned();
            }
            let aliases: Vec<String> = names.into_iter().map(|name| format!("alias/{name}")).collect();
            description.set("aliases", Some(aliases));
        }
    }
}

/// Hangs service and resource control policies onto the nodes they name.
fn attach_ceilings(described: &Descriptions, organization: &mut Organization) {
    for (native_id, (_, description)) in described {
        let is_service_control = match description.entity.kind {
            EntityKind::ServiceControlPolicy => true,
            EntityKind::ResourceControlPolicy => false,
            _ => continue,
        };
        let targets = description
            .links
            .iter()
            .filter(|link| link.kind == EdgeKind::Constrains);
        for (id, kind) in targets.filter_map(organization_node) {
            let bare = || organization::bare_node(&id, kind);
            let node = organization.nodes.entry(id.clone()).or_insert_with(bare);
            let attached = if is_service_control {
                &mut node.service_control_policies
            } else {
                &mut node.resource_control_policies
            };
            attached.insert(native_id.clone());
        }
    }
}

fn organization_node(link: &Link) -> Option<(String, OrganizationNodeKind)> {
    let Reference::Id { native_id, kind } = &link.to else {
        return None;
    };
    let id = native_id.rsplit(':').next().unwrap_or_default().to_owned();
    let kind = match kind {
        EntityKind::Account => OrganizationNodeKind::Account,
        EntityKind::OrganizationRoot => OrganizationNodeKind::Root,
        _ => OrganizationNodeKind::OrganizationalUnit,
    };
    Some((id, kind))
}

fn link_descriptions(described: &Descriptions, index: &Index, edges: &mut Edges) {
    for (_, description) in described.values() {
        let entity = &description.entity;
        for link in &description.links {
            add_link(entity, link, &description.origin, entity.captured_at, index, edges);
        }
    }
}

/// Adds an edge between an entity and what a record names beside it.
pub(crate) fn add_link(
    entity: &Entity,
    link: &Link,
    origin: &Origin,
    captured_at: Option<Timestamp>,
    index: &Index,
    edges: &mut Edges,
) {
    let Some(resolved) = index.resolve(entity, &link.to) else {
        return;
    };
    let mut attributes = link.attributes.clone();
    let of_end = resolved.attributes.into_iter();
    attributes.extend(of_end.map(|(name, value)| (name.to_owned(), value)));
    let (from, target) = match link.direction {
        Direction::From => (entity.native_id.clone(), resolved.target),
        Direction::To => {
            edges.mention(&resolved.target, Some(origin), captured_at);
            let this = Target::new(entity.native_id.clone(), entity.kind);
            (resolved.target.native_id, this)
        }
    };
    edges.add(NewEdge {
        from: &from,
        kind: link.kind,
        target,
        attributes,
        origin: Some(origin),
        captured_at,
    });
}

fn link_organization(built: &Built, index: &Index, edges: &mut Edges) {
    for (from, link, origin) in &built.links {
        let Some(target) = node_target(link, index) else {
            continue;
        };
        edges.add(NewEdge {
            from,
            kind: link.kind,
            target,
            attributes: link.attributes.clone(),
            origin: Some(origin),
            captured_at: None,
        });
    }
}

fn node_target(link: &Link, index: &Index) -> Option<Target> {
    match &link.to {
        Reference::Id { native_id, kind } => Some(index.by_id(native_id, *kind)),
        _ => None,
    }
}

/// Every account of the organization and every scanned one is an entity, and every node of the tree.
fn mention_accounts(organization: &Organization, scanned: &BTreeSet<String>, edges: &mut Edges) {
    for account in scanned {
        edges.mention(&Target::account(account), None, None);
    }
    for node in organization.nodes.values() {
        let target = match node.kind {
            OrganizationNodeKind::Account => Target::account(&node.id),
            OrganizationNodeKind::Root => Target::new(urn::organization_node(&node.id), EntityKind::OrganizationRoot),
            OrganizationNodeKind::OrganizationalUnit => {
                Target::new(urn::organization_node(&node.id), EntityKind::OrganizationalUnit)
            }
        };
        edges.mention(&target, None, None);
    }
}

fn add_placeholders(
    entities: &mut BTreeMap<String, Entity>,
    edges: &mut Edges,
    organization: &Organization,
    facts: &Facts,
) {
    let is_known = |account: &str| organization.nodes.contains_key(account) || facts.scanned_accounts.contains(account);
    let placeholders = edges.placeholders(entities, is_known);
    entities.extend(
        placeholders
            .into_iter()
            .map(|entity| (entity.native_id.clone(), entity)),
    );
}

/// What can be said of an entity only when the organization is known.
fn finish_entities(entities: &mut BTreeMap<String, Entity>, organization: &Organization, facts: &Facts) {
    let source = organization::source_system(organization);
    for entity in entities.values_mut() {
        let is_of_organization = match entity.kind {
            EntityKind::Account => entity
                .account
                .as_ref()
                .is_some_and(|account| organization.nodes.contains_key(account)),
            EntityKind::OrganizationRoot
            | EntityKind::OrganizationalUnit
            | EntityKind::ServiceControlPolicy
            | EntityKind::ResourceControlPolicy => true,
            _ => false,
        };
        if let Some(source) = source.as_ref().filter(|_| is_of_organization) {
            entity.source_system.clone_from(source);
        }
        if entity.kind == EntityKind::PermissionsBoundary {
            let policy = boundary_policy(&entity.native_id).unwrap_or_default().to_owned();
            entity.attributes.insert("policy".to_owned(), Value::String(policy));
        }
        if entity.kind == EntityKind::InternetDestination {
            let host = Value::String(entity.name.to_ascii_lowercase());
            entity.attributes.insert("host".to_owned(), host);
        }
        add_account_block(entity, facts);
    }
}

fn add_account_block(entity: &mut Entity, facts: &Facts) {
    if entity.kind != EntityKind::Account {
        return;
    }
    let block = entity
        .account
        .as_ref()
        .and_then(|account| facts.account_public_access_blocks.get(account));
    if let Some(block) = block {
        entity
            .attributes
            .insert("s3_block_public_access".to_owned(), block.value.clone());
        add_origin(entity, &block.origin);
    }
}

/// A managed policy that is only named has a record without a text, so that evaluation can say what it lacks.
fn add_uncollected_policies(entities: &BTreeMap<String, Entity>, policies: &mut BTreeMap<String, PolicyRecord>) {
    let named = entities.values().filter(|entity| entity.kind == EntityKind::IamPolicy);
    for entity in named {
        policies
            .entry(entity.native_id.clone())
            .or_insert_with(|| uncollected_managed_policy(&entity.native_id));
    }
}
