//! `sv0 capture`: a copy of the example holds none of its secrets, and a scan of it gives the same bytes.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::Path;

use flate2::read::GzDecoder;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::answers::assert_valid;
use crate::support::{Capture, repository, run, run_json, scan_with};

fn copy(from: &Path) -> (TempDir, Value) {
    let out = tempfile::tempdir().unwrap();
    let summary = run_json(&["capture", "--from", path(from), "--out", path(out.path())]);
    assert_valid("capture-copy", &summary);
    (out, summary)
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Every file by its path: its bytes as stored.
fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = walkdir::WalkDir::new(root).into_iter().map(Result::unwrap);
    let files = entries.filter(|entry| entry.file_type().is_file());
    files
        .map(|entry| {
            let key = entry.path().strip_prefix(root).unwrap().display().to_string();
            (key, fs::read(entry.path()).unwrap())
        })
        .collect()
}

fn expanded(key: &str, bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    match key.rsplit('.').next() {
        Some("gz") => GzDecoder::new(bytes).read_to_end(&mut plain).unwrap(),
        Some("zst") => zstd::Decoder::new(bytes).unwrap().read_to_end(&mut plain).unwrap(),
        _ => return bytes.to_vec(),
    };
    plain
}

/// What the example holds beyond the format: a copy leaves it out, and with it the warning about it.
const NOT_USED: &str = "accounts/912746058213/eu-west-1/lambda/functions.ndjson";

#[test]
fn a_copy_of_the_example_gives_the_same_results_without_its_secrets() {
    let example = repository().join("examples/acme/capture");
    let (first, summary) = copy(&example);
    assert_eq!(
        (&summary["is_whole"], &summary["refused_items"], &summary["read_files"]),
        (&json!(true), &json!(0), &summary["files"])
    );

    let of_the_format = example_without(&example, NOT_USED);
    let (original, copied) = (
        scan_with(of_the_format.path(), &[]).objects(),
        scan_with(first.path(), &[]).objects(),
    );
    let keys = |objects: &[(String, Vec<u8>)]| objects.iter().map(|(key, _)| key.clone()).collect::<Vec<_>>();
    assert_eq!(keys(&original), keys(&copied));
    assert!(original.len() >= 10);
    for ((key, of_original), (_, of_copy)) in original.iter().zip(&copied) {
        assert!(of_original == of_copy, "{key} differs");
    }

    let facts: Value =
        serde_json::from_slice(&fs::read(repository().join("examples/acme/facts.json")).unwrap()).unwrap();
    let canaries = facts["canaries"].as_array().unwrap();
    assert!(canaries.len() > 10);
    let written = files(first.path());
    for (key, bytes) in &written {
        let text = String::from_utf8(expanded(key, bytes)).unwrap();
        for canary in canaries {
            assert!(
                !crate::acme::holds(&text, canary["text"].as_str().unwrap()),
                "{canary} is in {key}"
            );
        }
    }

    let (second, _) = copy(first.path());
    assert!(written == files(second.path()), "the copy of the copy is the copy");
}

fn example_without(example: &Path, left_out: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (key, bytes) in files(example) {
        let to = folder.path().join(&key);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        if key != left_out {
            fs::write(to, bytes).unwrap();
        }
    }
    assert!(example.join(left_out).is_file());
    folder
}

#[test]
fn a_folder_in_use_is_refused_and_replaced_when_asked() {
    let capture = Capture::new(None);
    capture.write("organizations/accounts.json", "[]");
    let out = tempfile::tempdir().unwrap();
    let (from, to) = (path(capture.path()), path(out.path()));
    let arguments = ["capture", "--from", from, "--out", to];

    fs::write(out.path().join("thesis.tex"), "").unwrap();
    let refused = String::from_utf8(run(&arguments, 2).stderr).unwrap();
    assert!(refused.contains("something else than a capture"), "{refused}");
    assert!(!out.path().join("capture.json").exists());
    fs::remove_file(out.path().join("thesis.tex")).unwrap();

    run(&arguments, 0);
    run(&arguments, 0);
    fs::remove_file(capture.path().join("organizations/accounts.json")).unwrap();
    let refused = String::from_utf8(run(&arguments, 2).stderr).unwrap();
    assert!(refused.contains("another capture"), "{refused}");
    let forced: Vec<&str> = arguments.into_iter().chain(["--force"]).collect();
    assert_eq!(run_json(&forced)["removed"], json!(["organizations/accounts.json"]));
    assert_eq!(files(out.path()).into_keys().collect::<Vec<_>>(), ["capture.json"]);

    run(&["capture", "--from", from, "--out", from], 2);
    run(
        &["capture", "--from", from, "--out", path(&capture.path().join("inside"))],
        2,
    );
    run(
        &["capture", "--from", path(&out.path().join("nothing")), "--out", to],
        2,
    );
    run(&["capture", "--out", to], 2);
}

/// What is lost is told by the exit code, in words, and in the copy's own ledger.
#[test]
fn a_damaged_capture_is_copied_as_damaged() {
    let capture = Capture::new(None);
    let item = json!({"accountId": "111122223333", "awsRegion": "eu-west-1", "resourceType": "AWS::S3::Bucket", "resourceId": "b",
                      "arn": "arn:aws:s3:::b"});
    capture.write("config/AWS-S3-Bucket.ndjson", format!("{item}\n{{\"broken\n"));
    let out = tempfile::tempdir().unwrap();
    let output = run(
        &["capture", "--from", path(capture.path()), "--out", path(out.path())],
        2,
    );
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("config/AWS-S3-Bucket.ndjson:2"), "{text}");
    let status = |folder: &Path| {
        let coverage = scan_with(folder, &[]).ask(&["coverage"]);
        let rows = coverage["coverage"].as_array().unwrap().clone();
        let row = rows
            .into_iter()
            .find(|row| row["source"] == "config:AWS::S3::Bucket" && row["account"] == "111122223333");
        row.unwrap()["status"].clone()
    };
    assert_eq!(status(capture.path()), "partial");
    assert_eq!(status(out.path()), "partial");
}
