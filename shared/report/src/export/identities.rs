//! Which roles identities of a provider may assume.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sv0_model::arn::account_of;
use sv0_model::graph::{Edge, EdgeKind, EntityKind, Graph};

/// Role ARNs by the native id of the identity.
///
/// A user or group of Identity Center acts as the role that AWS made of its permission set, in the accounts of the assignment alone; a federated identity as
/// the roles whose trust policies name it.
pub(super) fn assumed_roles(graph: &Graph) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut provisioned: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for edge in of_kind(graph, EdgeKind::ProvisionedAs) {
        provisioned.entry(&edge.from).or_default().push(&edge.to);
    }
    let mut roles: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for edge in of_kind(graph, EdgeKind::AssignedTo) {
        let account = edge.attributes.get("account").and_then(Value::as_str);
        let of_set = provisioned.get(edge.to.as_str()).into_iter().flatten().copied();
        let in_account = of_set.filter(|role| account.is_some() && account_of(role) == account);
        roles.entry(&edge.from).or_default().extend(in_account);
    }
    for edge in of_kind(graph, EdgeKind::MayAssume) {
        roles.entry(&edge.from).or_default().insert(&edge.to);
    }
    roles
}

/// The groups of each user of Identity Center.
pub(super) fn groups(graph: &Graph) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut groups: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for edge in of_kind(graph, EdgeKind::MemberOf) {
        groups.entry(&edge.from).or_default().insert(&edge.to);
    }
    groups
}

/// Whether an identity provider vouches for the identity.
pub(super) fn is_of_provider(kind: EntityKind) -> bool {
    matches!(
        kind,
        EntityKind::IdentityCenterUser | EntityKind::FederatedIdentity | EntityKind::EksServiceAccount
    )
}

fn of_kind(graph: &Graph, kind: EdgeKind) -> impl Iterator<Item = &Edge> {
    graph.edges.iter().filter(move |edge| edge.kind == kind)
}
