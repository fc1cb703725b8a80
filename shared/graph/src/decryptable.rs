//! `DECRYPTABLE_BY`: whom the policy of a key, or a grant, names for decrypting what is encrypted under it.
//!
//! Sources: AWS KMS Developer Guide, "Key policies in AWS KMS", "Default key policy" (the account's root delegates to its IAM policies) and "Grants in AWS KMS".

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use sv0_iam::{Element, parse_policy};
use sv0_model::decision::Effect;
use sv0_model::graph::{EdgeKind, Entity, EntityKind, PolicyKind, PolicyRecord, urn};

use crate::edges::{Edges, NewEdge};
use crate::index::Index;
use crate::statements::{condition_element, principals};
use crate::target::Target;

/// Most principals that the edges of one resource lead to. A key policy names a handful; a made-up one must not multiply itself by what it encrypts.
const MOST_NAMED: usize = 50;

const DECRYPT: &str = "kms:Decrypt";

/// Somebody whom a statement lets decrypt.
struct Named<'p> {
    target: Target,
    attributes: BTreeMap<String, Value>,
    policy: &'p PolicyRecord,
}

impl Named<'_> {
    /// Key policies before grants: what is cut is what names the most.
    fn order(&self) -> (bool, &Target, String) {
        let is_grant = self
            .attributes
            .get("granted_by")
            .is_some_and(|source| source == "grant");
        let attributes = serde_json::to_string(&self.attributes).unwrap_or_default();
        (is_grant, &self.target, attributes)
    }
}

/// Adds the edges; what names more than it shows says so (`decryptable_by_cut`).
pub(crate) fn link(
    policies: &BTreeMap<String, PolicyRecord>,
    entities: &mut BTreeMap<String, Entity>,
    index: &Index,
    edges: &mut Edges,
) {
    let encrypted: Vec<(String, String)> = edges
        .iter()
        .filter(|edge| edge.kind == EdgeKind::EncryptedWith && !edge.attributes.contains_key("aws_managed"))
        .map(|edge| (edge.from.clone(), edge.to.clone()))
        .collect();
    let keys: BTreeSet<&str> = encrypted.iter().map(|(_, key)| key.as_str()).collect();
    let named = named_by_key(policies, &keys, index);
    for (resource, key) in &encrypted {
        let Some(named) = named.get(key.as_str()) else {
            continue;
        };
        if named.len() > MOST_NAMED
            && let Some(entity) = entities.get_mut(resource)
        {
            entity.attributes.insert("decryptable_by_cut".to_owned(), json!(true));
        }
        for Named {
            target,
            attributes,
            policy,
        } in named.iter().take(MOST_NAMED)
        {
            edges.add(NewEdge {
                from: resource,
                kind: EdgeKind::DecryptableBy,
                target: target.clone(),
                attributes: attributes.clone(),
                origin: policy.origin.as_ref(),
                captured_at: policy.captured_at,
            });
        }
    }
}

/// Whom the policies and grants of keys name.
fn named_by_key<'p>(
    policies: &'p BTreeMap<String, PolicyRecord>,
    keys: &BTreeSet<&str>,
    index: &Index,
) -> BTreeMap<&'p str, Vec<Named<'p>>> {
    let mut found: BTreeMap<&str, Vec<Named<'_>>> = BTreeMap::new();
    let of_keys = policies
        .values()
        .filter(|policy| policy.kind == PolicyKind::ResourceBased);
    for policy in of_keys {
        let (Some(key), Some(document)) = (policy.owner.as_deref(), &policy.document) else {
            continue;
        };
        if keys.contains(key) {
            found
                .entry(key)
                .or_default()
                .extend(named_by(policy, key, document, index));
        }
    }
    for named in found.values_mut() {
        named.sort_by(|a, b| a.order().cmp(&b.order()));
        named.dedup_by(|a, b| a.order() == b.order());
    }
    found
}

/// Each principal of an Allow statement for `kms:Decrypt`.
fn named_by<'p>(policy: &'p PolicyRecord, key: &str, document: &Value, index: &Index) -> Vec<Named<'p>> {
    let source = if policy.native_id == urn::key_grants(key) {
        "grant"
    } else {
        "key_policy"
    };
    let is_grant = source == "grant";
    let parsed = parse_policy(document).policy;
    let allows = parsed
        .statements()
        .iter()
        .filter(|statement| statement.effect() == Some(Effect::Allow) && statement.may_concern(DECRYPT));
    let mut named = Vec::new();
    for statement in allows {
        let mut attributes = BTreeMap::from([("key".to_owned(), json!(key)), ("granted_by".to_owned(), json!(source))]);
        // Services make a grant for each thing they encrypt, all to the same principal: one edge says it.
        if !is_grant {
            attributes.insert("statement_index".to_owned(), json!(statement.index()));
            attributes.extend(statement.sid().map(|sid| ("sid".to_owned(), json!(sid))));
        }
        if condition_element(document, statement.index()).is_some() {
            attributes.insert("conditional".to_owned(), json!(true));
        }
        let excepts = matches!(statement.principals(), Element::Except(_));
        for (target, _) in principals(statement.principals(), index) {
            let mut attributes = attributes.clone();
            if target.kind == EntityKind::Account {
                attributes.insert("delegated".to_owned(), json!(true));
            }
            if excepts {
                attributes.insert("excepts_some".to_owned(), json!(true));
            }
            named.push(Named {
                target,
                attributes,
                policy,
            });
        }
    }
    named
}
