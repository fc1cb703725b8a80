//! Evaluates the candidates of a principal.

use std::borrow::Cow;
use std::cell::LazyCell;
use std::collections::HashMap;
use std::sync::Arc;

use sv0_iam::catalogue::{Fit, resource_type_fits};
use sv0_iam::{Context, Element, Evaluation, Template, UnknownContext};
use sv0_model::arn::{Arn, account_of};
use sv0_model::decision::{Caveat, ConditionExpression, Decision, Effect, Layer, StatementRef};
use sv0_model::graph::{Entity, PolicyKind};
use sv0_model::path::ActionClass;

use super::alike::Asked;
use super::candidates::Candidates;
use super::classes::{ActionTarget, rows_of};
use super::grants_of::{IdentityGrants, may_be_granted, may_be_granted_by, may_list};
use super::scope::{Part, Separator, Whole, ordinary_name, parts, takes_in};
use super::sight::{Matched, OfAction, Sight};
use super::variables::{Variables, assume, under_assumption};
use crate::estate::{Estate, Place, Request, Subject};

/// One action on one part of a resource, and what every layer says to it.
#[derive(Debug, Clone)]
pub(crate) struct Access<'e> {
    pub entity: &'e Entity,
    /// The resource's ARN, or the pattern of a part of it.
    pub scope: String,
    pub class: Option<ActionClass>,
    pub action: String,
    /// Of everything alike that answers alike, the same one.
    pub evaluation: Arc<Evaluation>,
}

/// An [`Access`] by an action of the classes, with names that are not its own.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Seen<'e> {
    pub entity: &'e Entity,
    pub scope: Cow<'e, str>,
    pub class: ActionClass,
    pub action: &'static str,
    pub evaluation: Arc<Evaluation>,
}

/// What tells the questions about resources of a principal's own account apart: group, action, patterns that match, and whether it is ruled out.
type AlikeKey = (usize, usize, Matched, bool);

/// What was answered already; none where the access does not count.
type Answered = HashMap<AlikeKey, Option<Arc<Evaluation>>>;

/// Which accesses count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Basis {
    /// Those that collected statements grant, whatever stops them.
    Granted,
    /// Those that nothing is known to rule out: also those that only a policy that was not collected may grant.
    Possible,
}

/// Who asks about what, and how.
#[derive(Clone, Copy)]
pub(crate) struct Survey<'e, 'a> {
    pub estate: &'e Estate<'e>,
    pub candidates: &'a Candidates<'e>,
    pub subject: &'a Subject<'a>,
    pub basis: Basis,
    pub context: &'a Context,
    pub unknown_context: UnknownContext,
}

/// An action on a resource.
#[derive(Debug, Clone, Copy)]
struct OnEntity<'e, 'a> {
    entity: &'e Entity,
    class: Option<ActionClass>,
    action: &'a str,
    target: ActionTarget,
}

impl<'e> Survey<'e, '_> {
    /// Every access by an action of the classes that some statement grants, sorted by resource. What stops it is in its evaluation.
    pub(crate) fn reach(&self) -> Vec<Access<'e>> {
        let mut found = Vec::new();
        self.each_seen(&mut |seen| {
            found.push(Access {
                entity: seen.entity,
                scope: seen.scope.into_owned(),
                class: Some(seen.class),
                action: seen.action.to_owned(),
                evaluation: seen.evaluation,
            });
        });
        found
    }

    /// The same, one after the other. Resources that are alike are asked about once for all that the same patterns match.
    pub(crate) fn each_seen(&self, take: &mut dyn FnMut(Seen<'e>)) {
        #[cfg(test)]
        self.check_against_each_alone();
        self.each_seen_alike(take);
    }

    fn each_seen_alike(&self, take: &mut dyn FnMut(Seen<'e>)) {
        let sight = Sight::new(self.estate, self.subject);
        let listed = (!self.subject.is_root() && !self.may_hold_more()).then_some(&sight.listed);
        let mut answered = Answered::new();
        for (entity, questions) in self.candidates.questions_for(self.estate, self.subject, listed) {
            let group = questions
                .group
                .filter(|_| entity.account.as_deref() == self.subject.account());
            for asked in &questions.asked {
                let Some(of_action) = sight.of(asked.place) else {
                    continue;
                };
                match group.and_then(|group| alike_key(group, of_action, entity, asked)) {
                    Some(key) => self.see(key, of_action, entity, asked, &mut answered, take),
                    None => self.see_alone(of_action, entity, asked, take),
                }
            }
        }
    }

    fn see(
        &self,
        key: AlikeKey,
        of_action: &OfAction<'_>,
        entity: &'e Entity,
        asked: &Asked,
        answered: &mut Answered,
        take: &mut dyn FnMut(Seen<'e>),
    ) {
        let whole = match asked.target {
            ActionTarget::Unscoped => "*",
            _ => &entity.native_id,
        };
        let is_worth_asking =
            self.may_hold_more() || self.subject.is_root() || of_action.allows.iter().any(|list| may_list(list, whole));
        if !is_worth_asking {
            return;
        }
        let evaluation = answered.entry(key).or_insert_with(|| {
            let question = OnEntity::of(entity, asked);
            let place = Place::inside(entity, name_of(entity, asked.target).into_owned());
            let evaluation = self.ask(&question, &place)?;
            self.counts(&question, whole, &evaluation).then(|| Arc::new(evaluation))
        });
        if let Some(evaluation) = evaluation {
            take(Seen {
                entity,
                scope: Cow::Borrowed(whole),
                class: asked.class,
                action: asked.action,
                evaluation: Arc::clone(evaluation),
            });
        }
    }

    fn see_alone(&self, of_action: &OfAction<'_>, entity: &'e Entity, asked: &Asked, take: &mut dyn FnMut(Seen<'e>)) {
        for access in self.accesses(&of_action.allows, &OnEntity::of(entity, asked)) {
            take(Seen {
                entity,
                scope: Cow::Owned(access.scope),
                class: asked.class,
                action: asked.action,
                evaluation: access.evaluation,
            });
        }
    }

    /// Whether policies that were not collected may grant what counts.
    fn may_hold_more(&self) -> bool {
        self.basis == Basis::Possible && !self.subject.holdings.uncollected.is_empty()
    }

    /// Every access by one action that some statement grants.
    pub(crate) fn reach_of(&self, action: &str, class: Option<ActionClass>, target: ActionTarget) -> Vec<Access<'e>> {
        let identity = IdentityGrants::of_one(self.subject, Some(action));
        // Whether the action takes such a thing is looked up last: for most candidates no statement grants it.
        let fits = |entity: &Entity| {
            is_of_class(entity, action) || resource_type_fits(action, &inside(entity, target)) != Fit::RuledOut
        };
        let allows = identity.lists_of(action);
        let candidates = if allows.is_empty() && !self.subject.is_root() && !self.may_hold_more() {
            self.candidates.opened_to(self.subject)
        } else {
            self.candidates.of(self.subject, &[action])
        };
        candidates
            .into_iter()
            .filter(|entity| is_of_service(entity, action) || is_of_class(entity, action))
            .flat_map(|entity| {
                let question = OnEntity {
                    entity,
                    class,
                    action,
                    target,
                };
                let found = self.accesses(allows, &question);
                if found.is_empty() || fits(entity) {
                    found
                } else {
                    Vec::new()
                }
            })
            .collect()
    }

    /// One action on one thing that an ARN names in an entity, where some statement grants it.
    pub(crate) fn access_to(&self, action: &str, entity: &'e Entity, arn: String) -> Option<Access<'e>> {
        let identity = IdentityGrants::of_one(self.subject, Some(action));
        let place = Place::inside(entity, arn);
        if !may_be_granted(self.candidates, &identity, self.subject, &place, action) {
            return None;
        }
        let question = OnEntity {
            entity,
            class: None,
            action,
            target: ActionTarget::Whole,
        };
        let evaluation = self.ask(&question, &place)?;
        self.granted(&question, &place.arn, evaluation)
    }

    fn accesses(&self, allows: &[&Element<Template>], question: &OnEntity<'e, '_>) -> Vec<Access<'e>> {
        let Some(whole) = place_of(question.entity, question.target) else {
            return Vec::new();
        };
        if !self.may_hold_more() && !may_be_granted_by(self.candidates, allows, self.subject, &whole) {
            return Vec::new();
        }
        let separator = match question.target {
            ActionTarget::Whole | ActionTarget::Unscoped => {
                let evaluation = self.ask(question, &whole);
                return evaluation
                    .and_then(|evaluation| self.granted(question, &whole.arn, evaluation))
                    .into_iter()
                    .collect();
            }
            ActionTarget::Inside | ActionTarget::Related(_) => Separator::Slash,
            ActionTarget::WholeOrQualified => Separator::Colon,
        };
        let surroundings = || self.estate.surroundings(&self.request(question, &whole));
        let variables = LazyCell::new(|| Variables::new(surroundings(), self.subject));
        let resource = Whole {
            place: &whole,
            separator,
        };
        let mut parts = parts(self.estate, self.subject, question.action, &resource, &variables);
        if question.target == ActionTarget::WholeOrQualified {
            parts.rest.witness.clone_from(&whole.arn);
        }
        if matches!(question.target, ActionTarget::Related(_)) {
            parts.rest.scope.push_str("/*");
        }
        let every = std::iter::once(parts.rest).chain(parts.singled_out);
        let asked: Vec<(Part, Evaluation)> = every
            .filter_map(|part| {
                let mut evaluation = self.ask_part(question, &part)?;
                if parts.is_cut {
                    evaluation.caveats.push(Caveat::UnresolvedResource);
                    evaluation.caveats.sort_unstable();
                }
                Some((part, evaluation))
            })
            .collect();
        without_repetitions(asked, &whole.arn)
            .into_iter()
            .filter_map(|(part, evaluation)| self.granted(question, &part.scope, evaluation))
            .collect()
    }

    fn request<'q>(&'q self, question: &OnEntity<'e, 'q>, place: &'q Place<'q>) -> Request<'q> {
        Request {
            subject: self.subject,
            action: question.action,
            place,
            context: self.context,
            unknown_context: self.unknown_context,
        }
    }

    fn ask(&self, question: &OnEntity<'e, '_>, place: &Place<'_>) -> Option<Evaluation> {
        self.estate.judge(&self.request(question, place)).ok()
    }

    fn ask_part(&self, question: &OnEntity<'e, '_>, part: &Part) -> Option<Evaluation> {
        let place = Place::inside(question.entity, part.witness.clone());
        let context = assume(self.context, &part.assumed);
        let request = Request {
            context: &context,
            ..self.request(question, &place)
        };
        let evaluation = self.estate.judge(&request).ok()?;
        Some(under_assumption(evaluation, &part.assumed))
    }

    fn granted(&self, question: &OnEntity<'e, '_>, scope: &str, evaluation: Evaluation) -> Option<Access<'e>> {
        self.counts(question, scope, &evaluation).then(|| Access {
            entity: question.entity,
            scope: scope.to_owned(),
            class: question.class,
            action: question.action.to_owned(),
            evaluation: Arc::new(evaluation),
        })
    }

    fn counts(&self, question: &OnEntity<'e, '_>, scope: &str, evaluation: &Evaluation) -> bool {
        match self.basis {
            Basis::Possible => evaluation.decision.is_possible(),
            Basis::Granted => {
                let owner = account_of(scope).or(question.entity.account.as_deref());
                let same_account = self.subject.account().is_some() && self.subject.account() == owner;
                is_structural(self.estate, evaluation, same_account)
            }
        }
    }
}

impl<'e> OnEntity<'e, 'static> {
    fn of(entity: &'e Entity, asked: &Asked) -> Self {
        Self {
            entity,
            class: Some(asked.class),
            action: asked.action,
            target: asked.target,
        }
    }
}

/// What tells the question apart from others of the same principal; none where it has to be asked by itself.
fn alike_key(group: usize, of_action: &OfAction<'_>, entity: &Entity, asked: &Asked) -> Option<AlikeKey> {
    let separator = match asked.target {
        ActionTarget::Whole | ActionTarget::Unscoped => None,
        ActionTarget::Inside => Some(Separator::Slash),
        ActionTarget::WholeOrQualified => Some(Separator::Colon),
        ActionTarget::Related(_) => return None,
    };
    let has_parts = |separator: Separator| of_action.may_single_out(&entity.native_id, separator.text());
    if asked.action == INVOKE_FUNCTION_URL || separator.is_some_and(has_parts) {
        return None;
    }
    let matched = of_action.matched(&name_of(entity, asked.target))?;
    Some((group, asked.place, matched, asked.is_ruled_out))
}

/// The ARN that an action is asked on where no pattern singles out a part.
fn name_of(entity: &Entity, target: ActionTarget) -> Cow<'_, str> {
    match target {
        ActionTarget::Whole | ActionTarget::WholeOrQualified | ActionTarget::Related(_) => {
            Cow::Borrowed(&entity.native_id)
        }
        ActionTarget::Inside => Cow::Owned(ordinary_name(&entity.native_id)),
        ActionTarget::Unscoped => Cow::Borrowed("*"),
    }
}

/// Requests for it carry how the URL of that very function authenticates.
const INVOKE_FUNCTION_URL: &str = "lambda:InvokeFunctionUrl";

/// Whether the action's service is the resource's: STS acts on IAM's roles.
fn is_of_service(entity: &Entity, action: &str) -> bool {
    let service = action.split(':').next().unwrap_or_default();
    let own = Arn::parse(&entity.native_id).map_or("", |arn| arn.service);
    own.eq_ignore_ascii_case(service) || (own == "iam" && service.eq_ignore_ascii_case("sts"))
}

/// Whether paths end on the entity by the action.
fn is_of_class(entity: &Entity, action: &str) -> bool {
    let mut actions = rows_of(entity).iter().flat_map(|row| row.actions);
    actions.any(|(name, _)| name.eq_ignore_ascii_case(action))
}

/// An ARN of the kind that the action takes.
fn inside(entity: &Entity, target: ActionTarget) -> String {
    match target {
        ActionTarget::Inside => format!("{}/*", entity.native_id),
        _ => entity.native_id.clone(),
    }
}

/// What the action is called on, or what that lies in; none where the entity has nothing of the sort.
fn place_of(entity: &Entity, target: ActionTarget) -> Option<Place<'_>> {
    Some(match target {
        ActionTarget::Whole | ActionTarget::Inside | ActionTarget::WholeOrQualified => Place::of(entity),
        ActionTarget::Related(related) => Place::inside(entity, crate::related::base(related, entity)?),
        ActionTarget::Unscoped => Place::inside(entity, "*".to_owned()),
    })
}

/// Leaves out each part whose answer is that of a part around it.
fn without_repetitions(asked: Vec<(Part, Evaluation)>, whole: &str) -> Vec<(Part, Evaluation)> {
    let is_repeated = |(part, evaluation): &(Part, Evaluation)| {
        let mut around = asked
            .iter()
            .filter(|(outer, _)| part.scope != whole && takes_in(outer, part, whole));
        around.any(|(_, around)| outcome(around) == outcome(evaluation))
    };
    let keep: Vec<bool> = asked.iter().map(|entry| !is_repeated(entry)).collect();
    asked
        .into_iter()
        .zip(keep)
        .filter_map(|(entry, keep)| keep.then_some(entry))
        .collect()
}

type Outcome<'v> = (Decision, &'v [Layer], Option<&'v ConditionExpression>);

fn outcome(evaluation: &Evaluation) -> Outcome<'_> {
    (
        evaluation.decision,
        &evaluation.blocked_by,
        evaluation.condition.as_ref(),
    )
}

/// Whether statements grant the access on every side that has to, whatever else stops it.
///
/// A side that lacks its Allow stops the request without any Deny of its own; then nothing was granted.
fn is_structural(estate: &Estate<'_>, evaluation: &Evaluation, same_account: bool) -> bool {
    let grants = |layer: Layer| {
        evaluation
            .granting
            .iter()
            .any(|statement| side_of(estate, statement) == layer)
    };
    let denies = |layer: Layer| {
        let mut denials = evaluation
            .statements
            .iter()
            .filter(|statement| statement.effect == Effect::Deny);
        denials.any(|statement| side_of(estate, statement) == layer)
    };
    let is_granted = |layer: Layer| {
        let is_blocked = evaluation.blocked_by.contains(&layer) && !evaluation.decision.is_possible();
        !is_blocked || (denies(layer) && (same_account || grants(layer)))
    };
    !evaluation.granting.is_empty() && [Layer::Identity, Layer::Resource].into_iter().all(is_granted)
}

/// The layer that a statement belongs to.
pub(crate) fn side_of(estate: &Estate<'_>, statement: &StatementRef) -> Layer {
    match estate.library().record(&statement.policy).map(|record| record.kind) {
        Some(PolicyKind::Trust | PolicyKind::ResourceBased) => Layer::Resource,
        Some(PolicyKind::ServiceControl) => Layer::Scp,
        Some(PolicyKind::ResourceControl) => Layer::Rcp,
        _ => Layer::Identity,
    }
}

#[cfg(test)]
mod tests;
