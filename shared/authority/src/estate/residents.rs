//! Users, roles and account roots of an estate, named once for all questions about everybody.

use std::collections::BTreeSet;
use std::sync::Arc;

use sv0_iam::Principal;
use sv0_model::graph::OrganizationNodeKind;

use super::Estate;
use super::holdings::Holdings;
use super::subject::Subject;

/// Everybody who is asked about whatever the question is.
#[derive(Debug)]
pub(crate) struct Residents {
    all: Vec<Resident>,
    names: BTreeSet<String>,
}

/// A user, a role or the root of an account.
#[derive(Debug)]
pub(crate) struct Resident {
    pub principal: Principal,
    /// Of a user or role what it holds, as far as the graph has it.
    pub holdings: Option<Arc<Holdings>>,
}

impl Residents {
    /// Users and roles sorted by ARN, then roots sorted by account.
    pub(crate) fn all(&self) -> &[Resident] {
        &self.all
    }

    /// Whether one of them goes by this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.names.contains(name)
    }
}

impl<'g> Estate<'g> {
    /// Users and roles of the estate and the roots of its accounts.
    pub(crate) fn residents(&self) -> &Residents {
        self.residents.get_or_init(|| {
            let entities = self.graph.entities.values();
            let principals = entities
                .filter(|entity| entity.kind.is_iam_principal())
                .filter_map(|entity| {
                    Some(Resident {
                        principal: Principal::parse(&entity.native_id, None).ok()?,
                        holdings: self.holdings.get(entity.native_id.as_str()).cloned(),
                    })
                });
            let roots = self.known_accounts().into_iter().map(|account| self.root_of(account));
            let roots = roots.filter_map(|root| {
                Some(Resident {
                    principal: self.named_subject(&root)?.principal,
                    holdings: None,
                })
            });
            let all: Vec<Resident> = principals.chain(roots).collect();
            Residents {
                names: all
                    .iter()
                    .map(|resident| resident.principal.text().to_owned())
                    .collect(),
                all,
            }
        })
    }

    /// One of them as who asks.
    pub(crate) fn subject_of_resident<'e>(&'e self, resident: &Resident) -> Subject<'e> {
        let entity = self.entity(resident.principal.text());
        let entity = entity.filter(|entity| entity.kind.is_iam_principal());
        self.with_holdings(resident.principal.clone(), entity)
    }

    /// Accounts of the organization, and those of which something was read.
    pub(crate) fn known_accounts(&self) -> BTreeSet<&'g str> {
        let nodes = self.graph.organization.nodes.values();
        let members = nodes
            .filter(|node| node.kind == OrganizationNodeKind::Account)
            .map(|node| node.id.as_str());
        members.chain(self.scanned.iter().copied()).collect()
    }

    /// The ARN of an account's root.
    pub(crate) fn root_of(&self, account: &str) -> String {
        format!("arn:{}:iam::{account}:root", self.partition())
    }
}
