//! Objects that are written in parts, so that a question reads only what it needs.
//!
//! A part is one or more whole Zstandard frames, and frames that follow one another are one stream: read from its beginning, the object is NDJSON like any other. Beside
//! it lies an index, which says of each part where it lies, how many rows it holds, and the SHA-256 of its bytes. The manifest vouches for the index, the index for the parts.

use serde::{Deserialize, Serialize};
use sv0_model::hash::sha256_hex;

use crate::codec::LEVEL;
use crate::{LakeError, from_ndjson, to_ndjson};

/// As much text as is compressed at once: a part that has more is several frames.
const FRAME_BYTES: usize = 1 << 20;

/// Where a part of an object lies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Its name, unique in the object.
    pub name: String,
    /// The first of its bytes, counted from 0.
    pub offset: u64,
    /// How many bytes it has.
    pub bytes: u64,
    /// How many rows it holds.
    pub rows: u64,
    /// SHA-256 of its bytes as they are stored.
    pub sha256: String,
}

/// The key of the index of the object with that key: `graph/edges.parts.ndjson` for `graph/edges.ndjson.zst`.
#[must_use]
pub fn index_key(key: &str) -> String {
    let stem = key.strip_suffix(".ndjson.zst").unwrap_or(key);
    format!("{stem}.parts.ndjson")
}

/// An object in parts, and the index of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Divided {
    /// The object.
    pub object: Vec<u8>,
    /// Its parts, in the order in which they lie.
    pub parts: Vec<Part>,
}

impl Divided {
    /// The object with that key and the parts that its index names.
    ///
    /// # Errors
    /// [`LakeError::Altered`] where a part is not there as the index says.
    pub fn read(key: &str, object: Vec<u8>, parts: Vec<Part>) -> Result<Self, LakeError> {
        for part in &parts {
            let found = sha256_hex(slice(&object, part).unwrap_or_default());
            if found != part.sha256 {
                return Err(LakeError::Altered {
                    key: key.to_owned(),
                    expected: part.sha256.clone(),
                    found,
                });
            }
        }
        Ok(Self { object, parts })
    }

    /// Puts the parts of another after its own: the object is what it would be had all of their rows been written to it.
    pub fn append(&mut self, other: &Self) {
        if self.parts.is_empty() {
            // An object without rows is a frame of nothing.
            self.object.clear();
        }
        for part in &other.parts {
            let offset = self.object.len() as u64;
            if let Some(bytes) = slice(&other.object, part) {
                self.object.extend_from_slice(bytes);
                self.parts.push(Part { offset, ..part.clone() });
            }
        }
        if self.parts.is_empty() {
            self.object.clone_from(&other.object);
        }
    }

    /// The object that lies beside it under [`index_key`].
    ///
    /// # Errors
    /// [`LakeError::Encode`], which the index never meets.
    pub fn index(&self, key: &str) -> Result<Vec<u8>, LakeError> {
        to_ndjson(&index_key(key), &self.parts)
    }
}

/// Reads what [`Divided::index`] wrote under the key of an index.
///
/// # Errors
/// [`LakeError::Decode`].
pub fn read_index(index_key: &str, bytes: &[u8]) -> Result<Vec<Part>, LakeError> {
    from_ndjson(index_key, bytes)
}

/// Makes an object in parts of rows that come part by part.
pub struct PartsEncoder {
    key: String,
    compressor: zstd::bulk::Compressor<'static>,
    divided: Divided,
    /// The rows of the last part that are not compressed yet.
    text: Vec<u8>,
}

impl PartsEncoder {
    /// An object under `key`, which ends in `.ndjson.zst`, without rows.
    ///
    /// # Errors
    /// [`LakeError::Io`] when nothing can be compressed here.
    pub fn new(key: &str) -> Result<Self, LakeError> {
        Ok(Self {
            key: key.to_owned(),
            compressor: zstd::bulk::Compressor::new(LEVEL).map_err(|source| not_compressed(key, source))?,
            divided: Divided {
                object: Vec::new(),
                parts: Vec::new(),
            },
            text: Vec::new(),
        })
    }

    /// Adds a row to the part with that name, which is the last one, or comes after it. The same rows give the same bytes.
    ///
    /// # Errors
    /// [`LakeError::Encode`] when the row has no JSON form, [`LakeError::Io`] when it cannot be compressed.
    pub fn push<T: Serialize>(&mut self, part: &str, row: &T) -> Result<(), LakeError> {
        if self.divided.parts.last().is_none_or(|last| last.name != part) {
            self.end_part()?;
            self.divided.parts.push(Part {
                name: part.to_owned(),
                offset: self.divided.object.len() as u64,
                bytes: 0,
                rows: 0,
                sha256: String::new(),
            });
        }
        serde_json::to_writer(&mut self.text, row).map_err(|source| LakeError::Encode {
            key: self.key.clone(),
            source,
        })?;
        self.text.push(b'\n');
        if let Some(last) = self.divided.parts.last_mut() {
            last.rows += 1;
        }
        if self.text.len() >= FRAME_BYTES {
            self.end_frame()?;
        }
        Ok(())
    }

    /// The object and its parts.
    ///
    /// # Errors
    /// [`LakeError::Io`] when the rest cannot be compressed.
    pub fn finish(mut self) -> Result<Divided, LakeError> {
        self.end_part()?;
        if self.divided.object.is_empty() {
            // Nothing at all is no Zstandard; a frame of nothing is.
            self.end_frame()?;
        }
        Ok(self.divided)
    }

    fn end_frame(&mut self) -> Result<(), LakeError> {
        let compressed = self.compressor.compress(&self.text);
        let frame = compressed.map_err(|source| not_compressed(&self.key, source))?;
        self.divided.object.extend_from_slice(&frame);
        self.text.clear();
        Ok(())
    }

    fn end_part(&mut self) -> Result<(), LakeError> {
        if !self.text.is_empty() {
            self.end_frame()?;
        }
        let end = self.divided.object.len() as u64;
        if let Some(last) = self.divided.parts.last_mut() {
            last.bytes = end.saturating_sub(last.offset);
            if let Some(bytes) = slice(&self.divided.object, last) {
                last.sha256 = sha256_hex(bytes);
            }
        }
        Ok(())
    }
}

/// The bytes of a part in its object; none where the object is shorter.
#[must_use]
pub fn slice<'o>(object: &'o [u8], part: &Part) -> Option<&'o [u8]> {
    let start = usize::try_from(part.offset).ok()?;
    let length = usize::try_from(part.bytes).ok()?;
    object.get(start..start.checked_add(length)?)
}

fn not_compressed(key: &str, source: std::io::Error) -> LakeError {
    LakeError::Io {
        operation: "compressing",
        key: key.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "graph/edges.ndjson.zst";

    fn divided(rows: &[(&str, String)]) -> Divided {
        let mut encoder = PartsEncoder::new(KEY).unwrap();
        for (part, row) in rows {
            encoder.push(part, row).unwrap();
        }
        encoder.finish().unwrap()
    }

    #[test]
    fn what_is_put_together_is_what_is_written_at_once() {
        let rows = [("a", "1"), ("a", "2"), ("b", "3"), ("c", "4")].map(|(part, row)| (part, row.to_owned()));
        for cuts in [[0, 0], [0, 2], [2, 3], [3, 4], [4, 4]] {
            let [first, second] = cuts;
            let mut together = divided(&rows[..first]);
            together.append(&divided(&rows[first..second]));
            together.append(&divided(&rows[second..]));
            assert_eq!(together, divided(&rows), "cut at {cuts:?}");
        }
        let mut nothing = divided(&[]);
        nothing.append(&divided(&[]));
        assert_eq!(nothing, divided(&[]));
    }

    #[test]
    fn each_part_reads_by_itself_and_all_of_them_as_one_object() {
        let long = "x".repeat(FRAME_BYTES);
        let rows = [
            ("", "a".to_owned()),
            ("", "b".to_owned()),
            ("111111111111", long.clone()),
            ("111111111111", "c".to_owned()),
            ("222222222222", "d".to_owned()),
        ];
        let made = divided(&rows);
        assert_eq!(made, divided(&rows), "the same rows give the same bytes");
        let all: Vec<String> = rows.iter().map(|(_, row)| row.clone()).collect();
        assert_eq!(from_ndjson::<String>(KEY, &made.object).unwrap(), all);
        let index = read_index(&index_key(KEY), &made.index(KEY).unwrap()).unwrap();
        assert_eq!(index, made.parts);
        for part in &index {
            let want: Vec<String> = rows
                .iter()
                .filter(|(name, _)| *name == part.name)
                .map(|(_, row)| row.clone())
                .collect();
            let bytes = slice(&made.object, part).unwrap();
            assert_eq!(from_ndjson::<String>(KEY, bytes).unwrap(), want, "{}", part.name);
            assert_eq!((part.rows, &part.sha256), (want.len() as u64, &sha256_hex(bytes)));
        }
        assert_eq!(index.len(), 3);
        assert_eq!(index_key(KEY), "graph/edges.parts.ndjson");
    }

    #[test]
    fn an_object_without_rows_is_empty() {
        let made = divided(&[]);
        assert!(made.parts.is_empty());
        assert!(from_ndjson::<String>(KEY, &made.object).unwrap().is_empty());
    }

    #[test]
    fn a_part_beyond_the_object_is_not_there() {
        let mut part = divided(&[("", "a".to_owned())]).parts.remove(0);
        part.offset = u64::MAX;
        assert!(slice(b"abc", &part).is_none());
        part.offset = 2;
        part.bytes = 2;
        assert!(slice(b"abc", &part).is_none());
    }
}
