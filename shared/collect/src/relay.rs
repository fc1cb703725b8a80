//! What the workers of one scan leave for each other: small documents beside the capture, never in it.
//!
//! ```text
//! draft.json           the plan but for its accounts
//! plan.json            the plan
//! tasks/<task>.json.gz how far a task has come: of an account in many Regions more than a thousand rows, much alike
//! base.json            what was taken over from the base
//! ```

use std::io::{BufReader, BufWriter, Write as _};
use std::sync::Arc;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
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
        let bytes = self.store.get(&key_of(task))?;
        Ok(bytes.and_then(|bytes| serde_json::from_reader(BufReader::new(GzDecoder::new(bytes.as_slice()))).ok()))
    }

    pub(crate) fn keep_plan(&self, plan: &Plan) -> Result<(), SinkError> {
        self.keep(PLAN, plan)
    }

    pub(crate) fn keep_draft(&self, draft: &Plan) -> Result<(), SinkError> {
        self.keep(DRAFT, draft)
    }

    pub(crate) fn keep_state(&self, task: &Task, state: &TaskState) -> Result<(), SinkError> {
        let key = key_of(task);
        let bytes = packed(state).map_err(|source| fault(&key, source))?;
        self.store.put(&key, &bytes)
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
        let bytes = serde_json::to_vec(document).map_err(|error| fault(key, error.into()))?;
        self.store.put(key, &bytes)
    }

    fn read<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, SinkError> {
        let bytes = self.store.get(key)?;
        Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }
}

fn fault(key: &str, source: std::io::Error) -> SinkError {
    SinkError {
        place: key.to_owned(),
        source: source.into(),
        help: "this is a fault of sv0: report it",
    }
}

/// Compressed as it is put into words, so that it is never held whole.
fn packed(state: &TaskState) -> std::io::Result<Vec<u8>> {
    let mut packed = BufWriter::new(GzEncoder::new(Vec::new(), Compression::fast()));
    serde_json::to_writer(&mut packed, state)?;
    packed.flush()?;
    packed
        .into_inner()
        .map_err(std::io::IntoInnerError::into_error)?
        .finish()
}

fn key_of(task: &Task) -> String {
    format!("tasks/{task}.json.gz")
}
