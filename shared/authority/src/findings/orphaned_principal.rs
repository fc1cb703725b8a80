//! Policies that name a principal that no longer exists.
//!
//! Source: IAM User Guide, "AWS JSON policy elements: Principal": where a user or role that a policy names was deleted, the policy shows its unique id
//! (`AIDA…`, `AROA…`), because AWS can no longer map it to an ARN.

use std::collections::{BTreeMap, BTreeSet};

use sv0_model::arn::Arn;
use sv0_model::finding::{FindingKind, FindingSeverity};
use sv0_model::graph::{Edge, EdgeKind, Entity, EntityKind, Resolution};

use super::Facts;
use super::draft::{Draft, command, name};
use super::exposure::show_policy;

/// The source that lists every user and role of an account.
const AUTHORIZATION_DETAILS: &str = "iam:authorization-details";

/// One finding for each role or resource whose policy names somebody who is gone.
pub(crate) fn findings(facts: &Facts<'_, '_>) -> Vec<Draft> {
    let mut orphans: BTreeMap<&str, BTreeMap<&str, Gone>> = BTreeMap::new();
    let edges = facts.estate.graph().edges.iter();
    for edge in edges.filter(|edge| matches!(edge.kind, EdgeKind::Trusts | EdgeKind::Grants)) {
        if let Some(gone) = gone(facts, edge) {
            orphans.entry(&edge.from).or_default().insert(&edge.to, gone);
        }
    }
    orphans
        .into_iter()
        .filter_map(|(owner, gone)| {
            let owner = facts.estate.entity(owner)?;
            (owner.resolution == Resolution::Collected).then(|| finding(owner, &gone))
        })
        .collect()
}

/// How it is known that a principal is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gone {
    /// AWS shows its unique id.
    UniqueId,
    /// The whole IAM of its account was read, and it is not there: whoever makes one of that name may take its place.
    NotThere,
}

fn gone(facts: &Facts<'_, '_>, edge: &Edge) -> Option<Gone> {
    if edge.to.strip_prefix("urn:sv0:principal:").is_some_and(is_unique_id) {
        return Some(Gone::UniqueId);
    }
    let principal = facts.estate.entity(&edge.to)?;
    let is_of_iam = matches!(principal.kind, EntityKind::IamRole | EntityKind::IamUser);
    let is_unknown = is_of_iam && principal.resolution == Resolution::Referenced;
    // A role is found by its name whatever its path; a name that some role has is no orphan's.
    (is_unknown && is_iam_complete(facts, principal) && !has_namesake(facts, principal)).then_some(Gone::NotThere)
}

fn is_unique_id(text: &str) -> bool {
    let is_of_principal = text.starts_with("AROA") || text.starts_with("AIDA");
    is_of_principal && text.len() >= 16 && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

/// Whether the ledger proves that every user and role of the principal's account was read.
fn is_iam_complete(facts: &Facts<'_, '_>, principal: &Entity) -> bool {
    let Some(account) = principal.account.as_deref() else {
        return false;
    };
    let mut rows = facts
        .coverage
        .iter()
        .filter(|row| row.account == account && row.source == AUTHORIZATION_DETAILS)
        .peekable();
    rows.peek().is_some() && rows.all(|row| row.status.proves_absence())
}

fn has_namesake(facts: &Facts<'_, '_>, principal: &Entity) -> bool {
    let Some(arn) = Arn::parse(&principal.native_id) else {
        return true;
    };
    let prefix = format!("arn:{}:iam::{}:{}/", arn.partition, arn.account, arn.resource_type());
    let of_account = facts.estate.graph().entities.range(prefix.clone()..);
    of_account
        .take_while(|(id, _)| id.starts_with(&prefix))
        .any(|(id, other)| {
            other.resolution == Resolution::Collected
                && Arn::parse(id).is_some_and(|other| other.name().eq_ignore_ascii_case(arn.name()))
        })
}

fn finding(owner: &Entity, gone: &BTreeMap<&str, Gone>) -> Draft {
    let kind = if owner.kind == EntityKind::IamRole {
        "trust policy"
    } else {
        "policy"
    };
    let mut draft = Draft::new(FindingKind::OrphanedPrincipal, &owner.native_id);
    draft.account.clone_from(&owner.account);
    draft.subjects.extend(gone.keys().map(|gone| (*gone).to_owned()));
    draft.title = match gone.len() {
        1 => format!("the {kind} of {} names a principal that no longer exists", name(owner)),
        count => format!(
            "the {kind} of {} names {count} principals that no longer exist",
            name(owner)
        ),
    };
    let names: BTreeSet<&str> = gone
        .keys()
        .map(|id| id.rsplit(':').next().unwrap_or(id))
        .take(5)
        .collect();
    let names: Vec<&str> = names.into_iter().collect();
    let can_return = gone.values().any(|gone| *gone == Gone::NotThere);
    draft.description = if can_return {
        format!(
            "Nothing in a completely read account bears the name {}. Whoever may make a user or role there may take its place, where the policy names it by ARN.",
            names.join(", ")
        )
    } else {
        format!(
            "{} stands for a user or role that was deleted. Nobody can become it again; the entry hides what the policy means.",
            names.join(", ")
        )
    };
    if can_return {
        draft.rate(
            FindingSeverity::Medium,
            "a principal of that name can be made again and may then come in",
        );
    } else {
        draft.rate(
            FindingSeverity::Low,
            "AWS never gives a unique id twice: the entry lets nobody in",
        );
    }
    draft.verify = show_policy(owner).into_iter().collect();
    draft
        .verify
        .push(command(&["sv0", "findings", "--kind", "orphaned_principal", "--json"]));
    draft
}
