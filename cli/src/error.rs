//! Errors as a person meets them: what, where, and what to do.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use miette::Diagnostic;
use serde_json::json;
use sv0_authority::QueryError;
use sv0_aws::dynamodb::TableError;
use sv0_collect::CollectError;
use sv0_lake::LakeError;
use sv0_pipeline::{ConfigurationError, ScanError};
use sv0_sources::{CopyError, SinkError};
use thiserror::Error;

use crate::text::safe;

/// A command that could not be done.
#[derive(Debug, Error, Diagnostic)]
pub enum CommandError {
    /// The scan ended.
    #[error("the scan could not be finished")]
    #[diagnostic(
        code(scan),
        help("--store names a folder that you may write to; scanning the capture anew writes a new run")
    )]
    Scan(#[source] ScanError),
    /// There is no usable capture.
    #[error("the capture cannot be read")]
    #[diagnostic(
        code(capture),
        help("a capture is a folder with a capture.json; docs/capture.md shows how to make one with the AWS CLI")
    )]
    Capture(#[source] ScanError),
    /// A capture could not be written.
    #[error("the capture cannot be written")]
    #[diagnostic(code(capture_not_written))]
    CaptureNotWritten(#[source] CopyError),
    /// A live organization could not be recorded.
    #[error("the organization cannot be recorded")]
    #[diagnostic(
        code(collection),
        help(
            "`aws sts get-caller-identity` shows whose credentials are used; `sv0 preflight` looks for what is missing"
        )
    )]
    Collection(#[source] CollectError),
    /// A capture could not be begun.
    #[error("the capture cannot be written")]
    #[diagnostic(code(capture_not_written))]
    Sink(#[source] SinkError),
    /// No scan in the store.
    #[error("{store} holds no finished scan")]
    #[diagnostic(code(no_run), help("{}", no_run_help(store)))]
    NoRun {
        /// The store.
        store: String,
    },
    /// The store could not be read.
    #[error("the store cannot be read")]
    #[diagnostic(code(store), help("{}", store_help(_0)))]
    Store(#[source] LakeError),
    /// A store of another kind.
    #[error("{store} is no store that can be used here")]
    #[diagnostic(code(store_kind), help("{help}"))]
    StoreKind {
        /// The store as typed.
        store: String,
        /// What to do.
        help: &'static str,
    },
    /// The table of a deployment could not be asked.
    #[error("{store} cannot be opened")]
    #[diagnostic(code(table), help("{help}"))]
    Table {
        /// The store as typed.
        store: String,
        /// What DynamoDB said.
        #[source]
        source: TableError,
        /// What to do.
        help: &'static str,
    },
    /// A table that belongs to no deployment, or to one that never ran.
    #[error("{store} does not say where its results lie")]
    #[diagnostic(
        code(not_deployed),
        help(
            "the first scan of the deployment writes that into the table: start it, and see that this is the table from the stack's outputs"
        )
    )]
    NotDeployed {
        /// The store as typed.
        store: String,
    },
    /// Nothing is known under that name.
    #[error("{message}")]
    #[diagnostic(code(not_found), help("{help}"))]
    NotFound {
        /// What was asked for.
        message: String,
        /// What to do.
        help: String,
        /// What comes near, the nearest first.
        suggestions: Vec<String>,
    },
    /// The question cannot be asked.
    #[error("{message}")]
    #[diagnostic(code(bad_input), help("{help}"))]
    BadInput {
        /// What is wrong with it.
        message: String,
        /// What to do.
        help: String,
    },
    /// The configuration cannot be used.
    #[error("{file} cannot be used")]
    #[diagnostic(code(configuration), help("docs/configuration.md names every key"))]
    Configuration {
        /// The file.
        file: String,
        /// Why.
        #[source]
        source: ConfigurationError,
    },
    /// A file could not be read or written.
    #[error("{operation} {}", file.display())]
    #[diagnostic(code(io), help("{}", io_help(operation, source)))]
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
            | Self::Table { .. }
            | Self::CaptureNotWritten(_)
            | Self::Io {
                operation: "writing", ..
            } => ExitCode::from(1),
            _ => ExitCode::from(2),
        }
    }

    fn code(&self) -> String {
        Diagnostic::code(self).map_or_else(|| "failed".to_owned(), |code| code.to_string())
    }

    /// What comes near what was asked for.
    fn suggestions(&self) -> &[String] {
        match self {
            Self::NotFound { suggestions, .. } => suggestions,
            _ => &[],
        }
    }

    fn as_json(&self) -> serde_json::Value {
        let mut error = json!({"code": self.code(), "message": chain(self), "at": null});
        if let (Some(fields), Some(help)) = (error.as_object_mut(), Diagnostic::help(self)) {
            fields.insert("help".to_owned(), json!(help.to_string()));
            fields.insert("suggestions".to_owned(), json!(self.suggestions()));
        }
        json!({"error": error})
    }

    /// Prints the error, as JSON on standard output where JSON was asked for, and says how to exit.
    pub fn report(self, json: bool) -> ExitCode {
        // A reader that closed the pipe, such as `head`, has all it wanted.
        if matches!(&self, Self::Io { source, .. } if source.kind() == io::ErrorKind::BrokenPipe) {
            return ExitCode::SUCCESS;
        }
        let exit_code = self.exit_code();
        // Whoever does not listen learns of the error by the exit code.
        let _ = if json {
            writeln!(io::stdout().lock(), "{}", self.as_json())
        } else {
            writeln!(anstream::stderr().lock(), "{:?}", miette::Report::new(self))
        };
        exit_code
    }
}

fn no_run_help(store: &str) -> String {
    if store.contains("://") {
        "start the deployment's state machine `scan`, or wait until its scan is done".to_owned()
    } else {
        format!("run `sv0 demo`, or `sv0 scan --capture DIR --store {store}`")
    }
}

fn store_help(error: &LakeError) -> &'static str {
    match error {
        LakeError::Io { key, .. } if key.starts_with("s3://") => {
            "the credentials need s3:GetObject and s3:ListBucket on the results bucket, and kms:Decrypt on its key: `aws sts get-caller-identity` shows whose they are"
        }
        _ => "scan the capture anew: a run that was changed or that another version wrote is not read",
    }
}

fn io_help(operation: &str, source: &io::Error) -> &'static str {
    match (operation, source.kind()) {
        (_, io::ErrorKind::PermissionDenied) => "name a place that you may read and write",
        ("writing", _) => "name a file in a folder that exists and that you may write to",
        _ => "name a file that exists and that you may read",
    }
}

/// Errors are printed without breaking lines: an id that is broken in the middle cannot be copied.
pub fn set_style() {
    // It fails only where a style is set already.
    let _ = miette::set_hook(Box::new(|_| {
        Box::new(miette::MietteHandlerOpts::new().wrap_lines(false).build())
    }));
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let words = error.to_string();
        // An error that shows its source in its own words is not told twice.
        if !text.contains(&words) {
            text.push_str(": ");
            text.push_str(&words);
        }
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
                help: "leave --as-of out for the newest scan".to_owned(),
            },
            _ => Self::Store(error),
        }
    }
}

impl From<QueryError> for CommandError {
    fn from(error: QueryError) -> Self {
        let message = error.to_string();
        match error {
            QueryError::NotFound { suggestions, .. } => Self::not_found(message, suggestions),
            _ => Self::BadInput {
                message,
                help: "the help of the command shows a question that can be asked".to_owned(),
            },
        }
    }
}

impl CommandError {
    /// Nothing is known under a name, and what comes near it.
    pub fn not_found(message: String, suggestions: Vec<String>) -> Self {
        let help = match suggestions.as_slice() {
            [] => "`sv0 paths` and the report list what the scan knows".to_owned(),
            near => format!("did you mean {}?", safe(&near.join(" or "))),
        };
        Self::NotFound {
            message,
            help,
            suggestions,
        }
    }
}
