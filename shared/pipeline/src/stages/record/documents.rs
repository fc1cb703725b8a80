//! What a store keeps of things, and by what it lists them: their rows in the run, without what differs between two captures of the same estate.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;
use sv0_lake::{LakeError, keys};
use sv0_model::finding::Finding;
use sv0_model::graph::Entity;
use sv0_model::path::AuthorityPath;
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

pub(super) fn of_entity(entity: &Entity) -> Result<Arc<Document>, LakeError> {
    document(keys::ENTITIES, entity, &ENTITY)
}

/// There are so many paths that theirs are written as they are, without looking fields up in a value of JSON: none has what differs between captures.
pub(super) fn of_path(path: &AuthorityPath) -> Result<Arc<Document>, LakeError> {
    let failed = |source| LakeError::Encode {
        key: keys::PATHS.to_owned(),
        source,
    };
    let word = |value: Result<Value, serde_json::Error>| -> Result<String, LakeError> {
        Ok(value.map_err(failed)?.as_str().unwrap_or_default().to_owned())
    };
    let summary = [
        ("type", word(serde_json::to_value(path.kind))?),
        ("state", word(serde_json::to_value(path.state))?),
        ("workload", path.workload.clone()),
        ("resource", path.resource.clone()),
        ("action_class", word(serde_json::to_value(path.action_class))?),
        ("sensitivity", word(serde_json::to_value(path.sensitivity))?),
    ];
    let summary = summary.map(|(name, text)| (name.to_owned(), text)).into();
    let text = serde_json::to_string(path).map_err(failed)?;
    Ok(Arc::new(Document::new(text, summary)))
}

pub(super) fn of_finding(finding: &Finding) -> Result<Arc<Document>, LakeError> {
    document(keys::FINDINGS, finding, &FINDING)
}

/// `fields` are those of the row with their names in the summary.
fn document<T: Serialize>(key: &str, row: &T, fields: &[(&str, &str)]) -> Result<Arc<Document>, LakeError> {
    let mut row = as_value(key, row)?;
    remove(&mut row, &OF_THE_CAPTURE);
    let summary: BTreeMap<String, String> = fields
        .iter()
        .filter_map(|(field, name)| Some(((*name).to_owned(), row.get(field).and_then(Value::as_str)?.to_owned())))
        .collect();
    Ok(Arc::new(Document::new(row.to_string(), summary)))
}
