//! One statement, as a formula: under which context does it apply to the request?

use sv0_model::decision::{Caveat, Effect, Layer};

use super::condition::clause_formula;
use super::principals::{Named, exempted_by, named_by};
use super::variable_match::match_pieces;
use crate::atom::{Atom, RESOURCE_KEY, UNREADABLE_STATEMENT_KEY};
use crate::formula::Formula;
use crate::gate::{ActionsGated, Gated};
use crate::glob::{Glob, WildcardScope};
use crate::policy::{ActionPattern, Element, Entries, PrincipalPattern, Readability, Statement};
use crate::question::NamedPolicy;
use crate::request::Request;
use crate::truth::Truth;
use crate::variables::{Piece, Resolved, Template, render};

/// A statement of a policy in one layer.
#[derive(Clone, Copy)]
pub(super) struct Placed<'a> {
    pub(super) policy: &'a NamedPolicy,
    pub(super) statement: &'a Statement,
    pub(super) layer: Layer,
    /// The level of an organization, where the layer has several.
    pub(super) level: usize,
}

impl Placed<'_> {
    /// Whether both stand in one layer, on one level of it.
    pub(super) fn is_beside(&self, other: &Self) -> bool {
        (self.layer, self.level) == (other.layer, other.level)
    }
}

/// A statement with one effect, and under which context it has it.
#[derive(Clone)]
pub(super) struct Outcome<'a, T> {
    pub(super) placed: Placed<'a>,
    pub(super) effect: Effect,
    pub(super) formula: T,
    /// How the statement names the principal, where its layer's policies do.
    pub(super) named: Named<T>,
    /// A reservation that belongs to any answer this statement has a part in.
    pub(super) caveat: Option<Caveat>,
}

impl<T: Truth> Outcome<'_, T> {
    pub(super) fn is_left_open(&self) -> bool {
        self.formula.is_left_open() || self.named.is_left_open()
    }
}

/// Finds the effects that a statement has: one, or both where the Effect element could not be read.
pub(super) fn each_outcome<'a, T: Truth>(
    placed: Placed<'a>,
    gated: Gated,
    request: &Request<'_>,
    take: &mut impl FnMut(Outcome<'a, T>),
) {
    if let Some(effect) = gated.applies_to_all()
        && names_nobody(placed.layer)
    {
        return take(to_whomever(placed, effect, T::known(true)));
    }
    if let Some(effect) = placed.statement.effect {
        let doubt = Doubt {
            placed,
            operator: "Matches",
        };
        if let Some(outcome) = outcome(placed, effect, applies(placed, gated, request, &doubt), &doubt, request) {
            take(outcome);
        }
        return;
    }
    for (effect, operator) in [(Effect::Allow, "Allows"), (Effect::Deny, "Denies")] {
        let doubt = Doubt { placed, operator };
        let applies = T::all([doubt.truth(), applies(placed, gated, request, &doubt)]);
        if let Some(outcome) = outcome(placed, effect, applies, &doubt, request) {
            take(outcome);
        }
    }
}

/// Under which context action, resource and conditions match.
fn applies<T: Truth>(placed: Placed<'_>, gated: Gated, request: &Request<'_>, unreadable: &Doubt<'_>) -> T {
    let action = match gated.actions {
        ActionsGated::Look => action_formula(placed.statement, request, unreadable),
        ActionsGated::Match => T::known(true),
        ActionsGated::Closed => T::known(false),
    };
    if action.is_false() {
        return action;
    }
    let matches = if gated.every_resource {
        action
    } else {
        action.and(resource_formula(placed, request, unreadable))
    };
    if matches.is_false() {
        return matches;
    }
    let conditions = placed
        .statement
        .conditions
        .iter()
        .map(|clause| clause_formula(clause, request, unreadable));
    let doubt = if placed.statement.readability == Readability::Doubtful || has_misplaced_principal(placed) {
        unreadable.truth()
    } else {
        T::known(true)
    };
    T::all([matches, doubt].into_iter().chain(conditions))
}

fn outcome<'a, T: Truth>(
    placed: Placed<'a>,
    effect: Effect,
    applies: T,
    unreadable: &Doubt<'_>,
    request: &Request<'_>,
) -> Option<Outcome<'a, T>> {
    if applies.is_false() {
        return None;
    }
    if names_nobody(placed.layer) {
        return Some(to_whomever(placed, effect, applies));
    }
    let Naming { named, caveat } = naming(placed, effect, request, unreadable);
    let narrowed = Named {
        directly: narrow(named.directly, &applies),
        as_role: narrow(named.as_role, &applies),
        by_account: narrow(named.by_account, &applies),
    };
    let formula = narrowed.at_all();
    if formula.is_false() && caveat.is_none() {
        return None;
    }
    Some(Outcome {
        placed,
        effect,
        // Where the statement does not apply after all, its reservation does not belong to the answer either.
        formula: if applies.is_left_open() { applies } else { formula },
        named: narrowed,
        caveat,
    })
}

/// The outcome of a statement that speaks to whomever its policy is attached to.
fn to_whomever<T: Truth>(placed: Placed<'_>, effect: Effect, applies: T) -> Outcome<'_, T> {
    Outcome {
        placed,
        effect,
        formula: applies.clone(),
        named: named_directly(applies),
        caveat: None,
    }
}

fn narrow<T: Truth>(named: Option<T>, by: &T) -> Option<T> {
    named
        .map(|formula| formula.and(by.clone()))
        .filter(|formula| !formula.is_false())
}

/// Stands for what a statement might say where it could not be read.
#[derive(Clone, Copy)]
pub(super) struct Doubt<'a> {
    placed: Placed<'a>,
    /// `Matches`, or `Allows` and `Denies` where it could not be read which of them the statement does.
    operator: &'static str,
}

impl Doubt<'_> {
    /// A test that is true if the statement, read properly, does so.
    pub(super) fn truth<T: Truth>(&self) -> T {
        T::open(|| {
            let place = format!("{}#{}", self.placed.policy.name, self.placed.statement.index);
            Atom::opaque(
                UNREADABLE_STATEMENT_KEY,
                self.operator,
                vec![place],
                Caveat::PolicyPartlyUnreadable,
            )
        })
    }
}

fn action_formula<T: Truth>(statement: &Statement, request: &Request<'_>, unreadable: &Doubt<'_>) -> T {
    let lists = |entries: &Entries<ActionPattern>| {
        let index = &statement.action_index;
        let is_listed = index.lists(&entries.items, &request.action, request.asked);
        T::known(is_listed).or_else(|| incomplete(entries, unreadable))
    };
    match &statement.actions {
        Element::Missing | Element::Unreadable => unreadable.truth(),
        Element::Only(entries) => lists(entries),
        Element::Except(entries) => lists(entries).negate(),
    }
}

/// Stands for the entries that could not be read.
fn incomplete<E, T: Truth>(entries: &Entries<E>, unreadable: &Doubt<'_>) -> T {
    if entries.incomplete {
        unreadable.truth()
    } else {
        T::known(false)
    }
}

fn resource_formula<T: Truth>(placed: Placed<'_>, request: &Request<'_>, unreadable: &Doubt<'_>) -> T {
    let lists = |entries: &Entries<Template>| {
        let listed = T::any(entries.items.iter().map(|template| template_formula(template, request)));
        listed.or_else(|| incomplete(entries, unreadable))
    };
    match &placed.statement.resources {
        // A policy on a resource speaks of that resource, whether it says so (bucket policies) or not (trust policies, ECR).
        Element::Missing if placed.layer == Layer::Resource => T::known(true),
        Element::Missing | Element::Unreadable => unreadable.truth(),
        Element::Only(entries) => lists(entries),
        Element::Except(entries) => lists(entries).negate(),
    }
}

fn template_formula<T: Truth>(template: &Template, request: &Request<'_>) -> T {
    let resource = request.question.resource;
    // Called without a resource: only a pattern that every resource matches applies.
    let is_matched_by = |glob: &Glob| match resource {
        "*" => glob.matches_everything(),
        _ => glob.matches(resource),
    };
    if let Some(glob) = template.fixed() {
        return T::known(is_matched_by(glob));
    }
    match template.resolve(&|key| request.variable(key)) {
        Resolved::Ready(glob) => T::known(is_matched_by(&glob)),
        Resolved::MatchesNothing => T::known(false),
        Resolved::Open(_) if resource == "*" => T::known(false),
        Resolved::Open(pieces) => T::open(|| open_template_formula(&pieces, resource)),
    }
}

fn open_template_formula(pieces: &[Piece], resource: &str) -> Formula {
    match_pieces(pieces, resource).unwrap_or_else(|| {
        let pattern = render(pieces, WildcardScope::ResourceSegments);
        Atom::opaque(RESOURCE_KEY, "Matches", vec![pattern], Caveat::ConditionsNotEvaluated)
    })
}

/// How a statement names the principal, and what has to be said about that.
struct Naming<T> {
    named: Named<T>,
    caveat: Option<Caveat>,
}

fn naming<T: Truth>(placed: Placed<'_>, effect: Effect, request: &Request<'_>, unreadable: &Doubt<'_>) -> Naming<T> {
    let everyone = || named_directly(T::known(true));
    let named = match (&placed.statement.principals, placed.layer) {
        (Element::Missing, Layer::Resource) | (Element::Unreadable, _) => named_directly(unreadable.truth()),
        (Element::Missing, _) => everyone(),
        (Element::Only(entries), _) => only_named(entries, request, unreadable),
        (Element::Except(entries), _) => return all_but(entries, effect, request, unreadable),
    };
    Naming { named, caveat: None }
}

fn named_directly<T: Truth>(formula: T) -> Named<T> {
    Named {
        directly: Some(formula),
        ..Named::default()
    }
}

fn only_named<T: Truth>(
    entries: &Entries<PrincipalPattern>,
    request: &Request<'_>,
    unreadable: &Doubt<'_>,
) -> Named<T> {
    let mut named = named_by(&entries.items, request, unreadable);
    if entries.incomplete {
        let before = named.directly.take().unwrap_or_else(|| T::known(false));
        named.directly = Some(T::any([before, unreadable.truth()]));
    }
    named
}

/// NotPrincipal, which AWS takes neither with Allow nor in a trust policy: read as written there, with a caveat. "The NotPrincipal element with a Deny effect will always deny any IAM principal that has a permissions boundary policy
/// attached, regardless of the values specified in the NotPrincipal element." And: "When you use NotPrincipal, you must also specify the account ARN of the not-denied principal. Otherwise, the policy
/// might deny access to the entire account containing the principal": where the account is not listed, a Deny is taken not to apply, with a caveat.
fn all_but<T: Truth>(
    entries: &Entries<PrincipalPattern>,
    effect: Effect,
    request: &Request<'_>,
    unreadable: &Doubt<'_>,
) -> Naming<T> {
    let exempted = exempted_by::<T>(&entries.items, request, unreadable).or_else(|| incomplete(entries, unreadable));
    let own_account = request.question.principal.account();
    let lists_account = entries
        .items
        .iter()
        .any(|pattern| matches!(pattern, PrincipalPattern::Account(account) if Some(account.as_str()) == own_account));
    let may_be_exempted = !exempted.is_false();
    let formula = exempted.negate();
    let (named, is_silent) = match effect {
        Effect::Deny if request.has_boundary => (named_directly(T::known(true)), false),
        Effect::Deny => (
            named_directly(formula),
            (may_be_exempted && own_account.is_some() && !lists_account) || request.asks_for_session(),
        ),
        // "Using it with Effect Allow is not supported": taken for what it says, and to be limited by boundary and session policy.
        Effect::Allow => {
            let named = Named {
                as_role: Some(formula),
                ..Named::default()
            };
            (named, true)
        }
    };
    Naming {
        named,
        caveat: is_silent.then_some(Caveat::UndocumentedRule),
    }
}

/// These policies have no Principal element; AWS refuses to store one that has.
fn has_misplaced_principal(placed: Placed<'_>) -> bool {
    names_nobody(placed.layer) && !matches!(placed.statement.principals, Element::Missing)
}

/// Whether the policies of a layer apply to whoever they are attached to.
fn names_nobody(layer: Layer) -> bool {
    matches!(layer, Layer::Identity | Layer::Boundary | Layer::Session | Layer::Scp)
}
