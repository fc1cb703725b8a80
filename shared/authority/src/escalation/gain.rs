//! What an escalation gains.

use sv0_model::graph::Entity;

/// What a principal has after an escalation that it did not have before.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Gain<'e> {
    /// Any permission that its boundary and control policies leave it: it writes its own policies.
    Own,
    /// Its own permissions without its boundary.
    Unbounded,
    /// The permissions of a group.
    Group(&'e Entity),
    /// The authority of a role or another user, as it is.
    Principal(&'e Entity),
    /// The authority of a role or another user with any permission that boundary and control policies leave that one.
    Raised(&'e Entity),
    /// The authority of a role or another user without its boundary.
    Freed(&'e Entity),
    /// A new user or role with any permission that its boundary and control policies leave it.
    New,
    /// A new user with the permissions of a group.
    NewMember(&'e Entity),
    /// A role with any permission in accounts that IAM Identity Center serves.
    Workforce,
}

impl<'e> Gain<'e> {
    /// The role or other user whose authority is gained, raised or not.
    pub(crate) fn principal(self) -> Option<&'e Entity> {
        match self {
            Self::Principal(entity) | Self::Raised(entity) | Self::Freed(entity) => Some(entity),
            Self::Own | Self::Unbounded | Self::Group(_) | Self::NewMember(_) | Self::New | Self::Workforce => None,
        }
    }

    /// What it is about, other than the principal itself.
    pub(crate) fn entity(self) -> Option<&'e Entity> {
        match self {
            Self::Group(group) | Self::NewMember(group) => Some(group),
            other => other.principal(),
        }
    }

    /// Orders gains, and tells them apart.
    pub(super) fn key(self) -> (u8, &'e str) {
        let rank = match self {
            Self::Own => 0,
            Self::Unbounded => 1,
            Self::Workforce => 2,
            Self::Group(_) => 3,
            Self::Raised(_) => 4,
            Self::Freed(_) => 5,
            Self::Principal(_) => 6,
            Self::New => 7,
            Self::NewMember(_) => 8,
        };
        (rank, self.entity().map_or("", |entity| entity.native_id.as_str()))
    }
}
