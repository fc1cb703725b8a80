//! Whom the policies of resources name from outside the organization.

use std::collections::BTreeSet;

use sv0_iam::{Element, Policy, Principal, PrincipalKind, Statement};
use sv0_model::arn::{account_of, is_account_id};
use sv0_model::decision::Effect;
use sv0_model::graph::Entity;

use super::{Estate, Membership};
use crate::access::{Opening, openings};

/// Condition keys by which a statement for everyone names accounts.
const ACCOUNT_KEYS: [&str; 2] = ["aws:PrincipalAccount", "aws:PrincipalArn"];

impl Estate<'_> {
    /// Principals and accounts outside the organization, or outside the scanned accounts where there is none, that the policy of an entity names.
    pub(crate) fn outsiders_named_by(&self, entity: &Entity) -> BTreeSet<Opening<'_>> {
        let Some(entity) = self.entity(&entity.native_id) else {
            return BTreeSet::new();
        };
        let mut outsiders = BTreeSet::new();
        for policy in self.opening_policies(entity) {
            let by_condition = Self::accounts_narrowed_to(policy).into_iter();
            let named = openings(policy).into_iter().chain(by_condition.map(Opening::Account));
            outsiders.extend(named.filter(|opening| self.is_outside(opening)));
        }
        outsiders
    }

    /// The accounts that conditions of a policy name where its statements name everyone.
    pub(crate) fn accounts_narrowed_to(policy: &Policy) -> BTreeSet<&str> {
        policy.statements().iter().flat_map(accounts_of_conditions).collect()
    }

    /// Whether the policy of an entity, what grants beside it or the policy of an access point to it names everyone in a statement that may allow.
    pub(crate) fn names_everyone(&self, entity: &Entity) -> bool {
        self.opening_policies(entity)
            .any(|policy| openings(policy).contains(&Opening::Everyone))
    }

    /// The texts that open an entity: its own policy with what may grant beside it, and those of the access points to it.
    pub(crate) fn opening_policies<'s>(&'s self, entity: &'s Entity) -> impl Iterator<Item = &'s Policy> {
        let own = self.own_policy(entity);
        let points = self.access_points_of(entity).iter();
        own.into_iter().chain(points.filter_map(|point| self.own_policy(point)))
    }

    fn is_outside(&self, opening: &Opening<'_>) -> bool {
        let account = match opening {
            Opening::Everyone => None,
            Opening::Account(account) => Some(*account),
            // A canonical user id that no bucket's owner explains is somebody else's.
            Opening::Principal(principal) if is_canonical_user(principal) => return true,
            Opening::Principal(principal) => account_of(principal),
        };
        account.is_some_and(|account| {
            let membership = self.membership(account);
            !self.scanned.contains(account) && matches!(membership, Membership::Outsider | Membership::Unknown)
        })
    }
}

fn is_canonical_user(text: &str) -> bool {
    Principal::parse(text, None).is_ok_and(|principal| *principal.kind() == PrincipalKind::CanonicalUser)
}

fn accounts_of_conditions(statement: &Statement) -> Vec<&str> {
    let allows_everyone =
        statement.effect() == Some(Effect::Allow) && !matches!(statement.principals(), Element::Missing);
    let clauses = statement.conditions().iter().filter(|clause| {
        let is_positive = clause
            .operator()
            .is_some_and(|operator| operator.names_required_values());
        allows_everyone && is_positive && ACCOUNT_KEYS.iter().any(|key| key.eq_ignore_ascii_case(clause.key()))
    });
    clauses
        .flat_map(|clause| clause.values())
        .filter_map(|value| {
            let text = value.text();
            if is_account_id(text) {
                Some(text)
            } else {
                account_of(text)
            }
        })
        .collect()
}
