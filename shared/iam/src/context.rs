//! The request context: which condition keys a request carries.

use std::collections::{BTreeMap, BTreeSet};

use crate::hash::hash;

/// Condition keys with their values. Key names ignore case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    values: BTreeMap<String, Vec<String>>,
    /// A bit for the hash of every key with values: a key whose bit is not set has none.
    filter: u64,
    absent: BTreeSet<String>,
    absent_prefixes: BTreeSet<String>,
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
        self.filter |= bit(hash(&folded));
        self.values.insert(folded, values);
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
        self.get_folded(&fold_key(key))
    }

    pub(crate) fn get_folded(&self, folded: &str) -> Option<&[String]> {
        self.values.get(folded).map(Vec::as_slice)
    }

    /// The values of a key, given by its folded name and the hash of that.
    pub(crate) fn get_hashed(&self, folded: &str, hash: u64) -> Option<&[String]> {
        if self.filter & bit(hash) == 0 {
            return None;
        }
        self.get_folded(folded)
    }

    /// Whether `key` is known to be absent.
    #[must_use]
    pub fn is_absent(&self, key: &str) -> bool {
        let folded = fold_key(key);
        !self.values.contains_key(&folded) && self.is_marked_absent(&folded)
    }

    pub(crate) fn is_marked_absent(&self, folded: &str) -> bool {
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
