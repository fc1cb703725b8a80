//! The log files of a folder, page by page. Keys are listed in the order of their bytes, which is that of the days, so that a folder is listed from its first day on and until
//! the last, whatever lies before and after.

use serde_json::{Value, json};

use super::key::KeyKind;
use super::{Folder, LogFilesOptions};
use crate::api::{ApiError, AwsApi, Target};
use crate::calls::s3;
use crate::evidence::window::{Day, Window};
use crate::listing::{parameters, text};
use crate::pages::PageReader;

/// A log file that is to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listed {
    pub key: String,
    /// Its place in the capture.
    pub path: String,
    pub bytes: u64,
}

/// Log files of one page.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub files: Vec<Listed>,
    /// Keys that look like log files and are none that are read; the first of them.
    pub foreign: u64,
    pub first_foreign: Option<String>,
}

/// A folder that is being listed.
pub(super) struct Listing<'l> {
    folder: &'l Folder,
    prefix: &'l str,
    pages: PageReader<'l>,
    /// The last key that came.
    last: String,
    /// The last day that is asked about.
    until: String,
    is_done: bool,
}

impl<'l> Listing<'l> {
    /// Begins after the key `after`, or at the first day. `None` for a folder that the bucket has not.
    pub fn new(
        target: &'l Target,
        options: &LogFilesOptions,
        window: &Window,
        folder: &'l Folder,
        after: Option<&str>,
    ) -> Option<Self> {
        let prefix = folder.prefix.as_deref()?;
        let first = format!("{prefix}{}", Day::of(window.from));
        let last = after
            .filter(|after| *after > first.as_str())
            .map_or(first, str::to_owned);
        let asked = json!({"Bucket": options.bucket.as_str(), "Prefix": prefix, "StartAfter": last});
        Some(Self {
            folder,
            prefix,
            pages: PageReader::new(target, &s3::LIST_LOG_FILES, parameters(asked), None),
            last,
            until: Day::of(window.until).to_string(),
            is_done: false,
        })
    }

    /// The next log files; `None` after the last.
    pub async fn next(&mut self, api: &dyn AwsApi) -> Result<Option<Page>, ApiError> {
        if self.is_done {
            return Ok(None);
        }
        let Some(answer) = self.pages.next(api).await? else {
            return Ok(None);
        };
        let mut page = Page::default();
        let listed = answer.get("Contents").and_then(Value::as_array);
        for object in listed.into_iter().flatten() {
            self.take(object, &mut page);
        }
        Ok(Some(page))
    }

    fn take(&mut self, object: &Value, page: &mut Page) {
        let Some(key) = text(object, "Key") else {
            // It may be a log file all the same: that it is not read must be told.
            page.foreign += 1;
            return;
        };
        // A page that comes twice has nothing new.
        let Some(below) = key.strip_prefix(self.prefix).filter(|_| key > self.last.as_str()) else {
            return;
        };
        self.last = key.to_owned();
        let day = below.get(..self.until.len()).unwrap_or(below);
        if day > self.until.as_str() {
            self.is_done = true;
        }
        if self.is_done {
            return;
        }
        match KeyKind::of(below) {
            KeyKind::LogFile(below) => page.files.push(Listed {
                key: key.to_owned(),
                path: format!("{}{below}", self.folder.path),
                bytes: object.get("Size").and_then(Value::as_u64).unwrap_or_default(),
            }),
            KeyKind::Foreign => {
                page.foreign += 1;
                page.first_foreign
                    .get_or_insert_with(|| below.chars().take(100).collect::<String>().escape_debug().to_string());
            }
            KeyKind::Other => {}
        }
    }
}
