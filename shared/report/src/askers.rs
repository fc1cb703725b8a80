//! Whom `sv0 can` takes for an entity: itself where it is a principal, else the roles that it acts as.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use sv0_model::arn::Arn;
use sv0_model::graph::{EdgeKind, EntityKind, Graph};

/// Roles of one entity that are offered: nobody reads more commands.
const ROLES: usize = 5;

/// The relations over which something comes to act as a role, or, `Runs`, to run something else that does.
const ACTING: [EdgeKind; 4] = [
    EdgeKind::RunsAs,
    EdgeKind::MayAssume,
    EdgeKind::ProvisionedAs,
    EdgeKind::Runs,
];

/// Whom to ask about, for every entity.
pub(crate) struct Askers<'a> {
    graph: &'a Graph,
    acts_as: BTreeMap<&'a str, Vec<(EdgeKind, &'a str)>>,
}

impl<'a> Askers<'a> {
    /// Gathers what acts as what.
    pub(crate) fn of(graph: &'a Graph) -> Self {
        let mut acts_as: BTreeMap<&str, Vec<(EdgeKind, &str)>> = BTreeMap::new();
        for edge in graph.edges.iter().filter(|edge| ACTING.contains(&edge.kind)) {
            acts_as.entry(&edge.from).or_default().push((edge.kind, &edge.to));
        }
        Self { graph, acts_as }
    }

    /// The principals that answer for an entity, as `sv0 can` takes them; none where nothing acts as it.
    pub(crate) fn principals(&self, id: &'a str) -> Vec<Cow<'a, str>> {
        match self.graph.entities.get(id).map(|entity| entity.kind) {
            Some(EntityKind::IdentityCenterUser | EntityKind::IdentityCenterGroup) => vec![Cow::Borrowed(id)],
            Some(EntityKind::Anonymous) => vec![Cow::Borrowed("anonymous")],
            Some(EntityKind::AwsService) => service(id).into_iter().map(Cow::Borrowed).collect(),
            _ if is_iam_principal(id) => vec![Cow::Borrowed(id)],
            _ => match self.account_root(id) {
                Some(root) => vec![Cow::Owned(root)],
                None => self.roles(id).into_iter().map(Cow::Borrowed).collect(),
            },
        }
    }

    fn account_root(&self, id: &str) -> Option<String> {
        let account = id.strip_prefix("urn:sv0:account:")?;
        let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
        let partition = match self.graph.partition.as_str() {
            "" => "aws",
            known => known,
        };
        is_account.then(|| format!("arn:{partition}:iam::{account}:root"))
    }

    fn roles(&self, id: &str) -> Vec<&'a str> {
        let nothing = Vec::new();
        let own = self.acts_as.get(id).unwrap_or(&nothing);
        let of_what_runs = own
            .iter()
            .filter(|(kind, _)| *kind == EdgeKind::Runs)
            .flat_map(|(_, to)| self.acts_as.get(to).unwrap_or(&nothing));
        let roles: BTreeSet<&str> = own
            .iter()
            .chain(of_what_runs)
            .filter(|(kind, to)| *kind != EdgeKind::Runs && is_iam_principal(to))
            .map(|(_, to)| *to)
            .collect();
        roles.into_iter().take(ROLES).collect()
    }
}

fn service(id: &str) -> Option<&str> {
    let name = id.strip_prefix("urn:sv0:aws-service:").unwrap_or(id);
    name.contains(".amazonaws.com").then_some(name)
}

/// Whether an id is the ARN of a user, a role or an account's root, whose account is known.
fn is_iam_principal(id: &str) -> bool {
    Arn::parse(id).is_some_and(|arn| {
        let names_one = match arn.resource_type() {
            "user" | "role" => !arn.name().is_empty(),
            "" => arn.resource_id() == "root",
            _ => false,
        };
        arn.service == "iam" && arn.account_id().is_some() && names_one && !id.contains(['*', '?'])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use sv0_model::graph::Edge;

    fn edge(from: &str, kind: EdgeKind, to: &str) -> Edge {
        Edge {
            from: from.to_owned(),
            kind,
            to: to.to_owned(),
            attributes: BTreeMap::new(),
            origins: Vec::new(),
        }
    }

    const FUNCTION: &str = "arn:aws:lambda:eu-west-1:111122223333:function:f";
    const ROLE: &str = "arn:aws:iam::111122223333:role/f";
    const TASK: &str = "arn:aws:ecs:eu-west-1:111122223333:task-definition/t:1";
    const SERVICE: &str = "arn:aws:ecs:eu-west-1:111122223333:service/c/s";
    const FEDERATED: &str = "urn:sv0:federated-identity:arn:aws:iam::111122223333:saml-provider/okta:*";

    #[test]
    fn only_what_can_takes_is_offered() {
        let graph = Graph {
            edges: vec![
                edge(FUNCTION, EdgeKind::RunsAs, ROLE),
                edge(SERVICE, EdgeKind::Runs, TASK),
                edge(TASK, EdgeKind::RunsAs, ROLE),
                edge(FEDERATED, EdgeKind::MayAssume, ROLE),
                edge(ROLE, EdgeKind::HasPolicy, "arn:aws:iam::111122223333:policy/p"),
            ],
            ..Graph::default()
        };
        let askers = Askers::of(&graph);
        for (id, wanted) in [
            (ROLE, vec![ROLE]),
            (
                "arn:aws:iam::111122223333:user/jenkins",
                vec!["arn:aws:iam::111122223333:user/jenkins"],
            ),
            (FUNCTION, vec![ROLE]),
            (TASK, vec![ROLE]),
            (SERVICE, vec![ROLE]),
            (FEDERATED, vec![ROLE]),
            ("urn:sv0:account:111122223333", vec!["arn:aws:iam::111122223333:root"]),
            ("urn:sv0:account:1111", vec![]),
            ("urn:sv0:principal:AROAEXAMPLE", vec![]),
            ("arn:aws:iam::111122223333:policy/p", vec![]),
            ("arn:aws:iam::111122223333:role/*", vec![]),
            ("arn:aws:lambda:eu-west-1:111122223333:function:alone", vec![]),
        ] {
            assert_eq!(askers.principals(id), wanted, "{id}");
        }
    }
}
