//! Who signs in from outside, and what resources grant by themselves.

use sv0_model::path::PathKind;

use super::super::{line, paths};
use super::{PROD, case, check, ways};

#[test]
fn people_and_machines_sign_in_from_outside() {
    const GITHUB: &str = "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com";
    let repository = |trust: &str| {
        format!(
            "{}
            identity {GITHUB} repo:acme/app:ref:refs/heads/main may-assume arn:aws:iam::111111111111:role/reader",
            PROD.replace("trust service lambda.amazonaws.com", trust)
        )
    };
    let github = |condition: &str| format!("trust federated {GITHUB}{condition}");
    let main = "main: SIGNS_IN_AS ACCESSES [direct] allowed";
    let found = |fixture: &str| ways(fixture);
    assert_eq!(found(&repository(&github(""))), [main]);
    assert_eq!(
        found(&repository("trust service lambda.amazonaws.com")),
        [""; 0],
        "the role does not trust the provider"
    );
    let claim = |operator: &str, subject: &str| {
        let host = "token.actions.githubusercontent.com";
        format!(
            r#" if {{"{operator}":{{"{host}:sub":"{subject}"}},"StringEquals":{{"{host}:aud":"sts.amazonaws.com"}}}}"#
        )
    };
    let own = claim("StringLike", "repo:acme/app:*");
    let of_pattern = |condition: &str, subject: &str| {
        let trusting = repository(&github(condition)).replace("repo:acme/app:ref:refs/heads/main", subject);
        found(&format!(
            "{trusting}\n trusts-provider reader {GITHUB} {}",
            condition.trim_start_matches(" if ")
        ))
    };
    assert_eq!(
        of_pattern(&own, "repo:acme/app:*"),
        ["*: SIGNS_IN_AS ACCESSES [direct] allowed"]
    );
    assert_eq!(
        of_pattern(&own, "repo:acme/other:*"),
        [""; 0],
        "the statement is about another repository"
    );
    assert_eq!(
        of_pattern(&claim("StringEqualsIgnoreCase", "repo:acme/app:*"), "repo:acme/app:*"),
        [""; 0],
        "no token has a subject with a star"
    );
    assert_eq!(
        found(&repository(&github("")).replace("111111111111:oidc-provider", "222222222222:oidc-provider")),
        [""; 0],
        "STS looks for the provider in the role's account"
    );
    let saml = "arn:aws:iam::111111111111:saml-provider/okta";
    assert_eq!(
        found(&format!(
            "{}\n identity {saml} staff may-assume-saml arn:aws:iam::111111111111:role/reader",
            PROD.replace("trust service lambda.amazonaws.com", &format!("trust saml {saml}"))
        )),
        ["staff: SIGNS_IN_AS ACCESSES [direct federated_human] allowed"]
    );
    let profile = |trust: &str| {
        format!(
            "{}\n profile 111111111111/vault may-assume-service arn:aws:iam::111111111111:role/reader",
            PROD.replace("trust service lambda.amazonaws.com", trust)
        )
    };
    assert_eq!(
        found(&profile("trust tagging rolesanywhere.amazonaws.com")),
        ["vault: SIGNS_IN_AS ACCESSES [direct] allowed"]
    );
    assert_eq!(found(&profile("trust service lambda.amazonaws.com")), [""; 0]);
}

#[test]
fn guests_of_a_pool_and_holders_of_certificates_start_paths() {
    let pool = |condition: &str| {
        format!(
            "{}\n pool 111111111111/app may-assume-as unauthenticated arn:aws:iam::111111111111:role/reader",
            PROD.replace(
                "trust service lambda.amazonaws.com",
                &format!("trust federated cognito-identity.amazonaws.com if {condition}")
            )
        )
    };
    let of_pool = |pool: &str, amr: &str| {
        format!(
            r#"{{"StringEquals":{{"cognito-identity.amazonaws.com:aud":"{pool}"}},"ForAnyValue:StringLike":{{"cognito-identity.amazonaws.com:amr":"{amr}"}}}}"#
        )
    };
    let guest = "app: SIGNS_IN_AS ACCESSES [direct] allowed";
    for (pool_id, amr, want) in [
        ("eu-west-1:app", "unauthenticated", vec![guest]),
        ("eu-west-1:app", "authenticated", vec![]),
        ("eu-west-1:other", "unauthenticated", vec![]),
    ] {
        assert_eq!(ways(&pool(&of_pool(pool_id, amr))), want, "{pool_id} {amr}");
    }
    let profile = |key: &str| {
        format!(
            "{}\n profile 111111111111/vault may-assume-service arn:aws:iam::111111111111:role/reader",
            PROD.replace(
                "trust service lambda.amazonaws.com",
                &format!(r#"trust tagging rolesanywhere.amazonaws.com if {{"StringEquals":{{"{key}":"scanner"}}}}"#)
            )
        )
    };
    let by_certificate = ["vault: SIGNS_IN_AS ACCESSES [direct] conditional"];
    for key in ["aws:PrincipalTag/x509Subject/CN", "aws:RequestTag/x509Subject/CN"] {
        assert_eq!(ways(&profile(key)), by_certificate, "{key}");
    }
}

#[test]
fn the_workforce_and_users_with_keys_start_paths() {
    let role = "role 111111111111/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Analyst_0123456789abcdef
          allow s3:GetObject on *
        bucket 111111111111/orders
        sso-set Analyst
        sso-user ann in team
        sso-user bob
        sso-group team";
    let analyst = ": SIGNS_IN_AS ACCESSES [direct federated_human] allowed";
    assert_eq!(
        ways(&format!(
            "{role}\n assign group team Analyst 111111111111\n assign user bob Analyst 111111111111"
        )),
        [format!("id-bob{analyst}"), format!("id-team{analyst}")],
        "what a user has by a group is the group's"
    );
    assert_eq!(
        ways(&format!("{role}\n assign group team Analyst 222222222222")),
        [""; 0],
        "in another account"
    );

    let user =
        |words: &str| format!("user 111111111111/ann {words}\n allow s3:GetObject on *\n bucket 111111111111/orders");
    assert_eq!(ways(&user("machine")), ["ann: ACCESSES [direct] allowed"]);
    assert_eq!(ways(&user("human")), [""; 0], "a person without keys");
    let depth = paths(
        "user 111111111111/ann machine\n allow sts:AssumeRole on *\n role 111111111111/reader\n trust 111111111111\n allow s3:GetObject on *\n bucket 111111111111/orders",
    );
    assert_eq!(
        depth.iter().map(line).collect::<Vec<_>>(),
        ["reader read_data orders s3:GetObject allowed"]
    );
    assert_eq!((depth[0].chain_depth, depth[0].kind), (2, PathKind::AssumedChain));
}

#[test]
fn resource_policies_grant_by_themselves() {
    let app = |lines: &str, grant: &str| {
        format!(
            "lambda 111111111111/caller runs-as app
            role 111111111111/app
              trust service lambda.amazonaws.com
              {lines}
            bucket 111111111111/orders
              {grant}"
        )
    };
    let grant = "grant arn:aws:iam::111111111111:role/app allow s3:GetObject on arn:aws:s3:::orders/*";
    check(&[
        case(
            "the bucket alone",
            "caller",
            app("allow sqs:ListQueues on *", grant),
            &["caller: RUNS_AS ACCESSES [direct resource_policy_only] allowed"],
        ),
        case(
            "both sides",
            "caller",
            app("allow s3:GetObject on *", grant),
            &["caller: RUNS_AS ACCESSES [direct] allowed"],
        ),
        case(
            "the account is let in, the role's policy decides",
            "caller",
            app(
                "allow s3:GetObject on *",
                "grant 111111111111 allow s3:GetObject on arn:aws:s3:::orders/*",
            ),
            &["caller: RUNS_AS ACCESSES [direct] allowed"],
        ),
    ]);
}
