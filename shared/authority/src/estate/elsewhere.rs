//! What answers rest on beside what they name: facts that only the whole graph tells.

use std::collections::BTreeSet;

use serde_json::Value;
use sv0_iam::{Policy, parse_policy};
use sv0_model::graph::{Elsewhere, Graph};

use super::subject;

/// What a part of the graph has to carry along, so that an estate of it answers as one of the whole graph.
#[must_use]
pub fn elsewhere(graph: &Graph) -> Elsewhere {
    let owned = |accounts: BTreeSet<&str>| accounts.into_iter().map(str::to_owned).collect();
    let accounts = graph.entities.values().filter_map(|entity| entity.account.as_deref());
    Elsewhere {
        scanned_accounts: owned(subject::scanned_accounts(graph)),
        accounts: owned(
            accounts
                .chain(graph.elsewhere.accounts.iter().map(String::as_str))
                .collect(),
        ),
        foreign_organizations: foreign_organizations_of(graph),
    }
}

/// Most policies say nothing of organizations: those are not parsed.
fn foreign_organizations_of(graph: &Graph) -> BTreeSet<String> {
    let own = graph.organization.id.as_deref();
    let mut read: BTreeSet<&str> = BTreeSet::new();
    let mut found = graph.elsewhere.foreign_organizations.clone();
    for record in graph.policies.values() {
        let is_new = record.sha256.as_deref().is_none_or(|hash| read.insert(hash));
        let Some(document) = record.document.as_ref().filter(|_| is_new) else {
            continue;
        };
        if names_organizations(document) {
            found.extend(foreign_organizations([&parse_policy(document).policy], own));
        }
    }
    found
}

fn names_organizations(value: &Value) -> bool {
    match value {
        Value::Object(fields) => fields
            .iter()
            .any(|(key, value)| is_organization_key(key) || names_organizations(value)),
        Value::Array(items) => items.iter().any(names_organizations),
        _ => false,
    }
}

fn is_organization_key(key: &str) -> bool {
    ["aws:PrincipalOrgID", "aws:PrincipalOrgPaths"]
        .iter()
        .any(|of_organization| of_organization.eq_ignore_ascii_case(key))
}

/// Ids of organizations other than `own` that policies name in conditions on the caller's organization.
pub(super) fn foreign_organizations<'p>(
    policies: impl IntoIterator<Item = &'p Policy>,
    own: Option<&str>,
) -> BTreeSet<String> {
    policies
        .into_iter()
        .flat_map(Policy::statements)
        .flat_map(|statement| statement.conditions())
        .filter(|clause| is_organization_key(clause.key()))
        .flat_map(|clause| clause.values())
        .filter_map(|value| value.text().split('/').next())
        .filter(|id| id.starts_with("o-") && Some(*id) != own && !id.contains(['*', '?']))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estate::Estate;
    use crate::testkit::graph;

    #[test]
    fn an_estate_of_nothing_with_what_is_elsewhere_knows_what_the_whole_one_knows() {
        let whole = graph(
            r#"role 111111111111/app
              allow s3:GetObject on * if {"StringEquals":{"AWS:principalorgid":"o-other"}}
            bucket 222222222222/orders
              grant * allow s3:GetObject on arn:aws:s3:::orders/* if {"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":["o-third/r-1/*","o-*"]}}
            role 333333333333/hub"#,
        );
        let told = elsewhere(&whole);
        assert_eq!(
            told.foreign_organizations.iter().collect::<Vec<_>>(),
            ["o-other", "o-third"]
        );
        let part = Graph {
            elsewhere: told.clone(),
            organization: whole.organization.clone(),
            ..Graph::default()
        };
        let (of_whole, of_part) = (Estate::new(&whole), Estate::new(&part));
        assert_eq!(of_part.foreign_organizations, of_whole.foreign_organizations);
        assert_eq!(of_part.known_accounts(), of_whole.known_accounts());
        for account in ["111111111111", "222222222222", "333333333333", "444444444444"] {
            assert_eq!(of_part.is_scanned(account), of_whole.is_scanned(account), "{account}");
            let root = format!("arn:aws:iam::{account}:root");
            assert_eq!(
                of_part.subject(&root).is_ok(),
                of_whole.subject(&root).is_ok(),
                "{account}"
            );
        }
        assert_eq!(elsewhere(&part), told);
    }
}
