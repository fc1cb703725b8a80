//! Ways to another authority by privilege escalation, as [`crate::escalation`] finds them.
//!
//! Only gains of another role's or user's authority lead on. Whoever raises its own authority reaches whatever it then writes down: that is a finding, not
//! a list of paths.

use sv0_model::graph::Entity;

use super::hops::{ESCALATES_TO, Ground, PASSES_ROLE, Stride};
use super::transfer::{Transfer, Way};
use crate::escalation::{Escalation, Escalations};

const PASS_ROLE: &str = "iam:PassRole";

impl<'e> Ground<'e, '_> {
    /// The transfers by escalation that `known` does not hold already: new code for a function is told as that.
    pub(crate) fn escalations(
        &self,
        escalations: &Escalations<'e>,
        principal: &'e Entity,
        known: &[Transfer<'e>],
    ) -> Vec<Transfer<'e>> {
        let found = escalations.transfers_of(principal).into_iter();
        found
            .filter_map(|escalation| self.escalation(principal, &escalation, known))
            .collect()
    }

    fn escalation(
        &self,
        principal: &Entity,
        escalation: &Escalation<'e>,
        known: &[Transfer<'e>],
    ) -> Option<Transfer<'e>> {
        let to = escalation.gain.principal()?.native_id.as_str();
        let is_known = known.iter().any(|transfer| {
            let enters = transfer.legs.first().map(|leg| leg.hop.to.as_str());
            transfer.way == Way::ChangeCode && transfer.to == to && enters == escalation.through
        });
        if is_known || to == principal.native_id {
            return None;
        }
        let actions = escalation.actions();
        let passes = actions.contains(&PASS_ROLE);
        let through = escalation.through.map_or("", |through| through);
        let by = self
            .entity(through)
            .map_or(String::new(), |through| format!(", through {}", through.name));
        let stride = Stride {
            from: &principal.native_id,
            relation: if passes { PASSES_ROLE } else { ESCALATES_TO },
            to,
            actions: actions.into_iter().map(str::to_owned).collect(),
            on: None,
            note: format!("{}: {}{by}", escalation.route.id, escalation.words()),
        };
        let reason = "the calls of the route may be made on anything; no one of them shows that it was taken";
        let leg = self.configured(stride, &escalation.step, reason);
        let mut transfer = Transfer::new(to, Way::Escalate, vec![leg]);
        transfer
            .marks
            .extend([escalation.route.id.to_owned(), through.to_owned()]);
        Some(transfer)
    }
}
