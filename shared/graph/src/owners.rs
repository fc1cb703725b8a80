//! Who owns what: the owners that tags name, and the users they are.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sv0_model::graph::{EdgeKind, Entity, EntityKind, Resolution, urn};
use sv0_model::owner::owner_text;

use crate::edges::{Edges, NewEdge};
use crate::options::OwnerOptions;
use crate::target::Target;

/// Most owners of one thing; AWS allows 50 tags on it.
const MOST_OWNERS: usize = 50;

/// Adds an edge from each thing to each owner its tags name, and one to the user whom the text means, where there is one.
pub(crate) fn link(entities: &BTreeMap<String, Entity>, options: &OwnerOptions, edges: &mut Edges) {
    let people = People::of(entities);
    for entity in entities.values() {
        for (tag, owner) in named_by(entity, options) {
            let to_owner = Target::new(urn::owner(&owner), EntityKind::Owner).named(owner.as_str());
            add(entity, tag, to_owner, None, edges);
            if let Some((person, matched)) = people.named(&owner, entity.account.as_deref()) {
                let to_person = Target::new(&person.native_id, person.kind);
                add(entity, tag, to_person, Some(matched), edges);
            }
        }
    }
}

/// The tags of a thing that name an owner, with the owner.
fn named_by<'e>(entity: &'e Entity, options: &OwnerOptions) -> impl Iterator<Item = (&'e str, String)> {
    let is_owner_tag = |key: &str| options.tags.iter().any(|tag| tag.eq_ignore_ascii_case(key));
    let named = entity.tags.iter().filter(move |(key, _)| is_owner_tag(key));
    named
        .filter_map(|(key, value)| Some((key.as_str(), owner_text(value)?)))
        .take(MOST_OWNERS)
}

fn add(entity: &Entity, tag: &str, target: Target, matched: Option<&str>, edges: &mut Edges) {
    let mut attributes: BTreeMap<String, Value> = BTreeMap::new();
    attributes.insert("source".to_owned(), json!("tag"));
    attributes.insert("tag".to_owned(), json!(tag));
    if let Some(matched) = matched {
        attributes.insert("matched_by".to_owned(), json!(matched));
    }
    edges.add(NewEdge {
        from: &entity.native_id,
        kind: EdgeKind::OwnedBy,
        target,
        attributes,
        origin: entity.origins.first(),
        captured_at: entity.captured_at,
    });
}

/// Collected users, by the names under which tags speak of them. A name that two bear means neither.
struct People<'a> {
    by_arn: BTreeMap<&'a str, &'a Entity>,
    /// Users of Identity Center, by user name in small letters.
    of_identity_center: BTreeMap<String, Option<&'a Entity>>,
    /// Users of IAM by account and name in small letters: IAM does not tell names by case.
    of_accounts: BTreeMap<(&'a str, String), Option<&'a Entity>>,
}

impl<'a> People<'a> {
    fn of(entities: &'a BTreeMap<String, Entity>) -> Self {
        let mut people = Self {
            by_arn: BTreeMap::new(),
            of_identity_center: BTreeMap::new(),
            of_accounts: BTreeMap::new(),
        };
        let collected = entities
            .values()
            .filter(|entity| entity.resolution == Resolution::Collected);
        for entity in collected {
            match (entity.kind, entity.account.as_deref()) {
                (EntityKind::IamUser, Some(account)) => {
                    people.by_arn.insert(&entity.native_id, entity);
                    let name = (account, entity.name.to_lowercase());
                    put(&mut people.of_accounts, name, entity);
                }
                (EntityKind::IdentityCenterUser, _) => {
                    if let Some(name) = entity.attributes.get("user_name").and_then(Value::as_str) {
                        put(&mut people.of_identity_center, name.to_lowercase(), entity);
                    }
                }
                _ => {}
            }
        }
        people
    }

    /// The user whom a text means, seen from a thing of an account, and by what.
    fn named(&self, owner: &str, account: Option<&'a str>) -> Option<(&'a Entity, &'static str)> {
        if let Some(user) = self.by_arn.get(owner) {
            return Some((user, "arn"));
        }
        let name = owner.to_lowercase();
        if let Some(user) = self.of_identity_center.get(&name).copied().flatten() {
            return Some((user, "identity_center_user_name"));
        }
        let user = self.of_accounts.get(&(account?, name)).copied().flatten()?;
        Some((user, "iam_user_name"))
    }
}

fn put<'a, K: Ord>(people: &mut BTreeMap<K, Option<&'a Entity>>, name: K, person: &'a Entity) {
    people
        .entry(name)
        .and_modify(|known| *known = None)
        .or_insert(Some(person));
}
