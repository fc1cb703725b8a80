//! What goes wrong, and what becomes of the call.

use std::time::Duration;

use serde_json::json;
use sv0_collect::calls::iam::GET_ACCOUNT_AUTHORIZATION_DETAILS;
use sv0_collect::calls::organizations::LIST_ACCOUNTS;
use sv0_collect::{Failure, Session};

use crate::server::{Answer, Server};
use crate::support::bench;

const ACCOUNTS: &str =
    r#"{"Accounts":[{"Id":"111122223333","JoinedTimestamp":1576696208.5,"Name":null}],"NextToken":null}"#;

/// A server whose first answers are these, and that then lists accounts.
fn after(faults: Vec<Answer>) -> Server {
    Server::start(move |_, before| faults.get(before).cloned().unwrap_or_else(|| Answer::ok(ACCOUNTS)))
}

#[tokio::test]
async fn a_call_is_signed_sent_and_answered_as_the_aws_cli_prints_it() {
    let server = after(Vec::new());
    let bench = bench(&server, None, |_| {});
    let answer = bench
        .call(Session::Hub, &LIST_ACCOUNTS, json!({"MaxResults": 20}))
        .await
        .unwrap();
    assert_eq!(
        answer,
        json!({"Accounts": [{"Id": "111122223333", "JoinedTimestamp": "2019-12-18T19:10:08.500000+00:00"}]})
    );
    let seen = server.seen().remove(0);
    assert_eq!(seen.line, "POST / HTTP/1.1");
    assert_eq!(seen.body, r#"{"MaxResults":20}"#);
    assert_eq!(
        seen.header("x-amz-target"),
        Some("AWSOrganizationsV20161128.ListAccounts")
    );
    assert_eq!(seen.header("content-type"), Some("application/x-amz-json-1.1"));
    let authorization = seen.header("authorization").unwrap();
    assert!(
        authorization.contains("Credential=AKIAIOSFODNN7EXAMPLE/20260101/us-east-1/organizations/aws4_request"),
        "{authorization}"
    );
}

#[tokio::test]
async fn what_passes_is_tried_again() {
    let faults = vec![
        Answer::json_error(400, "ThrottlingException"),
        Answer::Reply(503, Vec::new(), "<html>".to_owned()),
        Answer::HangUp,
        Answer::Truncated,
    ];
    let server = after(faults);
    let bench = bench(&server, None, |_| {});
    bench.call(Session::Hub, &LIST_ACCOUNTS, json!({})).await.unwrap();
    assert_eq!(server.seen().len(), 5);
    let counts = bench.counters.counts();
    let failures: Vec<_> = counts.iter().map(|((.., failure), count)| (*failure, *count)).collect();
    assert_eq!(
        failures,
        [
            (None, 1),
            (Some(Failure::Throttled), 1),
            (Some(Failure::Connection), 2),
            (Some(Failure::Server), 1)
        ]
    );
}

#[tokio::test]
async fn the_fifth_failure_is_the_last() {
    for (fault, failure, code) in [
        (
            Answer::json_error(400, "ThrottlingException"),
            Failure::Throttled,
            "ThrottlingException",
        ),
        (
            Answer::Reply(500, Vec::new(), String::new()),
            Failure::Server,
            "Http500",
        ),
        (Answer::HangUp, Failure::Connection, "ConnectionFailed"),
        (Answer::ok("{\"Accounts\":["), Failure::Malformed, "InvalidAnswer"),
    ] {
        let server = Server::start(move |_, _| fault.clone());
        let bench = bench(&server, None, |_| {});
        let error = bench.call(Session::Hub, &LIST_ACCOUNTS, json!({})).await.unwrap_err();
        assert_eq!((error.failure, error.code.as_str()), (failure, code));
        assert_eq!(error.call, "organizations:ListAccounts");
        assert_eq!(server.seen().len(), 5, "{failure:?}");
    }
}

#[tokio::test]
async fn what_stays_is_not_tried_again() {
    for (status, code, failure) in [
        (400, "AccessDeniedException", Failure::Denied),
        (400, "AWSOrganizationsNotInUseException", Failure::ServiceDisabled),
        (404, "ResourceNotFoundException", Failure::NotFound),
        (400, "UnrecognizedClientException", Failure::Denied),
        (400, "ValidationException", Failure::Invalid),
    ] {
        let server = Server::start(move |_, _| Answer::json_error(status, code));
        let bench = bench(&server, None, |_| {});
        let error = bench.call(Session::Hub, &LIST_ACCOUNTS, json!({})).await.unwrap_err();
        assert_eq!((error.failure, error.code.as_str()), (failure, code));
        assert_eq!(error.message, format!("words about {code}"));
        assert_eq!(server.seen().len(), 1);
    }
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_not_taken_in() {
    let server = Server::start(|_, _| Answer::ok(&format!("{{\"a\":\"{}\"}}", "a".repeat(2_000))));
    let bench = bench(&server, None, |options| options.max_answer = 1_000);
    let error = bench.call(Session::Hub, &LIST_ACCOUNTS, json!({})).await.unwrap_err();
    assert_eq!(error.failure, Failure::TooLarge);
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn silence_is_waited_out_no_longer_than_an_attempt_may_take() {
    let server = Server::start(|_, _| Answer::Silence(Duration::from_secs(30)));
    let bench = bench(&server, None, |options| {
        options.attempt_timeout = Duration::from_millis(50)
    });
    let error = bench.call(Session::Hub, &LIST_ACCOUNTS, json!({})).await.unwrap_err();
    assert_eq!((error.failure, error.code.as_str()), (Failure::Timeout, "Timeout"));
    assert_eq!(server.seen().len(), 5);
}

#[tokio::test]
async fn nothing_is_waited_for_past_the_deadline() {
    let server = Server::start(|_, _| Answer::json_error(400, "ThrottlingException"));
    // Five seconds of which are left for storing what there is.
    let end = Duration::from_millis(5_900);
    let bench = bench(&server, Some(end), |_| {});
    let error = bench.call(Session::Hub, &LIST_ACCOUNTS, json!({})).await.unwrap_err();
    assert_eq!(error.failure, Failure::Deadline);
    assert!(bench.clock.elapsed() < end);
    assert!(server.seen().len() < 5);
    assert!(error.message.contains("ThrottlingException"), "{}", error.message);
}

#[tokio::test]
async fn a_slow_answer_leaves_a_worker_the_time_to_store_what_it_has() {
    let server = Server::start(|_, _| Answer::Silence(Duration::from_secs(30)));
    let began = std::time::Instant::now();
    let bench = bench(&server, Some(Duration::from_millis(5_200)), |_| {});
    let error = bench.call(Session::Hub, &LIST_ACCOUNTS, json!({})).await.unwrap_err();
    assert_eq!(error.failure, Failure::Deadline);
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    assert!(!server.seen().is_empty());
}

#[tokio::test]
async fn a_wrong_clock_is_corrected_once() {
    let skewed = Answer::Reply(
        403,
        vec![("date".to_owned(), "Thu, 01 Jan 2026 02:00:00 GMT".to_owned())],
        r#"{"__type":"InvalidSignatureException","message":"Signature expired: 20260101T000000Z is now earlier than …"}"#.to_owned(),
    );
    let server = after(vec![skewed.clone()]);
    let first = bench(&server, None, |_| {});
    first.call(Session::Hub, &LIST_ACCOUNTS, json!({})).await.unwrap();
    let dates: Vec<String> = server
        .seen()
        .iter()
        .map(|seen| seen.header("x-amz-date").unwrap().to_owned())
        .collect();
    assert_eq!(dates, ["20260101T000000Z", "20260101T020000Z"]);

    let server = Server::start(move |_, _| skewed.clone());
    let second = bench(&server, None, |_| {});
    let error = second.call(Session::Hub, &LIST_ACCOUNTS, json!({})).await.unwrap_err();
    assert_eq!(error.code, "InvalidSignatureException");
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn budgets_and_throttling_hold_back_every_caller_of_the_api() {
    let server = after(vec![Answer::json_error(429, "TooManyRequestsException")]);
    let bench = bench(&server, None, |_| {});
    bench.call(Session::Hub, &LIST_ACCOUNTS, json!({})).await.unwrap();
    let after_throttling = bench.clock.elapsed();
    for _ in 0..3 {
        bench.call(Session::Hub, &LIST_ACCOUNTS, json!({})).await.unwrap();
    }
    // One call a second, two at once: three calls after the second one wait a second each.
    assert!(
        bench.clock.elapsed() - after_throttling >= Duration::from_secs(2),
        "{:?}",
        bench.clock.sleeps
    );
}

#[tokio::test]
async fn xml_is_answered_with_empty_lists_and_numbers() {
    let body = "<GetAccountAuthorizationDetailsResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><GetAccountAuthorizationDetailsResult>\
        <IsTruncated>false</IsTruncated><UserDetailList/><RoleDetailList><member><RoleName>a &amp; b</RoleName><CreateDate>2020-01-02T03:04:05Z</CreateDate>\
        <AssumeRolePolicyDocument>%7B%22Version%22%3A%222012-10-17%22%7D</AssumeRolePolicyDocument></member></RoleDetailList>\
        <Policies><member><AttachmentCount>2</AttachmentCount></member></Policies></GetAccountAuthorizationDetailsResult></GetAccountAuthorizationDetailsResponse>";
    let server = Server::start(move |_, _| Answer::ok(body));
    let bench = bench(&server, None, |_| {});
    let parameters = json!({"MaxItems": 1000, "Filter": ["Role", "User"]});
    let answer = bench
        .call(Session::Hub, &GET_ACCOUNT_AUTHORIZATION_DETAILS, parameters)
        .await
        .unwrap();
    assert_eq!(
        answer,
        json!({
            "IsTruncated": false,
            "UserDetailList": [],
            "RoleDetailList": [{"RoleName": "a & b", "CreateDate": "2020-01-02T03:04:05+00:00", "AssumeRolePolicyDocument": {"Version": "2012-10-17"}}],
            "Policies": [{"AttachmentCount": 2}],
        })
    );
    assert_eq!(
        server.seen()[0].body,
        "Action=GetAccountAuthorizationDetails&Version=2010-05-08&Filter.member.1=Role&Filter.member.2=User&MaxItems=1000"
    );
}

#[tokio::test]
async fn parameters_that_the_api_does_not_know_are_not_sent() {
    let server = after(Vec::new());
    let bench = bench(&server, None, |_| {});
    let error = bench
        .call(Session::Hub, &LIST_ACCOUNTS, json!({"MaxResult": 20}))
        .await
        .unwrap_err();
    assert_eq!(
        (error.failure, error.code.as_str()),
        (Failure::Invalid, "InvalidParameters")
    );
    assert!(server.seen().is_empty());
}
