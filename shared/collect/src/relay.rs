//! What the workers of one scan leave for each other: small documents beside the capture, never in it.
//!
//! ```text
//! draft.json           the plan but for its accounts
//! plan.json            the plan
//! tasks/<task>.json    how far a task has come
//! base.json            what was taken over from the base
//! ```

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sv0_sources::{CaptureStore, SinkError};

use crate::base::TakenOver;
use crate::plan::Plan;
use crate::task::Task;
use crate::work::Progress;

const DRAFT: &str = "draft.json";
const PLAN: &str = "plan.json";
const BASE: &str = "base.json";

/// The documents of one scan.
#[derive(Clone)]
pub struct Relay {
    store: Arc<dyn CaptureStore>,
}

/// How far a task has come, and whether it comes any further.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskState {
    /// How far it has come.
    pub progress: Progress,
    /// Workers in a row that brought it no further.
    pub stalled: u32,
}

impl Relay {
    /// The documents that lie in `store`, which holds nothing else.
    #[must_use]
    pub fn new(store: Arc<dyn CaptureStore>) -> Self {
        Self { store }
    }

    /// The plan; `None` while it is not made.
    ///
    /// # Errors
    /// [`SinkError`].
    pub fn plan(&self) -> Result<Option<Plan>, SinkError> {
        self.read(PLAN)
    }

    /// The plan but for its accounts; `None` before it was begun.
    ///
    /// # Errors
    /// [`SinkError`].
    pub fn draft(&self) -> Result<Option<Plan>, SinkError> {
        self.read(DRAFT)
    }

    /// How far a task has come. Nothing where no worker said so, and where what one said cannot be read: the task then begins again, which does no harm.
    ///
    /// # Errors
    /// [`SinkError`].
    pub fn state(&self, task: &Task) -> Result<Option<TaskState>, SinkError> {
        self.read(&key_of(task))
    }

    pub(crate) fn keep_plan(&self, plan: &Plan) -> Result<(), SinkError> {
        self.keep(PLAN, plan)
    }

    pub(crate) fn keep_draft(&self, draft: &Plan) -> Result<(), SinkError> {
        self.keep(DRAFT, draft)
    }

    pub(crate) fn keep_state(&self, task: &Task, state: &TaskState) -> Result<(), SinkError> {
        self.keep(&key_of(task), state)
    }

    pub(crate) fn taken_over(&self) -> Result<TakenOver, SinkError> {
        Ok(self.read(BASE)?.unwrap_or_default())
    }

    pub(crate) fn keep_taken_over(&self, taken: &TakenOver) -> Result<(), SinkError> {
        self.keep(BASE, taken)
    }

    /// Keeps a document of the host's own.
    ///
    /// # Errors
    /// [`SinkError`].
    pub fn keep<T: Serialize>(&self, key: &str, document: &T) -> Result<(), SinkError> {
        let bytes = serde_json::to_vec(document).map_err(|error| SinkError {
            place: key.to_owned(),
            source: error.into(),
            help: "this is a fault of sv0: report it",
        })?;
        self.store.put(key, &bytes)
    }

    fn read<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, SinkError> {
        let bytes = self.store.get(key)?;
        Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }
}

fn key_of(task: &Task) -> String {
    format!("tasks/{task}.json")
}
