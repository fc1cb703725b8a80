//! The credential report, well-formed and not, and the other answers of an account's IAM.

use serde_json::{Value, json};
use sv0_model::record::RecordKind;

use crate::Limits;
use crate::testkit::{Capture, HUB, bodies, codes, gzip, status, utf16le, zstd};
use sv0_model::coverage::CoverageStatus::{Failed, Ok, Partial};

const HEADER: &str = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active,\
access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,\
access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,\
cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated";
const ROOT: &str = "<root_account>,arn:aws:iam::111122223333:root,2020-01-01T00:00:00+00:00,not_supported,no_information,not_supported,not_supported,true,\
false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A";
const EVE: &str = "eve,arn:aws:iam::111122223333:user/eve,2021-01-01T00:00:00+00:00,false,N/A,N/A,N/A,false,\
true,2021-01-02T00:00:00+00:00,2026-01-01T00:00:00+00:00,eu-west-1,s3,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A";

fn file(suffix: &str) -> String {
    format!("accounts/{HUB}/iam/credential-report.csv{suffix}")
}

fn users(capture: &Capture) -> (Vec<String>, Vec<String>) {
    let contents = capture.read_within(Limits {
        max_document_bytes: 400_000,
        max_items_per_file: 50,
        ..Limits::default()
    });
    let mut users: Vec<String> = bodies(&contents, &RecordKind::CredentialReportRow)
        .iter()
        .map(|row| row["user"].as_str().unwrap().to_owned())
        .collect();
    users.sort();
    let codes = codes(&contents)
        .iter()
        .map(|code| code.rsplit_once('/').unwrap().1.to_owned())
        .collect();
    (users, codes)
}

#[test]
fn a_line_becomes_an_object_of_texts_by_column() {
    let contents = Capture::new()
        .file(&file(""), format!("{HEADER}\n{ROOT}\n{EVE}\n"))
        .read();
    let rows = bodies(&contents, &RecordKind::CredentialReportRow);
    let eve = rows.iter().find(|row| row["user"] == "eve").unwrap();
    assert_eq!(eve.as_object().unwrap().len(), 22);
    for (column, value) in [
        ("password_next_rotation", "N/A"),
        ("access_key_1_active", "true"),
        ("access_key_1_last_used_service", "s3"),
        ("access_key_1_last_used_region", "eu-west-1"),
        ("mfa_active", "false"),
    ] {
        assert_eq!(eve[column], value, "{column}");
    }
    let root = rows.iter().find(|row| row["user"] == "<root_account>").unwrap();
    assert_eq!(
        (&root["password_enabled"], &root["password_last_used"]),
        (&json!("not_supported"), &json!("no_information"))
    );
    assert!(
        contents
            .records
            .iter()
            .all(|record| record.account.as_deref() == Some(HUB))
    );
}

/// Suffix, bytes, users that are read, codes.
type Case = (&'static str, Vec<u8>, &'static [&'static str], &'static [&'static str]);

#[test]
fn forms_and_damage() {
    let report = format!("{HEADER}\n{ROOT}\n{EVE}\n");
    const BOTH: &[&str] = &["<root_account>", "eve"];
    let short = "user,arn";
    let cases: Vec<Case> = vec![
        ("", report.clone().into(), BOTH, &[]),
        ("", report.replace('\n', "\r\n").into(), BOTH, &[]),
        ("", report.trim_end().into(), BOTH, &[]),
        ("", format!("\u{feff}{report}").into(), BOTH, &[]),
        ("", utf16le(&report), BOTH, &[]),
        (".gz", gzip(&report), BOTH, &[]),
        (".zst", zstd(&report), BOTH, &[]),
        ("", format!("\n{HEADER}\n\n{EVE}\n\n").into(), &["eve"], &[]),
        (
            "",
            format!("{short}\n\"a,\"\"b\"\"\nc\",x\n").into(),
            &["a,\"b\"\nc"],
            &[],
        ),
        ("", "\"user\",\"arn\"\r\n\"eve\",\"x\"\r\n".into(), &["eve"], &[]),
        ("", Vec::new(), &[], &["credential-report.csv empty_file"]),
        ("", HEADER.into(), &[], &["credential-report.csv empty_file"]),
        (
            "",
            format!("{short}\neve\nann,x,y\nbob,x\n").into(),
            &["bob"],
            &[
                "credential-report.csv:2 wrong_columns",
                "credential-report.csv:3 wrong_columns",
            ],
        ),
        (
            "",
            format!("{short}\n\"eve,x\nbob,x\n").into(),
            &["bob"],
            &["credential-report.csv:2 truncated_table"],
        ),
        (
            "",
            format!("{short}\nann,x\n\"eve").into(),
            &["ann"],
            &["credential-report.csv:3 truncated_table"],
        ),
        (
            "",
            format!("{short}\n,x\neve,\nbob,x\n").into(),
            &["bob"],
            &[
                "credential-report.csv:2 unexpected_item",
                "credential-report.csv:3 unexpected_item",
            ],
        ),
        (
            "",
            "user,user\neve,x\n".into(),
            &[],
            &["credential-report.csv:1 unexpected_item"],
        ),
        (
            "",
            "<html>Access denied</html>".into(),
            &[],
            &["credential-report.csv:1 unexpected_item"],
        ),
        (
            "",
            "name,note\neve,x\n".into(),
            &[],
            &["credential-report.csv:2 unexpected_item"],
        ),
        (
            "",
            format!("{short}\n{},x\nbob,x\n", "a".repeat(70_000)).into(),
            &["bob"],
            &["credential-report.csv:2 line_too_long"],
        ),
        (
            "",
            format!("{short}\n\"{},x\nbob,x\n", "a".repeat(70_000)).into(),
            &["bob"],
            &["credential-report.csv:2 line_too_long"],
        ),
        (
            "",
            format!("{short}\n{}\nbob,x\n", ",".repeat(300)).into(),
            &["bob"],
            &["credential-report.csv:2 line_too_long"],
        ),
        (
            "",
            format!("{short}\n{}", "eve,x\n".repeat(51)).into(),
            &["eve"],
            &["credential-report.csv:52 too_many_items"],
        ),
        (
            "",
            "a".repeat(400_001).into(),
            &[],
            &["credential-report.csv document_too_large"],
        ),
        (
            "",
            [format!("{short}\n").as_bytes(), b"\xff,x\n"].concat(),
            &[],
            &["credential-report.csv:2 invalid_utf8"],
        ),
        (
            ".gz",
            gzip(&report)[..40].to_vec(),
            &[],
            &["credential-report.csv.gz truncated_gzip"],
        ),
    ];
    for (suffix, bytes, wanted, wanted_codes) in cases {
        let (users, codes) = users(&Capture::new().file(&file(suffix), &bytes));
        let text = String::from_utf8_lossy(&bytes[..bytes.len().min(80)]).into_owned();
        assert_eq!(codes, wanted_codes, "{text:?}");
        assert_eq!(users, wanted, "{text:?}");
    }
}

/// `GetCredentialReport` itself: the table in Base64.
#[test]
fn the_answer_of_the_api_is_read_as_well() {
    let content = "dXNlcixhcm4KZXZlLHgK";
    let path = format!("accounts/{HUB}/iam/credential-report.json");
    let cases = [
        (
            json!({"Content": content, "ReportFormat": "text/csv", "GeneratedTime": "2026-01-31T00:00:00Z"}),
            1,
        ),
        (json!({"Content": content}), 1),
        (json!({"Content": "?", "ReportFormat": "text/csv"}), 0),
        (json!({"Content": content, "ReportFormat": "text/plain"}), 0),
        (json!({"State": "STARTED"}), 0),
        (json!([]), 0),
    ];
    for (answer, rows) in cases {
        let capture = Capture::new().json(&path, &answer);
        // A list without rows has no form as a table, in which a copy is written.
        let contents = if answer == json!([]) {
            capture.read_within(Limits::default())
        } else {
            capture.read()
        };
        assert_eq!(contents.records.len(), rows, "{answer}");
        let is_refused = rows == 0 && answer.is_object();
        assert_eq!(
            contents.diagnostics.len(),
            usize::from(is_refused),
            "{answer} {:?}",
            codes(&contents)
        );
    }
}

#[test]
fn damage_stands_in_the_ledger() {
    for (text, wanted) in [
        (format!("{HEADER}\n{ROOT}\n"), Ok),
        (format!("{HEADER}\n{ROOT}\neve\n"), Partial),
        (HEADER.to_owned(), Failed),
    ] {
        let contents = Capture::new().file(&file(""), &text).read();
        assert_eq!(
            status(&contents, HUB, "global", "iam:credential-report"),
            wanted,
            "{text}"
        );
    }
}

/// Either form gives the same record; a report that is not finished proves nothing.
#[test]
fn service_last_accessed_names_its_principal() {
    let path = format!("accounts/{HUB}/iam/last-accessed.ndjson");
    let services =
        json!([{"ServiceName": "Amazon S3", "ServiceNamespace": "s3", "LastAuthenticated": "2026-01-01T00:00:00Z"}]);
    let flat = json!({"Arn": "arn:aws:iam::111122223333:role/app", "JobStatus": "COMPLETED", "ServicesLastAccessed": services});
    let wrapped = json!({"Arn": flat["Arn"], "Response": {"JobStatus": "COMPLETED", "ServicesLastAccessed": services}});
    let contents = Capture::new().lines(&path, &[flat.clone(), wrapped]).read();
    assert_eq!(codes(&contents), Vec::<String>::new());
    assert_eq!(bodies(&contents, &RecordKind::ServiceLastAccessed), [&flat]);
    let mut unfinished: Value = flat;
    unfinished["JobStatus"] = json!("IN_PROGRESS");
    let contents = Capture::new().lines(&path, &[unfinished]).read();
    assert_eq!(contents.records.len(), 0);
    assert_eq!(status(&contents, HUB, "global", "iam:last-accessed"), Failed);
}
