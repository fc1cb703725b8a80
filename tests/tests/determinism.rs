//! The same capture gives the same bytes, whatever the order of files, pages and lines and the number of threads.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde_json::Value;
use walkdir::WalkDir;

use crate::support::{repository, scan_with};

#[test]
fn shuffled_files_pages_and_lines_give_the_same_bytes() {
    let capture = repository().join("examples/acme/capture");
    let shuffled = tempfile::tempdir().unwrap();
    copy_shuffled(&capture, shuffled.path());
    let one = scan_with(&capture, &["--threads", "1"]);
    let two = scan_with(shuffled.path(), &["--threads", "2"]);
    let (one, two) = (one.objects(), two.objects());
    let keys = |objects: &[(String, Vec<u8>)]| objects.iter().map(|(key, _)| key.clone()).collect::<Vec<_>>();
    assert_eq!(keys(&one), keys(&two));
    assert!(one.len() >= 10, "the run holds its objects: {:?}", keys(&one));
    for ((key, first), (_, second)) in one.iter().zip(&two) {
        assert!(first == second, "{key} differs\n{}", first_difference(first, second));
    }
}

fn first_difference(first: &[u8], second: &[u8]) -> String {
    let (first, second) = (String::from_utf8_lossy(first), String::from_utf8_lossy(second));
    first
        .lines()
        .zip(second.lines())
        .find(|(a, b)| a != b)
        .map_or_else(|| "one is longer".to_owned(), |(a, b)| format!("{a:.600}\n{b:.600}"))
}

/// Copies newest file first, reverses the lines of NDJSON, the pages and lists of authorization details, and the records of logs.
fn copy_shuffled(from: &Path, to: &Path) {
    let mut files: Vec<_> = WalkDir::new(from)
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .collect();
    files.sort();
    files.reverse();
    assert!(!files.is_empty());
    for file in files {
        let target = to.join(file.strip_prefix(from).unwrap());
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::write(&target, shuffled(&file)).unwrap();
    }
}

fn shuffled(file: &Path) -> Vec<u8> {
    let name = file.to_string_lossy();
    let bytes = fs::read(file).unwrap();
    if name.ends_with(".ndjson") {
        let text = String::from_utf8(bytes).unwrap();
        let lines: Vec<&str> = text.lines().rev().collect();
        return lines.join("\n").into_bytes();
    }
    if name.ends_with(".json.gz") {
        let mut text = String::new();
        GzDecoder::new(bytes.as_slice()).read_to_string(&mut text).unwrap();
        let mut log: Value = serde_json::from_str(&text).unwrap();
        log["Records"].as_array_mut().unwrap().reverse();
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(log.to_string().as_bytes()).unwrap();
        return encoder.finish().unwrap();
    }
    if name.ends_with("authorization-details.json") {
        return split_into_pages(&serde_json::from_slice(&bytes).unwrap())
            .to_string()
            .into_bytes();
    }
    bytes
}

/// One item a page, last item first, as a list of pages.
fn split_into_pages(details: &Value) -> Value {
    let pages = match details {
        Value::Array(pages) => pages.clone(),
        page => vec![page.clone()],
    };
    let mut split = Vec::new();
    for page in &pages {
        for (key, items) in page.as_object().unwrap() {
            for item in items.as_array().into_iter().flatten() {
                split.push(serde_json::json!({ key.as_str(): [item] }));
            }
        }
    }
    split.reverse();
    Value::Array(split)
}
