//! Decides one request through every layer: policies first, then the gates that AWS keeps beside them.

use std::borrow::Cow;

use sv0_iam::{
    ApplicablePolicies, Context, EvaluateError, Evaluation, NamedPolicy, Question, ResourcePolicyInput,
    UncollectedPolicy, UnknownContext, evaluate,
};
use sv0_model::arn::account_of;
use sv0_model::decision::Decision;

use super::Estate;
use super::access_points::is_access_point;
use super::compose::{either, unless};
use super::place::Place;
use super::subject::Subject;
use super::surroundings::Membership;

/// A question whose names are resolved.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request<'a> {
    pub subject: &'a Subject<'a>,
    pub action: &'a str,
    pub place: &'a Place<'a>,
    pub context: &'a Context,
    pub unknown_context: UnknownContext,
}

impl<'g> Estate<'g> {
    /// The decision on a request by every way that leads to the resource, with the key that encrypts it.
    pub(crate) fn judge(&self, request: &Request<'_>) -> Result<Evaluation, EvaluateError> {
        let content = match request.place.entity {
            Some(entity) if is_access_point(entity) => self.judge_at_point(request)?,
            _ => self.by_any_way(request)?,
        };
        let content = self.reserve_for_lists(request, content);
        let content = self.reserve_for_grants(request, content);
        Ok(self.kms_gate(request, content))
    }

    /// The decision of the policies on the resource that the request names, of what grants beside them, and of S3 Block Public Access.
    pub(crate) fn judge_direct(&self, request: &Request<'_>) -> Result<Evaluation, EvaluateError> {
        let policies = self.judge_policies_by(request, &evaluate)?;
        Ok(self.block_public_access(request, policies))
    }

    /// What `ask` answers to a request, given the question, the policies that apply to it and what grants beside the resource's. Where it is not known what of
    /// the latter counts, a decision that needs it hangs on that.
    pub(super) fn judge_policies_by(&self, request: &Request<'_>, ask: &Ask<'_>) -> Result<Evaluation, EvaluateError> {
        let grants = request.place.entity.and_then(|entity| self.beside.of(entity));
        let Some(grants) = grants else {
            return self.judge_policies(request, None, ask);
        };
        let mut best: Option<Evaluation> = None;
        for (index, reading) in grants.readings().iter().enumerate() {
            let mut evaluation = self.judge_policies(request, Some(index), ask)?;
            grants.restore(&mut evaluation);
            best = Some(match best {
                None => unless(evaluation, reading.doubts()),
                // What more grants do not change does not hang on them.
                Some(before) if is_same_outcome(&before, &evaluation) => before,
                Some(before) => either(before, unless(evaluation, reading.doubts())),
            });
        }
        best.map_or_else(|| self.judge_policies(request, None, ask), Ok)
    }

    /// The decision of the policies alone, with one reading of what grants beside the resource's.
    ///
    /// An account outside the organization may be in another one or in none. Where it is denied whatever is true of that, it is denied.
    fn judge_policies(
        &self,
        request: &Request<'_>,
        reading: Option<usize>,
        ask: &Ask<'_>,
    ) -> Result<Evaluation, EvaluateError> {
        let context = self.surroundings(request);
        if !self.is_outsider(request.subject) {
            return self.evaluate_in(request, reading, &context, ask);
        }
        let mut denial = None;
        for hypothesis in self.outside_organizations(&context) {
            let evaluation = self.evaluate_in(request, reading, &hypothesis, ask)?;
            if evaluation.decision.is_possible() {
                return self.evaluate_in(request, reading, &context, ask);
            }
            denial = denial.or(Some(evaluation));
        }
        denial.map_or_else(|| self.evaluate_in(request, reading, &context, ask), Ok)
    }

    fn is_outsider(&self, subject: &Subject<'_>) -> bool {
        let membership = subject.account().map(|account| self.membership(account));
        self.graph.organization.id.is_some() && membership == Some(Membership::Outsider)
    }

    /// What may be true of the organization of an account that is not in ours: it is in none, in one that no policy names, or in one that some policy names.
    fn outside_organizations(&self, context: &Context) -> Vec<Context> {
        let mut hypotheses = Vec::new();
        if context.get("aws:PrincipalOrgID").is_some() || self.foreign_organizations.len() > MOST_FOREIGN_ORGANIZATIONS
        {
            return hypotheses;
        }
        let mut in_none = context.clone();
        in_none.mark_absent("aws:PrincipalOrgID");
        in_none.mark_absent("aws:PrincipalOrgPaths");
        hypotheses.push(in_none);
        let mut in_another = context.clone();
        in_another.insert("aws:PrincipalOrgID", vec![UNNAMED_ORGANIZATION.to_owned()]);
        in_another.insert("aws:PrincipalOrgPaths", vec![format!("{UNNAMED_ORGANIZATION}/r-0000/")]);
        hypotheses.push(in_another);
        for named in &self.foreign_organizations {
            let mut in_named = context.clone();
            in_named.insert("aws:PrincipalOrgID", vec![named.clone()]);
            hypotheses.push(in_named);
        }
        hypotheses
    }

    /// Calls `visit` with every policy that may have a say in a request.
    pub(crate) fn for_each_policy(
        &self,
        subject: &Subject<'_>,
        place: &Place<'_>,
        action: &str,
        visit: &mut dyn FnMut(&NamedPolicy),
    ) {
        let of_principal = self.ceilings.of(subject.account());
        let of_resource = self.ceilings.of(account_of(&place.arn).or(place.account()));
        let levels = of_principal.scps.iter().chain(&of_resource.rcps);
        let own = subject.holdings.identity.iter().chain(&subject.holdings.boundaries);
        own.chain(levels.flat_map(|level| &level.policies))
            .for_each(&mut *visit);
        let mut shelf = None;
        if let ResourcePolicyInput::Set(policy) = self.resource_policy(place, action, &mut shelf) {
            visit(policy);
        }
        for point in place.entity.map_or(&[][..], |entity| self.access_points_of(entity)) {
            let mut shelf = None;
            if let ResourcePolicyInput::Set(policy) = self.resource_policy(&Place::of(point), action, &mut shelf) {
                visit(policy);
            }
        }
    }

    fn evaluate_in(
        &self,
        request: &Request<'_>,
        reading: Option<usize>,
        context: &Context,
        ask: &Ask<'_>,
    ) -> Result<Evaluation, EvaluateError> {
        let Request {
            subject, action, place, ..
        } = *request;
        let names_account = account_of(&place.arn).is_some();
        let question = Question {
            principal: &subject.principal,
            action,
            resource: &place.arn,
            resource_account: place.account().filter(|_| !names_account),
            context,
            now: self.graph.captured_at,
            unknown_context: request.unknown_context,
        };
        let of_principal = self.ceilings.of(subject.account());
        let resource_account = account_of(&place.arn).or(place.account());
        let of_resource = self.ceilings.of(resource_account.or(subject.account()));
        let binds = subject.is_bound_by_scps();
        let granted = self.granted_to_stranger(subject, place);
        let mut shelf = None;
        let uncollected = uncollected(
            &subject.holdings.uncollected,
            if binds { of_principal.uncollected_scps() } else { &[] },
            of_resource.uncollected_rcps(action),
        );
        let policies = ApplicablePolicies {
            identity: granted.as_deref().unwrap_or(&subject.holdings.identity),
            boundaries: &subject.holdings.boundaries,
            scps: if binds { &of_principal.scps } else { &[] },
            rcps: &of_resource.rcps,
            resource: self.resource_policy_in(reading, place, action, &mut shelf),
            uncollected: &uncollected,
            ..ApplicablePolicies::default()
        };
        if place.is_qualified_function() {
            // `lambda:AddPermission` writes Allow statements alone: what is allowed without the policy stays allowed with it.
            let without_policy = ApplicablePolicies {
                resource: ResourcePolicyInput::NotSet,
                ..policies
            };
            let evaluation = ask(&question, &without_policy)?;
            if evaluation.decision.is_possible() {
                return Ok(self.with_snapshot_caveat(subject, evaluation));
            }
        }
        let evaluation = ask(&question, &policies)?;
        Ok(self.with_snapshot_caveat(subject, evaluation))
    }

    /// The identity policies of a principal with the grants of another account's key to it, where there are any.
    fn granted_to_stranger(&self, subject: &Subject<'_>, place: &Place<'_>) -> Option<Vec<NamedPolicy>> {
        let granted = self.beside.of(place.entity?)?.to_stranger(subject)?;
        let own = subject.holdings.identity.iter();
        Some(own.chain([granted]).cloned().collect())
    }
}

fn is_same_outcome(first: &Evaluation, second: &Evaluation) -> bool {
    first.decision == second.decision && first.condition == second.condition
}

/// The engine, or the engine asked with other policies than those that apply.
pub(super) type Ask<'a> = dyn Fn(&Question<'_>, &ApplicablePolicies<'_>) -> Result<Evaluation, EvaluateError> + 'a;

/// An id that no organization has: AWS's hold letters and digits drawn at random.
const UNNAMED_ORGANIZATION: &str = "o-0000000000";

/// Policies that name more foreign organizations than this leave the question open.
const MOST_FOREIGN_ORGANIZATIONS: usize = 8;

fn uncollected<'a>(
    of_principal: &'a [UncollectedPolicy],
    scps: &[UncollectedPolicy],
    rcps: &[UncollectedPolicy],
) -> Cow<'a, [UncollectedPolicy]> {
    if scps.is_empty() && rcps.is_empty() {
        return Cow::Borrowed(of_principal);
    }
    Cow::Owned([of_principal, scps, rcps].concat())
}

/// Whether a decision denies, whatever the reason.
pub(crate) fn denies(decision: Decision) -> bool {
    !decision.is_possible()
}
