//! The objects of a run: where they lie, how they are encoded, and the manifest that proves them.
//!
//! Layout below the store's root (`docs/lake.md` says what each holds):
//!
//! ```text
//! current.json                       {"run_id": …}: the newest complete run
//! runs/<run-id>/manifest.json        written last; a run without it never happened
//! runs/<run-id>/graph/…              entities, edges, policies, the organization
//! runs/<run-id>/evidence/…           observed use, trails
//! runs/<run-id>/authority/…          authority paths
//! runs/<run-id>/findings/…           findings
//! runs/<run-id>/coverage.ndjson      the coverage ledger
//! runs/<run-id>/diagnostics.ndjson   what was wrong with the input
//! runs/<run-id>/report/index.html    the report
//! ```
//!
//! Architecture invariant: this crate knows nothing of IAM and links no AWS SDK. Only adapters of [`ObjectStore`] touch a disk or a network.

mod codec;
mod error;
mod folder;
mod parts;
mod run;
mod store;

pub use codec::{NdjsonEncoder, each_of_ndjson, from_ndjson, lines_of_ndjson, to_ndjson};
pub use error::LakeError;
pub use folder::FolderStore;
pub use parts::{Divided, Part, PartsEncoder, index_key, read_index, slice};
pub use run::{
    CURRENT_KEY, RUN_ID_FORM, Run, RunPointer, is_run_id, keys, manifest_key, newest_run, newest_run_as_of, publish,
    run_key,
};
pub use store::{ObjectStore, contract, is_valid_key};
