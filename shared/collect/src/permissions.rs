//! What is granted, generated from the table of calls: policies for each role, the denial of everything else, the optional boundary, the manifest of what is
//! extracted, and the page that an auditor reads.
//!
//! Architecture invariants:
//! - an action stands in a policy because a row needs it, and in no other way; no action has a wildcard;
//! - the same table gives the same bytes;
//! - a service that is not declared in [`categories`] cannot be granted: nothing new is extracted in silence.

pub mod blocks;
pub mod categories;
pub mod never;
pub mod passing;
pub mod watch;

mod document;
mod fragments;
mod manifest;
mod page;
mod placeholders;
mod policies;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::call::{ApiCall, Caller};
use crate::calls;

pub use document::{Document, Resource, Statement};
pub(crate) use fragments::log_archive_statements;
pub use placeholders::{Home, example, longest};
pub use policies::{Policies, Policy, Role, policies};

/// The folder of the generated policies, below the repository's root.
pub const FOLDER: &str = "infra/permissions";
/// The generated page, below the repository's root.
pub const PAGE: &str = "docs/permissions.md";
/// The most characters that a managed policy may have, white space not counted.
///
/// Source: IAM User Guide, "IAM and AWS STS quotas".
pub const MOST_CHARACTERS: usize = 6_144;
/// The most managed policies that a role may have without a raised quota. Source: as above.
pub const MOST_POLICIES: usize = 10;

/// Why no permissions can be generated from the table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PermissionsError {
    /// A row needs an action of a service that is not declared for its caller.
    #[error(
        "{caller} is to be granted {action}, whose service is declared in no category of its: see permissions/categories.rs"
    )]
    Undeclared {
        /// The caller's name.
        caller: &'static str,
        /// The action.
        action: &'static str,
    },
    /// A scope has a placeholder that nobody fills.
    #[error("{scope} has a placeholder that is not known to the role of {home:?}")]
    UnknownPlaceholder {
        /// The scope.
        scope: String,
        /// Where the role is.
        home: Home,
    },
    /// A policy that cannot be divided is too large.
    #[error("{policy} has {characters} characters, of {MOST_CHARACTERS} that are allowed")]
    TooLarge {
        /// Its name.
        policy: String,
        /// How large it may become.
        characters: usize,
    },
}

/// Every row that grants something: the calls, and what is granted beside them.
pub fn rows() -> impl Iterator<Item = &'static ApiCall> {
    calls::ALL.iter().chain(calls::BESIDE).copied()
}

/// Every action that a caller is granted, sorted.
#[must_use]
pub fn actions_of(caller: Caller) -> Vec<&'static str> {
    let own = rows().filter(|row| row.callers.contains(&caller));
    let mut actions: Vec<&'static str> = own.flat_map(|row| row.permissions).copied().collect();
    actions.sort_unstable();
    actions.dedup();
    actions
}

/// Those of a caller's actions that belong to a category.
fn category_actions(category: &categories::Category, actions: &[&'static str]) -> Vec<&'static str> {
    let is_of = |action: &&&str| {
        action
            .split(':')
            .next()
            .is_some_and(|prefix| category.services.contains(&prefix))
    };
    actions.iter().filter(is_of).copied().collect()
}

/// Every generated file by its path below the repository's root.
///
/// # Errors
/// [`PermissionsError`] when the table cannot be granted as it stands.
pub fn files() -> Result<BTreeMap<String, String>, PermissionsError> {
    let policies = policies(rows())?;
    let mut files = BTreeMap::new();
    for policy in &policies.all {
        let text = pretty(&policy.document.for_cloudformation(policy.home)?);
        files.insert(format!("{FOLDER}/{}.json", policy.name), text);
    }
    files.insert(format!("{FOLDER}/roles.json"), pretty(&manifest::roles(&policies)));
    files.insert(format!("{FOLDER}/extracted.json"), pretty(&manifest::extracted()));
    for (name, fragment) in fragments::fragments(&rows().collect::<Vec<_>>()) {
        files.insert(format!("{}/{name}", fragments::FOLDER), pretty(&fragment));
    }
    files.insert(watch::QUERY.to_owned(), watch::query(&watch::events(rows())));
    files.insert(PAGE.to_owned(), page::page(&policies));
    Ok(files)
}

fn pretty(value: &serde_json::Value) -> String {
    format!("{value:#}\n")
}
