use serde_json::{Value, json};
use sv0_model::graph::SignalSource;
use sv0_model::record::RecordKind;

use super::{Capture, DEV, OUTSIDER};

fn analyzer(id: &str, finding_type: &str, resource: &str, status: &str, details: &Value) -> Value {
    json!({ "id": id, "findingType": finding_type, "resource": resource, "resourceOwnerAccount": DEV, "status": status, "findingDetails": [details] })
}

fn hub(id: &str, product: &str, resource: &str, fields: &Value) -> Value {
    let mut body = json!({ "Id": id, "ProductArn": format!("arn:aws:securityhub:eu-west-1::product/aws/{product}"), "AwsAccountId": DEV, "RecordState": "ACTIVE",
        "Types": ["Effects/Data Exposure/External Access Granted"], "Resources": [{ "Type": "AwsS3Bucket", "Id": resource }] });
    body.as_object_mut()
        .unwrap()
        .extend(fields.as_object().unwrap().clone());
    body
}

fn signals(records: Vec<(RecordKind, Value)>) -> Vec<(SignalSource, String, String, bool)> {
    let capture = records.into_iter().fold(Capture::new(), |capture, (kind, body)| {
        capture.add(kind, "findings.ndjson", None, "2026-03-01T00:00:00Z", body)
    });
    capture
        .graph()
        .signals
        .into_iter()
        .map(|signal| (signal.source, signal.id, signal.finding_type, signal.is_active))
        .collect()
}

#[test]
fn what_security_hub_copied_from_access_analyzer_stands_once() {
    let bucket = "arn:aws:s3:::b";
    let own = || {
        (
            RecordKind::AnalyzerFinding,
            analyzer("a1", "ExternalAccess", bucket, "ACTIVE", &json!({})),
        )
    };
    let closed = || {
        (
            RecordKind::AnalyzerFinding,
            analyzer("a1", "ExternalAccess", bucket, "RESOLVED", &json!({})),
        )
    };
    let copy = || {
        (
            RecordKind::SecurityHubFinding,
            hub("h1", "access-analyzer", bucket, &json!({})),
        )
    };
    let other = || {
        (
            RecordKind::SecurityHubFinding,
            hub("h2", "access-analyzer", "arn:aws:s3:::c", &json!({})),
        )
    };
    let control = || {
        let fields = json!({ "Compliance": { "Status": "FAILED", "SecurityControlId": "S3.8" } });
        (
            RecordKind::SecurityHubFinding,
            hub("h3", "securityhub", bucket, &fields),
        )
    };
    let ids = |records: Vec<(RecordKind, Value)>| -> Vec<String> {
        signals(records).into_iter().map(|(_, id, ..)| id).collect()
    };
    assert_eq!(ids(vec![own(), copy(), other(), control()]), ["a1", "h2", "h3"]);
    assert_eq!(ids(vec![closed(), copy()]), ["a1"]);
    assert_eq!(ids(vec![copy()]), ["h1"]);
    let kinds: Vec<String> = signals(vec![copy(), control()])
        .into_iter()
        .map(|(.., kind, _)| kind)
        .collect();
    assert_eq!(kinds, ["ExternalAccess", "S3.8"]);
}

#[test]
fn a_closed_finding_says_that_it_is_closed() {
    for (fields, want) in [
        (json!({}), true),
        (json!({ "RecordState": "ARCHIVED" }), false),
        (json!({ "Workflow": { "Status": "SUPPRESSED" } }), false),
        (json!({ "Workflow": { "Status": "RESOLVED" } }), false),
        (json!({ "Workflow": { "Status": "NOTIFIED" } }), true),
        (json!({ "Compliance": { "Status": "PASSED" } }), false),
    ] {
        let found = signals(vec![(
            RecordKind::SecurityHubFinding,
            hub("h", "securityhub", "arn:aws:s3:::b", &fields),
        )]);
        assert_eq!(found[0].3, want, "{fields}");
    }
    for (status, want) in [("ACTIVE", true), ("ARCHIVED", false), ("RESOLVED", false)] {
        let body = analyzer("a", "UnusedIAMRole", "arn:aws:iam::1:role/r", status, &json!({}));
        assert_eq!(
            signals(vec![(RecordKind::AnalyzerFinding, body)])[0].3,
            want,
            "{status}"
        );
    }
}

#[test]
fn details_name_principals_and_actions() {
    for (details, principals, actions, is_public) in [
        (
            json!({ "externalAccessDetails": { "isPublic": false, "principal": { "AWS": OUTSIDER }, "action": ["s3:PutObject", "s3:GetObject"] } }),
            vec![OUTSIDER],
            vec!["s3:GetObject", "s3:PutObject"],
            Some(false),
        ),
        (
            json!({ "unusedPermissionDetails": { "serviceNamespace": "dynamodb" } }),
            vec![],
            vec!["dynamodb:*"],
            None,
        ),
        (
            json!({ "unusedPermissionDetails": { "serviceNamespace": "s3", "actions": [{ "action": "s3:GetObject" }] } }),
            vec![],
            vec!["s3:GetObject"],
            None,
        ),
        (json!("nonsense"), vec![], vec![], None),
    ] {
        let body = analyzer("a", "X", "r", "ACTIVE", &details);
        let graph = Capture::new()
            .add(RecordKind::AnalyzerFinding, "f", None, "2026-03-01T00:00:00Z", body)
            .graph();
        let signal = &graph.signals[0];
        assert_eq!(
            (&signal.principals[..], &signal.actions[..]),
            (
                &principals.iter().map(|p| (*p).to_owned()).collect::<Vec<_>>()[..],
                &actions.iter().map(|a| (*a).to_owned()).collect::<Vec<_>>()[..]
            ),
            "{details}"
        );
        assert_eq!(signal.is_public, is_public, "{details}");
    }
}

#[test]
fn what_the_analyzer_could_not_read_is_open_to_nobody() {
    let finding = |fields: Value| {
        let mut body = analyzer("a", "ExternalAccess", "arn:aws:s3:::b", "ACTIVE", &json!({}));
        body.as_object_mut()
            .unwrap()
            .extend(fields.as_object().unwrap().clone());
        let capture = Capture::new().add(
            RecordKind::AnalyzerFinding,
            "findings.ndjson",
            None,
            "2026-03-01T00:00:00Z",
            body,
        );
        let output = capture.normalise();
        let codes: Vec<String> = output.diagnostics.iter().map(|found| found.code.clone()).collect();
        (output.graph.signals[0].is_active, codes)
    };
    for (fields, is_active, codes) in [
        (json!({}), true, vec![]),
        (json!({ "error": "ACCESS_DENIED" }), false, vec![]),
        (json!({ "status": "Active" }), true, vec![]),
        (json!({ "status": "Archived" }), false, vec![]),
        (json!({ "status": "PONDERING" }), true, vec!["unknown_finding_status"]),
        (json!({ "findingType": "InternalAccess" }), true, vec![]),
        (
            json!({ "findingType": "FutureKind" }),
            true,
            vec!["unknown_finding_type"],
        ),
    ] {
        let codes: Vec<String> = codes.into_iter().map(str::to_owned).collect();
        assert_eq!(finding(fields.clone()), (is_active, codes), "{fields}");
    }
}
