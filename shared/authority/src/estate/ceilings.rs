//! Service and resource control policies: what binds each account, level by level.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::json;
use sv0_iam::catalogue::supports_resource_control_policies;
use sv0_iam::{NamedPolicy, Policy, PolicyLevel, UncollectedPolicy, parse_policy};
use sv0_model::decision::{Caveat, Layer};
use sv0_model::graph::{Graph, Organization, OrganizationNode, OrganizationNodeKind};

use super::library::Library;

/// The ceilings of every account of the organization. An account that is not here has none.
pub(crate) struct Ceilings<'g> {
    accounts: BTreeMap<&'g str, AccountCeilings>,
    none: AccountCeilings,
}

/// The ceilings of one account.
#[derive(Debug, Default)]
pub(crate) struct AccountCeilings {
    pub scps: Vec<PolicyLevel>,
    pub rcps: Vec<PolicyLevel>,
    uncollected_scps: Vec<UncollectedPolicy>,
    uncollected_rcps: Vec<UncollectedPolicy>,
}

impl AccountCeilings {
    pub(crate) fn uncollected_scps(&self) -> &[UncollectedPolicy] {
        &self.uncollected_scps
    }

    /// Resource control policies that are missing for an action; services that do not know them are not bound.
    pub(crate) fn uncollected_rcps(&self, action: &str) -> &[UncollectedPolicy] {
        let service = action.split(':').next().unwrap_or_default();
        if supports_resource_control_policies(service) {
            &self.uncollected_rcps
        } else {
            &[]
        }
    }
}

impl<'g> Ceilings<'g> {
    pub(crate) fn new(graph: &'g Graph, library: &Library<'g>) -> Self {
        let organization = &graph.organization;
        let accounts = match organization.id {
            Some(_) => member_accounts(graph)
                .into_iter()
                .map(|account| (account, of_account(account, organization, library)))
                .collect(),
            None => BTreeMap::new(),
        };
        Self {
            accounts,
            none: AccountCeilings::default(),
        }
    }

    pub(crate) fn of(&self, account: Option<&str>) -> &AccountCeilings {
        account
            .and_then(|account| self.accounts.get(account))
            .unwrap_or(&self.none)
    }
}

/// Accounts that ceilings may bind. Without a list of accounts every scanned one counts as a member.
fn member_accounts(graph: &Graph) -> BTreeSet<&str> {
    let listed: BTreeSet<&str> = graph
        .organization
        .nodes
        .values()
        .filter(|node| node.kind == OrganizationNodeKind::Account)
        .map(|node| node.id.as_str())
        .collect();
    let members = if listed.is_empty() {
        super::subject::scanned_accounts(graph)
    } else {
        listed
    };
    let management = graph.organization.management_account.as_deref();
    members
        .into_iter()
        .filter(|account| Some(*account) != management)
        .collect()
}

fn of_account(account: &str, organization: &Organization, library: &Library<'_>) -> AccountCeilings {
    let mut ceilings = AccountCeilings::default();
    let levels = organization
        .levels_of(account)
        .filter(|_| organization.policies_collected);
    let scps = Kind::service_control(organization);
    let rcps = Kind::resource_control(organization);
    (ceilings.scps, ceilings.uncollected_scps) = scps.levels(account, levels.as_deref(), library);
    (ceilings.rcps, ceilings.uncollected_rcps) = rcps.levels(account, levels.as_deref(), library);
    ceilings
}

/// One of the two kinds of ceilings.
struct Kind {
    name: &'static str,
    layer: Layer,
    caveat: Caveat,
    enabled: Option<bool>,
    /// Whether a level without any such policy cannot exist, so that its emptiness means it was not collected.
    never_empty: bool,
    attached: fn(&OrganizationNode) -> &BTreeSet<String>,
}

impl Kind {
    /// AWS keeps at least one SCP attached to every root, OU and account (Organizations User Guide, "Detaching SCPs").
    fn service_control(organization: &Organization) -> Self {
        Self {
            name: "service-control-policies",
            layer: Layer::Scp,
            caveat: Caveat::ScpsNotCollected,
            enabled: organization.service_control_policies_enabled,
            never_empty: true,
            attached: |node| &node.service_control_policies,
        }
    }

    fn resource_control(organization: &Organization) -> Self {
        Self {
            name: "resource-control-policies",
            layer: Layer::Rcp,
            caveat: Caveat::RcpsNotCollected,
            enabled: organization.resource_control_policies_enabled,
            never_empty: false,
            attached: |node| &node.resource_control_policies,
        }
    }

    fn levels(
        &self,
        account: &str,
        nodes: Option<&[&OrganizationNode]>,
        library: &Library<'_>,
    ) -> (Vec<PolicyLevel>, Vec<UncollectedPolicy>) {
        if self.enabled == Some(false) {
            return (Vec::new(), Vec::new());
        }
        let Some(nodes) = nodes else {
            return (Vec::new(), vec![self.missing(&self.unread(account))]);
        };
        let mut uncollected = Vec::new();
        let levels = nodes
            .iter()
            .map(|node| self.level(node, library, &mut uncollected))
            .collect();
        (levels, uncollected)
    }

    /// A level. What is missing of it stands as an allow of everything whose effect hangs on the text that was not collected.
    fn level(
        &self,
        node: &OrganizationNode,
        library: &Library<'_>,
        uncollected: &mut Vec<UncollectedPolicy>,
    ) -> PolicyLevel {
        let attached = (self.attached)(node);
        let mut level = PolicyLevel::default();
        let mut missing: Vec<String> = Vec::new();
        for policy in attached {
            match library.named(policy) {
                Some(named) => level.policies.push(named),
                None => missing.push(policy.clone()),
            }
        }
        if attached.is_empty() && self.never_empty {
            missing.push(self.unread(&node.id));
        }
        if !missing.is_empty() {
            level.policies.push(allow_everything(&node.id));
        }
        uncollected.extend(missing.into_iter().map(|name| self.missing(&name)));
        level
    }

    /// Stands for the policies of a node of which not even the names were collected.
    fn unread(&self, node: &str) -> String {
        format!("urn:sv0:{}:{node}", self.name)
    }

    fn missing(&self, name: &str) -> UncollectedPolicy {
        UncollectedPolicy {
            layer: self.layer,
            name: name.to_owned(),
            caveat: self.caveat,
        }
    }
}

fn allow_everything(name: &str) -> NamedPolicy {
    let text = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]});
    let policy: Arc<Policy> = Arc::new(parse_policy(&text).policy);
    NamedPolicy {
        name: name.to_owned(),
        policy,
    }
}
