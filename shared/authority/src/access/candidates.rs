//! Which resources a principal could reach at all: the pairs that are worth evaluating.
//!
//! Nothing is left out that a policy opens. What is left out is only what no collected statement grants.

use std::collections::{BTreeMap, BTreeSet};

use sv0_iam::{Element, Policy, PrincipalPattern, Statement, Template};
use sv0_model::arn::Arn;
use sv0_model::decision::Effect;
use sv0_model::graph::{Entity, EntityKind, ResourcePolicy};

use super::classes::rows_of;
use crate::estate::{Estate, Place, Subject};

/// The action that leads from a principal to a role.
pub(crate) const ASSUME_ROLE: &str = "sts:AssumeRole";

/// Roles as resources of `sts:AssumeRole`. Only AWS itself assumes a service-linked role.
pub(crate) fn assumable_roles<'e>(estate: &'e Estate<'_>) -> Candidates<'e> {
    Candidates::new(estate, |entity| entity.kind == EntityKind::IamRole)
}

/// Resources by what opens them.
#[derive(Default)]
pub(crate) struct Candidates<'e> {
    /// Resources of each account.
    of_account: BTreeMap<&'e str, Vec<&'e Entity>>,
    /// Resources whose own policy names a principal: its ARN, its account, or everyone.
    opened_to: BTreeMap<Opening<'e>, Vec<&'e Entity>>,
    /// Whom the policy of each resource names.
    openings: BTreeMap<&'e str, BTreeSet<Opening<'e>>>,
    /// The access points of buckets.
    doors: BTreeMap<&'e str, &'e [&'e Entity]>,
    /// Resources whose policy was not collected, by native id.
    closed_books: BTreeMap<&'e str, &'e Entity>,
}

/// Whom a statement of a resource's policy names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Opening<'p> {
    Everyone,
    Account(&'p str),
    Principal(&'p str),
}

impl<'e> Candidates<'e> {
    /// Candidates among the wanted entities.
    pub(crate) fn new(estate: &'e Estate<'_>, is_wanted: impl Fn(&Entity) -> bool) -> Self {
        let mut candidates = Self::default();
        for entity in estate.graph().entities.values().filter(|entity| is_wanted(entity)) {
            candidates.add(estate, entity);
        }
        candidates
    }

    /// Candidates among the resources that paths end on.
    pub(crate) fn of_resources(estate: &'e Estate<'_>) -> Self {
        Self::new(estate, |entity| !rows_of(entity).is_empty())
    }

    /// One entity as the only candidate.
    pub(crate) fn of_one(estate: &'e Estate<'_>, entity: &'e Entity) -> Self {
        let mut candidates = Self::default();
        candidates.add(estate, entity);
        candidates
    }

    fn add(&mut self, estate: &'e Estate<'_>, entity: &'e Entity) {
        if let Some(account) = entity.account.as_deref() {
            self.of_account.entry(account).or_default().push(entity);
        }
        let openings: BTreeSet<Opening<'_>> = estate.opening_policies(entity).flat_map(openings).collect();
        for opening in &openings {
            self.opened_to.entry(*opening).or_default().push(entity);
        }
        let is_read = match &entity.resource_policy {
            ResourcePolicy::NotSet | ResourcePolicy::NotSupported => true,
            ResourcePolicy::Set { policy } => estate.library().policy(policy).is_some(),
            ResourcePolicy::NotCollected => false,
        };
        if !is_read {
            self.closed_books.insert(&entity.native_id, entity);
        }
        self.openings.insert(&entity.native_id, openings);
        self.doors.insert(&entity.native_id, estate.access_points_of(entity));
    }

    /// The access points through which a resource can be reached besides by its own ARN.
    pub(crate) fn doors_of(&self, place: &Place<'_>) -> &[&'e Entity] {
        let doors = place
            .entity
            .and_then(|entity| self.doors.get(entity.native_id.as_str()));
        doors.copied().unwrap_or_default()
    }

    /// The candidates of a principal for any of `actions`, sorted by native id.
    pub(crate) fn of(&self, subject: &Subject<'_>, actions: &[&str]) -> Vec<&'e Entity> {
        let mut found: BTreeMap<&str, &'e Entity> = BTreeMap::new();
        let mut add =
            |entities: &[&'e Entity]| found.extend(entities.iter().map(|entity| (entity.native_id.as_str(), *entity)));
        if let Some(account) = subject.account() {
            add(self.of_account.get(account).map_or(&[], Vec::as_slice));
        }
        for opening in openings_for(subject) {
            add(self.opened_to.get(&opening).map_or(&[], Vec::as_slice));
        }
        for prefix in named_prefixes(subject, actions) {
            let from_prefix = self
                .closed_books
                .range(prefix..)
                .take_while(|(id, _)| id.starts_with(prefix));
            let named: Vec<&Entity> = from_prefix.map(|(_, entity)| *entity).collect();
            add(&named);
        }
        found.into_values().collect()
    }

    /// Whether a resource is among the candidates of a principal for an action: what [`Candidates::of`] says, for one resource.
    pub(crate) fn include(&self, subject: &Subject<'_>, action: &str, entity: &Entity) -> bool {
        let is_own = subject.account().is_some() && subject.account() == entity.account.as_deref();
        let is_open = || {
            let openings = self.openings.get(entity.native_id.as_str());
            openings.is_some_and(|openings| openings_for(subject).iter().any(|opening| openings.contains(opening)))
        };
        let is_named = || {
            self.closed_books.contains_key(entity.native_id.as_str())
                && named_prefixes(subject, &[action])
                    .iter()
                    .any(|prefix| entity.native_id.starts_with(prefix))
        };
        is_own || is_open() || is_named()
    }

    /// Whether a resource's own policy names anybody.
    pub(crate) fn is_opened(&self, place: &Place<'_>) -> bool {
        let openings = place
            .entity
            .and_then(|entity| self.openings.get(entity.native_id.as_str()));
        openings.is_some_and(|openings| !openings.is_empty())
    }

    /// The openings of a resource's own policy through which a principal may come.
    pub(crate) fn openings_towards<'s>(&self, place: &Place<'_>, subject: &'s Subject<'_>) -> Vec<Opening<'s>> {
        let openings = place
            .entity
            .and_then(|entity| self.openings.get(entity.native_id.as_str()));
        let mut towards = openings_for(subject);
        towards.retain(|opening| openings.is_some_and(|openings| openings.contains(opening)));
        towards
    }
}

/// The openings through which a principal may come.
fn openings_for<'s>(subject: &'s Subject<'_>) -> Vec<Opening<'s>> {
    let mut openings = vec![Opening::Everyone, Opening::Principal(subject.principal.text())];
    openings.extend(
        subject
            .entity
            .map(|entity| Opening::Principal(entity.native_id.as_str())),
    );
    openings.extend(subject.account().map(Opening::Account));
    openings
}

/// Whom the Allow statements of a policy name. What is not understood may name anyone.
pub(crate) fn openings(policy: &Policy) -> BTreeSet<Opening<'_>> {
    let allows = policy
        .statements()
        .iter()
        .filter(|statement| statement.effect() != Some(Effect::Deny));
    allows.flat_map(openings_of_statement).collect()
}

fn openings_of_statement(statement: &Statement) -> Vec<Opening<'_>> {
    let Element::Only(entries) = statement.principals() else {
        return vec![Opening::Everyone];
    };
    let mut openings: Vec<Opening<'_>> = entries.items.iter().filter_map(opening_of).collect();
    if entries.incomplete {
        openings.push(Opening::Everyone);
    }
    openings
}

fn opening_of(pattern: &PrincipalPattern) -> Option<Opening<'_>> {
    match pattern {
        PrincipalPattern::Everyone | PrincipalPattern::Unknown { .. } => Some(Opening::Everyone),
        PrincipalPattern::Account(account) => Some(Opening::Account(account_id(account))),
        PrincipalPattern::User(name)
        | PrincipalPattern::Role(name)
        | PrincipalPattern::Service(name)
        | PrincipalPattern::Federated(name)
        | PrincipalPattern::CanonicalUser(name) => Some(Opening::Principal(name)),
        // A session is a session of some role or user of its account.
        PrincipalPattern::RoleSession(arn) | PrincipalPattern::FederatedUser(arn) => {
            Arn::parse(arn).map(|arn| Opening::Account(arn.account))
        }
        PrincipalPattern::UniqueId(_) => None,
    }
}

/// Sessions and federated users that the Allow statements of a policy name by their own ARNs.
pub(crate) fn named_sessions(policy: &Policy) -> BTreeSet<&str> {
    let allows = policy
        .statements()
        .iter()
        .filter(|statement| statement.effect() != Some(Effect::Deny));
    allows
        .filter_map(|statement| match statement.principals() {
            Element::Only(entries) => Some(&entries.items),
            _ => None,
        })
        .flatten()
        .filter_map(|pattern| match pattern {
            PrincipalPattern::RoleSession(arn) | PrincipalPattern::FederatedUser(arn) => Some(arn.as_str()),
            _ => None,
        })
        .collect()
}

fn account_id(text: &str) -> &str {
    Arn::parse(text).map_or(text, |arn| arn.account)
}

/// The beginnings of the resource patterns that name particular resources: past the account in an ARN that has one, past the start of the name in S3's.
///
/// A resource in another account whose policy was not collected may be open to anyone. It is worth a question where the principal's own policy means it, not where it says `*`.
fn named_prefixes<'s>(subject: &'s Subject<'_>, actions: &[&str]) -> BTreeSet<&'s str> {
    allowed_resources(subject, actions)
        .filter_map(|pattern| named_prefix(pattern.text()))
        .collect()
}

/// The resource patterns of the principal's Allow statements for any of the actions.
pub(crate) fn allowed_resources<'s, 'a>(
    subject: &'s Subject<'_>,
    actions: &'a [&'a str],
) -> impl Iterator<Item = &'s Template> + use<'s, 'a> {
    let policies = subject.holdings.identity.iter();
    policies
        .flat_map(|policy| policy.policy.statements())
        .filter(|statement| statement.effect() == Some(Effect::Allow))
        .filter(|statement| actions.iter().any(|action| statement.may_concern(action)))
        .filter_map(|statement| match statement.resources() {
            Element::Only(entries) => Some(&entries.items),
            _ => None,
        })
        .flatten()
}

fn named_prefix(pattern: &str) -> Option<&str> {
    let prefix = pattern.split(['*', '?', '$']).next()?;
    let arn = Arn::parse(prefix)?;
    if arn.service == "s3" {
        // An object's pattern names its bucket.
        return prefix.split('/').next().filter(|_| !arn.resource.is_empty());
    }
    arn.account_id().map(|_| prefix)
}
