//! The ledger of sources that have a file in each account, or in each account and Region, and of the aggregator's sources.

use serde_json::{Value, json};
use sv0_model::coverage::CoverageRow;
use sv0_model::coverage::CoverageStatus::{Failed, Missing, Ok, Partial, Stale};

use crate::spoke::NAMES;
use crate::testkit::{Capture, HUB, MEMBER, REGION, account, bucket, codes, coverage, status};

const POLICIES: &str = "lambda:function-policies";
const REPORT: &str = "iam:credential-report";

fn policies(account: &str, region: &str) -> String {
    format!("accounts/{account}/{region}/lambda/function-policies.ndjson")
}

fn policy() -> Value {
    json!({"Arn": "arn:aws:lambda:eu-west-1:444455556666:function:f", "Response": {"Policy": "{}"}})
}

fn two_accounts() -> Capture {
    Capture::new().json("organizations/accounts.json", &json!([account(HUB), account(MEMBER)]))
}

#[test]
fn what_a_whole_capture_lacks_is_missing_once_a_source() {
    let contents = two_accounts().read();
    for name in NAMES {
        let source = format!("{}:{}", name.service, name.what);
        let rows: Vec<&CoverageRow> = contents.coverage.iter().filter(|row| row.source == source).collect();
        assert!(rows.len() <= 1, "{rows:?}");
        assert!(
            rows.iter()
                .all(|row| row.account == "organization" && row.status == Missing)
        );
    }
    for source in [
        POLICIES,
        REPORT,
        "iam:last-accessed",
        "bedrock-agent:agents",
        "bedrock:model-invocation-logging",
        "securityhub:findings",
        "access-analyzer:analyzers",
        "access-analyzer:findings",
        "config:aggregator",
    ] {
        let row = coverage(&contents, "organization", "global", source);
        assert_eq!(row.status, Missing);
        assert!(row.reason.starts_with("the capture holds no "), "{}", row.reason);
    }
}

/// The graph has a table by Config item and by the service's own answer: either is enough.
#[test]
fn what_config_holds_as_well_is_missing_once() {
    let sources = |capture: Capture| -> Vec<String> {
        let contents = capture.read();
        let of_tables = contents.coverage.iter().filter(|row| row.source.contains("ynamo"));
        of_tables
            .map(|row| {
                format!(
                    "{} {}",
                    row.source,
                    serde_json::to_value(row.status).unwrap().as_str().unwrap()
                )
            })
            .collect()
    };
    let resource_policies = "dynamodb:resource-policies missing";
    assert_eq!(
        sources(Capture::new()),
        ["config:AWS::DynamoDB::Table missing", resource_policies]
    );
    let item =
        json!({"accountId": HUB, "awsRegion": REGION, "resourceType": "AWS::DynamoDB::Table", "resourceId": "t"});
    assert_eq!(
        sources(Capture::new().lines("config/AWS-DynamoDB-Table.ndjson", &[item])),
        ["config:AWS::DynamoDB::Table ok", resource_policies]
    );
    let file = format!("accounts/{HUB}/{REGION}/dynamodb/tables.ndjson");
    assert_eq!(
        sources(Capture::new().lines(&file, &[json!({"TableName": "t"})])),
        ["dynamodb:tables ok", resource_policies]
    );
}

#[test]
fn places_without_a_file_share_one_row() {
    let contents = two_accounts()
        .json("capture.json", &json!({"format": "sv0-capture/1", "captured_at": "2026-01-31T09:00:00Z", "hub_account": HUB, "regions": ["eu-west-1", "us-east-1"]}))
        .lines(&policies(MEMBER, REGION), &[policy(), policy()])
        .file(&format!("accounts/{HUB}/iam/credential-report.csv"), "user,arn\neve,arn:aws:iam::111122223333:user/eve\n")
        .read();
    assert_eq!(codes(&contents), Vec::<String>::new());
    let of_member = coverage(&contents, MEMBER, REGION, POLICIES);
    assert_eq!((of_member.status, of_member.items), (Ok, 2));
    let rest = coverage(&contents, "organization", "global", POLICIES);
    assert_eq!(
        (rest.status, rest.reason.as_str()),
        (
            Missing,
            "the capture holds no accounts/<account-id>/<region>/lambda/function-policies.ndjson of 3 more pairs of account and Region, such as 111122223333 eu-west-1"
        )
    );
    assert_eq!(contents.coverage.iter().filter(|row| row.source == POLICIES).count(), 2);
    assert_eq!(
        (
            status(&contents, HUB, "global", REPORT),
            coverage(&contents, HUB, "global", REPORT).items
        ),
        (Ok, 1)
    );
    assert_eq!(
        coverage(&contents, "organization", "global", REPORT).reason,
        "the capture holds no accounts/<account-id>/iam/credential-report.csv of 1 more accounts, such as 444455556666"
    );
}

/// `(contents of the file, its status)`: damage costs the file's own place and no other.
#[test]
fn a_damaged_file_is_never_ok() {
    let whole = policy().to_string();
    let cases = [
        (whole.clone(), Ok),
        ("[]".to_owned(), Ok),
        ("{".to_owned(), Failed),
        (String::new(), Failed),
        (format!("{whole}\n{{\"Arn\": \"x\"}}\n"), Partial),
        (format!("{whole}\n{{"), Partial),
        ("{\"Arn\": \"x\"}".to_owned(), Failed),
    ];
    for (text, wanted) in cases {
        let contents = two_accounts()
            .file(&policies(MEMBER, REGION), &text)
            .lines(&policies(HUB, REGION), &[policy()])
            .read();
        assert_eq!(status(&contents, MEMBER, REGION, POLICIES), wanted, "{text}");
        assert_eq!(status(&contents, HUB, REGION, POLICIES), Ok);
    }
}

#[test]
fn a_recorded_ledger_is_held_to_its_files() {
    let row = |account: &str, items: u64| json!({"account": account, "region": REGION, "source": POLICIES, "status": "ok", "items": items});
    let contents = Capture::new()
        .lines(
            "coverage.ndjson",
            &[row(HUB, 1), row(MEMBER, 1), row("777788889999", 0)],
        )
        .lines(&policies(HUB, REGION), &[policy()])
        .read();
    assert_eq!(contents.coverage.iter().filter(|row| row.source == POLICIES).count(), 3);
    assert_eq!(status(&contents, HUB, REGION, POLICIES), Ok);
    assert_eq!(status(&contents, MEMBER, REGION, POLICIES), Missing);
    assert_eq!(status(&contents, "777788889999", REGION, POLICIES), Ok);
}

#[test]
fn a_query_has_a_row_where_it_has_a_file() {
    let rows = [json!({"principal": "a"}), json!({"principal": "b"})];
    let contents = Capture::new().lines("athena/assume-role.ndjson", &rows).read();
    let row = coverage(&contents, "organization", "global", "athena:assume-role");
    assert_eq!((row.status, row.items), (Ok, 2));
}

fn source(id: &str, region: &str, status: &str) -> Value {
    json!({"SourceId": id, "SourceType": if id.starts_with("o-") { "ORGANIZATION" } else { "ACCOUNT" }, "AwsRegion": region,
           "LastUpdateStatus": status, "LastErrorCode": if status == "FAILED" { "AccessDenied" } else { "" }})
}

/// `(sources of the aggregator, status of the member's buckets)`
#[test]
fn what_the_aggregator_could_not_update_is_stale() {
    const BUCKETS: &str = "config:AWS::S3::Bucket";
    let cases = [
        (vec![source(MEMBER, REGION, "SUCCEEDED")], Ok),
        (vec![source(MEMBER, REGION, "FAILED")], Stale),
        (vec![source(MEMBER, REGION, "OUTDATED")], Stale),
        (vec![source(MEMBER, "us-east-1", "FAILED")], Ok),
        (vec![source(HUB, REGION, "FAILED")], Ok),
        (vec![source("o-exampleorgid", "", "FAILED")], Stale),
        (
            vec![json!({"SourceId": MEMBER, "LastUpdateStatus": "WELL"}), json!(7)],
            Ok,
        ),
        (
            vec![json!({"SourceId": "x", "SourceType": "ACCOUNT", "LastUpdateStatus": "FAILED"})],
            Ok,
        ),
    ];
    for (sources, wanted) in cases {
        let contents = two_accounts()
            .lines("config/AWS-S3-Bucket.ndjson", &[bucket("orders")])
            .json(
                "config/aggregator.json",
                &json!({"AggregatedSourceStatusList": sources}),
            )
            .read();
        assert_eq!(codes(&contents), Vec::<String>::new());
        let row = coverage(&contents, MEMBER, REGION, BUCKETS);
        assert_eq!(row.status, wanted, "{sources:?}");
        if wanted == Stale && sources[0]["SourceId"] == MEMBER {
            let failed = (sources[0]["LastUpdateStatus"] == "FAILED").then_some("AccessDenied");
            assert_eq!(row.error_code.as_deref(), failed);
            assert_eq!(coverage(&contents, MEMBER, REGION, "config:aggregator").status, Stale);
            assert_eq!(status(&contents, "organization", "global", "config:aggregator"), Ok);
        }
    }
}
