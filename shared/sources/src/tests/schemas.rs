//! The JSON Schemas of a capture's files and the reader accept the same.

use std::path::{Path, PathBuf};

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::Limits;
use crate::diagnostics::FileDiagnostics;
use crate::layout::FileKind;
use crate::plan::plan;
use crate::testkit::{Capture, HUB, MEMBER, REGION, account, bucket, codes, event};
use crate::values::read_values;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn schema(name: &str) -> Validator {
    let path = repository().join(format!("docs/schemas/capture/{name}.schema.json"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let schema: Value = serde_json::from_str(&text).unwrap();
    jsonschema::draft202012::meta::validate(&schema).unwrap_or_else(|error| panic!("{name}: {error}"));
    jsonschema::draft202012::new(&schema).unwrap()
}

fn schema_of(kind: &FileKind) -> &'static str {
    match kind {
        FileKind::Header => "capture",
        FileKind::Organization => "organization",
        FileKind::Accounts => "accounts",
        FileKind::OrganizationTree => "tree",
        FileKind::OrganizationPolicies => "policies",
        FileKind::DelegatedAdministrators => "delegated-administrators",
        FileKind::OrganizationResourcePolicy => "resource-policy",
        FileKind::AwsManagedPolicies => "aws-managed-policies",
        FileKind::ConfigItems { .. } => "config-items",
        FileKind::ConfigRecorders => "recorders",
        FileKind::AuthorizationDetails { .. } => "authorization-details",
        FileKind::AccountStatus { .. } => "status",
        FileKind::Trails => "trails",
        FileKind::CloudTrailLog { .. } => "cloudtrail-log",
        FileKind::Coverage => "coverage",
    }
}

/// `(schema, file, contents that are right, contents that are wrong)`
fn samples() -> Vec<(&'static str, String, Vec<Value>, Vec<Value>)> {
    let managed = json!({"Arn": "arn:aws:iam::aws:policy/A", "Document": {"Statement": []}});
    let wrapped = json!({"Arn": "arn:aws:iam::aws:policy/A", "Response": {"PolicyVersion": {"Document": "%7B%7D"}}});
    let trail = json!({"TrailARN": "arn:aws:cloudtrail:eu-west-1:111122223333:trail/all", "Name": "all"});
    let row = json!({"account": MEMBER, "region": REGION, "source": "cloudtrail:logs", "status": "ok"});
    let text = Value::from(bucket("a").to_string());
    vec![
        (
            "organization",
            "organizations/organization.json".into(),
            vec![json!({"Organization": {"Id": "o-a"}}), json!({"Id": "o-a"})],
            vec![json!({}), json!({"Id": 7}), json!("x")],
        ),
        (
            "accounts",
            "organizations/accounts.json".into(),
            vec![
                json!({"Accounts": [account(HUB)]}),
                json!([account(HUB)]),
                json!({"Account": account(HUB)}),
                json!([{"Accounts": []}]),
            ],
            vec![json!({"Accounts": [{"Id": "1"}]}), json!([7]), json!({"Id": 7})],
        ),
        (
            "tree",
            "organizations/tree.json".into(),
            vec![json!({"Roots": [{"Id": "r-1"}]}), json!({"Parents": []})],
            vec![json!({}), json!({"Roots": {}})],
        ),
        (
            "policies",
            "organizations/policies.json".into(),
            vec![
                json!({"Policies": [{"Id": "p-1", "Content": "{}", "Targets": ["r-1"]}]}),
                json!([{"Policy": {"PolicySummary": {"Id": "p-1"}, "Content": {}}}]),
            ],
            vec![json!([{"Id": "p-1"}]), json!([{"Content": "{}"}])],
        ),
        (
            "delegated-administrators",
            "organizations/delegated-administrators.json".into(),
            vec![
                json!({"DelegatedAdministrators": [{"Id": HUB, "Services": [{"ServicePrincipal": "config.amazonaws.com"}]}]}),
            ],
            vec![json!([{"Id": "x"}])],
        ),
        (
            "resource-policy",
            "organizations/resource-policy.json".into(),
            vec![json!({"ResourcePolicy": {"Content": "{}"}})],
            vec![json!({"ResourcePolicy": {}})],
        ),
        (
            "aws-managed-policies",
            "aws-managed-policies.ndjson".into(),
            vec![managed, wrapped],
            vec![json!({"Arn": "x"}), json!({"Document": {}})],
        ),
        (
            "config-items",
            "config/AWS-S3-Bucket.ndjson".into(),
            vec![
                bucket("a"),
                text.clone(),
                json!({"Results": [text]}),
                json!({"baseless": 1, "Arn": format!("arn:aws:lambda:eu-west-1:{MEMBER}:function:f")}),
                json!({"BaseConfigurationItems": [bucket("a")]}),
                json!([bucket("a")]),
            ],
            vec![
                json!({"accountId": MEMBER}),
                json!({"accountId": "1", "arn": "arn:aws:s3:::a"}),
                json!({"arn": "arn:aws:s3:::a"}),
                json!("x"),
                json!(7),
            ],
        ),
        (
            "recorders",
            "config/recorders.ndjson".into(),
            vec![
                json!({"AccountId": HUB, "Region": REGION, "ConfigurationRecorders": [{"name": "a"}], "ConfigurationRecordersStatus": [{"name": "a", "recording": true}]}),
            ],
            vec![json!({"Region": REGION}), json!(7)],
        ),
        (
            "authorization-details",
            format!("accounts/{MEMBER}/iam/authorization-details.json"),
            vec![
                json!({"RoleDetailList": []}),
                json!([{"Policies": [], "IsTruncated": false}]),
            ],
            vec![json!({}), json!({"RoleDetailList": {}})],
        ),
        (
            "trails",
            "cloudtrail/trails.ndjson".into(),
            vec![json!({"Trail": trail}), trail.clone(), json!({"trailList": [trail]})],
            vec![json!({"Name": "x"}), json!({"Trail": 7})],
        ),
        (
            "cloudtrail-log",
            format!("cloudtrail/AWSLogs/{MEMBER}/CloudTrail/{REGION}/2026/01/30/a.json"),
            vec![json!({"Records": [event("1")]}), json!({"Records": []})],
            vec![
                json!({"Records": [{"eventID": "1"}]}),
                json!({"Records": {}}),
                json!({}),
            ],
        ),
        (
            "coverage",
            "coverage.ndjson".into(),
            vec![row.clone()],
            vec![
                json!({"account": MEMBER}),
                json!({"account": "x", "region": "", "source": "", "status": "ok"}),
            ],
        ),
        (
            "status",
            format!("accounts/{MEMBER}/status.json"),
            vec![row, json!({"status": "revoked", "error_code": "AccessDenied"})],
            vec![json!({}), json!({"status": "fine"})],
        ),
    ]
}

#[test]
fn schemas_and_reader_accept_and_refuse_the_same() {
    for (name, file, right, wrong) in samples() {
        let schema = schema(name);
        let cases = right
            .iter()
            .map(|content| (content, true))
            .chain(wrong.iter().map(|content| (content, false)));
        for (content, is_right) in cases {
            assert_eq!(schema.is_valid(content), is_right, "{name}: {content}");
            let contents = Capture::new().file(&file, content.to_string()).read();
            assert_eq!(
                codes(&contents).is_empty(),
                is_right,
                "{file}: {content} {:?}",
                codes(&contents)
            );
        }
    }
}

#[test]
fn the_header_has_a_schema_too() {
    let schema = schema("capture");
    let header = json!({"format": "sv0-capture/1", "partition": "aws", "hub_account": HUB, "organization_id": null,
                        "captured_at": "2026-01-31T09:00:00Z", "regions": [REGION]});
    assert!(schema.is_valid(&header));
    for (field, value) in [
        ("format", json!("x")),
        ("hub_account", json!("1")),
        ("regions", json!("x")),
        ("captured_at", json!(null)),
    ] {
        let mut header = header.clone();
        header[field] = value;
        assert!(!schema.is_valid(&header), "{header}");
    }
}

#[test]
fn every_file_of_the_example_has_the_form_of_its_schema() {
    let root = std::fs::canonicalize(repository().join("examples/acme/capture")).unwrap();
    let files = plan(&root, &Limits::default()).files;
    assert!(files.len() > 20, "{}", files.len());
    for file in files {
        let schema = schema(schema_of(&file.kind));
        let mut diagnostics = FileDiagnostics::new(&file.key, 20);
        read_values(&file, &Limits::default(), &mut diagnostics, &mut |located, _| {
            let errors: Vec<String> = schema
                .iter_errors(&located.value)
                .map(|error| error.to_string())
                .collect();
            assert!(errors.is_empty(), "{}:{:?} {errors:?}", file.key, located.line);
        });
        assert!(diagnostics.finish().is_empty());
    }
}
