//! Which resources a principal could reach at all: the pairs that are worth evaluating.
//!
//! Nothing is left out that a policy opens. What is left out is only what no collected statement grants.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use sv0_iam::{ClassifiedSet, Element, OneAction, Policy, PrincipalPattern, Statement, Template};
use sv0_model::arn::Arn;
use sv0_model::decision::Effect;
use sv0_model::graph::{Entity, EntityKind};

use super::alike::{self, Questions};
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
    /// Each once, sorted by native id.
    all: Vec<Candidate<'e>>,
    places: BTreeMap<&'e str, usize>,
    /// Resources of each account.
    of_account: BTreeMap<&'e str, Vec<usize>>,
    /// Resources whose own policy names a principal: its ARN, its account, or everyone.
    opened_to: BTreeMap<Opening<'e>, Vec<usize>>,
    /// Resources whose policy was not collected, by native id.
    closed_books: BTreeMap<&'e str, usize>,
    questions: OnceLock<Vec<Questions>>,
}

/// A resource.
struct Candidate<'e> {
    entity: &'e Entity,
    /// Whom its policy names.
    openings: BTreeSet<Opening<'e>>,
    /// The access points of a bucket.
    doors: &'e [&'e Entity],
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
        let place = self.all.len();
        if let Some(account) = entity.account.as_deref() {
            self.of_account.entry(account).or_default().push(place);
        }
        let openings: BTreeSet<Opening<'_>> = estate.opening_policies(entity).flat_map(openings).collect();
        for opening in &openings {
            self.opened_to.entry(*opening).or_default().push(place);
        }
        if !estate.is_policy_collected(entity) {
            self.closed_books.insert(&entity.native_id, place);
        }
        self.places.insert(&entity.native_id, place);
        self.all.push(Candidate {
            entity,
            openings,
            doors: estate.access_points_of(entity),
        });
    }

    fn candidate(&self, place: &Place<'_>) -> Option<&Candidate<'e>> {
        let at = self.places.get(place.entity?.native_id.as_str())?;
        self.all.get(*at)
    }

    /// The access points through which a resource can be reached besides by its own ARN.
    pub(crate) fn doors_of(&self, place: &Place<'_>) -> &[&'e Entity] {
        self.candidate(place).map_or(&[], |candidate| candidate.doors)
    }

    /// What is asked of all candidates, in their order.
    fn questions(&self, estate: &Estate<'_>) -> &[Questions] {
        self.questions
            .get_or_init(|| alike::questions(estate, self.all.iter().map(|candidate| candidate.entity)))
    }

    /// The candidates of a principal for actions of the classes, sorted by native id, with what is asked of them: without those none of whose actions is
    /// `listed`, unless their own policies name the principal. With `listed` as none, all.
    pub(crate) fn questions_for<'c>(
        &'c self,
        estate: &Estate<'_>,
        subject: &Subject<'_>,
        listed: Option<&ClassifiedSet>,
    ) -> impl Iterator<Item = (&'e Entity, &'c Questions)> {
        let questions = self.questions(estate);
        let of_statement = |statement: (&Statement, &ClassifiedSet)| !statement.1.is_empty();
        let places = self.places_of(subject, &|policy| {
            let concerning = policy.classified_actions().filter(|statement| of_statement(*statement));
            concerning.map(|(statement, _)| statement).collect()
        });
        places.into_iter().filter_map(move |place| {
            let candidate = self.all.get(place)?;
            let questions = questions.get(place)?;
            let is_worth_it =
                |listed: &ClassifiedSet| !candidate.openings.is_empty() || questions.actions.meets(listed);
            listed.is_none_or(is_worth_it).then_some((candidate.entity, questions))
        })
    }

    /// The candidates of a principal for any of `actions`, sorted by native id.
    pub(crate) fn of(&self, subject: &Subject<'_>, actions: &[&str]) -> Vec<&'e Entity> {
        let actions: Vec<OneAction> = actions.iter().map(|action| OneAction::new(action)).collect();
        let places = self.places_of(subject, &|policy| {
            let concerning = actions.iter().flat_map(|action| policy.statements_concerning(action));
            concerning.collect()
        });
        self.entities(places)
    }

    fn entities(&self, places: Vec<usize>) -> Vec<&'e Entity> {
        let candidates = places.into_iter().filter_map(|place| self.all.get(place));
        candidates.map(|candidate| candidate.entity).collect()
    }

    /// Of these candidates for one action those that have not to be allowed by statements of the principal's own: whose policies name it.
    pub(crate) fn opened_to(&self, subject: &Subject<'_>) -> Vec<&'e Entity> {
        let mut places = Vec::new();
        self.add_opened(subject, &mut places);
        places.sort_unstable();
        places.dedup();
        self.entities(places)
    }

    fn add_opened(&self, subject: &Subject<'_>, places: &mut Vec<usize>) {
        for opening in openings_for(subject) {
            places.extend(self.opened_to.get(&opening).into_iter().flatten());
        }
    }

    /// The places of the candidates of a principal, given which statements of a policy are about the actions in question.
    fn places_of<'s>(
        &self,
        subject: &'s Subject<'_>,
        concerning: &dyn Fn(&'s Policy) -> Vec<&'s Statement>,
    ) -> Vec<usize> {
        let own = subject.account().and_then(|account| self.of_account.get(account));
        let mut places = own.cloned().unwrap_or_default();
        self.add_opened(subject, &mut places);
        if !self.closed_books.is_empty() {
            let policies = subject.holdings.identity.iter();
            let statements = policies.flat_map(|policy| concerning(&policy.policy));
            let prefixes: BTreeSet<&str> = resources_allowed(statements)
                .filter_map(|pattern| named_prefix(pattern.text()))
                .collect();
            for prefix in prefixes {
                let from_prefix = self.closed_books.range(prefix..);
                let named = from_prefix.take_while(|(id, _)| id.starts_with(prefix));
                places.extend(named.map(|(_, place)| *place));
            }
        }
        places.sort_unstable();
        places.dedup();
        places
    }

    /// Whether a resource is among the candidates of a principal for an action: what [`Candidates::of`] says, for one resource.
    pub(crate) fn include(&self, subject: &Subject<'_>, action: &str, entity: &Entity) -> bool {
        let is_own = subject.account().is_some() && subject.account() == entity.account.as_deref();
        let is_open = || {
            let candidate = self.places.get(entity.native_id.as_str());
            let candidate = candidate.and_then(|place| self.all.get(*place));
            candidate.is_some_and(|candidate| {
                let openings = openings_for(subject);
                openings.iter().any(|opening| candidate.openings.contains(opening))
            })
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
        self.candidate(place)
            .is_some_and(|candidate| !candidate.openings.is_empty())
    }

    /// The openings of a resource's own policy through which a principal may come.
    pub(crate) fn openings_towards<'s>(&self, place: &Place<'_>, subject: &'s Subject<'_>) -> Vec<Opening<'s>> {
        let candidate = self.candidate(place);
        let mut towards = openings_for(subject);
        towards.retain(|opening| candidate.is_some_and(|candidate| candidate.openings.contains(opening)));
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
    let statements = policies
        .flat_map(|policy| policy.policy.statements())
        .filter(|statement| actions.iter().any(|action| statement.may_concern(action)));
    resources_allowed(statements)
}

/// The resource patterns of those that are Allow statements.
fn resources_allowed<'s>(statements: impl Iterator<Item = &'s Statement>) -> impl Iterator<Item = &'s Template> {
    statements
        .filter(|statement| statement.effect() == Some(Effect::Allow))
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
