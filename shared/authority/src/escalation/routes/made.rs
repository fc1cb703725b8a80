//! Routes over a user or role that does not exist yet: the caller makes one and gives it permissions.
//!
//! IAM User Guide, "Permissions boundaries for IAM entities": whoever may create principals and give them policies may do anything, unless each has to
//! carry a boundary. A role's trust policy comes with `iam:CreateRole` and names whom its author likes, so that the author needs no `sts:AssumeRole` of its
//! own.

use super::{Call, Route, Target, gained, new};

const ROLE: &str = "arn:{partition}:iam::{account}:role/*";
const USER: &str = "arn:{partition}:iam::{account}:user/*";

const CREATE_ROLE: Call = new("iam:CreateRole", ROLE);
const CREATE_USER: Call = new("iam:CreateUser", USER);
const CREATE_KEY: Call = new("iam:CreateAccessKey", USER);
const SET_PASSWORD: Call = new("iam:CreateLoginProfile", USER);
const PUT_POLICY: Call = new("iam:PutUserPolicy", USER);
const ATTACH_POLICY: Call = new("iam:AttachUserPolicy", USER);
const JOIN: Call = gained("iam:AddUserToGroup");

pub(super) const ROUTES: &[Route] = &[
    Route::new(
        "sv0:new-role+PutRolePolicy",
        &[],
        "can create a role that trusts it and write that an inline policy",
        Target::NewPrincipal,
        &[CREATE_ROLE, new("iam:PutRolePolicy", ROLE)],
    ),
    Route::new(
        "sv0:new-role+AttachRolePolicy",
        &[],
        "can create a role that trusts it and attach that a managed policy",
        Target::NewPrincipal,
        &[CREATE_ROLE, new("iam:AttachRolePolicy", ROLE)],
    ),
    Route::new(
        "sv0:new-user+PutUserPolicy+CreateAccessKey",
        &[],
        "can create a user with an inline policy and access keys",
        Target::NewPrincipal,
        &[CREATE_USER, PUT_POLICY, CREATE_KEY],
    ),
    Route::new(
        "sv0:new-user+AttachUserPolicy+CreateAccessKey",
        &[],
        "can create a user with a managed policy and access keys",
        Target::NewPrincipal,
        &[CREATE_USER, ATTACH_POLICY, CREATE_KEY],
    ),
    Route::new(
        "sv0:new-user+PutUserPolicy+CreateLoginProfile",
        &[],
        "can create a user with an inline policy and a password",
        Target::NewPrincipal,
        &[CREATE_USER, PUT_POLICY, SET_PASSWORD],
    ),
    Route::new(
        "sv0:new-user+AttachUserPolicy+CreateLoginProfile",
        &[],
        "can create a user with a managed policy and a password",
        Target::NewPrincipal,
        &[CREATE_USER, ATTACH_POLICY, SET_PASSWORD],
    ),
    Route::new(
        "sv0:new-user+AddUserToGroup+CreateAccessKey",
        &[],
        "can create a user with access keys and put that into group",
        Target::NewMember,
        &[CREATE_USER, JOIN, CREATE_KEY],
    ),
    Route::new(
        "sv0:new-user+AddUserToGroup+CreateLoginProfile",
        &[],
        "can create a user with a password and put that into group",
        Target::NewMember,
        &[CREATE_USER, JOIN, SET_PASSWORD],
    ),
];
