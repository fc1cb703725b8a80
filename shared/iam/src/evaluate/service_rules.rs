//! What AWS services decide by rules of their own, whatever policies say.

use sv0_model::decision::Layer;

use crate::principal::PrincipalKind;
use crate::request::{AccountRelation, Request};

/// Whether everyone with an identity may do it.
///
/// "If an administrator attaches a policy to your identity that explicitly denies access to the sts:GetCallerIdentity action, you can still perform this
/// operation" (STS API Reference, "GetCallerIdentity"); "No permissions are required for a user to get a session token. You cannot use policies to control
/// authentication operations" (IAM User Guide, "Permissions for GetSessionToken").
pub(super) fn needs_no_permission(request: &Request<'_>) -> bool {
    let principal = request.question.principal;
    match request.action.as_str() {
        "sts:getcalleridentity" => principal.has_identity_policies() || is_root(request),
        "sts:getsessiontoken" => matches!(principal.kind(), PrincipalKind::Root | PrincipalKind::User { .. }),
        _ => false,
    }
}

/// The layer that stops a request which its service never grants to such a principal.
pub(super) fn barred_by(request: &Request<'_>) -> Option<Layer> {
    if request.service() == "sts" {
        barred_from_sts(request)
    } else {
        (serves_own_account_only(request) && !is_of_own_account(request)).then_some(Layer::Resource)
    }
}

/// Whether the caller belongs to the resource's account; services, canonical users and anonymous callers belong to none.
fn is_of_own_account(request: &Request<'_>) -> bool {
    request.question.principal.account().is_some() && request.account_relation() == AccountRelation::Same
}

/// With the credentials of `GetFederationToken` "you cannot call any AWS STS operations except GetCallerIdentity" (STS API Reference, "GetFederationToken").
///
/// The root user's own credentials cannot call AssumeRole either; but an account root also stands for whoever its account lets act, of which nothing is
/// known where the account was not scanned.
fn barred_from_sts(request: &Request<'_>) -> Option<Layer> {
    matches!(request.question.principal.kind(), PrincipalKind::FederatedUser { .. }).then_some(Layer::Session)
}

/// KMS: "Cross-account permission is effective only for the following operations" (AWS KMS Developer Guide, "Allowing users in other accounts to use a KMS
/// key"). S3: bucket policies are read and written by identities "that belong to the bucket owner's account" (Amazon S3 API Reference, "PutBucketPolicy").
fn serves_own_account_only(request: &Request<'_>) -> bool {
    let action = request.action.as_str();
    match action.strip_prefix("kms:") {
        // Services are let in to manage keys of their own integration; AWS speaks of users.
        Some(_) if request.question.principal.account().is_none() => false,
        Some(operation) => request.concerns("kms", "key") && !KMS_ACROSS_ACCOUNTS.contains(&operation),
        None => BUCKET_POLICY_ACTIONS.contains(&action),
    }
}

const KMS_ACROSS_ACCOUNTS: [&str; 20] = [
    "creategrant",
    "decrypt",
    "derivesharedsecret",
    "describekey",
    "encrypt",
    "generatedatakey",
    "generatedatakeypair",
    "generatedatakeypairwithoutplaintext",
    "generatedatakeywithoutplaintext",
    "generatemac",
    "getkeyrotationstatus",
    "getpublickey",
    "listgrants",
    "reencryptfrom",
    "reencryptto",
    "retiregrant",
    "revokegrant",
    "sign",
    "verify",
    "verifymac",
];

const BUCKET_POLICY_ACTIONS: [&str; 3] = ["s3:deletebucketpolicy", "s3:getbucketpolicy", "s3:putbucketpolicy"];

/// "The root principal in a bucket owner's AWS account can perform the GetBucketPolicy, PutBucketPolicy, and DeleteBucketPolicy API actions, even if their
/// bucket policy explicitly denies the root principal's access" (Amazon S3 API Reference, "PutBucketPolicy").
pub(super) fn overrules_resource_denies(request: &Request<'_>) -> bool {
    is_root(request)
        && request.account_relation() == AccountRelation::Same
        && BUCKET_POLICY_ACTIONS.contains(&request.action.as_str())
}

fn is_root(request: &Request<'_>) -> bool {
    *request.question.principal.kind() == PrincipalKind::Root
}
