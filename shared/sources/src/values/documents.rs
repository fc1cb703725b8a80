//! One JSON document, or several one after the other.

use std::io::Read;

use serde_json::Value;

use super::json::{LeftOut, next_value};
use crate::options::Limits;
use crate::plan::InputFile;
use crate::text::{Compression, Fault, ItemBudget, open};

/// The documents of a file up to its first fault.
pub(super) fn read(file: &InputFile, limits: &Limits) -> (Vec<(Value, LeftOut)>, Option<Fault>) {
    match text_of(file, limits) {
        Ok(text) => parse(&text),
        Err(fault) => (Vec::new(), Some(fault)),
    }
}

/// The whole text of a file, within the bound on what is held in memory.
pub(super) fn text_of(file: &InputFile, limits: &Limits) -> Result<String, Fault> {
    let limit = limits.max_document_bytes;
    let text = open(&file.path, limits.max_expanded_bytes, ItemBudget::unlimited())?;
    let mut bytes = Vec::new();
    let mut reader = text.reader.take(limit.saturating_add(1));
    reader
        .read_to_end(&mut bytes)
        .map_err(|error| Fault::of(&error, text.compression))?;
    if bytes.len() as u64 > limit {
        return Err(Fault::DocumentTooLarge { limit });
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = error
            .as_bytes()
            .get(..error.utf8_error().valid_up_to())
            .unwrap_or_default();
        Fault::NotUtf8 {
            line: 1 + count_lines(valid),
        }
    })
}

fn count_lines(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|byte| **byte == b'\n').count() as u64
}

fn parse(text: &str) -> (Vec<(Value, LeftOut)>, Option<Fault>) {
    let mut documents = Vec::new();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    loop {
        if deserializer.end().is_ok() {
            let fault = documents.is_empty().then_some(Fault::Empty);
            return (documents, fault);
        }
        match next_value(&mut deserializer) {
            Ok(document) => documents.push(document),
            Err(error) => return (documents, Some(Fault::of_json(error, Compression::None))),
        }
    }
}
