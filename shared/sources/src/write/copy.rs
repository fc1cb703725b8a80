//! Copies a capture into a redacted one in the one form that a writer gives it.

mod folder;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use sv0_model::diagnostic::{Diagnostic, Severity};
use sv0_model::record::CaptureHeader;

use super::{CaptureFile, CaptureFileWriter, CaptureWriter, FolderSink, RowOrder, SinkError, WriteError, WrittenFile};
use crate::cloudtrail::each_logged_event;
use crate::diagnostics::{FileDiagnostics, Problem};
use crate::error::CaptureError;
use crate::layout::{FileKind, Shape};
use crate::options::{Limits, ReadProgress};
use crate::plan::{InputFile, Plan, plan};
use crate::read::read_header;
use crate::values::read_values;

/// What is done about files that the copy's folder holds already.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Replace {
    /// The folder must be new, empty, or hold an earlier copy of the same files.
    #[default]
    SameFiles,
    /// Files of another capture are removed; files of no capture stay.
    OtherCapture,
}

/// How to copy a capture.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CopyOptions {
    /// Bounds on what is read.
    pub limits: Limits,
    /// What is done about files that are there already.
    pub replace: Replace,
}

/// What a copy came to.
#[derive(Debug)]
pub struct CaptureCopy {
    /// `capture.json`.
    pub header: CaptureHeader,
    /// Every file of the copy, sorted by path.
    pub files: Vec<WrittenFile>,
    /// Files of the original that were read.
    pub read_files: u64,
    /// Files of another capture that were removed from the folder, sorted.
    pub removed: Vec<String>,
    /// What was wrong with the original, or is not part of the copy, sorted by file and line.
    pub diagnostics: Vec<Diagnostic>,
}

impl CaptureCopy {
    /// Whether everything that the original holds as a capture is in the copy. What is not is marked in it as lost.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.files.iter().all(|file| file.refused_items == 0)
            && self.diagnostics.iter().all(|found| found.severity != Severity::Error)
    }
}

/// Why a capture could not be copied.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The original is no capture.
    #[error(transparent)]
    Capture(#[from] CaptureError),
    /// The original and the copy lie in each other.
    #[error("{} and {} are one folder, or lie in each other; name another folder for the copy", from.display(), out.display())]
    SameFolder {
        /// The original.
        from: PathBuf,
        /// The copy.
        out: PathBuf,
    },
    /// The folder of the copy holds something else.
    #[error("{} holds {what}, such as {example}; {help}", out.display())]
    FolderInUse {
        /// The folder.
        out: PathBuf,
        /// What it holds.
        what: &'static str,
        /// One of it.
        example: String,
        /// What to do.
        help: &'static str,
    },
    /// A file could not be removed or stored.
    #[error(transparent)]
    Sink(#[from] SinkError),
    /// A file could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// Copies the capture in the folder `from` into the folder `out`: redacted, every file under its one name. A reader makes of the copy what it makes of
/// the original, damage and missing pages included.
///
/// # Errors
/// [`CopyError`] when `from` is no capture, `out` cannot take one, or a file cannot be written.
pub fn copy_capture(
    from: &Path,
    out: &Path,
    options: &CopyOptions,
    progress: &(dyn Fn(ReadProgress) + Sync),
) -> Result<CaptureCopy, CopyError> {
    let root = folder::canonical(from)?;
    folder::refuse_nested(&root, from, out)?;
    let Plan { files, mut diagnostics } = plan(&root, &options.limits);
    let (header, found) = read_header(from, &files, &options.limits)?;
    diagnostics.extend(found);
    let read_files = files.len() as u64;
    progress(ReadProgress::Files { total: read_files });
    let (groups, unnamed) = grouped(files);
    diagnostics.extend(unnamed);
    let removed = folder::make_room(out, groups.keys(), options)?;
    let writer = CaptureWriter::within(
        Arc::new(FolderSink::open_whatever_it_holds(out)?),
        options.limits.clone(),
    );
    let mut written = vec![writer.header(&header)?];
    let copies: Vec<(WrittenFile, Vec<Diagnostic>)> = groups
        .into_par_iter()
        .map(|(file, inputs)| copy_file(&writer, file, &inputs, &options.limits, progress))
        .collect::<Result<_, WriteError>>()?;
    for (file, found) in copies {
        written.push(file);
        diagnostics.extend(found);
    }
    written.sort_by(|a, b| a.object.key.cmp(&b.object.key));
    diagnostics.sort();
    diagnostics.dedup();
    Ok(CaptureCopy {
        header,
        files: written,
        read_files,
        removed,
        diagnostics,
    })
}

/// The files by the one under whose name they are written; several may hold parts of one answer. Files that cannot keep their name are told of.
fn grouped(files: Vec<InputFile>) -> (BTreeMap<CaptureFile, Vec<InputFile>>, Vec<Diagnostic>) {
    let mut groups: BTreeMap<CaptureFile, Vec<InputFile>> = BTreeMap::new();
    let mut diagnostics = Vec::new();
    for input in files.into_iter().filter(|file| file.kind != FileKind::Header) {
        match CaptureFile::at(&input.key) {
            Ok(file) => groups.entry(file).or_default().push(input),
            Err(_) => diagnostics.push(cannot_be_named().in_file(&input.key, None)),
        }
    }
    (groups, diagnostics)
}

fn cannot_be_named() -> Problem {
    Problem::error(
        "name_not_portable",
        "the file's name holds characters that not every system takes, and the file is not copied",
        "give it the name under which CloudTrail stored it",
    )
}

fn copy_file(
    writer: &CaptureWriter,
    file: CaptureFile,
    inputs: &[InputFile],
    limits: &Limits,
    progress: &(dyn Fn(ReadProgress) + Sync),
) -> Result<(WrittenFile, Vec<Diagnostic>), WriteError> {
    let mut diagnostics = Vec::new();
    // An empty file beside a recorded ledger may mean that there was nothing; it stays what it is.
    let written = if inputs.iter().all(|input| input.bytes == 0) {
        diagnostics.extend(inputs.iter().map(|input| empty_file().in_file(&input.key, None)));
        writer.put(&file, b"")?
    } else {
        let mut copy = writer.file(file, RowOrder::AsGiven)?;
        for input in inputs {
            diagnostics.extend(add_input(&mut copy, input, limits)?);
        }
        copy.finish()?
    };
    for input in inputs {
        progress(ReadProgress::FileDone {
            file: input.key.clone(),
            bytes: input.bytes,
        });
    }
    Ok((written, diagnostics))
}

fn empty_file() -> Problem {
    crate::text::Fault::Empty.problem("")
}

/// Adds what a file of the original holds to its copy.
fn add_input(copy: &mut CaptureFileWriter, input: &InputFile, limits: &Limits) -> Result<Vec<Diagnostic>, WriteError> {
    let mut diagnostics = FileDiagnostics::new(&input.key, limits.max_diagnostics_per_file);
    let mut added = Ok(());
    let mut add = |value| {
        if added.is_ok() {
            added = copy.add(value);
        }
    };
    if matches!(input.kind, FileKind::CloudTrailLog { .. }) && input.shape == Shape::Documents {
        if let Err(fault) = each_logged_event(input, limits, &mut add) {
            diagnostics.add(fault.line(), fault.problem("none of its events is used"));
        }
    } else {
        read_values(input, limits, &mut diagnostics, &mut |located, _| add(located.value));
    }
    added?;
    if diagnostics.has_errors() {
        copy.is_not_whole();
    }
    copy.end_answer();
    Ok(diagnostics.finish())
}
