//! What the routes of every principal are looked up in.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use sv0_iam::{Context, Element, Principal, PrincipalPattern, PrincipalType, UnknownContext};
use sv0_model::arn::Arn;
use sv0_model::decision::{Decision, Effect};
use sv0_model::graph::{EdgeKind, Entity, EntityKind, ResourcePolicy};

use super::routes::{ASSUME_ROLE, Target, all};
use super::things::Things;
use crate::access::Candidates;
use crate::access::assumable_roles;
use crate::estate::{Estate, Holdings, Place, Request, Subject};
use crate::step::Step;

/// Leads an identity that a provider vouches for to a role.
const ASSUME_WITH_WEB_IDENTITY: &str = "sts:AssumeRoleWithWebIdentity";

/// Trust policies name this one not as a service but as a provider of identities (Amazon Cognito Developer Guide, "Role trust and permissions").
const IDENTITY_POOLS: &str = "cognito-identity.amazonaws.com";

/// Roles, users, groups, Regions and things of an estate, indexed once.
pub(super) struct Ground<'e> {
    pub(super) estate: &'e Estate<'e>,
    pub(super) roles: Candidates<'e>,
    pub(super) things: Things<'e>,
    accounts: BTreeMap<&'e str, Account<'e>>,
    /// Customer managed policies of each account.
    managed: BTreeMap<&'e str, Vec<&'e str>>,
    /// Roles of each account by a service that they trust.
    passable: BTreeMap<(&'e str, &'static str), Vec<Passable<'e>>>,
    /// Permission sets by the role that AWS made of them.
    permission_sets: BTreeMap<&'e str, Vec<&'e Entity>>,
}

/// A role that a service can be given, and what the role's trust policy says to that.
pub(super) struct Passable<'e> {
    pub(super) role: &'e Entity,
    pub(super) trust: Step,
}

#[derive(Default)]
struct Account<'e> {
    users: Vec<&'e Entity>,
    groups: Vec<&'e Entity>,
    regions: BTreeSet<&'e str>,
    has_workforce: bool,
}

impl<'e> Ground<'e> {
    pub(super) fn new(estate: &'e Estate<'e>) -> Self {
        Self {
            estate,
            roles: assumable_roles(estate),
            things: Things::new(estate),
            accounts: accounts(estate),
            managed: managed(estate),
            passable: passable(estate),
            permission_sets: permission_sets(estate),
        }
    }

    pub(super) fn users_of(&self, account: Option<&str>) -> &[&'e Entity] {
        self.account(account).map_or(&[], |account| account.users.as_slice())
    }

    pub(super) fn groups_of(&self, account: Option<&str>) -> &[&'e Entity] {
        self.account(account).map_or(&[], |account| account.groups.as_slice())
    }

    /// Customer managed policies of an account.
    pub(super) fn managed_by(&self, account: Option<&str>) -> &[&'e str] {
        account
            .and_then(|account| self.managed.get(account))
            .map_or(&[], Vec::as_slice)
    }

    /// Regions in which something of an account is known.
    pub(super) fn regions_of(&self, account: Option<&str>) -> impl Iterator<Item = &'e str> {
        self.account(account)
            .into_iter()
            .flat_map(|account| account.regions.iter().copied())
    }

    /// Whether IAM Identity Center is managed from an account: the management account, a delegated administrator, or the owner of its instance.
    pub(super) fn manages_workforce(&self, account: Option<&str>) -> bool {
        let is_management =
            account.is_some() && account == self.estate.graph().organization.management_account.as_deref();
        is_management || self.account(account).is_some_and(|account| account.has_workforce)
    }

    /// Roles of an account that trust a service.
    pub(super) fn passable_to(&self, account: Option<&'e str>, service: &'static str) -> &[Passable<'e>] {
        account
            .and_then(|account| self.passable.get(&(account, service)))
            .map_or(&[], Vec::as_slice)
    }

    /// Permission sets that a role was made of.
    pub(super) fn permission_sets_of(&self, role: &str) -> &[&'e Entity] {
        self.permission_sets.get(role).map_or(&[], Vec::as_slice)
    }

    fn account(&self, account: Option<&str>) -> Option<&Account<'e>> {
        self.accounts.get(account?)
    }
}

fn managed<'e>(estate: &'e Estate<'e>) -> BTreeMap<&'e str, Vec<&'e str>> {
    let mut managed: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for policy in estate.graph().policies.keys() {
        let arn = Arn::parse(policy).filter(|arn| arn.service == "iam" && arn.resource.starts_with("policy/"));
        if let Some(account) = arn.and_then(|arn| arn.account_id()) {
            managed.entry(account).or_default().push(policy);
        }
    }
    managed
}

fn accounts<'e>(estate: &'e Estate<'e>) -> BTreeMap<&'e str, Account<'e>> {
    let mut accounts: BTreeMap<&str, Account<'e>> = BTreeMap::new();
    for entity in estate.graph().entities.values() {
        if entity.kind == EntityKind::IdentityCenterInstance {
            let owner = entity
                .attributes
                .get("owner_account")
                .and_then(serde_json::Value::as_str);
            if let Some(owner) = owner {
                accounts.entry(owner).or_default().has_workforce = true;
            }
        }
        let Some(account) = entity.account.as_deref() else {
            continue;
        };
        let account = accounts.entry(account).or_default();
        account.regions.extend(entity.region.as_deref());
        match entity.kind {
            EntityKind::IamUser => account.users.push(entity),
            EntityKind::IamGroup => account.groups.push(entity),
            EntityKind::Account => {
                let delegated = entity.attributes.get("delegated_administrator_for");
                let services = delegated.and_then(serde_json::Value::as_array).into_iter().flatten();
                account.has_workforce |= services.into_iter().any(|service| service == "sso.amazonaws.com");
            }
            _ => {}
        }
    }
    accounts
}

fn permission_sets<'e>(estate: &'e Estate<'e>) -> BTreeMap<&'e str, Vec<&'e Entity>> {
    let mut sets: BTreeMap<&str, Vec<&Entity>> = BTreeMap::new();
    let entities = estate.graph().entities.values();
    for set in entities.filter(|entity| entity.kind == EntityKind::PermissionSet) {
        for role in estate.targets(&set.native_id, EdgeKind::ProvisionedAs) {
            sets.entry(role).or_default().push(set);
        }
    }
    sets
}

/// Each role is asked only about the services that its trust policy names, or about all where nobody read it.
fn passable<'e>(estate: &'e Estate<'e>) -> BTreeMap<(&'e str, &'static str), Vec<Passable<'e>>> {
    let services = services();
    let entities = estate.graph().entities.values();
    let roles: Vec<&'e Entity> = entities.filter(|entity| entity.kind == EntityKind::IamRole).collect();
    let trusting: Vec<Vec<(&'static str, Passable<'e>)>> = roles
        .par_iter()
        .map(|role| {
            let named = services.iter().filter(|service| may_trust(estate, role, service));
            named
                .filter_map(|service| {
                    let trust = trust(estate, role, service)?;
                    Some((*service, Passable { role, trust }))
                })
                .collect()
        })
        .collect();
    let mut passable: BTreeMap<(&str, &'static str), Vec<Passable<'e>>> = BTreeMap::new();
    for (service, role) in trusting.into_iter().flatten() {
        if let Some(account) = role.role.account.as_deref() {
            passable.entry((account, service)).or_default().push(role);
        }
    }
    passable
}

/// The services that roles are passed to.
fn services() -> BTreeSet<&'static str> {
    let targets = all().map(|route| route.target);
    let services = targets.filter_map(|target| match target {
        Target::Passed(services) => Some(services),
        _ => None,
    });
    services.flatten().copied().collect()
}

fn may_trust(estate: &Estate<'_>, role: &Entity, service: &str) -> bool {
    let policy = match &role.resource_policy {
        ResourcePolicy::Set { policy } => policy,
        ResourcePolicy::NotCollected => return true,
        ResourcePolicy::NotSet | ResourcePolicy::NotSupported => return false,
    };
    let Some(policy) = estate.library().policy(policy) else {
        return true;
    };
    let mut allows = policy
        .statements()
        .iter()
        .filter(|statement| statement.effect() != Some(Effect::Deny));
    allows.any(|statement| match statement.principals() {
        Element::Only(entries) => {
            let mut named = entries.items.iter();
            entries.incomplete
                || named.any(|pattern| match pattern {
                    PrincipalPattern::Service(name) | PrincipalPattern::Federated(name) => {
                        name.eq_ignore_ascii_case(service)
                    }
                    PrincipalPattern::Everyone | PrincipalPattern::Unknown { .. } => true,
                    _ => false,
                })
        }
        _ => true,
    })
}

/// What a role says to a service that assumes it; none where it does not trust it.
fn trust(estate: &Estate<'_>, role: &Entity, service: &str) -> Option<Step> {
    let is_provider = service == IDENTITY_POOLS;
    let principal_type = if is_provider {
        PrincipalType::Federated
    } else {
        PrincipalType::Service
    };
    let subject = Subject {
        principal: Principal::parse(service, Some(principal_type)).ok()?,
        entity: None,
        holdings: Cow::Owned(Holdings::default()),
    };
    // The service is asked from within the account, by whoever passes it the role.
    let mut context = Context::new();
    context.insert("aws:SourceAccount", role.account.iter().cloned().collect());
    let request = Request {
        subject: &subject,
        action: if is_provider {
            ASSUME_WITH_WEB_IDENTITY
        } else {
            ASSUME_ROLE
        },
        place: &Place::of(role),
        context: &context,
        unknown_context: UnknownContext::Any,
    };
    let evaluation = estate.judge(&request).ok()?;
    matches!(evaluation.decision, Decision::Allow | Decision::Conditional).then(|| Step::from(evaluation))
}
