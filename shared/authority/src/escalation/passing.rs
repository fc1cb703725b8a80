//! Roles that are passed to a service.

use sv0_iam::{Element, Glob, Statement};
use sv0_model::graph::Entity;

use super::Gain;
use super::calls::{Asking, statements_on, together};
use super::found::Found;
use super::routes::{Call, PASS_ROLE, Route};
use super::search::Search;
use crate::step::Step;

/// Condition keys that say nothing of the role: a statement that asks by others may tell roles apart.
const ASKS_OF_CALL: &[&str] = &[
    "aws:MultiFactorAuthPresent",
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalOrgID",
    "aws:RequestedRegion",
    "aws:SourceIp",
    "iam:PassedToService",
];

impl<'e> Search<'_, 'e> {
    /// A role is passed to a service that then runs something under it.
    pub(super) fn pass(&self, route: &'static Route, services: &[&'static str], found: &mut Found<'e>) {
        let passable = services
            .iter()
            .map(|service| (*service, self.ground.passable_to(self.account(), service)));
        let passable: Vec<_> = passable.filter(|(_, roles)| !roles.is_empty()).collect();
        if passable.is_empty() || !self.lists_all(route) {
            return;
        }
        let rest: Vec<Call> = route
            .calls
            .iter()
            .copied()
            .filter(|call| call.action != PASS_ROLE)
            .collect();
        let asking = Asking::new(self.ground.estate, self.subject);
        let Some(made) = self.make_calls(&asking, &rest, "", |_| None) else {
            return;
        };
        for (service, roles) in passable {
            for passable in roles {
                let role = passable.role;
                if role.native_id == self.entity.native_id || !self.identity.may_allow(PASS_ROLE, &role.native_id) {
                    continue;
                }
                let Some(pass) = self.pass_to(service, role) else {
                    continue;
                };
                let trusted = together([pass, passable.trust.clone()]);
                let mut calls = vec![(PASS_ROLE, role.native_id.clone(), trusted)];
                calls.extend(made.iter().cloned());
                self.add(route, Gain::Principal(role), None, Some(calls), found);
            }
        }
    }

    fn pass_to(&self, service: &'static str, role: &'e Entity) -> Option<Step> {
        let is_alike = *self.passes_alike.get_or_init(|| self.passes_alike());
        let asked = if is_alike { "" } else { role.native_id.as_str() };
        let mut passes = self.passes.borrow_mut();
        let pass = passes.entry((service, asked)).or_insert_with(|| {
            let asking = Asking::passing_to(self.ground.estate, self.subject, service);
            asking.call(PASS_ROLE, &role.native_id)
        });
        pass.clone()
    }

    /// Whether every role of the account is passed as any other: no statement about it singles out a resource or asks for something of it.
    fn passes_alike(&self) -> bool {
        let mut is_alike = true;
        statements_on(self.ground.estate, self.subject, &[PASS_ROLE], &mut |statement| {
            is_alike &= is_about_any_role(statement);
        });
        is_alike
    }
}

fn is_about_any_role(statement: &Statement) -> bool {
    let of_everything = match statement.resources() {
        Element::Only(entries) => {
            !entries.incomplete
                && entries
                    .items
                    .iter()
                    .any(|pattern| pattern.fixed().is_some_and(Glob::matches_everything))
        }
        _ => false,
    };
    let mut clauses = statement.conditions().iter();
    let asks_of_role = clauses.any(|clause| !ASKS_OF_CALL.iter().any(|key| key.eq_ignore_ascii_case(clause.key())));
    of_everything && !asks_of_role
}
