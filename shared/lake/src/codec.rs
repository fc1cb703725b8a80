//! NDJSON, compressed with Zstandard where the key ends in `.zst`.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::LakeError;

/// A middle level: on graph rows 19 saves a few per cent more and takes many times as long.
pub(crate) const LEVEL: i32 = 3;

/// As much text as is decompressed at once.
const READ_AT_ONCE: usize = 64 * 1024;

/// One JSON document a line, compressed when `key` ends in `.zst`. The same items give the same bytes.
///
/// # Errors
/// [`LakeError::Encode`] when an item has no JSON form.
pub fn to_ndjson<T: Serialize>(key: &str, items: impl IntoIterator<Item = T>) -> Result<Vec<u8>, LakeError> {
    let mut encoder = NdjsonEncoder::new(key)?;
    items.into_iter().try_for_each(|item| encoder.push(&item))?;
    encoder.finish()
}

/// Makes what [`to_ndjson`] makes, of items that come one after the other. The text of a run's paths is many times what it is compressed: it is never held as a
/// whole.
pub struct NdjsonEncoder {
    key: String,
    text: Text,
}

enum Text {
    Plain(Vec<u8>),
    // Items are written in many small pieces.
    Compressed(Box<BufWriter<zstd::stream::write::Encoder<'static, Vec<u8>>>>),
}

impl NdjsonEncoder {
    /// An object under `key` without items.
    ///
    /// # Errors
    /// [`LakeError::Io`] when nothing can be compressed here.
    pub fn new(key: &str) -> Result<Self, LakeError> {
        let text = if is_compressed(key) {
            let encoder =
                zstd::stream::write::Encoder::new(Vec::new(), LEVEL).map_err(|error| not_compressed(key, error))?;
            Text::Compressed(Box::new(BufWriter::new(encoder)))
        } else {
            Text::Plain(Vec::new())
        };
        Ok(Self {
            key: key.to_owned(),
            text,
        })
    }

    /// Adds a line.
    ///
    /// # Errors
    /// [`LakeError::Encode`] when the item has no JSON form.
    pub fn push<T: Serialize>(&mut self, item: &T) -> Result<(), LakeError> {
        let written = match &mut self.text {
            Text::Plain(text) => write_line(text, item),
            Text::Compressed(text) => write_line(text, item),
        };
        written.map_err(|source| LakeError::Encode {
            key: self.key.clone(),
            source,
        })
    }

    /// The object.
    ///
    /// # Errors
    /// [`LakeError::Io`] when the rest cannot be compressed.
    pub fn finish(self) -> Result<Vec<u8>, LakeError> {
        match self.text {
            Text::Plain(text) => Ok(text),
            Text::Compressed(text) => {
                let encoder = text.into_inner().map_err(io::IntoInnerError::into_error);
                let object = encoder.and_then(zstd::stream::write::Encoder::finish);
                object.map_err(|error| not_compressed(&self.key, error))
            }
        }
    }
}

fn not_compressed(key: &str, source: io::Error) -> LakeError {
    LakeError::Io {
        operation: "compressing",
        key: key.to_owned(),
        source,
    }
}

fn write_line<T: Serialize>(text: &mut impl Write, item: &T) -> Result<(), serde_json::Error> {
    serde_json::to_writer(&mut *text, item)?;
    text.write_all(b"\n").map_err(serde_json::Error::io)
}

/// Reads what [`to_ndjson`] wrote, blank lines aside.
///
/// # Errors
/// [`LakeError::Decode`] with the line that cannot be read, [`LakeError::Io`] when the bytes cannot be decompressed.
pub fn from_ndjson<T: DeserializeOwned>(key: &str, bytes: &[u8]) -> Result<Vec<T>, LakeError> {
    let mut items = Vec::new();
    each_of_ndjson(key, bytes, |item| {
        items.push(item);
        Ok(())
    })?;
    Ok(items)
}

/// Hands on what [`to_ndjson`] wrote, one item after the other, blank lines aside.
///
/// # Errors
/// As [`from_ndjson`], after the items before the line that cannot be read were handed on; and what `each` answers, after which nothing more is handed on.
pub fn each_of_ndjson<T: DeserializeOwned>(
    key: &str,
    bytes: &[u8],
    mut each: impl FnMut(T) -> Result<(), LakeError>,
) -> Result<(), LakeError> {
    each_line(key, bytes, |index, line| {
        if line.is_empty() {
            return Ok(());
        }
        each(decode(key, index, line)?)
    })
}

/// Reads some of the lines that [`to_ndjson`] wrote, counted from 0, and decodes no other.
///
/// # Errors
/// As [`from_ndjson`].
pub fn lines_of_ndjson<T: DeserializeOwned>(
    key: &str,
    bytes: &[u8],
    wanted: &BTreeSet<usize>,
) -> Result<BTreeMap<usize, T>, LakeError> {
    let mut found = BTreeMap::new();
    each_line(key, bytes, |index, line| {
        if wanted.contains(&index) {
            found.insert(index, decode(key, index, line)?);
        }
        Ok(())
    })?;
    Ok(found)
}

fn decode<T: DeserializeOwned>(key: &str, index: usize, line: &[u8]) -> Result<T, LakeError> {
    serde_json::from_slice(line).map_err(|source| LakeError::Decode {
        key: key.to_owned(),
        line: index + 1,
        source,
    })
}

fn each_line(
    key: &str,
    bytes: &[u8],
    mut each: impl FnMut(usize, &[u8]) -> Result<(), LakeError>,
) -> Result<(), LakeError> {
    let broken = |source| LakeError::Io {
        operation: "decompressing",
        key: key.to_owned(),
        source,
    };
    let reader: Box<dyn Read> = if is_compressed(key) {
        Box::new(zstd::stream::read::Decoder::new(bytes).map_err(broken)?)
    } else {
        Box::new(bytes)
    };
    let mut reader = BufReader::with_capacity(READ_AT_ONCE, reader);
    let mut line = Vec::new();
    for index in 0.. {
        line.clear();
        if reader.read_until(b'\n', &mut line).map_err(broken)? == 0 {
            break;
        }
        each(index, line.strip_suffix(b"\n").unwrap_or(&line))?;
    }
    Ok(())
}

fn is_compressed(key: &str) -> bool {
    std::path::Path::new(key)
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("zst"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_wrote() {
        for key in ["a.ndjson", "a.ndjson.zst"] {
            let bytes = to_ndjson(key, ["x", "y\nz"]).unwrap();
            assert_eq!(from_ndjson::<String>(key, &bytes).unwrap(), ["x", "y\nz"], "{key}");
            assert_eq!(
                bytes,
                to_ndjson(key, ["x", "y\nz"]).unwrap(),
                "the same items give the same bytes"
            );
        }
    }

    #[test]
    fn reads_the_lines_that_are_wanted() {
        let bytes = to_ndjson("a.ndjson.zst", ["x", "y", "z"]).unwrap();
        let read = |wanted: &[usize]| {
            let found = lines_of_ndjson::<String>("a.ndjson.zst", &bytes, &wanted.iter().copied().collect()).unwrap();
            found.into_values().collect::<Vec<_>>()
        };
        assert_eq!(read(&[2, 0]), ["x", "z"]);
        assert!(read(&[3]).is_empty());
        let broken = lines_of_ndjson::<u32>("a.ndjson", b"1\ntwo\n3\n", &BTreeSet::from([0, 2]));
        assert_eq!(broken.unwrap().into_values().collect::<Vec<_>>(), [1, 3]);
    }

    #[test]
    fn names_the_line_that_is_broken() {
        let error = from_ndjson::<u32>("a.ndjson", b"1\n2\nthree\n").unwrap_err();
        assert_eq!(error.to_string(), "a.ndjson line 3 cannot be decoded");
        assert!(matches!(
            from_ndjson::<u32>("a.ndjson.zst", b"not zstd"),
            Err(LakeError::Io { .. })
        ));
    }
}
