//! Whose credentials are used, and how often they are asked for.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use sv0_aws::api::own_session_policies;
use sv0_collect::calls::iam::GET_ACCOUNT_AUTHORIZATION_DETAILS;
use sv0_collect::{Caller, Failure, Session};

use crate::server::{Answer, Seen, Server};
use crate::support::{EXTERNAL_ID, SECRET, assumed, bench, spoke};

const DETAILS: &str = "<R><GetAccountAuthorizationDetailsResult><IsTruncated>false</IsTruncated></GetAccountAuthorizationDetailsResult></R>";

/// STS whose sessions last an hour from the beginning of the test, and IAM.
fn sts_and_iam(seen: &Seen) -> Answer {
    if seen.is("AssumeRole") {
        return Answer::ok(&assumed("ASIAROLE", "2026-01-01T01:00:00Z"));
    }
    Answer::ok(DETAILS)
}

#[tokio::test]
async fn workers_that_come_together_take_a_role_once() {
    let server = Server::start(|seen, _| sts_and_iam(seen));
    let bench = bench(&server, None, |_| {});
    let calls = (0..8).map(|_| bench.call(spoke("111122223333"), &GET_ACCOUNT_AUTHORIZATION_DETAILS, json!({})));
    for answer in join_all(calls).await {
        answer.unwrap();
    }
    assert_eq!(server.count("AssumeRole"), 1);
    let seen = server.seen();
    let form = &seen[0].body;
    for pair in [
        "RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2FSecurityV0ReadOnly",
        "RoleSessionName=SecurityV0-111122223333-1767225600",
        &format!("ExternalId={EXTERNAL_ID}"),
        "DurationSeconds=3600",
        "Tags.member.1.Key=sv0-component&Tags.member.1.Value=collector",
        "Tags.member.2.Key=sv0-run-id&Tags.member.2.Value=run-1",
    ] {
        assert!(form.contains(pair), "{pair} is not in {form}");
    }
    let authorization = seen[0].header("authorization").unwrap();
    assert!(
        authorization.contains("/eu-central-1/sts/aws4_request"),
        "{authorization}"
    );
    assert_eq!(seen[1].header("x-amz-security-token"), Some("token-of-ASIAROLE"));
    assert!(
        seen[1]
            .header("authorization")
            .unwrap()
            .contains("Credential=ASIAROLE/")
    );
}

#[tokio::test]
async fn the_roles_own_policies_narrow_sessions_and_are_named_where_one_is_missing() {
    let server = Server::start(|_, _| {
        Answer::Reply(
            400,
            Vec::new(),
            "<ErrorResponse><Error><Code>MalformedPolicyDocument</Code><Message>words</Message></Error></ErrorResponse>".to_owned(),
        )
    });
    let bench = bench(&server, None, |options| {
        options.roles.session_policies = own_session_policies().unwrap();
        options.roles.spoke_role = "audit/Reader".to_owned();
    });
    let session = Session::Spoke {
        account: "111122223333".to_owned(),
        caller: Caller::Collector,
    };
    let error = bench
        .call(session, &GET_ACCOUNT_AUTHORIZATION_DETAILS, json!({}))
        .await
        .unwrap_err();
    assert_eq!(error.failure, Failure::RoleRefused);
    let body = &server.seen()[0].body;
    for function in ["identity", "data", "compute", "integration", "ai", "audit"] {
        let arn = format!("arn:aws:iam::111122223333:policy/audit/Reader-{function}");
        assert!(body.contains(&arn.replace(':', "%3A").replace('/', "%2F")), "{body}");
        assert!(error.message.contains(&arn), "{}", error.message);
    }
    assert!(
        !body.contains("Reader-deny") && !body.contains("PolicyArns.member.7"),
        "{body}"
    );
}

#[tokio::test]
async fn each_component_takes_the_role_for_itself_with_its_own_policies() {
    let server = Server::start(|seen, _| sts_and_iam(seen));
    let bench = bench(&server, None, |options| {
        let arns = vec!["arn:${Partition}:iam::${Account}:policy/Narrow".to_owned()];
        options.roles.session_policies.insert(Caller::Collector, arns);
        options.roles.spoke_role = "audit/Reader".to_owned();
        options.roles.duration = Duration::from_secs(1);
    });
    for caller in [Caller::Collector, Caller::Preflight, Caller::Collector] {
        let account = "111122223333".to_owned();
        let session = Session::Spoke { account, caller };
        bench
            .call(session, &GET_ACCOUNT_AUTHORIZATION_DETAILS, json!({}))
            .await
            .unwrap();
    }
    let forms: Vec<String> = server
        .seen()
        .into_iter()
        .filter(|seen| seen.is("AssumeRole"))
        .map(|seen| seen.body)
        .collect();
    assert_eq!(forms.len(), 2);
    assert!(
        forms[0].contains("PolicyArns.member.1.arn=arn%3Aaws%3Aiam%3A%3A111122223333%3Apolicy%2FNarrow"),
        "{}",
        forms[0]
    );
    assert!(!forms[1].contains("PolicyArns"), "{}", forms[1]);
    assert!(forms[1].contains("role%2Faudit%2FReader"), "{}", forms[1]);
    assert!(forms[1].contains("DurationSeconds=900"), "{}", forms[1]);
}

#[tokio::test]
async fn a_session_is_renewed_five_minutes_before_its_end() {
    let server = Server::start(|seen, _| sts_and_iam(seen));
    let bench = bench(&server, None, |_| {});
    for (minutes, roles_taken) in [(0, 1), (54, 1), (1, 2)] {
        bench.clock.advance(Duration::from_secs(minutes * 60));
        bench
            .call(spoke("111122223333"), &GET_ACCOUNT_AUTHORIZATION_DETAILS, json!({}))
            .await
            .unwrap();
        assert_eq!(server.count("AssumeRole"), roles_taken, "after {minutes} more minutes");
    }
}

#[tokio::test]
async fn a_refused_role_is_not_asked_for_again() {
    let server = Server::start(|_, _| Answer::xml_error(403, "AccessDenied"));
    let bench = bench(&server, None, |_| {});
    for _ in 0..3 {
        let error = bench
            .call(spoke("111122223333"), &GET_ACCOUNT_AUTHORIZATION_DETAILS, json!({}))
            .await
            .unwrap_err();
        assert_eq!(
            (error.failure, error.code.as_str()),
            (Failure::RoleRefused, "AccessDenied")
        );
        assert_eq!(error.call, "sts:AssumeRole");
    }
    assert_eq!(server.seen().len(), 1);
    let other = bench
        .call(spoke("444455556666"), &GET_ACCOUNT_AUTHORIZATION_DETAILS, json!({}))
        .await;
    assert_eq!(other.unwrap_err().failure, Failure::RoleRefused);
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn a_role_that_could_not_be_asked_for_is_asked_for_again() {
    let server = Server::start(|seen, before| match before {
        0..=4 => Answer::xml_error(503, "ServiceUnavailable"),
        _ => sts_and_iam(seen),
    });
    let bench = bench(&server, None, |_| {});
    let error = bench
        .call(spoke("111122223333"), &GET_ACCOUNT_AUTHORIZATION_DETAILS, json!({}))
        .await
        .unwrap_err();
    assert_eq!(
        (error.failure, error.call.as_str()),
        (Failure::Server, "sts:AssumeRole")
    );
    bench
        .call(spoke("111122223333"), &GET_ACCOUNT_AUTHORIZATION_DETAILS, json!({}))
        .await
        .unwrap();
}

#[tokio::test]
async fn expired_credentials_are_renewed_once() {
    let server = Server::start(|seen, before| match before {
        1 => Answer::xml_error(403, "ExpiredToken"),
        _ => sts_and_iam(seen),
    });
    let first = bench(&server, None, |_| {});
    first
        .call(spoke("111122223333"), &GET_ACCOUNT_AUTHORIZATION_DETAILS, json!({}))
        .await
        .unwrap();
    assert_eq!(server.count("AssumeRole"), 2);

    let server = Server::start(|seen, _| match seen.is("AssumeRole") {
        true => sts_and_iam(seen),
        false => Answer::xml_error(403, "ExpiredToken"),
    });
    let second = bench(&server, None, |_| {});
    let error = second
        .call(spoke("111122223333"), &GET_ACCOUNT_AUTHORIZATION_DETAILS, json!({}))
        .await
        .unwrap_err();
    assert_eq!(error.failure, Failure::Expired);
    assert_eq!(server.count("AssumeRole"), 2);
}

#[tokio::test]
async fn what_is_no_account_takes_no_role() {
    let server = Server::start(|seen, _| sts_and_iam(seen));
    let bench = bench(&server, None, |_| {});
    for session in [
        spoke("11112222333"),
        spoke("1111:role/x "),
        Session::Management {
            caller: Caller::Inventory,
        },
    ] {
        let error = bench
            .call(session, &GET_ACCOUNT_AUTHORIZATION_DETAILS, json!({}))
            .await
            .unwrap_err();
        assert_eq!((error.failure, error.code.as_str()), (Failure::Invalid, "InvalidRole"));
    }
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn nothing_prints_a_secret() {
    let server = Server::start(|seen, _| sts_and_iam(seen));
    let bench = bench(&server, None, |_| {});
    bench
        .call(spoke("111122223333"), &GET_ACCOUNT_AUTHORIZATION_DETAILS, json!({}))
        .await
        .unwrap();
    let printed = format!("{:?}", bench.client);
    for secret in [SECRET, EXTERNAL_ID, "token-of", "ASIAROLE"] {
        assert!(!printed.contains(secret), "{printed}");
    }
}
