//! Coverage, evidence and diagnostics of the made-up organization.

use sv0_model::coverage::{CoverageRow, CoverageStatus};
use sv0_model::diagnostic::{Diagnostic, Severity};
use sv0_model::observation::{DataEventScope, EventScope, Evidence, ObservedUse, Trail};

use super::graph::{DATA_PROD, HUB, MANAGEMENT, SHARED, SHOP_DEV, SHOP_PROD, role, secret};
use super::{HOSTILE_MARKUP, at};

pub fn coverage() -> Vec<CoverageRow> {
    let mut rows = vec![
        row("organization", "organizations:accounts", 6),
        row("organization", "organizations:policies", 4),
    ];
    for account in [HUB, SHARED, SHOP_PROD, DATA_PROD, SHOP_DEV] {
        rows.push(row(account, "iam:authorization-details", 140));
        for (kind, items) in [
            ("AWS::S3::Bucket", 9),
            ("AWS::KMS::Key", 4),
            ("AWS::Lambda::Function", 22),
        ] {
            rows.push(CoverageRow {
                region: "eu-west-1".to_owned(),
                ..row(account, &format!("config:{kind}"), items)
            });
        }
        rows.push(CoverageRow {
            region: "eu-west-1".to_owned(),
            ..row(account, "cloudtrail:logs", 3_120)
        });
    }
    for source in [
        "iam:authorization-details",
        "config:AWS::S3::Bucket",
        "config:AWS::KMS::Key",
        "config:AWS::Lambda::Function",
    ] {
        rows.push(gap(
            MANAGEMENT,
            source,
            CoverageStatus::Revoked,
            "the spoke role was removed on 12 November 2025",
        ));
    }
    rows.push(CoverageRow {
        error_code: Some("AccessDenied".to_owned()),
        operation: Some("GetSecretValue".to_owned()),
        ..gap(
            DATA_PROD,
            "config:AWS::SecretsManager::Secret",
            CoverageStatus::Denied,
            "a service control policy denies config:SelectAggregateResourceConfig",
        )
    });
    for account in [SHOP_PROD, DATA_PROD, SHOP_DEV] {
        rows.push(gap(
            account,
            "cloudtrail:data-events:s3",
            CoverageStatus::NotObservable,
            "no trail records data events of AWS::S3::Object",
        ));
    }
    rows.push(gap(
        SHARED,
        "config:AWS::ECR::Repository",
        CoverageStatus::Stale,
        "the newest item is 9 days older than this capture",
    ));
    rows.push(gap(
        SHOP_DEV,
        "securityhub:findings",
        CoverageStatus::Disabled,
        "Security Hub is not enabled",
    ));
    rows.push(gap(
        "organization",
        "organizations:resource-control-policies",
        CoverageStatus::Missing,
        "",
    ));
    rows
}

pub fn row(account: &str, source: &str, items: u64) -> CoverageRow {
    CoverageRow {
        account: account.to_owned(),
        region: "global".to_owned(),
        source: source.to_owned(),
        status: CoverageStatus::Ok,
        reason: String::new(),
        error_code: None,
        operation: None,
        captured_at: Some(at("2025-11-20T13:40:00Z")),
        items,
    }
}

fn gap(account: &str, source: &str, status: CoverageStatus, reason: &str) -> CoverageRow {
    CoverageRow {
        status,
        reason: reason.to_owned(),
        captured_at: None,
        ..row(account, source, 0)
    }
}

pub fn evidence() -> Evidence {
    let trail = Trail {
        arn: "arn:aws:cloudtrail:eu-west-1:100000000001:trail/organization".to_owned(),
        is_organization_trail: true,
        is_multi_region: true,
        home_region: "eu-west-1".to_owned(),
        is_logging: Some(true),
        management_events: Some(EventScope::All),
        excluded_management_event_sources: vec!["kms.amazonaws.com".to_owned()],
        data_events: vec![DataEventScope {
            resource_type: "AWS::Lambda::Function".to_owned(),
            scope: EventScope::All,
            arn_prefixes: vec![format!("arn:aws:lambda:eu-west-1:{SHOP_PROD}:function")],
            has_further_conditions: false,
        }],
    };
    Evidence {
        uses: uses(),
        trails: vec![trail],
        window: Some((at("2025-08-22T00:00:00Z"), at("2025-11-20T13:55:00Z"))),
        logged_partitions: vec![(SHOP_PROD.to_owned(), "eu-west-1".to_owned())],
        ..Evidence::default()
    }
}

fn uses() -> Vec<ObservedUse> {
    let seen = |principal: String, action: &str, resource: String, count, errors| ObservedUse {
        principal,
        action: action.to_owned(),
        resource,
        account: SHOP_PROD.to_owned(),
        region: "eu-west-1".to_owned(),
        count,
        errors,
        first_seen: at("2025-08-22T02:10:11Z"),
        last_seen: at("2025-11-20T13:31:02Z"),
        event_ids: vec!["6d8f0c1a-4f6e-4a1b-9c0d-1f2e3d4c5b6a".to_owned()],
    };
    vec![
        seen(
            role(SHOP_PROD, "checkout-task"),
            "secretsmanager:GetSecretValue",
            secret(SHOP_PROD, "shop/payment-provider-Qw34Er"),
            96,
            0,
        ),
        seen(
            role(SHOP_PROD, "orders-api-execution"),
            "secretsmanager:GetSecretValue",
            secret(SHOP_PROD, "shop/orders-db-Ab12Cd"),
            2_881,
            3,
        ),
        seen(
            role(SHOP_DEV, "report-builder-execution"),
            "sts:AssumeRole",
            role(SHARED, "release-pipeline"),
            1,
            0,
        ),
    ]
}

pub fn diagnostics() -> Vec<Diagnostic> {
    vec![
        Diagnostic {
            file: "config/AWS-S3-Bucket.ndjson".to_owned(),
            line: Some(214),
            at: String::new(),
            severity: Severity::Error,
            code: "malformed_json".to_owned(),
            message: "the line ends inside a string".to_owned(),
            help: "record the file again".to_owned(),
        },
        Diagnostic {
            file: "accounts/400000000001/iam/authorization-details.json".to_owned(),
            line: None,
            at: format!("/RoleDetailList/3/{HOSTILE_MARKUP}"),
            severity: Severity::Warning,
            code: "unknown_policy_element".to_owned(),
            message: "the statement has an element that IAM does not know".to_owned(),
            help: String::new(),
        },
    ]
}
