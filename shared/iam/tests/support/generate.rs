//! Random policies over a small vocabulary, so that they meet often.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use super::{Estate, Keys};

const ACCOUNT: &str = "111122223333";
const PRINCIPALS: [&str; 5] = [
    "arn:aws:iam::111122223333:user/alice",
    "arn:aws:iam::111122223333:role/reader",
    "arn:aws:iam::111122223333:root",
    "lambda.amazonaws.com",
    "anonymous",
];

/// Text operators. A key that is not global counts as one of several values where a set operator stands on it, so `svc:list` always has one.
fn text_clause() -> impl Strategy<Value = (String, &'static str, Vec<Value>)> {
    let names = vec![
        "StringEquals",
        "StringNotEquals",
        "StringLike",
        "StringNotLike",
        "StringEqualsIgnoreCase",
        "StringNotEqualsIgnoreCase",
    ];
    let values = vec(
        select(vec![
            "a",
            "b",
            "ab",
            "A",
            "a*",
            "?b",
            "*",
            "${svc:one}",
            "${svc:two, 'b'}x",
            "x${svc:one}",
        ]),
        0..3,
    );
    let key_and_prefix = prop_oneof![
        (
            select(vec!["svc:one", "svc:two", "aws:TagKeys"]),
            select(vec!["", "", "ForAnyValue:", "ForAllValues:"])
        ),
        (Just("svc:list"), select(vec!["ForAnyValue:", "ForAllValues:"])),
    ];
    (key_and_prefix, select(names), select(vec!["", "IfExists"]), values).prop_map(
        |((key, prefix), name, suffix, values)| {
            (
                format!("{prefix}{name}{suffix}"),
                key,
                values.into_iter().map(Value::from).collect(),
            )
        },
    )
}

fn typed_clause() -> impl Strategy<Value = (String, &'static str, Vec<Value>)> {
    let suffixed = |names: Vec<&'static str>| {
        (select(names), select(vec!["", "IfExists"])).prop_map(|(name, suffix)| format!("{name}{suffix}"))
    };
    prop_oneof![
        (
            suffixed(vec![
                "NumericEquals",
                "NumericNotEquals",
                "NumericLessThan",
                "NumericLessThanEquals",
                "NumericGreaterThan",
                "NumericGreaterThanEquals"
            ]),
            vec(select(vec![json!(1), json!("2"), json!(2.5)]), 1..3),
        )
            .prop_map(|(operator, values)| (operator, "svc:number", values)),
        (
            suffixed(vec![
                "DateEquals",
                "DateNotEquals",
                "DateLessThan",
                "DateGreaterThanEquals"
            ]),
            vec(select(vec![json!("2026-01-01T00:00:00Z"), json!("1767225601")]), 1..2),
        )
            .prop_map(|(operator, values)| (operator, "svc:date", values)),
        (
            suffixed(vec!["Bool"]),
            vec(select(vec![json!("true"), json!(false)]), 1..3)
        )
            .prop_map(|(operator, values)| (operator, "svc:flag", values)),
        (
            suffixed(vec!["IpAddress", "NotIpAddress"]),
            vec(
                select(vec![json!("10.0.0.0/8"), json!("10.1.0.0/16"), json!("2001:db8::/32")]),
                1..3
            ),
        )
            .prop_map(|(operator, values)| (operator, "svc:address", values)),
        (
            suffixed(vec!["ArnLike", "ArnNotLike", "ArnEquals", "ArnNotEquals"]),
            vec(
                select(vec![
                    json!("arn:aws:sns:*:1:x"),
                    json!("arn:aws:sns:eu:1:*"),
                    json!("arn:aws:sns:eu:1:x")
                ]),
                1..3
            ),
        )
            .prop_map(|(operator, values)| (operator, "svc:arn", values)),
        (
            Just("Null".to_owned()),
            select(vec!["svc:one", "svc:number", "svc:list", "svc:flag"]),
            select(vec![json!("true"), json!(false)]),
        )
            .prop_map(|(operator, key, value)| (operator, key, vec![value])),
    ]
}

fn condition() -> impl Strategy<Value = Value> {
    vec(prop_oneof![3 => text_clause(), 2 => typed_clause()], 0..3).prop_map(|clauses| {
        let mut condition = Map::new();
        for (operator, key, values) in clauses {
            let block = condition.entry(operator).or_insert_with(|| json!({}));
            block[key] = Value::from(values);
        }
        Value::from(condition)
    })
}

fn statement() -> impl Strategy<Value = Map<String, Value>> {
    (
        select(vec!["Allow", "Allow", "Allow", "Deny"]),
        prop_oneof![
            4 => select(vec![json!({"Action": "*"}), json!({"Action": "S3:get*"}), json!({"NotAction": "s3:Put*"})]),
            1 => select(vec![json!({"Action": "s3:PutObject"}), json!({"NotAction": ["s3:*"]})]),
        ],
        prop_oneof![
            4 => Just(json!({"Resource": "*"})),
            2 => select(vec![json!({"Resource": ["arn:aws:s3:::data/*"]}), json!({"NotResource": "arn:aws:s3:::data/b*"})]),
            2 => select(vec![json!({"Resource": "arn:aws:s3:::data/${svc:one}"}), json!({"NotResource": "arn:aws:s3:::data/${svc:one, 'ab'}*"})]),
        ],
        condition(),
    )
        .prop_map(|(effect, action, resource, condition)| {
            let mut statement = Map::new();
            statement.insert("Effect".to_owned(), json!(effect));
            for part in [action, resource] {
                statement.extend(part.as_object().cloned().unwrap_or_default());
            }
            if condition.as_object().is_some_and(|condition| !condition.is_empty()) {
                statement.insert("Condition".to_owned(), condition);
            }
            statement
        })
}

fn document(statements: Vec<Map<String, Value>>) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

fn policy() -> impl Strategy<Value = Value> {
    vec(statement(), 1..3).prop_map(document)
}

fn resource_policy() -> impl Strategy<Value = Value> {
    let principal = select(vec![
        json!({"Principal": "*"}),
        json!({"Principal": {"AWS": ACCOUNT}}),
        json!({"Principal": {"AWS": "arn:aws:iam::111122223333:user/alice"}}),
        json!({"Principal": {"AWS": ["arn:aws:iam::111122223333:role/reader", "arn:aws:iam::444455556666:root"]}}),
        json!({"Principal": {"Service": "lambda.amazonaws.com"}}),
        json!({"NotPrincipal": {"AWS": ["arn:aws:iam::111122223333:user/alice", "arn:aws:iam::111122223333:root"]}}),
    ]);
    vec((statement(), principal), 1..3).prop_map(|statements| {
        document(
            statements
                .into_iter()
                .map(|(mut statement, principal)| {
                    statement.extend(principal.as_object().cloned().unwrap_or_default());
                    statement
                })
                .collect(),
        )
    })
}

fn rcp() -> impl Strategy<Value = Value> {
    statement().prop_map(|mut statement| {
        statement.insert("Principal".to_owned(), json!("*"));
        document(vec![statement])
    })
}

/// A question with random policies.
pub fn estate() -> impl Strategy<Value = Estate> {
    (
        (
            select(PRINCIPALS.to_vec()),
            select(vec!["arn:aws:s3:::data/ab", "arn:aws:s3:::data/b"]),
            select(vec![Some(ACCOUNT), Some("444455556666"), None]),
        ),
        vec(policy(), 0..3),
        option::weighted(0.3, policy()),
        option::weighted(0.2, policy()),
        prop_oneof![3 => Just(Vec::new()), 1 => vec(vec(policy(), 0..3), 1..3)],
        prop_oneof![3 => Just(Vec::new()), 1 => vec(vec(rcp(), 1..2), 1..2)],
        option::weighted(0.6, resource_policy()),
    )
        .prop_map(
            |((principal, resource, resource_account), identity, boundary, session, scps, rcps, resource_policy)| {
                Estate {
                    principal,
                    resource,
                    resource_account,
                    identity,
                    boundary,
                    session,
                    scps,
                    rcps,
                    resource_policy,
                }
            },
        )
}

/// Values for every key of the vocabulary, of the kind its operators compare.
pub fn context() -> impl Strategy<Value = Keys> {
    let one = |values: Vec<&'static str>| option::of(select(values).prop_map(|value| vec![value.to_owned()]));
    let many = |values: Vec<&'static str>| option::of(vec(select(values).prop_map(str::to_owned), 0..3));
    (
        one(vec!["a", "b", "ab", "A", "xb", "bx", "z"]),
        one(vec!["a", "b", "ab", "xa", "z"]),
        many(vec!["a", "b", "ab", "z"]),
        many(vec!["a", "b", "xa", "B"]),
        one(vec!["0", "1", "1.5", "2", "2.5", "3"]),
        one(vec![
            "2025-12-31T23:59:59Z",
            "2026-01-01T00:00:00Z",
            "2026-01-01T00:00:01Z",
            "1767225602",
        ]),
        one(vec!["true", "false"]),
        one(vec!["10.1.2.3", "10.2.0.1", "192.0.2.1", "2001:db8::1"]),
        one(vec!["arn:aws:sns:eu:1:x", "arn:aws:sns:us:1:x", "arn:aws:sns:eu:1:y:z"]),
    )
        .prop_map(|(one, two, tags, list, number, date, flag, address, arn)| {
            let keys = [
                ("svc:one", one),
                ("svc:two", two),
                ("aws:TagKeys", tags),
                ("svc:list", list),
                ("svc:number", number),
                ("svc:date", date),
                ("svc:flag", flag),
                ("svc:address", address),
                ("svc:arn", arn),
            ];
            Keys(
                keys.into_iter()
                    .filter_map(|(key, values)| Some((key.to_owned(), values?)))
                    .collect::<BTreeMap<_, _>>(),
            )
        })
}
