//! Edges between users, groups, permission sets and the roles that AWS makes of these.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sv0_model::arn::Arn;
use sv0_model::graph::{EdgeKind, Entity, EntityKind};
use sv0_model::record::{Origin, RecordKind};

use super::IdentityCenterFacts;
use crate::edges::{Edges, NewEdge};
use crate::freshness::Fact;
use crate::target::Target;

/// Where AWS puts the roles that it makes of permission sets; nobody else can make a role there. The Region of Identity Center may follow.
///
/// Source: IAM Identity Center User Guide, "Referencing permission sets in resource policies, Amazon EKS Cluster config maps, and AWS KMS key policies".
const RESERVED_PATH: &str = "role/aws-reserved/sso.amazonaws.com/";

/// How the names of these roles begin; the permission set's name and, after an underscore, a suffix that AWS draws follow.
const RESERVED_NAME: &str = "AWSReservedSSO_";

/// Adds who is in which group and who may use which permission set where.
pub(crate) fn link(facts: &IdentityCenterFacts, edges: &mut Edges) {
    for (_, fact) in facts.memberships.iter() {
        let user = Target::new(&fact.value.user, EntityKind::IdentityCenterUser);
        let group = Target::new(&fact.value.group, EntityKind::IdentityCenterGroup);
        add(edges, fact, &user, (EdgeKind::MemberOf, group), BTreeMap::new());
    }
    for (_, fact) in facts.assignments.iter() {
        let principal = Target::new(&fact.value.principal, fact.value.kind);
        let set = Target::new(&fact.value.permission_set, EntityKind::PermissionSet);
        let account = BTreeMap::from([("account".to_owned(), json!(fact.value.account))]);
        add(edges, fact, &principal, (EdgeKind::AssignedTo, set), account);
    }
}

fn add<T>(
    edges: &mut Edges,
    fact: &Fact<T>,
    from: &Target,
    (kind, target): (EdgeKind, Target),
    attributes: BTreeMap<String, Value>,
) {
    let captured_at = fact.freshness.captured_at();
    edges.mention(from, Some(&fact.origin), captured_at);
    edges.add(NewEdge {
        from: &from.native_id,
        kind,
        target,
        attributes,
        origin: Some(&fact.origin),
        captured_at,
    });
}

/// Adds which role is which permission set, for roles that were described and roles that are only named. Also tells users and groups of whom it is
/// not known where they belong.
pub(crate) fn link_roles(facts: &IdentityCenterFacts, entities: &mut BTreeMap<String, Entity>, edges: &mut Edges) {
    for (set, role, origin) in provisioned(entities) {
        edges.add(NewEdge {
            from: &set,
            kind: EdgeKind::ProvisionedAs,
            target: Target::arn(&role),
            attributes: BTreeMap::new(),
            origin: origin.as_ref(),
            captured_at: None,
        });
    }
    let has_assignments = facts.seen.contains(&RecordKind::AccountAssignment);
    let has_memberships = facts.seen.contains(&RecordKind::GroupMembership);
    for entity in entities.values_mut() {
        let is_user = entity.kind == EntityKind::IdentityCenterUser;
        if !is_user && entity.kind != EntityKind::IdentityCenterGroup {
            continue;
        }
        let attributes = &mut entity.attributes;
        attributes.insert("assignments_collected".to_owned(), json!(has_assignments));
        attributes.insert("memberships_collected".to_owned(), json!(has_memberships));
    }
}

/// Permission sets with the roles that bear their names, and a record of each role.
fn provisioned(entities: &BTreeMap<String, Entity>) -> Vec<(String, String, Option<Origin>)> {
    let mut sets: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for entity in entities
        .values()
        .filter(|entity| entity.kind == EntityKind::PermissionSet)
    {
        let name = entity.attributes.get("permission_set_name").and_then(Value::as_str);
        if let Some(name) = name {
            sets.entry(name).or_default().push(&entity.native_id);
        }
    }
    let roles = entities.values().filter_map(|role| {
        let sets = sets.get(permission_set_name(&role.native_id)?)?;
        Some((role, sets))
    });
    roles
        .flat_map(|(role, sets)| {
            sets.iter()
                .map(|set| ((*set).to_owned(), role.native_id.clone(), role.origins.first().cloned()))
        })
        .collect()
}

/// The permission set's name in the ARN of a role that AWS made of one.
fn permission_set_name(role: &str) -> Option<&str> {
    let arn = Arn::parse(role).filter(|arn| arn.service == "iam" && arn.resource.starts_with(RESERVED_PATH))?;
    let (name, suffix) = arn.name().strip_prefix(RESERVED_NAME)?.rsplit_once('_')?;
    (!name.is_empty() && !suffix.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::permission_set_name;

    #[test]
    fn a_reserved_role_names_its_permission_set() {
        let role = |path: &str| format!("arn:aws:iam::111111111111:role/{path}");
        let cases = [
            (
                "aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef",
                Some("Admin"),
            ),
            (
                "aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Data_Read.Only_0123456789abcdef",
                Some("Data_Read.Only"),
            ),
            ("AWSReservedSSO_Admin_0123456789abcdef", None),
            ("aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin", None),
            ("aws-reserved/sso.amazonaws.com/Admin_0123456789abcdef", None),
        ];
        for (path, want) in cases {
            assert_eq!(permission_set_name(&role(path)), want, "{path}");
        }
    }
}
