//! What single services say of themselves, above or beside policies.

use super::principals::WhoKind;
use super::{Matches, Oracle};

impl Oracle {
    /// AWS Organizations User Guide, "Resource control policies", "List of AWS services that support RCPs"; the oracle knows those that it is asked about.
    /// "Exceptions: … the kms:RetireGrant permission is not effective in an RCP" (AWS KMS Developer Guide, "Resource control policies in AWS KMS").
    pub(super) fn is_reached_by_rcps(&self) -> bool {
        let service = self.action.split(':').next().unwrap_or_default();
        matches!(service, "s3" | "sts" | "kms" | "sqs" | "secretsmanager") && self.action != "kms:retiregrant"
    }

    /// "No permissions are required to perform this operation. If an administrator attaches a policy to your identity that explicitly denies access to the
    /// sts:GetCallerIdentity action, you can still perform this operation." (AWS STS API Reference, GetCallerIdentity) "No permissions are required for a user to
    /// get a session token. … You cannot use policies to control authentication operations." (IAM User Guide, "Permissions for GetSessionToken")
    pub(super) fn needs_no_permission(&self) -> bool {
        match self.action.as_str() {
            "sts:getcalleridentity" => self.who.is_of_account(),
            "sts:getsessiontoken" => matches!(self.who.kind, WhoKind::User { .. } | WhoKind::Root),
            _ => false,
        }
    }

    /// "You can't call any STS API operations except GetCallerIdentity" with the credentials of a federated user (AWS STS API Reference, GetFederationToken).
    pub(super) fn is_closed_to_federated_users(&self) -> bool {
        self.action.starts_with("sts:") && matches!(self.who.kind, WhoKind::FederatedUser { .. })
    }

    /// "Cross-account permission is effective only for the following operations: cryptographic operations, CreateGrant, DescribeKey, GetKeyRotationStatus,
    /// ListGrants, RetireGrant, RevokeGrant" (AWS KMS Developer Guide, "Allowing users in other accounts to use a KMS key"). "If you have PutBucketPolicy
    /// permissions, but you're not using an identity that belongs to the bucket owner's account, Amazon S3 returns a 405 Method Not Allowed error." (Amazon S3 API
    /// Reference, PutBucketPolicy) The oracle knows the operations that it is asked about.
    pub(super) fn is_effective_across_accounts(&self) -> bool {
        let is_closed =
            self.is_on_the_bucket_policy() || self.action == "kms:putkeypolicy" && self.who.account.is_some();
        self.is_same_account() || !is_closed
    }

    /// "The root principal in a bucket owner's Amazon Web Services account can perform the GetBucketPolicy, PutBucketPolicy, and DeleteBucketPolicy API actions,
    /// even if their bucket policy explicitly denies the root principal the ability to perform these API actions." (Amazon S3 API Reference, PutBucketPolicy)
    pub(super) fn without_denies_to_the_owner(&self, mut matches: Matches) -> Matches {
        if self.is_on_the_bucket_policy() && self.who.kind == WhoKind::Root && self.is_same_account() {
            matches.denies.clear();
        }
        matches
    }

    pub(super) fn is_on_the_bucket_policy(&self) -> bool {
        matches!(
            self.action.as_str(),
            "s3:putbucketpolicy" | "s3:getbucketpolicy" | "s3:deletebucketpolicy"
        )
    }

    /// "IAM role trust policies and KMS key policies are exceptions to this logic, because they must explicitly allow access for principals"
    /// ("How AWS enforcement code logic evaluates requests …", resource-based policies). `sts:TagSession` and `sts:SetSourceIdentity` are permissions of the trust
    /// policy as well ("Pass session tags in AWS STS": "you must have the sts:TagSession action allowed in the role's trust policy").
    pub(super) fn needs_its_resource_policy(&self) -> bool {
        let is_trust = self.action.starts_with("sts:assumerole")
            || matches!(self.action.as_str(), "sts:tagsession" | "sts:setsourceidentity");
        let is_on_key = self.action.starts_with("kms:") && self.resource.contains(":key/");
        is_trust || is_on_key
    }
}
