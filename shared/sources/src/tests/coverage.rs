//! The ledger: recorded or derived, and never better than the files.

use serde_json::{Value, json};
use sv0_model::coverage::CoverageStatus::{
    self, Denied, Disabled, Failed, Missing, NotObservable, NotRecorded, Ok, Partial, Revoked,
};

use crate::testkit::{Capture, HUB, MEMBER, REGION, account, bucket, codes, coverage, status};

const BUCKETS: &str = "config:AWS::S3::Bucket";
const DETAILS: &str = "iam:authorization-details";

fn row(account: &str, region: &str, source: &str, status: &str, items: u64) -> Value {
    json!({"account": account, "region": region, "source": source, "status": status, "reason": "", "error_code": null,
           "operation": null, "captured_at": "2026-01-31T09:00:00Z", "items": items})
}

fn details(roles: usize) -> Value {
    json!({"RoleDetailList": (0..roles).map(|n| json!({"RoleName": n.to_string()})).collect::<Vec<_>>()})
}

fn details_file(account: &str) -> String {
    format!("accounts/{account}/iam/authorization-details.json")
}

#[test]
fn an_empty_capture_misses_everything_and_says_so_once_a_source() {
    let contents = Capture::new().read();
    let once = contents.coverage.iter().filter(|row| row.account == "organization");
    assert!(
        once.clone().all(|row| row.status == Missing
            && row.region == "global"
            && row.reason.starts_with("the capture holds no "))
    );
    let sources: Vec<&str> = once.map(|row| row.source.as_str()).collect();
    for source in [
        "organizations:organization",
        "organizations:policies",
        "iam:aws-managed-policies",
        "cloudtrail:trails",
        "cloudtrail:logs",
        BUCKETS,
    ] {
        assert!(sources.contains(&source), "{source}");
    }
    assert_eq!(status(&contents, HUB, "global", DETAILS), Missing);
}

#[test]
fn a_capture_without_an_organization_has_none_to_miss() {
    let header = json!({"format": "sv0-capture/1", "captured_at": "2026-01-31T09:00:00Z", "organization_id": null});
    let contents = Capture::new().json("capture.json", &header).read();
    assert_eq!(
        status(&contents, "organization", "global", "organizations:policies"),
        Disabled
    );
    assert_eq!(
        status(&contents, "organization", "global", "cloudtrail:trails"),
        Missing
    );
}

#[test]
fn authorization_details_of_every_account_have_a_row() {
    let contents = Capture::new()
        .json("organizations/accounts.json", &json!([account(HUB), account(MEMBER), account("777788889999")]))
        .json(&details_file(HUB), &details(3))
        .json(&format!("accounts/{MEMBER}/status.json"),
              &json!({"account": MEMBER, "region": "global", "source": DETAILS, "status": "revoked", "reason": "the role is gone",
                      "error_code": "AccessDenied", "operation": "sts:AssumeRole"}))
        .read();
    let of_hub = coverage(&contents, HUB, "global", DETAILS);
    assert_eq!((of_hub.status, of_hub.items, of_hub.reason.as_str()), (Ok, 3, ""));
    let of_member = coverage(&contents, MEMBER, "global", DETAILS);
    assert_eq!(
        (of_member.status, of_member.error_code.as_deref()),
        (Revoked, Some("AccessDenied"))
    );
    assert_eq!(status(&contents, "777788889999", "global", DETAILS), Missing);
}

/// `(status row, whether the file is there, status of the details)`
#[test]
fn how_the_spoke_answered_explains_a_missing_file() {
    let named = |source: &str, status: &str| json!({"source": source, "status": status});
    let cases = [
        (json!({"status": "denied", "error_code": "AccessDenied"}), false, Denied),
        (named("spoke:assume-role", "revoked"), false, Revoked),
        (named("spoke:assume-role", "ok"), false, Missing),
        (json!({"status": "ok"}), false, Missing),
        (json!({"status": "ok"}), true, Ok),
        (json!({"status": "partial", "reason": "cut"}), true, Partial),
    ];
    for (answer, has_file, wanted) in cases {
        let mut capture = Capture::new().json(&format!("accounts/{MEMBER}/status.json"), &answer);
        if has_file {
            capture = capture.json(&details_file(MEMBER), &details(1));
        }
        let contents = capture.read();
        assert_eq!(status(&contents, MEMBER, "global", DETAILS), wanted, "{answer}");
        assert_eq!(codes(&contents), Vec::<String>::new());
    }
}

#[test]
fn a_status_row_of_another_account_is_refused() {
    let contents = Capture::new()
        .json(
            &format!("accounts/{MEMBER}/status.json"),
            &row(HUB, "global", DETAILS, "ok", 0),
        )
        .read();
    assert_eq!(
        codes(&contents),
        [format!("accounts/{MEMBER}/status.json invalid_coverage_row")]
    );
}

fn recorder(account: &str, region: &str, recording: bool, group: Value) -> Value {
    json!({"AccountId": account, "Region": region, "ConfigurationRecorders": [{"name": "default", "recordingGroup": group}],
           "ConfigurationRecordersStatus": [{"name": "default", "recording": recording, "lastStatus": "SUCCESS"}]})
}

fn taking(group: Value) -> Value {
    recorder(HUB, REGION, true, group)
}

/// `(recorder, status of the account that has a key and no bucket)`
#[test]
fn no_item_proves_absence_only_where_config_records_the_type() {
    let all = json!({"allSupported": true});
    let named = |name: &str| json!({"resourceTypes": [name]});
    let cases = [
        (taking(all.clone()), Ok),
        (taking(named("AWS::S3::Bucket")), Ok),
        (taking(named("AWS::KMS::Key")), NotObservable),
        (
            taking(json!({"exclusionByResourceTypes": named("AWS::S3::Bucket")})),
            NotObservable,
        ),
        (taking(json!({"exclusionByResourceTypes": named("AWS::KMS::Key")})), Ok),
        (taking(json!({})), NotObservable),
        (recorder(HUB, REGION, false, all.clone()), NotObservable),
        (recorder(HUB, "us-east-1", true, all.clone()), NotObservable),
        (recorder(MEMBER, REGION, true, all.clone()), NotObservable),
    ];
    let key = json!({"accountId": HUB, "awsRegion": REGION, "resourceType": "AWS::KMS::Key", "resourceId": "k"});
    let capture = || {
        Capture::new()
            .lines("config/AWS-S3-Bucket.ndjson", &[bucket("orders")])
            .lines("config/AWS-KMS-Key.ndjson", std::slice::from_ref(&key))
    };
    assert_eq!(status(&capture().read(), HUB, REGION, BUCKETS), NotObservable);
    for (recorder, wanted) in cases {
        let contents = capture()
            .lines("config/recorders.ndjson", std::slice::from_ref(&recorder))
            .read();
        assert_eq!(codes(&contents), Vec::<String>::new());
        assert_eq!(status(&contents, HUB, REGION, BUCKETS), wanted, "{recorder}");
        let with_items = coverage(&contents, MEMBER, REGION, BUCKETS);
        assert_eq!((with_items.status, with_items.items), (Ok, 1));
    }
}

/// The recorder may run, and its answers may still not be among those that were recorded.
#[test]
fn a_recorder_proves_nothing_about_an_account_that_no_config_file_knows() {
    let contents = Capture::new()
        .lines("config/AWS-S3-Bucket.ndjson", &[bucket("orders")])
        .lines("config/recorders.ndjson", &[taking(json!({"allSupported": true}))])
        .read();
    assert_eq!(status(&contents, HUB, REGION, BUCKETS), NotObservable);
}

#[test]
fn a_global_type_has_one_partition_an_account() {
    let role = json!({"accountId": MEMBER, "awsRegion": "global", "resourceType": "AWS::IAM::Role", "resourceId": "A"});
    let contents = Capture::new().lines("config/AWS-IAM-Role.ndjson", &[role]).read();
    let rows: Vec<_> = contents
        .coverage
        .iter()
        .filter(|row| row.source == "config:AWS::IAM::Role")
        .collect();
    assert_eq!(
        rows.iter()
            .map(|row| (&*row.account, &*row.region, row.status))
            .collect::<Vec<_>>(),
        [(HUB, "global", NotObservable), (MEMBER, "global", Ok)]
    );
}

#[test]
fn partitions_without_items_do_not_explode() {
    let accounts: Vec<Value> = (0..1001)
        .map(|n| account(&format!("{:012}", n + 100_000_000_000_u64)))
        .collect();
    let contents = Capture::new()
        .json("organizations/accounts.json", &json!({"Accounts": accounts}))
        .lines("config/AWS-S3-Bucket.ndjson", &[bucket("orders")])
        .read();
    assert_eq!(contents.coverage.iter().filter(|row| row.source == BUCKETS).count(), 2);
    assert_eq!(status(&contents, "organization", "global", BUCKETS), NotObservable);
}

#[test]
fn a_partition_of_unrecorded_items_alone_is_not_recorded() {
    let mut item = bucket("orders");
    item["configurationItemStatus"] = Value::from("ResourceNotRecorded");
    let contents = Capture::new().lines("config/AWS-S3-Bucket.ndjson", &[item]).read();
    assert_eq!(status(&contents, MEMBER, REGION, BUCKETS), NotRecorded);
}

#[test]
fn the_recorded_ledger_is_taken_over_and_the_rest_is_derived() {
    let rows = [
        row(HUB, "global", DETAILS, "ok", 1),
        row(MEMBER, "global", DETAILS, "throttled", 0),
        row(MEMBER, REGION, BUCKETS, "ok", 0),
        row("organization", "global", "organizations:accounts", "stale", 2),
    ];
    let capture = || Capture::new().json(&details_file(HUB), &details(1));
    let contents = capture().lines("coverage.ndjson", &rows).read();
    let found: Vec<Value> = contents
        .coverage
        .iter()
        .map(|row| serde_json::to_value(row).unwrap())
        .collect();
    for row in &rows {
        assert!(found.contains(row), "{row}");
    }
    let derived = capture().read().coverage;
    for row in &derived {
        let is_recorded = rows.iter().any(|recorded| {
            recorded["source"] == *row.source && (recorded["account"] == *row.account || row.source == BUCKETS)
        });
        assert!(is_recorded || contents.coverage.contains(row), "{row:?}");
    }
    // The hub's buckets stand in no file and in no row, beside the four rows that are recorded.
    assert_eq!(status(&contents, HUB, REGION, BUCKETS), Missing);
}

/// `(recorded row, a source that it says nothing of, where, what that still is)`
#[test]
fn one_recorded_row_silences_no_other_gap() {
    let of = |account: &str, region: &str, source: &str| row(account, region, source, "excluded", 0);
    let absent = "accounts/<account-id>/iam/credential-report.csv";
    let cases = [
        (of(MEMBER, "global", DETAILS), HUB, "global", DETAILS, ""),
        (
            of(MEMBER, REGION, BUCKETS),
            HUB,
            REGION,
            BUCKETS,
            "no config/AWS-S3-Bucket.ndjson",
        ),
        (
            of(MEMBER, REGION, BUCKETS),
            MEMBER,
            "eu-central-1",
            BUCKETS,
            "no config/AWS-S3-Bucket.ndjson",
        ),
        (
            of(MEMBER, REGION, BUCKETS),
            "organization",
            "global",
            "config:AWS::KMS::Key",
            "no config/AWS-KMS-Key.ndjson",
        ),
        (
            of(MEMBER, "global", "iam:credential-report"),
            "organization",
            "global",
            "iam:credential-report",
            absent,
        ),
        (
            of(MEMBER, REGION, "kms:grants"),
            "organization",
            "global",
            "kms:grants",
            "kms/grants.ndjson",
        ),
        (
            of(MEMBER, REGION, "cloudtrail:logs"),
            "organization",
            "global",
            "cloudtrail:logs",
            "no log file",
        ),
    ];
    for (recorded, account_id, region, source, reason) in cases {
        let contents = Capture::new()
            .json("organizations/accounts.json", &json!([account(HUB), account(MEMBER)]))
            .lines(
                "config/AWS-IAM-Role.ndjson",
                &[json!({"accountId": HUB, "awsRegion": "global",
                "resourceType": "AWS::IAM::Role", "resourceId": "A"})],
            )
            .json(
                "capture.json",
                &json!({"format": "sv0-capture/1", "captured_at": "2026-01-31T09:00:00Z",
                "organization_id": "o-x", "hub_account": HUB, "regions": [REGION, "eu-central-1"]}),
            )
            .lines("coverage.ndjson", std::slice::from_ref(&recorded))
            .read();
        let found = coverage(&contents, account_id, region, source);
        assert_eq!(found.status, Missing, "{recorded}");
        assert!(found.reason.contains(reason), "{recorded}: {}", found.reason);
        assert!(contents.coverage.len() > 50, "{}", contents.coverage.len());
    }
}

#[test]
fn an_account_that_is_left_out_on_purpose_stays_left_out_whatever_its_role_answered() {
    let status_file = format!("accounts/{MEMBER}/status.json");
    for (recorded, wanted) in [("excluded", CoverageStatus::Excluded), ("ok", Revoked)] {
        let contents = Capture::new()
            .json(&status_file, &json!({"status": "revoked"}))
            .lines("coverage.ndjson", &[row(MEMBER, "global", DETAILS, recorded, 0)])
            .read();
        assert_eq!(status(&contents, MEMBER, "global", DETAILS), wanted, "{recorded}");
    }
}

/// What a scan derives and records is what the next reader of its capture finds.
#[test]
fn a_ledger_that_was_derived_and_recorded_is_read_the_same() {
    let mut deleted = bucket("gone");
    deleted["configurationItemStatus"] = Value::from("ResourceDeleted");
    let capture = || {
        Capture::new()
            .json("organizations/accounts.json", &json!([account(HUB), account(MEMBER)]))
            .json(&details_file(HUB), &details(2))
            .json(&format!("accounts/{MEMBER}/status.json"), &json!({"status": "denied"}))
            .lines("config/AWS-S3-Bucket.ndjson", &[bucket("orders"), deleted.clone()])
            .lines("config/recorders.ndjson", &[taking(json!({"allSupported": true}))])
            .file("config/AWS-KMS-Key.ndjson", "{")
    };
    let derived = capture().read().coverage;
    let rows: Vec<Value> = derived.iter().map(|row| serde_json::to_value(row).unwrap()).collect();
    assert_eq!(capture().lines("coverage.ndjson", &rows).read().coverage, derived);
}

/// `(a recorded row, what stands in the file, its status afterwards)`
#[test]
fn the_recorded_ledger_is_corrected_where_files_are_damaged_or_gone() {
    let whole = bucket("orders").to_string();
    let cases: [(Value, Option<&str>, &str, CoverageStatus); 8] = [
        (
            row(MEMBER, REGION, BUCKETS, "ok", 1),
            Some("config/AWS-S3-Bucket.ndjson"),
            &whole,
            Ok,
        ),
        (
            row(MEMBER, REGION, BUCKETS, "ok", 1),
            Some("config/AWS-S3-Bucket.ndjson"),
            "{",
            Partial,
        ),
        (
            row(MEMBER, REGION, BUCKETS, "ok", 0),
            Some("config/AWS-S3-Bucket.ndjson"),
            "{",
            Failed,
        ),
        (
            row(MEMBER, REGION, BUCKETS, "ok", 0),
            Some("config/AWS-S3-Bucket.ndjson"),
            "",
            Ok,
        ),
        (row(MEMBER, REGION, BUCKETS, "ok", 1), None, "", Missing),
        (row(MEMBER, REGION, BUCKETS, "ok", 0), None, "", Ok),
        (
            row(MEMBER, REGION, BUCKETS, "denied", 0),
            Some("config/AWS-S3-Bucket.ndjson"),
            "{",
            Denied,
        ),
        (row(MEMBER, "global", DETAILS, "ok", 4), None, "", Missing),
    ];
    for (recorded, file, text, wanted) in cases {
        let mut capture = Capture::new().lines("coverage.ndjson", std::slice::from_ref(&recorded));
        if let Some(file) = file {
            capture = capture.file(file, text);
        }
        let contents = capture.read();
        let source = recorded["source"].as_str().unwrap();
        assert_eq!(
            status(&contents, MEMBER, recorded["region"].as_str().unwrap(), source),
            wanted,
            "{recorded} {text}"
        );
    }
}

#[test]
fn invalid_rows_are_refused_one_by_one() {
    let mut rows = vec![row(MEMBER, REGION, BUCKETS, "ok", 0)];
    for (field, value) in [
        ("account", json!("me")),
        ("status", json!("fine")),
        ("region", json!(null)),
        ("items", json!(-1)),
        ("captured_at", json!("soon")),
    ] {
        let mut invalid = row(HUB, REGION, BUCKETS, "ok", 0);
        invalid[field] = value;
        rows.push(invalid);
    }
    let contents = Capture::new().lines("coverage.ndjson", &rows).read();
    let wanted: Vec<_> = (2..=6)
        .map(|line| format!("coverage.ndjson:{line} invalid_coverage_row"))
        .collect();
    assert_eq!(codes(&contents), wanted);
    let of_buckets = contents.coverage.iter().filter(|row| row.source == BUCKETS);
    let statuses: Vec<_> = of_buckets.map(|row| (row.account.as_str(), row.status)).collect();
    assert_eq!(statuses, [(HUB, Missing), (MEMBER, Ok)]);
}

#[test]
fn of_two_rows_about_the_same_the_one_that_promises_less_stays() {
    let rows = [
        row(MEMBER, REGION, BUCKETS, "partial", 3),
        row(MEMBER, REGION, BUCKETS, "ok", 9),
    ];
    let contents = Capture::new()
        .lines("coverage.ndjson", &rows)
        .lines("config/AWS-S3-Bucket.ndjson", &[bucket("orders")])
        .read();
    assert_eq!(status(&contents, MEMBER, REGION, BUCKETS), Partial);
}
