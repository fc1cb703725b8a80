//! NDJSON, compressed with Zstandard where the key ends in `.zst`.

use std::io::{BufRead, BufReader, BufWriter, Read, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::LakeError;

/// A middle level: on graph rows 19 saves a few per cent more and takes many times as long.
const LEVEL: i32 = 3;

/// One JSON document a line, compressed when `key` ends in `.zst`. The same items give the same bytes.
///
/// # Errors
/// [`LakeError::Encode`] when an item has no JSON form.
pub fn to_ndjson<T: Serialize>(key: &str, items: impl IntoIterator<Item = T>) -> Result<Vec<u8>, LakeError> {
    if !is_compressed(key) {
        let mut text = Vec::new();
        write_lines(key, items, &mut text)?;
        return Ok(text);
    }
    let failed = |source| LakeError::Io {
        operation: "compressing",
        key: key.to_owned(),
        source,
    };
    // The text of a run's paths is many times what it is compressed: it is never held as a whole.
    let encoder = zstd::stream::write::Encoder::new(Vec::new(), LEVEL).map_err(failed)?;
    let mut text = BufWriter::new(encoder);
    write_lines(key, items, &mut text)?;
    let encoder = text.into_inner().map_err(|error| failed(error.into_error()))?;
    encoder.finish().map_err(failed)
}

fn write_lines<T: Serialize>(
    key: &str,
    items: impl IntoIterator<Item = T>,
    text: &mut impl Write,
) -> Result<(), LakeError> {
    for item in items {
        let line = serde_json::to_writer(&mut *text, &item)
            .and_then(|()| text.write_all(b"\n").map_err(serde_json::Error::io));
        line.map_err(|source| LakeError::Encode {
            key: key.to_owned(),
            source,
        })?;
    }
    Ok(())
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
    for (index, line) in BufReader::new(reader).split(b'\n').enumerate() {
        let line = line.map_err(broken)?;
        if line.is_empty() {
            continue;
        }
        let item = serde_json::from_slice(&line).map_err(|source| LakeError::Decode {
            key: key.to_owned(),
            line: index + 1,
            source,
        })?;
        each(item)?;
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
    fn names_the_line_that_is_broken() {
        let error = from_ndjson::<u32>("a.ndjson", b"1\n2\nthree\n").unwrap_err();
        assert_eq!(error.to_string(), "a.ndjson line 3 cannot be decoded");
        assert!(matches!(
            from_ndjson::<u32>("a.ndjson.zst", b"not zstd"),
            Err(LakeError::Io { .. })
        ));
    }
}
