//! Where a capture is written to: the port, and its adapter for a local folder.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Takes the files of a capture, whole.
pub trait CaptureSink: Send + Sync {
    /// Stores `bytes` under `key`, a path relative to the capture with `/` as separator, in place of what was there.
    ///
    /// # Errors
    /// [`SinkError`] when it could not be stored; then nothing, or what was there before, is there.
    fn put(&self, key: &str, bytes: &[u8]) -> Result<(), SinkError>;
}

/// A sink that also gives back what was put into it: a file that one writer began and another goes on with.
pub trait CaptureStore: CaptureSink {
    /// The bytes under `key`; `None` when there are none.
    ///
    /// # Errors
    /// [`SinkError`] when the store does not answer.
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, SinkError>;
}

/// Why a file of a capture could not be stored.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {place}: {source}; {help}")]
pub struct SinkError {
    /// The file or folder.
    pub place: String,
    /// What the system, or the store, says.
    pub source: Box<dyn std::error::Error + Send + Sync>,
    /// What to do.
    pub help: &'static str,
}

impl SinkError {
    fn io(path: &Path, source: io::Error) -> Self {
        Self {
            place: path.display().to_string(),
            source: source.into(),
            help: "name a folder that you may write to, with room for the capture",
        }
    }
}

/// Writes a capture into a folder. A file is there whole or not at all.
#[derive(Debug)]
pub struct FolderSink {
    root: PathBuf,
}

impl FolderSink {
    /// A sink for the folder `root`, which is made where there is none.
    ///
    /// # Errors
    /// [`SinkError`] when `root` is something else than a folder, holds something else than a capture, or cannot be made or looked into.
    pub fn open(root: &Path) -> Result<Self, SinkError> {
        let sink = Self::open_whatever_it_holds(root)?;
        let mut entries = fs::read_dir(root).map_err(|error| SinkError::io(root, error))?;
        if entries.next().is_some() && !root.join("capture.json").is_file() {
            return Err(SinkError {
                place: root.display().to_string(),
                source: "the folder holds something else than a capture".into(),
                help: "name a folder that does not exist or is empty",
            });
        }
        Ok(sink)
    }

    /// The same for a folder that may hold anything. What it holds stays, but for files of the same name.
    ///
    /// # Errors
    /// [`SinkError`] when `root` is something else than a folder, or cannot be made.
    pub fn open_whatever_it_holds(root: &Path) -> Result<Self, SinkError> {
        fs::create_dir_all(root).map_err(|error| SinkError::io(root, error))?;
        Ok(Self { root: root.to_owned() })
    }

    /// The path of a key. No part of it may lead out of the folder, as a name or as a symbolic link.
    fn place(&self, key: &str) -> Result<PathBuf, SinkError> {
        let refuse = |why: &'static str| SinkError {
            place: key.to_owned(),
            source: why.into(),
            help: "take it away, or name another folder",
        };
        let mut path = self.root.clone();
        for part in key.split('/') {
            if matches!(part, "" | "." | "..") || part.contains(['\\', '\0']) {
                return Err(refuse("its path leads out of the folder"));
            }
            if path.is_symlink() && path != self.root {
                return Err(refuse("a folder of its path is a symbolic link"));
            }
            path.push(part);
        }
        Ok(path)
    }
}

impl CaptureSink for FolderSink {
    fn put(&self, key: &str, bytes: &[u8]) -> Result<(), SinkError> {
        let path = self.place(key)?;
        let folder = path.parent().unwrap_or(&self.root);
        fs::create_dir_all(folder).map_err(|error| SinkError::io(folder, error))?;
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let partial = folder.join(format!(".{}.partial", name.unwrap_or_default()));
        write_new(&partial, bytes)
            .and_then(|()| fs::rename(&partial, &path))
            .map_err(|error| {
                let _ = fs::remove_file(&partial);
                SinkError::io(&path, error)
            })
    }
}

impl CaptureStore for FolderSink {
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, SinkError> {
        let path = self.place(key)?;
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(SinkError::io(&path, error)),
        }
    }
}

/// A capture in memory: for what is asked and not kept.
#[derive(Debug, Default)]
pub struct MemorySink {
    files: Mutex<BTreeMap<String, Vec<u8>>>,
}

impl MemorySink {
    /// What was put, by key.
    #[must_use]
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl CaptureSink for MemorySink {
    fn put(&self, key: &str, bytes: &[u8]) -> Result<(), SinkError> {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        files.insert(key.to_owned(), bytes.to_vec());
        Ok(())
    }
}

impl CaptureStore for MemorySink {
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, SinkError> {
        let files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(files.get(key).cloned())
    }
}

/// Writes a file that is not there yet; one that an interrupted run left behind is taken away first.
fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file: File = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(bytes)
}
