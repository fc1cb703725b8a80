use super::*;
use crate::atom::{Atom, Presence};
use crate::glob::Glob;
use crate::operator::ConditionOperator;
use crate::predicate::Predicate;
use crate::solve::{KeyDomain, KeySpace};

struct Free;

impl KeySpace for Free {
    fn domain(&self, _: &str) -> KeyDomain {
        KeyDomain::default()
    }
}

fn equals(key: &str, value: &str) -> Formula {
    let operator = ConditionOperator::parse("StringEquals").unwrap();
    Atom::test(
        key,
        operator,
        vec![value.to_owned()],
        Arc::new(Predicate::compile(operator.name, &[Glob::literal(value)]).unwrap()),
    )
}

fn simplified(formula: &Formula) -> Formula {
    simplify(formula, &Solver::new(&Free, [formula]))
}

#[test]
fn nothing_implied_or_impossible_is_left() {
    let (a, b, c) = (equals("k", "a"), equals("j", "b"), equals("i", "c"));
    for (given, want) in [
        (
            Formula::all([a.clone(), Formula::any([a.clone(), b.clone()])]),
            a.clone(),
        ),
        (
            Formula::any([a.clone(), Formula::all([a.clone(), b.clone()])]),
            a.clone(),
        ),
        (
            Formula::any([a.clone(), Formula::all([a.negate(), b.clone()])]),
            Formula::any([a.clone(), b.clone()]),
        ),
        (
            Formula::all([a.clone(), Formula::any([equals("k", "z"), b.clone()])]),
            Formula::all([a.clone(), b.clone()]),
        ),
        (
            Formula::any([Formula::all([a.clone(), equals("k", "z")]), b.clone()]),
            b.clone(),
        ),
        (Formula::any([a.clone(), a.negate(), b.clone()]), Formula::True),
        (
            Formula::all([a.clone(), Atom::presence("k", Presence::Present)]),
            a.clone(),
        ),
        (
            Formula::all([
                Formula::any([a.clone(), b.clone(), c.clone()]),
                Formula::any([a.clone(), b.clone()]),
            ]),
            Formula::any([a.clone(), b.clone()]),
        ),
    ] {
        assert_eq!(simplified(&given), want, "{given:?}");
    }
}
