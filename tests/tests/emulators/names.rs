//! A recording with the names of the example in place of those that the emulators made.

use std::collections::BTreeMap;
use std::fs;

use crate::live::recording::Recording;

/// A copy of a recording, in its paths and its files, by the names of the example.
pub fn renamed_back(recording: &Recording, names: &BTreeMap<String, String>) -> Recording {
    let mut made: Vec<(&str, &str)> = names.iter().map(|(own, made)| (made.as_str(), own.as_str())).collect();
    // The longest first: one name may be part of another.
    made.sort_by_key(|(made, _)| std::cmp::Reverse(made.len()));
    let renamed = |text: &str| {
        made.iter()
            .fold(text.to_owned(), |text, (made, own)| text.replace(made, own))
    };
    let copy = Recording::empty();
    for entry in walkdir::WalkDir::new(recording.path()) {
        let entry = entry.unwrap();
        if !entry.file_type().is_file() {
            continue;
        }
        let path = entry.path().strip_prefix(recording.path()).unwrap();
        let to = copy.path().join(renamed(path.to_str().unwrap()));
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        let bytes = fs::read(entry.path()).unwrap();
        if path.extension().is_some_and(|extension| extension == "zst") {
            let text = String::from_utf8(zstd::decode_all(bytes.as_slice()).unwrap()).unwrap();
            fs::write(to, zstd::encode_all(renamed(&text).as_bytes(), 1).unwrap()).unwrap();
        } else {
            fs::write(to, renamed(&String::from_utf8(bytes).unwrap())).unwrap();
        }
    }
    copy
}
