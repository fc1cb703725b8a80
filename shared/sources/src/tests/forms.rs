//! Every form in which the AWS CLI, a shell or an editor may have left an answer.

use serde_json::{Value, json};
use sv0_model::record::RecordKind;

use crate::testkit::{Capture, HUB, MEMBER, account, bodies, codes, gzip, lines, utf16le, zstd};
use crate::{CaptureError, ReadOptions};

/// `(what it is, file, bytes)`: all of them hold the same two accounts.
fn forms_of_accounts() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let (one, two) = (account(HUB), account(MEMBER));
    let document = json!({"Accounts": [one, two]});
    let pretty = serde_json::to_string_pretty(&document).unwrap();
    let first = json!({"Accounts": [one], "NextToken": "more"});
    let second = json!({"Accounts": [two]});
    let ndjson = lines(&[one.clone(), two.clone()]);
    vec![
        ("a document", "organizations/accounts.json", pretty.clone().into()),
        (
            "a document on one line",
            "organizations/accounts.json",
            document.to_string().into(),
        ),
        (
            "a list",
            "organizations/accounts.json",
            json!([one, two]).to_string().into(),
        ),
        (
            "pages in a list",
            "organizations/accounts.json",
            json!([first, second]).to_string().into(),
        ),
        (
            "pages one after the other",
            "organizations/accounts.json",
            format!("{first:#}\n{second:#}\n").into(),
        ),
        (
            "pages in reverse",
            "organizations/accounts.json",
            format!("{second}{first}").into(),
        ),
        (
            "a description of each",
            "organizations/accounts.json",
            lines(&[json!({"Account": one}), json!({"Account": two})]).into(),
        ),
        ("lines", "organizations/accounts.ndjson", ndjson.clone().into()),
        (
            "lines under .json",
            "organizations/accounts.json",
            ndjson.clone().into(),
        ),
        (
            "a document under .ndjson",
            "organizations/accounts.ndjson",
            pretty.clone().into(),
        ),
        (
            "lines of JSON strings",
            "organizations/accounts.ndjson",
            lines(&[Value::from(one.to_string()), Value::from(two.to_string())]).into(),
        ),
        (
            "no newline at the end",
            "organizations/accounts.ndjson",
            ndjson.trim_end().into(),
        ),
        (
            "blank lines and CRLF",
            "organizations/accounts.ndjson",
            format!("\r\n{}\r\n", ndjson.replace('\n', "\r\n\r\n")).into(),
        ),
        (
            "a UTF-8 byte order mark",
            "organizations/accounts.json",
            format!("\u{FEFF}{pretty}").into(),
        ),
        (
            "UTF-16 of PowerShell",
            "organizations/accounts.json",
            utf16le(&pretty.replace('\n', "\r\n")),
        ),
        ("UTF-16 lines", "organizations/accounts.ndjson", utf16le(&ndjson)),
        (
            "UTF-16 without a mark",
            "organizations/accounts.json",
            utf16le(&pretty).split_off(2),
        ),
        ("gzip", "organizations/accounts.json.gz", gzip(&pretty)),
        (
            "gzip of two members",
            "organizations/accounts.ndjson.gz",
            [gzip(one.to_string() + "\n"), gzip(two.to_string())].concat(),
        ),
        ("zstd", "organizations/accounts.json.zst", zstd(&pretty)),
        ("zstd lines", "organizations/accounts.ndjson.zst", zstd(&ndjson)),
        ("gzip under a plain name", "organizations/accounts.json", gzip(&pretty)),
        (
            "decompressed on its way",
            "organizations/accounts.json.gz",
            pretty.into(),
        ),
        (
            "every account twice",
            "organizations/accounts.json",
            json!([document, document]).to_string().into(),
        ),
    ]
}

#[test]
fn every_form_of_an_answer_gives_the_same_records() {
    let expected: Vec<_> = Capture::new()
        .json("organizations/accounts.json", &json!([account(HUB), account(MEMBER)]))
        .read()
        .records;
    assert_eq!(expected.len(), 2);
    for (what, file, bytes) in forms_of_accounts() {
        let contents = Capture::new().file(file, bytes).read();
        assert_eq!(codes(&contents), Vec::<String>::new(), "{what}");
        let found: Vec<_> = contents
            .records
            .iter()
            .map(|record| (&record.kind, &record.body, &record.origin.sha256))
            .collect();
        let wanted: Vec<_> = expected
            .iter()
            .map(|record| (&record.kind, &record.body, &record.origin.sha256))
            .collect();
        assert_eq!(found, wanted, "{what}");
        for record in &contents.records {
            assert!(
                !record.origin.object.ends_with(".gz") && !record.origin.object.ends_with(".zst"),
                "{what}"
            );
        }
        assert!(
            contents
                .inputs
                .iter()
                .any(|input| input.key == file && input.sha256.len() == 64),
            "{what}"
        );
    }
}

/// `(file, content, kind, body)` of the answers that come one to a file or need unwrapping.
fn other_answers() -> Vec<(&'static str, Value, RecordKind, Value)> {
    let organization = json!({"Id": "o-exampleorgid", "MasterAccountId": HUB});
    let tree = json!({"Roots": [{"Id": "r-ab12"}], "OrganizationalUnits": [], "Parents": [{"ChildId": HUB, "ParentId": "r-ab12"}]});
    let summary = json!({"Id": "p-1", "Type": "SERVICE_CONTROL_POLICY", "Name": "guard"});
    let flat = json!({"Id": "p-1", "Type": "SERVICE_CONTROL_POLICY", "Name": "guard", "Content": "{}", "Targets": ["ou-ab12-1", "r-ab12"]});
    let described = json!({"PolicySummary": summary, "Content": "{}", "Targets": [{"TargetId": "r-ab12"}, {"TargetId": "ou-ab12-1"}]});
    let managed =
        json!({"Arn": "arn:aws:iam::aws:policy/ReadOnlyAccess", "VersionId": "v1", "Document": {"Statement": []}});
    let wrapped = json!({"Arn": "arn:aws:iam::aws:policy/ReadOnlyAccess",
                         "Response": {"PolicyVersion": {"VersionId": "v1", "Document": {"Statement": []}}}});
    let trail = json!({"TrailARN": "arn:aws:cloudtrail:eu-west-1:111122223333:trail/all", "Name": "all"});
    let details = json!({"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [], "Policies": []});
    let mut page = details.clone();
    page["IsTruncated"] = json!(false);
    let details_file = "accounts/111122223333/iam/authorization-details.json";
    vec![
        (
            "organizations/organization.json",
            json!({"Organization": organization}),
            RecordKind::Organization,
            organization.clone(),
        ),
        (
            "organizations/organization.json",
            organization.clone(),
            RecordKind::Organization,
            organization,
        ),
        (
            "organizations/tree.json",
            tree.clone(),
            RecordKind::OrganizationTree,
            tree,
        ),
        (
            "organizations/policies.json",
            json!({"Policies": [flat]}),
            RecordKind::OrganizationPolicy,
            flat.clone(),
        ),
        (
            "organizations/policies.json",
            json!({"Policy": described}),
            RecordKind::OrganizationPolicy,
            flat,
        ),
        (
            "organizations/delegated-administrators.json",
            json!({"DelegatedAdministrators": [{"Id": HUB, "Services": []}]}),
            RecordKind::DelegatedAdministrator,
            json!({"Id": HUB, "Services": []}),
        ),
        (
            "organizations/resource-policy.json",
            json!({"ResourcePolicy": {"ResourcePolicySummary": {"Id": "rp-1"}, "Content": "{}"}}),
            RecordKind::OrganizationResourcePolicy,
            json!({"ResourcePolicySummary": {"Id": "rp-1"}, "Content": "{}"}),
        ),
        (
            "aws-managed-policies.ndjson",
            managed.clone(),
            RecordKind::AwsManagedPolicy,
            managed.clone(),
        ),
        (
            "aws-managed-policies.ndjson",
            wrapped,
            RecordKind::AwsManagedPolicy,
            managed,
        ),
        (
            "cloudtrail/trails.json",
            json!({"trailList": [trail]}),
            RecordKind::Trail,
            json!({"Trail": trail}),
        ),
        (
            "cloudtrail/trails.ndjson",
            json!({"Trail": trail, "Status": {"IsLogging": true}}),
            RecordKind::Trail,
            json!({"Trail": trail, "Status": {"IsLogging": true}}),
        ),
        (
            details_file,
            details.clone(),
            RecordKind::AuthorizationDetails,
            details.clone(),
        ),
        (details_file, json!([page]), RecordKind::AuthorizationDetails, details),
    ]
}

#[test]
fn answers_are_unwrapped_to_their_items() {
    for (file, content, kind, body) in other_answers() {
        let contents = Capture::new().file(file, content.to_string()).read();
        assert_eq!(codes(&contents), Vec::<String>::new(), "{file} {content}");
        assert_eq!(bodies(&contents, &kind), [&body], "{file} {content}");
    }
}

#[test]
fn policy_documents_stay_in_the_encoding_they_came_in() {
    let encoded = "%7B%22Statement%22%3A%5B%5D%7D";
    let text = "{ \"Statement\" : [ ] }";
    let policies = json!([
        {"Arn": "arn:aws:iam::aws:policy/A", "Document": encoded},
        {"Arn": "arn:aws:iam::aws:policy/B", "Document": text},
        {"Arn": "arn:aws:iam::aws:policy/C", "Document": {"Statement": []}},
    ]);
    let contents = Capture::new().json("aws-managed-policies.json", &policies).read();
    let mut documents: Vec<_> = contents
        .records
        .iter()
        .map(|record| record.body["Document"].clone())
        .collect();
    documents.sort_by_key(Value::to_string);
    let mut wanted = vec![json!(encoded), json!(text), json!({"Statement": []})];
    wanted.sort_by_key(Value::to_string);
    assert_eq!(documents, wanted);
}

#[test]
fn authorization_details_belong_to_the_account_of_their_folder() {
    let details = json!({"RoleDetailList": [{"Arn": format!("arn:aws:iam::{MEMBER}:role/app")}]});
    let contents = Capture::new()
        .json(&format!("accounts/{MEMBER}/iam/authorization-details.json"), &details)
        .read();
    assert_eq!(contents.records[0].account.as_deref(), Some(MEMBER));
    assert_eq!(codes(&contents), Vec::<String>::new());
    let contents = Capture::new()
        .json(&format!("accounts/{HUB}/iam/authorization-details.json"), &details)
        .read();
    assert_eq!(
        codes(&contents),
        [format!(
            "accounts/{HUB}/iam/authorization-details.json account_mismatch"
        )]
    );
}

/// `(capture.json, part of the message)`
fn unusable_headers() -> Vec<(Option<Vec<u8>>, &'static str)> {
    let header = |field: &str, value: Value| {
        let mut header = json!({"format": "sv0-capture/1", "captured_at": "2026-01-31T09:00:00Z"});
        header[field] = value;
        Some(header.to_string().into_bytes())
    };
    vec![
        (None, "holds no capture.json; write one"),
        (Some(Vec::new()), "the file is empty"),
        (Some(b"{".to_vec()), "the JSON ends in its middle"),
        (Some(b"[]".to_vec()), "does not hold one JSON object"),
        (
            header("format", json!("sv0-capture/9")),
            "its \"format\" is not \"sv0-capture/1\"",
        ),
        (
            header("captured_at", json!("yesterday")),
            "its \"captured_at\" is not a time",
        ),
        (header("captured_at", Value::Null), "its \"captured_at\" is not a time"),
    ]
}

#[test]
fn a_capture_without_a_usable_header_is_an_error_that_names_file_and_fix() {
    for (header, message) in unusable_headers() {
        let capture = Capture::new();
        match header {
            Some(bytes) => std::fs::write(capture.path("capture.json"), bytes).unwrap(),
            None => std::fs::remove_file(capture.path("capture.json")).unwrap(),
        }
        let error = capture.try_read(&ReadOptions::default()).unwrap_err().to_string();
        assert!(error.contains(message) && error.contains("capture.json"), "{error}");
    }
}

#[test]
fn a_root_that_is_no_folder_is_an_error() {
    let capture = Capture::new();
    let read = |path: std::path::PathBuf| {
        crate::read_capture::<crate::testkit::EventLog>(&path, &ReadOptions::default(), &|_| {}).unwrap_err()
    };
    assert!(matches!(
        read(capture.path("capture.json")),
        CaptureError::NotAFolder { .. }
    ));
    assert!(matches!(
        read(capture.root().join("nowhere")),
        CaptureError::Root { .. }
    ));
}

#[test]
fn doubtful_header_fields_are_ignored_with_a_warning() {
    let header = json!({"format": "sv0-capture/1", "captured_at": "2026-01-31 09:00:00+00:00", "hub_account": "12", "regions": "eu-west-1",
                        "organization_id": 7});
    let contents = Capture::new().json("capture.json", &header).read();
    assert_eq!(codes(&contents), vec!["capture.json invalid_header_field"; 3]);
    assert_eq!(contents.header.partition, "aws");
    assert_eq!(
        (contents.header.hub_account, contents.header.organization_id),
        (None, None)
    );
}
