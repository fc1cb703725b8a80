use super::*;

fn kind(text: &str) -> Result<PrincipalKind, PrincipalError> {
    Principal::parse(text, None).map(|principal| principal.kind)
}

#[test]
fn reads_every_form_of_principal() {
    let name = |text: &str| text.to_owned();
    for (text, want) in [
        ("arn:aws:iam::111122223333:root", PrincipalKind::Root),
        (
            "arn:aws:iam::111122223333:user/app/alice",
            PrincipalKind::User { name: name("alice") },
        ),
        (
            "arn:aws:iam::111122223333:role/reader",
            PrincipalKind::Role {
                path: name("/"),
                name: name("reader"),
            },
        ),
        (
            "arn:aws:iam::111122223333:role/a/b/reader",
            PrincipalKind::Role {
                path: name("/a/b/"),
                name: name("reader"),
            },
        ),
        (
            "arn:aws:sts::111122223333:assumed-role/reader/s1",
            PrincipalKind::AssumedRole {
                role: name("reader"),
                session: name("s1"),
            },
        ),
        (
            "arn:aws:sts::111122223333:federated-user/bob",
            PrincipalKind::FederatedUser { name: name("bob") },
        ),
        (
            "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com",
            PrincipalKind::OidcProvider,
        ),
        (
            "arn:aws:iam::111122223333:saml-provider/okta",
            PrincipalKind::SamlProvider,
        ),
        ("lambda.amazonaws.com", PrincipalKind::Service),
        ("accounts.google.com", PrincipalKind::WebIdentity),
        ("anonymous", PrincipalKind::Anonymous),
    ] {
        assert_eq!(kind(text), Ok(want), "{text}");
    }
    assert_eq!(kind(&"0a".repeat(32)), Ok(PrincipalKind::CanonicalUser));
}

#[test]
fn refuses_what_cannot_make_a_request() {
    for (text, want) in [
        ("arn:aws:s3:::bucket", PrincipalError::NotAPrincipalArn),
        (
            "arn:aws:iam::111122223333:group/admins",
            PrincipalError::NotAPrincipalArn,
        ),
        ("arn:aws:iam::111122223333:role/*", PrincipalError::NotAPrincipalArn),
        ("arn:aws:iam::aws:role/reader", PrincipalError::NoAccount),
        ("arn:aws:iam", PrincipalError::Unrecognized),
        ("someone", PrincipalError::Unrecognized),
        ("example.org", PrincipalError::Ambiguous),
        ("", PrincipalError::Unrecognized),
    ] {
        assert_eq!(kind(text), Err(want), "{text}");
    }
}

#[test]
fn the_type_decides_where_the_text_does_not() {
    let parsed = Principal::parse("cognito-identity.amazonaws.com", Some(PrincipalType::Federated)).unwrap();
    assert_eq!(parsed.kind(), &PrincipalKind::WebIdentity);
    assert_eq!(
        Principal::parse("arn:aws:iam::111122223333:root", Some(PrincipalType::Service)),
        Err(PrincipalError::TypeMismatch)
    );
}
