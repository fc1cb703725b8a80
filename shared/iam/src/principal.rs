//! Who makes a request.

use std::fmt;

use serde::{Deserialize, Serialize};
use sv0_model::arn::Arn;

/// The namespaces of a Principal element, needed only where a principal's text does not tell which is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum PrincipalType {
    /// Users, roles, sessions and account roots.
    #[serde(rename = "AWS")]
    Aws,
    /// AWS services.
    Service,
    /// OIDC and SAML providers.
    Federated,
    /// Canonical user ids of Amazon S3.
    CanonicalUser,
    /// An unauthenticated caller.
    Anonymous,
}

impl PrincipalType {
    /// Reads the name as the Principal element and the request write it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "AWS" => Self::Aws,
            "Service" => Self::Service,
            "Federated" => Self::Federated,
            "CanonicalUser" => Self::CanonicalUser,
            "Anonymous" => Self::Anonymous,
            _ => return None,
        })
    }
}

/// What a principal is, with the parts of its name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PrincipalKind {
    /// An account's root user.
    Root,
    /// An IAM user.
    User {
        /// The friendly name, without its path.
        name: String,
    },
    /// Some session of an IAM role, its session name unknown.
    Role {
        /// The path, from slash to slash.
        path: String,
        /// The friendly name, without its path.
        name: String,
    },
    /// One session of a role; the role's path is unknown.
    AssumedRole {
        /// The role's friendly name.
        role: String,
        /// The session's name.
        session: String,
    },
    /// A session made by `sts:GetFederationToken`.
    FederatedUser {
        /// The name given by the caller.
        name: String,
    },
    /// An OIDC provider of an account.
    OidcProvider,
    /// A SAML provider of an account.
    SamlProvider,
    /// A web identity provider known by its host name alone.
    WebIdentity,
    /// An AWS service.
    Service,
    /// A canonical user id.
    CanonicalUser,
    /// Nobody in particular.
    Anonymous,
}

/// Why a text does not name a principal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PrincipalError {
    /// The text has none of the forms of a principal.
    #[error(
        "not a principal: give the ARN of a user, role, assumed-role session, federated user, root or provider, a service's host name, a canonical user id, or anonymous"
    )]
    Unrecognized,
    /// The ARN is of something that cannot make requests.
    #[error("the ARN names nothing that can make a request")]
    NotAPrincipalArn,
    /// The ARN has no account id of 12 digits.
    #[error("the principal's ARN has no account id of 12 digits")]
    NoAccount,
    /// Text and type disagree.
    #[error("the principal's text does not fit its principal_type")]
    TypeMismatch,
    /// The text could name principals of several types.
    #[error("the text does not tell what kind of principal it is: give principal_type")]
    Ambiguous,
}

/// A principal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Principal {
    text: String,
    kind: PrincipalKind,
    account: Option<String>,
}

impl Principal {
    /// Reads a principal as requests write it.
    ///
    /// # Errors
    /// When the text names no principal, or not one of `principal_type`.
    pub fn parse(text: &str, principal_type: Option<PrincipalType>) -> Result<Self, PrincipalError> {
        let (kind, account) = if text.starts_with("arn:") {
            parse_arn(text)?
        } else {
            (parse_name(text, principal_type)?, None)
        };
        let principal = Self {
            text: text.to_owned(),
            kind,
            account,
        };
        match principal_type {
            Some(wanted) if wanted != principal.principal_type() => Err(PrincipalError::TypeMismatch),
            _ => Ok(principal),
        }
    }

    /// The text it was read from.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What it is.
    #[must_use]
    pub fn kind(&self) -> &PrincipalKind {
        &self.kind
    }

    /// The account it belongs to; none for services, web identities known by host, canonical ids and anonymous callers.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        self.account.as_deref()
    }

    /// The namespace of the Principal element in which policies name it.
    #[must_use]
    pub fn principal_type(&self) -> PrincipalType {
        match self.kind {
            PrincipalKind::OidcProvider | PrincipalKind::SamlProvider | PrincipalKind::WebIdentity => {
                PrincipalType::Federated
            }
            PrincipalKind::Service => PrincipalType::Service,
            PrincipalKind::CanonicalUser => PrincipalType::CanonicalUser,
            PrincipalKind::Anonymous => PrincipalType::Anonymous,
            _ => PrincipalType::Aws,
        }
    }

    /// Whether it has identity-based policies of its own: users, roles and sessions.
    #[must_use]
    pub fn has_identity_policies(&self) -> bool {
        matches!(
            self.kind,
            PrincipalKind::User { .. }
                | PrincipalKind::Role { .. }
                | PrincipalKind::AssumedRole { .. }
                | PrincipalKind::FederatedUser { .. }
        )
    }

    /// Whether it is known to be a service-linked role, which SCPs and RCPs do not bind. For a session the path is unknown and this is false.
    #[must_use]
    pub fn is_service_linked_role(&self) -> bool {
        matches!(&self.kind, PrincipalKind::Role { path, .. } if path.starts_with(SERVICE_LINKED_ROLE_PATH))
    }

    /// The partition of its ARN, `aws` where it has none.
    #[must_use]
    pub fn partition(&self) -> &str {
        Arn::parse(&self.text).map_or("aws", |arn| arn.partition)
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

/// The path under which AWS creates service-linked roles.
pub(crate) const SERVICE_LINKED_ROLE_PATH: &str = "/aws-service-role/";

/// Web identity providers that trust policies name by host rather than by the ARN of an OIDC provider.
const WEB_IDENTITY_HOSTS: [&str; 3] = ["accounts.google.com", "graph.facebook.com", "www.amazon.com"];

fn parse_arn(text: &str) -> Result<(PrincipalKind, Option<String>), PrincipalError> {
    let arn = Arn::parse(text).ok_or(PrincipalError::Unrecognized)?;
    let kind = arn_kind(&arn).ok_or(PrincipalError::NotAPrincipalArn)?;
    let account = arn.account_id().ok_or(PrincipalError::NoAccount)?;
    Ok((kind, Some(account.to_owned())))
}

fn arn_kind(arn: &Arn<'_>) -> Option<PrincipalKind> {
    if !arn.region.is_empty() {
        return None;
    }
    match (arn.service, arn.resource_type(), arn.resource_id()) {
        ("iam", "", "root") => Some(PrincipalKind::Root),
        ("iam", "user", id) => split_path(id).map(|(_, name)| PrincipalKind::User { name }),
        ("iam", "role", id) => split_path(id).map(|(path, name)| PrincipalKind::Role { path, name }),
        ("iam", "oidc-provider", id) if !id.is_empty() => Some(PrincipalKind::OidcProvider),
        ("iam", "saml-provider", id) if !id.is_empty() => Some(PrincipalKind::SamlProvider),
        ("sts", "assumed-role", id) => {
            let (role, session) = id.split_once('/')?;
            (is_name(role) && is_name(session)).then(|| PrincipalKind::AssumedRole {
                role: role.to_owned(),
                session: session.to_owned(),
            })
        }
        ("sts", "federated-user", id) if is_name(id) => Some(PrincipalKind::FederatedUser { name: id.to_owned() }),
        _ => None,
    }
}

fn split_path(id: &str) -> Option<(String, String)> {
    let (path, name) = match id.rsplit_once('/') {
        None => ("/".to_owned(), id),
        Some((path, name)) => (format!("/{path}/"), name),
    };
    is_name(name).then(|| (path, name.to_owned()))
}

/// A name holds no separator and no wildcard.
fn is_name(text: &str) -> bool {
    !text.is_empty() && !text.contains(['/', ':', '*', '?'])
}

fn parse_name(text: &str, principal_type: Option<PrincipalType>) -> Result<PrincipalKind, PrincipalError> {
    match principal_type {
        Some(PrincipalType::Anonymous) => {
            return if matches!(text, "anonymous" | "*") {
                Ok(PrincipalKind::Anonymous)
            } else {
                Err(PrincipalError::TypeMismatch)
            };
        }
        Some(PrincipalType::Service) if is_host(text) => return Ok(PrincipalKind::Service),
        Some(PrincipalType::Federated) if is_host(text) => return Ok(PrincipalKind::WebIdentity),
        Some(PrincipalType::CanonicalUser) if is_canonical_id(text) => return Ok(PrincipalKind::CanonicalUser),
        Some(_) => return Err(PrincipalError::TypeMismatch),
        None => {}
    }
    if text == "anonymous" {
        Ok(PrincipalKind::Anonymous)
    } else if WEB_IDENTITY_HOSTS.contains(&text) {
        Ok(PrincipalKind::WebIdentity)
    } else if is_service_host(text) {
        Ok(PrincipalKind::Service)
    } else if is_canonical_id(text) {
        Ok(PrincipalKind::CanonicalUser)
    } else if is_host(text) {
        Err(PrincipalError::Ambiguous)
    } else {
        Err(PrincipalError::Unrecognized)
    }
}

fn is_host(text: &str) -> bool {
    text.contains('.')
        && text.split('.').all(|label| {
            !label.is_empty()
                && label
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
        })
}

/// Whether a host name is one under which AWS services act.
pub(crate) fn is_service_host(text: &str) -> bool {
    const SERVICE_SUFFIXES: [&str; 5] = [
        ".amazonaws.com",
        ".amazonaws.com.cn",
        ".aws.internal",
        ".c2s.ic.gov",
        ".sc2s.sgov.gov",
    ];
    is_host(text) && SERVICE_SUFFIXES.iter().any(|suffix| text.ends_with(suffix))
}

/// Whether a text is a canonical user id: 64 hexadecimal digits.
pub(crate) fn is_canonical_id(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests;
