//! Reads the log files of one folder, a few at a time, and writes them into the capture.

use futures_util::future::join_all;
use serde_json::Value;
use sv0_model::time::parse_timestamp;
use sv0_sources::{CaptureFile, LogFileError, StoredLogFile};

use super::folders::Folder;
use super::listing::{Listed, Listing, Page};
use super::tally::{Lost, full};
use super::{Cursor, LogFilesOptions};
use crate::api::{ApiError, AwsApi, Failure, Target};
use crate::calls::s3;
use crate::evidence::objects::ObjectReader;
use crate::evidence::window::Window;
use crate::step::{StepError, StepRun};

/// Bytes of one log file as it is stored: CloudTrail's have a few megabytes at most.
const MOST_BYTES: u64 = 64 * 1024 * 1024;
/// Bytes to which one may expand.
const MOST_EXPANDED: u64 = 1024 * 1024 * 1024;
/// Log files that are read at a time, and bytes that they may have together, but for a single one.
const FILES_AT_A_TIME: usize = 8;
const BYTES_AT_A_TIME: u64 = 64 * 1024 * 1024;
/// Log files of a folder of which the first so many could not be read: neither can the others.
const MOST_LOST: u64 = 8;

/// What log files are read with.
pub(super) struct Reader<'r> {
    pub target: &'r Target,
    pub objects: &'r dyn ObjectReader,
    pub options: &'r LogFilesOptions,
    pub window: Window,
}

/// A folder with its first page.
pub(super) struct Head<'r> {
    listing: Listing<'r>,
    page: Result<Option<Page>, ApiError>,
}

impl<'r> Reader<'r> {
    /// The first page of each folder; of the first of them after the key `after`. `None` for folders that the bucket has not.
    pub async fn heads<'f>(&self, api: &dyn AwsApi, folders: &'f [Folder], after: Option<&str>) -> Vec<Option<Head<'f>>>
    where
        'r: 'f,
    {
        let heads = folders.iter().enumerate().map(|(index, folder)| {
            let after = after.filter(|_| index == 0);
            let listing = Listing::new(self.target, self.options, &self.window, folder, after);
            async move {
                let mut listing = listing?;
                let page = listing.next(api).await;
                Some(Head { listing, page })
            }
        });
        join_all(heads).await
    }

    /// Reads a folder to its end. What could not be read stands in the cursor's tally.
    pub async fn read(
        &self,
        run: &mut StepRun<'_>,
        head: Option<Head<'_>>,
        cursor: &mut Cursor,
    ) -> Result<(), StepError> {
        let Some(Head { mut listing, mut page }) = head else {
            return Ok(());
        };
        loop {
            let files = match page {
                Ok(Some(page)) => {
                    cursor.tally.foreign(page.foreign, page.first_foreign);
                    page.files
                }
                Ok(None) => return Ok(()),
                Err(error) if error.failure == Failure::Deadline => return Err(error.into()),
                Err(error) => {
                    cursor.tally.unlisted(&error);
                    return Ok(());
                }
            };
            let mut rest = files.as_slice();
            while !rest.is_empty() {
                if cursor.tally.is_hopeless(MOST_LOST) {
                    return Ok(());
                }
                let left = self.options.max_bytes.saturating_sub(cursor.bytes);
                let count = if cursor.is_full { 0 } else { at_a_time(rest, left) };
                if count == 0 {
                    // Whatever is smaller and comes later is left as well, so that the same log files are read each time.
                    cursor.is_full = true;
                    cursor
                        .tally
                        .lose(rest.len() as u64, &Lost::beyond(full(self.options.max_bytes)));
                    return Ok(());
                }
                let (batch, later) = rest.split_at_checked(count).unwrap_or((rest, &[]));
                self.take(run, batch, cursor).await?;
                rest = later;
                cursor.after = batch.last().map(|file| file.key.clone());
                run.checkpoint(&*cursor)?;
            }
            page = listing.next(run.api()).await;
        }
    }

    /// Reads and writes a few log files.
    async fn take(&self, run: &StepRun<'_>, batch: &[Listed], cursor: &mut Cursor) -> Result<(), StepError> {
        let fetched = join_all(batch.iter().map(|file| self.fetch(file))).await;
        let mut stored = Vec::new();
        for (file, bytes) in batch.iter().zip(fetched) {
            cursor.bytes = cursor.bytes.saturating_add(file.bytes);
            match (bytes, CaptureFile::cloudtrail_log(&file.path)) {
                (Ok(bytes), Ok(file)) => stored.push(StoredLogFile { file, bytes }),
                (Err(error), _) if error.failure == Failure::Deadline => return Err(error.into()),
                (Err(error), _) => cursor.tally.lose(1, &Lost::of(&error, &file.key)),
                (_, Err(_)) => cursor.tally.foreign(1, Some(file.key.escape_debug().to_string())),
            }
        }
        let window = self.window;
        let is_asked = move |event: &Value| {
            let time = event.get("eventTime").and_then(Value::as_str).and_then(parse_timestamp);
            time.is_none_or(|time| window.from <= time && time < window.until)
        };
        for written in run.work().writer.log_files(stored, MOST_EXPANDED, &is_asked) {
            match written {
                Ok(written) => {
                    cursor.files += 1;
                    cursor.tally.read(written);
                }
                Err(LogFileError::Write(error)) => return Err(error.into()),
                Err(LogFileError::Damaged { code, message }) => cursor.tally.lose(1, &Lost::damaged(code, message)),
            }
        }
        Ok(())
    }

    async fn fetch(&self, file: &Listed) -> Result<Vec<u8>, ApiError> {
        let too_large = || ApiError {
            failure: Failure::TooLarge,
            code: "TooLarge".to_owned(),
            message: format!("a log file of more than {MOST_BYTES} bytes is not read"),
            call: s3::GET_LOG_FILE.name(),
        };
        if file.bytes > MOST_BYTES {
            return Err(too_large());
        }
        let mut body = self.objects.open(self.options.bucket.as_str(), &file.key).await?;
        let mut bytes = Vec::new();
        while let Some(chunk) = body.next().await? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() as u64 > MOST_BYTES {
                return Err(too_large());
            }
        }
        Ok(bytes)
    }
}

/// How many of the next log files are read at a time: none where the next one is beyond what is left.
fn at_a_time(files: &[Listed], left: u64) -> usize {
    let mut sum = 0_u64;
    let fits = files
        .iter()
        .take(FILES_AT_A_TIME)
        .enumerate()
        .take_while(|(index, file)| {
            sum = sum.saturating_add(file.bytes);
            sum <= left && (*index == 0 || sum <= BYTES_AT_A_TIME)
        });
    fits.count()
}
