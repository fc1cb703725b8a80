//! What can be wrong with a request line.

use serde::{Deserialize, Serialize};

/// The codes of row errors. The enumeration is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RowErrorCode {
    /// The line is not JSON.
    MalformedJson,
    /// A field that every request has is missing.
    MissingField,
    /// A field name that is almost, but not quite, one of the request's.
    UnknownField,
    /// A field stands twice.
    DuplicateField,
    /// A field has the wrong JSON type.
    BadType,
    /// The principal is none, or not of its `principal_type`.
    BadPrincipal,
    /// The action is not written `service:Name`.
    BadAction,
    /// The resource is neither an ARN nor `*`.
    BadResource,
    /// The resource account is not 12 digits.
    BadResourceAccount,
    /// The resource account and the resource's ARN disagree.
    AccountMismatch,
    /// A context key stands twice, with different case.
    BadContext,
    /// A policy is not a document in any of the three encodings.
    BadDocument,
}

/// What is wrong with a line, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct RowError {
    pub(super) code: RowErrorCode,
    pub(super) message: String,
    /// JSON pointer into the row.
    pub(super) at: String,
}

impl RowError {
    pub(super) fn new(code: RowErrorCode, message: impl Into<String>, at: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            at: at.into(),
        }
    }

    /// The place is all that is told of a line that is not JSON: its text might hold anything.
    pub(super) fn malformed(error: &serde_json::Error) -> Self {
        let what = match error.classify() {
            serde_json::error::Category::Eof => "the line ends within a JSON value",
            _ => "the line is not JSON",
        };
        Self::new(
            RowErrorCode::MalformedJson,
            format!("{what} (column {})", error.column()),
            "",
        )
    }
}
