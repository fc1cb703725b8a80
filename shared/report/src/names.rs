//! What entities and accounts are called, whether or not anything describes them.

use sv0_model::arn::{Arn, account_of};
use sv0_model::graph::Graph;

use crate::words::text::shown;

/// The account an entity is in, by the graph or else by its ARN.
pub(crate) fn account_of_entity<'a>(graph: &'a Graph, native_id: &'a str) -> Option<&'a str> {
    match graph.entities.get(native_id) {
        Some(entity) => entity.account.as_deref(),
        None => account_of(native_id),
    }
}

/// The name of an entity as it is, or what its ARN ends with.
pub(crate) fn entity_name<'a>(graph: &'a Graph, native_id: &'a str) -> &'a str {
    match graph.entities.get(native_id) {
        Some(entity) => &entity.name,
        None => Arn::parse(native_id).map_or(native_id, |arn| arn.name()),
    }
}

/// The name of an account, where the organization's tree or the graph has one.
pub(crate) fn account_name<'a>(graph: &'a Graph, account: &str) -> Option<&'a str> {
    let node = graph.organization.nodes.get(account).map(|node| node.name.as_str());
    let entity = || {
        graph
            .entities
            .get(&sv0_model::graph::urn::account(account))
            .map(|entity| entity.name.as_str())
    };
    node.filter(|name| !name.is_empty())
        .or_else(entity)
        .filter(|name| *name != account)
}

/// `Payments (111122223333)`, or the id alone.
pub(crate) fn account_label(graph: &Graph, account: &str) -> String {
    match account_name(graph, account) {
        Some(name) => format!("{} ({account})", shown(name)),
        None => shown(account),
    }
}
