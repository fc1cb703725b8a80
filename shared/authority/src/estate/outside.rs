//! Whom the policies of resources name from outside the organization.

use std::collections::BTreeSet;

use serde_json::Value;
use sv0_iam::{Element, Policy, Statement};
use sv0_model::arn::{account_of, is_account_id};
use sv0_model::decision::Effect;
use sv0_model::graph::{Entity, EntityKind};

use super::{Estate, Membership};
use crate::access::{Opening, openings};

/// Condition keys by which a statement for everyone names accounts.
const ACCOUNT_KEYS: [&str; 2] = ["aws:PrincipalAccount", "aws:PrincipalArn"];

impl Estate<'_> {
    /// Principals and accounts outside the organization, or outside the scanned accounts where there is none, that the policy of an entity names.
    pub(crate) fn outsiders_named_by(&self, entity: &Entity) -> BTreeSet<Opening<'_>> {
        let Some(policy) = self.own_policy_of(&entity.native_id) else {
            return BTreeSet::new();
        };
        let named = openings(policy).into_iter();
        let by_condition = Self::accounts_narrowed_to(policy).into_iter().map(Opening::Account);
        named
            .chain(by_condition)
            .filter(|opening| self.is_outside(opening))
            .collect()
    }

    /// The accounts that conditions of a policy name where its statements name everyone.
    pub(crate) fn accounts_narrowed_to(policy: &Policy) -> BTreeSet<&str> {
        policy.statements().iter().flat_map(accounts_of_conditions).collect()
    }

    /// Whether the policy of an entity names everyone in a statement that may allow.
    pub(crate) fn names_everyone(&self, entity: &Entity) -> bool {
        self.own_policy(entity)
            .is_some_and(|policy| openings(policy).contains(&Opening::Everyone))
    }

    fn is_outside(&self, opening: &Opening<'_>) -> bool {
        let account = match opening {
            Opening::Everyone => None,
            Opening::Account(account) => Some(*account),
            Opening::Principal(principal) => account_of(principal),
        };
        account.is_some_and(|account| {
            let membership = self.membership(account);
            !self.scanned.contains(account) && matches!(membership, Membership::Outsider | Membership::Unknown)
        })
    }

    /// What a bucket's access control list grants to everyone, where the list still counts.
    pub(crate) fn public_list_grants(&self, bucket: &Entity) -> Vec<String> {
        let owner_enforced =
            bucket.attributes.get("object_ownership").and_then(Value::as_str) == Some("BucketOwnerEnforced");
        if bucket.kind != EntityKind::S3Bucket
            || owner_enforced
            || Self::public_access_switch(bucket, "ignore_public_acls")
        {
            return Vec::new();
        }
        let grants = bucket
            .attributes
            .get("acl_grants")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let permissions: BTreeSet<String> = grants
            .filter(|grant| {
                let grantee = grant.get("grantee").and_then(Value::as_str).unwrap_or_default();
                grantee.ends_with("AllUsers") || grantee.ends_with("AuthenticatedUsers")
            })
            .filter_map(|grant| grant.get("permission")?.as_str())
            .map(|permission| permission.to_ascii_uppercase())
            .collect();
        permissions.into_iter().collect()
    }
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
