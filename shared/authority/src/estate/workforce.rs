//! Users and groups of IAM Identity Center, and the roles in which they act.
//!
//! Sources: IAM Identity Center User Guide, "Manage AWS accounts with permission sets" (a role in every account the set is assigned in),
//! "Logging IAM Identity Center API calls with AWS CloudTrail" (the session is named after the user); AWS STS API Reference, "AssumeRoleWithSAML".

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::Value;
use sv0_iam::Principal;
use sv0_model::graph::{EdgeKind, Entity, EntityKind};

use super::Estate;
use super::holdings;
use super::subject::Subject;

/// One way of a user or group into an account.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Entrance<'g> {
    pub account: &'g str,
    /// Native id of the permission set.
    pub permission_set: &'g str,
    /// The role that AWS made of the permission set; none where the capture does not hold it.
    pub role: Option<&'g Entity>,
}

/// Stands for the suffix of a role's name that AWS draws and nobody recorded.
const UNKNOWN_SUFFIX: &str = "0000000000000000";

/// Stands for the name of a permission set that was not recorded.
const UNKNOWN_NAME: &str = "unknown";

impl<'g> Estate<'g> {
    /// Users of Identity Center, described or only assigned something.
    pub(crate) fn workforce_users(&self) -> impl Iterator<Item = &'g Entity> + use<'g> {
        let entities = self.graph.entities.values();
        entities.filter(|entity| entity.kind == EntityKind::IdentityCenterUser)
    }

    /// Groups of Identity Center of which it is not known who is in them.
    pub(crate) fn groups_of_unknown_members(&self) -> impl Iterator<Item = &'g Entity> + use<'g> {
        let groups = self.graph.entities.values();
        groups.filter(|entity| entity.kind == EntityKind::IdentityCenterGroup && !says(entity, "memberships_collected"))
    }

    /// The user or group of Identity Center under its ARN, or the user under its user name if only one bears it.
    pub(crate) fn workforce_member(&self, text: &str) -> Option<&'g Entity> {
        let is_member = |entity: &&Entity| {
            matches!(
                entity.kind,
                EntityKind::IdentityCenterUser | EntityKind::IdentityCenterGroup
            )
        };
        if let Some(member) = self.entity(text).filter(is_member) {
            return Some(member);
        }
        let mut named = self.workforce_users().filter(|user| user.name == text);
        named.next().filter(|_| named.next().is_none())
    }

    /// Every way of a user or group into an account, its own and those of its groups; sorted.
    pub(crate) fn entrances(&self, member: &Entity) -> Vec<Entrance<'g>> {
        let groups = self.targets(&member.native_id, EdgeKind::MemberOf);
        let holders: BTreeSet<&str> = groups.chain([member.native_id.as_str()]).collect();
        let assigned: BTreeSet<(&'g str, &'g str)> = holders
            .iter()
            .flat_map(|holder| self.edges(holder, EdgeKind::AssignedTo))
            .filter_map(|edge| Some((edge.attributes.get("account")?.as_str()?, edge.to.as_str())))
            .collect();
        assigned
            .into_iter()
            .flat_map(|(account, set)| self.entrances_by(account, set))
            .collect()
    }

    fn entrances_by(&self, account: &'g str, permission_set: &'g str) -> Vec<Entrance<'g>> {
        let entrance = |role| Entrance {
            account,
            permission_set,
            role,
        };
        let roles = self.targets(permission_set, EdgeKind::ProvisionedAs);
        let here = roles
            .filter_map(|role| self.entity(role))
            .filter(|role| role.account.as_deref() == Some(account));
        let found: Vec<Entrance<'g>> = here.map(|role| entrance(Some(role))).collect();
        if found.is_empty() { vec![entrance(None)] } else { found }
    }

    /// Whether the capture may lack ways of a user or group into accounts.
    pub(crate) fn may_have_more_entrances(&self, member: &Entity) -> bool {
        !says(member, "assignments_collected") || !says(member, "memberships_collected")
    }

    /// Who a user or group is in an account: a session of the role, named after the user where its name is known.
    ///
    /// Where the capture lacks the role, it is a role that may hold anything. Its path and the end of its name are not known either, so it is a
    /// session, of which the engine does not take the role's ARN for known.
    pub(crate) fn subject_through(&self, entrance: &Entrance<'g>, member: &Entity) -> Option<Subject<'_>> {
        let session = session_name(member);
        match (entrance.role, session) {
            (Some(role), None) => self.subject_of(role),
            (Some(role), Some(session)) => {
                let principal = self.session(entrance.account, &role.name, session)?;
                let known = self.subject_of(role)?;
                Some(Subject { principal, ..known })
            }
            (None, session) => {
                let set = self.entity(entrance.permission_set);
                let name = set.and_then(|set| set.attributes.get("permission_set_name")?.as_str());
                let role = format!("AWSReservedSSO_{}_{UNKNOWN_SUFFIX}", name.unwrap_or(UNKNOWN_NAME));
                let id = member.native_id.rsplit('/').next().unwrap_or_default();
                Some(Subject {
                    principal: self.session(entrance.account, &role, session.unwrap_or(id))?,
                    entity: None,
                    holdings: Cow::Owned(holdings::unknown(entrance.permission_set)),
                })
            }
        }
    }

    fn session(&self, account: &str, role: &str, session: &str) -> Option<Principal> {
        let partition = self.partition();
        Principal::parse(
            &format!("arn:{partition}:sts::{account}:assumed-role/{role}/{session}"),
            None,
        )
        .ok()
    }
}

/// The name of a user's sessions; none where the user name is not known or could not name a session.
///
/// Source: AWS STS API Reference, "AssumeRoleWithSAML" and "AssumeRole", `RoleSessionName`.
fn session_name(member: &Entity) -> Option<&str> {
    let name = member.attributes.get("user_name").and_then(Value::as_str)?;
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_=,.@+-".contains(&byte);
    let fits = (2..=64).contains(&name.len()) && name.bytes().all(is_allowed);
    (member.kind == EntityKind::IdentityCenterUser && fits).then_some(name)
}

fn says(entity: &Entity, attribute: &str) -> bool {
    entity.attributes.get(attribute) == Some(&Value::Bool(true))
}
