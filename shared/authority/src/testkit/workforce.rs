//! Users, groups and permission sets of IAM Identity Center in a fixture.

use std::collections::BTreeMap;

use serde_json::json;
use sv0_model::graph::{Edge, EdgeKind, EntityKind, Graph, urn};

use super::build::Builder;

const INSTANCE: &str = "arn:aws:sso:::permissionSet/ssoins-7223a1b2c3d4e5f6";

/// What a fixture says of the workforce, until its roles are known.
#[derive(Default)]
pub(super) struct Workforce {
    edges: Vec<Edge>,
    sets: Vec<String>,
    memberships_unknown: bool,
}

impl Builder {
    /// `sso-user NAME [in GROUP]…`, `sso-group NAME`, `sso-set NAME`, `assign user|group NAME SET ACCOUNT`, `memberships-unknown`. Says whether the line is one of these.
    pub(super) fn workforce_line(&mut self, kind: &str, words: &[&str]) -> bool {
        match (kind, words) {
            ("sso-user", [name, groups @ ..]) => {
                let user = user(name);
                self.workforce_entity(EntityKind::IdentityCenterUser, &user, name, "user_name");
                for group_name in groups.iter().filter(|word| **word != "in") {
                    self.workforce
                        .edges
                        .push(edge(&user, EdgeKind::MemberOf, &group(group_name)));
                }
            }
            ("sso-group", [name]) => {
                self.workforce_entity(EntityKind::IdentityCenterGroup, &group(name), name, "display_name");
            }
            ("sso-set", [name]) => {
                self.workforce_entity(EntityKind::PermissionSet, &set(name), name, "permission_set_name");
                self.workforce.sets.push((*name).to_owned());
            }
            ("assign", [kind, name, set_name, account]) => {
                let principal = if *kind == "user" { user(name) } else { group(name) };
                let mut assigned = edge(&principal, EdgeKind::AssignedTo, &set(set_name));
                assigned.attributes.insert("account".to_owned(), json!(account));
                self.workforce.edges.push(assigned);
            }
            ("memberships-unknown", []) => self.workforce.memberships_unknown = true,
            _ => return false,
        }
        true
    }

    fn workforce_entity(&mut self, kind: EntityKind, id: &str, name: &str, attribute: &str) {
        self.entity(kind, id, name, None, &[]);
        let entity = self.graph.entities.get_mut(id).expect("just inserted");
        entity.attributes.insert(attribute.to_owned(), json!(name));
    }
}

impl Workforce {
    pub(super) fn finish(self, graph: &mut Graph) {
        graph.edges.extend(self.edges);
        for name in &self.sets {
            let start = format!("AWSReservedSSO_{name}_");
            let roles: Vec<String> = graph
                .entities
                .values()
                .filter(|entity| entity.native_id.contains(":role/aws-reserved/") && entity.name.starts_with(&start))
                .map(|role| role.native_id.clone())
                .collect();
            let provisioned = roles.iter().map(|role| edge(&set(name), EdgeKind::ProvisionedAs, role));
            graph.edges.extend(provisioned);
        }
        graph
            .edges
            .sort_by(|a, b| (&a.from, a.kind, &a.to).cmp(&(&b.from, b.kind, &b.to)));
        let members = graph.entities.values_mut().filter(|entity| {
            matches!(
                entity.kind,
                EntityKind::IdentityCenterUser | EntityKind::IdentityCenterGroup
            )
        });
        for member in members {
            let known = json!(!self.memberships_unknown);
            member.attributes.insert("memberships_collected".to_owned(), known);
            member
                .attributes
                .insert("assignments_collected".to_owned(), json!(true));
        }
    }
}

fn user(name: &str) -> String {
    urn::identity_center_user("aws", &format!("id-{name}"))
}

fn group(name: &str) -> String {
    urn::identity_center_group("aws", &format!("id-{name}"))
}

fn set(name: &str) -> String {
    format!("{INSTANCE}/ps-{name}")
}

fn edge(from: &str, kind: EdgeKind, to: &str) -> Edge {
    Edge {
        from: from.to_owned(),
        kind,
        to: to.to_owned(),
        attributes: BTreeMap::new(),
        origins: Vec::new(),
    }
}
