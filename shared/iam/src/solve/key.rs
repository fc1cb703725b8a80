//! Whether tests on one key can hold together: is there a value, a list of values, or an absence that meets all?

use std::net::IpAddr;
use std::sync::Arc;

use ipnet::IpNet;
use sv0_model::time::Timestamp;

use super::{KeyDomain, Verdict, worst};
use crate::atom::{Atom, AtomOperator, Presence};
use crate::decimal::Decimal;
use crate::glob::Glob;
use crate::language::{LetterCase, SEARCH_BUDGET, Search, TextDemand, Wanted, find_text};
use crate::operator::{ConditionOperator, Quantifier};
use crate::predicate::Predicate;

/// How many values a key may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cardinality {
    One,
    Many,
}

/// Global condition keys with several values (IAM User Guide, "AWS global condition context keys").
const MULTIVALUED: [&str; 5] = [
    "aws:calledvia",
    "aws:principalorgpaths",
    "aws:principalservicenameslist",
    "aws:sourceorgpaths",
    "aws:tagkeys",
];

/// Global condition keys with several values too, where services fill them.
const ALSO_MULTIVALUED: [&str; 1] = ["aws:resourceorgpaths"];

pub(crate) fn is_known_multivalued(folded_key: &str) -> bool {
    MULTIVALUED.contains(&folded_key) || ALSO_MULTIVALUED.contains(&folded_key)
}

/// All other global keys have one value, whatever operator a policy puts on them.
pub(super) fn is_known_single_valued(folded_key: &str) -> bool {
    folded_key.starts_with("aws:") && !is_known_multivalued(folded_key)
}

/// A predicate that a value has to meet, or to miss.
type Constraint<'a> = (&'a Predicate, Wanted);

pub(super) fn can_meet(
    atoms: &[Arc<Atom>],
    domain: &KeyDomain,
    cardinality: Cardinality,
    budget: &mut usize,
) -> Verdict {
    if contradicts_itself(atoms) {
        return Verdict::Impossible;
    }
    if !domain.always_present && atoms.iter().all(|atom| holds_without_key(atom)) {
        return Verdict::Possible;
    }
    if atoms
        .iter()
        .any(|atom| atom.demanded_presence() == Some(Presence::Absent))
    {
        return Verdict::Impossible;
    }
    let mut every_value: Vec<Constraint<'_>> = Vec::new();
    let mut some_value: Vec<Constraint<'_>> = Vec::new();
    for (operator, predicate) in atoms.iter().filter_map(|atom| compared(atom)) {
        let wanted = if operator.name.is_negated() {
            Wanted::NoMatch
        } else {
            Wanted::Match
        };
        let is_universal = match operator.quantifier {
            Quantifier::ForAllValues => true,
            Quantifier::ForAnyValue => false,
            Quantifier::Single => operator.name.is_negated(),
        };
        if is_universal {
            every_value.push((predicate, wanted));
        } else {
            some_value.push((predicate, wanted));
        }
    }
    match cardinality {
        Cardinality::One => {
            every_value.append(&mut some_value);
            value_exists(&every_value, &domain.patterns, budget)
        }
        // The empty list meets every universal demand.
        Cardinality::Many => some_value
            .iter()
            .map(|constraint| {
                let mut together = every_value.clone();
                together.push(*constraint);
                value_exists(&together, &domain.patterns, budget)
            })
            .fold(Verdict::Possible, worst),
    }
}

/// Whether two tests exclude each other by their form, which is all that is known of opaque and entangled ones.
fn contradicts_itself(atoms: &[Arc<Atom>]) -> bool {
    atoms
        .iter()
        .filter(|atom| matches!(atom.operator(), AtomOperator::Opaque { .. }) || atom.is_entangled())
        .any(|atom| atoms.iter().any(|other| atom.excludes(other)))
}

fn holds_without_key(atom: &Atom) -> bool {
    match (atom.operator(), atom.demanded_presence()) {
        (_, Some(presence)) => presence == Presence::Absent,
        (AtomOperator::Known(operator), None) => operator.holds_without_key(),
        (AtomOperator::Opaque { .. }, None) => true,
    }
}

fn compared(atom: &Atom) -> Option<(ConditionOperator, &Predicate)> {
    match (atom.operator(), atom.predicate()) {
        (AtomOperator::Known(operator), Some(predicate)) => Some((*operator, predicate)),
        _ => None,
    }
}

/// Whether one value meets all constraints and the domain.
fn value_exists(constraints: &[Constraint<'_>], domain: &[Glob], budget: &mut usize) -> Verdict {
    let mut candidates: Vec<String> = constraints
        .iter()
        .flat_map(|(predicate, _)| candidates(predicate))
        .collect();
    let bounds = numeric_bounds(constraints);
    if !bounds.is_empty() {
        candidates.extend(Decimal::representatives(&bounds));
    }
    candidates.extend(domain.iter().filter_map(Glob::as_literal).map(str::to_owned));
    candidates.push("sv0-some-other-value".to_owned());
    if candidates.iter().any(|value| meets(value, constraints, domain)) {
        return Verdict::Possible;
    }
    let predicates = || constraints.iter().map(|(predicate, _)| *predicate);
    let candidates_are_complete = constraints
        .iter()
        .any(|(predicate, wanted)| *wanted == Wanted::Match && is_finite(predicate))
        || (domain.is_empty() && is_one_ordered_kind(constraints));
    if candidates_are_complete {
        Verdict::Impossible
    } else if predicates().all(|predicate| matches!(predicate, Predicate::Text { .. })) {
        search_text(constraints, domain, budget)
    } else {
        Verdict::Unknown
    }
}

fn meets(value: &str, constraints: &[Constraint<'_>], domain: &[Glob]) -> bool {
    (domain.is_empty() || domain.iter().any(|glob| glob.matches(value)))
        && constraints
            .iter()
            .all(|(predicate, wanted)| predicate.holds(value) == (*wanted == Wanted::Match))
}

/// Whether the predicate's candidates are all values that meet it. Truth values and binary ones can be written in several ways that another predicate may
/// tell apart.
fn is_finite(predicate: &Predicate) -> bool {
    match predicate {
        Predicate::Text {
            globs,
            case: LetterCase::Sensitive,
        } => globs.iter().all(|glob| glob.as_literal().is_some()),
        _ => false,
    }
}

/// Whether all constraints compare the same ordered kind, whose boundaries are among the candidates with a value on either side.
fn is_one_ordered_kind(constraints: &[Constraint<'_>]) -> bool {
    let all = |test: fn(&Predicate) -> bool| constraints.iter().all(|(predicate, _)| test(predicate));
    all(|predicate| matches!(predicate, Predicate::Number { .. }))
        || all(|predicate| matches!(predicate, Predicate::Date { .. }))
        || all(|predicate| matches!(predicate, Predicate::Address(_)))
        || all(|predicate| matches!(predicate, Predicate::Bool(_)))
        || all(|predicate| matches!(predicate, Predicate::Binary(_)))
}

fn candidates(predicate: &Predicate) -> Vec<String> {
    match predicate {
        Predicate::Text { globs, .. } => globs.iter().filter_map(Glob::as_literal).map(str::to_owned).collect(),
        // Where to look between two numbers depends on all of them.
        Predicate::Number { .. } => Vec::new(),
        Predicate::Date { bounds, .. } => bounds.iter().flat_map(|bound| around_date(*bound)).collect(),
        Predicate::Bool(_) => vec!["true".to_owned(), "false".to_owned()],
        Predicate::Binary(values) => values.clone(),
        Predicate::Address(networks) => networks.iter().flat_map(around_network).collect(),
    }
}

fn numeric_bounds<'a>(constraints: &[Constraint<'a>]) -> Vec<&'a Decimal> {
    let bounds_of = |(predicate, _): &Constraint<'a>| match predicate {
        Predicate::Number { bounds, .. } => bounds.as_slice(),
        _ => &[],
    };
    constraints.iter().flat_map(bounds_of).collect()
}

fn around_date(bound: i64) -> Vec<String> {
    [bound.checked_sub(1), Some(bound), bound.checked_add(1)]
        .into_iter()
        .flatten()
        .filter_map(|millis| Timestamp::from_millisecond(millis).ok())
        .map(|time| time.to_string())
        .collect()
}

fn around_network(network: &IpNet) -> Vec<String> {
    let (first, last) = (network.network(), network.broadcast());
    [previous(first), Some(first), Some(last), next(last)]
        .into_iter()
        .flatten()
        .map(|address| address.to_string())
        .collect()
}

fn previous(address: IpAddr) -> Option<IpAddr> {
    match address {
        IpAddr::V4(v4) => u32::from(v4).checked_sub(1).map(|bits| IpAddr::V4(bits.into())),
        IpAddr::V6(v6) => u128::from(v6).checked_sub(1).map(|bits| IpAddr::V6(bits.into())),
    }
}

fn next(address: IpAddr) -> Option<IpAddr> {
    match address {
        IpAddr::V4(v4) => u32::from(v4).checked_add(1).map(|bits| IpAddr::V4(bits.into())),
        IpAddr::V6(v6) => u128::from(v6).checked_add(1).map(|bits| IpAddr::V6(bits.into())),
    }
}

fn search_text(constraints: &[Constraint<'_>], domain: &[Glob], budget: &mut usize) -> Verdict {
    let mut demands: Vec<TextDemand<'_>> = constraints
        .iter()
        .filter_map(|(predicate, wanted)| match predicate {
            Predicate::Text { globs, case } => Some(TextDemand {
                globs,
                case: *case,
                wanted: *wanted,
            }),
            _ => None,
        })
        .collect();
    if !domain.is_empty() {
        demands.push(TextDemand {
            globs: domain,
            case: LetterCase::Sensitive,
            wanted: Wanted::Match,
        });
    }
    let mut own = SEARCH_BUDGET.min(*budget);
    let before = own;
    let found = find_text(&demands, &mut own);
    *budget = budget.saturating_sub(before - own);
    match found {
        Search::Found(_) => Verdict::Possible,
        Search::Impossible => Verdict::Impossible,
        Search::TooLarge => Verdict::Unknown,
    }
}
