//! Errors as a person meets them: what, where, and what to do.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use miette::Diagnostic;
use serde_json::json;
use sv0_authority::QueryError;
use sv0_lake::LakeError;
use sv0_pipeline::{ConfigurationError, ScanError};
use sv0_sources::CopyError;
use thiserror::Error;

/// A command that could not be done.
#[derive(Debug, Error, Diagnostic)]
pub enum CommandError {
    /// The scan ended.
    #[error("the scan could not be finished")]
    #[diagnostic(code(sv0::scan))]
    Scan(#[source] ScanError),
    /// There is no usable capture.
    #[error("the capture cannot be read")]
    #[diagnostic(
        code(sv0::capture),
        help("a capture is a folder with a capture.json; docs/capture.md shows how to make one with the AWS CLI")
    )]
    Capture(#[source] ScanError),
    /// A capture could not be written.
    #[error("the capture cannot be written")]
    #[diagnostic(code(sv0::capture_not_written))]
    CaptureNotWritten(#[source] CopyError),
    /// No scan in the store.
    #[error("{store} holds no finished scan")]
    #[diagnostic(
        code(sv0::no_run),
        help("run `sv0 demo`, or `sv0 scan --capture DIR --store {store}`")
    )]
    NoRun {
        /// The store.
        store: String,
    },
    /// The store could not be read.
    #[error("the store cannot be read")]
    #[diagnostic(code(sv0::store))]
    Store(#[source] LakeError),
    /// A store this version does not read.
    #[error("{store} is not a folder")]
    #[diagnostic(
        code(sv0::store_kind),
        help("this version reads stores that are folders: name the folder that `sv0 scan` wrote")
    )]
    StoreKind {
        /// The store as typed.
        store: String,
    },
    /// Nothing is known under that name.
    #[error("{message}")]
    #[diagnostic(code(not_found), help("{help}"))]
    NotFound {
        /// What was asked for.
        message: String,
        /// What comes near.
        help: String,
    },
    /// The question cannot be asked.
    #[error("{message}")]
    #[diagnostic(code(bad_input))]
    BadInput {
        /// What is wrong with it.
        message: String,
    },
    /// The configuration cannot be used.
    #[error("{file} cannot be used")]
    #[diagnostic(code(sv0::configuration), help("docs/configuration.md names every key"))]
    Configuration {
        /// The file.
        file: String,
        /// Why.
        #[source]
        source: ConfigurationError,
    },
    /// A file could not be read or written.
    #[error("{operation} {}", file.display())]
    #[diagnostic(code(sv0::io))]
    Io {
        /// `reading` or `writing`.
        operation: &'static str,
        /// The file.
        file: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

impl CommandError {
    /// The exit code: 2 where the input is at fault, else 1.
    fn exit_code(&self) -> ExitCode {
        match self {
            Self::Scan(_)
            | Self::Store(_)
            | Self::CaptureNotWritten(_)
            | Self::Io {
                operation: "writing", ..
            } => ExitCode::from(1),
            _ => ExitCode::from(2),
        }
    }

    fn code(&self) -> String {
        Diagnostic::code(self).map_or_else(|| "failed".to_owned(), |code| code.to_string().replace("sv0::", ""))
    }

    /// Prints the error, as JSON on standard output where JSON was asked for, and says how to exit.
    pub fn report(self, json: bool) -> ExitCode {
        // A reader that closed the pipe, such as `head`, has all it wanted.
        if matches!(&self, Self::Io { source, .. } if source.kind() == io::ErrorKind::BrokenPipe) {
            return ExitCode::SUCCESS;
        }
        let exit_code = self.exit_code();
        if json {
            let message = chain(&self);
            println!(
                "{}",
                json!({"error": {"code": self.code(), "message": message, "at": null}})
            );
        } else {
            eprintln!("{:?}", miette::Report::new(self));
        }
        exit_code
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}

impl From<ScanError> for CommandError {
    fn from(error: ScanError) -> Self {
        match error {
            ScanError::Capture(_) => Self::Capture(error),
            _ => Self::Scan(error),
        }
    }
}

impl From<LakeError> for CommandError {
    fn from(error: LakeError) -> Self {
        match error {
            LakeError::NoRun { store } => Self::NoRun { store },
            LakeError::NoRunAsOf { .. } => Self::BadInput {
                message: error.to_string(),
            },
            _ => Self::Store(error),
        }
    }
}

impl From<QueryError> for CommandError {
    fn from(error: QueryError) -> Self {
        let message = error.to_string();
        match error {
            QueryError::NotFound { suggestions, .. } => Self::NotFound {
                message,
                help: match suggestions.as_slice() {
                    [] => "`sv0 paths` and the report list what the scan knows".to_owned(),
                    near => format!("did you mean {}?", near.join(" or ")),
                },
            },
            _ => Self::BadInput { message },
        }
    }
}
