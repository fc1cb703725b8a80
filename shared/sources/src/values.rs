//! The JSON values of a file: documents or lines, whichever the file really holds.

mod documents;
mod json;
mod lines;
mod table;

use serde_json::Value;

use crate::diagnostics::{FileDiagnostics, Problem};
use crate::layout::Shape;
use crate::options::Limits;
use crate::plan::InputFile;
use crate::text::Fault;
use json::LeftOut;
pub(crate) use json::parse_text;
use lines::FirstLine;
pub(crate) use table::read_text as read_table_text;

/// One value and the line on which it stands; a document that fills many lines has none.
#[derive(Debug)]
pub(crate) struct Located {
    pub line: Option<u64>,
    pub value: Value,
}

/// Takes the values of a file one after the other.
pub(crate) type Sink<'a> = dyn FnMut(Located, &mut FileDiagnostics) + 'a;

/// Reads every JSON value of `file` and reports what cannot be read.
///
/// A file named `.ndjson` may hold documents, and a file named `.json` one value a line: the first line tells. The rows of a table are objects of texts.
pub(crate) fn read_values(file: &InputFile, limits: &Limits, diagnostics: &mut FileDiagnostics, sink: &mut Sink<'_>) {
    if file.bytes > limits.max_file_bytes {
        let fault = Fault::FileTooLarge {
            limit: limits.max_file_bytes,
        };
        return diagnostics.add(None, fault.problem("nothing of it is used"));
    }
    if file.shape == Shape::Table {
        return table::read(file, limits, diagnostics, sink);
    }
    let first_line = lines::first_line(file, limits);
    let by_lines = first_line == FirstLine::Complete;
    // A line too long to be read is too long as a document as well: the bound on lines is what an `.ndjson` file promises.
    if file.shape == Shape::Lines && first_line != FirstLine::Incomplete {
        return lines::read(file, limits, diagnostics, sink);
    }
    let (values, fault) = documents::read(file, limits);
    match fault {
        Some(_) if by_lines => lines::read(file, limits, diagnostics, sink),
        Some(fault) if file.shape == Shape::Lines && values.is_empty() => {
            salvage_lines(file, limits, fault, diagnostics, sink);
        }
        fault => {
            let kept = if values.is_empty() {
                "nothing of it is used"
            } else {
                "the documents before it are used"
            };
            for (value, left_out) in values {
                report(&left_out, None, diagnostics);
                sink(Located { line: None, value }, diagnostics);
            }
            if let Some(fault) = fault {
                diagnostics.add(fault.line(), fault.problem(kept));
            }
        }
    }
}

/// Enters what of a value was left out because it nests too deeply.
fn report(left_out: &LeftOut, line: Option<u64>, diagnostics: &mut FileDiagnostics) {
    if left_out.too_deep > 0 {
        let problem = Problem::error(
            "nested_too_deep",
            format!(
                "what nests more than {} levels deep is left out (arrays and objects: {})",
                json::MAX_DEPTH,
                left_out.too_deep
            ),
            "record it again: no answer of AWS nests that deeply",
        );
        diagnostics.add(line, problem.at(&left_out.first));
    }
}

/// The first line is damaged: the lines after it are still read. If there are none, the file has one fault, not one a line.
fn salvage_lines(
    file: &InputFile,
    limits: &Limits,
    fault: Fault,
    diagnostics: &mut FileDiagnostics,
    sink: &mut Sink<'_>,
) {
    let mut of_lines = FileDiagnostics::new(&file.key, limits.max_diagnostics_per_file);
    let mut items = 0_u64;
    lines::read(file, limits, &mut of_lines, &mut |located, found| {
        if located.value.is_object() || located.value.is_string() {
            items += 1;
            sink(located, found);
        }
    });
    if items > 0 {
        diagnostics.absorb(of_lines);
    } else {
        diagnostics.add(fault.line(), fault.problem("nothing of it is used"));
    }
}
