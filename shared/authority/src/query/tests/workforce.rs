//! Users of IAM Identity Center through their permission sets, and principals of every other kind.

use serde_json::{Value, json};
use sv0_iam::{Context, UnknownContext};

use super::{Query, who_can, with_estate};

const DATA: &str = "arn:aws:s3:::data/1.json";
const ANN: &str = "arn:aws:identitystore:::user/id-ann";

/// Ann reads through her group, Bob is assigned in an account that was not recorded, Cy is assigned nothing, Di may only use what her role lets `di` use.
const WORKFORCE: &str = r#"
    sso-set Reader
    sso-set Admin
    sso-set Own
    sso-group engineers
    sso-user ann in engineers
    sso-user bob
    sso-user cy
    sso-user di
    assign group engineers Reader 111111111111
    assign user ann Reader 222222222222
    assign user bob Admin 333333333333
    assign user di Own 111111111111
    assign user ann Own 111111111111
    role 111111111111/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Reader_0123456789abcdef
      trust saml arn:aws:iam::111111111111:saml-provider/AWSSSO_0_DO_NOT_DELETE
      allow s3:GetObject on arn:aws:s3:::data/*
    role 111111111111/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Own_0123456789abcdef
      trust saml arn:aws:iam::111111111111:saml-provider/AWSSSO_0_DO_NOT_DELETE
      allow ec2:* on *
    role 222222222222/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Reader_fedcba9876543210
      trust saml arn:aws:iam::222222222222:saml-provider/AWSSSO_0_DO_NOT_DELETE
      allow s3:GetObject on arn:aws:s3:::data/*
    bucket 111111111111/data
    bucket 111111111111/own
      grant arn:aws:sts::111111111111:assumed-role/AWSReservedSSO_Own_0123456789abcdef/di allow s3:GetObject on arn:aws:s3:::own/*
    bucket 333333333333/theirs
"#;

fn can(fixture: &str, principal: &str, action: &str, resource: &str) -> Value {
    with_estate(fixture, |estate| {
        let context = Context::new();
        let query = Query {
            principal,
            action,
            resource,
            context: &context,
            unknown_context: UnknownContext::Any,
        };
        json!(estate.decide(&query).unwrap())
    })
}

#[test]
fn who_can_lists_users_beside_their_roles() {
    let reader =
        "arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Reader_0123456789abcdef allow";
    assert_eq!(
        who_can(WORKFORCE, "s3:GetObject", DATA),
        [reader, "arn:aws:iam::111111111111:root allow", &format!("{ANN} allow")]
    );
}

/// A bucket that lets in one user's sessions lets in nobody else who is assigned the same permission set.
#[test]
fn a_session_is_named_after_its_user() {
    let listed = who_can(WORKFORCE, "s3:GetObject", "arn:aws:s3:::own/x");
    let users: Vec<&String> = listed.iter().filter(|row| row.contains(":identitystore:")).collect();
    assert_eq!(users, ["arn:aws:identitystore:::user/id-di allow"], "{listed:?}");
    for (user, want) in [("di", "allow"), ("ann", "implicit_deny")] {
        let answer = can(WORKFORCE, user, "s3:GetObject", "arn:aws:s3:::own/x");
        assert_eq!(answer["decision"], want, "{user}");
    }
}

#[test]
fn users_are_asked_for_by_arn_and_by_user_name() {
    for principal in [ANN, "ann"] {
        let answer = can(WORKFORCE, principal, "s3:GetObject", DATA);
        assert_eq!(
            (&answer["decision"], &answer["principal"]),
            (&json!("allow"), &json!(principal))
        );
    }
    let denied = can(WORKFORCE, "cy", "s3:GetObject", DATA);
    assert_eq!(
        (&denied["decision"], &denied["blocked_by"]),
        (&json!("implicit_deny"), &json!(["identity"]))
    );
    with_estate(WORKFORCE, |estate| {
        let context = Context::new();
        let query = Query {
            principal: "anne",
            action: "s3:GetObject",
            resource: DATA,
            context: &context,
            unknown_context: UnknownContext::Any,
        };
        let error = estate.decide(&query).unwrap_err();
        let super::QueryError::NotFound { suggestions, .. } = error else {
            panic!("{error:?}")
        };
        assert!(suggestions.contains(&ANN.to_owned()), "{suggestions:?}");
        let explanation = estate
            .explain(&Query {
                principal: "ann",
                ..query
            })
            .unwrap();
        assert_eq!(json!(explanation.answer), can(WORKFORCE, "ann", "s3:GetObject", DATA));
        assert!(!explanation.deciding.is_empty());
        let bad = Query {
            principal: "cy",
            action: "nonsense",
            ..query
        };
        assert!(matches!(estate.decide(&bad), Err(super::QueryError::Malformed(_))));
    });
}

/// Bob's role was not recorded: it may hold anything, and nothing of what it may hold is left out.
#[test]
fn a_role_that_was_not_recorded_is_an_open_question() {
    let answer = can(WORKFORCE, "bob", "s3:GetObject", "arn:aws:s3:::theirs/x");
    assert_eq!(
        (&answer["decision"], &answer["caveats"]),
        (&json!("conditional"), &json!(["policy_not_collected"]))
    );
    let condition = json!({"key": "sv0:UncollectedPolicy", "operator": "Allows",
                           "values": ["arn:aws:sso:::permissionSet/ssoins-7223a1b2c3d4e5f6/ps-Admin"]});
    assert_eq!(answer["condition"], condition);
    let listed = who_can(WORKFORCE, "s3:GetObject", "arn:aws:s3:::theirs/x");
    assert!(
        listed.contains(&"arn:aws:identitystore:::user/id-bob conditional".to_owned()),
        "{listed:?}"
    );
    let elsewhere = can(WORKFORCE, "bob", "s3:GetObject", DATA);
    assert_eq!(
        elsewhere["decision"], "implicit_deny",
        "another account's bucket does not let it in"
    );
    let by_name = r#"bucket 111111111111/shared
      grant * allow s3:GetObject on arn:aws:s3:::shared/* if {"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::333333333333:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Admin_*"}}"#;
    let fixture = format!("{WORKFORCE}\n{by_name}");
    let admitted = can(&fixture, "bob", "s3:GetObject", "arn:aws:s3:::shared/x");
    assert_eq!(
        admitted["decision"], "conditional",
        "the path of the role is not known either: {admitted}"
    );
}

/// Where nobody recorded who is in a group, the group is listed, and nobody is denied for want of a membership.
#[test]
fn groups_stand_for_members_that_nobody_recorded() {
    let fixture = WORKFORCE.replace("sso-user ann in engineers", "memberships-unknown\n sso-user ann");
    let fixture = fixture.replace("assign user ann Reader 222222222222", "");
    let listed = who_can(&fixture, "s3:GetObject", DATA);
    assert!(
        listed.contains(&"arn:aws:identitystore:::group/id-engineers allow".to_owned()),
        "{listed:?}"
    );
    let answer = can(&fixture, "cy", "s3:GetObject", DATA);
    assert_eq!(
        (&answer["decision"], &answer["caveats"]),
        (&json!("conditional"), &json!(["policy_not_collected"]))
    );
}

#[test]
fn grants_of_a_user_are_those_of_all_roles() {
    with_estate(WORKFORCE, |estate| {
        let grants = |action| {
            let answer = estate.grants("ann", action, &Context::new(), UnknownContext::Any);
            json!(answer.unwrap())["grants"].clone()
        };
        let want = json!([{"action_class": "read_data", "actions": ["s3:GetObject"], "canonical": ["DataRead"], "resources": ["arn:aws:s3:::data"], "decision": "allow", "condition": null}]);
        assert_eq!(grants(None), want);
        assert_eq!(grants(Some("ec2:DescribeInstances"))[0]["resources"], json!(["*"]));
    });
}

/// Principals of every kind, each where a policy lets it in. `(fixture, action, resource, listed)`
#[test]
fn every_kind_of_principal_is_listed_where_it_belongs() {
    let role = "arn:aws:iam::111111111111:role/app";
    let web = "sts:AssumeRoleWithWebIdentity";
    let cases: &[(&str, &str, &str, &[&str])] = &[
        (
            "role 111111111111/app\n trust service lambda.amazonaws.com",
            "sts:AssumeRole",
            role,
            &["lambda.amazonaws.com allow"],
        ),
        (
            "role 111111111111/app\n trust federated arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com",
            web,
            role,
            &["arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com allow"],
        ),
        (
            "role 111111111111/app\n trust federated accounts.google.com",
            web,
            role,
            &["accounts.google.com allow"],
        ),
        (
            "role 111111111111/app\n trust saml arn:aws:iam::111111111111:saml-provider/idp",
            "sts:AssumeRoleWithSAML",
            role,
            &["arn:aws:iam::111111111111:saml-provider/idp allow"],
        ),
        // The account's own root needs the role's permission like everyone else; another account's root stands for that account.
        (
            "role 111111111111/app\n trust 222222222222",
            "sts:AssumeRole",
            role,
            &["arn:aws:iam::222222222222:root allow"],
        ),
        (
            "group 111111111111/readers\n allow s3:GetObject on *\n user 111111111111/ann in readers\n bucket 111111111111/data",
            "s3:GetObject",
            DATA,
            &[
                "arn:aws:iam::111111111111:root allow",
                "arn:aws:iam::111111111111:user/ann allow",
            ],
        ),
        // A session of a role that nobody recorded, a federated user: they are listed under the names that the policy gives them.
        (
            "bucket 111111111111/data\n grant arn:aws:sts::444444444444:assumed-role/theirs/s1 allow s3:GetObject on arn:aws:s3:::data/*",
            "s3:GetObject",
            DATA,
            &[
                "arn:aws:iam::111111111111:root allow",
                "arn:aws:sts::444444444444:assumed-role/theirs/s1 conditional",
            ],
        ),
        (
            "bucket 111111111111/data\n grant arn:aws:sts::111111111111:federated-user/bob allow s3:GetObject on arn:aws:s3:::data/*",
            "s3:GetObject",
            DATA,
            &[
                "arn:aws:iam::111111111111:root allow",
                "arn:aws:sts::111111111111:federated-user/bob conditional",
            ],
        ),
        // Everyone, but narrowed to an account by a condition: that account is listed.
        (
            "bucket 111111111111/data\n grant * allow s3:GetObject on arn:aws:s3:::data/* if {\"StringEquals\":{\"aws:PrincipalAccount\":\"444444444444\"}}",
            "s3:GetObject",
            DATA,
            &[
                "arn:aws:iam::111111111111:root allow",
                "arn:aws:iam::444444444444:root allow",
            ],
        ),
        (
            "bucket 111111111111/data\n grant * allow s3:GetObject on arn:aws:s3:::data/*",
            "s3:GetObject",
            DATA,
            &["anonymous allow", "arn:aws:iam::111111111111:root allow"],
        ),
        // AssumeRole is a signed call: everyone is whoever has an AWS account.
        (
            "role 111111111111/app\n trust *",
            "sts:AssumeRole",
            role,
            &[
                "* allow",
                "arn:aws:iam::111111111111:role/app allow",
                "arn:aws:iam::111111111111:root allow",
            ],
        ),
        (
            "organization o-acme management 111111111111\n account 111111111111 under r-1\n role 111111111111/app\n trust * if {\"StringEquals\":{\"aws:PrincipalOrgID\":\"o-acme\"}}",
            "sts:AssumeRole",
            role,
            &[
                "arn:aws:iam::111111111111:role/app allow",
                "arn:aws:iam::111111111111:root allow",
            ],
        ),
        (
            "organization o-acme management 111111111111\n account 111111111111 under r-1\n role 111111111111/app\n trust * if {\"StringEquals\":{\"aws:PrincipalOrgID\":\"o-theirs\"}}",
            "sts:AssumeRole",
            role,
            &["* conditional"],
        ),
    ];
    for (fixture, action, resource, listed) in cases {
        assert_eq!(who_can(fixture, action, resource), *listed, "{fixture}");
    }
}
