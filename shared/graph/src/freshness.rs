//! Which of two descriptions of the same thing counts.

use std::collections::BTreeMap;

use sv0_model::record::{Origin, Record};
use sv0_model::time::Timestamp;

/// The precedence of a description that lacks what matters: it never replaces one that has it, however new.
pub(crate) const PARTIAL: u64 = 0;
/// The precedence of every other description; versions count upwards from here.
pub(crate) const WHOLE: u64 = 1;

/// Where a description comes from; the later one wins a tie of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Source {
    /// An AWS Config item.
    Config,
    /// An answer of Organizations, IAM or CloudTrail that stands for itself.
    Api,
    /// `GetAccountAuthorizationDetails`.
    AuthorizationDetails,
}

/// How a description ranks among those of the same thing. The fields are compared in their order, the greatest wins,
/// and two that are equal in all of them are the same description.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Freshness {
    /// What outranks time: [`PARTIAL`], [`WHOLE`], or more for the higher version of an AWS managed policy.
    precedence: u64,
    captured_at: Option<Timestamp>,
    source: Source,
    sha256: String,
    object: String,
}

impl Freshness {
    /// The rank of what a record says.
    pub(crate) fn of(record: &Record, source: Source) -> Self {
        Self {
            precedence: WHOLE,
            captured_at: record.captured_at,
            source,
            sha256: record.origin.sha256.clone(),
            object: record.origin.object.clone(),
        }
    }

    /// The same rank with another precedence.
    pub(crate) fn with_precedence(mut self, precedence: u64) -> Self {
        self.precedence = precedence;
        self
    }

    /// The same rank for one item of a record that holds many.
    pub(crate) fn with_item_hash(mut self, sha256: String) -> Self {
        self.sha256 = sha256;
        self
    }

    /// When the description was recorded.
    pub(crate) fn captured_at(&self) -> Option<Timestamp> {
        self.captured_at
    }
}

/// A fact with its rank and the record it comes from.
#[derive(Debug, Clone)]
pub(crate) struct Fact<T> {
    /// Its rank.
    pub(crate) freshness: Freshness,
    /// Its record.
    pub(crate) origin: Origin,
    /// What it says.
    pub(crate) value: T,
}

/// For every key the fact that ranks highest, whatever the order in which they were offered.
#[derive(Debug)]
pub(crate) struct Newest<T>(BTreeMap<String, Fact<T>>);

impl<T> Default for Newest<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T> Newest<T> {
    /// Keeps the fact if it outranks the one that is there.
    pub(crate) fn offer(&mut self, key: String, fact: Fact<T>) {
        match self.0.get(&key) {
            Some(known) if known.freshness >= fact.freshness => {}
            _ => {
                self.0.insert(key, fact);
            }
        }
    }

    /// The fact of a key.
    pub(crate) fn get(&self, key: &str) -> Option<&Fact<T>> {
        self.0.get(key)
    }

    /// Keys and facts, sorted by key.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&String, &Fact<T>)> {
        self.0.iter()
    }

    /// Keys and facts, sorted by key.
    pub(crate) fn into_iter(self) -> impl Iterator<Item = (String, Fact<T>)> {
        self.0.into_iter()
    }
}
