//! Whether a residual condition says nothing twice: it is sorted, flat, and every part of it makes a difference somewhere.

use std::collections::BTreeMap;

use sv0_iam::condition_holds;
use sv0_model::decision::ConditionExpression;

use super::engine::context_of;
use super::generate::context::Given;
use super::generate::vocabulary::{EPOCH_TIME, FILLED_KEYS, FREE_KEYS, Key, Kind};
use super::random::Random;

/// How many contexts are tried to find the difference that a part makes.
const CONTEXTS: usize = 3_000;
/// … and how many before the part is called idle.
const MANY_CONTEXTS: usize = 60_000;

pub fn check(condition: &ConditionExpression, random: &mut Random) -> Result<(), String> {
    check_order(condition)?;
    let mut tested = BTreeMap::new();
    collect_keys(condition, &mut tested);
    let keys: Vec<Values> = tested
        .into_iter()
        .map(|(key, tests)| (values_of(&key, &tests, random), key))
        .map(|(values, key)| Values { key, values })
        .collect();
    let contexts = contexts(&keys, CONTEXTS, random);
    for smaller in without_one_part(condition) {
        let differs = |given: &Given| {
            let context = context_of(given);
            condition_holds(condition, &context) != condition_holds(&smaller, &context)
        };
        if !contexts.iter().any(differs) && !self::contexts(&keys, MANY_CONTEXTS, random).iter().any(differs) {
            return Err(format!(
                "the condition says no less as {}",
                serde_json::to_string(&smaller).unwrap()
            ));
        }
    }
    Ok(())
}

fn check_order(condition: &ConditionExpression) -> Result<(), String> {
    let is_rising = |texts: &[String]| texts.windows(2).all(|pair| pair[0] < pair[1]);
    let children = match condition {
        ConditionExpression::All { all } => all,
        ConditionExpression::Any { any } => any,
        ConditionExpression::Test { values, .. } if is_rising(values) => return Ok(()),
        ConditionExpression::Test { .. } => return Err("values that are not sorted, or stand twice".to_owned()),
    };
    let texts: Vec<String> = children
        .iter()
        .map(|child| serde_json::to_string(child).unwrap())
        .collect();
    if !is_rising(&texts) || children.len() < 2 {
        return Err("children that are not sorted, stand twice, or stand alone".to_owned());
    }
    let is_all = |condition: &ConditionExpression| matches!(condition, ConditionExpression::All { .. });
    let is_test = |condition: &ConditionExpression| matches!(condition, ConditionExpression::Test { .. });
    if children
        .iter()
        .any(|child| !is_test(child) && is_all(child) == is_all(condition))
    {
        return Err("all within all, or any within any".to_owned());
    }
    children.iter().try_for_each(check_order)
}

/// Every condition that lacks one child of this one, at any depth.
fn without_one_part(condition: &ConditionExpression) -> Vec<ConditionExpression> {
    let (children, wrap): (_, fn(Vec<ConditionExpression>) -> ConditionExpression) = match condition {
        ConditionExpression::All { all } => (all, |all| ConditionExpression::All { all }),
        ConditionExpression::Any { any } => (any, |any| ConditionExpression::Any { any }),
        ConditionExpression::Test { .. } => return Vec::new(),
    };
    let replaced = |index: usize, new: Option<ConditionExpression>| {
        let mut children = children.clone();
        children.splice(index..=index, new);
        wrap(children)
    };
    (0..children.len())
        .flat_map(|index| {
            let smaller = without_one_part(&children[index]).into_iter().map(Some);
            [None].into_iter().chain(smaller).map(move |new| (index, new))
        })
        .map(|(index, new)| replaced(index, new))
        .collect()
}

/// What a condition tests a key for.
#[derive(Default)]
struct Tests {
    wanted: Vec<String>,
    is_set: bool,
}

/// What a key may hold.
struct Values {
    key: String,
    values: Vec<Vec<String>>,
}

fn collect_keys(condition: &ConditionExpression, keys: &mut BTreeMap<String, Tests>) {
    match condition {
        ConditionExpression::All { all: children } | ConditionExpression::Any { any: children } => {
            children.iter().for_each(|child| collect_keys(child, keys));
        }
        ConditionExpression::Test { key, values, operator } => {
            let tests = keys.entry(key.to_lowercase()).or_default();
            tests.wanted.extend(values.iter().cloned());
            tests.is_set |= operator.starts_with("For");
            for variable in values.iter().flat_map(|value| value.split("${").skip(1)) {
                let name = variable.split(['}', ',']).next().unwrap_or_default();
                if name.contains(':') {
                    keys.entry(name.to_lowercase()).or_default();
                }
            }
        }
    }
}

/// What a key may hold: the vocabulary's values, and some just beside what the condition names.
fn values_of(key: &str, tests: &Tests, random: &mut Random) -> Vec<Vec<String>> {
    let Some(known) = FREE_KEYS
        .iter()
        .chain(&FILLED_KEYS)
        .chain([&EPOCH_TIME])
        .find(|own| own.name.eq_ignore_ascii_case(key))
    else {
        return vec![vec!["a".to_owned()]];
    };
    let mut single: Vec<String> = known
        .values
        .iter()
        .chain(beside(known))
        .map(|value| (*value).to_owned())
        .collect();
    for wanted in &tests.wanted {
        for (many, one) in [("", "q"), ("q", "q"), ("b", "a"), ("a", "b")] {
            let value = wanted
                .replace("${*}", "\u{1}")
                .replace("${$}", "\u{2}")
                .replace('*', many)
                .replace('?', one);
            single.push(value.replace('\u{1}', "*").replace('\u{2}', "$"));
        }
        single.extend([
            wanted.clone(),
            wanted.to_uppercase(),
            wanted.replace("${*}", "*").replace("${$}", "$"),
        ]);
    }
    let mut values: Vec<Vec<String>> = single.iter().map(|value| vec![value.clone()]).collect();
    values.push(Vec::new());
    if known.is_set || tests.is_set {
        for _ in 0..80 {
            values.push(
                (0..2 + random.below(2))
                    .map(|_| single[random.below(single.len())].clone())
                    .collect(),
            );
        }
    }
    if matches!(known.kind, Kind::Arn) {
        values.retain(|values| values.iter().all(|value| value.split(':').count() >= 6));
    }
    values
}

fn beside(key: &Key) -> &'static [&'static str] {
    match key.kind {
        Kind::Text => &["", "q", "aq", "bq", "qb", "abq"],
        Kind::Number => &[
            "-2",
            "-0.5",
            "0.5",
            "1.25",
            "1.75",
            "5",
            "20",
            "9007199254740992.5",
            "9007199254740994",
            "1767225600.5",
        ],
        Kind::Date => &[
            "2024-01-01T00:00:00Z",
            "2025-06-01T00:00:00Z",
            "2025-12-31T23:59:59.5Z",
            "2026-01-01T00:00:00.250Z",
            "2026-01-01T00:00:00.750Z",
            "2026-01-01T00:00:02Z",
        ],
        Kind::Flag => &[],
        Kind::Address => &["10.1.2.4", "10.3.0.1", "9.0.0.1", "2001:db8::2", "2002::1"],
        Kind::Arn => &[
            "arn:aws:sns:q:1:x",
            "arn:aws:sns:eu:1:q",
            "arn:aws:iam::2:role/q",
            "arn:aws:sqs:q:q:q",
            "arn:q:sns:eq:q:yqz",
        ],
        Kind::Bytes => &["AA=="],
    }
}

/// Every combination where these are few, else a sample of them. Absent and empty keys decide more often than others.
fn contexts(keys: &[Values], limit: usize, random: &mut Random) -> Vec<Given> {
    let combinations = keys.iter().map(|key| key.values.len() + 1).product::<usize>();
    if combinations <= limit {
        return (0..combinations).map(|number| combination(keys, number)).collect();
    }
    (0..limit)
        .map(|_| {
            let mut given = Given::new();
            for key in keys {
                match random.below(8) {
                    0 | 1 => continue,
                    2 if key.values.contains(&Vec::new()) => given.insert(key.key.clone(), Vec::new()),
                    _ => given.insert(key.key.clone(), key.values[random.below(key.values.len())].clone()),
                };
            }
            given
        })
        .collect()
}

fn combination(keys: &[Values], mut number: usize) -> Given {
    let mut given = Given::new();
    for key in keys {
        if let Some(values) = key.values.get(number % (key.values.len() + 1)) {
            given.insert(key.key.clone(), values.clone());
        }
        number /= key.values.len() + 1;
    }
    given
}
