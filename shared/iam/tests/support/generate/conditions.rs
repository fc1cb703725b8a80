//! Random Condition elements.

use serde_json::{Map, Value, json};

use super::vocabulary::{EPOCH_TIME, FILLED_KEYS, FREE_KEYS, Key, Kind};
use crate::support::random::Random;

/// Adds clauses to a statement, none of them in most.
pub fn add(statement: &mut Map<String, Value>, random: &mut Random) {
    let mut condition = Map::new();
    for _ in 0..[0, 1, 2, 3][random.weighted(&[45, 35, 15, 5])] {
        let (operator, key, values) = clause(random);
        let block = condition.entry(operator).or_insert_with(|| json!({}));
        block[key] = values;
    }
    if !condition.is_empty() {
        statement.insert("Condition".to_owned(), Value::Object(condition));
    }
}

fn clause(random: &mut Random) -> (String, String, Value) {
    let key = match random.weighted(&[75, 23, 2]) {
        0 => random.pick(&FREE_KEYS),
        1 => random.pick(&FILLED_KEYS),
        _ => EPOCH_TIME,
    };
    let operator = operator(&key, random);
    let values = if operator.ends_with("Null") {
        json!(random.pick(&["true", "false"]))
    } else {
        values(&key, random)
    };
    (operator, in_some_case(key.name, random), values)
}

fn operator(key: &Key, random: &mut Random) -> String {
    if random.percent(8) {
        let quantifiers: &[&str] = if key.is_set {
            &["", "ForAllValues:", "ForAnyValue:"]
        } else {
            &[""]
        };
        return format!("{}Null", random.pick(quantifiers));
    }
    let names: &[&str] = match key.kind {
        Kind::Text => &[
            "StringEquals",
            "StringNotEquals",
            "StringLike",
            "StringNotLike",
            "StringEqualsIgnoreCase",
            "StringNotEqualsIgnoreCase",
        ],
        Kind::Number => &[
            "NumericEquals",
            "NumericNotEquals",
            "NumericLessThan",
            "NumericLessThanEquals",
            "NumericGreaterThan",
            "NumericGreaterThanEquals",
        ],
        Kind::Date => &[
            "DateEquals",
            "DateNotEquals",
            "DateLessThan",
            "DateLessThanEquals",
            "DateGreaterThan",
            "DateGreaterThanEquals",
        ],
        Kind::Flag => &["Bool"],
        Kind::Address => &["IpAddress", "NotIpAddress"],
        Kind::Arn => &["ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"],
        Kind::Bytes => &["BinaryEquals"],
    };
    let quantifiers: &[&str] = match (key.is_set, key.name) {
        (true, "aws:TagKeys") => &["", "ForAllValues:", "ForAnyValue:"],
        (true, _) => &["ForAllValues:", "ForAnyValue:"],
        (false, name) if name.starts_with("svc:") => &["", "", "", "", "ForAllValues:", "ForAnyValue:"],
        (false, _) => &[""],
    };
    let if_exists = if random.percent(25) { "IfExists" } else { "" };
    format!("{}{}{if_exists}", random.pick(quantifiers), random.pick(names))
}

/// One value as a scalar or up to three as a list, now and then an empty one.
fn values(key: &Key, random: &mut Random) -> Value {
    match random.weighted(&[45, 25, 20, 8, 2]) {
        0 => value(key, random),
        count => (0..[0, 1, 2, 3, 0][count]).map(|_| value(key, random)).collect(),
    }
}

fn value(key: &Key, random: &mut Random) -> Value {
    let text = random.pick(key.wanted);
    // Nobody compares a key with itself.
    if text.to_lowercase().contains(&format!("${{{}", key.name.to_lowercase())) {
        return value(key, random);
    }
    match key.kind {
        Kind::Flag if text.len() < 6 && random.percent(30) => Value::Bool(text == "true"),
        Kind::Number if random.percent(30) => json!([1, 2, 10].get(random.below(3))),
        _ => Value::from(text),
    }
}

fn in_some_case(name: &str, random: &mut Random) -> String {
    match random.weighted(&[90, 5, 5]) {
        0 => name.to_owned(),
        1 => name.to_uppercase(),
        _ => name.to_lowercase(),
    }
}
