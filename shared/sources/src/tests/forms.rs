//! Every form in which the AWS CLI, a shell or an editor may have left an answer.

use serde_json::{Value, json};
use sv0_model::record::RecordKind;

use crate::testkit::{Capture, HUB, MEMBER, account, bodies, codes, gzip, lines, utf16le, zstd};
use crate::{CaptureError, ReadOptions};

/// A way to write down the same two accounts.
struct Form {
    what: &'static str,
    file: String,
    bytes: Vec<u8>,
}

fn form(what: &'static str, suffix: &str, bytes: impl Into<Vec<u8>>) -> Form {
    Form {
        what,
        file: format!("organizations/accounts{suffix}"),
        bytes: bytes.into(),
    }
}

fn document() -> Value {
    json!({"Accounts": [account(HUB), account(MEMBER)]})
}

fn documents() -> Vec<Form> {
    let (one, two) = (account(HUB), account(MEMBER));
    let document = document();
    let first = json!({"Accounts": [one], "NextToken": "more"});
    let second = json!({"Accounts": [two]});
    let described = [json!({"Account": one}), json!({"Account": two})];
    vec![
        form("a document", ".json", format!("{document:#}")),
        form("a document on one line", ".json", document.to_string()),
        form("a document under .ndjson", ".ndjson", format!("{document:#}")),
        form("a list", ".json", json!([one, two]).to_string()),
        form("pages in a list", ".json", json!([first, second]).to_string()),
        form("pages one after the other", ".json", format!("{first:#}\n{second:#}\n")),
        form("pages in reverse", ".json", format!("{second}{first}")),
        form("a description of each", ".json", lines(&described)),
        form("every account twice", ".json", json!([document, document]).to_string()),
    ]
}

fn lines_of_accounts() -> Vec<Form> {
    let (one, two) = (account(HUB), account(MEMBER));
    let ndjson = lines(&[one.clone(), two.clone()]);
    let strings = [Value::from(one.to_string()), Value::from(two.to_string())];
    let spaced = format!("\r\n{}\r\n", ndjson.replace('\n', "\r\n\r\n"));
    vec![
        form("lines", ".ndjson", ndjson.clone()),
        form("lines under .json", ".json", ndjson.clone()),
        form("lines of JSON strings", ".ndjson", lines(&strings)),
        form("no newline at the end", ".ndjson", ndjson.trim_end()),
        form("blank lines and CRLF", ".ndjson", spaced),
        form("UTF-16 lines", ".ndjson", utf16le(&ndjson)),
        form("zstd lines", ".ndjson.zst", zstd(&ndjson)),
        form(
            "gzip of two members",
            ".ndjson.gz",
            [gzip(one.to_string() + "\n"), gzip(two.to_string())].concat(),
        ),
    ]
}

fn encodings() -> Vec<Form> {
    let pretty = format!("{:#}", document());
    vec![
        form("a UTF-8 byte order mark", ".json", format!("\u{FEFF}{pretty}")),
        form("UTF-16 of PowerShell", ".json", utf16le(&pretty.replace('\n', "\r\n"))),
        form("UTF-16 without a mark", ".json", utf16le(&pretty).split_off(2)),
        form("gzip", ".json.gz", gzip(&pretty)),
        form("zstd", ".json.zst", zstd(&pretty)),
        form("gzip under a plain name", ".json", gzip(&pretty)),
        form("decompressed on its way", ".json.gz", pretty),
    ]
}

#[test]
fn every_form_of_an_answer_gives_the_same_records() {
    let expected: Vec<_> = Capture::new()
        .json("organizations/accounts.json", &json!([account(HUB), account(MEMBER)]))
        .read()
        .records;
    assert_eq!(expected.len(), 2);
    for Form { what, file, bytes } in documents().into_iter().chain(lines_of_accounts()).chain(encodings()) {
        let contents = Capture::new().file(&file, bytes).read();
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

/// `(file, content, kind, body)`
type Answer = (&'static str, Value, RecordKind, Value);

fn answers_of_organizations() -> Vec<Answer> {
    let organization = json!({"Id": "o-exampleorgid", "MasterAccountId": HUB});
    let tree = json!({"Roots": [{"Id": "r-ab12"}], "OrganizationalUnits": [],
                      "Parents": [{"ChildId": HUB, "ParentId": "r-ab12"}]});
    let administrator = json!({"Id": HUB, "Services": []});
    let resource_policy = json!({"ResourcePolicySummary": {"Id": "rp-1"}, "Content": "{}"});
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
            "organizations/delegated-administrators.json",
            json!({"DelegatedAdministrators": [administrator]}),
            RecordKind::DelegatedAdministrator,
            administrator,
        ),
        (
            "organizations/resource-policy.json",
            json!({"ResourcePolicy": resource_policy}),
            RecordKind::OrganizationResourcePolicy,
            resource_policy,
        ),
    ]
}

fn answers_of_policies() -> Vec<Answer> {
    let summary = json!({"Id": "p-1", "Type": "SERVICE_CONTROL_POLICY", "Name": "guard"});
    let flat = json!({"Id": "p-1", "Type": "SERVICE_CONTROL_POLICY", "Name": "guard",
                      "Content": "{}", "Targets": ["ou-ab12-1", "r-ab12"]});
    let described = json!({"PolicySummary": summary, "Content": "{}",
                           "Targets": [{"TargetId": "r-ab12"}, {"TargetId": "ou-ab12-1"}]});
    let arn = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    let managed = json!({"Arn": arn, "VersionId": "v1", "Document": {"Statement": []}});
    let version = json!({"VersionId": "v1", "Document": {"Statement": []}});
    let wrapped = json!({"Arn": arn, "Response": {"PolicyVersion": version}});
    let policies = "organizations/policies.json";
    let managed_policies = "aws-managed-policies.ndjson";
    vec![
        (
            policies,
            json!({"Policies": [flat]}),
            RecordKind::OrganizationPolicy,
            flat.clone(),
        ),
        (
            policies,
            json!({"Policy": described}),
            RecordKind::OrganizationPolicy,
            flat,
        ),
        (
            managed_policies,
            managed.clone(),
            RecordKind::AwsManagedPolicy,
            managed.clone(),
        ),
        (managed_policies, wrapped, RecordKind::AwsManagedPolicy, managed),
    ]
}

fn answers_of_accounts() -> Vec<Answer> {
    let trail = json!({"TrailARN": "arn:aws:cloudtrail:eu-west-1:111122223333:trail/all"});
    let full_trail = json!({"Trail": trail, "Status": {"IsLogging": true}});
    let details = json!({"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [], "Policies": []});
    let mut page = details.clone();
    page["IsTruncated"] = json!(false);
    let file = "accounts/111122223333/iam/authorization-details.json";
    vec![
        (
            "cloudtrail/trails.json",
            json!({"trailList": [trail]}),
            RecordKind::Trail,
            json!({"Trail": trail}),
        ),
        (
            "cloudtrail/trails.ndjson",
            full_trail.clone(),
            RecordKind::Trail,
            full_trail,
        ),
        (file, details.clone(), RecordKind::AuthorizationDetails, details.clone()),
        (file, json!([page]), RecordKind::AuthorizationDetails, details),
    ]
}

#[test]
fn answers_are_unwrapped_to_their_items() {
    for (file, content, kind, body) in
        [answers_of_organizations(), answers_of_policies(), answers_of_accounts()].concat()
    {
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
