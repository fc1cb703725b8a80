//! Captures and stores in a scratch folder, and a store in memory.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;

use sv0_lake::{LakeError, ObjectStore, is_valid_key};
use tempfile::TempDir;

/// A `capture.json` that needs nothing else.
pub(crate) const HEADER: &str = r#"{"format":"sv0-capture/1","partition":"aws","hub_account":"111122223333","organization_id":"o-exampleorgid","captured_at":"2026-01-31T09:00:00Z","regions":["eu-west-1"]}"#;

thread_local! {
    /// One folder for all inputs: to make and remove one each time would cost more than the parsers do.
    static SCRATCH: RefCell<Option<TempDir>> = const { RefCell::new(None) };
}

/// Runs `work` on an empty folder that nobody else uses.
pub(crate) fn with_folder<T>(work: impl FnOnce(&Path) -> T) -> T {
    SCRATCH.with_borrow_mut(|scratch| {
        let scratch = scratch.get_or_insert_with(|| TempDir::new().expect("a temporary folder can be made"));
        let root = scratch.path().join("root");
        if root.exists() {
            std::fs::remove_dir_all(&root).expect("the scratch folder can be emptied");
        }
        std::fs::create_dir_all(&root).expect("the scratch folder can be made");
        work(&root)
    })
}

/// Writes a file below `root`, where its name allows it.
pub(crate) fn write(root: &Path, key: &str, bytes: &[u8]) {
    if !is_valid_key(key) || key.len() > 240 {
        return;
    }
    let path = root.join(key);
    if let Some(folder) = path.parent()
        && std::fs::create_dir_all(folder).is_ok()
    {
        // A name may be taken by a folder: then the capture has one file less.
        let _ = std::fs::write(path, bytes);
    }
}

/// Cuts an input into the files of a capture: a line `=== path` begins one. Without a `capture.json` among them it gets [`HEADER`].
pub(crate) fn write_bundle(root: &Path, data: &[u8]) {
    write(root, "capture.json", HEADER.as_bytes());
    let mut key: Option<String> = None;
    let mut content: Vec<u8> = Vec::new();
    let mut files = 0;
    for line in data.split_inclusive(|byte| *byte == b'\n') {
        let Some(name) = line.strip_prefix(b"=== ") else {
            content.extend_from_slice(line);
            continue;
        };
        if let Some(key) = key.take() {
            write(root, &key, &content);
        }
        content.clear();
        files += 1;
        if files > 24 {
            return;
        }
        key = Some(String::from_utf8_lossy(name).trim_end().to_owned());
    }
    if let Some(key) = key {
        write(root, &key, &content);
    }
}

/// Objects in memory.
#[derive(Debug, Default)]
pub(crate) struct MemoryStore {
    objects: Mutex<BTreeMap<String, Vec<u8>>>,
}

impl MemoryStore {
    /// Every object, by key.
    pub(crate) fn into_objects(self) -> BTreeMap<String, Vec<u8>> {
        self.objects.into_inner().expect("no writer panicked")
    }
}

impl ObjectStore for MemoryStore {
    fn put(&self, key: &str, bytes: &[u8]) -> Result<(), LakeError> {
        self.check(key)?;
        self.objects
            .lock()
            .expect("no writer panicked")
            .insert(key.to_owned(), bytes.to_vec());
        Ok(())
    }

    fn get(&self, key: &str) -> Result<Vec<u8>, LakeError> {
        self.check(key)?;
        let objects = self.objects.lock().expect("no writer panicked");
        objects.get(key).cloned().ok_or_else(|| LakeError::NotFound {
            key: key.to_owned(),
            store: self.describe(),
        })
    }

    fn get_range(&self, key: &str, offset: u64, length: u64) -> Result<Vec<u8>, LakeError> {
        let bytes = self.get(key)?;
        let end = offset.checked_add(length).and_then(|end| usize::try_from(end).ok());
        let range = usize::try_from(offset).ok().zip(end);
        let found = range.and_then(|(start, end)| bytes.get(start..end));
        found.map(<[u8]>::to_vec).ok_or_else(|| LakeError::Io {
            operation: "reading",
            key: key.to_owned(),
            source: std::io::ErrorKind::UnexpectedEof.into(),
        })
    }

    fn list(&self, prefix: &str) -> Result<Vec<String>, LakeError> {
        let objects = self.objects.lock().expect("no writer panicked");
        Ok(objects.keys().filter(|key| key.starts_with(prefix)).cloned().collect())
    }

    fn describe(&self) -> String {
        "memory".to_owned()
    }
}

impl MemoryStore {
    fn check(&self, key: &str) -> Result<(), LakeError> {
        if is_valid_key(key) {
            Ok(())
        } else {
            Err(LakeError::InvalidKey { key: key.to_owned() })
        }
    }
}
