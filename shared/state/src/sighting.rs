//! What was seen, and what is known of when.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sv0_model::hash::sha256_hex;
use sv0_model::time::Timestamp;

/// What kind of thing was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SightingKind {
    /// A node of the graph.
    Entity,
    /// A relation between two nodes.
    Edge,
    /// An authority path.
    Path,
    /// A finding.
    Finding,
}

impl SightingKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Entity, Self::Edge, Self::Path, Self::Finding];

    /// The name under which it is stored.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Entity => "entity",
            Self::Edge => "edge",
            Self::Path => "path",
            Self::Finding => "finding",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A thing that can be seen again: its id is the same in every run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Thing {
    /// Its kind.
    pub kind: SightingKind,
    /// Its stable id: native id of an entity, id of a path or finding.
    pub id: String,
}

impl Thing {
    /// The thing of that kind with that id.
    pub fn new(kind: SightingKind, id: impl Into<String>) -> Self {
        Self { kind, id: id.into() }
    }
}

/// One account × Region × source, as a row of the coverage ledger names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Partition {
    /// 12-digit account id, or `organization`.
    pub account: String,
    /// Region, or `global`.
    pub region: String,
    /// The source, such as `config:AWS::S3::Bucket`.
    pub source: String,
}

impl Partition {
    /// The partition of that account, Region and source.
    pub fn new(account: impl Into<String>, region: impl Into<String>, source: impl Into<String>) -> Self {
        Self {
            account: account.into(),
            region: region.into(),
            source: source.into(),
        }
    }
}

/// What would have to be known for the absence of a thing to mean that it is gone.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Grounds {
    /// What must have been read whole. If there is nothing, absence never means that a thing is gone.
    pub partitions: BTreeSet<Partition>,
    /// Native ids of entities whose policies must have been readable, every one that is there.
    pub policies_of: BTreeSet<String>,
}

/// What a store answers with when it is asked for a thing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Document {
    sha256: String,
    text: String,
    summary: BTreeMap<String, String>,
}

impl Document {
    /// A document with this text, found and listed by `summary`: a few short texts, such as `severity` and `account` of a finding.
    #[must_use]
    pub fn new(text: String, summary: BTreeMap<String, String>) -> Self {
        Self {
            sha256: sha256_hex(text.as_bytes()),
            text,
            summary,
        }
    }

    /// SHA-256 of the text.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// The document: one JSON object.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// By what it is found and listed.
    #[must_use]
    pub fn summary(&self) -> &BTreeMap<String, String> {
        &self.summary
    }
}

/// A thing as one run saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// The thing.
    pub thing: Thing,
    /// SHA-256 of what counts as its content: another hash is a change.
    pub content_sha256: String,
    /// What it rests on; shared, because many things rest on the same.
    pub rests_on: Arc<Grounds>,
    /// What is kept of it beside its history; `None` keeps what is known. Another document with the same content is kept, and is no change.
    pub document: Option<Arc<Document>>,
}

/// What is known of when a thing was there. Every time is the time of a capture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct History {
    /// The oldest capture that showed it.
    pub first_seen: Timestamp,
    /// The newest capture that showed it.
    pub last_seen: Timestamp,
    /// The capture that first showed it as it is now, or showed it again after it was gone.
    pub changed_at: Timestamp,
    /// The first capture that should have shown it and neither did nor proved it gone; `None` while it is seen.
    pub stale_since: Option<Timestamp>,
    /// The capture that proved it gone; `None` while it is not.
    pub gone_at: Option<Timestamp>,
}

/// All that is kept of a thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Life {
    /// SHA-256 of its content when it was last seen.
    pub content_sha256: String,
    /// When it was there.
    pub history: History,
    /// What it rested on when it was last seen.
    pub rests_on: Arc<Grounds>,
    /// SHA-256 of the document that is kept of it, if one is.
    pub document_sha256: Option<String>,
}
