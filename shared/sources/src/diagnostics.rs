//! Diagnostics of one file, bounded in number.

use sv0_model::diagnostic::{Diagnostic, Severity};

/// What a diagnostic says, apart from where.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    pub severity: Severity,
    pub code: &'static str,
    pub message: String,
    pub help: &'static str,
    /// JSON pointer into the line or document, empty where no place in it is meant.
    pub at: String,
}

impl Problem {
    /// A problem that takes something away from the result.
    pub fn error(code: &'static str, message: impl Into<String>, help: &'static str) -> Self {
        Self {
            severity: Severity::Error,
            code,
            message: message.into(),
            help,
            at: String::new(),
        }
    }

    /// The problem with its place in the line or document.
    pub fn at(self, pointer: &str) -> Self {
        Self {
            at: pointer.to_owned(),
            ..self
        }
    }

    /// A problem that takes nothing away.
    pub fn warning(code: &'static str, message: impl Into<String>, help: &'static str) -> Self {
        Self {
            severity: Severity::Warning,
            code,
            message: message.into(),
            help,
            at: String::new(),
        }
    }

    /// The diagnostic of this problem in `file`.
    pub fn in_file(self, file: &str, line: Option<u64>) -> Diagnostic {
        Diagnostic {
            file: file.to_owned(),
            line,
            at: self.at,
            severity: self.severity,
            code: self.code.to_owned(),
            message: self.message,
            help: self.help.to_owned(),
        }
    }
}

/// Collects what is wrong with one file; beyond the limit it only counts.
#[derive(Debug)]
pub(crate) struct FileDiagnostics {
    file: String,
    limit: u64,
    kept: Vec<Diagnostic>,
    left_out: u64,
    errors: u64,
}

impl FileDiagnostics {
    pub fn new(file: &str, limit: u64) -> Self {
        Self {
            file: file.to_owned(),
            limit,
            kept: Vec::new(),
            left_out: 0,
            errors: 0,
        }
    }

    /// Adds a problem, at a line where the file is read by lines.
    pub fn add(&mut self, line: Option<u64>, problem: Problem) {
        if problem.severity == Severity::Error {
            self.errors += 1;
        }
        if (self.kept.len() as u64) < self.limit {
            self.kept.push(problem.in_file(&self.file, line));
        } else {
            self.left_out += 1;
        }
    }

    /// Adds what another collection of the same file holds.
    pub fn absorb(&mut self, other: Self) {
        self.errors += other.errors;
        self.left_out += other.left_out;
        for diagnostic in other.kept {
            if (self.kept.len() as u64) < self.limit {
                self.kept.push(diagnostic);
            } else {
                self.left_out += 1;
            }
        }
    }

    /// Whether anything was lost.
    pub fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// The diagnostics, with a summary of those beyond the limit.
    pub fn finish(mut self) -> Vec<Diagnostic> {
        if self.left_out > 0 {
            let severity = if self.errors > 0 {
                Severity::Error
            } else {
                Severity::Warning
            };
            let summary = Problem {
                severity,
                code: "more_diagnostics",
                message: format!("{} more problems of this file are not listed", self.left_out),
                help: "mend the ones listed and read the capture again",
                at: String::new(),
            };
            self.kept.push(summary.in_file(&self.file, None));
        }
        self.kept
    }
}
