//! Every sentence is reviewed in a table, and two laws hold of all of them: one sentence, one meaning; and no sentence is unsafe or endless.

use std::collections::BTreeMap;

use proptest::prelude::*;
use sv0_model::decision::ConditionExpression;
use sv0_model::text::is_deceptive;

use super::sentence;
use crate::context::Context;
use crate::expression::condition_holds;
use crate::operator::{Comparison, ConditionOperator, OperatorName};

/// Operator, the sentence of one value, the sentence of two.
const OPERATORS: &str = include_str!("operators.tsv");

/// Condition as JSON, and its sentence.
const SENTENCES: &str = include_str!("sentences.tsv");

const PREFIXES: [&str; 3] = ["", "ForAnyValue:", "ForAllValues:"];
const SUFFIXES: [&str; 2] = ["", "IfExists"];

fn test(key: &str, operator: &str, values: &[&str]) -> ConditionExpression {
    ConditionExpression::Test {
        key: key.to_owned(),
        operator: operator.to_owned(),
        values: values.iter().map(|&value| value.to_owned()).collect(),
    }
}

fn operators() -> Vec<String> {
    let mut all = Vec::new();
    for name in NAMES {
        for prefix in PREFIXES {
            for suffix in SUFFIXES {
                let whole = format!("{prefix}{}{suffix}", name.text());
                if ConditionOperator::parse_answer(&whole).is_some() {
                    all.push(whole);
                }
            }
        }
    }
    all
}

const NAMES: [OperatorName; 28] = {
    use OperatorName as O;
    [
        O::StringEquals,
        O::StringNotEquals,
        O::StringEqualsIgnoreCase,
        O::StringNotEqualsIgnoreCase,
        O::StringLike,
        O::StringNotLike,
        O::NumericEquals,
        O::NumericNotEquals,
        O::NumericLessThan,
        O::NumericLessThanEquals,
        O::NumericGreaterThan,
        O::NumericGreaterThanEquals,
        O::DateEquals,
        O::DateNotEquals,
        O::DateLessThan,
        O::DateLessThanEquals,
        O::DateGreaterThan,
        O::DateGreaterThanEquals,
        O::Bool,
        O::BinaryEquals,
        O::BinaryNotEquals,
        O::IpAddress,
        O::NotIpAddress,
        O::ArnEquals,
        O::ArnNotEquals,
        O::ArnLike,
        O::ArnNotLike,
        O::Null,
    ]
};

/// Two values that the operator compares.
fn values_of(name: OperatorName) -> [&'static str; 2] {
    match name.comparison() {
        Comparison::Number(_) => ["5", "7"],
        Comparison::Date(_) => ["2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"],
        Comparison::Bool | Comparison::Presence => ["true", "false"],
        Comparison::Address => ["10.0.0.0/8", "192.0.2.7"],
        Comparison::Binary => ["QQ==", "Qg=="],
        Comparison::Text(_) | Comparison::TextIgnoringCase => ["a*", "b"],
    }
}

#[test]
fn every_operator_has_a_reviewed_sentence() {
    let mut actual = String::new();
    for operator in operators() {
        let [one, two] = values_of(ConditionOperator::parse_answer(&operator).unwrap().name);
        let first = sentence(&test("x:Key", &operator, &[one]));
        let both = sentence(&test("x:Key", &operator, &[one, two]));
        actual.push_str(&format!("{operator}\t{first}\t{both}\n"));
    }
    assert_eq!(actual, OPERATORS, "{actual}");
}

#[test]
fn a_sentence_speaks_of_absence_exactly_where_the_operator_holds_without_its_key() {
    for operator in operators() {
        let parsed = ConditionOperator::parse_answer(&operator).unwrap();
        let [one, two] = values_of(parsed.name);
        for key in [
            "x:Key",
            "aws:SourceVpce",
            "aws:SourceIp",
            "aws:MultiFactorAuthPresent",
            "aws:PrincipalTag/t",
        ] {
            for values in [&[one][..], &[two], &[one, two]] {
                let expression = test(key, &operator, values);
                let holds = condition_holds(&expression, &Context::new()).unwrap();
                let text = sentence(&expression);
                let admits = ["absent", "or there is none"].iter().any(|words| text.contains(words));
                assert_eq!(admits, holds, "{operator} {key}: {text}");
            }
        }
    }
}

#[test]
fn conditions_read_as_reviewed() {
    for line in SENTENCES.lines().filter(|line| !line.starts_with('#')) {
        let (condition, want) = line.split_once('\t').unwrap();
        let condition: ConditionExpression =
            serde_json::from_str(condition).unwrap_or_else(|error| panic!("{condition}: {error}"));
        assert_eq!(sentence(&condition), want);
    }
}

#[test]
fn the_documentation_shows_sentences_as_they_are() {
    let rows: Vec<(&str, &str)> = include_str!("../../../../docs/explain.md")
        .lines()
        .filter_map(|line| line.strip_prefix("| `{")?.strip_suffix(" |")?.split_once("}` | "))
        .collect();
    assert_eq!(rows.len(), 4);
    for (condition, want) in rows {
        let condition: ConditionExpression = serde_json::from_str(&format!("{{{condition}}}")).unwrap();
        assert_eq!(sentence(&condition), want);
    }
}

/// Whether a condition holds, in each of many contexts.
fn meaning(expression: &ConditionExpression, keys: &[&str]) -> Vec<Option<bool>> {
    contexts(keys)
        .iter()
        .map(|context| condition_holds(expression, context))
        .collect()
}

/// Each key absent, present without a value, with one value, with two.
fn contexts(keys: &[&str]) -> Vec<Context> {
    let lists: [Option<&[&str]>; 13] = [
        None,
        Some(&[]),
        Some(&[""]),
        Some(&["a"]),
        Some(&["A*"]),
        Some(&["a*"]),
        Some(&["a", "b"]),
        Some(&["ab", "x"]),
        Some(&["5"]),
        Some(&["6", "9"]),
        Some(&["true"]),
        Some(&["10.1.2.3"]),
        Some(&["2026-01-15T00:00:00Z", "false"]),
    ];
    let mut contexts = vec![Context::new()];
    for key in keys {
        contexts = contexts
            .iter()
            .flat_map(|before| {
                lists.iter().map(|list| {
                    let mut context = before.clone();
                    if let Some(list) = list {
                        context.insert(key, list.iter().map(|&value| value.to_owned()).collect());
                    }
                    context
                })
            })
            .collect();
    }
    contexts
}

/// Fails when two conditions with the same sentence differ in some context.
fn assert_one_meaning(expressions: impl IntoIterator<Item = ConditionExpression>, keys: &[&str]) -> usize {
    let mut meanings: BTreeMap<String, (ConditionExpression, Vec<Option<bool>>)> = BTreeMap::new();
    for expression in expressions {
        let text = sentence(&expression);
        let own = meaning(&expression, keys);
        match meanings.get(&text) {
            None => {
                meanings.insert(text, (expression, own));
            }
            Some((other, meaning)) => assert_eq!(*meaning, own, "{text}\n{other:?}\n{expression:?}"),
        }
    }
    meanings.len()
}

#[test]
fn one_sentence_has_one_meaning_for_every_operator() {
    let lists: [&[&str]; 12] = [
        &[],
        &["a"],
        &["a*"],
        &["A"],
        &["true"],
        &["TRUE", "true"],
        &["false", "true"],
        &["5"],
        &["a", "b"],
        &["b", "or a"],
        &["2026-01-01T00:00:00Z"],
        &["10.0.0.0/8"],
    ];
    for key in [
        "x:Key",
        "aws:SourceVpce",
        "aws:SourceIp",
        "aws:MultiFactorAuthPresent",
        "aws:PrincipalTag/a b",
    ] {
        let mut all = Vec::new();
        for operator in operators() {
            all.extend(lists.iter().map(|list| test(key, &operator, list)));
        }
        let sentences = assert_one_meaning(all, &[key]);
        assert!(sentences > 400, "{sentences}: most tests differ");
    }
}

#[test]
fn one_sentence_has_one_meaning_however_tests_are_nested() {
    let keys = ["a:A", "b:B"];
    let leaves = vec![
        test("a:A", "StringEquals", &["a"]),
        test("a:A", "StringNotEquals", &["a", "b"]),
        test("b:B", "ForAllValues:StringLike", &["a*"]),
        test("b:B", "StringEqualsIfExists", &["a", "b"]),
    ];
    let mut trees = leaves.clone();
    for _ in 0..2 {
        let parts = trees.clone();
        for (first, second) in parts
            .iter()
            .flat_map(|first| leaves.iter().map(move |second| (first, second)))
        {
            let pair = vec![first.clone(), second.clone()];
            trees.push(ConditionExpression::All { all: pair.clone() });
            trees.push(ConditionExpression::Any { any: pair });
        }
    }
    assert!(trees.len() > 300);
    assert_one_meaning(trees, &keys);
}

#[test]
fn what_is_cut_is_counted() {
    let many: Vec<String> = (0..40).map(|n| format!("v{n}")).collect();
    let values: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(
        sentence(&test("k", "StringEquals", &values)),
        "k is one of v0, v1, v2, v3, v4, v5 and 34 more"
    );
    let tests = |count: usize| {
        (0..count)
            .map(|n| test(&format!("k{n}"), "Null", &["true"]))
            .collect::<Vec<_>>()
    };
    let all = sentence(&ConditionExpression::All { all: tests(40) });
    assert!(
        all.ends_with("k23 is absent (or empty) and 16 more conditions hold"),
        "{all}"
    );
    let any = sentence(&ConditionExpression::Any { any: tests(25) });
    assert!(
        any.ends_with("k23 is absent (or empty) or 1 more alternative holds"),
        "{any}"
    );
    let mut deep = test("k", "Null", &["true"]);
    for level in 0..60 {
        let pair = vec![deep, test(&format!("k{level}"), "Null", &["true"])];
        deep = if level % 2 == 0 {
            ConditionExpression::All { all: pair }
        } else {
            ConditionExpression::Any { any: pair }
        };
    }
    let text = sentence(&deep);
    assert!(
        text.contains("(either (a condition of 54 tests holds) or k53 is absent (or empty))"),
        "{text}"
    );
    let long = "é".repeat(100_000);
    let text = sentence(&test("k", "StringEquals", &[&long]));
    assert!(
        text.ends_with("\" (the start of 200000 bytes)") && text.len() < 500,
        "{}",
        text.len()
    );
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "(sv0:UncollectedPolicy|sv0:UnreadableStatement|sv0:Resource|aws:SourceIp)",
        "(Not:)?(ForAnyValue:|ForAllValues:)?(StringEquals|StringNotLike|Null|Bool|Matches|Allows)(IfExists)?",
        "[\u{0}-\u{1f}\u{202e}\u{200b}a,()\" ]{0,12}",
    ]
}

fn any_expression() -> impl Strategy<Value = ConditionExpression> {
    let leaf = (any_text(), any_text(), prop::collection::vec(any_text(), 0..10))
        .prop_map(|(key, operator, values)| ConditionExpression::Test { key, operator, values });
    leaf.prop_recursive(12, 200, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(|all| ConditionExpression::All { all }),
            prop::collection::vec(inner, 0..8).prop_map(|any| ConditionExpression::Any { any }),
        ]
    })
}

proptest! {
    #[test]
    fn no_sentence_is_unsafe_or_endless(expression in any_expression()) {
        let text = sentence(&expression);
        prop_assert!(!text.chars().any(is_deceptive), "{text:?}");
        prop_assert!(text.len() < 100_000, "{}", text.len());
        prop_assert!(!text.is_empty());
    }
}
