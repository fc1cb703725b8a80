//! Every layer that blocks, beside the nearest case in which it does not.

mod s3_and_kms;

use sv0_iam::{Context, UnknownContext};
use sv0_model::decision::{Caveat, Decision, Layer};

use super::Estate;
use crate::query::{Answer, Query, QueryError};
use crate::testkit::graph;

pub(crate) const APP: &str = "arn:aws:iam::111111111111:role/app";

/// An organization with a production account, a development account and a management account; and a role, a bucket and a secret in production.
pub(crate) const BASE: &str = r"
    organization o-acme management 999999999999
    account 111111111111 under r-1/ou-prod
    account 222222222222 under r-1/ou-dev
    account 999999999999 under r-1
";

pub(crate) fn ask(fixture: &str, principal: &str, action: &str, resource: &str) -> Result<Answer, QueryError> {
    let graph = graph(fixture);
    Estate::new(&graph).decide(&Query {
        principal,
        action,
        resource,
        context: &Context::new(),
        unknown_context: UnknownContext::Any,
    })
}

struct Case {
    name: &'static str,
    /// Added to [`BASE`].
    estate: &'static str,
    principal: &'static str,
    action: &'static str,
    resource: &'static str,
    decision: Decision,
    blocked_by: &'static [Layer],
    caveats: &'static [Caveat],
}

const OBJECT: &str = "arn:aws:s3:::orders/1.json";
const SECRET: &str = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:db-AbCdEf";
const READ: &str = "s3:GetObject";

use Decision::{Allow, Conditional, ExplicitDeny, ImplicitDeny};

fn case(name: &'static str, estate: &'static str, decision: Decision, blocked_by: &'static [Layer]) -> Case {
    Case {
        name,
        estate,
        principal: APP,
        action: READ,
        resource: OBJECT,
        decision,
        blocked_by,
        caveats: &[],
    }
}

impl Case {
    fn by(self, principal: &'static str) -> Self {
        Self { principal, ..self }
    }

    fn of(self, action: &'static str, resource: &'static str) -> Self {
        Self {
            action,
            resource,
            ..self
        }
    }

    fn with(self, caveats: &'static [Caveat]) -> Self {
        Self { caveats, ..self }
    }

    fn check(&self) {
        let fixture = format!("{BASE}{}", self.estate);
        let answer = ask(&fixture, self.principal, self.action, self.resource).unwrap();
        assert_eq!(answer.decision, self.decision, "{}: {answer:#?}", self.name);
        assert_eq!(answer.blocked_by, self.blocked_by, "{}: {answer:#?}", self.name);
        assert_eq!(answer.caveats, self.caveats, "{}: {answer:#?}", self.name);
        let is_conditional = self.decision == Conditional;
        assert_eq!(answer.condition.is_some(), is_conditional, "{}: {answer:#?}", self.name);
    }
}

fn check(cases: &[Case]) {
    cases.iter().for_each(Case::check);
}

#[test]
fn identity_policies() {
    check(&[
        case("own policy", "role 111111111111/app\n allow s3:GetObject on *\n bucket 111111111111/orders", Allow, &[]),
        case("no policy", "role 111111111111/app\n bucket 111111111111/orders", ImplicitDeny, &[Layer::Identity]),
        case("own deny", "role 111111111111/app\n allow s3:* on *\n deny s3:GetObject on arn:aws:s3:::orders/*\n bucket 111111111111/orders", ExplicitDeny, &[Layer::Identity]),
        case("a group's policy", "group 111111111111/readers\n allow s3:GetObject on *\n user 111111111111/ann in readers\n bucket 111111111111/orders", Allow, &[])
            .by("arn:aws:iam::111111111111:user/ann"),
        case("a policy that was not collected", "role 111111111111/app holds arn:aws:iam::aws:policy/Unread\n bucket 111111111111/orders", Conditional, &[Layer::Identity])
            .with(&[Caveat::PolicyNotCollected]),
        case("a session of the role", "role 111111111111/app\n allow s3:GetObject on *\n bucket 111111111111/orders", Allow, &[])
            .by("arn:aws:sts::111111111111:assumed-role/app/s1"),
        case("the account's root", "bucket 111111111111/orders", Allow, &[]).by("arn:aws:iam::111111111111:root"),
        case("a role of an account that was not collected", "role 222222222222/app referenced\n bucket 111111111111/orders\n grant arn:aws:iam::222222222222:role/app allow s3:GetObject on arn:aws:s3:::orders/*",
             Conditional, &[Layer::Identity]).by("arn:aws:iam::222222222222:role/app").with(&[Caveat::PolicyNotCollected]),
    ]);
}

#[test]
fn boundaries() {
    check(&[
        case(
            "inside",
            "role 111111111111/app\n allow s3:* on *\n boundary allow s3:GetObject on *\n bucket 111111111111/orders",
            Allow,
            &[],
        ),
        case(
            "outside",
            "role 111111111111/app\n allow s3:* on *\n boundary allow ec2:* on *\n bucket 111111111111/orders",
            ImplicitDeny,
            &[Layer::Boundary],
        ),
    ]);
}

#[test]
fn service_control_policies() {
    let role = "role 111111111111/app\n allow s3:* on *\n bucket 111111111111/orders";
    let with = |scp: &str| Box::leak(format!("{scp}\n{role}").into_boxed_str()) as &'static str;
    check(&[
        case("deny on the organizational unit", with("scp no-s3 on ou-prod\n deny s3:* on *"), ExplicitDeny, &[Layer::Scp]),
        case("deny on another unit", with("scp no-s3 on ou-dev\n deny s3:* on *"), Allow, &[]),
        case("the management account is exempt", "scp no-s3 on r-1\n deny s3:* on *\n role 999999999999/app\n allow s3:* on *\n bucket 999999999999/orders", Allow, &[])
            .by("arn:aws:iam::999999999999:role/app"),
        case("service-linked roles are exempt", "scp no-s3 on r-1\n deny s3:* on *\n service-linked-role 111111111111/x.amazonaws.com/AWSServiceRoleForX\n allow s3:* on *\n bucket 111111111111/orders", Allow, &[])
            .by("arn:aws:iam::111111111111:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"),
        case("policies were not collected", with("policies-not-collected"), Conditional, &[Layer::Scp, Layer::Rcp])
            .with(&[Caveat::ScpsNotCollected, Caveat::RcpsNotCollected]),
        case("an account outside the organization", "role 333333333333/app\n allow s3:* on *\n bucket 333333333333/orders", Allow, &[]).by("arn:aws:iam::333333333333:role/app"),
    ]);
}

#[test]
fn resource_control_policies() {
    let both = "role 111111111111/app\n allow s3:* on *\n bucket 111111111111/orders";
    let with = |rcp: &str| Box::leak(format!("{rcp}\n{both}").into_boxed_str()) as &'static str;
    check(&[
        case(
            "deny",
            with("rcp no-s3 on ou-prod\n deny s3:* on *"),
            ExplicitDeny,
            &[Layer::Rcp],
        ),
        case(
            "on another unit",
            with("rcp no-s3 on ou-dev\n deny s3:* on *"),
            Allow,
            &[],
        ),
        case(
            "only outsiders",
            with(
                r#"rcp own on r-1
            deny s3:* on * if {"StringNotEqualsIfExists":{"aws:PrincipalOrgID":"o-acme"}}"#,
            ),
            Allow,
            &[],
        ),
    ]);
}

#[test]
fn resource_policies() {
    check(&[
        case("cross-account, both sides", "role 222222222222/app\n allow s3:GetObject on *\n bucket 111111111111/orders\n grant 222222222222 allow s3:GetObject on arn:aws:s3:::orders/*", Allow, &[])
            .by("arn:aws:iam::222222222222:role/app"),
        case("cross-account, one side", "role 222222222222/app\n allow s3:GetObject on *\n bucket 111111111111/orders", ImplicitDeny, &[Layer::Resource])
            .by("arn:aws:iam::222222222222:role/app"),
        case("the bucket denies", "role 111111111111/app\n allow s3:GetObject on *\n bucket 111111111111/orders\n grant * deny s3:GetObject on arn:aws:s3:::orders/*", ExplicitDeny, &[Layer::Resource]),
        case("not collected", "role 111111111111/app\n allow s3:GetObject on *\n bucket 111111111111/orders policy-not-collected", Conditional, &[Layer::Resource])
            .with(&[Caveat::ResourcePolicyNotCollected]),
        case("the own organization", r#"role 222222222222/app
            allow s3:GetObject on *
            bucket 111111111111/orders
            grant * allow s3:GetObject on arn:aws:s3:::orders/* if {"StringEquals":{"aws:PrincipalOrgID":"o-acme"}}"#, Allow, &[]).by("arn:aws:iam::222222222222:role/app"),
        case("another organization", r#"role 333333333333/app external
            bucket 111111111111/orders
            grant * allow s3:GetObject on arn:aws:s3:::orders/* if {"StringEquals":{"aws:PrincipalOrgID":"o-acme"}}"#, ImplicitDeny, &[Layer::Resource]).by("arn:aws:iam::333333333333:role/app"),
        case("a unit of the organization", r#"role 222222222222/app
            allow s3:GetObject on *
            bucket 111111111111/orders
            grant * allow s3:GetObject on arn:aws:s3:::orders/* if {"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"o-acme/r-1/ou-prod/*"}}"#, ImplicitDeny, &[Layer::Resource])
            .by("arn:aws:iam::222222222222:role/app"),
    ]);
}

#[test]
fn trust_policies() {
    let target = "arn:aws:iam::111111111111:role/target";
    check(&[
        case("named", "role 111111111111/app\n role 111111111111/target\n trust arn:aws:iam::111111111111:role/app", Allow, &[]).of("sts:AssumeRole", target),
        case("account trusted, identity silent", "role 111111111111/app\n role 111111111111/target\n trust 111111111111", ImplicitDeny, &[Layer::Identity]).of("sts:AssumeRole", target),
        case("account trusted, identity allows", "role 111111111111/app\n allow sts:AssumeRole on *\n role 111111111111/target\n trust 111111111111", Allow, &[]).of("sts:AssumeRole", target),
        case("ExternalId", r#"role 111111111111/app
            allow sts:AssumeRole on *
            role 111111111111/target
            trust 111111111111 if {"StringEquals":{"sts:ExternalId":"x"}}"#, Conditional, &[Layer::Resource]).of("sts:AssumeRole", target),
        case("trust is no policy for IAM's own actions", "role 111111111111/app\n allow iam:GetRole on *\n role 111111111111/target\n trust 222222222222", Allow, &[]).of("iam:GetRole", target),
        case("a service", "role 111111111111/target\n trust service lambda.amazonaws.com", Allow, &[]).by("lambda.amazonaws.com").of("sts:AssumeRole", target),
        case("not collected", "role 111111111111/app\n allow sts:AssumeRole on *\n role 111111111111/target referenced policy-not-collected", Conditional, &[Layer::Resource])
            .of("sts:AssumeRole", target).with(&[Caveat::ResourcePolicyNotCollected]),
    ]);
}

#[test]
fn keys() {
    const KEY_ALLOWS: &str = "key 111111111111/k\n grant 111111111111 allow kms:* on *";
    let estate = |key: &str, allows: &str| {
        Box::leak(
            format!("{key}\n role 111111111111/app\n {allows}\n bucket 111111111111/orders key k").into_boxed_str(),
        ) as &'static str
    };
    check(&[
        case("both open", estate(KEY_ALLOWS, "allow s3:GetObject,kms:Decrypt on *"), Allow, &[]),
        case("no permission on the key", estate(KEY_ALLOWS, "allow s3:GetObject on *"), ImplicitDeny, &[Layer::Kms]),
        case("the key's policy leaves it out", estate("key 111111111111/k\n grant arn:aws:iam::111111111111:role/other allow kms:* on *", "allow s3:GetObject,kms:Decrypt on *"), ImplicitDeny, &[Layer::Kms]),
        case("the key's policy denies", estate("key 111111111111/k\n grant 111111111111 allow kms:* on *\n grant * deny kms:Decrypt on *", "allow s3:GetObject,kms:Decrypt on *"), ExplicitDeny, &[Layer::Kms]),
        case("neither", estate(KEY_ALLOWS, "allow ec2:* on *"), ImplicitDeny, &[Layer::Identity, Layer::Kms]),
        case("through the service alone", estate(r#"key 111111111111/k
            grant 111111111111 allow kms:* on * if {"StringEquals":{"kms:ViaService":"s3.eu-west-1.amazonaws.com","kms:CallerAccount":"111111111111"}}"#, "allow s3:GetObject,kms:Decrypt on *"), Allow, &[]),
        case("through another service", estate(r#"key 111111111111/k
            grant 111111111111 allow kms:* on * if {"StringEquals":{"kms:ViaService":"sqs.eu-west-1.amazonaws.com"}}"#, "allow s3:GetObject,kms:Decrypt on *"), ImplicitDeny, &[Layer::Kms]),
        case("the key's policy was not collected", estate("key 111111111111/k policy-not-collected", "allow s3:GetObject,kms:Decrypt on *"), Conditional, &[Layer::Kms])
            .with(&[Caveat::KmsNotEvaluated, Caveat::ResourcePolicyNotCollected]),
        case("AWS's own key, same account", "role 111111111111/app\n allow secretsmanager:* on *\n secret 111111111111/db key arn:aws:kms:eu-west-1:111111111111:alias/aws/secretsmanager", Allow, &[])
            .of("secretsmanager:GetSecretValue", SECRET),
        case("AWS's own key, another account", "role 222222222222/app\n allow secretsmanager:* on *\n secret 111111111111/db key arn:aws:kms:eu-west-1:111111111111:alias/aws/secretsmanager\n grant 222222222222 allow secretsmanager:GetSecretValue on *",
             ImplicitDeny, &[Layer::Kms]).by("arn:aws:iam::222222222222:role/app").of("secretsmanager:GetSecretValue", SECRET),
        case("listing needs no key", estate(KEY_ALLOWS, "allow s3:ListBucket on *"), Allow, &[]).of("s3:ListBucket", "arn:aws:s3:::orders"),
    ]);
}

#[test]
fn block_public_access() {
    let public = "\n grant * allow s3:GetObject on arn:aws:s3:::orders/*";
    let with = |words: &str, more: &str| {
        Box::leak(format!("bucket 111111111111/orders {words}{public}\n{more}").into_boxed_str()) as &'static str
    };
    let outsider = "role 222222222222/app\n allow s3:* on *";
    check(&[
        case("open to everyone", with("", ""), Allow, &[]).by("anonymous"),
        case("blocked for everyone", with("blocks-public-access", ""), ImplicitDeny, &[Layer::BlockPublicAccess]).by("anonymous"),
        case("blocked for another account", with("blocks-public-access", outsider), ImplicitDeny, &[Layer::BlockPublicAccess]).by("arn:aws:iam::222222222222:role/app"),
        case("not for the own account", with("blocks-public-access", "role 111111111111/app\n allow s3:* on *"), Allow, &[]),
        case("a policy that names an account is not public", "bucket 111111111111/orders blocks-public-access\n grant 222222222222 allow s3:GetObject on arn:aws:s3:::orders/*\n role 222222222222/app\n allow s3:* on *", Allow, &[])
            .by("arn:aws:iam::222222222222:role/app"),
        case("a policy for one organization is not public", r#"bucket 111111111111/orders blocks-public-access
            grant * allow s3:GetObject on arn:aws:s3:::orders/* if {"StringEquals":{"aws:PrincipalOrgID":"o-acme"}}
            role 222222222222/app
            allow s3:* on *"#, Allow, &[]).by("arn:aws:iam::222222222222:role/app"),
    ]);
}

#[test]
fn tags() {
    check(&[
        case(
            "a resource's tag",
            r#"role 111111111111/app
            allow secretsmanager:GetSecretValue on * if {"StringEquals":{"aws:ResourceTag/team":"blue"}}
            secret 111111111111/db tag team=blue"#,
            Allow,
            &[],
        )
        .of("secretsmanager:GetSecretValue", SECRET),
        case(
            "a tag that the resource lacks",
            r#"role 111111111111/app
            allow secretsmanager:GetSecretValue on * if {"StringEquals":{"aws:ResourceTag/team":"blue"}}
            secret 111111111111/db"#,
            ImplicitDeny,
            &[Layer::Identity],
        )
        .of("secretsmanager:GetSecretValue", SECRET),
        case(
            "a role's tag",
            r#"role 111111111111/app tag team=blue
            allow s3:GetObject on * if {"StringEquals":{"aws:PrincipalTag/team":"blue"}}
            bucket 111111111111/orders"#,
            Allow,
            &[],
        ),
        case(
            "a session may bring the tag that its role lacks",
            r#"role 111111111111/app
            trust tagging 111111111111
            allow s3:GetObject on * if {"StringEquals":{"aws:PrincipalTag/team":"blue"}}
            bucket 111111111111/orders"#,
            Conditional,
            &[Layer::Identity],
        ),
        case(
            "a session may bring another tag than its role's",
            r#"role 111111111111/app tag team=red
            trust tagging 111111111111
            allow s3:GetObject on * if {"StringEquals":{"aws:PrincipalTag/team":"blue"}}
            bucket 111111111111/orders"#,
            Conditional,
            &[Layer::Identity],
        ),
        case(
            "nobody may tag the sessions of a role whose trust policy does not say so",
            r#"role 111111111111/app
            trust service lambda.amazonaws.com
            allow s3:GetObject on * if {"StringEquals":{"aws:PrincipalTag/team":"blue"}}
            bucket 111111111111/orders"#,
            ImplicitDeny,
            &[Layer::Identity],
        ),
        case(
            "a user has no session tags",
            r#"user 111111111111/ann
            allow s3:GetObject on * if {"StringEquals":{"aws:PrincipalTag/team":"blue"}}
            bucket 111111111111/orders"#,
            ImplicitDeny,
            &[Layer::Identity],
        )
        .by("arn:aws:iam::111111111111:user/ann"),
        case(
            "a bucket's tags are not those of a request",
            r#"role 111111111111/app
            allow s3:GetObject on * if {"StringEquals":{"aws:ResourceTag/team":"blue"}}
            bucket 111111111111/orders tag team=blue"#,
            Conditional,
            &[Layer::Identity],
        ),
    ]);
}

#[test]
fn a_key_that_nothing_describes_leaves_the_answer_open() {
    let fixture =
        format!("{BASE} role 111111111111/app\n allow s3:GetObject,kms:* on *\n bucket 111111111111/orders key k");
    let answer = ask(&fixture, APP, READ, OBJECT).unwrap();
    assert_eq!(
        (answer.decision, answer.blocked_by.as_slice()),
        (Conditional, [Layer::Kms].as_slice())
    );
    assert_eq!(answer.caveats, [Caveat::KmsNotEvaluated]);
}

#[test]
fn a_stand_alone_account_has_no_organization() {
    let fixture = r#"
        role 111111111111/app
          allow s3:GetObject on * if {"StringNotEqualsIfExists":{"aws:PrincipalOrgID":"o-acme"}}
        bucket 111111111111/orders
    "#;
    let answer = ask(fixture, APP, READ, OBJECT).unwrap();
    assert_eq!(answer.decision, Allow, "{answer:#?}");
}

#[test]
fn names_are_found_or_near_ones_suggested() {
    let fixture =
        "role 111111111111/path/app\n lambda 111111111111/orders\n secret 111111111111/db\n bucket 111111111111/orders";
    let graph = graph(fixture);
    let estate = Estate::new(&graph);
    let found = [
        "arn:aws:s3:::orders/a/b",
        "arn:aws:lambda:eu-west-1:111111111111:function:orders:live",
        "arn:aws:secretsmanager:eu-west-1:111111111111:secret:db",
        "*",
    ];
    for resource in found {
        assert!(estate.place(resource).is_ok(), "{resource}");
    }
    for principal in [
        "arn:aws:iam::111111111111:role/app",
        "arn:aws:sts::111111111111:assumed-role/app/s",
        "lambda.amazonaws.com",
        "anonymous",
        "arn:aws:iam::111111111111:root",
    ] {
        assert!(estate.subject(principal).is_ok(), "{principal}");
    }
    let unknown = [
        "arn:aws:iam::111111111111:role/ap",
        "arn:aws:iam::999999999999:root",
        "arn:aws:iam::111111111111:user/app",
        "nobody",
        "",
    ];
    for principal in unknown {
        assert!(
            matches!(estate.subject(principal), Err(QueryError::NotFound { .. })),
            "{principal}"
        );
    }
    let Err(QueryError::NotFound { suggestions, .. }) = estate.subject("arn:aws:iam::111111111111:role/ap") else {
        panic!("unknown")
    };
    assert_eq!(suggestions, ["arn:aws:iam::111111111111:role/path/app"]);
    let Err(QueryError::NotFound { suggestions, .. }) = estate.place("arn:aws:s3:::order") else {
        panic!("unknown")
    };
    assert_eq!(
        suggestions,
        [
            "arn:aws:lambda:eu-west-1:111111111111:function:orders",
            "arn:aws:s3:::orders"
        ]
    );
}
