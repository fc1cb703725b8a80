//! Who asks: a principal with all that the estate knows of it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use sv0_iam::{Principal, PrincipalKind, PrincipalType};
use sv0_model::arn::Arn;
use sv0_model::graph::{Entity, EntityKind, Graph, OrganizationNodeKind, urn};

use super::Estate;
use super::holdings::{self, Holdings};
use crate::names;
use crate::query::{Asked, QueryError};

/// A principal with its identity side.
#[derive(Debug, Clone)]
pub(crate) struct Subject<'e> {
    pub principal: Principal,
    /// The user or role, where it is one, also for its sessions.
    pub entity: Option<&'e Entity>,
    pub holdings: Cow<'e, Holdings>,
}

impl Subject<'_> {
    pub(crate) fn account(&self) -> Option<&str> {
        self.principal.account()
    }

    pub(crate) fn is_service(&self) -> bool {
        matches!(self.principal.kind(), PrincipalKind::Service)
    }

    pub(crate) fn is_root(&self) -> bool {
        matches!(self.principal.kind(), PrincipalKind::Root)
    }

    /// Whether service control policies bind it: users, roles and roots of member accounts, but no service-linked role.
    pub(crate) fn is_bound_by_scps(&self) -> bool {
        let is_service_linked = self
            .entity
            .is_some_and(|entity| entity.kind == EntityKind::ServiceLinkedRole);
        !is_service_linked
            && !self.principal.is_service_linked_role()
            && (self.principal.has_identity_policies() || self.is_root())
    }
}

/// Users and roles by account and friendly name, which is unique in its account whatever the path.
pub(crate) struct RoleNames<'g> {
    roles: BTreeMap<(&'g str, &'g str), &'g Entity>,
    accounts: BTreeSet<&'g str>,
}

impl<'g> RoleNames<'g> {
    pub(crate) fn new(graph: &'g Graph) -> Self {
        let roles = graph
            .entities
            .values()
            .filter(|entity| matches!(entity.kind, EntityKind::IamRole | EntityKind::ServiceLinkedRole))
            .filter_map(|entity| {
                let arn = Arn::parse(&entity.native_id)?;
                Some(((arn.account_id()?, arn.name()), entity))
            })
            .collect();
        let of_entities = graph.entities.values().filter_map(|entity| entity.account.as_deref());
        let of_nodes = graph.organization.nodes.values();
        let of_nodes = of_nodes
            .filter(|node| node.kind == OrganizationNodeKind::Account)
            .map(|node| node.id.as_str());
        Self {
            roles,
            accounts: of_entities
                .chain(of_nodes)
                .chain(graph.elsewhere.accounts.iter().map(String::as_str))
                .collect(),
        }
    }

    fn role(&self, account: &str, name: &str) -> Option<&'g Entity> {
        self.roles.get(&(account, name)).copied()
    }

    fn knows_account(&self, account: &str) -> bool {
        self.accounts.contains(account)
    }
}

/// Accounts of which something besides their name was read.
pub(crate) fn scanned_accounts(graph: &Graph) -> BTreeSet<&str> {
    graph
        .entities
        .values()
        .filter(|entity| {
            entity.resolution == sv0_model::graph::Resolution::Collected && !is_organization_node(entity.kind)
        })
        .filter_map(|entity| entity.account.as_deref())
        .chain(graph.elsewhere.scanned_accounts.iter().map(String::as_str))
        .collect()
}

fn is_organization_node(kind: EntityKind) -> bool {
    matches!(
        kind,
        EntityKind::Account | EntityKind::OrganizationalUnit | EntityKind::OrganizationRoot
    )
}

impl<'g> Estate<'g> {
    /// The principal under a name that a person or a policy gives it.
    pub(crate) fn subject(&self, text: &str) -> Result<Subject<'_>, QueryError> {
        self.known_subject(principal_text(text))
            .ok_or_else(|| QueryError::NotFound {
                what: Asked::Principal,
                text: text.to_owned(),
                suggestions: names::suggestions(self.graph, text, |entity| entity.kind.is_iam_principal()),
            })
    }

    fn known_subject(&self, text: &str) -> Option<Subject<'_>> {
        let principal = Principal::parse(text, None).ok()?;
        let account = principal.account().unwrap_or_default().to_owned();
        let entity = match principal.kind() {
            PrincipalKind::User { .. } => Some(self.entity(text)?),
            PrincipalKind::Role { name, .. } => {
                Some(self.entity(text).or_else(|| self.role_names.role(&account, name))?)
            }
            PrincipalKind::AssumedRole { role, .. } => Some(self.role_names.role(&account, role)?),
            PrincipalKind::Root | PrincipalKind::FederatedUser { .. } => {
                self.role_names.knows_account(&account).then_some(())?;
                None
            }
            PrincipalKind::OidcProvider | PrincipalKind::SamlProvider => {
                self.entity(text)?;
                None
            }
            PrincipalKind::CanonicalUser => {
                self.entity(&urn::external_principal(text))?;
                None
            }
            PrincipalKind::Service | PrincipalKind::WebIdentity | PrincipalKind::Anonymous => None,
        };
        Some(self.with_holdings(principal, entity))
    }

    /// A principal that a policy names, whether or not the estate knows it.
    pub(crate) fn named_subject(&self, text: &str) -> Option<Subject<'_>> {
        let text = principal_text(text);
        self.known_subject(text)
            .or_else(|| Some(self.with_holdings(Principal::parse(text, None).ok()?, None)))
    }

    /// A provider of identities as the principal that it vouches for. Without being told, the host of Cognito would be taken for that of a service.
    pub(crate) fn federated_subject(&self, provider: &str) -> Option<Subject<'_>> {
        let principal = Principal::parse(principal_text(provider), Some(PrincipalType::Federated)).ok()?;
        Some(Subject {
            principal,
            ..self.named_subject(provider)?
        })
    }

    /// Whether something besides its name was read of an account.
    pub(crate) fn is_scanned(&self, account: &str) -> bool {
        self.scanned.contains(account)
    }

    /// The subject of a user or role of the graph.
    pub(crate) fn subject_of(&self, entity: &'g Entity) -> Option<Subject<'_>> {
        let principal = Principal::parse(&entity.native_id, None).ok()?;
        Some(self.with_holdings(principal, Some(entity)))
    }

    pub(super) fn with_holdings<'e>(&'e self, principal: Principal, entity: Option<&'e Entity>) -> Subject<'e> {
        let known = entity.and_then(|entity| self.holdings.get(entity.native_id.as_str()));
        let holdings = match known {
            Some(holdings) => Cow::Borrowed(&**holdings),
            None if principal.has_identity_policies() => Cow::Owned(holdings::unknown(principal.text())),
            None => Cow::Owned(Holdings::default()),
        };
        Subject {
            principal,
            entity,
            holdings,
        }
    }
}

/// The text under which the engine knows a principal that the graph keeps under a URN or an account's root under its id.
pub(crate) fn principal_text(text: &str) -> &str {
    match text {
        urn::ANONYMOUS | "*" => "anonymous",
        _ => text
            .strip_prefix("urn:sv0:aws-service:")
            .or_else(|| text.strip_prefix("urn:sv0:principal:"))
            .unwrap_or(text),
    }
}
