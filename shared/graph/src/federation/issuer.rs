//! Who issues tokens, by the host of the provider.

use sv0_model::arn::Arn;

/// Who vouches for an identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IssuerKind {
    /// GitHub Actions.
    GitHub,
    /// GitLab CI, hosted or one's own.
    GitLab,
    /// An EKS cluster.
    Eks,
    /// HCP Terraform.
    Terraform,
    /// Bitbucket Pipelines.
    Bitbucket,
    /// `CircleCI`.
    CircleCi,
    /// A SAML provider.
    Saml,
    /// Amazon Cognito.
    Cognito,
    /// Anybody else.
    Other,
}

impl IssuerKind {
    /// The word for it in attributes.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::GitHub => "github",
            Self::GitLab => "gitlab",
            Self::Eks => "eks",
            Self::Terraform => "terraform-cloud",
            Self::Bitbucket => "bitbucket",
            Self::CircleCi => "circleci",
            Self::Saml => "saml",
            Self::Cognito => "cognito",
            Self::Other => "other",
        }
    }
}

/// Host and path of a provider: `oidc.eks.eu-west-1.amazonaws.com/id/ABC` of `arn:aws:iam::…:oidc-provider/oidc.eks.…`; else the text itself.
pub(crate) fn host_of_provider(provider: &str) -> &str {
    let Some(arn) = Arn::parse(provider) else {
        return provider;
    };
    arn.resource.strip_prefix("oidc-provider/").unwrap_or(arn.resource)
}

/// What people call a provider: the host of an OIDC provider, the name of a SAML provider.
pub(crate) fn name_of_provider(provider: &str) -> &str {
    let host = host_of_provider(provider);
    host.strip_prefix("saml-provider/").unwrap_or(host)
}

/// What kind of issuer a provider is, by its ARN or host.
pub(crate) fn kind_of_issuer(provider: &str) -> IssuerKind {
    let is_saml =
        Arn::parse(provider).is_some_and(|arn| arn.service == "iam" && arn.resource.starts_with("saml-provider/"));
    if is_saml {
        return IssuerKind::Saml;
    }
    let provider = host_of_provider(provider).to_ascii_lowercase();
    let host = provider.split('/').next().unwrap_or_default();
    let is_of = |domain: &str| host == domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'));
    if is_of("token.actions.githubusercontent.com")
        || (host.ends_with(".ghe.com") && host.starts_with("token.actions."))
    {
        IssuerKind::GitHub
    } else if is_of("gitlab.com") || host.starts_with("gitlab.") {
        IssuerKind::GitLab
    } else if host.starts_with("oidc.eks.") || host.starts_with("oidc-eks.") {
        IssuerKind::Eks
    } else if is_of("app.terraform.io") || is_of("app.eu.terraform.io") {
        IssuerKind::Terraform
    } else if is_of("api.bitbucket.org") {
        IssuerKind::Bitbucket
    } else if is_of("oidc.circleci.com") {
        IssuerKind::CircleCi
    } else if host == "cognito-identity.amazonaws.com" || host.starts_with("cognito-idp.") {
        IssuerKind::Cognito
    } else {
        IssuerKind::Other
    }
}

/// What a subject says in the words of its issuer.
///
/// Source: GitHub Docs, "OpenID Connect reference", example subject claims: `repo:ORG/REPO:ref:refs/heads/BRANCH`, `…:environment:NAME`, `…:pull_request`;
/// GitLab Docs, "ID token authentication": `project_path:GROUP/PROJECT:ref_type:TYPE:ref:BRANCH`.
pub(super) fn parts_of_subject(issuer: IssuerKind, subject: &str) -> Vec<(&'static str, String)> {
    let mut parts = Vec::new();
    let start = match issuer {
        IssuerKind::GitHub => "repo:",
        IssuerKind::GitLab => "project_path:",
        IssuerKind::Eks => return parts_of_service_account(subject),
        _ => return parts,
    };
    let Some(rest) = subject.strip_prefix(start) else {
        return parts;
    };
    let (repository, context) = rest.split_once(':').unwrap_or((rest, ""));
    parts.push(("repository", repository.to_owned()));
    for (name, marker) in [("ref", "ref:"), ("environment", "environment:")] {
        let place = context
            .strip_prefix(marker)
            .or_else(|| context.split_once(&format!(":{marker}")).map(|(_, rest)| rest));
        parts.extend(place.map(|text| (name, text.to_owned())));
    }
    if context == "pull_request" {
        parts.push(("ref", "pull_request".to_owned()));
    }
    parts
}

fn parts_of_service_account(subject: &str) -> Vec<(&'static str, String)> {
    let account = subject
        .strip_prefix("system:serviceaccount:")
        .and_then(|rest| rest.split_once(':'));
    account.map_or_else(Vec::new, |(namespace, name)| {
        vec![
            ("namespace", namespace.to_owned()),
            ("service_account", name.to_owned()),
        ]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_told_by_its_host_alone() {
        let oidc = |host: &str| format!("arn:aws:iam::111122223333:oidc-provider/{host}");
        for (provider, want) in [
            (oidc("token.actions.githubusercontent.com"), "github"),
            (oidc("token.actions.githubusercontent.com/acme"), "github"),
            (oidc("token.actions.githubusercontent.com.evil.example"), "other"),
            (oidc("nottoken.actions.githubusercontent.com"), "other"),
            (oidc("gitlab.com"), "gitlab"),
            (oidc("gitlab.acme.example"), "gitlab"),
            (oidc("notgitlab.com"), "other"),
            (oidc("oidc.eks.eu-west-1.amazonaws.com/id/ABC"), "eks"),
            (oidc("app.terraform.io"), "terraform-cloud"),
            (
                oidc("api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc"),
                "bitbucket",
            ),
            (oidc("oidc.circleci.com/org/1"), "circleci"),
            ("cognito-identity.amazonaws.com".to_owned(), "cognito"),
            ("arn:aws:iam::111122223333:saml-provider/okta".to_owned(), "saml"),
            ("accounts.google.com".to_owned(), "other"),
            (String::new(), "other"),
        ] {
            assert_eq!(kind_of_issuer(&provider).name(), want, "{provider}");
        }
    }

    #[test]
    fn a_subject_of_github_names_repository_and_ref_or_environment() {
        for (subject, want) in [
            (
                "repo:acme/app:ref:refs/heads/main",
                vec![("repository", "acme/app"), ("ref", "refs/heads/main")],
            ),
            (
                "repo:acme/app:environment:production",
                vec![("repository", "acme/app"), ("environment", "production")],
            ),
            (
                "repo:acme/app:pull_request",
                vec![("repository", "acme/app"), ("ref", "pull_request")],
            ),
            ("repo:acme/*", vec![("repository", "acme/*")]),
            ("*", vec![]),
            ("organization:acme", vec![]),
        ] {
            let found = parts_of_subject(IssuerKind::GitHub, subject);
            let found: Vec<(&str, &str)> = found.iter().map(|(name, value)| (*name, value.as_str())).collect();
            assert_eq!(found, want, "{subject}");
        }
    }
}
