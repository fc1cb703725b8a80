//! Folders that are not what they seem.

use serde_json::json;

use crate::Limits;
use crate::testkit::{Capture, HUB, MEMBER, account, bucket, codes};

#[test]
fn unknown_files_are_named_once_and_in_bounds() {
    let mut capture = Capture::new()
        .file("notes.txt", "x")
        .file("config/AWS-S3-Bucket.yaml", "x")
        .file("config/not a type.json", "[]")
        .file("accounts/12/iam/authorization-details.json", "{}")
        .file("accounts/444455556666/iam/../.DS_Store", "x")
        .file(
            "cloudtrail/AWSLogs/444455556666/CloudTrail/eu-west-1/2026/01/30/readme.txt",
            "x",
        );
    let contents = capture.read();
    assert_eq!(
        codes(&contents),
        [
            "accounts/12/iam/authorization-details.json unknown_file",
            "cloudtrail/AWSLogs/444455556666/CloudTrail/eu-west-1/2026/01/30/readme.txt unknown_file",
            "config/AWS-S3-Bucket.yaml unknown_file",
            "config/not a type.json unknown_file",
            "notes.txt unknown_file",
        ]
    );
    for n in 0..100 {
        capture = capture.file(&format!("junk/{n}"), "x");
    }
    let contents = capture.read();
    assert_eq!(contents.diagnostics.len(), 21);
    assert!(
        contents
            .diagnostics
            .iter()
            .any(|found| found.message.starts_with("85 more files"))
    );
    assert_eq!(contents.inputs.len(), 1);
}

#[test]
fn files_of_the_format_that_are_not_used_yet_are_named_once_a_kind() {
    let contents = Capture::new()
        .file(&format!("accounts/{HUB}/eu-west-1/dynamodb/policies.ndjson"), "{}")
        .file(&format!("accounts/{HUB}/eu-west-1/unheard-of/things.ndjson"), "{}")
        .file(
            &format!("cloudtrail/AWSLogs/{HUB}/CloudTrail-Something/eu-west-1/a.json"),
            "{}",
        )
        .read();
    assert!(contents.diagnostics.iter().all(|found| found.code == "file_not_used"));
    assert_eq!(contents.diagnostics.len(), 2);
    assert!(
        contents
            .diagnostics
            .iter()
            .any(|found| found.message == "this version makes no use of accounts/*/<region> (files: 2)")
    );
}

#[test]
fn a_folder_in_place_of_a_file_is_reported() {
    let contents = Capture::new()
        .file("organizations/accounts.json/inside.json", "[]")
        .json("config/AWS-S3-Bucket.json", &bucket("a"))
        .read();
    assert_eq!(
        codes(&contents),
        ["organizations/accounts.json folder_in_place_of_file"]
    );
    assert_eq!(contents.records.len(), 1);
}

#[test]
fn files_beyond_the_limit_are_left_out() {
    let capture = Capture::new()
        .json("organizations/accounts.json", &account(HUB))
        .json("config/AWS-S3-Bucket.json", &bucket("a"));
    let contents = capture.read_within(Limits {
        max_files: 2,
        ..Limits::default()
    });
    assert_eq!(codes(&contents), [" too_many_files"]);
    assert_eq!(contents.inputs.len(), 2);
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn links_are_followed_inside_the_capture_only() {
        let outside = Capture::new().json("organizations/accounts.json", &account(MEMBER));
        let capture = Capture::new().json("somewhere/accounts.json", &account(HUB));
        symlink(
            capture.root().join("somewhere/accounts.json"),
            capture.path("organizations/accounts.json"),
        )
        .unwrap();
        symlink(
            outside.root().join("organizations/accounts.json"),
            capture.path("organizations/accounts.ndjson"),
        )
        .unwrap();
        symlink(outside.root(), capture.path("accounts")).unwrap();
        symlink("loop.json", capture.path("config/loop.json")).unwrap();
        symlink("nowhere.json", capture.path("config/AWS-S3-Bucket.json")).unwrap();
        symlink(capture.root(), capture.path("cloudtrail")).unwrap();
        let contents = capture.read();
        assert_eq!(
            codes(&contents),
            [
                "accounts link_leaves_capture",
                "cloudtrail link_to_folder",
                "config/AWS-S3-Bucket.json link_broken",
                "config/loop.json link_broken",
                "organizations/accounts.ndjson link_leaves_capture",
                "somewhere/accounts.json unknown_file",
            ]
        );
        assert_eq!(contents.records.len(), 1);
        assert_eq!(contents.records[0].body["Id"], HUB);
    }

    #[test]
    fn what_is_neither_file_nor_folder_is_not_opened() {
        let capture = Capture::new();
        let _socket = std::os::unix::net::UnixListener::bind(capture.path("organizations/accounts.json")).unwrap();
        assert_eq!(codes(&capture.read()), ["organizations/accounts.json not_a_file"]);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_name_that_is_not_unicode_is_reported() {
        use std::os::unix::ffi::OsStrExt;
        let capture = Capture::new();
        let name = std::ffi::OsStr::from_bytes(b"AWS-S3-\xFF.ndjson");
        let folder = capture.path("config/x");
        std::fs::write(folder.with_file_name(name), "[]").unwrap();
        assert_eq!(
            codes(&capture.read()),
            ["config/AWS-S3-\u{FFFD}.ndjson name_not_unicode"]
        );
    }

    /// The system's administrator may read everything, so for that user there is nothing to see here.
    #[test]
    fn a_file_without_read_permission_is_reported() {
        let capture = Capture::new().json("organizations/accounts.json", &json!([account(HUB)]));
        let path = capture.path("organizations/accounts.json");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o0)).unwrap();
        let may_read_all = std::fs::File::open(&path).is_ok();
        let wanted = if may_read_all {
            vec![]
        } else {
            vec!["organizations/accounts.json unreadable_file".to_owned()]
        };
        assert_eq!(codes(&capture.read()), wanted);
    }
}
