//! Opens a stored file as UTF-8 text, whatever its compression and encoding, within bounds.

mod fault;
mod limit;
mod utf16;

use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;
use sha2::{Digest, Sha256};

pub(crate) use fault::{Compression, Fault};
pub(crate) use limit::ItemBudget;
use limit::LimitedReader;
use utf16::{ByteOrder, Utf16Reader};

const BUFFER_BYTES: usize = 64 * 1024;

/// A file opened as text.
pub(crate) struct Text {
    /// UTF-8 as far as the file holds it; its validity is for the reader to check.
    pub reader: Box<dyn BufRead>,
    /// How the file is compressed: tells what an error of the reader means.
    pub compression: Compression,
}

/// Opens `path`, which decompresses to at most `max_bytes`; `budget` bounds single items on top of that.
pub(crate) fn open(path: &Path, max_bytes: u64, budget: ItemBudget) -> Result<Text, Fault> {
    let file = File::open(path).map_err(|error| Fault::Unreadable(error.kind()))?;
    let stored = BufReader::with_capacity(BUFFER_BYTES, file);
    opened(stored, Compression::named_by(path), max_bytes, budget)
}

/// The same of bytes that are in memory, of a file that was called `name`.
pub(crate) fn open_bytes(stored: Vec<u8>, name: &Path, max_bytes: u64, budget: ItemBudget) -> Result<Text, Fault> {
    opened(Cursor::new(stored), Compression::named_by(name), max_bytes, budget)
}

fn opened(
    mut stored: impl BufRead + 'static,
    named: Compression,
    max_bytes: u64,
    budget: ItemBudget,
) -> Result<Text, Fault> {
    let head = head_of(&mut stored).map_err(|error| Fault::Unreadable(error.kind()))?;
    let compression = Compression::of(&head);
    if compression == Compression::None && named != Compression::None && !may_be_text(&head) {
        return Err(Fault::Damaged(named));
    }
    let stored = Cursor::new(head).chain(stored);
    let expanded: Box<dyn Read> = match compression {
        Compression::None => Box::new(stored),
        Compression::Gzip => Box::new(MultiGzDecoder::new(stored)),
        Compression::Zstd => {
            let decoder = zstd::stream::read::Decoder::with_buffer(stored);
            Box::new(decoder.map_err(|_| Fault::Damaged(Compression::Zstd))?)
        }
    };
    let limited = LimitedReader::new(expanded, max_bytes, budget);
    let reader = decoded(limited).map_err(|error| Fault::of(&error, compression))?;
    Ok(Text { reader, compression })
}

/// SHA-256 of a file's stored bytes.
pub(crate) fn sha256_of_file(path: &Path) -> std::io::Result<String> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        let count = file.read(&mut buffer)?;
        match buffer.get(..count) {
            None | Some([]) => return Ok(hex::encode(hasher.finalize())),
            Some(bytes) => hasher.update(bytes),
        }
    }
}

/// The first four bytes, or all there are.
fn head_of(reader: &mut impl Read) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(4);
    reader.take(4).read_to_end(&mut head)?;
    Ok(head)
}

/// Whether a file named as compressed was perhaps decompressed on its way without being renamed.
fn may_be_text(head: &[u8]) -> bool {
    let is_start = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'{' | b'[' | b'"' | 0xEF | 0xFE | 0xFF);
    head.first().is_none_or(is_start)
}

/// Takes a byte order mark off, and transcodes UTF-16, which Windows PowerShell writes.
fn decoded(mut bytes: impl Read + 'static) -> std::io::Result<Box<dyn BufRead>> {
    let head = head_of(&mut bytes)?;
    let (order, mark) = match *head.as_slice() {
        [0xEF, 0xBB, 0xBF, ..] => (None, 3),
        [0xFF, 0xFE, ..] => (Some(ByteOrder::Little), 2),
        [0xFE, 0xFF, ..] => (Some(ByteOrder::Big), 2),
        [first, 0, ..] if first != 0 => (Some(ByteOrder::Little), 0),
        [0, second, ..] if second != 0 => (Some(ByteOrder::Big), 0),
        _ => (None, 0),
    };
    let rest = Cursor::new(head.get(mark..).unwrap_or_default().to_vec()).chain(bytes);
    Ok(match order {
        None => Box::new(BufReader::with_capacity(BUFFER_BYTES, rest)),
        Some(order) => {
            let bytes = BufReader::with_capacity(BUFFER_BYTES, rest);
            Box::new(BufReader::with_capacity(BUFFER_BYTES, Utf16Reader::new(bytes, order)))
        }
    })
}
