//! Ways through roles: who gets to a role by assuming it, perhaps by assuming others first.
//!
//! Every hop is one decision of the engine on `sts:AssumeRole` (`AssumeRoleWithSAML`, `AssumeRoleWithWebIdentity` for federated callers): the caller's
//! policies, the role's trust policy and every ceiling.

mod backward;
mod forward;

pub(super) use backward::chains_to;
pub(super) use forward::chains_from;

use serde::Serialize;
use sv0_iam::{Context, Evaluation, PrincipalKind, UnknownContext};
use sv0_model::decision::{Caveat, ConditionExpression, Decision};
use sv0_model::graph::{Entity, EntityKind};

use crate::access::{ASSUME_ROLE, assumable_roles};
use crate::access::{Candidates, IdentityGrants, may_be_granted};
use crate::estate::{Estate, Place, Request, Subject, conjunction};
use crate::paths::PathOptions;

/// A role that is assumed on the way.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ViaHop {
    /// The role's ARN.
    pub role: String,
    /// Whether the one before may assume it: `allow` or `conditional`.
    pub decision: Decision,
    /// Under which context, when it is conditional.
    pub condition: Option<ConditionExpression>,
}

/// By which way a principal does what it can, and whether there is another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Route {
    /// The roles it assumes one after the other, for a user of IAM Identity Center the role of the permission set first; none for the direct way.
    pub via: Vec<ViaHop>,
    /// The decision without assuming a role; none where that is denied.
    pub direct: Option<Decision>,
    /// The best decision by assuming roles; none where no chain of roles leads there.
    pub chained: Option<Decision>,
}

/// A chain of roles to something that the last of them can do.
#[derive(Debug, Clone)]
pub(super) struct Chain {
    pub hops: Vec<ViaHop>,
    /// What the last role can do, and when.
    pub last: (Decision, Option<ConditionExpression>),
    /// Reservations about what the last role can do.
    pub caveats: Vec<Caveat>,
}

impl Chain {
    /// The worst of its steps.
    fn decision(&self) -> Decision {
        let hops = self.hops.iter().map(|hop| hop.decision);
        hops.fold(self.last.0, Ord::max)
    }

    fn condition(&self) -> Option<ConditionExpression> {
        let of_hops = self.hops.iter().filter_map(|hop| hop.condition.clone());
        conjunction(of_hops.chain(self.last.1.clone()))
    }

    /// What chains of one length are compared by.
    fn roles(&self) -> Vec<&str> {
        roles_of(&self.hops)
    }
}

pub(super) fn roles_of(hops: &[ViaHop]) -> Vec<&str> {
    hops.iter().map(|hop| hop.role.as_str()).collect()
}

/// The way that is listed of a principal.
pub(super) struct Way {
    pub decision: Decision,
    pub condition: Option<ConditionExpression>,
    pub caveats: Vec<Caveat>,
    pub route: Route,
}

impl Way {
    fn direct(evaluation: &Evaluation, route: Route) -> Self {
        Self {
            decision: evaluation.decision,
            condition: evaluation.condition.clone(),
            caveats: evaluation.caveats.clone(),
            route,
        }
    }
}

/// The way that is listed: the direct one, unless the chain's decision is better.
pub(super) fn choose(direct: Option<&Evaluation>, chain: Option<Chain>) -> Option<Way> {
    let direct_decision = direct.map(|evaluation| evaluation.decision);
    let chained = chain.as_ref().map(Chain::decision);
    let route = |via| Route {
        via,
        direct: direct_decision,
        chained,
    };
    match (direct, chain) {
        (Some(direct), None) => Some(Way::direct(direct, route(Vec::new()))),
        (Some(direct), Some(chain)) if direct.decision <= chain.decision() => {
            Some(Way::direct(direct, route(Vec::new())))
        }
        (_, Some(chain)) => Some(Way {
            decision: chain.decision(),
            condition: chain.condition(),
            caveats: chain.caveats.clone(),
            route: route(chain.hops),
        }),
        (None, None) => None,
    }
}

/// Most roles that are assumed one after the other: as many as authority paths follow.
pub(super) fn most_hops() -> usize {
    PathOptions::default().max_assume_hops
}

/// Judges hops.
#[derive(Clone, Copy)]
pub(super) struct HopJudge<'e, 'q> {
    pub estate: &'e Estate<'e>,
    pub context: &'q Context,
    pub unknown_context: UnknownContext,
}

/// The roles that may be assumed at all. Only AWS itself assumes a service-linked role.
pub(super) fn roles<'e>(estate: &'e Estate<'_>) -> Candidates<'e> {
    assumable_roles(estate)
}

impl<'e> HopJudge<'e, '_> {
    /// Whether some statement may let the caller assume the role, a quick look that errs towards asking.
    fn is_worth_asking(
        &self,
        candidates: &Candidates<'e>,
        caller: &Subject<'_>,
        identity: &IdentityGrants<'_>,
        role: &'e Entity,
    ) -> bool {
        let Some(action) = self.action_of(caller) else {
            return false;
        };
        let is_itself = caller.entity.is_some_and(|entity| entity.native_id == role.native_id);
        let may_hold_more = !caller.holdings.uncollected.is_empty();
        !is_itself
            && role.kind == EntityKind::IamRole
            && candidates.include(caller, action, role)
            && (may_hold_more || may_be_granted(candidates, identity, caller, &Place::of(role), action))
    }

    /// What every layer says to the caller's assuming the role; none where it is denied.
    fn judge(&self, caller: &Subject<'_>, role: &'e Entity) -> Option<Evaluation> {
        let place = Place::of(role);
        let evaluation = self.estate.judge(&Request {
            subject: caller,
            action: self.action_of(caller)?,
            place: &place,
            context: self.context,
            unknown_context: self.unknown_context,
        });
        evaluation.ok().filter(|evaluation| evaluation.decision.is_possible())
    }

    /// The action by which somebody assumes a role; none for those who cannot.
    ///
    /// Source: IAM User Guide, "Compare AWS STS credentials": `AssumeRole` is for users and roles, not for root users, and the credentials of
    /// `GetFederationToken` cannot call STS. The root of an account of which nothing was read stands for whoever is in it.
    fn action_of(&self, caller: &Subject<'_>) -> Option<&'static str> {
        match caller.principal.kind() {
            PrincipalKind::Root if !self.estate.stands_for_its_account(caller) => None,
            PrincipalKind::Root
            | PrincipalKind::User { .. }
            | PrincipalKind::Role { .. }
            | PrincipalKind::AssumedRole { .. }
            | PrincipalKind::Service => Some(ASSUME_ROLE),
            PrincipalKind::OidcProvider | PrincipalKind::WebIdentity => Some("sts:AssumeRoleWithWebIdentity"),
            PrincipalKind::SamlProvider => Some("sts:AssumeRoleWithSAML"),
            PrincipalKind::FederatedUser { .. } | PrincipalKind::CanonicalUser | PrincipalKind::Anonymous => None,
        }
    }

    /// The caller's own statements about its action.
    fn identity_of<'s>(&self, caller: &'s Subject<'_>) -> IdentityGrants<'s> {
        IdentityGrants::of_one(caller, self.action_of(caller))
    }
}

/// The hop by which a user of Identity Center comes to be a role.
pub(super) fn lead(role: &Entity) -> ViaHop {
    ViaHop {
        role: role.native_id.clone(),
        decision: Decision::Allow,
        condition: None,
    }
}

/// The hop to a role.
fn hop(role: &Entity, decision: Decision, condition: Option<ConditionExpression>) -> ViaHop {
    ViaHop {
        role: role.native_id.clone(),
        decision,
        condition,
    }
}
