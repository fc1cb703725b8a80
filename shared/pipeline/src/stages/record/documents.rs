//! What a store keeps of things, and by what it lists them: their rows in the run, without what differs between two captures of the same estate.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use sv0_lake::{LakeError, keys};
use sv0_model::finding::Finding;
use sv0_model::graph::Entity;
use sv0_state::Document;

use super::{as_value, remove};

/// Which answer a row was read from, and when, stands in the run's own rows.
const OF_THE_CAPTURE: [&str; 2] = ["captured_at", "origins"];

const ENTITY: [(&str, &str); 6] = [
    ("kind", "type"),
    ("name", "name"),
    ("account", "account"),
    ("region", "region"),
    ("sensitivity", "sensitivity"),
    ("resolution", "resolution"),
];
const FINDING: [(&str, &str); 4] = [
    ("kind", "type"),
    ("severity", "severity"),
    ("account", "account"),
    ("title", "name"),
];

/// The entity's document, and its row, without what differs between captures.
pub(super) fn of_entity(entity: &Entity) -> Result<(Document, Value), LakeError> {
    document(keys::ENTITIES, entity, &ENTITY)
}

pub(super) fn of_finding(finding: &Finding) -> Result<Document, LakeError> {
    Ok(document(keys::FINDINGS, finding, &FINDING)?.0)
}

/// `fields` are those of the row with their names in the summary.
fn document<T: Serialize>(key: &str, row: &T, fields: &[(&str, &str)]) -> Result<(Document, Value), LakeError> {
    let mut row = as_value(key, row)?;
    remove(&mut row, &OF_THE_CAPTURE);
    let summary: BTreeMap<String, String> = fields
        .iter()
        .filter_map(|(field, name)| Some(((*name).to_owned(), row.get(field).and_then(Value::as_str)?.to_owned())))
        .collect();
    Ok((Document::new(row.to_string(), summary), row))
}
