//! Routes over a permissions boundary that is taken off or changed, so that what the policies of its bearer allow beyond it comes to count.
//!
//! IAM User Guide, "Permissions boundaries for IAM entities": a boundary is one managed policy, and another one may be put in its place, such as
//! `AdministratorAccess`, which binds nobody. The rows that the sources list are in `iam`.

use super::{ASSUME_ROLE, Call, Route, Target, gained};

const ASSUME: Call = gained(ASSUME_ROLE);
const UPDATE_TRUST: Call = gained("iam:UpdateAssumeRolePolicy");
const CREATE_KEY: Call = gained("iam:CreateAccessKey");
const SET_PASSWORD: Call = gained("iam:CreateLoginProfile");
const CHANGE_PASSWORD: Call = gained("iam:UpdateLoginProfile");

const PUT_ON_ROLE: Call = gained("iam:PutRolePermissionsBoundary");
const PUT_ON_USER: Call = gained("iam:PutUserPermissionsBoundary");
const OFF_ROLE: Call = gained("iam:DeleteRolePermissionsBoundary");
const OFF_USER: Call = gained("iam:DeleteUserPermissionsBoundary");

const fn row(id: &'static str, words: &'static str, target: Target, calls: &'static [Call]) -> Route {
    Route::new(id, &[], words, target, calls)
}

pub(super) const ROUTES: &[Route] = &[
    row(
        "sv0:BOUNDARY-001",
        "can change its own permissions boundary",
        Target::OwnBoundary,
        &[PUT_ON_USER],
    ),
    row(
        "sv0:BOUNDARY-002",
        "can change its own permissions boundary",
        Target::OwnBoundary,
        &[PUT_ON_ROLE],
    ),
    row(
        "sv0:BOUNDARY-003",
        "can change the permissions boundary of and assume role",
        Target::FreedRole,
        &[PUT_ON_ROLE, ASSUME],
    ),
    row(
        "sv0:BOUNDARY-004",
        "can change the permissions boundary and the trust policy of role",
        Target::FreedRole,
        &[PUT_ON_ROLE, UPDATE_TRUST],
    ),
    row(
        "sv0:BOUNDARY-005",
        "can take the permissions boundary off and rewrite the trust policy of role",
        Target::FreedRole,
        &[OFF_ROLE, UPDATE_TRUST],
    ),
    row(
        "sv0:BOUNDARY-006",
        "can change the permissions boundary of and create access keys for user",
        Target::FreedUser,
        &[PUT_ON_USER, CREATE_KEY],
    ),
    row(
        "sv0:BOUNDARY-007",
        "can change the permissions boundary of and set a password for user",
        Target::FreedUser,
        &[PUT_ON_USER, SET_PASSWORD],
    ),
    row(
        "sv0:BOUNDARY-008",
        "can change the permissions boundary and the password of user",
        Target::FreedUser,
        &[PUT_ON_USER, CHANGE_PASSWORD],
    ),
    row(
        "sv0:BOUNDARY-009",
        "can take the permissions boundary off and create access keys for user",
        Target::FreedUser,
        &[OFF_USER, CREATE_KEY],
    ),
    row(
        "sv0:BOUNDARY-010",
        "can take the permissions boundary off and set a password for user",
        Target::FreedUser,
        &[OFF_USER, SET_PASSWORD],
    ),
    row(
        "sv0:BOUNDARY-011",
        "can take the permissions boundary off and change the password of user",
        Target::FreedUser,
        &[OFF_USER, CHANGE_PASSWORD],
    ),
];
