//! Owners that tags name and that no longer exist.

use std::collections::{BTreeMap, BTreeSet};

use sv0_model::arn::Arn;
use sv0_model::coverage::CoverageStatus;
use sv0_model::finding::{FindingKind, FindingSeverity};
use sv0_model::graph::{EdgeKind, Entity, EntityKind, Resolution};
use sv0_model::owner::{OWNER_TAGS, owner_text};

use super::Facts;
use super::draft::{Draft, command, name_of};

/// Most things that a finding names.
const MOST_NAMED: usize = 50;

/// One finding for each owner that nobody knows any more.
pub(crate) fn findings(facts: &Facts<'_, '_>) -> Vec<Draft> {
    let directory = Directory::of(facts);
    let mut owned: BTreeMap<String, BTreeMap<&str, &Entity>> = BTreeMap::new();
    let graph = facts.estate.graph();
    for entity in graph.entities.values() {
        for (key, value) in &entity.tags {
            let is_owner = OWNER_TAGS.iter().any(|tag| tag.eq_ignore_ascii_case(key));
            if let Some(owner) = owner_text(value).filter(|_| is_owner) {
                owned.entry(owner).or_default().insert(&entity.native_id, entity);
            }
        }
    }
    // The user may have named further tags; the graph knows them.
    for edge in graph.edges.iter().filter(|edge| edge.kind == EdgeKind::OwnedBy) {
        let ends = (facts.estate.entity(&edge.from), facts.estate.entity(&edge.to));
        if let (Some(thing), Some(owner)) = ends
            && owner.kind == EntityKind::Owner
        {
            let of_owner = owned.entry(owner.name.clone()).or_default();
            of_owner.insert(&thing.native_id, thing);
        }
    }
    owned
        .into_iter()
        .filter_map(|(owner, things)| {
            let things: Vec<&Entity> = things.into_values().collect();
            Some(finding(
                facts,
                &owner,
                &things,
                directory.proof_of_absence(facts, &owner)?,
            ))
        })
        .collect()
}

/// Who could be an owner.
struct Directory {
    /// Names of users and groups of Identity Center, in small letters; `None` where the ledger does not prove that all of them were read.
    names: Option<BTreeSet<String>>,
    /// The domains of the users' names.
    domains: BTreeSet<String>,
}

impl Directory {
    fn of(facts: &Facts<'_, '_>) -> Self {
        let is_complete = |source: &str| {
            let mut rows = facts.coverage.iter().filter(|row| row.source == source).peekable();
            rows.peek().is_some() && rows.all(|row| row.status == CoverageStatus::Ok)
        };
        let all = ["identity-center:users", "identity-center:groups"]
            .into_iter()
            .all(is_complete);
        let mut names = BTreeSet::new();
        let mut domains = BTreeSet::new();
        let entities = facts.estate.graph().entities.values();
        for member in entities.filter(|entity| is_member(entity)) {
            for name in names_of(member) {
                if member.kind == EntityKind::IdentityCenterUser
                    && let Some((_, domain)) = name.split_once('@')
                {
                    domains.insert(domain.to_owned());
                }
                names.insert(name);
            }
        }
        Self {
            names: (all && !names.is_empty()).then_some(names),
            domains,
        }
    }

    /// In words, how it is known that the owner is gone; `None` where it is not, or where the text may mean something else, such as a team.
    fn proof_of_absence(&self, facts: &Facts<'_, '_>, owner: &str) -> Option<&'static str> {
        if let Some(arn) = Arn::parse(owner) {
            return is_missing_user(facts, owner, &arn)
                .then_some("its account's IAM was read completely, and the user is not there");
        }
        let owner = owner.to_ascii_lowercase();
        let (_, domain) = owner.split_once('@')?;
        // Only an address in the domain of the users' own names could have been one of them.
        let is_of_directory =
            self.domains.contains(domain) && self.names.as_ref().is_some_and(|all| !all.contains(&owner));
        is_of_directory.then_some("every user and group of IAM Identity Center was read, and none bears the address")
    }
}

fn is_member(entity: &Entity) -> bool {
    matches!(
        entity.kind,
        EntityKind::IdentityCenterUser | EntityKind::IdentityCenterGroup
    )
}

/// Names and addresses of a user or group, in small letters.
fn names_of(member: &Entity) -> Vec<String> {
    let texts = ["user_name", "display_name", "email", "emails"]
        .into_iter()
        .filter_map(|name| member.attributes.get(name));
    let mut names = vec![member.name.to_ascii_lowercase()];
    for value in texts {
        names.extend(value.as_str().map(str::to_ascii_lowercase));
        let list = value.as_array().into_iter().flatten();
        names.extend(list.filter_map(|item| item.as_str()).map(str::to_ascii_lowercase));
    }
    names
}

fn is_missing_user(facts: &Facts<'_, '_>, owner: &str, arn: &Arn<'_>) -> bool {
    let Some(account) = arn
        .account_id()
        .filter(|_| arn.service == "iam" && arn.resource_type() == "user")
    else {
        return false;
    };
    let is_there = |entity: &Entity| entity.resolution == Resolution::Collected;
    let mut rows = facts
        .coverage
        .iter()
        .filter(|row| row.account == account && row.source == "iam:authorization-details")
        .peekable();
    let is_complete = rows.peek().is_some() && rows.all(|row| row.status.proves_absence());
    is_complete && !facts.estate.entity(owner).is_some_and(is_there)
}

fn finding(facts: &Facts<'_, '_>, owner: &str, things: &[&Entity], proof: &'static str) -> Draft {
    let subject = sv0_model::graph::urn::owner(owner);
    let mut draft = Draft::new(FindingKind::OrphanedOwner, &subject);
    draft
        .subjects
        .extend(things.iter().take(MOST_NAMED).map(|thing| thing.native_id.clone()));
    let accounts: BTreeSet<Option<&str>> = things.iter().map(|thing| thing.account.as_deref()).collect();
    if let [Some(account)] = accounts.into_iter().collect::<Vec<_>>().as_slice() {
        draft.account = Some((*account).to_owned());
    }
    let count = match things {
        [only] => format!("{} names", name_of(facts.estate, &only.native_id)),
        _ => format!("{} things name", things.len()),
    };
    draft.title = format!(
        "{count} an owner who is gone: {}",
        name_of(facts.estate, &subject).trim_start_matches("urn:sv0:owner:")
    );
    draft.description = format!("Tags name {owner} as the owner, and {proof}. Nobody answers for what hangs on it.");
    draft.rate(
        FindingSeverity::Low,
        "the owner is gone; what it owned still has its authority",
    );
    draft.verify = vec![if owner.starts_with("arn:") {
        command(&[
            "aws",
            "iam",
            "get-user",
            "--user-name",
            owner.rsplit('/').next().unwrap_or(owner),
        ])
    } else {
        command(&[
            "aws",
            "identitystore",
            "list-users",
            "--identity-store-id",
            "IDENTITY_STORE_ID",
        ])
    }];
    draft
}
