//! The folder of a copy: that it is not the original's, and what it holds already.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::{CopyError, CopyOptions, Replace};
use crate::CaptureFile;
use crate::error::CaptureError;
use crate::plan::plan;
use crate::write::SinkError;

/// The file that makes a folder a capture.
const HEADER: &str = "capture.json";

/// The folder of a capture, with its links followed.
pub(super) fn canonical(from: &Path) -> Result<PathBuf, CaptureError> {
    let root = fs::canonicalize(from).map_err(|reason| CaptureError::Root {
        path: from.to_owned(),
        reason,
    })?;
    if root.is_dir() {
        Ok(root)
    } else {
        Err(CaptureError::NotAFolder { path: from.to_owned() })
    }
}

/// Refuses to copy a capture into itself, or into a folder around it.
pub(super) fn refuse_nested(root: &Path, from: &Path, out: &Path) -> Result<(), CopyError> {
    let target = resolved(out);
    if target.starts_with(root) || root.starts_with(&target) {
        return Err(CopyError::SameFolder {
            from: from.to_owned(),
            out: out.to_owned(),
        });
    }
    Ok(())
}

/// The folder with links followed as far as it exists.
fn resolved(folder: &Path) -> PathBuf {
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let mut missing = Vec::new();
    for existing in absolute.ancestors() {
        if let Ok(mut resolved) = fs::canonicalize(existing) {
            resolved.extend(missing.into_iter().rev());
            return resolved;
        }
        missing.extend(existing.file_name());
    }
    absolute
}

/// Sees to it that the folder holds no file of a capture that is not about to be written, and gives the files that were removed for it.
pub(super) fn make_room<'a>(
    out: &Path,
    files: impl Iterator<Item = &'a CaptureFile>,
    options: &CopyOptions,
) -> Result<Vec<String>, CopyError> {
    let wanted: BTreeSet<&str> = files.map(CaptureFile::path).chain([HEADER]).collect();
    let Ok(root) = fs::canonicalize(out) else {
        return Ok(Vec::new());
    };
    if options.replace == Replace::SameFiles {
        refuse_other_things(&root, out)?;
    }
    let held = plan(&root, &options.limits).files.into_iter().map(|file| file.key);
    let others: Vec<String> = held.filter(|key| !wanted.contains(key.as_str())).collect();
    if let (Replace::SameFiles, Some(example)) = (options.replace, others.first()) {
        return Err(CopyError::FolderInUse {
            out: out.to_owned(),
            what: "files of another capture",
            example: example.clone(),
            help: "name an empty folder, or have them removed with --force",
        });
    }
    for key in &others {
        let path = root.join(key);
        fs::remove_file(&path).map_err(|source| SinkError {
            place: path.display().to_string(),
            source: source.into(),
            help: "remove the file yourself, or name an empty folder",
        })?;
    }
    Ok(others)
}

fn refuse_other_things(root: &Path, out: &Path) -> Result<(), CopyError> {
    let first = fs::read_dir(root).ok().and_then(|mut entries| entries.next()?.ok());
    match first {
        Some(entry) if !root.join(HEADER).is_file() => Err(CopyError::FolderInUse {
            out: out.to_owned(),
            what: "something else than a capture",
            example: entry.file_name().to_string_lossy().into_owned(),
            help: "name an empty folder, or write into it nonetheless with --force",
        }),
        _ => Ok(()),
    }
}
