//! The request context: which condition keys a request carries.

use std::collections::{BTreeMap, BTreeSet};

use crate::hash::hash;

/// Condition keys with their values. Key names ignore case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    values: Keys,
    /// A bit for the hash of every key with values: a key whose bit is not set has none.
    filter: u64,
    absent: BTreeSet<String>,
    absent_prefixes: BTreeSet<String>,
}

/// Keys by the hashes of their names.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Keys {
    /// As most requests have: the hashes lie with the context, so that only the entry that is looked for is looked at.
    Few {
        /// Of each entry, in their order; 0 behind the last.
        hashes: [u64; FEW],
        /// In the order of their names.
        entries: Vec<Entry>,
    },
    Many(BTreeMap<String, Values>),
}

/// As many hashes are looked through in the time that a tree takes.
const FEW: usize = 16;

/// A key with its values.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    folded: String,
    values: Values,
}

impl Default for Keys {
    fn default() -> Self {
        Self::Few {
            hashes: [0; FEW],
            entries: Vec::new(),
        }
    }
}

impl Keys {
    fn get(&self, folded: &str, hash: u64) -> Option<&Values> {
        match self {
            Self::Few { hashes, entries } => {
                let alike = (0..entries.len()).filter(|at| hashes.get(*at) == Some(&hash));
                let mut found = alike.filter_map(|at| entries.get(at));
                let entry = found.find(|entry| entry.folded == folded)?;
                Some(&entry.values)
            }
            Self::Many(keys) => keys.get(folded),
        }
    }

    fn insert(&mut self, folded: String, hash: u64, values: Values) {
        match self {
            Self::Few { hashes, entries } => {
                match entries.binary_search_by(|entry| entry.folded.as_str().cmp(&folded)) {
                    Ok(at) => {
                        if let Some(entry) = entries.get_mut(at) {
                            entry.values = values;
                        }
                    }
                    Err(at) if entries.len() < FEW => {
                        if let Some(behind) = hashes.get_mut(at..) {
                            behind.rotate_right(1);
                            behind.iter_mut().take(1).for_each(|first| *first = hash);
                        }
                        entries.insert(at, Entry { folded, values });
                    }
                    Err(_) => {
                        let entries = std::mem::take(entries).into_iter();
                        let mut keys: BTreeMap<_, _> = entries.map(|entry| (entry.folded, entry.values)).collect();
                        keys.insert(folded, values);
                        *self = Self::Many(keys);
                    }
                }
            }
            Self::Many(keys) => {
                keys.insert(folded, values);
            }
        }
    }
}

/// The values of a key; most have one.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Values {
    One(String),
    /// None, or several.
    Listed(Vec<String>),
}

impl Values {
    fn of(mut values: Vec<String>) -> Self {
        match (values.pop(), values.is_empty()) {
            (Some(only), true) => Self::One(only),
            (last, _) => {
                values.extend(last);
                Self::Listed(values)
            }
        }
    }

    fn as_slice(&self) -> &[String] {
        match self {
            Self::One(only) => std::slice::from_ref(only),
            Self::Listed(values) => values,
        }
    }
}

impl Context {
    /// A context without any key.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives `key` its values; an empty list is a key that is present and empty.
    pub fn insert(&mut self, key: &str, values: Vec<String>) {
        let folded = fold_key(key);
        let hash = hash(&folded);
        self.filter |= bit(hash);
        self.values.insert(folded, hash, Values::of(values));
    }

    /// Gives `key` its values, unless something is said of it already.
    pub fn fill(&mut self, key: &str, values: impl FnOnce() -> Vec<String>) {
        let folded = fold_key(key);
        let hash = hash(&folded);
        if self.get_hashed(&folded, hash).is_none() && !self.is_marked_absent(&folded) {
            self.filter |= bit(hash);
            self.values.insert(folded, hash, Values::of(values()));
        }
    }

    /// Says that the request does not carry `key`, unless something is said of it already.
    pub fn fill_absent(&mut self, key: &str) {
        let folded = fold_key(key);
        if self.get_hashed(&folded, hash(&folded)).is_none() {
            self.absent.insert(folded);
        }
    }

    /// Says that the request does not carry `key`, even where other keys may have any value.
    pub fn mark_absent(&mut self, key: &str) {
        self.absent.insert(fold_key(key));
    }

    /// Says the same of every key that begins with `prefix`, such as `aws:ResourceTag/`, and has no value of its own.
    pub fn mark_absent_prefix(&mut self, prefix: &str) {
        self.absent_prefixes.insert(fold_key(prefix));
    }

    /// The values of `key`, if it was given.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&[String]> {
        let folded = fold_key(key);
        self.get_hashed(&folded, hash(&folded))
    }

    /// The values of a key, given by its folded name and the hash of that.
    pub(crate) fn get_hashed(&self, folded: &str, hash: u64) -> Option<&[String]> {
        if self.filter & bit(hash) == 0 {
            return None;
        }
        self.values.get(folded, hash).map(Values::as_slice)
    }

    /// Whether `key` is known to be absent.
    #[must_use]
    pub fn is_absent(&self, key: &str) -> bool {
        let folded = fold_key(key);
        self.get_hashed(&folded, hash(&folded)).is_none() && self.is_marked_absent(&folded)
    }

    pub(crate) fn is_marked_absent(&self, folded: &str) -> bool {
        if self.absent.is_empty() && self.absent_prefixes.is_empty() {
            return false;
        }
        self.absent.contains(folded) || self.absent_prefixes.iter().any(|prefix| folded.starts_with(prefix))
    }
}

/// What a condition key that was not given is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum UnknownContext {
    /// It is absent, as AWS would treat it.
    #[default]
    Absent,
    /// It may have any value or be absent.
    Any,
}

/// The form under which key names are compared.
pub(crate) fn fold_key(key: &str) -> String {
    key.to_ascii_lowercase()
}

fn bit(hash: u64) -> u64 {
    1 << (hash >> 58)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_whatever_their_case() {
        let mut context = Context::new();
        context.insert("aws:SourceIp", vec!["10.0.0.1".to_owned()]);
        context.insert("svc:Many", vec!["a".to_owned(), "b".to_owned()]);
        context.insert("svc:none", Vec::new());
        context.mark_absent("svc:Absent");
        assert_eq!(context.get("AWS:sourceip"), Some(&["10.0.0.1".to_owned()][..]));
        assert_eq!(context.get("svc:many").map(<[String]>::len), Some(2));
        assert_eq!(context.get("svc:none"), Some(&[][..]));
        assert_eq!(context.get("svc:other"), None);
        assert!(context.is_absent("SVC:absent") && !context.is_absent("svc:none"));
        context.insert("AWS:SOURCEIP", vec!["10.0.0.2".to_owned()]);
        assert_eq!(context.get("aws:SourceIp"), Some(&["10.0.0.2".to_owned()][..]));
        let other = || vec!["other".to_owned()];
        let before = context.clone();
        for key in ["AWS:SourceIp", "svc:None", "svc:absent"] {
            context.fill(key, other);
            context.fill_absent(key);
        }
        assert_eq!(context, before);
        context.fill("svc:New", other);
        context.fill_absent("svc:Gone");
        assert_eq!(context.get("svc:new"), Some(&["other".to_owned()][..]));
        assert!(context.is_absent("svc:gone"));
    }

    /// Of few keys and of many, some of which have one hash, as whoever sends requests can make them have.
    #[test]
    fn keys_are_found_however_many_and_in_whatever_order_they_came() {
        for count in [1, 5, FEW, FEW + 1, 100] {
            let names: Vec<String> = (0..count).map(|n| format!("svc:k{}", n * 7 % count)).collect();
            let with = |order: &mut dyn Iterator<Item = &String>| {
                let mut keys = Keys::default();
                for name in order {
                    keys.insert(name.clone(), 5 + hash(name) % 3, Values::of(vec!["before".to_owned()]));
                    keys.insert(name.clone(), 5 + hash(name) % 3, Values::of(vec![format!("of {name}")]));
                }
                keys
            };
            let keys = with(&mut names.iter());
            assert_eq!(keys, with(&mut names.iter().rev()));
            for name in &names {
                let found = keys.get(name, 5 + hash(name) % 3).map(Values::as_slice);
                assert_eq!(found, Some(&[format!("of {name}")][..]), "{name} of {count}");
            }
            assert_eq!(keys.get("svc:other", 5), None);
        }
    }
}
