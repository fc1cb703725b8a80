//! Roles that an identity provider's strangers can get.

use super::{judge, line};
use sv0_model::observation::Evidence;

#[test]
fn strangers() {
    let host = "token.actions.githubusercontent.com";
    let role = |trust: &str| {
        format!(
            "role 111111111111/deploy\n trust federated {trust}\n allow s3:PutObject on *\n bucket 111111111111/b internal"
        )
    };
    let github = |condition: &str| {
        role(&format!(
            "arn:aws:iam::111111111111:oidc-provider/{host} if {condition}"
        ))
    };
    let gitlab = |condition: &str| {
        role(&format!(
            "arn:aws:iam::111111111111:oidc-provider/gitlab.com if {condition}"
        ))
    };
    let own = |condition: &str| {
        role(&format!(
            "arn:aws:iam::111111111111:oidc-provider/login.acme.example if {condition}"
        ))
    };
    let sub = |operator: &str, value: &str| format!(r#"{{"{operator}":{{"{host}:sub":"{value}"}}}}"#);
    let any_repository: &[&str] = &["open_federation high: any repository of GitHub can get role deploy"];
    let fitting: &[&str] = &["open_federation high: any repository of GitHub whose name fits can get role deploy"];
    let cases: &[(&str, String, &[&str])] = &[
        (
            "no condition",
            role(&format!("arn:aws:iam::111111111111:oidc-provider/{host}")),
            any_repository,
        ),
        (
            "the audience alone",
            github(&format!(r#"{{"StringEquals":{{"{host}:aud":"sts.amazonaws.com"}}}}"#)),
            any_repository,
        ),
        ("any repository", github(&sub("StringLike", "repo:*")), any_repository),
        (
            "a branch of any repository",
            github(&sub("StringLike", "repo:*:ref:refs/heads/main")),
            any_repository,
        ),
        (
            "an environment of any repository",
            github(&sub("StringLike", "*:environment:production")),
            any_repository,
        ),
        (
            "the subject only if it is there",
            github(&sub("StringNotLike", "repo:evil/*")),
            any_repository,
        ),
        (
            "a repository's name",
            github(&sub("StringLike", "repo:*/app:*")),
            fitting,
        ),
        ("the end of a name", github(&sub("StringLike", "*acme/app*")), fitting),
        (
            "a name of four letters",
            github(&sub("StringLike", "repo:????/app:*")),
            fitting,
        ),
        ("the start of a name", github(&sub("StringLike", "repo:acme*")), fitting),
        (
            "the start of a name, for any value",
            github(&sub("ForAnyValue:StringLike", "repo:acme*")),
            fitting,
        ),
        (
            "a pattern that is no pattern",
            github(&sub("StringEquals", "repo:acme*")),
            &[],
        ),
        (
            "a branch by its own claim",
            github(&format!(r#"{{"StringEquals":{{"{host}:ref":"refs/heads/main"}}}}"#)),
            any_repository,
        ),
        (
            "any organization's repository by its own claim",
            github(&format!(r#"{{"StringLike":{{"{host}:repository":"*/app"}}}}"#)),
            any_repository,
        ),
        (
            "the start of a name, by two claims",
            github(&format!(
                r#"{{"StringLike":{{"{host}:repository_owner":"acme*","{host}:sub":"repo:acme*"}}}}"#
            )),
            fitting,
        ),
        (
            "the start of a name, and the owner in full",
            github(&format!(
                r#"{{"StringEquals":{{"{host}:repository_owner":"acme"}},"StringLike":{{"{host}:sub":"repo:acme*"}}}}"#
            )),
            &[],
        ),
        (
            "one repository by its own claim",
            github(&format!(r#"{{"StringEquals":{{"{host}:repository":"acme/app"}}}}"#)),
            &[],
        ),
        ("an organization", github(&sub("StringLike", "repo:acme/*")), &[]),
        (
            "an organization with a hyphen",
            github(&sub("StringLike", "repo:acme-parcel/*:*")),
            &[],
        ),
        (
            "a repository",
            github(&sub("StringLike", "repo:acme-parcel/app:*")),
            &[],
        ),
        (
            "one branch",
            github(&sub("StringEquals", "repo:acme/app:ref:refs/heads/main")),
            &[],
        ),
        (
            "an organization by another claim",
            github(&format!(r#"{{"StringEquals":{{"{host}:repository_owner":"acme"}}}}"#)),
            &[],
        ),
        (
            "a workflow",
            github(&format!(
                r#"{{"StringLike":{{"{host}:job_workflow_ref":"acme/ci/.github/workflows/x.yml@*"}}}}"#
            )),
            &[],
        ),
        (
            "GitLab, any project",
            gitlab(r#"{"StringLike":{"gitlab.com:sub":"project_path:*:ref_type:branch:ref:main"}}"#),
            &["open_federation high: any project of GitLab can get role deploy"],
        ),
        (
            "GitLab, one group",
            gitlab(r#"{"StringLike":{"gitlab.com:sub":"project_path:acme/*"}}"#),
            &[],
        ),
        (
            "GitLab, a project's name",
            gitlab(r#"{"StringLike":{"gitlab.com:sub":"project_path:*/infra:*"}}"#),
            &["open_federation high: any project of GitLab whose name fits can get role deploy"],
        ),
        (
            "an own provider, any subject",
            own(r#"{"StringEquals":{"login.acme.example:aud":"aws"}}"#),
            &["open_federation medium: whoever login.acme.example vouches for can get role deploy"],
        ),
        (
            "an own provider, one subject",
            own(r#"{"StringEquals":{"login.acme.example:sub":"ci"}}"#),
            &[],
        ),
        (
            "Google, one app",
            role(
                r#"accounts.google.com if {"StringEquals":{"accounts.google.com:aud":"123.apps.googleusercontent.com"}}"#,
            ),
            &[],
        ),
        (
            "Google, any app",
            role("accounts.google.com"),
            &["open_federation high: anybody with a Google identity can get role deploy"],
        ),
        (
            "SAML",
            role("x").replace("federated x", "saml arn:aws:iam::111111111111:saml-provider/idp"),
            &[],
        ),
        (
            "a service",
            role("x").replace("federated x", "service lambda.amazonaws.com"),
            &[],
        ),
    ];
    check_kind(cases);
}

#[test]
fn guests() {
    let pool = "eu-west-1:1a1a1a1a-0000-4000-8000-000000000000";
    let with = |amr: &str, allows: &str| {
        format!(
            r#"role 111111111111/guest
            trust federated cognito-identity.amazonaws.com if {{"StringEquals":{{"cognito-identity.amazonaws.com:aud":"{pool}"}},"ForAnyValue:StringLike":{{"cognito-identity.amazonaws.com:amr":"{amr}"}}}}
            allow {allows}
            bucket 111111111111/b internal"#
        )
    };
    let relation = |setting: &str| {
        format!(
            "\n thing identity/cognito_identity_pool arn:aws:cognito-identity:eu-west-1:111111111111:identitypool/{pool} 111111111111 {setting}\n relation arn:aws:cognito-identity:eu-west-1:111111111111:identitypool/{pool} MAY_ASSUME arn:aws:iam::111111111111:role/guest"
        )
    };
    let open: &[&str] = &["open_federation medium: guests of a Cognito identity pool can get role guest"];
    let reads = "s3:GetObject on *";
    check_kind(&[
        ("guests that read", with("unauthenticated", reads), open),
        (
            "guests without rights",
            with("unauthenticated", "cognito-sync:* on *"),
            &[],
        ),
        ("signed-in users", with("authenticated", reads), &[]),
        (
            "a pool that admits guests",
            with("unauthenticated", reads) + &relation("with allows_unauthenticated=true"),
            open,
        ),
        (
            "a pool that admits none",
            with("unauthenticated", reads) + &relation("with allows_unauthenticated=false"),
            &[],
        ),
        (
            "any pool",
            format!(
                "role 111111111111/guest\n trust federated cognito-identity.amazonaws.com\n allow {reads}\n bucket 111111111111/b internal"
            ),
            &["open_federation medium: any Cognito identity pool can get role guest"],
        ),
    ]);
}

fn check_kind(cases: &[(&str, String, &[&str])]) {
    for (name, fixture, want) in cases {
        let found = judge(fixture, &Evidence::default(), &[]);
        let lines: Vec<String> = found
            .iter()
            .map(line)
            .filter(|line| line.starts_with("open_federation"))
            .collect();
        assert_eq!(lines, *want, "{name}");
        for finding in found
            .iter()
            .filter(|finding| line(finding).starts_with("open_federation"))
        {
            assert!(!finding.statements.is_empty() && !finding.verify.is_empty(), "{name}");
        }
    }
}
