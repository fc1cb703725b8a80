//! Who asks, and whether a Principal element means them.
//!
//! Sources: IAM User Guide, "AWS JSON policy elements: Principal" and "AWS JSON policy elements: NotPrincipal".

use super::document::{Outside, PrincipalElement, outside};
use super::keys::Keys;
use super::trace::Trace;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WhoKind {
    Root,
    User {
        name: String,
    },
    /// Some session of this role.
    Role {
        name: String,
    },
    Session {
        role: String,
        session: String,
    },
    FederatedUser {
        name: String,
    },
    /// An OIDC or SAML provider, or a web identity provider known by its host.
    Provider,
    Service,
    CanonicalUser,
    Anonymous,
}

#[derive(Debug, Clone)]
pub struct Who {
    pub text: String,
    pub kind: WhoKind,
    pub account: Option<String>,
}

/// How an Allow of a resource-based policy reaches the principal, from least to most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// "When you specify an AWS account … this delegates authority to the account."
    ToAccount,
    /// "When you specify a role principal …": limited by boundary and session policy.
    ToRole,
    /// To the user, the session or everyone.
    Directly,
}

impl Who {
    pub fn read(text: &str, principal_type: Option<&str>) -> Result<Self, Outside> {
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let (kind, account) = match parts.as_slice() {
            ["arn", _, service, "", account, resource] => (arn_kind(service, resource)?, Some((*account).to_owned())),
            _ => (name_kind(text, principal_type)?, None),
        };
        Ok(Self {
            text: text.to_owned(),
            kind,
            account,
        })
    }

    /// Users, roles, sessions and the account root: those that an account is asked about.
    pub fn is_of_account(&self) -> bool {
        self.has_policies() || self.kind == WhoKind::Root
    }

    /// Whether policies can be attached to it, or were to the user or role it is a session of.
    pub fn has_policies(&self) -> bool {
        use WhoKind::{FederatedUser, Role, Session, User};
        matches!(
            self.kind,
            User { .. } | Role { .. } | Session { .. } | FederatedUser { .. }
        )
    }

    /// Whether it is a service-linked role: those stand under their own path. Source: IAM User Guide, "Create a service-linked role".
    pub fn is_service_linked_role(&self, keys: &Keys) -> bool {
        self.role_arn(keys)
            .is_some_and(|arn| arn.contains(":role/aws-service-role/"))
    }

    /// The ARN of the role it is a session of.
    fn role_arn(&self, keys: &Keys) -> Option<String> {
        match self.kind {
            WhoKind::Role { .. } => Some(self.text.clone()),
            WhoKind::Session { .. } => keys.single("aws:PrincipalArn"),
            _ => None,
        }
    }

    /// The value of `aws:PrincipalType`, where the table "Principal key values" gives one.
    pub fn principal_type_key(&self) -> Option<&'static str> {
        match self.kind {
            WhoKind::Root => Some("Account"),
            WhoKind::User { .. } => Some("User"),
            WhoKind::Role { .. } | WhoKind::Session { .. } => Some("AssumedRole"),
            WhoKind::FederatedUser { .. } => Some("FederatedUser"),
            WhoKind::Anonymous => Some("Anonymous"),
            WhoKind::Provider | WhoKind::Service | WhoKind::CanonicalUser => None,
        }
    }

    /// The name under which coverage counts it.
    pub fn kind_name(&self) -> &'static str {
        match self.kind {
            WhoKind::Root => "principal: root",
            WhoKind::User { .. } => "principal: user",
            WhoKind::Role { .. } => "principal: role",
            WhoKind::Session { .. } => "principal: session",
            WhoKind::FederatedUser { .. } => "principal: federated user",
            WhoKind::Provider if self.text.contains(":oidc-provider/") => "principal: OIDC provider",
            WhoKind::Provider if self.text.contains(":saml-provider/") => "principal: SAML provider",
            WhoKind::Provider => "principal: web identity",
            WhoKind::Service => "principal: service",
            WhoKind::CanonicalUser => "principal: canonical user",
            WhoKind::Anonymous => "principal: anonymous",
        }
    }

    /// The ways in which a statement's Principal element means this principal; none if it does not. `has_boundary`: a permissions boundary is set.
    pub fn is_meant(
        &self,
        element: &PrincipalElement,
        is_deny: bool,
        has_boundary: bool,
        keys: &Keys,
        trace: &mut Trace,
    ) -> Vec<Reach> {
        let names = element.names.iter();
        let reaches: Vec<Reach> = names
            .filter_map(|(namespace, name)| self.is_named(namespace, name, keys))
            .collect();
        if !element.is_not {
            return reaches;
        }
        trace.hit("NotPrincipal");
        // "The NotPrincipal element with a Deny effect will always deny any IAM principal that has a permissions boundary policy attached, regardless of the
        // values specified in the NotPrincipal element." (IAM User Guide, "Permissions boundaries for IAM entities")
        if is_deny && has_boundary && self.has_policies() {
            trace.hit("NotPrincipal with a boundary");
            return vec![Reach::Directly];
        }
        // "… explicitly denied to all principals except for the ones specified." An account in the list exempts its root user alone: AWS asks to list the user or
        // role beside it.
        if reaches.iter().any(|reach| *reach > Reach::ToAccount) {
            return Vec::new();
        }
        // AWS does not say whether a boundary limits what an Allow with NotPrincipal gives: the stricter reading, with caveat `undocumented_rule`.
        vec![if is_deny { Reach::Directly } else { Reach::ToRole }]
    }

    fn is_named(&self, namespace: &str, name: &str, keys: &Keys) -> Option<Reach> {
        let is_name = self.text == name;
        match (namespace, &self.kind) {
            // "You can use a wildcard (*) to specify all principals in the Principal element": everyone, anonymous callers included.
            ("AWS", _) if name == "*" => Some(Reach::Directly),
            ("AWS", _) if !self.is_of_account() => None,
            ("AWS", kind) => match account_named(name) {
                Some(account) if self.account.as_deref() != Some(account) => None,
                // "the root user" is the account's own principal.
                Some(_) if *kind == WhoKind::Root => Some(Reach::Directly),
                Some(_) => Some(Reach::ToAccount),
                None if self.role_arn(keys).as_deref() == Some(name) => Some(Reach::ToRole),
                None if is_name || self.is_session_named(name, keys) => Some(Reach::Directly),
                None => None,
            },
            ("Service", WhoKind::Service)
            | ("Federated", WhoKind::Provider)
            | ("CanonicalUser", WhoKind::CanonicalUser) => is_name.then_some(Reach::Directly),
            _ => None,
        }
    }

    /// A role stands for one of its sessions: which one, `aws:userid` tells ("role-id:caller-specified-role-name").
    fn is_session_named(&self, name: &str, keys: &Keys) -> bool {
        let (WhoKind::Role { name: role }, Some(account)) = (&self.kind, &self.account) else {
            return false;
        };
        let session = keys
            .single("aws:userid")
            .and_then(|id| Some(id.split_once(':')?.1.to_owned()));
        session.is_some_and(|session| name == format!("arn:aws:sts::{account}:assumed-role/{role}/{session}"))
    }
}

/// "You can use the account ARN (arn:aws:iam::account-ID:root), or a shortened form that consists of the "AWS": prefix followed by the account ID."
fn account_named(name: &str) -> Option<&str> {
    let id = name
        .strip_prefix("arn:aws:iam::")
        .and_then(|name| name.strip_suffix(":root"))
        .unwrap_or(name);
    (id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit())).then_some(id)
}

fn arn_kind(service: &str, resource: &str) -> Result<WhoKind, Outside> {
    let friendly = || resource.rsplit('/').next().unwrap_or_default().to_owned();
    Ok(match (service, resource.split('/').next().unwrap_or_default()) {
        ("iam", "root") => WhoKind::Root,
        ("iam", "user") => WhoKind::User { name: friendly() },
        ("iam", "role") => WhoKind::Role { name: friendly() },
        ("iam", "oidc-provider" | "saml-provider") => WhoKind::Provider,
        ("sts", "federated-user") => WhoKind::FederatedUser { name: friendly() },
        ("sts", "assumed-role") => match resource.split('/').collect::<Vec<_>>().as_slice() {
            [_, role, session] => WhoKind::Session {
                role: (*role).to_owned(),
                session: (*session).to_owned(),
            },
            _ => return outside("an assumed role without session"),
        },
        _ => return outside("the ARN of no principal"),
    })
}

fn name_kind(text: &str, principal_type: Option<&str>) -> Result<WhoKind, Outside> {
    Ok(match principal_type {
        Some("Service") => WhoKind::Service,
        Some("Federated") => WhoKind::Provider,
        Some("CanonicalUser") => WhoKind::CanonicalUser,
        Some("Anonymous") => WhoKind::Anonymous,
        None if text == "anonymous" => WhoKind::Anonymous,
        None if text.ends_with(".amazonaws.com") => WhoKind::Service,
        None if text == "accounts.google.com" => WhoKind::Provider,
        None if text.len() == 64 => WhoKind::CanonicalUser,
        _ => return outside("no principal"),
    })
}
