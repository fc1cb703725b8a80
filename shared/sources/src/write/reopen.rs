//! Files that an earlier writer stored: going on with one, reading one, and taking one over into another capture.

use std::io::{self, BufRead as _, BufReader, Read};

use serde_json::Value;

use super::form::Form;
use super::stream::{CaptureFileWriter, RowOrder};
use super::{CaptureFile, CaptureWriter, WriteError, WrittenFile};
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

    /// Hands out what a file of which `stored` was written holds: lines and pages one after the other, of which no more than one is held at a time, else the document.
    ///
    /// # Errors
    /// [`WriteError::Compression`] when the bytes are not what a writer stored.
    pub fn each_stored(
        &self,
        file: &CaptureFile,
        stored: &[u8],
        each: &mut dyn FnMut(Value),
    ) -> Result<(), WriteError> {
        let failed = |source| WriteError::Compression {
            file: file.path().to_owned(),
            source,
        };
        if !matches!(Form::of(file.kind()), Form::Lines | Form::Pages) {
            let text = self.text_of(file, stored).map_err(failed)?;
            values_of(&text).into_iter().for_each(each);
            return Ok(());
        }
        let lines = BufReader::new(self.reader_of(file, stored).map_err(failed)?).lines();
        for line in lines {
            // A page stands on a line of its own, a comma after it.
            if let Ok((value, _)) = parse_text(line.map_err(failed)?.trim_end_matches(',')) {
                each(value);
            }
        }
        Ok(())
    }

    /// Writes a file of which `stored` was written for another capture: its entries pass the redaction and the bounds of a writer again, what is marked in it as lost or cut
    /// stays marked, and of what this version wrote the bytes stay the same. Of lines and pages one is held at a time.
    ///
    /// # Errors
    /// [`WriteError::Compression`] when the bytes are not what a writer stored, else as [`CaptureFileWriter::add`] and [`CaptureFileWriter::finish`].
    pub fn take_over(&self, file: &CaptureFile, stored: &[u8]) -> Result<WrittenFile, WriteError> {
        if stored.is_empty() {
            return self.put(file, stored);
        }
        let failed = |source| WriteError::Compression {
            file: file.path().to_owned(),
            source,
        };
        let mut writer = self.file(file.clone(), RowOrder::AsGiven)?;
        if writer.is_table() {
            writer.add_table(&self.text_of(file, stored).map_err(failed)?)?;
            return writer.finish();
        }
        let form = Form::of(file.kind());
        if let Form::List(_) = form {
            let text = self.text_of(file, stored).map_err(failed)?;
            values_of(&text).into_iter().try_for_each(|value| writer.add(value))?;
            return writer.finish();
        }
        for line in BufReader::new(self.reader_of(file, stored).map_err(failed)?).lines() {
            let line = line.map_err(failed)?;
            match parse_text(line.trim_end_matches(',')) {
                Ok((value, _)) => writer.add(value)?,
                // The pages of a list stand between brackets, which have lines of their own.
                Err(_) if form == Form::Pages && matches!(line.as_str(), "[" | "]") || line.is_empty() => {}
                Err(_) => writer.is_not_whole(),
            }
        }
        writer.finish()
    }

    fn text_of(&self, file: &CaptureFile, stored: &[u8]) -> io::Result<String> {
        let mut text = String::new();
        self.reader_of(file, stored)?.read_to_string(&mut text)?;
        Ok(text)
    }

    fn reader_of<'a>(&self, file: &CaptureFile, stored: &'a [u8]) -> io::Result<Box<dyn Read + 'a>> {
        let most = self.limits.max_expanded_bytes;
        Ok(match file.path().rsplit('.').next() {
            Some("zst") => Box::new(zstd::stream::read::Decoder::new(stored)?.take(most)),
            Some("gz") => Box::new(flate2::read::MultiGzDecoder::new(stored).take(most)),
            _ => Box::new(stored.take(most)),
        })
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
