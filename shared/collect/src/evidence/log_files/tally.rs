//! What was read of the log files of an account and Region, and what the ledger says of it.

use serde::{Deserialize, Serialize};
use sv0_model::coverage::{CoverageRow, CoverageStatus};
use sv0_model::time::Timestamp;
use sv0_sources::LogFile;

use super::LOGS;
use super::folders::Folder;
use crate::api::{ApiError, Failure};
use crate::calls::s3;
use crate::evidence::trail::Recorded;
use crate::evidence::window::Window;
use crate::step::Note;

/// What the reader of log files must be allowed.
const NEEDED: &str = "the caller needs s3:ListBucket on the trail's bucket, s3:GetObject on its log files, and kms:Decrypt on the trail's key where it has one";

/// That no more bytes are read.
pub(super) fn full(max_bytes: u64) -> String {
    format!(
        "no more than {max_bytes} bytes of log files are read: name fewer days with --evidence-days, or more bytes with --cloudtrail-logs-max-bytes"
    )
}

/// Why a log file was not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Lost {
    /// The status of a place of which nothing was read.
    status: CoverageStatus,
    reason: String,
    error_code: Option<String>,
    operation: Option<String>,
}

impl Lost {
    /// AWS did not give it.
    pub fn of(error: &ApiError, key: &str) -> Self {
        Self {
            reason: format!("{} ({})", words(error), key.chars().take(300).collect::<String>()),
            ..Self::from(error)
        }
    }

    /// It cannot be read to its end.
    pub fn damaged(code: &str, message: String) -> Self {
        Self {
            status: CoverageStatus::Failed,
            reason: message,
            error_code: Some(code.to_owned()),
            operation: Some(s3::GET_LOG_FILE.name()),
        }
    }

    /// What a step says of itself, whether it read anything or not.
    pub fn note(self, has_read: bool, words: impl FnOnce(&str) -> String) -> Note {
        Note {
            status: if has_read { CoverageStatus::Partial } else { self.status },
            reason: words(&self.reason),
            error_code: self.error_code,
            operation: self.operation,
        }
    }

    /// It was not asked for.
    pub fn beyond(reason: String) -> Self {
        Self {
            status: CoverageStatus::NotObservable,
            reason,
            error_code: Some("TooManyBytes".to_owned()),
            operation: None,
        }
    }
}

impl From<&ApiError> for Lost {
    fn from(error: &ApiError) -> Self {
        Self {
            status: error.failure.status(),
            reason: words(error),
            error_code: Some(error.code.clone()),
            operation: Some(error.call.clone()),
        }
    }
}

fn words(error: &ApiError) -> String {
    match error.failure {
        Failure::Denied => format!("{}; {NEEDED}", error.message),
        _ => error.message.clone(),
    }
}

/// What was read so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Tally {
    files: u64,
    events: u64,
    /// Log files that were not read, or not whole; the first reason.
    lost: u64,
    first: Option<Lost>,
    /// Why a folder was not listed to its end.
    unlisted: Option<Lost>,
}

impl Tally {
    pub fn read(&mut self, written: LogFile) {
        self.files += 1;
        self.events += written.events;
        if written.refused > 0 {
            let words = format!("{} items of a log file are no events of CloudTrail", written.refused);
            self.lose(1, &Lost::damaged("unexpected_item", words));
        }
    }

    pub fn lose(&mut self, files: u64, why: &Lost) {
        self.lost = self.lost.saturating_add(files);
        self.first.get_or_insert_with(|| why.clone());
    }

    /// Keys that are called like log files, and cannot be read as such.
    pub fn foreign(&mut self, count: u64, first: Option<String>) {
        if count > 0 {
            let key = first.unwrap_or_default();
            let words = format!("a key that CloudTrail does not make is not read: \"{key}\"");
            self.lose(count, &Lost::damaged("InvalidKey", words));
        }
    }

    pub fn unlisted(&mut self, error: &ApiError) {
        self.unlisted.get_or_insert_with(|| Lost::from(error));
    }

    /// Whether so many were lost, and none was read.
    pub fn is_hopeless(&self, most: u64) -> bool {
        self.files == 0 && self.lost >= most
    }

    /// Why not every log file was read; `None` where every one was.
    pub fn lost(&self) -> Option<&Lost> {
        self.unlisted.as_ref().or(self.first.as_ref())
    }

    /// The row of the ledger.
    pub fn row(self, now: Timestamp, folder: &Folder, recorded: &Recorded, window: &Window) -> CoverageRow {
        let row = row(now, &folder.account, &folder.region, CoverageStatus::Ok, self.events);
        let what = match self.unlisted {
            Some(_) => "not every log file was listed: ".to_owned(),
            None => format!("{} log files were not read, first: ", self.lost),
        };
        if let Some(why) = self.unlisted.or(self.first) {
            let note = why.note(self.files > 0, |reason| format!("{what}{reason}"));
            return CoverageRow {
                status: note.status,
                reason: note.reason,
                error_code: note.error_code,
                operation: note.operation,
                ..row
            };
        }
        if self.events > 0 {
            return row;
        }
        match recorded.blind_spot(&folder.account, &folder.region) {
            Some(reason) => CoverageRow {
                status: CoverageStatus::NotObservable,
                reason,
                ..row
            },
            None => CoverageRow {
                status: CoverageStatus::Missing,
                reason: format!("no event in the log files from {} to {}", window.from, window.until),
                ..row
            },
        }
    }
}

/// What the trail leaves out, where it does.
pub(super) fn row_of_trails(now: Timestamp, gaps: Vec<String>) -> Option<CoverageRow> {
    (!gaps.is_empty()).then(|| CoverageRow {
        reason: gaps.join("; "),
        ..row(now, "organization", "global", CoverageStatus::Partial, 0)
    })
}

fn row(now: Timestamp, account: &str, region: &str, status: CoverageStatus, items: u64) -> CoverageRow {
    CoverageRow {
        account: account.to_owned(),
        region: region.to_owned(),
        source: LOGS.to_owned(),
        status,
        reason: String::new(),
        error_code: None,
        operation: None,
        captured_at: Some(now),
        items,
    }
}
