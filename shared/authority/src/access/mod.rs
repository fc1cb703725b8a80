//! What a principal reaches: every resource × action class, with the part of the resource it is reached on.

mod alike;
mod candidates;
mod classes;
mod grants_of;
mod reach;
mod scope;
mod sight;
mod variables;

pub(crate) use candidates::{
    ASSUME_ROLE, Candidates, Opening, allowed_resources, assumable_roles, named_sessions, openings,
};
pub(crate) use classes::{ActionTarget, class_of, rows_of};
pub(crate) use grants_of::{AskedActions, IdentityGrants, may_be_granted, may_list};
pub(crate) use reach::{Access, Basis, Survey, side_of};
