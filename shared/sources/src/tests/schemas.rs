//! The JSON Schemas of a capture's files and the reader accept the same.

use std::path::{Path, PathBuf};

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::diagnostics::FileDiagnostics;
use crate::layout::{FileKind, IdentityCenterFile};
use crate::plan::plan;
use crate::spoke::{NAMES, SpokeName};
use crate::testkit::{Capture, HUB, REGION, assert_copies, codes, read_folder};
use crate::values::read_values;
use crate::{CopyOptions, Limits, copy_capture};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The schema of that name; of `spoke-items`, the part of it for `<service>/<what>`.
fn schema(name: &str) -> Validator {
    match name.strip_prefix("spoke-items/") {
        Some(of) => {
            let root = document("spoke-items");
            assert!(root["$defs"][of].is_object(), "{of} has no schema");
            let part = json!({"$ref": format!("#/$defs/{}", of.replace('/', "~1")), "$defs": root["$defs"]});
            jsonschema::draft202012::new(&part).unwrap()
        }
        None => jsonschema::draft202012::new(&document(name)).unwrap(),
    }
}

fn document(name: &str) -> Value {
    let path = repository().join(format!("docs/schemas/capture/{name}.schema.json"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let schema: Value = serde_json::from_str(&text).unwrap();
    jsonschema::draft202012::meta::validate(&schema).unwrap_or_else(|error| panic!("{name}: {error}"));
    schema
}

fn schema_of(kind: &FileKind) -> String {
    let name = match kind {
        FileKind::SpokeItems { name, .. } => return format!("spoke-items/{}/{}", name.service, name.what),
        FileKind::CredentialReport { .. } => "credential-report",
        FileKind::LastAccessed { .. } => "last-accessed",
        FileKind::SecurityHubFindings => "securityhub-findings",
        FileKind::Analyzers => "analyzers",
        FileKind::AnalyzerFindings => "analyzer-findings",
        FileKind::ConfigAggregator => "aggregator",
        FileKind::AthenaRows { .. } => "athena-rows",
        FileKind::Header => "capture",
        FileKind::Organization => "organization",
        FileKind::Accounts => "accounts",
        FileKind::OrganizationTree => "tree",
        FileKind::OrganizationPolicies => "policies",
        FileKind::DelegatedAdministrators => "delegated-administrators",
        FileKind::OrganizationResourcePolicy => "resource-policy",
        FileKind::AwsManagedPolicies => "aws-managed-policies",
        FileKind::ConfigItems { .. } => "config-items",
        FileKind::ConfigRecorders { .. } => "recorders",
        FileKind::AuthorizationDetails { .. } => "authorization-details",
        FileKind::AccountStatus { .. } => "status",
        FileKind::IdentityCenter(IdentityCenterFile::Instances) => "identity-center-instances",
        FileKind::IdentityCenter(IdentityCenterFile::PermissionSets) => "identity-center-permission-sets",
        FileKind::IdentityCenter(IdentityCenterFile::Assignments) => "identity-center-assignments",
        FileKind::IdentityCenter(IdentityCenterFile::Users) => "identity-center-users",
        FileKind::IdentityCenter(IdentityCenterFile::Groups) => "identity-center-groups",
        FileKind::IdentityCenter(IdentityCenterFile::Memberships) => "identity-center-memberships",
        FileKind::KeyGrants { .. } => "grants",
        FileKind::Trails => "trails",
        FileKind::CloudTrailLog { .. } => "cloudtrail-log",
        FileKind::Coverage => "coverage",
    };
    name.to_owned()
}

/// Contents of a file that its schema and the reader must accept, and such that both must refuse.
#[derive(serde::Deserialize)]
struct Case {
    schema: String,
    file: String,
    right: Vec<Value>,
    wrong: Vec<Value>,
}

#[test]
fn schemas_and_reader_accept_and_refuse_the_same() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("schema_cases.json")).unwrap();
    for Case {
        schema: name,
        file,
        right,
        wrong,
    } in cases
    {
        let schema = schema(&name);
        let right = right.iter().map(|content| (content, 0));
        let wrong = wrong.iter().map(|content| (content, 1));
        for (content, diagnostics) in right.chain(wrong) {
            assert_eq!(schema.is_valid(content), diagnostics == 0, "{name}: {content}");
            let contents = Capture::new().file(&file, content.to_string()).read();
            assert_eq!(
                contents.diagnostics.len(),
                diagnostics,
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
    assert_forms(&repository().join("examples/acme/capture"));
}

#[test]
fn every_file_of_a_copy_of_the_example_has_the_form_of_its_schema() {
    let out = tempfile::TempDir::new().unwrap();
    let example = repository().join("examples/acme/capture");
    copy_capture(&example, out.path(), &CopyOptions::default(), &|_| {}).unwrap();
    assert_forms(out.path());
    assert_copies(&example, &read_folder(&example));
}

fn assert_forms(root: &Path) {
    let root = std::fs::canonicalize(root).unwrap();
    let files = plan(&root, &Limits::default()).files;
    assert!(files.len() > 20, "{}", files.len());
    for file in files {
        let schema = schema(&schema_of(&file.kind));
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

#[test]
fn every_name_of_a_spoke_file_has_its_schema() {
    let root = document("spoke-items");
    let described: Vec<&str> = root["$defs"].as_object().unwrap().keys().map(String::as_str).collect();
    let names: Vec<String> = NAMES.iter().map(SpokeName::redaction_type).collect();
    for name in &names {
        assert!(described.contains(&name.as_str()), "{name}");
        schema(&format!("spoke-items/{name}"));
    }
    let others = described
        .iter()
        .filter(|name| name.contains('/') && !name.ends_with(" item"));
    assert_eq!(others.count(), names.len());
}
