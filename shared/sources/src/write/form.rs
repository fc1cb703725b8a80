//! The form in which each file is written: what stands before, between and after its entries, and how its bytes are stored.

use std::io::{self, Write};

use flate2::write::GzEncoder;

use crate::items::page_fields;
use crate::layout::FileKind;

/// zstd's own default.
const ZSTD_LEVEL: i32 = 3;
/// So much is held as it is. A compressor takes a megabyte, and most of the many files that are written at a time have a few lines.
const PLAIN_AT_MOST: usize = 64 * 1024;

/// How the entries of a file are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// One a line.
    Lines,
    /// One document each, in an object with this field where there is one.
    Documents,
    /// One document: an object whose field with this name lists them.
    List(&'static str),
    /// One document, or one that lists them where there are several.
    Pages,
    /// Comma-separated values.
    Table,
}

impl Form {
    pub fn of(kind: &FileKind) -> Self {
        match kind {
            FileKind::Accounts => Self::List("Accounts"),
            FileKind::OrganizationPolicies => Self::List("Policies"),
            FileKind::DelegatedAdministrators => Self::List("DelegatedAdministrators"),
            FileKind::CloudTrailLog { .. } => Self::List("Records"),
            FileKind::AuthorizationDetails { .. } => Self::Pages,
            FileKind::CredentialReport { .. } => Self::Table,
            FileKind::Organization
            | FileKind::OrganizationTree
            | FileKind::OrganizationResourcePolicy
            | FileKind::ConfigAggregator
            | FileKind::AccountStatus { .. }
            | FileKind::Header => Self::Documents,
            _ => Self::Lines,
        }
    }

    /// What stands before the first entry.
    pub fn opening(self) -> String {
        match self {
            Self::Lines | Self::Documents | Self::Table => String::new(),
            Self::List(field) => format!("{{\"{field}\":[\n"),
            Self::Pages => "[\n".to_owned(),
        }
    }

    /// What stands between two entries.
    pub fn between(self) -> &'static str {
        match self {
            Self::Lines | Self::Documents | Self::Table => "\n",
            Self::List(_) | Self::Pages => ",\n",
        }
    }

    /// What stands after the last entry.
    pub fn closing(self, is_cut: bool) -> &'static str {
        match self {
            Self::Lines | Self::Documents | Self::Table => "\n",
            Self::List(_) if is_cut => "\n],\"NextToken\":\"[redacted]\"}\n",
            Self::List(_) => "\n]}\n",
            Self::Pages => "\n]\n",
        }
    }

    /// The file that holds this entry alone.
    pub fn alone(self, entry: &str) -> String {
        match self {
            Self::Pages => entry.to_owned(),
            _ => format!("{}{entry}{}", self.opening(), self.closing(false)),
        }
    }
}

/// The entry as an answer prints it, with the field around it that says what it is; `None` where answers have no such field.
pub(super) fn wrapped(kind: &FileKind, entry: &str) -> Option<String> {
    let field = page_fields(kind).first()?;
    Some(format!("{{\"{field}\":{entry}}}"))
}

/// A page without items that says that another follows.
pub(super) fn page_that_goes_on(kind: &FileKind) -> Option<String> {
    let field = page_fields(kind).last()?;
    Some(format!("{{\"{field}\":[],\"NextToken\":\"[redacted]\"}}"))
}

/// Compresses what is written as the file's name says.
pub(super) enum Store {
    Plain(Vec<u8>),
    Gzip(GzEncoder<Vec<u8>>),
    Zstd(zstd::stream::write::Encoder<'static, Vec<u8>>),
    /// Of a file that may stay small.
    SmallZstd(Vec<u8>),
}

impl Store {
    pub fn of(path: &str) -> io::Result<Self> {
        Ok(match path.rsplit('.').next() {
            Some("gz") => Self::Gzip(GzEncoder::new(Vec::new(), flate2::Compression::default())),
            Some("zst") => Self::SmallZstd(Vec::new()),
            _ => Self::Plain(Vec::new()),
        })
    }

    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if let Self::SmallZstd(held) = self
            && held.len() + bytes.len() > PLAIN_AT_MOST
        {
            let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), ZSTD_LEVEL)?;
            encoder.write_all(held)?;
            *self = Self::Zstd(encoder);
        }
        match self {
            Self::SmallZstd(held) => held.write_all(bytes),
            Self::Plain(stored) => stored.write_all(bytes),
            Self::Gzip(encoder) => encoder.write_all(bytes),
            Self::Zstd(encoder) => encoder.write_all(bytes),
        }
    }

    pub fn finish(self) -> io::Result<Vec<u8>> {
        match self {
            Self::Plain(stored) => Ok(stored),
            Self::Gzip(encoder) => encoder.finish(),
            Self::Zstd(encoder) => encoder.finish(),
            Self::SmallZstd(held) => zstd::bulk::compress(&held, ZSTD_LEVEL),
        }
    }
}

/// The fields of a row of a table (RFC 4180), in quotation marks where they need them.
pub(super) fn row<'a>(fields: impl Iterator<Item = &'a str>) -> String {
    let quoted = fields.map(|field| {
        if field.contains([',', '"', '\n', '\r']) {
            format!("\"{}\"", field.replace('"', "\"\""))
        } else {
            field.to_owned()
        }
    });
    quoted.collect::<Vec<_>>().join(",")
}
