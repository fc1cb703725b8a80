//! Of whom a question about everybody is worth asking: whom some statement could let, by a look at the statements on the action alone.
//!
//! The look errs towards asking. What it says no to, every layer that was collected leaves without an Allow.

use std::collections::BTreeSet;

use sv0_iam::{Element, OneAction, PrincipalKind, Statement, Template};
use sv0_model::decision::Effect;

use crate::access::{Opening, may_list, openings};
use crate::estate::{Estate, Place, Resident};

/// Actions that need no permission.
///
/// Source: AWS STS API Reference, "GetCallerIdentity" and "GetSessionToken".
const NEEDS_NO_PERMISSION: [&str; 2] = ["sts:GetCallerIdentity", "sts:GetSessionToken"];

/// What may let somebody do an action on a resource.
pub(super) struct Worth<'e> {
    action: OneAction,
    /// ARNs under one of which an identity-based policy may name the resource; empty where the action is called without any.
    arns: Vec<&'e str>,
    /// Whom the policies of the resource name.
    openings: BTreeSet<Opening<'e>>,
    /// Whether anybody may be let whatever their own statements say.
    is_open: bool,
}

impl<'e> Worth<'e> {
    pub(super) fn new(estate: &'e Estate<'_>, action: &str, place: &'e Place<'e>) -> Self {
        let points = place.entity.map_or(&[][..], |entity| estate.access_points_of(entity));
        let arns = [place.arn.as_str()].into_iter().filter(|arn| *arn != "*");
        let policies = place
            .entity
            .into_iter()
            .flat_map(|entity| estate.opening_policies(entity));
        let ways = place.entity.into_iter().chain(points.iter().copied());
        Self {
            action: OneAction::new(action),
            arns: arns
                .chain(points.iter().map(|point| point.native_id.as_str()))
                .collect(),
            openings: policies.flat_map(openings).collect(),
            is_open: place.is_qualified_function()
                || ways.into_iter().any(|entity| !estate.is_policy_collected(entity))
                || NEEDS_NO_PERMISSION
                    .iter()
                    .any(|other| other.eq_ignore_ascii_case(action)),
        }
    }

    /// Whether somebody could be let.
    pub(super) fn asking(&self, resident: &Resident) -> bool {
        let is_plain = matches!(
            resident.principal.kind(),
            PrincipalKind::User { .. } | PrincipalKind::Role { .. }
        );
        let holdings = resident.holdings.as_ref().filter(|_| is_plain && !self.is_open);
        holdings.is_none_or(|holdings| {
            !holdings.uncollected.is_empty()
                || self.is_opened_to(resident)
                || holdings.identity.iter().any(|policy| {
                    let mut concerning = policy.policy.statements_concerning(&self.action);
                    concerning.any(|statement| self.may_allow(statement))
                })
        })
    }

    fn is_opened_to(&self, resident: &Resident) -> bool {
        let named = [
            Some(Opening::Everyone),
            Some(Opening::Principal(resident.principal.text())),
            resident.principal.account().map(Opening::Account),
        ];
        !self.openings.is_empty()
            && named
                .into_iter()
                .flatten()
                .any(|opening| self.openings.contains(&opening))
    }

    fn may_allow(&self, statement: &Statement) -> bool {
        let lists_any = |list: &Element<Template>| self.arns.iter().any(|arn| may_list(list, arn));
        statement.effect() != Some(Effect::Deny) && (self.arns.is_empty() || lists_any(statement.resources()))
    }
}
