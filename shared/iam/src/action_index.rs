//! Which entries of an Action element can be about a service: so that nobody has to look at the others.

use crate::gate::AskedAction;
use crate::glob::Glob;
use crate::hash::{HashIndex, hash};
use crate::policy::{ActionPattern, Element};

/// The entries of an Action element, by what they begin with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct ActionIndex {
    /// Of each entry the hash of its name; [`LOOK`] where that has wildcards. Empty where the entries are many.
    names: Vec<u64>,
    /// Places of entries by their service; empty where the entries are few.
    by_service: HashIndex,
    /// Entries whose service has wildcards, where the entries are many.
    open: Vec<u32>,
}

/// Looking through as many entries takes no longer than asking an index.
const FEW: usize = 8;

/// Stands for a name that has no hash, or this one.
const LOOK: u64 = 0;

impl ActionIndex {
    pub(crate) fn of(actions: &Element<ActionPattern>) -> Self {
        let mut index = Self::default();
        let items = actions.items();
        if items.len() <= FEW || u32::try_from(items.len()).is_err() {
            index.names = items.iter().map(|pattern| name_hash(&pattern.glob)).collect();
            return index;
        }
        let mut hashes = Vec::with_capacity(items.len());
        for (place, pattern) in (0..).zip(items) {
            match service_of(&pattern.glob) {
                Some(service) => hashes.push((hash(service), place)),
                None => index.open.push(place),
            }
        }
        index.by_service = HashIndex::of(hashes.into_iter());
        index
    }

    /// Whether one of `items`, of which this is the index, matches `action`, which is in lower case.
    pub(crate) fn lists(&self, items: &[ActionPattern], action: &str, asked: AskedAction) -> bool {
        let matches = |pattern: &ActionPattern| pattern.matches_folded(action);
        if self.by_service.is_empty() && self.open.is_empty() {
            let mut named = items.iter().zip(&self.names);
            return named.any(|(pattern, name)| (*name == LOOK || *name == asked.name_hash) && matches(pattern));
        }
        let matches_at = |place| items.get(place).is_some_and(matches);
        let mut open = self.open.iter().filter_map(|place| usize::try_from(*place).ok());
        open.any(matches_at) || self.by_service.places(asked.service_hash).any(matches_at)
    }
}

fn name_hash(pattern: &Glob) -> u64 {
    let whole = pattern.as_literal().and_then(|text| text.split_once(':'));
    whole.map_or(LOOK, |(_, name)| hash(name))
}

/// The service of every action that a pattern matches; `None` where there may be several.
pub(crate) fn service_of(pattern: &Glob) -> Option<&str> {
    pattern.literal_prefix().split_once(':').map(|(service, _)| service)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::parse::parse_policy;

    #[test]
    fn an_index_finds_what_a_search_finds() {
        for entries in [1, 3, 40] {
            check_index(entries);
        }
    }

    fn check_index(entries: usize) {
        let listed: Vec<String> = (0..entries)
            .flat_map(|n| [format!("svc{}:Get{n}*", n % 7), format!("svc{}:Put{n}", n % 5)])
            .chain(["*:Delete1".to_owned(), "sv?9:List*".to_owned()])
            .collect();
        let document =
            json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": listed, "Resource": "*"}});
        let policy = parse_policy(&document).policy;
        let items = policy.statements()[0].actions().items();
        let index = ActionIndex::of(policy.statements()[0].actions());
        for service in 0..10 {
            for name in ["get7x", "get14", "put3", "put30", "delete1", "listall", "none"] {
                let action = format!("svc{service}:{name}");
                let want = items.iter().any(|pattern| pattern.matches_folded(&action));
                assert_eq!(
                    index.lists(
                        items,
                        &action,
                        AskedAction::of_hashes(hash(&format!("svc{service}")), hash(name))
                    ),
                    want,
                    "{action}"
                );
            }
        }
    }
}
