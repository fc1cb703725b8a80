//! Effective access over a graph: who can do what, by which chain, what stops it, and what was really done.
//!
//! [`Estate`] is a graph compiled for questions; [`authority_paths`] walks it from every workload; [`findings`] judges what was found;
//! [`EvidenceFold`] adds up what the logs show.
//!
//! Architecture invariant: this crate calls no AWS API, reads no file, clock or environment, and knows no storage. Same graph, same bytes.

mod access;
mod escalation;
mod estate;
mod evidence;
mod findings;
mod names;
mod paths;
mod query;
mod related;
mod step;
#[cfg(test)]
mod testkit;

pub use estate::{Estate, SnapshotText, elsewhere};
pub use evidence::EvidenceFold;
pub use findings::{FindingOptions, Judge, Judgement, findings};
pub use names::{nearest, suggestions};
pub use paths::{PathOptions, PathProgress, PathsOutput, Shard, authority_paths, each_route};
pub use query::{
    Answer, Asked, AssumeInformation, Attachment, AttachmentKind, ButFor, Change, Explanation, Grant, Grants,
    LayerState, LayerVerdict, MissingElement, NearestMiss, Needed, PrincipalAnswer, Query, QueryError, Route,
    ShownStatement, Source, ViaHop, WhoCan, resource_hint,
};
pub use sv0_iam::catalogue::CanonicalPermission;
