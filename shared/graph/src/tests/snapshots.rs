//! AWS managed policies whose text the capture does not hold.

use serde_json::{Value, json};
use sv0_model::diagnostic::Severity;
use sv0_model::graph::{EdgeKind, Resolution};
use sv0_model::record::RecordKind;

use super::*;

const S3_READ: &str = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
/// Its version in the snapshot.
const S3_READ_VERSION: &str = "v3";

fn role_with(attached: &[&str], boundary: Option<&str>) -> Value {
    let attached: Vec<Value> = attached
        .iter()
        .map(|arn| json!({ "PolicyArn": arn, "PolicyName": "x" }))
        .collect();
    let boundary = boundary.map(|arn| json!({ "PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn }));
    json!({ "RoleDetailList": [{ "Arn": role_arn("app"), "RoleName": "app", "AttachedManagedPolicies": attached,
        "PermissionsBoundary": boundary }] })
}

/// A capture in which role `app` holds AmazonS3ReadOnlyAccess, and one row of `aws-managed-policies.ndjson`.
fn with_row(row: Value) -> Capture {
    Capture::new().details(role_with(&[S3_READ], None)).add(
        RecordKind::AwsManagedPolicy,
        "aws-managed-policies.ndjson",
        None,
        "2015-01-01T00:00:00Z",
        row,
    )
}

fn is_from_snapshot(capture: &Capture, arn: &str) -> bool {
    policy(&capture.graph(), arn).snapshot.is_some()
}

#[test]
fn a_policy_that_is_only_named_has_the_text_of_the_snapshot_and_says_so() {
    let output = Capture::new().details(role_with(&[S3_READ], None)).normalise();
    let record = policy(&output.graph, S3_READ);
    let document = record.document.as_ref().unwrap();
    assert_eq!(document["Statement"][0]["Action"][0], "s3:Get*");
    assert_eq!(record.sha256.as_deref(), Some(sha256_of_json(document).as_str()));
    assert_eq!(record.version_id.as_deref(), Some(S3_READ_VERSION));
    assert_eq!(
        (record.captured_at, &record.origin),
        (None, &None),
        "the capture says nothing of the text"
    );

    let snapshot = record.snapshot.as_ref().unwrap();
    assert!(
        snapshot.date.starts_with("20") && snapshot.source.starts_with("moto "),
        "{snapshot:?}"
    );
    assert_eq!(entity(&output.graph, S3_READ).resolution, Resolution::Referenced);

    let [diagnostic] = output.diagnostics.as_slice() else {
        panic!("{:?}", output.diagnostics)
    };
    assert_eq!(diagnostic.code, "managed_policies_from_snapshot");
    assert_eq!(diagnostic.severity, Severity::Warning);
    let want = format!(
        "the text of 1 AWS managed policy comes from the snapshot of {}, not from the account: AmazonS3ReadOnlyAccess v3",
        snapshot.date
    );
    assert_eq!(diagnostic.message, want);
}

#[test]
fn a_permissions_boundary_as_well() {
    let power_user = "arn:aws:iam::aws:policy/PowerUserAccess";
    let graph = Capture::new().details(role_with(&[], Some(power_user))).graph();
    assert_eq!(ends(&graph, &role_arn("app"), EdgeKind::SubjectTo).len(), 1);
    assert!(policy(&graph, power_user).snapshot.is_some());
}

#[test]
fn a_text_of_the_capture_wins_whatever_its_age_and_version() {
    for version in [json!("v1"), json!("v999"), Value::Null] {
        let own = json!({ "Arn": S3_READ, "VersionId": version, "Document": allows("s3:GetObject") });
        let graph = with_row(own).graph();
        let record = policy(&graph, S3_READ);
        assert_eq!(record.document, Some(allows("s3:GetObject")), "{version}");
        assert_eq!(record.snapshot, None, "{version}");
    }
    let in_details = json!({ "Policies": [{ "Arn": S3_READ, "PolicyName": "AmazonS3ReadOnlyAccess", "DefaultVersionId": "v1",
        "PolicyVersionList": [{ "VersionId": "v1", "IsDefaultVersion": true, "Document": allows("s3:GetObject") }] }] });
    let capture = Capture::new().details(role_with(&[S3_READ], None)).details(in_details);
    assert!(!is_from_snapshot(&capture, S3_READ));
    assert!(capture.normalise().diagnostics.is_empty());
}

#[test]
fn where_the_capture_names_a_version_only_its_text_will_do() {
    let cases = [
        (json!({ "Arn": S3_READ, "VersionId": S3_READ_VERSION }), true),
        (json!({ "Arn": S3_READ }), true),
        (json!({ "Arn": S3_READ, "VersionId": "v2" }), false),
        (json!({ "Arn": S3_READ, "VersionId": "v999" }), false),
    ];
    for (row, want) in cases {
        assert_eq!(is_from_snapshot(&with_row(row.clone()), S3_READ), want, "{row}");
    }
}

#[test]
fn what_the_snapshot_cannot_know_stays_without_a_text() {
    for arn in [
        "arn:aws:iam::aws:policy/ReleasedTomorrow",
        "arn:aws-us-gov:iam::aws:policy/AdministratorAccess",
        "arn:aws-cn:iam::aws:policy/AdministratorAccess",
        "arn:aws:iam::111111111111:policy/AdministratorAccess",
    ] {
        let output = Capture::new().details(role_with(&[arn], None)).normalise();
        let record = policy(&output.graph, arn);
        assert_eq!((&record.document, &record.snapshot), (&None, &None), "{arn}");
        assert!(output.diagnostics.is_empty(), "{arn}: {:?}", output.diagnostics);
    }
}

#[test]
fn nobody_is_told_of_a_snapshot_that_nothing_rests_on() {
    let own = json!({ "RoleDetailList": [{ "Arn": role_arn("app"), "RoleName": "app",
        "RolePolicyList": [{ "PolicyName": "own", "PolicyDocument": allows("s3:*") }] }] });
    assert!(Capture::new().details(own).normalise().diagnostics.is_empty());
}
