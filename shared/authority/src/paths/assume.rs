//! Which roles each role can assume, evaluated on both sides.

use sv0_iam::{Context, UnknownContext};
use sv0_model::path::ActionClass;

use super::hops::{ASSUMES, Ground, Stride};
use super::transfer::{Transfer, Way};
use crate::access::{ASSUME_ROLE, Access, ActionTarget, Basis, Candidates, Survey};
use crate::estate::Subject;
use crate::step::Step;

impl<'e> Ground<'e, '_> {
    /// The roles that a principal can assume, or could if nothing stopped it, sorted.
    pub(crate) fn assumptions(
        &self,
        candidates: &Candidates<'e>,
        subject: &Subject<'_>,
        from: &str,
    ) -> Vec<Transfer<'e>> {
        let context = Context::new();
        let survey = Survey {
            estate: self.estate,
            candidates,
            subject,
            basis: Basis::Granted,
            context: &context,
            unknown_context: UnknownContext::Any,
        };
        let class: Option<ActionClass> = None;
        let accesses = survey.reach_of(ASSUME_ROLE, class, ActionTarget::Whole);
        let others = accesses.into_iter().filter(|access| access.entity.native_id != from);
        others.map(|access| self.assumption(from, access)).collect()
    }

    fn assumption(&self, from: &str, access: Access<'e>) -> Transfer<'e> {
        let to = access.entity.native_id.as_str();
        let stride = Stride {
            from,
            relation: ASSUMES,
            to,
            actions: vec![ASSUME_ROLE.to_owned()],
            on: None,
            note: String::new(),
        };
        let leg = self.leg(stride, &Step::from(access.evaluation));
        Transfer::new(to, Way::Assume, vec![leg])
    }
}
