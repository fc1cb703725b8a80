//! The sink into a folder: what it refuses, and that a file is there whole or not at all.

use std::fs;

use tempfile::TempDir;

use crate::{CaptureSink, FolderSink};

#[test]
fn files_are_written_and_replaced() {
    let folder = TempDir::new().unwrap();
    let root = folder.path().join("new/capture");
    let sink = FolderSink::open(&root).unwrap();
    sink.put("capture.json", b"{}").unwrap();
    sink.put("config/AWS-S3-Bucket.ndjson.zst", b"one").unwrap();
    fs::write(
        root.join("config/.AWS-S3-Bucket.ndjson.zst.partial"),
        "left by an interrupted run",
    )
    .unwrap();
    FolderSink::open(&root)
        .unwrap()
        .put("config/AWS-S3-Bucket.ndjson.zst", b"two")
        .unwrap();
    assert_eq!(fs::read(root.join("config/AWS-S3-Bucket.ndjson.zst")).unwrap(), b"two");
    assert_eq!(fs::read_dir(root.join("config")).unwrap().count(), 1);
}

#[test]
fn a_folder_that_holds_something_else_is_refused() {
    let folder = TempDir::new().unwrap();
    FolderSink::open(folder.path()).unwrap();
    fs::write(folder.path().join("thesis.tex"), "").unwrap();
    let error = FolderSink::open(folder.path()).unwrap_err().to_string();
    assert!(error.contains("something else than a capture"), "{error}");
    FolderSink::open_whatever_it_holds(folder.path())
        .unwrap()
        .put("capture.json", b"{}")
        .unwrap();
    FolderSink::open(folder.path()).unwrap();
    assert!(folder.path().join("thesis.tex").is_file());
    assert!(FolderSink::open(&folder.path().join("thesis.tex")).is_err());
}

#[test]
fn nothing_is_written_outside() {
    let folder = TempDir::new().unwrap();
    let outside = TempDir::new().unwrap();
    let sink = FolderSink::open(folder.path()).unwrap();
    for key in ["../x", "/x", "a/../../x", "a//x", "", ".", "a\\x"] {
        assert!(sink.put(key, b"x").is_err(), "{key}");
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(outside.path(), folder.path().join("config")).unwrap();
        assert!(sink.put("config/AWS-S3-Bucket.ndjson.zst", b"x").is_err());
        let target = outside.path().join("target");
        fs::write(&target, "kept").unwrap();
        std::os::unix::fs::symlink(&target, folder.path().join("coverage.ndjson.zst")).unwrap();
        sink.put("coverage.ndjson.zst", b"x").unwrap();
        assert_eq!(fs::read_to_string(&target).unwrap(), "kept");
    }
    assert!(
        fs::read_dir(outside.path())
            .unwrap()
            .all(|entry| entry.unwrap().file_name() == "target")
    );
}
