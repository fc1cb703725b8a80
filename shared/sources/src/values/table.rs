//! Comma-separated values (RFC 4180): the names of the columns in the first line, an item in every other.

use serde_json::{Map, Value};

use super::documents::text_of;
use super::{Located, Sink};
use crate::diagnostics::{FileDiagnostics, Problem};
use crate::options::Limits;
use crate::plan::InputFile;
use crate::text::Fault;

/// Columns of a table, and bytes of a row of it; no table of AWS has as many or as long ones.
const MAX_COLUMNS: usize = 256;
const MAX_ROW_BYTES: usize = 64 * 1024;

/// Reads the rows of a file.
pub(super) fn read(file: &InputFile, limits: &Limits, diagnostics: &mut FileDiagnostics, sink: &mut Sink<'_>) {
    match text_of(file, limits) {
        Ok(text) => read_text(&text, limits, diagnostics, sink),
        Err(fault) => diagnostics.add(fault.line(), fault.problem("nothing of it is used")),
    }
}

/// Reads the rows of a text, each as an object of texts. A table without any is none: every report of AWS has a row.
pub(crate) fn read_text(text: &str, limits: &Limits, diagnostics: &mut FileDiagnostics, sink: &mut Sink<'_>) {
    let mut rows = Rows::new(text);
    let Some(header) = rows.next() else {
        return diagnostics.add(None, Fault::Empty.problem(""));
    };
    if let Some(problem) = header.problem().or_else(|| unusable_header(&header.fields)) {
        return diagnostics.add(Some(header.line), problem);
    }
    let mut rows = rows.peekable();
    if rows.peek().is_none() {
        return diagnostics.add(None, Fault::Empty.problem(""));
    }
    for (before, row) in rows.enumerate() {
        if before as u64 >= limits.max_items_per_file {
            let fault = Fault::TooManyItems {
                limit: limits.max_items_per_file,
            };
            return diagnostics.add(Some(row.line), fault.problem("the lines before are used"));
        }
        let line = Some(row.line);
        if let Some(problem) = row.problem().or_else(|| wrong_columns(&row, header.fields.len())) {
            diagnostics.add(line, problem);
            continue;
        }
        let fields = header
            .fields
            .iter()
            .cloned()
            .zip(row.fields.into_iter().map(Value::from));
        let value = Value::Object(fields.collect::<Map<String, Value>>());
        sink(Located { line, value }, diagnostics);
    }
}

/// A line of the table, which fills several of the file where a quoted field does.
#[derive(Debug, Default, PartialEq, Eq)]
struct Row {
    line: u64,
    fields: Vec<String>,
    damage: Option<Damage>,
}

/// Why a row cannot be used. The rows after it begin on the next line of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Damage {
    /// A quotation mark is never closed.
    Open,
    TooLarge,
}

impl Row {
    fn problem(&self) -> Option<Problem> {
        Some(match self.damage? {
            Damage::Open => Problem::error(
                "truncated_table",
                "a quoted field never ends; the line is not used",
                "record the report again and let the command end by itself",
            ),
            Damage::TooLarge => Problem::error(
                "line_too_long",
                format!(
                    "the line has more than {MAX_COLUMNS} fields or {MAX_ROW_BYTES} bytes, or a quotation mark that \
                     swallows the lines after it; it is not used"
                ),
                "no report of AWS has such a line; look where the file comes from",
            ),
        })
    }

    fn is_blank(&self) -> bool {
        self.damage.is_none() && self.fields.iter().all(|field| field.trim().is_empty()) && self.fields.len() < 2
    }
}

fn unusable_header(names: &[String]) -> Option<Problem> {
    let mut sorted: Vec<&String> = names.iter().collect();
    sorted.sort_unstable();
    sorted.dedup();
    let is_usable = sorted.len() == names.len() && names.iter().all(|name| is_name(name));
    (!is_usable).then(|| {
        Problem::error(
            "unexpected_item",
            "the first line does not name each column once; nothing of the file is used",
            "see docs/capture.md for how to record the report",
        )
    })
}

/// Whether a text names a column. A page that says why there is no report has no table.
fn is_name(text: &str) -> bool {
    !text.is_empty() && !text.contains(['<', '>', '{', '}'])
}

fn wrong_columns(row: &Row, wanted: usize) -> Option<Problem> {
    (row.fields.len() != wanted).then(|| {
        Problem::error(
            "wrong_columns",
            format!(
                "the line has {} fields where the first line names {wanted} columns; it is not used",
                row.fields.len()
            ),
            "record the report again; a field with a comma or a line break in it stands in quotation marks",
        )
    })
}

/// The lines of a table that are not blank.
struct Rows<'a> {
    rest: &'a str,
    line: u64,
}

impl<'a> Rows<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            rest: text.strip_prefix('\u{feff}').unwrap_or(text),
            line: 1,
        }
    }

    /// Goes on after the next `bytes` bytes.
    fn skip(&mut self, bytes: usize) {
        let (passed, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.line += passed.bytes().filter(|byte| *byte == b'\n').count() as u64;
        self.rest = rest;
    }
}

impl Iterator for Rows<'_> {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        while !self.rest.is_empty() {
            let (mut row, bytes) = row_of(self.rest);
            row.line = self.line;
            let to_next_line = self.rest.find('\n').map_or(self.rest.len(), |at| at + 1);
            self.skip(if row.damage.is_some() { to_next_line } else { bytes });
            if !row.is_blank() {
                return Some(row);
            }
        }
        None
    }
}

/// The row at the beginning of a text, and its bytes with the line end.
fn row_of(text: &str) -> (Row, usize) {
    let mut row = Row::default();
    let mut characters = text.char_indices().peekable();
    let mut field = String::new();
    let mut is_inside = characters.next_if(|(_, character)| *character == '"').is_some();
    while let Some((at, character)) = characters.next() {
        if at > MAX_ROW_BYTES || row.fields.len() >= MAX_COLUMNS {
            row.damage = Some(Damage::TooLarge);
            return (row, at);
        }
        match character {
            '"' if is_inside && characters.next_if(|(_, next)| *next == '"').is_none() => is_inside = false,
            ',' if !is_inside => {
                row.fields.push(std::mem::take(&mut field));
                is_inside = characters.next_if(|(_, next)| *next == '"').is_some();
            }
            '\n' if !is_inside => {
                row.fields.push(field);
                return (row, at + 1);
            }
            '\r' if !is_inside && characters.peek().is_none_or(|(_, next)| *next == '\n') => {}
            _ => field.push(character),
        }
    }
    row.damage = is_inside.then_some(Damage::Open);
    row.fields.push(field);
    (row, text.len())
}
