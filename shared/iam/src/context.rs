//! The request context: which condition keys a request carries.

use std::collections::{BTreeMap, BTreeSet};

use crate::hash::hash;

/// Condition keys with their values. Key names ignore case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    /// The keys by the hashes of their names: nothing but numbers is compared on the way to one.
    by_hash: BTreeMap<u64, Entry>,
    /// Keys whose hash another name has that comes before theirs.
    beside: BTreeMap<String, Values>,
    /// A bit for the hash of every key with values: a key whose bit is not set has none.
    filter: u64,
    absent: BTreeSet<String>,
    absent_prefixes: BTreeSet<String>,
}

/// A key with its values.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    folded: String,
    values: Values,
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
        self.insert_hashed(folded, hash, Values::of(values));
    }

    /// Keys of one hash stand in the same places in whatever order they come.
    fn insert_hashed(&mut self, folded: String, hash: u64, values: Values) {
        self.filter |= bit(hash);
        let entry = Entry { folded, values };
        match self.by_hash.get_mut(&hash) {
            None => {
                self.by_hash.insert(hash, entry);
            }
            Some(own) if own.folded < entry.folded => {
                self.beside.insert(entry.folded, entry.values);
            }
            Some(own) => {
                let before = std::mem::replace(own, entry);
                if before.folded != own.folded {
                    self.beside.insert(before.folded, before.values);
                }
            }
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
        let entry = self.by_hash.get(&hash)?;
        let values = if entry.folded == folded {
            &entry.values
        } else {
            self.beside.get(folded)?
        };
        Some(values.as_slice())
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
    }

    /// As if the names had the same hash, which whoever sends requests can make them have.
    #[test]
    fn names_of_one_hash_are_told_apart() {
        let names = ["b", "a", "d", "c", "a"];
        let with = |order: &mut dyn Iterator<Item = &&str>| {
            let mut context = Context::new();
            for name in order {
                let values = Values::of(vec![format!("value of {name}")]);
                context.insert_hashed((*name).to_owned(), 5, values);
            }
            context
        };
        let (forward, backward) = (with(&mut names.iter()), with(&mut names.iter().rev()));
        assert_eq!(forward, backward);
        for name in names {
            assert_eq!(forward.get_hashed(name, 5), Some(&[format!("value of {name}")][..]));
        }
        assert_eq!(forward.get_hashed("e", 5), None);
    }
}
