//! Equivalent, smaller formulas: no duplicate, no implied part, nothing that cannot hold.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::atom::Atom;
use crate::formula::Formula;
use crate::solve::{Solver, Verdict};

/// Formulas with more tests than this are left as they are: still exact, only longer than they had to be.
const LARGEST: usize = 300;

/// How often the parts of one formula are gone through.
const MOST_ROUNDS: usize = 4;

/// A formula equivalent to `formula` in every context of the solver's key space.
pub(crate) fn simplify(formula: &Formula, solver: &Solver<'_>) -> Formula {
    if formula.size() > LARGEST {
        return formula.clone();
    }
    let mut current = formula.clone();
    for _ in 0..MOST_ROUNDS {
        let next = under(&current, &[], solver);
        if next == current {
            break;
        }
        current = next;
    }
    current
}

/// Simplifies `formula` given that all of `assumed` hold.
fn under(formula: &Formula, assumed: &[Arc<Atom>], solver: &Solver<'_>) -> Formula {
    match formula {
        Formula::True | Formula::False => formula.clone(),
        Formula::Test(atom) => under_test(atom, assumed, solver),
        Formula::All(parts) => all_under(parts, assumed, solver),
        Formula::Any(parts) => any_under(parts, assumed, solver),
    }
}

fn under_test(atom: &Arc<Atom>, assumed: &[Arc<Atom>], solver: &Solver<'_>) -> Formula {
    if !can_join(std::slice::from_ref(atom), assumed, solver) {
        return Formula::False;
    }
    match tests_of(&atom.negate()) {
        Some(opposite) if !can_join(&opposite, assumed, solver) => Formula::True,
        _ => Formula::Test(Arc::clone(atom)),
    }
}

fn all_under(parts: &[Formula], assumed: &[Arc<Atom>], solver: &Solver<'_>) -> Formula {
    if !can_stand_together(parts.iter().filter_map(test_of), assumed, solver) {
        return Formula::False;
    }
    let mut kept: Vec<Formula> = parts.to_vec();
    // Alternatives first: the tests beside them shrink them, and a test is dropped only where what stays implies it.
    kept.sort_by_key(|part| matches!(part, Formula::Test(_)));
    let mut index = 0;
    while let Some(part) = kept.get(index) {
        let mut context = assumed.to_vec();
        context.extend(
            kept.iter()
                .enumerate()
                .filter(|(other, _)| *other != index)
                .filter_map(|(_, part)| test_of(part)),
        );
        match under(part, &context, solver) {
            Formula::False => return Formula::False,
            Formula::True => {
                kept.remove(index);
            }
            smaller => {
                if let Some(slot) = kept.get_mut(index) {
                    *slot = smaller;
                }
                index += 1;
            }
        }
    }
    drop_implied(&mut kept, assumed, solver);
    Formula::all(kept)
}

/// By duality: a part of `Any` matters only where all other parts fail.
fn any_under(parts: &[Formula], assumed: &[Arc<Atom>], solver: &Solver<'_>) -> Formula {
    if !can_stand_together(parts.iter().filter_map(negated_tests).flatten(), assumed, solver) {
        return Formula::True;
    }
    let mut kept: Vec<Formula> = parts.to_vec();
    kept.sort_by_key(|part| matches!(part, Formula::Test(_)));
    let mut index = 0;
    while let Some(part) = kept.get(index) {
        let mut context = assumed.to_vec();
        for (_, other) in kept.iter().enumerate().filter(|(other, _)| *other != index) {
            context.extend(negated_tests(other).unwrap_or_default());
        }
        match under(part, &context, solver) {
            Formula::True => return Formula::True,
            Formula::False => {
                kept.remove(index);
            }
            smaller => {
                if let Some(slot) = kept.get_mut(index) {
                    *slot = smaller;
                }
                index += 1;
            }
        }
    }
    drop_implying(&mut kept, assumed, solver);
    Formula::any(kept)
}

/// Drops from parts that all hold those that another part implies.
fn drop_implied(parts: &mut Vec<Formula>, assumed: &[Arc<Atom>], solver: &Solver<'_>) {
    drop_redundant(parts, |part, other| implies(other, part, assumed, solver));
}

/// Drops from alternatives those that imply another one.
fn drop_implying(parts: &mut Vec<Formula>, assumed: &[Arc<Atom>], solver: &Solver<'_>) {
    drop_redundant(parts, |part, other| implies(part, other, assumed, solver));
}

fn drop_redundant(parts: &mut Vec<Formula>, is_redundant: impl Fn(&Formula, &Formula) -> bool) {
    const MOST_PARTS: usize = 12;
    if parts.len() > MOST_PARTS {
        return;
    }
    let mut index = 0;
    while let Some(part) = parts.get(index) {
        let redundant = !matches!(part, Formula::Test(_))
            && parts
                .iter()
                .enumerate()
                .any(|(other, formula)| other != index && is_redundant(part, formula));
        if redundant {
            parts.remove(index);
        } else {
            index += 1;
        }
    }
}

fn implies(premise: &Formula, conclusion: &Formula, assumed: &[Arc<Atom>], solver: &Solver<'_>) -> bool {
    let negated = conclusion.negate();
    let assumptions: Vec<Formula> = assumed.iter().map(|atom| Formula::Test(Arc::clone(atom))).collect();
    let mut parts: Vec<&Formula> = assumptions.iter().collect();
    parts.extend([premise, &negated]);
    solver.can_all_hold(&parts) == Verdict::Impossible
}

/// Whether `tests` (all on one key) can hold beside what is assumed of that key.
fn can_join(tests: &[Arc<Atom>], assumed: &[Arc<Atom>], solver: &Solver<'_>) -> bool {
    let Some(first) = tests.first() else {
        return true;
    };
    let mut together: Vec<Arc<Atom>> = assumed
        .iter()
        .filter(|atom| atom.folded_key() == first.folded_key())
        .cloned()
        .collect();
    together.extend(tests.iter().cloned());
    solver.can_key_meet(&together) != Verdict::Impossible
}

/// Whether tests on any keys can hold beside what is assumed.
fn can_stand_together(tests: impl Iterator<Item = Arc<Atom>>, assumed: &[Arc<Atom>], solver: &Solver<'_>) -> bool {
    let mut by_key: BTreeMap<String, Vec<Arc<Atom>>> = BTreeMap::new();
    for atom in tests.chain(assumed.iter().cloned()) {
        by_key.entry(atom.folded_key().to_owned()).or_default().push(atom);
    }
    by_key
        .values()
        .all(|atoms| solver.can_key_meet(atoms) != Verdict::Impossible)
}

/// The tests that say the opposite of a lone test.
fn negated_tests(formula: &Formula) -> Option<Vec<Arc<Atom>>> {
    tests_of(&test_of(formula)?.negate())
}

fn test_of(formula: &Formula) -> Option<Arc<Atom>> {
    match formula {
        Formula::Test(atom) => Some(Arc::clone(atom)),
        _ => None,
    }
}

/// The tests of a conjunction of nothing but tests.
fn tests_of(formula: &Formula) -> Option<Vec<Arc<Atom>>> {
    match formula {
        Formula::Test(atom) => Some(vec![Arc::clone(atom)]),
        Formula::All(parts) => parts.iter().map(test_of).collect(),
        Formula::True => Some(Vec::new()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
