//! What an emulator cannot be told: it dates everything by its own clock, and does not know who was active before it was started.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::live::recording::EXAMPLE;
use crate::support::repository;

/// Fields of authorization details that are taken from the example, with the reason.
const FIELDS: [(&str, &str); 3] = [
    ("CreateDate", "moto dates what is made by its own clock"),
    ("UpdateDate", "moto dates what is changed by its own clock"),
    ("RoleLastUsed", "moto has seen nobody use a role"),
];

const LISTS: [&str; 4] = ["UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"];

/// Gives a recording the dates of the example; how many fields of each name that changed.
pub fn restore(recording: &Path) -> BTreeMap<&'static str, usize> {
    let mut changed: BTreeMap<&str, usize> = FIELDS.iter().map(|(field, _)| (*field, 0)).collect();
    for entry in fs::read_dir(recording.join("accounts")).unwrap() {
        let account = entry.unwrap().file_name();
        let name = Path::new("accounts")
            .join(account)
            .join("iam/authorization-details.json");
        let file = recording.join(&name).with_extension("json.zst");
        if !file.is_file() {
            continue;
        }
        let text = zstd::decode_all(fs::read(&file).unwrap().as_slice()).unwrap();
        let mut details: Value = serde_json::from_slice(&text).unwrap();
        let example: Value =
            serde_json::from_slice(&fs::read(repository().join(EXAMPLE).join(&name)).unwrap()).unwrap();
        let example = by_arn(&example);
        for page in pages_of(&mut details) {
            for row in LISTS
                .iter()
                .filter_map(|list| page.get(list)?.as_array().cloned().map(|rows| (*list, rows)))
                .collect::<Vec<_>>()
            {
                let (list, mut rows) = row;
                for row in &mut rows {
                    let Some(own) = example.get(row["Arn"].as_str().unwrap()) else {
                        continue;
                    };
                    for (field, count) in &mut changed {
                        if let Some(value) = own.get(*field).filter(|value| row.get(*field) != Some(value)) {
                            row[*field] = value.clone();
                            *count += 1;
                        }
                    }
                }
                page[list] = Value::from(rows);
            }
        }
        fs::write(&file, zstd::encode_all(details.to_string().as_bytes(), 1).unwrap()).unwrap();
    }
    changed
}

fn pages_of(details: &mut Value) -> Vec<&mut Value> {
    match details {
        Value::Array(pages) => pages.iter_mut().collect(),
        page => vec![page],
    }
}

fn by_arn(details: &Value) -> BTreeMap<String, Value> {
    let pages: Vec<&Value> = match details {
        Value::Array(pages) => pages.iter().collect(),
        page => vec![page],
    };
    let rows = pages
        .iter()
        .flat_map(|page| LISTS.iter().filter_map(|list| page.get(list)?.as_array()));
    rows.flatten()
        .map(|row| (row["Arn"].as_str().unwrap().to_owned(), row.clone()))
        .collect()
}
