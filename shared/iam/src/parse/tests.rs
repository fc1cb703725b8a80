use serde_json::json;
use sv0_model::decision::Effect;

use super::*;
use crate::document::read_json;
use crate::policy::{Element, PrincipalPattern, Statement};
use crate::principal::PrincipalType;

fn codes(document: &Value) -> Vec<(&'static str, String)> {
    parse_policy(document)
        .diagnostics
        .into_iter()
        .map(|diagnostic| (diagnostic.code, diagnostic.at))
        .collect()
}

fn only_statement(statement: &Value) -> Statement {
    let document = json!({"Version": "2012-10-17", "Statement": statement});
    parse_policy(&document).policy.statements()[0].clone()
}

#[test]
fn a_clean_policy_has_no_diagnostics() {
    let document = json!({"Version": "2012-10-17", "Id": "x", "Statement": [{"Sid": "S", "Effect": "Deny", "NotPrincipal": {"AWS": "111122223333"},
        "NotAction": ["s3:*"], "NotResource": "arn:aws:s3:::${aws:username}", "Condition": {"ForAnyValue:StringLike": {"aws:TagKeys": ["a", 1, true]}}}]});
    let parsed = parse_policy(&document);
    assert_eq!(parsed.diagnostics, []);
    let statement = &parsed.policy.statements()[0];
    assert_eq!(
        (statement.index(), statement.sid(), statement.effect()),
        (0, Some("S"), Some(Effect::Deny))
    );
    assert!(statement.is_fully_readable());
    assert_eq!(
        statement.principals().items(),
        [PrincipalPattern::Account("111122223333".to_owned())]
    );
    assert!(matches!(statement.actions(), Element::Except(_)));
    assert_eq!(
        statement.resources().items()[0].variables().collect::<Vec<_>>(),
        ["aws:username"]
    );
    assert_eq!(
        statement.conditions()[0]
            .values()
            .iter()
            .map(crate::Template::text)
            .collect::<Vec<_>>(),
        ["a", "1", "true"]
    );
    assert_eq!(
        statement.sha256(),
        sv0_model::hash::sha256_of_json(&document["Statement"][0])
    );
}

#[test]
fn every_kind_of_principal_is_told_apart() {
    let id = "0a".repeat(32);
    let statement = only_statement(&json!({"Effect": "Allow", "Action": "*", "Principal": {
        "AWS": ["*", "111122223333", "arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:user/a", "arn:aws:iam::111122223333:role/p/a",
            "arn:aws:sts::111122223333:assumed-role/a/s", "arn:aws:sts::111122223333:federated-user/a", "AROAIOSFODNN7EXAMPLE1", "arn:aws:iam::111122223333:role/*"],
        "CanonicalUser": id, "Federated": "accounts.google.com", "Service": "ec2.amazonaws.com"}}));
    let own = |text: &str| text.to_owned();
    assert_eq!(
        statement.principals().items(),
        [
            PrincipalPattern::Everyone,
            PrincipalPattern::Account(own("111122223333")),
            PrincipalPattern::Account(own("111122223333")),
            PrincipalPattern::User(own("arn:aws:iam::111122223333:user/a")),
            PrincipalPattern::Role(own("arn:aws:iam::111122223333:role/p/a")),
            PrincipalPattern::RoleSession(own("arn:aws:sts::111122223333:assumed-role/a/s")),
            PrincipalPattern::FederatedUser(own("arn:aws:sts::111122223333:federated-user/a")),
            PrincipalPattern::UniqueId(own("AROAIOSFODNN7EXAMPLE1")),
            PrincipalPattern::Unknown {
                namespace: Some(PrincipalType::Aws),
                text: own("arn:aws:iam::111122223333:role/*"),
            },
            PrincipalPattern::CanonicalUser(id),
            PrincipalPattern::Federated(own("accounts.google.com")),
            PrincipalPattern::Service(own("ec2.amazonaws.com")),
        ]
    );
    assert!(!statement.is_fully_readable());
}

#[test]
fn every_fault_has_a_code_and_a_place() {
    for (document, code, at) in [
        (json!(5), "bad_type", ""),
        (json!({}), "missing_statement", ""),
        (json!({"Statement": []}), "empty_list", "/Statement"),
        (
            json!({"Version": "2020", "Statement": []}),
            "unknown_version",
            "/Version",
        ),
        (json!({"Statement": [], "Extra/1": 1}), "unknown_element", "/Extra~11"),
        (json!({"Statement": ["x"]}), "bad_type", "/Statement/0"),
        (json!({"Statement": {"Action": "*"}}), "missing_effect", "/Statement"),
        (
            json!({"Statement": {"Effect": "allow", "Action": "*"}}),
            "bad_effect",
            "/Statement/Effect",
        ),
        (
            json!({"Statement": {"Effect": "Allow"}}),
            "missing_action",
            "/Statement",
        ),
        (
            json!({"Statement": {"Effect": "Allow", "action": "*"}}),
            "element_case",
            "/Statement/action",
        ),
        (
            json!({"Statement": {"Effect": "Allow", "Action": "*", "NotAction": "*"}}),
            "both_elements",
            "/Statement",
        ),
        (
            json!({"Statement": {"Effect": "Allow", "Action": []}}),
            "empty_list",
            "/Statement/Action",
        ),
        (
            json!({"Statement": {"Effect": "Allow", "Action": ["*", 1]}}),
            "bad_type",
            "/Statement/Action/1",
        ),
        (
            json!({"Statement": {"Effect": "Allow", "Action": "*", "Principal": "arn:aws:iam::111122223333:root"}}),
            "bare_principal",
            "/Statement/Principal",
        ),
        (
            json!({"Statement": {"Effect": "Allow", "Action": "*", "Principal": {"Robot": "x"}}}),
            "bad_principal",
            "/Statement/Principal/Robot",
        ),
        (
            json!({"Statement": {"Effect": "Allow", "Action": "*", "Principal": {"AWS": "AIDAIOSFODNN7EXAMPLE1"}}}),
            "deleted_principal",
            "/Statement/Principal/AWS",
        ),
        (
            json!({"Statement": {"Effect": "Allow", "Action": "*", "Condition": []}}),
            "bad_type",
            "/Statement/Condition",
        ),
        (
            json!({"Statement": {"Effect": "Allow", "Action": "*", "Condition": {"Like": {"k": "v"}}}}),
            "unknown_operator",
            "/Statement/Condition/Like",
        ),
        (
            json!({"Statement": {"Effect": "Allow", "Action": "*", "Condition": {"Bool": {"k": {}}}}}),
            "bad_type",
            "/Statement/Condition/Bool/k",
        ),
        (
            json!({"Statement": {"Effect": "Allow", "Action": "*", "Condition": {"Bool": {"k": []}}}}),
            "empty_list",
            "/Statement/Condition/Bool/k",
        ),
    ] {
        assert!(
            codes(&document).contains(&(code, at.to_owned())),
            "{document} lacks {code} at {at}: {:?}",
            codes(&document)
        );
    }
}

#[test]
fn elements_that_stand_twice_are_not_lost() {
    let document = read_json(
        r#"{"Statement": {"Effect": "Allow", "Action": "s3:*", "Action": "iam:*", "Resource": "*", "Condition": {"Bool": {"a": "true", "a": "false"}}}}"#,
    )
    .unwrap();
    let parsed = parse_policy(&document);
    let statement = &parsed.policy.statements()[0];
    assert_eq!(statement.actions(), &Element::Unreadable);
    assert_eq!(
        statement.conditions().iter().filter(|clause| !clause.readable).count(),
        1
    );
    assert_eq!(
        parsed
            .diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.code == "duplicate_element")
            .count(),
        2
    );
}

#[test]
fn trust_statements_tell_which_keys_they_require() {
    for (condition, want) in [
        (json!({"StringEquals": {"sts:ExternalId": "x"}}), true),
        (json!({"ForAnyValue:StringLike": {"STS:externalid": "x"}}), true),
        (json!({"StringEqualsIfExists": {"sts:ExternalId": "x"}}), false),
        (json!({"StringNotEquals": {"sts:ExternalId": "x"}}), false),
        (json!({"ForAllValues:StringEquals": {"sts:ExternalId": "x"}}), false),
        (json!({"Null": {"sts:ExternalId": "false"}}), false),
        (json!({"StringEquals": {"aws:PrincipalOrgID": "o-x"}}), false),
    ] {
        let statement = only_statement(
            &json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": "*", "Condition": condition}),
        );
        assert_eq!(statement.requires_key("sts:ExternalId"), want, "{condition}");
    }
}
