//! Credentials of a person who signed in with IAM Identity Center: what `aws configure sso` writes is what most engineers have.

use std::fs;
use std::process::{Command, Output};

use serde_json::json;

use super::recording::{fake, live, words};
use crate::fake_aws::FakeAws;

/// SHA-1 of the session's name, under which the AWS CLI keeps its token.
const CACHED: &str = ".aws/sso/cache/293abb6b76d7791c0732cc517d38c4b5c734b87f.json";
const PROFILE: &str = "
[profile acme]
sso_session = acme
sso_account_id = 604915728338
sso_role_name = ROLE
region = eu-west-1
[sso-session acme]
sso_region = eu-west-1
sso_start_url = https://acme.awsapps.com/start
sso_registration_scopes = sso:account:access
";

/// Asks the central sources as somebody whose profile signs in, with this role and this token in the cache.
fn asked(fake: &FakeAws, role: &str, token: Option<(&str, &str)>) -> Output {
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join("config");
    fs::write(&config, PROFILE.replace("ROLE", role)).unwrap();
    if let Some((token, expires)) = token {
        let cached = home.path().join(CACHED);
        fs::create_dir_all(cached.parent().unwrap()).unwrap();
        let kept = json!({"startUrl": "https://acme.awsapps.com/start", "region": "eu-west-1", "accessToken": token, "expiresAt": expires});
        fs::write(cached, kept.to_string()).unwrap();
    }
    let out = home.path().join("capture");
    let arguments = ["capture", "--central-only", "--json", "--regions", "eu-west-1", "--out"];
    let mut command: Command = live(fake, &arguments);
    command.arg(&out);
    for own in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] {
        command.env_remove(own);
    }
    command.env("HOME", home.path());
    command.env("AWS_CONFIG_FILE", &config).env("AWS_PROFILE", "acme");
    command.env("AWS_ENDPOINT_URL_SSO", &fake.endpoint);
    command.output().unwrap()
}

const ROLE: &str = "SecurityV0Operator";
const LATER: &str = "2099-01-01T00:00:00Z";

#[test]
fn who_signed_in_needs_no_keys() {
    let fake = fake(&json!({}));
    let output = asked(&fake, ROLE, Some(("sso-token-of-the-fake", LATER)));
    assert_eq!(output.status.code(), Some(0), "{}", words(&output));
    let calls = fake.calls();
    let made = |name: &str| calls.iter().filter(|call| call["operation"] == name).count();
    // The plan and the scan have a client each.
    assert_eq!(made("GetRoleCredentials"), 2);
    assert!(made("DescribeOrganization") > 0);
}

#[test]
fn who_has_to_sign_in_again_is_told_so() {
    for (case, role, token) in [
        ("never signed in", ROLE, None),
        (
            "the token ran out",
            ROLE,
            Some(("sso-token-of-the-fake", "2026-01-01T00:00:00Z")),
        ),
        ("signed out elsewhere", ROLE, Some(("another", LATER))),
    ] {
        let fake = fake(&json!({}));
        let output = asked(&fake, role, token);
        let words = words(&output);
        assert_ne!(output.status.code(), Some(0), "{case}: {words}");
        assert!(words.contains("aws sso login"), "{case}: {words}");
        assert!(!words.contains("sso-token-of-the-fake"), "{case}: {words}");
    }
}

#[test]
fn a_permission_set_that_is_not_ones_own_is_refused_in_words_of_aws() {
    let fake = fake(&json!({}));
    let output = asked(&fake, "Another", Some(("sso-token-of-the-fake", LATER)));
    let words = words(&output);
    assert_ne!(output.status.code(), Some(0), "{words}");
    assert!(words.contains("No access"), "{words}");
}
