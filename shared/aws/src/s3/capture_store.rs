//! The adapter of the ports to a capture that is being written.

use std::panic::resume_unwind;
use std::thread;

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

/// What a thread of its own waits for. Tokio wakes the futures that a thread blocks on in one place: were a file waited for in such a future, on its own thread, that wait would take what
/// wakes the rest of it, and nobody would wake it again.
fn waited<T: Send>(wait: impl FnOnce() -> T + Send) -> T {
    block_in_place(|| thread::scope(|scope| scope.spawn(wait).join().unwrap_or_else(|panic| resume_unwind(panic))))
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
        waited(|| self.objects.put(&self.key(key), bytes)).map_err(failed)
    }
}

impl CaptureStore for S3CaptureStore {
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, SinkError> {
        match waited(|| self.objects.get(&self.key(key))) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(LakeError::NotFound { .. }) => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use futures_util::future::join;
    use tokio::runtime::Runtime;
    use tokio::sync::oneshot;
    use tokio::time::sleep;

    use super::*;

    #[test]
    fn what_wakes_the_caller_while_a_file_is_waited_for_is_not_lost() {
        let (done, is_done) = mpsc::channel();
        // Apart, since the test would hang with it.
        thread::spawn(move || {
            let runtime = Runtime::new().unwrap();
            let handle = runtime.handle().clone();
            let answered = runtime.block_on(async {
                let (answer, answered) = oneshot::channel();
                tokio::spawn(async move {
                    sleep(Duration::from_millis(20)).await;
                    answer.send("answered")
                });
                // The first is asked once before the second waits, and again only when it was woken.
                let file = async { waited(|| handle.block_on(async { sleep(Duration::from_millis(200)).await })) };
                join(answered, file).await.0
            });
            done.send(answered)
        });
        let answered = is_done.recv_timeout(Duration::from_secs(10));
        assert_eq!(answered.expect("nobody woke it").unwrap(), "answered");
    }
}
