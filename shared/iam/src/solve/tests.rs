use super::*;
use crate::operator::ConditionOperator;
use crate::predicate::Predicate;

/// A space in which `session` is always present and matches one of two patterns.
struct Space;

impl KeySpace for Space {
    fn domain(&self, folded_key: &str) -> KeyDomain {
        if folded_key == "session" {
            KeyDomain {
                patterns: ["role/x", "role/*/x"]
                    .map(|text| Glob::new(text, crate::glob::WildcardScope::Anywhere))
                    .to_vec(),
                always_present: true,
            }
        } else {
            KeyDomain::default()
        }
    }
}

fn test(text: &str) -> Formula {
    let mut parts = text.split(' ');
    let (key, name) = (parts.next().unwrap(), parts.next().unwrap());
    let values: Vec<String> = parts.map(str::to_owned).collect();
    let operator = ConditionOperator::parse_answer(name).unwrap();
    if name == "Null" {
        let presence = if values == ["true"] {
            crate::atom::Presence::Absent
        } else {
            crate::atom::Presence::Present
        };
        return Atom::presence(key, presence);
    }
    let globs: Vec<Glob> = values
        .iter()
        .map(|value| Glob::new(value, operator.name.wildcard_scope()))
        .collect();
    Atom::test(
        key,
        operator,
        values,
        Arc::new(Predicate::compile(operator.name, &globs).unwrap()),
    )
}

fn verdict(texts: &[&str]) -> Verdict {
    let formula = Formula::all(texts.iter().map(|text| test(text)));
    Solver::new(&Space, [&formula]).can_hold(&formula)
}

#[test]
fn tests_that_cannot_hold_together() {
    for texts in [
        vec!["k StringEquals a", "k StringEquals b"],
        vec!["k StringEquals a b", "k StringNotEquals a", "k StringNotLike b*"],
        vec!["k StringLike a*", "k StringLike b*"],
        vec!["k StringLike a*b", "k StringNotLike a*"],
        vec!["k StringEqualsIgnoreCase A", "k StringNotEqualsIgnoreCase a"],
        vec!["k StringEquals a", "k Null true"],
        vec!["k StringEqualsIfExists a", "k Null false", "k StringEquals b"],
        vec!["k Bool true", "k Bool false"],
        vec!["k Bool true", "k StringEquals false"],
        vec!["k NumericLessThan 5", "k NumericGreaterThan 5"],
        vec![
            "k NumericLessThanEquals 5",
            "k NumericGreaterThanEquals 5",
            "k NumericNotEquals 5",
        ],
        vec![
            "k DateLessThan 2026-01-01T00:00:00Z",
            "k DateGreaterThanEquals 2026-01-01T00:00:00Z",
        ],
        vec!["k IpAddress 10.0.0.0/8", "k IpAddress 11.0.0.0/8"],
        vec!["k IpAddress 10.0.0.0/8", "k NotIpAddress 10.0.0.0/9 10.128.0.0/9"],
        vec!["k ArnLike arn:aws:iam::1:role/*", "k ArnLike arn:aws:iam::2:role/*"],
        vec!["k BinaryEquals QQ==", "k BinaryNotEquals QQ=="],
        vec![
            "aws:SourceVpc ForAnyValue:StringEquals a",
            "aws:SourceVpc ForAnyValue:StringEquals b",
        ],
        vec!["list ForAllValues:StringEquals a", "list ForAnyValue:StringEquals b"],
        vec![
            "list ForAllValues:StringEquals a",
            "list ForAllValues:StringEquals b",
            "list ForAnyValue:StringLike *",
        ],
        vec!["session StringEquals other"],
        vec!["session Null true"],
        vec!["session StringNotLike role/*"],
    ] {
        assert_eq!(verdict(&texts), Verdict::Impossible, "{texts:?}");
    }
}

#[test]
fn tests_that_can_hold_together() {
    for texts in [
        vec!["k StringEquals a b", "k StringEquals b c"],
        vec!["k StringLike a*", "k StringLike *b"],
        vec!["k StringNotEquals a", "k StringNotLike *"],
        vec!["k StringEqualsIfExists a", "k StringEqualsIfExists b"],
        vec!["k NumericLessThan 6", "k NumericGreaterThan 5"],
        vec!["k NumericLessThanEquals 5", "k NumericGreaterThanEquals 5"],
        vec!["k IpAddress 10.0.0.0/8", "k NotIpAddress 10.0.0.0/9"],
        vec!["list ForAnyValue:StringEquals a", "list ForAnyValue:StringEquals b"],
        vec!["list ForAllValues:StringEquals a", "list ForAllValues:StringEquals b"],
        vec!["aws:TagKeys StringEquals a", "aws:TagKeys StringEquals b"],
        vec!["a StringEquals x", "b StringEquals y"],
        vec!["session StringLike role/team/*"],
        vec!["session StringNotEquals role/x"],
    ] {
        assert_eq!(verdict(&texts), Verdict::Possible, "{texts:?}");
    }
}

#[test]
fn alternatives_are_searched() {
    let formula = Formula::all([
        Formula::any([test("k StringEquals a"), test("k StringEquals b")]),
        Formula::any([test("k StringEquals b"), test("k StringEquals c")]),
        test("j Null true"),
    ]);
    let solver = Solver::new(&Space, [&formula]);
    assert_eq!(solver.can_hold(&formula), Verdict::Possible);
    let contradiction = Formula::all([formula, test("k StringNotEquals b")]);
    assert_eq!(solver.can_hold(&contradiction), Verdict::Impossible);
    assert!(solver.always_holds(&contradiction.negate()));
}
