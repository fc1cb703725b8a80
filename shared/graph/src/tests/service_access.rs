//! Services last accessed.

use serde_json::{Value, json};
use sv0_model::record::RecordKind;

use super::{Capture, DEV, codes, role_arn, time};

fn answer(capture: Capture, body: Value) -> Capture {
    let object = format!("accounts/{DEV}/iam/last-accessed.ndjson");
    capture.add(
        RecordKind::ServiceLastAccessed,
        &object,
        Some(DEV),
        "2026-03-01T00:00:00Z",
        body,
    )
}

fn completed(services: Value) -> Value {
    json!({"Arn": role_arn("app"), "JobStatus": "COMPLETED", "JobType": "ACTION_LEVEL", "JobCompletionDate": "2026-03-01T00:00:00Z",
           "ServicesLastAccessed": services, "IsTruncated": false})
}

fn services() -> Value {
    json!([
        {"ServiceName": "Amazon S3", "ServiceNamespace": "s3", "LastAuthenticated": "2026-02-01T00:00:00+00:00",
         "LastAuthenticatedRegion": "eu-west-1", "TotalAuthenticatedEntities": 1,
         "TrackedActionsLastAccessed": [{"ActionName": "ListAllMyBuckets", "LastAccessedTime": "2026-02-01T00:00:00+00:00"}, {"ActionName": "PutBucketPolicy"}]},
        {"ServiceName": "AWS Lambda", "ServiceNamespace": "lambda", "TotalAuthenticatedEntities": 0},
    ])
}

#[test]
fn every_service_is_a_row() {
    let wrapped = {
        let mut body = completed(services());
        let arn = body.as_object_mut().unwrap().remove("Arn");
        json!({"Arn": arn, "Response": body})
    };
    for body in [completed(services()), wrapped] {
        let graph = answer(Capture::new(), body).graph();
        let [lambda, s3] = graph.service_access.as_slice() else {
            panic!("{:#?}", graph.service_access);
        };
        assert_eq!((lambda.service.as_str(), lambda.last_authenticated), ("lambda", None));
        assert_eq!(lambda.reported_at, Some(time("2026-03-01T00:00:00Z")));
        assert_eq!(s3.last_authenticated, Some(time("2026-02-01T00:00:00Z")));
        assert_eq!(s3.last_authenticated_region.as_deref(), Some("eu-west-1"));
        assert_eq!(s3.actions["PutBucketPolicy"], None);
        assert_eq!(s3.actions["ListAllMyBuckets"], Some(time("2026-02-01T00:00:00Z")));
    }
}

#[test]
fn the_newest_report_counts() {
    let old = json!([{"ServiceNamespace": "lambda", "LastAuthenticated": "2025-02-01T00:00:00+00:00"}]);
    let older = Capture::new().add(
        RecordKind::ServiceLastAccessed,
        "accounts/1/iam/last-accessed.ndjson",
        Some(DEV),
        "2026-01-01T00:00:00Z",
        completed(old),
    );
    let graph = answer(older, completed(services())).graph();
    assert_eq!(graph.service_access.len(), 2);
    assert_eq!(graph.service_access[0].last_authenticated, None);
}

#[test]
fn a_report_that_is_not_complete_tells_nothing() {
    for (body, code) in [
        (
            json!({"Arn": role_arn("app"), "JobStatus": "IN_PROGRESS", "ServicesLastAccessed": services()}),
            "last_accessed_not_completed",
        ),
        (
            json!({"Arn": role_arn("app"), "JobStatus": "FAILED", "Error": {"Code": "x"}}),
            "last_accessed_not_completed",
        ),
        (
            json!({"Arn": role_arn("app"), "JobStatus": "COMPLETED", "Error": {"Code": "x"}, "ServicesLastAccessed": services()}),
            "last_accessed_not_completed",
        ),
        (
            json!({"Arn": role_arn("app"), "ServicesLastAccessed": services()}),
            "last_accessed_not_completed",
        ),
        (
            json!({"JobStatus": "COMPLETED", "ServicesLastAccessed": services()}),
            "last_accessed_without_arn",
        ),
        (
            completed(json!([{"ServiceNamespace": 3}, 4, {"ServiceNamespace": "x".repeat(500)}])),
            "last_accessed_without_service",
        ),
    ] {
        let output = answer(Capture::new(), body.clone()).normalise();
        assert!(output.graph.service_access.is_empty(), "{body}");
        assert_eq!(codes(&output), [code], "{body}");
    }
}
