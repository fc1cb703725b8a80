//! Going on with a file that an earlier writer began.

use std::io::{self, Read as _};

use serde_json::Value;

use super::stream::{CaptureFileWriter, RowOrder};
use super::{CaptureFile, CaptureWriter, WriteError};
use crate::values::parse_text;

impl CaptureWriter {
    /// Goes on with a file of which `stored` was written by [`CaptureFileWriter::finish`]. What it said about pages that follow is forgotten: they are added now.
    ///
    /// # Errors
    /// [`WriteError::Compression`] when the bytes are not what a writer stored, else as [`CaptureFileWriter::add`].
    pub fn reopen(&self, file: CaptureFile, stored: &[u8]) -> Result<CaptureFileWriter, WriteError> {
        let text = self.text_of(&file, stored).map_err(|source| WriteError::Compression {
            file: file.path().to_owned(),
            source,
        })?;
        let mut writer = self.file(file, RowOrder::AsGiven)?;
        if writer.is_table() {
            writer.add_table(&text)?;
        } else {
            for value in values_of(&text) {
                writer.add(value)?;
            }
        }
        writer.forget_pages();
        Ok(writer)
    }

    fn text_of(&self, file: &CaptureFile, stored: &[u8]) -> io::Result<String> {
        let most = self.limits.max_expanded_bytes;
        let mut text = String::new();
        match file.path().rsplit('.').next() {
            Some("zst") => zstd::stream::read::Decoder::new(stored)?
                .take(most)
                .read_to_string(&mut text)?,
            Some("gz") => flate2::read::MultiGzDecoder::new(stored)
                .take(most)
                .read_to_string(&mut text)?,
            _ => stored.take(most).read_to_string(&mut text)?,
        };
        Ok(text)
    }
}

/// One value a line, or one document.
fn values_of(text: &str) -> Vec<Value> {
    if let Ok((document, _)) = parse_text(text) {
        return vec![document];
    }
    text.lines()
        .filter_map(|line| parse_text(line).ok())
        .map(|(value, _)| value)
        .collect()
}
