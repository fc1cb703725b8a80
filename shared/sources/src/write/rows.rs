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
use crate::redact::REDACTED;
use crate::values::{parse_text, read_table_text};

/// What no reader takes for an item.
const LOSS: &str = "null";
/// A reader measures events to the accuracy of its buffers.
const EVENT_SLACK: u64 = 128 * 1024;
/// Room for what closes a file.
const CLOSING_BYTES: u64 = 1024;

/// The text of an entry, which a reader was shown to read as that entry.
pub(super) struct Row {
    text: String,
    is_wrapped: bool,
    /// Whether something in it nested too deeply and is left out.
    pub is_pruned: bool,
}

/// The rows of a file, compressed as they come.
pub(super) struct Rows {
    path: String,
    form: Form,
    store: Store,
    /// Rows held back until all of them can be sorted.
    sorted: Option<Vec<String>>,
    /// The first page, until it is known whether there is another.
    first_page: Option<String>,
    /// Whether what no reader can use follows the only page.
    has_loss_after_page: bool,
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
            first_page: None,
            has_loss_after_page: false,
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
        self.rows == 0 && self.first_page.is_none()
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
            match self.read_again(kind, &text) {
                Some((read, _)) if read == *entry => {
                    return Ok(Row {
                        text,
                        is_wrapped,
                        is_pruned: false,
                    });
                }
                Some((pruned, true)) => return self.pruned_row(kind, &pruned),
                _ => {}
            }
        }
        Err(Refusal::NotReadBack)
    }

    /// The row of an entry of which a reader left out what nests too deeply.
    fn pruned_row(&mut self, kind: &FileKind, pruned: &Entry) -> Result<Row, Refusal> {
        let pruned = pruned.clone().settled(kind).ok_or(Refusal::NotReadBack)?;
        let text = pruned.value().to_string();
        let text = match self.form {
            Form::Documents => wrapped(kind, &text).unwrap_or(text),
            _ => text,
        };
        match self.read_again(kind, &text) {
            Some((read, false)) if read == pruned => Ok(Row {
                text,
                is_wrapped: false,
                is_pruned: true,
            }),
            _ => Err(Refusal::NotReadBack),
        }
    }

    /// What a reader makes of a file with this row alone, and whether it left out what nests too deeply; `None` when it is not one entry.
    fn read_again(&self, kind: &FileKind, text: &str) -> Option<(Entry, bool)> {
        let read = match kind {
            FileKind::CloudTrailLog { .. } => parse_text(text),
            _ => parse_text(&self.form.alone(text)),
        };
        let (value, left_out) = read.ok()?;
        Some((only(kind, vec![value])?, left_out.too_deep > 0))
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
        match only(kind, read) {
            Some(read) if read == *entry => Ok(Row {
                text,
                is_wrapped: false,
                is_pruned: false,
            }),
            _ => Err(Refusal::NotReadBack),
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
        if self.first_page.is_some() {
            self.has_loss_after_page = true;
            return Ok(());
        }
        self.write_row(if self.form == Form::Table { REDACTED } else { LOSS })
    }

    /// Ends the text and gives the bytes to be stored.
    pub fn finish(mut self, is_cut: bool, adds_empty_list: bool) -> Result<Vec<u8>, WriteError> {
        let (opening, closing) = (self.form.opening(), self.form.closing(is_cut));
        let only_page = self.first_page.take();
        match (self.form, self.rows) {
            _ if only_page.is_some() => {
                let loss = if self.has_loss_after_page { "null\n" } else { "" };
                self.write(&format!("{}\n{loss}", only_page.unwrap_or_default()))?;
            }
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
        if self.form != Form::Pages {
            return self.write_listed(text);
        }
        match self.first_page.take() {
            None if self.rows == 0 && text != LOSS => {
                self.first_page = Some(text.to_owned());
                return Ok(());
            }
            None => {}
            Some(first) => self.write_listed(&listed(&first))?,
        }
        self.write_listed(&listed(text))
    }

    fn write_listed(&mut self, text: &str) -> Result<(), WriteError> {
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

/// The one entry that a reader makes of these values; `None` where it makes something else.
fn only(kind: &FileKind, values: Vec<Value>) -> Option<Entry> {
    let mut pages = Pages::default();
    let mut found = Vec::new();
    for value in values {
        let read = entries_of(kind, value, &mut pages);
        if !read.unexpected.is_empty() || read.is_empty_list_of_policies {
            return None;
        }
        found.extend(read.entries);
    }
    let only = found.pop()?;
    found.is_empty().then_some(only)
}

/// A page as it stands in a list, where it nests one level deeper.
fn listed(page: &str) -> String {
    match parse_text(&format!("[{page}]")) {
        Ok((Value::Array(pages), left_out)) if left_out.too_deep > 0 => {
            pages.first().map_or_else(String::new, Value::to_string)
        }
        _ => page.to_owned(),
    }
}
