//! What is asked of IAM in an account, and who the spoke is.

use serde_json::{Value, json};
use sv0_model::coverage::CoverageStatus;
use sv0_sources::CaptureFile;

use super::{row, stored};
use crate::api::Failure;
use crate::plan::LastAccessed;
use crate::spoke::account_steps;
use crate::step::Step;
use crate::testkit::{ACCOUNT, Aws, Worker, account, assert_resumable, plan};

const IDENTITY: &str = "sts:identity";
const DETAILS: &str = "iam:authorization-details";
const REPORT: &str = "iam:credential-report";
const LAST_ACCESSED: &str = "iam:last-accessed";

/// Steps about the account as a whole.
fn global() -> Vec<Box<dyn Step>> {
    let steps = account_steps(&plan(), &account());
    steps
        .into_iter()
        .filter(|step| step.place().region == "global")
        .collect()
}

fn arn(name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:{name}")
}

fn details() -> Vec<Value> {
    let role = |path: &str| json!({"Arn": arn(&format!("role{path}")), "RoleName": path});
    vec![
        json!({"UserDetailList": [{"Arn": arn("user/u1")}], "RoleDetailList": [role("/r1"), role("/aws-service-role/x/linked")], "IsTruncated": true, "Marker": "2"}),
        json!({"UserDetailList": [], "RoleDetailList": [role("/r2"), role("/r3")], "IsTruncated": false}),
    ]
}

/// An account in which everything is answered. Jobs are called after their principals.
fn aws() -> Aws {
    let details = details();
    let mut aws = Aws::new()
        .answer("sts:GetCallerIdentity", json!({}), json!({"Account": ACCOUNT, "Arn": arn("x")}))
        .answer("iam:GetAccountAuthorizationDetails", json!({}), details[0].clone())
        .answer("iam:GetAccountAuthorizationDetails", json!({"Marker": "2"}), details[1].clone())
        .answer("s3control:GetPublicAccessBlock", json!({ "AccountId": ACCOUNT }), json!({"PublicAccessBlockConfiguration": {"RestrictPublicBuckets": true}}))
        .answer("iam:GenerateCredentialReport", json!({}), json!({"State": "COMPLETE"}))
        .answer("iam:GetCredentialReport", json!({}), json!({"Content": "dXNlcixhcm4KdTEsYXJuOmF3czppYW06OjExMTEyMjIyMzMzMzp1c2VyL3UxCg==", "ReportFormat": "text/csv"}));
    for name in ["user/u1", "role/r1", "role/r2", "role/r3"] {
        aws = aws
            .answer(
                "iam:GenerateServiceLastAccessedDetails",
                json!({"Arn": arn(name)}),
                json!({"JobId": name}),
            )
            .answer("iam:GetServiceLastAccessedDetails", json!({"JobId": name}), job(name));
    }
    aws
}

fn job(name: &str) -> Value {
    json!({"JobStatus": "COMPLETED", "IsTruncated": false, "ServicesLastAccessed": [{"ServiceName": name, "ServiceNamespace": "s3"}]})
}

#[test]
fn iam_is_read_whole_wherever_a_worker_stops() {
    let progress = assert_resumable(aws, &global(), &[]);
    for (source, items) in [(IDENTITY, 1), (DETAILS, 5), (REPORT, 1), (LAST_ACCESSED, 4)] {
        let row = row(&progress, source);
        assert_eq!((row.status, row.items), (CoverageStatus::Ok, items), "{row:?}");
    }
}

#[test]
fn roles_of_services_are_not_asked_about_and_pages_of_a_report_are_joined() {
    let first = json!({"JobStatus": "COMPLETED", "IsTruncated": true, "Marker": "m", "ServicesLastAccessed": [{"ServiceName": "a"}]});
    let second =
        json!({"JobStatus": "COMPLETED", "IsTruncated": false, "ServicesLastAccessed": [{"ServiceName": "b"}]});
    let worker = Worker::new(
        aws()
            .answer("iam:GetServiceLastAccessedDetails", json!({"JobId": "role/r2"}), first)
            .answer(
                "iam:GetServiceLastAccessedDetails",
                json!({"JobId": "role/r2", "Marker": "m"}),
                second,
            ),
    );
    worker.run_all(&global());
    let reports = stored(&worker, &CaptureFile::last_accessed(ACCOUNT).unwrap());
    let named: Vec<&str> = reports.iter().filter_map(|report| report["Arn"].as_str()).collect();
    assert_eq!(named, [arn("role/r1"), arn("role/r2"), arn("role/r3"), arn("user/u1")]);
    assert_eq!(
        reports[1]["ServicesLastAccessed"],
        json!([{"ServiceName": "a"}, {"ServiceName": "b"}])
    );
}

#[test]
fn a_report_that_is_being_made_is_waited_for() {
    let waiting = || {
        aws()
            .in_turn(
                "iam:GenerateCredentialReport",
                json!({}),
                vec![
                    Ok(json!({"State": "STARTED"})),
                    Ok(json!({"State": "INPROGRESS"})),
                    Ok(json!({"State": "COMPLETE"})),
                ],
            )
            .in_turn(
                "iam:GetServiceLastAccessedDetails",
                json!({"JobId": "role/r1"}),
                vec![Ok(json!({"JobStatus": "IN_PROGRESS"})), Ok(job("role/r1"))],
            )
    };
    let worker = Worker::new(waiting());
    let progress = worker.run_all(&global());
    assert_eq!(row(&progress, REPORT).items, 1);
    assert_eq!(row(&progress, LAST_ACCESSED).items, 4);
}

#[test]
fn a_report_that_expired_is_made_again() {
    for code in ["ReportNotPresent", "ReportExpired", "ReportInProgress"] {
        let content = json!({"Content": "dXNlcixhcm4KdTEsYXJuOmF3czppYW06OjExMTEyMjIyMzMzMzp1c2VyL3UxCg=="});
        let aws = aws().in_turn("iam:GetCredentialReport", json!({}), vec![Err(code), Ok(content)]);
        let progress = Worker::new(aws).run_all(&global());
        assert_eq!(row(&progress, REPORT).status, CoverageStatus::Ok, "{code}");
    }
}

/// A report is known to the session alone that had it made: after a renewal it is made again, and nothing is said of the principal.
#[test]
fn a_report_of_a_session_that_ended_is_made_again() {
    let asked = json!({"JobId": "role/r1"});
    let call = "iam:GetServiceLastAccessedDetails";
    let lost = |answers| Worker::new(aws().in_turn(call, asked.clone(), answers)).run_all(&global());
    let progress = lost(vec![Err("NoSuchEntity"), Ok(job("role/r1"))]);
    let accessed = row(&progress, LAST_ACCESSED);
    assert_eq!((accessed.status, accessed.items), (CoverageStatus::Ok, 4));
    let progress = lost(vec![Err("NoSuchEntity")]);
    let accessed = row(&progress, LAST_ACCESSED);
    assert_eq!((accessed.status, accessed.items), (CoverageStatus::Partial, 3));
    assert_eq!(accessed.error_code.as_deref(), Some("NoSuchEntity"));
}

#[test]
fn a_report_that_is_never_made_fails_and_costs_no_other() {
    let worker = Worker::new(
        aws()
            .answer(
                "iam:GenerateCredentialReport",
                json!({}),
                json!({"State": "INPROGRESS"}),
            )
            .answer(
                "iam:GetServiceLastAccessedDetails",
                json!({"JobId": "role/r1"}),
                json!({"JobStatus": "FAILED"}),
            )
            .answer(
                "iam:GetServiceLastAccessedDetails",
                json!({"JobId": "role/r3"}),
                json!({"JobStatus": "IN_PROGRESS"}),
            ),
    );
    let progress = worker.run_all(&global());
    let report = row(&progress, REPORT);
    assert_eq!(
        (report.status, report.error_code.as_deref()),
        (CoverageStatus::Failed, Some("ReportInProgress"))
    );
    let accessed = row(&progress, LAST_ACCESSED);
    assert_eq!((accessed.status, accessed.items), (CoverageStatus::Partial, 2));
    assert_eq!(accessed.error_code.as_deref(), Some("JobFailed"));
    assert!(accessed.reason.starts_with("2 answers"), "{}", accessed.reason);
}

#[test]
fn without_principals_nothing_is_said_of_what_they_used() {
    let refused = aws().refuse(
        "iam:GetAccountAuthorizationDetails",
        json!({}),
        Failure::Denied,
        "AccessDenied",
    );
    let progress = Worker::new(refused).run_all(&global());
    assert_eq!(row(&progress, DETAILS).status, CoverageStatus::Denied);
    assert_eq!(row(&progress, LAST_ACCESSED).status, CoverageStatus::Failed);
}

#[test]
fn what_is_not_wanted_is_excluded_in_the_ledger() {
    let mut plan = plan();
    plan.options.last_accessed = LastAccessed::Off;
    let steps: Vec<_> = account_steps(&plan, &account())
        .into_iter()
        .filter(|step| step.place().source == LAST_ACCESSED)
        .collect();
    let worker = Worker::new(Aws::new());
    let progress = worker.run_all(&steps);
    assert_eq!(row(&progress, LAST_ACCESSED).status, CoverageStatus::Excluded);
    assert!(worker.aws.calls.lock().unwrap().is_empty());
}

/// AWS's words stand in the account's status, and in the row of everything that was to be asked.
#[test]
fn a_role_that_is_refused_is_told_in_aws_words() {
    let mut aws = Aws::new();
    for call in crate::calls::ALL {
        aws = aws.refuse(&call.name(), json!({}), Failure::RoleRefused, "AccessDenied");
    }
    let worker = Worker::new(aws);
    let progress = worker.run_all(&account_steps(&plan(), &account()));
    let status = stored(&worker, &CaptureFile::account_status(ACCOUNT).unwrap());
    assert_eq!(status[0]["status"], "denied");
    assert_eq!(status[0]["error_code"], "AccessDenied");
    let asked = progress
        .rows
        .iter()
        .filter(|row| row.status != CoverageStatus::Excluded);
    for row in asked {
        assert_eq!(row.status, CoverageStatus::Denied, "{row:?}");
        assert_eq!(row.error_code.as_deref(), Some("AccessDenied"), "{row:?}");
        assert!(row.items == 0 || row.source == IDENTITY, "{row:?}");
    }
}

/// What was never set is an answer; what was refused is none.
#[test]
fn an_account_is_asked_once_whether_it_keeps_the_public_out() {
    const BLOCK: &str = "s3control:public-access-block";
    let file = CaptureFile::service_items(ACCOUNT, "global", "s3control", "public-access-block").unwrap();
    let steps: Vec<_> = account_steps(&plan(), &account())
        .into_iter()
        .filter(|step| [IDENTITY, BLOCK].contains(&step.place().source.as_str()))
        .collect();
    assert_eq!(steps.len(), 2);
    let found = |answer: Result<Value, (Failure, &str)>| {
        let asked = json!({ "AccountId": ACCOUNT });
        let aws = Aws::new().answer("sts:GetCallerIdentity", json!({}), json!({"Account": ACCOUNT}));
        let worker = Worker::new(match answer {
            Ok(answer) => aws.answer("s3control:GetPublicAccessBlock", asked, answer),
            Err((failure, code)) => aws.refuse("s3control:GetPublicAccessBlock", asked, failure, code),
        });
        let progress = worker.run_all(&steps);
        (row(&progress, BLOCK).status, stored(&worker, &file))
    };
    let settings = json!({"BlockPublicAcls": true, "IgnorePublicAcls": true, "BlockPublicPolicy": true, "RestrictPublicBuckets": true});
    let answer = json!({ "PublicAccessBlockConfiguration": settings });
    assert_eq!(found(Ok(answer)), (CoverageStatus::Ok, vec![settings]));
    let never = Err((Failure::NotFound, "NoSuchPublicAccessBlockConfiguration"));
    assert_eq!(found(never), (CoverageStatus::Ok, vec![json!({})]));
    let refused = Err((Failure::Denied, "AccessDenied"));
    assert_eq!(found(refused), (CoverageStatus::Denied, vec![]));
    let gone = Err((Failure::NotFound, "NoSuchBucket"));
    assert_eq!(found(gone), (CoverageStatus::Failed, vec![]));
}
