//! The organization's tree, out of what its records say.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sv0_model::graph::{
    EdgeKind, Entity, EntityKind, Organization, OrganizationNode, OrganizationNodeKind, Resolution, urn,
};
use sv0_model::record::{CaptureHeader, Origin};

use super::policy::node_reference;
use super::{AccountDescription, ONLY, OrganizationFacts, UnitDescription, node_kind};
use crate::description::{Identity, Link, entity};
use crate::diagnostics::Diagnostics;
use crate::freshness::Fact;

/// AWS allows five levels of organizational units; a chain longer than this runs in a circle or is no tree of AWS's.
const MAX_LEVELS: usize = 32;

/// The organization with its nodes as entities, and the edges between them.
#[derive(Debug, Default)]
pub(crate) struct Built {
    /// The organization.
    pub(crate) organization: Organization,
    /// Its nodes.
    pub(crate) entities: Vec<Entity>,
    /// From which entity, which edge, from which record.
    pub(crate) links: Vec<(String, Link, Origin)>,
}

/// Builds the organization.
pub(crate) fn build(facts: &OrganizationFacts, header: &CaptureHeader, diagnostics: &mut Diagnostics) -> Built {
    let mut built = Built::default();
    let description = facts.description.get(ONLY).map(|fact| &fact.value);
    let organization = &mut built.organization;
    organization.id = description
        .and_then(|description| description.id.clone())
        .or_else(|| header.organization_id.clone());
    organization.management_account = description.and_then(|description| description.management_account.clone());
    organization.policies_collected = facts.policies_collected;
    organization.delegated_administrators = facts
        .delegated
        .iter()
        .map(|(account, fact)| (account.clone(), fact.value.clone()))
        .collect();
    organization.service_control_policies_enabled = is_enabled(facts, "SERVICE_CONTROL_POLICY");
    organization.resource_control_policies_enabled = is_enabled(facts, "RESOURCE_CONTROL_POLICY");
    add_nodes(facts, organization);
    add_parents(facts, &mut built, diagnostics);
    built.entities = node_entities(facts, &built.organization);
    built
}

/// The source system of everything in the organization.
pub(crate) fn source_system(organization: &Organization) -> Option<String> {
    let scope = organization.management_account.as_ref().or(organization.id.as_ref())?;
    Some(format!("aws_orgs:{scope}"))
}

/// A node of which nothing but the id is known.
pub(crate) fn bare_node(id: &str, kind: OrganizationNodeKind) -> OrganizationNode {
    OrganizationNode {
        id: id.to_owned(),
        kind,
        name: id.to_owned(),
        parent: None,
        service_control_policies: Default::default(),
        resource_control_policies: Default::default(),
        state: None,
    }
}

/// Whether a policy type is switched on at a root; `None` where no record lists the types.
pub(super) fn is_enabled(facts: &OrganizationFacts, policy_type: &str) -> Option<bool> {
    let listed: Vec<_> = facts
        .units
        .iter()
        .filter_map(|(_, fact)| fact.value.policy_types.as_ref())
        .collect();
    let is_on = || {
        listed
            .iter()
            .copied()
            .flatten()
            .any(|(kind, is_on)| kind == policy_type && *is_on)
    };
    (!listed.is_empty()).then(is_on)
}

fn add_nodes(facts: &OrganizationFacts, organization: &mut Organization) {
    for (id, fact) in facts.units.iter() {
        let kind = node_kind(id).unwrap_or(OrganizationNodeKind::OrganizationalUnit);
        let mut node = bare_node(id, kind);
        node.name = fact.value.name.clone().unwrap_or_else(|| id.clone());
        organization.nodes.insert(id.clone(), node);
    }
    for (id, fact) in facts.accounts.iter() {
        let mut node = bare_node(id, OrganizationNodeKind::Account);
        node.name = fact.value.name.clone().unwrap_or_else(|| id.clone());
        node.state.clone_from(&fact.value.state);
        organization.nodes.insert(id.clone(), node);
    }
}

fn add_parents(facts: &OrganizationFacts, built: &mut Built, diagnostics: &mut Diagnostics) {
    let mut parents: BTreeMap<&String, &Fact<String>> = BTreeMap::new();
    for (child, fact) in facts.parents.iter() {
        let (Some(child_kind), Some(parent_kind)) = (node_kind(child), node_kind(&fact.value)) else {
            let message = "an entry of the tree names no root, organizational unit or account and was left out";
            diagnostics.error(&fact.origin, child, "unknown_target", message, "");
            continue;
        };
        for (id, kind) in [(child, child_kind), (&fact.value, parent_kind)] {
            let nodes = &mut built.organization.nodes;
            nodes.entry(id.clone()).or_insert_with(|| bare_node(id, kind));
        }
        parents.insert(child, fact);
    }
    for (child, fact) in &parents {
        if ends(child, &parents) {
            put_below(child, fact, built);
        } else {
            let message = "the node's parents run in a circle, so its place in the organization is not known";
            diagnostics.error(&fact.origin, child, "circular_tree", message, "record the tree again");
        }
    }
}

fn ends(start: &String, parents: &BTreeMap<&String, &Fact<String>>) -> bool {
    let mut node = start;
    for _ in 0..MAX_LEVELS {
        match parents.get(node) {
            Some(fact) => node = &fact.value,
            None => return true,
        }
    }
    false
}

fn put_below(child: &str, fact: &Fact<String>, built: &mut Built) {
    let nodes = &mut built.organization.nodes;
    let kinds = (
        nodes.get(&fact.value).map(|node| node.kind),
        nodes.get(child).map(|node| node.kind),
    );
    let (Some(parent_kind), Some(child_kind)) = kinds else {
        return;
    };
    if let Some(node) = nodes.get_mut(child) {
        node.parent = Some(fact.value.clone());
    }
    let link = Link::new(EdgeKind::Contains, node_reference(child, child_kind));
    built
        .links
        .push((node_id(&fact.value, parent_kind), link, fact.origin.clone()));
}

/// The native id of a node.
pub(crate) fn node_id(id: &str, kind: OrganizationNodeKind) -> String {
    match kind {
        OrganizationNodeKind::Account => urn::account(id),
        OrganizationNodeKind::Root | OrganizationNodeKind::OrganizationalUnit => urn::organization_node(id),
    }
}

fn node_entities(facts: &OrganizationFacts, organization: &Organization) -> Vec<Entity> {
    let accounts = facts
        .accounts
        .iter()
        .map(|(id, fact)| account_entity(id, fact, organization));
    let units = facts.units.iter().map(|(id, fact)| unit_entity(id, fact));
    accounts.chain(units).collect()
}

fn account_entity(id: &str, fact: &Fact<AccountDescription>, organization: &Organization) -> Entity {
    let identity = Identity {
        native_id: urn::account(id),
        kind: EntityKind::Account,
        name: fact.value.name.as_deref().unwrap_or(id),
        account: Some(id),
        region: None,
    };
    let mut account = collected(identity, fact);
    let facts = [
        ("state", fact.value.state.as_ref()),
        ("joined_at", fact.value.joined_at.as_ref()),
        ("joined_method", fact.value.joined_method.as_ref()),
    ];
    for (name, value) in facts {
        if let Some(value) = value {
            account.attributes.insert(name.to_owned(), json!(value));
        }
    }
    if organization.management_account.as_deref() == Some(id) {
        account
            .attributes
            .insert("management_account".to_owned(), Value::Bool(true));
    }
    if let Some(services) = organization.delegated_administrators.get(id) {
        account
            .attributes
            .insert("delegated_administrator_for".to_owned(), json!(services));
    }
    account
}

fn unit_entity(id: &str, fact: &Fact<UnitDescription>) -> Entity {
    let kind = match node_kind(id) {
        Some(OrganizationNodeKind::Root) => EntityKind::OrganizationRoot,
        _ => EntityKind::OrganizationalUnit,
    };
    let identity = Identity {
        native_id: urn::organization_node(id),
        kind,
        name: fact.value.name.as_deref().unwrap_or(id),
        account: None,
        region: None,
    };
    let mut unit = collected(identity, fact);
    unit.attributes.insert("id".to_owned(), json!(id));
    unit
}

fn collected<T>(identity: Identity<'_>, fact: &Fact<T>) -> Entity {
    let mut entity = entity(identity, Resolution::Collected);
    entity.captured_at = fact.freshness.captured_at();
    entity.origins = vec![fact.origin.clone()];
    entity
}
