//! `READS_FROM` by the names of environment variables: a guess from how people call things, made only where the configuration asks for it.
//!
//! A variable says in words what it is about and of which kind: `ORDERS_TABLE_NAME` is about a table called `orders`. What fits more than one resource of the
//! kind in the workload's account and Region is no evidence of any.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use sv0_model::graph::{EdgeKind, Entity, EntityKind, Resolution};

use crate::edges::{Edges, NewEdge};
use crate::options::InferenceOptions;
use crate::target::Target;

/// The words by which a variable tells the kind of what it names; the longest that ends it counts.
const SUFFIXES: &[(&[&str], EntityKind)] = &[
    (&["bucket"], EntityKind::S3Bucket),
    (&["s3"], EntityKind::S3Bucket),
    (&["s3", "bucket"], EntityKind::S3Bucket),
    (&["table"], EntityKind::DynamoDbTable),
    (&["dynamodb", "table"], EntityKind::DynamoDbTable),
    (&["ddb", "table"], EntityKind::DynamoDbTable),
    (&["secret"], EntityKind::Secret),
];

/// Words that say by what a variable names it, and nothing else.
const FORMS: &[&str] = &["name", "arn", "id"];

/// Most words of a name that are compared, and most variables of a workload.
const MOST_WORDS: usize = 12;
const MOST_VARIABLES: usize = 200;

/// Resources of a kind in an account, and of a Region but for buckets, whose Region variables do not tell.
type Place<'e> = (&'e str, &'e str, EntityKind);
/// Their names in words, each with the resources that bear it.
type Names<'e> = BTreeMap<(Place<'e>, Vec<String>), BTreeSet<&'e str>>;

/// Adds the edges, if the configuration asks for them.
pub(crate) fn link(entities: &BTreeMap<String, Entity>, options: InferenceOptions, edges: &mut Edges) {
    if !options.environment_names {
        return;
    }
    let (whole, within) = names(entities);
    for workload in entities.values() {
        for variable in variables(workload) {
            let Some((resource, rule)) = named(workload, variable, &whole, &within) else {
                continue;
            };
            let Some(entity) = entities.get(resource) else {
                continue;
            };
            edges.add(NewEdge {
                from: &workload.native_id,
                kind: EdgeKind::ReadsFrom,
                target: Target::new(resource, entity.kind),
                attributes: BTreeMap::from([
                    ("inferred".to_owned(), json!(true)),
                    ("rule".to_owned(), json!(rule)),
                    ("variable".to_owned(), json!(variable)),
                ]),
                origin: workload.origins.first(),
                captured_at: workload.captured_at,
            });
        }
    }
}

/// The names of the environment variables of a function, or of the containers of a task.
fn variables(workload: &Entity) -> BTreeSet<&str> {
    let own = match workload.kind {
        EntityKind::LambdaFunction => workload.attributes.get("environment_keys").into_iter().collect(),
        EntityKind::EcsTaskDefinition => {
            let containers = workload.attributes.get("containers").and_then(Value::as_array);
            let keys = containers.into_iter().flatten();
            keys.filter_map(|container| container.get("environment_keys")).collect()
        }
        _ => Vec::new(),
    };
    let keys = own.into_iter().filter_map(Value::as_array).flatten();
    keys.filter_map(Value::as_str).take(MOST_VARIABLES).collect()
}

/// Every resource by its whole name, and by each run of words within it.
fn names(entities: &BTreeMap<String, Entity>) -> (Names<'_>, Names<'_>) {
    let (mut whole, mut within) = (Names::new(), Names::new());
    for entity in entities.values() {
        let is_data = SUFFIXES.iter().any(|(_, kind)| *kind == entity.kind);
        if !is_data || entity.resolution != Resolution::Collected {
            continue;
        }
        let Some(place) = place(entity, entity.kind) else {
            continue;
        };
        let words = words(&entity.name);
        for start in 0..words.len() {
            for end in start.saturating_add(1)..=words.len() {
                let run = words.get(start..end).unwrap_or_default().to_vec();
                within.entry((place, run)).or_default().insert(&entity.native_id);
            }
        }
        whole.entry((place, words)).or_default().insert(&entity.native_id);
    }
    (whole, within)
}

fn place(entity: &Entity, kind: EntityKind) -> Option<Place<'_>> {
    let region = if kind == EntityKind::S3Bucket {
        ""
    } else {
        entity.region.as_deref()?
    };
    Some((entity.account.as_deref()?, region, kind))
}

/// The one resource that a variable is about, and which rule says so.
fn named<'e>(
    workload: &'e Entity,
    variable: &str,
    whole: &Names<'e>,
    within: &Names<'e>,
) -> Option<(&'e str, &'static str)> {
    let mut words = words(variable);
    if words.len() > 1 && words.last().is_some_and(|word| FORMS.contains(&word.as_str())) {
        words.pop();
    }
    let only = |names: &Names<'e>, words: &[String], kind: EntityKind| {
        let found = names.get(&(place(workload, kind)?, words.to_vec()))?;
        let mut found = found.iter();
        found.next().filter(|_| found.next().is_none()).copied()
    };
    let kind_of = |(suffix, kind): &(&[&str], EntityKind)| {
        let about = words.len().checked_sub(suffix.len()).filter(|left| *left > 0)?;
        let (about, end) = words.split_at(about);
        (end == *suffix).then(|| (about.to_vec(), *kind))
    };
    let typed = SUFFIXES.iter().filter_map(kind_of).min_by_key(|(about, _)| about.len());
    if let Some((about, kind)) = typed {
        let by_name = only(whole, &about, kind).map(|found| (found, "kind_and_whole_name"));
        return by_name.or_else(|| only(within, &about, kind).map(|found| (found, "kind_and_part_of_name")));
    }
    // Without a word for the kind only a name of several words is told from any other word.
    if words.len() < 2 {
        return None;
    }
    let kinds = [EntityKind::S3Bucket, EntityKind::DynamoDbTable, EntityKind::Secret];
    let mut found = kinds.into_iter().filter_map(|kind| only(whole, &words, kind));
    let first = found.next()?;
    found.next().is_none().then_some((first, "whole_name"))
}

/// `ordersTable` and `ORDERS_TABLE` in words: letters and digits in lower case.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = vec![String::new()];
    let mut was_lower = false;
    for letter in name.chars() {
        let begins = letter.is_ascii_uppercase() && was_lower;
        if begins || !letter.is_ascii_alphanumeric() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| letter.is_ascii_alphanumeric()) {
            word.push(letter.to_ascii_lowercase());
        }
        was_lower = letter.is_ascii_lowercase() || letter.is_ascii_digit();
    }
    words.retain(|word| !word.is_empty());
    words.truncate(MOST_WORDS);
    words
}
