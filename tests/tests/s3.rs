//! Objects in S3, on an emulator: the store keeps its contract, and a scan over S3 gives the bytes of a local scan.

mod server;

use std::fs;

use serde_json::json;
use sv0_aws::s3::{FetchError, FetchLimits, S3Captures, S3ObjectStore};
use sv0_lake::{CURRENT_KEY, ObjectStore, contract, run_key};
use sv0_model::time::Timestamp;
use sv0_scan_capture::{Host, handle};
use walkdir::WalkDir;

use crate::support::{repository, scan};
use server::S3;

const LIMITS: FetchLimits = FetchLimits {
    max_files: 1000,
    max_bytes: 100_000_000,
};

#[test]
fn the_store_keeps_its_contract_at_the_root_of_a_bucket_and_below_a_prefix() {
    let s3 = S3::start();
    s3.make_bucket("results");
    for place in ["s3://results", "s3://results/teams/security"] {
        s3.put("results", "teams/other/a/one.json", b"of somebody else");
        contract::check(&store(&s3, place)).unwrap();
        s3.empty_bucket("results");
    }
}

#[test]
fn what_s3_refuses_is_an_error_that_names_the_object() {
    let s3 = S3::start();
    let error = store(&s3, "s3://not-there/sv0").get("current.json").unwrap_err();
    assert_eq!(error.to_string(), "reading s3://not-there/sv0/current.json");
    let reason = std::error::Error::source(&error).unwrap().to_string();
    assert!(reason.starts_with("NoSuchBucket: "), "{reason}");
}

#[test]
fn a_capture_is_fetched_whole_or_not_at_all() {
    let s3 = S3::start();
    s3.make_bucket("captures");
    s3.put("captures", "acme/capture.json", b"{}");
    s3.put("captures", "acme/config/AWS-S3-Bucket.ndjson", b"1234");
    s3.put("captures", "acme-other/capture.json", b"not part of it");
    let captures = S3Captures::new(s3.client(), s3.runtime());
    let fetch = |limits| {
        let folder = tempfile::tempdir().unwrap();
        let fetched = captures.fetch_capture(&"s3://captures/acme".parse().unwrap(), folder.path(), limits)?;
        assert_eq!(
            fs::read(folder.path().join("config/AWS-S3-Bucket.ndjson")).unwrap(),
            b"1234"
        );
        assert_eq!(
            WalkDir::new(folder.path()).into_iter().count(),
            4,
            "two files, a folder, and the root"
        );
        Ok::<_, FetchError>((fetched.files, fetched.bytes))
    };
    assert_eq!(fetch(LIMITS).unwrap(), (2, 6));
    let too_large = fetch(FetchLimits { max_bytes: 5, ..LIMITS }).unwrap_err();
    assert!(
        matches!(too_large, FetchError::TooManyBytes { limit: 5, .. }),
        "{too_large}"
    );
}

#[test]
fn a_scan_over_s3_gives_the_bytes_of_a_local_scan() {
    let capture = repository().join("examples/acme/capture");
    let local = scan(&capture);
    let s3 = S3::start();
    s3.make_bucket("captures");
    s3.make_bucket("results");
    s3.upload(&capture, "captures", "acme");
    assert!(
        s3.lists_in_pages("captures"),
        "what follows would not show that later pages are read"
    );

    let host = Host {
        captures: S3Captures::new(s3.client(), s3.runtime()),
        results: store(&s3, "s3://results/sv0"),
        limits: LIMITS,
        now: Timestamp::now,
    };
    let answer = handle(
        &host,
        json!({ "capture": "s3://captures/acme", "run_id": "over-s3" }),
        &sv0_telemetry::Invocation::quiet("unused"),
    )
    .unwrap();

    let results = store(&s3, "s3://results/sv0");
    let root = local.run_folder();
    let files = WalkDir::new(&root)
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file());
    let mut keys: Vec<String> = files
        .map(|entry| entry.path().strip_prefix(&root).unwrap().display().to_string())
        .collect();
    keys.sort_unstable();
    let listed: Vec<String> = keys.iter().map(|key| run_key("over-s3", key)).collect();
    assert_eq!(results.list("runs/").unwrap(), listed);
    for key in keys.iter().filter(|key| *key != "manifest.json") {
        let (here, there) = (
            fs::read(root.join(key)).unwrap(),
            results.get(&run_key("over-s3", key)).unwrap(),
        );
        assert!(
            here == there,
            "{key} differs: {} bytes here, {} in S3",
            here.len(),
            there.len()
        );
    }
    assert_eq!(answer.manifest_key, "runs/over-s3/manifest.json");
    let current = String::from_utf8(results.get(CURRENT_KEY).unwrap()).unwrap();
    assert!(current.contains("over-s3"), "{current}");
}

fn store(s3: &S3, place: &str) -> S3ObjectStore {
    S3ObjectStore::new(s3.client(), place.parse().unwrap(), s3.runtime())
}
