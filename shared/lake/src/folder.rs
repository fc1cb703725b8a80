//! The local-folder adapter.

use std::fs;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::LakeError;
use crate::store::{ObjectStore, is_valid_key};

/// Objects as files below one folder.
#[derive(Debug, Clone)]
pub struct FolderStore {
    root: PathBuf,
}

impl FolderStore {
    /// A store below `root`, which is made when the first object is written.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Where the object `key` lies or would lie.
    ///
    /// # Errors
    /// [`LakeError::InvalidKey`].
    pub fn path_of(&self, key: &str) -> Result<PathBuf, LakeError> {
        if is_valid_key(key) {
            Ok(self.root.join(key))
        } else {
            Err(LakeError::InvalidKey { key: key.to_owned() })
        }
    }

    fn not_read(&self, key: &str, path: &Path, source: io::Error) -> LakeError {
        match source.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => LakeError::NotFound {
                key: key.to_owned(),
                store: self.describe(),
            },
            _ => LakeError::Io {
                operation: "reading",
                key: path.display().to_string(),
                source,
            },
        }
    }

    fn collect(&self, folder: &Path, keys: &mut Vec<String>) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                self.collect(&entry.path(), keys)?;
            } else if kind.is_file()
                && let Ok(relative) = entry.path().strip_prefix(&self.root)
            {
                let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
                keys.push(parts.join("/"));
            }
        }
        Ok(())
    }
}

/// The bytes of a file from `offset` on. What is asked for beyond its end is no reason to make room for it.
fn range_of(path: &Path, offset: u64, length: u64) -> io::Result<Vec<u8>> {
    let mut file = fs::File::open(path)?;
    let end = offset.checked_add(length);
    if end.is_none_or(|end| file.metadata().is_ok_and(|about| about.len() < end)) {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    file.seek(SeekFrom::Start(offset))?;
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == length {
        Ok(bytes)
    } else {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

impl ObjectStore for FolderStore {
    fn put(&self, key: &str, bytes: &[u8]) -> Result<(), LakeError> {
        let path = self.path_of(key)?;
        write_whole(&path, bytes).map_err(|source| LakeError::Io {
            operation: "writing",
            key: path.display().to_string(),
            source,
        })
    }

    fn get(&self, key: &str) -> Result<Vec<u8>, LakeError> {
        let path = self.path_of(key)?;
        fs::read(&path).map_err(|source| self.not_read(key, &path, source))
    }

    fn get_range(&self, key: &str, offset: u64, length: u64) -> Result<Vec<u8>, LakeError> {
        let path = self.path_of(key)?;
        if length == 0 {
            return Ok(Vec::new());
        }
        range_of(&path, offset, length).map_err(|source| self.not_read(key, &path, source))
    }

    fn list(&self, prefix: &str) -> Result<Vec<String>, LakeError> {
        let folder = prefix
            .rsplit_once('/')
            .map_or_else(|| self.root.clone(), |(folder, _)| self.root.join(folder));
        let mut keys = Vec::new();
        match self.collect(&folder, &mut keys) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => {
                return Err(LakeError::Io {
                    operation: "listing",
                    key: folder.display().to_string(),
                    source,
                });
            }
        }
        keys.retain(|key| key.starts_with(prefix));
        keys.sort_unstable();
        Ok(keys)
    }

    fn describe(&self) -> String {
        self.root.display().to_string()
    }
}

/// Writes beside the target and renames, so that a reader or a crash never meets half an object.
fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".partial");
    let partial = path.with_file_name(name);
    let mut file = fs::File::create(&partial)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&partial, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_object_store_contract() {
        let folder = tempfile::tempdir().unwrap();
        crate::contract::check(&FolderStore::new(folder.path().join("store"))).unwrap();
    }
}
