//! Lists a capture's folder: which files will be read, and what is wrong with the rest.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use sv0_model::diagnostic::Diagnostic;
use walkdir::{DirEntry, WalkDir};

use crate::diagnostics::{FileDiagnostics, Problem};
use crate::layout::{FileKind, Place, Shape, place_of, without_compression};
use crate::options::Limits;

/// Folders deeper than this are not looked into. CloudTrail's own layout needs 11.
const MAX_FOLDER_DEPTH: usize = 32;

/// A file that will be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InputFile {
    /// Where it is.
    pub path: PathBuf,
    /// Its path relative to the capture, as stored.
    pub key: String,
    pub kind: FileKind,
    pub shape: Shape,
    /// Bytes as stored.
    pub bytes: u64,
}

impl InputFile {
    /// Its path relative to the capture, without the suffix of its compression.
    pub fn object(&self) -> &str {
        without_compression(&self.key)
    }
}

/// What a listing found.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// Files to read, sorted by key.
    pub files: Vec<InputFile>,
    /// What is wrong with the rest.
    pub diagnostics: Vec<Diagnostic>,
}

/// Lists the capture below `root`, which is already canonical. Links that leave it are not followed.
pub(crate) fn plan(root: &Path, limits: &Limits) -> Plan {
    let mut listing = Listing::new(root, limits);
    let mut walk = WalkDir::new(root)
        .follow_links(false)
        .min_depth(1)
        .max_depth(MAX_FOLDER_DEPTH)
        .sort_by_file_name()
        .into_iter();
    while let Some(entry) = walk.next() {
        if listing.is_full() {
            break;
        }
        match entry {
            Ok(entry) if entry.file_type().is_dir() => {
                if listing.refuses_folder(&entry) {
                    walk.skip_current_dir();
                }
            }
            Ok(entry) => listing.add(&entry),
            Err(error) => listing.add_unreadable(&error),
        }
    }
    listing.finish()
}

struct Listing<'a> {
    root: &'a Path,
    limits: &'a Limits,
    files: Vec<InputFile>,
    diagnostics: Vec<Diagnostic>,
    unknown: Vec<String>,
    not_used: BTreeMap<&'static str, (String, u64)>,
}

impl<'a> Listing<'a> {
    fn new(root: &'a Path, limits: &'a Limits) -> Self {
        Self {
            root,
            limits,
            files: Vec::new(),
            diagnostics: Vec::new(),
            unknown: Vec::new(),
            not_used: BTreeMap::new(),
        }
    }

    fn is_full(&self) -> bool {
        self.files.len() as u64 > self.limits.max_files
    }

    fn report(&mut self, file: &str, problem: Problem) {
        self.diagnostics.push(problem.in_file(file, None));
    }

    fn refuses_folder(&mut self, entry: &DirEntry) -> bool {
        let key = key_of(self.root, entry.path()).0;
        if entry.depth() == MAX_FOLDER_DEPTH {
            self.report(&key, folder_too_deep());
            return true;
        }
        let is_file_of_the_format = matches!(place_of(&key), Place::Read(..));
        if is_file_of_the_format {
            self.report(&key, folder_in_place_of_file());
        }
        is_file_of_the_format
    }

    fn add(&mut self, entry: &DirEntry) {
        let (key, is_unicode) = key_of(self.root, entry.path());
        if !is_unicode {
            return self.report(&key, name_not_unicode());
        }
        let place = place_of(&key);
        if place == Place::Passed {
            return;
        }
        let path = match self.resolve(entry) {
            Ok(path) => path,
            Err(problem) => return self.report(&key, problem),
        };
        match place {
            Place::Read(kind, shape) => self.add_file(path, key, kind, shape),
            Place::NotUsed(what) => self.not_used.entry(what).or_insert((key, 0)).1 += 1,
            Place::Unknown | Place::Passed => self.unknown.push(key),
        }
    }

    /// The regular file behind an entry, if it lies inside the capture.
    fn resolve(&self, entry: &DirEntry) -> Result<PathBuf, Problem> {
        if !entry.path_is_symlink() {
            return if entry.file_type().is_file() {
                Ok(entry.path().to_owned())
            } else {
                Err(not_a_file())
            };
        }
        let target = std::fs::canonicalize(entry.path()).map_err(|_| link_broken())?;
        if !target.starts_with(self.root) {
            return Err(link_leaves_capture());
        }
        if target.is_file() {
            Ok(target)
        } else {
            Err(link_to_folder())
        }
    }

    fn add_file(&mut self, path: PathBuf, key: String, kind: FileKind, shape: Shape) {
        let bytes = match std::fs::metadata(&path) {
            Ok(metadata) => metadata.len(),
            Err(error) => return self.report(&key, unreadable(error.kind())),
        };
        self.files.push(InputFile {
            path,
            key,
            kind,
            shape,
            bytes,
        });
    }

    fn add_unreadable(&mut self, error: &walkdir::Error) {
        let key = error.path().map_or_else(String::new, |path| key_of(self.root, path).0);
        let kind = error.io_error().map_or(std::io::ErrorKind::Other, std::io::Error::kind);
        self.report(&key, unreadable(kind));
    }

    fn finish(mut self) -> Plan {
        if self.is_full() {
            self.files.pop();
            self.report("", too_many_files(self.limits.max_files));
        }
        self.report_unknown();
        for (what, (first, count)) in std::mem::take(&mut self.not_used) {
            self.report(&first, not_used(what, count));
        }
        self.files.sort_by(|a, b| a.key.cmp(&b.key));
        self.diagnostics.sort();
        Plan {
            files: self.files,
            diagnostics: self.diagnostics,
        }
    }

    fn report_unknown(&mut self) {
        let mut unknown = std::mem::take(&mut self.unknown);
        unknown.sort();
        let limit = usize::try_from(self.limits.max_diagnostics_per_file).unwrap_or(usize::MAX);
        for key in unknown.iter().take(limit) {
            self.report(key, unknown_file());
        }
        if unknown.len() > limit {
            let mut rest = FileDiagnostics::new("", 1);
            rest.add(None, more_unknown_files(unknown.len() - limit));
            self.diagnostics.extend(rest.finish());
        }
    }
}

/// The path relative to the root with `/` as separator, and whether it is Unicode throughout.
fn key_of(root: &Path, path: &Path) -> (String, bool) {
    let relative = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<_> = relative.iter().map(std::ffi::OsStr::to_string_lossy).collect();
    (parts.join("/"), relative.to_str().is_some())
}

/// The problem of a file that the system will not open.
pub(crate) fn unreadable(kind: std::io::ErrorKind) -> Problem {
    Problem::error(
        "unreadable_file",
        format!("the file cannot be opened: {kind}"),
        "give yourself the right to read it, then read the capture again",
    )
}

fn folder_in_place_of_file() -> Problem {
    Problem::error(
        "folder_in_place_of_file",
        "a folder stands where a file belongs, and nothing below it is read",
        "move the folder away, or put the answer itself there",
    )
}

fn folder_too_deep() -> Problem {
    Problem::warning(
        "folder_too_deep",
        "folders this deep are not looked into",
        "see docs/capture.md for the layout of a capture",
    )
}

fn name_not_unicode() -> Problem {
    Problem::warning(
        "name_not_unicode",
        "the file's name is not UTF-8, and the file is not read",
        "rename it",
    )
}

fn not_a_file() -> Problem {
    Problem::warning(
        "not_a_file",
        "this is neither a file nor a folder, and is not read",
        "remove it from the capture",
    )
}

fn link_broken() -> Problem {
    Problem::error(
        "link_broken",
        "the symbolic link leads nowhere or in a circle",
        "put the file itself there",
    )
}

fn link_leaves_capture() -> Problem {
    Problem::error(
        "link_leaves_capture",
        "the symbolic link leads out of the capture and is not followed",
        "copy the file into the capture",
    )
}

fn link_to_folder() -> Problem {
    Problem::error(
        "link_to_folder",
        "the symbolic link leads to something other than a file and is not followed",
        "move the folder itself there",
    )
}

fn unknown_file() -> Problem {
    Problem::warning(
        "unknown_file",
        "this file is not part of the capture format and is not read",
        "see docs/capture.md for the names of a capture's files",
    )
}

fn more_unknown_files(count: usize) -> Problem {
    Problem::warning(
        "unknown_file",
        format!("{count} more files are not part of the capture format and are not read"),
        "see docs/capture.md for the names of a capture's files",
    )
}

fn not_used(what: &str, count: u64) -> Problem {
    Problem::warning(
        "file_not_used",
        format!("this version makes no use of {what} (files: {count})"),
        "nothing to do; no result rests on them",
    )
}

fn too_many_files(limit: u64) -> Problem {
    Problem::error(
        "too_many_files",
        format!("the capture holds more than {limit} files, and those beyond are not read"),
        "split the capture by account or by time",
    )
}
