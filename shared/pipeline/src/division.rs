//! How a run's graph is divided into parts: by account, so that a question reads the accounts that it is about.
//!
//! A row is in the part of the account that its native id names, else in that of the account that its entity is in, else in the part of what no account owns. Where a
//! row lies can so be told from the id alone, but for ids without an account, such as those of buckets: these are listed in an object of their own.

mod openings;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sv0_lake::{LakeError, PartsEncoder, keys};
use sv0_model::arn::{account_of, is_account_id};
use sv0_model::graph::{Elsewhere, Entity, EntityKind, Graph, PolicyKind, PolicyRecord};

use crate::stages::StageContext;
use openings::{Opened, opened_to};

/// The part of what no account owns, such as the organization's policies and those of AWS.
pub(crate) const COMMON: &str = "";

/// The part of permissions: no question about an access reads them.
const PERMISSIONS: &str = "permissions";

/// As many ids as are looked up together.
const HOMES_OF_A_PART: usize = 256;

/// The one line of [`keys::DIVISION`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Division {
    /// What every part has to carry along.
    pub elsewhere: Elsewhere,
    /// Parts that have to be read with a part, where resources of it are asked about: those of access points in other accounts, and of what an account has under ids that
    /// name another.
    pub beside: BTreeMap<String, BTreeSet<String>>,
    /// Parts with resources or roles whose policies may let somebody of an account in, by the account.
    pub opened: BTreeMap<String, BTreeSet<String>>,
    /// The same for everyone.
    pub opened_to_everyone: BTreeSet<String>,
    /// Whether some user of IAM Identity Center is called like an ARN: then no name tells whom it means without all of them.
    pub names_are_ambiguous: bool,
}

/// A line of [`keys::HOMES`]: the part of what is listed under an id without an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Home {
    pub id: String,
    pub part: String,
}

/// The part that an id names by itself.
pub(crate) fn part_in(id: &str) -> Option<&str> {
    if id.starts_with("arn:") {
        return account_of(id);
    }
    let rest = id.strip_prefix("urn:sv0:")?;
    if rest.starts_with("permission:") {
        return Some(PERMISSIONS);
    }
    if let Some(account) = rest.strip_prefix("account:") {
        return is_account_id(account).then_some(account);
    }
    let (_, of) = rest.split_once(':')?;
    of.starts_with("arn:").then(|| account_of(of)).flatten()
}

fn part_of<'a>(id: &'a str, graph: &'a Graph) -> &'a str {
    part_in(id)
        .or_else(|| account_id(graph.entities.get(id)?))
        .unwrap_or(COMMON)
}

fn account_id(entity: &Entity) -> Option<&str> {
    entity.account.as_deref().filter(|account| is_account_id(account))
}

fn part_of_policy<'a>(policy: &'a PolicyRecord, graph: &'a Graph) -> &'a str {
    match (policy.kind, &policy.owner) {
        (PolicyKind::AwsManaged | PolicyKind::ServiceControl | PolicyKind::ResourceControl, _) => COMMON,
        (_, Some(owner)) => part_of(owner, graph),
        (_, None) => part_of(&policy.native_id, graph),
    }
}

/// Writes the graph's entities, edges and policies in parts, and what tells which of them a question needs.
pub(crate) fn write(context: &StageContext<'_>, graph: &Graph) -> Result<(), LakeError> {
    let entities = graph.entities.values();
    let entities = entities.map(|entity| (part_of(&entity.native_id, graph), entity));
    write_parts(context, keys::ENTITIES, entities)?;
    let edges = graph.edges.iter().map(|edge| (part_of(&edge.from, graph), edge));
    write_parts(context, keys::EDGES, edges)?;
    let policies = graph.policies.values();
    let policies = policies.map(|policy| (part_of_policy(policy, graph), policy));
    write_parts(context, keys::POLICIES, policies)?;
    let homes = homes(graph);
    let of_parts = homes.chunks(HOMES_OF_A_PART).flat_map(|chunk| {
        let first = chunk.first().map_or("", |home| home.id.as_str());
        chunk.iter().map(move |home| (first, home))
    });
    write_parts(context, keys::HOMES, of_parts)?;
    context.write_rows(keys::DIVISION, [Division::of(graph)])
}

/// Writes rows in the order of their parts; rows of one part stay in theirs.
fn write_parts<'a, T: Serialize>(
    context: &StageContext<'_>,
    key: &str,
    rows: impl Iterator<Item = (&'a str, T)>,
) -> Result<(), LakeError> {
    let mut rows: Vec<(&str, T)> = rows.collect();
    rows.sort_by_key(|(part, _)| *part);
    let mut encoder = PartsEncoder::new(key)?;
    for (part, row) in &rows {
        encoder.push(part, row)?;
    }
    context.write_divided(key, &encoder.finish()?)
}

/// What is listed under an id that does not name its part, sorted by id.
fn homes(graph: &Graph) -> Vec<Home> {
    let unnamed = graph.entities.iter().filter(|(id, _)| part_in(id).is_none());
    unnamed
        .filter_map(|(id, entity)| {
            Some(Home {
                id: id.clone(),
                part: account_id(entity)?.to_owned(),
            })
        })
        .collect()
}

impl Division {
    fn of(graph: &Graph) -> Self {
        let mut division = Self {
            elsewhere: sv0_authority::elsewhere(graph),
            ..Self::default()
        };
        for entity in graph.entities.values() {
            division.look_at(entity, graph);
        }
        for policy in graph.policies.values() {
            if matches!(policy.kind, PolicyKind::Trust | PolicyKind::ResourceBased) {
                division.open(policy, part_of_policy(policy, graph));
            }
        }
        division
    }

    fn look_at(&mut self, entity: &Entity, graph: &Graph) {
        let part = part_of(&entity.native_id, graph);
        if let Some(account) = account_id(entity) {
            self.read_along(account, part);
        }
        if let Some(bucket) = bucket_behind(entity) {
            let of_bucket = part_of(bucket, graph);
            self.read_along(of_bucket, part);
            self.read_along(part, of_bucket);
        }
        self.names_are_ambiguous |= entity.kind == EntityKind::IdentityCenterUser && entity.name.starts_with("arn:");
    }

    fn read_along(&mut self, part: &str, other: &str) {
        if part != other && other != COMMON && other != PERMISSIONS {
            self.beside.entry(part.to_owned()).or_default().insert(other.to_owned());
        }
    }

    fn open(&mut self, policy: &PolicyRecord, part: &str) {
        let Some(document) = &policy.document else {
            return;
        };
        for opened in opened_to(document) {
            match opened {
                Opened::ToEveryone => {
                    self.opened_to_everyone.insert(part.to_owned());
                }
                Opened::ToAccount(account) if account != part => {
                    self.opened
                        .entry(account.to_owned())
                        .or_default()
                        .insert(part.to_owned());
                }
                Opened::ToAccount(_) => {}
            }
        }
    }
}

/// The bucket that an access point leads to.
fn bucket_behind(entity: &Entity) -> Option<&str> {
    let text = |name: &str| entity.attributes.get(name).and_then(Value::as_str);
    text("bucket").filter(|_| text("resource_type") == Some("AWS::S3::AccessPoint"))
}

#[cfg(test)]
mod tests {
    use sv0_model::graph::urn;

    use super::*;

    #[test]
    fn ids_name_their_parts() {
        for (id, want) in [
            ("arn:aws:iam::111111111111:role/app", Some("111111111111")),
            ("arn:aws:s3:::orders", None),
            ("arn:aws:iam::aws:policy/ReadOnlyAccess", None),
            (&urn::account("111111111111"), Some("111111111111")),
            (&urn::account("partner"), None),
            (
                &urn::inline_policy("arn:aws:iam::111111111111:role/app", "p"),
                Some("111111111111"),
            ),
            (&urn::resource_policy("arn:aws:s3:::orders"), None),
            (&urn::permission("00ff"), Some(PERMISSIONS)),
            (
                &urn::permissions_boundary("arn:aws:iam::111111111111:policy/b"),
                Some("111111111111"),
            ),
            (urn::ANONYMOUS, None),
            ("", None),
        ] {
            assert_eq!(part_in(id), want, "{id}");
        }
    }
}
