//! Roles that whole accounts and other systems get.

use super::{judge, line};
use sv0_model::observation::Evidence;

fn of_kind(fixture: &str, kind: &str) -> Vec<String> {
    let found = judge(fixture, &Evidence::default(), &[]);
    let lines = found.iter().map(line);
    lines.filter(|line| line.starts_with(kind)).collect()
}

#[test]
fn whole_accounts() {
    let with = |trust: &str| {
        format!(
            "role 111111111111/partner\n trust {trust}\n allow s3:GetObject on *\n bucket 111111111111/b restricted"
        )
    };
    let cases: &[(&str, String, &[&str])] = &[
        (
            "outside",
            with("333333333333"),
            &["trusts_whole_account high: role partner trusts the whole of account 333333333333"],
        ),
        (
            "outside, with an ExternalId",
            with(r#"333333333333 if {"StringEquals":{"sts:ExternalId":"x"}}"#),
            &["trusts_whole_account high: role partner trusts the whole of account 333333333333"],
        ),
        (
            "another of the organization",
            with("222222222222"),
            &["trusts_whole_account medium: role partner trusts the whole of account 222222222222"],
        ),
        ("its own", with("111111111111"), &[]),
        ("the management account", with("999999999999"), &[]),
        ("one role", with("arn:aws:iam::333333333333:role/vendor"), &[]),
        (
            "one session",
            with("arn:aws:sts::333333333333:assumed-role/vendor/s"),
            &[],
        ),
        (
            "one role, by a condition",
            with(r#"333333333333 if {"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::333333333333:role/vendor"}}"#),
            &[],
        ),
        (
            "tagged principals",
            with(r#"222222222222 if {"StringEquals":{"aws:PrincipalTag/team":"audit"}}"#),
            &[],
        ),
        ("a service", with("service lambda.amazonaws.com"), &[]),
    ];
    for (name, fixture, want) in cases {
        assert_eq!(of_kind(fixture, "trusts_whole_account"), *want, "{name}");
    }
}

const GITHUB: &str = "federated arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com";
const ONE_REPOSITORY: &str =
    r#" if {"StringEquals":{"token.actions.githubusercontent.com:sub":"repo:acme/app:ref:refs/heads/main"}}"#;

#[test]
fn integrations_with_broad_rights() {
    let vendor = "trust arn:aws:iam::333333333333:role/vendor";
    let with = |trust: &str, allows: &str| {
        format!(
            "role 111111111111/partner\n {trust}\n allow {allows}\n bucket 111111111111/b internal\n bucket 111111111111/r restricted\n lambda 111111111111/f"
        )
    };
    let cases: &[(&str, String, &[&str])] = &[
        (
            "an administrator",
            with(vendor, "* on *"),
            &["over_permissive_integration critical: integration role partner may do more than it names"],
        ),
        (
            "writes everywhere",
            with(vendor, "s3:PutObject on *"),
            &["over_permissive_integration high: integration role partner may do more than it names"],
        ),
        (
            "reads everything",
            with(vendor, "s3:GetObject on arn:aws:s3:::*"),
            &["over_permissive_integration high: integration role partner may do more than it names"],
        ),
        (
            "reads what is internal",
            with(vendor, "s3:GetObject on arn:aws:s3:::b/*"),
            &[],
        ),
        (
            "reads one restricted bucket",
            with(vendor, "s3:GetObject on arn:aws:s3:::r/*"),
            &[],
        ),
        (
            "writes one bucket",
            with(vendor, "s3:PutObject on arn:aws:s3:::b/*"),
            &[],
        ),
        ("reads metadata", with(vendor, "s3:GetBucketPolicy,iam:List* on *"), &[]),
        (
            "changes any function, from a pipeline",
            with(
                &format!("trust {GITHUB}{ONE_REPOSITORY}"),
                "lambda:UpdateFunctionCode on *",
            ),
            &["over_permissive_integration high: integration role partner may do more than it names"],
        ),
        (
            "changes one function, from a pipeline",
            with(
                &format!("trust {GITHUB}{ONE_REPOSITORY}"),
                "lambda:UpdateFunctionCode on arn:aws:lambda:eu-west-1:111111111111:function:f",
            ),
            &[],
        ),
        (
            "writes everywhere, but a boundary stops it",
            with(vendor, "s3:PutObject on *\n boundary allow s3:Get* on *"),
            &[],
        ),
        (
            "a workload of its own",
            with("trust service lambda.amazonaws.com", "* on *"),
            &[],
        ),
        (
            "a pod of the own cluster",
            with(
                "trust federated arn:aws:iam::111111111111:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/A",
                "s3:PutObject on *",
            ),
            &[],
        ),
        (
            "people",
            with(
                "trust saml arn:aws:iam::111111111111:saml-provider/idp",
                "s3:PutObject on *",
            ),
            &[],
        ),
        (
            "another account of the organization",
            with("trust 222222222222", "s3:PutObject on *"),
            &[],
        ),
    ];
    for (name, fixture, want) in cases {
        assert_eq!(of_kind(fixture, "over_permissive_integration"), *want, "{name}");
    }
}
