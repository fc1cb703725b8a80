//! What entities and accounts are called, whether or not anything describes them.

use sv0_model::arn::{Arn, account_of};
use sv0_model::graph::Graph;

use crate::words::text::shown;

/// The account an entity is in, by the graph or else by its ARN.
pub(crate) fn account_of_entity<'a>(graph: &'a Graph, native_id: &'a str) -> Option<&'a str> {
    match graph.entities.get(native_id) {
        Some(entity) => entity.account.as_deref().or_else(|| account_of_provider(native_id)),
        None => account_of(native_id).or_else(|| account_of_provider(native_id)),
    }
}

/// The account whose identity provider vouches for a federated identity: what tells apart those of the same name.
fn account_of_provider(native_id: &str) -> Option<&str> {
    account_of(native_id.strip_prefix("urn:sv0:federated-identity:")?)
}

/// The name of an entity as it is, or what its ARN ends with.
pub(crate) fn entity_name<'a>(graph: &'a Graph, native_id: &'a str) -> &'a str {
    match graph.entities.get(native_id) {
        Some(entity) => &entity.name,
        None => match Arn::parse(native_id) {
            Some(arn) => arn.name(),
            None => urn_name(native_id).unwrap_or(native_id),
        },
    }
}

/// What a URN is made for, where that is a name by itself: a service's host name, an account's id, a place's host name.
fn urn_name(native_id: &str) -> Option<&str> {
    let (kind, name) = native_id.strip_prefix("urn:sv0:")?.split_once(':')?;
    matches!(
        kind,
        "aws-service" | "principal" | "account" | "internet-destination" | "owner"
    )
    .then_some(name)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_federated_identity_is_in_the_account_of_its_provider() {
        let graph = Graph::default();
        let of = |id| account_of_entity(&graph, id);
        assert_eq!(
            of("urn:sv0:federated-identity:arn:aws:iam::111122223333:saml-provider/okta:*"),
            Some("111122223333")
        );
        assert_eq!(
            of("urn:sv0:federated-identity:cognito-identity.amazonaws.com:eu-west-1:0a:unauthenticated"),
            None
        );
    }

    #[test]
    fn what_nothing_describes_is_called_by_the_end_of_its_id() {
        let named = |id| entity_name(&EMPTY, id);
        static EMPTY: std::sync::LazyLock<Graph> = std::sync::LazyLock::new(Graph::default);
        assert_eq!(
            named("urn:sv0:aws-service:config.amazonaws.com"),
            "config.amazonaws.com"
        );
        assert_eq!(named("arn:aws:iam::111122223333:role/team/app"), "app");
        let federated = "urn:sv0:federated-identity:token.actions.githubusercontent.com:repo:a/b:*";
        assert_eq!(named(federated), federated, "a provider is no name without its subject");
    }
}
