//! What was seen, and what is known of when.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;
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
    /// A way from a workload or identity to an authority.
    Route,
    /// What an authority can do with a part of a resource.
    Access,
    /// A finding.
    Finding,
}

impl SightingKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Entity, Self::Edge, Self::Route, Self::Access, Self::Finding];

    /// The name under which it is stored.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Entity => "entity",
            Self::Edge => "edge",
            Self::Route => "route",
            Self::Access => "access",
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
    /// Its stable id: native id of an entity, id of a route, an access or a finding.
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

/// What must have been read whole. An estate has few such sets, and many things that rest on each, so it is shared.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Partitions(Arc<BTreeSet<Partition>>);

impl Deref for Partitions {
    type Target = BTreeSet<Partition>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl FromIterator<Partition> for Partitions {
    fn from_iter<I: IntoIterator<Item = Partition>>(partitions: I) -> Self {
        Self(Arc::new(partitions.into_iter().collect()))
    }
}

impl<const N: usize> From<[Partition; N]> for Partitions {
    fn from(partitions: [Partition; N]) -> Self {
        partitions.into_iter().collect()
    }
}

/// What would have to be known for the absence of a thing to mean that it is gone.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Grounds {
    /// What must have been read whole. If there is nothing, absence never means that a thing is gone.
    pub partitions: Partitions,
    /// Native ids of entities whose policies must have been readable, every one that is there.
    pub policies_of: BTreeSet<String>,
}

/// What a store answers with when it is asked for a thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    sha256: String,
    text: String,
    steps: Vec<Arc<Step>>,
    summary: BTreeMap<String, String>,
}

/// One step of routes and accesses. Many documents share it; a store may keep it once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    sha256: String,
    text: String,
}

impl Step {
    /// The step with this text: one JSON object.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self {
            sha256: sha256_hex(text.as_bytes()),
            text,
        }
    }

    /// SHA-256 of the text.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// The step: one JSON object.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// Where the steps of a document belong in its text.
const NO_STEPS: &str = "\"hops\":[]";

impl Document {
    /// A document with this text, found and listed by `summary`: a few short texts, such as `severity` and `account` of a finding.
    #[must_use]
    pub fn new(text: String, summary: BTreeMap<String, String>) -> Self {
        Self {
            sha256: sha256_hex(text.as_bytes()),
            text,
            steps: Vec::new(),
            summary,
        }
    }

    /// A document with its steps apart: `text` has an empty list, `"hops":[]`, where they belong.
    #[must_use]
    pub fn with_steps(text: String, steps: Vec<Arc<Step>>, summary: BTreeMap<String, String>) -> Self {
        let mut hashed = text.clone();
        for step in &steps {
            hashed.push('\n');
            hashed.push_str(step.sha256());
        }
        Self {
            sha256: sha256_hex(hashed.as_bytes()),
            text,
            steps,
            summary,
        }
    }

    /// SHA-256 of the text, and of the hashes of the steps.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// The document without its steps: one JSON object.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The steps, in their order.
    #[must_use]
    pub fn steps(&self) -> &[Arc<Step>] {
        &self.steps
    }

    /// The document with its steps: one JSON object.
    #[must_use]
    pub fn whole(&self) -> String {
        whole(&self.text, self.steps.iter().map(|step| step.text()))
    }

    /// By what it is found and listed.
    #[must_use]
    pub fn summary(&self) -> &BTreeMap<String, String> {
        &self.summary
    }
}

/// A document with these steps where they belong.
pub(crate) fn whole<'s>(text: &str, steps: impl Iterator<Item = &'s str>) -> String {
    let mut steps = steps.peekable();
    let Some((before, after)) = text.split_once(NO_STEPS).filter(|_| steps.peek().is_some()) else {
        return text.to_owned();
    };
    let mut whole = format!("{before}\"hops\":[");
    for (place, step) in steps.enumerate() {
        if place > 0 {
            whole.push(',');
        }
        whole.push_str(step);
    }
    whole.push(']');
    whole.push_str(after);
    whole
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
