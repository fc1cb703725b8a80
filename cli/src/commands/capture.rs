//! `sv0 capture`.

use std::fmt::Write;
use std::path::Path;

use serde::Serialize;
use sv0_model::diagnostic::Diagnostic;
use sv0_model::time::Timestamp;
use sv0_pipeline::ScanEvent;
use sv0_sources::{CaptureCopy, CopyError, CopyOptions, Replace, copy_capture};

use super::{Outcome, live_capture, print, print_json};
use crate::arguments::CaptureArguments;
use crate::error::CommandError;
use crate::live::refuse_log_files;
use crate::progress::ScanProgress;
use crate::text::{bold, dim, name_of, safe};

pub fn run(arguments: &CaptureArguments) -> Result<Outcome, CommandError> {
    let Some(from) = &arguments.from else {
        return live_capture::run(arguments);
    };
    refuse_log_files(
        &arguments.collection,
        "leave out --from to record a live organization, or lay the log files into the capture below cloudtrail/AWSLogs",
    )?;
    let copy = copy(from, arguments)?;
    let summary = Summary::of(&copy, &arguments.out);
    if arguments.json {
        print_json(&summary)?;
    } else {
        print(&summary.text())?;
    }
    Ok(if copy.is_whole() {
        Outcome::Done
    } else {
        Outcome::BadRows
    })
}

fn copy(from: &Path, arguments: &CaptureArguments) -> Result<CaptureCopy, CommandError> {
    let options = CopyOptions {
        replace: if arguments.force {
            Replace::OtherCapture
        } else {
            Replace::SameFiles
        },
        ..CopyOptions::default()
    };
    let progress = ScanProgress::new();
    let result = copy_capture(from, &arguments.out, &options, &|event| {
        progress.show(&ScanEvent::Reading(event));
    });
    progress.finish();
    result.map_err(|error| match error {
        CopyError::Capture(_) | CopyError::SameFolder { .. } | CopyError::FolderInUse { .. } => {
            CommandError::BadInput {
                message: error.to_string(),
                help: "name a capture to read and another, empty folder to write to".to_owned(),
            }
        }
        CopyError::Sink(_) | CopyError::Write(_) => CommandError::CaptureNotWritten(error),
    })
}

/// How many problems a summary shows.
const MOST_PROBLEMS: usize = 10;

/// What was written.
#[derive(Serialize)]
struct Summary {
    schema: &'static str,
    out: String,
    captured_at: Timestamp,
    read_files: u64,
    files: u64,
    items: u64,
    bytes: u64,
    removed: Vec<String>,
    refused: Vec<String>,
    refused_items: u64,
    diagnostics: Vec<Diagnostic>,
    is_whole: bool,
}

impl Summary {
    fn of(copy: &CaptureCopy, out: &Path) -> Self {
        let refused = copy.files.iter().flat_map(|file| &file.refused);
        Self {
            schema: "sv0-capture-copy/1",
            out: out.display().to_string(),
            captured_at: copy.header.captured_at,
            read_files: copy.read_files,
            files: copy.files.len() as u64,
            items: copy.files.iter().map(|file| file.items).sum(),
            bytes: copy.files.iter().map(|file| file.object.bytes).sum(),
            removed: copy.removed.clone(),
            refused: refused.map(ToString::to_string).collect(),
            refused_items: copy.files.iter().map(|file| file.refused_items).sum(),
            diagnostics: copy.diagnostics.clone(),
            is_whole: copy.is_whole(),
        }
    }

    fn text(&self) -> String {
        let mut out = String::new();
        let _ = writeln!(out, "{} of the capture made at {}", bold("Copy"), self.captured_at);
        let _ = writeln!(
            out,
            "  {} files with {} items, {} bytes, redacted",
            self.files, self.items, self.bytes
        );
        if let [first, ..] = self.removed.as_slice() {
            let _ = writeln!(
                out,
                "  removed {} files of the capture that was there, such as {}",
                self.removed.len(),
                safe(first)
            );
        }
        self.problems(&mut out);
        let _ = writeln!(out, "\n{}    {}", bold("Capture"), safe(&self.out));
        out
    }

    fn problems(&self, out: &mut String) {
        if self.diagnostics.is_empty() && self.refused.is_empty() {
            return;
        }
        let marked = if self.is_whole {
            ""
        } else {
            "; what is lost is marked in the copy"
        };
        let _ = writeln!(out, "\n{}{marked}", bold("Not copied as it is"));
        let found = self.diagnostics.iter().map(|found| {
            let line = found.line.map(|line| format!(":{line}")).unwrap_or_default();
            let place = format!("{}{line}", found.file);
            format!("{} {place}: {}", name_of(&found.severity), found.message)
        });
        let problems: Vec<String> = found.chain(self.refused.iter().cloned()).collect();
        for problem in problems.iter().take(MOST_PROBLEMS) {
            let _ = writeln!(out, "  {}", safe(problem));
        }
        if problems.len() > MOST_PROBLEMS {
            let more = format!("… and {} more: --json lists them", problems.len() - MOST_PROBLEMS);
            let _ = writeln!(out, "  {}", dim(&more));
        }
    }
}
