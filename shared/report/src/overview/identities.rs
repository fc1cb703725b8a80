//! Which identities reach most.

use std::cmp::Reverse;

use sv0_model::graph::Graph;

use super::permille;
use crate::names::{account_label, account_of_entity, entity_name};
use crate::reach::{EntityReach, Reach};
use crate::words::entity::{self, Group};
use crate::words::text::{shown as visible, whole};

const WIDEST_REACH: usize = 6;

/// An identity and what it reaches.
pub(crate) struct ReachLine {
    pub(crate) href: String,
    pub(crate) native_id: String,
    pub(crate) name: String,
    pub(crate) icon: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) account: String,
    pub(crate) resources: usize,
    pub(crate) restricted: usize,
    /// Its resources, 0 to 1000 of the widest reach.
    pub(crate) permille: usize,
    /// Its restricted resources, on the same scale.
    pub(crate) restricted_permille: usize,
}

/// The identities that reach most restricted resources, then most resources.
pub(super) fn widest_reach(graph: &Graph, reach: &Reach<'_>) -> Vec<ReachLine> {
    let mut identities: Vec<(&str, &EntityReach<'_>)> = reach
        .iter()
        .filter(|(id, reach)| !reach.resources.is_empty() && is_identity(graph, id))
        .map(|(id, reach)| (*id, reach))
        .collect();
    identities.sort_by_key(|(id, reach)| {
        (
            Reverse(reach.restricted.len()),
            Reverse(reach.resources.len()),
            Reverse(reach.workloads.len()),
            *id,
        )
    });
    identities.truncate(WIDEST_REACH);
    let widest = identities
        .iter()
        .map(|(_, reach)| reach.resources.len())
        .max()
        .unwrap_or(0);
    identities
        .into_iter()
        .map(|(id, reach)| reach_line(graph, id, reach, widest))
        .collect()
}

/// Roles that nothing describes count too: an unknown role on a path is no less an identity.
fn is_identity(graph: &Graph, id: &str) -> bool {
    graph
        .entities
        .get(id)
        .is_none_or(|item| entity::group(item.kind) == Group::Identity)
}

fn reach_line(graph: &Graph, id: &str, reach: &EntityReach<'_>, widest: usize) -> ReachLine {
    let kind = graph.entities.get(id).map(|item| item.kind);
    ReachLine {
        href: format!("#/entities/{}", percent_encoded(id)),
        native_id: whole(id),
        name: visible(entity_name(graph, id)),
        icon: kind.map_or("role", entity::icon),
        kind: kind.map_or("Not described", entity::kind),
        account: account_of_entity(graph, id)
            .map(|account| account_label(graph, account))
            .unwrap_or_default(),
        resources: reach.resources.len(),
        restricted: reach.restricted.len(),
        permille: permille(reach.resources.len(), widest),
        restricted_permille: permille(reach.restricted.len(), widest),
    }
}

/// The encoding of JavaScript's `encodeURIComponent`, which the page's script decodes.
fn percent_encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_survive_a_link() {
        assert_eq!(
            percent_encoded("arn:aws:iam::1:role/a b\"<"),
            "arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fa%20b%22%3C"
        );
    }
}
