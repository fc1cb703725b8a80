//! One JSON value a line.

use std::io::{BufRead, Read};

use serde_json::Value;

use super::json::{LeftOut, parse_text};
use super::{Located, Sink, report};
use crate::diagnostics::{FileDiagnostics, Problem};
use crate::options::Limits;
use crate::plan::InputFile;
use crate::text::{Compression, Fault, ItemBudget, open};

const LINE_LOST: &str = "the line is not used";

/// What the first line that is not blank tells of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FirstLine {
    /// It holds a whole JSON value and no fault.
    Complete,
    /// It is the beginning of something, or damaged, or there is none.
    Incomplete,
    /// It is longer than a line may be.
    TooLong,
}

/// Looks at the first line that is not blank.
pub(super) fn first_line(file: &InputFile, limits: &Limits) -> FirstLine {
    let Ok(text) = open(&file.path, limits.max_expanded_bytes, ItemBudget::unlimited()) else {
        return FirstLine::Incomplete;
    };
    let mut line = Vec::new();
    let mut reader = text.reader.take(0);
    loop {
        // What is too long is known before its end.
        reader.set_limit(limits.max_line_bytes.saturating_add(1));
        match next_line(&mut reader, text.compression, &mut line, limits.max_line_bytes) {
            Ok(Line::Whole) if is_blank(&line) => {}
            Ok(Line::Whole) if serde_json::from_slice::<serde::de::IgnoredAny>(&line).is_ok() => {
                return FirstLine::Complete;
            }
            Ok(Line::TooLong) => return FirstLine::TooLong,
            _ => return FirstLine::Incomplete,
        }
    }
}

/// Reads the values of a file line by line; a damaged line costs that line.
pub(super) fn read(file: &InputFile, limits: &Limits, diagnostics: &mut FileDiagnostics, sink: &mut Sink<'_>) {
    let mut text = match open(&file.path, limits.max_expanded_bytes, ItemBudget::unlimited()) {
        Ok(text) => text,
        Err(fault) => return diagnostics.add(None, fault.problem("nothing of it is used")),
    };
    let mut line = Vec::new();
    let (mut number, mut values) = (0_u64, 0_u64);
    loop {
        number += 1;
        match next_line(&mut text.reader, text.compression, &mut line, limits.max_line_bytes) {
            Ok(Line::End) => break,
            Ok(Line::TooLong) => diagnostics.add(Some(number), too_long(limits.max_line_bytes)),
            Ok(Line::Whole) if is_blank(&line) => continue,
            Ok(Line::Whole) if values >= limits.max_items_per_file => {
                let fault = Fault::TooManyItems {
                    limit: limits.max_items_per_file,
                };
                return diagnostics.add(Some(number), fault.problem("the lines before are used"));
            }
            Ok(Line::Whole) => match parse(&line) {
                Ok((value, left_out)) => {
                    report(&left_out, Some(number), diagnostics);
                    sink(
                        Located {
                            line: Some(number),
                            value,
                        },
                        diagnostics,
                    );
                }
                Err(fault) => diagnostics.add(Some(number), fault.problem(LINE_LOST)),
            },
            Err(fault) => return diagnostics.add(Some(number), fault.problem("the lines before are used")),
        }
        values += 1;
    }
    if values == 0 {
        diagnostics.add(None, Fault::Empty.problem(""));
    }
}

fn parse(line: &[u8]) -> Result<(Value, LeftOut), Fault> {
    let text = std::str::from_utf8(line).map_err(|_| Fault::NotUtf8 { line: 1 })?;
    parse_text(text).map_err(|error| Fault::of_json(error, Compression::None))
}

fn is_blank(line: &[u8]) -> bool {
    line.iter().all(u8::is_ascii_whitespace)
}

fn too_long(limit: u64) -> Problem {
    Problem::error(
        "line_too_long",
        format!("the line is longer than {limit} bytes; {LINE_LOST}"),
        "write one item a line, or a document into a file named .json; no item of AWS is that large",
    )
}

enum Line {
    Whole,
    TooLong,
    End,
}

/// Reads the next line into `line`. A line that is too long is passed over without being held in memory.
fn next_line(
    reader: &mut impl BufRead,
    compression: Compression,
    line: &mut Vec<u8>,
    limit: u64,
) -> Result<Line, Fault> {
    line.clear();
    let mut length = 0_u64;
    loop {
        let available = reader.fill_buf().map_err(|error| Fault::of(&error, compression))?;
        if available.is_empty() {
            return Ok(if length == 0 {
                Line::End
            } else {
                whole_or_too_long(length, limit)
            });
        }
        let end = available.iter().position(|byte| *byte == b'\n');
        let taken = end.map_or(available.len(), |at| at + 1);
        length = length.saturating_add(taken as u64);
        if length <= limit {
            line.extend_from_slice(available.get(..taken).unwrap_or_default());
        }
        reader.consume(taken);
        if end.is_some() {
            return Ok(whole_or_too_long(length, limit));
        }
    }
}

fn whole_or_too_long(length: u64, limit: u64) -> Line {
    if length > limit { Line::TooLong } else { Line::Whole }
}
