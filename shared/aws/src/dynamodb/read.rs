//! Answers to questions.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use sv0_model::coverage::CoverageRow;
use sv0_state::{History, RunRecord, SightingKind, Thing};

use super::TableError;
use super::attributes::{Item, malformed, needed, time};
use super::head::Head;
use super::items::history;
use super::keys::{Key, RUNS};
use super::state::DynamoState;

const HISTORY: [&str; 8] = [
    "pk",
    "sk",
    "first_seen",
    "last_seen",
    "changed_at",
    "stale_since",
    "gone_at",
    "run",
];

/// Items of things by their ids, with these attributes.
fn items(
    state: &DynamoState,
    kind: SightingKind,
    ids: &[&str],
    attributes: &[&str],
) -> Result<BTreeMap<String, Item>, TableError> {
    let mut by_key: BTreeMap<Key, String> = BTreeMap::new();
    for id in ids {
        by_key.insert(Key::thing(&Thing::new(kind, *id)), (*id).to_owned());
    }
    let keys: Vec<Key> = by_key.keys().cloned().collect();
    let found = state.wait_for(state.table.get_all(&keys, attributes))?;
    let mut items = BTreeMap::new();
    for item in found {
        let key = Key {
            pk: needed(&item, "pk")?.to_owned(),
            sk: needed(&item, "sk")?.to_owned(),
        };
        if let Some(id) = by_key.get(&key) {
            items.insert(id.clone(), item);
        }
    }
    Ok(items)
}

pub(super) fn histories(
    state: &DynamoState,
    kind: SightingKind,
    ids: &[&str],
) -> Result<BTreeMap<String, History>, TableError> {
    let head = state.wait_for(Head::read(&state.table))?;
    let items = items(state, kind, ids, &HISTORY)?;
    let histories = items.into_iter();
    histories
        .map(|(id, item)| Ok((id, history(&item, head.newest_capture)?)))
        .collect()
}

pub(super) fn documents(
    state: &DynamoState,
    kind: SightingKind,
    ids: &[&str],
) -> Result<BTreeMap<String, String>, TableError> {
    let mut documents = BTreeMap::new();
    for (id, item) in items(state, kind, ids, &["pk", "sk", "document", "document_at"])? {
        if let Some(document) = state.texts().get(&item, "document")? {
            documents.insert(id, document);
        }
    }
    Ok(documents)
}

/// Short texts of findings, by id: those by which they are listed.
pub(super) fn summaries(
    state: &DynamoState,
    ids: &[&str],
) -> Result<BTreeMap<String, BTreeMap<String, String>>, TableError> {
    let names = ["pk", "sk", "type", "severity", "account", "name"];
    let found = items(state, SightingKind::Finding, ids, &names)?;
    let summary = |item: Item| {
        let texts = item.into_iter().filter_map(|(name, value)| match value {
            AttributeValue::S(text) => Some((name, text)),
            _ => None,
        });
        texts.collect()
    };
    Ok(found.into_iter().map(|(id, item)| (id, summary(item))).collect())
}

pub(super) fn coverage(state: &DynamoState, account: &str) -> Result<Vec<CoverageRow>, TableError> {
    let Some(item) = state.wait_for(state.table.get(&Key::coverage(account)))? else {
        return Ok(Vec::new());
    };
    let rows = state.texts().get(&item, "rows")?.unwrap_or_default();
    serde_json::from_str(&rows).map_err(|error| malformed(&item, error.to_string()))
}

pub(super) fn runs(state: &DynamoState) -> Result<Vec<RunRecord>, TableError> {
    let attributes = ["pk", "sk", "run_id", "captured_at", "finished_at", "counts"];
    let items = state.wait_for(state.table.partition(RUNS, &attributes))?;
    items.iter().map(run).collect()
}

fn run(item: &Item) -> Result<RunRecord, TableError> {
    let needed_time = |name: &str| time(item, name)?.ok_or_else(|| malformed(item, format!("it has no {name}")));
    let counts = item.get("counts").and_then(|counts| counts.as_m().ok());
    let counts = counts.into_iter().flatten().filter_map(|(name, count)| {
        let count = count.as_n().ok()?.parse().ok()?;
        Some((name.clone(), count))
    });
    Ok(RunRecord {
        run_id: needed(item, "run_id")?.to_owned(),
        captured_at: needed_time("captured_at")?,
        finished_at: needed_time("finished_at")?,
        counts: counts.collect(),
    })
}
