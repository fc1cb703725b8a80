//! Where things lie in the table. `docs/data-model.md` tells readers the same.

use std::collections::BTreeMap;

use sv0_model::hash::sha256_hex;
use sv0_model::time::Timestamp;
use sv0_state::{SightingKind, Thing};

/// The parts that the things of a table are divided into: the first two digits of a hash.
pub(super) const SHARDS: usize = 256;

/// A sort key takes 1,024 bytes, the key of an index 2,048; longer ids stand there as their hash.
const LONGEST_ID: usize = 900;

/// The keys of an item.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub pk: String,
    pub sk: String,
}

impl Key {
    fn new(pk: impl Into<String>, sk: impl Into<String>) -> Self {
        Self {
            pk: pk.into(),
            sk: sk.into(),
        }
    }

    pub fn configuration() -> Self {
        Self::new("configuration", "configuration")
    }

    pub fn head() -> Self {
        Self::new("head", "head")
    }

    pub fn lease(name: &str) -> Self {
        Self::new(format!("lease/{name}"), "lease")
    }

    pub fn run(run_id: &str) -> Self {
        Self::new(format!("run/{run_id}"), "run")
    }

    /// The run's place in the list of runs, which the time of its capture puts into order.
    pub fn listed_run(run_id: &str, captured_at: Timestamp) -> Self {
        let time = captured_at.strftime("%Y-%m-%dT%H:%M:%S.%9fZ");
        Self::new(RUNS, format!("{time}/{run_id}"))
    }

    pub fn coverage(account: &str) -> Self {
        Self::new(format!("coverage/{}", short(account)), "coverage")
    }

    pub fn coverage_accounts() -> Self {
        Self::new("coverage", "accounts")
    }

    pub fn thing(thing: &Thing) -> Self {
        let hash = hash_of(thing);
        let sk = format!("{}/{}", thing.kind.name(), short(&thing.id));
        Self::new(format!("things/{}", hash.get(..2).unwrap_or_default()), sk)
    }

    pub fn text(&self) -> String {
        format!("{} {}", self.pk, self.sk)
    }
}

/// The partition of the list of runs.
pub(super) const RUNS: &str = "runs";

/// The partition of a shard.
pub(super) fn shard(index: usize) -> String {
    format!("things/{index:02x}")
}

/// The shard of a thing.
pub(super) fn shard_of(thing: &Thing) -> usize {
    let hash = hash_of(thing);
    let digits = hash.get(..2).unwrap_or_default();
    usize::from_str_radix(digits, 16).unwrap_or_default()
}

/// What spreads things over shards and lists.
fn hash_of(thing: &Thing) -> String {
    sha256_hex(format!("{}/{}", thing.kind.name(), thing.id).as_bytes())
}

fn short(id: &str) -> String {
    if id.len() <= LONGEST_ID {
        id.to_owned()
    } else {
        format!("sha256:{}", sha256_hex(id.as_bytes()))
    }
}

/// Names of the attributes that list a thing; each is the key of an index of that name.
pub(super) const LISTS: [&str; 3] = ["list1", "list2", "list3"];

/// Where a thing is listed. What many things may have in common is divided into sixteen lists by the last digit of the hash.
pub(super) fn lists(thing: &Thing, summary: &BTreeMap<String, String>) -> Vec<(&'static str, String)> {
    let hash = hash_of(thing);
    let digit = hash.get(hash.len().saturating_sub(1)..).unwrap_or_default();
    let of = |name: &str| short(summary.get(name).map_or("none", String::as_str));
    let lists = match thing.kind {
        SightingKind::Entity => vec![format!("entities/account/{}/{digit}", of("account"))],
        SightingKind::Edge => Vec::new(),
        SightingKind::Route => vec![
            format!("routes/from/{}", of("workload")),
            format!("routes/to/{}", of("authority")),
        ],
        SightingKind::Access => vec![
            format!("accesses/from/{}", of("authority")),
            format!("accesses/to/{}", of("resource")),
        ],
        SightingKind::Finding => vec![
            format!("findings/severity/{}/{digit}", of("severity")),
            format!("findings/account/{}/{digit}", of("account")),
            format!("findings/kind/{}/{digit}", of("type")),
        ],
    };
    LISTS.into_iter().zip(lists).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_lies_where_the_documentation_says() {
        let thing = Thing::new(SightingKind::Entity, "arn:aws:s3:::orders");
        // printf 'entity/arn:aws:s3:::orders' | sha256sum
        let hash = sha256_hex(b"entity/arn:aws:s3:::orders");
        assert_eq!(Key::thing(&thing).pk, format!("things/{}", hash.get(..2).unwrap()));
        assert_eq!(Key::thing(&thing).sk, "entity/arn:aws:s3:::orders");
        assert_eq!(shard(shard_of(&thing)), Key::thing(&thing).pk);
        let lists = lists(
            &thing,
            &BTreeMap::from([("account".to_owned(), "111122223333".to_owned())]),
        );
        assert_eq!(
            lists,
            [(
                "list1",
                format!("entities/account/111122223333/{}", hash.get(63..).unwrap())
            )]
        );
    }

    #[test]
    fn no_key_is_longer_than_dynamodb_takes() {
        let long = "x".repeat(5000);
        let names = ["workload", "authority", "resource", "account", "severity", "type"];
        let summary = names.map(|name| (name.to_owned(), long.clone())).into();
        for kind in SightingKind::ALL {
            let thing = Thing::new(kind, &long);
            assert!(Key::thing(&thing).sk.len() <= 1024);
            assert!(lists(&thing, &summary).iter().all(|(_, list)| list.len() <= 2048));
            let other = Thing::new(kind, format!("{long}y"));
            assert_ne!(Key::thing(&thing).sk, Key::thing(&other).sk);
        }
        assert!(Key::coverage(&long).pk.len() <= 2048);
    }

    #[test]
    fn who_reaches_a_resource_is_two_questions() {
        let listed = |kind, summary: &[(&str, &str)]| {
            let summary = summary
                .iter()
                .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
            lists(&Thing::new(kind, "id"), &summary.collect())
                .into_iter()
                .map(|(_, list)| list)
                .collect::<Vec<_>>()
        };
        let access = listed(SightingKind::Access, &[("authority", "role"), ("resource", "bucket")]);
        assert_eq!(access, ["accesses/from/role", "accesses/to/bucket"]);
        let route = listed(SightingKind::Route, &[("authority", "role"), ("workload", "function")]);
        assert_eq!(route, ["routes/from/function", "routes/to/role"]);
    }

    #[test]
    fn runs_are_in_the_order_of_their_captures() {
        let times = ["2026-03-02T06:00:00Z", "2026-03-02T06:00:00.5Z", "2026-03-02T06:00:01Z"];
        let keys = times.map(|time| Key::listed_run("r", time.parse().unwrap()).sk);
        assert!(keys.is_sorted(), "{keys:?}");
        assert_eq!(keys[1], "2026-03-02T06:00:00.500000000Z/r");
    }
}
