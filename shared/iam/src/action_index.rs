//! Which statements, and which entries of an Action element, can be about a service: so that nobody has to look at the others.

use crate::glob::Glob;
use crate::hash::{HashIndex, hash};
use crate::policy::{ActionPattern, Element};

/// A set of services, by hash: what is not in it is certainly none of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ServiceSet(u64);

impl ServiceSet {
    pub(crate) const ALL: Self = Self(u64::MAX);

    /// The set of one service, its prefix in lower case.
    pub(crate) fn of(service: &str) -> Self {
        Self::of_hash(hash(service))
    }

    pub(crate) fn of_hash(hash: u64) -> Self {
        Self(1 << (hash >> 58))
    }

    pub(crate) fn may_share(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The services that a statement with these actions may be about.
    pub(crate) fn of_actions(actions: &Element<ActionPattern>) -> Self {
        match actions {
            Element::Only(entries) if !entries.incomplete => {
                let of_pattern = |pattern: &ActionPattern| service_of(&pattern.glob).map_or(Self::ALL, Self::of);
                let sets = entries.items.iter().map(of_pattern);
                sets.fold(Self(0), |all, one| Self(all.0 | one.0))
            }
            _ => Self::ALL,
        }
    }
}

/// The entries of an Action element by service, where they are many.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct ActionIndex {
    /// Places of entries by their service; empty where the entries are few.
    by_service: HashIndex,
    /// Entries whose service has wildcards.
    open: Vec<u32>,
}

/// Looking through as many entries takes no longer than asking an index.
const FEW: usize = 8;

impl ActionIndex {
    pub(crate) fn of(actions: &Element<ActionPattern>) -> Self {
        let mut index = Self::default();
        let items = actions.items();
        if items.len() <= FEW || u32::try_from(items.len()).is_err() {
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

    /// Whether one of `items`, of which this is the index, matches `action`, which is in lower case, its service of this hash.
    pub(crate) fn lists(&self, items: &[ActionPattern], action: &str, service: u64) -> bool {
        if self.by_service.is_empty() && self.open.is_empty() {
            return items.iter().any(|pattern| pattern.matches_folded(action));
        }
        let matches = |place| {
            items
                .get(place)
                .is_some_and(|pattern: &ActionPattern| pattern.matches_folded(action))
        };
        let mut open = self.open.iter().filter_map(|place| usize::try_from(*place).ok());
        open.any(matches) || self.by_service.places(service).any(matches)
    }
}

/// The service of every action that a pattern matches; `None` where there may be several.
fn service_of(pattern: &Glob) -> Option<&str> {
    pattern.literal_prefix().split_once(':').map(|(service, _)| service)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::parse::parse_policy;

    fn services_of(action: &serde_json::Value) -> ServiceSet {
        let document =
            json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": action, "Resource": "*"}});
        ServiceSet::of_actions(parse_policy(&document).policy.statements()[0].actions())
    }

    #[test]
    fn no_statement_is_passed_over_that_may_be_about_the_service() {
        for (actions, service, may) in [
            (json!("s3:GetObject"), "s3", true),
            (json!("S3:GetObject"), "s3", true),
            (json!(["ec2:*", "s3:Get*"]), "s3", true),
            (json!("*"), "s3", true),
            (json!("s?:Get*"), "s3", true),
            (json!("s3*:Get*"), "s3", true),
            (json!(["ec2:*", 5]), "s3", true),
            (json!("ec2:*"), "s3", false),
        ] {
            assert_eq!(
                services_of(&actions).may_share(ServiceSet::of(service)),
                may,
                "{actions}"
            );
        }
    }

    #[test]
    fn an_index_finds_what_a_search_finds() {
        let listed: Vec<String> = (0..40)
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
                    index.lists(items, &action, hash(&format!("svc{service}"))),
                    want,
                    "{action}"
                );
            }
        }
    }
}
