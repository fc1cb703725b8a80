//! One file being written: entries go in one by one, no more of them is held than their compressed bytes.

use serde_json::Value;

use super::entry::{Entries, Entry, entries_of, name_of};
use super::error::{Refusal, RefusedItem, WriteError};
use super::form::{Form, page_that_goes_on};
use super::rows::{Row, Rows};
use super::{CaptureFile, CaptureWriter, WrittenFile};
use crate::diagnostics::FileDiagnostics;
use crate::items::content_of;
use crate::layout::FileKind;
use crate::pages::Pages;
use crate::values::read_table_text;

/// The order of a file's entries. What a reader makes of them does not depend on it; the bytes do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowOrder {
    /// As they were added.
    AsGiven,
    /// By their bytes, whatever the order in which they were added. All of them are held in memory until the file is finished.
    Sorted,
}

/// A file to which answers are added.
pub struct CaptureFileWriter {
    writer: CaptureWriter,
    file: CaptureFile,
    rows: Rows,
    items: u64,
    given: u64,
    pages: Pages,
    all_pages: Pages,
    is_cut: bool,
    is_incomplete: bool,
    has_empty_list_of_policies: bool,
    refused: Vec<RefusedItem>,
    refused_items: u64,
}

impl CaptureFileWriter {
    pub(super) fn new(writer: CaptureWriter, file: CaptureFile, order: RowOrder) -> Result<Self, WriteError> {
        Ok(Self {
            rows: Rows::new(&file, order, &writer.limits)?,
            writer,
            file,
            items: 0,
            given: 0,
            pages: Pages::default(),
            all_pages: Pages::default(),
            is_cut: false,
            is_incomplete: false,
            has_empty_list_of_policies: false,
            refused: Vec::new(),
            refused_items: 0,
        })
    }

    /// Adds an answer: an item, a list of items or a page of them, as the CLI prints it. Of a credential report it may be `GetCredentialReport`, of
    /// a log file it is one event.
    ///
    /// Items that a reader would not read are left out, and named when the file is finished.
    ///
    /// # Errors
    /// [`WriteError::FileTooLarge`] when the file is full, [`WriteError::Compression`] when it cannot be compressed; what was added before stays.
    pub fn add(&mut self, answer: Value) -> Result<(), WriteError> {
        if self.is_table()
            && let Some(table) = content_of(&answer)
        {
            return self.add_table(&table);
        }
        let found = entries_of(self.file.kind(), answer, &mut self.pages);
        self.add_entries(found)
    }

    /// Adds the lines of a credential report, the names of its columns in the first.
    ///
    /// # Errors
    /// As [`Self::add`].
    pub fn add_table(&mut self, table: &str) -> Result<(), WriteError> {
        let mut rows = Vec::new();
        let mut diagnostics = FileDiagnostics::new(self.file.path(), 1);
        read_table_text(table, &self.writer.limits, &mut diagnostics, &mut |row, _| {
            rows.push(row.value)
        });
        for row in rows {
            let found = entries_of(self.file.kind(), row, &mut Pages::default());
            self.add_entries(found)?;
        }
        if diagnostics.has_errors() {
            self.refuse(Some("a line of the report".to_owned()), Refusal::Unexpected);
        }
        Ok(())
    }

    /// Whether it is a table.
    pub(super) fn is_table(&self) -> bool {
        matches!(self.file.kind(), FileKind::CredentialReport { .. })
    }

    /// Forgets what answers said about pages.
    pub(super) fn forget_pages(&mut self) {
        self.pages = Pages::default();
        self.all_pages = Pages::default();
        self.is_cut = false;
    }

    /// Notes that something that belongs into the file could not be had: whoever reads it must not take it for whole.
    pub fn is_not_whole(&mut self) {
        self.is_incomplete = true;
    }

    /// The pages of one answer end here; what is added after them belongs to another.
    pub fn end_answer(&mut self) {
        self.is_cut |= self.pages.are_cut();
        self.all_pages.absorb(std::mem::take(&mut self.pages));
    }

    /// Stores the file.
    ///
    /// # Errors
    /// [`WriteError::Sink`] when it cannot be stored, else as [`Self::add`].
    pub fn finish(mut self) -> Result<WrittenFile, WriteError> {
        self.end_answer();
        self.rows.flush_sorted()?;
        let tells_cut = self.is_cut && self.tell_cut()?;
        if self.is_incomplete || self.is_cut && !tells_cut || self.lacks_its_policies() {
            self.rows.push_loss()?;
        }
        let adds_empty_list = self.has_empty_list_of_policies && !self.rows.is_empty();
        let bytes = self.rows.finish(tells_cut, adds_empty_list)?;
        Ok(WrittenFile {
            items: self.items,
            is_cut: self.is_cut,
            refused: self.refused,
            refused_items: self.refused_items,
            ..self.writer.put(&self.file, &bytes)?
        })
    }

    fn add_entries(&mut self, found: Entries) -> Result<(), WriteError> {
        self.has_empty_list_of_policies |= found.is_empty_list_of_policies;
        for entry in found.entries {
            self.given += 1;
            self.add_entry(entry)?;
        }
        for name in found.unexpected {
            self.given += 1;
            self.refuse(name, Refusal::Unexpected);
        }
        Ok(())
    }

    fn add_entry(&mut self, entry: Entry) -> Result<(), WriteError> {
        let name = name_of(&entry.value());
        let count = entry.count();
        let Some(entry) = entry.settled(self.file.kind()) else {
            self.refuse(name, Refusal::NotReadBack);
            return Ok(());
        };
        match self.rows.row_of(self.file.kind(), &entry) {
            Ok(row) => {
                if row.is_pruned {
                    self.refuse(name, Refusal::NestedTooDeep);
                }
                self.push(&row, count)
            }
            Err(refusal) => {
                self.refuse(name, refusal);
                Ok(())
            }
        }
    }

    fn push(&mut self, row: &Row, count: u64) -> Result<(), WriteError> {
        let pushed = self.rows.push(row);
        if pushed.is_ok() {
            self.items += count;
        } else {
            self.is_incomplete = true;
        }
        pushed
    }

    fn refuse(&mut self, name: Option<String>, refusal: Refusal) {
        self.is_incomplete = true;
        self.refused_items += 1;
        if (self.refused.len() as u64) < self.writer.limits.max_diagnostics_per_file {
            self.refused.push(RefusedItem {
                file: self.file.path().to_owned(),
                item: name.unwrap_or_else(|| format!("item {}", self.given)),
                refusal,
            });
        }
    }

    /// Says in the file that its answer goes on. `false` where its form does not allow that.
    fn tell_cut(&mut self) -> Result<bool, WriteError> {
        let kind = self.file.kind();
        Ok(match Form::of(kind) {
            Form::Pages => self.all_pages.are_cut(),
            Form::List(_) => true,
            Form::Lines if !self.rows.has_wrapped() => match page_that_goes_on(kind) {
                Some(page) => {
                    self.rows.push_page(&page)?;
                    true
                }
                None => false,
            },
            _ => false,
        })
    }

    /// An empty list of policies says that there are none: it is not written where none was answered.
    fn lacks_its_policies(&self) -> bool {
        *self.file.kind() == FileKind::OrganizationPolicies && self.rows.is_empty() && !self.has_empty_list_of_policies
    }
}
