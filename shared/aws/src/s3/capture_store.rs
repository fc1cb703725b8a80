//! The adapter of the ports to a capture that is being written.

use sv0_lake::{LakeError, ObjectStore as _};
use sv0_sources::{CaptureSink, CaptureStore, SinkError};
use tokio::task::block_in_place;

use super::S3ObjectStore;

const HELP: &str =
    "see that the bucket exists, and that the role may read and write objects there and use the bucket's key";

/// The files of a capture, below one prefix of a store.
///
/// Collection is asynchronous and its ports to files are not, so a file is waited for where the steps run: on a runtime of several threads, of which one then
/// does nothing else.
#[derive(Debug, Clone)]
pub struct S3CaptureStore {
    objects: S3ObjectStore,
    prefix: String,
}

impl S3CaptureStore {
    /// What lies below `prefix`, which ends in `/`, in `objects`.
    #[must_use]
    pub fn new(objects: S3ObjectStore, prefix: &str) -> Self {
        Self {
            objects,
            prefix: prefix.to_owned(),
        }
    }

    fn key(&self, relative: &str) -> String {
        format!("{}{relative}", self.prefix)
    }
}

fn failed(error: LakeError) -> SinkError {
    match error {
        LakeError::Io { key, source, .. } => SinkError {
            place: key,
            source: source.into(),
            help: HELP,
        },
        other => SinkError {
            place: "the capture".to_owned(),
            source: other.into(),
            help: HELP,
        },
    }
}

impl CaptureSink for S3CaptureStore {
    fn put(&self, key: &str, bytes: &[u8]) -> Result<(), SinkError> {
        block_in_place(|| self.objects.put(&self.key(key), bytes)).map_err(failed)
    }
}

impl CaptureStore for S3CaptureStore {
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, SinkError> {
        match block_in_place(|| self.objects.get(&self.key(key))) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(LakeError::NotFound { .. }) => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }
}
