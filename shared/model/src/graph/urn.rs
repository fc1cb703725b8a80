//! URNs for what AWS gives no ARN.

/// An inline policy of a user, role or group.
#[must_use]
pub fn inline_policy(principal_arn: &str, policy_name: &str) -> String {
    format!("urn:sv0:inline-policy:{principal_arn}:{policy_name}")
}

/// A role's trust policy.
#[must_use]
pub fn trust_policy(role_arn: &str) -> String {
    format!("urn:sv0:trust-policy:{role_arn}")
}

/// The resource-based policy of anything but a role.
#[must_use]
pub fn resource_policy(resource_arn: &str) -> String {
    format!("urn:sv0:resource-policy:{resource_arn}")
}

/// A bucket's access control list, written as a resource-based policy.
#[must_use]
pub fn access_control_list(bucket_arn: &str) -> String {
    format!("urn:sv0:access-control-list:{bucket_arn}")
}

/// The grants of a KMS key, written as a resource-based policy.
#[must_use]
pub fn key_grants(key_arn: &str) -> String {
    format!("urn:sv0:key-grants:{key_arn}")
}

/// S3 Block Public Access of an account (by its id), a bucket or an access point (by its ARN).
#[must_use]
pub fn block_public_access(of: &str) -> String {
    format!("urn:sv0:block-public-access:{of}")
}

/// Whether a bucket's Object Ownership leaves its access control list in force.
#[must_use]
pub fn object_ownership(bucket_arn: &str) -> String {
    format!("urn:sv0:object-ownership:{bucket_arn}")
}

/// A managed policy in its use as a permissions boundary.
#[must_use]
pub fn permissions_boundary(policy_arn: &str) -> String {
    format!("urn:sv0:permissions-boundary:{policy_arn}")
}

/// An AWS account.
#[must_use]
pub fn account(account_id: &str) -> String {
    format!("urn:sv0:account:{account_id}")
}

/// A root or organizational unit, by its `r-…` or `ou-…` id.
#[must_use]
pub fn organization_node(id: &str) -> String {
    format!("urn:sv0:organization-node:{id}")
}

/// An AWS service principal, by its host name.
#[must_use]
pub fn aws_service(host_name: &str) -> String {
    format!("urn:sv0:aws-service:{host_name}")
}

/// A user of IAM Identity Center.
///
/// Source: Service Authorization Reference, "Actions, resources, and condition keys for AWS Identity Store".
#[must_use]
pub fn identity_center_user(partition: &str, user_id: &str) -> String {
    format!("arn:{partition}:identitystore:::user/{user_id}")
}

/// A group of IAM Identity Center.
#[must_use]
pub fn identity_center_group(partition: &str, group_id: &str) -> String {
    format!("arn:{partition}:identitystore:::group/{group_id}")
}

/// A principal that is no ARN and no service: an account id, a canonical user id, an identity provider's host name.
#[must_use]
pub fn external_principal(text: &str) -> String {
    format!("urn:sv0:principal:{text}")
}

/// Callers that a provider vouches for, by the provider's host name or ARN and the subject as the trust policy describes it.
#[must_use]
pub fn federated_identity(provider: &str, subject: &str) -> String {
    format!("urn:sv0:federated-identity:{provider}:{subject}")
}

/// A service account of Kubernetes in an EKS cluster.
#[must_use]
pub fn eks_service_account(cluster_arn: &str, namespace: &str, name: &str) -> String {
    format!("urn:sv0:eks-service-account:{cluster_arn}:{namespace}:{name}")
}

/// A credential of a principal: an access key by its id, else `password`, or a certificate's name.
#[must_use]
pub fn credential(of: &str, id: &str) -> String {
    format!("urn:sv0:credential:{of}:{id}")
}

/// An owner, by e-mail address or the text of the tag.
#[must_use]
pub fn owner(text: &str) -> String {
    format!("urn:sv0:owner:{text}")
}

/// A permission, by the SHA-256 of its canonical JSON.
#[must_use]
pub fn permission(sha256: &str) -> String {
    format!("urn:sv0:permission:{sha256}")
}

/// A place outside AWS, by its host name.
#[must_use]
pub fn internet_destination(host: &str) -> String {
    format!("urn:sv0:internet-destination:{host}")
}

/// A container image of a repository, by digest, else by tag.
#[must_use]
pub fn container_image(repository_arn: &str, reference: &str) -> String {
    format!("urn:sv0:container-image:{repository_arn}:{reference}")
}

/// The settings of a service in an account and Region.
#[must_use]
pub fn service_settings(service: &str, account: &str, region: &str) -> String {
    format!("urn:sv0:service-settings:{service}:{account}:{region}")
}

/// Everyone.
pub const ANONYMOUS: &str = "urn:sv0:principal:anonymous";
