//! One damaged file or line: one diagnostic with its place, a row in the ledger, and nothing else lost.

use serde_json::json;
use sv0_model::coverage::CoverageStatus;
use sv0_model::diagnostic::Severity;

use crate::Limits;
use crate::testkit::{Capture, HUB, MEMBER, account, bucket, codes, coverage, gzip, lines, utf16le, zstd};

const FILE: &str = "config/AWS-S3-Bucket";

fn buckets(count: usize) -> String {
    lines(&(0..count).map(|n| bucket(&format!("bucket-{n}"))).collect::<Vec<_>>())
}

fn without_end(bytes: &[u8], count: usize) -> Vec<u8> {
    bytes[..bytes.len() - count].to_vec()
}

fn small_limits() -> Limits {
    Limits {
        max_file_bytes: 100_000,
        max_expanded_bytes: 200_000,
        max_document_bytes: 50_000,
        max_line_bytes: 5_000,
        max_items_per_file: 50,
        ..Limits::default()
    }
}

/// A damaged file, its one diagnostic `(place, code)`, and the records that are still read of it.
struct Case {
    what: &'static str,
    suffix: &'static str,
    bytes: Vec<u8>,
    diagnostic: &'static str,
    records: usize,
}

fn case(
    what: &'static str,
    suffix: &'static str,
    bytes: impl Into<Vec<u8>>,
    diagnostic: &'static str,
    records: usize,
) -> Case {
    Case {
        what,
        suffix,
        bytes: bytes.into(),
        diagnostic,
        records,
    }
}

fn damaged_json() -> Vec<Case> {
    let document = serde_json::to_string_pretty(&json!([bucket("a"), bucket("b")])).unwrap();
    let three = buckets(3);
    let all: Vec<&str> = three.lines().collect();
    let (first, second, third) = (all[0], all[1], all[2]);
    let deep = "[".repeat(40_000);
    vec![
        case(
            "a document cut off",
            ".json",
            document.split_at(document.len() / 2).0,
            ":17 truncated_json",
            0,
        ),
        case(
            "a document with a missing comma",
            ".json",
            document.replacen(',', "", 1),
            ":4 malformed_json",
            0,
        ),
        case(
            "a document with a message after it",
            ".json",
            format!("{document}\nAn error occurred"),
            ":35 malformed_json",
            2,
        ),
        case(
            "a lone line cut off",
            ".ndjson",
            first.split_at(40).0,
            ":1 truncated_json",
            0,
        ),
        case(
            "the last line cut off",
            ".ndjson",
            format!("{first}\n{second}\n{}", third.split_at(40).0),
            ":3 truncated_json",
            2,
        ),
        case(
            "a line in the middle damaged",
            ".ndjson",
            format!("{first}\n{{oops\n{third}\n"),
            ":2 malformed_json",
            2,
        ),
        case(
            "the first line damaged",
            ".ndjson",
            format!("{{oops\n{second}\n{third}\n"),
            ":1 malformed_json",
            2,
        ),
        case(
            "lines under .json, one damaged",
            ".json",
            format!("{first}\n{{oops\n{third}\n"),
            ":2 malformed_json",
            2,
        ),
        case("deep nesting without end", ".json", deep, ":1 truncated_json", 0),
        case(
            "deep nesting without end in a line",
            ".ndjson",
            format!("{first}\n{}\n{third}\n", "[".repeat(4_000)),
            ":2 truncated_json",
            2,
        ),
        case("plain text", ".json", "usage: aws [options]", ":1 malformed_json", 0),
        case("nothing", ".json", "", " empty_file", 0),
        case("nothing in lines", ".ndjson", "", " empty_file", 0),
        case("blanks", ".ndjson", "\r\n \n", " empty_file", 0),
        case("zero bytes", ".json", vec![0; 100], ":1 malformed_json", 0),
    ]
}

fn damaged_streams() -> Vec<Case> {
    let text = buckets(3);
    let document = gzip(json!([bucket("a")]).to_string());
    let mut no_block = gzip(&text);
    // The header has ten bytes; a block whose type is 3 is none (RFC 1951, section 3.2.3).
    no_block[10] = 0xFF;
    let mut other_checksum = gzip(&text);
    let of_checksum = other_checksum.len() - 8;
    other_checksum[of_checksum] ^= 0xFF;
    let junk = b"\x00\x01\x02\x03junk";
    let gzip_cut = without_end(&gzip(&text), 8);
    let zstd_cut = without_end(&zstd(&text), 4);
    vec![
        case(
            "gzip without its checksum",
            ".ndjson.gz",
            gzip_cut,
            ":4 truncated_gzip",
            3,
        ),
        case(
            "a document cut",
            ".json.gz",
            without_end(&document, 20),
            " truncated_gzip",
            0,
        ),
        case("gzip damaged where it begins", ".json.gz", no_block, " damaged_gzip", 0),
        case(
            "gzip of another text",
            ".ndjson.gz",
            other_checksum,
            ":4 damaged_gzip",
            3,
        ),
        case("not gzip", ".json.gz", junk, " damaged_gzip", 0),
        case("zstd cut off", ".ndjson.zst", zstd_cut, " truncated_zstd", 0),
        case("not zstd", ".json.zst", junk, " damaged_zstd", 0),
    ]
}

fn damaged_encodings() -> Vec<Case> {
    let text = buckets(3);
    let first_line = text.lines().next().unwrap().len();
    let mut line = text.clone().into_bytes();
    line[first_line + 20] = 0xFF;
    let document = [b"[\n\"".as_slice(), &[0xFF, 0xFE], b"\"]"].concat();
    let mut odd = utf16le(&text);
    odd.pop();
    vec![
        case("a line that is not UTF-8", ".ndjson", line, ":2 invalid_utf8", 2),
        case("a document that is not UTF-8", ".json", document, ":2 invalid_utf8", 0),
        case(
            "UTF-16 with half a unit at its end",
            ".ndjson",
            odd,
            ":3 invalid_utf16",
            2,
        ),
    ]
}

fn oversized() -> Vec<Case> {
    let text = buckets(3);
    let all: Vec<&str> = text.lines().collect();
    let long = format!("{}\n{}\n{}\n", all[0], " ".repeat(6_000), all[2]);
    let document = format!("[{}]", " ".repeat(60_000));
    let bomb = " ".repeat(1_000_000);
    let bomb_after_lines = zstd(text.clone() + &bomb);
    vec![
        case("a long line", ".ndjson", long, ":2 line_too_long", 2),
        case(
            "a long line in front",
            ".ndjson",
            format!("{{\"a\":\"{}\"}}\n{}", "x".repeat(6_000), all[2]),
            ":1 line_too_long",
            1,
        ),
        case(
            "a long line behind a blank one",
            ".ndjson",
            format!("\n\r\n[{}]", vec![all[0]; 20].join(",")),
            ":3 line_too_long",
            0,
        ),
        case("a large file", ".ndjson", " ".repeat(100_001), " file_too_large", 0),
        case("a large document", ".json", document, " document_too_large", 0),
        case("a bomb of gzip", ".json.gz", gzip(bomb), " document_too_large", 0),
        case(
            "a bomb of zstd",
            ".ndjson.zst",
            bomb_after_lines,
            ":4 expands_too_far",
            3,
        ),
    ]
}

#[test]
fn damage_costs_one_diagnostic_and_what_is_damaged() {
    for case in [damaged_json(), damaged_streams(), damaged_encodings(), oversized()]
        .into_iter()
        .flatten()
    {
        let file = format!("{FILE}{}", case.suffix);
        let contents = Capture::new()
            .file(&file, &case.bytes)
            .json("organizations/accounts.json", &json!([account(HUB), account(MEMBER)]))
            .read_within(small_limits());
        assert_eq!(
            codes(&contents),
            [format!("{file}{}", case.diagnostic)],
            "{}",
            case.what
        );
        let found = &contents.diagnostics[0];
        assert_eq!(found.severity, Severity::Error, "{}", case.what);
        assert!(
            !found.message.is_empty() && !found.help.is_empty() && !found.message.ends_with('.'),
            "{found:?}"
        );
        assert_eq!(contents.records.len(), 2 + case.records, "{}", case.what);
        let row = coverage(&contents, "organization", "global", "config:AWS::S3::Bucket");
        let wanted = if case.records == 0 {
            CoverageStatus::Failed
        } else {
            CoverageStatus::Partial
        };
        assert_eq!(row.status, wanted, "{}", case.what);
        assert!(row.reason.contains(&file), "{}", row.reason);
        let of_type = contents
            .coverage
            .iter()
            .filter(|row| row.source == "config:AWS::S3::Bucket");
        assert!(
            of_type.clone().all(|row| !row.status.proves_absence()),
            "{} {:?}",
            case.what,
            of_type.collect::<Vec<_>>()
        );
    }
}

#[test]
fn diagnostics_of_one_file_are_bounded() {
    let text = format!("{}{}", buckets(1), "oops\n".repeat(5_000));
    let contents = Capture::new().file("config/AWS-S3-Bucket.ndjson", text).read();
    assert_eq!(contents.diagnostics.len(), 21);
    let summary = contents
        .diagnostics
        .iter()
        .find(|found| found.code == "more_diagnostics")
        .unwrap();
    assert_eq!(summary.message, "4980 more problems of this file are not listed");
    assert_eq!(contents.records.len(), 1);
}

#[test]
fn more_items_than_the_limit_are_left_out() {
    for (file, content) in [
        ("config/AWS-S3-Bucket.ndjson", buckets(60)),
        (
            "config/AWS-S3-Bucket.json",
            json!(
                (0..60)
                    .map(|n| json!({"accountId": MEMBER, "resourceId": n.to_string()}))
                    .collect::<Vec<_>>()
            )
            .to_string(),
        ),
    ] {
        let contents = Capture::new().file(file, content).read_within(Limits {
            max_diagnostics_per_file: 1,
            ..small_limits()
        });
        assert_eq!(contents.records.len(), 50, "{file}");
        assert!(
            contents.diagnostics.iter().any(|found| found.code == "too_many_items"),
            "{file}"
        );
    }
}

/// A line of 100 MB is passed over without being held in memory.
#[test]
fn a_line_of_a_hundred_megabytes_costs_that_line() {
    let long = vec![b'x'; 100_000_000];
    let text = [buckets(1).as_bytes(), &long, b"\n", buckets(2).as_bytes()].concat();
    let contents = Capture::new()
        .file("config/AWS-S3-Bucket.ndjson.zst", zstd(text))
        .read();
    assert_eq!(codes(&contents), ["config/AWS-S3-Bucket.ndjson.zst:2 line_too_long"]);
    assert_eq!(contents.records.len(), 2);
}

#[test]
fn an_answer_that_goes_on_is_partial() {
    let cut = json!({"RoleDetailList": [{"RoleName": "app"}], "IsTruncated": true, "Marker": "more"});
    let last = json!({"RoleDetailList": [], "IsTruncated": false});
    let file = format!("accounts/{MEMBER}/iam/authorization-details.json");
    for (pages, codes_wanted, status) in [
        (
            json!([cut]),
            vec![format!("{file} answer_cut")],
            CoverageStatus::Partial,
        ),
        (json!([last, cut]), vec![], CoverageStatus::Ok),
    ] {
        let contents = Capture::new().json(&file, &pages).read();
        assert_eq!(codes(&contents), codes_wanted);
        assert_eq!(
            coverage(&contents, MEMBER, "global", "iam:authorization-details").status,
            status
        );
    }
}
