//! Routes over IAM, STS and IAM Identity Center: policies, credentials and trust are rewritten.

use sv0_model::decision::Caveat;

use super::{ASSUME_ROLE, Call, On, Route, Target, gained, new};

const UPDATE_TRUST: Call = gained("iam:UpdateAssumeRolePolicy");
const ASSUME: Call = gained(ASSUME_ROLE);
const CREATE_KEY: Call = gained("iam:CreateAccessKey");

const PERMISSION_SET: &str = "arn:{partition}:sso:::permissionSet/*";

pub(super) const ROUTES: &[Route] = &[
    Route::new(
        "iam-005",
        &["iam:PutRolePolicy", "IAMPut"],
        "can write itself an inline policy",
        Target::OwnRole,
        &[gained("iam:PutRolePolicy")],
    ),
    Route::new(
        "iam-009",
        &["iam:AttachRolePolicy", "OverPermissiveIAM"],
        "can attach itself a managed policy",
        Target::OwnRole,
        &[gained("iam:AttachRolePolicy")],
    ),
    Route::new(
        "iam-007",
        &["iam:PutUserPolicy", "IAMPut"],
        "can write itself an inline policy",
        Target::OwnUser,
        &[gained("iam:PutUserPolicy")],
    ),
    Route::new(
        "iam-008",
        &["iam:AttachUserPolicy", "OverPermissiveIAM"],
        "can attach itself a managed policy",
        Target::OwnUser,
        &[gained("iam:AttachUserPolicy")],
    ),
    Route::new(
        "iam-011",
        &["iam:PutGroupPolicy", "IAMPut"],
        "can write its group an inline policy",
        Target::OwnGroup,
        &[gained("iam:PutGroupPolicy")],
    ),
    Route::new(
        "iam-010",
        &["iam:AttachGroupPolicy", "OverPermissiveIAM"],
        "can attach its group a managed policy",
        Target::OwnGroup,
        &[gained("iam:AttachGroupPolicy")],
    ),
    Route::new(
        "iam-001",
        &["CreatePolicyVersion", "OverPermissiveIAM"],
        "can rewrite a policy that it holds",
        Target::OwnPolicy,
        &[gained("iam:CreatePolicyVersion")],
    ),
    // Only as far as an older version allows more than the one in force; versions that are not in force are not kept.
    Route::new(
        "prowler:SetDefaultPolicyVersion",
        &["SetDefaultPolicyVersion"],
        "can put another version of a policy that it holds in force",
        Target::OwnPolicy,
        &[gained("iam:SetDefaultPolicyVersion")],
    )
    .reserved(Caveat::PolicyNotCollected),
    // A permission set is provisioned anew when a managed or inline policy of it changes (IAM Identity Center API Reference, "ProvisionPermissionSet").
    Route::new(
        "prowler:SSO-002",
        &["sso:AttachManagedPolicyToPermissionSet"],
        "can attach a managed policy to the permission set that it was made of",
        Target::OwnPermissionSet,
        &[gained("sso:AttachManagedPolicyToPermissionSet")],
    ),
    Route::new(
        "prowler:SSO-003",
        &["sso:PutInlinePolicyToPermissionSet"],
        "can write an inline policy into the permission set that it was made of",
        Target::OwnPermissionSet,
        &[gained("sso:PutInlinePolicyToPermissionSet")],
    ),
    Route::new(
        "prowler:SSO-001",
        &["SSOCreatePermissionSet+CreateAccountAssignment+AttachManagedPolicy"],
        "can make a permission set of any policies and assign it in accounts",
        Target::NewPermissionSet,
        &[
            new("sso:CreatePermissionSet", PERMISSION_SET),
            new("sso:AttachManagedPolicyToPermissionSet", PERMISSION_SET),
            new("sso:CreateAccountAssignment", PERMISSION_SET),
        ],
    ),
    Route::new(
        "iam-013",
        &["iam:AddUserToGroup"],
        "can put itself into group",
        Target::OtherGroup,
        &[gained("iam:AddUserToGroup")],
    ),
    Route::new(
        "prowler:IAM-022",
        &["iam:DeleteUserPermissionsBoundary"],
        "can take off its own permissions boundary",
        Target::OwnBoundary,
        &[gained("iam:DeleteUserPermissionsBoundary")],
    ),
    Route::new(
        "prowler:IAM-023-own",
        &[],
        "can take off its own permissions boundary",
        Target::OwnBoundary,
        &[gained("iam:DeleteRolePermissionsBoundary")],
    ),
    Route::new("sts-001", &[], "can assume", Target::Role, &[ASSUME]),
    Route::new(
        "iam-014",
        &["AssumeRole+AttachRolePolicy"],
        "can raise and assume role",
        Target::RaisedRole,
        &[gained("iam:AttachRolePolicy"), ASSUME],
    ),
    Route::new(
        "iam-017",
        &["AssumeRole+PutRolePolicy"],
        "can raise and assume role",
        Target::RaisedRole,
        &[gained("iam:PutRolePolicy"), ASSUME],
    ),
    Route::new(
        "iam-016",
        &["AssumeRole+CreatePolicyVersion"],
        "can rewrite a policy of and assume role",
        Target::RaisedRolePolicy,
        &[on_policy("iam:CreatePolicyVersion"), ASSUME],
    ),
    Route::new(
        "iam-019",
        &["AttachRolePolicy+UpdateAssumeRolePolicy"],
        "can raise and rewrite the trust policy of role",
        Target::RaisedRole,
        &[gained("iam:AttachRolePolicy"), UPDATE_TRUST],
    ),
    Route::new(
        "iam-021",
        &["PutRolePolicy+UpdateAssumeRolePolicy"],
        "can raise and rewrite the trust policy of role",
        Target::RaisedRole,
        &[gained("iam:PutRolePolicy"), UPDATE_TRUST],
    ),
    Route::new(
        "iam-020",
        &["CreatePolicyVersion+UpdateAssumeRolePolicy"],
        "can rewrite a policy and the trust policy of role",
        Target::RaisedRolePolicy,
        &[on_policy("iam:CreatePolicyVersion"), UPDATE_TRUST],
    ),
    Route::new(
        "prowler:IAM-023",
        &["AssumeRole+DeleteRolePermissionsBoundary"],
        "can take the permissions boundary off and assume role",
        Target::FreedRole,
        &[gained("iam:DeleteRolePermissionsBoundary"), ASSUME],
    ),
    // Who is named in a trust policy needs no permission of its own in the same account, so that `sts:AssumeRole` is not asked for.
    Route::new(
        "iam-012",
        &["iam:UpdateAssumeRolePolicy", "AssumeRole+UpdateAssumeRolePolicy"],
        "can rewrite the trust policy of",
        Target::Role,
        &[UPDATE_TRUST],
    ),
    Route::new(
        "iam-015",
        &["AttachUserPolicy+CreateAccessKey"],
        "can raise and create access keys for user",
        Target::RaisedUser,
        &[gained("iam:AttachUserPolicy"), CREATE_KEY],
    ),
    Route::new(
        "iam-018",
        &["PutUserPolicy+CreateAccessKey"],
        "can raise and create access keys for user",
        Target::RaisedUser,
        &[gained("iam:PutUserPolicy"), CREATE_KEY],
    ),
    Route::new(
        "iam-002",
        &["iam:CreateAccessKey"],
        "can create access keys for",
        Target::User,
        &[CREATE_KEY],
    ),
    Route::new(
        "iam-003",
        &["CreateAccessKey+DeleteAccessKey"],
        "can replace an access key of",
        Target::User,
        &[CREATE_KEY, gained("iam:DeleteAccessKey")],
    ),
    Route::new(
        "iam-004",
        &["iam:CreateLoginProfile"],
        "can set a password for",
        Target::User,
        &[gained("iam:CreateLoginProfile")],
    ),
    Route::new(
        "iam-006",
        &["iam:UpdateLoginProfile"],
        "can change the password of",
        Target::User,
        &[gained("iam:UpdateLoginProfile")],
    ),
];

const fn on_policy(action: &'static str) -> Call {
    Call { action, on: On::Policy }
}
