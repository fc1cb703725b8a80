//! Where an edge leads: a native id, and what an entity must be that bears it.

use sv0_model::arn::{Arn, is_account_id};
use sv0_model::graph::{Entity, EntityKind, Resolution, ResourcePolicy, urn};

use crate::description::{GLOBAL_SOURCE, Identity, entity};

/// The end of an edge.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Target {
    /// Its native id.
    pub(crate) native_id: String,
    /// What it is, if nothing describes it.
    pub(crate) kind: EntityKind,
    /// The name a person knows it by, where the id does not tell.
    pub(crate) name: Option<String>,
}

impl Target {
    /// An end whose name is in its id.
    pub(crate) fn new(native_id: impl Into<String>, kind: EntityKind) -> Self {
        Self {
            native_id: native_id.into(),
            kind,
            name: None,
        }
    }

    /// The same end with a name of its own.
    pub(crate) fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// An account.
    pub(crate) fn account(id: &str) -> Self {
        Self::new(urn::account(id), EntityKind::Account).named(id)
    }

    /// A principal by its ARN.
    pub(crate) fn arn(arn: &str) -> Self {
        Self::new(arn, kind_of_arn(arn))
    }

    /// The entity that stands for it as long as nothing describes it. `is_known` tells the accounts that are in the organization or were scanned.
    pub(crate) fn placeholder(&self, is_known: impl Fn(&str) -> bool) -> Entity {
        let account = self.account_id();
        let resolution = match account {
            Some(account) if is_known(account) => Resolution::Referenced,
            Some(_) => Resolution::External,
            None => resolution_without_account(self),
        };
        let identity = Identity {
            native_id: self.native_id.clone(),
            kind: kind_outside(self.kind, resolution),
            name: self.name.as_deref().unwrap_or_else(|| name_of(&self.native_id)),
            account,
            region: Arn::parse(&self.native_id)
                .or_else(|| embedded_arn(&self.native_id).and_then(Arn::parse))
                .map(|arn| arn.region)
                .filter(|region| !region.is_empty()),
        };
        let mut placeholder = entity(identity, resolution);
        if self.native_id.starts_with(IMAGE_REPOSITORY) {
            placeholder.resource_policy = ResourcePolicy::NotSupported;
        }
        if self.kind == EntityKind::Account {
            placeholder.source_system = GLOBAL_SOURCE.to_owned();
        }
        placeholder
    }

    fn account_id(&self) -> Option<&str> {
        let own = match self.kind {
            EntityKind::Account => self.name.as_deref(),
            EntityKind::PermissionsBoundary => boundary_policy(&self.native_id),
            EntityKind::EksServiceAccount | EntityKind::ContainerImage => embedded_arn(&self.native_id),
            _ => Some(self.native_id.as_str()),
        }?;
        if is_account_id(own) {
            return Some(own);
        }
        Arn::parse(own).and_then(|arn| arn.account_id())
    }
}

/// The policy's ARN in a boundary's native id.
pub(crate) fn boundary_policy(native_id: &str) -> Option<&str> {
    native_id.strip_prefix("urn:sv0:permissions-boundary:")
}

/// The ARN in a URN that is made of one.
pub(crate) fn embedded_arn(native_id: &str) -> Option<&str> {
    let urn = native_id.strip_prefix("urn:sv0:")?;
    let (_, rest) = urn.split_once(':')?;
    rest.starts_with("arn:").then_some(rest)
}

/// How the native id of an image repository outside ECR starts.
pub(crate) const IMAGE_REPOSITORY: &str = "urn:sv0:image-repository:";

/// What AWS owns is merely not described; what the internet owns is outside.
fn resolution_without_account(target: &Target) -> Resolution {
    let is_of_aws = matches!(
        target.kind,
        EntityKind::AwsService | EntityKind::IamPolicy | EntityKind::PermissionsBoundary | EntityKind::FoundationModel
    );
    let is_of_organization = matches!(
        target.kind,
        EntityKind::OrganizationRoot
            | EntityKind::OrganizationalUnit
            | EntityKind::ServiceControlPolicy
            | EntityKind::ResourceControlPolicy
            | EntityKind::IdentityCenterInstance
            | EntityKind::IdentityCenterUser
            | EntityKind::IdentityCenterGroup
            | EntityKind::PermissionSet
            | EntityKind::Owner
    );
    if is_of_aws || is_of_organization {
        Resolution::Referenced
    } else {
        Resolution::External
    }
}

/// A principal of an account that nobody knows is an outsider, whatever its ARN calls it.
fn kind_outside(kind: EntityKind, resolution: Resolution) -> EntityKind {
    let is_principal = kind.is_iam_principal() || matches!(kind, EntityKind::Account | EntityKind::IamGroup);
    if is_principal && resolution == Resolution::External {
        EntityKind::ExternalPrincipal
    } else {
        kind
    }
}

/// What a principal's ARN says it is.
fn kind_of_arn(text: &str) -> EntityKind {
    let Some(arn) = Arn::parse(text) else {
        return EntityKind::ExternalPrincipal;
    };
    match (arn.service, arn.resource_type()) {
        ("iam", "role") if arn.resource.starts_with("role/aws-service-role/") => EntityKind::ServiceLinkedRole,
        ("iam", "role") => EntityKind::IamRole,
        ("iam", "user") => EntityKind::IamUser,
        ("iam", "group") => EntityKind::IamGroup,
        ("iam", "oidc-provider" | "saml-provider") => EntityKind::FederatedProvider,
        _ => EntityKind::ExternalPrincipal,
    }
}

fn name_of(native_id: &str) -> &str {
    if let Some(arn) = Arn::parse(native_id) {
        return secret_name(&arn).unwrap_or_else(|| arn.name());
    }
    let known = [
        IMAGE_REPOSITORY,
        "urn:sv0:aws-service:",
        "urn:sv0:principal:",
        "urn:sv0:internet-destination:",
        "urn:sv0:organization-node:",
        "urn:sv0:owner:",
    ];
    known
        .iter()
        .find_map(|prefix| native_id.strip_prefix(prefix))
        .or_else(|| native_id.rsplit(['/', ':']).next())
        .unwrap_or(native_id)
}

/// A secret's name may hold slashes; Secrets Manager puts a hyphen and six characters behind it (AWS Secrets Manager User Guide, "What's in a secret").
fn secret_name<'a>(arn: &Arn<'a>) -> Option<&'a str> {
    let name = arn
        .resource
        .strip_prefix("secret:")
        .filter(|_| arn.service == "secretsmanager")?;
    let (own, suffix) = name.rsplit_once('-').unwrap_or((name, ""));
    let is_suffix = suffix.len() == 6 && suffix.bytes().all(|byte| byte.is_ascii_alphanumeric());
    Some(if is_suffix && !own.is_empty() { own } else { name })
}

#[cfg(test)]
mod tests {
    use super::name_of;

    #[test]
    fn the_name_is_in_the_id() {
        for (native_id, name) in [
            (
                "arn:aws:secretsmanager:eu-west-1:111111111111:secret:prod/orders/db-Ab12Cd",
                "prod/orders/db",
            ),
            (
                "arn:aws:secretsmanager:eu-west-1:111111111111:secret:prod/db-password",
                "prod/db-password",
            ),
            (
                "arn:aws:secretsmanager:eu-west-1:111111111111:secret:prod/token",
                "prod/token",
            ),
            ("arn:aws:iam::111111111111:role/path/app", "app"),
            ("urn:sv0:aws-service:lambda.amazonaws.com", "lambda.amazonaws.com"),
        ] {
            assert_eq!(name_of(native_id), name);
        }
    }
}
