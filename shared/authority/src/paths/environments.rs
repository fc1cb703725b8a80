//! Environments of lesser and of greater trust, and paths that climb from one to the other.

use sv0_model::graph::{Entity, urn};
use sv0_model::path::AuthorityPath;

use crate::estate::Estate;

const PRODUCTION: &[&str] = &["prod", "production", "prd", "live"];

const LESSER: &[&str] = &[
    "dev",
    "develop",
    "development",
    "test",
    "testing",
    "tst",
    "qa",
    "uat",
    "sandbox",
    "sbx",
    "stage",
    "staging",
    "stg",
    "nonprod",
    "non-prod",
    "nonproduction",
    "non-production",
    "preprod",
    "pre-prod",
    "playground",
    "experimental",
];

/// How far an environment is trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trust {
    Lesser,
    Production,
}

/// How far an entity's environment is trusted: its own, else its account's; none where neither is known.
fn trust_of(estate: &Estate<'_>, entity: &Entity) -> Option<Trust> {
    let of_account = || {
        let account = estate.entity(&urn::account(entity.account.as_deref()?))?;
        account.environment.as_ref()
    };
    let environment = entity.environment.as_ref().or_else(of_account)?;
    let word = environment.value.trim().to_ascii_lowercase();
    if PRODUCTION.contains(&word.as_str()) {
        return Some(Trust::Production);
    }
    LESSER.contains(&word.as_str()).then_some(Trust::Lesser)
}

/// Whether a path leads from an environment of lesser trust into production: its start, and then whatever each hop leads to.
pub(crate) fn climbs(estate: &Estate<'_>, path: &AuthorityPath) -> bool {
    let stations = path.hops.iter().map(|hop| hop.to.as_str());
    let mut was_lesser = false;
    for station in std::iter::once(path.workload.as_str()).chain(stations) {
        let trust = estate.entity(station).and_then(|entity| trust_of(estate, entity));
        match trust {
            Some(Trust::Lesser) => was_lesser = true,
            Some(Trust::Production) if was_lesser => return true,
            Some(Trust::Production) | None => {}
        }
    }
    false
}
