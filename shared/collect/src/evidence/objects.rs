//! The port to the bucket that holds what statements wrote, and the reader of what they wrote.

use std::io::{self, Write};

use flate2::write::MultiGzDecoder;

use crate::api::{ApiError, BoxFuture, Failure};

/// Reads objects of Amazon S3 with the hub's own credentials.
pub trait ObjectReader: Send + Sync {
    /// Keys of the bucket that begin with `prefix`, sorted.
    ///
    /// # Errors
    /// [`ApiError`] of `s3:ListObjectsV2`.
    fn list<'a>(&'a self, bucket: &'a str, prefix: &'a str) -> BoxFuture<'a, Result<Vec<String>, ApiError>>;

    /// Opens an object.
    ///
    /// # Errors
    /// [`ApiError`] of `s3:GetObject`.
    fn open<'a>(&'a self, bucket: &'a str, key: &'a str) -> BoxFuture<'a, Result<Box<dyn ObjectBody>, ApiError>>;
}

/// An object that is being read.
pub trait ObjectBody: Send {
    /// The next bytes; `None` at the end.
    ///
    /// # Errors
    /// [`ApiError`] when the connection breaks off.
    fn next(&mut self) -> BoxFuture<'_, Result<Option<Vec<u8>>, ApiError>>;
}

/// Longest line: an event has at most 256 KB, its JSON text inside JSON a few times that.
const LONGEST_LINE: usize = 8 * 1024 * 1024;
/// Most that is decompressed at once is a thousand times this.
const PIECE: usize = 8 * 1024;
/// Largest manifest: 100 bytes a file, and Athena writes a few dozen.
const LARGEST_MANIFEST: usize = 16 * 1024 * 1024;

/// Where an object lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ObjectPlace {
    pub bucket: String,
    pub key: String,
}

impl ObjectPlace {
    /// Reads `s3://bucket/key`.
    pub(super) fn parse(uri: &str) -> Option<Self> {
        let (bucket, key) = uri.trim().strip_prefix("s3://")?.split_once('/')?;
        (!bucket.is_empty() && !key.is_empty()).then(|| Self {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
        })
    }
}

/// The files that a data manifest lists, sorted. Every one must lie in `folder` of `bucket`.
pub(super) async fn manifest(
    objects: &dyn ObjectReader,
    place: &ObjectPlace,
    bucket: &str,
    folder: &str,
) -> Result<Vec<String>, ApiError> {
    let mut body = objects.open(&place.bucket, &place.key).await?;
    let mut bytes = Vec::new();
    while let Some(chunk) = body.next().await? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > LARGEST_MANIFEST {
            return Err(malformed(
                Failure::TooLarge,
                "TooLarge",
                "the data manifest is larger than is read",
            ));
        }
    }
    let text = String::from_utf8(bytes).map_err(|_| outside())?;
    let files = text
        .lines()
        .map(|line| line.trim().trim_matches('"'))
        .filter(|line| !line.is_empty());
    let mut keys = Vec::new();
    for uri in files {
        let file = ObjectPlace::parse(uri).filter(|file| file.bucket == bucket && file.key.starts_with(folder));
        keys.push(file.ok_or_else(outside)?.key);
    }
    keys.sort();
    keys.dedup();
    Ok(keys)
}

fn outside() -> ApiError {
    malformed(
        Failure::Malformed,
        "InvalidManifest",
        "the data manifest names something else than files of the statement's folder",
    )
}

fn malformed(failure: Failure, code: &str, message: &str) -> ApiError {
    ApiError {
        failure,
        code: code.to_owned(),
        message: message.to_owned(),
        call: "s3:GetObject".to_owned(),
    }
}

/// Reads a compressed object line by line; of its text no more than a few lines are held.
pub(super) async fn each_line(
    body: &mut dyn ObjectBody,
    take: &mut (dyn FnMut(&[u8]) -> Result<(), crate::StepError> + Send),
) -> Result<(), crate::StepError> {
    let damaged = |error: io::Error| {
        malformed(
            Failure::Malformed,
            "InvalidResult",
            &format!("a result cannot be read: {error}"),
        )
    };
    let mut decoder = MultiGzDecoder::new(Lines::default());
    let mut is_empty = true;
    while let Some(chunk) = body.next().await? {
        for piece in chunk.chunks(PIECE) {
            is_empty = false;
            decoder.write_all(piece).map_err(damaged)?;
            decoder.get_mut().drain(take)?;
        }
    }
    if is_empty {
        return Ok(());
    }
    decoder.try_finish().map_err(damaged)?;
    let lines = decoder.get_mut();
    lines.drain(take)?;
    let rest = std::mem::take(&mut lines.held);
    if rest.is_empty() { Ok(()) } else { take(&rest) }
}

/// What was decompressed and not yet taken.
#[derive(Debug, Default)]
struct Lines {
    held: Vec<u8>,
}

impl Lines {
    fn drain(
        &mut self,
        take: &mut (dyn FnMut(&[u8]) -> Result<(), crate::StepError> + Send),
    ) -> Result<(), crate::StepError> {
        let Some(end) = self.held.iter().rposition(|byte| *byte == b'\n') else {
            return Ok(());
        };
        let rest = self.held.split_off(end + 1);
        let whole = std::mem::replace(&mut self.held, rest);
        for line in whole.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            take(line)?;
        }
        Ok(())
    }
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let has_line = bytes.contains(&b'\n') || self.held.contains(&b'\n');
        if !has_line && self.held.len().saturating_add(bytes.len()) > LONGEST_LINE {
            return Err(io::Error::other("a line is longer than is read"));
        }
        self.held.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
