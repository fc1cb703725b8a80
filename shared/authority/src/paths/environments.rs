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
pub(crate) enum Trust {
    Lesser,
    Production,
}

/// How far an entity's environment is trusted: its own, else its account's; none where neither is known.
pub(crate) fn trust_of(estate: &Estate<'_>, entity: &Entity) -> Option<Trust> {
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

/// How far a way has come between environments.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Climb {
    was_lesser: bool,
    /// Whether it came from an environment of lesser trust into production.
    pub has_climbed: bool,
}

impl Climb {
    /// What it is once the way leads to something of this trust.
    pub(crate) fn to(self, trust: Option<Trust>) -> Self {
        Self {
            was_lesser: self.was_lesser || trust == Some(Trust::Lesser),
            has_climbed: self.has_climbed || (self.was_lesser && trust == Some(Trust::Production)),
        }
    }
}

/// Whether a path leads from an environment of lesser trust into production: its start, and then whatever each hop leads to.
pub(crate) fn climbs(estate: &Estate<'_>, path: &AuthorityPath) -> bool {
    let stations = path.hops.iter().map(|hop| hop.to.as_str());
    climb(estate, std::iter::once(path.workload.as_str()).chain(stations)).has_climbed
}

/// How far a way over these has come.
pub(crate) fn climb<'s>(estate: &Estate<'_>, stations: impl Iterator<Item = &'s str>) -> Climb {
    let entities = stations.map(|station| estate.entity(station));
    entities.fold(Climb::default(), |climb, entity| {
        climb.to(entity.and_then(|entity| trust_of(estate, entity)))
    })
}
