//! Why the text of a file ends before its time.

use std::io::ErrorKind;
use std::path::Path;

use crate::diagnostics::Problem;
use crate::plan::unreadable;

/// How a file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compression {
    None,
    Gzip,
    Zstd,
}

impl Compression {
    /// As the file's first bytes tell.
    pub fn of(head: &[u8]) -> Self {
        match *head {
            [0x1F, 0x8B, ..] => Self::Gzip,
            [0x28, 0xB5, 0x2F, 0xFD] => Self::Zstd,
            _ => Self::None,
        }
    }

    /// As the file's name tells.
    pub fn named_by(path: &Path) -> Self {
        match path.extension().and_then(std::ffi::OsStr::to_str) {
            Some("gz") => Self::Gzip,
            Some("zst") => Self::Zstd,
            _ => Self::None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::None => "file",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }
}

/// Why a file, or the rest of it, cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The system does not open it.
    Unreadable(ErrorKind),
    /// More bytes are stored than are read from one file.
    FileTooLarge { limit: u64 },
    /// It expands to more bytes than are read from one file.
    ExpandsTooFar { limit: u64 },
    /// A document that must be held in memory is too large for it.
    DocumentTooLarge { limit: u64 },
    /// One item of a log file is larger than any event can be.
    ItemTooLarge { limit: u64 },
    /// The compressed stream ends in its middle.
    Truncated(Compression),
    /// The compressed stream is damaged.
    Damaged(Compression),
    /// It is not UTF-8.
    NotUtf8 { line: u64 },
    /// It is marked as UTF-16 and is not.
    NotUtf16,
    /// The JSON ends in its middle.
    TruncatedJson { line: u64 },
    /// It is not JSON.
    MalformedJson { line: u64, column: u64 },
    /// The JSON nests too deeply.
    NestedTooDeep { line: u64 },
    /// It holds more items than are read from one file.
    TooManyItems { limit: u64 },
    /// There is nothing in it.
    Empty,
}

/// The bound that a reader ran into, carried inside an I/O error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Bound {
    #[error("the text expands beyond {0} bytes")]
    Expanded(u64),
    #[error("an item is larger than {0} bytes")]
    Item(u64),
    #[error("the text is not UTF-16")]
    Utf16,
}

impl Fault {
    /// What an I/O error of a file's text means.
    pub fn of(error: &std::io::Error, compression: Compression) -> Self {
        let bound = error.get_ref().and_then(|inner| inner.downcast_ref::<Bound>());
        match (bound, compression) {
            (Some(Bound::Expanded(limit)), _) => Self::ExpandsTooFar { limit: *limit },
            (Some(Bound::Item(limit)), _) => Self::ItemTooLarge { limit: *limit },
            (Some(Bound::Utf16), _) => Self::NotUtf16,
            (None, Compression::None) => Self::Unreadable(error.kind()),
            (None, _) if error.kind() == ErrorKind::UnexpectedEof => Self::Truncated(compression),
            (None, _) => Self::Damaged(compression),
        }
    }

    /// What a JSON error means.
    pub fn of_json(error: serde_json::Error, compression: Compression) -> Self {
        let (line, column) = (error.line() as u64, error.column() as u64);
        match error.classify() {
            serde_json::error::Category::Io => Self::of(&error.into(), compression),
            serde_json::error::Category::Eof => Self::TruncatedJson { line },
            _ if error.to_string().starts_with("recursion limit exceeded") => Self::NestedTooDeep { line },
            _ => Self::MalformedJson { line, column },
        }
    }

    /// The line at which it happened, where one can be named.
    pub fn line(&self) -> Option<u64> {
        match self {
            Self::NotUtf8 { line }
            | Self::TruncatedJson { line }
            | Self::MalformedJson { line, .. }
            | Self::NestedTooDeep { line } => Some(*line),
            _ => None,
        }
    }

    /// The fault in words. `kept` tells what could still be used of the file.
    pub fn problem(&self, kept: &str) -> Problem {
        let (code, message, help) = self.words();
        match self {
            Self::Unreadable(kind) => unreadable(*kind),
            Self::Empty => Problem::error(code, message, help),
            _ => Problem::error(code, format!("{message}; {kept}"), help),
        }
    }

    fn words(&self) -> (&'static str, String, &'static str) {
        match self {
            Self::Unreadable(_) => ("unreadable_file", String::new(), ""),
            Self::Empty => (
                "empty_file",
                "the file is empty".to_owned(),
                "record the answer again; an answer without items is written []",
            ),
            Self::Truncated(_) | Self::Damaged(_) => self.compression_words(),
            Self::NotUtf8 { .. } | Self::NotUtf16 => self.encoding_words(),
            Self::TruncatedJson { .. } | Self::MalformedJson { .. } | Self::NestedTooDeep { .. } => self.json_words(),
            _ => self.size_words(),
        }
    }

    fn compression_words(&self) -> (&'static str, String, &'static str) {
        const AGAIN: &str = "copy the file again from where it came";
        match self {
            Self::Truncated(compression) => (
                if *compression == Compression::Gzip {
                    "truncated_gzip"
                } else {
                    "truncated_zstd"
                },
                format!("the {} stream ends in its middle", compression.name()),
                AGAIN,
            ),
            Self::Damaged(Compression::Zstd) => (
                "damaged_zstd",
                "this is not zstd, or its stream is damaged".to_owned(),
                AGAIN,
            ),
            _ => (
                "damaged_gzip",
                "this is not gzip, or its stream is damaged".to_owned(),
                AGAIN,
            ),
        }
    }

    fn encoding_words(&self) -> (&'static str, String, &'static str) {
        const AGAIN: &str = "write the file again as UTF-8";
        match self {
            Self::NotUtf16 => (
                "invalid_utf16",
                "the text is not the UTF-16 that it begins as".to_owned(),
                AGAIN,
            ),
            _ => ("invalid_utf8", "the text is not UTF-8".to_owned(), AGAIN),
        }
    }

    fn json_words(&self) -> (&'static str, String, &'static str) {
        match self {
            Self::TruncatedJson { .. } => (
                "truncated_json",
                "the JSON ends in its middle".to_owned(),
                "record the answer again and let the command end by itself",
            ),
            Self::MalformedJson { column, .. } => (
                "malformed_json",
                format!("this is not JSON (column {column})"),
                "write the file with --output json, without messages in between",
            ),
            _ => (
                "nested_too_deep",
                "the JSON nests more than 128 levels deep".to_owned(),
                "no AWS answer does; look where the file comes from",
            ),
        }
    }

    fn size_words(&self) -> (&'static str, String, &'static str) {
        const SPLIT: &str = "split the file, or write its items one a line as .ndjson";
        match self {
            Self::FileTooLarge { limit } => (
                "file_too_large",
                format!("the file is larger than {limit} bytes"),
                SPLIT,
            ),
            Self::ExpandsTooFar { limit } => (
                "expands_too_far",
                format!("the file decompresses to more than {limit} bytes"),
                SPLIT,
            ),
            Self::DocumentTooLarge { limit } => (
                "document_too_large",
                format!("the JSON document is larger than {limit} bytes"),
                SPLIT,
            ),
            Self::ItemTooLarge { limit } => (
                "item_too_large",
                format!("an event is larger than {limit} bytes"),
                "no CloudTrail event is; look where the file comes from",
            ),
            _ => (
                "too_many_items",
                "the file holds more items than are read from one file".to_owned(),
                SPLIT,
            ),
        }
    }
}
