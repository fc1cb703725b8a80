//! What a record says of an entity that another record describes: a function's triggers, a rule's targets, the action groups of an agent.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sv0_model::graph::Entity;
use sv0_model::hash::canonical_json;
use sv0_model::record::Origin;

use crate::description::{Description, Link};
use crate::edges::Edges;
use crate::freshness::{Fact, Freshness, Newest};
use crate::index::Index;
use crate::link::add_link;
use crate::target::Target;

/// Something more about an entity.
#[derive(Debug, Clone)]
pub(crate) struct Addition {
    /// The entity.
    pub(crate) subject: Target,
    /// Attributes that it has.
    pub(crate) attributes: BTreeMap<String, Value>,
    /// Edges that start from it.
    pub(crate) links: Vec<Link>,
}

impl Addition {
    /// Nothing yet.
    pub(crate) fn new(subject: Target) -> Self {
        Self {
            subject,
            attributes: BTreeMap::new(),
            links: Vec::new(),
        }
    }

    /// Adds an attribute, if there is a value.
    pub(crate) fn set(&mut self, name: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.attributes.insert(name.to_owned(), value.into());
        }
    }
}

impl Newest<Addition> {
    /// Keeps what is said; of two that say the same of the same entity (`what`), the newer.
    pub(crate) fn say(&mut self, what: &str, freshness: &Freshness, origin: &Origin, addition: Addition) {
        let key = format!("{} {what}", addition.subject.native_id);
        let fact = Fact {
            freshness: freshness.clone(),
            origin: origin.clone(),
            value: addition,
        };
        self.offer(key, fact);
    }
}

/// Adds the edges. Whoever they start from is an entity, also where nothing describes it.
pub(crate) fn link(
    additions: &Newest<Addition>,
    described: &BTreeMap<String, (Freshness, Description)>,
    index: &Index,
    edges: &mut Edges,
) {
    for (_, fact) in additions.iter() {
        let addition = &fact.value;
        let subject = &addition.subject;
        let captured_at = fact.freshness.captured_at();
        edges.mention(subject, Some(&fact.origin), captured_at);
        let stand_in = subject.placeholder(|_| true);
        let entity = described
            .get(&subject.native_id)
            .map_or(&stand_in, |(_, description)| &description.entity);
        for link in &addition.links {
            add_link(entity, link, &fact.origin, captured_at, index, edges);
        }
    }
}

/// Adds the attributes. What describes the entity itself outranks what is said of it elsewhere; of two that are said elsewhere lists are joined,
/// and of anything else the greater counts.
pub(crate) fn attributes(additions: &Newest<Addition>, entities: &mut BTreeMap<String, Entity>) {
    let mut said: BTreeMap<(&str, &str), BTreeMap<String, &Value>> = BTreeMap::new();
    for (_, fact) in additions.iter() {
        let subject = fact.value.subject.native_id.as_str();
        if let Some(entity) = entities.get_mut(subject)
            && let Err(place) = entity.origins.binary_search(&fact.origin)
        {
            entity.origins.insert(place, fact.origin.clone());
        }
        for (name, value) in &fact.value.attributes {
            let known = said.entry((subject, name)).or_default();
            match value {
                Value::Array(items) => known.extend(items.iter().map(|item| (canonical_json(item), item))),
                other => {
                    known.insert(canonical_json(other), other);
                }
            }
        }
    }
    let lists: BTreeSet<&str> = additions
        .iter()
        .flat_map(|(_, fact)| &fact.value.attributes)
        .filter(|(_, value)| value.is_array())
        .map(|(name, _)| name.as_str())
        .collect();
    for ((subject, name), values) in said {
        let value = if lists.contains(name) {
            Some(values.into_values().cloned().collect())
        } else {
            values.into_values().next_back().cloned()
        };
        if let (Some(entity), Some(value)) = (entities.get_mut(subject), value) {
            entity.attributes.entry(name.to_owned()).or_insert(value);
        }
    }
}
