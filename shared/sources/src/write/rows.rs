//! The text of a file, entry by entry.

use serde_json::Value;

use super::CaptureFile;
use super::entry::{Entry, entries_of};
use super::error::{Refusal, WriteError};
use super::form::{Form, Store, row, wrapped};
use super::stream::RowOrder;
use crate::diagnostics::FileDiagnostics;
use crate::items::COLUMNS;
use crate::layout::FileKind;
use crate::options::Limits;
use crate::pages::Pages;
use crate::values::{parse_text, read_table_text};

/// A reader measures events to the accuracy of its buffers.
const EVENT_SLACK: u64 = 128 * 1024;
/// Room for what closes a file.
const CLOSING_BYTES: u64 = 1024;

/// The text of an entry, which a reader was shown to read as that entry.
pub(super) struct Row {
    text: String,
    is_wrapped: bool,
}

/// The rows of a file, compressed as they come.
pub(super) struct Rows {
    path: String,
    form: Form,
    store: Store,
    /// Rows held back until all of them can be sorted.
    sorted: Option<Vec<String>>,
    /// The names of a table's columns.
    columns: Vec<&'static str>,
    rows: u64,
    bytes: u64,
    has_wrapped: bool,
    max_items: u64,
    max_bytes: u64,
    max_item_bytes: u64,
    limits: Limits,
}

impl Rows {
    pub fn new(file: &CaptureFile, order: RowOrder, limits: &Limits) -> Result<Self, WriteError> {
        let form = Form::of(file.kind());
        let is_log = matches!(file.kind(), FileKind::CloudTrailLog { .. });
        let (max_bytes, max_item_bytes) = match form {
            Form::Lines => (limits.max_expanded_bytes, limits.max_line_bytes.saturating_sub(1)),
            _ if is_log => (
                limits.max_expanded_bytes,
                limits.max_event_bytes.saturating_sub(EVENT_SLACK),
            ),
            _ => (limits.max_document_bytes, limits.max_document_bytes),
        };
        Ok(Self {
            path: file.path().to_owned(),
            form,
            store: Store::of(file.path()).map_err(|source| WriteError::Compression {
                file: file.path().to_owned(),
                source,
            })?,
            sorted: (order == RowOrder::Sorted).then(Vec::new),
            columns: Vec::new(),
            rows: 0,
            bytes: 0,
            has_wrapped: false,
            // A reader calls a file full when it has read as many items, so one is kept back, and one for the mark of a loss.
            max_items: limits.max_items_per_file.saturating_sub(2),
            max_bytes: max_bytes.saturating_sub(CLOSING_BYTES),
            max_item_bytes,
            limits: limits.clone(),
        })
    }

    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Whether an entry stands in a page of its own.
    pub fn has_wrapped(&self) -> bool {
        self.has_wrapped
    }

    /// The row of an entry.
    pub fn row_of(&mut self, kind: &FileKind, entry: &Entry) -> Result<Row, Refusal> {
        if self.form == Form::Table {
            return self.table_row(kind, entry);
        }
        let plain = entry.value().to_string();
        let around = wrapped(kind, &plain);
        let candidates = match self.form {
            Form::Lines => [Some((plain, false)), around.map(|text| (text, true))],
            Form::Documents => [Some((around.unwrap_or(plain), false)), None],
            _ => [Some((plain, false)), None],
        };
        for (text, is_wrapped) in candidates.into_iter().flatten() {
            let bytes = text.len() as u64;
            if bytes > self.max_item_bytes {
                return Err(Refusal::TooLarge {
                    bytes,
                    limit: self.max_item_bytes,
                });
            }
            if self.reads_as(kind, &text, entry) {
                return Ok(Row { text, is_wrapped });
            }
        }
        Err(Refusal::NotReadBack)
    }

    /// Whether a file with this row alone holds this entry alone.
    fn reads_as(&self, kind: &FileKind, text: &str, entry: &Entry) -> bool {
        let read = match kind {
            FileKind::CloudTrailLog { .. } => parse_text(text),
            _ => parse_text(&self.form.alone(text)),
        };
        let Ok((value, left_out)) = read else { return false };
        left_out.too_deep == 0 && is_only(kind, vec![value], entry)
    }

    fn table_row(&mut self, kind: &FileKind, entry: &Entry) -> Result<Row, Refusal> {
        let value = entry.value();
        let has = |column: &&str| value.get(*column).is_some();
        if self.columns.is_empty() {
            self.columns = COLUMNS.into_iter().filter(|column| has(column)).collect();
        }
        let cells = self
            .columns
            .iter()
            .map(|column| value.get(*column).and_then(Value::as_str).unwrap_or(""));
        let text = row(cells);
        let mut read = Vec::new();
        let mut diagnostics = FileDiagnostics::new(&self.path, 1);
        let table = format!("{}\n{text}\n", row(self.columns.iter().copied()));
        read_table_text(&table, &self.limits, &mut diagnostics, &mut |row, _| {
            read.push(row.value)
        });
        if is_only(kind, read, entry) {
            Ok(Row {
                text,
                is_wrapped: false,
            })
        } else {
            Err(Refusal::NotReadBack)
        }
    }

    /// Adds a row.
    pub fn push(&mut self, row: &Row) -> Result<(), WriteError> {
        let held = self.sorted.as_ref().map_or(0, |rows| rows.len() as u64);
        self.refuse_beyond(self.rows + held, self.max_items, "items")?;
        self.has_wrapped |= row.is_wrapped;
        match &mut self.sorted {
            Some(rows) => rows.push(row.text.clone()),
            None => {
                let bytes = self.bytes.saturating_add(row.text.len() as u64);
                self.refuse_beyond(bytes, self.max_bytes, "bytes")?;
                self.write_row(&row.text)?;
            }
        }
        Ok(())
    }

    /// Writes the rows that were held back.
    pub fn flush_sorted(&mut self) -> Result<(), WriteError> {
        let mut rows = self.sorted.take().unwrap_or_default();
        rows.sort_unstable();
        for text in rows {
            let bytes = self.bytes.saturating_add(text.len() as u64);
            self.refuse_beyond(bytes, self.max_bytes, "bytes")?;
            self.write_row(&text)?;
        }
        Ok(())
    }

    /// Adds a page that says that another follows.
    pub fn push_page(&mut self, page: &str) -> Result<(), WriteError> {
        self.write_row(page)
    }

    /// Adds what no reader can use, so that every reader notices that something is lost.
    pub fn push_loss(&mut self) -> Result<(), WriteError> {
        self.write_row(if self.form == Form::Table { "[redacted]" } else { "null" })
    }

    /// Ends the text and gives the bytes to be stored.
    pub fn finish(mut self, is_cut: bool, adds_empty_list: bool) -> Result<Vec<u8>, WriteError> {
        let (opening, closing) = (self.form.opening(), self.form.closing(is_cut));
        match (self.form, self.rows) {
            (Form::Table, 0) => self.write(&format!("{}\n", row(["user", "arn"].into_iter())))?,
            (Form::Lines | Form::Documents, 0) => self.write("[]\n")?,
            (_, 0) => self.write(&(opening.trim_end().to_owned() + closing.trim_start()))?,
            _ => self.write(closing)?,
        }
        if adds_empty_list {
            self.write("{\"Policies\":[]}\n")?;
        }
        let path = self.path;
        self.store
            .finish()
            .map_err(|source| WriteError::Compression { file: path, source })
    }

    fn write_row(&mut self, text: &str) -> Result<(), WriteError> {
        let before = match (self.rows, self.form) {
            (0, Form::Table) if self.columns.is_empty() => row(["user", "arn"].into_iter()) + "\n",
            (0, Form::Table) => row(self.columns.iter().copied()) + "\n",
            (0, form) => form.opening(),
            (_, form) => form.between().to_owned(),
        };
        self.write(&before)?;
        self.write(text)?;
        self.rows += 1;
        Ok(())
    }

    fn write(&mut self, text: &str) -> Result<(), WriteError> {
        self.bytes = self.bytes.saturating_add(text.len() as u64);
        self.store
            .write(text.as_bytes())
            .map_err(|source| WriteError::Compression {
                file: self.path.clone(),
                source,
            })
    }

    fn refuse_beyond(&self, amount: u64, limit: u64, of: &'static str) -> Result<(), WriteError> {
        if amount < limit {
            return Ok(());
        }
        Err(WriteError::FileTooLarge {
            file: self.path.clone(),
            limit,
            of,
        })
    }
}

/// Whether a reader makes of these values this one entry.
fn is_only(kind: &FileKind, values: Vec<Value>, entry: &Entry) -> bool {
    let mut pages = Pages::default();
    let mut found = Vec::new();
    for value in values {
        let read = entries_of(kind, value, &mut pages);
        if !read.unexpected.is_empty() || read.is_empty_list_of_policies {
            return false;
        }
        found.extend(read.entries);
    }
    matches!(found.as_slice(), [only] if only == entry)
}
