use super::*;
use crate::glob::Glob;

fn atom(operator: &str, values: &[&str]) -> Formula {
    let operator = ConditionOperator::parse_answer(operator).unwrap();
    let globs: Vec<Glob> = values
        .iter()
        .map(|value| Glob::new(value, operator.name.wildcard_scope()))
        .collect();
    let predicate = Arc::new(Predicate::compile(operator.name, &globs).unwrap());
    Atom::test(
        "k",
        operator,
        values.iter().map(|value| (*value).to_owned()).collect(),
        predicate,
    )
}

fn show(formula: &Formula) -> String {
    match formula {
        Formula::Test(atom) => format!("{} {}", atom.operator_text(), atom.values().join(",")),
        Formula::All(parts) => parts.iter().map(show).collect::<Vec<_>>().join(" & "),
        other => format!("{other:?}"),
    }
}

#[test]
fn negation_is_exact_and_stands_in_the_operator() {
    for (operator, values, want) in [
        ("StringEquals", vec!["a", "b"], "StringNotEquals a,b"),
        ("StringNotEquals", vec!["a"], "StringEquals a"),
        ("StringNotEqualsIfExists", vec!["a"], "StringEquals a"),
        ("StringEqualsIfExists", vec!["a"], "Null false & StringNotEquals a"),
        ("StringLike", vec!["a*"], "StringNotLike a*"),
        ("StringEqualsIgnoreCase", vec!["a"], "StringNotEqualsIgnoreCase a"),
        ("ArnLike", vec!["a"], "ArnNotLike a"),
        ("ArnEquals", vec!["a"], "ArnNotEquals a"),
        ("Bool", vec!["true"], "BoolIfExists false"),
        ("BoolIfExists", vec!["false"], "Bool true"),
        ("NumericEquals", vec!["1"], "NumericNotEquals 1"),
        (
            "NumericLessThan",
            vec!["10", "9"],
            "NumericGreaterThanEqualsIfExists 10",
        ),
        ("NumericLessThanEquals", vec!["1"], "NumericGreaterThanIfExists 1"),
        ("NumericGreaterThan", vec!["10", "9"], "NumericLessThanEqualsIfExists 9"),
        ("NumericGreaterThanEqualsIfExists", vec!["1"], "NumericLessThan 1"),
        (
            "DateLessThan",
            vec!["2026-01-01T00:00:00Z"],
            "DateGreaterThanEqualsIfExists 2026-01-01T00:00:00Z",
        ),
        ("DateEquals", vec!["0"], "DateNotEquals 0"),
        ("IpAddress", vec!["10.0.0.0/8"], "NotIpAddress 10.0.0.0/8"),
        (
            "IpAddressIfExists",
            vec!["10.0.0.0/8"],
            "NotIpAddress 10.0.0.0/8 & Null false",
        ),
        ("BinaryEquals", vec!["QQ=="], "BinaryNotEquals QQ=="),
        ("ForAllValues:StringEquals", vec!["a"], "ForAnyValue:StringNotEquals a"),
        ("ForAnyValue:StringLike", vec!["a"], "ForAllValues:StringNotLike a"),
        ("ForAllValues:StringNotLike", vec!["a"], "ForAnyValue:StringLike a"),
        (
            "ForAnyValue:StringEqualsIfExists",
            vec!["a"],
            "ForAllValues:StringNotEquals a & Null false",
        ),
        ("ForAllValues:Bool", vec!["true"], "ForAnyValue:Bool false"),
    ] {
        let Formula::Test(test) = atom(operator, &values) else {
            panic!("{operator} is one test")
        };
        let mut parts: Vec<String> = show(&test.negate()).split(" & ").map(str::to_owned).collect();
        parts.sort();
        let mut wanted: Vec<String> = want.split(" & ").map(str::to_owned).collect();
        wanted.sort();
        assert_eq!(parts, wanted, "{operator}");
    }
}

#[test]
fn presence_and_opaque_tests_flip() {
    let Formula::Test(absent) = Atom::presence("k", Presence::Absent) else {
        panic!("one test")
    };
    assert_eq!(absent.negate(), Atom::presence("k", Presence::Present));
    let Formula::Test(unknown) = Atom::opaque("k", "Odd", vec![], Caveat::ConditionsNotEvaluated) else {
        panic!("one test")
    };
    assert_eq!(show(&unknown.negate()), "Not:Odd ");
}
