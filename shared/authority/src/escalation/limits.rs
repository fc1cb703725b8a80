//! What binds a gain: the one policy that can be attached, the boundary that a new principal has to carry.

use std::collections::BTreeSet;

use serde_json::json;
use std::sync::Arc;
use sv0_iam::{NamedPolicy, parse_policy};
use sv0_model::arn::Arn;

use super::calls::statements_on;
use crate::estate::{Estate, Subject};

/// The key under which a request names the boundary of the principal that it makes or changes (Service Authorization Reference, "Actions, resources, and
/// condition keys for AWS Identity and Access Management").
pub(super) const BOUNDARY_KEY: &str = "iam:PermissionsBoundary";

/// AWS managed policy that allows everything, whichever account it is asked in.
const ADMINISTRATOR_ACCESS: &str = "policy/AdministratorAccess";

/// Most boundaries that are tried for one route.
const MOST_BOUNDARIES: usize = 12;

/// Stands in for whatever a pattern leaves open.
const ANY_NAME: &str = "sv0-any";

/// What binds a gain, by native id.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Limits {
    /// The managed policy that is gained, where no more than that is.
    pub policy: Option<String>,
    /// The permissions boundary that the new principal carries.
    pub boundary: Option<String>,
}

impl Limits {
    /// Whether nothing binds the gain.
    pub(crate) fn is_none(&self) -> bool {
        self.policy.is_none() && self.boundary.is_none()
    }

    /// What stands behind the words of a route.
    pub(super) fn words(&self) -> String {
        let policy = self.policy.iter().map(|policy| format!(", namely {policy}"));
        let boundary = self
            .boundary
            .iter()
            .map(|boundary| format!(", within the boundary {boundary}"));
        policy.chain(boundary).collect()
    }
}

/// AWS's AdministratorAccess in the partition of a principal.
pub(super) fn administrator_access(estate: &Estate<'_>, subject: &Subject<'_>) -> String {
    let partition = subject.entity.and_then(|entity| Arn::parse(&entity.native_id));
    let partition = partition.map_or_else(|| estate.partition(), |arn| arn.partition);
    format!("arn:{partition}:iam::aws:{ADMINISTRATOR_ACCESS}")
}

/// The text of a managed policy, from the estate or because AWS never changes it.
pub(super) fn text_of(estate: &Estate<'_>, policy: &str) -> Option<NamedPolicy> {
    let known = estate.library().named(policy);
    known.or_else(|| {
        policy
            .ends_with(":iam::aws:policy/AdministratorAccess")
            .then(|| everything(policy))
    })
}

/// A policy that allows everything.
pub(super) fn everything(name: &str) -> NamedPolicy {
    let everything =
        json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]});
    NamedPolicy {
        name: name.to_owned(),
        policy: Arc::new(parse_policy(&everything).policy),
    }
}

/// The boundaries that the principal could give to what it makes: AWS's AdministratorAccess, and those that the policies about the actions name.
pub(super) fn boundaries(
    estate: &Estate<'_>,
    subject: &Subject<'_>,
    actions: &[&str],
    managed: &[&str],
) -> Vec<String> {
    let mut named: BTreeSet<String> = BTreeSet::new();
    statements_on(estate, subject, actions, &mut |statement| {
        let clauses = statement.conditions().iter();
        for clause in clauses.filter(|clause| clause.key().eq_ignore_ascii_case(BOUNDARY_KEY)) {
            named.extend(clause.values().iter().map(|value| value.text().to_owned()));
        }
    });
    let account = subject.account().unwrap_or_default();
    let mut found = vec![administrator_access(estate, subject)];
    for pattern in named {
        let pattern = pattern
            .replace("${aws:PrincipalAccount}", account)
            .replace("${aws:ResourceAccount}", account);
        let matching = managed
            .iter()
            .filter(|policy| sv0_iam::resource_matches(&pattern, policy));
        let matching: Vec<String> = matching.map(|policy| (*policy).to_owned()).collect();
        if matching.is_empty() && pattern.starts_with("arn:") {
            found.push(pattern.replace(['*', '?'], ANY_NAME));
        }
        found.extend(matching);
    }
    found.truncate(MOST_BOUNDARIES);
    found
}
