//! The known ways from less authority to more, as data: one row each.
//!
//! Sources: Datadog Security Labs, pathfinding.cloud (Apache-2.0), whose ids the rows bear; Prowler, `privilege_escalation.py` (Apache-2.0), whose names of
//! combinations stand in `also`; AWS, Service Authorization Reference, for what each action is called on.
//!
//! Rows whose ids begin with `sv0:` stand in neither; each group of them names the AWS document that it comes from.
//!
//! A row asks for the calls without which the way is closed. Calls that only look around (`ec2:DescribeInstances`) are not asked for: what they tell may
//! be known otherwise.

mod boundary;
mod iam;
mod made;
mod passed;
mod taken;
mod unlisted;

use sv0_model::decision::Caveat;

/// A way to more authority.
#[derive(Debug, PartialEq)]
pub(crate) struct Route {
    /// The id that the source gives it; `prowler:` stands before what pathfinding.cloud has no id for.
    pub id: &'static str,
    /// Prowler's names of the same way.
    pub also: &'static [&'static str],
    /// What the principal can do; the name of what is gained stands behind it.
    pub words: &'static str,
    pub target: Target,
    /// Every call that is needed.
    pub calls: &'static [Call],
    /// What nobody reads and the way hangs on.
    pub reservation: Option<Caveat>,
}

/// What a route leads to, and what has to exist for it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Target {
    /// The principal writes its own policies: as a role, as a user, through a group it is in, through a customer managed policy it holds, through the
    /// permission set that it was made of.
    OwnRole,
    OwnUser,
    OwnGroup,
    OwnPolicy,
    OwnPermissionSet,
    /// The principal takes off its own boundary, or changes it.
    OwnBoundary,
    /// A group that the principal is not in.
    OtherGroup,
    /// A user or role that does not exist yet, with permissions of the caller's choosing; a user that is put into a group.
    NewPrincipal,
    NewMember,
    /// A permission set that does not exist yet.
    NewPermissionSet,
    /// Another user, as it is, raised, or without its boundary.
    User,
    RaisedUser,
    FreedUser,
    /// A role that the principal takes over as it is; raised; raised through a customer managed policy that it holds; without its boundary.
    Role,
    RaisedRole,
    RaisedRolePolicy,
    FreedRole,
    /// A role that the principal passes to a service. It has to trust one of these.
    Passed(&'static [&'static str]),
    /// The role of something that exists and is of one of these types.
    RunningIn(&'static [&'static str]),
}

/// A call that a route needs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Call {
    pub action: &'static str,
    pub on: On,
}

/// What a call is made on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum On {
    /// What is gained: the role or user; for a principal's own policies itself, its group, the policy.
    Gained,
    /// The customer managed policy that the role holds.
    Policy,
    /// The existing thing that runs as the role.
    Thing,
    /// Something whose name the caller chooses; `*` stands for the name, `{partition}`, `{region}` and `{account}` for the caller's.
    /// Calls on the same pattern are calls on the same thing.
    New(&'static str),
    /// Something that exists and is of this type; where none is known, one that may exist, named after the pattern.
    Existing(&'static str, &'static str),
    /// Something of the existing thing's own account and Region, named after the pattern.
    Beside(&'static str),
    /// No resource in particular.
    Any,
}

/// Every route, those that open most first.
pub(crate) fn all() -> impl Iterator<Item = &'static Route> {
    let own = iam::ROUTES.iter().chain(boundary::ROUTES).chain(made::ROUTES);
    own.chain(taken::ROUTES).chain(passed::ROUTES).chain(unlisted::ROUTES)
}

/// Every action of every route.
pub(crate) fn all_actions() -> impl Iterator<Item = &'static str> {
    all().flat_map(|route| route.calls).map(|call| call.action)
}

pub(crate) use crate::access::ASSUME_ROLE;

/// Hands a role to a service.
pub(crate) const PASS_ROLE: &str = "iam:PassRole";

impl Route {
    const fn new(
        id: &'static str,
        also: &'static [&'static str],
        words: &'static str,
        target: Target,
        calls: &'static [Call],
    ) -> Self {
        Self {
            id,
            also,
            words,
            target,
            calls,
            reservation: None,
        }
    }

    /// A route that hangs on something nobody reads.
    const fn reserved(mut self, reservation: Caveat) -> Self {
        self.reservation = Some(reservation);
        self
    }
}

const fn gained(action: &'static str) -> Call {
    Call { action, on: On::Gained }
}

const fn thing(action: &'static str) -> Call {
    Call { action, on: On::Thing }
}

const fn any(action: &'static str) -> Call {
    Call { action, on: On::Any }
}

const fn new(action: &'static str, pattern: &'static str) -> Call {
    Call {
        action,
        on: On::New(pattern),
    }
}

const fn existing(action: &'static str, resource_type: &'static str, pattern: &'static str) -> Call {
    Call {
        action,
        on: On::Existing(resource_type, pattern),
    }
}

const fn beside(action: &'static str, pattern: &'static str) -> Call {
    Call {
        action,
        on: On::Beside(pattern),
    }
}
