//! One statement, as a formula: under which context does it apply to the request?

use sv0_model::decision::{Caveat, Effect, Layer};

use super::condition::clause_formula;
use super::principals::{Named, exempted_by, named_by};
use super::variable_match::match_pieces;
use crate::atom::{Atom, RESOURCE_KEY, UNREADABLE_STATEMENT_KEY};
use crate::formula::Formula;
use crate::glob::WildcardScope;
use crate::policy::{ActionPattern, Element, Entries, PrincipalPattern, Readability, Statement};
use crate::question::NamedPolicy;
use crate::request::Request;
use crate::variables::{Resolved, Template, render};

/// A statement of a policy in one layer.
#[derive(Clone, Copy)]
pub(super) struct Placed<'a> {
    pub(super) policy: &'a NamedPolicy,
    pub(super) statement: &'a Statement,
    pub(super) layer: Layer,
}

/// A statement with one effect, and under which context it has it.
#[derive(Clone)]
pub(super) struct Outcome<'a> {
    pub(super) placed: Placed<'a>,
    pub(super) effect: Effect,
    pub(super) formula: Formula,
    /// How the statement names the principal, where its layer's policies do.
    pub(super) named: Named,
    /// A reservation that belongs to any answer this statement has a part in.
    pub(super) caveat: Option<Caveat>,
}

/// Finds the effects that a statement has: one, or both where the Effect element could not be read.
pub(super) fn each_outcome<'a>(placed: Placed<'a>, request: &Request<'_>, take: &mut dyn FnMut(Outcome<'a>)) {
    if let Some(effect) = placed.statement.effect {
        let doubt = Doubt {
            placed,
            operator: "Matches",
        };
        if let Some(outcome) = outcome(placed, effect, applies(placed, request, &doubt), &doubt, request) {
            take(outcome);
        }
        return;
    }
    for (effect, operator) in [(Effect::Allow, "Allows"), (Effect::Deny, "Denies")] {
        let doubt = Doubt { placed, operator };
        let applies = Formula::all([doubt.formula(), applies(placed, request, &doubt)]);
        if let Some(outcome) = outcome(placed, effect, applies, &doubt, request) {
            take(outcome);
        }
    }
}

/// Under which context action, resource and conditions match.
fn applies(placed: Placed<'_>, request: &Request<'_>, unreadable: &Doubt<'_>) -> Formula {
    let action = action_formula(placed.statement, request, unreadable);
    if action.is_false() {
        return action;
    }
    let matches = action.and(resource_formula(placed, request, unreadable));
    if matches.is_false() {
        return matches;
    }
    let conditions = placed
        .statement
        .conditions
        .iter()
        .map(|clause| clause_formula(clause, request, unreadable));
    let doubt = if placed.statement.readability == Readability::Doubtful || has_misplaced_principal(placed) {
        unreadable.formula()
    } else {
        Formula::True
    };
    Formula::all([matches, doubt].into_iter().chain(conditions))
}

fn outcome<'a>(
    placed: Placed<'a>,
    effect: Effect,
    applies: Formula,
    unreadable: &Doubt<'_>,
    request: &Request<'_>,
) -> Option<Outcome<'a>> {
    if applies.is_false() {
        return None;
    }
    if names_nobody(placed.layer) {
        return Some(Outcome {
            placed,
            effect,
            formula: applies.clone(),
            named: named_directly(applies),
            caveat: None,
        });
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
        formula,
        named: narrowed,
        caveat,
    })
}

fn narrow(named: Option<Formula>, by: &Formula) -> Option<Formula> {
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
    pub(super) fn formula(&self) -> Formula {
        let place = format!("{}#{}", self.placed.policy.name, self.placed.statement.index);
        Atom::opaque(
            UNREADABLE_STATEMENT_KEY,
            self.operator,
            vec![place],
            Caveat::PolicyPartlyUnreadable,
        )
    }
}

fn action_formula(statement: &Statement, request: &Request<'_>, unreadable: &Doubt<'_>) -> Formula {
    let lists = |entries: &Entries<ActionPattern>| {
        let index = &statement.action_index;
        let is_listed = index.lists(&entries.items, &request.action, request.service_hash);
        Formula::known(is_listed).or_else(|| incomplete(entries, unreadable))
    };
    match &statement.actions {
        Element::Missing | Element::Unreadable => unreadable.formula(),
        Element::Only(entries) => lists(entries),
        Element::Except(entries) => lists(entries).negate(),
    }
}

/// Stands for the entries that could not be read.
fn incomplete<T>(entries: &Entries<T>, unreadable: &Doubt<'_>) -> Formula {
    if entries.incomplete {
        unreadable.formula()
    } else {
        Formula::False
    }
}

fn resource_formula(placed: Placed<'_>, request: &Request<'_>, unreadable: &Doubt<'_>) -> Formula {
    let lists = |entries: &Entries<Template>| {
        let listed = Formula::any(entries.items.iter().map(|template| template_formula(template, request)));
        listed.or_else(|| incomplete(entries, unreadable))
    };
    match &placed.statement.resources {
        // A policy on a resource speaks of that resource, whether it says so (bucket policies) or not (trust policies, ECR).
        Element::Missing if placed.layer == Layer::Resource => Formula::True,
        Element::Missing | Element::Unreadable => unreadable.formula(),
        Element::Only(entries) => lists(entries),
        Element::Except(entries) => lists(entries).negate(),
    }
}

fn template_formula(template: &Template, request: &Request<'_>) -> Formula {
    let resource = request.question.resource;
    match template.resolve(&|key| request.variable(key)) {
        // Called without a resource: only a pattern that every resource matches applies.
        Resolved::Ready(glob) if resource == "*" => Formula::known(glob.matches_everything()),
        Resolved::Ready(glob) => Formula::known(glob.matches(resource)),
        Resolved::MatchesNothing => Formula::False,
        Resolved::Open(_) if resource == "*" => Formula::False,
        Resolved::Open(pieces) => match_pieces(&pieces, resource).unwrap_or_else(|| {
            let pattern = render(&pieces, WildcardScope::ResourceSegments);
            Atom::opaque(RESOURCE_KEY, "Matches", vec![pattern], Caveat::ConditionsNotEvaluated)
        }),
    }
}

/// How a statement names the principal, and what has to be said about that.
struct Naming {
    named: Named,
    caveat: Option<Caveat>,
}

fn naming(placed: Placed<'_>, effect: Effect, request: &Request<'_>, unreadable: &Doubt<'_>) -> Naming {
    let everyone = || named_directly(Formula::True);
    let named = match (&placed.statement.principals, placed.layer) {
        (Element::Missing, Layer::Resource) | (Element::Unreadable, _) => named_directly(unreadable.formula()),
        (Element::Missing, _) => everyone(),
        (Element::Only(entries), _) => only_named(entries, request, unreadable),
        (Element::Except(entries), _) => return all_but(entries, effect, request, unreadable),
    };
    Naming { named, caveat: None }
}

fn named_directly(formula: Formula) -> Named {
    Named {
        directly: Some(formula),
        ..Named::default()
    }
}

fn only_named(entries: &Entries<PrincipalPattern>, request: &Request<'_>, unreadable: &Doubt<'_>) -> Named {
    let mut named = named_by(&entries.items, request, unreadable);
    if entries.incomplete {
        let before = named.directly.take().unwrap_or(Formula::False);
        named.directly = Some(Formula::any([before, unreadable.formula()]));
    }
    named
}

/// NotPrincipal, which AWS takes neither with Allow nor in a trust policy: read as written there, with a caveat. "The NotPrincipal element with a Deny effect will always deny any IAM principal that has a permissions boundary policy
/// attached, regardless of the values specified in the NotPrincipal element." And: "When you use NotPrincipal, you must also specify the account ARN of the not-denied principal. Otherwise, the policy
/// might deny access to the entire account containing the principal": where the account is not listed, a Deny is taken not to apply, with a caveat.
fn all_but(
    entries: &Entries<PrincipalPattern>,
    effect: Effect,
    request: &Request<'_>,
    unreadable: &Doubt<'_>,
) -> Naming {
    let exempted = exempted_by(&entries.items, request, unreadable).or_else(|| incomplete(entries, unreadable));
    let own_account = request.question.principal.account();
    let lists_account = entries
        .items
        .iter()
        .any(|pattern| matches!(pattern, PrincipalPattern::Account(account) if Some(account.as_str()) == own_account));
    let may_be_exempted = exempted != Formula::False;
    let formula = exempted.negate();
    let (named, is_silent) = match effect {
        Effect::Deny if request.has_boundary => (named_directly(Formula::True), false),
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
