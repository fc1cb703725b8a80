//! Copying files of a base, many at a time: each waits for the store twice, and there may be hundreds of thousands.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use sv0_sources::{CaptureFile, CaptureStore, CaptureWriter};

use super::{BaseError, TakeOverError};

/// Files that are copied at the same time. Of each its stored bytes are held twice.
const COPIES: usize = 16;

/// A file to be copied.
pub(super) struct Wanted {
    /// The file.
    pub file: CaptureFile,
    /// Whether the ledger says that it holds items.
    pub is_needed: bool,
}

/// What was copied.
#[derive(Default)]
pub(super) struct Copied {
    /// Files.
    pub files: usize,
    /// Those of the needed files that the base does not hold.
    pub lost: Vec<String>,
}

/// Copies files through the writer, so that nothing comes into a capture that was not redacted by this version.
pub(super) fn copy_files(
    writer: &CaptureWriter,
    base: &dyn CaptureStore,
    wanted: &[Wanted],
) -> Result<Copied, TakeOverError> {
    let next = AtomicUsize::new(0);
    let outcome = Mutex::new(Ok(Copied::default()));
    let work = || {
        while let Some(wanted) = wanted.get(next.fetch_add(1, Ordering::Relaxed)) {
            let copied = copy_file(writer, base, wanted);
            let mut outcome = outcome.lock().unwrap_or_else(PoisonError::into_inner);
            let Ok(total) = outcome.as_mut() else { return };
            match copied {
                Ok(true) => total.files += 1,
                Ok(false) if wanted.is_needed => total.lost.push(wanted.file.path().to_owned()),
                Ok(false) => {}
                Err(error) => {
                    *outcome = Err(error);
                    return;
                }
            }
        }
    };
    thread::scope(|scope| {
        for _ in 1..COPIES.min(wanted.len()) {
            scope.spawn(work);
        }
        work();
    });
    outcome.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// Whether the base holds the file.
fn copy_file(writer: &CaptureWriter, base: &dyn CaptureStore, wanted: &Wanted) -> Result<bool, TakeOverError> {
    let stored = base.get(wanted.file.path()).map_err(BaseError::from)?;
    let Some(stored) = stored else { return Ok(false) };
    writer.take_over(&wanted.file, &stored)?;
    Ok(true)
}
